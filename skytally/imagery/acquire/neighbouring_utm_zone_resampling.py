"""Scenes of a neighbouring UTM zone: which may be used, and their resampling onto a site's grid.

Scenes of Sentinel-1 and Landsat lie in the zone of their own centre, so that a site near the rim
of its zone would lose whole tracks of them. A pass of Sentinel-2 is cut into tiles of every zone
it shows; the tile of the site's own zone is read, and the other is no second observation.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import affine
import numpy as np
import numpy.typing as npt
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning
from rasterio.warp import reproject, transform_bounds

from skytally.imagery.acquire.byte_range_reader_and_window_geometry import Bounds, covering_window
from skytally.imagery.acquire.image_provider_table import LANDSAT, QUALITY, SENTINEL_1
from skytally.imagery.acquire.scene_pixel_arrays_and_pass_joining import ScenePixels
from skytally.imagery.sites import Site

# rasterio mutes this of its own arrays in memory, in a way that threads undo for one another
warnings.filterwarnings("ignore", category=NotGeoreferencedWarning, module=r"rasterio\.warp$")

REPROJECTED_SENSORS = (SENTINEL_1, LANDSAT)
"""Sensors whose scenes may be resampled from a neighbouring zone."""
UTM_ZONE_COUNT = 60
UTM_EPSG_PREFIXES = (326, 327)
"""EPSG codes of the zones, without their number: north, south."""
REPROJECTION_MARGIN_M = 60
"""Margin read round the window in the other zone, so that each pixel has its neighbours there."""


def is_reprojectable(epsg: int | None, site: Site, sensor: str) -> bool:
    """Whether a sensor's scenes of a UTM zone may be resampled to the grid of a site.

    Parameters
    ----------
    epsg : int or None
        Coordinate system of the scene.
    site : Site
        The site.
    sensor : str
        Sensor.

    Returns
    -------
    bool
        True if the zones are neighbours and the sensor does not deliver each pass in both.
    """
    if epsg is None or sensor not in REPROJECTED_SENSORS:
        return False
    hemisphere, zone = divmod(epsg, 100)
    site_hemisphere, site_zone = divmod(site.grid.epsg, 100)
    neighbours = (zone - site_zone) % UTM_ZONE_COUNT in (1, UTM_ZONE_COUNT - 1)
    same_half = hemisphere == site_hemisphere and hemisphere in UTM_EPSG_PREFIXES
    return same_half and 1 <= zone <= UTM_ZONE_COUNT and neighbours


def window_bounds_in(site: Site, epsg: int) -> Bounds:
    """Bounds of a site's window in a UTM zone, with a margin if it is not the site's own."""
    if epsg == site.grid.epsg:
        return site.grid.bounds
    source, target = f"EPSG:{site.grid.epsg}", f"EPSG:{epsg}"
    west, south, east, north = transform_bounds(source, target, *site.grid.bounds)
    margin = REPROJECTION_MARGIN_M
    return west - margin, south - margin, east + margin, north + margin


def _resampling(band: str, dtype: np.dtype[Any]) -> Resampling:
    # classes have no intermediate values, and averaging would smooth speckle unevenly
    radar = dtype.kind == "f"
    return Resampling.nearest if band == QUALITY or radar else Resampling.bilinear


def resample_to_site_grid(pixels: ScenePixels, site: Site) -> ScenePixels:
    """Resample pixels of a neighbouring zone to the site's grid; return others unchanged.

    The grid is the one on which the sensor's scenes lie in the site's own zone, so that both
    fit into one cube. Classes and backscatter take the nearest pixel, reflectance is bilinear.

    Parameters
    ----------
    pixels : ScenePixels
        As read over `window_bounds_in` of the site.
    site : Site
        The site.

    Returns
    -------
    Pixels
        With ``resampled_from`` set if they were resampled.
    """
    if pixels.epsg == site.grid.epsg:
        return pixels
    gsd = pixels.transform.a
    # scenes of a sensor have their corners at the same remainder in every zone
    lattice = affine.Affine(gsd, 0, pixels.transform.c % gsd, 0, -gsd, pixels.transform.f % gsd)
    row, col, rows, cols = covering_window(lattice, site.grid.bounds)
    transform = lattice @ affine.Affine.translation(col, row)
    arrays = {}
    for band, array in pixels.arrays.items():
        nodata = pixels.nodata[band]
        resampled: npt.NDArray[Any] = np.full(
            (rows, cols), 0 if nodata is None else nodata, array.dtype
        )
        reproject(
            array,
            resampled,
            src_transform=pixels.transform,
            src_crs=f"EPSG:{pixels.epsg}",
            src_nodata=nodata,
            dst_transform=transform,
            dst_crs=f"EPSG:{site.grid.epsg}",
            dst_nodata=nodata,
            resampling=_resampling(band, array.dtype),
        )
        arrays[band] = resampled
    return replace(
        pixels,
        arrays=arrays,
        transform=transform,
        epsg=site.grid.epsg,
        resampled_from=pixels.epsg,
    )
