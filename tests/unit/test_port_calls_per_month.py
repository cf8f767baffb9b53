"""Rates of calls a month: bounds stay bounds, and an uncertain period widens the interval."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from skytally.core import DataError
from skytally.statistics.port_calls_per_month import (
    calls_between,
    monthly_rate,
    period_days,
    rate_between,
    rate_of_count,
    rate_ratio,
    rate_text,
)
from tests.support.made_up_call_counts import call_count

Rows = Callable[..., pd.DataFrame]
WHOLE_MONTH = {
    "date_first": "2023-08-01", "date_last": "2023-08-31",
    "precision_first": "month", "precision_last": "month",
}  # fmt: skip
"""Dates of a count of one calendar month."""


@pytest.mark.parametrize(
    ("first", "last", "precisions", "days"),
    [
        ("2023-08-01", "2023-10-31", ("day", "day"), (92, 92)),
        ("2023-08-01", "2023-10-31", ("month", "day"), (62, 92)),
        ("2023-08-01", "2023-10-31", ("month", "month"), (32, 92)),
        ("2024-01-01", "2024-01-31", ("month", "month"), (31, 31)),
        ("2023-08-15", "2023-10-31", ("nominal", "day"), (63, 93)),
    ],
)
def test_a_period_is_as_long_as_its_dates_allow(
    rows: Rows, first: str, last: str, precisions: tuple[str, str], days: tuple[float, float]
) -> None:
    """A month that begins a period may begin it on any day; a whole month is one month."""
    row = call_count(
        rows, date_first=first, date_last=last,
        precision_first=precisions[0], precision_last=precisions[1],
    )  # fmt: skip
    assert period_days(row) == days


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "4.1 to 4.2"),
        ({"bound": "at least"}, "at least 4.1"),
        ({"precision_first": "month"}, "4.1 to 5"),
        ({"unit": "calls per month", "value": 3.0, "bound": "at least"}, "at least 3"),
        ({"unit": "calls per month", "value": math.nan, "low": 1.0, "high": 2.0}, "1 to 2"),
        ({"unit": "calls per month", "value": 0.0}, "none"),
        ({"unit": "ships per week", "value": 1.0}, "4.3 to 4.4"),
        ({**WHOLE_MONTH, "unit": "ships per week", "value": 1.0}, "4.3 to 4.4"),
        ({**WHOLE_MONTH, "value": 9.0}, "9"),
        ({"date_last": "2023-08-05"}, ""),
        ({"date_first": None}, ""),
    ],
)
def test_rate_keeps_the_bound_of_its_count(rows: Rows, changes: dict[str, Any], words: str) -> None:
    """A lower bound gives a lower bound, five days or an open period no rate of a month."""
    assert rate_text(monthly_rate(call_count(rows, **changes))) == words


def total(rows: Rows, **changes: Any) -> pd.DataFrame:
    """Make one total of calls at a pier from 26 August 2023 on."""
    plain = {
        "counter": "voa", "scope": "pier", "quantity": "ship calls", "cargo": "", "value": 26.0,
        "bound": "exactly", "unit": "calls", "precision_first": "day", "precision_last": "day",
        "date_first": pd.Timestamp("2023-08-26"), "date_last": pd.Timestamp("2023-12-31"),
    }  # fmt: skip
    return rows({**plain, **changes})


LATER = {"value": 62.0, "date_first": pd.Timestamp("2023-08-01"), "precision_first": "month"}


def test_two_totals_give_the_calls_between_their_ends(rows: Rows) -> None:
    """36 calls in 434 days; the range of an estimate widens the difference on both sides."""
    later = total(rows, **LATER, date_last=pd.Timestamp("2025-03-09"))
    exact = total(rows)
    found = calls_between(exact, later)
    assert (found.low, found.high, found.unit) == (36, 36, "calls")
    rate = rate_between(exact, later)
    assert rate.low == rate.high == pytest.approx(36 / 434 * 365.25 / 12)
    about = total(rows, bound="about", wording="an estimated", method="estimate")
    found = calls_between(about, later)
    assert (found.low, found.high) == (pytest.approx(62 - 28.6), pytest.approx(62 - 23.4))
    assert rate_of_count(about).low == pytest.approx(23.4 / 128 * 365.25 / 12)


def test_a_bound_on_the_later_total_leaves_the_calls_open_above(rows: Rows) -> None:
    """A later total of at least so many gives at least the difference."""
    later = total(rows, **LATER, date_last=pd.Timestamp("2025-03-09"), bound="at least")
    found = calls_between(total(rows), later)
    assert (found.low, found.high) == (36, math.inf)
    with pytest.raises(DataError, match="allow every number of calls"):
        calls_between(total(rows, bound="at least"), later)


def test_ratio_of_two_rates_takes_the_ends_of_both(rows: Rows) -> None:
    """The lower end of the later rate over the upper of the earlier one, and the other way."""
    later = total(rows, **LATER, date_last=pd.Timestamp("2025-03-09"))
    about = total(rows, bound="about", wording="an estimated", method="estimate")
    before, after = rate_of_count(about), rate_between(about, later)
    found = rate_ratio(about, later)
    assert found.unit == "times"
    assert found.low == pytest.approx(after.low / before.high)
    assert found.high == pytest.approx(after.high / before.low)
    assert found.low < 1
    with pytest.raises(DataError, match="no call at all gives no ratio"):
        rate_ratio(total(rows, value=0.0, bound="exactly"), later)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scope": "port"}, "scope pier and port; take one series"),
        ({"counter": "csis"}, "counter voa and csis; take one series"),
        ({"unit": "ships"}, "no number of calls"),
        ({"date_first": pd.NaT}, "an open period gives no rate"),
        ({"date_first": pd.Timestamp("2024-01-01"), "precision_first": "day"}, "different days"),
        ({"date_last": pd.Timestamp("2024-01-10")}, "10 days between their ends"),
        ({"value": 20.0}, "the later total is the lower"),
    ],
)
def test_totals_of_two_series_are_not_subtracted(
    rows: Rows, changes: dict[str, Any], words: str
) -> None:
    """Another place, counter, unit or beginning gives no difference, and a fall is a mistake."""
    given = {**LATER, "date_last": pd.Timestamp("2025-03-09"), **changes}
    with pytest.raises(DataError, match=words):
        calls_between(total(rows), total(rows, **given))


def test_two_totals_of_an_unnamed_pier_are_not_subtracted(rows: Rows) -> None:
    """The same words need not mean one pier twice."""
    later = total(rows, **LATER, date_last=pd.Timestamp("2025-03-09"), scope="pier-unstated")
    with pytest.raises(DataError, match="may be two places"):
        rate_between(total(rows, scope="pier-unstated"), later)


def test_a_short_period_gives_no_rate(rows: Rows) -> None:
    """Three weeks say little of a month."""
    with pytest.raises(DataError, match="a period below 28 days"):
        rate_of_count(total(rows, date_last=pd.Timestamp("2023-09-10")))


def test_voyages_give_a_rate_in_their_own_unit(rows: Rows) -> None:
    """Voyages of a statement are no calls at a pier, and a rate keeps the unit of its row."""
    found = rate_of_count(total(rows, unit="voyages"))
    assert found.unit == "voyages per month"
    assert found.low == pytest.approx(rate_of_count(total(rows)).low)


def test_ships_that_came_once_each_are_calls_for_a_rate_and_not_for_a_difference(
    rows: Rows,
) -> None:
    """A count of ships gives a rate of calls; a later total less an earlier one must be calls."""
    ships = rows({**call_count(rows), "unit": "ships"})
    assert rate_of_count(ships).high == pytest.approx(rate_of_count(rows(call_count(rows))).high)
    with pytest.raises(DataError, match="no number of calls"):
        calls_between(ships, rows(call_count(rows)))
