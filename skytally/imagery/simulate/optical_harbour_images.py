"""Simulated optical images of a harbour, with known truth: ships, cranes and weather change."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import rioxarray  # noqa: F401  gives a cube its CRS
import xarray as xr
from scipy import ndimage

from skytally.imagery.simulate import held_out_ship_appearance_model, ship_drawing
from skytally.imagery.simulate.ship_drawing import (
    BANDS,
    MTF,
    Doubles,
    Floats,
    ShipDrawing,
    blur_sigma,
)

FIRST, SECOND = "first", "second"
"""Families of hulls, decks, blurs, noise: `ship_drawing`, `held_out_ship_appearance_model`."""
CLEAR, CLOUD, HAZE, SHADOW, SNOW = "clear", "cloud", "haze", "shadow", "snow"
WATER = np.array([0.050, 0.045, 0.025, 0.012])
CONCRETE = np.array([0.18, 0.19, 0.20, 0.22])
GREEN = np.array([0.040, 0.070, 0.050, 0.300])
BARE = np.array([0.110, 0.140, 0.170, 0.220])
STEEL = np.array([0.090, 0.100, 0.150, 0.160])
SNOW_COLOUR = np.array([0.75, 0.76, 0.76, 0.70])
CLOUD_COLOUR = np.array([0.55, 0.54, 0.53, 0.55])
LENGTHS = (105.0, 120.0, 125.0)
"""Lengths of the ships of METHODS section 10, in metres."""
APRON = 40.0
"""Metres of concrete behind the quay's edge."""
FINE = 2.0
"""Metres between the points at which the ground is drawn."""
STAY_DAYS, STAY_SHAPE, WAIT_SHAPE = 2.4, 4.0, 1.5
"""Mean stay at the berth, shapes of the laws of stays and waits (METHODS section 10)."""
MISS, FALSE = 0.10, 0.05
"""Chance that the cloud mask misses a cloudy look, and that it calls bright concrete cloud."""


