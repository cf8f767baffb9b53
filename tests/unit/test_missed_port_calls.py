"""Share of calls that no usable image day shows, by hand and against drawn calls."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.port_calls.berth_observations_and_stay_prior import Dwell
from skytally.statistics.port_calls.missed_port_calls import (
    calls_missed,
    mean_share_missed,
    share_missed,
)

NAN = math.nan
DWELL = Dwell(2.4, 0.2)
NOMINAL = np.arange(0, 416, 5)
"""A pass every five days; calls that arrive in the first 365 days are always followed."""


def test_share_missed_nominal() -> None:
    """A 2-day call, a pass each 5 days, 40 percent clear: 1 - 2/5 x .4 = .840 missed."""
    assert share_missed(2.0, NOMINAL, 0.4, period=(0, 365)) == pytest.approx(0.84)


@pytest.mark.parametrize(("dwell", "expected"), [(1, 0.92), (3, 0.76), (5, 0.6), (10, 0.36)])
def test_share_missed_over_stays(dwell: float, expected: float) -> None:
    """1 - .4 w/5 up to one revisit; then .6 for each pass that a stay surely contains."""
    assert share_missed(dwell, NOMINAL, 0.4, period=(0, 365)) == pytest.approx(expected)


def test_mean_share_missed_lies_between_those_of_its_stays() -> None:
    """Averaged over stays of 1 to 5 days about a mean of 2, by hand: a quadrature of the law."""
    stays = stats.gamma(4, scale=0.5).ppf((np.arange(2000) + 0.5) / 2000)
    by_hand = np.mean([share_missed(stay, NOMINAL, 0.4, period=(0, 365)) for stay in stays])
    made = mean_share_missed([2.0, 9.0], NOMINAL, 0.4, period=(0, 365))
    assert made[0] == pytest.approx(by_hand, abs=0.005)
    assert made[1] < made[0]
    with pytest.raises(DataError, match="give one or more, above 0"):
        mean_share_missed([2.0, 0.0], NOMINAL, 0.4, period=(0, 365))


def test_share_missed_uses_the_actual_schedule() -> None:
    """Calls are missed in observation gaps: of 40 days of arrival, 19 lead into the gap."""
    looks = np.array([*range(21), *range(40, 61)])
    assert share_missed(1.0, looks, 1.0, period=(0, 40)) == pytest.approx(19 / 40)
    usable = np.where((looks > 20) | (looks % 2 == 0), 1.0, 0.0)
    # even days alone leave 10 gaps in which one day of arrival is missed, and the 19 days
    assert share_missed(1.0, looks, usable, period=(0, 40)) == pytest.approx((10 + 19) / 40)


def test_share_missed_agrees_with_drawn_calls() -> None:
    """The exact integral is what a million drawn calls would give, to sampling error."""
    rng = np.random.default_rng(3)
    looks, chance = np.sort(rng.uniform(0, 100, 60)), rng.uniform(0, 1, 60)
    arrive = rng.uniform(5, 90, 20_000)
    inside = (looks >= arrive[:, None]) & (looks <= arrive[:, None] + 2.5)
    drawn = np.prod(np.where(inside, 1 - chance, 1.0), axis=1).mean()
    assert share_missed(2.5, looks, chance, period=(5, 90)) == pytest.approx(drawn, abs=0.005)


@pytest.mark.parametrize(
    ("dwell", "looks", "clear", "said"),
    [
        (2.0, [], 0.4, "schedule of 0 looks"),
        (2.0, [0.0, NAN], 0.4, "known day"),
        (2.0, [0.0, 5.0], 1.4, "chance from 0 to 1"),
        (2.0, [0.0, 5.0], [0.4], "one a look"),
        (0.0, [0.0, 5.0], 0.4, "length above 0"),
    ],
)
def test_share_missed_refuses(dwell: float, looks: list[float], clear: object, said: str) -> None:
    """No observation, no day, no chance or no call is refused."""
    with pytest.raises(DataError, match=said):
        share_missed(dwell, looks, clear)  # type: ignore[arg-type]


def test_share_missed_without_period() -> None:
    """By default, calls lie between the observations; one observation alone fits every call."""
    assert share_missed(2.0, [0.0, 3.0, 10.0], 1.0) == pytest.approx((1 + 5) / 8)
    assert share_missed(2.0, [5.0], 0.4) == pytest.approx(0.6)


def test_calls_missed_holds_the_exact_share() -> None:
    """The estimate is the exact share over the spread of stays, with an interval about it."""
    made = calls_missed(NOMINAL, 0.4, dwell=Dwell(2.0, 0.0), calls=10_000, period=(0, 365), seed=1)
    assert made.value == pytest.approx(0.84, abs=0.005)
    assert made.high - made.low < 0.02
    few = calls_missed(NOMINAL, 0.4, dwell=DWELL, calls=10, period=(0, 365), seed=1)
    assert few.high - few.low > 0.2
    with pytest.raises(DataError, match="calls: found 0"):
        calls_missed(NOMINAL, 0.4, dwell=DWELL, calls=0, period=(0, 365), seed=1)
