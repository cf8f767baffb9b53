"""Outlines of a site as geometry: metres, areas, and what is wrong after they were edited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from rasterio.warp import transform_geom

from skytally.imagery.sites.site_register import LONLAT, Outline, Site

Points = npt.NDArray[np.float64]

MOST_POINTS = 1000
"""Corners of one ring; more are no outline drawn by a person."""
MOST_OUTSIDE = 0.5
"""Share of an outline that may lie outside the window, where no look can see it."""


def _rings(geometry: dict[str, Any]) -> Iterator[list[Any]]:
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    for polygon in polygons:
        yield from polygon


def rings_m(outline: Outline, site: Site) -> list[Points]:
    """Give the rings of an outline in metres of the site's grid.

    Parameters
    ----------
    outline : Outline
        Longitude and latitude.
    site : Site
        Its grid names the UTM zone.

    Returns
    -------
    list of ndarray, (corner, 2)
        East and north; the last corner repeats the first, and holes run the other way round
        or not, as they were drawn.
    """
    drawn = transform_geom(LONLAT, f"EPSG:{site.grid.epsg}", outline.geometry)
    return [np.asarray(ring, dtype=float)[:, :2] for ring in _rings(drawn)]


def _area(ring: Points) -> float:
    # about its first corner, since UTM coordinates are large and squares of metres small
    x, y = (ring - ring[0]).T
    return abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))) / 2


def area_m2(outline: Outline, site: Site) -> float:
    """Give the area of an outline in square metres, holes taken off."""
    drawn = transform_geom(LONLAT, f"EPSG:{site.grid.epsg}", outline.geometry)
    single = drawn["type"] == "Polygon"
    polygons = [drawn["coordinates"]] if single else drawn["coordinates"]
    total = 0.0
    for polygon in polygons:
        outer, *holes = (_area(np.asarray(ring, dtype=float)[:, :2]) for ring in polygon)
        total += outer - sum(holes)
    return total


def _clipped(ring: Points, site: Site) -> Points:
    """Cut a ring at the window (Sutherland and Hodgman 1974)."""
    west, south, east, north = site.grid.bounds
    found = ring[:-1]
    for axis, sign, edge in ((0, 1, west), (1, 1, south), (0, -1, east), (1, -1, north)):
        kept: list[Points] = []
        for here, there in zip(found, np.roll(found, -1, axis=0), strict=True):
            inside, next_inside = (sign * (each[axis] - edge) >= 0 for each in (here, there))
            if inside:
                kept.append(here)
            if inside != next_inside:
                part = (edge - here[axis]) / (there[axis] - here[axis])
                kept.append(here + part * (there - here))
        if not kept:
            return np.empty((0, 2))
        found = np.array(kept)
    return np.vstack([found, found[:1]])


def share_outside(outline: Outline, site: Site) -> float:
    """Give the share of an outline's outer rings that lies outside its site's window, 0 to 1."""
    rings = rings_m(outline, site)
    whole = sum(map(_area, rings))
    inside = sum(_area(cut) for cut in (_clipped(ring, site) for ring in rings) if len(cut))
    return max(0.0, 1.0 - inside / whole) if whole else 1.0


def _crossing(ring: Points) -> bool:
    """Tell whether two sides of a ring that are no neighbours touch or cross."""
    start, end = ring[:-1], ring[1:]
    n = len(start)
    first, second = np.triu_indices(n, k=2)
    apart = ~((first == 0) & (second == n - 1))
    first, second = first[apart], second[apart]

    def side(a: Points, b: Points, c: Points) -> Points:
        turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
        return np.sign(np.where(np.abs(turn) < 1e-6, 0.0, turn))

    a, b, c, d = start[first], end[first], start[second], end[second]
    across = (side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)
    return bool(across.any())


def _position_faults(ring: list[Any]) -> Iterator[str]:
    if len(ring) < 4:
        yield f"a ring of {len(ring)} corners; draw at least three and repeat the first at the end"
        return
    if len(ring) > MOST_POINTS:
        yield f"a ring of {len(ring)} corners; draw it with at most {MOST_POINTS}"
        return
    for place, each in enumerate(ring, start=1):
        numbers = isinstance(each, list) and len(each) in (2, 3)
        if not numbers or not all(type(word) in (int, float) for word in each[:2]):
            yield f"corner {place} is {str(each)[:40]}; write longitude and latitude"
            return
        lon, lat = each[:2]
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            yield f"corner {place} is {lon}, {lat}; write longitude, then latitude, in degrees"
            return
    if ring[0][:2] != ring[-1][:2]:
        yield f"a ring that ends at {ring[-1][:2]} and not where it began; repeat the first corner"


def geometry_faults(outline: Outline, site: Site) -> list[str]:
    """Say what is wrong with the geometry of one outline.

    Parameters
    ----------
    outline : Outline
        As it was edited.
    site : Site
        Its site.

    Returns
    -------
    list of str
        One sentence a fault with what was found and what to do; empty where all is well.
    """
    try:
        rings = list(_rings(outline.geometry))
    except (KeyError, TypeError):
        return ["no coordinates; draw a polygon"]
    faults = [fault for ring in rings for fault in _position_faults(ring)]
    if faults or not rings:
        return faults or ["no ring; draw a polygon"]
    drawn = rings_m(outline, site)
    if any(_area(ring) < 1 for ring in drawn):
        return ["a ring without any area; draw its corners apart"]
    if any(_crossing(ring) for ring in drawn):
        faults.append("a ring whose sides cross; draw it without a loop")
    outside = share_outside(outline, site)
    # the ring is drawn round the others and may reach over the edge
    if outside > MOST_OUTSIDE and outline.kind != "stable":
        flipped = "; longitude and latitude may be swapped" if _swapped(outline, site) else ""
        faults.append(f"{outside:.0%} of it outside the window; move it{flipped}")
    return faults


def _swapped(outline: Outline, site: Site) -> bool:
    turned = [[[lat, lon] for lon, lat, *_ in ring] for ring in _rings(outline.geometry)]
    if any(abs(each[1]) > 90 for ring in turned for each in ring):
        return False
    geometry = {"type": "Polygon", "coordinates": turned}
    return share_outside(replace(outline, geometry=geometry), site) < MOST_OUTSIDE


def outline_faults(site: Site) -> list[str]:
    """Say what is wrong with the outlines of a site, beyond what `read_sites` refuses.

    Parameters
    ----------
    site : Site
        As `skytally.imagery.sites.site_register.read_sites` gives it.

    Returns
    -------
    list of str
        One sentence a fault with file, outline, what was found and what to do.
    """
    return [
        f"{site.slug}.geojson, outline {outline.name!r}: found {fault}"
        for outline in site.outlines
        for fault in geometry_faults(outline, site)
    ]
