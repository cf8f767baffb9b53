"""Parse STAC items (versions 1.0 and 1.1) into scene items, and check their grids."""

from __future__ import annotations

import math
import re
from typing import Any

from skytally.core import AcquisitionError
from skytally.imagery.acquire.byte_range_reader_and_window_geometry import complex_fault
from skytally.imagery.acquire.image_provider_table import S3_SIGNING, Provider
from skytally.imagery.acquire.offered_scene import (
    ITEM_ID,
    LONGEST_ACQUISITION,
    Affine6,
    Asset,
    BBox,
    MalformedItemError,
    SceneItem,
    bbox_in_degrees,
)
from skytally.imagery.acquire.provider_allowed_addresses import address_rules
from skytally.imagery.acquire.stac.strict_item_value_parsing import (
    absolute_address,
    epsg_code,
    integer_property,
    number_property,
    text_property,
    utc_time,
)
from skytally.imagery.sites import Site, window_share_inside
from skytally.web import AddressRules, shown

CHECKSUM = re.compile(r"[0-9A-Fa-f]{8,200}")
DATA_TYPES = tuple(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64))
DATA_TYPES += ("float16", "float32", "float64")
"""Types of stored numbers (STAC ``data_type``) that can be read."""
MAX_SIDE_PX = 10_000_000
"""Pixels along one side of a file: the Earth's circumference at 4 m."""
FOOTPRINT_TOLERANCE = 0.1
"""Share of a grid's size by which a bbox may reach beyond it: footprints are coarse."""


def parse_asset(
    band: str, key: str, asset: object, properties: dict[str, Any], base: str, rules: AddressRules
) -> Asset:
    """Parse one asset; grid properties that it lacks are taken from the item's.

    Parameters
    ----------
    band : str
        Our name of the band.
    key : str
        Key of the asset, for error messages.
    asset : object
        Value under that key.
    properties : dict
        Properties of the item.
    base : str
        Address or path to which a relative address refers.
    rules : AddressRules
        Which addresses may be read.

    Returns
    -------
    Asset

    Raises
    ------
    MalformedItemError
        If it has no address, one that may not be read, more than one band, or a value that is
        not of its kind.
    """
    if not isinstance(asset, dict) or not isinstance(asset.get("href"), str) or not asset["href"]:
        message = f"asset {key!r} has no address"
        raise MalformedItemError(message)
    try:
        raster = _band_metadata(asset)
        transform = _transform(asset.get("proj:transform", properties.get("proj:transform")))
        shape = _shape(asset.get("proj:shape", properties.get("proj:shape")))
        size = integer_property(asset, "file:size")
        gsd = number_property(asset, "gsd") or number_property(raster, "spatial_resolution")
        if transform and gsd and abs(transform[0] - gsd) > 0.01 * gsd:
            message = f"pixels of {transform[0]:g} m in proj:transform, but gsd {gsd:g}"
            raise MalformedItemError(message)
        return Asset(
            band=band,
            href=absolute_address(asset["href"], base, rules),
            gsd=gsd or (transform[0] if transform else number_property(properties, "gsd")),
            size=size,
            checksum=_checksum(asset),
            transform=transform,
            shape=shape,
            dtype=_data_type(raster),
            nodata=number_property(raster, "nodata", finite=False),
            scale=number_property(raster, "scale", "raster:scale"),
            offset=number_property(raster, "offset", "raster:offset"),
        )
    except MalformedItemError as fault:
        message = f"asset {key!r}: {fault}"
        raise MalformedItemError(message) from None


def _checksum(asset: dict[str, Any]) -> str | None:
    stated = asset.get("file:checksum")
    if not stated:
        return None
    if not isinstance(stated, str) or not CHECKSUM.fullmatch(stated):
        message = f"file:checksum is {shown(stated)}, no hexadecimal number"
        raise MalformedItemError(message)
    return stated


def _data_type(raster: dict[str, Any]) -> str | None:
    stated = text_property(raster, "data_type")
    if fault := complex_fault(stated or ""):
        raise MalformedItemError(fault)
    if stated and stated not in DATA_TYPES:
        message = f"data_type is {shown(stated)}; readable are {', '.join(DATA_TYPES)}"
        raise MalformedItemError(message)
    return stated or None


