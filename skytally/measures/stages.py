"""Stages of works on one piece of ground: stretches of looks of one level."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skytally.measures.dating import checked_looks, date_of, log_t

Doubles = npt.NDArray[np.float64]

LEAST_LOOKS = 3
"""Looks of a stage: two odd looks in a row are weather."""
LEVELS = 61
"""Levels tried for a stage, evenly spaced over what was seen."""


@dataclass(frozen=True)
class Stage:
    """A stretch of looks of one level."""

    first: np.datetime64
    """Day of its first look."""
    last: np.datetime64
    """Day of its last look."""
    value: float
    """Its level, in the unit of the series."""
    began: tuple[np.datetime64, np.datetime64] | None
    """Days of the last look before it and of its first look, None for the first stage."""
    n_looks: int
    """Number of its looks."""


def stages(
    days: npt.ArrayLike,
    values: npt.ArrayLike,
    scale: npt.ArrayLike,
    *,
    most: int = 3,
    share: float = 1.0,
) -> tuple[Stage, ...]:
    """Split looks into stages of one level each, with as few changes as explain them.

    Parameters
    ----------
    days, values, scale
        As `skytally.measures.dating.change_date`.
    most : int
        Most changes.
    share : float
        As `skytally.measures.dating.change_date`.

    Returns
    -------
    tuple of Stage
        One to `most` + 1 stages in order of time.

    Raises
    ------
    DataError
        As `skytally.measures.dating.change_date`.

    Notes
    -----
    Exact dynamic programming over the looks with the t likelihood, levels on a grid, at least
    three looks a stage; the number of changes has the least BIC, a change costing two free
    numbers, its date and its level (METHODS 6.2).
    """
    when, seen, wide = checked_looks(days, values, scale)
    count = when.size
    grid = np.linspace(seen.min(), seen.max(), LEVELS)
    tables = -share * log_t((seen[:, None] - grid) / wide[:, None])
    sums = np.concatenate([np.zeros((1, LEVELS)), np.cumsum(tables, 0)])
    # cost of looks i to j - 1 as one stage, dims (i, j)
    cost = np.full((count + 1, count + 1), np.inf)
    for i in range(count - min(LEAST_LOOKS, count) + 1):
        ends = slice(i + min(LEAST_LOOKS, count), None)
        cost[i, ends] = (sums[ends] - sums[i]).min(1)
    best, cuts = cost[0], [np.zeros(count + 1, int)]
    scores, paths = [2.0 * best[count]], [[0]]
    for changes in range(1, most + 1):
        total = best[:, None] + cost
        cuts.append(total.argmin(0))
        best = total.min(0)
        scores.append(2.0 * best[count] + 2.0 * changes * math.log(share * count))
        paths.append(_path(cuts, count))
    chosen = paths[int(np.argmin(np.where(np.isfinite(scores), scores, np.inf)))]
    bounds = [*chosen, count]
    return tuple(
        Stage(
            first=date_of(when[i]),
            last=date_of(when[j - 1]),
            value=float(grid[(sums[j] - sums[i]).argmin()]),
            began=None if i == 0 else (date_of(when[i - 1]), date_of(when[i])),
            n_looks=j - i,
        )
        for i, j in itertools.pairwise(bounds)
    )


def _path(cuts: list[npt.NDArray[np.intp]], count: int) -> list[int]:
    """Walk back from the last look to the first look of each stage."""
    at, found = count, []
    for cut in reversed(cuts[1:]):
        at = int(cut[at])
        found.append(at)
    return [0, *sorted(set(found) - {0})]
