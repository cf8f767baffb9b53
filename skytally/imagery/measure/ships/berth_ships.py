"""Ships at a berth in Sentinel-2 and Landsat: what stands where only water was."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from skytally.core import names as n
from skytally.core.errors import DataError
from skytally.imagery.clear_sky.target_ring import audit, ring_state
from skytally.imagery.cube.cube_checks import OPTICAL, Bools, check_positive
from skytally.imagery.cube.frames import Frame, Source, Window, frames
from skytally.imagery.measure.coregistration import REFUSED, registration
from skytally.imagery.measure.observation import Look, unclear
from skytally.imagery.measure.reference import Reference, reference_for
from skytally.imagery.measure.ships.berth_water import (
    LEAST_AREA,
    SURE,
    Berth,
    EmptyBerth,
    Plan,
    Scene,
    against_history,
    against_water,
    check_berth,
    empty_berth,
    objects,
    plan,
)
from skytally.imagery.measure.ships.hull_fit import HullFit, fit_hull, sigmas, start_from

LEAST_ELONGATION = 2.5
"""Length over width: below it no cargo ship lies alone (METHODS section 4.2)."""
AXIS_WITHIN = 15.0
"""Degrees from the quay's axis within which a moored hull lies."""
COARSE = 15.0
"""Pixels above which a hull's width is less than two pixels and no shape can be asked for."""
P_COARSE = 0.85
"""The same at 30 m (METHODS section 4.2)."""
HAZE_CAP = 0.8
"""Highest chance of detection given to a hazy look (METHODS section 4.2)."""
RESTLESS = 9.0
"""Rise of the squared anomaly of open water over that of noise beyond which the water itself has
changed (ice, glint, foam): three times the noise."""
TWO_HULLS = 1.5
"""A single hull is longer than 2.5 widths; one wider than this times a beam is two abreast."""
LENGTHS = ("length_m", "length_low", "length_high")
"""Details of a look with hulls: length of the longest in metres, and its interval."""
BEAM_AT_MOST = 0.25
"""Width over length that no single cargo ship exceeds by much: barges reach it."""


@dataclass(frozen=True)
class BerthLook:
    """What one look says of a berth."""

    ships: Look
    """Number of ships."""
    length: Look
    """Length of the longest, in metres."""
    hulls: tuple[HullFit, ...]
    """The hulls, rows and columns counted in the cube."""
    others: int
    """Things in the berth's water that are no single moored hull."""


def _hull(scene: Scene, seen: Bools, native: float, axis_deg: float | None) -> HullFit | None:
    gsd = scene.frame.gsd
    strength = np.where(seen, np.sqrt(np.clip(scene.signal, 0, None) ** 2).sum(axis=0), 0.0)
    blur = sigmas(scene.frame.layers, native=native)
    try:
        start = start_from(strength, gsd=gsd, sigma_m=max(blur))
        return fit_hull(
            scene.signal, scene.noise, start, gsd=gsd, sigma_m=blur, axis_prior=axis_deg,
            use=scene.usable | seen,
        )  # fmt: skip
    except DataError:
        return None


def is_moored_hull(fit: HullFit, axis_deg: float | None) -> bool:
    """Tell whether a fit has the size, the shape and the axis of a hull at this quay."""
    place = fit.place
    if fit.at_limit or place.length * place.width < LEAST_AREA:
        return False
    if place.length < LEAST_ELONGATION * place.width:
        return False
    if axis_deg is None:
        return True
    return abs((place.axis_deg - axis_deg + 90.0) % 180.0 - 90.0) <= AXIS_WITHIN


def _moved(fit: HullFit, window: Window) -> HullFit:
    place = replace(
        fit.place, row=fit.place.row + window[0].start, column=fit.place.column + window[1].start
    )
    return replace(fit, place=place)


@dataclass(frozen=True)
class _About:
    """What is told of a look whatever is found in it."""

    time: np.datetime64
    item_id: str
    group: str
    flags: tuple[str, ...]
    details: Mapping[str, float]


