"""Brackets of a change from rows: by what they saw, by what they state, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.change_brackets_from_rows import bracket_of_rows, stated_bracket

Rows = Callable[..., pd.DataFrame]
YARD = {"scope": "tumangang-freight-area", "counter": "rfa"}


def test_rows_bracket_the_filling_of_a_yard(rows: Rows) -> None:
    """Empty on the 14th, cars on the 22nd, unclear on the 28th."""
    table = rows(
        {**YARD, "day": "2023-09-14", "value": 0.0, "state": "nothing-seen"},
        {**YARD, "day": "2023-09-22", "value": 4.0},
        {**YARD, "day": "2023-09-28", "state": "unclear"},
    )
    assert bracket_of_rows(table).words == "between 14 and 22 September 2023"


def test_what_lasted_counts_at_both_ends_and_what_was_seen_once_at_neither(rows: Rows) -> None:
    """Filled from the 1st to the 22nd, nothing on the 28th: over from the 22nd, or the 1st, on."""
    table = rows(
        {**YARD, "date_first": pd.Timestamp("2024-02-01"), "date_last": pd.Timestamp("2024-02-22"),
         "value": 80.0},
        {**YARD, "day": "2024-02-28", "value": 0.0, "state": "nothing-seen"},
    )  # fmt: skip
    lasting = bracket_of_rows(table, begins=False, lasting=True)
    assert lasting.words == "between 22 and 28 February 2024"
    assert bracket_of_rows(table, begins=False).words == "between 1 and 28 February 2024"


def test_what_found_nothing_on_some_day_bounds_by_the_far_end(rows: Rows) -> None:
    """Empty early in March, on no stated day, and filled on the 12th: from the 1st on, not 11th."""
    table = rows(
        {**YARD, "date_first": pd.Timestamp("2024-03-01"), "date_last": pd.Timestamp("2024-03-11"),
         "value": 0.0, "state": "nothing-seen"},
        {**YARD, "day": "2024-03-12", "value": 33.0},
    )  # fmt: skip
    assert bracket_of_rows(table, moment=True).words == "between 1 and 12 March 2024"
    assert bracket_of_rows(table).words == "between 11 and 12 March 2024"
    filled = rows({**YARD, "day": "2024-02-22", "value": 80.0})
    emptied = bracket_of_rows(pd.concat([filled, table.head(1)]), begins=False, moment=True)
    assert emptied.words == "between 22 February 2024 and 11 March 2024"


def test_what_found_nothing_over_months_did_so_from_the_first_of_them(rows: Rows) -> None:
    """A ship on 12 February, none from February to March: the calls ended in February."""
    table = rows(
        {"day": "2024-02-12", "value": 1.0},
        {"date_first": pd.Timestamp("2024-02-01"), "date_last": pd.Timestamp("2024-03-31"),
         "precision_first": "month", "precision_last": "month", "value": 0.0,
         "state": "nothing-seen"},
    )  # fmt: skip
    assert bracket_of_rows(table, begins=False).words == "between 12 and 29 February 2024"


@pytest.mark.parametrize(
    ("precision", "words"),
    [
        ("day", "on 13 September 2023"),
        ("month", "in September 2023"),
        ("year", "between 1 January 2023 and 31 December 2023"),
        ("nominal", "between 29 August 2023 and 28 September 2023"),
    ],
)
def test_a_stated_date_is_as_wide_as_its_precision(rows: Rows, precision: str, words: str) -> None:
    """A month is a month, a year a year, and a nominal day half a month either way."""
    table = rows(
        {"day": "2023-09-13", "value": 1.0, "precision_first": precision,
         "precision_last": precision},
    )  # fmt: skip
    assert stated_bracket(table, day="first").words == words


def test_a_stated_interval_begins_with_the_change_or_holds_it(rows: Rows) -> None:
    """A rise from 18 September to 5 October, and a delivery some time in it."""
    table = rows(
        {"date_first": pd.Timestamp("2023-09-18"), "date_last": pd.Timestamp("2023-10-05"),
         "state": "seen"},
    )  # fmt: skip
    assert stated_bracket(table, day="first").words == "on 18 September 2023"
    within = stated_bracket(table, day="within").words
    assert within == "between 18 September 2023 and 5 October 2023"


def test_rows_of_several_counters_or_scopes_are_refused_together(rows: Rows) -> None:
    """Two counters at two places are two lines; a statement is no observation."""
    table = rows(
        {"id": "A", "day": "2023-09-14", "value": 0.0, "state": "nothing-seen"},
        {"id": "B", "day": "2023-09-22", "value": 4.0, **YARD},
        {"id": "C", "day": "2023-09-24", "value": 4.0, "state": "stated", **YARD},
    )
    with pytest.raises(DataError, match=r"column counter has csis, rfa(?s:.*)column scope has"):
        bracket_of_rows(table)
    with pytest.raises(DataError, match="row C: state 'stated' is no observation"):
        bracket_of_rows(table.tail(2))


def test_parts_of_a_place_are_let_in_where_it_is_said(rows: Rows) -> None:
    """A ship at one pier, then none at the two: the calls ended between."""
    table = rows(
        {"day": "2024-02-12", "value": 1.0, "scope": "rajin-pier-1"},
        {
            "day": "2024-02-18",
            "value": 0.0,
            "state": "nothing-seen",
            "scope": "rajin-piers-1-and-2",
        },
    )
    assert bracket_of_rows(table, begins=False, parts=True).days == 7
    with pytest.raises(DataError, match="column scope has rajin-pier-1, rajin-piers-1-and-2"):
        bracket_of_rows(table, begins=False)


def test_no_row_is_refused(rows: Rows) -> None:
    """Nothing selected, and two rows where one states the date."""
    table = rows({"day": "2023-09-13", "value": 1.0}, {"day": "2023-09-14", "value": 1.0})
    with pytest.raises(DataError, match="no row; select observations"):
        bracket_of_rows(table.head(0))
    with pytest.raises(DataError, match="2 rows; a stated date is that of one row"):
        stated_bracket(table, day="first")
