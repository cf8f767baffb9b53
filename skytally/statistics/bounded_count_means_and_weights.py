"""Representative value and weight of a count of which only bounds are published."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from skytally.statistics.interval_dated_counts import IntervalCounts

Floats = NDArray[np.float64]

SHAPE = 2.0
"""Shape of the gamma distribution from which a count within its bounds is taken to come."""
MIN_WEIGHT = 1e-3
"""Least share that a count keeps whose bounds exclude next to nothing."""
MIN_MEAN = 0.5
"""Least mean of that distribution, in counts."""


def representative_counts(looks: IntervalCounts) -> tuple[Floats, Floats]:
    """Mean of each count within its bounds, and the share of its information that they leave.

    Parameters
    ----------
    looks : IntervalCounts
        Counts with bounds.

    Returns
    -------
    tuple of ndarray, dims (observation)
        Counts, whole where they are exact, and weights, 1 where they are exact.

    Notes
    -----
    The share is 1 less the variance within the bounds over that without them, the missing
    information of Orchard and Woodbury 1972, for a gamma distribution of shape 2 about the mean
    of the series (METHODS 7.2).

    Examples
    --------
    >>> from skytally.statistics.interval_dated_counts import interval_counts_from
    >>> some = interval_counts_from([0.0, 1.0, 2.0], [9.0, 1.0, 70.0], high=[9.0, np.inf, 74.0])
    >>> [each.round(2).tolist() for each in representative_counts(some)]
    [[9.0, 27.35, 71.88], [1.0, 0.0, 0.99]]
    """
    exact = looks.low == looks.high
    rough = np.where(np.isinf(looks.high), looks.low, (looks.low + looks.high) / 2.0)
    scale = max(float(rough.mean()), MIN_MEAN) / SHAPE
    low, high = np.maximum(looks.low - 0.5, 0.0) / scale, (looks.high + 0.5) / scale
    moments = np.array(
        [special.gammainc(SHAPE + k, high) - special.gammainc(SHAPE + k, low) for k in range(3)]
    )
    inside = np.maximum(moments[0], 1e-12)
    mean = scale * SHAPE * moments[1] / inside
    square = scale**2 * SHAPE * (SHAPE + 1.0) * moments[2] / inside
    share = 1.0 - (square - mean**2) / (SHAPE * scale**2)
    known = exact | (moments[0] <= 1e-9)
    return (
        np.where(known, rough, np.clip(mean, looks.low, looks.high)),
        np.where(known, 1.0, np.clip(share, MIN_WEIGHT, 1.0)),
    )
