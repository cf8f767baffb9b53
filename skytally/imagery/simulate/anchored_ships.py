"""Draw ships that lie free in the water into images, anywhere in an area and at any bearing."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy import ndimage

from skytally.imagery.simulate.injection import (
    InjectionArea,
    Injector,
    inject_radar_ship,
    inject_ship,
)

MARGIN_PX = 6
"""Pixels from the edge of an area at which a ship's middle lies, where the area is that wide."""


def _anywhere(inject: Injector) -> Injector:
    """Injector of one ship at a random place and bearing within an area; its truth is one ship."""

    def anchored(
        look: xr.Dataset,
        area: InjectionArea,
        size: float,
        contrast: float,
        rng: np.random.Generator,
    ) -> tuple[xr.Dataset, float]:
        inner = ndimage.binary_erosion(area.mask, iterations=MARGIN_PX)
        inside = np.argwhere(inner if inner.any() else area.mask)
        one = np.zeros_like(area.mask)
        one[tuple(inside[rng.integers(len(inside))])] = True
        bearing = float(rng.uniform(0.0, 360.0))
        place = InjectionArea(one, bearing % 180.0, seaward_deg=bearing)
        return inject(look, place, size, contrast, rng)[0], 1.0

    return anchored


inject_anchored_ship = _anywhere(inject_ship)
"""Draws a ship at anchor into an optical image; an `Injector`."""
inject_anchored_radar_ship = _anywhere(inject_radar_ship)
"""Draws a ship at anchor into a radar image; an `Injector`."""
