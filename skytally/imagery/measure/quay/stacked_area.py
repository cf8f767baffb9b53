"""Area stacked on a quay in one image, by unmixing, with interval and crane allowance."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.core import DataError
from skytally.imagery.cube import OPTICAL_BANDS, Bools, Floats
from skytally.imagery.measure.quay.quay_change_and_detection_probability import (
    NINETY,
    PAINT_SPREAD,
    block_detection,
    changed_pixels,
)

Doubles = npt.NDArray[np.float64]

ENDMEMBERS: Mapping[str, tuple[float, float, float, float]] = {
    "red": (0.05, 0.06, 0.22, 0.30),
    "blue": (0.15, 0.14, 0.10, 0.20),
    "white": (0.42, 0.43, 0.44, 0.45),
    "dark": (0.05, 0.05, 0.05, 0.06),
    "water": (0.05, 0.04, 0.03, 0.02),
}
"""Reflectance in b02, b03, b04, b08 of what may stand on a quay or lie beside it: round figures
of painted steel, of shadowed steel and of harbour water, good to about a third."""
MAX_ENDMEMBERS = 3
"""Paints in one pixel that four bands can tell apart, the quay being the fourth share."""


def endmember_table(
    layers: tuple[str, ...], endmembers: Mapping[str, tuple[float, ...]]
) -> Doubles:
    """Endmember spectra as an array, dims (endmember, layer).

    Raises
    ------
    DataError
        If there are fewer than two layers, or an endmember has another number of values than there
        are layers.
    """
    if len(layers) < 2:
        message = f"layers {', '.join(layers)}: one band does not tell paint from noise; give two"
        raise DataError(message)
    wrong = [word for word, each in endmembers.items() if len(each) != len(layers)]
    if wrong:
        message = (
            f"endmembers {', '.join(wrong)}: give one reflectance for each of {', '.join(layers)}"
        )
        raise DataError(message)
    return np.array([list(each) for each in endmembers.values()], float)


def unmix(light: Doubles, ways: Doubles) -> Doubles:
    """Unmix a change of reflectance into shares of endmembers.

    Parameters
    ----------
    light : ndarray, dims (pixel, layer)
        Change of reflectance, in units of noise.
    ways : ndarray, dims (endmember, layer)
        Change that each endmember makes of the quay, in the same units.

    Returns
    -------
    ndarray, dims (pixel, endmember)
        Shares, none below 0, at most 1 together; the rest is quay. At most three are not 0.

    Notes
    -----
    Non-negative least squares with a bounded sum, by trying every set of one to three endmembers
    for all pixels at once: exact for so few, and the same as `scipy.optimize.nnls` where the
    sum is free.

    Examples
    --------
    >>> ways = np.array([[1.0, 0.0], [0.0, 2.0]])
    >>> unmix(np.array([[0.2, 0.8], [-1.0, -1.0]]), ways).round(3).tolist()
    [[0.2, 0.4], [0.0, 0.0]]
    """
    shares = np.zeros((len(light), len(ways)))
    best = (light**2).sum(1)
    most = min(MAX_ENDMEMBERS, light.shape[1], len(ways))
    for size in range(1, most + 1):
        for chosen in itertools.combinations(range(len(ways)), size):
            way = ways[list(chosen)]
            gram = way @ way.T + 1e-9 * np.eye(size)
            inverse = np.linalg.inv(gram)
            free = light @ way.T @ inverse
            # where the shares would exceed the pixel, the best of those that just fill it
            over = np.maximum(free.sum(1) - 1.0, 0.0)[:, None]
            part = free - over * inverse.sum(0) / inverse.sum()
            left = ((light - part @ way) ** 2).sum(1)
            better = (part >= 0.0).all(1) & (left < best - 1e-12)
            shares[better] = 0.0
            shares[np.ix_(better, chosen)] = part[better]
            best[better] = left[better]
    return shares


BUMPERS, GAUGE = 27.0, 30.0
"""Metres of quay that a container gantry takes between its bumpers, and across its rails: the
largest kind; portal cranes and gantries of a yard are smaller."""
SOLID = 0.5
"""Share of that ground hidden by beams, house and boom, or dark in their shade: a lattice is
mostly open, and its shade covers about as much again. Taken large."""
CRANE_M2 = BUMPERS * GAUGE * SOLID
"""Square metres that one crane can add to what is found on a quay; one whose boom lies over the
concrete, or whose paint is brighter than any of the paints, can seem to cover more."""
ASSUMED_CRANES = 2
"""Cranes taken to move along a quay whose own number is not known: as a berth of 200 m has."""
GROWN = 2
"""Pixels by which what was found is grown, so that its blurred rim is counted."""
NEAR_DAYS = 12.0
"""Days within which the images before and after must lie: two passes of one orbit, 5 days apart,
with a cloudy one between, and time to spare."""
SURE_EMPTY = 0.5
"""Chance of finding a block of eight from which an image that shows nothing counts as empty."""
EIGHT_WAYS = np.ones((3, 3), bool)


@dataclass(frozen=True, eq=False)
class StackedObject:
    """One thing found on a quay, apart from others."""

    where: Bools
    """Its pixels, the blurred rim left out, dims (y, x)."""
    area: float
    """Square metres."""


def stacked_objects(found: Bools, cover: Floats) -> Iterator[StackedObject]:
    """Iterate over the separate objects on a quay.

    Parameters
    ----------
    found : ndarray of bool, dims (y, x)
        Pixels where something stands.
    cover : ndarray, dims (y, x)
        Square metres covered in each pixel, the blurred rim included.

    Yields
    ------
    StackedObject
    """
    marks, count = ndimage.label(
        ndimage.binary_dilation(found, iterations=GROWN), structure=EIGHT_WAYS
    )
    areas = ndimage.sum_labels(cover, marks, np.arange(1, count + 1))
    for mark, area in enumerate(areas, 1):
        yield StackedObject(np.asarray(found & (marks == mark)), float(area))


def crane_allowance(found: Bools, cover: Floats, cranes: int) -> float:
    """Largest part of what was found that moving cranes could account for, square metres.

    Parameters
    ----------
    found : ndarray of bool, dims (y, x)
        Pixels where something stands.
    cover : ndarray, dims (y, x)
        Square metres covered in each pixel.
    cranes : int
        Cranes that may stand there at once.

    Returns
    -------
    float
        Each crane accounts for what is left of the largest piece, at most `CRANE_M2`. At 10 m
        a crane and a block of containers of its size image alike, and a crane at rest stands as
        long as a stack does: neither shape nor time tells them apart.

    Examples
    --------
    >>> found = np.zeros((9, 30), bool); found[3:5, 3:6] = True; found[3:6, 12:27] = True
    >>> cover = np.where(found, 100.0, 0.0).astype(np.float32)
    >>> [crane_allowance(found[:, :10], cover[:, :10], 2), crane_allowance(found, cover, 2)]
    [600.0, 810.0]
    """
    left, total = [piece.area for piece in stacked_objects(found, cover)], 0.0
    for _ in range(cranes if left else 0):
        largest = int(np.argmax(left))
        taken = min(left[largest], CRANE_M2)
        left[largest] -= taken
        total += taken
    return total


def is_absent(piece: StackedObject, other: Bools) -> bool:
    """Whether nothing was found in another image where an object stands."""
    return not (ndimage.binary_dilation(other, iterations=GROWN) & piece.where).any()


NOT_STACKED = ("water",)
COLOUR_SPREAD = 0.15
"""Standard deviation of the logarithm of one band of a paint against the others: faded, rusty,
another maker's."""
DRAWS = 48
"""Sets of endmembers tried for the interval: the ends of 90 percent are then good to a tenth."""
MIN_P_DETECT = 0.2
"""Chance of detection below which an image says only that something stands there, not how much."""
BLANKS = 400
"""Pixels of simulated noise that tell what noise alone is unmixed into."""
CONTRAST = 0.10
"""Contrast of usual paint against the quay (METHODS 4.5), for the noise of a sum of shares."""


