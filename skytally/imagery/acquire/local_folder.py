"""A folder of GeoTIFFs that somebody put there: scenes without any catalogue."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import rasterio
from rasterio.errors import RasterioError

from skytally.imagery.acquire.providers import Provider
from skytally.imagery.acquire.stac.http_client import CatalogueError
from skytally.imagery.acquire.stac.paging import key_of
from skytally.imagery.acquire.stac.scene_items import ITEM_ID, QUALITY, Asset, Offer, degrees
from skytally.imagery.sites.site_register import Site, share_inside

SUFFIXES = (".tif", ".tiff")
DAY_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{6})(?:[T_-]?(\d{6}))?(?!\d)")
TIME_TAG = "TIFFTAG_DATETIME"


def folder_offers(
    provider: Provider, site: Site, *, first: date, last: date
) -> tuple[list[Offer], list[tuple[str, str]]]:
    """Give the scenes among the GeoTIFFs of a folder that show a site.

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
    offers : list of Offer
        Those within the period whose files reach into the site's window.
    malformed : list of (str, str)
        Scene and reason of those whose time, grid or bands cannot be told.

    Raises
    ------
    CatalogueError
        If there is no such folder.
    """
    folder = Path(provider.url)
    if not folder.is_dir():
        words = "no such folder"
        raise CatalogueError(words)
    scenes: dict[str, dict[str, Path]] = {}
    malformed = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES:
            continue
        scene, band = _part_of(path, provider)
        if band:
            scenes.setdefault(scene, {})[band] = path
        else:
            malformed.append((key_of(path.stem), f"{path.name} ends with no band of the row"))
    offers = []
    for scene, files in sorted(scenes.items()):
        try:
            offer = _folder_offer(scene, files, provider, site)
        except (RasterioError, ValueError, OSError) as error:
            malformed.append((scene if ITEM_ID.fullmatch(scene) else key_of(scene), str(error)))
            continue
        if first.isoformat() <= offer.time[:10] <= last.isoformat() and offer.covered:
            offers.append(offer)
    return offers, malformed


def _part_of(path: Path, provider: Provider) -> tuple[str, str]:
    keys = dict(provider.bands)
    if provider.quality:
        keys[QUALITY] = provider.quality
    for band, key in keys.items():
        if path.stem.endswith(f"_{key}"):
            return path.stem.removesuffix(f"_{key}"), band
    return (path.stem, next(iter(keys))) if len(keys) == 1 else (path.stem, "")


def _folder_offer(scene: str, files: dict[str, Path], provider: Provider, site: Site) -> Offer:
    if not ITEM_ID.fullmatch(scene):
        words = f"{scene!r} cannot be a scene's name; use letters, digits, dot, dash, underscore"
        raise ValueError(words)
    assets, codes, tags = {}, set(), set()
    footprint: dict[str, Any] = {}
    for band, path in files.items():
        asset, code, tag, footprint = _file(band, path)
        assets[band] = asset
        codes.add(code)
        tags.add(tag)
    if len(codes) > 1:
        words = f"coordinate systems {', '.join(f'EPSG:{code}' for code in sorted(codes))} mixed"
        raise ValueError(words)
    keys = {**provider.bands, **({QUALITY: provider.quality} if provider.quality else {})}
    return Offer(
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
        missing=tuple(f"{band} ({key})" for band, key in keys.items() if band not in assets),
        calibration=provider.calibration,
        covered=share_inside(site, footprint),
    )


def _file(band: str, path: Path) -> tuple[Asset, int, str, dict[str, Any]]:
    with rasterio.open(path) as dataset:
        if dataset.count != 1:
            words = (
                f"{path.name} holds {dataset.count} bands; write one file a band "
                "(gdal_translate -b 1 ...)"
            )
            raise ValueError(words)
        code = dataset.crs.to_epsg() if dataset.crs else None
        if code is None:
            words = f"{path.name} has no coordinate system of the EPSG register; give it one"
            raise ValueError(words)
        a, b, c, d, e, f = tuple(dataset.transform)[:6]
        if a <= 0 or e >= 0 or b or d:
            words = f"{path.name} has no upright grid; warp it"
            raise ValueError(words)
        west, south, east, north = degrees(code, tuple(dataset.bounds))
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        tag = dataset.tags().get(TIME_TAG, "")
        # a file without scale and offset reads as 1 and 0: numbers that say nothing
        plain = (dataset.scales[0], dataset.offsets[0]) == (1, 0) and dataset.dtypes[0] != "float32"
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
            scale=None if plain else dataset.scales[0],
            offset=None if plain else dataset.offsets[0],
        )
    return asset, code, tag, {"type": "Polygon", "coordinates": [ring]}


def _time_of(scene: str, tags: set[str]) -> str:
    try:
        tagged = {datetime.strptime(tag, "%Y:%m:%d %H:%M:%S") for tag in tags}
    except ValueError:
        tagged = set()
    if len(tagged) > 1:
        words = "the time tags of its files differ; correct them"
        raise ValueError(words)
    named = DAY_IN_NAME.search(scene)
    if not named and not tagged:
        words = "no time: put the day as YYYYMMDD into the file names, or set the tag DateTime"
        raise ValueError(words)
    written = tagged.pop() if tagged else None
    if named:
        told = datetime.strptime(named[1] + (named[2] or "000000"), "%Y%m%d%H%M%S")
        if written and written.date() != told.date():
            words = f"its name says {told:%Y-%m-%d}, its time tag {written:%Y-%m-%d}; correct one"
            raise ValueError(words)
        written = told if named[2] or not written else written
    return f"{written:%Y-%m-%dT%H:%M:%SZ}"
