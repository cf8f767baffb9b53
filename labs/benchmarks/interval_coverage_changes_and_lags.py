"""Coverage of change dates and lags in simulated series, and false alarms on quiet ones.

Run it as ``python -m labs.benchmarks.interval_coverage_changes_and_lags [worlds] [seed]``. A
simulated change lies between the first and the last observation: outside them it would leave no
trace. Of several changes that are shown, the nearest to the true one is judged.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labs.benchmarks.interval_scores_against_known_truth import interval_scores
from skytally.statistics.change_point_dates import Change
from skytally.statistics.estimate import Estimate
from skytally.statistics.interval_dated_counts import IntervalCounts, interval_counts_from
from skytally.statistics.lead_lag import lag
from skytally.statistics.series_change_points import (
    ChangePoints,
    change_points,
    level_change_points,
)

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


QUIET = 0.98
"""Share of quiet worlds in which nothing may be shown, at least."""
LEVEL_MEMORIES = (5.0, 15.0, 30.0)
"""Days over which the noise of a level fades in quiet worlds."""
COUNT_MEMORIES = (10.0, 30.0)
"""Days over which a mean count that wanders fades in quiet worlds."""


def _wandering(rng: np.random.Generator, days: Floats, memory: float) -> Floats:
    """Draw unit normal noise whose correlation fades over `memory` days."""
    kept = np.exp(-np.diff(days, prepend=days[0] - 1e6) / memory)
    made = rng.normal(size=days.size) * np.sqrt(1.0 - kept**2)
    for k in range(1, days.size):
        made[k] += kept[k] * made[k - 1]
    return np.asarray(made)


def _season(rng: np.random.Generator, days: Floats) -> Floats:
    return np.asarray(np.cos(2.0 * np.pi * (days - rng.uniform(0.0, 365.0)) / 365.25))


def _long_days(rng: np.random.Generator) -> Floats:
    """Draw observation days over two and a half years."""
    places = np.cumsum(rng.gamma(0.7, 1.0, int(rng.integers(30, 100))))
    return np.unique(np.floor(places / places[-1] * 900.0))


def _counted(rng: np.random.Generator, means: Floats) -> Floats:
    size = rng.choice(NEGATIVE_BINOMIAL)
    return rng.negative_binomial(size, size / (size + means)).astype(float)


def quiet_series(rng: np.random.Generator) -> dict[str, tuple[Floats, Floats]]:
    """Simulate a series of each kind in which nothing changes: days and values by name."""
    days, long, mean = _uneven_days(rng), _long_days(rng), rng.uniform(0.5, 12.0)
    wander = np.exp(0.5 * _wandering(rng, days, rng.choice(COUNT_MEMORIES)))
    seasonal = np.exp(rng.uniform(0.3, 1.0) * _season(rng, long))
    level = rng.normal(size=long.size) + rng.uniform(0.5, 3.0) * _season(rng, long)
    return {
        "counts, Poisson": (days, rng.poisson(mean, days.size).astype(float)),
        "counts, over-dispersed": (days, _counted(rng, np.full(days.size, mean))),
        "counts, whose mean wanders": (days, _counted(rng, mean * wander)),
        "counts, seasonal": (long, _counted(rng, mean * seasonal)),
        "level, white noise": (days, rng.normal(size=days.size)),
        "level, heavy tails": (days, rng.standard_t(3, days.size)),
        "level, noise with memory": (days, _wandering(rng, days, rng.choice(LEVEL_MEMORIES))),
        "level, seasonal": (long, level),
    }


def found_in(name: str, days: Floats, values: Floats) -> ChangePoints:
    """Search a series of a kind that is named as those of `quiet_series`."""
    if name.startswith("level"):
        return level_change_points(FIRST_DAY + days, values)
    return change_points(interval_counts_from(FIRST_DAY + days, values))


def _ramped(
    rng: np.random.Generator, *, counted: bool
) -> tuple[Floats, Floats, tuple[float, float]]:
    """Simulate a change that takes 20 to 60 days; days, values, and its begin and end."""
    places = np.cumsum(rng.gamma(0.7, 1.0, int(rng.integers(30, 100))))
    days = np.unique(np.floor(places / places[-1] * (SPAN - 1)))
    begin = rng.uniform(30.0, 140.0)
    end = begin + rng.uniform(20.0, 60.0)
    shape = np.clip((days - begin) / (end - begin), 0.0, 1.0)
    if not counted:
        return days, rng.normal(size=days.size) + rng.uniform(3.0, 6.0) * shape, (begin, end)
    low, times = rng.uniform(5.0, 30.0), rng.uniform(2.0, 5.0)
    means = low * (1.0 + (times - 1.0) * (shape if rng.random() < 0.5 else 1.0 - shape))
    return days, _counted(rng, means), (begin, end)


def _stepped_level(rng: np.random.Generator) -> tuple[Floats, Floats, float]:
    days = _uneven_days(rng)
    change = rng.uniform(days[0] + 1.0, days[-1])
    step = rng.uniform(2.0, 5.0) * rng.choice([-1.0, 1.0])
    return days, rng.normal(size=days.size) + np.where(days < change, 0.0, step), change


def _middle(found: Change) -> float:
    return float(np.interp(0.5, np.cumsum(found.probability), found.grid))


def _nearest(found: ChangePoints, day: float) -> Change:
    return min(found.changes, key=lambda each: abs(_middle(each) - FIRST_DAY - day))


def _row(
    estimator: str,
    target: str,
    unit: str,
    cases: list[tuple[float, float, float, float]],
    note: str,
    nominal: float = NOMINAL,
) -> dict[str, Any]:
    """Summarise (truth, estimate, low, high) of every simulation as one row."""
    return {
        "estimator": estimator,
        "target": target,
        "unit": unit,
        "nominal": nominal,
        "worlds": len(cases),
        **interval_scores(*np.array(cases).T),
        "note": note,
    }


def _dated(found: Change, change: float) -> dict[str, tuple[float, float, float, float]]:
    truth = FIRST_DAY + change
    ends = [float((each - np.datetime64("1970-01-01")).astype(int)) for each in found.interval]
    middle = _middle(found)
    return {
        "credible": (truth, middle, *found.credible),
        "reported": (truth, middle, ends[0], ends[1] + 1.0),
    }


def _rated(estimate: Estimate, truth: float) -> tuple[float, float, float, float]:
    return truth, estimate.value, estimate.low, estimate.high


Cases = dict[str, list[tuple[float, float, float, float]]]


def _one_step(rng: np.random.Generator, cases: Cases) -> None:
    """Date one step of Poisson counts, one of over-dispersed counts, and the lag of both."""
    found, changes = [], []
    for family in ("Poisson", "over-dispersed"):
        looks, change, before, after = _line(rng, over_dispersed=family != "Poisson")
        one = _nearest(change_points(looks), change)
        changes.append(change)
        found.append(one)
        for kind, case in _dated(one, change).items():
            cases.setdefault(f"date, {family}, {kind}", []).append(case)
        for when, estimate, truth in (("before", one.before, before), ("after", one.after, after)):
            if estimate is not None:
                cases.setdefault(f"mean {when}, {family}", []).append(_rated(estimate, truth))
    between = lag(*found).estimate
    cases.setdefault("second less first change", []).append(
        _rated(between, changes[1] - changes[0])
    )


def _levels_and_ramps(rng: np.random.Generator, cases: Cases) -> None:
    """Date one step of a level, and the middle of a ramp of a level and of counts."""
    days, values, change = _stepped_level(rng)
    one = _nearest(found_in("level", days, values), change)
    for kind, case in _dated(one, change).items():
        cases.setdefault(f"date, level, {kind}", []).append(case)
    for name in ("level", "counts"):
        days, values, (begin, end) = _ramped(rng, counted=name == "counts")
        one = _nearest(found_in(name, days, values), (begin + end) / 2.0)
        case = _dated(one, (begin + end) / 2.0)["credible"]
        cases.setdefault(f"middle of a ramp, {name}", []).append(case)
        whole = one.credible[0] <= FIRST_DAY + begin and FIRST_DAY + end <= one.credible[1]
        cases.setdefault(f"whole ramp, {name}", []).append((float(whole), 1.0, 1.0, 1.0))


def _silence(rng: np.random.Generator, cases: Cases) -> None:
    """Search the quiet series: 1 where nothing is shown, which is the truth."""
    for name, series in quiet_series(rng).items():
        shown = float(found_in(name, *series).changes[0].shown)
        cases.setdefault(f"none shown, {name}", []).append((1.0, 1.0, shown, 1.0 - shown))


NOTES = {
    "credible": "posterior before the gap is joined; it allows for a ramp, from begin to end, so "
    "that it holds a step more often",
    "reported": "credible interval joined with the bracketing gap, so at least 0.90 by design",
    "second less first change": "one line of each kind",
    "middle of a ramp": "a change of 20 to 60 days; the credible interval runs from its begin to "
    "its end",
}


def _summary(target: str, cases: Cases, whole: dict[str, float]) -> dict[str, Any]:
    note = next((words for key, words in NOTES.items() if key in target), "")
    if target.startswith("none shown"):
        note = f"nothing changes, and a change is shown in {1.0 - whole[target]:.3f} of worlds"
        return _row("changes", target, "p", cases[target], note, QUIET)
    if target.startswith("middle of a ramp"):
        share = whole[target.replace("middle of a ramp", "whole ramp")]
        note = f"{note}; both lie in it in {share:.2f} of worlds"
    unit = "counts" if target.startswith("mean") else "days"
    estimator = "lag" if target.startswith("second") else "changes"
    return _row(estimator, target, unit, cases[target], note)


def run(worlds: int, seed: int) -> list[dict[str, Any]]:
    """Coverage, bias, RMSE and width of every date of change and lag, and of silence.

    Parameters
    ----------
    worlds : int
        Number of simulations, each with one series of every kind.
    seed : int
        Seed of all of them.

    Returns
    -------
    list of dict
        One row an estimate: estimator, target, unit, nominal, worlds, coverage, bias, rmse,
        width (median), note.
    """
    cases: Cases = {}
    for world in range(worlds):
        for part, simulate in enumerate((_one_step, _levels_and_ramps, _silence)):
            simulate(np.random.default_rng([seed, part, world]), cases)
    whole = {}
    for target, held in cases.items():
        if target.startswith(("whole", "none shown")):
            whole[target] = float(
                np.mean([each[0] if "whole" in target else each[3] for each in held])
            )
    return [_summary(each, cases, whole) for each in cases if not each.startswith("whole")]


if __name__ == "__main__":
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    which = int(sys.argv[2]) if len(sys.argv) > 2 else 20231005
    for row in run(how_many, which):
        print(
            f"{row['estimator']:6} {row['target']:32} coverage {row['coverage']:.3f} "
            f"bias {row['bias']:+8.2f} rmse {row['rmse']:7.2f} width {row['width']:7.2f} "
            f"{row['unit']}; {row['note']}"
        )
