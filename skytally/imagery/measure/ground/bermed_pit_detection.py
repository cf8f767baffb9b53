"""Bermed pits: matches of bare ground to drawn templates, counted as a range."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage, signal

from skytally.core import DataError, evidence_line_name_constants as n
from skytally.imagery.cube import Bools, Floats
from skytally.imagery.measure.observation_and_evidence_line import Observation
from skytally.imagery.measure.rail.track_forward_model import blurred_box

Doubles = npt.NDArray[np.float64]

LENGTHS, WIDTHS = (20.0, 30.0, 40.0, 60.0), (10.0, 20.0, 30.0)
"""Sides of a pit's floor in metres (METHODS 6.3)."""
BERM = 6.5
"""Width of a berm in metres, the middle of 5 to 8 (METHODS 6.3)."""
TURN = 15.0
"""Degrees from template to template (METHODS 6.3)."""
MARGIN = 15.0
"""Metres of untouched ground around a pit that belong to its template, a pixel and the blur of
five metres: its edge must show on every side, or the rim of any bare field is a row of pits."""
SURE_MATCH, POSSIBLE_MATCH = 0.7, 0.5
"""Correlations that give the lower and the upper count, about 0.6 (METHODS 6.3)."""
APART_M = 30.0
"""Metres within which two matches are one pit (METHODS 6.3)."""
MIN_SOIL_SHARE = 0.2
"""Least strength of a match in shares of soil: a fifth of each pixel of the pit."""
LAGS = (30.0, 160.0)
"""Metres between which the spacing of rows is looked for."""


@dataclass(frozen=True)
class PitMatch:
    """A place that looks like a pit."""

    row: float
    """Row of its middle."""
    column: float
    """Column of its middle."""
    score: float
    """Correlation with the best template, 0 to 1."""
    strength: float
    """Share of soil that the template needs to explain it."""
    length: float
    """Length of that template's floor, metres."""
    width: float
    """Width of it, metres."""
    axis: float
    """Its axis in degrees, from east towards south."""


@dataclass(frozen=True)
class PitCount:
    """How many pits there may be."""

    low: int
    """Matches that are sure."""
    high: int
    """Matches that are possible."""
    matches: tuple[PitMatch, ...]
    """Possible matches, best first."""
    regularity: float
    """Highest correlation of the ground with itself moved by 30 to 160 m, -1 to 1."""
    spacing_m: float
    """The distance of that move: how far apart the rows would be."""


@dataclass(frozen=True, eq=False)
class PitTemplate:
    """A pit as ten metres show it."""

    shape: Doubles
    """Share of soil of each pixel, dims (y, x), odd sides."""
    support: Bools
    """Pixels that belong to the comparison."""
    length: float
    """Length of the floor, metres."""
    width: float
    """Width of it, metres."""
    axis: float
    """Axis in degrees, from east towards south."""


def draw_template(
    length: float, width: float, axis: float, *, gsd: float, sigma: float
) -> PitTemplate:
    """Draw a freshly dug pit: bare floor, berm open at one end of its axis.

    Parameters
    ----------
    length, width : float
        Sides of the floor in metres.
    axis : float
        Degrees from east towards south; the berm is open there.
    gsd : float
        Side of a pixel in metres.
    sigma : float
        Blur in metres, the pixel included.

    Returns
    -------
    PitTemplate
    """
    reach = math.hypot(length + 2 * BERM, width + 2 * BERM) / 2.0 + MARGIN
    half = math.ceil(reach / gsd)
    at = np.arange(-half, half + 1) * gsd
    east, south = np.meshgrid(at, at)
    cosine, sine = math.cos(math.radians(axis)), math.sin(math.radians(axis))
    along, aside = east * cosine + south * sine, south * cosine - east * sine
    sides = width / 2.0 + BERM / 2.0
    shape = blurred_box(along + (length + BERM) / 2.0, aside, BERM, width + 2 * BERM, sigma)
    for side in (-sides, sides):
        shape = shape + blurred_box(along, aside - side, length, BERM, sigma)
    shape = shape + blurred_box(along, aside, length, width, sigma)
    inside = np.abs(along) <= length / 2.0 + BERM + MARGIN
    support = inside & (np.abs(aside) <= width / 2.0 + BERM + MARGIN)
    return PitTemplate(np.asarray(shape), support, length, width, axis)