@dataclass(frozen=True)
class Harbour:
    """A harbour to be simulated; the same fields give the same images."""

    seed: int
    """Chance."""
    n_looks: int = 24
    """Number of looks."""
    rows: int = 110
    """Rows of the image."""
    columns: int = 120
    """Columns of the image."""
    gsd: float = 10.0
    """Side of a pixel in metres."""
    axis_deg: float = 65.0
    """Bearing of the quay; the sea lies to its right."""
    occupancy: float = 0.45
    """Share of time with a ship at the berth."""
    empty_until: int = 0
    """Looks at the start during which no ship comes: the quiet time before the study."""
    cloud: float = 0.3
    """Share of looks under cloud."""
    haze: float = 0.1
    """Share of looks under thin haze."""
    shadow: float = 0.03
    """Share of looks in a cloud's shadow."""
    snow: float = 0.0
    """Share of looks under snow."""
    jitter_m: float = 2.0
    """Spread of the position of a look, each axis, in metres."""
    noise: float = 0.006
    """Standard deviation of one pixel over water."""
    gain: float = 0.02
    """Spread of the gain from look to look."""
    offset: float = 0.005
    """Spread of the offset from look to look."""
    cranes: int = 3
    """Cranes on the quay, which move from look to look."""
    contrast: float | None = None
    """Deck minus water; None leaves the paints as they fall."""
    lengths: tuple[float, ...] = LENGTHS
    """Lengths that a ship is drawn from, in metres."""
    family: str = FIRST
    """`FIRST` or `SECOND`."""
    step_days: float = 5.0
    """Days from look to look."""
    start: str = "2022-01-03T02:15:00"
    """Time of the first look, UTC."""
    epsg: int = 32652
    """CRS of the image."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns


@dataclass(frozen=True)
class HarbourTruth:
    """Truth of one image."""

    time: np.datetime64
    """Acquisition, UTC."""
    ship: ShipDrawing | None
    """The ship at the berth, or None."""
    weather: str
    """One of `CLEAR`, `CLOUD`, `HAZE`, `SHADOW`, `SNOW`."""
    shift_m: tuple[float, float]
    """How far the look lies to the right of and below its true place, in metres."""


def _seaward(harbour: Harbour, x: Doubles, y: Doubles) -> tuple[Doubles, Doubles]:
    """Metres along the quay and metres off it to seaward."""
    bearing = math.radians(harbour.axis_deg)
    right = x - 0.5 * harbour.columns * harbour.gsd
    down = y - 0.5 * harbour.rows * harbour.gsd
    along = right * math.sin(bearing) - down * math.cos(bearing)
    return along, right * math.cos(bearing) + down * math.sin(bearing)


def harbour_masks(harbour: Harbour) -> dict[str, npt.NDArray[np.bool_]]:
    """Outlines that a person would draw, as masks on the grid of the images.

    Parameters
    ----------
    harbour : Harbour
        The harbour.

    Returns
    -------
    dict of str to ndarray of bool, dims (y, x)
        ``berth`` (water beside the quay), ``quay`` (its apron), ``openwater``, ``land``.
    """
    rows, columns = np.mgrid[: harbour.rows, : harbour.columns]
    x, y = (columns + 0.5) * harbour.gsd, (rows + 0.5) * harbour.gsd
    along, off = _seaward(harbour, x, y)
    return {
        "berth": (off > 2.0) & (off < 40.0) & (np.abs(along) < 150.0),
        "quay": (off <= 0.0) & (off > -APRON) & (np.abs(along) < 250.0),
        "openwater": off > 200.0,
        "land": off < -APRON - 40.0,
    }


def _ground(harbour: Harbour, rng: np.random.Generator) -> Doubles:
    """Draw what never moves, at `FINE` metres with a margin, blurred, dims (band, y, x)."""
    margin = 60.0
    rows = np.arange(-margin, harbour.rows * harbour.gsd + margin, FINE)
    columns = np.arange(-margin, harbour.columns * harbour.gsd + margin, FINE)
    y, x = np.meshgrid(rows + 0.5 * FINE, columns + 0.5 * FINE, indexing="ij")
    along, off = _seaward(harbour, x, y)
    patch = np.floor(along / 70.0) + 131.0 * np.floor(off / 55.0)
    share = np.modf(np.abs(np.sin(patch * 12.9898 + harbour.seed)) * 43758.5453)[0]
    land = GREEN[:, None, None] * (1.0 - share) + BARE[:, None, None] * share
    rough = ndimage.gaussian_filter(rng.standard_normal(y.shape), 4.0 / FINE)
    land = land * (1.0 + 0.25 * rough / rough.std())
    concrete = CONCRETE[:, None, None] * (1.0 + 0.04 * rough / rough.std())
    depth = 1.0 + 0.15 * np.exp(-np.clip(off, 0.0, None) / 120.0)
    made = np.where(off < -APRON, land, concrete)
    made = np.where(off > 0.0, WATER[:, None, None] * depth, made)
    return np.stack(
        [
            ndimage.gaussian_filter(each, blur_sigma(mtf, gsd=10.0) / FINE)
            for each, mtf in zip(made, MTF, strict=True)
        ]
    )


def _sampled(ground: Doubles, harbour: Harbour, shift: tuple[float, float]) -> Floats:
    rows = ((np.arange(harbour.rows) + 0.5) * harbour.gsd - shift[1] + 60.0) / FINE - 0.5
    columns = ((np.arange(harbour.columns) + 0.5) * harbour.gsd - shift[0] + 60.0) / FINE - 0.5
    where = np.stack(np.meshgrid(rows, columns, indexing="ij"))
    return np.stack(
        [ndimage.map_coordinates(each, where, order=1, mode="nearest") for each in ground]
    ).astype(np.float32)


def _stays(harbour: Harbour, rng: np.random.Generator) -> list[tuple[float, float, ShipDrawing]]:
    """Draw arrivals, departures and the ships that lie in between."""
    end = harbour.n_looks * harbour.step_days
    day = harbour.empty_until * harbour.step_days
    if harbour.occupancy <= 0.0:
        return []
    wait = STAY_DAYS * (1.0 - harbour.occupancy) / harbour.occupancy
    # the process is older than the first look
    day -= float(rng.uniform(0.0, 4.0)) * (STAY_DAYS + wait) if not harbour.empty_until else 0.0
    stays = []
    while day < end:
        if wait > 0:
            day += float(rng.gamma(WAIT_SHAPE, wait / WAIT_SHAPE))
        stay = float(rng.gamma(STAY_SHAPE, STAY_DAYS / STAY_SHAPE))
        stays.append((day, day + stay, _moored(harbour, rng)))
        day += stay
    return stays


def _moored(harbour: Harbour, rng: np.random.Generator) -> ShipDrawing:
    length = float(rng.choice(harbour.lengths))
    width = ship_drawing.beam(length, rng)
    along = float(rng.uniform(-60.0, 60.0)) * max(0.0, 1.0 - length / 320.0)
    off = 0.5 * width + float(rng.uniform(1.0, 3.0))
    bearing = math.radians(harbour.axis_deg)
    x = 0.5 * harbour.columns * harbour.gsd + along * math.sin(bearing) + off * math.cos(bearing)
    y = 0.5 * harbour.rows * harbour.gsd - along * math.cos(bearing) + off * math.sin(bearing)
    turned = harbour.axis_deg + 180.0 * float(rng.integers(0, 2)) + float(rng.normal(0.0, 0.7))
    return ShipDrawing(x, y, length, width, turned, contrast=harbour.contrast)


def _crane(harbour: Harbour, rng: np.random.Generator) -> list[ShipDrawing]:
    """Draw a crane: its legs on the quay and, every second time, its boom over the berth."""
    along, bearing = float(rng.uniform(-100.0, 100.0)), math.radians(harbour.axis_deg)

    def part(off: float, length: float, width: float, turn: float) -> ShipDrawing:
        x = 0.5 * harbour.columns * harbour.gsd
        y = 0.5 * harbour.rows * harbour.gsd
        x += along * math.sin(bearing) + off * math.cos(bearing)
        y += -along * math.cos(bearing) + off * math.sin(bearing)
        return ShipDrawing(x, y, length, width, harbour.axis_deg + turn)

    boom = [part(14.0, 28.0, 2.5, 90.0)] if rng.random() < 0.5 else []
    return [part(-8.0, 20.0, 12.0, 90.0), *boom]


def _painted(
    ship: ShipDrawing, along: Doubles, across: Doubles, rng: np.random.Generator
) -> Doubles:
    del ship, across
    return np.repeat((STEEL * rng.uniform(0.6, 1.6))[:, None], along.size, axis=1)


def _plain(ship: ShipDrawing, along: Doubles, across: Doubles) -> npt.NDArray[np.bool_]:
    return np.asarray((np.abs(along) <= 0.5 * ship.length) & (np.abs(across) <= 0.5 * ship.width))


def _weather(harbour: Harbour, rng: np.random.Generator) -> str:
    shares = (harbour.cloud, harbour.haze, harbour.shadow, harbour.snow)
    chance = np.cumsum(shares)
    return (CLOUD, HAZE, SHADOW, SNOW, CLEAR)[int(np.searchsorted(chance, rng.random()))]


def _under(
    values: Floats, weather: str, harbour: Harbour, rng: np.random.Generator
) -> tuple[Floats, npt.NDArray[np.uint8]]:
    """Cover an image with weather, and classify it as a processor would."""
    scl = np.where(harbour_masks(harbour)["land"], 4, 6).astype(np.uint8)
    scl[harbour_masks(harbour)["quay"]] = 5
    if rng.random() < FALSE:
        scl[values[0] > 0.15] = 9
    if weather == CLOUD:
        field = ndimage.gaussian_filter(rng.standard_normal(harbour.shape), 14.0)
        thick = np.clip(1.2 + 1.5 * field / field.std(), 0.0, 1.0).astype(np.float32)
        values = values * (1 - thick) + thick * CLOUD_COLOUR[:, None, None].astype(np.float32)
        if rng.random() >= MISS:
            scl[thick > 0.25] = 9
    if weather == HAZE:
        thick = np.float32(rng.uniform(0.02, 0.10))
        values = values * (1 - thick) + thick * CLOUD_COLOUR[:, None, None].astype(np.float32)
    if weather == SHADOW:
        values = values * np.float32(rng.uniform(0.45, 0.7))
        scl[:] = 3 if rng.random() >= 0.5 else scl
    if weather == SNOW:
        land = harbour_masks(harbour)["land"] | harbour_masks(harbour)["quay"]
        values = np.where(land, 0.8 * SNOW_COLOUR[:, None, None] + 0.2 * values, values)
        scl[land] = 11
    return np.asarray(values, np.float32), scl


def _drawn_on(
    harbour: Harbour, values: Floats, truth: HarbourTruth, rng: np.random.Generator
) -> None:
    """Draw the cranes and the ship of an image, displaced as the image is."""
    for _ in range(harbour.cranes):
        for part in _crane(harbour, rng):
            moved = ShipDrawing(
                part.x + truth.shift_m[0], part.y + truth.shift_m[1],
                part.length, part.width, part.axis_deg,
            )  # fmt: skip
            ship_drawing.paint_sprite(
                values,
                ship_drawing.draw_ship(
                    moved, harbour.shape, rng, gsd=harbour.gsd, native=10.0, outline=_plain,
                    paint=_painted,
                ),
            )  # fmt: skip
    if truth.ship is not None:
        ship_drawing.paint_sprite(values, ship_sprite(harbour, truth, rng))


def ship_sprite(
    harbour: Harbour, truth: HarbourTruth, rng: np.random.Generator
) -> ship_drawing.Sprite | None:
    """Draw the ship of an image in the harbour's family of hulls, displaced as the image is."""
    ship = truth.ship
    if ship is None:
        return None
    moved = ShipDrawing(
        ship.x + truth.shift_m[0], ship.y + truth.shift_m[1], ship.length, ship.width,
        ship.axis_deg, ship.contrast, ship.over,
    )  # fmt: skip
    if harbour.family == SECOND:
        return ship_drawing.draw_ship(
            moved, harbour.shape, rng, gsd=harbour.gsd, native=10.0,
            outline=held_out_ship_appearance_model.rounded_hull,
            paint=held_out_ship_appearance_model.hatched_deck,
            blur=held_out_ship_appearance_model.haloed,
        )  # fmt: skip
    return ship_drawing.draw_ship(moved, harbour.shape, rng, gsd=harbour.gsd, native=10.0)


