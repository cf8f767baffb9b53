"""Difference of an image against its reference, co-registered and freed of its offset."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from skytally.core import evidence_line_name_constants as n
from skytally.imagery.clear_sky import (
    HAZE,
    MAX_RING_PIXELS,
    MIN_CLEAR_SHARE,
    SNOW,
    SNOW_SHARE,
    clear_ring_share,
    hidden,
    screen,
)
from skytally.imagery.cube import (
    Bools,
    CubeSource,
    Floats,
    Frame,
    Window,
    bounding_window,
    check_mask,
    finite_pixels,
    iter_frames,
    medians,
    subsample_mask,
)
from skytally.imagery.measure.observation_and_evidence_line import Observation, unclear_observation
from skytally.imagery.measure.reference_level_and_spread_per_group import Reference, group_reference
from skytally.imagery.measure.stable_ground_coregistration import (
    KEPT,
    REFUSED,
    StableGround,
    align,
    coregister,
    stable_ground,
)

MEDIAN_VARIANCE = math.pi / 2.0
"""Variance of the median of normal values over that of their mean."""
HAZE_FACTOR = 2.0
"""Haze varies inside a site as much as it lifts the ring: the noise is doubled (METHODS 4.2)."""
GAIN_SPREAD = 0.02
"""Standard deviation of the gain of an image: atmospheric correction to 2 percent (METHODS 10)."""
WINDOW_MARGIN = 4
"""Pixels kept about a target and its ring: the reach of the shift and of the blur."""
BLUR_PIXELS = 4.0
"""Neighbouring pixels that share blur and texture, and count as one."""
SNOWED = f"snow on at least {SNOW_SHARE:.0%} of the ring"
"""Reason of the measures that read the ground, which thin snow hides."""
MIN_RING_PIXELS = 50
"""Ring pixels below which a slope is not fitted robustly."""


@dataclass(frozen=True, eq=False)
class Difference:
    """An image less its reference."""

    values: Floats
    """Reflectance beyond the reference, ring offset taken off, dims (layer, y, x)."""
    variance: Floats
    """Variance expected of an image whose reference has no error, dims (layer, y, x)."""
    wider: float
    """Factor by which the noise is wider, for haze and for the error of the reference."""
    whole: Bools
    """Pixels with a value in every layer, dims (y, x)."""
    reason: str
    """Why the image cannot be compared; empty when it can. Otherwise the arrays hold nothing."""
    flags: tuple[str, ...]
    """Those of the screening, and ``unregistered``."""
    details: Mapping[str, float]
    """Share of clear ring, shift and its remainder in metres, images behind the reference."""
    offset_error: float
    """Standard error of the ring offset, reflectance."""
    screening_reason: str = ""
    """Why the clear-sky screening refused the image; the arrays then hold nothing either."""

    @cached_property
    def noise(self) -> Floats:
        """Standard deviation expected of `values` where nothing changed, dims (layer, y, x)."""
        made = np.sqrt(self.variance)
        made *= np.float32(self.wider)
        return made


def _no_difference(
    reason: str,
    flags: tuple[str, ...] = (),
    details: Mapping[str, float] | None = None,
    *,
    screening_reason: str = "",
) -> Difference:
    empty = np.empty((0, 0, 0), np.float32)
    whole = np.empty((0, 0), np.bool_)
    return Difference(
        empty, empty, math.nan, whole, reason, flags, dict(details or {}), math.nan,
        screening_reason,
    )  # fmt: skip


def ring_hidden(frame: Frame, ring: Bools) -> str:
    """Reason when the ground around a target is hidden, though the site's own ring is clear.

    A site is screened by the stable ground that the user drew, which may lie a kilometre from
    the target; cloud over the target itself is not asked for, since bright quays and ships are
    often called cloud (METHODS trap T8).
    """
    share = clear_ring_share(frame, ring)
    if share >= MIN_CLEAR_SHARE:
        return ""
    return f"only {share:.0%} of the ground around is clear; {MIN_CLEAR_SHARE:.0%} is needed"


def image_difference(
    frame: Frame,
    references: Mapping[str, Reference],
    ring: Bools,
    *,
    snow_hides: bool = True,
    ground: StableGround | None = None,
) -> Difference:
    """Difference an image against the reference of its own group.

    Parameters
    ----------
    frame : Frame
        The image, with the layers of the references in the same order.
    references : mapping of str to Reference
        By group, from `references`.
    ring : ndarray of bool, dims (y, x)
        Stable ground: judges the sky, aligns the image and gives its offset.
    snow_hides : bool
        Whether snow makes the image unusable or only flags it.
    ground : StableGround, optional
        The ring in the reference of the image's group, where it is used again.

    Returns
    -------
    Difference
        With a reason and no values where the image cannot tell.

    Notes
    -----
    Only an offset a layer is taken off, never a gain (METHODS 1.6). The noise is that of one
    pixel from image to image, of the position that remains, and of the reference's own median.
    """
    level = group_reference(frame, references)
    if level is None:
        return _no_difference(f"no reference for images of {frame.group!r}")
    answer = screen(frame, ring, level=level.level)
    details = {"clear_share": answer.clear_share, "reference_looks": float(level.n_images)}
    if not answer.usable:
        return _no_difference("", answer.flags, details, screening_reason=answer.reason)
    own_reason = SNOWED if snow_hides and SNOW in answer.flags else ring_hidden(frame, ring)
    if own_reason:
        return _no_difference(own_reason, answer.flags, details)
    shift = coregister(frame.values, level.level, ring, gsd=frame.gsd, ground=ground)
    details |= {"shift_m": shift.metres, "position_m": shift.sigma_m}
    if shift.state == REFUSED:
        return _no_difference(shift.reason, answer.flags, details)
    flags = (*answer.flags, "unregistered") if shift.state == KEPT else answer.flags
    values = align(frame.values, shift)
    # an image that was not aligned is still the caller's
    values = np.subtract(values, level.level, out=None if shift.state == KEPT else values)
    whole = finite_pixels(values) & level.known
    good = whole & ring
    if frame.scl is not None:
        good &= ~hidden(frame.scl)
    on_ring = values.reshape(len(values), -1).take(subsample_mask(good, MAX_RING_PIXELS), axis=1)
    offset = medians(on_ring)
    wider = math.sqrt(1.0 + MEDIAN_VARIANCE / level.n_images)
    wider *= HAZE_FACTOR if HAZE in answer.flags else 1.0
    spread = medians(np.abs(on_ring - offset[:, None])) * 1.4826
    error = float(spread.max() * math.sqrt(MEDIAN_VARIANCE / max(on_ring.shape[1], 1)))
    values -= offset[:, None, None]
    variance = level.variance(shift.sigma_m)
    return Difference(values, variance, wider, whole, "", tuple(flags), details, error)


@dataclass(frozen=True)
class RingGain:
    """By how much an image is brighter in proportion, as the ring tells it."""

    value: float
    """Factor less one, drawn towards 0 as far as the ring cannot tell."""
    error: float
    """Standard error of it."""


def ring_gain(values: Floats, level: Floats, ring: Bools, *, level_error: float) -> RingGain:
    """Measure on stable ground how a change grows with brightness.

    Parameters
    ----------
    values : ndarray, dims (y, x)
        Image less reference, offset taken off.
    level : ndarray, dims (y, x)
        The reference.
    ring : ndarray of bool, dims (y, x)
        Stable ground, never the target.
    level_error : float
        Standard error of one pixel of the reference.

    Returns
    -------
    RingGain

    Notes
    -----
    A target much brighter or darker than its ring takes the error of the gain for objects. The
    slope is fitted on the ring alone. The noise of the reference, which sits in both variables,
    is taken out of both moments: left in, it makes an empty yard image darker (METHODS 1.6). The
    slope is then weighed against `GAIN_SPREAD`, so that a ring of one brightness gives 0.
    """
    good = ring & np.isfinite(values) & np.isfinite(level)
    if np.count_nonzero(good) < MIN_RING_PIXELS:
        return RingGain(0.0, GAIN_SPREAD)
    x = level[good].astype(float) - float(np.median(level[good]))
    y = values[good].astype(float)
    spread = 1.4826 * float(np.median(np.abs(y - np.median(y)))) + 1e-9
    kept = np.abs(y - np.median(y)) < 3.0 * spread
    x, y = x[kept] - x[kept].mean(), y[kept] - y[kept].mean()
    own = float(level_error) ** 2
    varied = float((x**2).mean()) - own
    if varied <= own:
        return RingGain(0.0, GAIN_SPREAD)
    slope = (float((x * y).mean()) + own) / varied
    error = math.hypot(spread / math.sqrt(varied * x.size / BLUR_PIXELS), 0.5 * own / varied)
    weight = GAIN_SPREAD**2 / (GAIN_SPREAD**2 + error**2)
    return RingGain(weight * slope, math.sqrt(weight) * error)


@dataclass(frozen=True, eq=False)
class Comparison:
    """One image at one target: judged, cut to the target and its ring, and compared."""

    frame: Frame
    """The image inside the window."""
    difference: Difference
    """What it shows beyond its reference."""
    reference: Reference | None
    """The reference inside the window, None where the image's group has none."""
    target: Bools
    """Pixels of the target that can be used, dims (y, x)."""
    ring: Bools
    """Stable ground that can be used, dims (y, x)."""
    reason: str
    """Why the image cannot tell; empty when it can."""
    window: Window
    """Rows and columns of the cube that the image was cut to."""

    @property
    def usable(self) -> bool:
        """Whether the image can tell: passed by the screening and by the measure."""
        return not (self.reason or self.difference.screening_reason)

    def unclear(self, unit: str, reason: str = "") -> Observation:
        """Row of an image that cannot tell."""
        frame, seen = self.frame, self.difference
        return unclear_observation(
            frame.time, reason or self.reason, unit=unit, item_id=frame.item_id,
            flags=seen.flags, group=frame.group, details=seen.details,
            screening_reason=seen.screening_reason,
        )  # fmt: skip

    def observation(
        self,
        unit: str,
        found: tuple[float, float, float],
        rates: tuple[float, float],
        *,
        flags: Sequence[str] = (),
        details: Mapping[str, float] | None = None,
    ) -> Observation:
        """Row of value, low and high, with the chances of detection and false alarm.

        A value of 0 says that nothing was found; `high` is then what may have been missed.
        """
        state = n.COUNTED if found[0] > 0.0 else n.NOTHING_SEEN
        more = {**self.difference.details, **(details or {})}
        return Observation(
            self.frame.time, self.frame.item_id, *found, unit, *rates, state, "",
            (*self.difference.flags, *flags), self.frame.group, more,
        )  # fmt: skip


