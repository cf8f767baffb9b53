"""Law of a ship's speed: as scipy's truncated normal law has it, from the same random numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from skytally.core import DataError
from skytally.statistics.ship_speed_distribution import SpeedLaw


@pytest.mark.parametrize("law", [(12.5, 1.0, 14.0), (10.0, 9.0, 30.0), (12.0, 1.0, 7.0)])
def test_shares_and_draws_are_those_of_a_normal_law_that_is_cut(
    law: tuple[float, float, float],
) -> None:
    """Cut at a standstill, or five spreads below the mean, where little of the law is left."""
    knots, spread, fastest = law
    cut = stats.truncnorm(-knots / spread, (fastest - knots) / spread, knots, spread)
    for speed in (-1.0, 0.0, 6.5, 13.0, fastest, 40.0):
        assert SpeedLaw(*law).share_above(speed) == pytest.approx(cut.sf(speed), rel=1e-6)
    drawn = SpeedLaw(*law).draws(500, np.random.default_rng(5))
    assert drawn == pytest.approx(cut.rvs(500, random_state=np.random.default_rng(5)), rel=1e-9)
    assert ((drawn > 0) & (drawn <= fastest)).all()


@pytest.mark.parametrize(
    ("law", "found"),
    [((0.0, 1.0, 14.0), "give three above 0"), ((12.0, 0.5, 8.0), "hardly any speed is so slow")],
)
def test_a_speed_that_no_ship_has_is_refused(law: tuple[float, float, float], found: str) -> None:
    """None, or an end that leaves hardly any speed below it."""
    with pytest.raises(DataError, match=found):
        SpeedLaw(*law)
