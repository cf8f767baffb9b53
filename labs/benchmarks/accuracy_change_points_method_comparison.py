"""Accuracy of change points beside ruptures and Rbeast, on simulated and on real series.

Rbeast is not a dependency of the project:
where it cannot be imported, its rows are left out and a message says so. Series are simulated,
with known days of change and uneven observation days, or the real ones of
`labs.benchmarks.accuracy_change_points_real_series`.
"""

from __future__ import annotations

import importlib
import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import ruptures

from labs.benchmarks import (
    accuracy_change_points_real_series,
    interval_coverage_changes_and_lags,
    interval_coverage_yards_quays_depots,
)
from labs.benchmarks.accuracy_row_format import Rows, on_imagery, row, sha_of, share, told
from labs.benchmarks.interval_coverage_changes_and_lags import LOOKS
from labs.simulated_bare_soil_seasons import Field
from skytally.imagery.measure.ground.bare_soil_seasonal_cycle import fit_seasonal_cycle
from skytally.imagery.measure.ground.ground_works_dating import date_ground_works
from skytally.imagery.measure.ground.level_change_date_and_segments import SHOWN as LEVEL_SHOWN
from skytally.statistics.interval_dated_counts import interval_counts_from
from skytally.statistics.series_change_points import change_points

Doubles = npt.NDArray[np.float64]

WORLDS = 100
SEED = 20231005
LIKELY = 0.5
"""Probability from which a change of Rbeast counts as shown: its authors set none."""
RUNS = 20
"""Runs of Rbeast on each real series, each with a seed of its own: its scores differ by them."""
OPTIONS: Mapping[str, Any] = {"mcmc_seed": SEED, "quiet": True, "print_progress": False}
RUPTURES = {
    "l2": "z-scores, penalty log(n) s^2 as its documentation has for a known noise, jump 1",
    "rbf": "penalty 10 as in the first example of its documentation, jump 1",
}
"""How Pelt is set up, by cost."""
DATED = "; the greatest step is dated, half-way between its looks"
BEAST = "Rbeast beast_irreg"
LOOSE = "; its sampler gives somewhat other figures at the same seed, run by run"
IN_VIEW = "; its form was settled with these series in view"
BEAST_NOTE = (
    "looks gathered to its regular step as its authors ask, defaults but for a constant trend; "
    f"the likeliest change is dated, and shown where more likely than not{LOOSE}"
)
BEAST_ON_INDEX = BEAST_NOTE.replace("a constant trend", "period 365.25 days and a constant trend")
OUR_NOTE = "shown where the odds are 20; the first shown is dated, by the middle of its posterior"

Dated = tuple[bool, float, float]
"""Whether a change is detected, its day, and the best day on the assumption of one change."""


def _beast() -> Any:
    """Import Rbeast; None where it is not installed."""
    try:
        return importlib.import_module("Rbeast")
    except ImportError:
        print("Rbeast cannot be imported: its rows are left out; install 0.1.25 aside to have them")
        return None


def _half_way(days: Doubles, at: int) -> float:
    return float(days[at - 1] + days[at]) / 2.0


def _pelt(cost: str, days: Doubles, values: Doubles) -> Dated:
    """Change points by PELT from ruptures."""
    signal = ((values - values.mean()) / max(values.std(), 1e-9)).reshape(-1, 1)
    penalty = 10.0
    if cost == "l2":
        noise = accuracy_change_points_real_series.noise(signal[:, 0])
        penalty = max(math.log(values.size) * noise**2, 1e-6)
    search = ruptures.Pelt(model=cost, jump=1, min_size=2).fit(signal)
    ends = [0, *search.predict(pen=penalty)]
    told = ruptures.Binseg(model=cost, jump=1, min_size=2).fit(signal).predict(n_bkps=1)[0]
    if len(ends) < 3:
        return False, math.nan, _half_way(days, told)
    means = [float(signal[a:b].mean()) for a, b in itertools.pairwise(ends)]
    greatest = ends[1 + int(np.abs(np.diff(means)).argmax())]
    return True, _half_way(days, greatest), _half_way(days, told)


def _likeliest(found: Any, since: float) -> tuple[float, float]:
    """Position and probability of Rbeast's most probable trend change since a day."""
    places, chances = np.atleast_1d(found.trend.cp), np.atleast_1d(found.trend.cpPr)
    chances = np.where(np.isfinite(places) & (places >= since), chances, -1.0)
    best = int(chances.argmax())
    return float(places[best]), float(chances[best])


