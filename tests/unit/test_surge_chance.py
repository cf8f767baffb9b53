"""Surge: how surprising a count is, by four answers, and what a baseline may not hold."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from skytally.core.errors import DataError
from skytally.statistics.baseline import bounded_baseline, counted_baseline
from skytally.statistics.surge_chance import DISPERSIONS, predictive_limits, surge
from skytally.statistics.tail_probability import dispersion_of

CLOSED = ("2020-02-01", "2022-10-31")
PERIOD = ("2018-10-01", "2023-09-30")


def negative_binomial(
    rng: np.random.Generator, mean: float, dispersion: float, size: int
) -> list[int]:
    """Draw counts."""
    found = rng.negative_binomial(dispersion, dispersion / (dispersion + mean), size)
    return [int(each) for each in found]


def test_surge_of_a_bound_gives_the_four_published_answers() -> None:
    """The acceptance numbers: 6e-20, .028 at k = 1, 3e-5 and .048 for 73 against 20 in 20."""
    found = surge(73, bounded_baseline(20, looks=20))
    assert found.poisson.value == pytest.approx(5.957e-20, rel=1e-3)
    assert dict(found.by_dispersion)[1.0] == pytest.approx(0.0284, abs=5e-5)
    assert found.negative_binomial.value == pytest.approx(0.0284, abs=5e-5)
    assert found.rank.value == pytest.approx(1 / 21)
    assert list(found.answers()) == ["poisson", "negative_binomial", "bound_only", "rank"]


@pytest.mark.parametrize(
    ("count", "looks", "expected"),
    [(73, 5, 1.4e-3), (73, 20, 3e-5), (73, 50, 2e-6), (73 - 12, 20, 7e-5)],
)
def test_surge_bound_only_is_near_the_published_grid(
    count: int, looks: int, expected: float
) -> None:
    """Printed to one or two digits from another grid: held within a factor of 1.2."""
    found = surge(count, bounded_baseline(20, looks=looks)).bound_only
    assert expected / 1.2 <= found.value <= expected * 1.2
    assert found.low < found.value < found.high


def test_surge_bound_only_equals_an_adaptive_quadrature() -> None:
    """A second implementation: scipy's dblquad over log mean and log k, within 2 percent."""

    def weight(log_k: float, log_mean: float) -> float:
        k, mean = math.exp(log_k), math.exp(log_mean)
        return float(stats.nbinom.cdf(20, k, k / (k + mean))) ** 20

    def both(log_k: float, log_mean: float) -> float:
        k, mean = math.exp(log_k), math.exp(log_mean)
        return weight(log_k, log_mean) * float(stats.nbinom.sf(72, k, k / (k + mean)))

    ends = (0.0, math.log(60), math.log(0.3), math.log(50))
    expected = (
        integrate.dblquad(both, *ends, epsrel=1e-2, epsabs=1e-7)[0]
        / integrate.dblquad(weight, *ends, epsrel=1e-2, epsabs=1e-3)[0]
    )
    found = surge(73, bounded_baseline(20, looks=20)).bound_only.value
    assert found == pytest.approx(expected, rel=0.02)


def test_surge_shows_the_range_over_dispersion() -> None:
    """The more the counts scatter, the less a large one surprises; the range holds all four k."""
    found = surge(73, bounded_baseline(20, looks=20))
    ks, ps = zip(*found.by_dispersion, strict=True)
    assert ks == DISPERSIONS
    assert list(ps) == sorted(ps, reverse=True)
    assert (found.negative_binomial.low, found.negative_binomial.high) == (ps[-1], ps[0])


def test_surge_hidden_states_are_missed_by_all_looks() -> None:
    """A state on 2 percent of days is missed in 50 samples with .36; rule of three near 3/N."""
    found = surge(73, bounded_baseline(20, looks=50))
    assert dict(found.hidden)[0.02] == pytest.approx(0.98**50)
    assert dict(found.hidden)[0.02] == pytest.approx(0.364, abs=5e-4)
    assert found.unseen.value == pytest.approx(3 / 50, rel=0.05)


