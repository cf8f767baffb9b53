"""Which line changed first, and correlation that cannot be had from two steps."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.change_point_dates import Change
from skytally.statistics.lead_lag import change_orders, lag, prewhitened, shift_null
from tests.support.expected_sentences import same_sentence

DAY_ZERO = 19_500.0
WEEKS = 260


def dated(first: float, last: float, *, step: float = 1.0, log_factor: float = 9.0) -> Change:
    """Make a posterior that is uniform from one day to another, counted from an arbitrary one."""
    cells = round((last - first) / step)
    day = np.datetime64("2023-05-23")
    return Change(
        kind="step",
        rises=True,
        grid=np.asarray(DAY_ZERO + first + (np.arange(cells) + 0.5) * step, float),
        step=step,
        probability=np.full(cells, 1.0 / cells),
        interval=(day, day),
        credible=(DAY_ZERO + first, DAY_ZERO + last),
        gap=(day, day),
        unobserved_days=0,
        log_bayes_factor=log_factor,
        before=None,
        after=None,
    )


def stepped(rng: np.random.Generator, *, missing: float = 0.0) -> np.ndarray:
    """Make weekly counts whose mean rises once, at a random week."""
    week = rng.integers(WEEKS // 8, WEEKS - WEEKS // 8)
    low = rng.uniform(2.0, 8.0)
    counts = rng.poisson(np.where(np.arange(WEEKS) < week, low, low * rng.uniform(2.0, 6.0)))
    return np.where(rng.random(WEEKS) < missing, math.nan, counts)


def test_lag_of_known_days_is_their_difference() -> None:
    """Two changes, each known to one day, 30 days apart."""
    found = lag(dated(0, 1), dated(30, 31))
    assert found.estimate.value == pytest.approx(30.0)
    assert found.p_first_before == 1.0
    same_sentence("lead_lag.known_days", found.words)


def test_lag_of_uniform_posteriors_is_the_triangle() -> None:
    """The difference of two uniform dates of 100 days has sd 100 / sqrt(6), 5 percent at -68.4."""
    found = lag(dated(0, 100), dated(0, 100))
    spread = math.sqrt((found.probability * found.grid**2).sum())
    assert found.probability.sum() == pytest.approx(1.0)
    assert found.estimate.value == pytest.approx(0.0, abs=1e-6)
    assert spread == pytest.approx(100 / math.sqrt(6), abs=0.05)
    assert found.estimate.low == pytest.approx(-100 + math.sqrt(0.1) * 100, abs=0.5)
    assert found.p_first_before == pytest.approx(0.5)


def test_lag_turns_its_sign_when_lines_are_exchanged() -> None:
    """Who is first changes the sign of the lag and the probability, and nothing else."""
    one, two = dated(0, 40), dated(20, 90)
    there, back = lag(one, two), lag(two, one)
    assert there.estimate.value == pytest.approx(-back.estimate.value)
    assert there.estimate.low == pytest.approx(-back.estimate.high)
    assert there.p_first_before == pytest.approx(1.0 - back.p_first_before)
    # of 40 x 70 days the first is later only in a triangle of 20 x 20 / 2
    assert there.p_first_before == pytest.approx(1.0 - 200 / 2800)


def test_lag_does_not_depend_on_the_cells_of_the_posteriors() -> None:
    """A posterior in cells of 7 days and one in days meet on one lattice."""
    fine, coarse = lag(dated(0, 70), dated(35, 105)), lag(dated(0, 70, step=7), dated(35, 105))
    assert coarse.estimate.value == pytest.approx(fine.estimate.value, abs=0.2)
    assert coarse.p_first_before == pytest.approx(fine.p_first_before, abs=0.005)


def test_lag_says_when_a_change_is_not_shown() -> None:
    """The weaker of both changes carries the lag, and the words say it."""
    found = lag(dated(0, 10, log_factor=0.2), dated(30, 40))
    assert found.log_bayes_factor == 0.2
    assert found.words.startswith("a change of both is not shown")


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_lag_refuses_a_level_out_of_range(level: float) -> None:
    """An interval of probability 0 or 1 says nothing."""
    with pytest.raises(DataError, match="between 0 and 1"):
        lag(dated(0, 1), dated(2, 3), level=level)


def test_orders_of_equal_posteriors_are_a_sixth_each() -> None:
    """Three lines about which the same is known: chance, whatever the cells."""
    for step in (1.0, 30.0):
        found = change_orders({name: dated(0, 90, step=step) for name in ("port", "rail", "depot")})
        assert list(found.values()) == pytest.approx([1 / 6] * 6)


def test_orders_sum_to_one_and_agree_with_the_lag() -> None:
    """P(port before rail) is the sum of the three orders in which it is."""
    changes = {"port": dated(0, 60), "rail": dated(20, 75), "depot": dated(40, 110)}
    found = change_orders(changes)
    port_first = sum(p for order, p in found.items() if order.index("port") < order.index("rail"))
    assert set(found) == set(itertools.permutations(changes))
    assert sum(found.values()) == pytest.approx(1.0)
    assert port_first == pytest.approx(lag(changes["port"], changes["rail"]).p_first_before)


def test_orders_refuses_two_lines() -> None:
    """The order of two is a lag."""
    with pytest.raises(DataError, match="give three"):
        change_orders({"port": dated(0, 1), "rail": dated(0, 1)})


def test_prewhitened_makes_a_step_a_single_value() -> None:
    """A step of 20 stands alone in place, a constant gives zeros, a missing bin stays missing."""
    series = np.where(np.arange(60) < 30, 5.0, 25.0)
    series[50] = math.nan
    found = prewhitened(series)
    assert found[25] == pytest.approx(20.0)
    assert np.flatnonzero(np.abs(found) > 1e-9).tolist() == [25]
    assert math.isnan(found[45])


def test_shift_null_of_independent_steps_gives_uniform_p() -> None:
    """Two independent stepped series: p is uniform, where a naive test fires nine times of ten."""
    rng = np.random.default_rng(14_15)
    found, naive = [], []
    for world in range(400):
        one, two = stepped(rng, missing=0.1 * (world % 3)), stepped(rng)
        found.append(shift_null(one, two, min_shift=8, seed=world).p)
        known = ~np.isnan(one)
        naive.append(stats.pearsonr(one[known], two[known]).pvalue)
    assert stats.kstest(found, "uniform").pvalue > 0.01
    assert np.mean(np.array(found) <= 0.05) <= 0.075
    assert np.mean(np.array(naive) <= 0.05) > 0.8


def test_shift_null_does_not_take_one_coincidence_for_correlation() -> None:
    """Two series that step in the same week and share nothing else stay unremarkable."""
    rng = np.random.default_rng(3)
    fires = []
    for _ in range(100):
        mean = np.where(np.arange(WEEKS) < rng.integers(40, 220), 4.0, 20.0)
        found = shift_null(rng.poisson(mean), rng.poisson(mean), min_shift=8, seed=1)
        fires.append(found.p <= 0.05)
    assert np.mean(fires) <= 0.12


def test_shift_null_finds_a_shared_signal_and_its_lag() -> None:
    """Series that move together two weeks apart, under steps of their own."""
    rng = np.random.default_rng(5)
    weeks = np.arange(WEEKS)
    shared, own = rng.normal(size=WEEKS), rng.normal(size=WEEKS)
    one = shared + np.where(weeks < 90, 0.0, 5.0)
    two = 0.8 * np.roll(shared, 2) + 0.6 * own + np.where(weeks < 190, 0.0, 4.0)
    found = shift_null(one, two, min_shift=8, seed=1)
    assert found.lag == 2
    assert found.p == pytest.approx(found.least_p)
    assert found.p < 0.05
    assert found.correlation == pytest.approx(0.8, abs=0.15)


def test_shift_null_corrects_for_the_lags_looked_at() -> None:
    """With S shifts and w lags the least p is w / (S + w), worked by hand for 104 weeks."""
    rng = np.random.default_rng(5)
    shared = rng.normal(size=104)
    found = shift_null(shared, shared, min_shift=8, seed=1)
    # 104 weeks leave 99 prewhitened; shifts 8 to 91 are 84; nine lags
    assert found.n_shifts == 84
    assert found.p == pytest.approx(9 / 93)
    assert shift_null(shared, shared, min_shift=8, max_lag=0, seed=1).p == pytest.approx(1 / 85)


def test_shift_null_draws_shifts_by_its_seed_only() -> None:
    """The same seed gives the same answer; more shifts than n are drawn, none twice."""
    rng = np.random.default_rng(8)
    one, two = rng.poisson(4, 200), rng.poisson(4, 200)
    found = shift_null(one, two, min_shift=8, n=50, seed=1)
    assert found == shift_null(one, two, min_shift=8, n=50, seed=1)
    assert found.n_shifts == 50


@pytest.mark.parametrize(
    ("series", "changed", "match"),
    [
        (lambda: (np.arange(39.0), np.arange(39.0)), {}, "39 common bins: .* needs 40"),
        (
            lambda: (np.where(np.arange(60) % 2, 1.0, math.nan), np.arange(60.0)),
            {},
            "30 common bins",
        ),
        (lambda: (np.arange(60.0), np.full(60, 2.0)), {}, "second series: the same in every bin"),
        (lambda: (np.arange(60.0), np.arange(61.0)), {}, "on the same bins"),
        (lambda: (np.arange(60.0), np.arange(60.0) ** 2), {"min_shift": 7}, "give 19 shifts"),
        (lambda: (np.arange(60.0), np.arange(60.0) ** 2), {"min_shift": 30}, "0 shifts"),
        (
            lambda: (np.arange(60.0), np.arange(60.0) ** 2),
            {"n": 0},
            "n: found 0; give a whole number from 1 up",
        ),
    ],
)
def test_shift_null_refuses_what_it_cannot_judge(
    series: Callable[[], tuple[np.ndarray, np.ndarray]], changed: dict[str, Any], match: str
) -> None:
    """Fewer than 40 common bins, a constant, unequal bins and too few shifts are refused."""
    with pytest.raises(DataError, match=match):
        shift_null(*series(), **{"min_shift": 8, "seed": 1, **changed})
