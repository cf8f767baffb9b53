"""Draw ships that lie free in the water into images, anywhere in an area and at any bearing."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy import ndimage

from skytally.imagery.simulate.object_injection import InjectionArea, inject_radar_ship, inject_ship

MARGIN_PX = 6
"""Pixels from the edge of an area at which a ship's middle lies, where the area is that wide."""


def _somewhere(area: InjectionArea, rng: np.random.Generator) -> InjectionArea:
    """One pixel of an area, away from its edge where it is wide enough, with a bearing."""
    inner = ndimage.binary_erosion(area.mask, iterations=MARGIN_PX)
    inside = np.argwhere(inner if inner.any() else area.mask)
    one = np.zeros_like(area.mask)
    one[tuple(inside[rng.integers(len(inside))])] = True
    bearing = float(rng.uniform(0.0, 360.0))
    return InjectionArea(one, bearing % 180.0, seaward_deg=bearing)


def inject_anchored_ship(
    look: xr.Dataset,
    area: InjectionArea,
    size: float,
    contrast: float,
    rng: np.random.Generator,
) -> tuple[xr.Dataset, float]:
    """Draw a ship at anchor into an optical image: somewhere in an area, at any bearing.

    Parameters
    ----------
    look : xarray.Dataset, dims (band, y, x)
        The image.
    area : InjectionArea
        Water in which the ship may lie.
    size : float
        Length of the ship, in metres.
    contrast : float
        As in `inject_ship`.
    rng : numpy.random.Generator
        Draws the place and the bearing.

    Returns
    -------
    tuple of xarray.Dataset and float
        The image with the ship, and the number of ships drawn, which is 1.
    """
    return inject_ship(look, _somewhere(area, rng), size, contrast, rng)[0], 1.0


def inject_anchored_radar_ship(
    look: xr.Dataset,
    area: InjectionArea,
    size: float,
    contrast: float,
    rng: np.random.Generator,
) -> tuple[xr.Dataset, float]:
    """Draw a ship at anchor into a radar image; all else as `inject_anchored_ship`."""
    return inject_radar_ship(look, _somewhere(area, rng), size, contrast, rng)[0], 1.0
