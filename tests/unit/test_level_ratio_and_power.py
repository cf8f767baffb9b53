"""Ratio of two levels from few numbers, and the chance to notice a rise."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import integrate, stats

from labs.benchmarks import interval_coverage_level_ratio
from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.level_ratio_and_power import (
    SPREADS,
    LevelRatio,
    Numbers,
    chance_to_notice,
    level_ratio,
)

INF = math.inf


def numbers(*ends: float | tuple[float, float]) -> Numbers:
    """Make numbers from exact ones and from intervals."""
    pairs = [each if isinstance(each, tuple) else (each, each) for each in ends]
    low, high = zip(*pairs, strict=True)
    return Numbers(np.array(low, float), np.array(high, float))


def metres(*ends: float) -> Numbers:
    """Make lengths known to a metre."""
    return numbers(*((each - 0.5, each + 0.5) for each in ends))


def test_ratio_of_many_counts_is_that_of_their_means() -> None:
    """Thirty counts around 10 and thirty around 30: close to three, and shown to differ."""
    rng = np.random.default_rng(3)
    found = level_ratio(
        numbers(*rng.poisson(10, 30)), numbers(*rng.poisson(30, 30)), kind="counts"
    ).ratio
    assert found.low < 3 < found.high
    assert 2.5 < found.value < 3.6
    assert found.low > 2


def test_ratio_of_lengths_is_near_student_t() -> None:
    """With many lengths the interval is that of a difference of mean logarithms."""
    rng = np.random.default_rng(4)
    one, two = (np.exp(rng.normal(m, 0.4, 25)) for m in (math.log(400), math.log(800)))
    found = level_ratio(metres(*one), metres(*two), kind="lengths").ratio
    difference = np.log(two).mean() - np.log(one).mean()
    error = math.sqrt((np.log(one).var(ddof=1) + np.log(two).var(ddof=1)) / 25)
    half = stats.t.ppf(0.95, 48) * error
    assert math.log(found.value) == pytest.approx(difference, abs=0.02)
    assert math.log(found.low) == pytest.approx(difference - half, abs=0.05)
    assert math.log(found.high) == pytest.approx(difference + half, abs=0.05)


def test_ratio_of_counts_equals_a_quadrature(monkeypatch: pytest.MonkeyPatch) -> None:
    """One spread, one count each: the posterior by scipy's quad over both logarithms."""
    monkeypatch.setitem(SPREADS, "counts", (2.0,))
    found = level_ratio(numbers(4), numbers(12), kind="counts").ratio

    def weight(log_mean: float, count: int) -> float:
        return float(stats.nbinom.pmf(count, 2.0, 2.0 / (2.0 + math.exp(log_mean))))

    ends = [math.log(each) for each in (4 / 12, 12 * 12)]

    def density(shift: float) -> float:
        low, high = max(ends[0], ends[0] - shift), min(ends[1], ends[1] - shift)
        if low >= high:
            return 0.0
        return integrate.quad(lambda x: weight(x, 4) * weight(x + shift, 12), low, high)[0]

    span = ends[1] - ends[0]
    total = integrate.quad(density, -span, span, limit=200)[0]
    below = integrate.quad(density, -span, math.log(found.value), limit=200)[0]
    assert below / total == pytest.approx(0.5, abs=0.02)
    under = integrate.quad(density, -span, math.log(found.low), limit=200)[0]
    assert under / total == pytest.approx(0.05, abs=0.01)


def test_an_open_count_raises_only_the_upper_end() -> None:
    """At least 6 is 6 or more: the ratio may be higher, and is hardly lower."""
    exact = level_ratio(numbers(2, 3), numbers(6, 5), kind="counts").ratio
    open_above = level_ratio(numbers(2, 3), numbers((6, INF), 5), kind="counts").ratio
    assert open_above.high > exact.high
    assert open_above.value > exact.value


def test_a_range_of_lengths_is_wider_than_its_middle() -> None:
    """What is known to a range says less than what is known to a metre."""
    exact = level_ratio(metres(400, 500), metres(900, 825, 1000), kind="lengths").ratio
    ranges = numbers((900, 901), (450, 1200), (700, 1300))
    vague = level_ratio(metres(400, 500), ranges, kind="lengths").ratio
    assert vague.high / vague.low > exact.high / exact.low


