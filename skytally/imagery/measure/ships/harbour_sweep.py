"""Sweep of one image of a harbour for ships: free-floating hulls and hulls alongside."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage, stats

from skytally.core import DataError, line_vocabulary as n
from skytally.imagery.cube import (
    OPTICAL_BANDS,
    Bools,
    CubeSource,
    Floats,
    Frame,
    Screening,
    Window,
    check_mask,
    check_positive,
    finite_pixels,
    iter_frames,
)
from skytally.imagery.measure.observation import Observation, unclear_observation
from skytally.imagery.measure.ships.alongside_hulls import hulls_alongside
from skytally.imagery.measure.ships.hull_fit import (
    HullFit,
    Rectangle,
    band_blurs,
    fit_hull,
    initial_rectangle,
)
from skytally.imagery.measure.ships.ship_candidates import (
    FREE,
    GREEN,
    MAX_BEAM_M,
    MIN_SCORE,
    MIN_STEP,
    Candidate,
    WaterResidual,
    greenness,
    pixels_inside,
    ratio_score,
    without_overlaps,
    without_wakes,
)
from skytally.imagery.measure.water_mask import large_water, smooth_water, water_around

WATER_TAIL = 1e-6
"""Chance that one pixel of water passes for hot: one in a scene of a million."""
MIN_INFRARED = 4.0
"""Times the noise by which an object must exceed its water in the near infrared, where water is
darkest and foam, silt and haze are weaker than in the visible."""
MIN_OBJECT_M2, MAX_OBJECT_M2 = 300.0, 55_000.0
"""Square metres of an object's hot pixels: a boat of two beams of a pixel, and the largest ship
with its blur."""
MIN_CONTRAST = 12.0
"""Contrast over noise from which length and width mean anything."""
MIN_EXPLAINED = 0.5
"""Share of an object's variance that a hull must explain: half."""
HOUSE = 0.15
"""Usual share of a ship's length under its house, white and many times as bright as its deck: from
a house of one pixel on, house and deck are told apart."""
NEAR = 8
"""Pixels looked at around an object."""
RINGED = 0.8
"""Share of the ring around an object that must be a large body of water."""


def _patch(rows: slice, columns: slice, shape: tuple[int, int]) -> Window:
    return (
        slice(max(rows.start - NEAR, 0), min(rows.stop + NEAR, shape[0])),
        slice(max(columns.start - NEAR, 0), min(columns.stop + NEAR, shape[1])),
    )


def _moved(place: Rectangle, cut: Window) -> Rectangle:
    return replace(place, row=place.row + cut[0].start, column=place.column + cut[1].start)


def hot_pixels(around: WaterResidual) -> Bools:
    """Pixels that are not water, dims (y, x)."""
    distance = ((around.signal / around.noise) ** 2).sum(axis=0)
    infrared = around.layers.index("b08") if "b08" in around.layers else -1
    rise = around.signal[infrared] > MIN_INFRARED * around.noise[infrared]
    return np.asarray((distance > stats.chi2.isf(WATER_TAIL, len(around.signal))) & rise)


def floating_hulls(around: WaterResidual) -> Iterator[Candidate]:
    """Detect free-floating hulls: hot objects surrounded by water that fit a rectangle.

    Parameters
    ----------
    around : WaterResidual
        One image.

    Yields
    ------
    Candidate
        Hot objects of a ship's size, ringed by water, that a blurred rectangle explains. Where
        a house, a wake or a neighbour spoils the fit, the form of the whole, whatever its
        brightness, and the half-bright core are tried as well.
    """
    hot = hot_pixels(around)
    labels, _ = ndimage.label(hot, np.ones((3, 3)))
    pixel = around.gsd**2
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
        cut = _patch(rows, columns, hot.shape)
        here = labels[cut] == number
        if not MIN_OBJECT_M2 <= here.sum() * pixel <= MAX_OBJECT_M2:
            continue
        others = (labels[cut] > 0) & ~here
        grown = ndimage.binary_dilation(here, iterations=4)
        ring = grown & ~ndimage.binary_dilation(here, iterations=2)
        if not ring.any() or around.water[cut][ring].mean() < RINGED:
            continue
        part = replace(
            around,
            signal=around.signal[:, cut[0], cut[1]],
            noise=around.noise[:, cut[0], cut[1]],
            water=around.water[cut],
        )
        found = _best_core(part, here, others)
        if found is not None:
            yield replace(found, place=_moved(found.place, cut))


