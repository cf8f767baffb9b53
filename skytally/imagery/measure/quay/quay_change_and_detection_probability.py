"""Pixels of a quay that changed beyond noise, and the chance of detecting containers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage, special, stats

from skytally.imagery.cube import Bools, Floats
from skytally.imagery.measure.coregistered_difference_from_reference import BLUR_PIXELS

Doubles = npt.NDArray[np.float64]

SOFT = 0.7
"""Pixels over which an object is averaged before it is looked for: the blur is half a pixel, and
a block of eight containers one by one."""
STEPS = np.arange(-3, 4)
_ROW = np.exp(-0.5 * (STEPS / SOFT) ** 2)
KERNEL: Doubles = np.outer(_ROW, _ROW) / _ROW.sum() ** 2
"""Weights of such an average, dims (y, x)."""
SOFTER = float(np.sqrt((KERNEL**2).sum()))
"""Noise of such an average over that of a pixel."""
NEIGHBOUR_WEIGHTS: Doubles = np.array([[0.0, 0.25, 0.0], [0.25, 0.0, 0.25], [0.0, 0.25, 0.0]])
"""The four neighbours of a pixel, over which the blur spreads what stands in it."""
TAIL = (0.05, 0.005)
"""Shares of the ring's pixels between which its tail is read."""
MIN_RING_PIXELS, SMALL_RING = 400, 2.0
"""Ring pixels below which the outer share is two pixels, and how much wider than normal the tail
is then taken to be."""
QUAY_P_FALSE = 0.01
"""Wanted chance of a false alarm per image, over the whole quay."""
P_MORE = 0.1
"""Wanted chance of a pixel more, over the whole quay, in an image in which something was found: of
ten areas one is then larger by a pixel, and fainter parts of what stands there are counted."""
BLOCKS = 400
"""Blocks of containers tried for the chance of finding one."""
EIGHT_SLOTS = 118.0
"""Square metres of eight containers of twenty feet: the block whose chance of being found is
stated (METHODS 4.5)."""
EIGHT_SIDES = (12.12, 9.76)
"""Sides of such a block, two by four containers, metres."""
BLUR, PIXEL = 5.2, 10.0
"""Standard deviation of the blur (METHODS 4.3) and side of the pixel it belongs to, metres."""
PAINT_SPREAD = 0.30
"""Standard deviation of the logarithm of a paint's brightness (METHODS 4.5: 30 percent)."""
NINETY = 1.645


@dataclass(frozen=True, eq=False)
class QuayChange:
    """Where a quay changed, and what it takes to be called so."""

    hot: Bools
    """Pixels called changed, dims (y, x)."""
    more: Bools
    """Pixels counted as changed once something was found, dims (y, x)."""
    limit: float
    """Squared change that noise of a normal law would exceed by chance."""
    wider: float
    """Factor on it that the ring's own tail asks for."""
    most: float
    """Change of one pixel in units of its noise beyond which it counts no more, where its
    neighbours show nothing."""
    usual: float
    """Squared change of the neighbours, in units of noise, that nineteen pixels of twenty of the
    ring stay below."""


def _trimmed(squares: npt.NDArray[np.floating]) -> Doubles:
    """Sum over the first axis without its largest part."""
    return np.asarray(squares.sum(0) - squares.max(0), float)


def _neighbours(scores: npt.NDArray[np.floating]) -> Doubles:
    """Squared change of the four neighbours of each pixel, median over the bands."""
    squares = np.asarray(scores, float) ** 2
    kernel = NEIGHBOUR_WEIGHTS.reshape(*(1,) * (squares.ndim - 2), 3, 3)
    return np.asarray(np.median(ndimage.convolve(squares, kernel), axis=0))


def _averaged(
    scores: npt.NDArray[np.floating], beside: Doubles, most: float, usual: float
) -> Doubles:
    """Cut what a pixel shows beyond its neighbours, average, and square without the top band."""
    reach = most * np.sqrt(np.maximum(beside / usual, 1.0))
    widths = (0.0,) * (scores.ndim - 2) + (SOFT, SOFT)
    return _trimmed((ndimage.gaussian_filter(np.clip(scores, -reach, reach), widths) / SOFTER) ** 2)


def _tail(values: Doubles, chance: float) -> float:
    """Level that a further value exceeds with a small chance, the tail being exponential.

    The mean excess is known from few values only, `BLUR_PIXELS` pixels being one: the next
    excess over the mean of k exceeds x by a chance of ``(1 + x / k) ** -k``.
    """
    near, far = np.quantile(values, [1.0 - each for each in TAIL])
    slope = (far - near) / math.log(TAIL[0] / TAIL[1])
    known = TAIL[0] * values.size / BLUR_PIXELS
    return float(far + slope * known * ((TAIL[1] / chance) ** (1.0 / known) - 1.0))


