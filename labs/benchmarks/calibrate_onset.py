"""Calibrate change dates and lags between two changes: coverage, bias and width in simulations.

Run it as ``python -m labs.benchmarks.calibrate_onset [worlds] [seed]``. The simulated
change lies between the first and the last observation: outside them it would leave no trace.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skytally.statistics.estimate import Estimate
from skytally.statistics.interval_counts import IntervalCounts, interval_counts_from
from skytally.statistics.lead_lag import lag
from skytally.statistics.onset_date import Onset, onset

Floats = NDArray[np.float64]

NOMINAL = 0.9
FIRST_DAY = 19_500.0
"""First day of every simulated series, in days since 1970-01-01 (any day would do)."""
SPAN = 240
"""Length of a simulated series in days."""
LOOKS = (12, 40)
"""Minimum and maximum number of observations of a series."""
DATED_TO_INTERVAL = 0.3
"""Share of observations dated only to an interval of 2 to 21 days."""
ONLY_A_BOUND = 0.1
"""Share of counts of which only a bound or a rounded range is published."""
NEGATIVE_BINOMIAL = (1.0, 2.0, 5.0)
"""Dispersions drawn from; none of them is known to the estimator."""


def _uneven_days(rng: np.random.Generator) -> Floats:
    """Draw observation days in clusters and gaps, as tasking and clouds leave them."""
    count = int(rng.integers(*LOOKS, endpoint=True))
    gaps = rng.gamma(0.7, 1.0, count)
    places = np.cumsum(gaps)
    return np.unique(np.floor(places / places[-1] * (SPAN - 1)))


def _published(counts: NDArray[np.int64], rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Turn some counts into what a source might publish: a bound or a rounded range."""
    low, high = counts.astype(float), counts.astype(float)
    kind = rng.random(counts.size) / ONLY_A_BOUND
    at_least, about = kind < 0.3, (kind >= 0.3) & (kind < 1.0)
    high[at_least] = np.inf
    low[about], high[about] = np.floor(low[about] / 5) * 5, np.floor(high[about] / 5) * 5 + 4
    return low, high


def _line(
    rng: np.random.Generator, *, over_dispersed: bool
) -> tuple[IntervalCounts, float, float, float]:
    """Simulate a count series with one change of its mean; return it, the day and both means."""
    days = _uneven_days(rng)
    change = rng.uniform(days[0] + 1.0, days[-1])
    before = rng.uniform(0.5, 10.0)
    after = before * rng.uniform(2.0, 6.0)
    if rng.random() < 0.3:
        before, after = after, before
    moments = days + rng.random(days.size)
    means = np.where(moments < change, before, after)
    if over_dispersed:
        size = rng.choice(NEGATIVE_BINOMIAL)
        counts = rng.negative_binomial(size, size / (size + means))
    else:
        counts = rng.poisson(means)
    low, high = _published(counts, rng)
    long = np.where(rng.random(days.size) < DATED_TO_INTERVAL, rng.integers(2, 22, days.size), 1)
    start = days - np.floor(rng.random(days.size) * long)
    looks = interval_counts_from(FIRST_DAY + start, low, end=FIRST_DAY + start + long, high=high)
    return looks, change, before, after


def _middle(found: Onset) -> float:
    return float(np.interp(0.5, np.cumsum(found.probability), found.grid))


def _row(
    estimator: str,
    target: str,
    unit: str,
    cases: list[tuple[float, float, float, float]],
    note: str,
) -> dict[str, Any]:
    """Summarise (truth, estimate, low, high) of every simulation as one row."""
    truth, value, low, high = np.array(cases).T
    return {
        "estimator": estimator,
        "target": target,
        "unit": unit,
        "nominal": NOMINAL,
        "worlds": len(cases),
        "coverage": float(((low <= truth) & (truth <= high)).mean()),
        "bias": float((value - truth).mean()),
        "rmse": float(np.sqrt(((value - truth) ** 2).mean())),
        "width": float(np.median(high - low)),
        "note": note,
    }


def _dated(found: Onset, change: float) -> dict[str, tuple[float, float, float, float]]:
    truth = FIRST_DAY + change
    ends = [float((each - np.datetime64("1970-01-01")).astype(int)) for each in found.interval]
    middle = _middle(found)
    return {
        "credible": (truth, middle, *found.credible),
        "reported": (truth, middle, ends[0], ends[1] + 1.0),
    }


