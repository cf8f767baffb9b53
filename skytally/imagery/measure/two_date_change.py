"""Change between two images that have no history, one before and one after."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.core import DataError
from skytally.imagery.cube import Bools, Floats, subsample_mask
from skytally.imagery.measure.pair_alignment import LIMIT_M, POSITION_M, align_pair
from skytally.imagery.measure.reference_level_and_spread_per_group import NORMAL_MAD

Doubles = npt.NDArray[np.float64]

OBJECT_M = 50.0
"""Side of the smallest ground works looked for: one bermed pit with its spoil and its ramp."""
HUBER = 1.345
ROUNDS = 12
MIN_USABLE_PIXELS = 200
"""Usable pixels below which neither a line a band nor its spread is learnt."""
MAX_FITTED_PIXELS = 60_000
"""Pixels by which the lines are fitted; they know a slope to a thousandth already."""


def unchanged_line(before: Doubles, after: Doubles) -> Doubles:
    """Residuals of one band about a robust line from what was before to after.

    Parameters
    ----------
    before : ndarray, dims (pixel) or (band, pixel)
        Reflectance of one band, or of several that predict together.
    after : ndarray, dims (pixel)
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
    x = np.atleast_2d(before)
    x = x - x.mean(axis=1, keepdims=True)
    columns = np.vstack([np.ones(after.size), x / np.maximum(x.std(axis=1, keepdims=True), 1e-9)])
    few = subsample_mask(np.ones(after.size, np.bool_), MAX_FITTED_PIXELS)
    some, wanted, weights = columns[:, few], after[few], np.ones(few.size)
    slopes = np.zeros(len(columns))
    for _ in range(ROUNDS):
        weighed = some * weights
        normal = weighed @ some.T
        # a tiny ridge, for bands that say the same
        normal.ravel()[:: len(normal) + 1] += 1e-13 * max(float(np.trace(normal)), 1e-9)
        slopes = np.linalg.solve(normal, weighed @ wanted)
        left = np.abs(wanted - slopes @ some)
        scale = HUBER * NORMAL_MAD * float(np.median(left)) + 1e-12
        weights = np.minimum(1.0, scale / np.maximum(left, 1e-12))
    return np.asarray(after - slopes @ columns)


def two_date_change_score(
    before: Floats, after: Floats, *, gsd: float, position_m: float = POSITION_M,
    usable: Bools | None = None, object_m: float = OBJECT_M, limit_m: float = LIMIT_M,
) -> Floats:  # fmt: skip
    """Score how much each place changed between two images.

    Parameters
    ----------
    before, after : ndarray of float32, dims (band, y, x)
        Reflectance of the same bands on the same grid.
    gsd : float
        Side of a pixel in metres.
    position_m : float
        Metres by which the images may lie apart inside the scene after alignment; 0 leaves edges
        out of the noise.
    usable : ndarray of bool, dims (y, x), optional
        Pixels clear in both images; without it all that were read.
    object_m : float
        Side of the smallest object looked for: the score is a mean over it.
    limit_m : float
        Metres of displacement beyond which a pair is refused rather than aligned.

    Returns
    -------
    ndarray of float32, dims (y, x)
        Change in units of its own noise, mean over the object: 0.7 to 1 where nothing
        changed, NaN where not usable. It ranks places; it is no probability.

    Raises
    ------
    DataError
        If the shapes differ, fewer than 200 pixels are usable in both, or the images lie farther
        apart than `limit_m`; it says how far.

    Notes
    -----
    The image after is aligned to the one before (`align_pair`). Two robust lines a band take off
    sun, haze, calibration and season: one from the same band before, one from all bands before;
    what a season does to a field follows from all its bands, what was built from none, and either
    line alone is the better one on some pairs. What is left is divided by its noise: the spread
    of that band over the scene, and what a displacement of `position_m` makes of edges that are
    in both images, so that an old edge has to change more than an open field (METHODS trap T2)
    and a new one does not. Root of the mean square over bands and lines, then the mean of its
    root over the object, squared again. Bands are not decorrelated: growth, not noise, sets their
    correlation, and to divide by it hides what changes along it.
    """
    if before.shape != after.shape or before.ndim != 3:
        message = f"images of shape {before.shape} and {after.shape}; put both on one grid"
        raise DataError(message)
    clear: Bools = np.asarray(np.isfinite(before).all(0) & np.isfinite(after).all(0))
    if usable is not None:
        clear &= usable
    _check_usable(clear, "")
    pair = align_pair(before, after, clear, gsd=gsd, limit_m=limit_m)
    if not (position_m == 0.0 or np.isnan(pair.left_m)):
        position_m = max(position_m, pair.left_m)
    steep = _common_edges(before, pair.moved, clear, gsd)
    clear &= np.isfinite(pair.moved).all(0) & np.isfinite(steep).all(0)
    _check_usable(clear, f" after the second was moved by {pair.metres:.0f} m")
    known, seen = before[:, clear].astype(float), pair.moved[:, clear].astype(float)
    square = np.zeros(known.shape[1])
    for own, band, edge in zip(known, seen, position_m * steep[:, clear], strict=True):
        for left in (unchanged_line(own, band), unchanged_line(known, band)):
            usual = NORMAL_MAD * float(np.median(np.abs(left))) + 1e-12
            square += left**2 / (usual**2 + edge**2)
    # roots are averaged, so that one glaring pixel does not make an object
    root = np.full(clear.shape, np.nan)
    root[clear] = (square / (2 * len(known))) ** 0.25
    # an odd number of pixels, so that the mean lies on its pixel
    return _over_objects(root, clear, 2 * round((object_m / gsd - 1.0) / 2.0) + 1) ** 2


def _check_usable(clear: Bools, when: str) -> None:
    if np.count_nonzero(clear) < MIN_USABLE_PIXELS:
        message = (
            f"{np.count_nonzero(clear)} usable pixels in both images{when}; "
            f"{MIN_USABLE_PIXELS} are needed to learn from"
        )
        raise DataError(message)


def _common_edges(before: Floats, moved: Floats, clear: Bools, gsd: float) -> Doubles:
    """Slope a metre of what is steep in both images, in the contrast of the second."""
    made = np.empty(before.shape)
    for i, (one, two) in enumerate(zip(before, moved, strict=True)):
        old, new = (np.hypot(*np.gradient(each.astype(float), gsd)) for each in (one, two))
        spreads = [_spread(each[clear & np.isfinite(each)]) for each in (one, two)]
        made[i] = np.minimum(old * spreads[1] / max(spreads[0], 1e-9), new)
    return made


def _spread(values: Floats) -> float:
    if not values.size:
        return 0.0
    return float(np.median(np.abs(values - np.median(values))))


def _over_objects(score: Doubles, clear: Bools, side: int) -> Floats:
    """Mean over squares, of usable pixels only."""
    whole = ndimage.uniform_filter(np.where(clear, score, 0.0), side, mode="nearest")
    part = ndimage.uniform_filter(clear.astype(float), side, mode="nearest")
    mean = whole / np.maximum(part, 1e-6)
    return np.asarray(np.where(clear, mean, np.nan), np.float32)
