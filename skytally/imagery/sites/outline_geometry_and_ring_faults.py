"""Geometry of outlines and windows: projection, areas, pixel masks, and faults of drawn rings."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
from rasterio.errors import NotGeoreferencedWarning
from rasterio.features import rasterize
from rasterio.warp import transform_geom

from skytally.core import DataError, written
from skytally.imagery.sites.site_model import GRID_STEP_M, STABLE_GROUND, Outline, Site

# rasterio mutes this of its own arrays in memory, in a way that threads undo for one another
warnings.filterwarnings("ignore", category=NotGeoreferencedWarning, module=r"rasterio\.features$")

LONLAT_CRS = "EPSG:4326"
POLYGON_TYPES = ("Polygon", "MultiPolygon")


@cache
def _to_grid(epsg: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(LONLAT_CRS, epsg, always_xy=True)


@cache
def _from_grid(epsg: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(epsg, LONLAT_CRS, always_xy=True)


def project_polygon(geometry: dict[str, Any], epsg: int) -> dict[str, Any]:
    """Project a polygon or multipolygon to metres of a UTM zone.

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
        If it is not a polygon, a ring has fewer than four points, or a point is not on Earth or
        cannot be projected.
    """
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind not in POLYGON_TYPES or not isinstance(coordinates, list) or not coordinates:
        message = f"{kind!r} is no polygon"
        raise ValueError(message)
    polygons = [coordinates] if kind == "Polygon" else coordinates
    rings = [[_project_ring(ring, epsg) for ring in polygon] for polygon in polygons]
    return {"type": kind, "coordinates": rings[0] if kind == "Polygon" else rings}


def _project_ring(points: list[list[float]], epsg: int) -> list[list[float]]:
    lonlat = np.asarray([point[:2] for point in points], dtype=float)
    if len(lonlat) < 4 or not (np.abs(lonlat) <= (180, 90)).all():
        message = "a ring needs four points on Earth or more"
        raise ValueError(message)
    x, y = _to_grid(epsg).transform(*lonlat.T)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        message = f"a point cannot be projected to EPSG:{epsg}"
        raise ValueError(message)
    return [[float(east), float(north)] for east, north in zip(x, y, strict=True)]


def rasterized(outlines: list[Outline], site: Site, *, gsd: float) -> npt.NDArray[np.bool_]:
    """Boolean mask of outlines on pixels of `gsd` metres, dims (y, x)."""
    shapes = [project_polygon(outline.geometry, site.grid.epsg) for outline in outlines]
    mask = rasterize(
        shapes, out_shape=site.grid.shape(gsd), transform=site.grid.transform(gsd), dtype="uint8"
    )
    return np.asarray(mask, dtype=bool)


def outline_mask(site: Site, kind: str, *, gsd: float) -> npt.NDArray[np.bool_]:
    """Boolean mask of the pixels that lie in a site's outlines of one kind.

    Parameters
    ----------
    site : Site
        The site.
    kind : str
        Kind of outline.
    gsd : float
        Pixel size, metres.

    Returns
    -------
    ndarray of bool, (y, x)
        True where the centre of the pixel lies in an outline; rows run from north to south.

    Raises
    ------
    DataError
        If the site has no outline of that kind, so that "nothing here" is never mistaken
        for "nothing known".
    """
    chosen = [outline for outline in site.outlines if outline.kind == kind]
    if not chosen:
        known = ", ".join(sorted({outline.kind for outline in site.outlines})) or "none"
        message = (
            f"site {site.slug}: no outline of kind {kind!r}; it has {known}; "
            f"draw one in data/sites/{site.slug}.geojson"
        )
        raise DataError(message)
    return rasterized(chosen, site, gsd=gsd)


def window_share_inside(site: Site, geometry: dict[str, Any]) -> float:
    """Share of a site's window that lies inside a scene's footprint.

    Parameters
    ----------
    site : Site
        The site.
    geometry : dict
        GeoJSON geometry, longitude and latitude.

    Returns
    -------
    float
        0 to 1, counted on pixels of 60 m.

    Raises
    ------
    ValueError
        If it is not a polygon on Earth.
    """
    mask = rasterize(
        [project_polygon(geometry, site.grid.epsg)],
        out_shape=site.grid.shape(GRID_STEP_M),
        transform=site.grid.transform(GRID_STEP_M),
        dtype="uint8",
    )
    return float(np.asarray(mask).mean())


def window_lonlat(site: Site) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees of a box that holds a site's whole window."""
    west, south, east, north = _from_grid(site.grid.epsg).transform_bounds(*site.grid.bounds)
    return west, south, east, north