def _rated(estimate: Estimate, truth: float) -> tuple[float, float, float, float]:
    return truth, estimate.value, estimate.low, estimate.high


def run(worlds: int, seed: int) -> list[dict[str, Any]]:
    """Coverage, bias, RMSE and width of every estimate of onset and lag.

    Parameters
    ----------
    worlds : int
        Number of simulations, each with one Poisson and one over-dispersed series.
    seed : int
        Seed of all of them.

    Returns
    -------
    list of dict
        One row an estimate: estimator, target, unit, nominal, worlds, coverage, bias, rmse,
        width (median), note.
    """
    rng = np.random.default_rng(seed)
    cases: dict[str, list[tuple[float, float, float, float]]] = {}

    def keep(name: str, case: tuple[float, float, float, float]) -> None:
        cases.setdefault(name, []).append(case)

    for _ in range(worlds):
        found, changes = [], []
        for family in ("poisson", "nb"):
            looks, change, before, after = _line(rng, over_dispersed=family == "nb")
            changes.append(change)
            found.append(onset(looks))
            for kind, case in _dated(found[-1], change).items():
                keep(f"{kind} {family}", case)
            keep(f"before {family}", _rated(found[-1].before, before))
            keep(f"after {family}", _rated(found[-1].after, after))
        keep("lag", _rated(lag(*found).estimate, changes[1] - changes[0]))
    reported = "credible interval joined with the bracketing gap, so at least 0.90 by design"
    alone = "posterior before the gap is joined; shows the calibration of the posterior itself"
    return [
        _row("onset", "date, Poisson, credible", "days", cases["credible poisson"], alone),
        _row("onset", "date, Poisson, reported", "days", cases["reported poisson"], reported),
        _row("onset", "date, over-dispersed, credible", "days", cases["credible nb"], alone),
        _row("onset", "date, over-dispersed, reported", "days", cases["reported nb"], reported),
        _row("onset", "mean before, Poisson", "counts", cases["before poisson"], ""),
        _row("onset", "mean after, Poisson", "counts", cases["after poisson"], ""),
        _row("onset", "mean before, over-dispersed", "counts", cases["before nb"], ""),
        _row("onset", "mean after, over-dispersed", "counts", cases["after nb"], ""),
        _row("lag", "second less first change", "days", cases["lag"], "one line of each kind"),
    ]


def _timed(work: Callable[[], object], repeats: int = 3) -> float:
    spent = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)


def scaling(seed: int, sizes: tuple[int, ...] = (50, 500, 5000)) -> list[dict[str, float]]:
    """Processor time of `onset` in seconds as the number of observations in one span grows tenfold.

    Parameters
    ----------
    seed : int
        Seed of the simulated series.
    sizes : tuple of int
        Numbers of observations.

    Returns
    -------
    list of dict
        looks, seconds, and ratio of the time to that of the size before.
    """
    rng = np.random.default_rng(seed)
    rows: list[dict[str, float]] = []
    for size in sizes:
        days = np.sort(rng.integers(0, 1500, size)).astype(float)
        counts = rng.poisson(np.where(days < 700, 4.0, 9.0))
        looks = interval_counts_from(FIRST_DAY + days, counts)
        spent = _timed(lambda looks=looks: onset(looks))  # type: ignore[misc]
        ratio = spent / rows[-1]["seconds"] if rows else float("nan")
        rows.append({"looks": float(size), "seconds": spent, "ratio": ratio})
    return rows


if __name__ == "__main__":
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    which = int(sys.argv[2]) if len(sys.argv) > 2 else 20231005
    for row in run(how_many, which):
        print(
            f"{row['estimator']:6} {row['target']:32} coverage {row['coverage']:.3f} "
            f"bias {row['bias']:+8.2f} rmse {row['rmse']:7.2f} width {row['width']:7.2f} "
            f"{row['unit']}; {row['note']}"
        )
    for speed in scaling(which):
        print(f"{speed['looks']:6.0f} looks {speed['seconds']:.3f} s, x {speed['ratio']:.1f}")
