"""What cranes that move along a quay could account for, and what stood there in one look only.

What stands on a quay in one look: square metres with their interval, by paint.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.imagery.cube.cube_checks import OPTICAL, Bools
from skytally.imagery.cube.frames import Floats
from skytally.imagery.measure.quay.quay_change import NINETY, PAINT_SPREAD, change, of_eight
from skytally.imagery.measure.quay.unmixing import PAINTS, paint_table, unmixed

BUMPERS, GAUGE = 27.0, 30.0
"""Metres of quay that a container gantry takes between its bumpers, and across its rails: the
largest kind; portal cranes and gantries of a yard are smaller."""
SOLID = 0.5
"""Share of that ground hidden by beams, house and boom, or dark in their shade: a lattice is
mostly open, and its shade covers about as much again. Taken large."""
CRANE_M2 = BUMPERS * GAUGE * SOLID
"""Square metres that one crane can add to what is found on a quay; one whose boom lies over the
concrete, or whose paint is brighter than any of the paints, can seem to cover more."""
CRANES = 2
"""Cranes taken to move along a quay whose own number is not known: as a berth of 200 m has."""
GROWN = 2
"""Pixels by which what was found is grown, so that its blurred rim is counted."""
NEAR_DAYS = 12.0
"""Days within which the looks before and after must lie: two passes of one orbit, 5 days apart,
with a cloudy one between, and time to spare."""
SURE = 0.5
"""Chance of finding a block of eight from which a look that shows nothing counts as empty."""
EIGHT_WAYS = np.ones((3, 3), bool)


@dataclass(frozen=True, eq=False)
class Piece:
    """One thing found on a quay, apart from others."""

    where: Bools
    """Its pixels, the blurred rim left out, dims (y, x)."""
    area: float
    """Square metres."""


def pieces(found: Bools, cover: Floats) -> Iterator[Piece]:
    """Give what was found, one by one.

    Parameters
    ----------
    found : ndarray of bool, dims (y, x)
        Pixels where something stands.
    cover : ndarray, dims (y, x)
        Square metres covered in each pixel, the blurred rim included.

    Yields
    ------
    Piece
    """
    marks, count = ndimage.label(
        ndimage.binary_dilation(found, iterations=GROWN), structure=EIGHT_WAYS
    )
    areas = ndimage.sum_labels(cover, marks, np.arange(1, count + 1))
    for mark, area in enumerate(areas, 1):
        yield Piece(np.asarray(found & (marks == mark)), float(area))


def crane_area(found: Bools, cover: Floats, cranes: int) -> float:
    """Give the most that moving cranes could account for in what was found, square metres.

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
        a crane and a block of containers of its size look alike, and a crane at rest stands as
        long as a stack does: neither shape nor time tells them apart.

    Examples
    --------
    >>> found = np.zeros((9, 30), bool); found[3:5, 3:6] = True; found[3:6, 12:27] = True
    >>> cover = np.where(found, 100.0, 0.0).astype(np.float32)
    >>> [crane_area(found[:, :10], cover[:, :10], 2), crane_area(found, cover, 2)]
    [600.0, 810.0]
    """
    left, total = [piece.area for piece in pieces(found, cover)], 0.0
    for _ in range(cranes if left else 0):
        largest = int(np.argmax(left))
        taken = min(left[largest], CRANE_M2)
        left[largest] -= taken
        total += taken
    return total


def gone(piece: Piece, other: Bools) -> bool:
    """Tell whether nothing was found in another look where a piece stands."""
    return not (ndimage.binary_dilation(other, iterations=GROWN) & piece.where).any()


Doubles = npt.NDArray[np.float64]

NOT_STACK = ("water",)
COLOUR_SPREAD = 0.15
"""Standard deviation of the logarithm of one band of a paint against the others: faded, rusty,
another maker's."""
DRAWS = 48
"""Sets of paints tried for the interval: the ends of 90 percent are then good to a tenth."""
LEAST_POWER = 0.2
"""Chance of detection below which a look says only that something stands there, not how much."""
BLANKS = 400
"""Pixels of made-up noise that tell what noise alone is unmixed into."""
CONTRAST = 0.10
"""Contrast of usual paint against the quay (METHODS 4.5), for the noise of a sum of shares."""


@dataclass(frozen=True, eq=False)
class StackArea:
    """What stands on a quay in one look."""

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
    paints: Mapping[str, float]
    """Square metres by paint."""
    cover: Floats
    """Square metres by pixel, the blurred rim included, dims (y, x)."""
    crane_area: float
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
        """Give the share of each paint, what noise alone makes taken off, dims (pixel, paint)."""
        ways = (table - self.quay) / self.noise
        chance = unmixed(self.blank, ways).mean(0)
        return unmixed(self.values / self.noise, ways) - np.outer(~self.hot, chance)

    def sums(self, table: Doubles) -> Doubles:
        """Give pixels covered by each paint, dims (paint)."""
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

    paints: Doubles
    low: float
    high: float
    cover: Floats


