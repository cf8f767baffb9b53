"""PDF of the book: fixed dates, and a refusal without a site or a browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.press import pdf_command


def test_dates_of_a_pdf_are_fixed_and_no_byte_moves() -> None:
    """Two runs give the same bytes, and offsets within the file stay true."""
    made = b"a /CreationDate (D:20261128201102+00'00') /ModDate (D:20261128201102Z) b"
    fixed = pdf_command.with_fixed_dates(made)
    assert len(fixed) == len(made)
    assert b"2026" not in fixed


def test_pdf_of_a_site_that_was_not_built_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says what to do."""
    monkeypatch.setattr(pdf_command, "site_folder", lambda: tmp_path)
    with pytest.raises(DataError, match="run make book first"):
        pdf_command.book_html()


def test_pdf_without_a_browser_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names what is looked for and how to get it."""
    monkeypatch.setattr(pdf_command.shutil, "which", lambda _: None)
    with pytest.raises(pdf_command.PdfError, match="apt-get install chromium"):
        pdf_command.print_pdf(tmp_path / "page.html", tmp_path / "book.pdf")
