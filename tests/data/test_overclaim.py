"""No over-claims: what the lint refuses, what it lets pass, and all prose of the project."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skytally.claims.findings_and_rows_lookup_for_claim_rules import read_tables
from skytally.core.errors_and_fault_lists import DataError
from skytally.press.overclaim_lint import (
    code_texts,
    empty_observations,
    find_overclaims,
    paragraphs,
    ship_names,
)

ROOT = Path(__file__).resolve().parents[2]
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
RETOLD = ("text", "original", "copy", "tested_part")
"""Columns that retell what somebody named beside them said."""
CITING = ("rows", "left", "right", "findings", "original_source", "copy_source", "copied_from")
"""Columns of a table of claims that name rows, findings or sources."""
Told = tuple[str, str, frozenset[str], bool]
"""File, text, what it rests on, and whether it retells somebody."""


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
        "Arms were aboard the ship.",
        "Arms were supplied to Russia.",
        "Munitions reached Tikhoretsk in October.",
        "Missiles are being shipped.",
        "The ship carried arms to Dunai.",
        "The containers contained shells.",
        "The shipment was confirmed by CSIS.",
        "The transfer has been verified.",
        "The images demonstrate a transfer of arms.",
        "Nobody doubts that arms were shipped.",
        "It cannot be denied that this proves the transfer.",
        "No one disputes the transfer.",
        "There is no doubt about it.",
        "It is undeniable that they came.",
        "Not only does it prove the transfer.",
        "The United States says that arms were shipped.",
        "He said that it proves the transfer ({row}`P010`).",
        "RUSI counted 100 new munition pits.",
        "38 North counted 12 railcars.",
        "RUSI counted twenty-five voyages.",
        "Hundreds of containers left the quay.",
        "There were 2000 containers.",
        "In October 2023 there were 2023 containers.",
        "There were no ships at Rajin.",
        "There were not any ships there.",
        "No train crossed in March.",
        "The port was empty.",
        "The berth stood empty for weeks.",
        "Nothing moved at the quay.",
        "The port was empty ({row}`P010`).",
        "It is very likely that they sailed, with moderate confidence.",
    ],
)
def test_over_claims_are_refused(text: str) -> None:
    """Each of the forbidden patterns, in a sentence of its own."""
    assert find_overclaims(text, file="a.md", ships=SHIPS, empty=EMPTY)


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
        "VOA and 38 North counted railcars at one yard.",
        "It does not show cargo.",
        "No image can show what was in the boxes.",
        "It does not confirm a shipment.",
        "Whether arms were aboard cannot be seen.",
        "A surge is no sign that arms were sent.",
        "Shells are a second step.",
        "The munitions depot is near Tikhoretsk.",
        "The United States says that arms were shipped ({row}`O003`).",
        "KCNA wrote “arms were sent” ({src}`BP_20231017`).",
        "The port was empty on that look ({row}`P049`).",
        "Angara lay at the pier, by {row}`a caption of the United States <P010>`.",
        "A day without a look is not a day on which the port was empty.",
        "Whether the berth was empty is not known.",
        "No ship is named here without a source.",
        "In 2023 ships came more often, and since October 2023 containers have stood there.",
        "On 5 October 2023 trains stood there.",
        "What was tried is [told elsewhere](proof.md).",
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
    assert find_overclaims(text, file="a.md", ships=SHIPS, empty=EMPTY) == []


def test_a_report_names_file_line_words_and_what_to_write() -> None:
    """The second line of the second paragraph, below a block of code."""
    text = "Fine.\n\n```\ncode\n```\n\nAlso fine,\nbut it proves nothing\nand that proves it.\n"
    (found,) = find_overclaims(text, file="page.md", ships=SHIPS, empty=EMPTY)
    assert (found.file, found.line, found.words) == ("page.md", 9, "proves")
    assert "consistent with" in str(found)


def test_prose_within_a_note_is_read_and_a_table_row_stands_alone() -> None:
    """A citation in one row of a table does not cover the next."""
    note = "```{note}\nIt proves it.\n```"
    assert [each.line for each in find_overclaims(note, file="a", ships=SHIPS, empty=EMPTY)] == [2]
    rows = "| ship | row |\n| --- | --- |\n| Angara | {row}`P010` |\n| Lady R | none |\n"
    assert [each.words for each in find_overclaims(rows, file="a", ships=SHIPS, empty=EMPTY)] == [
        "Lady R"
    ]


def test_retold_numbers_stand_but_verbs_do_not() -> None:
    """A paraphrase keeps its source's number; it may not make it stronger."""
    told = {"file": "a", "ships": SHIPS, "empty": EMPTY, "attributed": True}
    assert find_overclaims("73 railcars were present", **told) == []
    assert find_overclaims("73 railcars prove it", **told)


