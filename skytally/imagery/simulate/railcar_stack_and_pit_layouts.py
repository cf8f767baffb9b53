"""Layouts of railcars in a yard, stacks on a quay and pits at a depot, with known truth."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skytally.imagery.simulate.sensor_blurred_rectangle_drawing import SPECTRA, Box

Floats = npt.NDArray[np.float64]

CAR_WIDTH = 3.16
"""Width of a gondola in metres (METHODS 5.1)."""
CAR_HEIGHT = 3.78
"""Its height in metres, which throws the shadow."""
COUPLING = 1.17
"""Metres of pitch that are gap between two bodies: 13.92 less 12.75 (METHODS 5.1)."""
PITCHES = (10.9, 12.0, 13.92, 14.7, 20.0)
"""Metres a car takes on the track; which of them a yard holds is not known (METHODS 1.6)."""
SOIL_SPREAD = 0.08
"""Standard deviation of the brightness of the soil from depot to depot."""
SLOT = (6.06, 2.44)
"""Length and width of a container of twenty feet, metres."""


@dataclass(frozen=True, eq=False)
class Yard:
    """A yard with cars standing on some of its tracks: the truth."""

    tracks: tuple[Floats, ...]
    """Centre lines, each dims (point, 2), metres from the north-western corner."""
    boxes: tuple[Box, ...]
    """Shadows, then bodies of the cars."""
    cars: int
    """Number of cars."""
    metres: float
    """Length of track they stand on, with the gaps between them."""


def tracks(
    count: int,
    length: float,
    *,
    start: tuple[float, float],
    axis: float = 12.0,
    apart: float = 5.0,
    bend: float = 0.0,
) -> tuple[Floats, ...]:
    """Lay parallel tracks.

    Parameters
    ----------
    count : int
        Number of tracks.
    length : float
        Metres.
    start : tuple of float
        Where the first begins, metres from the north-western corner.
    axis : float
        Direction in degrees, from east towards south.
    apart : float
        Metres from track to track.
    bend : float
        Metres by which the middle of each lies beside the straight line.

    Returns
    -------
    tuple of ndarray, dims (point, 2)
    """
    at = np.linspace(0.0, length, 41)
    aside = bend * np.sin(np.pi * at / length)
    cosine, sine = math.cos(math.radians(axis)), math.sin(math.radians(axis))
    made = []
    for i in range(count):
        across = aside + i * apart
        x = start[0] + at * cosine - across * sine
        y = start[1] + at * sine + across * cosine
        made.append(np.stack([x, y], 1))
    return tuple(made)


def ballast_bed(lines: Sequence[Floats], *, width: float = 14.0) -> tuple[Box, ...]:
    """Lay ballast under tracks, `width` metres wide about each centre line."""
    made = []
    for line in lines:
        for (x0, y0), (x1, y1) in itertools.pairwise(line):
            axis = math.degrees(math.atan2(y1 - y0, x1 - x0))
            length = math.hypot(x1 - x0, y1 - y0) + 4.0
            made.append(Box((x0 + x1) / 2, (y0 + y1) / 2, length, width, axis, SPECTRA["ballast"]))
    return tuple(made)


def _on_track(line: Floats, at: float) -> tuple[float, float, float]:
    """Point at a distance along a track, and its direction in degrees."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    i = int(np.clip(np.searchsorted(along, at) - 1, 0, steps.size - 1))
    part = (at - along[i]) / steps[i]
    x, y = line[i] + part * (line[i + 1] - line[i])
    return float(x), float(y), math.degrees(math.atan2(*(line[i + 1] - line[i])[::-1]))


def _rakes(cars: int, rng: np.random.Generator) -> list[int]:
    left, made = cars, []
    while left > 0:
        size = min(int(rng.integers(8, 61)), left)
        made.append(size)
        left -= size
    return made


