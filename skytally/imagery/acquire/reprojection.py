"""Scenes of a neighbouring zone, brought onto the grid of a site once, before they are stored.

Scenes of Sentinel-1 and Landsat lie in the zone of their own centre, so that a site near the rim
of its zone would lose whole tracks of them. A pass of Sentinel-2 is cut into tiles of every zone
it shows; the tile of the site's own zone is read, and the other is no second look.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import affine
import numpy as np
import numpy.typing as npt
from rasterio.enums import Resampling
from rasterio.warp import reproject

from skytally.imagery.acquire.band_reader import Pixels
from skytally.imagery.acquire.band_windows import window
from skytally.imagery.acquire.stac.scene_items import QUALITY
from skytally.imagery.sites.site_register import Site


def _how(band: str, dtype: np.dtype[Any]) -> Resampling:
    # between classes there is nothing, and speckle must not be averaged here more than there
    radar = dtype.kind == "f"
    return Resampling.nearest if band == QUALITY or radar else Resampling.bilinear


def on_own_grid(pixels: Pixels, site: Site) -> Pixels:
    """Bring pixels of a neighbouring zone onto the grid of a site; others are given back.

    The grid is the one on which the sensor's scenes lie in the site's own zone, so that both
    go into one cube. Classes and backscatter take the nearest pixel, reflectance is interpolated
    between four.

    Parameters
    ----------
    pixels : Pixels
        As read over `zones.bounds_in` of the site.
    site : Site
        The site.

    Returns
    -------
    Pixels
        With ``resampled_from`` set where they were brought over.
    """
    if pixels.epsg == site.grid.epsg:
        return pixels
    gsd = pixels.transform.a
    # scenes of a sensor have their corners at the same remainder in every zone
    lattice = affine.Affine(gsd, 0, pixels.transform.c % gsd, 0, -gsd, pixels.transform.f % gsd)
    row, col, rows, cols = window(lattice, site.grid.bounds)
    transform = lattice @ affine.Affine.translation(col, row)
    arrays = {}
    for band, array in pixels.arrays.items():
        nodata = pixels.nodata[band]
        laid: npt.NDArray[Any] = np.full((rows, cols), 0 if nodata is None else nodata, array.dtype)
        reproject(
            array,
            laid,
            src_transform=pixels.transform,
            src_crs=f"EPSG:{pixels.epsg}",
            src_nodata=nodata,
            dst_transform=transform,
            dst_crs=f"EPSG:{site.grid.epsg}",
            dst_nodata=nodata,
            resampling=_how(band, array.dtype),
        )
        arrays[band] = laid
    return replace(
        pixels,
        arrays=arrays,
        transform=transform,
        epsg=site.grid.epsg,
        resampled_from=pixels.epsg,
    )
