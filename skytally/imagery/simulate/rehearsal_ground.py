"""The ground of a rehearsal: water, quay, yard and land of a site, and what one pass sees of it.

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
REFLECTANCE = np.array(
    [
        [0.045, 0.065, 0.060, 0.240, 0.190, 0.110],
        [0.045, 0.040, 0.026, 0.014, 0.008, 0.006],
        [0.170, 0.190, 0.205, 0.230, 0.250, 0.230],
        [0.100, 0.110, 0.120, 0.140, 0.180, 0.170],
        [0.110, 0.140, 0.175, 0.230, 0.310, 0.280],
    ],
    dtype=np.float32,
)
"""Surface reflectance of each kind of ground (rows) in each of `BANDS`; round figures."""
SNOW = np.array([0.70, 0.70, 0.69, 0.62, 0.10, 0.08], dtype=np.float32)
CLOUD = np.array([0.55, 0.54, 0.54, 0.56, 0.40, 0.32], dtype=np.float32)
HULL = np.array([0.21, 0.21, 0.22, 0.22, 0.20, 0.19], dtype=np.float32)
SHADOW = 0.45
"""Share of the light left under a cloud's shadow."""
NOISE = 0.0012
"""Standard deviation of a pixel's reflectance."""
BACKSCATTER = np.array([0.09, 0.010, 0.30, 0.14, 0.08], dtype=np.float32)
"""Linear gamma nought of each kind of ground in VV; VH is a sixth of it."""
SHIP_BACKSCATTER = 4.0
LOOKS = 4.4
"""Equivalent number of looks of the speckle."""
CLASS_OF = np.array([4, 6, 5, 5, 5], dtype=np.uint8)
"""Scene class (SCL) of each kind of ground: vegetation, water, bare."""
NO_DATA, SHADOWED, CLOUDY, SNOWY = 0, 3, 9, 11
QUAY_SIZE = (700.0, 110.0)
"""Length and depth of a quay, metres."""
YARD_SIZE = (900.0, 60.0)
"""Length and width of a bundle of tracks, metres."""
PIT_SIZE, PIT_PITCH, DEPOT_SIZE = 40.0, 90.0, 900.0
"""Side of a pit, distance from one to the next, side of the field they lie in, metres."""
B12_SHARE = np.float32(0.8)
"""Reflectance of a rehearsed place in b12 over that in b11."""
HULL_ON_WATER = 0.06
"""Red reflectance from which a rehearsed pixel of water is a hull, for the radar."""
STANDOFF = 6.0
"""Gap between a ship and the quay, metres."""
EDGE = 20
"""Metres to which the edge of a swath is drawn, the pixel of the scene classes."""


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


@dataclass(frozen=True)
class Sky:
    """What lies between the ground and the satellite in one pass."""

    cloud: float = 0.0
    """Share of the drawing under cloud."""
    snow: bool = False
    """Whether snow lies on the land."""
    covered: float = 1.0
    """Share of the drawing inside the swath, from the west; the rest has no data."""


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


def _hull(where: Ground, ships: Sequence[BerthedShip]) -> Floats:
    covered: Floats = np.zeros(where.kinds.shape, dtype=np.float32)
    rows, columns = where.kinds.shape
    inverse = ~where.grid.transform(GSD)
    reach = 12
    steps = (np.arange(-reach * 5, reach * 5) + 0.5) / 5
    for ship in ships:
        column, row = (int(each) for each in inverse @ (ship.x, ship.y))
        top, left = row - reach, column - reach
        if top < 0 or left < 0 or row + reach > rows or column + reach > columns:
            continue
        dx, dy = np.meshgrid(steps * GSD, -steps * GSD)
        turn = np.deg2rad(ship.axis_deg)
        along = dx * np.sin(turn) + dy * np.cos(turn)
        across = dx * np.cos(turn) - dy * np.sin(turn)
        fine = (np.abs(along) <= ship.length / 2) & (np.abs(across) <= ship.beam / 2)
        share = fine.reshape(2 * reach, 5, 2 * reach, 5).mean(axis=(1, 3))
        part = covered[top : row + reach, left : column + reach]
        np.maximum(part, share.astype(np.float32), out=part)
    return covered


