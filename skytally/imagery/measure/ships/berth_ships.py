"""Ships at a berth in Sentinel-2 and Landsat images: hulls where the empty berth is water."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from skytally.core import DataError, evidence_line_name_constants as n
from skytally.imagery.clear_sky import HAZE, frame_water_audit, ring_offset, screen
from skytally.imagery.cube import (
    OPTICAL_BANDS,
    Bools,
    CubeSource,
    Frame,
    Window,
    check_positive,
    iter_frames,
)
from skytally.imagery.measure.coregistered_difference_from_reference import ring_hidden
from skytally.imagery.measure.observation_and_evidence_line import Observation, unclear_observation
from skytally.imagery.measure.reference_level_and_spread_per_group import Reference, group_reference
from skytally.imagery.measure.ships.berth_water_anomalies import (
    MIN_HULL_M2,
    SURE_DETECTION,
    Berth,
    BerthScene,
    BerthWindows,
    EmptyBerth,
    against_history,
    against_water,
    berth_windows,
    check_berth,
    empty_berth,
    hot_objects,
)
from skytally.imagery.measure.ships.hull_fit import HullFit, band_blurs, fit_hull, initial_rectangle
from skytally.imagery.measure.stable_ground_coregistration import REFUSED, coregister

MIN_ELONGATION = 2.5
"""Length over width: below it no cargo ship lies alone (METHODS section 4.2)."""
MAX_AXIS_OFF_DEG = 15.0
"""Degrees from the quay's axis within which a moored hull lies."""
MAX_SHAPE_GSD = 15.0
"""Pixels above which a hull's width is less than two pixels and no shape can be asked for."""
COARSE_P_DETECT = 0.85
"""The same at 30 m (METHODS section 4.2)."""
HAZE_P_DETECT = 0.8
"""Highest chance of detection given to a hazy image (METHODS section 4.2)."""
MAX_RESTLESSNESS = 9.0
"""Rise of the squared anomaly of open water over that of noise beyond which the water itself has
changed (ice, glint, foam): three times the noise."""
TWO_HULLS = 1.5
"""A single hull is longer than 2.5 widths; one wider than this times a beam is two abreast."""
LENGTH_DETAILS = ("length_m", "length_low", "length_high")
"""Details of an image with hulls: length of the longest in metres, and its interval."""
MAX_BEAM_RATIO = 0.25
"""Width over length that no single cargo ship exceeds by much: barges reach it."""


@dataclass(frozen=True)
class BerthObservation:
    """What one image says of a berth."""

    ships: Observation
    """Number of ships."""
    length: Observation
    """Length of the longest, in metres."""
    hulls: tuple[HullFit, ...]
    """The hulls, rows and columns counted in the cube."""
    others: int
    """Things in the berth's water that are no single moored hull."""


def _hull(scene: BerthScene, seen: Bools, native: float, axis_deg: float | None) -> HullFit | None:
    gsd = scene.frame.gsd
    strength = np.where(seen, np.sqrt(np.clip(scene.signal, 0, None) ** 2).sum(axis=0), 0.0)
    blur = band_blurs(scene.frame.layers, native=native)
    try:
        start = initial_rectangle(strength, gsd=gsd, sigma_m=max(blur))
        return fit_hull(
            scene.signal, scene.noise, start, gsd=gsd, sigma_m=blur, axis_prior=axis_deg,
            use=scene.usable | seen,
        )  # fmt: skip
    except DataError:
        return None


def is_moored_hull(fit: HullFit, axis_deg: float | None) -> bool:
    """Whether a fit has the size, the shape and the axis of a hull at this quay."""
    place = fit.place
    if fit.at_limit or place.length * place.width < MIN_HULL_M2:
        return False
    if place.length < MIN_ELONGATION * place.width:
        return False
    if axis_deg is None:
        return True
    return abs((place.axis_deg - axis_deg + 90.0) % 180.0 - 90.0) <= MAX_AXIS_OFF_DEG


def _moved(fit: HullFit, window: Window) -> HullFit:
    place = replace(
        fit.place, row=fit.place.row + window[0].start, column=fit.place.column + window[1].start
    )
    return replace(fit, place=place)


@dataclass(frozen=True)
class _RowContext:
    """What is told of an image whatever is found in it."""

    time: np.datetime64
    item_id: str
    group: str
    flags: tuple[str, ...]
    details: Mapping[str, float]


