"""Surge: how surprising a count is over a ceiling."""

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

from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.predictive_tail_given_ceiling import tail_of_bound, tails_of_bound
from skytally.statistics.published_ceiling_and_independent_images import Baseline
from skytally.statistics.upper_limit_of_chance_of_new_count_given_ceiling import (
    ORDER,
    predictive_limit,
    surge,
)

FIRST = "wide scatter"
REACHED = "ceiling reached"


def ceiling(most: Any = 20, images: int = 20) -> Baseline:
    """Make a ceiling over as many independent images as it needs."""
    ends = (most, most) if np.ndim(most) == 0 else most
    return Baseline(ends, (1, images, max(images, 117)), 7 * max(images, 117), 0)


@pytest.mark.parametrize(
    ("count", "images", "expected"),
    [(73, 5, 1.4e-3), (73, 20, 3e-5), (73, 50, 2e-6), (73 - 12, 20, 7e-5)],
)
def test_first_prior_is_near_the_published_grid(count: int, images: int, expected: float) -> None:
    """Printed to one or two digits from another grid: held within a factor of 1.2."""
    found = surge(count, ceiling(images=images)).chance(images, FIRST)
    assert expected / 1.2 <= found <= expected * 1.2


def test_first_prior_equals_an_adaptive_quadrature() -> None:
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
    assert surge(73, ceiling()).chance(20, FIRST) == pytest.approx(expected, rel=0.02)


def test_limit_is_the_least_favourable_answer_with_everything_paid_for() -> None:
    """Stated images, largest of the answers that know the count, times weeks and places."""
    found = surge(73, ceiling(images=13), weeks=3, sites=4)
    one = {name: p for name, p in found.by_images[13].items() if name != ORDER}
    assert len(one) == 5
    assert found.limit.high == found.limit.value == pytest.approx(12 * max(one.values()))
    assert (found.limit.low, found.limit.unit) == (0.0, "p")
    assert max(one, key=one.__getitem__) == REACHED
    assert surge(73, ceiling(images=13)).limit.high == pytest.approx(max(one.values()))


def test_order_alone_ranks_the_peak_of_several_weeks() -> None:
    """Three weeks have the highest of 3 + 20 with 3/23; inside the ceiling it says nothing."""
    found = surge(73, ceiling(), weeks=3, sites=4)
    assert found.chance(20, ORDER) == pytest.approx(1 / 21)
    assert found.chance(20, ORDER, weeks=3) == pytest.approx(3 / 23)
    assert found.chance(20, ORDER, weeks=3, sites=4) == pytest.approx(12 / 23)
    assert found.chance(1, ORDER, weeks=3, sites=4) == 1.0
    assert surge(20, ceiling()).chance(20, ORDER, weeks=3) == 1.0


def test_limit_falls_with_the_images_and_is_never_above_one() -> None:
    """More images behind a ceiling make a count above it more surprising."""
    limits = [surge(73, ceiling(images=number)).limit.high for number in (1, 5, 13, 117)]
    assert limits == sorted(limits, reverse=True)
    assert surge(21, ceiling(images=1), weeks=9, sites=9).limit.high == 1.0
    assert surge(0, ceiling(0, images=12)).limit.high == 1.0


def test_limit_takes_the_ends_that_surprise_least() -> None:
    """About 73 counts at its low end, about 20 at its high end."""
    wide = surge((66, 80), ceiling((20, 25))).limit.high
    assert wide == pytest.approx(surge(66, ceiling(25)).limit.high)
    assert wide > surge(73, ceiling(20)).limit.high
    assert surge((73, math.inf), ceiling()).limit.high == surge(73, ceiling()).limit.high


def test_surge_assumes_no_mean() -> None:
    """Five answers from the ceiling and one from the order: none has its mean at the ceiling."""
    found = surge(73, ceiling())
    at_the_ceiling = float(stats.nbinom.sf(72, 0.5, 0.5 / 20.5))
    assert at_the_ceiling > 0.05
    assert all(p < at_the_ceiling / 10 for name, p in found.by_images[20].items() if name != ORDER)


