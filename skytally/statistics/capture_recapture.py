"""How many objects there are, from what several counters found and missed of the same scene."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence

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


def _first(holds: Callable[[int], bool], start: int) -> float:
    """Smallest number from a start on from which a condition holds; infinite if far off."""
    end = start + 1
    while not holds(end):
        if end > FARTHEST * start:
            return math.inf
        end *= 2
    return float(bisect_left(range(end), True, start, key=holds))


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
    open_ended = sum(found) == distinct

    def likelihood(number: float) -> float:
        return float(_log_likelihood(number, found, distinct))

    # it rises to one highest point and falls after it, or rises for ever
    best = _first(lambda n: not open_ended and likelihood(n + 1) <= likelihood(n), distinct)
    top = likelihood(best if math.isfinite(best) else 10.0 * FARTHEST * distinct)
    low = _first(lambda n: n >= best or likelihood(n) >= top - DROP, distinct)
    high = math.inf
    if math.isfinite(best):
        high = _first(lambda n: likelihood(n + 1) < top - DROP, int(best))
    value = best if math.isfinite(best) else math.nan
    return Estimate(value, low, high, "objects", LEVEL, METHOD)
