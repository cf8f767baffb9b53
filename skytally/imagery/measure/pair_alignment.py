"""Alignment of two images that have no history: by whole pixels, by parts of one, and by places."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft, ndimage

from skytally.core import DataError
from skytally.imagery.cube import Bools, Floats
from skytally.imagery.measure.reference_level_and_spread_per_group import NORMAL_MAD
from skytally.imagery.measure.stable_ground_coregistration import (
    ALIGNED,
    SMOOTH,
    Registration,
    coregister,
    shift_image,
)

Doubles = npt.NDArray[np.float64]

LIMIT_M = 100.0
"""Metres beyond which two images are not aligned unless the caller allows it: eight times what
unrefined Sentinel-2 products reach, so a larger one is of the grid (another datum, a corner taken
for a centre, another zone) and not of the flight."""
POSITION_M = 3.0
"""Metres by which two images of different orbits lie apart inside a scene, after the whole was
aligned (METHODS section 10); parts that lie farther apart are moved one by one."""
MAX_SIDE = 1024
"""Side in pixels of the piece by which the whole pixels are found."""
MIN_CORRELATION = 0.2
"""Correlation of edges below which two images show nothing in common to align by."""
PEAK_PIXELS = 3
"""Half the width of a peak of correlation: what lies farther off is another place."""
MIN_OVERLAP = 0.3
"""Share of the piece that must overlap for a displacement to be tried."""
STRONG_EDGES = 0.98
"""Quantile at which edges are cut off, so that one bright roof does not decide."""
PART_PIXELS = 100
"""Pixels between the middles of the parts that are aligned one by one; each is twice as wide."""
MIN_PARTS = 4
"""Parts that must tell a displacement before it is taken to change over the scene."""


@dataclass(frozen=True, eq=False)
class PairAlignment:
    """A second image moved onto a first, and how it lay."""

    moved: Floats
    """The second image on the first, dims (band, y, x); NaN where it does not reach."""
    rows: float
    """Pixels it was moved down."""
    columns: float
    """Pixels it was moved to the right."""
    metres: float
    """Length of that displacement."""
    correlation: float
    """Correlation of the edges of both at that displacement, by whole pixels; NaN if not told."""
    by_parts: bool
    """Whether parts of the scene were moved one by one as well."""
    left_m: float
    """Displacement that remains inside the scene, worse axis, in metres; NaN if not told."""


def align_pair(
    before: Floats, after: Floats, clear: Bools, *, gsd: float, limit_m: float = LIMIT_M
) -> PairAlignment:
    """Move the second of two images onto the first.

    Parameters
    ----------
    before, after : ndarray of float32, dims (band, y, x)
        The same bands on the same grid.
    clear : ndarray of bool, dims (y, x)
        Pixels read and clear in both.
    gsd : float
        Side of a pixel in metres.
    limit_m : float
        Metres of displacement beyond which the pair is refused.

    Returns
    -------
    PairAlignment
        Not moved where the images have no edge in common, or moving brings them no nearer.

    Raises
    ------
    DataError
        If the second image lies farther than `limit_m` from the first; it says where it lies.

    Notes
    -----
    Whole pixels come from the correlation of edges, which sun and season turn over but do not
    move; the rest from the linear fit of `coregister`. Where parts of the scene still lie farther
    apart than `POSITION_M` (hills seen from two orbits), each is moved by its own displacement,
    which changes evenly from the middle of one part to that of the next.
    """
    down, right, correlation = whole_pixels(before, after, clear, gsd=gsd, limit_m=limit_m)
    stepped = _stepped(after, down, right)
    seen = clear & np.isfinite(stepped).all(0)
    found = coregister(stepped, before, seen, gsd=gsd, limit_m=math.inf)
    # noise fits noise best at some part of a pixel
    alike = not correlation < MIN_CORRELATION
    moves = alike and found.state == ALIGNED and _near(found)
    rows, columns = (down + found.rows, right + found.columns) if moves else (down, right)
    metres = math.hypot(rows, columns) * gsd
    if metres > limit_m:
        raise DataError(_too_far(rows, columns, metres, correlation, limit_m))
    moved = shift_image(stepped, found.rows, found.columns) if moves else stepped
    parts = _displacements(before, moved, clear, gsd)
    left, by_parts = _spread(parts, gsd), False
    if left > POSITION_M:
        nearer = _moved_by_parts(moved, parts)
        again = _spread(_displacements(before, nearer, clear, gsd), gsd)
        if again < left:
            moved, left, by_parts = nearer, again, True
    return PairAlignment(moved, float(rows), float(columns), metres, correlation, by_parts, left)


def _near(found: Registration) -> bool:
    return max(abs(found.rows), abs(found.columns)) <= PEAK_PIXELS


def _too_far(rows: float, columns: float, metres: float, correlation: float, most: float) -> str:
    return (
        f"the second image lies {metres:.0f} m from the first ({rows:+.1f} pixels down and "
        f"{columns:+.1f} right bring it there, edges correlated by {correlation:.2f}), more than "
        f"limit_m={most:g}; check zone, datum and corner of both grids, and if they are right and "
        f"both show the same ground, give limit_m={math.ceil(metres / 10.0) * 10}"
    )


def whole_pixels(
    before: Floats, after: Floats, clear: Bools, *, gsd: float, limit_m: float = LIMIT_M
) -> tuple[int, int, float]:
    """Pixels down and right that bring a second image nearest to a first.

    Parameters
    ----------
    before, after, clear, gsd, limit_m
        As `align_pair`.

    Returns
    -------
    (int, int, float)
        Rows, columns and the correlation of edges there; no pixels where nothing correlates,
        NaN where too little is clear to tell.
        Twice `limit_m` is searched, so that a refusal can say how far off the image lies.
    """
    piece = _piece(clear)
    known = clear[piece]
    reach = min(math.ceil(2.0 * limit_m / gsd), min(known.shape) // 3)
    one, whole = _edges(before[:, *piece], known)
    two, _ = _edges(after[:, *piece], known)
    if reach < 1 or np.count_nonzero(whole) < MIN_OVERLAP * whole.size / 2:
        return 0, 0, math.nan
    alike = _correlations(one, two, whole, reach)
    at = np.unravel_index(int(np.argmax(alike)), alike.shape)
    peak, down, right = float(alike[at]), int(at[0]) - reach, int(at[1]) - reach
    elsewhere = np.hypot(*np.ogrid[-reach - down : reach + 1 - down,
                                   -reach - right : reach + 1 - right]) > PEAK_PIXELS  # fmt: skip
    # a scene that repeats itself, such as fields in rows, has a second place as good
    if peak < MIN_CORRELATION or (elsewhere.any() and alike[elsewhere].max() >= 0.95 * peak):
        return 0, 0, float(alike[reach, reach])
    return down, right, peak


def _piece(clear: Bools) -> tuple[slice, slice]:
    """At most `MAX_SIDE` pixels a side about the middle of what is clear."""
    made = []
    for axis in (0, 1):
        held = np.flatnonzero(clear.any(axis=1 - axis))
        middle = int(held[held.size // 2]) if held.size else 0
        first = max(min(middle - MAX_SIDE // 2, clear.shape[axis] - MAX_SIDE), 0)
        made.append(slice(first, min(first + MAX_SIDE, clear.shape[axis])))
    return made[0], made[1]


def _edges(image: Floats, known: Bools) -> tuple[Doubles, Bools]:
    """Strength of edges of the mean of the bands, and where it is known."""
    mean = np.where(known, image.mean(axis=0), 0.0)
    level = float(np.median(mean[known])) if known.any() else 0.0
    smooth = ndimage.gaussian_filter(np.where(known, mean, level).astype(float), SMOOTH)
    strength = np.hypot(*np.gradient(smooth))
    whole = ndimage.binary_erosion(known, iterations=4, border_value=1)
    most = float(np.quantile(strength[whole], STRONG_EDGES)) if whole.any() else 0.0
    return np.minimum(strength, most), np.asarray(whole)


def _correlations(one: Doubles, two: Doubles, whole: Bools, reach: int) -> Doubles:
    """Correlation of two images at each displacement, of what is known in both alone."""
    size = [fft.next_fast_len(side + reach + 1, real=True) for side in whole.shape]
    mask = whole.astype(float)
    layers = [np.where(whole, each - each[whole].mean(), 0.0) for each in (one, two)]
    here, there = ([fft.rfft2(each**k * mask, size) for k in (0, 1, 2)] for each in layers)

    def summed(k: int, m: int) -> Doubles:
        whole_plane = fft.irfft2(here[k] * np.conj(there[m]), size)
        near = np.r_[-reach : reach + 1]
        return np.asarray(whole_plane[np.ix_(near, near)])

    count = np.maximum(summed(0, 0), 1.0)
    first, second = summed(1, 0), summed(0, 1)
    spread = (summed(2, 0) - first**2 / count) * (summed(0, 2) - second**2 / count)
    alike = (summed(1, 1) - first * second / count) / np.sqrt(np.maximum(spread, 1e-24))
    return np.where(count < MIN_OVERLAP * mask.sum(), -1.0, np.where(spread > 1e-18, alike, 0.0))


def _stepped(image: Floats, down: int, right: int) -> Floats:
    """Image moved by whole pixels; NaN where nothing comes from."""
    if not (down or right):
        return image
    made = np.full(image.shape, np.nan, image.dtype)
    rows, columns = image.shape[1:]
    made[:, max(down, 0) : rows + min(down, 0), max(right, 0) : columns + min(right, 0)] = image[
        :, max(-down, 0) : rows + min(-down, 0), max(-right, 0) : columns + min(-right, 0)
    ]
    return made


@dataclass(frozen=True, eq=False)
class _Parts:
    """Displacement of parts of a scene, in pixels."""

    middles: tuple[Doubles, Doubles]
    """Rows and columns of their middles."""
    told: Doubles
    """Pixels down and right, NaN where a part does not tell, dims (2, part row, part column)."""


def _displacements(before: Floats, moved: Floats, clear: Bools, gsd: float) -> _Parts:
    """Measure how parts of a scene, half of each shared with the next, still lie."""
    counts = [max(side // PART_PIXELS, 1) for side in clear.shape]
    middles = [(np.arange(k) + 0.5) * side / k for k, side in zip(counts, clear.shape, strict=True)]
    told = np.full((2, *counts), np.nan)
    for at in np.ndindex(*counts):
        rows, columns = (
            slice(
                max(int(middles[k][at[k]]) - PART_PIXELS, 0), int(middles[k][at[k]]) + PART_PIXELS
            )
            for k in (0, 1)
        )
        part = moved[:, rows, columns]
        seen = clear[rows, columns] & np.isfinite(part).all(0)
        found = coregister(part, before[:, rows, columns], seen, gsd=gsd, limit_m=math.inf)
        if found.state == ALIGNED and _near(found):
            told[:, at[0], at[1]] = found.rows, found.columns
    return _Parts((middles[0], middles[1]), told)


def _spread(parts: _Parts, gsd: float) -> float:
    """Robust displacement of the parts, of the worse axis, in metres; NaN where too few tell."""
    known = parts.told[:, np.isfinite(parts.told[0])]
    if known.shape[1] < MIN_PARTS:
        return math.nan
    return NORMAL_MAD * float(np.median(np.abs(known), axis=1).max()) * gsd


def _moved_by_parts(image: Floats, parts: _Parts) -> Floats:
    """Move each place by the displacement of the parts about it."""
    sides = image.shape[1:]
    steps = [
        np.interp(np.arange(side), middle, np.arange(middle.size))
        for side, middle in zip(sides, parts.middles, strict=True)
    ]
    grid = np.meshgrid(*steps, indexing="ij")
    usual = np.nanmedian(parts.told, axis=(1, 2))[:, None, None]
    # a part that stands out from all its neighbours has been misled by what changed in it
    told = ndimage.median_filter(
        np.where(np.isfinite(parts.told), parts.told, usual), (1, 3, 3), mode="nearest"
    )
    field = [ndimage.map_coordinates(each, grid, order=1, mode="nearest") for each in told]
    places = np.stack(np.meshgrid(*map(np.arange, sides), indexing="ij")) - np.stack(field)
    whole = np.isfinite(image).all(0)
    holes = ndimage.map_coordinates((~whole).astype(float), places, order=1, mode="nearest") > 1e-3
    made = np.stack([
        ndimage.map_coordinates(np.where(whole, each, 0.0), places, order=3, mode="nearest")
        for each in image
    ])  # fmt: skip
    return np.asarray(np.where(ndimage.binary_dilation(holes), np.nan, made), np.float32)
