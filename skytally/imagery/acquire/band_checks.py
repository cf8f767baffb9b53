"""Pixels that contradict each other: what no status, size or sum can tell.

A reader that fails halfway leaves a hole; a cache that mixes files leaves a band of another
scene. Both look like numbers. The bands of one scene know of each other, so they are asked.

Bands of another day, told by their detail, where a provider states nothing to tell them by.

Ground, light and whatever moves leave the same detail in every band of one look. A band of
another day, though of the same ground, shares less of it: ships, waves, crops, shadows and a
fraction of a pixel have moved. How much less was measured, by ``labs/benchmarks/strangers.py``.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.imagery.acquire.band_reader import Pixels
from skytally.imagery.acquire.pixel_classes import SCL_LAST, Classes, Mask, classes
from skytally.imagery.acquire.providers import SENTINEL_1, SENTINEL_2
from skytally.imagery.acquire.radiometry import Floats, calibrations, physical
from skytally.imagery.acquire.stac.scene_items import QUALITY, Offer

HIGHEST = 2.8
"""Reflectance above which a pixel is broken: cloud and glint stay below."""
MOST_HIGH = 1e-4
"""Share of pixels that may be higher: single specular points exist."""
MOST_HOLES = 0.005
"""Share of pixels that one band may lack where the others have data."""
EDGE = 30
"""Pixels around no data common to all bands in which bands may end a little apart."""
CRUMB = 5
"""Holes narrower than this are dark pixels, not missing tiles."""
DARK = 60
"""Stored number up to which the pixels around a hole are so dark that 0 is only their floor."""
FLAT = 32
"""Edge of a square of pixels whose numbers are never all the same in nature."""
VISIBLE = ("b02", "b03", "b04")
"""Bands that show the same light and shade."""
COARSE = 8
"""Pixels averaged before bands are compared, so that noise and parallax do not count."""
CONTRAST = 0.01
"""Standard deviation of reflectance under which there is no structure to compare."""
ALIKE = 0.5
"""Correlation of a visible band with the other two that no single scene falls below."""


def _absent(pixels: Pixels, band: str) -> Mask:
    nodata, values = pixels.nodata[band], pixels.arrays[band]
    absent = ~np.isfinite(values) if values.dtype.kind == "f" else np.zeros(values.shape, bool)
    return absent | (values == nodata) if nodata is not None else absent


def _is_floor(values: npt.NDArray[Any], hole: Mask) -> bool:
    """Tell a dark surface whose lowest numbers are clipped to 0 from a piece that is missing."""
    around = ndimage.binary_dilation(hole, iterations=2) & ~hole
    return bool(around.any() and np.median(values[around]) <= DARK and values.dtype.kind == "u")


def _hole_faults(pixels: Pixels, bands: list[str], seen: Classes | None) -> list[str]:
    absent = {band: _absent(pixels, band) for band in bands}
    if seen is not None:
        absent[QUALITY] = seen.unread
    common = np.logical_and.reduce(list(absent.values()))
    near = ndimage.binary_dilation(common, iterations=EDGE) if common.any() else common
    some = np.logical_or.reduce([absent[band] for band in bands])
    faults = []
    for band, own in absent.items():
        hole = own & ~near
        if band == QUALITY:
            hole &= ~some
        if hole.mean() <= MOST_HOLES:
            continue
        hole = ndimage.binary_opening(hole, np.ones((CRUMB, CRUMB), bool))
        share = float(hole.mean())
        floor = band != QUALITY and _is_floor(pixels.arrays[band], hole)
        if share > MOST_HOLES and not floor:
            faults.append(f"{band} lacks {share:.1%} of the pixels that other bands have")
    return faults


def _may_be_flat(values: npt.NDArray[Any]) -> bool:
    """Tell quickly whether a square of one number is possible: it would hold a whole cell."""
    cell = FLAT // 2
    rows, cols = (n // cell * cell for n in values.shape)
    cells = values[:rows, :cols].reshape(rows // cell, cell, cols // cell, cell)
    return bool((cells.max(axis=(1, 3)) == cells.min(axis=(1, 3))).any())


def _flat_faults(pixels: Pixels, bands: list[str]) -> list[str]:
    faults = []
    for band in bands:
        step = round(pixels.gsd[band] / min(pixels.gsd.values()))
        values, absent = pixels.arrays[band][::step, ::step], _absent(pixels, band)[::step, ::step]
        if min(values.shape) < FLAT or not _may_be_flat(values):
            continue
        high = ndimage.maximum_filter(values, FLAT, mode="nearest")
        low = ndimage.minimum_filter(values, FLAT, mode="nearest")
        core = (high == low) & ~absent
        if values.dtype.kind == "u":
            core &= values > DARK
        half = FLAT // 2
        if core[half : -half + 1, half : -half + 1].any():
            faults.append(f"{band} has a block of one number, as a tile that was never filled")
    return faults


def _means(values: Floats, known: Mask) -> Floats:
    """Average blocks of pixels that are known throughout; others are left out."""
    rows, cols = (n // COARSE * COARSE for n in values.shape)
    cut = (rows // COARSE, COARSE, cols // COARSE, COARSE)
    whole = known[:rows, :cols].reshape(cut).all(axis=(1, 3))
    return np.asarray(values[:rows, :cols].reshape(cut).mean(axis=(1, 3))[whole])


def _structure_faults(reflectance: dict[str, Floats]) -> list[str]:
    """Find a visible band whose light and shade are not those of the other two."""
    bands = [band for band in VISIBLE if band in reflectance]
    if len(bands) < len(VISIBLE):
        return []
    known = np.logical_and.reduce([np.isfinite(reflectance[band]) for band in bands])
    means = {band: _means(reflectance[band], known) for band in bands}
    if len(means[bands[0]]) < 4 * COARSE:
        return []
    faults = []
    for band in bands:
        others = np.mean([means[other] for other in bands if other != band], axis=0)
        if min(others.std(), means[band].std()) < CONTRAST:
            continue
        alike = float(np.corrcoef(means[band], others)[0, 1])
        if alike < ALIKE:
            faults.append(
                f"{band} shows another picture than the other visible bands ({alike:.2f})"
            )
    return faults[:1]


def _twin_faults(pixels: Pixels, bands: list[str]) -> list[str]:
    """Find two bands with the same numbers throughout: one file served under two names."""
    return [
        f"{one} and {other} hold the same numbers, as one file under two names"
        for one, other in itertools.combinations(bands, 2)
        if np.ptp(pixels.arrays[one]) > 0
        and np.array_equal(pixels.arrays[one], pixels.arrays[other])
    ]


def faults(offer: Offer, pixels: Pixels) -> list[str]:
    """Say what in the pixels of a scene cannot be.

    Parameters
    ----------
    offer : Offer
        The scene; its calibration gives the ceiling.
    pixels : Pixels
        What was read.

    Returns
    -------
    list of str
        One sentence a fault; empty for a sound scene.
    """
    quality = pixels.arrays.get(QUALITY)
    seen = classes(quality, offer.sensor) if quality is not None else None
    bands = [band for band in sorted(pixels.arrays) if band != QUALITY]
    found = _hole_faults(pixels, bands, seen) + _flat_faults(pixels, bands)
    found += _twin_faults(pixels, bands)
    if quality is not None and offer.sensor == SENTINEL_2 and quality.max(initial=0) > SCL_LAST:
        found.append(f"the classification has a class {quality.max()}, which does not exist")
    if seen is None:
        return found
    values = {
        band: physical(pixels.arrays[band], *number, pixels.nodata[band])
        for band, number in calibrations(offer).items()
    }
    for band, reflectance in values.items():
        share = float((reflectance > HIGHEST).mean())
        if share > MOST_HIGH:
            found.append(f"{band} is above a reflectance of {HIGHEST} in {share:.2%} of the pixels")
    return found + _structure_faults(values)


COARSE_M = 30
"""Pixels are averaged up to this many metres: those of Landsat, and of the measured scenes."""
AROUND = 5
"""Edge of the square of pixels whose mean is taken off, so that detail is left."""
FEWEST = 1000
"""Pixels under which nothing is concluded: fifty for each of the terms that are fitted."""
VISIBLE = ("b02", "b03", "b04")
LEAST = {"visible": 0.85, "infrared": 0.7}
"""Share of a band's detail that the others must tell: the next twentieth above what any band of
another day reached in the real scenes of ``data/results/strangers.csv``."""


def least(band: str) -> float:
    """Give the share of its detail that a band must have in common with the others."""
    return LEAST["visible" if band in VISIBLE else "infrared"]


def _coarse(values: Floats, times: int) -> Floats:
    rows, cols = (n // times * times for n in values.shape)
    cells = values[:rows, :cols].reshape(rows // times, times, cols // times, times)
    return np.asarray(cells.mean(axis=(1, 3)))


def kinship(bands: dict[str, Floats], gsd: float) -> dict[str, float]:
    """Give the share of the detail of each band that the detail of the others tells.

    Detail is what is left of a pixel when the mean of the pixels around it is taken off; each
    band's is fitted by least squares to that of the others, and to its products with their
    means, for a roof and a field differ.

    Parameters
    ----------
    bands : dict of str to numpy.ndarray, dims (y, x)
        Band to reflectance, on one grid; NaN where there are no data.
    gsd : float
        Metres a pixel.

    Returns
    -------
    dict of str to float
        Band to a share from 0 to 1; empty where too few pixels are known.
    """
    times = max(1, round(COARSE_M / gsd))
    coarse = {band: _coarse(values, times) for band, values in bands.items()}
    known = np.logical_and.reduce([np.isfinite(values) for values in coarse.values()])
    whole = ndimage.binary_erosion(known, np.ones((AROUND, AROUND), bool))
    if np.count_nonzero(whole) < FEWEST or len(bands) < 2:
        return {}
    means = {
        band: ndimage.uniform_filter(np.where(known, values, 0.0), AROUND)
        for band, values in coarse.items()
    }
    detail = {band: (coarse[band] - means[band])[whole] for band in bands}
    level = {band: _standard(means[band][whole]) for band in bands}
    found = {}
    for band in bands:
        others = [other for other in bands if other != band]
        terms = [detail[other] for other in others]
        terms += [detail[other] * level[each] for other in others for each in others]
        found[band] = _told(detail[band], np.stack(terms, axis=1))
    return found


def _standard(values: Floats) -> Floats:
    spread = float(values.std())
    return (values - values.mean()) / spread if spread else np.zeros_like(values)


def _told(detail: Floats, terms: Floats) -> float:
    spread = float(detail.var())
    if not spread:
        return 0.0
    weights, *_ = np.linalg.lstsq(terms, detail, rcond=None)
    return max(0.0, 1 - float((detail - terms @ weights).var()) / spread)


def doubts(offer: Offer, pixels: Pixels) -> str:
    """Say why nothing vouches for the files of a scene, nothing if something does.

    Parameters
    ----------
    offer : Offer
        The scene. Where its item states the size of every file, that was compared on reading.
    pixels : Pixels
        What was read.

    Returns
    -------
    str
        For the row of the look; empty where sizes or the pixels themselves vouch.
    """
    if all(asset.size for asset in offer.assets.values()):
        return ""
    unsaid = "the item states no size to verify its files by"
    if offer.sensor == SENTINEL_1:
        return f"{unsaid}, and the bands of radar have no detail in common"
    values = {
        band: physical(pixels.arrays[band], *number, pixels.nodata[band])
        for band, number in calibrations(offer).items()
        if band != QUALITY
    }
    shares = kinship(values, min(pixels.gsd.values()))
    if not shares:
        return f"{unsaid}, and too few pixels are known to compare its bands"
    strange = {band: share for band, share in shares.items() if share < least(band)}
    if not strange:
        return ""
    told = ", ".join(f"{band} {share:.2f}" for band, share in sorted(strange.items()))
    return f"{unsaid}, and a band of another day might share as much of its detail: {told}"
