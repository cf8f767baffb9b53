"""Outlines of a site in the pixels of an image."""

from __future__ import annotations

import math
from typing import Any

import affine
from pyproj import CRS, Geod, Transformer

from skytally.imagery.sites import Site, rings_of
from skytally.recount.recount_image_identity_and_tiles import ImageIdentity


def outline_rings(site: Site, image: ImageIdentity) -> list[dict[str, Any]]:
    """Rings of the outlines of a site, as columns and rows of an image that says where it lies.

    Parameters
    ----------
    site : Site
        Its outlines are in longitude and latitude.
    image : ImageIdentity
        With a coordinate system.

    Returns
    -------
    list of dict
        ``name``, ``kind``, ``status`` and ``rings`` (lists of column and row); an outline whose
        bounding box does not meet the image is left out.
    """
    to_map = Transformer.from_crs("OGC:CRS84", CRS.from_wkt(image.crs), always_xy=True)
    to_pixel = ~affine.Affine(*image.transform)
    made = []
    for outline in site.outlines:
        rings = []
        for ring in rings_of(outline.geometry):
            xs, ys = to_map.transform([point[0] for point in ring], [point[1] for point in ring])
            places = [to_pixel @ place for place in zip(xs, ys, strict=True)]
            rings.append([[round(column, 1), round(row, 1)] for column, row in places])
        # an edge may cross an image that holds none of its corners
        columns, rows = zip(*(place for ring in rings for place in ring), strict=True)
        if (
            min(columns) <= image.columns
            and max(columns) >= 0
            and min(rows) <= image.rows
            and max(rows) >= 0
        ):
            made.append(
                {
                    "name": outline.name,
                    "kind": outline.kind,
                    "status": outline.status,
                    "rings": rings,
                }
            )
    return made


def metres_from_window(site: Site, image: ImageIdentity) -> float:
    """Metres between the window of a site and an image that says where it lies.

    Parameters
    ----------
    site : Site
        Its window is the grid of its images.
    image : ImageIdentity
        With a coordinate system.

    Returns
    -------
    float
        0 where they meet.
    """
    edges = [(x * image.columns, y * image.rows) for x in (0, 0.5, 1) for y in (0, 0.5, 1)]
    lons, lats = zip(*(image.lonlat(*each) or (math.nan, math.nan) for each in edges), strict=True)
    to_grid = Transformer.from_crs("OGC:CRS84", site.grid.epsg, always_xy=True)
    xs, ys = to_grid.transform(lons, lats)
    west, south, east, north = site.grid.bounds
    if not all(map(math.isfinite, (*xs, *ys))):
        # the zone of the site does not reach as far
        middle = to_grid.transform((west + east) / 2, (south + north) / 2, direction="INVERSE")
        return float(Geod(ellps="WGS84").inv(lons[4], lats[4], *middle)[2])
    across = max(west - max(xs), min(xs) - east, 0.0)
    down = max(south - max(ys), min(ys) - north, 0.0)
    return math.hypot(across, down)
