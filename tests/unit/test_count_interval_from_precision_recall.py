"""Interval of a number of ships: against simulated thinning of known numbers."""

from __future__ import annotations

import numpy as np
import pytest

from skytally.imagery.measure.ships.count_interval_from_precision_recall import (
    ScoredSweep,
    count_interval,
)
from skytally.imagery.measure.ships.harbour_ship_detection import SCORED


@pytest.mark.parametrize(("right", "seen"), [(0.53, 0.53), (0.75, 0.6), (0.6, 0.8)])
def test_the_interval_covers_simulated_counts(right: float, seen: float) -> None:
    """Ships are found with one chance and false ones join: nine in ten intervals hold the truth."""
    rng = np.random.default_rng(5)
    labels = 400
    hits = round(seen * labels)
    scored = ScoredSweep(hits, round(hits / right), labels)
    held = []
    for ships in rng.integers(8, 60, 400):
        found = rng.binomial(ships, seen)
        count = int(found + rng.poisson(found * (1.0 - right) / right))
        low, high = count_interval(count, scored)
        held.append(low <= ships <= high)
    assert 0.86 <= np.mean(held) <= 0.985


def test_the_interval_is_narrower_than_a_factor_of_two_for_a_large_count() -> None:
    """Small numbers stay wide, as chance makes them; an interval never leaves its count out."""
    for count in range(61):
        low, high = count_interval(count, SCORED)
        assert low <= count <= high
        if count >= 20:
            assert low > 0.5 * count
            assert high < 2.0 * count
    assert count_interval(0, SCORED)[1] >= 1


def test_better_scores_give_narrower_intervals() -> None:
    """With more labels and fewer mistakes the same count says more."""
    rough, fine = (count_interval(20, each) for each in (SCORED, ScoredSweep(380, 400, 400)))
    assert fine[1] - fine[0] < rough[1] - rough[0]
