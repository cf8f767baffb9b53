"""Area covered by stacks on a quay: what stands on its concrete that did not stand there before."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage, stats

from skytally import names as n
from skytally.measures.anomaly import MEDIAN_VARIANCE, Anomaly, ring_gain, sights
from skytally.measures.doors import OPTICAL, Bools
from skytally.measures.frames import Floats, Source
from skytally.measures.looks import Look
from skytally.measures.paints import PAINTS, paint_table, unmixed
from skytally.measures.reference import NORMAL_MAD, Reference

Doubles = npt.NDArray[np.float64]

NOT_STACK = ("water",)
PAINT_SPREAD = 0.30
"""Standard deviation of the logarithm of a paint's brightness (METHODS 4.5: 30 percent)."""
COLOUR_SPREAD = 0.15
"""The same for one band of a paint against the others: faded, rusty, another maker's."""
SOFT = 0.7
"""Pixels over which an object is averaged before it is looked for: the blur is half a pixel, and
a block of eight containers one by one."""
SOFTER = 1.0 / (2.0 * SOFT * math.sqrt(math.pi))
"""Noise of such an average over that of a pixel."""
TAIL = (0.05, 0.005)
"""Shares of the ring's pixels between which its tail is read."""
FEWEST_RING, SMALL_RING = 400, 2.0
"""Ring pixels below which the outer share is two pixels, and how much wider than normal the tail
is then taken to be."""
DRAWS = 48
"""Sets of paints tried for the interval: the ends of 90 percent are then good to a tenth."""
LEAST_POWER = 0.2
"""Chance of detection below which a look says only that something stands there, not how much."""
BLANKS = 400
"""Pixels of made-up noise that tell what noise alone is unmixed into."""
P_FALSE = 0.01
"""Wanted chance of a false alarm per look, over the whole quay."""
GROWN = 2
"""Pixels by which what was found is grown, so that its blurred rim is counted."""
LEAST_READ = 0.8
"""Share of the quay that must have been read."""
EIGHT_SLOTS = 118.0
"""Square metres of eight containers of twenty feet, 12 by 10 m: the block whose chance of being
found is stated (METHODS 4.5)."""
PEAK_OF_EIGHT = 0.22
"""Share of such a block at its middle after a blur of 5.2 m and the averaging of 7 m."""
CONTRAST = 0.10
"""Contrast of usual paint against the quay (METHODS 4.5), for the noise of a sum of shares."""
SLOT_M2 = 14.8
"""Ground of a container of twenty feet, 6.06 by 2.44 m."""
PACKING = (0.45, 0.90)
"""Share of a stacked area that is container: aisles for reach stackers, block stow."""
TIERS = (1.0, 3.0)
"""Containers one upon the other, which 10 m do not show."""
NINETY = 1.645
SPREAD_RANGE = (0.7, 4.0)
"""Factors by which the ring may correct the expected noise."""


@dataclass(frozen=True, eq=False)
class StackArea:
    """What stands on a quay in one look."""

    area: float
    """Square metres, 0 where nothing was found."""
    low: float
    """Lower end of the 90 percent interval."""
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


def _corrected(seen: Anomaly, level: Reference, ring: Bools) -> tuple[Floats, Floats]:
    """Take the gain off, as far as the ring tells it, and add its doubt to the noise."""
    values, noise = seen.values.copy(), seen.noise.copy()
    for i in range(len(values)):
        own = float(np.median(level.spread[i][ring])) * math.sqrt(MEDIAN_VARIANCE / level.n_looks)
        gain = ring_gain(values[i], level.level[i], ring, level_error=own)
        brighter = level.level[i] - np.float32(np.median(level.level[i][ring]))
        values[i] -= np.float32(gain.value) * brighter
        noise[i] = np.sqrt(noise[i] ** 2 + (np.float32(gain.error) * brighter) ** 2)
        held = (values[i] / noise[i])[ring]
        held = held[np.isfinite(held)]
        spread = NORMAL_MAD * float(np.median(np.abs(held - np.median(held))))
        noise[i] *= np.float32(np.clip(spread, *SPREAD_RANGE))
    return values, noise


@dataclass(frozen=True, eq=False)
class _Light:
    """Change of light of the pixels looked at, with what is needed to unmix it."""

    values: Doubles
    hot: Bools
    noise: Doubles
    quay: Doubles
    blank: Doubles

    def sums(self, table: Doubles) -> Doubles:
        """Give pixels covered by each paint, what noise alone makes taken off, dims (paint)."""
        ways = (table - self.quay) / self.noise
        whole = unmixed(self.values / self.noise, ways).sum(0)
        chance = unmixed(self.blank, ways).mean(0)
        return np.asarray(np.maximum(whole - chance * np.count_nonzero(~self.hot), 0.0))


@dataclass(frozen=True, eq=False)
class _Change:
    """Where a quay changed, and what it takes to be called so."""

    hot: Bools
    limit: float
    wider: float