@dataclass(frozen=True, eq=False)
class StackedArea:
    """What stands on a quay in one image."""

    area: float
    """Square metres, 0 where nothing was found."""
    low: float
    """Lower end of the 90 percent interval, moving cranes allowed for."""
    high: float
    """Upper end; when nothing was found, the most that may have been missed."""
    edge_area: float
    """Square metres found in the strip of one pixel along the quay's edge, not in `area`."""
    p_detect: float
    """Chance that a block of eight containers of usual paint would have been found."""
    found: Bools
    """Pixels of the quay where something stands, dims (y, x)."""
    endmembers: Mapping[str, float]
    """Square metres by endmember."""
    cover: Floats
    """Square metres by pixel, the blurred rim included, dims (y, x)."""
    crane_allowance: float
    """Square metres of `area` that moving cranes could account for."""


@dataclass(frozen=True, eq=False)
class _Light:
    """Change of light of the pixels looked at, with what is needed to unmix it."""

    values: Doubles
    hot: Bools
    where: Bools
    noise: Doubles
    quay: Doubles
    blank: Doubles

    def shares(self, table: Doubles) -> Doubles:
        """Share of each endmember, what noise alone makes taken off, dims (pixel, endmember)."""
        ways = (table - self.quay) / self.noise
        chance = unmix(self.blank, ways).mean(0)
        return unmix(self.values / self.noise, ways) - np.outer(~self.hot, chance)

    def sums(self, table: Doubles) -> Doubles:
        """Pixels covered by each endmember, dims (endmember)."""
        return np.asarray(np.maximum(self.shares(table).sum(0), 0.0))


