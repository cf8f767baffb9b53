"""Mean and median of the three by three pixels about each pixel, by whole-image steps."""

from __future__ import annotations

import numpy as np

from skytally.measures.doors import Bools
from skytally.measures.frames import Floats


def _three(values: Floats, axis: int) -> tuple[Floats, Floats, Floats]:
    """Give the pixel before, the pixel and the one after along an axis, edges continued."""
    pads = [(1, 1) if each == axis else (0, 0) for each in (0, 1)]
    padded, size = np.pad(values, pads, mode="edge"), values.shape[axis]
    before, here, after = (
        padded[k : k + size] if axis == 0 else padded[:, k : k + size] for k in range(3)
    )
    return before, here, after


def _middle(one: Floats, two: Floats, three: Floats) -> Floats:
    return np.maximum(np.minimum(one, two), np.minimum(np.maximum(one, two), three))


def patch_mean(values: Floats, told: Bools) -> Floats:
    """Give the mean of the patch about each pixel; a pixel that cannot tell counts 0.

    Parameters
    ----------
    values : ndarray, dims (y, x)
        Image.
    told : ndarray of bool, dims (y, x)
        Pixels that can tell.

    Returns
    -------
    ndarray of float32, dims (y, x)

    Examples
    --------
    >>> image = np.zeros((3, 3), np.float32); image[0, 0] = 9.0
    >>> patch_mean(image, image >= 0)[1, 1]
    np.float32(1.0)
    """
    made = np.where(told, values, np.float32(0.0)).astype(np.float32, copy=False)
    for axis in (0, 1):
        before, here, after = _three(made, axis)
        made = before + here
        made += after
    return made / np.float32(9.0)


def patch_median(values: Floats, told: Bools) -> Floats:
    """Give the median of the patch about each pixel; a pixel that cannot tell counts 0.

    Parameters
    ----------
    values : ndarray, dims (y, x)
        Image.
    told : ndarray of bool, dims (y, x)
        Pixels that can tell.

    Returns
    -------
    ndarray of float32, dims (y, x)

    Notes
    -----
    Columns of three are sorted once and shared by the three patches they belong to; the median
    of nine is that of the largest least, the middle middle and the least largest of them.

    Examples
    --------
    >>> image = np.arange(9, dtype=np.float32).reshape(3, 3)
    >>> patch_median(image, image >= 0)[1, 1]
    np.float32(4.0)
    """
    up, here, down = _three(np.where(told, values, np.float32(0.0)).astype(np.float32), 0)
    low, high = np.minimum(up, here), np.maximum(up, here)
    least, most = np.minimum(low, down), np.maximum(high, down)
    middle = np.maximum(low, np.minimum(high, down))
    a, b, c = _three(least, 1)
    highest_low = np.maximum(np.maximum(a, b), c)
    a, b, c = _three(most, 1)
    lowest_high = np.minimum(np.minimum(a, b), c)
    return _middle(highest_low, _middle(*_three(middle, 1)), lowest_high)
