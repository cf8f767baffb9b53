"""Sea routes to a port: a grid of sea and land, and the shortest way over its sea cells."""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rasterio import Affine
from rasterio.features import rasterize
from scipy import ndimage
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from skytally.core import DataError, read_json, refuse

Floats = npt.NDArray[np.float64]
KM_PER_DEGREE = 111.195
"""Length of one degree of a great circle on a sphere of radius 6371.0 km."""
KM_PER_NAUTICAL_MILE = 1.852
"""By definition."""
SNAP_KM = 10.0
"""Farthest from the sea, in km, that a position may lie: quays stand on land cells."""
SMALLEST_CELL = 0.01
"""Least side of a cell in km: outlines are no finer."""
MAX_RADIUS = 20_000.0
"""Largest radius of a disc in km: half way round the Earth."""
SMALLEST_SEA = 25
"""Cells below which water shut in by land is no sea."""
MAX_CELLS = 1_500_000
"""Cells above which the grid would take too long."""
MOVES = ((0, 1), (1, 0), (1, 1), (1, -1), (1, 2), (2, 1), (1, -2), (2, -1),
         (1, 3), (3, 1), (1, -3), (3, -1), (2, 3), (3, 2), (2, -3), (3, -2))  # fmt: skip
"""Steps (rows, columns) between cells, each also backwards: routes at most 1.4 percent too long."""


def place_faults(lon: float, lat: float, radius_km: float) -> Iterator[str]:
    """Yield a message for a position that is not on Earth or a radius that is not a length."""
    if not (-360 <= lon <= 360 and -90 <= lat <= 90):
        yield f"longitude {lon}, latitude {lat}; give degrees east and north"
    if not 0 <= radius_km <= MAX_RADIUS:
        yield f"radius of {radius_km} km; give 0 or more, up to {MAX_RADIUS:,.0f}"


@dataclass(frozen=True)
class Port:
    """The port in question."""

    name: str
    """Its name, for the words."""
    lon: float
    """Longitude in degrees east."""
    lat: float
    """Latitude in degrees north."""
    radius_km: float = 0.0
    """Radius in km of the disc in which it lies."""

    def __post_init__(self) -> None:
        """Refuse an invalid position or radius."""
        refuse(place_faults(self.lon, self.lat, self.radius_km), what=f"port {self.name}")


@dataclass(frozen=True)
class Sea:
    """A grid of sea and land."""

    west: float
    """Longitude of the western edge in degrees."""
    north: float
    """Latitude of the northern edge in degrees."""
    step: tuple[float, float]
    """Height and width of a cell in degrees."""
    water: npt.NDArray[np.bool_]
    """Whether a cell is sea, dims (row from the north, column from the west)."""
    nearest: npt.NDArray[np.int64]
    """Row and column of the nearest sea cell, dims (2, row, column)."""

    def latitude(self, row: npt.ArrayLike) -> Floats:
        """Latitude of the middle of a row."""
        return self.north - (np.asarray(row) + 0.5) * self.step[0]

    def longitude(self, column: npt.ArrayLike) -> Floats:
        """Longitude of the middle of a column."""
        return self.west + (np.asarray(column) + 0.5) * self.step[1]


@dataclass(frozen=True)
class SeaRoutes:
    """Sea routes from everywhere to one port."""

    port: Port
    """The port."""
    sea: Sea
    """The grid."""
    miles: Floats
    """Nautical miles from each cell to the port, infinite where cut off, dims (row, column)."""


def _outlines(paths: Sequence[Path]) -> tuple[list[dict[str, Any]], list[list[float]]]:
    """Read the polygons and the bounding boxes of GeoJSON files."""
    shapes: list[dict[str, Any]] = []
    boxes: list[list[float]] = []
    for path in paths:
        read = read_json(Path(path))
        try:
            features = read["features"]
            found = [each["geometry"] for each in features if each["geometry"]]
            box = [float(each) for each in read.get("bbox", ())]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            message = f"{path}: {error!r}; give a GeoJSON FeatureCollection of land polygons"
            raise DataError(message) from error
        shapes += [each for each in found if each["type"] in ("Polygon", "MultiPolygon")]
        if len(box) not in (0, 4):
            message = f"{path}: bbox {box}; give west, south, east and north"
            raise DataError(message)
        if box:
            boxes.append(box)
    return shapes, boxes