def _best_core(part: WaterResidual, here: Bools, others: Bools) -> Candidate | None:
    bright = np.sqrt((np.clip(part.signal, 0.0, None) ** 2).sum(axis=0))
    core = here & (bright > 0.5 * bright[here].max())
    labels, _ = ndimage.label(core, np.ones((3, 3)))
    top = labels == labels[np.unravel_index(np.argmax(np.where(here, bright, 0)), here.shape)]
    whole = _fitted(part, here, ~others, bright)
    # a fit of no ship's form may have fallen for the house
    if whole is not None and whole.score >= MIN_SCORE:
        return whole
    # the core alone would leave out the dark part of a deck: it is for spoilt fits only
    rivals = (_as_one_deck(part, here, others), _fitted(part, top & here, ~others, bright))
    return max(
        (each for each in (whole, *rivals) if each), key=lambda each: each.score, default=None
    )


def _as_one_deck(part: WaterResidual, here: Bools, others: Bools) -> Candidate | None:
    """Judge an object by its form: as if nothing of it were brighter than half of it is."""
    deck = np.maximum(np.median(part.signal[:, here], axis=1), 0.0)
    even = np.minimum(part.signal, deck[:, None, None])
    bright = np.sqrt((np.clip(even, 0.0, None) ** 2).sum(axis=0))
    fit = _fit(replace(part, signal=even), here, ~others, bright)
    if fit is None or fit.place.length < part.gsd / HOUSE:
        return None
    # how much of a thing it is, its house tells too
    mean = part.signal[:, here].mean(axis=1)
    ratio = float(np.linalg.norm(mean / part.noise[:, here].min(axis=1)))
    held = replace(fit, contrast=tuple(map(float, mean)), contrast_to_noise=ratio)
    return _as_candidate(part, here, held)


def _fitted(part: WaterResidual, seen: Bools, use: Bools, bright: Floats) -> Candidate | None:
    fit = _fit(part, seen, use, bright)
    return _as_candidate(part, seen, fit) if fit else None


def _fit(part: WaterResidual, seen: Bools, use: Bools, bright: Floats) -> HullFit | None:
    # what hangs on to the core, a wake, is left out of the fit of the core
    rest = ndimage.binary_dilation(seen, iterations=2) | part.water
    try:
        start = initial_rectangle(
            np.where(seen, bright, 0.0), gsd=part.gsd, sigma_m=max(part.sigma_m)
        )
        return fit_hull(
            part.signal, part.noise, start, gsd=part.gsd, sigma_m=part.sigma_m, use=use & rest
        )
    except DataError:
        return None


def _as_candidate(part: WaterResidual, seen: Bools, fit: HullFit) -> Candidate | None:
    place = fit.place
    if fit.at_limit or fit.explained < MIN_EXPLAINED or fit.contrast_to_noise < MIN_CONTRAST:
        return None
    infrared = part.layers.index("b08") if "b08" in part.layers else -1
    if float(part.signal[infrared][seen].mean()) < MIN_STEP:
        return None
    if place.width > MAX_BEAM_M or greenness(part.signal[:, seen], part.layers) > GREEN:
        return None
    score = ratio_score(place.length, place.width, slack=0.5 * part.gsd) * fit.explained
    return Candidate(
        place, fit.length_low, fit.length_high, FREE, score, float(fit.contrast[infrared])
    )