def _light(
    values: Floats, noise: Doubles, quay_light: Doubles, hot: Bools, where: Bools, seed: int
) -> _Light:
    """Gather the pixels about what is hot inside a mask."""
    near = ndimage.binary_dilation(hot, iterations=GROWN) & where & np.isfinite(values).all(0)
    blank = np.random.default_rng(seed).normal(size=(BLANKS, len(noise)))
    seen = values[:, near].T.astype(float)
    return _Light(seen, hot[near], near, noise, quay_light, blank)


@dataclass(frozen=True, eq=False)
class _Covered:
    """Pixels covered, with their interval."""

    endmembers: Doubles
    low: float
    high: float
    cover: Floats


def _covered(held: _Light, table: Doubles, counts: Bools, seed: int) -> _Covered:
    """Add up the shares of what counts, under sets of endmembers for the interval."""
    rng = np.random.default_rng(seed)
    tones = rng.normal(0.0, PAINT_SPREAD, (DRAWS, len(table), 1))
    tones = np.exp(tones + rng.normal(0.0, COLOUR_SPREAD, (DRAWS, *table.shape)))
    drawn = [held.sums(np.minimum(table * tone, 0.9))[counts].sum() for tone in tones]
    own = math.sqrt(len(held.values)) * _share_noise(held.noise)
    shares = held.shares(table)[:, counts]
    endmembers = np.maximum(shares.sum(0), 0.0)
    area, ends = float(endmembers.sum()), np.quantile(drawn, (0.05, 0.95))
    cover = np.zeros(held.where.shape, np.float32)
    pixels = np.maximum(shares.sum(1), 0.0)
    cover[held.where] = pixels * area / max(float(pixels.sum()), 1e-9)
    return _Covered(
        endmembers,
        area - math.hypot(max(area - ends[0], 0.0), NINETY * own),
        area + math.hypot(max(ends[1] - area, 0.0), NINETY * own),
        cover,
    )


