"""A sweep of one look of a harbour for ships: at anchor, under way, and at the quays."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally import names as n
from skytally.checks import DataError
from skytally.measures.afloat import free_objects, hot_pixels
from skytally.measures.candidates import (
    Candidate,
    Surroundings,
    inside_of,
    thinned,
    without_wakes,
)
from skytally.measures.doors import OPTICAL, Bools, check_mask, check_positive
from skytally.measures.frames import Frame, Source, finite, frames
from skytally.measures.hull import sigmas
from skytally.measures.looks import Look, unclear
from skytally.measures.moored import shore_hulls
from skytally.measures.water import large_water, smooth_water, water_around

LEAST_SCORE = 0.35
"""Score from which a candidate is counted: what a hull of usual form keeps when its side is a
pixel from straight, its ends are blurred and its width is half a pixel off."""
KNOWN_SHARE = 0.3
"""Share of a candidate that may lie on ground known to stand there always."""
LEAST_READ = 0.8
"""Share of a look that must have been read: a ship in what was not read is not seen."""
LEAST_WATER = 0.01
"""Share of a look that must be water for a sweep to mean anything."""
P_DETECT, P_FALSE = 0.5, 0.5
"""On four labelled ports, ships of 50 m and more, one look without history
(``benchmarks/proof_ports.py``): half are found, and half of what is found is labelled."""


@dataclass(frozen=True)
class HarbourLook:
    """What one look says of a harbour."""

    ships: Look
    """Number of ships found."""
    found: tuple[Candidate, ...]
    """Everything of a score of 0.05 and more, from the best down, for a curve."""


def surroundings(frame: Frame, *, native: float = 10.0) -> Surroundings:
    """Take the water off a look.

    Parameters
    ----------
    frame : Frame
        A look with b02, b03, b04, b08 in this order, and b11 after them where there is one.
    native : float
        Pixel in metres by which the sensor blurs, where the look was resampled.

    Returns
    -------
    Surroundings
        Of the first four bands.

    Raises
    ------
    DataError
        If too little of the look was read, or it holds too little water.
    """
    read = float(finite(frame.values).mean())
    if read < LEAST_READ:
        message = f"only {read:.0%} of the look was read; {LEAST_READ:.0%} is needed"
        raise DataError(message)
    filled = np.where(np.isfinite(frame.values), frame.values, 0.0).astype(np.float32)
    water = smooth_water(filled, frame.layers)
    if water.mean() < LEAST_WATER:
        message = f"only {water.mean():.1%} of the look is water; choose a window with a harbour"
        raise DataError(message)
    held = filled[: len(OPTICAL)]
    level, noise = water_around(held, water, gsd=frame.gsd)
    signal = held - level
    return Surroundings(
        signal=signal,
        noise=noise,
        water=large_water(signal, noise, water, gsd=frame.gsd),
        layers=frame.layers[: len(OPTICAL)],
        gsd=frame.gsd,
        sigma_m=sigmas(frame.layers[: len(OPTICAL)], native=native),
    )


def candidates(
    frame: Frame, *, native: float = 10.0, known: Bools | None = None
) -> list[Candidate]:
    """Give what might be a ship in one look, from the best down.

    Parameters
    ----------
    frame : Frame
        As for `surroundings`.
    native : float
        As for `surroundings`.
    known : ndarray of bool, dims (y, x), optional
        Piers, jetties and shores known from history: what lies on them is left out.

    Returns
    -------
    list of Candidate
    """
    around = surroundings(frame, native=native)
    shape = (frame.values.shape[1], frame.values.shape[2])
    alone = thinned(list(free_objects(around)), shape, gsd=frame.gsd)
    # an object that lies alone is judged whole: its wake has straight sides too
    claimed = _claimed(around, alone)
    at_shores = [
        each for each in shore_hulls(around) if _share(each, claimed, frame.gsd) <= KNOWN_SHARE
    ]
    found = [*alone, *at_shores]
    kept = without_wakes(thinned(found, shape, gsd=frame.gsd), gsd=frame.gsd)
    if known is None:
        return kept
    return [each for each in kept if _share(each, known, frame.gsd) <= KNOWN_SHARE]


def _claimed(around: Surroundings, alone: list[Candidate]) -> Bools:
    """Tell which hot pixels belong to an object that was found to lie alone."""
    labels, _ = ndimage.label(hot_pixels(around), np.ones((3, 3)))
    numbers: set[int] = set()
    for each in alone:
        window, inside = inside_of(each.place, labels.shape, gsd=around.gsd, share=1.0)
        numbers |= set(np.unique(labels[window][inside]).tolist())
    return np.asarray(np.isin(labels, list(numbers - {0})))


def _share(each: Candidate, known: Bools, gsd: float) -> float:
    shape = (known.shape[0], known.shape[1])
    window, inside = inside_of(each.place, shape, gsd=gsd, share=1.0)
    return float(known[window][inside].mean()) if inside.any() else 1.0


def _look(frame: Frame, found: list[Candidate], least_score: float) -> HarbourLook:
    counted = [each for each in found if each.score >= least_score]
    count = len(counted)
    # found ships may be none, and ships may be missed: both in the proportions above
    low = math.floor(count * (1.0 - P_FALSE)) if count else 0
    high = math.ceil(count / P_DETECT) if count else 1
    part = () if finite(frame.values).all() else ("partly-read",)
    flags = ("no-history", *part)
    ships = Look(
        frame.time, frame.item_id, float(count), float(low), float(high), "ships", P_DETECT,
        P_FALSE, n.COUNTED if count else n.NOTHING_SEEN, "", flags, frame.group,
    )  # fmt: skip
    return HarbourLook(ships, tuple(found))


def sweep(
    source: Source,
    *,
    known: npt.ArrayLike | None = None,
    layers: tuple[str, ...] = OPTICAL,
    native: float = 10.0,
    least_score: float = LEAST_SCORE,
) -> Iterator[HarbourLook]:
    """Count the ships in each look of a harbour, each look by itself.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube of reflectance, or looks in the order of time.
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
    HarbourLook
        Unclear where the look shows no water.

    Raises
    ------
    DataError
        As `skytally.measures.frames.frames`; and if `layers` are others, or a number is none.
    """
    check_positive(native, what="native pixel")
    if not 0.0 <= least_score <= 1.0:
        message = f"least_score {least_score}; give a score from 0 to 1"
        raise DataError(message)
    if tuple(layers[: len(OPTICAL)]) != OPTICAL:
        message = f"layers {', '.join(layers)}; give {', '.join(OPTICAL)} first, in this order"
        raise DataError(message)
    standing: Bools | None = None
    for frame in frames(source, layers=layers):
        if known is not None and standing is None:
            shape = (frame.values.shape[1], frame.values.shape[2])
            standing = check_mask(known, shape, what="known structures")
        try:
            found = candidates(frame, native=native, known=standing)
        except DataError as fault:
            row = unclear(
                frame.time, str(fault), unit="ships", item_id=frame.item_id, group=frame.group
            )
            yield HarbourLook(row, ())
            continue
        yield _look(frame, found, least_score)