def metres_outside_window(site: Site, lon: float, lat: float) -> float:
    """Distance of a point from a site's window in metres; 0 inside, endless where UTM ends."""
    x, y = _to_grid(site.grid.epsg).transform(lon, lat)
    west, south, east, north = site.grid.bounds
    return math.hypot(max(west - x, 0.0, x - east), max(south - y, 0.0, y - north))


RingPoints = npt.NDArray[np.float64]
MAX_RING_POINTS = 1000
"""Corners of one ring; no person draws an outline with more."""
MAX_REPEATED_CORNERS = 2
"""Corners of one ring that repeat the one before, as a double click leaves them; rounded degrees
leave more."""
ENOUGH_DECIMALS = 6
"""Decimals of a degree, a tenth of a metre, with which a file keeps its corners apart."""
COARSE_DECIMALS = 4
"""Decimals of a degree, some ten metres, that no drawing program leaves unless it was told to."""
HIGHEST_M = 9000.0
"""Metres above the sea that no corner's height exceeds."""
FAR_DEGREES = 1.0
"""Degrees from the window within which a corner may have been meant."""
MAX_SLIPPED_SHARE = 0.4
"""Share of a ring's corners that may have slipped; of more, the outline lies elsewhere."""
MAX_SHARE_OUTSIDE = 0.5
"""Share of an outline that may lie outside the window, where no image shows it."""


def rings_of(geometry: dict[str, Any]) -> list[list[Any]]:
    """Rings of a GeoJSON polygon or multipolygon, as they stand; what is no ring is left out."""
    polygons = geometry.get("coordinates")
    if geometry.get("type") == "Polygon":
        polygons = [polygons]
    listed = [polygon for polygon in polygons or () if isinstance(polygon, list)]
    return [ring for polygon in listed for ring in polygon if isinstance(ring, list)]


def overlaps_window(geometry: dict[str, Any], site: Site) -> bool:
    """Whether the box round a polygon overlaps the box round its site's window, in degrees."""
    west, south, east, north = window_lonlat(site)
    try:
        corners = np.array([corner[:2] for ring in rings_of(geometry) for corner in ring], float)
        (left, bottom), (right, top) = corners.min(axis=0), corners.max(axis=0)
    except (ValueError, TypeError):
        return False
    return bool(left <= east and right >= west and bottom <= north and top >= south)


def is_near_window(lon: float, lat: float, site: Site) -> bool:
    """Whether a point lies within a degree of a site's window."""
    west, south, east, north = window_lonlat(site)
    return (
        west - FAR_DEGREES <= lon <= east + FAR_DEGREES
        and south - FAR_DEGREES <= lat <= north + FAR_DEGREES
    )


def _is_position(corner: object) -> bool:
    return (
        isinstance(corner, list)
        and len(corner) > 1
        and all(type(value) in (int, float) and math.isfinite(value) for value in corner)
    )


def _with_point_moved(corner: list[float], site: Site) -> str:
    """Degrees of a corner with one decimal point moved, where they lie near the window."""
    lon, lat = corner[:2]
    for power in (-4, -3, -2, -1, 1, 2, 3):
        for moved in ((lon * 10.0**power, lat), (lon, lat * 10.0**power)):
            if is_near_window(moved[0], moved[1], site):
                return f"{moved[0]:.9g}, {moved[1]:.9g}"
    return ""


