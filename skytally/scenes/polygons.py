"""Polygons in degrees brought into the metres of a zone, points that cannot be refused."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyproj

LONLAT = "EPSG:4326"
AREAL = ("Polygon", "MultiPolygon")


@cache
def _to_grid(epsg: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(LONLAT, epsg, always_xy=True)


def projected(geometry: dict[str, Any], epsg: int) -> dict[str, Any]:
    """Give a polygon or multipolygon in metres of a UTM zone.

    Parameters
    ----------
    geometry : dict
        GeoJSON, longitude and latitude.
    epsg : int
        The zone.

    Returns
    -------
    dict
        GeoJSON of the same type.

    Raises
    ------
    ValueError
        If it is no polygon, a ring has fewer than four points, or a point is not on Earth or
        cannot be projected.
    """
    kind, given = geometry.get("type"), geometry.get("coordinates")
    if kind not in AREAL or not isinstance(given, list) or not given:
        words = f"{kind!r} is no polygon"
        raise ValueError(words)
    polygons = [given] if kind == "Polygon" else given
    made = [[_ring(ring, epsg) for ring in polygon] for polygon in polygons]
    return {"type": kind, "coordinates": made[0] if kind == "Polygon" else made}


def _ring(points: list[list[float]], epsg: int) -> list[list[float]]:
    lonlat = np.asarray([point[:2] for point in points], dtype=float)
    if len(lonlat) < 4 or not (np.abs(lonlat) <= (180, 90)).all():
        words = "a ring needs four points on Earth or more"
        raise ValueError(words)
    x, y = _to_grid(epsg).transform(*lonlat.T)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        words = f"a point cannot be projected to EPSG:{epsg}"
        raise ValueError(words)
    return [[float(east), float(north)] for east, north in zip(x, y, strict=True)]
