"""Negative binomial law and its tails, the law of counts that scatter more than chance alone does.

`scipy.stats` has the law, too, and takes half a second to be imported.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]


def chance_above(number: ArrayLike, size: ArrayLike, share: ArrayLike) -> Floats:
    """Chance of a count above a number.

    Parameters
    ----------
    number : array_like
        Any number, an endless one among them.
    size, share : array_like
        Parameters of the law, both above 0: its mean is ``size * (1 - share) / share``.

    Returns
    -------
    ndarray
        Dims as the three broadcast.

    Examples
    --------
    >>> chance_above([-1, 0, 1, np.inf], 1, 0.5)
    array([1.  , 0.5 , 0.25, 0.  ])
    """
    whole = np.floor(np.asarray(number, dtype=float))
    known = np.isfinite(whole) & (whole >= 0)
    above = special.betaincc(size, np.where(known, whole, 0.0) + 1, share)
    return np.asarray(np.where(known, above, whole < 0), dtype=float)


def log_chance_of(number: ArrayLike, size: ArrayLike, share: ArrayLike) -> Floats:
    """Logarithm of the chance of just this count.

    Parameters
    ----------
    number : array_like
        Whole numbers from 0 on.
    size, share : array_like
        As for `chance_above`; the share is below 1.

    Returns
    -------
    ndarray
        Dims as the three broadcast.

    Examples
    --------
    >>> np.exp(log_chance_of([0, 1, 2], 1, 0.5)).round(3)
    array([0.5  , 0.25 , 0.125])
    """
    count, k, p = (np.asarray(each, dtype=float) for each in (number, size, share))
    ways = special.gammaln(count + k) - special.gammaln(count + 1) - special.gammaln(k)
    return np.asarray(ways + k * np.log(p) + count * np.log1p(-p), dtype=float)


def log_chance_within(number: float, size: ArrayLike, share: ArrayLike) -> Floats:
    """Logarithm of the chance of a count no greater than a whole number from 0 on.

    Parameters
    ----------
    number : float
        The number.
    size, share : array_like
        As for `chance_above`.

    Returns
    -------
    ndarray
        Dims as the last two broadcast.

    Examples
    --------
    >>> np.exp(log_chance_within(1, 1, [0.5, 1.0]))
    array([0.75, 1.  ])
    """
    within = special.betainc(size, number + 1, share)
    # close to 1 the small chance of more is what keeps the digits
    more = special.betainc(number + 1, size, 1 - np.asarray(share, dtype=float))
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(within > 0.5, np.log1p(-more), np.log(within)))
