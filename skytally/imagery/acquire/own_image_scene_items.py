"""Scenes of own images: a folder, a ZIP or an order as a vendor delivered it, with no catalogue."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import rasterio
from rasterio.crs import CRS
from rasterio.errors import RasterioError
from rasterio.warp import transform_bounds

from skytally.imagery.acquire.byte_range_reader_and_window_geometry import complex_fault
from skytally.imagery.acquire.deliveries.delivered_files import without_folders
from skytally.imagery.acquire.deliveries.delivered_scene import BandSource, DeliveredScene
from skytally.imagery.acquire.deliveries.delivery_recognition import recognised_delivery
from skytally.imagery.acquire.deliveries.image_header import ImageHeader, image_header
from skytally.imagery.acquire.deliveries.sentinel_hub_and_browser_file_recognition import (
    BROWSER_EXPORT,
    HUB_REQUEST,
)
from skytally.imagery.acquire.image_provider_table import (
    OTHER_SENSOR,
    QUALITY,
    SENTINEL_1,
    Provider,
)
from skytally.imagery.acquire.neighbouring_utm_zone_resampling import is_reprojectable
from skytally.imagery.acquire.offered_scene import ITEM_ID, Asset, SceneItem
from skytally.imagery.acquire.one_scene_per_pass import SAME_PASS_S
from skytally.imagery.acquire.stac.http_client import CatalogueError
from skytally.imagery.sites import Site, window_lonlat, window_share_inside

MAX_ID = 200
"""Letters of an item's id."""
OTHER_BANDS = "other bands"
"""Class of the reason of a scene whose order holds another image with the row's bands."""
ASK_FOR_FLOATS = {
    BROWSER_EXPORT: "download it again with the image format TIFF (32-bit float)",
    HUB_REQUEST: "request it again with sampleType FLOAT32",
}
"""Product of a web viewer to what gives reflectance: no metadata file ever comes with it."""
PALETTE = "palette"
"""Colour of a band whose numbers are places in a table of colours."""
SMALLEST_SHARE = 1e-6
"""Share of the window of an image of less than a cell of 60 m."""
GEOREFERENCED_HINT = (
    "it has no map projection; order the orthorectified product, or give it one (gdalwarp)"
)
RADAR_HINT = (
    "it has no map projection; a radar image needs more than one: order the RTC product, or "
    "calibrate and terrain-correct it"
)
NAMELESS_HINT = (
    "it has corners, in the file or in a world file beside it, but no map projection; write the "
    "code of that projection into the file (gdal_edit.py -a_srs EPSG:...)"
)
LONLAT = CRS.from_epsg(4326)


def item_id_of(key: str) -> str:
    """Id of a scene from its name below the provider's folder, alike whenever it is listed.

    Letters that cannot stand in a file name are replaced, and a hash keeps ids apart then.

    Examples
    --------
    >>> item_id_of("march/pier_20230827")
    'march.pier_20230827'
    >>> item_id_of("3월/pier").startswith("3-.pier-")
    True
    """
    plain = key.replace("/", ".")
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).lstrip("._-") or "scene"
    if safe == plain and ITEM_ID.fullmatch(safe):
        return safe
    mark = hashlib.sha256(key.encode()).hexdigest()[:8]
    return f"{safe[: MAX_ID - 9]}-{mark}"


def items_in_folder(
    provider: Provider, site: Site, *, first: date, last: date
) -> tuple[list[SceneItem], list[tuple[str, str]]]:
    """List the scenes of a delivery that show a site.

    What each file is follows from the metadata of its vendor, else from its name and header
    (`skytally.imagery.acquire.deliveries`); scenes of equal names in different folders are
    different scenes.

    Parameters
    ----------
    provider : Provider
        Of kind ``folder``; its path may name one archive.
    site : Site
        The site.
    first, last : date
        Period, both ends included.

    Returns
    -------
    items : list of SceneItem
        Those within the period whose files reach into the site's window.
    malformed : list of (str, str)
        Scene and reason of those that cannot be used.

    Raises
    ------
    CatalogueError
        If there is no such folder.
    """
    try:
        recognition = recognised_delivery(provider)
    except FileNotFoundError:
        message = "no such folder"
        raise CatalogueError(message) from None
    items, malformed = [], []
    for scene in recognition.scenes:
        try:
            partner = _partner(scene, recognition.scenes, provider)
            item = _scene_item(scene, provider, site, partner=partner)
        except (RasterioError, ValueError, OSError) as error:
            reason = without_folders(str(error), Path(provider.url))
            malformed.append((item_id_of(scene.key), " ".join(reason.split())[:500]))
            continue
        if first.isoformat() <= item.time[:10] <= last.isoformat() and item.window_share:
            items.append(item)
    return items, malformed


