"""Speed and memory of the measures: pixels a second, time in fits, 60 against 600 images.

``python -m labs.benchmarks.measurement_speed_and_memory`` writes
data/results/measurement_speed_and_memory.csv; with ``sweeps`` it measures only the ship sweep,
plain against painted, and replaces its rows. Images are simulated, of the size of the sites' own
grids. Time is processor time, the shortest of several runs, since other processes only add to it.
Speed is in grid cells a second, and in pixels of the four bands, which are four times as many.
"""

from __future__ import annotations

import csv
import itertools
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import xarray as xr
from scipy import ndimage

from labs.benchmarks.real_imagery_location import PROJECT_ROOT
from skytally.imagery.clear_sky.stable_ground_and_water_masks import ring_mask
from skytally.imagery.measure.ground import disturbed_area as earth
from skytally.imagery.measure.ground.bare_soil_index import SOIL_INDEX_BANDS, bare_soil_series
from skytally.imagery.measure.quay.stack_area_series_and_container_bounds import stacks_on_quay
from skytally.imagery.measure.radar.berth_ships_in_radar import (
    RadarBerth,
    learn_radar_background,
    radar_ships_at_berth,
)
from skytally.imagery.measure.rail.occupied_track_series import occupied_tracks
from skytally.imagery.measure.rail.track_forward_model import lay_corridor
from skytally.imagery.measure.reference_level_and_spread_per_group import references
from skytally.imagery.measure.ships import berth_ships
from skytally.imagery.measure.ships.berth_water_anomalies import Berth
from skytally.imagery.measure.ships.harbour_ship_detection import sweep_harbour
from skytally.imagery.measure.ships.hull_fit import sigma_psf
from skytally.imagery.measure.ships.standing_ground_painted_as_water import standing_from_history
from skytally.imagery.simulate import (
    optical_harbour_images,
    radar_berth_images,
    rail_yard_quay_field_cubes,
    railcar_stack_and_pit_layouts,
)

TARGET = PROJECT_ROOT / "data" / "results" / "measurement_speed_and_memory.csv"
COLUMNS = ("measure", "metric", "value", "n", "note", "date")
EARLY = 10
"""Images before the study, without ship or works."""
LATE = 4
"""Distinct images of the study, which are cycled."""
REPEATS = 5
SHOWN = 20
"""Images in one timed run."""
FEW, MANY = 60, 600
SWEPT_SIDE = 180
"""Pixels to a side of a window in which a sweep counts: a berth and 700 m around it."""
Looks = Iterable[xr.Dataset]


@dataclass(frozen=True, eq=False)
class Job:
    """A measure with simulated images to run it on."""

    early: list[xr.Dataset]
    """Images before the study."""
    quiet: list[xr.Dataset]
    """Images of the study without an object."""
    busy: list[xr.Dataset]
    """Images of the study with objects."""
    learn: Callable[[Looks], Any]
    """Function that computes the reference from the early images."""
    measure: Callable[[Looks, Any], Iterator[Any]]
    """The measure, applied image by image."""
    fit: tuple[Any, str] | None = None
    """Module and name of its fit."""


def shown(looks: list[xr.Dataset], count: int) -> Iterator[xr.Dataset]:
    """Cycle through images, each dated a day after the one before."""
    start = looks[0]["time"].to_numpy().astype("datetime64[ns]")
    for i in range(count):
        yield looks[i % len(looks)].assign_coords(time=start + np.timedelta64(i, "D"))


def berth_job(side: int) -> Job:
    """Simulate an optical berth on a square grid."""
    made = []
    for occupancy in (0.0, 1.0):
        harbour = optical_harbour_images.Harbour(
            3, n_looks=EARLY + LATE, rows=side, columns=side, cloud=0.0, haze=0.0, shadow=0.0,
            occupancy=occupancy, empty_until=EARLY,
        )  # fmt: skip
        made.append([look for look, _ in optical_harbour_images.harbour_images_with_truth(harbour)])
    where = optical_harbour_images.harbour_masks(harbour)
    ring = ring_mask([where["berth"], where["quay"]], gsd=10.0) & where["land"]
    place = Berth(where["berth"], ring, where["openwater"], harbour.axis_deg)
    return Job(
        made[0][:EARLY], made[0][EARLY:], made[1][EARLY:],
        lambda looks: references(looks, ring=ring),
        lambda looks, known: berth_ships.ships_at_berth(looks, place, references=known),
        (berth_ships, "_hull"),
    )  # fmt: skip