def test_surge_of_counts_matches_the_beta_negative_binomial_of_scipy() -> None:
    """At whole k the next count is betanbinom(k, N k, sum + 1/2); a second implementation."""
    counts = [4, 0, 9, 3]
    found = surge(20, counted_baseline(counts))
    for k, p in found.by_dispersion[1:]:
        below = stats.betanbinom.pmf(np.arange(20), k, 4 * k, 16.5).sum()
        assert p == pytest.approx(1 - below, rel=1e-9)


def test_surge_of_counts_integrates_the_mean_out() -> None:
    """At k = 1/2, adaptive quadrature over the Jeffreys posterior gives the same answer."""

    def weighted(share: float) -> float:
        tail = stats.nbinom.sf(19, 0.5, 1 - share)
        return float(stats.beta.pdf(share, 16.5, 2.0) * tail)

    expected = integrate.quad(weighted, 0, 1)[0]
    found = surge(20, counted_baseline([4, 0, 9, 3]))
    assert dict(found.by_dispersion)[0.5] == pytest.approx(expected, rel=1e-6)


def test_surge_of_counts_poisson_is_the_gamma_predictive() -> None:
    """One count of 3: with the Jeffreys prior the next is negative binomial(3.5, 1/2)."""
    found = surge(4, counted_baseline([3])).poisson
    expected = 1 - stats.nbinom.pmf([0, 1, 2, 3], 3.5, 0.5).sum()
    assert found.value == pytest.approx(expected)
    assert found.low < found.value < found.high


def test_surge_of_counts_ranks_them() -> None:
    """As many or more were seen once among nine: 2 of the 10 places, for a tie too."""
    baseline = counted_baseline([0, 1, 2, 3, 4, 5, 6, 6, 8])
    found = surge(7, baseline)
    assert found.rank.value == pytest.approx(0.2)
    assert surge(8, baseline).rank.value == pytest.approx(0.2)
    assert surge(9, baseline).rank.value == pytest.approx(0.1)
    assert found.rank.low == 0


def test_surge_does_not_surprise_inside_the_bound() -> None:
    """A count that does not pass the bound has rank 1 and a large probability elsewhere."""
    found = surge(20, bounded_baseline(20, looks=50))
    assert found.rank.value == 1.0
    assert found.poisson.value > 0.4
    assert surge(0, counted_baseline([0, 0, 0])).negative_binomial.value == 1.0


def test_surge_is_printed_at_the_low_end_of_an_about() -> None:
    """About 70 is 65 to 75: the printed probability is that of 65, the range reaches 75."""
    baseline = bounded_baseline(20, looks=20)
    found, low, high = (surge(each, baseline) for each in ((65, 75), 65, 75))
    assert found.count == (65, 75)
    for name, p in found.answers().items():
        assert p.value == low.answers()[name].value
        assert p.low <= high.answers()[name].value <= p.value


def test_surge_of_at_least_is_open_above() -> None:
    """At least 73 is printed at 73; its other end is nothing at all."""
    found = surge((73, math.inf), bounded_baseline(20, looks=20))
    assert found.rank.value == pytest.approx(1 / 21)
    assert found.bound_only.low == 0
    assert surge((73, math.inf), counted_baseline([20] * 3)).negative_binomial.low == 0


def test_surge_takes_an_about_bound_at_its_high_end() -> None:
    """No more than about 20 may be 25, which makes 73 less surprising."""
    wide = surge(73, bounded_baseline((20, 25), looks=20))
    assert wide.bound_only.value == surge(73, bounded_baseline(25, looks=20)).bound_only.value
    assert wide.bound_only.low <= surge(73, bounded_baseline(20, looks=20)).bound_only.low