def _check_row(scene: DeliveredScene, provider: Provider) -> None:
    """Refuse a scene of another sensor or processing than its row says."""
    if scene.fault:
        raise ValueError(scene.fault)
    if scene.sensor and scene.sensor != provider.sensor:
        message = (
            f"{scene.product} is of sensor {scene.sensor!r}, the row {provider.name!r} of "
            f"{provider.sensor!r}; give it a row of its own"
        )
        raise ValueError(message)
    if provider.sensor != OTHER_SENSOR and scene.level and scene.level != provider.processor:
        message = (
            f"{scene.product} is of processing {scene.level}, the row {provider.name!r} of "
            f"{provider.processor}; give it a row of its own"
        )
        raise ValueError(message)


def _chosen_bands(scene: DeliveredScene, provider: Provider) -> dict[str, BandSource]:
    """Band of the row to where it lies; a band is never taken from a file that another names."""
    chosen: dict[str, BandSource] = {}
    for band, key in provider.asset_keys.items():
        fitting = [source for source in scene.bands if key.lower() in source.names]
        if len(fitting) > 1:
            names = ", ".join(source.files[0].name for source in fitting)
            message = f"{len(fitting)} files hold the band {key}: {names}; leave one"
            raise ValueError(message)
        if fitting:
            chosen[band] = fitting[0]
    if not set(chosen) - {QUALITY}:
        there = ", ".join(dict.fromkeys(source.names[0] for source in scene.bands)) or "none"
        message = (
            f"none of the bands that the row names ({', '.join(provider.bands.values())}); "
            f"the scene has {there}; write those that you want into bands of [{provider.name}] in "
            "data/sites/providers.toml"
        )
        raise ValueError(message)
    return chosen


def _fits(scene: DeliveredScene, provider: Provider) -> bool:
    """Whether a scene has a band that the row names, beside the classification."""
    keys = {key.lower() for band, key in provider.asset_keys.items() if band != QUALITY}
    return any(keys & {*source.names} for source in scene.bands)


def _partner(
    scene: DeliveredScene, scenes: Sequence[DeliveredScene], provider: Provider
) -> DeliveredScene | None:
    """Find the image of the same moment that has the row's bands, where a scene has none of them.

    Orders often hold the panchromatic image beside the one in colours.
    """
    if scene.fault or scene.moment is None or not scene.bands or _fits(scene, provider):
        return None
    for other in scenes:
        same = (other.platform, other.sensor) == (scene.platform, scene.sensor)
        if other.fault or other.moment is None or not same or not _fits(other, provider):
            continue
        if abs((other.moment - scene.moment).total_seconds()) <= SAME_PASS_S:
            return other
    return None


def _check_numbers(name: str, header: ImageHeader) -> None:
    """Refuse complex numbers in a delivered file."""
    if fault := complex_fault(header.dtype):
        message = f"{name}: {fault}"
        raise ValueError(message)


def _checked_header(source: BandSource, sensor: str) -> ImageHeader:
    """Header of a band's first file, which must agree with its metadata and lie on the ground."""
    name = source.files[0].name
    header = image_header(source.files[0])
    _check_numbers(name, header)
    if source.layers is not None and header.count - header.has_alpha != source.layers:
        message = f"{name} holds {header.count} bands, its metadata say {source.layers}"
        raise ValueError(message)
    if source.layer > header.count:
        message = f"{name} holds {header.count} bands and no band {source.layer}"
        raise ValueError(message)
    _check_georeference(name, header, sensor)
    return header


