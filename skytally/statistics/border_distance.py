"""Distance of a place from the border of a country, by the geodesic on map outlines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Geod

from skytally.core import DataError, file_bytes, limits, quantity_of, read_json, refuse, unit_of
from skytally.statistics.estimate import Estimate

Floats = npt.NDArray[np.float64]
MAP_ERROR_KM = 5.08
"""Half a millimetre (1/50 inch) on a map of 1 : 10 million, in km."""
STEP_DEGREES = 0.01
"""Spacing of the points along an outline, about a kilometre: an error of metres at most."""
EARTH = Geod(ellps="WGS84")


@dataclass(frozen=True)
class BorderDistance:
    """Shortest way from a place to an outline."""

    km: float
    """Length of the geodesic in km."""
    lon: float
    """Longitude of the nearest point of the outline, degrees east."""
    lat: float
    """Latitude of the nearest point of the outline, degrees north."""


def _rings(read: Any) -> Iterator[Floats]:
    """Rings of the polygons of a GeoJSON collection, holes included."""
    for feature in read["features"]:
        shape = feature["geometry"]
        polygons = {"Polygon": [shape["coordinates"]], "MultiPolygon": shape["coordinates"]}
        for polygon in polygons[shape["type"]]:
            yield from (np.asarray(ring, dtype=float) for ring in polygon)


def _points_along(ring: Floats) -> Floats:
    """Corners of a ring and points between them, `STEP_DEGREES` apart at most."""
    sides = np.diff(ring, axis=0)
    steps = np.maximum(np.ceil(np.abs(sides).max(axis=1) / STEP_DEGREES).astype(int), 1)
    side = np.repeat(np.arange(len(sides)), steps)
    along = np.arange(len(side)) - np.repeat(np.cumsum(steps) - steps, steps)
    between = ring[side] + along[:, None] * (sides / steps[:, None])[side]
    return np.concatenate([between, ring[-1:]])


@lru_cache(maxsize=4)
def _points_of(border: Path, _content: bytes | None) -> Floats:
    """Points along all outlines of a file, dims (point, 2): longitude and latitude in degrees."""
    return np.concatenate([_points_along(ring) for ring in _rings(read_json(border))])


def distance_to_border(lon: float, lat: float, border: Path) -> BorderDistance:
    """Find the point of an outline nearest to a place.

    Parameters
    ----------
    lon, lat : float
        Position in degrees east and north, WGS 84.
    border : Path
        GeoJSON collection of the polygons of the country; the place lies outside them.

    Returns
    -------
    BorderDistance
        By the geodesic on the WGS 84 ellipsoid.

    Raises
    ------
    DataError
        If the position is not on Earth, or the file holds anything but polygons.

    References
    ----------
    Karney, C. F. F. (2013). Algorithms for geodesics. Journal of Geodesy 87(1), 43-55.
    doi:10.1007/s00190-012-0578-z
    """
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        message = f"position {lon} E, {lat} N; give degrees east and north"
        raise DataError(message)
    try:
        points = _points_of(border, file_bytes(border))
    except (ValueError, KeyError, TypeError, IndexError) as error:
        message = f"{border.name}: {error!r}; give a GeoJSON FeatureCollection of polygons"
        raise DataError(message) from error
    here = np.full(len(points), lon), np.full(len(points), lat)
    metres = EARTH.inv(*here, points[:, 0], points[:, 1])[2]
    nearest = int(np.argmin(metres))
    return BorderDistance(metres[nearest] / 1000, *map(float, points[nearest]))


def _located(places: pd.DataFrame) -> pd.DataFrame:
    """Refuse places without a position or without its uncertainty."""
    known = places[["lon", "lat", "uncertainty_m"]].notna().all(axis="columns")
    refuse(
        (
            f"site {name!r} has no position with an uncertainty; name a site that has one"
            for name in places.loc[~known, "id"]
        ),
        what="distance to a border",
    )
    return places


def border_distance_of_site(site: pd.DataFrame, border: Path) -> Estimate:
    """Distance of one site of the record from a country, with what position and map leave open.

    Parameters
    ----------
    site : pandas.DataFrame
        One row of ``sites``.
    border : Path
        GeoJSON collection of the polygons of the country.

    Returns
    -------
    Estimate
        In km. The interval adds the radius in which the site lies and the error that a line on
        a map of 1 : 10 million may have (METHODS 8.2); it does not fall below 0.

    Raises
    ------
    DataError
        If there is not one row or it has no position, or as `distance_to_border`.
    """
    if len(site) != 1:
        message = f"distance to a border: {len(site)} sites; give one row of the table sites"
        raise DataError(message)
    place = _located(site).iloc[0]
    nearest = distance_to_border(place["lon"], place["lat"], border)
    error = place["uncertainty_m"] / 1000 + MAP_ERROR_KM
    low, high = max(nearest.km - error, 0.0), nearest.km + error
    return Estimate(
        nearest.km, low, high, "km", 1.0, "geodesic to the nearest point of the outline"
    )


def published_distances(
    rows: pd.DataFrame, scopes: pd.DataFrame, sites: pd.DataFrame, *, border: Path
) -> pd.DataFrame:
    """Set distances that sources print beside those that positions and a map give.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of distances to the border, with ``scope`` and a number.
    scopes : pandas.DataFrame
        The table ``scopes``, which names the site of each scope.
    sites : pandas.DataFrame
        The table ``sites``.
    border : Path
        GeoJSON collection of the polygons of the country.

    Returns
    -------
    pandas.DataFrame
        One line a row: ``id``, ``scope``, ``counter``; ``printed_low`` and ``printed_high``, the
        interval of the printed number in km; ``low`` and ``high``, the computed interval in km;
        ``fits``, whether some distance lies in both.

    Raises
    ------
    DataError
        If a row has no number, or as `border_distance_of_site`.
    """
    site_of = dict(zip(scopes["id"], scopes["site"], strict=True))
    lines = []
    for _, row in rows.iterrows():
        printed = limits(quantity_of(row))
        if math.isnan(printed[0]):
            message = f"row {row['id']} carries no number; leave it out"
            raise DataError(message)
        factor = unit_of(row["unit"]).factor
        found = border_distance_of_site(sites[sites["id"] == site_of[row["scope"]]], border)
        least, most = (end * factor for end in printed)
        fits = least <= found.high and found.low <= most
        names = {name: row[name] for name in ("id", "scope", "counter")}
        lines.append(
            {**names, "printed_low": least, "printed_high": most, "low": found.low,
             "high": found.high, "fits": fits}
        )  # fmt: skip
    return pd.DataFrame(lines)