def test_surge_applies_the_look_elsewhere_factor_up_to_one() -> None:
    """Two sites for 26 weeks multiply by 52, and no probability passes 1."""
    found = surge(73, bounded_baseline(20, looks=20), sites=2, weeks=26)
    assert found.factor == 52
    corrected = found.answers(corrected=True)
    assert corrected["bound_only"].value == pytest.approx(52 * found.bound_only.value)
    assert corrected["rank"].value == 1.0
    assert found.answers()["rank"].value == pytest.approx(1 / 21)


def test_surge_without_a_number_of_looks_is_a_function_of_it() -> None:
    """Unknown number of observations: printed for the fewest, shown for each up to the most."""
    found = surge(73, bounded_baseline(20))
    assert [number for number, _, _ in found.by_looks] == [1, 2, 5, 10, 20, 50]
    assert found.rank.value == 0.5
    for number, p, rank in found.by_looks:
        assert p == pytest.approx(surge(73, bounded_baseline(20, looks=number)).bound_only.value)
        assert rank == pytest.approx(1 / (number + 1))
    assert found.bound_only.low < 1e-5 < 1e-2 < found.bound_only.high


@pytest.mark.parametrize("counts", [[0], [3], [73]])
def test_surge_of_one_look_is_wide(counts: list[int]) -> None:
    """One observation bears no strong answer but the Poisson one, which is why it is not alone."""
    found = surge(73, counted_baseline(counts))
    assert found.negative_binomial.value > 0.1
    assert found.bound_only.value > 1e-3
    assert found.rank.value >= 0.5


@pytest.mark.parametrize("counts", [[0], [0] * 12, [5] * 12, [28_000] * 2, [0, 93, 3] * 8])
def test_surge_never_gives_a_missing_number(counts: list[int]) -> None:
    """Empty, constant, large and wild baselines all give probabilities between 0 and 1."""
    found = surge(73, counted_baseline(counts))
    for p in (*found.answers().values(), *found.answers(corrected=True).values()):
        assert 0 <= p.low <= p.value <= p.high <= 1


def test_counted_baseline_takes_looks_in_a_week_as_one() -> None:
    """A train may stand for days: observations of 1, 3 and 7 May are one, at the largest count."""
    dates = ["2023-05-07", "2023-05-01", "2023-05-08", "2023-05-03"]
    found = counted_baseline([2, 4, 1, 6], dates=dates)
    assert found.counts == (6, 1)
    assert found.looks == (2, 2, 2)


def test_counted_baseline_keeps_the_closure_out() -> None:
    """Of three regimes only two are in the baseline, and the third is reported."""
    dates = ["2019-06-01", "2021-06-01", "2021-07-01", "2023-06-01"]
    found = counted_baseline([15, 0, 0, 12], dates=dates, closed=CLOSED)
    assert found.counts == (15, 12)
    assert found.left_out == 2
    regimes = [(each.name, each.looks, each.largest) for each in found.regimes]
    assert regimes == [("before", 1, 15), ("closed", 2, 0), ("after", 1, 12)]


def test_counted_baseline_includes_both_ends_of_the_closure() -> None:
    """The first and last day are closed; an interval that reaches into it is refused too."""
    edges = ["2020-01-31", "2020-02-01", "2022-10-31", "2022-11-01"]
    assert counted_baseline([1, 2, 3, 4], dates=edges, closed=CLOSED).counts == (1, 4)
    reaching = [["2020-01-20", "2020-02-02"], ["2019-01-20", "2019-01-21"]]
    assert counted_baseline([9, 8], dates=reaching, closed=CLOSED).counts == (8,)
    before = [["2020-01-20", "2020-02-01"], ["2019-01-20", "2019-01-21"]]
    assert counted_baseline([9, 8], dates=before, closed=CLOSED).counts == (8, 9)


