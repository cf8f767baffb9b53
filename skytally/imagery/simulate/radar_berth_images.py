"""Simulated radar images of a berth, with known truth: speckle, quay edges, cranes, ships, lee."""

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

Doubles = npt.NDArray[np.float64]

LOOK_BEARING = {"ascending": 78.0, "descending": 282.0}
"""Bearing in which Sentinel-1 looks, to the right of its track, at middle latitudes."""
RESOLUTION = (20.0, 22.0)
"""Metres in range and azimuth (METHODS trap T4)."""
LOOKS, ENL = 5, 4.4
"""Looks summed, and what remains of them because they overlap."""
FINE = 5.0
"""Metres between the points at which the field is drawn."""
NESZ_DB = -23.0
"""Noise of the sensor (METHODS section 10)."""
SCATTERERS = 40
"""Bright points of a ship; those of its house are three times as strong."""
CROSS_DB = -7.0
"""Cross over like polarisation of ships and quays, dB; of water another 6 dB less."""
LEE_DB = -5.0
"""What a ship in the radar lee of the quay loses (METHODS section 10)."""


@dataclass(frozen=True)
class RadarInstrument:
    """A satellite as an image shows it: how strong its own noise is, and how it is calibrated."""

    platform: str = "sentinel-1a"
    """Name that its images carry."""
    noise_db: float = NESZ_DB
    """Noise of the sensor, dB."""
    gain_db: float = 0.0
    """Error of its calibration, dB."""


@dataclass(frozen=True)
class RadarHarbour:
    """A berth to be simulated in radar; the same fields give the same images."""

    seed: int
    """Chance."""
    n_looks: int = 40
    """Number of looks."""
    rows: int = 64
    """Rows of the image."""
    columns: int = 64
    """Columns of the image."""
    gsd: float = 10.0
    """Side of a pixel in metres."""
    seaward_deg: float = 90.0
    """Bearing from the quay out to sea."""
    orbit_state: str = "descending"
    """Direction of flight, which decides where the radar looks from."""
    occupancy: float = 0.45
    """Chance of a ship at each look."""
    empty_until: int = 0
    """Looks at the start without a ship."""
    strength_db: tuple[float, float] = (32.0, 44.0)
    """Total cross section of a ship, dB over a square metre, drawn between these."""
    length: float = 120.0
    """Length of the ship in metres."""
    wind_db: tuple[float, float] = (-24.0, -15.0)
    """Mean backscatter of open water, drawn between these for each look."""
    texture: tuple[float, float] = (2.0, 10.0)
    """Shape of the K law of the sea, drawn between these."""
    cranes: int = 3
    """Cranes that move along the quay from look to look."""
    start: str = "2021-01-05T09:30:00"
    """Time of the first look, UTC."""
    step_days: float = 12.0
    """Days from look to look."""
    epsg: int = 32652
    """CRS of the image."""
    weather_seed: int | None = None
    """Chance of wind and swell, for berths that share their dates; None: the berth's own."""
    instrument: RadarInstrument = RadarInstrument()
    """The satellite."""
    successor: RadarInstrument | None = None
    """The satellite that takes over, if any."""
    succeeds_at: int = 0
    """Look from which it does."""

    def satellite(self, look: int) -> RadarInstrument:
        """Satellite that takes a look."""
        if self.successor is None or look < self.succeeds_at:
            return self.instrument
        return self.successor

    @property
    def lee(self) -> bool:
        """Whether the radar looks over the quay out to sea."""
        apart = math.radians(LOOK_BEARING[self.orbit_state] - self.seaward_deg)
        return math.cos(apart) > 0


def _coordinates(harbour: RadarHarbour, step: float) -> tuple[Doubles, Doubles]:
    """Metres along the quay and out to sea at points `step` metres apart."""
    rows = np.arange(0.5 * step, harbour.rows * harbour.gsd, step)
    columns = np.arange(0.5 * step, harbour.columns * harbour.gsd, step)
    y, x = np.meshgrid(rows, columns, indexing="ij")
    right, down = x - 0.5 * harbour.columns * harbour.gsd, y - 0.5 * harbour.rows * harbour.gsd
    bearing = math.radians(harbour.seaward_deg)
    off = right * math.sin(bearing) - down * math.cos(bearing)
    return -right * math.cos(bearing) - down * math.sin(bearing), off


