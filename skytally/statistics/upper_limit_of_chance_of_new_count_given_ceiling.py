"""Upper limit of the chance of a count as high as a new one, given only a ceiling."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skytally.core import refuse
from skytally.statistics.argument_checks import check_level, whole_faults
from skytally.statistics.estimate import Estimate
from skytally.statistics.predictive_tail_given_ceiling import LEVEL, tails_of_bound
from skytally.statistics.published_ceiling_and_independent_images import Baseline, whole_bounds

ORDER = "order alone"
"""Name of the answer that uses neither the size of the count nor a prior: 1 / (images + 1)."""
SEARCH_LIMIT = 20
"""Times the ceiling beyond which a predictive limit counts as none."""


@dataclass(frozen=True)
class Surge:
    """Chance of as many or more if nothing had changed, and what it rests on."""

    count: tuple[float, float]
    """The new count, at its low and its high end; infinite for *at least*."""
    baseline: Baseline
    """The ceiling it is compared with."""
    weeks: int
    """Independent weeks of which the count is the peak."""
    sites: int
    """Places watched at which a count as large would have been reported, too."""
    limit: Estimate
    """The one upper limit: stated images, least favourable prior, `weeks` and `sites` paid for."""
    by_images: dict[int, dict[str, float]]
    """Images behind the ceiling to the chance of one observation at one place, by prior; the
    last is `ORDER`."""

    def chance(self, images: int, prior: str, *, weeks: int = 1, sites: int = 1) -> float:
        """Chance under one prior, for the peak of some weeks at any of some places.

        Parameters
        ----------
        images : int
            Independent images behind the ceiling, a key of `by_images`.
        prior : str
            A key of its values.
        weeks, sites : int
            How many weeks and places are paid for, from 1 up.

        Returns
        -------
        float
            At most 1. By the order alone the peak of w weeks is the highest of w + images with
            a chance of w / (w + images); otherwise the chance of one week is multiplied.
        """
        one = self.by_images[images][prior]
        if prior == ORDER:
            return min(1.0, sites * (weeks / (weeks + images) if one < 1 else 1.0))
        return min(1.0, sites * weeks * one)


@lru_cache(maxsize=64)
def _tails(most: int, images: tuple[int, ...]) -> dict[str, Callable[[float], NDArray[np.float64]]]:
    # a removal of rows asks for the same ceiling again and again
    return tails_of_bound(most, images)


def _by_images(count: float, baseline: Baseline) -> dict[int, dict[str, float]]:
    """Chance of one observation by prior, at the end of the ceiling that surprises least."""
    numbers = tuple(sorted({*baseline.images}))
    found: dict[str, NDArray[np.float64]] = {}
    for bound in sorted({*baseline.most}):
        for name, tail in _tails(bound, numbers).items():
            found[name] = np.maximum(found.get(name, 0.0), tail(count))
    over = count > baseline.most[1]
    return {
        number: {name: float(p[i]) for name, p in found.items()}
        | {ORDER: 1 / (number + 1) if over else 1.0}
        for i, number in enumerate(numbers)
    }


def surge(count: ArrayLike, baseline: Baseline, *, weeks: int = 1, sites: int = 1) -> Surge:
    """Limit the chance of a count as high as this one if nothing had changed.

    A ceiling is the highest count of its images. No average is known, so none is assumed: the
    mean and the scatter of the counts are summed over a prior, given that no image passed the
    ceiling.

    Parameters
    ----------
    count : float or (low, high)
        The new count, in the unit of the ceiling; its low end is used.
    baseline : Baseline
        From `skytally.statistics.published_ceiling_and_independent_images.bounded_baseline`.
    weeks : int
        Independent weeks of which the count is the peak: a count that was picked because it
        was the highest of three is three chances.
    sites : int
        Sites watched at which a count as large would have been reported, too.

    Returns
    -------
    Surge
        Chances without unit; ``limit`` from 0 to the one upper limit.

    Raises
    ------
    DataError
        If the count is negative, missing or reversed, or weeks or sites are below 1.

    Notes
    -----
    Ceiling M over N images: P(next >= c) under the posterior P(X <= M)**N of a negative
    binomial with log-uniform priors of its mean (as multiples of M) and of k; or with
    P(X <= M)**N - P(X <= M - 1)**N where the ceiling was reached. Four priors, each in both
    ways; the limit takes the largest, at the end of the ceiling and the count that surprises
    least, times weeks and sites, which bounds it however they depend on one another.
    METHODS 1.7 and 7.1.

    Examples
    --------
    >>> from skytally.statistics.published_ceiling_and_independent_images import bounded_baseline
    >>> usual = bounded_baseline(20, stated=13, period=("2022-01-01", "2022-12-31"))
    >>> found = surge(73, usual, weeks=3, sites=4)
    >>> 0.02 < found.limit.high < 0.05, round(found.chance(13, ORDER), 3)
    (True, 0.071)
    """
    ends = whole_bounds(count, what="count")
    refuse(whole_faults(weeks=weeks, sites=sites), what="surge")
    by_images = _by_images(ends[0], baseline)
    stated = baseline.images[1]
    largest = max(p for prior, p in by_images[stated].items() if prior != ORDER)
    limit = min(1.0, weeks * sites * largest)
    method = f"ceiling of {baseline.most[1]} over {stated} images, largest of eight answers"
    return Surge(
        count=ends,
        baseline=baseline,
        weeks=int(weeks),
        sites=int(sites),
        limit=Estimate(limit, 0.0, limit, "p", 1.0, method),
        by_images=by_images,
    )


def _least_surprising(tail: Callable[[int], float], surprise: float, *, guess: int) -> float:
    """Smallest whole number that is exceeded with no more than this probability."""
    top, farthest = max(guess, 1), SEARCH_LIMIT * max(guess, 100)
    while tail(top + 1) > surprise:
        top *= 2
        if top > farthest:
            return math.inf
    bottom = 0
    while bottom < top:
        middle = (bottom + top) // 2
        if tail(middle + 1) > surprise:
            bottom = middle + 1
        else:
            top = middle
    return float(top)


def predictive_limit(most: int, images: int, *, level: float = LEVEL) -> float:
    """Predictive upper limit of the next count behind a ceiling.

    Parameters
    ----------
    most : int
        The ceiling.
    images : int
        Independent images behind it, 1 or more.
    level : float
        Probability with which the next count is held.

    Returns
    -------
    float
        In the unit of the ceiling; infinite where none is below 20 times the ceiling.

    Raises
    ------
    DataError
        If the level is not between 0 and 1, or the ceiling or the images are no whole numbers.

    Notes
    -----
    It uses the largest chance over the priors, as `surge` does, so its coverage shows whether
    a printed limit errs on the cautious side.

    Examples
    --------
    >>> predictive_limit(20, 13)
    18.0
    """
    check_level(level, what="limit of the next count")
    tails = _tails(most, (images,))

    def largest(count: int) -> float:
        return max(float(tail(count)[0]) for tail in tails.values())

    return _least_surprising(largest, 1 - level, guess=most)
