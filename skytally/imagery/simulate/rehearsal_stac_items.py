"""STAC items of a rehearsal, in the shapes of the real providers.

Shapes follow published items: Earth Search v1 (``sentinel-2-c1-l2a`` and the older
``sentinel-2-l2a``) and Planetary Computer (``sentinel-1-rtc``, ``landsat-c2-l2``). Addresses
are relative to the archive until `with_server_addresses` gives them a server.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from rasterio.warp import transform_bounds

from skytally.imagery.simulate.rehearsal_passes_and_catalogue_faults import (
    COLLECTIONS,
    V1,
    ScenePass,
    scene_id,
)
from skytally.imagery.sites import Grid

Json = dict[str, Any]

FILES = "files:/"
"""What stands for the address of the file server in the items of an archive."""
COG = "image/tiff; application=geotiff; profile=cloud-optimized"
EXTENSIONS = "https://stac-extensions.github.io/"
OPTICAL = {
    "b02": ("blue", "B02", "Blue - 10m", 0.49, 0.098, 10),
    "b03": ("green", "B03", "Green - 10m", 0.56, 0.045, 10),
    "b04": ("red", "B04", "Red - 10m", 0.665, 0.038, 10),
    "b08": ("nir", "B08", "NIR 1 - 10m", 0.842, 0.145, 10),
    "b11": ("swir16", "B11", "SWIR 1.6\u03bcm - 20m", 1.61, 0.143, 20),
    "b12": ("swir22", "B12", "SWIR 2.2\u03bcm - 20m", 2.19, 0.242, 20),
}
"""Band to asset key, file, title, wavelength and width in micrometres, metres a pixel."""
LANDSAT = {
    "b02": ("blue", "SR_B2", "Blue Band"),
    "b03": ("green", "SR_B3", "Green Band"),
    "b04": ("red", "SR_B4", "Red Band"),
    "b08": ("nir08", "SR_B5", "Near Infrared Band 0.8"),
    "b11": ("swir16", "SR_B6", "Short-wave Infrared Band 1.6"),
    "b12": ("swir22", "SR_B7", "Short-wave Infrared Band 2.2"),
}
"""Band to asset key, file and title."""

SAR: Json = {
    "sar:instrument_mode": "IW",
    "sar:frequency_band": "C",
    "sar:center_frequency": 5.405,
    "sar:observation_direction": "right",
    "sar:polarizations": ["VV", "VH"],
    "sar:product_type": "GRD",
    "sar:resolution_range": 20,
    "sar:resolution_azimuth": 22,
    "sar:pixel_spacing_range": 10,
    "sar:pixel_spacing_azimuth": 10,
    "sar:looks_range": 5,
    "sar:looks_azimuth": 1,
    "sar:looks_equivalent_number": 4.4,
}
"""What every radar item says of its instrument."""


@dataclass(frozen=True)
class SceneFile:
    """One file of a scene, as it was written."""

    href: str
    """Path in the archive."""
    size: int
    """Bytes."""
    checksum: str
    """Multihash of its bytes, sha256, in hexadecimal."""
    gsd: float
    """Metres a pixel."""
    shape: tuple[int, int]
    """Rows and columns."""
    transform: tuple[float, ...]
    """Grid, in the order of `affine.Affine`, six numbers."""


def _stamp(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S}.024000Z"


def _sun(when: datetime, latitude: float) -> tuple[float, float]:
    tilt = 23.44 * np.sin(2 * np.pi * (when.timetuple().tm_yday - 81) / 365.25)
    return round(float(165 - 0.4 * tilt), 6), round(float(88 - latitude + tilt), 6)


def _frame(scene: ScenePass, grid: Grid, extensions: str) -> Json:
    box = transform_bounds(f"EPSG:{grid.epsg}", "EPSG:4326", *grid.bounds, densify_pts=5)
    west, south, east, north = (round(each, 6) for each in box)
    east = round(west + (east - west) * scene.covered, 6)
    ring = [[west, north], [west, south], [east, south], [east, north], [west, north]]
    name = scene_id(scene)
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": [f"{EXTENSIONS}{word}/schema.json" for word in extensions.split()],
        "id": name,
        "collection": scene.collection,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": [west, south, east, north],
        "links": [],
        "properties": {
            "title": f"rehearsal: {name}",
            "skytally:label": "rehearsal",
            "datetime": _stamp(scene.time),
            "created": _stamp(scene.time + timedelta(days=1)),
            "updated": _stamp(scene.time + timedelta(days=1)),
        },
        "assets": {},
    }


def _raster(file: SceneFile, **words: Any) -> Json:
    return {"spatial_resolution": file.gsd, **words}


def _grid_words(file: SceneFile) -> Json:
    return {"proj:shape": list(file.shape), "proj:transform": list(file.transform)}


def _file_words(file: SceneFile) -> Json:
    return {"file:checksum": file.checksum, "file:size": file.size}


def _sentinel_2_words(scene: ScenePass, latitude: float) -> Json:
    craft, number = scene.platform[-2:].upper(), scene.baseline.replace(".", "")
    take = f"G{craft}_{scene.time:%Y%m%dT%H%M%S}_{scene.time.toordinal():06}_N{scene.baseline}"
    made = scene.time + timedelta(hours=6 + 24 * 400 * scene.sequence)
    azimuth, elevation = _sun(scene.time, latitude)
    return {
        "platform": scene.platform,
        "constellation": "sentinel-2",
        "instruments": ["msi"],
        "eo:cloud_cover": round(100 * scene.cloud, 6),
        "proj:epsg": scene.epsg,
        "mgrs:utm_zone": int(scene.tile[:2]),
        "mgrs:latitude_band": scene.tile[2],
        "mgrs:grid_square": scene.tile[3:],
        "grid:code": f"MGRS-{scene.tile}",
        "view:sun_azimuth": azimuth,
        "view:sun_elevation": elevation,
        "view:azimuth": 104.2 if scene.orbit % 2 else 287.9,
        "view:incidence_angle": 4.1 if scene.orbit % 2 else 8.6,
        "s2:nodata_pixel_percentage": round(100 * (1 - scene.covered), 6),
        "s2:snow_ice_percentage": 30.0 if scene.snow else 0.0,
        "s2:processing_baseline": scene.baseline,
        "s2:product_type": "S2MSI2A",
        "s2:product_uri": f"S{craft}_MSIL2A_{scene.time:%Y%m%dT%H%M%S}_N{number}"
        f"_R{scene.orbit:03}_T{scene.tile}_{made:%Y%m%dT%H%M%S}.SAFE",
        "s2:generation_time": _stamp(made),
        "s2:datatake_id": take,
    }


def _optical_asset(band: str, file: SceneFile, declared: Mapping[str, float]) -> Json:
    key, name, title, centre, width, _ = OPTICAL[band]
    return {
        "href": f"{FILES}{file.href}",
        "type": COG,
        "title": title,
        "eo:bands": [
            {
                "name": name,
                "common_name": key,
                "center_wavelength": centre,
                "full_width_half_max": width,
            }
        ],
        "gsd": file.gsd,
        **_grid_words(file),
        "raster:bands": [_raster(file, nodata=0, data_type="uint16", scale=0.0001, **declared)],
        **_file_words(file),
        "roles": ["data", "reflectance"],
    }


def sentinel_2(
    scene: ScenePass, grid: Grid, files: Mapping[str, SceneFile], *, declared: Mapping[str, float]
) -> Json:
    """Make the item of a Sentinel-2 scene in the shape of Earth Search.

    Parameters
    ----------
    scene : ScenePass
        The scene.
    grid : Grid
        Grid of its files.
    files : mapping
        Band, and ``scl``, to file.
    declared : mapping
        ``offset`` that the item states for every band, in reflectance.

    Returns
    -------
    dict
        STAC item, with addresses in the archive.
    """
    item = _frame(
        scene,
        grid,
        "eo/v1.1.0 file/v2.1.0 grid/v1.1.0 mgrs/v1.0.0 projection/v1.1.0 raster/v1.1.0 "
        "sentinel-2/v1.0.0 view/v1.0.0",
    )
    item["properties"] |= _sentinel_2_words(scene, item["bbox"][1])
    if scene.collection == V1:
        item["properties"]["earthsearch:boa_offset_applied"] = False
        item["properties"]["s2:sequence"] = str(scene.sequence)
        del item["properties"]["view:azimuth"], item["properties"]["view:incidence_angle"]
    for band, file in files.items():
        if band in OPTICAL:
            item["assets"][OPTICAL[band][0]] = _optical_asset(band, file, declared)
    item["assets"]["scl"] = {
        "href": f"{FILES}{files['scl'].href}",
        "type": COG,
        "title": "Scene classification map (SCL)",
        "gsd": files["scl"].gsd,
        **_grid_words(files["scl"]),
        "raster:bands": [_raster(files["scl"], nodata=0, data_type="uint8")],
        **_file_words(files["scl"]),
        "roles": ["data"],
    }
    if scene.collection == V1:
        # the older collection states neither
        for asset in item["assets"].values():
            del asset["file:checksum"], asset["file:size"]
    return item


def sentinel_1(scene: ScenePass, grid: Grid, files: Mapping[str, SceneFile]) -> Json:
    """Make the item of a terrain-corrected radar scene in the shape of Planetary Computer."""
    item = _frame(
        scene,
        grid,
        "file/v2.1.0 projection/v1.1.0 raster/v1.1.0 sar/v1.0.0 sat/v1.0.0",
    )
    vv = files["vv"]
    item["properties"] |= {
        "platform": f"SENTINEL-{scene.platform[-2:].upper()}",
        "constellation": "Sentinel-1",
        "start_datetime": _stamp(scene.time),
        "end_datetime": _stamp(scene.time + timedelta(seconds=25)),
        "proj:epsg": scene.epsg,
        "proj:bbox": list(grid.bounds),
        **_grid_words(vv),
        **SAR,
        "sat:orbit_state": "ascending" if scene.orbit % 2 else "descending",
        "sat:relative_orbit": scene.orbit,
        "sat:absolute_orbit": int(scene_id(scene).split("_")[6]),
        "s1:processing_level": "1",
        "s1:resolution": "high",
        "s1:orbit_source": "RESORB",
    }
    for band, title in (
        ("vv", "VV: vertical transmit, vertical receive"),
        ("vh", "VH: vertical transmit, horizontal receive"),
    ):
        if band in files:
            item["assets"][band] = {
                "href": f"{FILES}{files[band].href}",
                "type": COG,
                "title": title,
                "roles": ["data"],
                "file:size": files[band].size,
                "raster:bands": [
                    _raster(files[band], nodata=-32768, data_type="float32", sampling="area")
                ],
            }
    return item


def _landsat_assets(files: Mapping[str, SceneFile]) -> Json:
    words = {"nodata": 0, "data_type": "uint16", "scale": 2.75e-05, "offset": -0.2}
    assets: Json = {}
    for band, (key, _, title) in LANDSAT.items():
        assets[key] = {
            "href": f"{FILES}{files[band].href}",
            "type": COG,
            "title": title,
            "eo:bands": [{"name": f"OLI_{band.upper()}", "common_name": key}],
            "raster:bands": [_raster(files[band], **words)],
            "roles": ["data", "reflectance"],
        }
    assets["qa_pixel"] = {
        "href": f"{FILES}{files['qa'].href}",
        "type": COG,
        "title": "Pixel Quality Assessment Band",
        "raster:bands": [_raster(files["qa"], nodata=1, data_type="uint16", unit="bit index")],
        "roles": ["cloud", "cloud-shadow", "snow-ice", "water-mask"],
    }
    return assets


def landsat(scene: ScenePass, grid: Grid, files: Mapping[str, SceneFile]) -> Json:
    """Make the item of a Landsat Collection 2 Level-2 scene in the shape of Planetary Computer."""
    item = _frame(
        scene,
        grid,
        "eo/v1.0.0 landsat/v1.1.1 projection/v1.0.0 raster/v1.0.0 view/v1.0.0",
    )
    azimuth, elevation = _sun(scene.time, item["bbox"][1])
    track = f"{scene.orbit:06}"
    item["properties"] |= {
        "platform": scene.platform,
        "instruments": ["oli", "tirs"],
        "gsd": 30,
        "eo:cloud_cover": round(100 * scene.cloud, 2),
        "proj:epsg": scene.epsg,
        **_grid_words(files["b04"]),
        "view:off_nadir": 0,
        "view:sun_azimuth": azimuth,
        "view:sun_elevation": elevation,
        "landsat:correction": "L2SP",
        "landsat:wrs_type": "2",
        "landsat:wrs_path": track[:3],
        "landsat:wrs_row": track[3:],
        "landsat:collection_category": "T1",
        "landsat:collection_number": "02",
        "landsat:cloud_cover_land": round(100 * scene.cloud, 2),
        "landsat:scene_id": f"LC{scene.platform[-1]}{track}{scene.time:%Y%j}LGN00",
    }
    item["assets"] = _landsat_assets(files)
    return item


def collection(name: str, items: list[Json]) -> Json:
    """Make the collection of some items."""
    boxes = np.array([item["bbox"] for item in items])
    times = sorted(item["properties"]["datetime"] for item in items)
    box = [*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist()]
    return {
        "type": "Collection",
        "stac_version": "1.0.0",
        "stac_extensions": [],
        "id": name,
        "title": f"rehearsal: {COLLECTIONS[name]}",
        "description": "Generated scenes in the shape of this collection; not observations.",
        "license": "proprietary",
        "keywords": ["rehearsal"],
        "links": [],
        "extent": {
            "spatial": {"bbox": [box]},
            "temporal": {"interval": [[times[0], times[-1]]]},
        },
    }


def with_server_addresses(item: Json, files_url: str) -> Json:
    """Item whose files lie on a server, from one whose files lie in the archive."""
    there = copy.deepcopy(item)
    for asset in there["assets"].values():
        asset["href"] = asset["href"].replace(FILES, files_url.rstrip("/") + "/", 1)
    return there
