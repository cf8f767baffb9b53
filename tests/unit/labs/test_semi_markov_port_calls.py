"""Port calls as a semi-Markov process, a method that no page uses: likelihood and coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from scipy.linalg import expm

from labs.benchmarks import interval_coverage_port_calls
from labs.methods import semi_markov_port_calls
from labs.methods.semi_markov_port_calls import calls_by_states
from labs.simulated_port_calls import Plan
from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.estimate import Estimate
from skytally.statistics.port_calls.berth_observations_and_stay_prior import (
    BerthObservations,
    Dwell,
)

NAN = math.nan
DWELL = Dwell(2.4, 0.2)
WORLDS = 200
"""Worlds of the coverage: as many as take some 12 s."""
BAND = (0.85, 0.95)
"""What a 0.90 interval must cover (METHODS 10)."""


def near_band(held: int, worlds: int) -> bool:
    """Test that the number of covering intervals does not reject the coverage band (p .025)."""
    too_seldom = stats.binomtest(held, worlds, BAND[0], alternative="less").pvalue
    too_often = stats.binomtest(held, worlds, BAND[1], alternative="greater").pvalue
    return bool(min(too_seldom, too_often) > 0.025)


def ends(answers: list[tuple[Estimate, float]]) -> list[tuple[float, float, float]]:
    """Lower bound, upper bound and truth of each estimate."""
    return [(made.low, made.high, true) for made, true in answers]


def series(*seen: float, every: float = 1.0) -> BerthObservations:
    """Make observations at even steps over their own period."""
    days = np.arange(len(seen)) * every
    return BerthObservations(days, np.array(seen, dtype=float), max(len(seen) * every, 1.0))


def test_semi_markov_likelihood_agrees_with_a_second_implementation() -> None:
    """Two ships: the filter gives the likelihood of the Kronecker sum's matrix exponential."""
    route = semi_markov_port_calls._Route(np.array([2.0, 2.6]), np.array([7.0, 4.0]), 0.45)
    events = [(0.3, 0, 1.0), (1.0, 1, 0.0), (4.2, 0, 0.0), (4.2, 1, 1.0), (9.0, 0, 1.0)]
    found = semi_markov_port_calls._log_likelihood(
        route, events, ships=2, p_detect=0.9, p_false=0.05
    )
    for i in range(2):
        one = semi_markov_port_calls._generators(route)[i]
        eye = np.eye(one.shape[0])
        both = np.kron(one, eye) + np.kron(eye, one)
        law = np.linalg.lstsq(
            np.vstack([both.T, np.ones(both.shape[0])]),
            np.append(np.zeros(both.shape[0]), 1.0),
        )[0]
        total, before = 0.0, events[0][0]
        for day, port, seen in events:
            here = np.isin(np.arange(eye.shape[0]), ((0, 1), (3, 4))[port])
            any_ship = (here[:, None] | here[None, :]).ravel()
            chance = np.where(any_ship, 0.9, 0.05)
            law = (law @ expm(both * (day - before))) * (chance if seen else 1 - chance)
            total, before = total + math.log(law.sum()), day
            law = law / law.sum()
        assert found[i] == pytest.approx(total, abs=1e-8)


def test_semi_markov_generators_keep_the_mean_times() -> None:
    """Every stage leads on, and a round trip takes two stays, two transits and the wait."""
    rates = semi_markov_port_calls._generators(
        semi_markov_port_calls._Route(np.array([2.4]), np.array([8.0]), 0.45)
    )[0]
    np.testing.assert_allclose(rates.sum(axis=1), 0, atol=1e-12)
    assert (-1 / np.diag(rates)).sum() == pytest.approx(2 * 2.4 + 2 * 0.45 + 8.0)


@pytest.mark.slow
def test_calls_by_states_covers_the_truth() -> None:
    """Acceptance test 12: coverage .85 to .95 on as many worlds as take some 12 s, both sides."""
    given = interval_coverage_port_calls.cases(WORLDS, 43, Plan())
    answers = [interval_coverage_port_calls._states(case) for case in given]
    truth = np.array([true for _, true in answers])
    error = np.array([made.value for made, _ in answers]) - truth
    assert near_band(sum(low <= true <= high for low, high, true in ends(answers)), WORLDS)
    assert abs(error.mean()) / truth.mean() < 0.12


def test_calls_by_states_with_one_end_only() -> None:
    """Observations at one end alone give an answer, wider than with both."""
    (case,) = interval_coverage_port_calls.cases(1, 44, Plan())
    both, one = (
        calls_by_states(*ends, ships=2, transit_days=0.45, dwell=case.dwell)
        for ends in (case.ends, case.ends[:1])
    )
    assert one.high - one.low > both.high - both.low


def test_calls_by_states_with_no_ship_seen() -> None:
    """Nothing seen on many observations: few calls, and none is possible."""
    looks = series(*([0] * 60), every=2.0)
    made = calls_by_states(looks, ships=1, transit_days=0.45, dwell=DWELL)
    assert made.low == 0
    assert made.high < 15


def test_calls_by_states_refuses() -> None:
    """Too many ships, unlike periods, and observations that no route can give are refused."""
    looks, other = series(1, 1, 0), series(1, 1)
    with pytest.raises(DataError, match="5 ships"):
        calls_by_states(looks, ships=5, transit_days=0.4, dwell=DWELL)
    with pytest.raises(DataError, match="one period for both"):
        calls_by_states(looks, other, ships=1, transit_days=0.4, dwell=DWELL)
    with pytest.raises(DataError, match="no route of 1 ships can give these looks"):
        calls_by_states(looks, looks, ships=1, transit_days=0.4, dwell=DWELL)


def test_calls_by_states_refuses_looks_that_all_could_not_tell() -> None:
    """Without one usable observation there is no estimate."""
    with pytest.raises(DataError, match="no look at either end is usable"):
        calls_by_states(series(NAN, NAN), ships=1, transit_days=0.4, dwell=DWELL)
