"""The table of all numbers: who stands behind each, and how many rest on one counter."""

from __future__ import annotations

import re
from typing import Any

import pytest

from skytally.press.sphinx_ext import findings_table_and_counters_directives
from skytally.press.sphinx_ext.findings_table_and_counters_directives import (
    NOT_NAMED,
    CountersTally,
    FindingsTable,
    choices,
    counters_behind,
    counters_cell,
)
from skytally.record import NO_SOURCE, UNKNOWN_ORIGIN
from tests.support.directives_without_page import bare

ONE = {"origins": ["csis"], "named_origins": 1, "origins_at_least": 1}
MAYBE_TWO = {"origins": ["csis", "voa"], "named_origins": 2, "origins_at_least": 1}
TWELVE = {"origins": ["csis"] * 12, "named_origins": 12, "origins_at_least": 9}
NOBODY = {"origins": [UNKNOWN_ORIGIN], "named_origins": 1, "origins_at_least": 1}


def finding(key: str, support: dict[str, Any] | None) -> dict[str, Any]:
    """Make up a finding for these tests, as ``findings.json`` has it."""
    facts = {
        "read": "in a report of it", "image_owners": [], "image_rows": 0, "rows_without_owner": 0,
        "rows_released": 0,
    }  # fmt: skip
    return {
        "key": key, "said": "1 ship", "text": "A sentence.", "inputs": ["P029"], "further": [],
        "unit": "ships", "low": 1.0, "high": 1.0, "level": None, "interval_from": "",
        "made_of": "", "support": support and {**facts, **support}, "flips_if": None,
    }  # fmt: skip


FOUND = {
    key: finding(key, support)
    for key, support in (
        ("a.one", ONE), ("a.two", MAYBE_TWO), ("a.many", TWELVE), ("a.unnamed", NOBODY),
        ("a.ours", None),
    )
}  # fmt: skip


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """HTML of both directives for the findings above."""
    monkeypatch.setattr(findings_table_and_counters_directives, "findings", lambda _: FOUND)
    return {
        each.__name__: bare(each, docname="findings").html()
        for each in (FindingsTable, CountersTally)
    }


def test_numbers_of_counters_are_in_their_order() -> None:
    """Twelve follow two, then what has no counter."""
    assert choices(FOUND) == ["1 counter", "2 counters", "12 counters", NOT_NAMED, NO_SOURCE]


def test_a_second_counter_that_may_have_followed_the_first_is_said_so() -> None:
    """Names, and how many separate readings are certain."""
    assert counters_cell(FOUND["a.one"]) == "1 counter: CSIS Beyond Parallel"
    assert counters_cell(FOUND["a.two"]) == (
        "2 counters: CSIS Beyond Parallel and VOA Korean; some cite each other, "
        "perhaps only 1 separate"
    )
    assert counters_cell(FOUND["a.ours"]) == NO_SOURCE


def test_each_row_carries_the_word_that_the_list_keeps_it_by(shown: dict[str, str]) -> None:
    """The list beside the filter offers what the rows carry, and nothing else."""
    table = shown["FindingsTable"]
    kept = re.findall(r'<tr id="([^"]+)" data-choice="([^"]+)">', table)
    assert dict(kept) == {key: counters_behind(each) for key, each in FOUND.items()}
    offered = re.findall(r'<option data-anchor="([^"]+)">([^<]+)</option>', table)
    assert [word for _, word in offered] == choices(FOUND)
    assert offered[0][0] == "only-findings-1-counter"


def test_the_tally_counts_every_finding_once_and_leads_to_its_list(shown: dict[str, str]) -> None:
    """Its numbers add up to all findings, and each row leads to an anchor of the list."""
    tally, table = shown["CountersTally"], shown["FindingsTable"]
    counts = [int(each) for each in re.findall(r"</th><td>(\d+)</td>", tally)]
    assert counts == [1] * len(FOUND)
    single = re.findall(r"</td><td>(\d+|-)</td>", tally)
    assert single == ["1", "1", "0", "1", "-"]
    led = re.findall(r'href="findings\.html#([^"]+)"', tally)
    assert set(led) <= set(re.findall(r'data-anchor="([^"]+)"', table))
    # without scripts the link leads to the row of the tally
    assert led == re.findall(r'<tr id="([^"]+)"', tally)