def slipped_corners(geometry: dict[str, Any], site: Site) -> list[str]:
    """List the corners of a polygon that lie far from the window, where the others are near it.

    Parameters
    ----------
    geometry : dict
        GeoJSON polygon or multipolygon.
    site : Site
        Its site.

    Returns
    -------
    list of str
        One sentence a ring; empty where no corner slipped, or where most lie elsewhere.
    """
    found = []
    rings = rings_of(geometry)
    for ring in rings:
        if len(ring) < 4 or not all(map(_is_position, ring)):
            continue
        corners = ring[:-1] if ring[0][:2] == ring[-1][:2] else ring
        far = [
            n
            for n, corner in enumerate(corners, 1)
            if not is_near_window(corner[0], corner[1], site)
        ]
        if not far or len(far) > max(1, MAX_SLIPPED_SHARE * len(corners)):
            continue
        lon, lat = ring[far[0] - 1][:2]
        meant = _with_point_moved(ring[far[0] - 1], site)
        others = [f"corner {number}" for number in far[1:]]
        also = f"; so lies {', '.join(others[:3])}" if others else ""
        found.append(
            f"corner {far[0]} at {lon}, {lat}, far from the window, near which the others lie; "
            f"correct it{f' (is {meant} meant?)' if meant else ''}{also}"
        )
    return found


def comma_corner(corner: object, site: Site) -> str:
    """Degrees that a decimal comma split into further numbers, joined; empty for a sound corner.

    Examples
    --------
    >>> from skytally.imagery.sites.site_model import Grid
    >>> grid = Grid(32652, (600000, 4670040, 606000, 4676040))
    >>> here = Site("a", "A", "RU", 10.0, grid, (), "evidence", 500.0, "a")
    >>> comma_corner([130, 243311, 42, 190077], here), comma_corner([130.2433, 42.19, 12], here)
    ('130.243311, 42.190077', '')
    """
    if not isinstance(corner, list) or len(corner) not in (3, 4) or not _is_position(corner):
        return ""
    if (
        len(corner) == 3
        and is_near_window(corner[0], corner[1], site)
        and abs(corner[2]) < HIGHEST_M
    ):
        return ""
    splits = ((0, 1), (2, 3)) if len(corner) == 4 else None
    for places in [splits] if splits else [((0, 1), (2,)), ((0,), (1, 2))]:
        words = [".".join(str(corner[place]) for place in pair) for pair in places]
        try:
            lon, lat = map(float, words)
        except ValueError:
            continue
        if is_near_window(lon, lat, site):
            return ", ".join(words)
    return ""


def exchanged(geometry: dict[str, Any]) -> dict[str, Any]:
    """Polygon of the same rings, the two coordinates of each corner exchanged."""
    rings = [
        [corner[1::-1] for corner in ring if isinstance(corner, list)]
        for ring in rings_of(geometry)
    ]
    return {"type": "Polygon", "coordinates": rings}