def yard(
    lines: Sequence[Floats],
    rng: np.random.Generator,
    *,
    cars: int,
    contrast: float = -0.08,
    spread: float = 0.0,
    pitch: float | None = 13.92,
    sun: tuple[float, float] | None = None,
) -> Yard:
    """Place railcars on tracks in strings, at random places that do not overlap.

    Parameters
    ----------
    lines : sequence of ndarray, dims (point, 2)
        Tracks, from `tracks`.
    rng : numpy.random.Generator
        Source of chance.
    cars : int
        Number of cars wanted; fewer stand there if they do not fit.
    contrast : float
        Reflectance of a car less that of the ballast, in every band.
    spread : float
        Standard deviation of it from rake to rake.
    pitch : float or None
        Metres of track a car takes; None draws each rake's from `PITCHES`.
    sun : tuple of float, optional
        Elevation and azimuth in degrees; without it there are no shadows.

    Returns
    -------
    Yard
    """
    lengths = [float(np.hypot(*np.diff(line, axis=0).T).sum()) for line in lines]
    free = [[(5.0, length - 5.0)] for length in lengths]
    shadows: list[Box] = []
    bodies: list[Box] = []
    metres = 0.0
    for size in _rakes(cars, rng):
        step = float(rng.choice(PITCHES)) if pitch is None else pitch
        room = [(i, gap) for i, gaps in enumerate(free) for gap in gaps if gap[1] - gap[0] >= step]
        if not room:
            break
        fits = [each for each in room if each[1][1] - each[1][0] >= size * step] or room
        i, gap = fits[int(rng.integers(len(fits)))]
        size = min(size, int((gap[1] - gap[0]) / step))
        first = rng.uniform(gap[0], gap[1] - size * step)
        free[i].remove(gap)
        free[i] += [(gap[0], first - 15.0), (first + size * step + 15.0, gap[1])]
        tone = contrast + rng.normal(0.0, spread)
        colour = tuple(float(np.clip(each + tone, 0.02, 0.9)) for each in SPECTRA["ballast"])
        for k in range(size):
            x, y, axis = _on_track(lines[i], first + (k + 0.5) * step)
            bodies.append(Box(x, y, step - COUPLING, CAR_WIDTH, axis, colour))
            shadows += _shadow(bodies[-1], sun)
        metres += size * step
    return Yard(tuple(lines), (*shadows, *bodies), len(bodies), metres)


def _shadow(car: Box, sun: tuple[float, float] | None) -> list[Box]:
    if sun is None:
        return []
    reach = CAR_HEIGHT / math.tan(math.radians(sun[0]))
    # image axes: x east, y south; the shadow points away from the sun
    away = math.radians(sun[1] + 180.0)
    east, south = reach * math.sin(away), -reach * math.cos(away)
    axis = math.radians(car.axis)
    aside = south * math.cos(axis) - east * math.sin(axis)
    width = min(abs(aside), 12.0)
    at = math.copysign(car.width / 2.0 + width / 2.0, aside)
    x, y = car.x - at * math.sin(axis), car.y + at * math.cos(axis)
    colour = tuple(0.4 * each for each in SPECTRA["ballast"])
    return [Box(x, y, car.length, width, car.axis, colour)] if width > 0.1 else []


@dataclass(frozen=True, eq=False)
class Stacks:
    """Containers standing on a quay: the truth."""

    boxes: tuple[Box, ...]
    """One box a container of twenty feet."""
    area: float
    """Square metres they cover."""
    slots: int
    """Number of containers on the ground."""