def _noise(harbour: Harbour, values: Floats, rng: np.random.Generator) -> Floats:
    if harbour.family == SECOND:
        return held_out_ship_appearance_model.other_noise(values, harbour.noise, rng)
    return rng.normal(0.0, harbour.noise, values.shape).astype(np.float32)


def _swell(harbour: Harbour, rng: np.random.Generator) -> Doubles:
    if harbour.family == SECOND:
        return held_out_ship_appearance_model.other_water(harbour.shape, rng, harbour.gsd)
    field = ndimage.gaussian_filter(rng.standard_normal(harbour.shape), 6.0)
    return np.asarray(field / field.std())


def harbour_images_with_truth(harbour: Harbour) -> Iterator[tuple[xr.Dataset, HarbourTruth]]:
    """Simulate the images one at a time, each with its truth.

    Parameters
    ----------
    harbour : Harbour
        What to draw.

    Yields
    ------
    tuple of xarray.Dataset and Truth
        A look of a cube (``reflectance`` with dims (band, y, x), ``scl``) and what is in it.
    """
    rng = np.random.default_rng(harbour.seed)
    ground, stays = _ground(harbour, rng), _stays(harbour, rng)
    water = harbour_masks(harbour)["openwater"] | harbour_masks(harbour)["berth"]
    for i in range(harbour.n_looks):
        day = i * harbour.step_days
        at_berth = [ship for first, last, ship in stays if first <= day < last]
        shift = rng.normal(0.0, harbour.jitter_m, 2)
        truth = HarbourTruth(
            np.datetime64(harbour.start, "ns") + np.timedelta64(round(day * 86400e9), "ns"),
            at_berth[0] if at_berth else None,
            _weather(harbour, rng),
            (float(shift[0]), float(shift[1])),
        )
        values = _sampled(ground, harbour, truth.shift_m)
        values += np.where(water, 0.002 * _swell(harbour, rng), 0.0).astype(np.float32)
        _drawn_on(harbour, values, truth, rng)
        values, scl = _under(values, truth.weather, harbour, rng)
        gain, offset = rng.normal(1.0, harbour.gain), rng.normal(0.0, harbour.offset)
        values = values * np.float32(gain) + np.float32(offset)
        values += _noise(harbour, values, rng)
        yield _look(harbour, values, scl, truth, i), truth


