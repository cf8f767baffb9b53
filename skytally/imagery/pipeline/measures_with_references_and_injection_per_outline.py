"""Each measure set up for one outline: masks, references, and what is drawn in to test it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from scipy import ndimage

from skytally.core import DataError
from skytally.imagery.acquire import LANDSAT, SENTINEL_2
from skytally.imagery.cube import OPTICAL_BANDS
from skytally.imagery.measure import (
    INDEX_LAYERS,
    Berth,
    BerthObservation,
    Observation,
    RadarBerth,
    Reference,
    ground_laid_bare,
    lay_corridor,
    learn_radar_background,
    occupied_tracks,
    radar_ships_at_berth,
    radar_ships_on_open_water,
    references,
    ships_at_berth,
    sigma_psf,
    stacks_on_quay,
    sweep_harbour,
    unclear_observation,
)
from skytally.imagery.pipeline.measured_line_kinds import LineKind
from skytally.imagery.pipeline.outline_masks_and_track_lines import (
    OPEN_WATER_M,
    Bools,
    OutlineArea,
    dry_ground,
    open_water,
    seaward_bearing,
    track_lines,
)
from skytally.imagery.pipeline.standing_ground_of_outline import KnownGround, known_ground
from skytally.imagery.pipeline.temporary_decoded_window_cutouts import OpenImages
from skytally.imagery.simulate import (
    InjectionArea,
    Injector,
    counted_as_one,
    inject_anchored_radar_ship,
    inject_anchored_ship,
    inject_cars,
    inject_pits,
    inject_radar_ship,
    inject_ship,
    inject_stacks,
)

Measure = Callable[[Iterable[xr.Dataset]], Iterable[Observation]]
"""A measure with its outline and its references: images in, one row an image out."""

SHORELINE_IMAGES = 12
"""Images that tell land from water: the shore does not move."""
QUARTERS = (46, 137, 228, 320)
"""Days of the year in the middle of each quarter: images are compared with the same season."""
MTF_NYQUIST = 0.26
"""Modulation of the middle of the bands (METHODS 4.3)."""
NATIVE_GSD = {SENTINEL_2: 10.0, LANDSAT: 30.0}
"""Sensor to the metres by which it blurs."""
SWEEP_MARGIN_M = 20.0
"""Metres by which a ship may stand out of the outline in which it is counted: two pixels."""
BANDS_READ = ("b02", "b03", "b04", "b08", "b11")
"""Bands read of an optical image: those of the measures, and snow's."""


@dataclass(frozen=True, eq=False)
class MeasureSetup:
    """A measure that knows its outline."""

    measure: Measure
    """Images in, one row an image out."""
    inject: Injector
    """Draws a known object into an image."""
    area: InjectionArea
    """Where to draw it."""
    unit: str
    """Unit of the rows."""
    ground: KnownGround | None = None
    """What always stands there, of a sweep; None of other measures."""


def _shore(area: OutlineArea, images: OpenImages, study: np.datetime64) -> tuple[Bools, Bools]:
    """Dry stable ground and open water, from a few images before the study."""
    by_group = references(images(), until=study, most=SHORELINE_IMAGES)
    level: Reference = max(by_group.values(), key=lambda reference: reference.n_images)
    return dry_ground(area, level), open_water(area, level)


def _ship_counts(rows: Iterable[BerthObservation]) -> Iterator[Observation]:
    return (row.ships for row in rows)


def optical_berth_ships(
    area: OutlineArea, images: OpenImages, study: np.datetime64, sensor: str
) -> MeasureSetup:
    """Ships at a berth in optical images."""
    ring, water = _shore(area, images, study)
    where = Berth(area.target, ring, water, area.outline.axis_deg)
    by_group = references(images(), ring=ring, until=study)
    native = NATIVE_GSD[sensor]

    def measure(stream: Iterable[xr.Dataset]) -> Iterator[Observation]:
        return _ship_counts(ships_at_berth(stream, where, references=by_group, native=native))

    return MeasureSetup(
        measure,
        counted_as_one(inject_ship),
        InjectionArea(area.target, area.outline.axis_deg or 0.0),
        "ships",
    )


