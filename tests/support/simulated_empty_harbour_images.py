"""Twelve clear images of an empty harbour, for tests of references and of co-registration."""

from __future__ import annotations

import numpy as np
import xarray as xr

from skytally.imagery.clear_sky.stable_ground_and_water_masks import ring_mask
from skytally.imagery.cube.cube_image_iteration_and_grouping import Frame, iter_frames
from skytally.imagery.simulate import optical_harbour_images

CALM = optical_harbour_images.Harbour(
    5, n_looks=12, rows=90, columns=96, cloud=0.0, haze=0.0, shadow=0.0, occupancy=0.0, cranes=0
)


def calm_cube() -> xr.Dataset:
    """Twelve clear images of an empty harbour."""
    return optical_harbour_images.harbour_cube(CALM)[0]


def land_around_berth() -> np.ndarray:
    """Mask of the land around the berth."""
    where = optical_harbour_images.harbour_masks(CALM)
    return ring_mask([where["berth"], where["quay"]], gsd=10.0) & where["land"]


def first_frame(cube: xr.Dataset) -> Frame:
    """First image of a cube."""
    return next(iter_frames(cube))