def test_paragraphs_keep_the_line_they_begin_on() -> None:
    """Blank lines and code part them."""
    assert list(paragraphs("one\ntwo\n\n```\nx\n```\nthree\n")) == [(1, "one\ntwo"), (7, "three")]


def test_ship_names_leave_descriptions_out() -> None:
    """What the record calls dark vessels has no name."""
    table = pd.DataFrame({"vessel": ["Angara and Maria", "Lady R (probable)", "dark vessels", ""]})
    assert ship_names({"a": table, "b": pd.DataFrame()}) == {"Angara", "Maria", "Lady R"}


def test_empty_looks_are_rows_and_findings_of_looks_that_found_nothing() -> None:
    """A finding that rests on such an image may be cited for it."""
    table = pd.DataFrame({"id": ["P1", "P2"], "state": ["nothing-seen", "seen"]})
    findings = [{"key": "a.b", "inputs": ["P1"]}, {"key": "a.c", "inputs": ["P2"]}]
    assert empty_observations({"a": table}, findings) == {"P1", "a.b"}


def test_code_gives_its_sentences_with_what_is_cited_beside_them() -> None:
    """A quoted row stands in the same list, a finding's key in the same call; names are no text."""
    source = """figures.chart(x, name="silent-ships", caption="The port was empty.")
quotes = {
    "none": ["P049", "NK Pro saw {said}: the port was empty."],
}
found = [tally("a.b_c", rows, text=f"The ship {name} was seen.")]"""
    made = [
        (1, "The port was empty.", frozenset()),
        (3, "NK Pro saw {said}: the port was empty.", frozenset({"P049"})),
        (5, "The ship \x00 was seen.", frozenset({"a.b_c"})),
    ]
    assert list(code_texts(source)) == made
    hits = [
        find_overclaims(text, file="a", ships=SHIPS, empty=EMPTY, cited=c) for _, text, c in made
    ]
    assert [len(each) for each in hits] == [1, 0, 0]
    with pytest.raises(DataError, match="give a cell of plain Python"):
        list(code_texts("%matplotlib inline"))


def _pages() -> Iterator[Told]:
    for page in (ROOT / "README.md", *sorted((ROOT / "book").glob("*.md"))):
        yield page.name, page.read_text(encoding="utf-8"), frozenset(), False


def _cells(kind: str) -> Iterator[Told]:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for i, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
            source, place = "".join(cell["source"]), f"{path.name}, cell {i}"
            if cell["cell_type"] == kind == "markdown":
                yield place, source, frozenset(), False
            elif cell["cell_type"] == kind == "code":
                for line, text, cited in code_texts(source):
                    yield f"{place}, line {line} of the code", text, cited, False


def _findings(findings: list[dict[str, Any]]) -> Iterator[Told]:
    for each in findings:
        # the number in words brings its bound, and the finding its interval
        text = each["text"].replace(each["said"], "") if each["said"] else each["text"]
        # so does the number of all, of which it counts a part
        text = re.sub(r"\b([Oo]f) \d[\d,]*\b", r"\1", text)
        yield each["key"], text, frozenset([each["key"], *each["inputs"]]), False