def _sea_side(area: OutlineArea, bearing: float) -> Bools:
    """Pixels beyond a berth, out to sea."""
    rows, columns = np.indices(area.target.shape)
    middle = np.argwhere(area.target).mean(0)
    turn = math.radians(bearing)
    off = (columns - middle[1]) * math.sin(turn) - (rows - middle[0]) * math.cos(turn)
    return np.asarray((off * area.gsd > OPEN_WATER_M) & ~area.others)


def radar_berth_ships(
    area: OutlineArea, images: OpenImages, study: np.datetime64, sensor: str
) -> MeasureSetup:
    """Ships at a berth in radar images."""
    del sensor
    bearing = seaward_bearing(area.outline, area.site)
    sea = _sea_side(area, bearing) if area.water is None else area.water
    where = RadarBerth(area.target, sea, bearing)
    by_group, backgrounds = learn_radar_background(images(), where, until=study)

    def measure(stream: Iterable[xr.Dataset]) -> Iterator[Observation]:
        rows = radar_ships_at_berth(stream, where, references=by_group, backgrounds=backgrounds)
        return (row.ships for row in rows)

    return MeasureSetup(
        measure,
        counted_as_one(inject_radar_ship),
        InjectionArea(area.target, seaward_deg=bearing),
        "ships",
    )


def _swept(
    area: OutlineArea, images: OpenImages, study: np.datetime64, sensor: str
) -> tuple[Measure, KnownGround]:
    """Sweep of one image after another that counts what lies in an outline alone.

    What always stands there is painted as water first, as far as past images or outlines tell.
    """
    reach = max(round(SWEEP_MARGIN_M / area.gsd), 1)
    counted = np.asarray(ndimage.binary_dilation(area.target, iterations=reach))
    ground = known_ground(area, images, study, counted)

    def measure(stream: Iterable[xr.Dataset]) -> Iterator[Observation]:
        swept = sweep_harbour(
            stream, known=~counted, standing=ground.ground, native=NATIVE_GSD[sensor]
        )
        return (each.ships for each in swept)

    return measure, ground


def ships_alongside(
    area: OutlineArea, images: OpenImages, study: np.datetime64, sensor: str
) -> MeasureSetup:
    """Ships at a berth in each optical image by itself; earlier ones help, but are not needed."""
    measure, ground = _swept(area, images, study, sensor)
    return MeasureSetup(
        measure,
        counted_as_one(inject_ship),
        InjectionArea(area.target, area.outline.axis_deg or 0.0),
        "ships",
        ground,
    )


def free_ships(
    area: OutlineArea, images: OpenImages, study: np.datetime64, sensor: str
) -> MeasureSetup:
    """Ships free in open water in each optical image by itself."""
    measure, ground = _swept(area, images, study, sensor)
    return MeasureSetup(measure, inject_anchored_ship, InjectionArea(area.target), "ships", ground)


def free_radar_ships(
    area: OutlineArea, images: OpenImages, study: np.datetime64, sensor: str
) -> MeasureSetup:
    """Ships free in open water in each radar image by itself."""
    del images, study, sensor

    def measure(stream: Iterable[xr.Dataset]) -> Iterator[Observation]:
        return radar_ships_on_open_water(stream, area.target)

    return MeasureSetup(measure, inject_anchored_radar_ship, InjectionArea(area.target), "ships")


def quay_stacks(
    area: OutlineArea, images: OpenImages, study: np.datetime64, sensor: str
) -> MeasureSetup:
    """Area of stacks on a quay."""
    del sensor
    ring, _ = _shore(area, images, study)
    by_group = references(images(), ring=ring, until=study)

    def measure(stream: Iterable[xr.Dataset]) -> Iterator[Observation]:
        return (row for row, _ in stacks_on_quay(stream, area.target, by_group, ring=ring))

    return MeasureSetup(
        measure, inject_stacks, InjectionArea(area.target, area.outline.axis_deg or 0.0), "m2"
    )


def quarter_of(image: xr.Dataset) -> int:
    """Middle day of the quarter of the year an image lies in, one of `QUARTERS`."""
    day = image["time"].to_numpy().reshape(-1)[0].astype("datetime64[D]")
    of_year = int((day - day.astype("datetime64[Y]")).astype(int)) + 1
    return min(QUARTERS, key=lambda middle: min(abs(of_year - middle), 365 - abs(of_year - middle)))


