"""No over-claims: what the lint refuses, what it lets pass, and all prose of the project."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from skytally.claims import read_tables
from skytally.overclaim import empty_looks, paragraphs, refused, ship_names

ROOT = Path(__file__).resolve().parents[1]
FINDINGS = ROOT / "book/_build/html/findings.json"
SHIPS = frozenset({"Angara", "Lady R"})
EMPTY = frozenset({"P049"})
PROSE = (
    "text",
    "tested_part",
    "changes_if",
    "note",
    "reads",
    "original",
    "copy",
    "reason",
    "meaning",
)
RETOLD = ("text", "original", "copy")
"""Columns that retell what somebody named beside them said."""


@pytest.mark.parametrize(
    "text",
    [
        "The image proves the transfer.",
        "It has been proven that arms went by sea.",
        "CSIS confirmed the shipment.",
        "This confirms that three deliveries took place.",
        "Arms were shipped to Dunai.",
        "The shells had been sent by rail.",
        "Weapons are being delivered.",
        "This is conclusive.",
        "Angara lay at the pier.",
        "CSIS saw 73 railcars.",
        "There were 1,010 blue containers.",
        "There was no activity at the pier.",
        "No ship was there, and no large vessel came.",
        "It is very likely that they sailed, with moderate confidence.",
    ],
)
def test_over_claims_are_refused(text: str) -> None:
    """Each of the forbidden patterns, in a sentence of its own."""
    assert refused(text, file="a.md", ships=SHIPS, empty=EMPTY)


@pytest.mark.parametrize(
    "text",
    [
        "It is consistent with a call; it is never proof of one.",
        "No image proves what was inside.",
        "Nothing here confirms a shipment.",
        "Nobody saw that arms were loaded.",
        "Angara lay at the pier ({row}`P010`).",
        "CSIS saw {f}`rail-counts.railcars_october_2023`.",
        "There was no activity at either pier ({row}`P049`).",
        "The port was looked at in 2023 by two counters.",
        "Run `make proves` and quote `73 railcars` as code.",
        "It is very likely.\nThe sources give moderate confidence.",
        "It says how good the sources are, not how likely a thing is.",
        "```python\nprint('73 railcars prove it')\n```",
        ":::{note}\n:class: proves\nPlain words.\n:::",
    ],
)
def test_careful_words_pass(text: str) -> None:
    """Denials, citations, findings, code and years are no over-claims."""
    assert refused(text, file="a.md", ships=SHIPS, empty=EMPTY) == []


def test_a_report_names_file_line_words_and_what_to_write() -> None:
    """The second line of the second paragraph, below a block of code."""
    text = "Fine.\n\n```\ncode\n```\n\nAlso fine,\nbut it proves nothing\nand that proves it.\n"
    (found,) = refused(text, file="page.md", ships=SHIPS, empty=EMPTY)
    assert (found.file, found.line, found.found) == ("page.md", 9, "proves")
    assert "consistent with" in str(found)


def test_prose_within_a_note_is_read_and_a_table_row_stands_alone() -> None:
    """A citation in one row of a table does not cover the next."""
    note = "```{note}\nIt proves it.\n```"
    assert [each.line for each in refused(note, file="a", ships=SHIPS, empty=EMPTY)] == [2]
    rows = "| ship | row |\n| --- | --- |\n| Angara | {row}`P010` |\n| Lady R | none |\n"
    assert [each.found for each in refused(rows, file="a", ships=SHIPS, empty=EMPTY)] == ["Lady R"]


def test_retold_numbers_stand_but_verbs_do_not() -> None:
    """A paraphrase keeps its source's number; it may not make it stronger."""
    told = {"file": "a", "ships": SHIPS, "empty": EMPTY, "retold": True}
    assert refused("73 railcars were present", **told) == []
    assert refused("73 railcars prove it", **told)


def test_paragraphs_keep_the_line_they_begin_on() -> None:
    """Blank lines and code part them."""
    assert list(paragraphs("one\ntwo\n\n```\nx\n```\nthree\n")) == [(1, "one\ntwo"), (7, "three")]


def test_ship_names_leave_descriptions_out() -> None:
    """What the record calls dark vessels has no name."""
    table = pd.DataFrame({"vessel": ["Angara and Maria", "Lady R (probable)", "dark vessels", ""]})
    assert ship_names({"a": table, "b": pd.DataFrame()}) == {"Angara", "Maria", "Lady R"}


def test_empty_looks_are_rows_and_findings_of_looks_that_found_nothing() -> None:
    """A finding that rests on such a look may be cited for it."""
    table = pd.DataFrame({"id": ["P1", "P2"], "state": ["nothing-seen", "seen"]})
    findings = [{"key": "a.b", "inputs": ["P1"]}, {"key": "a.c", "inputs": ["P2"]}]
    assert empty_looks({"a": table}, findings) == {"P1", "a.b"}


@pytest.mark.skipif(not FINDINGS.is_file(), reason="the findings are not built; run make book")
def test_no_prose_of_the_project_over_claims() -> None:
    """Pages, notebooks, README, findings and the tables of claims."""
    record, claims = read_tables(ROOT / "data/record"), read_tables(ROOT / "data/claims")
    findings = json.loads(FINDINGS.read_text(encoding="utf-8"))
    known = {"ships": ship_names(record), "empty": empty_looks(record, findings)}
    found = []
    for page in (ROOT / "README.md", *sorted((ROOT / "book").glob("*.md"))):
        found += refused(page.read_text(encoding="utf-8"), file=page.name, **known)
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for i, cell in enumerate(cells):
            if cell["cell_type"] == "markdown":
                found += refused("".join(cell["source"]), file=f"{path.name}, cell {i}", **known)
    for each in findings:
        # the number in words brings its bound, and the finding its interval
        text = each["text"].replace(each["said"], "") if each["said"] else each["text"]
        cited = [each["key"], *each["inputs"]]
        found += refused(text, file=each["key"], cited=cited, **known)
    for name, table in claims.items():
        for row in table.to_dict("records"):
            for column in set(PROSE) & set(row):
                place = f"{name}.csv, line {row['line']}, {column}"
                cited = str(row.get("rows", "")).split() + str(row.get("left", "")).split()
                told = {"cited": [*cited, place], "retold": column in RETOLD}
                found += refused(row[column], file=place, **told, **known)
    assert not found, "\n".join(map(str, found))