def _band_metadata(asset: dict[str, Any]) -> dict[str, Any]:
    """Merge the band metadata of an asset: STAC 1.1 ``bands``, else ``raster:bands``."""
    bands = asset.get("bands") or []
    raster_bands = asset.get("raster:bands") or []
    for listed in (bands, raster_bands):
        if not isinstance(listed, list) or not all(isinstance(band, dict) for band in listed):
            message = "its bands are no list"
            raise MalformedItemError(message)
        if len(listed) > 1:
            message = f"{len(listed)} bands where one is expected"
            raise MalformedItemError(message)
    return {
        **asset,
        **(raster_bands[0] if raster_bands else {}),
        **(bands[0] if bands else {}),
    }


def _transform(value: object) -> Affine6 | None:
    if value is None:
        return None
    numbers = value if isinstance(value, list) else []
    if len(numbers) not in (6, 9) or not all(
        isinstance(number, (int, float)) and not isinstance(number, bool) for number in numbers
    ):
        message = f"proj:transform is {shown(value)}"
        raise MalformedItemError(message)
    a, b, c, d, e, f = (float(number) for number in numbers[:6])
    if not all(map(math.isfinite, (a, b, c, d, e, f))) or a <= 0 or e >= 0 or b or d:
        message = f"proj:transform {shown(numbers[:6])} is not that of an upright grid"
        raise MalformedItemError(message)
    if abs(a + e) > 1e-6 * a:
        message = f"proj:transform {shown(numbers[:6])} has pixels that are not square"
        raise MalformedItemError(message)
    return a, b, c, d, e, f


def _shape(value: object) -> tuple[int, int] | None:
    if value is None:
        return None
    numbers = value if isinstance(value, list) else []
    if len(numbers) != 2 or not all(
        isinstance(number, int) and 0 < number <= MAX_SIDE_PX for number in numbers
    ):
        message = f"proj:shape is {shown(value)}"
        raise MalformedItemError(message)
    return numbers[0], numbers[1]


def check_grids_hold_bbox(assets: dict[str, Asset], epsg: int | None, bbox: BBox | None) -> None:
    """Refuse a grid that does not contain the item's bbox: zone, corner or size must be wrong."""
    if epsg is None or bbox is None:
        return
    for band, asset in assets.items():
        if asset.transform is None or asset.shape is None:
            continue
        a, _, c, _, e, f = asset.transform
        rows, columns = asset.shape
        grid = bbox_in_degrees(epsg, (c, f + e * rows, c + a * columns, f))
        if not _holds(grid, bbox):
            west, south, east, north = grid
            message = (
                f"the grid of {band} in EPSG:{epsg} reaches from {west:.2f}, {south:.2f} to "
                f"{east:.2f}, {north:.2f} degrees, which does not hold the bbox {list(bbox)}"
            )
            raise MalformedItemError(message)


def _holds(grid: BBox, bbox: BBox) -> bool:
    """Whether a box in degrees holds another; either may lie across the 180th meridian."""
    west, south, east, north = _unwrapped(grid)
    first, bottom, last, top = _unwrapped(bbox)
    margin_x = FOOTPRINT_TOLERANCE * (east - west)
    margin_y = FOOTPRINT_TOLERANCE * (north - south)
    if not (south - margin_y <= bottom and top <= north + margin_y):
        return False
    return any(
        west - margin_x <= first + turn and last + turn <= east + margin_x
        for turn in (-360, 0, 360)
    )


def _unwrapped(box: BBox) -> BBox:
    """Box whose east is not less than its west, past 180 degrees where it crosses them."""
    west, south, east, north = box
    return west, south, east if east >= west else east + 360, north


MAX_PRODUCT_NAME = 300
"""Characters of a product's name that are searched for its orbit."""
MOST_KEYS = 12
"""Keys of other assets that are named where one is missing."""
ORBIT_IN_NAME = re.compile(r"_R(\d{3})_")
SEQUENCE_IN_NAME = re.compile(r"_(\d)_L[12][AC]$")
TILE_IN_NAME = re.compile(r"_T?(\d{2}[C-X][A-Z]{2})_")


