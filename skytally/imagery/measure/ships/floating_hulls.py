"""Free-floating hulls: hot objects ringed by water, and the blurred rectangle of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage, stats

from skytally.core import DataError
from skytally.imagery.cube import Bools, Floats, Window
from skytally.imagery.measure.ships.hull_fit import HullFit, Rectangle, fit_hull, initial_rectangle
from skytally.imagery.measure.ships.ship_candidate_scoring_and_suppression import (
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
)

Labels = npt.NDArray[np.integer]
"""Number of the object each pixel belongs to, dims (y, x)."""
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
        if not _ringed(around, labels, (rows, columns), number):
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
    if not _may_be_hull(part, here):
        return None
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
    return _as_candidate(part, held)


def _fitted(part: WaterResidual, seen: Bools, use: Bools, bright: Floats) -> Candidate | None:
    if not _may_be_hull(part, seen):
        return None
    fit = _fit(part, seen, use, bright)
    return _as_candidate(part, fit) if fit else None


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


def _may_be_hull(part: WaterResidual, seen: Bools) -> bool:
    """Test brightness and colour, which need no fit."""
    infrared = part.layers.index("b08") if "b08" in part.layers else -1
    if float(part.signal[infrared][seen].mean()) < MIN_STEP:
        return False
    return greenness(part.signal[:, seen], part.layers) <= GREEN


def _as_candidate(part: WaterResidual, fit: HullFit) -> Candidate | None:
    place = fit.place
    if fit.at_limit or fit.explained < MIN_EXPLAINED or fit.contrast_to_noise < MIN_CONTRAST:
        return None
    if place.width > MAX_BEAM_M:
        return None
    infrared = part.layers.index("b08") if "b08" in part.layers else -1
    score = ratio_score(place.length, place.width, slack=0.5 * part.gsd) * fit.explained
    return Candidate(
        place, fit.length_low, fit.length_high, FREE, score, float(fit.contrast[infrared])
    )


MIN_PACKED_M2, COVERED = 1500.0, 0.3
"""Square metres of an object that is no candidate from which it is told of, five boats of 30 m
side by side; and its share that a candidate must cover for it to be one."""


def unresolved_objects(around: WaterResidual, found: Sequence[Candidate]) -> int:
    """Count objects in the water that are of no one hull's form.

    Parameters
    ----------
    around : WaterResidual
        One image.
    found : sequence of Candidate
        What was found in it.

    Returns
    -------
    int
        Objects of `MIN_PACKED_M2` to `MAX_OBJECT_M2` ringed by water and covered by no
        candidate: craft moored bow-on or side by side, which ten metre pixels do not part, and
        rafts and pontoons.
    """
    hot = hot_pixels(around)
    covered = np.zeros(hot.shape, bool)
    for each in found:
        window, inside = pixels_inside(each.place, hot.shape, gsd=around.gsd, share=1.0)
        covered[window] |= inside
    labels, count = ndimage.label(hot, np.ones((3, 3)))
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    shares = np.bincount(labels[covered], minlength=count + 1) / np.maximum(sizes, 1)
    areas = sizes * around.gsd**2
    large = (areas >= MIN_PACKED_M2) & (areas <= MAX_OBJECT_M2) & (shares < COVERED)
    windows = ndimage.find_objects(labels)
    return sum(
        _ringed(around, labels, windows[number - 1], number)
        for number in np.flatnonzero(large).tolist()
        if number
    )


def _ringed(around: WaterResidual, labels: Labels, window: Window, number: int) -> bool:
    """Test whether water rings an object."""
    cut = _patch(window[0], window[1], (labels.shape[0], labels.shape[1]))
    here = labels[cut] == number
    ring = ndimage.binary_dilation(here, iterations=4) & ~ndimage.binary_dilation(
        here, iterations=2
    )
    return bool(ring.any() and around.water[cut][ring].mean() >= RINGED)
