"""Port calls from gappy looks: bounds that hold, estimates that come back, honest refusals."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

from labs.benchmarks import interval_coverage_port_calls
from labs.simulated_port_calls import Plan
from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.effective_sample_size import spacing_weights
from skytally.statistics.estimate import Estimate
from skytally.statistics.port_calls.berth_observations_and_stay_prior import (
    BerthObservations,
    Dwell,
    berth_observations_of,
)
from skytally.statistics.port_calls.littles_law import calls_from_looks, calls_from_share
from skytally.statistics.port_calls.missed_calls import (
    calls_missed,
    mean_share_missed,
    share_missed,
)

NAN = math.nan
DWELL = Dwell(2.4, 0.2)
NOMINAL = np.arange(0, 416, 5)
"""A pass every five days; calls that arrive in the first 365 days are always followed."""


WORLDS = 200
"""Worlds of the semi-Markov coverage: as many as take some 12 s."""
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


@pytest.mark.parametrize(("share", "expected"), [(0.78, False), (0.90, True), (0.99, False)])
def test_the_band_is_tested_on_both_sides(share: float, expected: bool) -> None:
    """An interval that holds the truth too seldom fails, and one that is far too wide, too."""
    assert near_band(round(share * WORLDS), WORLDS) is expected


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