def rings_in_metres(outline: Outline, site: Site) -> list[RingPoints]:
    """Rings of an outline in metres of the site's UTM zone.

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
    projected = transform_geom(LONLAT_CRS, f"EPSG:{site.grid.epsg}", outline.geometry)
    return [np.asarray(ring, dtype=float)[:, :2] for ring in rings_of(projected)]


def _area(ring: RingPoints) -> float:
    # relative to the first corner: UTM coordinates are large, and their products lose digits
    x, y = (ring - ring[0]).T
    return abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))) / 2


def outline_area_m2(outline: Outline, site: Site) -> float:
    """Area of an outline in square metres, its holes subtracted."""
    projected = transform_geom(LONLAT_CRS, f"EPSG:{site.grid.epsg}", outline.geometry)
    single = projected["type"] == "Polygon"
    polygons = [projected["coordinates"]] if single else projected["coordinates"]
    total = 0.0
    for polygon in polygons:
        outer, *holes = (_area(np.asarray(ring, dtype=float)[:, :2]) for ring in polygon)
        total += outer - sum(holes)
    return total


def _clipped(ring: RingPoints, site: Site) -> RingPoints:
    """Clip a ring to the site's window (Sutherland and Hodgman 1974)."""
    west, south, east, north = site.grid.bounds
    corners = ring[:-1]
    for axis, sign, edge in ((0, 1, west), (1, 1, south), (0, -1, east), (1, -1, north)):
        clipped: list[RingPoints] = []
        for corner, following in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            inside, next_inside = (
                sign * (point[axis] - edge) >= 0 for point in (corner, following)
            )
            if inside:
                clipped.append(corner)
            if inside != next_inside:
                part = (edge - corner[axis]) / (following[axis] - corner[axis])
                clipped.append(corner + part * (following - corner))
        if not clipped:
            return np.empty((0, 2))
        corners = np.array(clipped)
    return np.vstack([corners, corners[:1]])


def share_outside_window(outline: Outline, site: Site) -> float:
    """Share of the area of an outline's rings outside its site's window, 0 to 1."""
    rings = rings_in_metres(outline, site)
    whole = sum(map(_area, rings))
    clipped = (_clipped(ring, site) for ring in rings)
    inside = sum(_area(ring) for ring in clipped if len(ring))
    return max(0.0, 1.0 - inside / whole) if whole else 1.0


def _self_intersects(ring: RingPoints) -> bool:
    """Whether two sides of a ring that are not neighbours cross."""
    start, end = ring[:-1], ring[1:]
    n = len(start)
    first, second = np.triu_indices(n, k=2)
    apart = ~((first == 0) & (second == n - 1))
    first, second = first[apart], second[apart]

    def side(a: RingPoints, b: RingPoints, c: RingPoints) -> RingPoints:
        turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
        return np.sign(np.where(np.abs(turn) < 1e-6, 0.0, turn))

    a, b, c, d = start[first], end[first], start[second], end[second]
    across = (side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)
    return bool(across.any())


def _is_inside(corners: RingPoints, ring: RingPoints) -> npt.NDArray[np.bool_]:
    """Whether each corner lies inside a ring, by the crossings of a line to the east."""
    (x, y), (x1, y1), (x2, y2) = corners.T[..., None], ring[:-1].T, ring[1:].T
    spans = (y1 > y) != (y2 > y)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = x1 + (y - y1) * (x2 - x1) / (y2 - y1)
    return np.asarray((spans & (x < crossing)).sum(axis=1) % 2 == 1)


def _on_border(corners: RingPoints, ring: RingPoints) -> npt.NDArray[np.bool_]:
    """Whether each corner lies on a side of a ring, to a centimetre."""
    start, side = ring[:-1], np.diff(ring, axis=0)
    along = ((corners[:, None] - start) * side).sum(axis=2)
    share = np.clip(along / np.maximum((side**2).sum(axis=1), 1e-12), 0, 1)
    nearest = start + share[..., None] * side
    return np.asarray((np.linalg.norm(corners[:, None] - nearest, axis=2) < 0.01).any(axis=1))


def _hole_outside(outline: Outline, site: Site) -> bool:
    """Whether a hole of an outline lies outside the ring that it belongs to, even in part."""
    projected = transform_geom(LONLAT_CRS, f"EPSG:{site.grid.epsg}", outline.geometry)
    single = projected["type"] == "Polygon"
    for polygon in [projected["coordinates"]] if single else projected["coordinates"]:
        outer, *holes = (np.asarray(ring, dtype=float)[:, :2] for ring in polygon)
        if any(not (_is_inside(hole, outer) | _on_border(hole, outer)).all() for hole in holes):
            return True
    return False


