"""Could a ship with this AIS silence have called at that port? Sea route, dates, speed."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from rasterio import Affine
from rasterio.features import rasterize
from scipy import ndimage, stats
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from skytally.checks import DataError, refuse
from skytally.statistics.estimate import Estimate

Floats = npt.NDArray[np.float64]

KM_PER_DEGREE = 111.195
"""Length of one degree of a great circle on a sphere of radius 6371.0 km."""
KM_PER_NAUTICAL_MILE = 1.852
"""By definition."""
SPEED_KNOTS, SPEED_SPREAD, FASTEST_KNOTS = 12.5, 1.0, 14.0
"""Mean, standard deviation and upper end of the speed a small cargo ship keeps up, in knots."""
DWELL_HOURS = 12.0
"""Shortest call in hours: time to berth, to work cargo and to leave."""
NOMINAL_DAYS = 15
"""Days by which a nominal date is widened on either side: it stands for words like mid-August."""
SNAP_KM = 10.0
"""Farthest from the sea, in km, that a position may lie: quays stand on land cells."""
SMALLEST_SEA = 25
"""Cells below which water shut in by land is no sea."""
MOST_CELLS = 1_500_000
"""Cells above which the grid would take too long."""
DRAWS = 4000
"""Draws of the Monte Carlo."""
LEVEL = 0.9
"""Coverage of the intervals."""
DAY_LONG = ("day", "month", "year", "nominal")
"""Words of the vocabulary *precision* whose last day belongs to the interval as a whole."""
PRECISIONS = ("exact", *DAY_LONG, "open")
"""How exact a time may be: the vocabulary *precision*, and ``exact`` for an instant."""
MOVES = ((0, 1), (1, 0), (1, 1), (1, -1), (1, 2), (2, 1), (1, -2), (2, -1),
         (1, 3), (3, 1), (1, -3), (3, -1), (2, 3), (3, 2), (2, -3), (3, -2))  # fmt: skip
"""Steps (rows, columns) between cells, each also backwards: routes at most 1.4 percent too long."""
NO_CALL = "Time enough for a call shows no call."
"""Ends every answer that leaves a call possible."""
HOW_OFTEN = (
    (0.95, "at almost all of the speeds and dates tried"),
    (0.5, "at most of the speeds and dates tried"),
    (0.05, "at some of the speeds and dates tried, not at most"),
    (0.0, "at few of the speeds and dates tried"),
)
"""Words for a probability above each threshold."""


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


@dataclass(frozen=True)
class Fix:
    """Where and when a ship was heard last, or heard again, as far as it is known."""

    first: pd.Timestamp | None
    """First day or instant it can have been, None where not known."""
    last: pd.Timestamp | None
    """Last day, included, or last instant, None where not known."""
    lon: float | None
    """Longitude in degrees east, None where not known."""
    lat: float | None
    """Latitude in degrees north, None where not known."""
    radius_km: float = 0.0
    """Radius in km of the disc in which it lay."""
    precision: str = "day"
    """Word of `PRECISIONS`; take the coarser where the two ends differ."""

    def __post_init__(self) -> None:
        """Refuse a time or place that contradicts itself."""
        refuse(_fix_faults(self), what="position of a ship")

    @property
    def span(self) -> tuple[pd.Timestamp, pd.Timestamp] | None:
        """First instant and end of the time it can have been, None where not known."""
        if self.first is None or self.last is None or self.precision == "open":
            return None
        wider = pd.Timedelta(days=NOMINAL_DAYS if self.precision == "nominal" else 0)
        whole = pd.Timedelta(days=1 if self.precision in DAY_LONG else 0)
        return self.first - wider, self.last + whole + wider


def _fix_faults(fix: Fix) -> Iterator[str]:
    if fix.precision not in PRECISIONS:
        yield f"precision {fix.precision!r}; use one of {', '.join(PRECISIONS)}"
    if fix.first is not None and fix.last is not None and not fix.first <= fix.last:
        yield f"time from {fix.first} to {fix.last}; give two times, the earlier first"
    if (fix.lon is None) != (fix.lat is None):
        yield f"longitude {fix.lon}, latitude {fix.lat}; give both or neither"
    if not 0 <= fix.radius_km < math.inf:
        yield f"radius of {fix.radius_km} km; give 0 or more"


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
        """Give the latitude of the middle of a row."""
        return self.north - (np.asarray(row) + 0.5) * self.step[0]

    def longitude(self, column: npt.ArrayLike) -> Floats:
        """Give the longitude of the middle of a column."""
        return self.west + (np.asarray(column) + 0.5) * self.step[1]


@dataclass(frozen=True)
class Ways:
    """Sea routes from everywhere to one port."""

    port: Port
    """The port."""
    sea: Sea
    """The grid."""
    miles: Floats
    """Nautical miles from each cell to the port, infinite where cut off, dims (row, column)."""


@dataclass(frozen=True)
class Reach:
    """Whether a ship could have called at a port within its silence; never whether it called."""

    port: str
    """Name of the port."""
    probability: Estimate
    """Share of the speeds, dates and positions tried that leave time for a call.

    `low` and `high` are the answers for the least and the most favourable dates and
    positions, widened by the Monte Carlo error; `value` is NaN where a position or time is
    not known.
    """
    monte_carlo: float
    """Half-width of the 90 percent Monte Carlo error of the value."""
    slack: Estimate | None
    """Days left after sailing both legs, below 0 where there is no time; None if not known."""
    window: tuple[pd.Timestamp, pd.Timestamp] | None
    """When it could have been in port: 5th percentile of the earliest arrival to 95th of the
    latest departure over the feasible draws; None where there are none."""
    nautical_miles: tuple[float | None, float | None]
    """Sea route to the port and on from it, None where that position is not known."""
    at_looks: tuple[float | None, ...]
    """For each look asked about, the share of draws in which it could have lain in port then;
    None where a position or time is not known."""
    words: str
    """The answer in words."""


def _outlines(paths: Sequence[Path]) -> tuple[list[dict[str, Any]], list[list[float]]]:
    """Read the polygons and the bounding boxes of GeoJSON files."""
    shapes: list[dict[str, Any]] = []
    boxes: list[list[float]] = []
    for path in paths:
        try:
            read = json.loads(Path(path).read_text(encoding="utf-8"))
            features = read["features"]
            found = [each["geometry"] for each in features if each["geometry"]]
        except (ValueError, KeyError, TypeError) as error:
            message = f"{path}: {error!r}; give a GeoJSON FeatureCollection of land polygons"
            raise DataError(message) from error
        shapes += [each for each in found if each["type"] in ("Polygon", "MultiPolygon")]
        if "bbox" in read:
            boxes.append(read["bbox"])
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
        or there would be more than `MOST_CELLS` cells.
    """
    shapes, boxes = _outlines(land)
    if bounds is None and boxes:
        edges = np.array(boxes)
        bounds = (*edges[:, :2].min(axis=0), *edges[:, 2:].max(axis=0))
    if not shapes or bounds is None:
        message = f"{len(shapes)} land polygons, bounds {bounds}; give polygons and their bounds"
        raise DataError(message)
    west, south, east, north = bounds
    sound = west < east and -85 < south < north < 85 and cell_km > 0
    high = cell_km / KM_PER_DEGREE if sound else math.nan
    wide = high / math.cos(math.radians((south + north) / 2))
    rows, columns = (north - south) / high, (east - west) / wide
    if not sound or rows * columns > MOST_CELLS:
        message = (
            f"bounds {bounds}, cells of {cell_km} km; give (west, south, east, north) and a cell "
            f"that makes no more than {MOST_CELLS} cells"
        )
        raise DataError(message)
    touched = rasterize(
        shapes,
        out_shape=(math.ceil(rows), math.ceil(columns)),
        transform=Affine(wide, 0.0, west, 0.0, -high, north),
        all_touched=True,
    )
    water = _open_water(touched == 0)
    _, nearest = ndimage.distance_transform_edt(~water, return_indices=True)
    return Sea(west, north, (high, wide), water, nearest.astype(np.int64))


