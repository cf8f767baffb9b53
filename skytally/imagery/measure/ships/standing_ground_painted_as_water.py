"""Ground that always stands at a shore, and an image of it with that ground painted as water."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.core import DataError
from skytally.imagery.cube import OPTICAL_BANDS, Bools, Floats, check_mask
from skytally.imagery.measure.reference_level_and_spread_per_group import Reference
from skytally.imagery.measure.ships.ship_candidate_scoring_and_suppression import (
    ALONGSIDE,
    FREE,
    MAX_BEAM_M,
    MIN_STEP,
    Candidate,
    WaterResidual,
    pixels_inside,
)
from skytally.imagery.measure.stable_ground_coregistration import (
    ALIGNED,
    KEPT,
    Registration,
    coregister,
    shift_image,
)
from skytally.imagery.measure.water_mask import large_water, smooth_water, water_around

HISTORY, OUTLINE = "history", "outline"
NEAR_PIXELS = 3
"""Pixels to either side of a shore on which an outline is aligned: its blur and a pixel more."""
DEEP_PIXELS = 2
"""Pixels inland from which an outline's ground shows its own brightness: a blur and a half."""
EDGE_SIGMAS = 2.0
"""Standard deviations of the edge, as its position is known, by which an image must differ from
it: what is less is taken for the edge."""
LAND_SPREAD = 0.15
"""Share by which the ground at an edge differs from that two pixels inland, where no past image
shows it: one standard deviation of the concrete of simulated quays and of rubble."""
OUTLINE_PIXELS = 0.25
"""Least uncertainty of an outline's edge in pixels: corners, and what is drawn straight."""
MOST_LEFT_PIXELS = 0.5
"""Pixels of the offset left from which painting does more harm than good."""
MIN_STEP_ALONGSIDE = 0.05
"""Least near infrared of a hull beside standing ground: surf, shallows and what an outline cuts
off a shore are brighter than water, too. Left out of the choice, each of four labelled ports
gets 0.05 or 0.08 from the other three."""
TOUCH_PIXELS = 3
"""Pixels from standing ground up to which a hull lies alongside: its fenders and the blur."""


@dataclass(frozen=True, eq=False)
class StandingGround:
    """What always stands in a harbour: its quays, piers, breakwaters and land."""

    share: Floats
    """Share of each pixel that it covers, dims (y, x)."""
    excess: Floats | None
    """Its reflectance beyond that of the water, with nothing moored, dims (layer, y, x); None
    where only an outline tells."""
    level: Floats | None
    """What images are aligned on, dims (layer, y, x); None where only an outline tells."""
    source: str
    """`HISTORY` or `OUTLINE`."""
    counted: Bools | None = None
    """Where ships are counted, dims (y, x), and only there an outline is trusted: elsewhere
    whatever is not water in an image stands there too. None where the outline is of all that
    stands in the image."""


@dataclass(frozen=True, eq=False)
class Painted:
    """An image with the water and the standing ground taken off."""

    around: WaterResidual
    """What is left; as it was where the ground could not be aligned."""
    standing: Bools
    """Standing ground as it lies in the image, dims (y, x); empty where not painted."""
    registration: Registration
    """How the image lay against the ground."""
    left_m: float
    """Metres of offset left after alignment: what a second fit still finds, and its error; NaN
    if it could not tell."""
    reason: str
    """Why nothing was painted; empty otherwise."""


