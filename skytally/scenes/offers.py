"""A scene as its provider offers it: one shape for every provider's items."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from skytally.checks import AcquisitionError
from skytally.scenes.assets import (
    Asset,
    Box,
    MalformedError,
    asset_from,
    check_grids,
    epsg_code,
    number_of,
    whole_of,
)
from skytally.scenes.providers import Provider
from skytally.scenes.sites import Site, share_inside

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
