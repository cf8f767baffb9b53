"""Change points of a count series by ruptures, to compare with those of `change_points`."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import ruptures
import xarray as xr
from scipy import stats

from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.interval_dated_counts import (
    IntervalCounts,
    checked,
    date_of,
    interval_counts_of,
)

LEAST_SEGMENT = 2
"""Minimum observations of a segment in the cross-check, the default of ruptures."""
DOCUMENTED_PENALTY = 10.0
"""Penalty of the example with which ruptures introduces itself: Pelt(model="rbf"), pen=10."""


@dataclass(frozen=True)
class CrossCheck:
    """Change points of another method, each as the gap between two observations."""

    method: str
    """Method with all of its settings."""
    gaps: tuple[tuple[np.datetime64, np.datetime64], ...]
    """Days of the last observation before and of the first after each change."""


def cross_check(looks: xr.Dataset | IntervalCounts) -> tuple[CrossCheck, ...]:
    """Change points of a count series by ruptures, each as the gap between two observations.

    Parameters
    ----------
    looks : xarray.Dataset, dims (time), or Looks
        A line of evidence, or looks from plain arrays; a bound stands for itself, a range
        for its middle, so that this check is rougher than `change_points`.

    Returns
    -------
    tuple of CrossCheck
        PELT on ranks, and ruptures as its documentation introduces it.

    Raises
    ------
    DataError
        If there are fewer usable observations than two segments need, or the input is not sound.

    Notes
    -----
    Both use only the order of the observations, not the time between them: a change is never a
    date here, only the days of the observations on either side. PELT on ranks has unit variance
    and the penalty 2 log n, that is, two free parameters a change.

    References
    ----------
    METHODS 7.2. Truong, Oudre and Vayatis 2020, Signal Processing 167, 107299,
    doi:10.1016/j.sigpro.2019.107299. Killick, Fearnhead and Eckley 2012, JASA 107, 1590-1598,
    doi:10.1080/01621459.2012.737745.
    """
    if isinstance(looks, xr.Dataset):
        looks = interval_counts_of(looks)
    if checked(looks).start.size < 2 * LEAST_SEGMENT:
        message = f"{looks.start.size} looks: too few for two segments; give four or more"
        raise DataError(message)
    order = np.argsort(looks.start + looks.end, kind="stable")
    start, end = looks.start[order], looks.end[order]
    counts = np.where(np.isinf(looks.high), looks.low, (looks.low + looks.high) / 2.0)[order]
    ranks = stats.rankdata(counts)
    spread = ranks.std()
    ranks = (ranks - ranks.mean()) / (spread if spread > 0 else 1.0)
    penalty = 2.0 * math.log(counts.size)
    searches = {
        f"ruptures Pelt on ranks, model l2, min_size 2, jump 1, penalty 2 log n = {penalty:.2f}": (
            ruptures.Pelt(model="l2", min_size=LEAST_SEGMENT, jump=1),
            ranks,
            penalty,
        ),
        f"ruptures as documented: Pelt on counts, model rbf, penalty {DOCUMENTED_PENALTY:g}": (
            ruptures.Pelt(model="rbf"),
            counts,
            DOCUMENTED_PENALTY,
        ),
    }
    found = []
    for method, (search, signal, weight) in searches.items():
        breaks = search.fit(signal.reshape(-1, 1)).predict(pen=weight)[:-1]
        gaps = tuple((date_of(start[i - 1]), date_of(math.ceil(end[i]) - 1.0)) for i in breaks)
        found.append(CrossCheck(method, gaps))
    return tuple(found)