MIN_COUNTED_SCORE = 0.35
"""Score from which a candidate is counted: what a hull of usual form keeps when its side is a
pixel from straight, its ends are blurred and its width is half a pixel off."""
KNOWN_SHARE = 0.3
"""Share of a candidate that may lie on ground known to stand there always."""
MIN_READ_SHARE = 0.8
"""Share of an image that must have been read: a ship in what was not read is not seen."""
MIN_WATER_SHARE = 0.01
"""Share of an image that must be water for a sweep to mean anything."""
SWEEP_P_DETECT, SWEEP_P_FALSE = 0.5, 0.5
"""On four labelled ports, ships of 50 m and more, one image without history
(``labs/benchmarks/accuracy_labelled_ports.py``): half are found, and half of what is found is
labelled."""


@dataclass(frozen=True)
class HarbourObservation:
    """What one image says of a harbour."""

    ships: Observation
    """Number of ships found."""
    found: tuple[Candidate, ...]
    """Everything of a score of 0.05 and more, from the best down, for a curve."""


def water_residual(frame: Frame, *, native: float = 10.0) -> WaterResidual:
    """Take the water off an image.

    Parameters
    ----------
    frame : Frame
        An image with b02, b03, b04, b08 in this order, and b11 after them where there is one.
    native : float
        Pixel in metres by which the sensor blurs, where the image was resampled.

    Returns
    -------
    WaterResidual
        Of the first four bands.

    Raises
    ------
    DataError
        If too little of the image was read, or it holds too little water.
    """
    read = float(finite_pixels(frame.values).mean())
    if read < MIN_READ_SHARE:
        message = f"only {read:.0%} of the image was read; {MIN_READ_SHARE:.0%} is needed"
        raise DataError(message)
    filled = np.where(np.isfinite(frame.values), frame.values, 0.0).astype(np.float32)
    water = smooth_water(filled, frame.layers)
    if water.mean() < MIN_WATER_SHARE:
        message = f"only {water.mean():.1%} of the image is water; choose a window with a harbour"
        raise DataError(message)
    optical = filled[: len(OPTICAL_BANDS)]
    level, noise = water_around(optical, water, gsd=frame.gsd)
    signal = optical - level
    return WaterResidual(
        signal=signal,
        noise=noise,
        water=large_water(signal, noise, water, gsd=frame.gsd),
        layers=frame.layers[: len(OPTICAL_BANDS)],
        gsd=frame.gsd,
        sigma_m=band_blurs(frame.layers[: len(OPTICAL_BANDS)], native=native),
    )


def swept_candidates(
    frame: Frame, *, native: float = 10.0, known: Bools | None = None
) -> list[Candidate]:
    """Candidate ships of one image, from the best down.

    Parameters
    ----------
    frame : Frame
        As for `water_residual`.
    native : float
        As for `water_residual`.
    known : ndarray of bool, dims (y, x), optional
        Piers, jetties and shores known from history: what lies on them is left out.

    Returns
    -------
    list of Candidate
    """
    around = water_residual(frame, native=native)
    shape = (frame.values.shape[1], frame.values.shape[2])
    alone = without_overlaps(list(floating_hulls(around)), shape, gsd=frame.gsd)
    # an object that lies alone is judged whole: its wake has straight sides too
    claimed = _claimed(around, alone)
    at_shores = [
        each for each in hulls_alongside(around) if _share(each, claimed, frame.gsd) <= KNOWN_SHARE
    ]
    found = [*alone, *at_shores]
    kept = without_wakes(without_overlaps(found, shape, gsd=frame.gsd), gsd=frame.gsd)
    if known is None:
        return kept
    return [each for each in kept if _share(each, known, frame.gsd) <= KNOWN_SHARE]


