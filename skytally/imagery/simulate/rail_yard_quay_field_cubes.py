"""Simulated yards, quays and fields as cubes, with the masks a measure needs and the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import ndimage

from skytally.imagery.simulate.railcar_stack_and_pit_layouts import ballast_bed, tracks
from skytally.imagery.simulate.sensor_blurred_rectangle_drawing import (
    BANDS,
    SPECTRA,
    Box,
    Extent,
    Sharpness,
)
from skytally.imagery.simulate.terrain_images_under_weather import (
    Weather,
    observed_ground,
    stacked_cube,
    terrain,
)

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FOUR = BANDS[:4]


@dataclass(frozen=True, eq=False)
class SimulatedPlace:
    """A simulated place, of which any number of images can be drawn."""

    extent: Extent
    """Its pixels."""
    ground: Floats
    """What lies there always, from `terrain` of `terrain_images_under_weather`."""
    target: Bools
    """Quay, field or yard, dims (y, x)."""
    ring: Bools
    """Ground that never changes, dims (y, x)."""
    lines: tuple[Floats, ...]
    """Tracks of a yard, metres from the north-western corner, each dims (point, 2)."""
    free: tuple[float, float, float, float]
    """Left, top, right, bottom of where objects may be put, metres from that corner."""
    weather: Weather
    """How its looks differ."""
    sharpness: Sharpness
    """How its camera blurs."""
    bands: tuple[str, ...]
    """Bands of its looks."""

    @property
    def tracks(self) -> tuple[Floats, ...]:
        """Tracks in the CRS."""
        corner = np.array([self.extent.west, self.extent.north])
        return tuple(corner + line * np.array([1.0, -1.0]) for line in self.lines)


def _around(
    rng: np.random.Generator, extent: Extent, kinds: Sequence[str], count: int, axis: float
) -> list[Box]:
    wide, high = extent.columns * extent.gsd, extent.rows * extent.gsd
    return [
        Box(
            rng.uniform(0.0, wide),
            rng.uniform(0.0, high),
            rng.uniform(40.0, 150.0),
            rng.uniform(20.0, 80.0),
            axis,
            SPECTRA[str(rng.choice(list(kinds)))],
        )
        for _ in range(count)
    ]


def _world(other: bool) -> tuple[Weather, Sharpness]:
    return Weather(heavy=other), Sharpness(box=other)


def simulated_yard(
    rng: np.random.Generator, *, count: int = 4, length: float = 850.0, other: bool = False
) -> SimulatedPlace:
    """Lay out a yard of parallel tracks between gravel, straw and soil.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    count : int
        Number of tracks.
    length : float
        Metres of each.
    other : bool
        Whether texture, blur and noise are of the second family.

    Returns
    -------
    Place
    """
    extent = Extent(40 + count // 2, max(int(length / 10.0) + 15, 30))
    lines = tracks(count, length, start=(60.0, 120.0), axis=8.0, bend=10.0)
    lane = tracks(1, length, start=(64.0, 95.0), axis=8.0, bend=10.0)
    around = _around(rng, extent, ("soil", "grass", "concrete"), 14, 8.0)
    ground = terrain(
        [*around, *ballast_bed(lane, width=8.0), *ballast_bed(lines)],
        extent,
        rng,
        base="straw",
        patchy=other,
    )
    middle = np.concatenate(lines)
    target = np.zeros((extent.rows, extent.columns), bool)
    target[(middle[:, 1] // 10).astype(int), (middle[:, 0] // 10).astype(int)] = True
    target = ndimage.binary_dilation(target, iterations=2)
    ring = ~ndimage.binary_dilation(target, iterations=2)
    ends = (0.0, 0.0, extent.columns * 10.0, extent.rows * 10.0)
    return SimulatedPlace(extent, ground, target, ring, lines, ends, *_world(other), FOUR)


def simulated_quay(rng: np.random.Generator, *, other: bool = False) -> SimulatedPlace:
    """Lay out a concrete quay between harbour water and land.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    other : bool
        As `simulated_yard`.

    Returns
    -------
    Place
    """
    extent = Extent(60, 70)
    land = _around(rng, Extent(60, 70), ("straw", "concrete", "soil"), 12, 0.0)
    land = [Box(b.x, 350.0 + b.y / 3.0, b.length, b.width, b.axis, b.colour) for b in land]
    quay = Box(350.0, 250.0, 460.0, 160.0, 0.0, SPECTRA["concrete"])
    water = Box(350.0, 85.0, 700.0, 170.0, 0.0, SPECTRA["water"])
    ground = terrain([*land, quay, water], extent, rng, base="straw", patchy=other, rough=0.06)
    target = np.zeros((60, 70), bool)
    target[17:33, 12:58] = True
    ring = np.zeros_like(target)
    ring[35:] = True
    ends = (140.0, 190.0, 560.0, 310.0)
    return SimulatedPlace(extent, ground, target, ring, (), ends, *_world(other), FOUR)


def simulated_field(
    rng: np.random.Generator, *, side: int = 60, other: bool = False
) -> SimulatedPlace:
    """Lay out a field of grass and straw.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    side : int
        Rows and columns; the middle half is the field watched.
    other : bool
        As `simulated_yard`.

    Returns
    -------
    Place
    """
    extent = Extent(side, side)
    around = _around(rng, extent, ("straw", "grass", "straw"), 10, float(rng.uniform(0.0, 90.0)))
    ground = terrain(around, extent, rng, base="grass", patchy=other)
    edge = side // 4
    target = np.zeros((side, side), bool)
    target[edge:-edge, edge:-edge] = True
    ends = (edge * 10.0, edge * 10.0, (side - edge) * 10.0, (side - edge) * 10.0)
    return SimulatedPlace(extent, ground, target, ~target, (), ends, *_world(other), BANDS)


def place_image(place: SimulatedPlace, boxes: Sequence[Box], rng: np.random.Generator) -> Floats:
    """One image of a place with objects on it, dims (band, y, x)."""
    return observed_ground(
        place.ground, boxes, place.extent, rng, weather=place.weather,
        sharpness=place.sharpness, bands=place.bands,
    )  # fmt: skip


def place_cube(
    place: SimulatedPlace, boxes: Sequence[Sequence[Box]], rng: np.random.Generator, *, first: str,
    days: float = 5.0,
) -> xr.Dataset:  # fmt: skip
    """Cube of images of a place, one for each set of objects.

    Parameters
    ----------
    place : SimulatedPlace
        Where.
    boxes : sequence of sequence of Box
        Objects there in each look; an empty sequence for none.
    rng : numpy.random.Generator
        Source of chance.
    first : str
        Date of the first look.
    days : float
        Days from look to look.

    Returns
    -------
    xarray.Dataset, dims (time, band, y, x)
        Labelled ``simulated``.
    """
    steps = np.round(np.arange(len(boxes)) * days * 86_400).astype("timedelta64[s]")
    images = [place_image(place, each, rng) for each in boxes]
    return stacked_cube(images, np.datetime64(first, "s") + steps, place.extent, bands=place.bands)