def _outside(where: Ground, sky: Sky) -> npt.NDArray[np.bool_]:
    columns = where.kinds.shape[1]
    edge = round(columns * sky.covered * GSD / EDGE) * EDGE // GSD
    return np.broadcast_to(np.arange(columns) >= edge, where.kinds.shape)


def optical_view(
    where: Ground, day: int, sky: Sky, *, rng: np.random.Generator
) -> tuple[dict[str, Floats], Classes]:
    """Reflectance of the ground in one optical pass.

    Parameters
    ----------
    where : Ground
        The ground.
    day : int
        Day of the pass, days since 1970-01-01.
    sky : Sky
        Cloud, snow and swath.
    rng : numpy.random.Generator
        Source of the clouds' shape and of the noise.

    Returns
    -------
    tuple of dict and numpy.ndarray
        Reflectance of each of `BANDS`, NaN outside the swath, dims (y, x); scene classes as in
        the Sentinel-2 classification, dims (y, x).
    """
    shape = where.kinds.shape
    hull = _hull(where, ships_at_berth(where, day))
    classes = CLASS_OF[where.kinds]
    classes[hull > 0.5] = 5
    for patch in where.patches:
        classes[patch.part] = patch.place.classes
    snow = (where.kinds == LAND) & (smooth_field(shape, cells=12, rng=rng) > 0.35) & sky.snow
    classes[snow] = SNOWY
    clouds = smooth_field(shape, cells=6, rng=rng) + 0.3 * smooth_field(shape, cells=30, rng=rng)
    thick = np.zeros(shape, dtype=bool)
    if sky.cloud > 0:
        thick = clouds >= np.quantile(clouds, 1 - sky.cloud)
    shade = np.roll(thick, (20, -20), axis=(0, 1)) & ~thick
    classes[shade], classes[thick] = SHADOWED, CLOUDY
    outside = _outside(where, sky)
    classes[outside] = NO_DATA
    bands = {}
    for i, band in enumerate(BANDS):
        seen = REFLECTANCE[where.kinds, i] * where.texture
        seen += hull * (HULL[i] - seen)
        for patch in where.patches:
            seen[patch.part] = patch.reflectance(day)[i]
        seen = np.where(snow, SNOW[i] * where.texture, seen)
        seen = np.where(shade, seen * np.float32(SHADOW), seen)
        seen = np.where(thick, CLOUD[i] * (0.8 + 0.4 * clouds), seen)
        seen += rng.normal(0.0, NOISE, shape).astype(np.float32)
        bands[band] = np.where(outside, np.float32(np.nan), np.clip(seen, 0.0, 1.4))
    return bands, classes


def radar_view(where: Ground, day: int, sky: Sky, *, rng: np.random.Generator) -> dict[str, Floats]:
    """Backscatter of the ground in one radar pass.

    Parameters
    ----------
    where : Ground
        The ground.
    day : int
        Day of the pass, days since 1970-01-01.
    sky : Sky
        Only its swath matters.
    rng : numpy.random.Generator
        Source of the speckle.

    Returns
    -------
    dict
        Linear gamma nought in ``vv`` and ``vh``, NaN outside the swath, dims (y, x).
    """
    hull = _hull(where, ships_at_berth(where, day))
    for patch in where.patches:
        red = patch.reflectance(day)[BANDS.index("b04")]
        water = patch.place.classes == WATER_CLASS
        hull[patch.part] = water & (red > HULL_ON_WATER)
    calm = BACKSCATTER[where.kinds] * where.texture + hull * SHIP_BACKSCATTER
    outside = _outside(where, sky)
    seen = {}
    for word, share in (("vv", 1.0), ("vh", 1 / 6)):
        speckle = np.asarray(rng.gamma(LOOKS, 1 / LOOKS, calm.shape), dtype=np.float32)
        seen[word] = np.where(outside, np.float32(np.nan), calm * np.float32(share) * speckle)
    return seen
