"""Counts of two counters, paired strictly and loosely."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.findings.quote_ratio_share_estimate_findings import row_of
from skytally.record.copied_reports import drop_copies
from skytally.record.evidence_lines import by_statement
from skytally.statistics.published_count_pairs import (
    difference_of_rows,
    pairs_of_counters,
    readers_of_one_place,
)

Rows = Callable[..., pd.DataFrame]
Table = Callable[[str], pd.DataFrame]


def test_agreements_find_the_two_pairs_of_the_depots_and_no_other(table: Table) -> None:
    """Ships, containers and railcars have no pair of one kind and one day."""
    names = ("ship_sightings", "quay_stocks", "voyage_counts", "rail_counts")
    tables = [table(name) for name in (*names, "depot_observations")]
    tables.append(by_statement(table("official_claims")))
    found = [pairs_of_counters(drop_copies(each, table("sources"))) for each in tables]
    assert [len(each) for each in found] == [0, 0, 0, 0, 2, 0]
    pairs = found[4].set_index("scope")
    assert bool(pairs.loc["tikhoretsk-depot", "compatible"])
    assert not bool(pairs.loc["toropets-arsenal", "compatible"])
    assert set(pairs["rows_a"]) | set(pairs["rows_b"]) == {"D015", "D026", "D027", "D028"}


def test_difference_of_rows_is_the_least_that_the_bounds_allow(table: Table) -> None:
    """More than 30,000 against about 19,000, at most 19,500: at least 10,500 tonnes apart."""
    depots = table("depot_observations")
    found = difference_of_rows(row_of([depots], "D028"), row_of([depots], "D027"))
    assert (found.low, found.high, found.unit) == (10500.0, math.inf, "tonnes")
    alike = difference_of_rows(row_of([depots], "D015"), row_of([depots], "D026"))
    assert (alike.low, alike.high) == (0.0, math.inf)


def test_difference_of_rows_refuses_rows_of_two_days(table: Table) -> None:
    """A number of September is not compared with one of another day."""
    depots = table("depot_observations")
    later = row_of([depots], "D028").assign(date_last=pd.Timestamp("2024-09-20"))
    with pytest.raises(DataError, match="rows D027 and D028: no numbers of one known day"):
        difference_of_rows(row_of([depots], "D027"), later)


def test_readers_of_one_yard_are_the_one_pair_of_the_record(table: Table) -> None:
    """VOA and 38 North at the freight area: 12 and 3; *no apparent use* beside 7 is no count."""
    rail = drop_copies(table("rail_counts"), table("sources"))
    found = readers_of_one_place(rail[rail["quantity"] == "railcars"])
    assert list(zip(found["row_a"], found["row_b"], strict=True)) == [("R008", "R009")]
    pair = found.iloc[0]
    assert list(pair[["a", "b", "value_a", "value_b"]]) == ["voa", "38-north", 12, 3]
    assert pair["shared_family"] == "yes"
    # kinds and days differ, so it is no clean comparison
    assert not pair["kinds_alike"]
    assert not pair["days_alike"]


@pytest.mark.parametrize("method", ["inferred", "statement"])
def test_what_nobody_counted_makes_no_pair(rows: Rows, method: str) -> None:
    """A number that a compiler drew from words, or that somebody only stated, is no reading."""
    made = rows({"counter": "voa", "value": 7.0}, {"counter": "38-north", "value": 0.0})
    made = made.assign(scope="tumangang-freight-area", quantity="railcars", unit="railcars")
    assert len(readers_of_one_place(made)) == 1
    made.loc[1, "method"] = method
    assert readers_of_one_place(made).empty


def test_readers_take_the_briefest_count_of_the_other(rows: Rows) -> None:
    """A count of the day stands before a statement on the year; a bound is no count."""
    made = rows(
        {"counter": "voa", "value": 12.0, "day": "2022-11-04"},
        {"counter": "rfa", "value": 3.0, "day": "2022-11-04"},
        {"counter": "rfa", "value": 0.0, "day": "2022-11-04"},
        {"counter": "38-north", "value": 90.0, "bound": "at most", "day": "2022-11-04"},
        {"counter": "csis", "value": 8.0, "day": "2022-11-09"},
    ).assign(scope="tumangang-freight-area", quantity="railcars", unit="railcars")
    made.loc[2, "date_first"] = pd.Timestamp("2021-01-01")
    found = readers_of_one_place(made)
    assert [(row["value_a"], row["value_b"]) for _, row in found.iterrows()] == [(12.0, 3.0)]


def test_readers_of_a_year_are_not_compared(rows: Rows) -> None:
    """Two statements on a year are no count of one yard at one time."""
    made = rows({"counter": "voa", "value": 12.0}, {"counter": "rfa", "value": 3.0})
    made = made.assign(scope="x", date_first=pd.Timestamp("2022-01-01"))
    assert readers_of_one_place(made).empty