def _covered(held: _Light, table: Doubles, counts: Bools, seed: int) -> _Covered:
    """Add up the shares of what counts, under sets of paints for the interval."""
    rng = np.random.default_rng(seed)
    tones = rng.normal(0.0, PAINT_SPREAD, (DRAWS, len(table), 1))
    tones = np.exp(tones + rng.normal(0.0, COLOUR_SPREAD, (DRAWS, *table.shape)))
    drawn = [held.sums(np.minimum(table * tone, 0.9))[counts].sum() for tone in tones]
    own = math.sqrt(len(held.values)) * _share_noise(held.noise)
    shares = held.shares(table)[:, counts]
    paints = np.maximum(shares.sum(0), 0.0)
    area, ends = float(paints.sum()), np.quantile(drawn, (0.05, 0.95))
    cover = np.zeros(held.where.shape, np.float32)
    pixels = np.maximum(shares.sum(1), 0.0)
    cover[held.where] = pixels * area / max(float(pixels.sum()), 1e-9)
    return _Covered(
        paints,
        area - math.hypot(max(area - ends[0], 0.0), NINETY * own),
        area + math.hypot(max(ends[1] - area, 0.0), NINETY * own),
        cover,
    )


def stack_area(
    values: Floats,
    noise: Floats,
    level: Floats,
    quay: Bools,
    ring: Bools,
    *,
    paints: Mapping[str, tuple[float, ...]] = PAINTS,
    layers: tuple[str, ...] = OPTICAL,
    gsd: float = 10.0,
    cranes: int = CRANES,
    seed: int = 0,
) -> StackArea:
    """Measure the area of what stands on a quay in one look.

    Parameters
    ----------
    values, noise : ndarray, dims (layer, y, x)
        Look less reference, and its standard deviation.
    level : ndarray, dims (layer, y, x)
        The reference: the empty quay.
    quay : ndarray of bool, dims (y, x)
        The quay's concrete.
    ring : ndarray of bool, dims (y, x)
        Stable ground, which shows what weather alone makes of a pixel.
    paints : mapping of str to tuple of float
        Reflectance of what may stand there.
    layers : tuple of str
        Bands.
    gsd : float
        Side of a pixel in metres.
    cranes : int
        Cranes that move along the quay.
    seed : int
        Seed of the sets of paints that give the interval.

    Returns
    -------
    StackArea

    Raises
    ------
    DataError
        As `skytally.imagery.measure.quay.unmixing.paint_table`.

    Notes
    -----
    METHODS 4.5. Where the quay changed (`skytally.imagery.measure.quay.quay_change.change`), grown by the blur, is
    unmixed into paints and quay, and the shares of paint are added up. Noise alone gives shares
    above 0; their mean, from made-up noise, is taken off the pixels that are not hot. The
    interval joins noise and sets of paints whose brightness varies by 30 percent, and downwards
    what moving cranes could account for (`skytally.imagery.measure.quay.stacked_area.crane_area`): what is no
    more than they are may be no stack at all.
    """
    table = paint_table(layers, paints)
    counts = np.array([word not in NOT_STACK for word in paints])
    inner = ndimage.binary_erosion(quay)
    inner = np.asarray(inner if inner.any() else quay)
    changed = change(values, noise, quay, ring)
    found, pixel = np.asarray(changed.hot & inner), gsd**2
    light = np.array([float(np.median(each[inner])) for each in level])
    noisy = np.array([float(np.median(each[inner])) for each in noise])
    strip = _light(values, noisy, light, changed.hot, quay & ~inner, seed)
    edge_area = float(strip.sums(table)[counts].sum()) * pixel
    p_detect, missed = of_eight(changed, table[counts], light, noisy, seed)
    if not found.any():
        nothing = np.zeros(quay.shape, np.float32)
        return StackArea(0.0, 0.0, missed, edge_area, p_detect, found, {}, nothing, 0.0)
    found = np.asarray(changed.more & inner)
    held = _covered(_light(values, noisy, light, found, inner, seed), table, counts, seed)
    # paints may mix to the quay's own grey: then all that is hot may be covered, and of blocks
    # greyer still only the share `p_detect` is hot at all
    high = max(held.high, float(np.count_nonzero(found))) / max(p_detect, LEAST_POWER)
    names = [word for word, kept in zip(paints, counts, strict=True) if kept]
    cover = held.cover * np.float32(pixel)
    area, moving = float(held.paints.sum()) * pixel, crane_area(found, cover, cranes)
    return StackArea(
        area=area,
        low=max(area - math.hypot(area - held.low * pixel, moving), 0.0),
        high=min(high, float(np.count_nonzero(inner))) * pixel,
        edge_area=edge_area,
        p_detect=p_detect,
        found=found,
        paints={word: float(each) * pixel for word, each in zip(names, held.paints, strict=True)},
        cover=cover,
        crane_area=moving,
    )


def _share_noise(noise: Doubles) -> float:
    """Give the noise of a pixel's share for a paint of the usual contrast in every band."""
    return 1.0 / math.sqrt(float(((CONTRAST / noise) ** 2).sum()))
