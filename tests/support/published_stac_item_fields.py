"""Fields of the published STAC items of each provider, on which the client may rely.

Compiled from items that the providers or their item makers published: Earth Search
``S2B_T38XNF_20250422T091553_L2A`` and ``S2B_T13TEE_20230831T174801_L2A`` (collection
``sentinel-2-c1-l2a``), ``S2A_39QTA_20230628_0_L2A`` (``sentinel-2-l2a``), Planetary Computer's
item makers of ``sentinel-1-rtc`` and ``landsat-c2-l2`` with the items beside them.
"""

from __future__ import annotations

import copy
from typing import Any

FRAME = {"type", "stac_version", "stac_extensions", "id", "collection", "geometry", "bbox"}
FRAME |= {"links", "properties", "assets"}
SENTINEL_2 = {
    "created",
    "updated",
    "datetime",
    "platform",
    "constellation",
    "instruments",
    "eo:cloud_cover",
    "proj:epsg",
    "mgrs:utm_zone",
    "mgrs:latitude_band",
    "mgrs:grid_square",
    "grid:code",
    "view:sun_azimuth",
    "view:sun_elevation",
    "s2:nodata_pixel_percentage",
    "s2:snow_ice_percentage",
    "s2:processing_baseline",
    "s2:product_type",
    "s2:product_uri",
    "s2:generation_time",
    "s2:datatake_id",
}
PROPERTIES = {
    "sentinel-2-c1-l2a": SENTINEL_2 | {"view:azimuth", "view:incidence_angle"},
    "sentinel-2-l2a": SENTINEL_2 | {"s2:sequence", "earthsearch:boa_offset_applied"},
    "sentinel-1-rtc": {
        "datetime",
        "start_datetime",
        "end_datetime",
        "platform",
        "constellation",
        "proj:epsg",
        "proj:bbox",
        "proj:shape",
        "proj:transform",
        "sar:instrument_mode",
        "sar:frequency_band",
        "sar:center_frequency",
        "sar:observation_direction",
        "sar:polarizations",
        "sar:product_type",
        "sar:resolution_range",
        "sar:resolution_azimuth",
        "sar:pixel_spacing_range",
        "sar:pixel_spacing_azimuth",
        "sar:looks_range",
        "sar:looks_azimuth",
        "sar:looks_equivalent_number",
        "sat:orbit_state",
        "sat:relative_orbit",
        "sat:absolute_orbit",
        "s1:processing_level",
        "s1:resolution",
        "s1:orbit_source",
    },
    "landsat-c2-l2": {
        "created",
        "datetime",
        "platform",
        "instruments",
        "gsd",
        "eo:cloud_cover",
        "proj:epsg",
        "proj:shape",
        "proj:transform",
        "view:off_nadir",
        "view:sun_azimuth",
        "view:sun_elevation",
        "landsat:correction",
        "landsat:wrs_type",
        "landsat:wrs_path",
        "landsat:wrs_row",
        "landsat:collection_category",
        "landsat:collection_number",
        "landsat:cloud_cover_land",
        "landsat:scene_id",
    },
}
"""Collection to the properties of its items."""
OPTICAL = {"href", "type", "title", "eo:bands", "gsd", "proj:shape", "proj:transform"}
OPTICAL |= {"raster:bands", "file:checksum", "file:size", "roles"}
ASSETS = {
    "sentinel-2-c1-l2a": OPTICAL,
    "sentinel-2-l2a": OPTICAL - {"file:checksum", "file:size"},
    "sentinel-1-rtc": {"href", "type", "title", "roles", "file:size", "raster:bands"},
    "landsat-c2-l2": {"href", "type", "title", "roles", "eo:bands", "raster:bands"},
}
"""Collection to the words of the files of its items."""
RASTER = {"nodata", "data_type", "spatial_resolution", "scale", "offset", "unit"}
ASKED = {"collections", "bbox", "datetime", "limit", "token"}
"""Words of a search that every provider takes: the core of STAC API, and the page's token."""


def documented(item: dict[str, Any]) -> dict[str, Any]:
    """Reduce an item to the fields that published items of its collection have."""
    kept = copy.deepcopy({word: item[word] for word in FRAME if word in item})
    kind = item["collection"]
    kept["properties"] = {w: v for w, v in kept["properties"].items() if w in PROPERTIES[kind]}
    for key, asset in kept["assets"].items():
        left = {word: value for word, value in asset.items() if word in ASSETS[kind]}
        for band in left.get("raster:bands", []):
            for word in set(band) - RASTER:
                del band[word]
        kept["assets"][key] = left
    return kept