def changed_pixels(values: Floats, noise: Floats, quay: Bools, ring: Bools) -> QuayChange:
    """Find the pixels of a quay that changed.

    Parameters
    ----------
    values, noise : ndarray, dims (layer, y, x)
        Image less reference, and its standard deviation.
    quay : ndarray of bool, dims (y, x)
        The quay's concrete.
    ring : ndarray of bool, dims (y, x)
        Stable ground, which shows what weather alone makes of a pixel.

    Returns
    -------
    QuayChange

    Notes
    -----
    Each pixel is averaged with its neighbours as far as the blur spreads an object. Two things
    that no object shows are kept from counting as one. The band that changed most is left out:
    paint changes several, an odd value of the camera one. And the blur spreads whatever stands
    in a pixel over its neighbours: beside neighbours that show no more than those of the ring
    do, a pixel counts only so far that, odd in every band, it would just reach the limit alone;
    beside others, as much farther as they show more. Without this, noise of heavy tails called
    three empty images in a hundred something. How large the averages get by chance is read off
    the ring: its tail, which is then no power law, is taken as exponential and followed out to
    one false alarm in a hundred images (`_tail`).
    """
    several = len(values)
    read: Bools = np.asarray(np.isfinite(values).all(0))
    chances = np.array([QUAY_P_FALSE, P_MORE]) / max(int(np.count_nonzero(read & quay)), 1)
    # the largest of n is at least their mean, so that the rest is at most (n - 1) / n of all
    limit, lower = stats.chi2.isf(chances, several) * (several - 1) / several
    most = math.sqrt(limit / (several - 1)) * SOFTER / float(KERNEL.max())
    scores = np.where(read, values, 0.0) / np.where(read, noise, 1.0)
    beside, around = _neighbours(scores), read & ring
    usual = wider = wide = SMALL_RING
    enough = np.count_nonzero(around) >= MIN_RING_PIXELS
    if enough:
        usual = float(np.quantile(beside[around], 1.0 - TAIL[0]))
    distance = _averaged(scores, beside, most, usual)
    if enough:
        wider, wide = (
            max(_tail(distance[around], chance) / level, 1.0)
            for chance, level in zip(chances, (limit, lower), strict=True)
        )
    hot, more = (
        np.asarray((distance > level) & read & quay) for level in (wider * limit, wide * lower)
    )
    return QuayChange(hot, more, float(limit), wider, most, usual)


def _block_shares() -> Doubles:
    """Share of each pixel about its middle that a block of eight containers covers, blurred."""
    ends = [special.ndtr((STEPS * PIXEL + half) / BLUR) for side in EIGHT_SIDES
            for half in (side / 2.0, -side / 2.0)]  # fmt: skip
    return np.outer(ends[0] - ends[1], ends[2] - ends[3])


def _blocks(table: Doubles, quay: Doubles, noise: Doubles, found: QuayChange, seed: int) -> Doubles:
    """Squared change that blocks of eight containers make at their middle, dims (block).

    Each container has a paint of the table and its own tone, so that a block may be as grey as
    the quay.
    """
    rng = np.random.default_rng(seed)
    chosen = rng.integers(len(table), size=(BLOCKS, 8))
    tones = np.exp(rng.normal(0.0, PAINT_SPREAD, (BLOCKS, 8, 1)))
    colour = (table[chosen] * tones).mean(1)
    scores = ((colour - quay) / noise).T[..., None, None] * _block_shares()
    # noise adds its own square to what the neighbours show
    made = _averaged(scores, _neighbours(scores) + 1.0, found.most, found.usual)
    return made[:, len(STEPS) // 2, len(STEPS) // 2]


def block_detection(
    found: QuayChange, table: Doubles, quay: Doubles, noise: Doubles, seed: int
) -> tuple[float, float]:
    """Chance of detecting a block of eight containers, and the smallest area surely detected.

    Parameters
    ----------
    found : QuayChange
        What it takes to be called changed.
    table : ndarray, dims (paint, layer)
        Paints of containers.
    quay, noise : ndarray, dims (layer)
        Reflectance of the empty quay, and noise of a pixel.
    seed : int
        Seed of the blocks.

    Returns
    -------
    tuple of float
        Chance that such a block would be found, and the square metres of usual paint that would
        be found nineteen times in twenty.
    """
    blocks = _blocks(table, quay, noise, found, seed)
    several = noise.size - 1
    chance = float(stats.ncx2.sf(found.limit, several, blocks / found.wider).mean())
    needed = (math.sqrt(found.limit) + NINETY) * math.sqrt(found.wider)
    return chance, EIGHT_SLOTS * needed / math.sqrt(float(np.median(blocks)))