def earth_job(side: int, *, across: float | None = None, index: bool = False) -> Job:
    """Simulate a depot: the register's whole disc with its ring, or an outline `across` metres.

    Measured is the area laid bare, or the bare soil index alone. Nothing is measured in a disc
    that nobody confirmed; it is the most that could be asked.
    """
    rng = np.random.default_rng(0)
    place = rail_yard_quay_field_cubes.simulated_field(rng, side=side)
    layers = ("b03", "b04", "b08", "b11")
    middle = np.zeros((side, side))
    middle[side // 2, side // 2] = 1.0
    away = ndimage.distance_transform_edt(1.0 - middle)
    target, ring = away < 0.38 * side, (away > 0.4 * side) & (away < 0.48 * side)
    if across is not None:
        target = away * 10.0 < across / 2.0
        ring = ring_mask([target], gsd=10.0)
    works = railcar_stack_and_pit_layouts.depot(rng, start=(side * 5.0, side * 5.0))
    boxes = [*([()] * (EARLY + LATE)), *([works.boxes] * LATE)]
    cube = rail_yard_quay_field_cubes.place_cube(place, boxes, rng, first="2023-01-01")
    looks = [cube.isel(time=i) for i in range(cube.sizes["time"])]
    split = looks[:EARLY], looks[EARLY : EARLY + LATE], looks[EARLY + LATE :]
    if index:
        return Job(
            *split, lambda _early: None,
            lambda late, _known: bare_soil_series(late, target, ring=ring, layers=SOIL_INDEX_BANDS),
        )  # fmt: skip
    return Job(
        *split,
        lambda early: references(early, ring=ring, layers=layers),
        lambda late, known: earth.ground_laid_bare(late, target, known, ring=ring, layers=layers),
        (earth, "_pits"),
    )  # fmt: skip


def stack_job() -> Job:
    """Simulate a quay with containers."""
    rng = np.random.default_rng(1)
    place = rail_yard_quay_field_cubes.simulated_quay(rng)
    put = railcar_stack_and_pit_layouts.stacks(rng, slots=100, quay=place.free).boxes
    cube = rail_yard_quay_field_cubes.place_cube(
        place, [*([()] * EARLY), *([put] * LATE)], rng, first="2023-01-01"
    )
    looks = [cube.isel(time=i) for i in range(EARLY + LATE)]
    return Job(
        looks[:EARLY], looks[EARLY:], looks[EARLY:],
        lambda early: references(early, ring=place.ring),
        lambda late, known: stacks_on_quay(late, place.target, known, ring=place.ring),
    )  # fmt: skip


def rail_job() -> Job:
    """Simulate a small rail yard with cars."""
    rng = np.random.default_rng(2)
    place = rail_yard_quay_field_cubes.simulated_yard(rng, count=2, length=300.0)
    cars = railcar_stack_and_pit_layouts.yard(place.lines, rng, cars=12, contrast=-0.08).boxes
    cube = rail_yard_quay_field_cubes.place_cube(
        place, [*([()] * EARLY), *([cars] * LATE)], rng, first="2023-01-01"
    )
    tracks = lay_corridor(place.tracks, cube.x, cube.y, sigma=sigma_psf(0.26))
    looks = [cube.isel(time=i) for i in range(EARLY + LATE)]
    return Job(
        looks[:EARLY], looks[EARLY:], looks[EARLY:],
        lambda early: references(early, ring=tracks.ring),
        lambda late, known: occupied_tracks(late, tracks, known),
    )  # fmt: skip


def radar_job() -> Job:
    """Simulate a berth imaged by radar."""
    harbour = radar_berth_images.RadarHarbour(4, n_looks=EARLY + LATE, empty_until=EARLY)
    where = radar_berth_images.radar_masks(harbour)
    place = RadarBerth(where["berth"], where["openwater"], harbour.seaward_deg)
    looks = [look for look, _ in radar_berth_images.radar_images_with_truth(harbour)]

    def measure(late: Looks, known: Any) -> Iterator[Any]:
        return radar_ships_at_berth(late, place, references=known[0], backgrounds=known[1])

    return Job(
        looks[:EARLY], looks[EARLY:], looks[EARLY:],
        lambda early: learn_radar_background(early, place, until="2100-01-01"), measure,
    )  # fmt: skip


JOBS: dict[str, Callable[[], Job]] = {
    "berth": lambda: berth_job(120),
    "stacks": stack_job,
    "rail": rail_job,
    "disturbed": lambda: earth_job(120),
    "radar berth": radar_job,
}


def sweep_job(*, painted: bool) -> Job:
    """Simulate a harbour for the ship sweep, plain or with its past images painted as water."""
    harbour = optical_harbour_images.Harbour(
        6, n_looks=EARLY + LATE, rows=SWEPT_SIDE, columns=SWEPT_SIDE, cloud=0.0, haze=0.0,
        shadow=0.0, occupancy=1.0, empty_until=EARLY,
    )  # fmt: skip
    looks = [look for look, _ in optical_harbour_images.harbour_images_with_truth(harbour)]
    land = optical_harbour_images.harbour_masks(harbour)["land"]

    def learn(early: Looks) -> Any:
        if not painted:
            return None
        known = references(early, ring=land)
        return standing_from_history(next(iter(known.values())))

    return Job(
        looks[:EARLY], looks[EARLY:], looks[EARLY:], learn,
        lambda late, known: sweep_harbour(late, standing=known),
    )  # fmt: skip


SWEEPS: dict[str, Callable[[], Job]] = {
    "sweep": lambda: sweep_job(painted=False),
    "sweep, painted": lambda: sweep_job(painted=True),
}


def sweeps() -> Iterator[dict[str, Any]]:
    """Compare the painted sweep with the plain one: processor time and peak memory as ratios.

    Both sweep each image in turn, so that what else the machine does falls on both alike.
    """
    jobs = {name: make() for name, make in SWEEPS.items()}
    known = {name: job.learn(iter(job.early)) for name, job in jobs.items()}
    best = dict.fromkeys(jobs, np.inf)
    for _ in range(REPEATS):
        spent = dict.fromkeys(jobs, 0.0)
        for look in range(LATE):
            for name, job in jobs.items():
                start = time.process_time()
                list(job.measure(iter([job.busy[look]]), known[name]))
                spent[name] += time.process_time() - start
        best = {name: min(best[name], spent[name]) for name in jobs}
    plain, painted = (best[name] / LATE for name in SWEEPS)
    what = f"{SWEPT_SIDE} by {SWEPT_SIDE} pixels, a ship at the quay; painted from {EARLY} images"
    yield {"measure": "sweep", "metric": "processor seconds a look", "value": round(plain, 3),
           "n": LATE, "note": what}  # fmt: skip
    yield {"measure": "sweep, painted", "metric": "processor seconds, ratio to the plain sweep",
           "value": round(painted / plain, 3), "n": LATE,
           "note": f"{painted:.3f} s against {plain:.3f} s a look"}  # fmt: skip
    first, second = (_peak_of(name, SHOWN) for name in SWEEPS)
    yield {"measure": "sweep", "metric": "peak memory, MB", "value": round(first, 1), "n": SHOWN,
           "note": what}  # fmt: skip
    yield {"measure": "sweep, painted", "metric": "peak memory, ratio to the plain sweep",
           "value": round(second / first, 3), "n": SHOWN,
           "note": f"{second:.0f} MB against {first:.0f} MB; learning from past looks "
           "included"}  # fmt: skip


def seconds(job: Job, looks: list[xr.Dataset], known: Any) -> tuple[float, float]:
    """Best processor seconds per image over the repeats, and the share of them spent in fits."""
    best, share = np.inf, 0.0
    for _ in range(REPEATS):
        spent = 0.0
        module, name = job.fit or (berth_ships, "_hull")
        plain = getattr(module, name)

        def timed(*args: Any, plain: Callable[..., Any] = plain) -> Any:
            nonlocal spent
            start = time.process_time()
            found = plain(*args)
            spent += time.process_time() - start
            return found

        given = list(shown(looks, SHOWN))
        with mock.patch.object(module, name, timed):
            start = time.process_time()
            for _found in job.measure(iter(given), known):
                pass
            taken = time.process_time() - start
        if taken < best:
            best, share = taken, spent / taken
    return best / SHOWN, share


def speed() -> Iterator[dict[str, Any]]:
    """Time the berth and the bare-soil measures on grids of the size of Rajin and of Tikhoretsk."""
    for name, side, make in (
        ("berth", 600, berth_job),
        ("disturbed, outline of 1 km", 504, lambda side: earth_job(side, across=1000.0)),
        ("disturbed, disc of 3.8 km", 504, earth_job),
        (
            "soil index, outline of 1 km",
            504,
            lambda side: earth_job(side, across=1000.0, index=True),
        ),
        ("soil index, disc of 3.8 km", 504, lambda side: earth_job(side, index=True)),
    ):
        job = make(side)
        known = job.learn(iter(job.early))
        for word, looks in (("without an object", job.quiet), ("with objects", job.busy)):
            cost, share = seconds(job, looks, known)
            note = f"{side} by {side} pixels, 4 bands, looks {word}"
            for metric, value in (
                ("million places a second", side**2 / cost / 1e6),
                ("million places a second, fits left out", side**2 / (cost * (1 - share)) / 1e6),
                (
                    "million pixels a second, fits left out",
                    4 * side**2 / (cost * (1 - share)) / 1e6,
                ),
                ("share of fits", share),
            ):
                yield {"measure": name, "metric": metric, "value": round(value, 3), "n": SHOWN,
                       "note": note}  # fmt: skip


def peak(name: str, count: int) -> float:
    """Measure `count` images one by one in this process; return its peak memory in megabytes.

    The kernel's own mark of this program is read: ``ru_maxrss`` begins at its parent's size.
    """
    job = (JOBS | SWEEPS)[name]()
    # simulating the images takes more memory than measuring them: the high-water mark is reset
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    known = job.learn(shown(job.early, count))
    for _ in job.measure(shown([*job.quiet, *job.busy], count), known):
        pass
    said = Path("/proc/self/status").read_text(encoding="ascii")
    return float(re.findall(r"VmHWM:\s+(\d+) kB", said)[0]) / 1024.0


def _peak_of(name: str, count: int) -> float:
    """Run `peak` in a process of its own."""
    command = [
        sys.executable, "-m", "labs.benchmarks.measurement_speed_and_memory", name, str(count),
    ]  # fmt: skip
    said = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True,
                          check=True).stdout  # fmt: skip
    return float(said.split()[-1])


