"""What a look shows beyond its reference, after it was judged, aligned and freed of its offset."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from skytally.core import names as n
from skytally.imagery.clear_sky.target_ring import MOST_RING, hidden, ring_state
from skytally.imagery.cube.cube_checks import Bools, check_mask
from skytally.imagery.cube.fast_medians import medians
from skytally.imagery.cube.frames import (
    Floats,
    Frame,
    Source,
    Window,
    finite,
    frames,
    spread_over,
    window_of,
)
from skytally.imagery.measure.coregistration import (
    KEPT,
    REFUSED,
    Ground,
    aligned,
    ground_of,
    registration,
)
from skytally.imagery.measure.observation import Look, unclear
from skytally.imagery.measure.reference import Reference, reference_for

MEDIAN_VARIANCE = math.pi / 2.0
"""Variance of the median of normal values over that of their mean."""
HAZE_FACTOR = 2.0
"""Haze varies inside a site as much as it lifts the ring: the noise is doubled (METHODS 4.2)."""
GAIN_SPREAD = 0.02
"""Standard deviation of the gain of a look: atmospheric correction to 2 percent (METHODS 10)."""
MARGIN = 4
"""Pixels kept about a target and its ring: the reach of the shift and of the blur."""
BLUR_PIXELS = 4.0
"""Neighbouring pixels that share blur and texture, and count as one."""
FEWEST_RING = 50
"""Ring pixels below which a slope is not fitted robustly."""


@dataclass(frozen=True, eq=False)
class Anomaly:
    """A look less its reference."""

    values: Floats
    """Reflectance beyond the reference, ring offset taken off, dims (layer, y, x)."""
    variance: Floats
    """Variance expected of a look whose reference has no error, dims (layer, y, x)."""
    wider: float
    """Factor by which the noise is wider, for haze and for the error of the reference."""
    whole: Bools
    """Pixels with a value in every layer, dims (y, x)."""
    reason: str
    """Why the look cannot tell; empty when it can. Otherwise the arrays hold nothing."""
    flags: tuple[str, ...]
    """``haze``, ``shadow``, ``unregistered``."""
    details: Mapping[str, float]
    """Share of clear ring, shift and its remainder in metres, looks behind the reference."""
    offset_error: float
    """Standard error of the ring offset, reflectance."""

    @cached_property
    def noise(self) -> Floats:
        """Standard deviation expected of `values` where nothing changed, dims (layer, y, x)."""
        made = np.sqrt(self.variance)
        made *= np.float32(self.wider)
        return made


def _nothing(reason: str, flags: tuple[str, ...], details: Mapping[str, float]) -> Anomaly:
    empty = np.empty((0, 0, 0), np.float32)
    whole = np.empty((0, 0), np.bool_)
    return Anomaly(empty, empty, math.nan, whole, reason, flags, dict(details), math.nan)


def anomaly(
    frame: Frame,
    made: Mapping[str, Reference],
    ring: Bools,
    *,
    snow_hides: bool = True,
    ground: Ground | None = None,
) -> Anomaly:
    """Give what a look shows beyond the reference of its own group.

    Parameters
    ----------
    frame : Frame
        The look, with the layers of the references in the same order.
    made : mapping of str to Reference
        By group, from `skytally.imagery.measure.reference.references`.
    ring : ndarray of bool, dims (y, x)
        Stable ground: judges the sky, aligns the look and gives its offset.
    snow_hides : bool
        Whether snow makes the look unusable or only flags it.
    ground : Ground, optional
        The ring in the reference of the look's group, where it is used again.

    Returns
    -------
    Anomaly
        With a reason and no values where the look cannot tell.

    Notes
    -----
    Only an offset a layer is taken off, never a gain (METHODS 1.6). The noise is that of one
    pixel from look to look, of the position that remains, and of the reference's own median.
    """
    level = reference_for(frame, made)
    if level is None:
        return _nothing(f"no reference for looks of {frame.group!r}", (), {})
    state = ring_state(frame, ring, level=level.level, snow_hides=snow_hides)
    details = {"clear_share": state.clear_share, "reference_looks": float(level.n_looks)}
    if not state.usable:
        return _nothing(state.reason, state.flags, details)
    found = registration(frame.values, level.level, ring, gsd=frame.gsd, ground=ground)
    details |= {"shift_m": found.metres, "position_m": found.sigma_m}
    if found.state == REFUSED:
        return _nothing(found.reason, state.flags, details)
    flags = (*state.flags, "unregistered") if found.state == KEPT else state.flags
    values = aligned(frame.values, found)
    # a look that was not aligned is still the caller's
    values = np.subtract(values, level.level, out=None if found.state == KEPT else values)
    whole = finite(values) & level.known
    good = whole & ring
    if frame.scl is not None:
        good &= ~hidden(frame.scl)
    held = values.reshape(len(values), -1).take(spread_over(good, MOST_RING), axis=1)
    offset = medians(held)
    wider = math.sqrt(1.0 + MEDIAN_VARIANCE / level.n_looks)
    wider *= HAZE_FACTOR if state.haze else 1.0
    spread = medians(np.abs(held - offset[:, None])) * 1.4826
    error = float(spread.max() * math.sqrt(MEDIAN_VARIANCE / max(held.shape[1], 1)))
    values -= offset[:, None, None]
    variance = level.variance(found.sigma_m)
    return Anomaly(values, variance, wider, whole, "", tuple(flags), details, error)


@dataclass(frozen=True)
class Gain:
    """By how much a look is brighter in proportion, as the ring tells it."""

    value: float
    """Factor less one, drawn towards 0 as far as the ring cannot tell."""
    error: float
    """Standard error of it."""


def ring_gain(values: Floats, level: Floats, ring: Bools, *, level_error: float) -> Gain:
    """Measure on stable ground how a change grows with brightness.

    Parameters
    ----------
    values : ndarray, dims (y, x)
        Look less reference, offset taken off.
    level : ndarray, dims (y, x)
        The reference.
    ring : ndarray of bool, dims (y, x)
        Stable ground, never the target.
    level_error : float
        Standard error of one pixel of the reference.

    Returns
    -------
    Gain

    Notes
    -----
    A target much brighter or darker than its ring takes the error of the gain for objects. The
    slope is fitted on the ring alone. The noise of the reference, which sits in both variables,
    is taken out of both moments: left in, it makes an empty yard look darker (METHODS 1.6). The
    slope is then weighed against `GAIN_SPREAD`, so that a ring of one brightness gives 0.
    """
    good = ring & np.isfinite(values) & np.isfinite(level)
    if np.count_nonzero(good) < FEWEST_RING:
        return Gain(0.0, GAIN_SPREAD)
    x = level[good].astype(float) - float(np.median(level[good]))
    y = values[good].astype(float)
    spread = 1.4826 * float(np.median(np.abs(y - np.median(y)))) + 1e-9
    kept = np.abs(y - np.median(y)) < 3.0 * spread
    x, y = x[kept] - x[kept].mean(), y[kept] - y[kept].mean()
    own = float(level_error) ** 2
    varied = float((x**2).mean()) - own
    if varied <= own:
        return Gain(0.0, GAIN_SPREAD)
    slope = (float((x * y).mean()) + own) / varied
    error = math.hypot(spread / math.sqrt(varied * x.size / BLUR_PIXELS), 0.5 * own / varied)
    weight = GAIN_SPREAD**2 / (GAIN_SPREAD**2 + error**2)
    return Gain(weight * slope, math.sqrt(weight) * error)


@dataclass(frozen=True, eq=False)
class Sight:
    """One look at one target: judged, cut to the target and its ring, and compared."""

    frame: Frame
    """The look inside the window."""
    seen: Anomaly
    """What it shows beyond its reference."""
    level: Reference | None
    """The reference inside the window, None where the look's group has none."""
    target: Bools
    """Pixels of the target that can be used, dims (y, x)."""
    ring: Bools
    """Stable ground that can be used, dims (y, x)."""
    reason: str
    """Why the look cannot tell; empty when it can."""
    window: Window
    """Rows and columns of the cube that the look was cut to."""

    def cannot(self, unit: str, reason: str = "") -> Look:
        """Give the row of a look that cannot tell."""
        frame, seen = self.frame, self.seen
        return unclear(
            frame.time, reason or self.reason, unit=unit, item_id=frame.item_id,
            flags=seen.flags, group=frame.group, details=seen.details,
        )  # fmt: skip

    def row(
        self,
        unit: str,
        found: tuple[float, float, float],
        rates: tuple[float, float],
        *,
        flags: Sequence[str] = (),
        details: Mapping[str, float] | None = None,
    ) -> Look:
        """Give the row of value, low and high, with the chances of detection and false alarm.

        A value of 0 says that nothing was found; `high` is then what may have been missed.
        """
        state = n.COUNTED if found[0] > 0.0 else n.NOTHING_SEEN
        more = {**self.seen.details, **(details or {})}
        return Look(
            self.frame.time, self.frame.item_id, *found, unit, *rates, state, "",
            (*self.seen.flags, *flags), self.frame.group, more,
        )  # fmt: skip


