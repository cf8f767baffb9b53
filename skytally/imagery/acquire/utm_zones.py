"""Neighbouring zones: which scenes may come from one, and where a site lies in it."""

from __future__ import annotations

from rasterio.warp import transform_bounds

from skytally.imagery.acquire.band_windows import Bounds
from skytally.imagery.acquire.providers import LANDSAT, SENTINEL_1
from skytally.imagery.sites.site_register import Site

WARPED = (SENTINEL_1, LANDSAT)
"""Sensors whose scenes may be brought over from a neighbouring zone."""
ZONES = 60
UTM = (326, 327)
"""EPSG codes of the zones, without their number: north, south."""
MARGIN_M = 60
"""Read around the window in the other zone, so that each of its pixels has neighbours there."""


def warpable(epsg: int | None, site: Site, sensor: str) -> bool:
    """Tell whether scenes of a zone may be brought onto the grid of a site.

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
        Whether the zones touch, and the sensor has no tiles in each of them.
    """
    if epsg is None or sensor not in WARPED:
        return False
    (band, zone), (own_band, own) = divmod(epsg, 100), divmod(site.grid.epsg, 100)
    touch = (zone - own) % ZONES in (1, ZONES - 1)
    return band == own_band and band in UTM and 1 <= zone <= ZONES and touch


def bounds_in(site: Site, epsg: int) -> Bounds:
    """Give the bounds of a site's window in a zone; in another than its own, with a margin."""
    if epsg == site.grid.epsg:
        return site.grid.bounds
    own, other = f"EPSG:{site.grid.epsg}", f"EPSG:{epsg}"
    west, south, east, north = transform_bounds(own, other, *site.grid.bounds)
    return west - MARGIN_M, south - MARGIN_M, east + MARGIN_M, north + MARGIN_M
