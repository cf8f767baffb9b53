"""Coverage of the interval of a level ratio, on simulated observations of two levels.

``coverage`` is the share of simulations in which the 0.9 interval holds the true ratio of the
levels; the note says how often a rise is called where there is none, and how often it is missed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from skytally.statistics.level_ratio_and_power import LEVEL, Numbers, level_ratio

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, float, int], Numbers]
SETTINGS: dict[str, tuple[str, str, tuple[int, int]]] = {
    "trains, 3 before and 6 after": ("counts", "counts", (3, 6)),
    "trains, 10 before and 10 after": ("counts", "counts", (10, 10)),
    "metres, 2 before and 5 after": ("lengths", "lengths", (2, 5)),
    "metres, 10 before and 10 after": ("lengths", "lengths", (10, 10)),
    "metres as sums of trains, 3 before and 6 after": ("lengths", "sums", (3, 6)),
}
"""What is compared, how it is drawn, and observations; the last was not used to develop it."""
RATIOS = (0.33, 5.0)
"""Least and largest true ratio, drawn evenly in the logarithm."""
ROUNDED = 0.1
"""Share by which a length known to a range may lie off, either way; half of them are."""


def _counts(rng: np.random.Generator) -> tuple[float, Draw]:
    k = np.exp(rng.uniform(np.log(1), np.log(30)))

    def draw(draws: np.random.Generator, mean: float, size: int) -> Numbers:
        seen = draws.negative_binomial(k, k / (k + mean), size).astype(float)
        return Numbers(seen, seen)

    return float(np.exp(rng.uniform(np.log(1.5), np.log(8)))), draw


def _in_ranges(draws: np.random.Generator, lengths: Floats) -> Numbers:
    """Half of the lengths known to a metre, half to a range that holds them."""
    off = lengths * ROUNDED * draws.integers(0, 2, lengths.size)
    middle = lengths + off * draws.uniform(-1, 1, lengths.size)
    return Numbers(np.maximum(middle - off - 0.5, 0.0), middle + off + 0.5)


def _lengths(rng: np.random.Generator) -> tuple[float, Draw]:
    spread = rng.uniform(0.2, 0.9)

    def draw(draws: np.random.Generator, mean: float, size: int) -> Numbers:
        return _in_ranges(draws, mean * np.exp(spread * draws.normal(size=size)))

    return float(np.exp(rng.uniform(np.log(100), np.log(900)))), draw


def _sums(rng: np.random.Generator) -> tuple[float, Draw]:
    """Metres of one to some trains of scattered lengths: not log-normal."""
    trains = rng.uniform(0.5, 3)

    def draw(draws: np.random.Generator, mean: float, size: int) -> Numbers:
        many = 1 + draws.poisson(trains, size)
        share = mean / (1 + trains)
        return _in_ranges(draws, draws.gamma(3.0 * many, share / 3.0))

    return float(np.exp(rng.uniform(np.log(100), np.log(900)))), draw


SOURCES = {"counts": _counts, "lengths": _lengths, "sums": _sums}


def _row(setting: str, worlds: int, rng: np.random.Generator) -> dict[str, object]:
    kind, source, sizes = SETTINGS[setting]
    held, errors, widths, false, found = [], [], [], [], []
    for world in range(worlds):
        mean, draw = SOURCES[source](rng)
        times = float(np.exp(rng.uniform(*np.log(RATIOS)))) if world % 5 else 1.0
        sides = [
            draw(rng, each, size) for each, size in zip((mean, mean * times), sizes, strict=True)
        ]
        made = level_ratio(sides[0], sides[1], kind=kind).ratio
        held.append(made.low <= times <= made.high)
        errors.append(np.log(made.value / times))
        widths.append(made.high / made.low)
        if times == 1:
            false.append(made.low > 1)
        elif times > 2:
            found.append(made.low > 1)
    return {
        "estimator": "level ratio",
        "target": f"after / before, {setting}",
        "unit": "times",
        "nominal": LEVEL,
        "worlds": worlds,
        "coverage": float(np.mean(held)),
        "bias": float(np.mean(errors)),
        "rmse": float(np.sqrt(np.mean(np.square(errors)))),
        "width": float(np.median(widths)),
        "note": f"bias and rmse of the logarithm, width as high / low; a rise called in "
        f"{np.mean(false):.3f} of {len(false)} worlds without one, and in {np.mean(found):.3f} of "
        f"{len(found)} in which it is more than twofold",
    }


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
        One row a setting, in the columns of ``data/results/calibration.csv``.
    """
    rng = np.random.default_rng(seed)
    return [_row(setting, worlds, rng) for setting in SETTINGS]


if __name__ == "__main__":
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--worlds", type=int, default=500)
    reader.add_argument("--seed", type=int, default=20231005)
    given = reader.parse_args()
    for each in run(given.worlds, given.seed):
        print(json.dumps(each))