def repeated_corners(ring: list[Any]) -> int:
    """Count the corners of a ring that repeat the one before; 0 where a double click explains it.

    A ring of one corner alone is another fault.
    """
    together = sum(
        isinstance(one, list) and isinstance(other, list) and one[:2] == other[:2]
        for one, other in pairwise(ring)
    )
    return together if MAX_REPEATED_CORNERS < together < len(ring) - 1 else 0


def _position_faults(ring: list[Any]) -> Iterator[str]:
    if len(ring) < 4:
        found = f"a ring of {len(ring)} corner{'' if len(ring) == 1 else 's'}"
        yield f"{found}; draw at least three and repeat the first at the end"
        return
    if len(ring) > MAX_RING_POINTS:
        yield f"a ring of {len(ring)} corners; draw it with at most {MAX_RING_POINTS}"
        return
    for number, corner in enumerate(ring, start=1):
        sized = isinstance(corner, list) and len(corner) in (2, 3)
        if not sized or not all(type(value) in (int, float) for value in corner[:2]):
            yield f"corner {number} is {written(corner, most=40)}; write longitude and latitude"
            return
        lon, lat = corner[:2]
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            # written so that what is endless or none is refused, too
            found = f"{written(lon)}, {written(lat)}"
            yield f"corner {number} is {found}; write longitude, then latitude, in degrees"
            return
    together = repeated_corners(ring)
    if together:
        found = f"{together} corners that fall together with the one before"
        yield f"{found}; save the file with at least six decimals of a degree"
    if ring[0][:2] != ring[-1][:2]:
        yield f"a ring that ends at {ring[-1][:2]} and not where it began; repeat the first corner"


def ring_faults(geometry: dict[str, Any]) -> list[str]:
    """List the faults of the rings of a polygon, before anything can be computed from them.

    Parameters
    ----------
    geometry : dict
        GeoJSON polygon or multipolygon.

    Returns
    -------
    list of str
        One sentence a fault with what was found and what to do; empty if there is none.
    """
    rings = rings_of(geometry)
    if not rings:
        return ["no ring of corners; draw a polygon"]
    of_fault: dict[str, list[str]] = {}
    for number, ring in enumerate(rings, start=1):
        for fault in _position_faults(ring):
            of_fault.setdefault(fault, []).append(str(number))
    return [
        fault
        if len(numbers) == len(rings)
        else f"in ring{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}: {fault}"
        for fault, numbers in of_fault.items()
    ]


def geometry_faults(outline: Outline, site: Site) -> list[str]:
    """List the faults in the geometry of one outline.

    Parameters
    ----------
    outline : Outline
        As it was edited.
    site : Site
        Its site.

    Returns
    -------
    list of str
        One sentence a fault with what was found and what to do; empty if there is none.
    """
    if faults := ring_faults(outline.geometry):
        return faults
    projected = rings_in_metres(outline, site)
    crossing = any(_self_intersects(ring) for ring in projected)
    # the two halves of a loop may cancel each other out
    if not crossing and any(_area(ring) < 1 for ring in projected):
        return ["a ring without any area; draw its corners apart"]
    if crossing:
        faults.append("a ring whose sides cross; draw it without a loop")
    if _hole_outside(outline, site):
        faults.append("a hole outside the ring that it belongs to; draw it inside, or remove it")
    outside = share_outside_window(outline, site)
    # stable ground is drawn as a ring round the other outlines and may reach over the edge
    if outside > MAX_SHARE_OUTSIDE and outline.kind != STABLE_GROUND:
        hint = "; longitude and latitude may be swapped" if _swapped(outline, site) else ""
        faults.append(f"{outside:.0%} of it outside the window; move it{hint}")
    return faults


def _swapped(outline: Outline, site: Site) -> bool:
    geometry = exchanged(outline.geometry)
    if any(abs(lat) > 90 for ring in rings_of(geometry) for _, lat in ring):
        return False
    return share_outside_window(replace(outline, geometry=geometry), site) < MAX_SHARE_OUTSIDE


def outline_faults(site: Site) -> list[str]:
    """List the faults of a site's outlines, beyond those that `read_sites` refuses.

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