def stacked_area_of(
    values: Floats,
    noise: Floats,
    level: Floats,
    quay: Bools,
    ring: Bools,
    *,
    endmembers: Mapping[str, tuple[float, ...]] = ENDMEMBERS,
    layers: tuple[str, ...] = OPTICAL_BANDS,
    gsd: float = 10.0,
    cranes: int = ASSUMED_CRANES,
    seed: int = 0,
) -> StackedArea:
    """Measure the area of what stands on a quay in one image.

    Parameters
    ----------
    values, noise : ndarray, dims (layer, y, x)
        Image less reference, and its standard deviation.
    level : ndarray, dims (layer, y, x)
        The reference: the empty quay.
    quay : ndarray of bool, dims (y, x)
        The quay's concrete.
    ring : ndarray of bool, dims (y, x)
        Stable ground, which shows what weather alone makes of a pixel.
    endmembers : mapping of str to tuple of float
        Reflectance of what may stand there.
    layers : tuple of str
        Bands.
    gsd : float
        Side of a pixel in metres.
    cranes : int
        Cranes that move along the quay.
    seed : int
        Seed of the sets of endmembers that give the interval.

    Returns
    -------
    StackedArea

    Raises
    ------
    DataError
        As `endmember_table`.

    Notes
    -----
    METHODS 4.5. Where the quay changed (`changed_pixels`), grown by the blur, is unmixed into
    endmembers and quay, and the shares of endmembers are added up. Noise alone gives shares above
    0; their mean, from simulated noise, is taken off the pixels that are not hot. The interval
    joins noise and sets of endmembers whose brightness varies by 30 percent, and downwards what
    moving cranes could account for (`crane_allowance`): what is no more than they are may be no
    stack at all.
    """
    table = endmember_table(layers, endmembers)
    counts = np.array([word not in NOT_STACKED for word in endmembers])
    inner = ndimage.binary_erosion(quay)
    inner = np.asarray(inner if inner.any() else quay)
    changed = changed_pixels(values, noise, quay, ring)
    found, pixel = np.asarray(changed.hot & inner), gsd**2
    light = np.array([float(np.median(each[inner])) for each in level])
    noisy = np.array([float(np.median(each[inner])) for each in noise])
    strip = _light(values, noisy, light, changed.hot, quay & ~inner, seed)
    edge_area = float(strip.sums(table)[counts].sum()) * pixel
    p_detect, missed = block_detection(changed, table[counts], light, noisy, seed)
    if not found.any():
        nothing = np.zeros(quay.shape, np.float32)
        return StackedArea(0.0, 0.0, missed, edge_area, p_detect, found, {}, nothing, 0.0)
    found = np.asarray(changed.more & inner)
    held = _covered(_light(values, noisy, light, found, inner, seed), table, counts, seed)
    # paints may mix to the quay's own grey: then all that is hot may be covered, and of blocks
    # greyer still only the share `p_detect` is hot at all
    high = max(held.high, float(np.count_nonzero(found))) / max(p_detect, MIN_P_DETECT)
    names = [word for word, kept in zip(endmembers, counts, strict=True) if kept]
    cover = held.cover * np.float32(pixel)
    area, moving = float(held.endmembers.sum()) * pixel, crane_allowance(found, cover, cranes)
    return StackedArea(
        area=area,
        low=max(area - math.hypot(area - held.low * pixel, moving), 0.0),
        high=min(high, float(np.count_nonzero(inner))) * pixel,
        edge_area=edge_area,
        p_detect=p_detect,
        found=found,
        endmembers={
            word: float(each) * pixel for word, each in zip(names, held.endmembers, strict=True)
        },
        cover=cover,
        crane_allowance=moving,
    )


def _share_noise(noise: Doubles) -> float:
    """Noise of a pixel's share for an endmember of the usual contrast in every band."""
    return 1.0 / math.sqrt(float(((CONTRAST / noise) ** 2).sum()))
