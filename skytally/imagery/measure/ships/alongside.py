"""Hulls whose sides show at a shore, at a jetty, or alone: where the shoreline steps back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from skytally.imagery.cube.frames import Floats
from skytally.imagery.measure.ships.hull_fit import LENGTHS, Rectangle
from skytally.imagery.measure.ships.ship_candidates import (
    ALONGSIDE,
    FREE,
    GREEN,
    LEAST_STEP,
    LOWEST,
    WIDEST,
    Candidate,
    Surroundings,
    greenness,
    inside_of,
    ratio_score,
)
from skytally.imagery.measure.ships.shoreline import Sides, straight_sides

BEND = 4.0
"""Metres by which a straight side is measured to wander: half a pixel."""
SHORTEST_ALONGSIDE, PIXELS_ALONGSIDE = 100.0, 2.0
"""Metres of length and pixels of beam below which a hull against a shore is not told from the
shore's own steps: two pixels are the least that a rounded line can step by and mean it."""
TEXTURE, TEXTURE_SPREAD, TEXTURE_LENGTH = 0.20, 0.05, 60.0
"""Variation of brightness along a deck over its mean that nine of ten made-up decks of both
families reach at every length, how fast they thin out below it, and the length from which it
is asked for: concrete is smoother than a deck with hatches, cargo and a house."""
WET = 0.7
"""Share of the water before a side that must belong to a large body of water."""


def _place(side: Sides, i: int, width: float, gsd: float) -> Rectangle:
    inward = np.radians(side.inward_deg[i])
    return Rectangle(
        row=float(side.row[i] + 0.5 * width * np.sin(inward) / gsd),
        column=float(side.column[i] + 0.5 * width * np.cos(inward) / gsd),
        length=float(side.length[i]),
        width=width,
        # the side runs at a right angle to the way in; bearings count from up
        axis_deg=float(side.inward_deg[i] % 180.0),
    )


def texture_along(signal: Floats, place: Rectangle, *, gsd: float) -> float:
    """Give how much the middle line of a hull varies: standard deviation over mean."""
    steps = np.linspace(-0.4, 0.4, 17) * place.length / gsd
    bearing = np.radians(place.axis_deg)
    rows = place.row - steps * np.cos(bearing)
    columns = place.column + steps * np.sin(bearing)
    lines = np.array(
        [ndimage.map_coordinates(each, [rows, columns], order=1, mode="nearest") for each in signal]
    )
    return float(lines.std(axis=1).mean() / max(abs(float(lines.mean())), 1e-6))


def _side_score(around: Surroundings, side: Sides, i: int, place: Rectangle, free: bool) -> float:
    ends = (float(side.first[i]), float(side.second[i]))
    score = ratio_score(place.length, place.width, slack=0.5 * around.gsd)
    score *= float(np.exp(-0.5 * (side.bend[i] / BEND) ** 2))
    score *= 1.0 - max(float(side.sea[i]), 0.0) / float(side.inside[i])
    if free:
        # both ends must be as free as the beam is wide
        score *= min(max(min(ends), 0.0) / place.width, 1.0)
    else:
        # the difference of two edges, each of them good to a pixel
        apart = (ends[0] - ends[1]) / (np.sqrt(2.0) * around.gsd)
        score *= float(np.exp(-0.5 * apart**2))
    if place.length >= TEXTURE_LENGTH:
        varied = texture_along(around.signal, place, gsd=around.gsd)
        score *= float(np.exp(-0.5 * (max(TEXTURE - varied, 0.0) / TEXTURE_SPREAD) ** 2))
    return score


def _wet(around: Surroundings, side: Sides, i: int) -> float:
    """Give the share of the water before a side that belongs to a large body of water."""
    inward = np.radians(side.inward_deg[i])
    along = np.linspace(-0.4, 0.4, 7)[:, None] * side.length[i] / around.gsd
    out = np.array([12.0, 20.0, 28.0])[None, :] / around.gsd
    rows = side.row[i] + along * np.cos(inward) - out * np.sin(inward)
    columns = side.column[i] - along * np.sin(inward) - out * np.cos(inward)
    found = ndimage.map_coordinates(around.water.astype(np.float32), [rows, columns], order=1)
    return float(found.mean())


def shore_hulls(around: Surroundings) -> Iterator[Candidate]:
    """Give the hulls whose sides show at a shore, at a jetty, or alone.

    Parameters
    ----------
    around : Surroundings
        One look.

    Yields
    ------
    Candidate
        From straight sides on water at both ends of which the shoreline steps back by a beam.
        Free where water follows behind; alongside where the shore follows, and then only from
        `SHORTEST_ALONGSIDE` and `PIXELS_ALONGSIDE` on.
    """
    bright = np.clip(around.layer("b08"), 0.0, None).astype(np.float64)
    sides = straight_sides(bright, around.water, gsd=around.gsd, least=LEAST_STEP)
    step_back = np.minimum(sides.first, sides.second)
    free = np.isfinite(sides.width)
    width = np.where(free, sides.width, 0.5 * (sides.first + sides.second))
    good = (width >= 6.0) & (width <= WIDEST) & (sides.length <= LENGTHS[1]) & (step_back > 0)
    good &= free | (
        np.isfinite(sides.first)
        & np.isfinite(sides.second)
        & (width >= PIXELS_ALONGSIDE * around.gsd)
        & (sides.length >= SHORTEST_ALONGSIDE)
    )
    for i in np.flatnonzero(good):
        place = _place(sides, int(i), float(width[i]), around.gsd)
        score = _side_score(around, sides, int(i), place, bool(free[i]))
        if score < LOWEST or _wet(around, sides, int(i)) < WET:
            continue
        window, inside = inside_of(place, bright.shape, gsd=around.gsd, share=0.8)
        held = around.signal[:, window[0], window[1]][:, inside]
        if not held.size or greenness(held, around.layers) > GREEN:
            continue
        slack = 1.645 * np.hypot(0.5 * (8.0 + around.gsd), 0.05 * place.length)
        yield Candidate(
            place, max(place.length - slack, 0.0), place.length + slack,
            FREE if free[i] else ALONGSIDE, score, float(sides.inside[i]),
        )  # fmt: skip
