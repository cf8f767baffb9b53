"""Tables to take away: what a spreadsheet would run comes out as text."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from skytally.core.errors_and_fault_lists import DataError
from skytally.findings.evidence_line_netcdf_and_csv_writer import harmless, write_lines, write_table
from skytally.press import site_build_and_swap

Lines = Callable[..., xr.Dataset]

NASTY = [
    '=HYPERLINK("http://x","y")',
    "+1",
    "-1+1",
    "@x",
    "=cmd|'/C calc'!A1",
    "\t=1",
    "\r=1",
]


@pytest.mark.parametrize("text", NASTY)
def test_harmless_puts_an_apostrophe_before_a_formula(text: str) -> None:
    """Text that a spreadsheet would run is neutralised and stays readable."""
    made = str(harmless(text))
    assert made.startswith("'")
    assert made.replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  =1+1", "'  =1+1"),
        ("\u00a0=1+1", "'\u00a0=1+1"),
        ("\u3000=1+1", "'\u3000=1+1"),
        ("\u200b=1+1", "'\u200b=1+1"),
        ("\n=1+1", "'\n'=1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("\uff0bcmd", "'\uff0bcmd"),
        ("\uff0dcmd", "'\uff0dcmd"),
        ("\uff20SUM(A1)", "'\uff20SUM(A1)"),
        ("\ufe661+1", "'\ufe661+1"),
        ("two ships;=1+1", "two ships;'=1+1"),
        ("two ships; =1+1;@x", "two ships;' =1+1;'@x"),
        ("a\t=1+1", "a\t'=1+1"),
        ("a\r\n=1+1", "a\r\n'=1+1"),
        ("a|=1+1", "a|'=1+1"),
        ("first; -5; then", "first; -5; then"),
        ("a = b; c - d", "a = b; c - d"),
        ("mail@example.org", "mail@example.org"),
        ("-5", "-5"),
        ("-5.25", "-5.25"),
        ("-1e-05", "-1e-05"),
        ("-5 or fewer", "'-5 or fewer"),
    ],
)
def test_harmless_finds_a_formula_wherever_a_spreadsheet_does(text: str, expected: str) -> None:
    """Spaces, full-width signs and separators of other locales hide no formula; numbers stay."""
    assert harmless(text) == expected


@pytest.mark.parametrize(
    "cell", ["about 73", "", "R031", "<script>alert(1)</script>", "1,010", "'x"]
)
def test_harmless_leaves_plain_text(cell: str) -> None:
    """Other text stays as it is; a CSV file runs no markup."""
    assert harmless(cell) == cell


@pytest.mark.parametrize("cell", [-5.0, 0, math.inf, None])
def test_harmless_leaves_numbers(cell: object) -> None:
    """A negative number is a number, not a formula."""
    assert harmless(cell) == cell


@pytest.mark.parametrize("text", [*NASTY[:5], "<script>alert(1)</script>"])
def test_write_lines_neutralises_every_text(one_line: Lines, tmp_path: Path, text: str) -> None:
    """No cell of the CSV starts a formula, whichever column it came from."""
    line = one_line({"value": 1.0, "text": text, "source_id": text, "scope": text})
    write_lines({text: line}, tmp_path, name="made-up.x")
    with (tmp_path / "data/made-up.x.csv").open(encoding="utf-8", newline="") as file:
        header, row = csv.reader(file)
    cells = dict(zip(header, row, strict=True))
    expected = text if text.startswith("<") else f"'{text}"
    assert (cells["seen"], cells["source"], cells["scope"], cells["line"]) == (expected,) * 4
    assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("text", [*NASTY[:5], "<script>alert(1)</script>"])
def test_tables_of_the_record_are_given_away_neutralised(
    record: Path, tmp_path: Path, write_cell: Callable[..., None], text: str
) -> None:
    """The site's copy of a table holds the same cells, with every formula made text."""
    write_cell(record / "rail_counts.csv", "R031", text=text)
    given = tmp_path / "given"
    site_build_and_swap._copy_tables(record, given)
    assert {path.name for path in given.iterdir()} == {path.name for path in record.glob("*.csv")}
    with (given / "rail_counts.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["id"] == "R031")
    assert row["text"] == (text if text.startswith("<") else f"'{text}")
    assert row["value"] == "73"


def test_write_table_gives_harmless_rows(tmp_path: Path) -> None:
    """A table that is no line is written whole, without formulas, under a slug."""
    table = pd.DataFrame({"a": ["=1+1", "text"], "b": [1.5, None]})
    assert write_table(table, tmp_path, name="coverage.months") == ["coverage.months.csv"]
    written = (tmp_path / "data/coverage.months.csv").read_text(encoding="utf-8")
    assert written == "a,b\n'=1+1,1.5\ntext,\n"
    with pytest.raises(DataError, match=r"download 'a b': needs a name"):
        write_table(table, tmp_path, name="a b")
