"""Negative binomial law: chances and tails as scipy has them, at its edges, too."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from skytally.statistics.negative_binomial_law import chance_above, log_chance_of, log_chance_within

SHARES = np.array([1e-4, 0.02, 0.5, 0.97, 1.0])


@pytest.mark.parametrize("size", [0.3, 1.0, 5.0, 50.0])
@pytest.mark.parametrize("number", [0, 1, 7, 90, 2000])
def test_tails_are_those_of_the_law(size: float, number: int) -> None:
    """Far out on either side the digits are kept."""
    above = stats.nbinom.sf(number, size, SHARES)
    assert chance_above(number, size, SHARES) == pytest.approx(above, rel=1e-9)
    assert chance_above(number + 0.7, size, SHARES) == pytest.approx(above, rel=1e-9)
    within = stats.nbinom.logcdf(number, size, SHARES)
    assert log_chance_within(number, size, SHARES) == pytest.approx(within, rel=1e-9)
    just = stats.nbinom.logpmf(number, size, SHARES[:-1])
    assert log_chance_of(number, size, SHARES[:-1]) == pytest.approx(just, rel=1e-9)


@pytest.mark.parametrize(("number", "chance"), [(-1, 1.0), (-np.inf, 1.0), (np.inf, 0.0)])
def test_every_count_lies_above_less_than_none_and_none_above_all(
    number: float, chance: float
) -> None:
    """Numbers that no count can be have a chance, too."""
    assert chance_above(number, 0.5, SHARES).tolist() == [chance] * SHARES.size