def _check_georeference(name: str, header: ImageHeader, sensor: str) -> None:
    """Refuse an image that does not say where on the ground it lies."""
    if header.crs is None and not header.transform.is_identity:
        message = f"{name}: {NAMELESS_HINT}"
        raise ValueError(message)
    if header.crs is not None and not (header.crs.is_projected or header.crs.is_geographic):
        message = (
            f"{name}: its coordinate system is of no place on Earth, such as that of a plan or a "
            "drone's own; write the right code into the file (gdal_edit.py -a_srs EPSG:...)"
        )
        raise ValueError(message)
    if header.crs is None or header.transform.is_identity:
        hint = RADAR_HINT if sensor == SENTINEL_1 else GEOREFERENCED_HINT
        message = f"{name}: {hint}"
        raise ValueError(message)
    if header.transform.is_degenerate:
        message = f"{name}: its pixels have no size on the ground; deliver it anew"
        raise ValueError(message)


def _check_palette(source: BandSource, header: ImageHeader) -> None:
    """Refuse a picture whose numbers are places in a table of colours, and no brightness."""
    if header.colours[source.layer - 1] == PALETTE:
        message = (
            f"{source.files[0].name}: band {source.layer} has a table of colours, so it is a "
            "picture and its numbers measure nothing; deliver the image that it was drawn from"
        )
        raise ValueError(message)


def _code(crs: CRS) -> str:
    """Name of a coordinate system in messages."""
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else "its coordinate system"


def _check_units(name: str, header: ImageHeader) -> None:
    """Refuse degrees in a coordinate system of metres: the whole image would be of a few steps."""
    rows, cols = header.shape
    corners = [header.transform @ each for each in ((0, 0), (cols, rows))]
    degrees = all(abs(x) <= 180 and abs(y) <= 90 for x, y in corners)
    if header.crs is not None and header.crs.is_projected and degrees:
        (west, north), (east, south) = corners
        message = (
            f"{name}: its corners at {west:.6g}, {north:.6g} and {east:.6g}, {south:.6g} are "
            f"degrees, but {_code(header.crs)} has metres; write the right code into the file "
            "(gdal_edit.py -a_srs EPSG:4326)"
        )
        raise ValueError(message)


