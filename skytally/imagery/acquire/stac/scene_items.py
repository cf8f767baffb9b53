"""One file of a scene, as its item describes it in STAC 1.0 or 1.1.

A scene as its provider offers it: one shape for every provider's items.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pyproj
from pyproj.exceptions import CRSError

from skytally.core.errors import AcquisitionError
from skytally.imagery.acquire.providers import Provider
from skytally.imagery.sites.site_register import Site, share_inside

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


QUALITY = "quality"
"""Band name under which the pixel classification of a scene is kept."""
ITEM_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
ORBIT_IN_NAME = re.compile(r"_R(\d{3})_")
SEQUENCE_IN_NAME = re.compile(r"_(\d)_L[12][AC]$")
TILE_IN_NAME = re.compile(r"_T?(\d{2}[C-X][A-Z]{2})_")


@dataclass(frozen=True)
class Offer:
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
    """The item's own word on whether the offset is already in the pixels, or None."""
    assets: dict[str, Asset] = field(hash=False)
    """Band to file; the pixel classification is ``quality``; missing bands are absent."""
    label: str = ""
    """Empty, or ``rehearsal``."""
    missing: tuple[str, ...] = ()
    """Bands of the provider's row that the item has no asset for, as ``b11 (swir16)``."""
    calibration: str = "metadata"
    """Calibration of the provider's row."""
    covered: float | None = None
    """Share of the site's window inside the item's footprint, 0 to 1, or None."""


def offer_from_item(
    item: dict[str, Any], provider: Provider, site: Site, *, base: str = ""
) -> Offer:
    """Read one STAC item, of version 1.0 or 1.1, into an offer.

    Parameters
    ----------
    item : dict
        The item as the catalogue gives it; it is not changed.
    provider : Provider
        Who gave it.
    site : Site
        For which site it was searched.
    base : str
        Address or path from which relative addresses of assets count; its own ``self`` link
        if empty.

    Returns
    -------
    Offer

    Raises
    ------
    AcquisitionError
        If the item has no usable id, time or assets, belongs to another collection, states
        numbers that are none, or describes a grid that contradicts itself or its footprint.
    """
    name = item.get("id") if isinstance(item, dict) else None
    try:
        if not isinstance(name, str) or not ITEM_ID.fullmatch(name):
            fault = f"id {name!r}, which cannot be a file name"
            raise MalformedError(fault)
        properties = _table(item, "properties")
        assets = _assets(item, properties, provider, base or _self_link(item))
        epsg = _epsg(item, properties, provider)
        check_grids(assets, epsg, _bbox(item))
        return Offer(
            provider=provider.name,
            site=site.slug,
            item_id=name,
            time=_time(item, properties, provider),
            sensor=provider.sensor,
            processor=provider.processor,
            epsg=epsg,
            assets=assets,
            label=provider.label,
            missing=_missing(assets, provider),
            calibration=provider.calibration,
            covered=_covered(item, site),
            **_described(name, properties),
        )
    except MalformedError as fault:
        message = (
            f"{provider.name}, item {name!r} for {site.slug}: malformed: {fault}; "
            "nothing was read; tell the provider or leave the item out"
        )
        raise AcquisitionError(message) from fault


def _table(holder: dict[str, Any], key: str) -> dict[str, Any]:
    value = holder.get(key)
    if not isinstance(value, dict):
        fault = f"no {key}"
        raise MalformedError(fault)
    return value


def _self_link(item: dict[str, Any]) -> str:
    links = item.get("links")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and link.get("rel") == "self":
            return str(link.get("href", ""))
    return ""


def _time(item: dict[str, Any], properties: dict[str, Any], provider: Provider) -> str:
    collection = item.get("collection")
    if collection and provider.collection and collection != provider.collection:
        fault = f"of collection {collection!r}, searched was {provider.collection!r}"
        raise MalformedError(fault)
    given = properties.get("datetime") or properties.get("start_datetime")
    try:
        time = datetime.fromisoformat(str(given))
    except ValueError:
        fault = f"datetime is {given!r}"
        raise MalformedError(fault) from None
    if time.tzinfo is None:
        fault = f"datetime {given!r} has no time zone"
        raise MalformedError(fault)
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _assets(
    item: dict[str, Any], properties: dict[str, Any], provider: Provider, base: str
) -> dict[str, Asset]:
    given = _table(item, "assets")
    wanted = dict(provider.bands)
    if provider.quality:
        wanted[QUALITY] = provider.quality
    return {
        band: asset_from(band, key, given[key], properties, base)
        for band, key in wanted.items()
        if key in given
    }


