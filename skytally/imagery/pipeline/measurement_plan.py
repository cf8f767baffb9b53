"""What is measured where: each measure with its outline, its sensor and what it must know first."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from skytally.core.errors import DataError
from skytally.imagery.acquire.providers import LANDSAT, SENTINEL_1, SENTINEL_2
from skytally.imagery.cube.cube_checks import OPTICAL
from skytally.imagery.measure.ground.bare_area import disturbed
from skytally.imagery.measure.ground.bare_soil_index import LAYERS
from skytally.imagery.measure.observation import Look, unclear
from skytally.imagery.measure.quay.stacks import stacks
from skytally.imagery.measure.radar.background import RadarBerth, learnt
from skytally.imagery.measure.radar.berth_radar import radar_berth
from skytally.imagery.measure.rail.occupied_track import rail
from skytally.imagery.measure.rail.track_geometry import corridor
from skytally.imagery.measure.reference import Reference, references
from skytally.imagery.measure.ships.berth_ships import BerthLook, berth
from skytally.imagery.measure.ships.berth_water import Berth
from skytally.imagery.measure.ships.hull_fit import sigma_psf
from skytally.imagery.pipeline.detection_limits import Measure
from skytally.imagery.pipeline.site_masks import (
    FAR_FROM_QUAYS,
    Bools,
    Place,
    dry_ring,
    open_water,
    seaward,
    track_lines,
)
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

Again = Callable[[], Iterator[xr.Dataset]]
"""Gives the looks anew each time, one at a time, in the order of time."""

FEW = 12
"""Looks that tell land from water: the shore does not move."""
QUARTERS = (46, 137, 228, 320)
"""Days of the year in the middle of each quarter: looks are compared with the same season."""
MTF_NYQUIST = 0.26
"""Modulation of the middle of the bands (METHODS 4.3)."""
NATIVE = {SENTINEL_2: 10.0, LANDSAT: 30.0}
BANDS_READ = ("b02", "b03", "b04", "b08", "b11")
"""What is read of an optical look: the measures' bands, and snow's."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """A measure that knows its place."""

    measure: Measure
    """Looks in, one row a look out."""
    put: Put
    """What puts a known thing into a look of it."""
    spot: Spot
    """Where to put it."""
    unit: str
    """Unit of the rows."""


@dataclass(frozen=True)
class Task:
    """One kind of line that own imagery can give."""

    card: str
    """Key of its detection limit in `skytally.imagery.pipeline.detection_limits.CARDS`."""
    kind: str
    """Kind of outline it needs."""
    sensor: str
    """Sensor."""
    quantity: str
    """What the line says, for its title."""
    prepare: Callable[[Place, Again, np.datetime64, str], Prepared]
    """Learns from the looks before the study what the place usually shows."""


def _shore(place: Place, looks: Again, study: np.datetime64) -> tuple[Bools, Bools]:
    """Give the dry ring and the open water, from a few looks before the study."""
    made = references(looks(), until=study, most=FEW)
    level: Reference = max(made.values(), key=lambda each: each.n_looks)
    return dry_ring(place, level), open_water(place, level)


def _counts(rows: Iterable[BerthLook]) -> Iterator[Look]:
    return (each.ships for each in rows)


def optical_berth(place: Place, looks: Again, study: np.datetime64, sensor: str) -> Prepared:
    """Prepare the ships at a berth in optical looks."""
    ring, water = _shore(place, looks, study)
    where = Berth(place.target, ring, water, place.outline.axis_deg)
    made = references(looks(), ring=ring, until=study)
    native = NATIVE[sensor]

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Look]:
        return _counts(berth(given, where, references=made, native=native))

    return Prepared(
        measure, as_one(put_ship), Spot(place.target, place.outline.axis_deg or 0.0), "ships"
    )


def _seaside(place: Place, bearing: float) -> Bools:
    """Give what lies beyond a berth, out to sea."""
    rows, columns = np.indices(place.target.shape)
    here = np.argwhere(place.target).mean(0)
    turn = math.radians(bearing)
    off = (columns - here[1]) * math.sin(turn) - (rows - here[0]) * math.cos(turn)
    return np.asarray((off * place.gsd > FAR_FROM_QUAYS) & ~place.others)


def radar_berths(place: Place, looks: Again, study: np.datetime64, sensor: str) -> Prepared:
    """Prepare the ships at a berth in radar looks."""
    del sensor
    bearing = seaward(place.outline, place.site)
    where = RadarBerth(place.target, _seaside(place, bearing), bearing)
    made, quiet = learnt(looks(), where, until=study)

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Look]:
        rows = radar_berth(given, where, references=made, quiet=quiet)
        return (each.ships for each in rows)

    return Prepared(
        measure, as_one(put_radar_ship), Spot(place.target, seaward_deg=bearing), "ships"
    )


def stacked(place: Place, looks: Again, study: np.datetime64, sensor: str) -> Prepared:
    """Prepare the area of stacks on a quay."""
    del sensor
    ring, _ = _shore(place, looks, study)
    made = references(looks(), ring=ring, until=study)

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Look]:
        return (row for row, _ in stacks(given, place.target, made, ring=ring))

    return Prepared(measure, put_stacks, Spot(place.target, place.outline.axis_deg or 0.0), "m2")


def quarter(look: xr.Dataset) -> int:
    """Give the middle day of the quarter of the year a look lies in, one of `QUARTERS`."""
    day = look["time"].to_numpy().reshape(-1)[0].astype("datetime64[D]")
    of_year = int((day - day.astype("datetime64[Y]")).astype(int)) + 1
    return min(QUARTERS, key=lambda each: min(abs(of_year - each), 365 - abs(of_year - each)))


def seasonal(
    looks: Again,
    study: np.datetime64,
    ring: Bools,
    layers: tuple[str, ...],
    *,
    days: tuple[int, ...] = QUARTERS,
) -> Mapping[int, Mapping[str, Reference]]:
    """Give the references of each quarter that has enough looks before the study.

    Parameters
    ----------
    looks : callable
        Gives the looks anew each time.
    study : numpy.datetime64
        First day of the study.
    ring : ndarray of bool, dims (y, x)
        Stable ground.
    layers : tuple of str
        Bands.
    days : tuple of int
        Middle days of the quarters wanted.

    Returns
    -------
    mapping of int to mapping of str to Reference
        Middle day to group to reference.

    Raises
    ------
    DataError
        If no quarter has.
    """
    made: dict[int, Mapping[str, Reference]] = {}
    last = ""
    for day in days:
        try:
            made[day] = references(looks(), ring=ring, until=study, day_of_year=day, layers=layers)
        except DataError as fault:
            last = str(fault)
    if not made:
        raise DataError(last)
    return made


def _by_season(
    given: Iterable[xr.Dataset],
    known: Mapping[int, Mapping[str, Reference]],
    unit: str,
    measure: Callable[[xr.Dataset, Mapping[str, Reference]], Iterator[Look]],
) -> Iterator[Look]:
    for look in given:
        part = quarter(look)
        if part in known:
            yield from measure(look, known[part])
        else:
            time = np.datetime64(look["time"].to_numpy().reshape(-1)[0], "ns")
            item = str(look["item_id"].to_numpy().reshape(-1)[0])
            reason = "too few clear looks of this season before the study"
            yield unclear(time, reason, unit=unit, item_id=item)


def in_yard(place: Place, looks: Again, study: np.datetime64, sensor: str) -> Prepared:
    """Prepare the occupied length of a bundle of tracks."""
    del sensor
    lines = track_lines(place.outline, place.site)
    first = next(looks())
    tracks = corridor(lines, first["x"], first["y"], sigma=sigma_psf(MTF_NYQUIST))
    known = seasonal(looks, study, tracks.ring, OPTICAL)

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Look]:
        return _by_season(
            given, known, "m", lambda look, made: (row for row, _ in rail([look], tracks, made))
        )

    return Prepared(measure, put_cars, Spot(place.target, lines=lines), "m")


def laid_bare(place: Place, looks: Again, study: np.datetime64, sensor: str) -> Prepared:
    """Prepare the area of ground laid bare."""
    del sensor
    known = seasonal(looks, study, place.ring, LAYERS)

    def measure(given: Iterable[xr.Dataset]) -> Iterator[Look]:
        return _by_season(
            given, known, "m2",
            lambda look, made: (
                row for row, _ in disturbed([look], place.target, made, ring=place.ring)
            ),
        )  # fmt: skip

    axis = 90.0 if place.outline.axis_deg is None else place.outline.axis_deg
    return Prepared(measure, put_pits, Spot(place.target, axis), "m2")


TASKS = (
    Task("berth-sentinel-2", "berth", SENTINEL_2, "ships at the berth", optical_berth),
    Task("berth-sentinel-1", "berth", SENTINEL_1, "ships at the berth", radar_berths),
    Task("berth-landsat", "berth", LANDSAT, "ships at the berth", optical_berth),
    Task("stacks-sentinel-2", "quay", SENTINEL_2, "area of stacks", stacked),
    Task("rail-sentinel-2", "track", SENTINEL_2, "occupied track", in_yard),
    Task("ground-sentinel-2", "pit_area", SENTINEL_2, "ground laid bare", laid_bare),
)
"""Every line that own imagery can give, by kind of outline and sensor."""