def _beaten(
    beast: Any, days: Doubles, values: Doubles, *, step: float, since: float = -math.inf, **how: Any
) -> Dated:
    """Change points by Rbeast on regularly binned observations, without those before a day."""
    options = {**OPTIONS, "torder_minmax": [0, 0], "time": days, "deltat": step, **how}
    found = beast.beast_irreg(values, **options)
    day, chance = _likeliest(found, since)
    told, sure = _likeliest(beast.beast_irreg(values, **options, tcp_minmax=[1, 1]), since)
    middle = (max(since, days[0]) + days[-1]) / 2.0
    return chance > LIKELY, day, told if sure > 0.0 else float(middle)


# -- simulated series -----------------------------------------------------------------------


def _counts(rng: np.random.Generator, *, stepped: bool) -> tuple[Doubles, Doubles, float]:
    """Simulate counts on uneven days whose mean rises two- to sixfold after one day."""
    days = interval_coverage_changes_and_lags._uneven_days(rng)
    change = rng.uniform(days[0] + 1.0, days[-1])
    before = rng.uniform(0.5, 10.0)
    after = before * (rng.uniform(2.0, 6.0) if stepped else 1.0)
    means = np.where(days < change, before, after)
    size = float(rng.choice(interval_coverage_changes_and_lags.NEGATIVE_BINOMIAL))
    return days, rng.negative_binomial(size, size / (size + means)).astype(float), change


def _on_counts(days: Doubles, counts: Doubles) -> Dated:
    first = interval_coverage_changes_and_lags.FIRST_DAY
    found = change_points(interval_counts_from(first + days, counts)).changes[0]
    middle = float(np.interp(0.5, np.cumsum(found.probability), found.grid))
    return found.shown, middle - first, middle - first


def _index(rng: np.random.Generator, *, stepped: bool) -> tuple[Any, Doubles, Doubles, float]:
    """Simulate years of a soil index; return the study's observations with the season removed."""
    plan = Field() if stepped else Field(step=0.0)
    looks, study, began = interval_coverage_yards_quays_depots.ground_looks_of(plan, rng)
    days = np.array([(each.time - np.datetime64("1970-01-01")) / np.timedelta64(1, "D")
                     for each in looks], float)  # fmt: skip
    values = np.array([each.bare for each in looks], float)
    return (looks, study), days, values, began


def _on_index(told: Any, *_: Doubles) -> Dated:
    looks, study = told
    found = date_ground_works(looks, study=np.datetime64(int(study), "D")).began
    middle = float(np.interp(0.5, np.cumsum(found.probability), found.grid))
    return found.log_bayes_factor >= LEVEL_SHOWN, middle, middle


def _pelt_on_index(cost: str, told: Any, days: Doubles, values: Doubles) -> Dated:
    usual = fit_seasonal_cycle(days, values, until=told[1])
    late = (days >= told[1]) & np.isfinite(values)
    return _pelt(cost, days[late], values[late] - usual.level(days[late]))


def _beast_on_index(beast: Any, told: Any, days: Doubles, values: Doubles) -> Dated:
    seen = np.isfinite(values)
    return _beaten(
        beast, days[seen], values[seen], step=5.0, since=told[1], season="harmonic", period=365.25
    )


def _mean_error(named: tuple[str, str, str], metric: str, off: Doubles, note: str) -> Rows:
    if not off.size:
        return []
    drawn = np.random.default_rng(SEED).choice(off, (999, off.size)).mean(1)
    low, high = (float(each) for each in np.quantile(drawn, (0.05, 0.95)))
    return [row(*named, metric, float(off.mean()), off.size, "", note=note, bounds=(low, high))]


def _rows(
    named: tuple[str, str, str], note: str, stepped: Sequence[tuple[Dated, float]],
    still: Sequence[Dated],
) -> Rows:  # fmt: skip
    """Rows of detection rate, false-alarm rate and date error of one method."""
    shown = np.array([abs(day - true) for (seen, day, _), true in stepped if seen])
    told = np.array([abs(day - true) for (_, _, day), true in stepped])
    false = sum(each[0] for each in still)
    return [
        share(*named, "change shown where there is one", shown.size, len(stepped), "", note=note),
        share(*named, "change shown where there is none", false, len(still), "", note=note),
        *_mean_error(named, "mean error of the dates shown, days", shown, note),
        *_mean_error(named, "mean error of the date, told there is one, days", told, note),
    ]


