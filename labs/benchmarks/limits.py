"""Detection limits of every measure in made-up places: what the cards show until looks exist.

``python -m labs.benchmarks.limits [LOOKS] [SEED] [CARD ...]`` writes data/results/limits.csv, one row a
card, size and contrast; with cards named, only their rows are replaced. Half the places are of
the second family of hulls, textures, blurs and noise. All looks are simulated.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from scipy import ndimage

from skytally.imagery.clear_sky.target_ring import ring_mask
from skytally.imagery.measure.ground.bare_area import disturbed
from skytally.imagery.measure.ground.bare_soil_index import LAYERS
from skytally.imagery.measure.ground.pits import pits_row
from skytally.imagery.measure.observation import Look
from skytally.imagery.measure.quay.stacks import stacks
from skytally.imagery.measure.radar.background import RadarBerth, learnt
from skytally.imagery.measure.radar.berth_radar import radar_berth
from skytally.imagery.measure.rail.occupied_track import rail
from skytally.imagery.measure.rail.track_geometry import corridor
from skytally.imagery.measure.reference import references
from skytally.imagery.measure.ships.berth_ships import BerthLook, berth
from skytally.imagery.measure.ships.berth_water import Berth
from skytally.imagery.measure.ships.hull_fit import sigma_psf
from skytally.imagery.measure.ships.sweep import sweep
from skytally.imagery.pipeline.detection_limits import (
    CARDS,
    Measure,
    Trial,
    clear_looks,
    limits,
    sentence,
    trials,
)
from skytally.imagery.simulate import harbour_images, radar_berth_images, site_cubes
from skytally.imagery.simulate.injection import (
    Put,
    Spot,
    as_one,
    put_cars,
    put_pits,
    put_radar_ship,
    put_ship,
    put_stacks,
)

TARGET = Path(__file__).resolve().parents[2] / "data" / "results" / "limits.csv"
WORLDS = 4
"""Places a card is asked in, every second of the second family."""
EARLY = 20
"""Looks before the study, which make the reference."""
FIRST = "2022-01-03"
STEP = 5.0
LENGTHS = (40.0, 60.0, 80.0, 100.0, 150.0, 200.0)
DECKS = (0.02, 0.05, 0.10)
SECTIONS = (26.0, 32.0, 38.0)
"""Total cross sections: a quarter of the least that METHODS section 10 gives a ship, about the
least, and a usual one."""
PITS, SOILS = (1.0, 2.0, 4.0, 8.0), (0.1, 0.3, 0.6, 1.0)
LANDSAT_GSD, LANDSAT_BLUR = 30.0, 12.0
"""Pixel, and what must be added to the blur of 10 m pixels to reach that of 30 m, metres."""


@dataclass(frozen=True)
class World:
    """One made-up place: a measure that knows it, empty looks of it, and where to put things."""

    looks: list[xr.Dataset]
    """Empty looks of the study."""
    measure: Measure
    """The measure."""
    spot: Spot
    """Where to put things."""


@dataclass(frozen=True)
class Ask:
    """How one card is asked."""

    worlds: Callable[[int, int, bool], World]
    """Number of looks, seed and family to a world."""
    put: Put
    """What is put in."""
    sizes: tuple[float, ...]
    """Sizes."""
    contrasts: tuple[float, ...]
    """Contrasts."""


def _split(cube: xr.Dataset) -> tuple[np.datetime64, list[xr.Dataset]]:
    return cube["time"].to_numpy()[EARLY], [
        cube.isel(time=i) for i in range(EARLY, cube.sizes["time"])
    ]


def _lengths(rows: Iterator[BerthLook]) -> Iterator[Look]:
    """Give the length where a hull has one, and the number of ships where none is to be had."""
    for each in rows:
        yield each.ships if each.ships.state != each.length.state else each.length


def _harbour(looks: int, seed: int, other: bool) -> tuple[harbour_images.Harbour, xr.Dataset]:
    """Make an empty harbour under a clear sky; cranes still move."""
    harbour = harbour_images.Harbour(
        seed, n_looks=EARLY + looks, occupancy=0.0, cloud=0.0, haze=0.0, shadow=0.0,
        family=harbour_images.SECOND if other else harbour_images.FIRST,
    )  # fmt: skip
    return harbour, harbour_images.cube(harbour)[0]


def _berth(harbour: harbour_images.Harbour) -> tuple[Berth, np.ndarray]:
    where = harbour_images.masks(harbour)
    ring = ring_mask([where["berth"], where["quay"]], gsd=harbour.gsd) & where["land"]
    return Berth(where["berth"], ring, where["openwater"], harbour.axis_deg), ring


def optical(looks: int, seed: int, other: bool) -> World:
    """Make a berth for Sentinel-2."""
    harbour, cube = _harbour(looks, seed, other)
    place, ring = _berth(harbour)
    since, late = _split(cube)
    made = references(cube, ring=ring, until=since)

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Look]:
        return _lengths(berth(given, place, references=made))

    return World(late, measure, Spot(place.water, harbour.axis_deg))


def _coarse(look: xr.Dataset) -> xr.Dataset:
    """Blur and average a look of 10 m to one of 30 m."""
    pixels = round(LANDSAT_GSD / 10.0)
    blurred = look.copy()
    values = ndimage.gaussian_filter(
        look["reflectance"].to_numpy(), (0.0, LANDSAT_BLUR / 10.0, LANDSAT_BLUR / 10.0)
    )
    blurred["reflectance"] = (look["reflectance"].dims, values)
    kept = blurred[["reflectance"]].isel(
        y=slice(0, look.sizes["y"] // pixels * pixels),
        x=slice(0, look.sizes["x"] // pixels * pixels),
    )
    means = kept.coarsen(y=pixels, x=pixels).mean()
    return means.rio.write_crs(look.rio.crs)


def landsat(looks: int, seed: int, other: bool) -> World:
    """Make a berth for Landsat: what is put in at 10 m is seen at 30 m."""
    harbour, cube = _harbour(looks, seed, other)
    place, _ = _berth(harbour)
    wide = replace(harbour, rows=harbour.rows // 3, columns=harbour.columns // 3, gsd=LANDSAT_GSD)
    where, _ = _berth(wide)
    since, late = _split(cube)
    early = [_coarse(cube.isel(time=i)) for i in range(EARLY)]
    made = references(early, ring=where.ring, until=since)

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Look]:
        small = (_coarse(look) for look in given)
        rows = berth(small, where, references=made, native=LANDSAT_GSD)
        return (each.ships for each in rows)

    return World(late, measure, Spot(place.water, harbour.axis_deg))


def at_anchor(looks: int, seed: int, other: bool) -> World:
    """Make a harbour for the sweep of one look."""
    harbour, cube = _harbour(looks, seed, other)
    _, late = _split(cube)

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Look]:
        return (each.ships for each in sweep(given))

    return World(late, measure, Spot(harbour_images.masks(harbour)["openwater"], harbour.axis_deg))


def put_at_anchor(
    look: xr.Dataset, spot: Spot, size: float, contrast: float, rng: np.random.Generator
) -> tuple[xr.Dataset, float]:
    """Anchor a ship anywhere on open water, at any bearing."""
    inside = np.argwhere(ndimage.binary_erosion(spot.mask, iterations=6))
    at = inside[rng.integers(len(inside))]
    one = np.zeros_like(spot.mask)
    one[tuple(at)] = True
    there = Spot(one, float(rng.uniform(0.0, 180.0)))
    return put_ship(look, there, size, contrast, rng)[0], 1.0


def radar(state: str) -> Callable[[int, int, bool], World]:
    """Make a berth for Sentinel-1, seen from the sea or over the quay."""

    def make(looks: int, seed: int, other: bool) -> World:
        # the second family is a rougher sea
        texture = (2.0, 4.0) if other else (2.0, 10.0)
        harbour = radar_berth_images.RadarHarbour(
            seed, n_looks=EARLY + looks, occupancy=0.0, orbit_state=state, texture=texture
        )
        cube, _ = radar_berth_images.radar_cube(harbour)
        where = radar_berth_images.radar_masks(harbour)
        place = RadarBerth(where["berth"], where["openwater"], harbour.seaward_deg)
        since, late = _split(cube)
        made, quiet = learnt(cube, place, until=since)

        def measure(given: Iterable[xr.Dataset]) -> Iterator[Look]:
            rows = radar_berth(given, place, references=made, quiet=quiet)
            return (each.ships for each in rows)

        return World(late, measure, Spot(place.water, seaward_deg=harbour.seaward_deg))

    return make


def _visits(place: site_cubes.Place, looks: int, rng: np.random.Generator) -> xr.Dataset:
    return site_cubes.visits(place, [()] * (EARLY + looks), rng, first=FIRST, days=STEP)


def quay(looks: int, seed: int, other: bool) -> World:
    """Make a quay of concrete."""
    rng = np.random.default_rng(seed)
    place = site_cubes.quay_place(rng, other=other)
    since, late = _split(cube := _visits(place, looks, rng))
    made = references(cube, ring=place.ring, until=since)

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Look]:
        return (row for row, _ in stacks(given, place.target, made, ring=place.ring))

    return World(late, measure, Spot(place.target, 90.0))


def yard(looks: int, seed: int, other: bool) -> World:
    """Make a yard of four tracks, whose cars have a contrast that is not known."""
    rng = np.random.default_rng(seed)
    place = site_cubes.yard_place(rng, other=other)
    since, late = _split(cube := _visits(place, looks, rng))
    tracks = corridor(place.tracks, cube.x, cube.y, sigma=sigma_psf(0.26))
    made = references(cube, ring=tracks.ring, until=since)

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Look]:
        return (row for row, _ in rail(given, tracks, made))

    return World(late, measure, Spot(place.target, lines=place.tracks))


def field(looks: int, seed: int, other: bool) -> World:
    """Make a field of grass."""
    rng = np.random.default_rng(seed)
    place = site_cubes.field_place(rng, other=other)
    since, late = _split(cube := _visits(place, looks, rng))
    made = references(cube, ring=place.ring, until=since, layers=LAYERS)

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Look]:
        return (row for row, _ in disturbed(given, place.target, made, ring=place.ring))

    return World(late, measure, Spot(place.target, 90.0))


def pitted(looks: int, seed: int, other: bool) -> World:
    """Make a field of grass whose pits are counted."""
    world = field(looks, seed, other)

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Look]:
        return (pits_row(row) for row in world.measure(given))

    return replace(world, measure=measure)


def put_counted(
    look: xr.Dataset, spot: Spot, size: float, contrast: float, rng: np.random.Generator
) -> tuple[xr.Dataset, float]:
    """Dig pits, whose number is the truth."""
    return put_pits(look, spot, size, contrast, rng)[0], size


ASKED = {
    "berth-sentinel-2": Ask(optical, put_ship, LENGTHS, DECKS),
    "berth-landsat": Ask(landsat, as_one(put_ship), LENGTHS, DECKS),
    "berth-sentinel-1": Ask(radar("descending"), as_one(put_radar_ship), LENGTHS, SECTIONS),
    "berth-sentinel-1-lee": Ask(radar("ascending"), as_one(put_radar_ship), LENGTHS, SECTIONS),
    "harbour-sentinel-2": Ask(at_anchor, put_at_anchor, LENGTHS, DECKS),
    "stacks-sentinel-2": Ask(
        quay, put_stacks, (118.0, 237.0, 473.0, 946.0, 1893.0), (-0.10, -0.05, 0.05, 0.10)
    ),
    "rail-sentinel-2": Ask(
        yard, put_cars, (5.0, 10.0, 20.0, 40.0, 73.0), (-0.08, -0.04, 0.0, 0.04, 0.08)
    ),
    "ground-sentinel-2": Ask(field, put_pits, PITS, SOILS),
    "pits-sentinel-2": Ask(pitted, put_counted, PITS, SOILS),
}


def asked(key: str, looks: int, seed: int) -> pd.DataFrame:
    """Ask one card.

    Parameters
    ----------
    key : str
        Key of `skytally.imagery.pipeline.detection_limits.CARDS`.
    looks : int
        Looks for each size and contrast, over all places.
    seed : int
        Seed.

    Returns
    -------
    pandas.DataFrame
        As `skytally.imagery.pipeline.detection_limits.limits`.
    """
    ask = ASKED[key]
    told: list[Trial] = []
    for k in range(WORLDS):
        world = ask.worlds(looks // WORLDS, seed + k, bool(k % 2))
        clear, none = clear_looks(world.looks, world.measure)
        told += none
        told += trials(
            clear, world.measure, ask.put, world.spot, sizes=ask.sizes, contrasts=ask.contrasts,
            seed=seed + k,
        )  # fmt: skip
    return limits(told, simulated=True)


def main(looks: int, seed: int, keys: Iterable[str]) -> None:
    """Ask the cards, and write their table."""
    held = pd.read_csv(TARGET) if TARGET.exists() else pd.DataFrame()
    parts = dict(list(held.groupby("card"))) if len(held) else {}
    for key in keys or ASKED:
        start = datetime.now(UTC)
        table = asked(key, looks, seed).round(4)
        words = sentence(table.assign(simulated=True), CARDS[key])
        print(f"{key} ({(datetime.now(UTC) - start).seconds} s): {words}", flush=True)
        table.insert(0, "card", key)
        parts[key] = table.assign(seed=seed, date=f"{start:%Y-%m-%d}")
    whole = pd.concat([parts[key] for key in ASKED if key in parts])
    whole.to_csv(TARGET, index=False, lineterminator="\n")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    main(
        *(*numbers, *(100, 20231005)[len(numbers) :]),
        [word for word in sys.argv[1:] if not word.isdigit()],
    )
