"""What the ground around a target says of a look: clear, hazy, shaded, snowed in, or wrong."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.imagery.cube.cube_checks import Bools
from skytally.imagery.cube.fast_medians import medians
from skytally.imagery.cube.frames import Floats, Frame, finite, spread_over

INNER, OUTER = 50.0, 500.0
"""Metres from the targets: beyond a hull's shadow and layover, within one patch of weather."""
NOT_CLEAR = (0, 1, 3, 8, 9, 10, 11)
"""Sen2Cor classes that hide the ground: no data, defective, shadow, clouds, cirrus, snow."""
HIDES = np.isin(np.arange(256), NOT_CLEAR)
"""The same, to be looked up."""
MOST_RING = 6_000
"""Ring pixels a median or a share is taken over: the median errs by a sixtieth of a pixel's
noise, the share by half a percent."""
SNOW_CLASS = 11
LEAST_CLEAR = 0.8
"""Share of the ring that must be clear (METHODS trap T8)."""
CLOUD_RISE = 0.05
"""Rise of the ring's B02 median over its reference that only cloud or thick haze makes."""
HAZE_RISE = 0.03
"""The same for thin haze: the look is used with wider noise."""
SHADOW_FALL = -0.015
"""Fall of the ring that a cloud's shadow makes (METHODS trap T9)."""
SNOW_INDEX, SNOW_NIR, SNOW_SHARE = 0.4, 0.11, 0.10
"""NDSI of snow, the near infrared that tells it from water (Hall et al. 1995,
DOI 10.1016/0034-4257(95)00137-P), and the share of the ring that makes a winter look."""
WATER_USUAL, WATER_WRONG = 0.05, 0.08
"""Upper end of the 5th percentile of B04 and B08 over deep clear water, and the value at which the
offset of processing baseline 04.00 cannot have been applied (METHODS trap T1)."""
WATER_TWICE = -0.04
"""Below it the offset of -0.1 was applied twice: even the brightest usual water would then lie
at -0.05, while the noise of dark water, taken once, stays above."""
GLINT = 0.06
"""Median B08 of open water above which the sun's glint is in the look."""
SWAPPED = 0.02
"""Water absorbs the near infrared: B08 above B02 by this over open water is no water spectrum."""
FEWEST_WATER = 20
"""Water pixels below which a 5th percentile is one pixel."""


@dataclass(frozen=True)
class RingState:
    """What the ring says of one look."""

    usable: bool
    """Whether the ground can be seen."""
    reason: str
    """Why not; empty when usable."""
    clear_share: float
    """Share of the ring that is clear by its classes; NaN where the look has no classes."""
    offset: Mapping[str, float]
    """Median of look minus reference over the clear ring, a layer; empty without reference."""
    rise: float
    """The same for B02, NaN without reference."""
    snow: bool
    """Whether a tenth of the ring or more is snow."""
    flags: tuple[str, ...]
    """``haze``, ``shadow``, ``snow``."""

    @property
    def haze(self) -> bool:
        """Whether thin haze lies over the ring."""
        return "haze" in self.flags


def ring_mask(
    targets: Iterable[Bools], *, gsd: float, inner: float = INNER, outer: float = OUTER
) -> Bools:
    """Give the ring around targets.

    Parameters
    ----------
    targets : iterable of ndarray of bool, dims (y, x)
        Berths, quays, tracks and whatever else may change.
    gsd : float
        Side of a pixel in metres.
    inner, outer : float
        Distances from the nearest target in metres.

    Returns
    -------
    ndarray of bool, dims (y, x)

    Examples
    --------
    >>> target = np.zeros((1, 9), bool); target[0, 4] = True
    >>> ring_mask([target], gsd=10.0, inner=20.0, outer=30.0)[0].nonzero()[0].tolist()
    [1, 2, 6, 7]
    """
    held = np.logical_or.reduce([np.asarray(each, bool) for each in targets])
    distance = ndimage.distance_transform_edt(~held) * gsd
    return np.asarray((distance >= inner) & (distance <= outer))


def hidden(classes: npt.NDArray[np.uint8]) -> Bools:
    """Tell which pixels' scene classes hide the ground."""
    return np.asarray(HIDES[classes])


def _share(part: Bools, whole: Bools) -> float:
    return float(np.count_nonzero(part)) / max(float(np.count_nonzero(whole)), 1.0)


def _clear(frame: Frame, ring: Bools) -> tuple[Bools, float]:
    """Give the clear pixels of the ring, dims (y, x), and their share by class."""
    good = finite(frame.values)
    good &= ring
    if frame.scl is None:
        return good, math.nan
    good &= ~hidden(frame.scl)
    return good, _share(good, ring)