def _usable(part: Frame, seen: Difference, *, classes: bool) -> Bools:
    if classes and part.scl is not None:
        return np.asarray(seen.whole & ~hidden(part.scl))
    return seen.whole


def compare_images(
    source: CubeSource,
    target: npt.ArrayLike,
    references: Mapping[str, Reference],
    *,
    ring: npt.ArrayLike,
    layers: tuple[str, ...],
    what: str,
    least: float,
    classes: bool,
) -> Iterator[Comparison]:
    """Compare images with their references one at a time, inside the window that matters.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube, lazy or not, or images in the order of time.
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
    Comparison
        One an image.

    Raises
    ------
    DataError
        As `iter_frames` and `check_mask`.
    """
    window: Window | None = None
    for frame in iter_frames(source, layers=layers):
        if window is None:
            shape = (frame.values.shape[1], frame.values.shape[2])
            inside = check_mask(target, shape, what=what)
            around = np.asarray(check_mask(ring, shape, what="stable ring") & ~inside)
            window = bounding_window(np.asarray(inside | around), margin=WINDOW_MARGIN)
            inside, around = inside[window], np.asarray(around[window])
            known = {key: each.crop(window).packed() for key, each in references.items()}
            grounds = {key: stable_ground(each.level, around) for key, each in known.items()}
        part = frame.crop(window).packed()
        seen = image_difference(part, known, around, ground=grounds.get(frame.group))
        if seen.screening_reason or seen.reason:
            yield Comparison(
                part, seen, known.get(frame.group), inside, around, seen.reason, window
            )
            continue
        good = _usable(part, seen, classes=classes)
        share = float(np.count_nonzero(good & inside) / np.count_nonzero(inside))
        short = f"only {share:.0%} of the {what} can be seen; {least:.0%} is needed"
        yield Comparison(
            part, seen, known[frame.group], np.asarray(inside & good), np.asarray(around & good),
            "" if share >= least else short, window,
        )  # fmt: skip
