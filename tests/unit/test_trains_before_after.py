"""Trains at one track before and after a day: observations, clusters and what they can bear."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.record import filtered
from skytally.statistics.trains_before_after import (
    change_of_trains,
    one_per_cluster,
    railcars_by_length,
    train_observations,
    trains_table,
)

Rows = Callable[..., pd.DataFrame]
Table = Callable[[str], pd.DataFrame]
SUMMIT = "2023-09-13"


@pytest.fixture
def track(table: Table) -> pd.DataFrame:
    """Return the rows on the border track of VOA."""
    return filtered(table("rail_counts"), "role=observation;counter=voa;scope=border-track")


def trains(day: str, value: float, **changes: object) -> dict[str, object]:
    """Make the changes of a row that counts trains."""
    return {"day": day, "quantity": "trains", "unit": "trains", "value": value, **changes}


def length(day: str, value: float, **changes: object) -> dict[str, object]:
    """Make the changes of a row with the length of a train."""
    return {"day": day, "quantity": "train length", "unit": "m", "value": value, **changes}


def test_observations_of_the_record_are_the_twelve(track: pd.DataFrame) -> None:
    """Twelve observations with a number of trains, of which ten have lengths."""
    found = train_observations(track)
    assert len(found) == 12
    assert found["metres_low"].notna().sum() == 10
    by_day = found.set_index(found["first"].dt.strftime("%Y-%m-%d"))
    assert by_day.loc["2023-02-02", "metres_low"] == 80 + 170 + 170 - 0.5
    assert by_day.loc["2023-01-30", "metres_high"] == 2 * 170 + 0.5
    # four trains of 72 to 182 m: one of either length, and two between
    ends = by_day.loc["2023-05-30", ["metres_low", "metres_high"]]
    assert list(ends) == [3 * 72 + 182 - 0.5, 72 + 3 * 182 + 0.5]
    assert by_day.loc["2023-10-20", "trains_high"] == math.inf


def test_observations_of_the_record_leave_nine_independent(track: pd.DataFrame) -> None:
    """Three in a week of January and two in April count once; seven of the nine have metres."""
    found = change_of_trains(track, change=SUMMIT)
    assert found.observed == 12
    assert {word: ratio.numbers for word, ratio in found.ratios.items()} == {
        "trains": (3, 6),
        "metres": (2, 5),
    }


def test_summit_is_the_day_of_its_event(table: Table) -> None:
    """The day of change is that of a row on another thing, not of the trains."""
    summit = table("events").set_index("id").loc["E013"]
    assert f"{summit['date_first']:%Y-%m-%d}" == SUMMIT


def test_cluster_keeps_its_middle_observation_whatever_its_number(rows: Rows) -> None:
    """Of three days within a week the middle one counts, of two the earlier."""
    made = train_observations(
        rows(
            *(
                trains(day, value)
                for day, value in (
                    ("2023-01-01", 9.0),
                    ("2023-01-03", 1.0),
                    ("2023-01-07", 8.0),
                    ("2023-01-08", 5.0),
                    ("2023-01-14", 2.0),
                    ("2023-02-01", 3.0),
                )
            )
        )
    )
    kept = one_per_cluster(made.sample(frac=1, random_state=1))
    assert list(kept["trains_low"]) == [1, 5, 3]


def test_metres_that_nobody_printed_stay_missing(rows: Rows) -> None:
    """Two lengths for three trains are not the metres of three."""
    made = rows(
        trains("2023-01-01", 3.0),
        length("2023-01-01", 80.0),
        length("2023-01-01", 90.0),
        trains("2023-03-01", 2.0, bound="at least"),
        length("2023-03-01", 100.0),
    )
    found = train_observations(made)
    assert math.isnan(found["metres_low"].iloc[0])
    assert (found["metres_low"].iloc[1], found["metres_high"].iloc[1]) == (199.5, math.inf)


def test_change_is_never_called_none(track: pd.DataFrame) -> None:
    """The intervals of both ratios hold 1 and hold a trebling: they exclude neither."""
    found = change_of_trains(track, change=SUMMIT)
    for compare, ratio in found.ratios.items():
        assert ratio.ratio.low < 1 < 3 < ratio.ratio.high
        assert 0.2 < found.noticed(compare, times=2).value < 0.6


def test_table_shows_that_the_side_of_one_observation_matters(track: pd.DataFrame) -> None:
    """With 24 September before the change the metres rose; after it they need not have."""
    shown = trains_table(track, [SUMMIT, "2023-10-01"])
    assert len(shown) == 4
    metres = shown.loc["metres of trains", "after / before"]
    low = [float(each.split(" to ")[0]) for each in metres]
    assert low[0] < 1 < low[1]
    assert list(shown["before"]) == [3, 4, 2, 3]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ("2020-01-01", "no observation of trains before 1 January 2020"),
        ("2030-01-01", "no observation of trains on or after 1 January 2030"),
    ],
)
def test_change_of_trains_refuses(track: pd.DataFrame, change: str, match: str) -> None:
    """A day outside the observations divides nothing."""
    with pytest.raises(DataError, match=match):
        change_of_trains(track, change=change)


def test_observations_refuse_two_counters_and_none(rows: Rows) -> None:
    """Trains of two counters are two series."""
    made = rows(trains("2023-01-01", 3.0), trains("2023-03-01", 2.0, counter="rfa"))
    with pytest.raises(DataError, match="counter: csis, rfa"):
        train_observations(made)
    with pytest.raises(DataError, match="no row gives a number of trains"):
        train_observations(rows(length("2023-01-01", 80.0)))


def test_trains_measured_one_by_one_hold_cars_by_the_length_of_those_of_one_train(
    rows: Rows,
) -> None:
    """Trains of 80, 170 and 170 m hold 35 cars if ten of them stand in 120 m, words allowed."""
    cars = rows({"value": 10.0, "quantity": "railcars", "unit": "railcars"})
    metres = rows(length("2022-11-08", 120.0))
    day = "2023-02-02"
    found = railcars_by_length(
        cars, metres, rows(length(day, 80.0), length(day, 170.0), length(day, 170.0))
    )
    assert found.low == found.high == pytest.approx(420 / 12)
    about = railcars_by_length(cars, metres.assign(bound="about"), rows(length(day, 420.0)))
    assert about.low < 35 < about.high


def test_trains_of_a_range_hold_its_ends_once_and_anything_between(rows: Rows) -> None:
    """Of four trains of 72 to 182 m one has either length, and the other two lie between."""
    cars = rows({"value": 1.0, "quantity": "railcars", "unit": "railcars"})
    metres = rows(length("2022-11-08", 1.0))
    span = length("2023-05-30", math.nan, low=72.0, high=182.0)
    found = railcars_by_length(cars, metres, rows(trains("2023-05-30", 4.0), span))
    assert (found.low, found.high) == pytest.approx((3 * 72 + 182, 72 + 3 * 182))


def test_trains_without_a_length_each_or_a_range_are_refused(rows: Rows) -> None:
    """No length is not a length of nothing, and two ranges do not add up."""
    cars = rows({"value": 10.0, "quantity": "railcars", "unit": "railcars"})
    metres = rows(length("2022-11-08", 120.0))
    span = length("2023-05-30", math.nan, low=72.0, high=182.0)
    for given in (rows(trains("2023-05-30", 4.0)), rows(trains("2023-05-30", 4.0), span, span)):
        with pytest.raises(DataError, match="no length for each train and no range for all"):
            railcars_by_length(cars, metres, given)


def test_a_train_without_cars_sets_no_length_of_a_car(rows: Rows) -> None:
    """A train with no car is refused, with its rows."""
    cars = rows({"value": 0.0, "quantity": "railcars", "unit": "railcars"})
    metres = rows(length("2022-11-08", 120.0))
    with pytest.raises(DataError, match="name a train that gives both"):
        railcars_by_length(cars, metres, metres)
