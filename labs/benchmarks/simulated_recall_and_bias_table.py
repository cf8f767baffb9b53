"""Detection limits of every measure on simulated sites, shown until real images exist.

``python -m labs.benchmarks.simulated_recall_and_bias_table [LOOKS] [SEED] [CARD ...]`` writes
data/results/simulated_recall_and_bias.csv, one row a card, object size and contrast, from LOOKS
images each; with cards named, only their rows are replaced. Half of the sites are of the second
family of hulls, textures, blurs and noise. All images are simulated.
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

from skytally.imagery.clear_sky.stable_ground_and_water_masks import ring_mask
from skytally.imagery.measure.ground.bare_soil_index import INDEX_LAYERS
from skytally.imagery.measure.ground.bermed_pit_detection import pit_observation
from skytally.imagery.measure.ground.disturbed_area import ground_laid_bare
from skytally.imagery.measure.observation_and_evidence_line import Observation
from skytally.imagery.measure.quay.stack_area_series_and_container_bounds import stacks_on_quay
from skytally.imagery.measure.radar.berth_ships_in_radar import (
    RadarBerth,
    learn_radar_background,
    radar_ships_at_berth,
)
from skytally.imagery.measure.radar.open_water_ships_in_radar import radar_ships_on_open_water
from skytally.imagery.measure.rail.occupied_track_series import occupied_tracks
from skytally.imagery.measure.rail.track_forward_model import lay_corridor
from skytally.imagery.measure.reference_level_and_spread_per_group import references
from skytally.imagery.measure.ships.berth_ships import BerthObservation, ships_at_berth
from skytally.imagery.measure.ships.berth_water_anomalies import Berth
from skytally.imagery.measure.ships.harbour_ship_detection import sweep_harbour
from skytally.imagery.measure.ships.hull_fit import sigma_psf
from skytally.imagery.measure.ships.standing_ground_painted_as_water import standing_from_history
from skytally.imagery.pipeline.detection_limit_summaries import (
    CARDS,
    Trial,
    limits_sentence,
    recall_table,
)
from skytally.imagery.pipeline.measures_with_references_and_injection_per_outline import Measure
from skytally.imagery.pipeline.recall_of_injected_objects import clear_images, trials
from skytally.imagery.simulate import (
    optical_harbour_images,
    radar_berth_images,
    rail_yard_quay_field_cubes,
)
from skytally.imagery.simulate.anchored_ship_injection import (
    inject_anchored_radar_ship,
    inject_anchored_ship,
)
from skytally.imagery.simulate.object_injection import (
    InjectionArea,
    Injector,
    counted_as_one,
    inject_cars,
    inject_pits,
    inject_radar_ship,
    inject_ship,
    inject_stacks,
)

TARGET = Path(__file__).resolve().parents[2] / "data" / "results" / "simulated_recall_and_bias.csv"
WORLDS = 4
"""Simulated sites of each card, every second one of the second family."""
EARLY = 20
"""Images before the study, from which the reference is computed."""
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
    """One simulated site: its measure, its empty images, and how to inject objects."""

    looks: list[xr.Dataset]
    """Empty images of the study."""
    measure: Measure
    """The measure."""
    area: InjectionArea
    """Where to put things."""


@dataclass(frozen=True)
class Ask:
    """Settings of the injection-recovery test of one card."""

    worlds: Callable[[int, int, bool], World]
    """Function of number of images, seed and family that returns a simulated site."""
    inject: Injector
    """What is put in."""
    sizes: tuple[float, ...]
    """Sizes."""
    contrasts: tuple[float, ...]
    """Contrasts."""


def _split(cube: xr.Dataset) -> tuple[np.datetime64, list[xr.Dataset]]:
    return cube["time"].to_numpy()[EARLY], [
        cube.isel(time=i) for i in range(EARLY, cube.sizes["time"])
    ]


def _lengths(rows: Iterator[BerthObservation]) -> Iterator[Observation]:
    """Yield the hull length, or the number of ships where no length is measured."""
    for each in rows:
        yield each.ships if each.ships.state != each.length.state else each.length


def _harbour(
    looks: int, seed: int, other: bool
) -> tuple[optical_harbour_images.Harbour, xr.Dataset]:
    """Simulate an empty harbour under a clear sky; cranes still move."""
    harbour = optical_harbour_images.Harbour(
        seed, n_looks=EARLY + looks, occupancy=0.0, cloud=0.0, haze=0.0, shadow=0.0,
        family=optical_harbour_images.SECOND if other else optical_harbour_images.FIRST,
    )  # fmt: skip
    return harbour, optical_harbour_images.harbour_cube(harbour)[0]


def _berth(harbour: optical_harbour_images.Harbour) -> tuple[Berth, np.ndarray]:
    where = optical_harbour_images.harbour_masks(harbour)
    ring = ring_mask([where["berth"], where["quay"]], gsd=harbour.gsd) & where["land"]
    return Berth(where["berth"], ring, where["openwater"], harbour.axis_deg), ring


def optical(looks: int, seed: int, other: bool) -> World:
    """Simulate a berth for Sentinel-2."""
    harbour, cube = _harbour(looks, seed, other)
    place, ring = _berth(harbour)
    since, late = _split(cube)
    made = references(cube, ring=ring, until=since)

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Observation]:
        return _lengths(ships_at_berth(given, place, references=made))

    return World(late, measure, InjectionArea(place.water, harbour.axis_deg))


def _coarse(look: xr.Dataset) -> xr.Dataset:
    """Blur and average a 10 m image to 30 m."""
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
    """Simulate a berth for Landsat: objects are injected at 10 m and observed at 30 m."""
    harbour, cube = _harbour(looks, seed, other)
    place, _ = _berth(harbour)
    wide = replace(harbour, rows=harbour.rows // 3, columns=harbour.columns // 3, gsd=LANDSAT_GSD)
    where, _ = _berth(wide)
    since, late = _split(cube)
    early = [_coarse(cube.isel(time=i)) for i in range(EARLY)]
    made = references(early, ring=where.ring, until=since)

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Observation]:
        small = (_coarse(look) for look in given)
        rows = ships_at_berth(small, where, references=made, native=LANDSAT_GSD)
        return (each.ships for each in rows)

    return World(late, measure, InjectionArea(place.water, harbour.axis_deg))


def swept(outline: str) -> Callable[[int, int, bool], World]:
    """Simulate a harbour for the sweep of one of its outlines, painted from its past images."""

    def make(looks: int, seed: int, other: bool) -> World:
        harbour, cube = _harbour(looks, seed, other)
        since, late = _split(cube)
        where = optical_harbour_images.harbour_masks(harbour)
        inside = where[outline]
        outside = ~ndimage.binary_dilation(inside, iterations=2)
        past = references(cube, ring=where["land"], until=since)
        ground = standing_from_history(next(iter(past.values())))

        def measure(given: Iterable[xr.Dataset]) -> Iterator[Observation]:
            return (each.ships for each in sweep_harbour(given, known=outside, standing=ground))

        return World(late, measure, InjectionArea(inside, harbour.axis_deg))

    return make


def radar_sea(looks: int, seed: int, other: bool) -> World:
    """Simulate open water before a quay for the detector of free ships by radar."""
    harbour = radar_berth_images.RadarHarbour(
        seed, n_looks=EARLY + looks, rows=96, columns=128, occupancy=0.0,
        texture=(2.0, 4.0) if other else (2.0, 10.0),
    )  # fmt: skip
    cube, _ = radar_berth_images.radar_cube(harbour)
    where = radar_berth_images.radar_masks(harbour)["openwater"]
    _, late = _split(cube)

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Observation]:
        return radar_ships_on_open_water(given, where)

    return World(late, measure, InjectionArea(where))


def radar(state: str) -> Callable[[int, int, bool], World]:
    """Simulate a berth for Sentinel-1, seen from the sea or over the quay."""

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
        made, backgrounds = learn_radar_background(cube, place, until=since)

        def measure(given: Iterable[xr.Dataset]) -> Iterator[Observation]:
            rows = radar_ships_at_berth(given, place, references=made, backgrounds=backgrounds)
            return (each.ships for each in rows)

        return World(late, measure, InjectionArea(place.water, seaward_deg=harbour.seaward_deg))

    return make


def _visits(
    place: rail_yard_quay_field_cubes.SimulatedPlace, looks: int, rng: np.random.Generator
) -> xr.Dataset:
    return rail_yard_quay_field_cubes.place_cube(
        place, [()] * (EARLY + looks), rng, first=FIRST, days=STEP
    )


def quay(looks: int, seed: int, other: bool) -> World:
    """Simulate a concrete quay."""
    rng = np.random.default_rng(seed)
    place = rail_yard_quay_field_cubes.simulated_quay(rng, other=other)
    since, late = _split(cube := _visits(place, looks, rng))
    made = references(cube, ring=place.ring, until=since)

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Observation]:
        return (row for row, _ in stacks_on_quay(given, place.target, made, ring=place.ring))

    return World(late, measure, InjectionArea(place.target, 90.0))


def yard(looks: int, seed: int, other: bool) -> World:
    """Simulate a rail yard of four tracks with cars of unknown contrast."""
    rng = np.random.default_rng(seed)
    place = rail_yard_quay_field_cubes.simulated_yard(rng, other=other)
    since, late = _split(cube := _visits(place, looks, rng))
    tracks = lay_corridor(place.tracks, cube.x, cube.y, sigma=sigma_psf(0.26))
    made = references(cube, ring=tracks.ring, until=since)

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Observation]:
        return (row for row, _ in occupied_tracks(given, tracks, made))

    return World(late, measure, InjectionArea(place.target, lines=place.tracks))


def field(looks: int, seed: int, other: bool) -> World:
    """Simulate a grass field."""
    rng = np.random.default_rng(seed)
    place = rail_yard_quay_field_cubes.simulated_field(rng, other=other)
    since, late = _split(cube := _visits(place, looks, rng))
    made = references(cube, ring=place.ring, until=since, layers=INDEX_LAYERS)

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Observation]:
        return (row for row, _ in ground_laid_bare(given, place.target, made, ring=place.ring))

    return World(late, measure, InjectionArea(place.target, 90.0))


def pitted(looks: int, seed: int, other: bool) -> World:
    """Simulate a grass field for counting pits."""
    world = field(looks, seed, other)

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Observation]:
        return (pit_observation(row) for row in world.measure(given))

    return replace(world, measure=measure)


def put_counted(
    look: xr.Dataset, area: InjectionArea, size: float, contrast: float, rng: np.random.Generator
) -> tuple[xr.Dataset, float]:
    """Inject pits; their number is the truth."""
    return inject_pits(look, area, size, contrast, rng)[0], size


ASKED = {
    "berth-sentinel-2": Ask(optical, inject_ship, LENGTHS, DECKS),
    "berth-landsat": Ask(landsat, counted_as_one(inject_ship), LENGTHS, DECKS),
    "berth-sentinel-1": Ask(
        radar("descending"), counted_as_one(inject_radar_ship), LENGTHS, SECTIONS
    ),
    "berth-sentinel-1-lee": Ask(
        radar("ascending"), counted_as_one(inject_radar_ship), LENGTHS, SECTIONS
    ),
    "alongside-sentinel-2": Ask(swept("berth"), counted_as_one(inject_ship), LENGTHS, DECKS),
    "harbour-sentinel-2": Ask(swept("openwater"), inject_anchored_ship, LENGTHS, DECKS),
    "harbour-sentinel-1": Ask(radar_sea, inject_anchored_radar_ship, LENGTHS, SECTIONS),
    "stacks-sentinel-2": Ask(
        quay, inject_stacks, (118.0, 237.0, 473.0, 946.0, 1893.0), (-0.10, -0.05, 0.05, 0.10)
    ),
    "rail-sentinel-2": Ask(
        yard, inject_cars, (5.0, 10.0, 20.0, 40.0, 73.0), (-0.08, -0.04, 0.0, 0.04, 0.08)
    ),
    "ground-sentinel-2": Ask(field, inject_pits, PITS, SOILS),
    "pits-sentinel-2": Ask(pitted, put_counted, PITS, SOILS),
}


def asked(key: str, looks: int, seed: int) -> pd.DataFrame:
    """Run the injection-recovery test of one card.

    Parameters
    ----------
    key : str
        Key of `skytally.imagery.pipeline.detection_limit_summaries.CARDS`.
    looks : int
        Images for each size and contrast, over all sites.
    seed : int
        Seed.

    Returns
    -------
    pandas.DataFrame
        As `skytally.imagery.pipeline.detection_limit_summaries.recall_table`.
    """
    ask = ASKED[key]
    told: list[Trial] = []
    for k in range(WORLDS):
        world = ask.worlds(looks // WORLDS, seed + k, bool(k % 2))
        clear, none = clear_images(world.looks, world.measure)
        told += none
        told += trials(
            clear, world.measure, ask.inject, world.area, sizes=ask.sizes, contrasts=ask.contrasts,
            seed=seed + k,
        )  # fmt: skip
    return recall_table(told, simulated=True)


def main(looks: int, seed: int, keys: Iterable[str]) -> None:
    """Run the injection-recovery tests and write their table."""
    held = pd.read_csv(TARGET) if TARGET.exists() else pd.DataFrame()
    parts = dict(list(held.groupby("card"))) if len(held) else {}
    for key in keys or ASKED:
        start = datetime.now(UTC)
        table = asked(key, looks, seed).round(4)
        words = limits_sentence(table.assign(simulated=True), CARDS[key])
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
