"""Scenes from a local folder of GeoTIFFs, without any catalogue."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import rasterio
from rasterio.errors import RasterioError

from skytally.imagery.acquire.providers import Provider
from skytally.imagery.acquire.scene_item import ITEM_ID, Asset, SceneItem, bbox_in_degrees
from skytally.imagery.acquire.stac.http_client import CatalogueError
from skytally.imagery.acquire.stac.paging import item_key
from skytally.imagery.sites import Site, window_share_inside

GEOTIFF_SUFFIXES = (".tif", ".tiff")
TIME_IN_FILE_NAME = re.compile(r"(?<!\d)((?:19|20)\d{6})(?:[T_-]?(\d{6}))?(?!\d)")
TIFF_TIME_TAG = "TIFFTAG_DATETIME"


def items_in_folder(
    provider: Provider, site: Site, *, first: date, last: date
) -> tuple[list[SceneItem], list[tuple[str, str]]]:
    """List the scenes in a folder of GeoTIFFs that show a site.

    A file holds one band.
    Its name ends with the band's key of the provider's row, ``<scene>_<key>.tif``; where the
    row has one band only, the name need not.
    The time of the scene is the day ``YYYYMMDD`` in its name, with ``HHMMSS`` after it where
    it is known, else midnight; or else the TIFF tag DateTime.
    Both are taken as UTC, and must agree on the day where both are given.

    Parameters
    ----------
    provider : Provider
        Of kind ``folder``.
    site : Site
        The site.
    first, last : date
        Period, both ends included.

    Returns
    -------
    items : list of SceneItem
        Those within the period whose files reach into the site's window.
    malformed : list of (str, str)
        Scene and reason of those whose time, grid or bands are missing or contradictory.

    Raises
    ------
    CatalogueError
        If there is no such folder.
    """
    folder = Path(provider.url)
    if not folder.is_dir():
        message = "no such folder"
        raise CatalogueError(message)
    scenes: dict[str, dict[str, Path]] = {}
    malformed = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in GEOTIFF_SUFFIXES:
            continue
        scene, band = _scene_and_band(path, provider)
        if band:
            scenes.setdefault(scene, {})[band] = path
        else:
            malformed.append((item_key(path.stem), f"{path.name} ends with no band of the row"))
    items = []
    for scene, files in sorted(scenes.items()):
        try:
            item = _folder_item(scene, files, provider, site)
        except (RasterioError, ValueError, OSError) as error:
            malformed.append((scene if ITEM_ID.fullmatch(scene) else item_key(scene), str(error)))
            continue
        if first.isoformat() <= item.time[:10] <= last.isoformat() and item.window_share:
            items.append(item)
    return items, malformed


def _scene_and_band(path: Path, provider: Provider) -> tuple[str, str]:
    keys = provider.asset_keys
    for band, key in keys.items():
        if path.stem.endswith(f"_{key}"):
            return path.stem.removesuffix(f"_{key}"), band
    return (path.stem, next(iter(keys))) if len(keys) == 1 else (path.stem, "")


def _folder_item(scene: str, files: dict[str, Path], provider: Provider, site: Site) -> SceneItem:
    if not ITEM_ID.fullmatch(scene):
        message = f"{scene!r} cannot be a scene's name; use letters, digits, dot, dash, underscore"
        raise ValueError(message)
    assets, codes, tags = {}, set(), set()
    footprint: dict[str, Any] = {}
    for band, path in files.items():
        asset, code, tag, footprint = _read_asset(band, path)
        assets[band] = asset
        codes.add(code)
        tags.add(tag)
    if len(codes) > 1:
        message = f"coordinate systems {', '.join(f'EPSG:{code}' for code in sorted(codes))} mixed"
        raise ValueError(message)
    keys = provider.asset_keys
    return SceneItem(
        provider=provider.name,
        site=site.slug,
        item_id=scene,
        time=_time_of(scene, tags - {""}),
        sensor=provider.sensor,
        platform="",
        relative_orbit=None,
        orbit_state="",
        processor=provider.processor,
        baseline="",
        sequence=0,
        epsg=codes.pop(),
        tile="",
        cloud_cover=None,
        sun_zenith=None,
        sun_azimuth=None,
        view_zenith=None,
        view_azimuth=None,
        offset_applied_flag=None,
        assets=assets,
        label=provider.label,
        missing_bands=tuple(f"{band} ({key})" for band, key in keys.items() if band not in assets),
        calibration=provider.calibration,
        window_share=window_share_inside(site, footprint),
    )


def _read_asset(band: str, path: Path) -> tuple[Asset, int, str, dict[str, Any]]:
    with rasterio.open(path) as dataset:
        if dataset.count != 1:
            message = (
                f"{path.name} holds {dataset.count} bands; write one file a band "
                "(gdal_translate -b 1 ...)"
            )
            raise ValueError(message)
        code = dataset.crs.to_epsg() if dataset.crs else None
        if code is None:
            message = f"{path.name} has no coordinate system of the EPSG register; give it one"
            raise ValueError(message)
        a, b, c, d, e, f = tuple(dataset.transform)[:6]
        if a <= 0 or e >= 0 or b or d:
            message = f"{path.name} has no upright grid; warp it"
            raise ValueError(message)
        west, south, east, north = bbox_in_degrees(code, tuple(dataset.bounds))
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        tag = dataset.tags().get(TIFF_TIME_TAG, "")
        # GDAL reads 1 and 0 from a file that states no scale and offset
        unstated = (dataset.scales[0], dataset.offsets[0]) == (1, 0) and dataset.dtypes[
            0
        ] != "float32"
        asset = Asset(
            band=band,
            href=str(path),
            gsd=a if dataset.crs.is_projected else None,
            size=path.stat().st_size,
            checksum=None,
            transform=(a, b, c, d, e, f),
            shape=(dataset.height, dataset.width),
            dtype=dataset.dtypes[0],
            nodata=dataset.nodata,
            scale=None if unstated else dataset.scales[0],
            offset=None if unstated else dataset.offsets[0],
        )
    return asset, code, tag, {"type": "Polygon", "coordinates": [ring]}


def _time_of(scene: str, tags: set[str]) -> str:
    try:
        tagged = {datetime.strptime(tag, "%Y:%m:%d %H:%M:%S") for tag in tags}
    except ValueError:
        tagged = set()
    if len(tagged) > 1:
        message = "the time tags of its files differ; correct them"
        raise ValueError(message)
    named = TIME_IN_FILE_NAME.search(scene)
    if not named and not tagged:
        message = "no time: put the day as YYYYMMDD into the file names, or set the tag DateTime"
        raise ValueError(message)
    time = tagged.pop() if tagged else None
    if named:
        from_name = datetime.strptime(named[1] + (named[2] or "000000"), "%Y%m%d%H%M%S")
        if time and time.date() != from_name.date():
            message = (
                f"its name says {from_name:%Y-%m-%d}, its time tag {time:%Y-%m-%d}; correct one"
            )
            raise ValueError(message)
        time = from_name if named[2] or not time else time
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