def test_counted_baseline_uses_upper_ends_and_drops_unclear_looks() -> None:
    """2 to 3 counts as 3; an unclear observation is left out, not taken as 0."""
    found = counted_baseline([[2, 3], [np.nan, np.nan], [4, 4]])
    assert found.counts == (3, 4)
    assert found.unclear == 1


def test_counted_baseline_of_an_xarray_line_needs_no_loop(one_line: Any) -> None:
    """Values and time bounds of a line go in as they are."""
    line = one_line({"value": 4.0, "day": "2023-05-01"}, {"value": 7.0, "day": "2023-06-01"})
    found = counted_baseline(line["high"], dates=line["time_bounds"], closed=CLOSED)
    assert found.counts == (4, 7)


def test_bounded_baseline_counts_independent_looks() -> None:
    """50 observations in 70 days count as 10; 5 in 70 days as 5; daily ones thin to weekly."""
    weeks = ("2023-01-01", "2023-03-11")
    assert bounded_baseline(20, looks=50, period=weeks).looks == (10, 10, 10)
    assert bounded_baseline(20, looks=5, period=weeks).looks == (5, 5, 5)
    days = np.arange("2023-01-01", "2023-03-12", dtype="datetime64[D]")
    assert bounded_baseline(20, looks=days).looks == (10, 10, 10)


def test_bounded_baseline_leaves_the_closure_out_of_a_period() -> None:
    """Five years hold 822 open days: at most 117 observations; of 100 the closed share goes."""
    unknown = bounded_baseline(20, period=PERIOD, closed=CLOSED)
    assert [each.days for each in unknown.regimes] == [488, 1004, 334]
    assert unknown.looks == (1, 1, 117)
    assert unknown.left_out is None
    known = bounded_baseline(20, looks=100, period=PERIOD, closed=CLOSED)
    assert known.left_out == round(100 * 1004 / 1826)
    assert known.looks == (1, 45, 100)
    dated = bounded_baseline(20, looks=["2019-01-01", "2021-01-01"], period=PERIOD, closed=CLOSED)
    assert (dated.looks, dated.left_out) == ((1, 1, 1), 1)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"most": (25, 20)}, "low is not above high"),
        ({"most": -1}, "not negative"),
        ({"most": math.nan}, "give a number"),
        ({"most": (20, math.inf)}, "bounds nothing"),
        ({"looks": 0}, "leave it out if the number is not known"),
        ({"looks": 2.5}, "leave it out"),
        ({"looks": math.nan}, "leave it out"),
        ({"looks": []}, "no usable look is left"),
        ({"looks": ["2021-01-01"], "closed": CLOSED}, "no look outside the closure, 1 lie in it"),
        ({"looks": ["2017-01-01"], "period": PERIOD}, "outside the period"),
        ({"closed": CLOSED}, "neither dates of looks nor a period"),
        ({"closed": CLOSED, "looks": 20}, "neither dates of looks nor a period"),
        ({"closed": CLOSED, "period": ("2021-01-01", "2021-12-31")}, "lies whole in the closure"),
        ({"closed": CLOSED, "period": CLOSED, "looks": 9}, "no look outside the closure"),
        ({"closed": CLOSED, "period": CLOSED, "looks": ["2021-01-01"]}, "no look outside the clos"),
        ({"closed": ("2020-02", "2022-10"), "period": PERIOD}, "2020-02 is no day"),
        ({"looks": ["2021-01", "2021-05"]}, "some are months"),
        ({"looks": math.inf}, "leave it out"),
        ({"looks_range": (1, math.inf)}, "from 1 up"),
        ({"most": (math.nan, math.nan)}, "give a number or"),
        ({"most": 1e200}, "give counts up to"),
        ({"period": ("2023-01-01", "2022-01-01")}, "exchange them"),
        ({"period": ("NaT", "2022-01-01")}, "give both ends"),
        ({"looks_range": (0, 5)}, "from 1 up"),
    ],
)
def test_bounded_baseline_refuses(changes: dict[str, Any], match: str) -> None:
    """What contradicts itself or leaves nothing to compare with is refused."""
    most = changes.pop("most", 20)
    with pytest.raises(DataError, match=match):
        bounded_baseline(most, **changes)


