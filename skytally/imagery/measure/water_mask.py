"""Water masks: by index, by its own histogram, and by likeness to open water."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import ndimage, stats

from skytally.core import DataError
from skytally.imagery.cube import Bools, Floats
from skytally.imagery.measure.reference_level_and_spread_per_group import (
    NOISE_REFLECTANCE,
    NORMAL_MAD,
)

ASHMAN = 3.5
"""Distance of two parts over their spread from which a threshold between them is trusted (Ashman
et al. 1994, DOI 10.1086/117248). Their 2 holds for fitted modes; the halves into which Otsu cuts
a single normal law lie 2.7 apart, and those of a uniform one 3.5."""
INDEX_FALLBACK = 0.0
"""NDWI of water and of nothing else, where the histogram has no two modes."""
BINS = 256
BLOCK, MIN_WATER_SHARE = 200.0, 0.15
"""Metres over which water keeps its colour in a harbour, and the share of a block that must be
water for its median to be that of water."""
ROUGH = 4.0
"""Times the usual roughness of water beyond which a pixel's neighbourhood is no open water."""
LIKE_SIGMAS, LIKE_FLOOR = 6.0, 0.03
"""How far water may differ from the water around: swell and silt, but no hull or quay."""
MIN_BODY_M2, LIKE_SHARE = 50_000.0, 0.4
"""Square metres of a body of water that holds ships, and its share that must be smooth water."""
LIKE_TAIL = 1e-6
"""Chance that a pixel of open water is not taken for water where there is no infrared."""


def ndwi(values: Floats, layers: Sequence[str]) -> Floats:
    """Normalised difference water index, dims (y, x).

    References
    ----------
    McFeeters 1996, DOI 10.1080/01431169608948714.

    Examples
    --------
    >>> ndwi(np.array([0.06, 0.02], np.float32).reshape(2, 1, 1), ["b03", "b08"]).item()
    0.5
    """
    green, infrared = (values[list(layers).index(each)] for each in ("b03", "b08"))
    total = green + infrared
    return np.asarray((green - infrared) / np.where(np.abs(total) < 1e-4, 1e-4, total), np.float32)


def otsu(values: npt.ArrayLike) -> tuple[float, float]:
    """Otsu's threshold of a histogram, and how far apart its two parts are.

    Parameters
    ----------
    values : array_like
        Numbers; missing ones are left out.

    Returns
    -------
    tuple of float
        Threshold (NaN if all are equal) and Ashman's D of the two parts.

    References
    ----------
    Otsu 1979, DOI 10.1109/TSMC.1979.4310076.

    Examples
    --------
    >>> threshold, apart = otsu([0.0, 0.1, 0.0, 0.1, 1.0, 1.1, 1.0, 1.1])
    >>> 0.1 < threshold < 1.0, apart > 2
    (True, True)
    """
    known = np.asarray(values, float)
    known = known[np.isfinite(known)]
    if known.size < 2 or known.min() == known.max():
        return float("nan"), 0.0
    counts, edges = np.histogram(known, BINS)
    middles = 0.5 * (edges[1:] + edges[:-1])
    weight = np.cumsum(counts)[:-1]
    rest = known.size - weight
    sums = np.cumsum(counts * middles)
    between = (sums[-1] * weight / known.size - sums[:-1]) ** 2 / np.maximum(weight * rest, 1)
    best = np.flatnonzero(between >= between.max() * (1 - 1e-9))
    # an empty valley is a plateau: its middle is the threshold
    threshold = float(np.mean(edges[1:-1][best]))
    low, high = known[known <= threshold], known[known > threshold]
    if min(low.size, high.size) < 2:
        return threshold, 0.0
    pooled = float(np.hypot(low.std(), high.std()))
    return threshold, float(np.sqrt(2.0) * (high.mean() - low.mean()) / max(pooled, 1e-9))


def water_threshold(index: npt.ArrayLike) -> float:
    """Threshold of a water index: Otsu's where there are two modes, else 0.

    Parameters
    ----------
    index : array_like
        NDWI of a place that should hold both land and water.

    Returns
    -------
    float
        Kept within -0.2 to 0.3: a histogram of one kind of ground may part elsewhere.
    """
    threshold, apart = otsu(index)
    if apart <= ASHMAN:
        return INDEX_FALLBACK
    return float(np.clip(threshold, -0.2, 0.3))


def water_pixels(values: Floats, layers: Sequence[str], openwater: Bools) -> Bools:
    """Mask of water, by its index or by likeness to known open water.

    Parameters
    ----------
    values : ndarray of float32, dims (layer, y, x)
        An image or a reference.
    layers : sequence of str
        Its bands.
    openwater : ndarray of bool, dims (y, x)
        Water known to be water.

    Returns
    -------
    ndarray of bool, dims (y, x)
        By NDWI where there is a near infrared band, else by likeness to the open water.
    """
    if "b03" in layers and "b08" in layers:
        index = ndwi(values, layers)
        return np.asarray(index > water_threshold(index))
    known = values[:, openwater]
    level = np.nanmedian(known, axis=1)[:, None, None]
    spread = NORMAL_MAD * np.nanmedian(np.abs(known - level[:, 0]), axis=1)[:, None, None]
    noise = np.maximum(spread, NOISE_REFLECTANCE)
    distance = (((values - level) / noise) ** 2).sum(axis=0)
    return np.asarray(distance < stats.chi2.isf(LIKE_TAIL, len(layers)))