def _unclear_berth(
    about: _RowContext, reason: str = "", *, screening_reason: str = ""
) -> BerthObservation:
    rows = [
        unclear_observation(
            about.time,
            reason,
            unit=unit,
            item_id=about.item_id,
            flags=about.flags,
            group=about.group,
            details=about.details,
            screening_reason=screening_reason,
        )
        for unit in ("ships", "m")
    ]
    return BerthObservation(rows[0], rows[1], (), 0)


def _row(
    about: _RowContext, unit: str, found: tuple[float, float, float], rates: tuple[float, float]
) -> Observation:
    value, low, high = found
    state = n.NOTHING_SEEN if value == 0 else n.COUNTED
    return Observation(
        about.time, about.item_id, value, low, high, unit, rates[0], rates[1], state, "",
        about.flags, about.group, about.details,
    )  # fmt: skip


def _counted(
    about: _RowContext, hulls: Sequence[HullFit], others: int, rates: tuple[float, float]
) -> BerthObservation:
    missed = 1.0 if rates[0] < SURE_DETECTION else 0.0
    wide = sum(each.place.width > TWO_HULLS * MAX_BEAM_RATIO * each.place.length for each in hulls)
    if not hulls and not others:
        rows = [
            _row(about, "ships", (0.0, 0.0, missed), rates),
            # how long a missed ship is has no bound
            _row(about, "m", (0.0, 0.0, math.inf if missed else 0.0), rates),
        ]
        return BerthObservation(rows[0], rows[1], (), 0)
    if not hulls:
        # a barge, a raft, a crane's boom: something is there, and it is not said to be a ship
        reason = "something in the berth's water that is no single moored hull"
        about = replace(about, flags=(*about.flags, "rafted-or-other"))
        ships = _no_number(about, "ships", reason, most=float(others + 1))
        return BerthObservation(ships, _no_number(about, "m", reason), (), others)
    count = float(len(hulls))
    sure = 0.0 if count == 1 and rates[1] > 0.05 else count
    longest = max(hulls, key=lambda each: each.place.length)
    size = (longest.place.length, longest.length_low, longest.length_high)
    about = replace(
        about, details={**about.details, **dict(zip(LENGTH_DETAILS, size, strict=True))}
    )
    ships = _row(about, "ships", (count, sure, count + wide + others + missed), rates)
    return BerthObservation(ships, _row(about, "m", size, rates), tuple(hulls), others)


def _no_number(
    about: _RowContext, unit: str, reason: str, *, most: float = math.nan
) -> Observation:
    nan = math.nan
    least = nan if math.isnan(most) else 0.0
    return Observation(
        about.time, about.item_id, nan, least, most, unit, nan, nan, n.SOMETHING_SEEN, reason,
        about.flags, about.group, about.details,
    )  # fmt: skip


def _coarse(about: _RowContext, scene: BerthScene, rates: tuple[float, float]) -> BerthObservation:
    """Detect presence only: at 30 m a hull has no shape (METHODS section 4.2)."""
    found = hot_objects(scene, None)
    about = replace(about, flags=(*about.flags, "presence-only"))
    rates = (min(rates[0], COARSE_P_DETECT), rates[1])
    if not found:
        return _counted(about, (), 0, rates)
    ships = _row(about, "ships", (1.0, 1.0, 2.0), rates)
    return BerthObservation(
        ships, _no_number(about, "m", "pixels too coarse for a length"), (), len(found)
    )


def _judgeable(scene: BerthScene) -> Bools:
    """Which pixels of the berth can be judged: read, and not beside a hole in the reference."""
    judgeable = np.isfinite(scene.signal[:, scene.berth]).all(axis=0)
    for moved in scene.displaced or ():
        judgeable &= np.isfinite(moved[:, scene.berth]).all(axis=0)
    return np.asarray(judgeable)