def parse_item(
    item: dict[str, Any], provider: Provider, site: Site, *, base: str = ""
) -> SceneItem:
    """Parse one STAC item of version 1.0 or 1.1.

    Parameters
    ----------
    item : dict
        The item as the catalogue returns it; it is not changed.
    provider : Provider
        Who offers it.
    site : Site
        For which site it was searched.
    base : str
        Address or path to which relative addresses of assets refer; the item's ``self``
        link if empty.

    Returns
    -------
    SceneItem

    Raises
    ------
    AcquisitionError
        If the item has no usable id, time or assets, belongs to another collection, has values
        that are not numbers, or describes a grid that contradicts itself or its footprint.
    """
    item_id = item.get("id") if isinstance(item, dict) else None
    try:
        if not isinstance(item_id, str):
            message = f"id {shown(item_id)}, which is no text; write it in quotation marks"
            raise MalformedItemError(message)
        if not ITEM_ID.fullmatch(item_id):
            message = f"id {shown(item_id)}, which cannot be a file name"
            raise MalformedItemError(message)
        properties = _table(item, "properties")
        assets = _assets(item, properties, provider, base or _self_link(item))
        epsg = _epsg(item, properties, provider)
        check_grids_hold_bbox(assets, epsg, _bbox(item))
        return SceneItem(
            provider=provider.name,
            site=site.slug,
            item_id=item_id,
            time=_time(item, properties, provider),
            sensor=provider.sensor,
            processor=provider.processor,
            epsg=epsg,
            assets=assets,
            label=provider.label,
            missing_bands=(lacking := _missing_bands(assets, provider)),
            other_assets=_other_assets(item, provider) if lacking else (),
            calibration=provider.calibration,
            window_share=_window_share(item, site),
            licence=provider.licence,
            **_extension_properties(item_id, properties),
        )
    except MalformedItemError as fault:
        message = (
            f"{provider.name}, item {shown(item_id)} for {site.slug}: malformed: {fault}; "
            "nothing was read; tell the provider or leave the item out"
        )
        raise AcquisitionError(message) from fault


def _table(mapping: dict[str, Any], key: str) -> dict[str, Any]:
    value = mapping.get(key)
    if not isinstance(value, dict):
        message = f"no {key}"
        raise MalformedItemError(message)
    return value


def _self_link(item: dict[str, Any]) -> str:
    links = item.get("links")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and link.get("rel") == "self":
            href = link.get("href")
            return href if isinstance(href, str) else ""
    return ""


def _time(item: dict[str, Any], properties: dict[str, Any], provider: Provider) -> str:
    collection = item.get("collection")
    if collection and provider.collection and collection != provider.collection:
        message = f"of collection {shown(collection)}, searched was {provider.collection!r}"
        raise MalformedItemError(message)
    first, last = properties.get("start_datetime"), properties.get("end_datetime")
    if first and last and utc_time(last) - utc_time(first) > LONGEST_ACQUISITION:
        message = (
            f"a composite of the days from {shown(first)} to {shown(last)}, which shows no one day"
        )
        raise MalformedItemError(message)
    return utc_time(properties.get("datetime") or first).strftime("%Y-%m-%dT%H:%M:%SZ")


def _assets(
    item: dict[str, Any], properties: dict[str, Any], provider: Provider, base: str
) -> dict[str, Asset]:
    listed, rules = _table(item, "assets"), address_rules(provider)
    assets = {
        band: parse_asset(band, key, listed[key], properties, base, rules)
        for band, key in provider.asset_keys.items()
        if key in listed
    }
    for band, asset in assets.items():
        if asset.href.lower().startswith("s3://") and provider.signing != S3_SIGNING:
            message = (
                f"asset {provider.asset_keys[band]!r} has an s3:// address, which the row "
                f"{provider.name!r} does not sign; give it signing = {S3_SIGNING!r}, or a "
                "catalogue or assets with https:// addresses"
            )
            raise MalformedItemError(message)
    return assets


def _epsg(item: dict[str, Any], properties: dict[str, Any], provider: Provider) -> int | None:
    listed = _table(item, "assets")
    assets = [listed.get(key) for key in provider.bands.values()]
    stated = {epsg_code(asset) for asset in assets if isinstance(asset, dict)}
    codes = {code for code in stated if code is not None}
    if len(codes) > 1:
        message = f"coordinate systems {', '.join(f'EPSG:{code}' for code in sorted(codes))} mixed"
        raise MalformedItemError(message)
    of_item = epsg_code(properties)
    if codes and of_item is not None and of_item not in codes:
        message = f"EPSG:{of_item} in the properties, EPSG:{codes.pop()} in the assets"
        raise MalformedItemError(message)
    return codes.pop() if codes else of_item