def read_sea(
    land: Sequence[Path],
    *,
    bounds: tuple[float, float, float, float] | None = None,
    cell_km: float = 1.0,
) -> Sea:
    """Lay a grid over land outlines.

    Parameters
    ----------
    land : sequence of pathlib.Path
        GeoJSON files of land polygons, longitude and latitude in degrees.
    bounds : tuple of float, optional
        (west, south, east, north) in degrees; unless given, the files' own ``bbox``.
    cell_km : float
        Side of a cell in km.

    Returns
    -------
    Sea
        A cell that any land touches is land, so that a wall thinner than a cell holds and a
        strait narrower than about two cells is shut: routes come out rather too long.

    Raises
    ------
    DataError
        If a file holds no polygons, there are no bounds, they are reversed, no cell is sea,
        or there would be more than `MAX_CELLS` cells.
    """
    shapes, boxes = _outlines(land)
    if bounds is None and boxes:
        edges = np.array(boxes)
        bounds = (*edges[:, :2].min(axis=0), *edges[:, 2:].max(axis=0))
    if not shapes or bounds is None:
        message = f"{len(shapes)} land polygons, bounds {bounds}; give polygons and their bounds"
        raise DataError(message)
    high, wide, rows, columns = _cells(bounds, cell_km)
    west, _, _, north = bounds
    touched = rasterize(
        shapes,
        out_shape=(rows, columns),
        transform=Affine(wide, 0.0, west, 0.0, -high, north),
        all_touched=True,
    )
    water = _open_water(touched == 0)
    _, nearest = ndimage.distance_transform_edt(~water, return_indices=True)
    return Sea(west, north, (high, wide), water, nearest.astype(np.int64))


def _cells(bounds: tuple[float, ...], cell_km: float) -> tuple[float, float, int, int]:
    """Height and width of a cell in degrees, and the numbers of rows and columns of the grid."""
    advice = (
        f"bounds {bounds}, cells of {cell_km} km; give (west, south, east, north) and a cell "
        f"that makes no more than {MAX_CELLS} cells"
    )
    if len(bounds) != 4:
        raise DataError(advice)
    west, south, east, north = bounds
    whole = -360 <= west < east <= 360 and -85 < south < north < 85
    if not whole or not SMALLEST_CELL <= cell_km <= MAX_RADIUS:
        raise DataError(advice)
    high = cell_km / KM_PER_DEGREE
    wide = high / math.cos(math.radians((south + north) / 2))
    rows, columns = math.ceil((north - south) / high), math.ceil((east - west) / wide)
    if rows * columns > MAX_CELLS:
        raise DataError(advice)
    return high, wide, rows, columns


