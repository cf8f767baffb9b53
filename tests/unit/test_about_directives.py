"""The about page: contact, files to download, corrections."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from skytally.press.sphinx_ext import about_directives
from skytally.press.sphinx_ext.about_directives import Contact, CorrectionCounts, DataFiles
from tests.support.bare_directives import bare


def test_without_a_repository_the_page_says_that_no_contact_is_set() -> None:
    """Nothing is invented, and a reader learns whom to ask instead."""
    shown = str(bare(Contact).html())
    assert "No repository and no contact address are set" in shown
    assert "<a " not in shown


def test_with_a_repository_the_page_links_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one setting of the configuration is the contact."""
    about = {"repository": "https://example.org/book?a=1&b=2"}
    monkeypatch.setattr(about_directives, "book_details", lambda: about)
    assert 'href="https://example.org/book?a=1&amp;b=2"' in bare(Contact).html()


def test_files_with_coordinates_come_first_and_every_table_is_listed(root: Path) -> None:
    """Positions, outlines, results and the whole record, each under its address in the site."""
    shown = str(bare(DataFiles).html())
    assert shown.index("data/record/sites.csv") < shown.index("cards.json")
    assert "data/sites/rajin.geojson" in shown
    tables = {path.name for path in (root / "data/record").glob("*.csv")}
    for name in tables:
        assert (f'href="data/record/{name}"' in shown) == (".dictionary" not in name), name


def test_corrections_are_counted_from_their_table(
    monkeypatch: pytest.MonkeyPatch, table: Callable[[str], pd.DataFrame]
) -> None:
    """As many as the table has rows; a new book has none and says so."""
    made = table("corrections")
    assert f"{len(made)} cells of the record were corrected" in bare(CorrectionCounts).html()
    monkeypatch.setattr(about_directives, "table", lambda _: made.iloc[:0])
    assert "No cell of the record was corrected yet." in bare(CorrectionCounts).html()