def template_bank(*, gsd: float, sigma: float) -> Iterator[PitTemplate]:
    """Draw every template: all sizes, all directions."""
    for length, width in itertools.product(LENGTHS, WIDTHS):
        if width <= length:
            for axis in np.arange(0.0, 360.0, TURN):
                yield draw_template(length, width, float(axis), gsd=gsd, sigma=sigma)


def _correlated(image: Doubles, kernel: Doubles) -> Doubles:
    return np.asarray(signal.fftconvolve(image, kernel[::-1, ::-1], mode="same"))


def match_template(image: Doubles, drawn: PitTemplate) -> tuple[Doubles, Doubles]:
    """Correlate an image with a template at each pixel.

    Parameters
    ----------
    image : ndarray, dims (y, x)
        Share of soil, finite.
    drawn : PitTemplate
        What to look for.

    Returns
    -------
    tuple of ndarray, dims (y, x)
        Correlation over the template's support, -1 to 1, and the factor on the template that
        fits best.

    Examples
    --------
    >>> drawn = draw_template(40.0, 20.0, 30.0, gsd=10.0, sigma=5.2)
    >>> image = np.pad(0.7 * drawn.shape, 6)
    >>> score, strength = match_template(image, drawn)
    >>> middle = tuple(each // 2 for each in image.shape)
    >>> float(score[middle].round(6)), float(strength[middle].round(6))
    (1.0, 0.7)
    """
    support = drawn.support.astype(float)
    count = support.sum()
    centred = np.where(drawn.support, drawn.shape - drawn.shape[drawn.support].mean(), 0.0)
    power = float((centred**2).sum())
    together = _correlated(image, centred)
    mean = _correlated(image, support) / count
    spread = np.maximum(_correlated(image**2, support) - count * mean**2, 1e-9)
    return together / np.sqrt(power * spread), together / power


def _peaks(score: Doubles) -> Bools:
    """Pixels that match better than their neighbours, and well enough."""
    best = ndimage.maximum_filter(score, size=3, mode="nearest")
    return np.asarray((score >= best) & (score >= POSSIBLE_MATCH))


def _same(one: PitMatch, two: PitMatch, gsd: float) -> bool:
    """Whether a second match lies on the pit of the first, berm included."""
    east, south = (two.column - one.column) * gsd, (two.row - one.row) * gsd
    turn = math.radians(one.axis)
    along = abs(east * math.cos(turn) + south * math.sin(turn))
    aside = abs(south * math.cos(turn) - east * math.sin(turn))
    inside = along <= one.length / 2.0 + BERM and aside <= one.width / 2.0 + BERM
    return inside or math.hypot(east, south) < APART_M


def regularity(image: Doubles, *, gsd: float) -> tuple[float, float]:
    """Highest autocorrelation of the ground, and its distance.

    Parameters
    ----------
    image : ndarray, dims (y, x)
        Share of soil, finite.
    gsd : float
        Side of a pixel in metres.

    Returns
    -------
    tuple of float
        Highest autocorrelation at a lag of 30 to 160 m, and that lag in metres.
    """
    centred = image - image.mean()
    whole = signal.fftconvolve(centred, centred[::-1, ::-1], mode="full")
    shape = image.shape
    down, right = np.meshgrid(
        np.arange(-shape[0] + 1, shape[0]), np.arange(-shape[1] + 1, shape[1]), indexing="ij"
    )
    overlap = (shape[0] - np.abs(down)) * (shape[1] - np.abs(right)) / (shape[0] * shape[1])
    lag = gsd * np.hypot(down, right)
    power = float((centred**2).sum())
    wanted = (lag >= LAGS[0]) & (lag <= LAGS[1]) & (overlap > 0.25)
    if power <= 0.0 or not wanted.any():
        return 0.0, math.nan
    value = np.where(wanted, whole / (power * np.maximum(overlap, 0.25)), -np.inf)
    at = np.unravel_index(int(value.argmax()), value.shape)
    return float(value[at]), float(lag[at])