def _open_water(water: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Remove ponds: water of few cells without an outlet."""
    parts, _ = ndimage.label(water)
    large = np.bincount(parts.ravel()) >= min(SMALLEST_SEA, water.size)
    large[0] = False
    if not large.any():
        message = "the outlines leave no sea inside the bounds; widen the bounds"
        raise DataError(message)
    return large[parts]


def _passed(move: tuple[int, int]) -> set[tuple[int, int]]:
    """Cells that a step crosses, both ends left out."""
    along = np.linspace(0, 1, 121)[:, None] * np.array(move)
    nudges = np.array([(-1e-6, -1e-6), (-1e-6, 1e-6), (1e-6, -1e-6), (1e-6, 1e-6)])
    cells = np.rint(along[:, None, :] + nudges).astype(int).reshape(-1, 2)
    return {(y, x) for y, x in cells.tolist()} - {(0, 0), move}


def _with_margin(water: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Put a margin round the grid, as wide as the longest step; outside there is no sea."""
    return np.pad(water, max(max(map(abs, move)) for move in MOVES))


def _shifted(
    margined: npt.NDArray[np.bool_], move: tuple[int, int], shape: tuple[int, ...]
) -> npt.NDArray[np.bool_]:
    """Whether the cell one step away is sea, for every cell of a grid with a margin: a view."""
    (down, right), (rows, columns) = move, shape
    top, left = ((whole - inner) // 2 for whole, inner in zip(margined.shape, shape, strict=True))
    return margined[top + down : top + down + rows, left + right : left + right + columns]


def _apart(lon: npt.ArrayLike, lat: npt.ArrayLike, lon0: Any, lat0: Any) -> Floats:
    """Great-circle distance in nautical miles."""
    here, there = np.radians(np.asarray(lat, float)), np.radians(np.asarray(lat0, float))
    east = np.radians(np.asarray(lon, float) - np.asarray(lon0, float))
    half = np.sin((here - there) / 2) ** 2 + np.cos(here) * np.cos(there) * np.sin(east / 2) ** 2
    angle = np.degrees(2 * np.arcsin(np.sqrt(half)))
    return np.asarray(angle * KM_PER_DEGREE / KM_PER_NAUTICAL_MILE)


def routes_to(sea: Sea, port: Port) -> SeaRoutes:
    """Find the sea route from every cell to a port.

    Parameters
    ----------
    sea : Sea
        The grid.
    port : Port
        The port.

    Returns
    -------
    Ways
        Nautical miles by the shortest way over sea cells (Dijkstra over 32 directions).

    Raises
    ------
    DataError
        If the port lies outside the grid or farther than `SNAP_KM` from the sea.
    """
    number = np.full(sea.water.shape, -1)
    number[sea.water] = np.arange(np.count_nonzero(sea.water))
    starts, ends, lengths = [], [], []
    margined, (height, width) = _with_margin(sea.water), sea.water.shape
    rows, flat_number = np.arange(height), number.ravel()
    for move in MOVES:
        free = sea.water & _shifted(margined, move, sea.water.shape)
        for cell in _passed(move):
            free &= _shifted(margined, cell, sea.water.shape)
        place = np.flatnonzero(free)
        starts.append(flat_number[place])
        ends.append(flat_number[place + move[0] * width + move[1]])
        by_row = _apart(
            move[1] * sea.step[1], sea.latitude(rows + move[0]), 0.0, sea.latitude(rows)
        )
        lengths.append(by_row[place // width])
    nodes = np.count_nonzero(sea.water)
    graph = csr_matrix(
        (np.concatenate(lengths), (np.concatenate(starts), np.concatenate(ends))), (nodes, nodes)
    )
    row, column = _cell(sea, port.lon, port.lat, who=f"port {port.name}")
    found = dijkstra(graph, directed=False, indices=int(number[row[0], column[0]]))
    miles = np.full(sea.water.shape, math.inf)
    miles[sea.water] = found
    return SeaRoutes(port, sea, miles)


@functools.lru_cache(maxsize=8)
def _routes(land: Path, _content: str, port: Port) -> SeaRoutes:
    return routes_to(read_sea([land]), port)


def routes_around_land(land: Path, port: Port) -> SeaRoutes:
    """Sea route from every cell round the land of one file to a port, found once a process.

    Parameters
    ----------
    land : Path
        GeoJSON of the land.
    port : Port
        The port.

    Returns
    -------
    Ways
        As `routes_to` on the sea of `read_sea`; kept by the content of the file.

    Raises
    ------
    DataError
        As `read_sea` and `routes_to`.
    """
    content = hashlib.sha256(land.read_bytes()).hexdigest() if land.is_file() else ""
    return _routes(land, content, port)


def _cell(
    sea: Sea, lon: npt.ArrayLike, lat: npt.ArrayLike, *, who: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Find the sea cell nearest to each position; the first must lie by the sea."""
    east, up = np.atleast_1d(lon).astype(float), np.atleast_1d(lat).astype(float)
    if east.size == 0 or east.ndim != 1 or east.shape != up.shape:
        message = f"{who}: {east.size} longitudes, {up.size} latitudes; give one or more of each"
        raise DataError(message)
    row = np.floor((sea.north - up) / sea.step[0])
    column = np.floor((east - sea.west) / sea.step[1])
    rows, columns = sea.water.shape
    if not np.all((row >= 0) & (row < rows) & (column >= 0) & (column < columns)):
        message = (
            f"{who} at {east[0]:g} E, {up[0]:g} N, or its disc, lies outside the grid of sea and "
            "land; give outlines and bounds that hold it"
        )
        raise DataError(message)
    y, x = sea.nearest[:, row.astype(np.int64), column.astype(np.int64)]
    off = float(_apart(east[0], up[0], sea.longitude(x[0]), sea.latitude(y[0])))
    if off * KM_PER_NAUTICAL_MILE > SNAP_KM:
        message = (
            f"{who} lies {off * KM_PER_NAUTICAL_MILE:.0f} km from the sea of the outlines, "
            f"more than {SNAP_KM:g}; check the position"
        )
        raise DataError(message)
    return y, x


def route_miles(ways: SeaRoutes, lon: float, lat: float) -> float:
    """Length of the sea route from a position to a port.

    Parameters
    ----------
    ways : SeaRoutes
        Routes to the port.
    lon, lat : float
        Position in degrees.

    Returns
    -------
    float
        Nautical miles.

    Raises
    ------
    DataError
        If the position lies outside the grid or far from the sea, or no sea leads there.
    """
    return float(miles_from_positions(ways, lon, lat)[0])


def miles_from_positions(ways: SeaRoutes, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Floats:
    """Nautical miles from each position to a port; a position without a route takes the first's.

    Raises
    ------
    DataError
        As `route_miles`, of the first position or the edge of the grid.
    """
    row, column = _cell(ways.sea, lon, lat, who="position")
    miles = ways.miles[row, column]
    if not np.isfinite(miles[0]):
        message = (
            f"no sea leads from {np.atleast_1d(lon)[0]:g} E, {np.atleast_1d(lat)[0]:g} N to "
            f"{ways.port.name} inside the bounds; widen them or use finer cells"
        )
        raise DataError(message)
    return np.where(np.isfinite(miles), miles, miles[0])
