"""Simulated scenes for the tests of reading and storing: files, items, sites, pixels."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import affine
import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.warp import transform_geom
from scipy.ndimage import gaussian_filter

from skytally.imagery.acquire.image_provider_table import Provider
from skytally.imagery.acquire.inventory_and_search_log import INVENTORY_COLUMNS, SEARCH_COLUMNS
from skytally.imagery.acquire.offered_scene import Asset, SceneItem
from skytally.imagery.acquire.scene_pixel_arrays_and_pass_joining import ScenePixels
from skytally.imagery.sites.site_model import TO_CONFIRM, Grid, Outline, Site

EPSG = 32652
WEST, NORTH = 600_000, 4_680_000
SIDE = 120
"""Side of the simulated site in 10 m pixels."""
OPTICAL = ("b02", "b03", "b04", "b08")


def site(slug: str = "here", *, west: int = WEST, north: int = NORTH, side: int = SIDE) -> Site:
    """Make a port with open water in its west and a stable ring in its north-east."""
    edge = 10 * side
    half = edge // 2
    outlines = (
        _outline("berth", (west + half, north - edge, west + edge, north - half)),
        _outline("openwater", (west, north - edge, west + half, north)),
        _outline("stable", (west + half, north - half, west + edge, north)),
    )
    grid = Grid(EPSG, (west, north - edge, west + edge, north))
    return Site(slug, "Here", "KP", 9.0, grid, outlines, "control", 100.0, "made up")


def _outline(kind: str, bounds: tuple[int, int, int, int]) -> Outline:
    west, south, east, north = bounds
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    square = {"type": "Polygon", "coordinates": [ring]}
    there = transform_geom(f"EPSG:{EPSG}", "EPSG:4326", square)
    return Outline(kind, kind, there, "made up", 10.0, TO_CONFIRM, None)


def numbers(seed: int = 0, *, side: int = SIDE) -> dict[str, npt.NDArray[Any]]:
    """Draw a scene: dark water in the west, bright ground in the east, stored with an offset."""
    random = np.random.default_rng(seed)
    ground = gaussian_filter(random.normal(size=(side, side)), 3)
    ground *= 0.03 / ground.std()
    land = np.arange(side) >= side // 2
    drawn = {}
    for i, band in enumerate(OPTICAL):
        reflectance = np.where(land, 0.12 + 0.03 * i + ground, 0.02 + 0.3 * ground.clip(0))
        noise = random.normal(0, 0.004, (side, side))
        drawn[band] = (10_000 * (reflectance + noise + 0.1)).clip(1, 20_000).astype("uint16")
    coarse = side // 2
    drawn["b11"] = (drawn["b08"][::2, ::2] - 200).astype("uint16")
    drawn["quality"] = np.where(np.arange(coarse) >= coarse // 2, 5, 6) * np.ones(
        (coarse, coarse), "uint8"
    )
    drawn["quality"] = drawn["quality"].astype("uint8")
    return drawn


def gsd_of(band: str) -> int:
    """Pixel size of a band in metres."""
    return 20 if band in ("b11", "quality") else 10


def grid_of(gsd: float) -> affine.Affine:
    """Affine transform of a file whose first pixel lies in the corner of the site."""
    return affine.Affine(gsd, 0, WEST, 0, -gsd, NORTH)


def write(path: Path, pixels: npt.NDArray[Any], *, gsd: float = 10, **profile: Any) -> Path:
    """Write pixels as a COG, or as the profile says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    how: dict[str, Any] = {
        "driver": "GTiff",
        "tiled": True,
        "blockxsize": 64,
        "blockysize": 64,
        "compress": "DEFLATE",
        "predictor": 2,
        "nodata": 0,
        "crs": f"EPSG:{EPSG}",
        "transform": grid_of(gsd),
        **profile,
    }
    how = {word: value for word, value in how.items() if value is not None}
    rows, cols = pixels.shape
    shape = {"width": cols, "height": rows, "count": 1, "dtype": pixels.dtype.name}
    with rasterio.open(path, "w", **shape, **how) as file:
        file.write(pixels, 1)
    return path


def asset(band: str, href: str, path: Path | None = None, **words: Any) -> Asset:
    """Make an asset; with a path, size and checksum are stated."""
    known: dict[str, Any] = dict.fromkeys(
        ("gsd", "size", "checksum", "transform", "shape", "dtype", "nodata"), None
    )
    if path is not None:
        content = path.read_bytes()
        known |= {"size": len(content), "checksum": "1220" + hashlib.sha256(content).hexdigest()}
    return Asset(**{"band": band, "href": href, "scale": 1e-4, "offset": -0.1, **known, **words})


def scene_item(assets: dict[str, Asset], **words: Any) -> SceneItem:
    """Make an item of Sentinel-2."""
    known: dict[str, Any] = {
        "provider": "made-up",
        "site": "here",
        "item_id": "S2A_52TDN_20230827_0_L2A",
        "time": "2023-08-27T02:15:49Z",
        "sensor": "sentinel-2",
        "platform": "sentinel-2a",
        "relative_orbit": 3,
        "orbit_state": "descending",
        "processor": "L2A",
        "baseline": "05.09",
        "sequence": 0,
        "epsg": EPSG,
        "tile": "52TDN",
        "cloud_cover": 10.0,
        "sun_zenith": 35.0,
        "sun_azimuth": 150.0,
        "view_zenith": 4.0,
        "view_azimuth": 100.0,
        "offset_applied_flag": False,
    }
    return SceneItem(**{**known, "assets": assets, **words})