@pytest.mark.parametrize(
    ("counts", "changes", "match"),
    [
        ([], {}, "no usable look is left"),
        ([math.nan, math.nan], {}, "no usable look is left"),
        ([3.0, -1.0], {}, "not negative"),
        ([2.5], {}, "whole numbers"),
        ([[5, 4]], {}, "low is not above high"),
        ([[5, math.inf]], {}, "open above"),
        ([[1, 2, 3]], {}, "give a number a look"),
        ([3], {"closed": CLOSED}, "give their dates"),
        ([3, 4], {"dates": ["2023-05-01"]}, "give a date a look"),
        ([3], {"dates": ["NaT"]}, "date missing"),
        ([3], {"dates": [["2023-05-02", "2023-05-01"]]}, "ends before it begins"),
        (
            [3],
            {"dates": ["2021-05-01"], "closed": CLOSED},
            "no look outside the closure, 1 lie in it",
        ),
    ],
)
def test_counted_baseline_refuses(counts: Any, changes: dict[str, Any], match: str) -> None:
    """No observation, no upper end, no date where one is needed: refused with what to do."""
    with pytest.raises(DataError, match=match):
        counted_baseline(counts, **changes)


@pytest.mark.parametrize(
    ("count", "changes", "match"),
    [
        (-1, {}, "not negative"),
        (math.nan, {}, "give a number"),
        ((80, 70), {}, "low is not above high"),
        ((2.2, 2.8), {}, "whole numbers"),
        (73, {"sites": 0}, "from 1 up"),
        (73, {"sites": math.nan}, "sites: found nan; give a whole number"),
        (73, {"weeks": math.inf}, "weeks: found inf; give a whole number"),
        ((math.nan, math.nan), {}, "give a number or"),
        (73, {"weeks": 1.5}, "from 1 up"),
        (6_000_000, {}, "no looks' counts"),
    ],
)
def test_surge_refuses(count: Any, changes: dict[str, Any], match: str) -> None:
    """A count that is none, or a factor that is none, is refused."""
    with pytest.raises(DataError, match=match):
        surge(count, counted_baseline([3, 4]), **changes)


def test_dispersion_of_planted_counts_comes_back() -> None:
    """400 counts of k = 2 give an interval that holds 2; few counts give none."""
    rng = np.random.default_rng(3)
    found = dispersion_of(negative_binomial(rng, 20, 2.0, 400))
    assert found is not None
    assert found.low < 2 < found.high
    assert found.value == pytest.approx(2.0, rel=0.2)
    assert dispersion_of([1] * 9) is None


@pytest.mark.parametrize(
    ("counts", "match"),
    [
        ([math.nan] * 12, "12 missing or infinite; leave those looks out"),
        ([math.inf] * 12, "missing or infinite"),
        ([-1.0] * 12, "whole numbers from 0 up"),
        ([[1.0, 2.0]] * 12, "one number a look"),
    ],
)
def test_dispersion_refuses_what_is_no_count(counts: Any, match: str) -> None:
    """Twelve unclear observations have no dispersion, least of all a large one."""
    with pytest.raises(DataError, match=match):
        dispersion_of(counts)


def test_surge_of_an_empty_yard_is_a_chance() -> None:
    """Zero against zeros: no chance is above one, and the next count is no surprise."""
    for baseline in (counted_baseline([0] * 12), bounded_baseline(0, looks=12)):
        for answer in surge(0, baseline).answers(corrected=True).values():
            assert answer.low <= answer.value <= answer.high <= 1.0
            assert answer.high == pytest.approx(1.0)


