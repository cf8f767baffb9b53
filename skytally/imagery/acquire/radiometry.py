"""From stored numbers to reflectance or backscatter: by the item's own word, and audited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.core.errors import AcquisitionError
from skytally.imagery.acquire.pixel_classes import Classes, Mask
from skytally.imagery.acquire.scene_selection import OFFSET_SINCE, version
from skytally.imagery.acquire.stac.scene_items import QUALITY, Offer

Floats = npt.NDArray[np.float32]

STEP = 1e-4
"""Reflectance a stored unit of Sentinel-2 L2A (Sentinel-2 Products Specification Document)."""
SHIFT = -0.1
"""Reflectance added since processing baseline 04.00 (BOA_ADD_OFFSET of -1000 stored units)."""
AUDITED = ("b04", "b08")
"""Bands that are dark over deep clear water."""
WATER_HIGHEST = 0.08
"""5th percentile over open water from which a scene is refused (METHODS T1)."""
WATER_LOWEST = -0.04
"""The same on the other side: an offset taken off twice gives about -0.09."""
PLANTS_HIGHEST = 0.12
"""5th percentile of red over vegetation from which a scene is refused, where no water is seen."""
BELOW_ZERO = -0.01
"""Reflectance under which a clear pixel is impossible."""
MOST_BELOW = 0.2
"""Share of clear pixels that may be impossible."""
FEWEST = 200
"""Pixels under which an audit says nothing."""
SHORE = 3
"""Pixels by which open water is kept off its outline and off what is not water."""


def calibrations(offer: Offer) -> dict[str, tuple[float, float]]:
    """Give factor and addend of each band, from the metadata and never from a date.

    Parameters
    ----------
    offer : Offer
        Its ``calibration`` says where to look.

    Returns
    -------
    dict of str to (float, float)
        Band to scale and offset: stored number times scale plus offset is reflectance, or
        linear backscatter. The classification has none.

    Raises
    ------
    AcquisitionError
        If an asset states no scale, or the way of calibration is not known.
    """
    bands = [band for band in sorted(offer.assets) if band != QUALITY]
    if offer.calibration == "linear":
        return dict.fromkeys(bands, (1.0, 0.0))
    if offer.calibration == "baseline":
        shift = SHIFT if version(offer.baseline) >= OFFSET_SINCE else 0.0
        return dict.fromkeys(bands, (STEP, shift))
    found = {}
    for band in bands:
        scale, offset = offer.assets[band].scale, offer.assets[band].offset
        if offer.calibration != "metadata" or scale is None or offset is None:
            message = (
                f"{offer.item_id}, band {band}: no scale and offset by {offer.calibration!r}; "
                "mend the calibration in data/sites/providers.toml"
            )
            raise AcquisitionError(message)
        found[band] = (scale, offset)
    return found


def physical(stored: npt.NDArray[Any], scale: float, offset: float, nodata: float | None) -> Floats:
    """Give reflectance or linear backscatter; NaN where there are no data.

    Parameters
    ----------
    stored : numpy.ndarray, dims (y, x)
        Stored numbers.
    scale, offset : float
        Factor and addend.
    nodata : float or None
        Stored number that means no data.

    Returns
    -------
    numpy.ndarray, dims (y, x), float32

    Examples
    --------
    >>> physical(np.array([0, 1500], dtype="uint16"), 1e-4, -0.1, 0).round(4).tolist()
    [nan, 0.05000000074505806]
    """
    values = stored.astype(np.float32)
    found = values * np.float32(scale) + np.float32(offset)
    absent = ~np.isfinite(values)
    if nodata is not None and not np.isnan(nodata):
        absent |= stored == nodata
    found[absent] = np.nan
    return found


def deep_water(seen: Classes, outline: Mask | None) -> Mask:
    """Give clear water away from shores and from the edge of its outline, dims (y, x)."""
    if outline is None:
        return np.zeros_like(seen.water)
    return np.asarray(ndimage.binary_erosion(seen.water & outline, iterations=SHORE))


def _fifth(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.percentile(known, 5)) if len(known) >= FEWEST else float("nan")


def audit(
    reflectance: Mapping[str, Floats], seen: Classes, *, open_water: Mask | None = None
) -> list[str]:
    """Say where the numbers contradict the declared offset.

    Over deep clear water red and near infrared are close to nothing; an offset that is
    declared but not in the pixels, or in them but not declared, moves them by a tenth.

    Parameters
    ----------
    reflectance : mapping of str to numpy.ndarray, dims (y, x)
        Band to reflectance.
    seen : Classes
        Classification of the same pixels.
    open_water : numpy.ndarray of bool, dims (y, x), optional
        The site's open water.

    Returns
    -------
    list of str
        One sentence a fault; empty for a scene that may be used, or that shows too little.

    References
    ----------
    METHODS T1.
    """
    water, clear = deep_water(seen, open_water), seen.clear
    faults = []
    for band in AUDITED:
        low = _fifth(reflectance[band][water]) if band in reflectance else float("nan")
        if low >= WATER_HIGHEST or low <= WATER_LOWEST:
            faults.append(f"5th percentile of {band} over open water is {low:.3f}")
    for band, values in reflectance.items():
        known = values[clear & np.isfinite(values)]
        share = float((known < BELOW_ZERO).mean()) if len(known) >= FEWEST else 0.0
        if share > MOST_BELOW:
            faults.append(f"{share:.0%} of the clear pixels of {band} are below {BELOW_ZERO}")
    red = _fifth(reflectance["b04"][seen.plants]) if "b04" in reflectance else float("nan")
    if red >= PLANTS_HIGHEST:
        faults.append(f"5th percentile of b04 over vegetation is {red:.3f}")
    return faults