def test_ratio_does_not_depend_on_the_unit_of_a_length() -> None:
    """Kilometres would give the same factor; the grid follows the numbers."""
    one = level_ratio(metres(400, 500), metres(900, 1000), kind="lengths").ratio
    ten = [numbers(*((10 * e - 5, 10 * e + 5) for e in each)) for each in ((400, 500), (900, 1000))]
    two = level_ratio(ten[0], ten[1], kind="lengths").ratio
    assert (two.low, two.value, two.high) == pytest.approx((one.low, one.value, one.high), rel=1e-6)


def test_counts_of_none_are_counts() -> None:
    """Empty days on one side give a ratio and no error."""
    found = level_ratio(numbers(0, 0, 0), numbers(4, 6), kind="counts").ratio
    assert found.value > 1
    assert math.isfinite(found.high)


def found_ratio(before: Sequence[float], after: Sequence[float]) -> LevelRatio:
    """Estimate the ratio of counts."""
    return level_ratio(numbers(*before), numbers(*after), kind="counts")


def test_chance_to_notice_rises_with_the_rise_and_with_the_observations() -> None:
    """A trebling is noticed more often than a doubling, and by more observations more often."""
    few, many = found_ratio([2, 1, 4], [3, 5, 6, 5]), found_ratio([2, 1, 4] * 5, [3, 5, 6, 5] * 5)
    chances = [chance_to_notice(few, times=times).value for times in (1.5, 2, 3, 6)]
    assert chances == sorted(chances)
    assert chance_to_notice(many, times=2).value > chances[1]
    same = chance_to_notice(few, times=2)
    assert same.low < same.value < same.high
    assert same == chance_to_notice(few, times=2)


def test_chance_to_notice_nothing_is_the_error_of_the_interval() -> None:
    """A rise of one in a thousand is called about as seldom as the interval allows."""
    found = chance_to_notice(found_ratio([2, 1, 4] * 3, [3, 2, 3] * 3), times=1.001)
    assert found.value <= 0.1


@pytest.mark.parametrize(
    ("before", "after", "match"),
    [
        (numbers(1, 2), Numbers(np.array([]), np.array([])), "after: no observation"),
        (numbers((3, 2)), numbers(1), "before: an upper end is missing or below"),
        (numbers(-1), numbers(1), "before: counts: found some that are negative"),
        (numbers(1), numbers(math.nan), "after: counts: 1 missing"),
    ],
)
def test_level_ratio_refuses(before: Numbers, after: Numbers, match: str) -> None:
    """Faults are named with their side."""
    with pytest.raises(DataError, match=match):
        level_ratio(before, after, kind="counts")


@pytest.mark.parametrize("times", [1.0, 0.5, -2.0, math.nan, math.inf])
def test_chance_to_notice_refuses_what_is_no_rise(times: float) -> None:
    """Only a rise can be noticed as one."""
    with pytest.raises(DataError, match="rise: found"):
        chance_to_notice(found_ratio([2], [4]), times=times)


def test_level_before_and_its_scatter_are_those_of_the_numbers() -> None:
    """Forty counts of k 0.5 around 20 give back a mean near 20 and the widest scatter."""
    rng = np.random.default_rng(5)
    drawn = rng.negative_binomial(0.5, 0.5 / 20.5, 40)
    found = level_ratio(numbers(*drawn), numbers(*drawn), kind="counts")
    assert found.before == pytest.approx(drawn.mean(), rel=0.15)
    assert SPREADS["counts"][int(np.argmax(found.spreads))] == 0.5
    assert sum(found.spreads) == pytest.approx(1)
    assert found.numbers == (40, 40)


def test_calibration_of_the_ratio_repeats() -> None:
    """The same seed gives the same rows, one a setting."""
    made = interval_coverage_level_ratio.run(4, 1)
    assert made == interval_coverage_level_ratio.run(4, 1)
    assert len(made) == len(interval_coverage_level_ratio.SETTINGS)
