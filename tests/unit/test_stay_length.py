"""Mean length of stay: what days of observations allow, and what they do not."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.port_calls.stay_length import (
    DAYS,
    SAME_HOUR,
    dwell_of_stays,
    mean_stay,
    stay_limits,
)

Table = Callable[[str], pd.DataFrame]


def stays(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Make stays: not yet there, seen first, seen last, gone; empty where not known."""
    dated = [[pd.Timestamp(day) if day else pd.NaT for day in row] for row in rows]
    return pd.DataFrame(dated, columns=list(DAYS)).assign(
        id=[f"B{i}" for i in range(1, len(rows) + 1)]
    )


LONG = ("2024-03-09", "2024-03-10", "2024-03-12", "2024-03-13")
OPEN = ("", "2024-03-10", "2024-03-15", "")


def test_limits_run_from_sightings_to_absences() -> None:
    """Seen on the 10th and the 12th, not on the 9th nor the 13th: 2 to 4 days, hours aside."""
    found = stay_limits(stays(LONG, OPEN, ("", "2024-03-10", "2024-03-10", "")))
    assert found["low"].tolist() == pytest.approx([2 - SAME_HOUR, 5 - SAME_HOUR, 0.0])
    assert found["high"].tolist() == pytest.approx([4 + SAME_HOUR, math.inf, math.inf])


def test_mean_stay_is_the_posterior_by_hand() -> None:
    """One stay of 2 to 4 days, both laws equally likely, over means even in their logarithm."""
    means = np.geomspace(0.5, 10.0, 4000)
    low, high = 2 - SAME_HOUR, 4 + SAME_HOUR
    held = np.zeros_like(means)
    for shape in (4.0, 5.0):
        chance = stats.gamma.cdf(high, shape, scale=means / 4) - stats.gamma.cdf(
            low, shape, scale=means / 4
        )
        held += chance / chance.sum() / 2
    ends = [means[np.searchsorted(held.cumsum(), q)] for q in (0.05, 0.95)]
    made = mean_stay(stays(LONG))
    assert (made.low, made.high) == (
        pytest.approx(ends[0], rel=0.01),
        pytest.approx(ends[1], rel=0.01),
    )
    assert math.isnan(made.value)


def test_a_stay_without_an_absence_on_either_side_is_not_used() -> None:
    """However long a ship was seen, the interval is that of the stays with both."""
    one, more = mean_stay(stays(LONG)), mean_stay(stays(LONG, OPEN))
    assert (one.low, one.high) == (more.low, more.high)


def test_more_stays_narrow_the_interval() -> None:
    """Ten stays alike leave less open than one."""
    one, ten = mean_stay(stays(LONG)), mean_stay(stays(*[LONG] * 10))
    assert ten.high - ten.low < (one.high - one.low) / 2


def test_dwell_of_stays_holds_the_same_range() -> None:
    """The law of the mean stay has the estimate's interval as its central part."""
    given, known = dwell_of_stays(stays(LONG)), mean_stay(stays(LONG))
    drawn = given.draws(20_000, np.random.default_rng(1))
    assert np.quantile(drawn, [0.05, 0.95]) == pytest.approx([known.low, known.high], rel=0.03)


def test_the_stays_of_the_record_are_told_by_its_rows(table: Table) -> None:
    """Each day of a stay is the day of one of its rows, or the day before or after one."""
    known = pd.concat([table("ship_sightings"), table("voyages")])
    days = ["date_first", "date_last", "depart_first", "depart_last", "arrive_first", "arrive_last"]
    for _, stay in table("port_stays").iterrows():
        rows = known[known["id"].isin(stay["rows"].split())]
        told = {pd.Timestamp(day) for column in days for day in rows[column].dropna()}
        near = {day + pd.Timedelta(days=step) for day in told for step in (-1, 0, 1)}
        given = [stay[day] for day in DAYS if pd.notna(stay[day])]
        assert set(given) <= near, stay["id"]
        assert {stay["family"]} == set(rows["family"]), stay["id"]


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        (stays(OPEN), "none of 1 stays has an absence on both sides"),
        (stays(("2024-03-12", *LONG[1:])), "row B1: 2024-03-12, 2024-03-10, .* in their order"),
        (stays(("", "", "2024-03-12", "")), "row B1: 2024-03-12 for .* the two it was seen on"),
        (stays(LONG).drop(columns="seen_last"), "columns missing: seen_last"),
        (
            stays(LONG, ("2023-01-01", "2023-01-02", "2024-01-01", "2024-01-02")),
            "no mean from 0.5 to 10 days allows stays of 363.8 days or more and of 4.2 or less",
        ),
    ],
    ids=["no-absence", "order", "no-sighting", "column", "contradiction"],
)
def test_mean_stay_refuses(rows: pd.DataFrame, match: str) -> None:
    """What no stay can be estimated from is named by its row, with what to give."""
    with pytest.raises(DataError, match=match):
        mean_stay(rows)
