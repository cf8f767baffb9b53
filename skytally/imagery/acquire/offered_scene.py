"""A scene that a provider offers for a site and its files, in one form for every provider."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

import pyproj
from pyproj.exceptions import ProjError

Affine6 = tuple[float, float, float, float, float, float]
BBox = tuple[float, float, float, float]
ITEM_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
"""Ids of items that are safe as file names."""
LONGEST_ACQUISITION = timedelta(days=1)
"""Time between the first and the last pixel of an image of one day; more is a composite."""


@dataclass(frozen=True)
class Asset:
    """One file of a scene."""

    band: str
    """Our band name, or ``quality`` for the pixel classification."""
    href: str
    """Absolute address or path of the file, unsigned."""
    gsd: float | None
    """Metres on the ground a pixel, or None where the item does not say."""
    size: int | None
    """Bytes of the whole file, or None where the item does not say."""
    checksum: str | None
    """Multihash of the file in hexadecimal (STAC ``file:checksum``), or None."""
    transform: Affine6 | None
    """Grid of the file, in the order of `affine.Affine`, or None."""
    shape: tuple[int, int] | None
    """Rows and columns of the file, or None."""
    dtype: str | None
    """Type of the stored numbers, such as ``uint16``, or None."""
    nodata: float | None
    """Stored number that means no data (may be NaN), or None."""
    scale: float | None
    """Factor from stored numbers to units, as the item states it, or None."""
    offset: float | None
    """What is added after scaling, in units, as the item states it, or None."""
    layer: int = 1
    """Number of the band in the file, from 1; files of a catalogue hold one."""
    parts: tuple[str, ...] = ()
    """Paths of the tiles of which a delivered image consists; empty where it is one file."""
    mask: str = ""
    """Kind and path of a file that marks pixels without data, ``UDM2|path``; empty for none."""


@dataclass(frozen=True)
class SceneItem:
    """One scene that a provider offers for one site."""

    provider: str
    """Name of the provider."""
    site: str
    """Slug of the site."""
    item_id: str
    """Id of the item in its collection."""
    time: str
    """Time of acquisition, UTC, as ``2023-08-27T02:15:49Z``."""
    sensor: str
    """Sensor of the provider's row."""
    platform: str
    """Satellite, such as ``sentinel-2a``, in lower case; empty where the item does not say."""
    relative_orbit: int | None
    """Track of the repeating orbit (the WRS path for Landsat), or None."""
    orbit_state: str
    """``ascending``, ``descending`` or empty."""
    processor: str
    """Processor of the provider's row."""
    baseline: str
    """Version of the processing, such as ``05.09``; empty where the item does not say."""
    sequence: int
    """Number that tells two items of one baseline apart; 0 where the item has none."""
    epsg: int | None
    """Coordinate system of the files, or None where the item does not say."""
    tile: str
    """Tile or frame: MGRS tile ``52TDN``, WRS ``114031``, or empty."""
    cloud_cover: float | None
    """Cloud share of the whole scene, 0 to 100, or None."""
    sun_zenith: float | None
    """Degrees from the vertical, or None."""
    sun_azimuth: float | None
    """Degrees clockwise from north, or None."""
    view_zenith: float | None
    """Degrees from the vertical (incidence or off-nadir), or None."""
    view_azimuth: float | None
    """Degrees clockwise from north, or None."""
    offset_applied_flag: bool | None
    """Whether the item states that the offset is already in the pixels, or None."""
    assets: dict[str, Asset] = field(hash=False)
    """Band to file; the pixel classification is ``quality``; missing bands are absent."""
    label: str = ""
    """Empty, or ``rehearsal``."""
    missing_bands: tuple[str, ...] = ()
    """Bands of the provider's row that the item has no asset for, as ``b11 (swir16)``."""
    other_assets: tuple[str, ...] = ()
    """Keys of assets that the row does not name, where it names one that the item lacks."""
    unwanted: str = ""
    """Why it is left out without a fault, ``<class>: <detail>``; empty where it is not."""
    calibration: str = "metadata"
    """Calibration of the provider's row."""
    window_share: float | None = None
    """Share of the site's window inside the item's footprint, 0 to 1, or None."""
    joined: tuple[SceneItem, ...] = ()
    """Other parts of the same pass and baseline, which fill what this one lacks."""
    licence: str = ""
    """Licence as the provider's row states it, else the notice of rights of its metadata."""


def baseline_version(baseline: str) -> tuple[int, ...]:
    """Parse a processing baseline into numbers that compare; empty if it is not a version.

    Parameters
    ----------
    baseline : str
        Such as ``05.09``.

    Examples
    --------
    >>> baseline_version("05.09") < baseline_version("05.10")
    True
    >>> baseline_version("N0400"), baseline_version("")
    ((), ())
    """
    parts = baseline.split(".")
    return tuple(int(part) for part in parts) if all(map(str.isdecimal, parts)) else ()


class MalformedItemError(ValueError):
    """An item that cannot be used; the text says why in a few words."""


@cache
def _to_degrees(epsg: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(epsg, "EPSG:4326", always_xy=True)


def bbox_in_degrees(epsg: int, box: BBox) -> BBox:
    """Convert a box from metres of a zone to degrees; refuse one that lies outside the zone."""
    try:
        west, south, east, north = _to_degrees(epsg).transform_bounds(*box)
    except ProjError:
        message = f"EPSG:{epsg} cannot be used"
        raise MalformedItemError(message) from None
    if not all(map(math.isfinite, (west, south, east, north))):
        message = f"its grid {box} does not lie in EPSG:{epsg}"
        raise MalformedItemError(message)
    return west, south, east, north
