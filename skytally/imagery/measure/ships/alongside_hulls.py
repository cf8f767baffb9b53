"""Hulls alongside a quay or shore: straight sides at whose ends the shore steps back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.imagery.cube import Bools, Floats
from skytally.imagery.measure.ships.hull_fit import LENGTH_RANGE, Rectangle
from skytally.imagery.measure.ships.ship_candidate_scoring_and_suppression import (
    ALONGSIDE,
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

Doubles = npt.NDArray[np.float64]

REACH = 240.0
"""Metres looked along a shore to either side: half the longest ship and its ends."""
ALONG_STEP, ACROSS_STEP = 8.0, 6.0
"""Metres between the points of a profile: finer than a pixel, since edges fall between."""
OUT, IN = 24.0, 84.0
"""Metres looked from an edge out to sea, and inwards: wider than the widest hull."""
LEVEL = 0.5
"""Share of the brightness inside at which the edge lies: half, whatever the blur."""
STRAIGHT = 8.0
"""Metres by which a hull's side may leave the straight: its bow, and half a pixel."""
END_GAP, END_LOOK = 2, 3
"""Points of the profile left out beyond each end, for the blur, and then looked at."""
TURNS = (-6.0, 0.0, 6.0)
"""Degrees by which the axis is varied about the edge's own direction, which pixels round off."""
MIN_SIDE_M = 40.0
"""Metres: a shorter side is four pixels and has no direction."""
OPEN_SHARE = 0.6
"""Share of a side behind which water must follow for the object to be free of the shore."""
CHUNK = 3000


@dataclass(frozen=True, eq=False)
class Sides:
    """Straight sides that border on water, one an entry."""

    row: Doubles
    """Row of the middle of the side."""
    column: Doubles
    """Column of it."""
    inward_deg: Doubles
    """Direction from the water inwards, degrees clockwise from the right of the image."""
    length: Doubles
    """Metres over which the side is straight."""
    first: Doubles
    """Metres by which the shore recedes beyond one end; infinite where there is only water."""
    second: Doubles
    """The same beyond the other end."""
    width: Doubles
    """Metres to the water behind; infinite where none follows."""
    bend: Doubles
    """Root mean square of the side about the straight, metres."""
    inside: Doubles
    """Brightness beyond the water inside."""
    sea: Doubles
    """The same just outside."""

    def pick(self, keep: npt.NDArray[np.bool_] | npt.NDArray[np.intp]) -> Sides:
        """Select some of the entries."""
        return Sides(*(getattr(self, each)[keep] for each in self.__dataclass_fields__))

    @property
    def size(self) -> int:
        """Number of entries."""
        return int(self.row.size)


def edges(bright: Doubles, water: Bools, *, least: float) -> tuple[Doubles, Doubles, Doubles]:
    """Detect pixels on an edge between water and something brighter.

    Parameters
    ----------
    bright : ndarray, dims (y, x)
        Brightness beyond that of the water around.
    water : ndarray of bool, dims (y, x)
        Large bodies of water.
    least : float
        Least step of brightness.

    Returns
    -------
    tuple of ndarray
        Rows, columns, and the direction in which brightness rises, radians clockwise from the
        right of the image.
    """
    down, right = (ndimage.gaussian_filter(bright, 1.0, order=each) for each in ((1, 0), (0, 1)))
    size = np.hypot(down, right)
    unit = np.maximum(size, 1e-9)
    down, right = down / unit, right / unit
    rows, columns = np.mgrid[: bright.shape[0], : bright.shape[1]].astype(np.float64)

    def at(image: Doubles, pixels: float) -> Doubles:
        where = [rows + pixels * down, columns + pixels * right]
        return np.asarray(ndimage.map_coordinates(image, where, order=1, mode="nearest"))

    low, high = at(bright, -2.0), at(bright, 1.5)
    found = (size >= at(size, 1.0)) & (size >= at(size, -1.0)) & (high - low > least)
    found &= (low < LEVEL * high) & ndimage.binary_dilation(water, iterations=3)
    at_row, at_column = np.nonzero(found)
    turned = np.arctan2(down[found], right[found])
    return at_row.astype(np.float64), at_column.astype(np.float64), turned