def standing_from_history(known: Reference) -> StandingGround:
    """Find what stood on nine of ten past clear images.

    Parameters
    ----------
    known : Reference
        Of b02, b03, b04, b08 and, where it is there, b11, from images before the study.

    Returns
    -------
    StandingGround
        By the tenth percentile: a berth that is taken on up to 60 percent of images shows its
        water in it (METHODS section 1.3), which it does not in the median. Images are aligned
        on the median.

    Raises
    ------
    DataError
        If the reference is of other bands, or shows no water.
    """
    count = len(OPTICAL_BANDS)
    if known.layers[:count] != OPTICAL_BANDS:
        message = (
            f"reference of {', '.join(known.layers)}; make it of {', '.join(OPTICAL_BANDS)} "
            "first, in this order"
        )
        raise DataError(message)
    low = np.where(np.isfinite(known.low), known.low, 0.0).astype(np.float32)
    water = smooth_water(low, known.layers)
    level, noise = water_around(low[:count], water, gsd=known.gsd)
    signal = low[:count] - level
    ground = ~large_water(signal, noise, water, gsd=known.gsd)
    return StandingGround(
        share=_shares_of_edges(ground, signal),
        excess=np.where(ground, np.clip(signal, 0.0, None), 0.0).astype(np.float32),
        level=known.level[:count],
        source=HISTORY,
    )


def _shares_of_edges(ground: Bools, signal: Floats) -> Floats:
    """Share of each pixel that is ground: at an edge its brightness over that of the ground inland.

    The blur of a quay reaches a pixel out, where a moored hull lies.
    """
    inner = np.asarray(ndimage.binary_erosion(ground, iterations=DEEP_PIXELS, border_value=1))
    land = _land_around(signal, inner, reach=2.0 * DEEP_PIXELS).mean(axis=0)
    graded = np.clip(signal.mean(axis=0) / np.maximum(land, np.float32(MIN_STEP)), 0.0, 1.0)
    # a pier that is all edge has no inland to compare with
    edge = ground & ~inner & (land > MIN_STEP)
    return np.where(edge, graded, ground.astype(np.float32)).astype(np.float32)


def standing_from_outline(
    share: npt.ArrayLike, *, counted: npt.ArrayLike | None = None
) -> StandingGround:
    """Take a confirmed outline of the quays and the land behind them for what stands there.

    Parameters
    ----------
    share : array_like of float or bool, dims (y, x)
        Share of each pixel inside the outline, as `pixel_shares` makes of a finer mask. A mask
        of whole pixels is off by up to half of one along every edge that is not upright.
    counted : array_like of bool, dims (y, x), optional
        Where ships are counted, if the outline is of the quays there and of nothing behind or
        beside them.

    Returns
    -------
    StandingGround

    Raises
    ------
    DataError
        If it is no image, or holds what is no share.
    """
    held = np.asarray(share, np.float32)
    if held.ndim != 2 or not np.isfinite(held).all() or held.min() < 0.0 or held.max() > 1.0:
        message = f"outline of shape {held.shape}; give shares from 0 to 1 on the image's grid"
        raise DataError(message)
    where = None if counted is None else check_mask(counted, held.shape, what="counted pixels")
    return StandingGround(share=held, excess=None, level=None, source=OUTLINE, counted=where)