def _snow_share(frame: Frame, ring: Bools) -> float:
    if {"b03", "b08", "b11"} <= set(frame.layers):
        use = spread_over(ring, MOST_RING)
        b03, b08, b11 = (frame.layer(each).ravel()[use] for each in ("b03", "b08", "b11"))
        index = (b03 - b11) / np.maximum(b03 + b11, 1e-6)
        return float(np.mean((index > SNOW_INDEX) & (b08 > SNOW_NIR)))
    if frame.scl is not None:
        return float(np.mean(frame.scl[ring] == SNOW_CLASS))
    return 0.0


def ring_state(
    frame: Frame, ring: Bools, *, level: Floats | None = None, snow_hides: bool = True
) -> RingState:
    """Judge a look by the ground around its target, never by the target itself.

    Parameters
    ----------
    frame : Frame
        The look.
    ring : ndarray of bool, dims (y, x)
        As from `ring_mask`; stable ground, without the target.
    level : ndarray of float32, dims (layer, y, x), optional
        The reference of the look's group.
    snow_hides : bool
        Whether snow makes the look unusable (rail, earthworks) or only flags it (ships).

    Returns
    -------
    RingState
    """
    good, share = _clear(frame, ring)
    seen = _share(good, ring) if math.isnan(share) else share
    snow = _snow_share(frame, ring) >= SNOW_SHARE
    offset: dict[str, float] = {}
    if level is not None and good.any():
        use = spread_over(good, MOST_RING)
        now, usual = (
            each.reshape(len(each), -1).take(use, axis=1) for each in (frame.values, level)
        )
        change = medians(now - usual)
        offset = dict(zip(frame.layers, map(float, change), strict=True))
    rise = offset.get("b02", math.nan)
    flags = [
        word
        for word, holds in (
            ("haze", rise > HAZE_RISE),
            ("shadow", bool(offset) and max(offset.values()) < SHADOW_FALL),
            ("snow", snow),
        )
        if holds
    ]
    reason = _why_not(seen, rise, snow and snow_hides)
    return RingState(not reason, reason, share, offset, rise, snow, tuple(flags))


def _why_not(seen: float, rise: float, snow: bool) -> str:
    if snow:
        return f"snow on at least {SNOW_SHARE:.0%} of the ring"
    if seen < LEAST_CLEAR:
        return f"only {seen:.0%} of the ring is clear; {LEAST_CLEAR:.0%} is needed"
    if rise >= CLOUD_RISE:
        return f"cloud or haze: the ring is brighter than its reference by {rise:.2f} in b02"
    return ""


@dataclass(frozen=True)
class Audit:
    """What open water says of the calibration of a look."""

    passed: bool
    """Whether the look may be used."""
    reason: str
    """Why not; empty when passed."""
    water: Mapping[str, float]
    """5th percentile over the water, B04 and B08."""
    flags: tuple[str, ...]
    """``glint``, ``water-bright``, ``not-audited``."""


def audit(frame: Frame, water: Bools) -> Audit:
    """Check the calibration of a look by deep clear water: METHODS trap T1.

    Parameters
    ----------
    frame : Frame
        The look.
    water : ndarray of bool, dims (y, x)
        Open water, well away from quays and shoals.

    Returns
    -------
    Audit
        Not audited without the four bands or with fewer than `FEWEST_WATER` pixels. Failed at
        a 5th percentile of `WATER_WRONG` or more in both bands (the offset of -0.1 was not
        applied), below `WATER_TWICE` (applied twice), or where the water is brighter in B08 than
        in B02 (bands in another order, or no water).

    Notes
    -----
    Both bands must be too bright: silt lifts B04 to 0.1 and more, but hardly ever B08.
    """
    held = frame.values[:, water]
    held = held[:, np.isfinite(held).all(axis=0)]
    if held.shape[1] < FEWEST_WATER or not {"b02", "b03", "b04", "b08"} <= set(frame.layers):
        return Audit(True, "", {}, ("not-audited",))
    by_name = dict(zip(frame.layers, held, strict=True))
    low = {word: float(np.percentile(by_name[word], 5)) for word in ("b04", "b08")}
    typical = {word: float(np.median(each)) for word, each in by_name.items()}
    flags = []
    if typical["b08"] > GLINT:
        flags.append("glint")
    if max(low.values()) > WATER_USUAL:
        flags.append("water-bright")
    reason = ""
    if min(low.values()) >= WATER_WRONG:
        reason = (
            f"open water reflects {min(low.values()):.2f} or more in b04 and b08: the offset of "
            "the processing baseline was not applied, or cloud covers the water"
        )
    elif min(low.values()) < WATER_TWICE:
        reason = f"open water reflects {min(low.values()):.2f}: an offset was applied twice"
    elif typical["b08"] > typical["b02"] + SWAPPED:
        reason = "open water is brighter in b08 than in b02: bands in another order, or no water"
    return Audit(not reason, reason, low, tuple(flags))