def _trimmed(squares: npt.NDArray[np.floating]) -> Doubles:
    """Give the sum over the first axis without its largest part."""
    return np.asarray(squares.sum(0) - squares.max(0), float)


def _change(values: Floats, noise: Floats, quay: Bools, ring: Bools) -> _Change:
    """Find the pixels that changed.

    Each pixel is averaged with its neighbours as far as the blur spreads an object; what one
    pixel alone shows is no object. The band that changed most does not count: paint changes
    several, an odd value of the camera one. How large such averages get by chance is read off
    the ring: its tail, taken as exponential, is followed out to one false alarm in a hundred
    looks.
    """
    filled = np.where(np.isfinite(values), values, 0.0)
    soft = ndimage.gaussian_filter(filled, (0.0, SOFT, SOFT))
    distance = _trimmed((soft / (noise * SOFTER)) ** 2)
    read: Bools = np.asarray(np.isfinite(values).all(0))
    chance = P_FALSE / max(int(np.count_nonzero(read & quay)), 1)
    # the largest of n is at least their mean, so that the rest is at most (n - 1) / n of all
    limit = float(stats.chi2.isf(chance, len(values))) * (len(values) - 1) / len(values)
    around = distance[read & ring]
    wider = SMALL_RING
    if around.size >= FEWEST_RING:
        near, far = np.quantile(around, [1.0 - each for each in TAIL])
        slope = (far - near) / math.log(TAIL[0] / TAIL[1])
        wider = max(float(far + slope * math.log(TAIL[1] / chance)) / limit, 1.0)
    return _Change(np.asarray((distance > wider * limit) & read & quay), limit, wider)


def _light(
    values: Floats, noise: Doubles, quay_light: Doubles, hot: Bools, where: Bools, seed: int
) -> _Light:
    """Gather the pixels about what is hot inside a mask."""
    near = ndimage.binary_dilation(hot, iterations=GROWN) & where & np.isfinite(values).all(0)
    blank = np.random.default_rng(seed).normal(size=(BLANKS, len(noise)))
    return _Light(values[:, near].T.astype(float), hot[near], noise, quay_light, blank)


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
    seed : int
        Seed of the sets of paints that give the interval.

    Returns
    -------
    StackArea

    Raises
    ------
    DataError
        As `skytally.measures.paints.paint_table`.

    Notes
    -----
    METHODS 4.5. Pixels are hot where the squared change over the bands, the largest left out,
    exceeds what the whole quay exceeds by chance in one look of a hundred; in made-up worlds of
    heavy-tailed noise it was five in a hundred. Hot ground, grown by the blur, is unmixed into
    paints and quay, and the shares of paint are added up. Noise alone gives shares above 0;
    their mean, from made-up noise, is taken off the pixels that are not hot. The interval joins
    noise and sets of paints whose brightness varies by 30 percent.
    """
    table = paint_table(layers, paints)
    counts = np.array([word not in NOT_STACK for word in paints])
    inner = ndimage.binary_erosion(quay)
    inner = np.asarray(inner if inner.any() else quay)
    change = _change(values, noise, quay, ring)
    hot = change.hot
    quay_light = np.array([float(np.median(each[inner])) for each in level])
    noisy = np.array([float(np.median(each[inner])) for each in noise])
    strip = _light(values, noisy, quay_light, hot, quay & ~inner, seed)
    edge_area = float(strip.sums(table)[counts].sum()) * gsd**2
    blocks = _blocks(table[counts], quay_light, noisy, np.random.default_rng(seed))
    several = noisy.size - 1
    p_detect = float(stats.ncx2.sf(change.limit, several, blocks / change.wider).mean())
    if not (hot & inner).any():
        missed = _missed(float(np.median(blocks)), change)
        return StackArea(0.0, 0.0, missed, edge_area, p_detect, hot & inner, {})
    held = _light(values, noisy, quay_light, hot, inner, seed)
    middle = held.sums(table)[counts]
    rng = np.random.default_rng(seed)
    tones = rng.normal(0.0, PAINT_SPREAD, (DRAWS, len(table), 1))
    tones = np.exp(tones + rng.normal(0.0, COLOUR_SPREAD, (DRAWS, *table.shape)))
    drawn = [held.sums(np.minimum(table * tone, 0.9))[counts].sum() for tone in tones]
    own = math.sqrt(len(held.values)) * _share_noise(noisy)
    area, ends = float(middle.sum()), np.quantile(drawn, (0.05, 0.95))
    low = area - math.hypot(max(area - ends[0], 0.0), NINETY * own)
    high = area + math.hypot(max(ends[1] - area, 0.0), NINETY * own)
    # paints may mix to the quay's own grey: then all that is hot may be covered, and of blocks
    # greyer still only the share `p_detect` is hot at all
    high = max(high, float(np.count_nonzero(hot & inner))) / max(p_detect, LEAST_POWER)
    names = [word for word, kept in zip(paints, counts, strict=True) if kept]
    return StackArea(
        area * gsd**2,
        max(low, 0.0) * gsd**2,
        min(high, float(np.count_nonzero(inner))) * gsd**2,
        edge_area,
        p_detect,
        np.asarray(hot & inner),
        {word: float(each) * gsd**2 for word, each in zip(names, middle, strict=True)},
    )


def _share_noise(noise: Doubles) -> float:
    """Give the noise of a pixel's share for a paint of the usual contrast in every band."""
    return 1.0 / math.sqrt(float(((CONTRAST / noise) ** 2).sum()))