def radar_masks(harbour: RadarHarbour) -> dict[str, npt.NDArray[np.bool_]]:
    """Outlines that a person would draw, as masks: ``berth``, ``openwater``, ``quay``, ``land``."""
    along, off = _coordinates(harbour, harbour.gsd)
    return {
        "berth": (off > 0.0) & (off < 35.0) & (np.abs(along) < 120.0),
        "openwater": off > 200.0,
        "quay": (off <= 0.0) & (off > -40.0),
        "land": off < -60.0,
    }


def _clutter(harbour: RadarHarbour, rng: np.random.Generator) -> Doubles:
    """Draw the mean backscatter of what never moves: land with its own texture, quay edge."""
    along, off = _coordinates(harbour, FINE)
    field = ndimage.gaussian_filter(rng.standard_normal(off.shape), 4.0)
    land = 10.0 ** ((-9.0 + 3.0 * field / field.std()) / 10.0)
    made = np.where(off < 0.0, land, 0.0)
    edge = (off > -8.0) & (off <= 0.0)
    bright = rng.uniform(5.0, 14.0, 24)
    made[edge] += 10.0 ** ((bright[(np.abs(along[edge]) // 25.0).astype(int) % 24] - 6.0) / 10.0)
    return made


def _points(
    field: Doubles, along: Doubles, off: Doubles, places: list[tuple[float, float, float]]
) -> None:
    """Add point targets, each (along, off, square metres), to a field of backscatter."""
    for a, o, area in places:
        at = np.unravel_index(int(np.argmin((along - a) ** 2 + (off - o) ** 2)), field.shape)
        field[at] += area / FINE**2


def _ship(harbour: RadarHarbour, rng: np.random.Generator) -> list[tuple[float, float, float]]:
    """Draw the bright points of a ship, displaced towards the radar by their height."""
    total = 10.0 ** (rng.uniform(*harbour.strength_db) / 10.0)
    if harbour.lee:
        total *= 10.0 ** (LEE_DB / 10.0)
    length, width = harbour.length, harbour.length / 6.5
    u = rng.uniform(-0.5, 0.5, SCATTERERS) * length
    v = 2.0 + rng.uniform(0.0, width, SCATTERERS)
    weights = rng.gamma(1.0, 1.0, SCATTERERS) * np.where(u < -0.35 * length, 3.0, 1.0)
    height = np.where(u < -0.35 * length, rng.uniform(14.0, 22.0), rng.uniform(4.0, 9.0))
    nearer = height / math.tan(math.radians(37.0)) * (-1.0 if harbour.lee else 1.0)
    middle = rng.uniform(-30.0, 30.0)
    areas = total * weights / weights.sum()
    return list(zip(u + middle, v + nearer, areas, strict=True))


def _cranes(harbour: RadarHarbour, rng: np.random.Generator) -> list[tuple[float, float, float]]:
    return [
        (float(rng.uniform(-100.0, 100.0)), -6.0, float(10.0 ** rng.uniform(2.4, 3.2)))
        for _ in range(harbour.cranes)
    ]


def speckled(
    mean: Doubles, rng: np.random.Generator, *, gsd: float = 10.0, fine: float = FINE
) -> Doubles:
    """Image of a field of backscatter, blurred and speckled as by a radar.

    Parameters
    ----------
    mean : ndarray, dims (y, x)
        Backscatter, linear, at points `fine` metres apart.
    rng : numpy.random.Generator
        Chance.
    gsd : float
        Side of a pixel of the image in metres.
    fine : float
        Metres between the points.

    Returns
    -------
    ndarray, dims (y, x)
        Intensity with an equivalent number of looks of about `ENL`, its neighbours correlated
        as the resolution makes them: a sum of looks at complex Gaussian fields, blurred.
    """
    blur = [each / fine / 2.355 for each in RESOLUTION]
    # looks overlap: each shares a part of its field with all the others
    shared_part = (LOOKS / ENL - 1.0) / (LOOKS - 1.0)
    mix = math.sqrt(shared_part**0.5), math.sqrt(1.0 - shared_part**0.5)
    shared = rng.standard_normal((2, *mean.shape))
    root = np.sqrt(0.5 * mean)
    norm = _norm(blur)
    total = np.zeros(mean.shape)
    for _ in range(LOOKS):
        own = mix[0] * shared + mix[1] * rng.standard_normal((2, *mean.shape))
        for part in own:
            total += (ndimage.gaussian_filter(root * part, blur) / norm) ** 2
    step = round(gsd / fine)
    return np.asarray(total[step // 2 :: step, step // 2 :: step] / LOOKS)


def _norm(blur: list[float]) -> float:
    """Root of the summed squares of a Gaussian blur, which white noise loses."""
    size = 8 * math.ceil(max(blur)) + 1
    spike = np.zeros((size, size))
    spike[size // 2, size // 2] = 1.0
    return float(np.sqrt((ndimage.gaussian_filter(spike, blur) ** 2).sum()))


def radar_images_with_truth(harbour: RadarHarbour) -> Iterator[tuple[xr.Dataset, bool]]:
    """Simulate the images one at a time, each with whether a ship lies at the berth.

    Parameters
    ----------
    harbour : RadarHarbour
        What to draw.

    Yields
    ------
    tuple of xarray.Dataset and bool
        A look of a cube (``gamma0`` with dims (pol, y, x), linear) and the truth.
    """
    rng = np.random.default_rng(harbour.seed)
    own = harbour.weather_seed is None
    sky = rng if own else np.random.default_rng(harbour.weather_seed)
    along, off = _coordinates(harbour, FINE)
    still = _clutter(harbour, rng)
    for i in range(harbour.n_looks):
        here = i >= harbour.empty_until and rng.random() < harbour.occupancy
        sea = 10.0 ** (sky.uniform(*harbour.wind_db) / 10.0)
        shape = sky.uniform(*harbour.texture)
        swell = ndimage.gaussian_filter(rng.gamma(shape, 1.0 / shape, off.shape), 2.0)
        swell = 1.0 + (swell - 1.0) / max(float(swell.std()), 1e-9) / math.sqrt(shape)
        # a harbour is sheltered: less wind within 150 m of the quay
        shelter = np.clip(off / 150.0, 0.15, 1.0)
        water = np.where(off > 0.0, sea * shelter * np.clip(swell, 0.05, None), 0.0)
        targets = np.zeros(off.shape)
        _points(targets, along, off, _cranes(harbour, rng))
        if here:
            _points(targets, along, off, _ship(harbour, rng))
        yield _radar_look(harbour, still + targets, water, rng, i), here


def _radar_look(
    harbour: RadarHarbour, hard: Doubles, water: Doubles, rng: np.random.Generator, number: int
) -> xr.Dataset:
    satellite, gsd = harbour.satellite(number), harbour.gsd
    noise, cross = 10.0 ** (satellite.noise_db / 10.0), 10.0 ** (CROSS_DB / 10.0)
    gain = 10.0 ** (satellite.gain_db / 10.0)
    like = speckled(gain * (hard + water) + noise, rng, gsd=gsd)
    over = speckled(gain * cross * (hard + 0.25 * water) + noise, rng, gsd=gsd)
    time = np.datetime64(harbour.start, "ns")
    time += np.timedelta64(round(number * harbour.step_days * 86400e9), "ns")
    made = xr.Dataset(
        {"gamma0": (("pol", "y", "x"), np.stack([like, over]).astype(np.float32))},
        coords={
            "pol": ["vv", "vh"],
            "y": 4_680_000.0 - gsd * (np.arange(harbour.rows) + 0.5),
            "x": 480_000.0 + gsd * (np.arange(harbour.columns) + 0.5),
            "time": time,
            "item_id": f"SIMR-{harbour.seed}-{number:04d}",
            "relative_orbit": 134 if harbour.orbit_state == "descending" else 54,
            "orbit_state": harbour.orbit_state,
            "platform": satellite.platform,
            "processor": "RTC",
            "label": "simulated",
        },
    )
    return made.rio.write_crs(harbour.epsg)


def ship_alone(harbour: RadarHarbour, rng: np.random.Generator) -> Doubles:
    """Backscatter that a ship at the berth adds to an image without one.

    Parameters
    ----------
    harbour : RadarHarbour
        The berth; its quay runs through the middle of the image.
    rng : numpy.random.Generator
        Chance of the ship and of its speckle.

    Returns
    -------
    ndarray, dims (pol, y, x)
        Linear backscatter in vv and vh; speckle of ship and sea is taken as independent.
    """
    along, off = _coordinates(harbour, FINE)
    targets = np.zeros(off.shape)
    _points(targets, along, off, _ship(harbour, rng))
    cross = 10.0 ** (CROSS_DB / 10.0)
    return np.stack([speckled(share * targets, rng, gsd=harbour.gsd) for share in (1.0, cross)])


def radar_cube(harbour: RadarHarbour) -> tuple[xr.Dataset, pd.DataFrame]:
    """All images as one cube, and the truth as a table with ``time`` and ``ships``."""
    made = list(radar_images_with_truth(harbour))
    whole = xr.concat(
        [look for look, _ in made], dim="time", coords="different", compat="equals", join="exact"
    )
    table = pd.DataFrame({"time": whole["time"].to_numpy(), "ships": [int(b) for _, b in made]})
    return whole, table
