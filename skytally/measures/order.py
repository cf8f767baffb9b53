"""Medians of some thousand values: sorting them is faster than choosing the middle ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def medians(values: npt.NDArray[np.floating]) -> npt.NDArray[Any]:
    """Give the medians along the last axis, NaN where there is no value or one is missing.

    Parameters
    ----------
    values : ndarray of float
        Any shape.

    Returns
    -------
    ndarray
        What `numpy.median` gives, to the bit.

    Examples
    --------
    >>> medians(np.array([[3.0, 1.0, 2.0], [4.0, 1.0, np.nan]])).tolist()
    [2.0, nan]
    """
    count = values.shape[-1]
    if count == 0:
        return np.full(values.shape[:-1], np.nan, values.dtype)
    ordered = np.sort(values, axis=-1)
    middle = ordered[..., count // 2]
    if count % 2 == 0:
        middle = (ordered[..., count // 2 - 1] + middle) / middle.dtype.type(2.0)
    return np.asarray(np.where(np.isnan(ordered[..., -1]), ordered[..., -1], middle))


def quantiles(values: npt.NDArray[np.floating], shares: tuple[float, ...]) -> list[float]:
    """Give quantiles of finite values, as `numpy.quantile` between two of them.

    Examples
    --------
    >>> quantiles(np.array([4.0, 1.0, 2.0, 3.0]), (0.0, 0.25))
    [1.0, 1.75]
    """
    ordered, found = np.sort(values), []
    for share in shares:
        below, part = divmod((values.size - 1) * share, 1.0)
        one, two = ordered[int(below)], ordered[min(int(below) + 1, values.size - 1)]
        step = float(two - one)
        made = float(one) + step * part if part < 0.5 else float(two) - step * (1.0 - part)
        found.append(float(ordered.dtype.type(made)))
    return found


def median(values: npt.NDArray[np.floating]) -> float:
    """Give the median of all values, as `medians`.

    Examples
    --------
    >>> median(np.array([4.0, 1.0, 2.0, 3.0]))
    2.5
    """
    return float(medians(values.ravel()))
