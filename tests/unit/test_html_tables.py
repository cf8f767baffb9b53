"""Tables in pages: folded tables and the table of findings."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd
import pytest

from skytally.figures.chart_and_sentence_html_blocks import IN_BOOK
from skytally.figures.html_tables import findings_table, folded_tables, worded_table
from skytally.findings.finding import tally

Rows = Callable[..., pd.DataFrame]


def test_folded_tables_shows_tables_under_one_title() -> None:
    """Without a script the fold opens, and what stands in it is text."""
    shown = folded_tables("more & more", {"<b>one</b>": pd.DataFrame({"a": ["<i>x</i>"]})}).block
    assert shown.startswith("<details><summary>more &amp; more</summary>")
    assert "&lt;b&gt;one&lt;/b&gt;" in shown
    assert "&lt;i&gt;x&lt;/i&gt;" in shown


def test_an_address_may_break_after_each_part() -> None:
    """A long address in one piece pushed the last column out of the box; other words stay whole."""
    shown = folded_tables("more", {"one": pd.DataFrame({"a": ["https://a.b/c?d&e", "x/y"]})}).block
    assert "https:/<wbr>/<wbr>a.b/<wbr>c?d&amp;e" in shown
    assert "x/y" in shown


@pytest.mark.parametrize("in_book", [True, False])
def test_findings_table_shows_text_as_text(
    rows: Rows, monkeypatch: pytest.MonkeyPatch, in_book: bool
) -> None:
    """A sentence with markup in it is shown, not run, and not cut short."""
    monkeypatch.setenv(IN_BOOK, "1" if in_book else "")
    long = "<script>alert(1)</script>" + "x" * 300
    shown = findings_table(
        [tally("a.b", rows({"value": 1.0}), count=1, unit="looks", text=long)]
    ).block
    # a live notebook has one script, which fills numbers into the prose
    assert shown.count("<script") == (not in_book)
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" + "x" * 300 in shown


def test_tables_without_rows_are_sentences() -> None:
    """A new book shows no header over nothing."""
    assert findings_table([]).text == "There is no finding yet."
    folded = folded_tables("Rows", {"Ships": pd.DataFrame(columns=["id"])}).block
    assert "<p>Ships</p><p>There is no row yet.</p>" in folded
    assert "<table" not in folded


def test_worded_table_has_no_head_or_cell_of_code() -> None:
    """An interval is one column, rounded outwards as in a finding; inf and False are words."""
    table = pd.DataFrame(
        {
            "id": ["D005", "D035", "D001"],
            "printed_low": [285.0, 100.0, math.nan],
            "printed_high": [295.0, math.inf, math.nan],
            "low": [187.6, 114.2, 110.0],
            "high": [200.1, 127.1, 110.0],
            "fits": [False, True, True],
            "ships_at_once": [1, 2, 3],
            "period": [166.0, 2.5, math.nan],
        }
    )
    found = worded_table(table, digits=3)
    assert list(found) == [
        "row", "printed, km", "computed, km", "some distance fits both", "ships at once",
        "days of the period",
    ]  # fmt: skip
    assert found["printed, km"].tolist() == ["285 to 295", "100 or more, no limit", "no number"]
    assert found["computed, km"].tolist() == ["187 to 201", "114 to 128", "110"]
    assert found["some distance fits both"].tolist() == ["no", "yes", "yes"]
    assert found["days of the period"].tolist() == ["166", "2.5", "no number"]
    assert found["ships at once"].tolist() == [1, 2, 3]


def test_worded_table_rounds_a_multiple_downwards_and_keeps_an_empty_table() -> None:
    """A least multiple of 1.48 is at least 1.4, never 1.5; no row, no fault."""
    table = pd.DataFrame({"multiple_low": [1.48], "multiple_high": [math.inf], "overlap": [False]})
    assert worded_table(table)["times the smaller claim"].tolist() == ["1.4 or more, no limit"]
    assert list(worded_table(table.iloc[:0])) == ["times the smaller claim", "one number fits both"]
