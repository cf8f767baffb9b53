"""Detect pixels that were decoded by a wrong header: numbers that no sensor stores.

A header that lost its predictor leaves differences of neighbours where numbers belong, one that
gained a predictor leaves running sums; a wrong type leaves numbers of any size. Streams and their
checksums are sound in all these cases, so that only the numbers themselves can tell.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from skytally.imagery.acquire.image_provider_table import LANDSAT, QUALITY, SENTINEL_1
from skytally.imagery.acquire.offered_scene import SceneItem
from skytally.imagery.acquire.scene_pixel_arrays_and_pass_joining import ScenePixels

MIN_SHARE_IN_HALF = 0.05
"""Share of the pixels that lie in the upper and in the lower half of the range of their type,
both, if they are differences or running sums that wrap around."""
MAX_SUM_STEP = 0.25
"""Second differences of running sums are smaller than this share of their first differences. None
of 338 real bands looked like differences or sums; of their differences 77 %, of their sums 99 %."""
MAX_BACKSCATTER, MIN_BACKSCATTER = 1e5, 1e-9
"""Linear backscatter that is not 0 lies between: above are no corner reflectors, below no noise."""
MAX_SHARE_BEYOND = 1e-3
"""Share of pixels that may lie beyond, or have a classification that does not exist."""
CLOUD_CONFIDENCE = 0b11 << 8
"""Bits of Landsat's quality band that are never both 0 where there are data."""


def _wrapped_mean(values: npt.NDArray[Any]) -> float:
    """Mean distance from 0 of numbers that wrap around at the ends of their type."""
    signed = values.view(f"i{values.dtype.itemsize}")
    return float(np.abs(signed.astype(np.float64)).mean())


def _predictor_fault(values: npt.NDArray[Any]) -> str:
    """Whether unsigned numbers look like differences or running sums of an image's lines."""
    upper = float((values >> np.array(8 * values.dtype.itemsize - 1, values.dtype)).mean())
    if not MIN_SHARE_IN_HALF <= upper <= 1 - MIN_SHARE_IN_HALF or values.shape[1] < 3:
        return ""
    steps = np.diff(values, axis=1)
    if _wrapped_mean(values) < _wrapped_mean(steps):
        return "differences of neighbours"
    turns = _wrapped_mean(np.diff(steps, axis=1))
    return "running sums" if turns < MAX_SUM_STEP * _wrapped_mean(steps) else ""


def _backscatter_fault(values: npt.NDArray[Any], nodata: float | None) -> str:
    known = np.isfinite(values)
    if nodata is not None:
        known &= values != nodata
    size = np.abs(values[known])
    beyond = (size > MAX_BACKSCATTER) | ((size > 0) & (size < MIN_BACKSCATTER))
    return "no backscatter" if size.size and beyond.mean() > MAX_SHARE_BEYOND else ""


def decoding_faults(item: SceneItem, pixels: ScenePixels) -> list[str]:
    """List the bands whose numbers no sensor stores.

    Parameters
    ----------
    item : SceneItem
        The scene.
    pixels : ScenePixels
        What was read.

    Returns
    -------
    list of str
        One sentence a band.
    """
    faults = []
    finest = min(pixels.gsd.values())
    for band, array in sorted(pixels.arrays.items()):
        step = round(pixels.gsd[band] / finest)
        values, fault = np.ascontiguousarray(array[::step, ::step]), ""
        if values.dtype.kind == "u" and values.dtype.itemsize <= 4 and band != QUALITY:
            fault = _predictor_fault(values)
        elif values.dtype.kind == "f" and item.sensor == SENTINEL_1:
            fault = _backscatter_fault(values, pixels.nodata[band])
        elif band == QUALITY and item.sensor == LANDSAT and values.dtype == np.uint16:
            unknown = (values & CLOUD_CONFIDENCE == 0) & (values != 1)
            if pixels.nodata[band] is not None:
                unknown &= values != pixels.nodata[band]
            fault = "classes that do not exist" if unknown.mean() > MAX_SHARE_BEYOND else ""
        if fault:
            faults.append(f"the numbers of {band} are {fault}, as of a header that is corrupt")
    return faults