def pixel_shares(fine: npt.ArrayLike, *, finer: int) -> Floats:
    """Share of each pixel covered by a mask that was drawn on finer pixels.

    Parameters
    ----------
    fine : array_like of bool, dims (y, x)
        As `outline_mask` draws with a pixel that is `finer` times smaller.
    finer : int
        Fine pixels to a side of a pixel.

    Returns
    -------
    ndarray of float32, dims (y, x)

    Raises
    ------
    DataError
        If the fine pixels do not fill whole pixels.

    Examples
    --------
    >>> pixel_shares([[True, False], [True, True]], finer=2)
    array([[0.75]], dtype=float32)
    """
    held = np.asarray(fine, np.float32)
    rows, columns = held.shape
    if finer < 1 or rows % finer or columns % finer:
        message = (
            f"{rows} by {columns} fine pixels, {finer} to a side; give a whole number of pixels"
        )
        raise DataError(message)
    blocks = held.reshape(rows // finer, finer, columns // finer, finer)
    return np.asarray(blocks.mean(axis=(1, 3)), np.float32)


def _land_around(signal: Floats, inner: Bools, *, reach: float) -> Floats:
    """Brightness of the ground around each pixel, from its inner pixels alone."""
    weight = ndimage.gaussian_filter(inner.astype(np.float32), reach) + np.float32(1e-6)
    return np.stack(
        [ndimage.gaussian_filter(np.where(inner, each, 0.0), reach) / weight for each in signal]
    ).astype(np.float32)


def _expected(around: WaterResidual, share: Floats) -> Floats:
    """Brightness that an outline lets expect beyond the water, dims (layer, y, x)."""
    inner = ndimage.binary_erosion(share > 0.99, iterations=DEEP_PIXELS)
    land = _land_around(around.signal, np.asarray(inner), reach=2.0 * DEEP_PIXELS)
    blurred = [ndimage.gaussian_filter(share, each / around.gsd) for each in around.sigma_m]
    return np.asarray(np.stack(blurred) * np.clip(land, 0.0, None), np.float32)


def _shore(share: Floats, pixels: int) -> Bools:
    """Pixels within some of the edge of standing ground."""
    ground = share > 0.5
    return np.asarray(
        ndimage.binary_dilation(ground, iterations=pixels)
        & ~ndimage.binary_erosion(ground, iterations=pixels, border_value=1)
    )


def _lies(
    values: Floats, around: WaterResidual, ground: StandingGround, share: Floats
) -> Registration:
    """How the image lies against the ground."""
    if ground.level is not None:
        stable = ndimage.binary_erosion(share > 0.5, iterations=1)
        return coregister(values, ground.level, np.asarray(stable), gsd=around.gsd)
    whole = _all_that_stands(around, share, ground.counted)
    # a moored hull is an outlier of few pixels to the robust fit
    near = _shore(whole, NEAR_PIXELS)
    if ground.counted is not None:
        # where a drawn outline ends on land, the image shows no edge
        for known in (share > 0.5, around.water):
            near &= ndimage.binary_dilation(known, iterations=NEAR_PIXELS)
    wanted = _expected(around, whole)
    return coregister(around.signal, wanted, near, gsd=around.gsd)


def _all_that_stands(around: WaterResidual, share: Floats, counted: Bools | None) -> Floats:
    """Share of each pixel that stands there: the outline's, and what is not water elsewhere."""
    if counted is None:
        return share
    dry = ~around.water & ~counted
    return np.asarray(np.where(dry, np.float32(1.0), share), np.float32)


def _settled(
    values: Floats, around: WaterResidual, ground: StandingGround
) -> tuple[Registration, StandingGround, float]:
    """Move the ground onto the image; say what offset a second fit still finds."""
    first = _lies(values, around, ground, ground.share)
    if first.state != ALIGNED:
        return first, ground, math.inf
    rows, columns = -first.rows, -first.columns
    moved = replace(
        ground,
        share=np.clip(shift_image(ground.share, rows, columns), 0.0, 1.0),
        excess=None if ground.excess is None else shift_image(ground.excess, rows, columns),
        level=None if ground.level is None else shift_image(ground.level, rows, columns),
    )
    found = _offset_left(_lies(values, around, moved, moved.share))
    return first, moved, math.hypot(found, math.sqrt(2.0) * first.sigma_m)


def _offset_left(again: Registration) -> float:
    """Metres that a second fit still finds; NaN where it could not tell."""
    if again.state != KEPT:
        return again.metres
    # a fit that found a shift which brings the image no nearer has nothing left to move
    return 0.0 if again.residual > 1.0 else math.nan


def painted(values: Floats, around: WaterResidual, ground: StandingGround) -> Painted:
    """Paint what always stands there as water, so that moored hulls lie free.

    Parameters
    ----------
    values : ndarray of float32, dims (layer, y, x)
        The image, its missing pixels filled.
    around : WaterResidual
        The same image with the water taken off.
    ground : StandingGround
        What always stands there.

    Returns
    -------
    Painted
        Not painted where the offset left would be half a pixel and more, or was not told.

    Notes
    -----
    With the image I, the water W around and the excess E of the ground over the water, blurred
    as the sensor blurs, what is left is ``I - W - E`` less ``EDGE_SIGMAS`` of its standard
    deviation ``hypot(|grad E| s, LAND_SPREAD E)`` with the uncertainty s of the position
    (METHODS trap T2), and nothing on the ground itself, where cranes and stacks move. From past
    images E is their tenth percentile less its own water. From an outline E is its share of each
    pixel times the brightness of the ground two pixels inland of it.
    """
    if ground.share.shape != around.water.shape:
        message = (
            f"standing ground of {ground.share.shape}, the image has {around.water.shape}; "
            "make it on the image's own grid"
        )
        raise DataError(message)
    found, moved, left = _settled(values[: len(around.signal)], around, ground)
    nothing = np.zeros(around.water.shape, bool)
    if found.state != ALIGNED:
        why = found.reason if found.state != KEPT else f"not aligned: {found.reason}"
        return Painted(around, nothing, found, left, why)
    if math.isnan(left):
        why = "a second fit could not tell what offset is left"
        return Painted(around, nothing, found, left, why)
    if left > MOST_LEFT_PIXELS * around.gsd:
        why = f"an offset of {left:.0f} m is left, more than half a pixel"
        return Painted(around, nothing, found, left, why)
    whole = replace(moved, share=_all_that_stands(around, moved.share, moved.counted))
    return Painted(_without(around, whole, found), whole.share > 0.5, found, left, "")


def _without(around: WaterResidual, ground: StandingGround, found: Registration) -> WaterResidual:
    excess = ground.excess
    known = excess is not None
    if excess is None:
        excess = _expected(around, ground.share)
    sigma = found.sigma_m if known else math.hypot(found.sigma_m, OUTLINE_PIXELS * around.gsd)
    down, right = np.gradient(excess, around.gsd, axis=(1, 2))
    steep = (down * down + right * right) * np.float32(sigma) ** 2
    # the ground of one image differs from that of others by its wetness and its light as well
    variance = steep + (np.float32(LAND_SPREAD) * excess) ** 2
    rest = around.signal - excess
    told = np.float32(EDGE_SIGMAS) * np.sqrt(variance)
    rest -= np.clip(rest, -told, told)
    standing = ground.share > 0.5
    # no ship is wider than the widest: what lies further from water is land
    inland = _inland(around, standing)
    rest[:, standing | inland] = 0.0
    return replace(
        around,
        signal=np.asarray(rest, np.float32),
        noise=np.asarray(np.sqrt(around.noise * around.noise + variance), np.float32),
        water=around.water | standing | inland,
    )


def _inland(around: WaterResidual, standing: Bools) -> Bools:
    sea = around.water & ~standing
    far = ndimage.distance_transform_edt(~sea) * around.gsd
    return np.asarray(far > MAX_BEAM_M + 2 * around.gsd)


def told_apart(
    found: Sequence[Candidate], standing: Bools, *, gsd: float, step: float = MIN_STEP_ALONGSIDE
) -> list[Candidate]:
    """Tell free candidates of a painted image from those alongside, and leave faint ones out.

    Parameters
    ----------
    found : sequence of Candidate
        Candidates of the painted image.
    standing : ndarray of bool, dims (y, x)
        Standing ground.
    gsd : float
        Side of a pixel in metres.
    step : float
        Near infrared beyond the water's below which an object alongside is left out.

    Returns
    -------
    list of Candidate
    """
    near = ndimage.binary_dilation(standing, iterations=TOUCH_PIXELS)
    shape = (standing.shape[0], standing.shape[1])
    made = []
    for each in found:
        window, inside = pixels_inside(each.place, shape, gsd=gsd, share=1.0)
        touches = bool(near[window][inside].any())
        if not touches or each.contrast >= step:
            made.append(replace(each, kind=ALONGSIDE if touches else FREE))
    return made
