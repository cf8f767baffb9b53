"""Layouts of the sites of a rehearsal: where water, quay, tracks and pits lie; calls of ships.

Made to exercise acquisition, not to calibrate a measure. Where coast, quay and tracks lie is
invented anew for each seed, since nobody has seen the sites yet; only their kinds are taken from
the outlines. Nothing here ever enters the evidence.
"""

from __future__ import annotations

import bisect
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.imagery.simulate.rehearsal_port_yard_and_depot import WATER_CLASS, RehearsedPlace
from skytally.imagery.sites import Grid, Site

Floats = npt.NDArray[np.float32]
Classes = npt.NDArray[np.uint8]

GSD = 10
"""Metres a pixel at which everything is drawn."""
LAND, WATER, QUAY, TRACK, PIT = range(5)
BANDS = ("b02", "b03", "b04", "b08", "b11", "b12")
QUAY_SIZE = (700.0, 110.0)
"""Length and depth of a quay, metres."""
YARD_SIZE = (900.0, 60.0)
"""Length and width of a bundle of tracks, metres."""
PIT_SIZE, PIT_PITCH, DEPOT_SIZE = 40.0, 90.0, 900.0
"""Side of a pit, distance from one to the next, side of the field they lie in, metres."""
B12_SHARE = np.float32(0.8)
"""Reflectance of a rehearsed place in b12 over that in b11."""
STANDOFF = 6.0
"""Gap between a ship and the quay, metres."""


@dataclass(frozen=True)
class BerthedShip:
    """A ship at the berth: part of the truth of a rehearsal."""

    x: float
    """Easting of its middle, metres."""
    y: float
    """Northing of its middle, metres."""
    axis_deg: float
    """Direction of its keel, degrees clockwise from north."""
    length: float
    """Metres."""
    beam: float
    """Metres."""
    first: int
    """First day at the berth, days since 1970-01-01."""
    last: int
    """Last day at the berth, days since 1970-01-01."""


@dataclass(frozen=True, eq=False)
class Patch:
    """A rehearsed place in the drawing, in which something begins with the study."""

    row: int
    """First row of it in the drawing."""
    column: int
    """First column of it in the drawing."""
    days: tuple[int, ...]
    """Days of its images, days since 1970-01-01, ascending."""
    place: RehearsedPlace
    """Its images, one a day, and their scene classes."""

    def reflectance(self, day: int) -> Floats:
        """Reflectance of the last image up to a day, dims (band, y, x), bands as `BANDS`."""
        number = max(bisect.bisect_right(self.days, day) - 1, 0)
        image = np.asarray(self.place.images[number], dtype=np.float32)
        return np.concatenate([image, B12_SHARE * image[-1:]])

    @property
    def part(self) -> tuple[slice, slice]:
        """Rows and columns of the drawing that it fills."""
        rows, columns = self.place.shape
        return slice(self.row, self.row + rows), slice(self.column, self.column + columns)


@dataclass(frozen=True)
class Ground:
    """What lies where around a site, on pixels of `GSD` metres."""

    grid: Grid
    """Grid of the drawing, larger than the site's."""
    kinds: Classes
    """Kind of ground, dims (y, x)."""
    texture: Floats
    """Factor near 1 by which the ground varies, dims (y, x); the same in every pass."""
    ships: tuple[BerthedShip, ...]
    """Every ship that calls."""
    patches: tuple[Patch, ...] = ()
    """Rehearsed places; around them lie land and nothing else."""


def seeded_generator(seed: int, *words: str) -> np.random.Generator:
    """Random generator that depends on the seed and the words, and on nothing else."""
    return np.random.default_rng([seed, *(zlib.crc32(word.encode()) for word in words)])


def smooth_field(shape: tuple[int, int], *, cells: int, rng: np.random.Generator) -> Floats:
    """Draw a smooth random field with values from 0 to 1, `cells` bumps along each side."""
    coarse = rng.random((cells + 3, cells + 3))
    y, x = (np.linspace(1, cells + 1, size) for size in shape)
    rows = ndimage.map_coordinates(coarse, np.meshgrid(y, x, indexing="ij"), order=1)
    return rows.astype(np.float32)


