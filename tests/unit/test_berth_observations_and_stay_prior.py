"""Observations of a berth and the prior of a stay; the committed calibration of port calls."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from labs.benchmarks import interval_coverage_port_calls
from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.port_calls.berth_observations_and_stay_prior import (
    BerthObservations,
    Dwell,
    berth_observations_of,
)

NAN = math.nan


def test_looks_of_tells_three_states_apart(one_line: Callable[..., xr.Dataset]) -> None:
    """Seen, nothing seen and unclear come through; one day is one observation."""
    line = one_line(
        {"day": "2023-10-01", "state": "seen"},
        {"day": "2023-10-03", "state": "nothing-seen", "value": 0.0},
        {"day": "2023-10-05", "state": "unclear"},
        {"day": "2023-10-05", "value": 2.0},
        {"day": "2023-10-07", "state": "unclear"},
        {"day": "2023-11-07", "state": "seen"},
        {
            "date_first": pd.Timestamp("2023-10-08"),
            "date_last": pd.Timestamp("2023-10-12"),
            "state": "seen",
        },
    )
    looks = berth_observations_of(
        line, period=(pd.Timestamp("2023-10-01"), pd.Timestamp("2023-10-31"))
    )
    assert looks.length == 31
    np.testing.assert_array_equal(looks.days, [0.5, 2.5, 4.5, 6.5])
    np.testing.assert_array_equal(looks.seen, [1, 0, 1, NAN])
    assert looks.usable == 3


@pytest.mark.parametrize(
    ("days", "seen", "length", "said"),
    [
        ([0.0, 1.0], [1.0], 5.0, "differ in shape"),
        ([1.0, 0.0], [1.0, 0.0], 5.0, "sort them"),
        ([0.0, 9.0], [1.0, 0.0], 5.0, "keep to the period"),
        ([0.0, NAN], [1.0, 0.0], 5.0, "without a day"),
        ([0.0, 1.0], [1.0, 2.0], 5.0, "other values"),
        ([0.0, 1.0], [1.0, 0.0], 0.0, "period of 0.0 days"),
    ],
)
def test_looks_refuse(days: list[float], seen: list[float], length: float, said: str) -> None:
    """Observations that contradict themselves or their period are refused."""
    with pytest.raises(DataError, match=said):
        BerthObservations(np.array(days), np.array(seen), length)


@pytest.mark.parametrize(("median", "spread"), [(0.0, 0.2), (NAN, 0.2), (2.4, -1.0)])
def test_dwell_refuses(median: float, spread: float) -> None:
    """A stay that is no length of time is refused."""
    with pytest.raises(DataError, match="give a median above 0"):
        Dwell(median, spread)


def test_dwell_between_holds_its_range() -> None:
    """The range is the central 90 percent of the prior."""
    prior = Dwell.between(1.9, 3.1)
    draws = prior.draws(20_000, np.random.default_rng(1))
    assert np.mean((draws > 1.9) & (draws < 3.1)) == pytest.approx(0.9, abs=0.01)
    with pytest.raises(DataError, match="the lower first"):
        Dwell.between(3.1, 1.9)


@pytest.mark.parametrize("estimator", ["semi-Markov", "Little, look series", "Little, k of n"])
def test_the_committed_calibration_of_visits_is_in_the_band(root: Path, estimator: str) -> None:
    """Every row of the published table: 500 worlds or more, coverage .85 to .95 at .90."""
    table = pd.read_csv(root / "data/results/calibration.csv")
    rows = table[table["estimator"] == estimator]
    assert len(rows) >= 2
    assert (rows["worlds"] >= 500).all()
    assert (rows["nominal"] == 0.9).all()
    assert rows["coverage"].between(0.85, 0.95).all(), rows[["target", "coverage", "note"]]


def test_calibration_rows_are_complete() -> None:
    """Each row of the calibration has its cells, and no number in it is missing."""
    rows = interval_coverage_port_calls.run(4, 1)
    words = {"estimator", "target", "unit", "nominal", "worlds", "coverage", "bias", "rmse"}
    for row in rows:
        assert words | {"width", "note"} == set(row)
        assert all(math.isfinite(each) for each in row.values() if not isinstance(each, str))
