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
        ``name``, ``kind``, ``status`` and ``rings`` (lists of column and row); outlines that lie
        off the image altogether are left out.
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
        seen = any(
            0 <= column <= image.columns and 0 <= row <= image.rows
            for ring in rings
            for column, row in ring
        )
        if seen:
            made.append(
                {
                    "name": outline.name,
                    "kind": outline.kind,
                    "status": outline.status,
                    "rings": rings,
                }
            )
    return made