def _declared() -> Iterator[Told]:
    """Yield the sentences of findings that no build shows as long as the rows are as they are."""
    for path in sorted((ROOT / "data/findings").glob("*.csv")):
        if path.name == "vocabulary.csv" or path.name.endswith(".dictionary.csv"):
            continue
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        for row in table.to_dict("records"):
            yield f"{path.name}, {row['key']}", row["otherwise"], frozenset([row["key"]]), False


def _titles() -> Iterator[Told]:
    table = pd.read_csv(ROOT / "data/charts/chart_titles.csv", dtype=str, keep_default_na=False)
    for row in table.to_dict("records"):
        for column in ("headline", "subtitle"):
            yield f"chart_titles.csv, {row['id']}, {column}", row[column], frozenset(), False


def _cited(row: dict[str, Any], others: dict[str, set[str]]) -> set[str]:
    """Ids of the rows that a claim cites, directly or through its rules and weighed observation."""
    own = {word for column in CITING for word in str(row.get(column, "")).split()}
    through = [*str(row.get("rules", "")).split(), str(row.get("observation", ""))]
    return own.union(*(others.get(each, set()) for each in through))


def _claims(claims: dict[str, pd.DataFrame], press: set[str]) -> Iterator[Told]:
    others: dict[str, set[str]] = {}
    for name in ("rules", "weighed_observations"):
        others |= {row["id"]: _cited(row, {}) for row in claims[name].to_dict("records")}
    for name, table in claims.items():
        for row in table.to_dict("records"):
            # a claim of the press is itself a row of the record
            cited = _cited(row, others) | ({row["id"]} & press if "id" in row else set())
            for column in sorted(set(PROSE) & set(row)):
                place = f"{name}.csv, line {row['line']}, {column}"
                # what a hypothesis means is its own words, not the book's
                told = column in RETOLD or (name, column) == ("hypotheses", "meaning")
                yield place, row[column], frozenset(cited), told


@pytest.mark.skipif(not FINDINGS.is_file(), reason="the findings are not built; run make book")
def test_no_prose_of_the_project_over_claims() -> None:
    """Pages, cells and code of notebooks, README, findings and the tables of claims."""
    record, claims = read_tables(ROOT / "data/record"), read_tables(ROOT / "data/claims")
    findings = json.loads(FINDINGS.read_text(encoding="utf-8"))
    known = {"ships": ship_names(record), "empty": empty_observations(record, findings)}
    texts = {
        "pages": list(_pages()),
        "cells": list(_cells("markdown")),
        "code": list(_cells("code")),
        "findings": list(_findings(findings)),
        "declared": list(_declared()),
        "titles": list(_titles()),
        "claims": list(_claims(claims, set(record["press_claims"]["id"]))),
    }
    assert all(len(each) > 20 for name, each in texts.items() if name != "pages"), "lint too little"
    assert len(texts["pages"]) > 5
    found = [
        each
        for file, text, cited, attributed in itertools.chain(*texts.values())
        for each in find_overclaims(text, file=file, cited=cited, attributed=attributed, **known)
    ]
    assert not found, "\n".join(map(str, found))


def test_a_ship_named_in_a_claim_without_a_row_is_found() -> None:
    """The place of a text is no citation: a row of the tables needs its own."""
    table = {"id": ["X1"], "line": [2], "text": ["Angara lay there"], "note": ["Angara, too"]}
    empty = pd.DataFrame({"id": [], "line": []})

    def named(**more: list[str]) -> list[bool]:
        tables = {"weighed_observations": pd.DataFrame({**table, **more}), "rules": empty}
        return [
            bool(
                find_overclaims(
                    text, file=file, ships=SHIPS, empty=EMPTY, cited=cited, attributed=attributed
                )
            )
            for file, text, cited, attributed in _claims(tables, set())
        ]

    assert named() == [True, True]
    assert named(rows=["P010"]) == [False, False]
