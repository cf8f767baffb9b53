"""Convert stored numbers to reflectance or backscatter by the scale and offset the item states."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from skytally.core import AcquisitionError
from skytally.imagery.acquire.image_provider_table import QUALITY
from skytally.imagery.acquire.offered_scene import SceneItem, baseline_version

Float32Array = npt.NDArray[np.float32]

OFFSET_SINCE_BASELINE = (4, 0)
"""Processing baseline from which Sentinel-2 stores reflectance with an offset."""
L2A_SCALE = 1e-4
"""Reflectance a stored unit of Sentinel-2 L2A (Sentinel-2 Products Specification Document)."""
L2A_OFFSET = -0.1
"""Reflectance added since processing baseline 04.00 (BOA_ADD_OFFSET of -1000 stored units)."""


def band_calibrations(item: SceneItem) -> dict[str, tuple[float, float]]:
    """Scale and offset of each band, from the item's metadata and never from its date.

    Parameters
    ----------
    item : SceneItem
        Its ``calibration`` says where the numbers stand.

    Returns
    -------
    dict of str to (float, float)
        Band to scale and offset: stored number times scale plus offset is reflectance, or
        linear backscatter. The pixel classification has none.

    Raises
    ------
    AcquisitionError
        If an asset states no scale, or the way of calibration is not known.
    """
    bands = [band for band in sorted(item.assets) if band != QUALITY]
    if item.calibration == "linear":
        return dict.fromkeys(bands, (1.0, 0.0))
    if item.calibration == "baseline":
        shift = L2A_OFFSET if baseline_version(item.baseline) >= OFFSET_SINCE_BASELINE else 0.0
        return dict.fromkeys(bands, (L2A_SCALE, shift))
    calibrations = {}
    for band in bands:
        scale, offset = item.assets[band].scale, item.assets[band].offset
        if item.calibration != "metadata" or scale is None or offset is None:
            message = (
                f"{item.item_id}, band {band}: no scale and offset by {item.calibration!r}; "
                "mend the calibration in data/sites/providers.toml"
            )
            raise AcquisitionError(message)
        calibrations[band] = (scale, offset)
    return calibrations


def apply_calibration(
    stored: npt.NDArray[Any], scale: float, offset: float, nodata: float | None
) -> Float32Array:
    """Convert stored numbers to reflectance or linear backscatter; NaN where there are no data.

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
    >>> apply_calibration(np.array([0, 1500], dtype="uint16"), 1e-4, -0.1, 0).round(4).tolist()
    [nan, 0.05000000074505806]
    """
    values = stored.astype(np.float32)
    calibrated = values * np.float32(scale) + np.float32(offset)
    missing = ~np.isfinite(values)
    if nodata is not None and not np.isnan(nodata):
        missing |= stored == nodata
    calibrated[missing] = np.nan
    return calibrated
