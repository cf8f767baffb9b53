"""Change between two images that have no history, one before and one after."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.core import DataError
from skytally.imagery.cube import Bools, Floats
from skytally.imagery.measure.coregistration import REFUSED, align, coregister
from skytally.imagery.measure.reference import NORMAL_MAD

Doubles = npt.NDArray[np.float64]

POSITION_M = 3.0
"""Metres by which two images of different orbits lie apart inside a scene, after the whole was
aligned (METHODS section 10)."""
OBJECT_M = 50.0
"""Side of the smallest ground works looked for: one bermed pit with its spoil and its ramp."""
HUBER = 1.345
ROUNDS = 12
MIN_USABLE_PIXELS = 200
"""Usable pixels below which neither a line a band nor its spread is learnt."""


def unchanged_line(before: Doubles, after: Doubles) -> Doubles:
    """Residuals of one band about a robust line from before to after.

    Parameters
    ----------
    before, after : ndarray, dims (pixel)
        Reflectance of one band.

    Returns
    -------
    ndarray, dims (pixel)

    Notes
    -----
    Huber's weights: a few percent of changed pixels hardly turn the line.

    Examples
    --------
    >>> x = np.linspace(0.0, 1.0, 9)
    >>> bool(np.abs(unchanged_line(x, 0.02 + 1.1 * x)).max() < 1e-9)
    True
    """
    x = before - before.mean()
    weights = np.ones_like(x)
    for _ in range(ROUNDS):
        total = weights.sum()
        middle, mean = (weights * x).sum() / total, (weights * after).sum() / total
        spread = (weights * (x - middle) ** 2).sum()
        slope = (weights * (x - middle) * (after - mean)).sum() / max(spread, 1e-12)
        left = after - mean - slope * (x - middle)
        scale = HUBER * NORMAL_MAD * float(np.median(np.abs(left))) + 1e-12
        weights = np.minimum(1.0, scale / np.maximum(np.abs(left), 1e-12))
    return np.asarray(left)


def two_date_change_score(
    before: Floats, after: Floats, *, gsd: float, position_m: float = POSITION_M,
    usable: Bools | None = None, object_m: float = OBJECT_M,
) -> Floats:  # fmt: skip
    """Score how much each place changed between two images.

    Parameters
    ----------
    before, after : ndarray of float32, dims (band, y, x)
        Reflectance of the same bands on the same grid.
    gsd : float
        Side of a pixel in metres.
    position_m : float
        Metres by which the images may lie apart inside the scene after alignment.
    usable : ndarray of bool, dims (y, x), optional
        Pixels clear in both images; without it all that were read.
    object_m : float
        Side of the smallest object looked for: the score is a mean over it.

    Returns
    -------
    ndarray of float32, dims (y, x)
        Mean over bands and over the object of the change in units of its own noise: about 0.8
        where nothing changed, NaN where not usable. It ranks places; it is no probability.

    Raises
    ------
    DataError
        If the shapes differ, fewer than 200 pixels are usable, or the images lie further apart
        than the scenes of one sensor ever do.

    Notes
    -----
    The image after is aligned to the one before; a robust line a band takes off sun, haze and
    calibration. What is left is divided by its noise: the spread of that band over the scene,
    and what a displacement of `position_m` makes of the pixel's own edges, so that an edge has
    to change more than an open field (METHODS trap T2). The mean of absolute values, not of
    squares, keeps one odd band from deciding. Bands are not decorrelated: growth, not noise,
    sets their correlation, and to divide by it hides what changes along it.
    """
    if before.shape != after.shape or before.ndim != 3:
        message = f"images of shape {before.shape} and {after.shape}; put both on one grid"
        raise DataError(message)
    clear: Bools = np.asarray(np.isfinite(before).all(0) & np.isfinite(after).all(0))
    if usable is not None:
        clear &= usable
    if np.count_nonzero(clear) < MIN_USABLE_PIXELS:
        message = (
            f"{np.count_nonzero(clear)} usable pixels; {MIN_USABLE_PIXELS} are needed to learn from"
        )
        raise DataError(message)
    found = coregister(after, before, clear, gsd=gsd)
    if found.state == REFUSED:
        message = f"the second image is {found.reason}; check the grid of both"
        raise DataError(message)
    moved = align(after, found)
    clear &= np.isfinite(moved).all(0)
    pairs = zip(before[:, clear].astype(float), moved[:, clear].astype(float), strict=True)
    left = np.stack([unchanged_line(*pair) for pair in pairs])
    slopes = np.gradient(before.astype(float), gsd, axis=(1, 2))
    edges = position_m * np.hypot(*slopes)[:, clear]
    usual = NORMAL_MAD * np.median(np.abs(left), axis=1, keepdims=True) + 1e-12
    score = np.full(clear.shape, np.nan)
    score[clear] = np.abs(left / np.hypot(usual, edges)).mean(0)
    # a pixel beside a hole has no slope, and one such pixel would spoil the running mean
    clear &= np.isfinite(score)
    # an odd number of pixels, so that the mean lies on its pixel
    return _over_objects(score, clear, 2 * round((object_m / gsd - 1.0) / 2.0) + 1)


def _over_objects(score: Doubles, clear: Bools, side: int) -> Floats:
    """Mean over squares, of usable pixels only."""
    whole = ndimage.uniform_filter(np.where(clear, score, 0.0), side, mode="nearest")
    part = ndimage.uniform_filter(clear.astype(float), side, mode="nearest")
    mean = whole / np.maximum(part, 1e-6)
    return np.asarray(np.where(clear, mean, np.nan), np.float32)