def _lonlat(crs: CRS, x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a point; not a number where there is no way from its system."""
    try:
        # in an environment of its own, GDAL tells its errors to nobody but the caller
        with rasterio.Env():
            west, south, _, _ = transform_bounds(crs, LONLAT, x, y, x, y)
    # rasterio raises errors of GDAL that have no public class
    except Exception:
        return math.nan, math.nan
    return west, south


def _corner_on_earth(name: str, crs: CRS, x: float, y: float) -> list[float]:
    """Longitude and latitude of a corner, which a wrong coordinate system puts beside the Earth."""
    degrees = crs.is_geographic
    if not degrees or (abs(x) <= 360 and abs(y) <= 90):
        west, south = _lonlat(crs, x, y)
        if abs(west) <= 180 and abs(south) <= 90:
            return [west, south]
    unit = ", whose units are degrees" if degrees else ""
    message = (
        f"{name}: its corner at {x:.10g}, {y:.10g} is no place on Earth in {_code(crs)}{unit}; "
        "write the right code into the file (gdal_edit.py -a_srs EPSG:...)"
    )
    raise ValueError(message)


def _footprint(source: BandSource, sensor: str) -> list[list[list[list[float]]]]:
    """Outlines of a band's files in degrees, as polygons of GeoJSON."""
    polygons = []
    for file in source.files:
        header = image_header(file)
        _check_numbers(file.name, header)
        _check_georeference(file.name, header, sensor)
        rows, cols = header.shape
        _check_units(file.name, header)
        corners = [header.transform @ each for each in ((0, 0), (cols, 0), (cols, rows), (0, rows))]
        ring = [_corner_on_earth(file.name, header.crs, *each) for each in corners]
        ring.append(ring[0])
        polygons.append([ring])
    return polygons


def _corner_share(polygons: Sequence[Any], site: Site) -> float:
    """Smallest share above 0 where an image too small to be counted lies in the window."""
    west, south, east, north = window_lonlat(site)
    inside = any(west <= x <= east and south <= y <= north for [ring] in polygons for x, y in ring)
    return SMALLEST_SHARE if inside else 0.0


def _asset(band: str, source: BandSource, header: ImageHeader, mask: str) -> Asset:
    metres = header.crs is not None and header.crs.is_projected
    transform = header.transform
    gsd = abs(transform.determinant) ** 0.5 if metres else None
    scale, offset = header.scaling(source.layer)
    return Asset(
        band=band,
        href=source.files[0].gdal_path,
        gsd=gsd,
        size=sum(file.size for file in source.files),
        checksum=None,
        transform=None,
        shape=None,
        dtype=header.dtype,
        nodata=source.nodata if header.nodata is None else header.nodata,
        scale=source.scale if source.scale is not None else scale,
        offset=source.offset if source.offset is not None else offset,
        layer=source.layer,
        parts=tuple(file.gdal_path for file in source.files),
        mask="" if band == QUALITY else mask,
    )


def _zone(headers: Sequence[ImageHeader], site: Site, sensor: str) -> int:
    """Zone in which a scene is read: its own where the sensor's scenes are resampled from it."""
    codes = {header.crs.to_epsg() if header.crs else None for header in headers}
    code = codes.pop() if len(codes) == 1 else None
    return code if code is not None and is_reprojectable(code, site, sensor) else site.grid.epsg


def _check_scale(scene: DeliveredScene, provider: Provider, assets: Iterable[Asset]) -> None:
    """Refuse a download of a web viewer without a scale, which has no metadata file either."""
    advice = next((text for word, text in ASK_FOR_FLOATS.items() if word in scene.product), "")
    unstated = [each for each in assets if each.scale is None and each.band != QUALITY]
    if advice and unstated and provider.calibration == "metadata":
        bands = ", ".join(each.band for each in unstated)
        message = f"no scale is stated for {bands} ({unstated[0].dtype} numbers); {advice}"
        raise ValueError(message)


def _other_bands(scene: DeliveredScene, provider: Provider, partner: DeliveredScene) -> str:
    """Reason of a scene that is left out because its partner has the row's bands."""
    there = ", ".join(dict.fromkeys(source.names[0] for source in scene.bands))
    return (
        f"{OTHER_BANDS}: it has {there}, the row names {', '.join(provider.bands.values())}, which "
        f"{partner.key} of the same moment has; to store it, too, give it a row of its own"
    )


def _scene_item(
    scene: DeliveredScene,
    provider: Provider,
    site: Site,
    *,
    partner: DeliveredScene | None = None,
) -> SceneItem:
    _check_row(scene, provider)
    if scene.moment is None:
        message = "no time was found"
        raise ValueError(message)
    chosen = {"": scene.bands[0]} if partner else _chosen_bands(scene, provider)
    headers = {band: _checked_header(source, provider.sensor) for band, source in chosen.items()}
    for band, source in chosen.items():
        # the classes of a classification may have colours
        if band != QUALITY:
            _check_palette(source, headers[band])
    mask = f"{scene.mask.kind}|{scene.mask.file.gdal_path}" if scene.mask else ""
    first = next(band for band in chosen if band != QUALITY)
    polygons: list[Any] = _footprint(chosen[first], provider.sensor)
    geometry = {"type": "MultiPolygon", "coordinates": polygons}
    keys = provider.asset_keys
    assets = {band: _asset(band, chosen[band], headers[band], mask) for band in chosen}
    _check_scale(scene, provider, assets.values())
    asked = {key.lower() for key in keys.values()}
    missing = tuple(
        f"{band} ({key})"
        for band, key in keys.items()
        if band not in chosen and not (band == QUALITY and provider.sensor == OTHER_SENSOR)
    )
    others = [each.names[0] for each in scene.bands if not asked & {*each.names}]
    return SceneItem(
        provider=provider.name,
        site=site.slug,
        item_id=item_id_of(scene.key),
        time=f"{scene.moment:%Y-%m-%dT%H:%M:%SZ}",
        sensor=provider.sensor,
        platform=scene.platform,
        relative_orbit=scene.relative_orbit,
        orbit_state=scene.orbit_state,
        processor=provider.processor,
        baseline=scene.baseline,
        sequence=0,
        epsg=_zone(list(headers.values()), site, provider.sensor),
        tile=scene.tile,
        cloud_cover=scene.cloud_cover,
        sun_zenith=scene.sun_zenith,
        sun_azimuth=scene.sun_azimuth,
        view_zenith=scene.view_zenith,
        view_azimuth=None,
        offset_applied_flag=None,
        assets=assets,
        label=provider.label,
        missing_bands=missing,
        other_assets=tuple(map(repr, dict.fromkeys(others))) if missing else (),
        unwanted=_other_bands(scene, provider, partner) if partner else "",
        calibration=provider.calibration,
        window_share=window_share_inside(site, geometry) or _corner_share(polygons, site),
        licence=provider.licence or scene.copyright_notice,
    )
