"""Tables in pages: folded tables and the table of findings."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from skytally.figures.embed import IN_BOOK
from skytally.figures.html_tables import findings_table, folded_tables
from skytally.findings.finding import tally

Rows = Callable[..., pd.DataFrame]


def test_folded_tables_shows_tables_under_one_title() -> None:
    """Without a script the fold opens, and what stands in it is text."""
    shown = folded_tables("more & more", {"<b>one</b>": pd.DataFrame({"a": ["<i>x</i>"]})}).data
    assert shown.startswith("<details><summary>more &amp; more</summary>")
    assert "&lt;b&gt;one&lt;/b&gt;" in shown
    assert "&lt;i&gt;x&lt;/i&gt;" in shown


@pytest.mark.parametrize("in_book", [True, False])
def test_findings_table_shows_text_as_text(
    rows: Rows, monkeypatch: pytest.MonkeyPatch, in_book: bool
) -> None:
    """A sentence with markup in it is shown, not run, and not cut short."""
    monkeypatch.setenv(IN_BOOK, "1" if in_book else "")
    long = "<script>alert(1)</script>" + "x" * 300
    shown = findings_table(
        [tally("a.b", rows({"value": 1.0}), count=1, unit="looks", text=long)]
    ).data
    # a live notebook has one script, which fills numbers into the prose
    assert shown.count("<script") == (not in_book)
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" + "x" * 300 in shown


def test_tables_without_rows_are_sentences() -> None:
    """A new book shows no header over nothing."""
    assert findings_table([]).data == "<p>There is no finding yet.</p>"
    folded = folded_tables("Rows", {"Ships": pd.DataFrame(columns=["id"])}).data
    assert "<p>Ships</p><p>There is no row yet.</p>" in folded
    assert "<table" not in folded
