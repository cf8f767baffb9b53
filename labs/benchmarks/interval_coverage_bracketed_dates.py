"""Coverage of bracketed dates and of their order, on simulated observations of known changes."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import numpy as np

from labs.benchmarks.interval_scores_against_known_truth import interval_scores
from skytally.statistics.bracketed_dates import (
    Bracket,
    DatedState,
    change_bracket,
    change_order,
    uniform_lag,
)

PERIOD = 400.0
"""Days of a simulated world, in the middle half of which the change happens."""
GAPS = (3.0, 30.0)
"""Range of the mean days from one image to the next, drawn evenly in its logarithm."""
CLOUD = 0.3
"""Share of images that show nothing either way."""
SPANNED = 0.3
"""Share of observations of which only a span of days is printed."""
SPAN = 20.0
"""Longest such span in days."""
PROMPT = 2.0
"""Mean days to the first image where somebody looks because something has begun."""

Row = dict[str, str | float]


@dataclass(frozen=True)
class World:
    """One change and what was seen around it."""

    change: float
    """When it happened, in days."""
    states: tuple[DatedState, ...]
    """Observations, dated to the day or to a span of days."""


def world(rng: np.random.Generator, *, spanned: bool, prompted: bool = False) -> World:
    """Simulate images at irregular times around one change.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of everything random.
    spanned : bool
        Whether some observations are dated to a span of days only.
    prompted : bool
        Whether an image is taken soon after the change, because of it.

    Returns
    -------
    World
        With a clear image on both sides of the change.
    """
    change = rng.uniform(PERIOD / 4, 3 * PERIOD / 4)
    mean = math.exp(rng.uniform(*np.log(GAPS)))
    times = np.cumsum(rng.exponential(mean, math.ceil(6 * PERIOD / mean)))
    times = times[times < PERIOD]
    if prompted:
        times = np.append(times, change + rng.exponential(PROMPT))
    clear = rng.random(times.size) >= CLOUD
    seen = times >= change
    if not ((clear & seen).any() and (clear & ~seen).any()):
        return world(rng, spanned=spanned, prompted=prompted)
    width = rng.uniform(0, SPAN, times.size) * (spanned & (rng.random(times.size) < SPANNED))
    early = np.floor(times - width * rng.random(times.size))
    late = np.maximum(np.floor(early + width), np.floor(times))
    listed = zip(early.tolist(), late.tolist(), seen.tolist(), clear.tolist(), strict=True)
    return World(
        float(change),
        tuple(
            DatedState(first, last, shown if usable else None, f"X{i}")
            for i, (first, last, shown, usable) in enumerate(listed)
        ),
    )


def _score(
    target: str, level: float, ends: np.ndarray, truth: np.ndarray, middle: np.ndarray, note: str
) -> Row:
    scores = interval_scores(truth, middle, *ends)
    return {
        "estimator": "bracketed dates",
        "target": target,
        "unit": "days",
        "nominal": level,
        "worlds": truth.size,
        **{name: round(score, 3) for name, score in scores.items()},
        "note": note,
    }


def _bounds(brackets: list[Bracket], worlds: list[World]) -> Row:
    ends = np.array([[each.first, each.last] for each in brackets]).T
    truth = np.floor([each.change for each in worlds])
    note = "a bound, from images dated to a day or a span of days, three in ten unclear"
    return _score("day of the change", 1.0, ends, truth, ends.mean(0), note)


def _lag_bounds(brackets: list[Bracket], worlds: list[World]) -> Row:
    orders = [change_order(*pair) for pair in zip(brackets[::2], brackets[1::2], strict=True)]
    ends = np.array([[each.low, each.high] for each in orders]).T
    days = np.floor([each.change for each in worlds])
    return _score(
        "days from one change to another",
        1.0,
        ends,
        days[1::2] - days[::2],
        ends.mean(0),
        "a bound",
    )


def _lags(worlds: list[World], *, note: str = "") -> Row:
    brackets = [change_bracket(each.states) for each in worlds]
    found = [uniform_lag(*pair) for pair in zip(brackets[::2], brackets[1::2], strict=True)]
    ends = np.array([[each.estimate.low, each.estimate.high] for each in found]).T
    change = np.array([each.change for each in worlds])
    truth = change[1::2] - change[::2]
    middle = np.array([each.estimate.value for each in found])
    chance = np.array([each.p_first_before for each in found])
    open_order = (chance > 0) & (chance < 1)
    told = (
        f"where the days leave the order open ({open_order.mean():.2f} of pairs), the one said to "
        f"be first with a mean chance of {np.maximum(chance, 1 - chance)[open_order].mean():.2f} "
        f"was first in {np.mean((truth > 0)[open_order] == (chance > 0.5)[open_order]):.2f}"
    )
    target = "days from one change to another, each day of a bracket as likely"
    return _score(target, 0.9, ends, truth, middle, f"{told}{note}")


def run(worlds: int, seed: int) -> list[Row]:
    """Bracket simulated changes, and compare pairs of them.

    Parameters
    ----------
    worlds : int
        Pairs of changes.
    seed : int
        Seed of all of them.

    Returns
    -------
    list of dict
        One row an estimate, in days. Brackets and their lags are bounds, of nominal coverage 1;
        the lag of uniform dates has 0.9, and its note says what it covers where images were
        taken because something had begun.
    """
    rng = np.random.default_rng([seed, 9])
    spanned = [world(rng, spanned=True) for _ in range(2 * worlds)]
    brackets = [change_bracket(each.states) for each in spanned]
    prompted = [world(rng, spanned=False, prompted=bool(i % 2)) for i in range(2 * worlds)]
    covered = _lags(prompted)["coverage"]
    note = f"; covers {covered:.2f} where one of the two is looked at because it had begun"
    return [
        _bounds(brackets, spanned),
        _lag_bounds(brackets, spanned),
        _lags([world(rng, spanned=False) for _ in range(2 * worlds)], note=note),
    ]


if __name__ == "__main__":
    for row in run(500, 20231005):
        print(json.dumps(row))