def scene(folder: Path, *, base: str = "", seed: int = 0, **words: Any) -> SceneItem:
    """Write the files of a scene; return its item, with paths or with addresses."""
    assets = {}
    for band, pixels in numbers(seed).items():
        path = write(folder / f"{seed}_{band}.tif", pixels, gsd=gsd_of(band))
        href = f"{base}/{path.name}" if base else str(path)
        assets[band] = asset(band, href, path)
    return scene_item(assets, **words)


def pixels(seed: int = 0, **changed: npt.NDArray[Any]) -> ScenePixels:
    """Scene pixels as a reader would return them."""
    arrays = {
        band: array.repeat(gsd_of(band) // 10, 0).repeat(gsd_of(band) // 10, 1)
        for band, array in numbers(seed).items()
    }
    arrays |= changed
    return ScenePixels(
        arrays=arrays,
        transform=affine.Affine(10, 0, WEST, 0, -10, NORTH),
        epsg=EPSG,
        gsd={band: float(gsd_of(band)) for band in arrays},
        nodata=dict.fromkeys(arrays, 0.0),
        bytes_read=1000,
        requests=6,
        sources={
            band: {"href": f"https://host/{band}.tif", "size": 9, "checksum": None, "etag": ""}
            for band in arrays
        },
    )


def whole_item(**words: Any) -> SceneItem:
    """Make an item that matches `pixels`, without files."""
    return scene_item(
        {band: asset(band, f"https://host/{band}.tif") for band in numbers()}, **words
    )


def provider(folder: Path, **words: Any) -> Provider:
    """Make the provider row of a local catalogue of files."""
    known: dict[str, Any] = {
        "name": "made-up",
        "kind": "stac-static",
        "url": str(folder / "items.json"),
        "collection": "",
        "sensor": "sentinel-2",
        "processor": "L2A",
        "bands": {band: band for band in (*OPTICAL, "b11")},
        "quality": "quality",
        "signing": "none",
        "calibration": "metadata",
        "page_size": 10,
        "label": "",
        "default": True,
        "note": "",
    }
    return Provider(**{**known, **words})


def _stac_item(item: SceneItem, day: str, box: dict[str, Any]) -> dict[str, Any]:
    """Describe a scene as its provider would."""
    lon, lat = zip(*box["coordinates"][0], strict=True)
    assets = {}
    for band, each in item.assets.items():
        assets[band] = {
            "href": each.href,
            "file:size": each.size,
            "file:checksum": each.checksum,
            "proj:transform": list(grid_of(gsd_of(band))[:6]),
            "proj:shape": [SIDE * 10 // gsd_of(band)] * 2,
            "data_type": "uint8" if band == "quality" else "uint16",
            "nodata": 0,
        }
        if band != "quality":
            assets[band] |= {"raster:scale": 1e-4, "raster:offset": -0.1}
    return {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": f"S2A_52TDN_{day.replace('-', '')}_0_L2A",
        "collection": "made-up",
        "bbox": [min(lon), min(lat), max(lon), max(lat)],
        "geometry": box,
        "links": [],
        "properties": {
            "datetime": f"{day}T02:15:49Z",
            "platform": "sentinel-2a",
            "proj:code": f"EPSG:{EPSG}",
            "grid:code": "MGRS-52TDN",
            "s2:processing_baseline": "05.09",
            "s2:sequence": "0",
            "sat:relative_orbit": 3,
        },
        "assets": assets,
    }


def catalogue(folder: Path, count: int, *, base: str = "", days: int = 5) -> Provider:
    """Write so many scenes, some days apart, and the list of their items."""
    box = transform_geom(f"EPSG:{EPSG}", "EPSG:4326", _square(site()))
    first = np.datetime64("2023-08-01")
    items = [
        _stac_item(
            scene(folder, seed=k, base=base), str(first + np.timedelta64(k * days, "D")), box
        )
        for k in range(count)
    ]
    content = {"type": "FeatureCollection", "features": items}
    (folder / "items.json").write_text(json.dumps(content), encoding="utf-8")
    return provider(folder)


def _square(here: Site) -> dict[str, Any]:
    west, south, east, north = here.grid.bounds
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def tables(folder: Path) -> dict[str, Path]:
    """Write an empty inventory and search log; return their paths as `refresh` names them."""
    empty = {
        "inventory_path": ("inventory.csv", INVENTORY_COLUMNS),
        "searches_path": ("catalogue_searches.csv", SEARCH_COLUMNS),
    }
    paths = {}
    for parameter, (name, columns) in empty.items():
        path = folder / name
        if not path.exists():
            path.write_text(",".join(columns) + "\n", encoding="utf-8")
        paths[parameter] = path
    return paths


def elsewhere(of: Site, *, slug: str, north: int) -> Site:
    """Copy of a site at another place."""
    return replace(site(slug, north=north), role=of.role)
