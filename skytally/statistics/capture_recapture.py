"""How many objects there are, from what several counters found and missed of the same scene."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import special

from skytally.core import DataError
from skytally.statistics.estimate import Estimate

LEVEL = 0.9
"""Coverage of the interval."""
DROP = 2.705543454095414 / 2.0
"""Fall of the log-likelihood at the ends of a 90 % interval: half the quantile of chi-squared."""
FARTHEST = 1_000_000
"""Times what was found beyond which an interval counts as open."""
METHOD = "capture-recapture of independent counts, profile likelihood"


def _log_likelihood(number: npt.ArrayLike, found: Sequence[int], distinct: int) -> npt.NDArray:
    """Log-likelihood of a number of objects, the chance of each counter at its best."""
    total = np.asarray(number, float)
    value = special.gammaln(total + 1.0) - special.gammaln(total - distinct + 1.0)
    for each in found:
        share = each / total
        value += special.xlogy(each, share) + special.xlogy(total - each, 1.0 - share)
    return value


def _farthest_within(found: Sequence[int], distinct: int, floor: float) -> float:
    """Largest number whose likelihood is not below a floor; infinite where there is none."""
    inside, outside = distinct, max(2 * distinct, distinct + 1)
    while _log_likelihood(outside, found, distinct) >= floor:
        if outside > FARTHEST * max(distinct, 1):
            return math.inf
        inside, outside = outside, 2 * outside
    while outside - inside > 1:
        middle = (inside + outside) // 2
        if _log_likelihood(middle, found, distinct) >= floor:
            inside = middle
        else:
            outside = middle
    return float(inside)


def number_present(found: Sequence[int], distinct: int) -> Estimate:
    """Estimate how many objects there are, from what each of several counters found of them.

    Parameters
    ----------
    found : sequence of int
        Objects that each counter found, two counters or more.
    distinct : int
        Objects found by any of them, each once.

    Returns
    -------
    Estimate
        The 90 % interval by profile likelihood, never below `distinct`; its upper end is
        infinite where the counters found nothing in common, or too little to set one. The value
        is NaN where the likelihood has no maximum.

    Raises
    ------
    DataError
        If there are fewer than two counters, nothing was found, or the numbers cannot be true
        together.

    Notes
    -----
    Model M_t of Darroch 1958: the set of objects is closed, each counter finds each object with
    a chance of their own, independently of the other counters, and every mark is an object
    (METHODS 13.3). Objects that are hard for everybody make it too low; false marks, too high.

    Examples
    --------
    >>> estimate = number_present([40, 42], 46)
    >>> estimate.value, estimate.low, estimate.high
    (46.0, 46.0, 48.0)
    """
    if len(found) < 2:
        message = f"counts of {len(found)} counter; give two or more of one scene"
        raise DataError(message)
    if distinct < 1 or min(found) < 0 or max(found) > distinct or sum(found) < distinct:
        message = (
            f"counts {list(found)} of {distinct} objects; give the objects that each counter "
            "found, and those that any of them found, at least one"
        )
        raise DataError(message)
    tried = np.unique(np.geomspace(distinct, 10.0 * FARTHEST * distinct, 4000).round())
    likelihoods = _log_likelihood(tried, found, distinct)
    best = float(tried[int(np.argmax(likelihoods))])
    near = np.arange(max(distinct, math.floor(best * 0.99) - 2), math.ceil(best * 1.01) + 3)
    near = near[:: max(1, near.size // 4000)]
    close = _log_likelihood(near, found, distinct)
    best, top = float(near[int(np.argmax(close))]), float(max(close.max(), likelihoods.max()))
    open_ended = sum(found) == distinct
    floor = top - DROP
    low = _lowest_within(found, distinct, floor, best)
    high = math.inf if open_ended else _farthest_within(found, distinct, floor)
    return Estimate(math.nan if open_ended else best, low, high, "objects", LEVEL, METHOD)


def _lowest_within(found: Sequence[int], distinct: int, floor: float, best: float) -> float:
    low, high = distinct, int(best)
    while low < high:
        middle = (low + high) // 2
        if _log_likelihood(middle, found, distinct) >= floor:
            high = middle
        else:
            low = middle + 1
    return float(low)