def _cannot(about: _About, reason: str) -> BerthLook:
    rows = [
        unclear(
            about.time,
            reason,
            unit=unit,
            item_id=about.item_id,
            flags=about.flags,
            group=about.group,
            details=about.details,
        )
        for unit in ("ships", "m")
    ]
    return BerthLook(rows[0], rows[1], (), 0)


def _row(
    about: _About, unit: str, found: tuple[float, float, float], rates: tuple[float, float]
) -> Look:
    value, low, high = found
    state = n.NOTHING_SEEN if value == 0 else n.COUNTED
    return Look(
        about.time, about.item_id, value, low, high, unit, rates[0], rates[1], state, "",
        about.flags, about.group, about.details,
    )  # fmt: skip


def _counted(
    about: _About, hulls: Sequence[HullFit], others: int, rates: tuple[float, float]
) -> BerthLook:
    missed = 1.0 if rates[0] < SURE else 0.0
    wide = sum(each.place.width > TWO_HULLS * BEAM_AT_MOST * each.place.length for each in hulls)
    if not hulls and not others:
        rows = [
            _row(about, "ships", (0.0, 0.0, missed), rates),
            # how long a missed ship is has no bound
            _row(about, "m", (0.0, 0.0, math.inf if missed else 0.0), rates),
        ]
        return BerthLook(rows[0], rows[1], (), 0)
    if not hulls:
        # a barge, a raft, a crane's boom: something is there, and it is not said to be a ship
        reason = "something in the berth's water that is no single moored hull"
        about = replace(about, flags=(*about.flags, "rafted-or-other"))
        ships = _no_number(about, "ships", reason, most=float(others + 1))
        return BerthLook(ships, _no_number(about, "m", reason), (), others)
    count = float(len(hulls))
    sure = 0.0 if count == 1 and rates[1] > 0.05 else count
    longest = max(hulls, key=lambda each: each.place.length)
    size = (longest.place.length, longest.length_low, longest.length_high)
    about = replace(about, details={**about.details, **dict(zip(LENGTHS, size, strict=True))})
    ships = _row(about, "ships", (count, sure, count + wide + others + missed), rates)
    return BerthLook(ships, _row(about, "m", size, rates), tuple(hulls), others)


def _no_number(about: _About, unit: str, reason: str, *, most: float = math.nan) -> Look:
    nan = math.nan
    least = nan if math.isnan(most) else 0.0
    return Look(
        about.time, about.item_id, nan, least, most, unit, nan, nan, n.SOMETHING_SEEN, reason,
        about.flags, about.group, about.details,
    )  # fmt: skip


def _coarse(about: _About, scene: Scene, rates: tuple[float, float]) -> BerthLook:
    """Say presence only: at 30 m a hull has no shape (METHODS section 4.2)."""
    found = objects(scene, None)
    about = replace(about, flags=(*about.flags, "presence-only"))
    rates = (min(rates[0], P_COARSE), rates[1])
    if not found:
        return _counted(about, (), 0, rates)
    ships = _row(about, "ships", (1.0, 1.0, 2.0), rates)
    return BerthLook(
        ships, _no_number(about, "m", "pixels too coarse for a length"), (), len(found)
    )


def _read(scene: Scene) -> Bools:
    """Tell of the berth's pixels which can be judged: read, and not beside a hole in history."""
    told = np.isfinite(scene.signal[:, scene.berth]).all(axis=0)
    for moved in scene.displaced or ():
        told &= np.isfinite(moved[:, scene.berth]).all(axis=0)
    return np.asarray(told)