def _bbox(item: dict[str, Any]) -> BBox | None:
    stated = item.get("bbox")
    if stated is None:
        return None
    if not isinstance(stated, list) or len(stated) not in (4, 6):
        message = f"bbox is {shown(stated)}"
        raise MalformedItemError(message)
    half = len(stated) // 2
    try:
        west, south, east, north = (float(stated[i]) for i in (0, 1, half, half + 1))
    except (TypeError, ValueError, OverflowError):
        message = f"bbox is {shown(stated)}"
        raise MalformedItemError(message) from None
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90):
        message = f"bbox {shown(stated)} is not on Earth"
        raise MalformedItemError(message)
    return west, south, east, north


def _window_share(item: dict[str, Any], site: Site) -> float | None:
    geometry = item.get("geometry")
    if geometry is None:
        return None
    try:
        return window_share_inside(site, geometry)
    # libraries of geometry raise errors of their own at what is no polygon
    except Exception:
        message = "its footprint cannot be drawn"
        raise MalformedItemError(message) from None


def _missing_bands(assets: dict[str, Asset], provider: Provider) -> tuple[str, ...]:
    keys = provider.asset_keys
    return tuple(f"{band} ({key})" for band, key in keys.items() if band not in assets)


def _other_assets(item: dict[str, Any], provider: Provider) -> tuple[str, ...]:
    """Keys of an item's assets that the row does not name, as far as a line holds them."""
    asked = set(provider.asset_keys.values())
    keys = [shown(key) for key in _table(item, "assets") if key not in asked]
    rest = len(keys) - MOST_KEYS
    return (*keys[:MOST_KEYS], *([f"{rest} more"] if rest > 0 else ()))


def _extension_properties(item_id: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Collect the properties of STAC extensions on acquisition and processing."""
    elevation = number_property(properties, "view:sun_elevation")
    zenith = 90 - elevation if elevation is not None else None
    if zenith is None:
        zenith = number_property(properties, "s2:mean_solar_zenith")
    flag = properties.get("earthsearch:boa_offset_applied")
    return {
        "platform": text_property(properties, "platform").lower(),
        "relative_orbit": _orbit(item_id, properties),
        "orbit_state": text_property(properties, "sat:orbit_state").lower(),
        "baseline": _baseline(properties),
        "sequence": _sequence(item_id, properties),
        "tile": _tile(item_id, properties),
        "cloud_cover": number_property(properties, "eo:cloud_cover"),
        "sun_zenith": zenith,
        "sun_azimuth": number_property(properties, "view:sun_azimuth", "s2:mean_solar_azimuth"),
        "view_zenith": number_property(properties, "view:incidence_angle", "view:off_nadir"),
        "view_azimuth": number_property(properties, "view:azimuth"),
        "offset_applied_flag": flag if isinstance(flag, bool) else None,
    }


def _orbit(item_id: str, properties: dict[str, Any]) -> int | None:
    """Relative orbit as stated, else from a Sentinel-2 product's name, else the WRS path."""
    stated = integer_property(properties, "sat:relative_orbit")
    if stated is not None:
        return stated
    for name in (properties.get("s2:product_uri"), item_id):
        match = ORBIT_IN_NAME.search(name[:MAX_PRODUCT_NAME]) if isinstance(name, str) else None
        if match:
            return int(match.group(1))
    return integer_property(properties, "landsat:wrs_path")


def _baseline(properties: dict[str, Any]) -> str:
    for key in ("s2:processing_baseline", "processing:version", "landsat:collection_number"):
        value = properties.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            number = number_property(properties, key) or 0.0
            if not 0 <= number < 100:
                message = f"{key} is {shown(value)}, no version"
                raise MalformedItemError(message)
            return f"{number:05.2f}"
        if value:
            return text_property(properties, key)
    return ""


def _sequence(item_id: str, properties: dict[str, Any]) -> int:
    stated = integer_property(properties, "s2:sequence")
    if stated is not None:
        return stated
    match = SEQUENCE_IN_NAME.search(item_id)
    return int(match.group(1)) if match else 0


def _tile(item_id: str, properties: dict[str, Any]) -> str:
    """Tile that tells the scenes of one pass apart: MGRS tile, WRS path and row, radar slice."""
    for key in ("grid:code", "s2:mgrs_tile"):
        tile = text_property(properties, key)
        if tile:
            return tile.removeprefix("MGRS-")
    path, row = (text_property(properties, f"landsat:wrs_{part}") for part in ("path", "row"))
    if path and row:
        return f"{path}{row}"
    slice_number = text_property(properties, "s1:slice_number")
    if slice_number:
        return f"slice-{slice_number}"
    match = TILE_IN_NAME.search(item_id)
    return match.group(1) if match else ""