def memory() -> Iterator[dict[str, Any]]:
    """Compare the peak memory for few and for many images, each in its own process."""
    for name in JOBS:
        peaks = [_peak_of(name, count) for count in (FEW, MANY)]
        note = f"{peaks[0]:.0f} MB at {FEW} looks, {peaks[1]:.0f} MB at {MANY}; to stay below 1.10"
        yield {"measure": name, "metric": "peak memory, ratio", "n": MANY, "note": note,
               "value": round(peaks[1] / peaks[0], 3)}  # fmt: skip


def main() -> None:
    """Write the table or its part, or print the peak memory of one measure: ``berth 600``."""
    parts: list[Iterator[dict[str, Any]]] = [speed(), memory(), sweeps()]
    rows = []
    if sys.argv[1:] == ["sweeps"]:
        parts = [sweeps()]
        with TARGET.open(encoding="utf-8", newline="") as file:
            rows = [each for each in csv.DictReader(file) if each["measure"] not in SWEEPS]
    elif len(sys.argv) > 1:
        print(peak(" ".join(sys.argv[1:-1]), int(sys.argv[-1])))
        return
    for each in itertools.chain(*parts):
        print(each, flush=True)
        rows.append({**each, "date": f"{datetime.now(UTC):%Y-%m-%d}"})
    beside = TARGET.with_suffix(".new")
    with beside.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    beside.replace(TARGET)


if __name__ == "__main__":
    main()
