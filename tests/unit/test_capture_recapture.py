"""Number of objects from what several counters found: coverage, limits, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest

from skytally.core import DataError
from skytally.statistics import number_present
from skytally.statistics.capture_recapture import DROP, _log_likelihood


def test_two_who_agree_leave_little_room() -> None:
    """Forty found by both: the number is forty, and little more."""
    found = number_present([40, 40], 40)
    assert (found.value, found.low) == (40, 40)
    assert found.high <= 41


def test_nothing_in_common_has_no_upper_end() -> None:
    """Two counters who share no object say nothing of how many there are."""
    found = number_present([10, 12], 22)
    assert math.isnan(found.value)
    assert (found.low <= 200, found.high) == (True, math.inf)


def test_value_is_near_the_product_of_counts_over_the_common_ones() -> None:
    """With two counters the estimate is that of Petersen, to a whole number below."""
    found = number_present([60, 50], 80)
    assert found.value == pytest.approx(60 * 50 / 30, abs=1.0)


def test_search_finds_what_trying_every_number_finds() -> None:
    """Value and both ends are those of the likelihood of every number, also with few in common."""
    rng = np.random.default_rng(11)
    for true, shares in [(1000, (0.1, 0.6)), (300, (0.3, 0.1)), (60, (0.5, 0.5)), (5, (0.8, 0.6))]:
        seen = rng.random((2, true)) < np.array(shares)[:, None]
        counts, distinct = seen.sum(1).tolist(), int(seen.any(0).sum())
        every = np.arange(distinct, 40_000)
        heights = _log_likelihood(every, counts, distinct)
        within = every[heights >= heights.max() - DROP]
        found = number_present(counts, distinct)
        assert found.value == every[np.argmax(heights)]
        assert (found.low, found.high) == (within[0], within[-1])


@pytest.mark.parametrize("shares", [(0.9, 0.8), (0.6, 0.7), (0.8, 0.7, 0.75)])
def test_interval_covers_in_about_nine_worlds_of_ten(shares: tuple[float, ...]) -> None:
    """Objects found at random and independently: the stated coverage holds."""
    rng = np.random.default_rng(7)
    true, held, worlds = 60, 0, 300
    for _ in range(worlds):
        seen = rng.random((len(shares), true)) < np.array(shares)[:, None]
        found = number_present(seen.sum(1).tolist(), int(seen.any(0).sum()))
        held += found.low <= true <= found.high
    assert 0.84 <= held / worlds <= 0.97


@pytest.mark.parametrize(
    ("found", "distinct"),
    [([3], 3), ([], 1), ([0, 0], 0), ([5, 5], 4), ([2, 2], 5), ([-1, 3], 3)],
)
def test_impossible_counts_are_refused(found: list[int], distinct: int) -> None:
    """Fewer than two counters, nothing found, or numbers that cannot be true together."""
    with pytest.raises(DataError, match="give"):
        number_present(found, distinct)