def count_pits(
    share: Floats,
    changed: npt.ArrayLike,
    *,
    gsd: float,
    sigma: float,
    least: float = MIN_SOIL_SHARE,
) -> PitCount:
    """Count the bermed pits in ground laid bare.

    Parameters
    ----------
    share : ndarray, dims (y, x)
        Share of each pixel that turned into soil, from
        `bare_area_of`; NaN is taken as none.
    changed : array_like of bool, dims (y, x)
        Ground called changed there; matches elsewhere do not count.
    gsd : float
        Side of a pixel in metres.
    sigma : float
        Blur in metres, the pixel included.
    least : float
        Least strength of a match.

    Returns
    -------
    PitCount
        A range: at ten metres a pit of less than 15 m is a blob, and any patch of bare soil of
        its size matches. The area laid bare is the primary measure.

    Raises
    ------
    DataError
        If the shapes differ.

    Notes
    -----
    METHODS 6.3: normalised correlation with drawn pits of all sizes and directions, one match
    a place. The templates are of fresh pits, whose floor is as bare as the berm; a ring of
    berms about a green floor matches the ground between pits as well, and is not looked for.
    """
    ground = np.asarray(changed, bool)
    if ground.shape != share.shape:
        message = f"share of shape {share.shape}, changed of {ground.shape}; give the same grid"
        raise DataError(message)
    if not ground.any():
        return PitCount(0, 0, (), 0.0, math.nan)
    image = np.where(np.isfinite(share), share, 0.0).astype(float)
    best, strength = np.full(image.shape, -1.0), np.zeros(image.shape)
    which = np.zeros(image.shape, int)
    drawn = list(template_bank(gsd=gsd, sigma=sigma))
    for i, each in enumerate(drawn):
        score, factor = match_template(image, each)
        better = (score > best) & (factor >= least)
        best[better], strength[better], which[better] = score[better], factor[better], i
    rows, columns = np.nonzero(_peaks(best) & ground)
    order = np.argsort(-best[rows, columns], kind="stable")
    found: list[PitMatch] = []
    for k in order:
        at = rows[k], columns[k]
        each = drawn[which[at]]
        place = PitMatch(
            float(at[0]), float(at[1]), float(best[at]), float(strength[at]),
            each.length, each.width, each.axis,
        )  # fmt: skip
        if not any(_same(other, place, gsd) for other in found):
            found.append(place)
    repeats, spacing = regularity(np.where(ground, image, 0.0), gsd=gsd)
    sure = sum(each.score >= SURE_MATCH for each in found)
    return PitCount(sure, len(found), tuple(found), repeats, spacing)


def pit_observation(row: Observation) -> Observation:
    """Row of the count of pits in an image of ground laid bare.

    Parameters
    ----------
    row : Observation
        Row of `ground_laid_bare`.

    Returns
    -------
    Image
        The middle of the range of counts, which is its interval; unit ``count_pits``.
    """
    if row.state == n.UNCLEAR:
        return replace(row, unit="pits", details={})
    low, high = (row.details[word] for word in ("pits_low", "pits_high"))
    state = n.COUNTED if high > 0 else n.NOTHING_SEEN
    return replace(
        row, value=(low + high) / 2.0, low=low, high=high, unit="pits", state=state, details={}
    )


def corrected_pit_count(
    low: float, high: float, *, p_detect: float, false_matches: float
) -> tuple[float, float]:
    """Correct a range of counts for pits missed and matches that are none.

    Parameters
    ----------
    low, high : float
        Sure and possible matches.
    p_detect : float
        Chance that a pit is found, from drawn pits in images of the same ground.
    false_matches : float
        Possible matches beyond the pits that such images have.

    Returns
    -------
    tuple of float
        Low and high: false ones off the sure matches, missed ones added to the possible.

    Raises
    ------
    DataError
        If the chance is not above 0 and at most 1, or the matches are below 0.

    Examples
    --------
    >>> corrected_pit_count(4.0, 8.0, p_detect=0.8, false_matches=1.0)
    (3.0, 10.0)
    """
    if not 0.0 < p_detect <= 1.0 or false_matches < 0.0:
        message = f"chance {p_detect}, false matches {false_matches}; give 0 to 1, and 0 or more"
        raise DataError(message)
    return max(low - false_matches, 0.0), high / p_detect
