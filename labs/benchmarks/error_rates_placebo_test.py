"""Error rates of the placebo test on simulated sites and control sites.

Run it as ``python -m labs.benchmarks.error_rates_placebo_test [worlds] [seed]``. Each simulation
draws a site and its control sites from one source: shared season and weather, autocorrelation of
their own, noise of different size, and observations thinned unevenly by clouds. ``coverage`` is
the share of simulations without a detection at the smallest p value that the number of control
sites allows; the note gives the detection rate of a step simulated at the site.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skytally.statistics.control_site_placebo_test import Rank, change_score, rank_among

Floats = NDArray[np.float64]

FIRST = np.datetime64("2019-01-01")
SINCE = np.datetime64("2023-08-01")
LAST = np.datetime64("2024-07-31")
"""As in the book: a past of four and a half years, and a year after the change."""
REVISIT = 5
"""Days between passes of one place."""
STEPS = (0.5, 1.0, 2.0)
"""Simulated steps, in standard deviations of the site between observations."""


@dataclass(frozen=True)
class Setting:
    """Settings of a simulated panel of a site and its control sites."""

    controls: int
    """Number of control sites."""
    shared: float = 0.5
    """Share of the weather's variance that all places have in common."""
    memory: tuple[float, float] = (5.0, 40.0)
    """Least and most days over which a place forgets itself."""
    clear: float = 0.4
    """Share of passes without cloud."""
    heavy: bool = False
    """Whether single observations are sometimes outliers."""
    unlike: bool = False
    """Whether the site is twice as noisy and half as often observed as its control sites."""


SETTINGS = {
    "2 control sites": Setting(2),
    "3 control sites": Setting(3),
    "5 control sites": Setting(5),
    "19 control sites": Setting(19),
    "3 control sites, heavy tails": Setting(3, heavy=True),
    "3 control sites, long memory": Setting(3, memory=(40.0, 150.0)),
    "3 control sites, few looks": Setting(3, clear=0.12),
    "3 control sites, the site unlike them": Setting(3, unlike=True),
}


def _remembering(days: Floats, memory: float, rng: np.random.Generator) -> Floats:
    """Draw a unit-variance series with autocorrelation exp(-time / memory)."""
    line = rng.normal(size=days.size)
    kept = np.exp(-np.diff(days) / memory)
    for i, share in enumerate(kept, start=1):
        line[i] = share * line[i - 1] + np.sqrt(1 - share**2) * line[i]
    return line


def _memory(setting: Setting, rng: np.random.Generator) -> float:
    least, most = np.log(setting.memory)
    return float(np.exp(rng.uniform(least, most)))


def panel(
    setting: Setting, rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.datetime64], Floats, float]]:
    """Simulate observations of a site and its control sites in which nothing changed.

    Parameters
    ----------
    setting : Setting
        How.
    rng : numpy.random.Generator
        Source of chance.

    Yields
    ------
    (ndarray, ndarray, float)
        Times and values of the looks, NaN where one could not tell, and the standard deviation
        of the place from look to look; the site first.
    """
    days = np.arange(0, (LAST - FIRST).astype(int), dtype=float)
    weather = _remembering(days, 20.0, rng)
    sky = _remembering(days, 3.0, rng)
    for place in range(setting.controls + 1):
        own = setting.unlike and place == 0
        seen = np.arange(rng.integers(REVISIT), days.size, REVISIT)
        mixed = np.sqrt(0.5) * (sky[seen] + rng.normal(size=seen.size))
        clear = setting.clear / 2 if own else setting.clear
        told = mixed < np.quantile(mixed, clear * rng.uniform(0.7, 1.3))
        line = np.sqrt(setting.shared) * weather[seen]
        line += np.sqrt(1 - setting.shared) * _remembering(days[seen], _memory(setting, rng), rng)
        line += rng.uniform(0.3, 1.5) * np.cos(2 * np.pi * (days[seen] - 20.0) / 365.25)
        noise = rng.standard_t(2.5, seen.size) if setting.heavy else rng.normal(size=seen.size)
        size = float(np.exp(rng.normal(0.0, 0.7))) * (2.0 if own else 1.0)
        values = size * (line + 0.7 * noise) + rng.normal(0.0, 5.0)
        yield FIRST + seen, np.where(told, values, np.nan), size * np.sqrt(1 + 0.7**2)


def _ranks(setting: Setting, rng: np.random.Generator) -> list[Rank]:
    """Rank of the site without a change, and with each simulated step change."""
    (times, values, size), *others = panel(setting, rng)
    controls = [change_score(line, when, SINCE).value for when, line, _ in others]
    later = times >= SINCE
    return [
        rank_among(change_score(values + step * size * later, times, SINCE).value, controls)
        for step in (0.0, *STEPS)
    ]


def _row(name: str, setting: Setting, worlds: int, rng: np.random.Generator) -> dict[str, Any]:
    found = [_ranks(setting, rng) for _ in range(worlds)]
    still = np.array([world[0].p for world in found])
    least = 1 / (setting.controls + 1)
    levels = least * np.arange(1, setting.controls + 1)
    # with fewer control sites, where one had no observation, fewer and larger p values exist
    excess = np.array([(still <= level + 1e-9).mean() - level for level in levels])
    power = [np.mean([world[i].p <= least + 1e-9 for world in found]) for i in (1, 2, 3)]
    blind = np.mean([world[0].rank is None or world[0].blind > 0 for world in found])
    unlike = (
        "; the site is unlike its control sites, which the rank rests on" if setting.unlike else ""
    )
    told = "; ".join(
        f"a step of {step:g} found in {share:.2f}" for step, share in zip(STEPS, power, strict=True)
    )
    return {
        "estimator": "placebos.rank",
        "target": f"no change, {name}",
        "unit": "p",
        "nominal": round(1 - least, 4),
        "worlds": worlds,
        "coverage": float((still > least + 1e-9).mean()),
        "bias": float(excess.mean()),
        "rmse": float(np.sqrt((excess**2).mean())),
        "width": least,
        "note": f"{told}; blind in {blind:.2f} of worlds; bias and rmse are of the share of "
        f"worlds at or below each reachable chance, width is the least of them{unlike}",
    }


def run(worlds: int, seed: int) -> list[dict[str, Any]]:
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
        One row a setting: estimator, target, unit, nominal, worlds, coverage, bias, rmse,
        width, note.
    """
    rng = np.random.default_rng(seed)
    return [_row(name, setting, worlds, rng) for name, setting in SETTINGS.items()]


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    for row in run(*(given + [500, 20231005][len(given) :])):
        print(row)
