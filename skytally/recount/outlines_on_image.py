"""Outlines of a site in the pixels of an image."""

from __future__ import annotations

from typing import Any

import affine
from pyproj import CRS, Transformer

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