def _crossing(profile: Doubles, level: Doubles, across: Doubles) -> Doubles:
    """Position at which each profile first rises above its level; infinite where it never does."""
    above = profile > level[..., None]
    place = above.argmax(axis=2)
    before = np.clip(place - 1, 0, None)
    low = np.take_along_axis(profile, before[..., None], 2)[..., 0]
    high = np.take_along_axis(profile, place[..., None], 2)[..., 0]
    share = np.clip((level - low) / np.maximum(high - low, 1e-9), 0.0, 1.0)
    found = across[before] + share * (across[1] - across[0])
    return np.where(above.any(axis=2), np.where(place == 0, across[0], found), np.inf)


def _profiles(
    bright: Doubles, rows: Doubles, columns: Doubles, turned: Doubles, gsd: float
) -> tuple[Doubles, Doubles, Doubles, Doubles]:
    """Brightness inside and at sea, the shoreline and the line behind, dims (edge, along)."""
    along = np.arange(-REACH, REACH + 1.0, ALONG_STEP)
    across = np.arange(-OUT, IN + 1.0, ACROSS_STEP)
    east, south = np.cos(turned), np.sin(turned)

    def place(start: Doubles, u: Doubles, v: Doubles) -> Doubles:
        return np.asarray(
            start[:, None, None]
            + (along[None, :, None] * u[:, None, None] + across[None, None, :] * v[:, None, None])
            / gsd
        )

    where = [place(rows, east, south), place(columns, -south, east)]
    found = np.asarray(ndimage.map_coordinates(bright, where, order=1, mode="constant", cval=0.0))
    middle = found[:, np.abs(along) <= 2 * ALONG_STEP]
    within = (across >= 6) & (across <= 18)
    inside = np.median(middle[:, :, within].reshape(len(rows), -1), axis=1)
    sea = np.median(middle[:, :, across <= -12.0].reshape(len(rows), -1), axis=1)
    water = np.clip(sea, 0.0, None)[:, None] * (1.0 - LEVEL)
    level = water + LEVEL * inside[:, None]
    # a white house would seem to stand out of its deck's side: half of its own brightness counts
    shore = _crossing(
        found, np.maximum(level, water + LEVEL * np.median(found[:, :, within], axis=2)), across
    )
    inner = across >= 6.0
    behind = _crossing(-found[:, :, inner], -level, across[inner])
    # dark at once is no hull to see the far side of
    behind = np.where(behind <= across[inner][0], np.inf, behind)
    return inside, sea, shore, behind