def _look(
    harbour: Harbour, values: Floats, scl: npt.NDArray[np.uint8], truth: HarbourTruth, number: int
) -> xr.Dataset:
    gsd = harbour.gsd
    made = xr.Dataset(
        {"reflectance": (("band", "y", "x"), values), "scl": (("y", "x"), scl)},
        coords={
            "band": list(BANDS),
            "y": 4_680_000.0 - gsd * (np.arange(harbour.rows) + 0.5),
            "x": 480_000.0 + gsd * (np.arange(harbour.columns) + 0.5),
            "time": truth.time,
            "item_id": f"SIM-{harbour.seed}-{number:04d}",
            "relative_orbit": 17,
            "orbit_state": "descending",
            "platform": "sentinel-2a" if number % 2 else "sentinel-2b",
            "processor": "L2A",
            "label": "simulated",
        },
    )
    return made.rio.write_crs(harbour.epsg)


def harbour_cube(harbour: Harbour) -> tuple[xr.Dataset, pd.DataFrame]:
    """All images as one cube, and the truth as a table.

    Parameters
    ----------
    harbour : Harbour
        What to draw.

    Returns
    -------
    tuple of xarray.Dataset and pandas.DataFrame
        The cube with dims (time, band, y, x); the table with one row a look: ``time``,
        ``ships`` (0 or 1), ``length``, ``width``, ``weather``.
    """
    made = list(harbour_images_with_truth(harbour))
    table = pd.DataFrame(
        [
            {
                "time": truth.time,
                "ships": int(truth.ship is not None),
                "length": truth.ship.length if truth.ship else math.nan,
                "width": truth.ship.width if truth.ship else math.nan,
                "weather": truth.weather,
            }
            for _, truth in made
        ]
    )
    whole = xr.concat(
        [look for look, _ in made], dim="time", coords="different", compat="equals", join="exact"
    )
    return whole, table