def _methods(beast: Any) -> dict[str, tuple[str, Callable[..., Dated], Callable[..., Dated], str]]:
    """Search functions for counts and for the soil index of every method, each with a note."""
    made: dict[str, tuple[str, Callable[..., Dated], Callable[..., Dated], str]] = {
        "ours": (f"change_points; {OUR_NOTE}", _on_counts, _on_index, f"works; {OUR_NOTE}")
    }
    for cost, how in RUPTURES.items():
        made[f"ruptures Pelt, {cost}"] = (
            how + DATED, partial(_pelt, cost), partial(_pelt_on_index, cost),
            f"on what our season leaves; {how}{DATED}",
        )  # fmt: skip
    if beast is not None:
        weekly = partial(_beaten, beast, step=7.0, season="none")
        made[BEAST] = (BEAST_NOTE, weekly, partial(_beast_on_index, beast), BEAST_ON_INDEX)
    return made


def made_up() -> Rows:
    """Score every method on simulated series: counts of a port or yard, soil index of a field."""
    rows: Rows = []
    counts, fields = (
        [
            [make(np.random.default_rng([SEED, k]), stepped=each) for k in range(WORLDS)]
            for each in (True, False)
        ]
        for make in (_counts, _index)
    )
    for name, (first, on_counts, on_index, second) in _methods(_beast()).items():
        named = "change points", f"simulated counts, {LOOKS[0]} to {LOOKS[1]} looks", name
        stepped = [(on_counts(*series), true) for *series, true in counts[0]]
        rows += _rows(named, first, stepped, [on_counts(*series) for *series, _ in counts[1]])
        named = "change points", "simulated soil index, step 0.15 over 10 days", name
        stepped = [(on_index(*series), true) for *series, true in fields[0]]
        rows += _rows(named, second, stepped, [on_index(*series) for *series, _ in fields[1]])
    return rows


# -- real series ----------------------------------------------------------------------------


def _beast_on_series(
    beast: Any, series: accuracy_change_points_real_series.Series
) -> dict[str, float]:
    """Score the changes that Rbeast finds more likely than not, on average over its runs."""
    scores = []
    for run in range(RUNS):
        options = {**OPTIONS, "mcmc_seed": SEED + run}
        found = beast.beast(series.values, season="none", **options)
        places, chances = np.atleast_1d(found.trend.cp), np.atleast_1d(found.trend.cpPr)
        likely = [int(at) - 1 for at, p in zip(places, chances, strict=True) if p > LIKELY]
        scores.append((
            accuracy_change_points_real_series.f_measure(series.marked, likely),
            accuracy_change_points_real_series.covering(series.marked, likely, series.days.size),
        ))  # fmt: skip
    f1, covered = np.mean(scores, axis=0)
    return {"f1": float(f1), "covering": float(covered)}


def _note(method: str) -> str:
    """Note on the mean scores of a method."""
    note = "series by series in data/results/change_point_scores_real_series.csv; 90 % over series"
    if method.startswith("Rbeast"):
        return f"mean of {RUNS} seeds of its sampler; 90 % over series{LOOSE}"
    return f"{note}{IN_VIEW}" if method.startswith("skytally") else note


def real(root: Path) -> Rows:
    """Mean scores over the real series by method, with intervals over the series."""
    beast = _beast()
    every = accuracy_change_points_real_series.every_series(root)
    found = accuracy_change_points_real_series.run(root)
    scored = [(each["dataset"], each["method"], each) for each in found]
    if beast is not None:
        scored += [
            (each.dataset, "Rbeast beast, trend only, changes of p above 0.5",
             _beast_on_series(beast, each))
            for each in every
        ]  # fmt: skip
    rows = []
    files = [path for path in root.rglob("*") if path.suffix in {".json", ".csv"}]
    sha = sha_of(path for path in files if path.parent.name in {"tcpd", "adb"})
    for dataset, method in dict.fromkeys((one, two) for one, two, _ in scored):
        for metric in ("f1", "covering"):
            values = np.array(
                [
                    float(each[metric])
                    for one, two, each in scored
                    if (one, two) == (dataset, method)
                ]
            )
            drawn = np.random.default_rng(SEED).choice(values, (999, values.size)).mean(1)
            low, high = (float(each) for each in np.quantile(drawn, (0.05, 0.95)))
            rows.append(
                row("change points", dataset, method, f"mean {metric}", float(values.mean()),
                    values.size, sha, bounds=(low, high), note=_note(method))
            )  # fmt: skip
    return rows


def run() -> Rows:
    """Score every method on the real series, where they are present, and on simulated ones."""
    return [*on_imagery("change points", "08_count_series", real), *made_up()]


if __name__ == "__main__":
    told(run())