def test_dispersion_of_steady_counts_is_infinite() -> None:
    """Counts that vary less than Poisson counts show no over-dispersion."""
    found = dispersion_of([5] * 20)
    assert found is not None
    assert math.isinf(found.value)
    assert found.low > 5


def test_surge_adds_the_estimated_dispersion_to_the_range() -> None:
    """From ten counts on, k is estimated and shown after the fixed ones."""
    counts = negative_binomial(np.random.default_rng(1), 10, 0.2, 15)
    found = surge(73, counted_baseline(counts))
    assert found.dispersion is not None
    assert found.by_dispersion[-1][0] == found.dispersion.value
    assert len(found.by_dispersion) == len(DISPERSIONS) + 1
    assert found.negative_binomial.high >= max(p for _, p in found.by_dispersion)


def test_predictive_limits_are_the_first_count_to_surprise() -> None:
    """At the limit a larger count has a probability of at most .1, and at the limit more."""
    baseline = counted_baseline(negative_binomial(np.random.default_rng(2), 12, 1.0, 25))
    limits = predictive_limits(baseline)
    for name, limit in limits.items():
        if name != "bound_only":
            beyond, at = (surge(limit + step, baseline).answers()[name] for step in (1, 0))
            assert beyond.value <= 0.1 + 1e-9
            assert at.value > 0.1
    assert predictive_limits(counted_baseline([3] * 8))["rank"] == math.inf
    with pytest.raises(DataError, match="between 0 and 1"):
        predictive_limits(baseline, level=1.0)


def test_surge_does_not_cry_wolf_for_counts_in_rakes() -> None:
    """New counts from the baseline's own source: the nominal rate holds, Poisson's does not."""
    rng = np.random.default_rng(5)
    worlds = 200
    ps: dict[str, list[float]] = {"poisson": [], "negative_binomial": [], "rank": []}
    for _ in range(worlds):
        k = math.exp(rng.uniform(math.log(0.5), math.log(5)))
        *counts, new = negative_binomial(rng, rng.uniform(5, 40), k, int(rng.integers(5, 30)) + 1)
        answers = surge(new, counted_baseline(counts)).answers()
        for name, each in ps.items():
            each.append(answers[name].value)
    for alpha in (0.05, 0.1):
        slack = 2.5 * math.sqrt(alpha * (1 - alpha) / worlds)
        assert np.mean(np.array(ps["negative_binomial"]) <= alpha) <= alpha + slack
        assert np.mean(np.array(ps["rank"]) <= alpha) <= alpha + slack
        assert np.mean(np.array(ps["poisson"]) <= alpha) > 2 * alpha


@pytest.fixture(scope="module")
def calibration(root: Path) -> ModuleType:
    """Load the benchmark."""
    path = root / "labs" / "benchmarks" / "calibrate_surge.py"
    spec = importlib.util.spec_from_file_location("calibrate_surge", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_calibration_of_the_answer_to_go_by_is_in_the_band(root: Path) -> None:
    """The negative binomial: 500 worlds or more of each source, .85 to .95 at .90."""
    table = pd.read_csv(root / "data/results/calibration.csv")
    rows = table[table["estimator"] == "surge.negative_binomial"]
    assert len(rows) >= 4
    assert (rows["worlds"] >= 500).all()
    assert rows["coverage"].between(0.85, 0.95).all(), rows[["target", "coverage"]]


def test_calibrate_surge_gives_the_columns_and_repeats(calibration: ModuleType) -> None:
    """The same seed gives the same finite rows, one an answer and setting that has a limit."""
    found = calibration.run(3, 7)
    assert found == calibration.run(3, 7)
    assert len(found) >= 3 * len(calibration.SETTINGS)
    columns = {"estimator", "target", "unit", "nominal", "worlds", "coverage", "bias", "rmse"}
    for row in found:
        assert set(row) == columns | {"width", "note"}
        assert all(math.isfinite(row[word]) for word in ("coverage", "bias", "rmse", "width"))
