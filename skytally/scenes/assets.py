"""One file of a scene, as its item describes it in STAC 1.0 or 1.1."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pyproj
from pyproj.exceptions import CRSError

Affine6 = tuple[float, float, float, float, float, float]
Box = tuple[float, float, float, float]
SLACK = 0.1
"""Share of a grid's size by which a footprint may reach beyond it: footprints are coarse."""


@dataclass(frozen=True)
class Asset:
    """One file of a scene."""

    band: str
    """Our band name, or ``quality``."""
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


class MalformedError(ValueError):
    """What is wrong with an item, in a few words."""


def number_of(holder: dict[str, Any], *keys: str) -> float | None:
    """Give the first of the keys that holds something, as a number."""
    for key in keys:
        value = holder.get(key)
        if value is None:
            continue
        try:
            if isinstance(value, bool):
                raise TypeError
            return float(value)
        except (TypeError, ValueError):
            fault = f"{key} is {value!r}, no number"
            raise MalformedError(fault) from None
    return None


def whole_of(holder: dict[str, Any], key: str) -> int | None:
    """Give what the key holds as a whole number, or None where it holds nothing."""
    value = number_of(holder, key)
    if value is None:
        return None
    if value != int(value):
        fault = f"{key} is {holder[key]!r}, no whole number"
        raise MalformedError(fault)
    return int(value)


def asset_from(band: str, key: str, asset: object, properties: dict[str, Any], base: str) -> Asset:
    """Read one asset; what it does not say of its grid, the item's properties may.

    Parameters
    ----------
    band : str
        Our name of the band.
    key : str
        Key of the asset, for the words of a fault.
    asset : object
        What stands under that key.
    properties : dict
        Properties of the item.
    base : str
        Address or path from which a relative address counts.

    Returns
    -------
    Asset

    Raises
    ------
    MalformedError
        If it has no address, more than one band, or numbers that are none.
    """
    if not isinstance(asset, dict) or not isinstance(asset.get("href"), str) or not asset["href"]:
        fault = f"asset {key!r} has no address"
        raise MalformedError(fault)
    try:
        raster = _raster(asset)
        transform = _transform(asset.get("proj:transform", properties.get("proj:transform")))
        shape = _shape(asset.get("proj:shape", properties.get("proj:shape")))
        size = whole_of(asset, "file:size")
        gsd = number_of(asset, "gsd") or number_of(raster, "spatial_resolution")
        if transform and gsd and abs(transform[0] - gsd) > 0.01 * gsd:
            fault = f"pixels of {transform[0]:g} m in proj:transform, but gsd {gsd:g}"
            raise MalformedError(fault)
        dtype = raster.get("data_type")
        return Asset(
            band=band,
            href=_absolute(asset["href"], base),
            gsd=gsd or (transform[0] if transform else number_of(properties, "gsd")),
            size=size,
            checksum=str(asset["file:checksum"]) if asset.get("file:checksum") else None,
            transform=transform,
            shape=shape,
            dtype=str(dtype) if dtype else None,
            nodata=number_of(raster, "nodata"),
            scale=number_of(raster, "scale", "raster:scale"),
            offset=number_of(raster, "offset", "raster:offset"),
        )
    except MalformedError as fault:
        words = f"asset {key!r}: {fault}"
        raise MalformedError(words) from None


def _raster(asset: dict[str, Any]) -> dict[str, Any]:
    """Merge what an asset says of its one band: STAC 1.1 ``bands``, else ``raster:bands``."""
    layers = asset.get("bands") or []
    older = asset.get("raster:bands") or []
    for each in (layers, older):
        if not isinstance(each, list) or not all(isinstance(one, dict) for one in each):
            fault = "its bands are no list"
            raise MalformedError(fault)
        if len(each) > 1:
            fault = f"{len(each)} bands where one is expected"
            raise MalformedError(fault)
    return {**asset, **(older[0] if older else {}), **(layers[0] if layers else {})}


def _transform(given: object) -> Affine6 | None:
    if given is None:
        return None
    numbers = given if isinstance(given, list) else []
    if len(numbers) not in (6, 9) or not all(isinstance(each, (int, float)) for each in numbers):
        fault = f"proj:transform is {given!r}"
        raise MalformedError(fault)
    a, b, c, d, e, f = (float(each) for each in numbers[:6])
    if not all(map(math.isfinite, (a, b, c, d, e, f))) or a <= 0 or e >= 0 or b or d:
        fault = f"proj:transform {numbers[:6]} is not that of an upright grid"
        raise MalformedError(fault)
    if abs(a + e) > 1e-6 * a:
        fault = f"proj:transform {numbers[:6]} has pixels that are not square"
        raise MalformedError(fault)
    return a, b, c, d, e, f


def _shape(given: object) -> tuple[int, int] | None:
    if given is None:
        return None
    numbers = given if isinstance(given, list) else []
    if len(numbers) != 2 or not all(isinstance(each, int) and each > 0 for each in numbers):
        fault = f"proj:shape is {given!r}"
        raise MalformedError(fault)
    return numbers[0], numbers[1]


def _absolute(href: str, base: str) -> str:
    if "://" in href or href.startswith("/") or not base:
        return href
    if "://" in base:
        return urljoin(base, href)
    return str((Path(base).parent / href).resolve())


def epsg_code(holder: dict[str, Any]) -> int | None:
    """Give the EPSG code of ``proj:code`` or the older ``proj:epsg``, or None."""
    words = holder.get("proj:code")
    if words is None:
        return whole_of(holder, "proj:epsg")
    authority, _, number = str(words).partition(":")
    if authority.upper() != "EPSG" or not number.isdigit():
        fault = f"proj:code is {words!r}"
        raise MalformedError(fault)
    return int(number)


def check_grids(assets: dict[str, Asset], epsg: int | None, bbox: Box | None) -> None:
    """Refuse a grid that does not hold the footprint: zone, corner or size must be wrong."""
    if epsg is None or bbox is None or bbox[0] > bbox[2]:
        return
    for band, asset in assets.items():
        if asset.transform is None or asset.shape is None:
            continue
        a, _, c, _, e, f = asset.transform
        rows, columns = asset.shape
        west, south, east, north = degrees(epsg, (c, f + e * rows, c + a * columns, f))
        wide, high = SLACK * (east - west), SLACK * (north - south)
        held = (
            west - wide <= bbox[0]
            and bbox[2] <= east + wide
            and south - high <= bbox[1]
            and bbox[3] <= north + high
        )
        if not held:
            fault = (
                f"the grid of {band} in EPSG:{epsg} reaches from {west:.2f}, {south:.2f} to "
                f"{east:.2f}, {north:.2f} degrees, which does not hold the bbox {list(bbox)}"
            )
            raise MalformedError(fault)


@cache
def _back(epsg: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(epsg, "EPSG:4326", always_xy=True)


def degrees(epsg: int, box: Box) -> Box:
    """Give a box of metres in degrees, or refuse one that its zone cannot hold."""
    try:
        west, south, east, north = _back(epsg).transform_bounds(*box)
    except CRSError:
        fault = f"EPSG:{epsg} cannot be used"
        raise MalformedError(fault) from None
    if not all(map(math.isfinite, (west, south, east, north))):
        fault = f"its grid {box} does not lie in EPSG:{epsg}"
        raise MalformedError(fault)
    return west, south, east, north