def _epsg(item: dict[str, Any], properties: dict[str, Any], provider: Provider) -> int | None:
    found = {}
    given = _table(item, "assets")
    for key in provider.bands.values():
        if isinstance(given.get(key), dict):
            found[key] = epsg_code(given[key])
    codes = {code for code in found.values() if code is not None}
    if len(codes) > 1:
        fault = f"coordinate systems {', '.join(f'EPSG:{code}' for code in sorted(codes))} mixed"
        raise MalformedError(fault)
    own = epsg_code(properties)
    if codes and own is not None and own not in codes:
        fault = f"EPSG:{own} in the properties, EPSG:{codes.pop()} in the assets"
        raise MalformedError(fault)
    return codes.pop() if codes else own


def _bbox(item: dict[str, Any]) -> Box | None:
    given = item.get("bbox")
    if given is None:
        return None
    if not isinstance(given, list) or len(given) not in (4, 6):
        fault = f"bbox is {given!r}"
        raise MalformedError(fault)
    half = len(given) // 2
    try:
        west, south, east, north = (float(given[i]) for i in (0, 1, half, half + 1))
    except (TypeError, ValueError):
        fault = f"bbox is {given!r}"
        raise MalformedError(fault) from None
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90):
        fault = f"bbox {given} is not on Earth"
        raise MalformedError(fault)
    return west, south, east, north


def _covered(item: dict[str, Any], site: Site) -> float | None:
    geometry = item.get("geometry")
    if geometry is None:
        return None
    try:
        return share_inside(site, geometry)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        fault = "its footprint cannot be drawn"
        raise MalformedError(fault) from None


def _missing(assets: dict[str, Asset], provider: Provider) -> tuple[str, ...]:
    wanted = dict(provider.bands)
    if provider.quality:
        wanted[QUALITY] = provider.quality
    return tuple(f"{band} ({key})" for band, key in wanted.items() if band not in assets)


def _described(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Collect what the extensions say of the acquisition and its processing."""
    elevation = number_of(properties, "view:sun_elevation")
    zenith = 90 - elevation if elevation is not None else None
    if zenith is None:
        zenith = number_of(properties, "s2:mean_solar_zenith")
    flag = properties.get("earthsearch:boa_offset_applied")
    return {
        "platform": str(properties.get("platform") or "").lower(),
        "relative_orbit": _orbit(name, properties),
        "orbit_state": str(properties.get("sat:orbit_state") or "").lower(),
        "baseline": _baseline(properties),
        "sequence": _sequence(name, properties),
        "tile": _tile(name, properties),
        "cloud_cover": number_of(properties, "eo:cloud_cover"),
        "sun_zenith": zenith,
        "sun_azimuth": number_of(properties, "view:sun_azimuth", "s2:mean_solar_azimuth"),
        "view_zenith": number_of(properties, "view:incidence_angle", "view:off_nadir"),
        "view_azimuth": number_of(properties, "view:azimuth"),
        "offset_applied_flag": flag if isinstance(flag, bool) else None,
    }


def _orbit(name: str, properties: dict[str, Any]) -> int | None:
    """Give the track: as stated, else from a Sentinel-2 product's name, else the WRS path."""
    stated = whole_of(properties, "sat:relative_orbit")
    if stated is not None:
        return stated
    for words in (str(properties.get("s2:product_uri") or ""), name):
        named = ORBIT_IN_NAME.search(words)
        if named:
            return int(named.group(1))
    return whole_of(properties, "landsat:wrs_path")


def _baseline(properties: dict[str, Any]) -> str:
    for key in ("s2:processing_baseline", "processing:version", "landsat:collection_number"):
        value = properties.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return f"{value:05.2f}"
        if value:
            return str(value)
    return ""


def _sequence(name: str, properties: dict[str, Any]) -> int:
    stated = whole_of(properties, "s2:sequence")
    if stated is not None:
        return stated
    named = SEQUENCE_IN_NAME.search(name)
    return int(named.group(1)) if named else 0


def _tile(name: str, properties: dict[str, Any]) -> str:
    """Give what tells apart the scenes of one pass: MGRS tile, WRS path and row, radar slice."""
    for key in ("grid:code", "s2:mgrs_tile"):
        if properties.get(key):
            return str(properties[key]).removeprefix("MGRS-")
    path, row = properties.get("landsat:wrs_path"), properties.get("landsat:wrs_row")
    if path and row:
        return f"{path}{row}"
    if properties.get("s1:slice_number"):
        return f"slice-{properties['s1:slice_number']}"
    named = TILE_IN_NAME.search(name)
    return named.group(1) if named else ""