def _claimed(around: WaterResidual, alone: list[Candidate]) -> Bools:
    """Hot pixels of the free-floating candidates."""
    labels, _ = ndimage.label(hot_pixels(around), np.ones((3, 3)))
    numbers: set[int] = set()
    for each in alone:
        window, inside = pixels_inside(each.place, labels.shape, gsd=around.gsd, share=1.0)
        numbers |= set(np.unique(labels[window][inside]).tolist())
    return np.asarray(np.isin(labels, list(numbers - {0})))


def _share(each: Candidate, known: Bools, gsd: float) -> float:
    shape = (known.shape[0], known.shape[1])
    window, inside = pixels_inside(each.place, shape, gsd=gsd, share=1.0)
    return float(known[window][inside].mean()) if inside.any() else 1.0


def _observed(frame: Frame, found: list[Candidate], least_score: float) -> HarbourObservation:
    counted = [each for each in found if each.score >= least_score]
    count = len(counted)
    # found ships may be none, and ships may be missed: both in the proportions above
    low = math.floor(count * (1.0 - SWEEP_P_FALSE)) if count else 0
    high = math.ceil(count / SWEEP_P_DETECT) if count else 1
    part = () if finite_pixels(frame.values).all() else ("partly-read",)
    flags = ("no-history", *part)
    ships = Observation(
        frame.time, frame.item_id, float(count), float(low), float(high), "ships", SWEEP_P_DETECT,
        SWEEP_P_FALSE, n.COUNTED if count else n.NOTHING_SEEN, "", flags, frame.group,
    )  # fmt: skip
    return HarbourObservation(ships, tuple(found))


def _refused(frame: Frame, answer: Screening) -> Observation:
    return unclear_observation(
        frame.time, "", unit="ships", item_id=frame.item_id, flags=answer.flags,
        group=frame.group, screening_reason=answer.reason,
    )  # fmt: skip


def sweep_harbour(
    source: CubeSource,
    *,
    known: npt.ArrayLike | None = None,
    layers: tuple[str, ...] = OPTICAL_BANDS,
    native: float = 10.0,
    least_score: float = MIN_COUNTED_SCORE,
) -> Iterator[HarbourObservation]:
    """Count the ships in each image of a harbour, each image by itself.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube of reflectance, or images in the order of time.
    known : array_like of bool, dims (y, x), optional
        Structures known from history; without it, piers shaped like hulls are counted.
    layers : tuple of str
        b02, b03, b04, b08 in this order, then b11 where the cube has it: it tells hazy land
        from water.
    native : float
        Pixel in metres by which the sensor blurs, where the cube was resampled.
    least_score : float
        Score from which a candidate is counted.

    Yields
    ------
    HarbourObservation
        Unclear where the image shows no water.

    Raises
    ------
    DataError
        As `iter_frames`; and if `layers` are others, or a number is none.
    """
    check_positive(native, what="native pixel")
    if not 0.0 <= least_score <= 1.0:
        message = f"least_score {least_score}; give a score from 0 to 1"
        raise DataError(message)
    if tuple(layers[: len(OPTICAL_BANDS)]) != OPTICAL_BANDS:
        message = (
            f"layers {', '.join(layers)}; give {', '.join(OPTICAL_BANDS)} first, in this order"
        )
        raise DataError(message)
    standing: Bools | None = None
    for frame in iter_frames(source, layers=layers):
        if known is not None and standing is None:
            shape = (frame.values.shape[1], frame.values.shape[2])
            standing = check_mask(known, shape, what="known structures")
        if frame.screening is not None and not frame.screening.usable:
            yield HarbourObservation(_refused(frame, frame.screening), ())
            continue
        try:
            found = swept_candidates(frame, native=native, known=standing)
        except DataError as fault:
            row = unclear_observation(
                frame.time, str(fault), unit="ships", item_id=frame.item_id, group=frame.group
            )
            yield HarbourObservation(row, ())
            continue
        yield _observed(frame, found, least_score)