def test_a_ceiling_that_was_reached_is_the_likelihood_of_a_maximum() -> None:
    """P(X <= M)**N - P(X <= M - 1)**N on a grid of one point is the tail itself."""
    prior = ((0.5, 0.5000001), (1.0, 1.0000001))
    expected = stats.nbinom.sf(72, 1.0, 1 / 11)
    for attained in (False, True):
        found = tail_of_bound(20, [13], prior=prior, attained=attained)(73)[0]
        assert found == pytest.approx(expected, rel=1e-3)
    reached = tails_of_bound(20, [13])[REACHED](73)[0]
    priors = [((0.05, 3), (0.3, 50)), ((0.05, 3), (0.1, 50)), ((0.05, 3), (1, 50))]
    each = [tail_of_bound(20, [13], prior=prior, attained=True)(73)[0] for prior in priors]
    assert reached >= max(each)


@pytest.mark.parametrize(
    ("count", "changes", "match"),
    [
        (-1, {}, "count: found -1.0"),
        (math.nan, {}, "count: found nan"),
        ((80, 60), {}, "count: found 80.0 to 60.0"),
        (73, {"sites": 0}, "sites: found 0"),
        (73, {"weeks": 1.5}, "weeks: found 1.5"),
    ],
)
def test_surge_refuses(count: Any, changes: dict[str, Any], match: str) -> None:
    """Numbers that count nothing are named."""
    with pytest.raises(DataError, match=match):
        surge(count, ceiling(), **changes)


def test_predictive_limit_is_the_first_count_to_surprise() -> None:
    """One more than the limit has a chance of a tenth at most, the limit itself more."""
    top = int(predictive_limit(20, 13))
    assert surge(top + 1, ceiling(images=13)).limit.high <= 0.1
    assert surge(top, ceiling(images=13)).limit.high > 0.1
    assert predictive_limit(20, 13, level=0.99) > top


@pytest.mark.slow
def test_surge_does_not_cry_wolf_for_counts_in_strings() -> None:
    """With nothing changed, a limit of at most 0.05 comes up in one world of twenty or fewer."""
    rng = np.random.default_rng(7)
    found = []
    for _ in range(60):
        strings = rng.poisson(1.5, 21)
        *counts, new = [int(rng.poisson(20, each).sum()) for each in strings]
        found.append(surge(new, ceiling(max(1, *counts))).limit.high)
    assert np.mean(np.array(found) <= 0.05) <= 0.1


@pytest.fixture(scope="module")
def calibration(root: Path) -> ModuleType:
    """Return the benchmark that makes the rows of the calibration table."""
    path = root / "labs" / "benchmarks" / "interval_coverage_exceedance_limit.py"
    spec = importlib.util.spec_from_file_location("interval_coverage_exceedance_limit", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("estimator", "rows"), [("surge.limit", 4), ("level ratio", 5)])
def test_the_committed_calibration_is_in_the_band(root: Path, estimator: str, rows: int) -> None:
    """0.85 to 0.95 in every kind of simulation, 500 of each."""
    table = pd.read_csv(root / "data" / "results" / "calibration.csv", keep_default_na=False)
    found = table[table["estimator"] == estimator]
    assert len(found) == rows
    assert found["coverage"].between(0.85, 0.95).all()
    assert (found["worlds"] == 500).all()


@pytest.mark.slow
def test_calibrate_surge_gives_the_columns_and_repeats(calibration: ModuleType) -> None:
    """The same seed gives the same rows."""
    made = calibration.run(3, 1)
    assert made == calibration.run(3, 1)
    assert len(made) == len(calibration.SETTINGS)
    assert {"estimator", "target", "coverage", "width", "note"} <= set(made[0])
