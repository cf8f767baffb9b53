"""Forecasts of the next number of a line, and scores of forecasts against what was observed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from skytally.core import DataError
from skytally.statistics.argument_checks import check_level

PRIOR_CHANGE = math.log(4.0)
"""Spread of one change on the log scale before any is known: a factor of four (METHODS 7.7)."""
PRIOR_WEIGHT = 2.0
"""Changes that the prior counts as; low, so that a handful of known changes outweighs it."""
LEVEL = 0.9


@dataclass(frozen=True)
class Forecast:
    """Interval of the next number of a line, from those that are known."""

    low: float
    """Lower end."""
    median: float
    """The last known number: no rise or fall is foreseen."""
    high: float
    """Upper end."""


def log_number(number: float) -> float:
    """Logarithm of one more than a number, on which changes are multiples and 0 is a number."""
    return math.log1p(number)


def next_number(known: Sequence[float], *, level: float = LEVEL) -> Forecast:
    """Forecast the next number of a line as a random walk on the log scale.

    Parameters
    ----------
    known : sequence of float
        Numbers that are known, in the order in which they were observed; not negative.
    level : float
        Chance that the interval must hold.

    Returns
    -------
    Forecast
        In the unit of the numbers. The lower end is at least 0.

    Raises
    ------
    DataError
        If no number is known, one is negative or not finite, or the level is no chance.

    Notes
    -----
    With y = log(1 + number) and the known changes d_1 .. d_m between consecutive y, a change
    is normal about 0 with unknown variance, whose prior is scaled inverse chi-squared with
    `PRIOR_WEIGHT` and `PRIOR_CHANGE`. The next change then is Student's t with
    PRIOR_WEIGHT + m degrees of freedom and the squared scale
    (PRIOR_WEIGHT PRIOR_CHANGE^2 + sum of d_i^2) / (PRIOR_WEIGHT + m).

    References
    ----------
    Gelman et al., Bayesian Data Analysis, 3rd ed., 2013, section 2.6.

    Examples
    --------
    >>> next_number([10.0]).median
    10.0
    """
    check_level(level, what="forecast")
    numbers = np.asarray(known, dtype=float)
    if not numbers.size or not np.isfinite(numbers).all() or (numbers < 0).any():
        message = f"known numbers: found {list(known)}; give one or more, finite and not negative"
        raise DataError(message)
    walk = np.log1p(numbers)
    weight = PRIOR_WEIGHT + len(walk) - 1
    variance = (PRIOR_WEIGHT * PRIOR_CHANGE**2 + float((np.diff(walk) ** 2).sum())) / weight
    reach = float(stats.t.ppf((1 + level) / 2, weight)) * math.sqrt(variance)
    low, high = (math.expm1(float(walk[-1]) + side * reach) for side in (-1.0, 1.0))
    return Forecast(max(low, 0.0), float(numbers[-1]), high)


def interval_score(low: float, high: float, observed: float, *, level: float = LEVEL) -> float:
    """Score an interval: its width, and a penalty for what lies outside; lower is better.

    Parameters
    ----------
    low, high, observed : float
        On one scale.
    level : float
        Chance that the interval is stated to hold.

    Returns
    -------
    float
        The interval score of Gneiting and Raftery.

    Raises
    ------
    DataError
        If the ends are crossed or the level is no chance.

    References
    ----------
    Gneiting and Raftery, J. Am. Stat. Assoc. 102, 359-378, 2007, section 6.2.

    Examples
    --------
    >>> interval_score(0.0, 2.0, 1.0), round(interval_score(0.0, 2.0, 2.5, level=0.9), 6)
    (2.0, 12.0)
    """
    check_level(level, what="forecast")
    if not low <= high:
        message = f"interval {low} to {high}: the ends are crossed; exchange them"
        raise DataError(message)
    outside = max(low - observed, 0.0) + max(observed - high, 0.0)
    return high - low + 2 / (1 - level) * outside


def share_interval(held: int, tried: int, *, level: float = 0.95) -> tuple[float, float]:
    """Interval of a share that was seen in some of several trials.

    Parameters
    ----------
    held, tried : int
        In how many trials of how many.
    level : float
        Chance that the interval holds.

    Returns
    -------
    tuple of float
        Clopper-Pearson interval, from 0 to 1.

    Raises
    ------
    DataError
        If more held than were tried, none was tried, or the level is no chance.

    References
    ----------
    Clopper and Pearson, Biometrika 26, 404-413, 1934.

    Examples
    --------
    >>> [round(end, 3) for end in share_interval(9, 10)]
    [0.555, 0.997]
    """
    check_level(level, what="forecast")
    if not 0 <= held <= tried or not tried:
        message = f"{held} of {tried}: give a part of at least one trial"
        raise DataError(message)
    tail = (1 - level) / 2
    low = float(stats.beta.ppf(tail, held, tried - held + 1)) if held else 0.0
    high = float(stats.beta.ppf(1 - tail, held + 1, tried - held)) if held < tried else 1.0
    return low, high
