"""Calibrate `skytally.statistics.surge_chance` on simulated counts in which nothing changed.

Each simulation draws a baseline and one more count from the same source. ``coverage`` is the share
of simulations in which the 0.9 predictive upper limit covers the new count; the note gives the
share of simulations with a printed probability of at most 0.1, 0.05 and 0.01.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from skytally.statistics.baseline import counted_baseline
from skytally.statistics.surge_chance import predictive_limits, surge
from skytally.statistics.tail_probability import LEVEL

ALPHAS = (0.1, 0.05, 0.01)
"""Probabilities at which the share of false surprises is shown."""
SAMPLE = 4000
"""Draws from a world's source to find its true 0.9 quantile."""
Source = Callable[[np.random.Generator, int], NDArray[np.int64]]


def _negative_binomial(rng: np.random.Generator) -> Source:
    mean, k = (
        np.exp(rng.uniform(np.log(5), np.log(40))),
        np.exp(rng.uniform(np.log(0.5), np.log(5))),
    )
    return lambda draw, size: draw.negative_binomial(k, k / (k + mean), size)


def _rakes(rng: np.random.Generator) -> Source:
    """Source of compound Poisson counts (strings of 8 to 30 railcars), not negative binomial."""
    rate, mean = rng.uniform(0.3, 3), rng.uniform(8, 30)

    def counts(draw: np.random.Generator, size: int) -> NDArray[np.int64]:
        rakes = draw.poisson(rate, size)
        return np.array([draw.poisson(mean, each).sum() for each in rakes], dtype=np.int64)

    return counts


def _log_normal(rng: np.random.Generator) -> Source:
    """Source of Poisson counts with a log-normal mean: a longer tail than the negative binomial."""
    middle, spread = np.exp(rng.uniform(np.log(5), np.log(30))), rng.uniform(0.4, 1.0)
    return lambda draw, size: draw.poisson(middle * np.exp(spread * draw.normal(size=size)))


SETTINGS: dict[str, tuple[Callable[[np.random.Generator], Source], tuple[int, int]]] = {
    "same negative binomial, 10 to 40 looks": (_negative_binomial, (10, 40)),
    "same negative binomial, 4 to 9 looks": (_negative_binomial, (4, 9)),
    "rakes of cars, 10 to 40 looks": (_rakes, (10, 40)),
    "Poisson-log-normal, 10 to 40 looks": (_log_normal, (10, 40)),
}
"""Source of the counts, fewest and most counts; the last two were not used to develop surge."""
NOTES = {
    "poisson": "shown because it fails: cars come in rakes, not one by one",
    "negative_binomial": "the answer to go by",
    "bound_only": "p too small where the bound was met; the limit is from the end of its range",
    "rank": "holds for any source; a probability is never below 1 / (looks + 1)",
}


def _shares(ps: NDArray[np.float64]) -> str:
    return ", ".join(f"{np.mean(ps <= alpha):.3f}" for alpha in ALPHAS)


def _row(name: str, setting: str, found: dict[str, NDArray[np.float64]]) -> dict[str, object]:
    limits, news = found["limit"], found["new"]
    finite = np.isfinite(limits)
    errors = (limits - found["truth"])[finite]
    sparse = "" if finite.all() else f"; {np.mean(~finite):.2f} of worlds allow no finite limit"
    return {
        "estimator": f"surge.{name}",
        "target": f"next count, {setting}",
        "unit": "railcars",
        "nominal": LEVEL,
        "worlds": len(news),
        "coverage": float(np.mean(news <= limits)),
        "bias": float(errors.mean()),
        "rmse": float(np.sqrt(np.mean(errors**2))),
        "width": float(np.median(limits[finite])),
        "note": f"p at most 0.1, 0.05, 0.01 in {_shares(found['p'])} of worlds, "
        f"end of its range in {_shares(found['p_high'])}; {NOTES[name]}{sparse}",
    }


def _rows(setting: str, worlds: int, rng: np.random.Generator) -> list[dict[str, object]]:
    make, (fewest, most) = SETTINGS[setting]
    columns = ("limit", "new", "truth", "p", "p_high")
    found = {name: {column: np.empty(worlds) for column in columns} for name in NOTES}
    for world in range(worlds):
        source = make(rng)
        *counts, new = source(rng, int(rng.integers(fewest, most + 1)) + 1)
        truth = float(np.quantile(source(rng, SAMPLE), LEVEL))
        baseline = counted_baseline(counts)
        answers, limits = surge(int(new), baseline).answers(), predictive_limits(baseline)
        for name, columns_of in found.items():
            p = answers[name]
            row = (limits[name], new, truth, p.value, p.high)
            for column, value in zip(columns, row, strict=True):
                columns_of[column][world] = value
    answering = {name: each for name, each in found.items() if np.isfinite(each["limit"]).any()}
    return [_row(name, setting, each) for name, each in answering.items()]


def run(worlds: int, seed: int) -> list[dict[str, object]]:
    """Run every setting on the same number of simulations.

    Parameters
    ----------
    worlds : int
        Worlds a setting.
    seed : int
        Seed of the worlds.

    Returns
    -------
    list of dict
        One row an answer and setting: estimator, target, unit, nominal, worlds, coverage, bias
        and rmse of the upper limit against the true 0.9 quantile and width (median), both of the
        finite limits, note.
    """
    rng = np.random.default_rng(seed)
    return [row for setting in SETTINGS for row in _rows(setting, worlds, rng)]


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--worlds", type=int, default=500)
    reader.add_argument("--seed", type=int, default=20261122)
    given = reader.parse_args()
    for each in run(given.worlds, given.seed):
        print(json.dumps(each))
