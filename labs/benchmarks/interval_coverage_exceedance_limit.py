"""Coverage of the upper limit of a surge's chance, on simulated counts in which nothing changed.

Each simulation draws some counts, of which only the highest is told, and one more count from the
same source. ``coverage`` is the share of simulations in which the 0.9 predictive upper limit
covers the new count; the note gives the share of simulations in which the printed upper limit of
the chance is at most 0.1, 0.05 and 0.01.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from skytally.statistics.predictive_tail_given_ceiling import LEVEL
from skytally.statistics.published_ceiling_and_independent_images import Baseline
from skytally.statistics.upper_limit_of_chance_of_new_count_given_ceiling import (
    ORDER,
    predictive_limit,
    surge,
)

ALPHAS = (0.1, 0.05, 0.01)
"""Probabilities at which the share of false surprises is shown."""
SAMPLE = 4000
"""Draws from a simulation's source to find its true 0.9 quantile."""
Source = Callable[[np.random.Generator, int], NDArray[np.int64]]


def _negative_binomial(rng: np.random.Generator) -> Source:
    mean, k = (
        np.exp(rng.uniform(np.log(5), np.log(40))),
        np.exp(rng.uniform(np.log(0.5), np.log(5))),
    )
    return lambda draw, size: draw.negative_binomial(k, k / (k + mean), size)


def _strings(rng: np.random.Generator) -> Source:
    """Source of compound Poisson counts (strings of 8 to 30 railcars), not negative binomial."""
    rate, mean = rng.uniform(0.3, 3), rng.uniform(8, 30)

    def counts(draw: np.random.Generator, size: int) -> NDArray[np.int64]:
        strings = draw.poisson(rate, size)
        return np.array([draw.poisson(mean, each).sum() for each in strings], dtype=np.int64)

    return counts


def _log_normal(rng: np.random.Generator) -> Source:
    """Source of Poisson counts with a log-normal mean: a longer tail than the negative binomial."""
    middle, spread = np.exp(rng.uniform(np.log(5), np.log(30))), rng.uniform(0.4, 1.0)
    return lambda draw, size: draw.poisson(middle * np.exp(spread * draw.normal(size=size)))


SETTINGS: dict[str, tuple[Callable[[np.random.Generator], Source], tuple[int, int]]] = {
    "same negative binomial, 10 to 40 images": (_negative_binomial, (10, 40)),
    "same negative binomial, 4 to 9 images": (_negative_binomial, (4, 9)),
    "railcars in strings, 10 to 40 images": (_strings, (10, 40)),
    "Poisson-log-normal, 10 to 40 images": (_log_normal, (10, 40)),
}
"""Source of the counts, fewest and most counts; the last two were not used to develop surge."""


def _rows(setting: str, worlds: int, rng: np.random.Generator) -> list[dict[str, object]]:
    make, (fewest, most) = SETTINGS[setting]
    held, errors, widths, limits, orders = [], [], [], [], []
    for _ in range(worlds):
        source = make(rng)
        *counts, new = source(rng, int(rng.integers(fewest, most + 1)) + 1)
        truth = float(np.quantile(source(rng, SAMPLE), LEVEL))
        ceiling, images = max(1, *counts), len(counts)
        top = predictive_limit(int(ceiling), images)
        held.append(new <= top)
        if np.isfinite(top):
            errors.append(top - truth)
            widths.append(top)
        found = surge(int(new), Baseline((int(ceiling),) * 2, (images,) * 3, 7 * images, 0))
        limits.append(found.limit.high)
        orders.append(found.chance(images, ORDER))
    shares = ", ".join(f"{np.mean(np.array(limits) <= alpha):.3f}" for alpha in ALPHAS)
    by_order = ", ".join(f"{np.mean(np.array(orders) <= alpha):.3f}" for alpha in ALPHAS)
    endless = f"; {1 - len(widths) / worlds:.2f} of worlds allow no finite limit"
    return [
        {
            "estimator": "surge.limit",
            "target": f"next count, {setting}",
            "unit": "railcars",
            "nominal": LEVEL,
            "worlds": worlds,
            "coverage": float(np.mean(held)),
            "bias": float(np.mean(errors)),
            "rmse": float(np.sqrt(np.mean(np.square(errors)))),
            "width": float(np.median(widths)),
            "note": f"printed limit at most 0.1, 0.05, 0.01 in {shares} of worlds, "
            f"order alone in {by_order}{endless if len(widths) < worlds else ''}",
        }
    ]


def run(worlds: int, seed: int) -> list[dict[str, object]]:
    """Run every setting on the same number of simulations.

    Parameters
    ----------
    worlds : int
        Simulations a setting.
    seed : int
        Seed of the simulations.

    Returns
    -------
    list of dict
        One row a setting: estimator, target, unit, nominal, worlds, coverage, bias and rmse of
        the upper limit against the true 0.9 quantile and width (median), both of the finite
        limits, note.
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