def _usable(part: Frame, seen: Anomaly, *, classes: bool) -> Bools:
    if classes and part.scl is not None:
        return np.asarray(seen.whole & ~hidden(part.scl))
    return seen.whole


def sights(
    source: Source,
    target: npt.ArrayLike,
    references: Mapping[str, Reference],
    *,
    ring: npt.ArrayLike,
    layers: tuple[str, ...],
    what: str,
    least: float,
    classes: bool,
) -> Iterator[Sight]:
    """Compare looks with their references one at a time, inside the window that matters.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube, lazy or not, or looks in the order of time.
    target : array_like of bool, dims (y, x)
        Quay, ground or corridor.
    references : mapping of str to Reference
        By group, with the same layers.
    ring : array_like of bool, dims (y, x)
        Stable ground; what of it lies in the target is left out.
    layers : tuple of str
        Bands used.
    what : str
        Name of the target, for reasons and refusals.
    least : float
        Share of the target that must be usable.
    classes : bool
        Whether scene classes are believed inside the target; bright concrete and cars are
        often called cloud (METHODS trap T8).

    Yields
    ------
    Sight
        One a look.

    Raises
    ------
    DataError
        As `skytally.imagery.cube.frames.frames` and `skytally.imagery.cube.cube_checks.check_mask`.
    """
    window: Window | None = None
    for frame in frames(source, layers=layers):
        if window is None:
            shape = (frame.values.shape[1], frame.values.shape[2])
            held = check_mask(target, shape, what=what)
            around = np.asarray(check_mask(ring, shape, what="stable ring") & ~held)
            window = window_of(np.asarray(held | around), margin=MARGIN)
            held, around = held[window], np.asarray(around[window])
            known = {key: each.crop(window).packed() for key, each in references.items()}
            grounds = {key: ground_of(each.level, around) for key, each in known.items()}
        part = frame.crop(window).packed()
        seen = anomaly(part, known, around, ground=grounds.get(frame.group))
        if seen.reason:
            yield Sight(part, seen, known.get(frame.group), held, around, seen.reason, window)
            continue
        good = _usable(part, seen, classes=classes)
        share = float(np.count_nonzero(good & held) / np.count_nonzero(held))
        short = f"only {share:.0%} of the {what} can be seen; {least:.0%} is needed"
        yield Sight(
            part, seen, known[frame.group], np.asarray(held & good), np.asarray(around & good),
            "" if share >= least else short, window,
        )  # fmt: skip