def _run(on: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Reach of a run of true to either side of the middle; -1 if it is false there."""
    middle = on.shape[1] // 2
    stop = np.zeros((len(on), 1), bool)
    right = np.argmin(np.concatenate([on[:, middle:], stop], axis=1), axis=1) - 1
    left = np.argmin(np.concatenate([on[:, middle::-1], stop], axis=1), axis=1) - 1
    return left, right


def _along_one(
    bright: Doubles, rows: Doubles, columns: Doubles, turned: Doubles, gsd: float, least: float
) -> Iterator[tuple[Sides, Doubles]]:
    """Straight sides through edge pixels, and by how much each should be turned, radians."""
    for start in range(0, rows.size, CHUNK):
        cut = slice(start, start + CHUNK)
        inside, sea, shore, behind = _profiles(bright, rows[cut], columns[cut], turned[cut], gsd)
        # one point off the line, a hatch or a crane, does not end a hull
        on = ndimage.binary_closing(np.abs(shore) <= STRAIGHT, np.ones((1, 3)))
        left, right = _run(on)
        length = np.asarray((left + right + 1) * ALONG_STEP, np.float64)
        limit = shore.shape[1] // 2 - END_GAP - END_LOOK
        good = (left >= 0) & (right >= 0) & (left < limit) & (right < limit)
        # only the edge pixel in the middle of a side speaks for it
        good &= (length >= MIN_SIDE_M) & (np.abs(right - left) <= 2) & (inside - sea > least)
        kept = np.flatnonzero(good)
        table = _measured(shore[kept], behind[kept], left[kept], right[kept])
        moved = 0.5 * (right - left)[kept] * ALONG_STEP / gsd
        bearing = turned[cut][kept]
        yield (
            Sides(
                row=rows[cut][kept] + moved * np.cos(bearing),
                column=columns[cut][kept] - moved * np.sin(bearing),
                inward_deg=np.degrees(bearing),
                length=length[kept],
                first=table[:, 0],
                second=table[:, 1],
                width=table[:, 2],
                bend=table[:, 3],
                inside=inside[kept],
                sea=sea[kept],
            ),
            np.arctan(table[:, 4]),
        )


def _measured(
    shore: Doubles, behind: Doubles, left: npt.NDArray[np.intp], right: npt.NDArray[np.intp]
) -> Doubles:
    """Measure the steps at both ends, the width, bend and slope of sides, dims (side, 5)."""
    middle = shore.shape[1] // 2
    at = np.arange(shore.shape[1]) - middle
    span = (at >= -left[:, None]) & (at <= right[:, None])
    beyond = np.arange(END_GAP, END_GAP + END_LOOK + 1)
    first = np.take_along_axis(shore, middle - left[:, None] - beyond, axis=1)
    second = np.take_along_axis(shore, middle + right[:, None] + beyond, axis=1)
    open_behind = span & np.isfinite(behind) & (behind <= MAX_BEAM_M)
    mostly = open_behind.sum(axis=1) > OPEN_SHARE * span.sum(axis=1)
    known = span & np.isfinite(shore)
    line = np.where(known, shore, 0.0)
    count = np.maximum(known.sum(axis=1), 1)
    mean = line.sum(axis=1) / count
    bend = np.sqrt((np.where(known, shore - mean[:, None], 0.0) ** 2).sum(axis=1) / count)
    return np.stack(
        [
            np.median(first, axis=1),
            np.median(second, axis=1),
            np.where(mostly, _medians(behind, open_behind), np.inf),
            bend,
            _slopes(line, known, at * ALONG_STEP, left, right),
        ],
        axis=1,
    )


def _medians(values: Doubles, use: npt.NDArray[np.bool_]) -> Doubles:
    """Median of the used values of each row; infinite where there is none."""
    ranked = np.sort(np.where(use, values, np.inf), axis=1)
    count = np.maximum(use.sum(axis=1), 1)[:, None]
    pair = np.take_along_axis(ranked, np.concatenate([(count - 1) // 2, count // 2], axis=1), 1)
    return np.asarray(pair.mean(axis=1))


def _slopes(
    line: Doubles, known: npt.NDArray[np.bool_], at: Doubles, left: npt.NDArray[np.intp],
    right: npt.NDArray[np.intp],
) -> Doubles:  # fmt: skip
    """Slope of the middle of each side by least squares: its bow turns away."""
    centre = 0.5 * (right - left)[:, None] * ALONG_STEP
    reach = 0.35 * (left + right + 1)[:, None] * ALONG_STEP
    inner = known & (np.abs(at - centre) <= reach)
    count = np.maximum(inner.sum(axis=1), 1)
    x = np.where(inner, at - (np.where(inner, at, 0.0).sum(axis=1) / count)[:, None], 0.0)
    square = np.maximum((x**2).sum(axis=1), 1e-9)
    return np.where(inner.sum(axis=1) > 2, (x * line).sum(axis=1) / square, 0.0)


def straight_sides(bright: Doubles, water: Bools, *, gsd: float, least: float) -> Sides:
    """Find straight sides that border on water, with what lies beyond their ends and behind.

    Parameters
    ----------
    bright : ndarray, dims (y, x)
        Brightness beyond that of the water around, 0 and more.
    water : ndarray of bool, dims (y, x)
        Large bodies of water.
    gsd : float
        Side of a pixel in metres.
    least : float
        Least step of brightness at an edge.

    Returns
    -------
    Sides
        The same object is found from several of its pixels and under several turns.

    Notes
    -----
    From each edge pixel the shoreline is drawn in the frame of the edge: where brightness first
    reaches half of that just inside. A hull's side is a straight stretch of it, at both ends of
    which the shoreline steps back by the hull's beam, or vanishes.
    """
    rows, columns, turned = edges(bright, water, least=least)
    parts = []
    for turn in TURNS:
        for rough, slope in _along_one(
            bright, rows, columns, turned + np.radians(turn), gsd, least
        ):
            # once more, turned to lie along the side itself
            again = np.radians(rough.inward_deg) - slope
            parts += [
                each
                for each, _ in _along_one(bright, rough.row, rough.column, again, gsd, least)
                if each.size
            ]
    if not parts:
        return Sides(*(np.empty(0) for _ in Sides.__dataclass_fields__))
    return Sides(
        *(
            np.concatenate([getattr(part, each) for part in parts])
            for each in Sides.__dataclass_fields__
        )
    )


BEND = 4.0
"""Metres by which a straight side is measured to wander: half a pixel."""
MIN_LENGTH_ALONGSIDE, MIN_BEAM_PIXELS = 100.0, 2.0
"""Metres of length and pixels of beam below which a hull against a shore is not told from the
shore's own steps: two pixels are the least that a rounded line can step by and mean it."""
TEXTURE, TEXTURE_SPREAD, TEXTURE_LENGTH = 0.20, 0.05, 60.0
"""Variation of brightness along a deck over its mean that nine of ten simulated decks of both
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
    """Variation along the middle line of a hull: standard deviation over mean."""
    steps = np.linspace(-0.4, 0.4, 17) * place.length / gsd
    bearing = np.radians(place.axis_deg)
    rows = place.row - steps * np.cos(bearing)
    columns = place.column + steps * np.sin(bearing)
    lines = np.array(
        [ndimage.map_coordinates(each, [rows, columns], order=1, mode="nearest") for each in signal]
    )
    return float(lines.std(axis=1).mean() / max(abs(float(lines.mean())), 1e-6))


def _side_score(around: WaterResidual, side: Sides, i: int, place: Rectangle, free: bool) -> float:
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


def _wet(around: WaterResidual, side: Sides, i: int) -> float:
    """Share of the water before a side that belongs to a large body of water."""
    inward = np.radians(side.inward_deg[i])
    along = np.linspace(-0.4, 0.4, 7)[:, None] * side.length[i] / around.gsd
    out = np.array([12.0, 20.0, 28.0])[None, :] / around.gsd
    rows = side.row[i] + along * np.cos(inward) - out * np.sin(inward)
    columns = side.column[i] - along * np.sin(inward) - out * np.cos(inward)
    found = ndimage.map_coordinates(around.water.astype(np.float32), [rows, columns], order=1)
    return float(found.mean())


def hulls_alongside(around: WaterResidual) -> Iterator[Candidate]:
    """Detect hulls whose straight sides show at a shore, at a jetty, or alone.

    Parameters
    ----------
    around : WaterResidual
        One image.

    Yields
    ------
    Candidate
        From straight sides on water at both ends of which the shoreline steps back by a beam.
        Free where water follows behind; alongside where the shore follows, and then only from
        `MIN_LENGTH_ALONGSIDE` and `MIN_BEAM_PIXELS` on.
    """
    bright = np.clip(around.layer("b08"), 0.0, None).astype(np.float64)
    sides = straight_sides(bright, around.water, gsd=around.gsd, least=MIN_STEP)
    step_back = np.minimum(sides.first, sides.second)
    free = np.isfinite(sides.width)
    width = np.where(free, sides.width, 0.5 * (sides.first + sides.second))
    good = (
        (width >= 6.0) & (width <= MAX_BEAM_M) & (sides.length <= LENGTH_RANGE[1]) & (step_back > 0)
    )
    good &= free | (
        np.isfinite(sides.first)
        & np.isfinite(sides.second)
        & (width >= MIN_BEAM_PIXELS * around.gsd)
        & (sides.length >= MIN_LENGTH_ALONGSIDE)
    )
    for i in np.flatnonzero(good):
        place = _place(sides, int(i), float(width[i]), around.gsd)
        score = _side_score(around, sides, int(i), place, bool(free[i]))
        if score < MIN_SCORE or _wet(around, sides, int(i)) < WET:
            continue
        window, inside = pixels_inside(place, bright.shape, gsd=around.gsd, share=0.8)
        held = around.signal[:, window[0], window[1]][:, inside]
        if not held.size or greenness(held, around.layers) > GREEN:
            continue
        slack = 1.645 * np.hypot(0.5 * (8.0 + around.gsd), 0.05 * place.length)
        yield Candidate(
            place, max(place.length - slack, 0.0), place.length + slack,
            FREE if free[i] else ALONGSIDE, score, float(sides.inside[i]),
        )  # fmt: skip
