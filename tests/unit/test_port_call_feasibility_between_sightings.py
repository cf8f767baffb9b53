"""Gaps between sightings of one ship: a chance is printed only where it could be otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skytally.core import data_registry
from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.port_call_feasibility_between_sightings import (
    NO_TIME,
    OPEN,
    TIME,
    _answer,
    gap_table,
)

Rows = Callable[..., pd.DataFrame]
Table = Callable[[str], pd.DataFrame]


@pytest.fixture
def land() -> Path:
    """Path of the coastline of the Far East."""
    return data_registry.path("basemap_far_east")


@pytest.fixture
def gaps(table: Table, land: Path) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Return the table of gaps with a call at Rajin in question, for rows of sightings."""

    def make(sightings: pd.DataFrame) -> pd.DataFrame:
        return gap_table(sightings, table("scopes"), table("sites"), port="rajin", land=land)

    return make


def seen(rows: Rows, *days: tuple[str, str, str]) -> pd.DataFrame:
    """Make sightings: day, place and ship."""
    return rows(*({"day": day, "scope": scope, "vessel": ship} for day, scope, ship in days))


def test_weeks_settle_what_days_leave_open(rows: Rows, gaps: Callable[..., pd.DataFrame]) -> None:
    """A day apart there is hardly time for a call, weeks apart there is; only days are a chance."""
    made = gaps(
        seen(
            rows,
            ("2024-02-08", "vostochny", "Lady R"),
            ("2024-02-09", "vostochny", "Lady R (probable)"),
            ("2024-02-29", "vostochny", "Lady R"),
        )
    )
    assert made["answer"].tolist() == [OPEN, TIME]
    assert 0 <= made["low"].iloc[0] < made["high"].iloc[0] <= 1
    assert np.isnan(made["low"].iloc[1])


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.96, 1.0, TIME),
        (0.94, 1.0, OPEN),
        (0.0, 1.0, OPEN),
        (0.0, 0.06, OPEN),
        (0.0, 0.04, NO_TIME),
    ],
)
def test_a_chance_is_settled_where_its_whole_interval_is_near_an_end(
    low: float, high: float, expected: str
) -> None:
    """Above .95 or below .05 throughout; an interval that reaches further leaves it open."""
    assert _answer(low, high) == expected


def test_a_sighting_at_the_port_or_at_no_site_is_an_end_of_no_gap(
    rows: Rows, gaps: Callable[..., pd.DataFrame]
) -> None:
    """Ships of one sighting are told apart, and a sighting between at Rajin parts the others."""
    made = gaps(
        seen(
            rows,
            ("2024-02-08", "vostochny", "Lady R; Maria"),
            ("2024-02-20", "rajin-pier-1", "Lady R"),
            ("2024-03-14", "vostochny", "Lady R"),
            ("2024-03-20", "vladivostok-roads", "Maria"),
            ("2024-03-30", "dunai", "Maria"),
        )
    )
    assert made.empty
    assert list(made) == ["vessel", "before", "after", "answer", "low", "high"]


def test_months_are_no_ends_of_a_gap(rows: Rows, gaps: Callable[..., pd.DataFrame]) -> None:
    """Only days are taken, and a ship without a name is no ship that was seen again."""
    days = seen(rows, ("2024-02-08", "vostochny", "Angara"), ("2024-02-12", "dunai", "Angara"))
    assert len(gaps(days)) == 1
    assert gaps(days.assign(precision_last="month")).empty
    assert gaps(days.assign(vessel="")).empty


def test_the_only_gap_of_the_record_is_settled(
    table: Table, gaps: Callable[..., pd.DataFrame]
) -> None:
    """Eighteen days between two sightings at Vostochny: no chance is printed."""
    made = gaps(table("ship_sightings"))
    assert made[["before", "after", "answer"]].to_numpy().tolist() == [["P056", "P057", TIME]]


def test_a_port_without_a_position_is_refused(table: Table, land: Path) -> None:
    """There is no way to a port that is nowhere."""
    with pytest.raises(DataError, match="port 'mozdok' has no position with an uncertainty"):
        gap_table(
            table("ship_sightings"), table("scopes"), table("sites"), port="mozdok", land=land
        )