def seasonal_references(
    images: OpenImages,
    study: np.datetime64,
    ring: Bools,
    layers: tuple[str, ...],
    *,
    days: tuple[int, ...] = QUARTERS,
) -> Mapping[int, Mapping[str, Reference]]:
    """One set of references for each quarter that has enough images before the study.

    Parameters
    ----------
    images : callable
        Opens the images of the outline's window.
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
    by_quarter: dict[int, Mapping[str, Reference]] = {}
    fault = ""
    for day in days:
        try:
            by_quarter[day] = references(
                images(), ring=ring, until=study, day_of_year=day, layers=layers
            )
        except DataError as error:
            fault = str(error)
    if not by_quarter:
        raise DataError(fault)
    return by_quarter


def _by_season(
    images: Iterable[xr.Dataset],
    by_quarter: Mapping[int, Mapping[str, Reference]],
    unit: str,
    measure: Callable[[xr.Dataset, Mapping[str, Reference]], Iterator[Observation]],
) -> Iterator[Observation]:
    for image in images:
        quarter = quarter_of(image)
        if quarter in by_quarter:
            yield from measure(image, by_quarter[quarter])
        else:
            time = np.datetime64(image["time"].to_numpy().reshape(-1)[0], "ns")
            item = str(image["item_id"].to_numpy().reshape(-1)[0])
            reason = "too few clear images of this season before the study"
            yield unclear_observation(time, reason, unit=unit, item_id=item)


def rail_yard(
    area: OutlineArea, images: OpenImages, study: np.datetime64, sensor: str
) -> MeasureSetup:
    """Occupied length of a bundle of tracks."""
    del sensor
    lines = track_lines(area.outline, area.site)
    first = next(images())
    tracks = lay_corridor(lines, first["x"], first["y"], sigma=sigma_psf(MTF_NYQUIST))
    # the ground beside the tracks shares their light; ground that somebody drew is better known
    ring = area.ring if area.ring_is_drawn else tracks.ring
    by_quarter = seasonal_references(images, study, ring, OPTICAL_BANDS)

    def measure(stream: Iterable[xr.Dataset]) -> Iterator[Observation]:
        return _by_season(
            stream, by_quarter, "m",
            lambda image, level: (
                row for row, _ in occupied_tracks([image], tracks, level, ring=ring)
            ),
        )  # fmt: skip

    return MeasureSetup(measure, inject_cars, InjectionArea(area.target, lines=lines), "m")


def bare_depot_ground(
    area: OutlineArea, images: OpenImages, study: np.datetime64, sensor: str
) -> MeasureSetup:
    """Area of ground laid bare."""
    del sensor
    by_quarter = seasonal_references(images, study, area.ring, INDEX_LAYERS)

    def measure(stream: Iterable[xr.Dataset]) -> Iterator[Observation]:
        return _by_season(
            stream, by_quarter, "m2",
            lambda image, level: (
                row for row, _ in ground_laid_bare([image], area.target, level, ring=area.ring)
            ),
        )  # fmt: skip

    axis = 90.0 if area.outline.axis_deg is None else area.outline.axis_deg
    return MeasureSetup(measure, inject_pits, InjectionArea(area.target, axis), "m2")


SETUPS: Mapping[str, Callable[[OutlineArea, OpenImages, np.datetime64, str], MeasureSetup]] = {
    "berth-sentinel-2": optical_berth_ships,
    "berth-sentinel-1": radar_berth_ships,
    "berth-landsat": optical_berth_ships,
    "alongside-sentinel-2": ships_alongside,
    "harbour-sentinel-2": free_ships,
    "harbour-sentinel-1": free_radar_ships,
    "stacks-sentinel-2": quay_stacks,
    "rail-sentinel-2": rail_yard,
    "ground-sentinel-2": bare_depot_ground,
}
"""Key of a detection-limit summary to what sets the measure up; one for each of `LINE_KINDS`."""


def set_up(
    kind: LineKind, area: OutlineArea, images: OpenImages, study: np.datetime64
) -> MeasureSetup:
    """Measure of an outline that has learnt from the images before the study.

    Parameters
    ----------
    kind : LineKind
        What is measured.
    area : OutlineArea
        Where.
    images : callable
        Opens the images of the outline's window.
    study : numpy.datetime64
        First day of the study.

    Returns
    -------
    Prepared

    Raises
    ------
    DataError
        If too few images before the study are clear, or an outline that is needed is missing.
    """
    return SETUPS[kind.card](area, images, study, kind.sensor)