def stacks(
    rng: np.random.Generator,
    *,
    slots: int,
    quay: tuple[float, float, float, float],
    axis: float = 0.0,
    block: tuple[int, int] = (6, 4),
    colours: Sequence[str] = ("red", "blue", "white", "dark"),
    shade: float = 0.2,
) -> Stacks:
    """Place containers on a quay in blocks that do not overlap.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance.
    slots : int
        Containers wanted; fewer stand there if the blocks do not fit.
    quay : tuple of float
        Left, top, right, bottom of the free part, metres from the north-western corner.
    axis : float
        Direction of the blocks in degrees, from east towards south.
    block : tuple of int
        Containers of a block along and across.
    colours : sequence of str
        Keys of `SPECTRA`, drawn for each container.
    shade : float
        Relative standard deviation of a container's brightness.

    Returns
    -------
    Stacks
    """
    size = block[0] * SLOT[0], block[1] * SLOT[1]
    reach = math.hypot(*size) + 8.0
    spots = [
        (x, y)
        for x in np.arange(quay[0] + reach / 2, quay[2] - reach / 2 + 1e-6, reach)
        for y in np.arange(quay[1] + reach / 2, quay[3] - reach / 2 + 1e-6, reach)
    ]
    made: list[Box] = []
    cosine, sine = math.cos(math.radians(axis)), math.sin(math.radians(axis))
    for k in rng.permutation(len(spots)):
        for i in range(block[0] * block[1]):
            if len(made) == slots:
                break
            along = (i % block[0] - (block[0] - 1) / 2.0) * SLOT[0]
            aside = (i // block[0] - (block[1] - 1) / 2.0) * SLOT[1]
            x = spots[k][0] + along * cosine - aside * sine
            y = spots[k][1] + along * sine + aside * cosine
            tone = float(np.clip(rng.normal(1.0, shade), 0.4, 1.6))
            paint = SPECTRA[str(rng.choice(list(colours)))]
            made.append(Box(x, y, *SLOT, axis, tuple(tone * each for each in paint)))
    return Stacks(tuple(made), len(made) * SLOT[0] * SLOT[1], len(made))


@dataclass(frozen=True, eq=False)
class Depot:
    """Bermed pits and bare ground dug in a field: the truth."""

    boxes: tuple[Box, ...]
    """Bare ground, floors and berms."""
    pits: tuple[tuple[float, float], ...]
    """Middle of each pit, metres from the north-western corner."""
    area: float
    """Square metres of ground laid bare; boxes of one pit overlap only within it."""


def pit(
    x: float,
    y: float,
    *,
    inner: tuple[float, float],
    berm: float,
    axis: float,
    lit: float = 1.15,
    tone: float = 1.0,
) -> tuple[Box, ...]:
    """Draw one bermed pit, open at one end.

    Parameters
    ----------
    x, y : float
        Its middle, metres from the north-western corner.
    inner : tuple of float
        Length and width of the floor, metres.
    berm : float
        Width of the berm, metres.
    axis : float
        Direction of the floor in degrees, from east towards south; the berm is open there.
    lit : float
        Brightness of the berm relative to flat soil.
    tone : float
        Brightness of all its soil relative to `SPECTRA`: moist below 1, dry above.

    Returns
    -------
    tuple of Box
        Floor, then the three sides of the berm.
    """
    length, width = inner
    cosine, sine = math.cos(math.radians(axis)), math.sin(math.radians(axis))
    floor = tuple(0.85 * tone * each for each in SPECTRA["soil"])
    bank = tuple(lit * tone * each for each in SPECTRA["soil"])

    def part(along: float, aside: float, sides: tuple[float, float], paint: tuple) -> Box:
        at = x + along * cosine - aside * sine, y + along * sine + aside * cosine
        return Box(*at, *sides, axis, paint)

    return (
        part(0.0, 0.0, (length, width), floor),
        part(-berm / 2.0, (width + berm) / 2.0, (length + berm, berm), bank),
        part(-berm / 2.0, -(width + berm) / 2.0, (length + berm, berm), bank),
        part(-(length + berm) / 2.0, 0.0, (berm, width), bank),
    )


def depot(
    rng: np.random.Generator,
    *,
    rows: int = 2,
    columns: int = 4,
    start: tuple[float, float],
    inner: tuple[float, float] = (30.0, 20.0),
    berm: float = 6.0,
    axis: float = 20.0,
    apart: float = 60.0,
) -> Depot:
    """Dig pits in rows.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of chance: a few metres and degrees from pit to pit.
    rows, columns : int
        How many.
    start : tuple of float
        Middle of the first, metres from the north-western corner.
    inner : tuple of float
        Length and width of a floor, metres.
    berm : float
        Width of a berm, metres.
    axis : float
        Direction of the rows in degrees, from east towards south.
    apart : float
        Metres from pit to pit.

    Returns
    -------
    Depot
    """
    cosine, sine = math.cos(math.radians(axis)), math.sin(math.radians(axis))
    boxes: list[Box] = []
    middles = []
    tone = float(np.clip(rng.normal(1.0, SOIL_SPREAD), 0.75, 1.25))
    for i in range(rows):
        for j in range(columns):
            along, aside = np.array([j, i]) * apart + rng.normal(0.0, 2.0, 2)
            x = start[0] + along * cosine - aside * sine
            y = start[1] + along * sine + aside * cosine
            turned = axis + rng.normal(0.0, 3.0)
            boxes += pit(x, y, inner=inner, berm=berm, axis=turned, tone=tone)
            middles.append((float(x), float(y)))
    one = inner[0] * inner[1] + 2.0 * (inner[0] + berm) * berm + inner[1] * berm
    return Depot(tuple(boxes), tuple(middles), rows * columns * one)
