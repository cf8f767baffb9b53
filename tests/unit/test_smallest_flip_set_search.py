"""Search for the smallest sets of rows without which a finding changes."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from skytally import claims
from skytally.core import data_folder
from skytally.core.errors_and_fault_lists import DataError
from skytally.findings.smallest_flip_set_search import (
    SINGLES,
    VOID,
    FlipSet,
    FlipSets,
    Search,
    by_source,
    flip_words,
    smallest_sets,
)
from skytally.record import WholeRecord
from tests.support.expected_sentences import same_sentence

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def record() -> Tables:
    """Read all tables of the record."""
    return claims.read_tables(data_folder() / "record")


def lost(*flipping: str, reads: str = "abcde") -> Any:
    """Make a trial of which each of some sets, and all that hold one, flips."""

    def trial(removed: frozenset[str]) -> tuple[str, tuple[str, ...]]:
        gone = any(set(each) <= removed for each in flipping)
        return ("gone" if gone else ""), tuple(row for row in reads if row not in removed)

    return trial


@pytest.mark.parametrize(
    ("flipping", "sets", "searched"),
    [
        (("c", "a", "de"), [("a",), ("c",)], 1),
        (("de", "abc"), [("d", "e")], 2),
        (("bce",), [("b", "c", "e")], 3),
        (("abcd",), [], 3),
    ],
)
def test_smallest_sets_are_all_of_the_first_size_that_flips(
    flipping: tuple[str, ...], sets: list[tuple[str, ...]], searched: int
) -> None:
    """One, two or three letters of five, and four, which the search does not reach."""
    found = smallest_sets(lost(*flipping), what="x")
    assert [each.without for each in found.sets] == sets
    assert (found.searched, found.listed) == (searched, True)


def test_a_row_that_comes_in_when_another_is_missing_is_searched() -> None:
    """B is read only without A, as a copy is; without both the statement is gone."""

    def trial(removed: frozenset[str]) -> tuple[str, tuple[str, ...]]:
        if {"a", "b"} <= removed:
            return "gone", ()
        return "", (("b",) if "a" in removed else ("a",))

    assert smallest_sets(trial, what="x").sets == (FlipSet(("a", "b"), "gone"),)


def test_a_search_ends_before_a_size_beyond_its_budget_and_says_so() -> None:
    """Ten pairs of five rows do not fit into nine evaluations after five."""
    found = smallest_sets(lost("de"), what="x", budget=14)
    assert (found.sets, found.searched) == ((), 1)
    assert smallest_sets(lost("de"), what="x", budget=15).searched == 2
    none = FlipSets(found, found, ())
    same_sentence("smallest_flip_set_search.none", flip_words(none))
    assert none.size is None


def test_more_rows_than_can_be_left_out_singly_are_refused() -> None:
    """One message names the statement, the number and the limit."""
    rows = tuple(f"R{number}" for number in range(SINGLES + 1))
    with pytest.raises(DataError, match=rf"claim X, rows: {SINGLES + 1} to leave out .* {SINGLES}"):
        smallest_sets(lambda _: ("", rows), what="claim X, rows")


def test_a_source_takes_all_its_rows_with_it() -> None:
    """Rows a and b of one page flip only together."""
    record = WholeRecord({"x": pd.DataFrame({"id": [*"abcde"], "source_id": [*"SSTTU"]})})
    found = smallest_sets(by_source(lost("ab"), record), what="x")
    assert found.sets == (FlipSet(("S",), "gone"),)


def test_words_name_alternatives_sources_and_assumptions() -> None:
    """Two rows void it, a third turns it; two sources are worse than one row and stay unsaid."""
    rows = Search(
        (FlipSet(("R1",), VOID), FlipSet(("R2",), "holds"), FlipSet(("R3",), VOID)), True, 1
    )
    flips = FlipSets(
        rows, Search((FlipSet(("A", "B"), VOID),), True, 2), (FlipSet(("n = 2",), "holds"),)
    )
    same_sentence("smallest_flip_set_search.words", flip_words(flips))
    assert flips.size == 1
    pairs = Search((FlipSet(("R1", "R2"), VOID),), False, 2)
    one = Search((FlipSet(("A",), VOID),), True, 1)
    same_sentence("smallest_flip_set_search.sources", flip_words(FlipSets(pairs, one, ())))
