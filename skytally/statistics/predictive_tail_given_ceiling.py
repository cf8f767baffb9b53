"""Predictive chance of a next count as large or larger, given only a ceiling never passed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from skytally.core import refuse
from skytally.statistics.argument_checks import LARGEST, is_whole
from skytally.statistics.negative_binomial_law import chance_above, log_chance_within

Prior = tuple[tuple[float, float], tuple[float, float]]
FIRST_PRIOR: Prior = ((0.05, 3.0), (0.3, 50.0))
"""Log-uniform prior of the mean, as multiples of the bound, and of k (METHODS 7.1)."""
PRIORS: Mapping[str, Prior] = {
    "wide scatter": FIRST_PRIOR,
    "very wide scatter": ((0.05, 3.0), (0.1, 50.0)),
    "moderate scatter": ((0.05, 3.0), (1.0, 50.0)),
    "wide scatter, high means": ((0.05, 10.0), (0.3, 50.0)),
}
"""Name to prior: the first, and others as defensible, over which the answer is ranged."""
REACHED = "ceiling reached"
"""Name of the largest answer of the priors where one image showed as many as the bound."""
MIN_SCALE = 20
"""Bounds below it keep the prior of 1 to 60, so that a few empty images cannot say much."""
LEVEL = 0.9
"""Coverage of the predictive limits."""
GRID = 41
"""Nodes a side of a prior's grid; ten times as many move no answer by 1 percent."""


def _top_faults(top: float) -> Iterator[str]:
    """Yield a message if a tail cannot start at this count; an infinite count is never exceeded."""
    if math.isnan(top):
        yield f"count: found {top}; give a number, or infinity"


def _bound_faults(most: float, images: Sequence[float]) -> Iterator[str]:
    if not is_whole(most, least=0):
        yield f"bound: found {most}; give a whole number from 0 to {LARGEST:,}"
    if not len(images) or not all(is_whole(number, least=1) for number in images):
        yield f"images: found {list(images)}; give whole numbers from 1 to {LARGEST:,}"


def _grid(most: int, prior: Prior) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Parameters k and share of the law at the nodes of a prior."""
    (least, largest), dispersions = prior
    scale = max(most, MIN_SCALE)
    mean = np.geomspace(least * scale, largest * scale, GRID)[:, None]
    k = np.geomspace(*dispersions, GRID)[None, :]
    return k, k / (k + mean)


@lru_cache(maxsize=64)
def _chance_at_nodes(top: float, most: int, prior: Prior) -> NDArray[np.float64]:
    # a ceiling that was reached and one that was not weigh the same nodes
    return chance_above(top - 1, *_grid(most, prior))


@lru_cache(maxsize=64)
def _log_chance_within_at_nodes(most: int, prior: Prior) -> NDArray[np.float64]:
    # and their chance of no more than the ceiling
    return log_chance_within(most, *_grid(most, prior))


def tail_of_bound(
    most: int, images: Sequence[int], *, prior: Prior = FIRST_PRIOR, attained: bool = False
) -> Callable[[float], NDArray[np.float64]]:
    """Predictive tail P(next >= top), dims (images), for a bound that was never passed.

    Raises
    ------
    DataError
        If the bound or a number of images is not whole, or, on use, the count is missing.
    """
    refuse(_bound_faults(most, images), what="bound never passed")
    k, share = _grid(most, prior)
    log_within = _log_chance_within_at_nodes(most, prior)
    log_below = log_chance_within(most - 1, k, share) if attained and most > 0 else -np.inf
    edge = np.ones((GRID, GRID))
    edge[[0, -1], :] /= 2
    edge[:, [0, -1]] /= 2
    weights = np.empty((len(images), GRID, GRID))
    for i, number in enumerate(images):
        with np.errstate(divide="ignore"):  # a bound that is never met has no weight
            log_met = np.log1p(-np.exp(number * (log_below - log_within)))
        log_w = number * log_within + log_met
        weights[i] = edge * np.exp(log_w - log_w.max())
        weights[i] /= weights[i].sum()

    def tail(top: float) -> NDArray[np.float64]:
        refuse(_top_faults(top), what="bound never passed")
        found: NDArray[np.float64] = (weights * _chance_at_nodes(top, most, prior)).sum((1, 2))
        return np.minimum(found, 1.0)

    return tail


def tails_of_bound(
    most: int, images: Sequence[int]
) -> dict[str, Callable[[float], NDArray[np.float64]]]:
    """Predictive tails of the next count, by the assumption that each rests on.

    Raises
    ------
    DataError
        As `tail_of_bound`.
    """
    tails = {name: tail_of_bound(most, images, prior=each) for name, each in PRIORS.items()}
    reached = [tail_of_bound(most, images, prior=each, attained=True) for each in PRIORS.values()]
    return {**tails, REACHED: lambda top: np.max([tail(top) for tail in reached], axis=0)}