@dataclass(frozen=True)
class Layout:
    """Where a site's objects lie: a frame with its origin on the quay or among the tracks."""

    x: float
    """Easting of the origin, metres."""
    y: float
    """Northing of the origin, metres."""
    axis_deg: float
    """Direction along the quay or the tracks, degrees clockwise from north."""

    def frame(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Metres along the axis and metres to its left, for eastings and northings."""
        turn = np.deg2rad(self.axis_deg)
        along = (x - self.x) * np.sin(turn) + (y - self.y) * np.cos(turn)
        left = (y - self.y) * np.sin(turn) - (x - self.x) * np.cos(turn)
        return along.astype(np.float32), left.astype(np.float32)


def layout(site: Site, *, seed: int) -> Layout:
    """Draw at random where a site's objects lie: near its middle, at any angle."""
    rng = seeded_generator(seed, site.slug, "layout")
    west, south, east, north = site.grid.bounds
    reach = min(east - west, north - south) / 12
    x, y = rng.uniform(-reach, reach, 2)
    return Layout((west + east) / 2 + x, (south + north) / 2 + y, float(rng.uniform(0, 180)))


def _calls(site: Site, *, seed: int, days: tuple[int, int]) -> tuple[BerthedShip, ...]:
    if "berth" not in _kinds(site):
        return ()
    rng = seeded_generator(seed, site.slug, "ships")
    place = layout(site, seed=seed)
    turn = np.deg2rad(place.axis_deg)
    ships, day = [], days[0]
    while day < days[1]:
        stay, length = int(rng.integers(2, 7)), float(rng.uniform(90, 140))
        beam, along = length / 6.5, float(rng.uniform(-250, 250))
        left = QUAY_SIZE[1] / 2 + STANDOFF + beam / 2
        x = place.x + along * np.sin(turn) - left * np.cos(turn)
        y = place.y + along * np.cos(turn) + left * np.sin(turn)
        ships.append(BerthedShip(float(x), float(y), place.axis_deg, length, beam, day, day + stay))
        day += stay + int(rng.integers(1, 9))
    return tuple(ships)


def _kinds(site: Site) -> set[str]:
    return {outline.kind for outline in site.outlines}


def _paint(kinds: Classes, site: Site, grid: Grid, *, seed: int) -> None:
    rows, columns = kinds.shape
    west, _, _, north = grid.bounds
    x, y = np.meshgrid(
        west + (np.arange(columns) + 0.5) * GSD, north - (np.arange(rows) + 0.5) * GSD
    )
    along, left = layout(site, seed=seed).frame(x.astype(np.float32), y.astype(np.float32))
    if "berth" in _kinds(site):
        coast = smooth_field(kinds.shape, cells=8, rng=seeded_generator(seed, site.slug, "coast"))
        kinds[left > 250 * (coast - 0.5)] = WATER
        kinds[(np.abs(along) < QUAY_SIZE[0] / 2) & (np.abs(left) < QUAY_SIZE[1] / 2)] = QUAY
        # the quay is built out from the land, and the water before it is deep
        behind = (np.abs(along) < QUAY_SIZE[0] / 2) & (left <= -QUAY_SIZE[1] / 2)
        kinds[behind & (kinds == WATER)] = LAND
        before = (np.abs(along) < QUAY_SIZE[0]) & (left >= QUAY_SIZE[1] / 2)
        kinds[before] = WATER
    if "track" in _kinds(site):
        kinds[(np.abs(along) < YARD_SIZE[0] / 2) & (np.abs(left) < YARD_SIZE[1] / 2)] = TRACK
    if "pit_area" in _kinds(site):
        inside = (np.abs(along) < DEPOT_SIZE / 2) & (left > 100) & (left < 100 + DEPOT_SIZE)
        kinds[inside & (along % PIT_PITCH < PIT_SIZE) & (left % PIT_PITCH < PIT_SIZE)] = PIT


def grid_around(sites: Sequence[Site], *, margin: int) -> Grid:
    """Grid that holds the grids of some sites of one zone, and a margin."""
    west, south, east, north = zip(*(site.grid.bounds for site in sites), strict=True)
    bounds = (min(west) - margin, min(south) - margin, max(east) + margin, max(north) + margin)
    return Grid(sites[0].grid.epsg, bounds)


def ground(
    sites: Sequence[Site],
    *,
    margin: int,
    seed: int,
    days: tuple[int, int],
    places: Mapping[str, tuple[tuple[int, ...], RehearsedPlace]] | None = None,
) -> Ground:
    """Lay out the ground of neighbouring sites.

    Parameters
    ----------
    sites : sequence of Site
        Sites of one zone; the kinds of their outlines say what there is: a quay and its sea,
        tracks, pits. Everything else is land.
    margin : int
        Metres added on every side, a multiple of 60.
    seed : int
        Seed of the texture and of the ships' calls.
    days : tuple of int
        First and last day of the calls, days since 1970-01-01.
    places : mapping, optional
        Slug to the days and images of the place that is rehearsed there instead.

    Returns
    -------
    Ground
        The same for the same arguments.
    """
    grid = grid_around(sites, margin=margin)
    shape = grid.shape(GSD)
    kinds = np.full(shape, LAND, dtype=np.uint8)
    patches = []
    for site in sites:
        if site.slug not in (places or {}):
            _paint(kinds, site, grid, seed=seed)
            continue
        when, place = (places or {})[site.slug]
        row = round((grid.bounds[3] - site.grid.bounds[3]) / GSD)
        patch = Patch(row, round((site.grid.bounds[0] - grid.bounds[0]) / GSD), when, place)
        kinds[patch.part] = np.where(place.classes == WATER_CLASS, WATER, LAND)
        patches.append(patch)
    rng = seeded_generator(seed, sites[0].slug, "ground")
    rough = np.where(kinds == WATER, 0.02, 0.35).astype(np.float32)
    broad = smooth_field(shape, cells=24, rng=rng) + smooth_field(shape, cells=96, rng=rng) - 1
    drawn = [site for site in sites if site.slug not in (places or {})]
    ships = tuple(ship for site in drawn for ship in _calls(site, seed=seed, days=days))
    return Ground(grid, kinds, 1 + rough * broad, ships, tuple(patches))


def ships_at_berth(where: Ground, day: int) -> list[BerthedShip]:
    """Ships at the berth on a day."""
    return [ship for ship in where.ships if ship.first <= day <= ship.last]