def _blocks(table: Doubles, quay: Doubles, noise: Doubles, rng: np.random.Generator) -> Doubles:
    """Give the squared change that blocks of eight containers make at their middle, dims (block).

    Each container has a paint of the table and its own tone, so that a block may be as grey as
    the quay.
    """
    chosen = rng.integers(len(table), size=(BLANKS, 8))
    tones = np.exp(rng.normal(0.0, PAINT_SPREAD, (BLANKS, 8, 1)))
    colour = (table[chosen] * tones).mean(1)
    return _trimmed(((PEAK_OF_EIGHT * (colour - quay) / (noise * SOFTER)) ** 2).T)


def _missed(block: float, change: _Change) -> float:
    """Give the area of usual paint that would be hot nineteen times in twenty, square metres."""
    needed = (math.sqrt(change.limit) + NINETY) * math.sqrt(change.wider)
    return EIGHT_SLOTS * needed / math.sqrt(block)


def stacks(
    source: Source,
    quay: npt.ArrayLike,
    references: Mapping[str, Reference],
    *,
    ring: npt.ArrayLike,
    paints: Mapping[str, tuple[float, ...]] = PAINTS,
    layers: tuple[str, ...] = OPTICAL,
    seed: int = 0,
) -> Iterator[tuple[Look, StackArea | None]]:
    """Say of each look how much of a quay is covered by what did not stand there before.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube of reflectance, lazy or not, or looks in the order of time.
    quay : array_like of bool, dims (y, x)
        The quay's concrete.
    references : mapping of str to Reference
        From `skytally.measures.reference.references`, of the same season, a group each.
    ring : array_like of bool, dims (y, x)
        Stable ground around it.
    paints : mapping of str to tuple of float
        Reflectance, by layer, of what may stand there.
    layers : tuple of str
        Bands used.
    seed : int
        Seed of the sets of paints.

    Yields
    ------
    tuple of Look and StackArea or None
        A row in square metres, and what is behind it where the look could tell. What stood in
        most looks of the reference is not seen; tarps, trucks and machinery are not told from
        containers.

    Raises
    ------
    DataError
        As `skytally.measures.frames.frames`, `skytally.measures.doors.check_mask` and
        `skytally.measures.paints.paint_table`.
    """
    paint_table(layers, paints)
    found = sights(
        source, quay, references, ring=ring, layers=layers, what="quay", least=LEAST_READ,
        classes=False,
    )  # fmt: skip
    for sight in found:
        if sight.reason or sight.level is None:
            yield sight.cannot("m2"), None
            continue
        values, noise = _corrected(sight.seen, sight.level, sight.ring)
        each = stack_area(
            values, noise, sight.level.level, sight.target, sight.ring, paints=paints,
            layers=layers, gsd=sight.frame.gsd, seed=seed,
        )  # fmt: skip
        size, rates = (each.area, each.low, each.high), (each.p_detect, P_FALSE)
        yield sight.row("m2", size, rates, details={"edge_m2": each.edge_area}), each


def teu_bounds(low: float, high: float) -> tuple[float, float]:
    """Give the least and the most containers of twenty feet that an area may hold.

    Parameters
    ----------
    low, high : float
        Interval of the area, square metres.

    Returns
    -------
    tuple of float
        From one tier with aisles to three tiers stowed in a block (METHODS 4.5). Weight and
        content are not bounded by it.

    Examples
    --------
    >>> [round(each) for each in teu_bounds(3000.0, 3000.0)]
    [91, 547]
    """
    return (
        low * PACKING[0] * TIERS[0] / SLOT_M2,
        high * PACKING[1] * TIERS[1] / SLOT_M2,
    )


def teu_row(look: Look) -> Look:
    """Give the bounds of a row of area in containers: never a number, only bounds.

    Parameters
    ----------
    look : Look
        A row in square metres from `stacks`.

    Returns
    -------
    Look
        State ``seen`` with bounds where something stands; as the row was otherwise.
    """
    low, high = teu_bounds(look.low, look.high)
    reason = look.reason or "area bounds a number of containers widely; tiers are not seen"
    if look.state == n.NOTHING_SEEN:
        return replace(look, low=0.0, high=high, unit="teu")
    if look.state == n.UNCLEAR:
        return replace(look, unit="teu")
    return replace(
        look, value=math.nan, low=low, high=high, unit="teu", state=n.SOMETHING_SEEN, reason=reason
    )