def _told(about: _About, scene: Scene, place: Berth, native: float, window: Window) -> BerthLook:
    rates = (min(place.p_detect, HAZE_CAP) if "haze" in about.flags else place.p_detect,
             place.p_false)  # fmt: skip
    about = replace(about, details={**about.details, "restless": scene.restless})
    if scene.restless > RESTLESS:
        return _cannot(about, "the open water has changed too: ice, glint, foam or thin cloud")
    wet = float(np.count_nonzero(scene.berth)) * scene.frame.gsd**2
    if wet < LEAST_AREA:
        return _cannot(
            about,
            f"{wet:.0f} m2 of the outline are water when no ship lies there; a ship needs "
            f"{LEAST_AREA:.0f}",
        )
    if not np.mean(_read(scene)) >= 0.8:
        return _cannot(about, "less than 80% of the berth was read")
    if scene.frame.gsd > COARSE:
        return _coarse(about, scene, rates)
    found = objects(scene, place.axis_deg)
    fits = [_hull(scene, each, native, place.axis_deg) for each in found]
    kept = [each for each in fits if each is not None and is_moored_hull(each, place.axis_deg)]
    moved = [_moved(each, window) for each in kept]
    return _counted(about, moved, len(found) - len(moved), rates)


def _one(
    frame: Frame, place: Berth, parts: Plan, empty: EmptyBerth | None, native: float
) -> BerthLook:
    outer = frame.crop(parts.outer)
    level = None if empty is None else empty.ground
    state = ring_state(outer, parts.ring, level=level, snow_hides=False)
    checked = audit(frame, parts.sample)
    flags = (*state.flags, *checked.flags)
    details = {"clear_share": state.clear_share, "ring_rise": state.rise}
    about = _About(frame.time, frame.item_id, frame.group, flags, details)
    if not (state.usable and checked.passed):
        return _cannot(about, state.reason or checked.reason)
    if empty is None:
        about = replace(about, flags=(*flags, "no-history"))
        return _told(about, against_water(frame, parts), place, native, parts.inner)
    found = registration(outer.values, empty.ground, parts.ring, gsd=frame.gsd)
    about = replace(about, details={**details, "shift_m": found.metres})
    if found.state == REFUSED:
        return _cannot(about, found.reason)
    if found.reason:
        about = replace(about, flags=(*flags, "unregistered"))
    scene = against_history(frame, parts, empty, found, state)
    return _told(about, scene, place, native, parts.inner)


def berth(
    source: Source,
    place: Berth,
    *,
    references: Mapping[str, Reference] | None,
    layers: tuple[str, ...] = OPTICAL,
    native: float = 10.0,
) -> Iterator[BerthLook]:
    """Say of each look whether ships lie at a berth, and how long they are.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube of reflectance, lazy or not, or looks in the order of time.
    place : Berth
        Where to look.
    references : mapping of str to Reference, or None
        From `skytally.imagery.measure.reference.references`, a group each. With None every look is
        compared with its own open water: right for a berth drawn wholly in water, away from
        the quay's edge, whose past is not known.
    layers : tuple of str
        Bands to use.
    native : float
        Pixel in metres by which the sensor blurs, where the cube was resampled.

    Yields
    ------
    BerthLook
        One a look; a look of a group without reference is unclear.

    Raises
    ------
    DataError
        As `skytally.imagery.cube.frames.frames` and `skytally.imagery.cube.cube_checks.check_mask`.

    Notes
    -----
    METHODS section 4.2. Look minus reference minus ring offset, no gain; squared Mahalanobis
    distance over the bands with the noise of empty water and of what the registration leaves,
    scaled up where open water is restless; objects of 600 square metres and more; a blurred
    rectangle fitted to each; moored hulls by elongation and axis.
    """
    check_positive(native, what="native pixel")
    parts: Plan | None = None
    known: dict[str, EmptyBerth] = {}
    for frame in frames(source, layers=layers):
        if parts is None:
            checked = check_berth(place, (frame.values.shape[1], frame.values.shape[2]))
            parts = plan(checked, gsd=frame.gsd)
            known = {key: empty_berth(each, parts) for key, each in (references or {}).items()}
        if references is not None and reference_for(frame, references) is None:
            about = _About(frame.time, frame.item_id, frame.group, (), {})
            yield _cannot(about, f"no reference for looks of {frame.group!r}")
        else:
            yield _one(frame, place, parts, known.get(frame.group), native)