def _observed(
    about: _RowContext, scene: BerthScene, place: Berth, native: float, window: Window
) -> BerthObservation:
    rates = (min(place.p_detect, HAZE_P_DETECT) if HAZE in about.flags else place.p_detect,
             place.p_false)  # fmt: skip
    about = replace(about, details={**about.details, "restless": scene.restless})
    if scene.restless > MAX_RESTLESSNESS:
        return _unclear_berth(
            about, "the open water has changed too: ice, glint, foam or thin cloud"
        )
    wet = float(np.count_nonzero(scene.berth)) * scene.frame.gsd**2
    if wet < MIN_HULL_M2:
        return _unclear_berth(
            about,
            f"{wet:.0f} m2 of the outline are water when no ship lies there; a ship needs "
            f"{MIN_HULL_M2:.0f}",
        )
    if not np.mean(_judgeable(scene)) >= 0.8:
        return _unclear_berth(about, "less than 80% of the berth was read")
    if scene.frame.gsd > MAX_SHAPE_GSD:
        return _coarse(about, scene, rates)
    found = hot_objects(scene, place.axis_deg)
    fits = [_hull(scene, each, native, place.axis_deg) for each in found]
    kept = [each for each in fits if each is not None and is_moored_hull(each, place.axis_deg)]
    moved = [_moved(each, window) for each in kept]
    return _counted(about, moved, len(found) - len(moved), rates)


def _observe(
    frame: Frame, place: Berth, parts: BerthWindows, empty: EmptyBerth | None, native: float
) -> BerthObservation:
    outer = frame.crop(parts.outer)
    level = None if empty is None else empty.ground
    audit = frame_water_audit(frame, parts.sample) if frame.screening is None else None
    answer = screen(outer, parts.ring, level=level, audit=audit)
    flags = answer.flags
    ring_change = {} if level is None else ring_offset(outer, parts.ring, level)
    details = {"clear_share": answer.clear_share, "ring_rise": ring_change.get("b02", math.nan)}
    about = _RowContext(frame.time, frame.item_id, frame.group, flags, details)
    if not answer.usable:
        return _unclear_berth(about, screening_reason=answer.reason)
    covered = ring_hidden(outer, parts.ring)
    if covered:
        return _unclear_berth(about, covered)
    if empty is None:
        about = replace(about, flags=(*flags, "no-history"))
        return _observed(about, against_water(frame, parts), place, native, parts.inner)
    shift = coregister(outer.values, empty.ground, parts.ring, gsd=frame.gsd)
    about = replace(about, details={**details, "shift_m": shift.metres})
    if shift.state == REFUSED:
        return _unclear_berth(about, shift.reason)
    if shift.reason:
        about = replace(about, flags=(*flags, "unregistered"))
    scene = against_history(frame, parts, empty, shift, ring_change)
    return _observed(about, scene, place, native, parts.inner)


def ships_at_berth(
    source: CubeSource,
    place: Berth,
    *,
    references: Mapping[str, Reference] | None,
    layers: tuple[str, ...] = OPTICAL_BANDS,
    native: float = 10.0,
) -> Iterator[BerthObservation]:
    """Count the ships at a berth in each optical image, and measure the longest.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube of reflectance, lazy or not, or images in the order of time.
    place : Berth
        Where to image.
    references : mapping of str to Reference, or None
        From `references`, a group each. With None every image is
        compared with its own open water: right for a berth drawn wholly in water, away from
        the quay's edge, whose past is not known.
    layers : tuple of str
        Bands to use.
    native : float
        Pixel in metres by which the sensor blurs, where the cube was resampled.

    Yields
    ------
    BerthObservation
        One an image; an image of a group without reference is unclear.

    Raises
    ------
    DataError
        As `iter_frames` and `check_mask`.

    Notes
    -----
    METHODS section 4.2. Image minus reference minus ring offset, no gain; squared Mahalanobis
    distance over the bands with the noise of empty water and of what the registration leaves,
    scaled up where open water is restless; objects of 600 square metres and more; a blurred
    rectangle fitted to each; moored hulls by elongation and axis.
    """
    check_positive(native, what="native pixel")
    parts: BerthWindows | None = None
    known: dict[str, EmptyBerth] = {}
    for frame in iter_frames(source, layers=layers):
        if parts is None:
            checked = check_berth(place, (frame.values.shape[1], frame.values.shape[2]))
            parts = berth_windows(checked, gsd=frame.gsd)
            known = {key: empty_berth(each, parts) for key, each in (references or {}).items()}
        if references is not None and group_reference(frame, references) is None:
            about = _RowContext(frame.time, frame.item_id, frame.group, (), {})
            yield _unclear_berth(about, f"no reference for images of {frame.group!r}")
        else:
            yield _observe(frame, place, parts, known.get(frame.group), native)
