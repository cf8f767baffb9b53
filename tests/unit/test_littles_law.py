"""Calls from the share of days with a ship, by Little's law: by hand, coverage, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from labs.benchmarks import interval_coverage_port_calls
from labs.simulated_port_calls import Plan
from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.effective_sample_size import spacing_weights
from skytally.statistics.estimate import Estimate
from skytally.statistics.port_calls.berth_observations_and_stay_prior import (
    BerthObservations,
    Dwell,
)
from skytally.statistics.port_calls.littles_law import calls_from_looks, calls_from_share

NAN = math.nan
DWELL = Dwell(2.4, 0.2)
WORLDS = 200
"""Worlds of the test of the band on both sides."""
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


def test_little_by_hand() -> None:
    """T L / W: 100 days, a ship on half of the observations, stays of 2.5 days, 20 calls."""
    made = calls_from_looks(series(*([1, 1, 0, 0] * 25)), dwell=Dwell(2.5, 0.2), seed=1)
    assert made.calls.value == pytest.approx(20)
    assert made.presence.value == pytest.approx(0.5)
    assert made.usable == 100
    assert made.calls.low < 20 < made.calls.high


def test_little_corrects_for_berths_and_errors() -> None:
    """Two berths: 2 (1 - sqrt(1 - .75)) = 1 ship; errors: (.7 - .1) / (.9 - .1) = .75."""
    two = calls_from_share(75, 100, length=100.0, dwell=DWELL, berths=2, seed=1)
    assert two.ships.value == pytest.approx(1.0)
    erring = calls_from_share(70, 100, length=100.0, dwell=DWELL, p_detect=0.9, p_false=0.1, seed=1)
    assert erring.presence.value == pytest.approx(0.75)


def test_little_on_the_published_aggregate() -> None:
    """A ship on 49 of 109 imaged days over 172 days: 25 calls at 3.1 days, 38 near 2 days."""
    made = calls_from_share(49, 109, length=172.0, dwell=Dwell.between(1.9, 3.1), seed=1)
    assert made.calls.value == pytest.approx(172 * 49 / 109 / math.sqrt(1.9 * 3.1))
    assert made.calls.low < 25
    assert made.calls.high > 38
    assert made.effective < 109


@pytest.mark.parametrize("seen", [(0,), (1,), (0, 0, 0, 0), (1, 1, 1), (NAN, 1, NAN)])
def test_little_is_wide_where_looks_say_little(seen: tuple[float, ...]) -> None:
    """One observation, or all alike, still give an interval; nothing is certain or NaN."""
    made = calls_from_looks(
        BerthObservations(np.arange(len(seen)) * 1.0, np.array(seen, float), 100.0),
        dwell=DWELL,
        seed=1,
    )
    assert 0 <= made.calls.low < made.calls.high < 100
    assert made.calls.high - made.calls.low > 10


def test_little_grows_with_clumped_looks() -> None:
    """Ships in long stretches tell less than ships now and then: fewer effective observations."""
    clumped = calls_from_looks(series(*([1] * 30 + [0] * 30) * 4), dwell=DWELL, seed=1)
    spread = calls_from_looks(series(*([1, 0] * 120)), dwell=DWELL, seed=1)
    assert clumped.effective < 30 < spread.effective


def test_little_takes_copies_of_a_look_as_one() -> None:
    """Fifty copies of one observation count as one, wherever else there are observations."""
    alone = BerthObservations(np.array([1.0]), np.array([1.0]), 200.0)
    copied = BerthObservations(np.full(50, 1.0), np.ones(50), 200.0)
    one, many = (calls_from_looks(each, dwell=DWELL, seed=1) for each in (alone, copied))
    assert (many.effective, many.presence.low) == (1.0, one.presence.low)
    assert (many.calls.low, many.calls.high) == (one.calls.low, one.calls.high)
    weekly = np.arange(1.0, 200.0, 7.0)
    spread = (weekly % 2 == 0).astype(float)
    plain = BerthObservations(weekly, spread, 200.0)
    bunch = BerthObservations(
        np.append(np.full(50, 1.0), weekly), np.append(np.zeros(50), spread), 200.0
    )
    few, more = (calls_from_looks(each, dwell=DWELL, seed=1) for each in (plain, bunch))
    assert more.presence.value == pytest.approx(few.presence.value, abs=0.01)
    assert more.effective == pytest.approx(few.effective, rel=0.01)


def test_little_counts_looks_closer_than_a_stay_as_few() -> None:
    """Fifty observations within a day fall into one stay of 2.4 days: they count as under two."""
    crowded = BerthObservations(np.linspace(0, 1, 50), np.ones(50), 30.0)
    assert calls_from_looks(crowded, dwell=DWELL, seed=1).effective < 2
    apart = BerthObservations(np.arange(0.0, 200.0, 10.0), np.tile([1.0, 0.0], 10), 200.0)
    assert calls_from_looks(apart, dwell=DWELL, seed=1).effective == pytest.approx(20, rel=0.01)


def test_little_weights_are_the_mean_of_least_variance() -> None:
    """The closed form equals generalised least squares with the whole correlation matrix."""
    days = np.array([0.0, 0.3, 0.4, 5.0, 5.1, 20.0])
    inverse = np.linalg.inv(np.exp(-np.abs(days[:, None] - days) / 1.2))
    weights, worth = spacing_weights(days, 1.2)
    np.testing.assert_allclose(weights, inverse.sum(0) / inverse.sum())
    assert worth == pytest.approx(inverse.sum())


def test_little_assumes_nothing_of_time_far_from_every_look() -> None:
    """Fifty days of daily sightings in 200 speak for 77; the rest may have been empty or not."""
    corner = BerthObservations(np.arange(50.0), np.ones(50), 200.0)
    made = calls_from_looks(corner, dwell=DWELL, seed=1)
    assert made.covered == pytest.approx(77 / 200)
    assert made.presence.low < 77 / 200 < made.presence.high == 1.0
    assert "near 38% of the period" in made.calls.method
    empty = calls_from_looks(
        BerthObservations(corner.days, np.zeros(50), 200.0), dwell=DWELL, seed=1
    )
    assert empty.presence.low == pytest.approx(0, abs=0.01)
    assert empty.presence.high > 1 - 77 / 200
    one_image = calls_from_share(1, 1, length=200.0, dwell=DWELL, seed=1)
    assert one_image.covered == pytest.approx(56 / 200)
    assert one_image.presence.low < 0.1


def test_little_of_looks_within_a_moment_is_worth_one() -> None:
    """However many images were taken at once, "k of n" of them is one observation."""
    made = calls_from_share(50, 50, length=1e-6, dwell=DWELL, seed=1)
    assert made.effective == 1.0


def test_little_covers_when_looks_come_in_bunches() -> None:
    """Observed on one day in ten, many times a day: the interval has its stated coverage."""
    given = interval_coverage_port_calls.bunched(200, 47)
    made = [interval_coverage_port_calls._little_looks(case) for case in given]
    assert near_band(sum(low <= true <= high for low, high, true in ends(made)), 200)


def test_little_repeats_with_its_seed() -> None:
    """The same seed gives the same interval."""
    looks = series(*([1, 0, 0] * 40))
    one, same = (calls_from_looks(looks, dwell=DWELL, seed=5) for _ in range(2))
    assert one == same


def test_little_bias_is_below_five_percent() -> None:
    """Over 300 simulated routes the estimate is right on average to within 5 percent."""
    given = interval_coverage_port_calls.cases(300, 41, Plan())
    answers = [interval_coverage_port_calls._little_looks(case) for case in given]
    truth = np.array([true for _, true in answers])
    error = np.array([made.value for made, _ in answers]) - truth
    assert abs(error.mean()) / truth.mean() < 0.05
    assert near_band(sum(low <= true <= high for low, high, true in ends(answers)), 300)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"p_detect": 0.1, "p_false": 0.2}, "detection above false alarm"),
        ({"berths": 0}, "one berth or more"),
        ({"level": 1.0}, "level between 0 and 1"),
        ({"over_dispersion": 0.5}, "over-dispersion 0.5"),
        ({"length": 0.0}, "period of 0.0 days"),
    ],
)
def test_calls_from_share_refuses(change: dict[str, float], said: str) -> None:
    """A setting that makes no sense is refused."""
    given = {"length": 100.0, "dwell": DWELL, "seed": 1, **change}
    with pytest.raises(DataError, match=said):
        calls_from_share(4, 9, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(("seen", "usable"), [(5, 4), (-1, 4), (0, 0)])
def test_calls_from_share_refuses_contradictory_looks(seen: int, usable: int) -> None:
    """More sightings than looks, or no look at all, give no number."""
    with pytest.raises(DataError, match=f"a ship on {seen} of {usable} usable looks"):
        calls_from_share(seen, usable, length=100.0, dwell=DWELL, seed=1)


def test_estimates_refuse_looks_that_all_could_not_tell() -> None:
    """With all observations missing there is no estimate: that is not an absence of ships."""
    looks = series(NAN, NAN, NAN)
    with pytest.raises(DataError, match="none of 3 looks is usable"):
        calls_from_looks(looks, dwell=DWELL, seed=1)


@pytest.mark.parametrize(("share", "expected"), [(0.78, False), (0.90, True), (0.99, False)])
def test_the_band_is_tested_on_both_sides(share: float, expected: bool) -> None:
    """An interval that holds the truth too seldom fails, and one that is far too wide, too."""
    assert near_band(round(share * WORLDS), WORLDS) is expected
