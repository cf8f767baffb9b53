"""Change points by the library ruptures, a second opinion that no page uses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from labs.methods.change_points_by_ruptures import cross_check
from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.interval_dated_counts import IntervalCounts, interval_counts_from
from skytally.statistics.series_change_points import change_points

DAY_ZERO = 19_500.0


def step(
    days: Any, *, change: float, before: float = 3.0, after: float = 15.0, seed: int = 1
) -> IntervalCounts:
    """Make observations on these days, counted from an arbitrary one, whose mean changes once."""
    times = np.asarray(days, float)
    counts = np.random.default_rng(seed).poisson(np.where(times < change, before, after))
    return interval_counts_from(DAY_ZERO + times, counts)


def test_cross_check_gives_gaps_only() -> None:
    """Both searches name the observations on either side of the change, never one day."""
    looks = step(range(0, 300, 10), change=150, before=2, after=40)
    expected = (np.datetime64("2023-10-10"), np.datetime64("2023-10-20"))
    on_ranks, documented = cross_check(looks)
    assert on_ranks.gaps == (expected,)
    assert all(first < last for first, last in documented.gaps)
    assert change_points(looks).changes[0].gap == expected


def test_cross_check_of_a_constant_finds_nothing() -> None:
    """Equal counts have equal ranks."""
    constant = interval_counts_from(DAY_ZERO + np.arange(30.0), [4] * 30)
    assert [each.gaps for each in cross_check(constant)] == [(), ()]


@pytest.mark.parametrize("size", [2, 3])
def test_cross_check_refuses_too_few_looks(size: int) -> None:
    """A cross-check needs two segments of two observations, that is, four."""
    with pytest.raises(DataError, match="four or more"):
        cross_check(interval_counts_from(DAY_ZERO + np.arange(float(size)), np.arange(float(size))))
