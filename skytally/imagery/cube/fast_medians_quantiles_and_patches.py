"""Fast medians: for a few thousand values a full sort beats the partition of `np.median`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from skytally.imagery.cube.cube_image_iteration_and_grouping import Floats, PixelIndices
from skytally.imagery.cube.cube_mask_and_argument_checks import Bools


def medians(values: npt.NDArray[np.floating]) -> npt.NDArray[Any]:
    """Median along the last axis, NaN where there is no value or one is missing.

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
    """Quantiles of finite values, interpolated as `numpy.quantile` does.

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
    """Median of all values, as `medians`.

    Examples
    --------
    >>> median(np.array([4.0, 1.0, 2.0, 3.0]))
    2.5
    """
    return float(medians(values.ravel()))


MAJORITY = 5
"""Pixels of a patch that lie above whatever its median lies above."""


@dataclass(frozen=True, eq=False)
class Patches:
    """An image whose rows, with a continued edge, lie end to end: a shift is a step along it."""

    line: Floats
    """The rows, each a pixel longer at either end, and a row more above and below."""
    rows: int
    """Rows of the image."""
    columns: int
    """Columns of it."""

    def _three(self, line: npt.NDArray) -> npt.NDArray:
        """Sum over the patch about each pixel."""
        wide, high = self.columns + 2, self.rows + 2
        size = self.rows * wide
        down = line[:size] + line[wide : wide + size]
        down += line[2 * wide : high * wide]
        sums = np.empty_like(down)
        np.add(down[:-2], down[1:-1], out=sums[:-2])
        sums[:-2] += down[2:]
        return sums.reshape(self.rows, wide)[:, : self.columns]

    def mean(self) -> Floats:
        """Mean of each patch, dims (y, x).

        Examples
        --------
        >>> image = np.zeros((3, 3), np.float32); image[0, 0] = 9.0
        >>> patches_of(image, image >= 0).mean()[1, 1]
        np.float32(1.0)
        """
        return np.asarray(self._three(self.line) / np.float32(9.0))

    def above(self, least: float) -> Bools:
        """Patches whose median may exceed a value, dims (y, x)."""
        return np.asarray(self._three((self.line > least).view(np.uint8)) >= MAJORITY)

    def at(self, places: PixelIndices) -> tuple[Floats, Floats]:
        """Mean and median of the patches about some pixels.

        Parameters
        ----------
        places : ndarray of int, dims (pixel)
            Places in the flattened image.

        Returns
        -------
        tuple of ndarray of float32, dims (pixel)

        Notes
        -----
        Columns of three are sorted; the median of nine is that of the largest least, the middle
        middle and the least largest of them.

        Examples
        --------
        >>> image = np.arange(9, dtype=np.float32).reshape(3, 3)
        >>> patches_of(image, image >= 0).at(np.array([4]))
        (array([4.], dtype=float32), array([4.], dtype=float32))
        """
        wide = self.columns + 2
        first = places + 2 * (places // self.columns)
        total, sides = np.zeros(places.size, np.float32), []
        for step in range(3):
            one, two, three = (self.line.take(first + (step + k * wide)) for k in range(3))
            total += one + two + three
            low, high = np.minimum(one, two), np.maximum(one, two)
            middle = np.maximum(low, np.minimum(high, three))
            sides.append((np.minimum(low, three), middle, np.maximum(high, three)))
        (a, d, g), (b, e, h), (c, f, i) = sides
        highest_low = np.maximum(np.maximum(a, b), c)
        lowest_high = np.minimum(np.minimum(g, h), i)
        return total / np.float32(9.0), _middle(highest_low, _middle(d, e, f), lowest_high)


def _middle(one: Floats, two: Floats, three: Floats) -> Floats:
    return np.asarray(np.maximum(np.minimum(one, two), np.minimum(np.maximum(one, two), three)))


def patches_of(values: Floats, known: Bools) -> Patches:
    """Lay out the patches of an image; a pixel that cannot tell counts 0.

    Parameters
    ----------
    values : ndarray, dims (y, x)
        Image.
    told : ndarray of bool, dims (y, x)
        Pixels that can tell.

    Returns
    -------
    Patches
    """
    padded = np.empty((values.shape[0] + 2, values.shape[1] + 2), np.float32)
    inner = padded[1:-1, 1:-1]
    inner[...] = values
    if not known.all():
        inner[~known] = 0.0
    padded[0], padded[-1] = padded[1], padded[-2]
    padded[:, 0], padded[:, -1] = padded[:, 1], padded[:, -2]
    return Patches(padded.ravel(), *values.shape)