def _open_water(water: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Take away ponds: water of few cells with no way out."""
    parts, _ = ndimage.label(water)
    large = np.bincount(parts.ravel()) >= min(SMALLEST_SEA, water.size)
    large[0] = False
    if not large.any():
        message = "the outlines leave no sea inside the bounds; widen the bounds"
        raise DataError(message)
    return large[parts]


def _passed(move: tuple[int, int]) -> set[tuple[int, int]]:
    """Name the cells that a step touches on its way, both ends left out."""
    along = np.linspace(0, 1, 121)[:, None] * np.array(move)
    nudges = np.array([(-1e-6, -1e-6), (-1e-6, 1e-6), (1e-6, -1e-6), (1e-6, 1e-6)])
    cells = np.rint(along[:, None, :] + nudges).astype(int).reshape(-1, 2)
    return {(int(y), int(x)) for y, x in cells} - {(0, 0), move}


def _shifted(water: npt.NDArray[np.bool_], move: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Tell of each cell whether the one a step away is sea; off the grid there is none."""
    (down, right), (rows, columns) = move, water.shape
    moved = np.zeros_like(water)
    moved[max(-down, 0) : rows - max(down, 0), max(-right, 0) : columns - max(right, 0)] = water[
        max(down, 0) : rows + min(down, 0), max(right, 0) : columns + min(right, 0)
    ]
    return moved


def _apart(lon: npt.ArrayLike, lat: npt.ArrayLike, lon0: Any, lat0: Any) -> Floats:
    """Great-circle distance in nautical miles."""
    here, there = np.radians(np.asarray(lat, float)), np.radians(np.asarray(lat0, float))
    east = np.radians(np.asarray(lon, float) - np.asarray(lon0, float))
    half = np.sin((here - there) / 2) ** 2 + np.cos(here) * np.cos(there) * np.sin(east / 2) ** 2
    angle = np.degrees(2 * np.arcsin(np.sqrt(half)))
    return np.asarray(angle * KM_PER_DEGREE / KM_PER_NAUTICAL_MILE)


def ways_to(sea: Sea, port: Port) -> Ways:
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
    for move in MOVES:
        free = sea.water & _shifted(sea.water, move)
        for cell in _passed(move):
            free &= _shifted(sea.water, cell)
        row, column = np.nonzero(free)
        starts.append(number[row, column])
        ends.append(number[row + move[0], column + move[1]])
        rows = np.arange(sea.water.shape[0])
        by_row = _apart(
            move[1] * sea.step[1], sea.latitude(rows + move[0]), 0.0, sea.latitude(rows)
        )
        lengths.append(by_row[row])
    nodes = np.count_nonzero(sea.water)
    graph = csr_matrix(
        (np.concatenate(lengths), (np.concatenate(starts), np.concatenate(ends))), (nodes, nodes)
    )
    row, column = _cell(sea, port.lon, port.lat, who=f"port {port.name}")
    found = dijkstra(graph, directed=False, indices=int(number[row[0], column[0]]))
    miles = np.full(sea.water.shape, math.inf)
    miles[sea.water] = found
    return Ways(port, sea, miles)


def _cell(
    sea: Sea, lon: npt.ArrayLike, lat: npt.ArrayLike, *, who: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Find the sea cell nearest to each position; the first must lie by the sea."""
    east, up = np.atleast_1d(lon).astype(float), np.atleast_1d(lat).astype(float)
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


def sea_miles(ways: Ways, lon: float, lat: float) -> float:
    """Give the sea route from a position to the port of `ways`.

    Parameters
    ----------
    ways : Ways
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
    return float(_leg(ways, lon, lat)[0])


def _leg(ways: Ways, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Floats:
    """Sea route from each position; one that is cut off stands where the first does."""
    row, column = _cell(ways.sea, lon, lat, who="position")
    miles = ways.miles[row, column]
    if not np.isfinite(miles[0]):
        message = (
            f"no sea leads from {np.atleast_1d(lon)[0]:g} E, {np.atleast_1d(lat)[0]:g} N to "
            f"{ways.port.name} inside the bounds; widen them or use finer cells"
        )
        raise DataError(message)
    return np.where(np.isfinite(miles), miles, miles[0])


def _disc(radius: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draw points of a disc, the middle first: km east and north."""
    far = radius * np.sqrt(rng.random(DRAWS))
    turn = rng.uniform(0, 2 * math.pi, DRAWS)
    far[0] = 0.0
    return far * np.sin(turn), far * np.cos(turn)


def _legs(ways: Ways, fix: Fix, rng: np.random.Generator) -> Floats | None:
    """Draw sea routes between the disc of a position and that of the port, dims (draw)."""
    if fix.lon is None or fix.lat is None:
        return None
    east, north = _disc(fix.radius_km, rng)
    lat = fix.lat + north / KM_PER_DEGREE
    miles = _leg(ways, fix.lon + east / (KM_PER_DEGREE * np.cos(np.radians(lat))), lat)
    shift, _ = _disc(ways.port.radius_km, rng)
    return np.maximum(miles + shift / KM_PER_NAUTICAL_MILE, 0.0)


@dataclass(frozen=True)
class _Silence:
    """Draws of a silence, in hours from its earliest beginning."""

    start: pd.Timestamp
    gone: Floats
    back: Floats
    shortest: float
    longest: float

    def instant(self, hours: float) -> pd.Timestamp:
        """Turn hours into a time."""
        return (self.start + pd.Timedelta(hours=float(hours))).round("min")


def _silence(before: Fix, after: Fix, rng: np.random.Generator) -> _Silence | None:
    """Draw when the ship fell silent and was heard again, None where a time is not known."""
    if before.span is None or after.span is None:
        return None
    start = before.span[0]
    ends = [(each - start) / pd.Timedelta(hours=1) for each in (*before.span, *after.span)]
    gone = ends[1] * rng.random(16 * DRAWS)
    back = ends[2] + (ends[3] - ends[2]) * rng.random(16 * DRAWS)
    ordered = np.flatnonzero(gone <= back)
    if ordered.size == 0:
        message = (
            f"last heard from {start}, heard again until {after.span[1]}: no room for a silence; "
            "check the order of the two positions"
        )
        raise DataError(message)
    taken = np.resize(ordered, DRAWS)
    return _Silence(start, gone[taken], back[taken], max(ends[2] - ends[1], 0.0), ends[3] - ends[0])


def _chance(gap: float, miles: float, dwell: float, law: Any) -> float:
    """Share of speeds that leave time for a call, gap and dwell in hours."""
    if gap < dwell:
        return 0.0
    return 1.0 if miles == 0 else float(law.sf(miles / (gap - dwell))) if gap > dwell else 0.0


def _speeds(knots: float, spread: float, fastest: float) -> Any:
    if not (0 < knots < math.inf and 0 < spread < math.inf and 0 < fastest < math.inf):
        message = f"speed {knots} kn, spread {spread}, fastest {fastest}; give three above 0"
        raise DataError(message)
    return stats.truncnorm(-knots / spread, (fastest - knots) / spread, knots, spread)


def reach(
    before: Fix,
    after: Fix,
    ways: Ways,
    *,
    seed: int,
    looks: Sequence[pd.Timestamp] = (),
    dwell_hours: float = DWELL_HOURS,
    knots: float = SPEED_KNOTS,
    spread: float = SPEED_SPREAD,
    fastest: float = FASTEST_KNOTS,
) -> Reach:
    """Ask whether a ship could have called at a port between two positions.

    Parameters
    ----------
    before, after : Fix
        Last position before the silence and first one after it.
    ways : Ways
        Sea routes to the port.
    seed : int
        Seed of the draws.
    looks : sequence of pandas.Timestamp
        Moments at which the ship might have lain in port, such as the time of an image.
    dwell_hours : float
        Shortest call in hours.
    knots, spread, fastest : float
        Speed kept up over both legs: normal, cut off above `fastest`, in knots.

    Returns
    -------
    Reach
        The probability that the silence leaves time for the call. Without a time it may be
        anything from 0 to 1; without a position it is at most what the other leg leaves.

    Raises
    ------
    DataError
        If the ship is heard again before it falls silent, a position lies off the grid or no
        sea leads to the port, or a speed or call makes no sense.

    Notes
    -----
    slack = (t2 - t1) - (d1 + d2) / v; a call is feasible where the slack is no less than
    `dwell_hours`. Times are drawn evenly over their intervals, positions over their discs.
    A silence that covers a sighting is consistent with a call, never evidence of one by
    itself.
    """
    law = _speeds(knots, spread, fastest)
    if not 0 <= dwell_hours < math.inf:
        message = f"call of {dwell_hours} hours; give 0 or more"
        raise DataError(message)
    rng = np.random.default_rng(seed)
    silence = _silence(before, after, rng)
    first, second = _legs(ways, before, rng), _legs(ways, after, rng)
    if silence is None or first is None or second is None:
        bound = _most_favourable(silence, first, second, law, dwell_hours)
        return _not_known(ways.port.name, silence, first, second, bound, len(looks))
    speed = np.asarray(law.rvs(DRAWS, random_state=rng))
    arrive, leave = silence.gone + first / speed, silence.back - second / speed
    able = leave - arrive >= dwell_hours
    value = float(able.mean())
    error = float(stats.norm.ppf((1 + LEVEL) / 2)) * math.sqrt(value * (1 - value) / DRAWS)
    least = _chance(silence.shortest, float(first.max() + second.max()), dwell_hours, law)
    most = _most_favourable(silence, first, second, law, dwell_hours)
    low, high = max(min(least, value - error), 0.0), min(max(most, value + error), 1.0)
    return Reach(
        port=ways.port.name,
        probability=Estimate(value, low, high, "p", LEVEL, "speeds, dates and positions drawn"),
        monte_carlo=error,
        slack=_middle((leave - arrive) / 24, "days", "silence less the time at sea"),
        window=_window(silence, arrive[able], leave[able]),
        nautical_miles=(_miles(first), _miles(second)),
        at_looks=tuple(_at(look, silence, arrive, leave, able) for look in looks),
        words=_words(ways.port.name, value),
    )


def _most_favourable(
    silence: _Silence | None, first: Floats | None, second: Floats | None, law: Any, dwell: float
) -> float:
    """Answer for the longest silence and the nearest positions, none at all where not known."""
    if silence is None:
        return 1.0
    near = sum(float(leg.min()) for leg in (first, second) if leg is not None)
    return _chance(silence.longest, near, dwell, law)


def _miles(leg: Floats | None) -> float | None:
    return None if leg is None else round(float(leg[0]), 1)


def _middle(draws: Floats, unit: str, method: str) -> Estimate:
    low, value, high = (float(each) for each in np.quantile(draws, [0.05, 0.5, 0.95]))
    return Estimate(value, low, high, unit, LEVEL, method)


def _window(
    silence: _Silence, arrive: Floats, leave: Floats
) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    if arrive.size == 0:
        return None
    return silence.instant(np.quantile(arrive, 0.05)), silence.instant(np.quantile(leave, 0.95))


def _at(
    look: pd.Timestamp,
    silence: _Silence,
    arrive: Floats,
    leave: Floats,
    able: npt.NDArray[np.bool_],
) -> float:
    hour = (look - silence.start) / pd.Timedelta(hours=1)
    return float(np.mean(able & (arrive <= hour) & (hour <= leave)))


def _words(port: str, value: float) -> str:
    if value == 0:
        return (
            f"It could not have called at {port} within this silence, at the speeds and on the "
            "dates tried."
        )
    often = next(words for least, words in HOW_OFTEN if value > least)
    return f"It could have called at {port}: there is time for it {often}. {NO_CALL}"


def _not_known(
    port: str,
    silence: _Silence | None,
    first: Floats | None,
    second: Floats | None,
    bound: float,
    looks: int,
) -> Reach:
    """Answer as widely as a missing time or position demands."""
    what = "time" if silence is None else "position"
    words = f"Whether it could have called at {port} cannot be said: a {what} is missing."
    return Reach(
        port=port,
        probability=Estimate(
            0.0 if bound == 0 else math.nan, 0.0, bound, "p", 1.0, f"a {what} is missing"
        ),
        monte_carlo=0.0,
        slack=None,
        window=None,
        nautical_miles=(_miles(first), _miles(second)),
        at_looks=(None,) * looks,
        words=_words(port, 0.0) if bound == 0 else words,
    )


def reach_of_rows(
    before: pd.DataFrame,
    after: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    port: str,
    land: Path,
    seed: int,
) -> Reach:
    """Ask whether a ship could have called at a port between two sightings of the record.

    Parameters
    ----------
    before, after : pandas.DataFrame
        One row each of ``ship_sightings`` whose scope is the id of a site.
    sites : pandas.DataFrame
        The table ``sites``.
    port : str
        Id of the site in question.
    land : Path
        GeoJSON of the land around.
    seed : int
        Seed of the draws.

    Returns
    -------
    Reach
        As `reach`; a site without a position gives an answer from 0 to 1.
    """
    places = sites.set_index("id")

    def fix(row: pd.Series) -> Fix:
        site = places.loc[row["scope"]]
        known = not math.isnan(site["lat"])
        return Fix(
            first=row["date_first"],
            last=row["date_last"],
            lon=site["lon"] if known else None,
            lat=site["lat"] if known else None,
            radius_km=site["uncertainty_m"] / 1000 if known else 0.0,
            precision=row["precision_first"],
        )

    there = places.loc[port]
    asked = Port(there["name"], there["lon"], there["lat"], there["uncertainty_m"] / 1000)
    ways = ways_to(read_sea([land]), asked)
    return reach(fix(before.iloc[0]), fix(after.iloc[0]), ways, seed=seed)