def _blocks(values: Floats, water: Bools, size: int) -> npt.NDArray[np.float64]:
    """Level and noise of water in blocks, dims (2, layer, block row, block column)."""
    rows, columns = -(-water.shape[0] // size), -(-water.shape[1] // size)
    blocks = np.full((2, len(values), rows, columns), np.nan)
    for i in range(rows):
        for j in range(columns):
            cut = (slice(i * size, (i + 1) * size), slice(j * size, (j + 1) * size))
            known = values[:, cut[0], cut[1]][:, water[cut]]
            if known.shape[1] >= MIN_WATER_SHARE * size**2:
                level = np.median(known, axis=1)
                blocks[0, :, i, j] = level
                blocks[1, :, i, j] = NORMAL_MAD * np.median(np.abs(known - level[:, None]), axis=1)
    return blocks


def water_around(values: Floats, water: Bools, *, gsd: float) -> tuple[Floats, Floats]:
    """Level and noise of the water around each pixel, over land too.

    Parameters
    ----------
    values : ndarray of float32, dims (layer, y, x)
        An image.
    water : ndarray of bool, dims (y, x)
        Smooth water.
    gsd : float
        Side of a pixel in metres.

    Returns
    -------
    tuple of ndarray of float32, dims (layer, y, x)
        Median of the water in blocks of `BLOCK` metres, interpolated, from the nearest block
        where there is none; and its robust standard deviation, floored at the sensor's noise.

    Raises
    ------
    DataError
        If no block holds enough water.
    """
    size = max(round(BLOCK / gsd), 4)
    coarse = _blocks(values, water, size)
    known = np.isfinite(coarse[0, 0])
    if not known.any():
        message = (
            f"no block of {BLOCK:.0f} m holds {MIN_WATER_SHARE:.0%} of water; a sweep for ships "
            "needs an image of water"
        )
        raise DataError(message)
    nearest = ndimage.distance_transform_edt(~known, return_distances=False, return_indices=True)
    rows = (np.arange(water.shape[0]) + 0.5) / size - 0.5
    columns = (np.arange(water.shape[1]) + 0.5) / size - 0.5
    where = np.meshgrid(rows, columns, indexing="ij")
    fine = [
        ndimage.map_coordinates(
            ndimage.median_filter(each[tuple(nearest)], 3), where, order=1, mode="nearest"
        )
        for part in coarse
        for each in part
    ]
    level, noise = np.array(fine, np.float32).reshape(2, *values.shape)
    return level, np.maximum(noise, np.float32(NOISE_REFLECTANCE))


def smooth_water(values: Floats, layers: Sequence[str]) -> Bools:
    """Mask of smooth open water, by which other pixels are judged.

    Parameters
    ----------
    values : ndarray of float32, dims (layer, y, x)
        An image with b03 and b08; b11 is used where it is there.
    layers : sequence of str
        Its bands.

    Returns
    -------
    ndarray of bool, dims (y, x)
        Haze makes dark land look like water to an index, but a town stays rough.
    """
    index = ndwi(values, layers)
    water = index > water_threshold(index)
    if "b11" in layers:
        swapped = ["b08" if each == "b11" else f"not-{each}" if each == "b08" else each
                   for each in layers]  # fmt: skip
        modified = ndwi(values, swapped)
        water &= modified > water_threshold(modified)
    infrared = values[list(layers).index("b08")].astype(np.float64)
    mean = ndimage.uniform_filter(infrared, 5)
    square = ndimage.uniform_filter(infrared**2, 5)
    rough = np.sqrt(np.maximum(square - mean**2, 0.0))
    if water.any():
        usual = float(np.median(rough[water]))
        water &= rough < max(ROUGH * usual, ROUGH * NOISE_REFLECTANCE / 2)
    return np.asarray(ndimage.binary_opening(water, iterations=2))


def large_water(signal: Floats, noise: Floats, water: Bools, *, gsd: float) -> Bools:
    """Mask of bodies of water that are large enough for ships.

    Parameters
    ----------
    signal, noise : ndarray of float32, dims (layer, y, x)
        Image minus the water around, and its noise.
    water : ndarray of bool, dims (y, x)
        Smooth water.
    gsd : float
        Side of a pixel in metres.

    Returns
    -------
    ndarray of bool, dims (y, x)
        Pixels like the water around in every band, in a body of `MIN_BODY_M2` and more that is
        mostly smooth water: dark roofs and ponds are none.
    """
    like = (np.abs(signal) < np.maximum(LIKE_SIGMAS * noise, LIKE_FLOOR)).all(axis=0)
    labels, count = ndimage.label(like)
    areas = np.bincount(labels.ravel(), minlength=count + 1) * gsd**2
    share = np.nan_to_num(ndimage.mean(water, labels, np.arange(count + 1)))
    good = (areas > MIN_BODY_M2) & (share > LIKE_SHARE)
    good[0] = False
    return np.asarray(good[labels])
