"""Ratio of two levels from few uncertain numbers, and the chance to notice one of a given size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from skytally.core import refuse
from skytally.statistics.argument_checks import LARGEST, count_faults, level_faults
from skytally.statistics.estimate import Estimate
from skytally.statistics.negative_binomial_law import chance_above, log_chance_of

Floats = NDArray[np.float64]
LEVEL = 0.9
"""Coverage of the interval of the ratio."""
NODES = 81
"""Levels on the grid; twice as many move no end of an interval by a twentieth."""
REACH = 12.0
"""Levels run from the smallest number divided by this to the largest times this."""
SMALLEST_NUMBER = 0.5
"""Number that stands for none when the grid of levels is laid out."""
SPREADS = {
    "counts": (0.5, 1.0, 2.0, 5.0, 15.0, 50.0),
    "lengths": (0.15, 0.25, 0.4, 0.65, 1.0),
}
"""Scatter within a level, each as likely before: k of a negative binomial, or the standard
deviation of the logarithm of a length (METHODS 7.6)."""
TINY = 1e-300
"""Smallest probability whose logarithm is taken."""
WORLDS = 400
"""Simulations behind a chance to notice; their number alone leaves it uncertain by 0.05."""
SEED = 20230913
"""Seed of the simulations."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """Numbers of one level, each known to an interval."""

    low: Floats
    """Lower ends, dims (observation)."""
    high: Floats
    """Upper ends, infinite where open, dims (observation)."""


@dataclass(frozen=True)
class LevelRatio:
    """Level after as a multiple of the level before."""

    ratio: Estimate
    """Median and credible interval, in *times*."""
    numbers: tuple[int, int]
    """Observations before and after."""
    before: float
    """Median of the level before, in the unit of the numbers."""
    spreads: tuple[float, ...]
    """Posterior of the scatter within a level, over `SPREADS`."""
    kind: str
    """A key of `SPREADS`."""


def _faults(numbers: Numbers, *, side: str) -> Iterator[str]:
    yield from (f"{side}: {fault}" for fault in count_faults(np.floor(numbers.low)))
    if not numbers.low.size:
        yield f"{side}: no observation; give one or more on either side of the date"
    elif numbers.high.shape != numbers.low.shape or not (numbers.high >= numbers.low).all():
        yield f"{side}: an upper end is missing or below its lower end; mend the rows"
    elif (np.isfinite(numbers.high) & (numbers.high > LARGEST)).any():
        yield f"{side}: an upper end above {LARGEST:,}; give numbers up to that, or none"


def _levels(*sides: Numbers) -> Floats:
    ends = np.concatenate([end.ravel() for each in sides for end in (each.low, each.high)])
    ends = np.maximum(ends[np.isfinite(ends)], SMALLEST_NUMBER)
    return np.geomspace(ends.min() / REACH, ends.max() * REACH, NODES)


def _log_counts(numbers: Numbers, levels: Floats) -> Floats:
    """Log likelihood (observation, spread, level) of whole numbers within their intervals."""
    k = np.array(SPREADS["counts"])[:, None]
    share = k / (k + levels)
    ends = np.stack([np.ceil(numbers.low), np.floor(numbers.high)], -1).reshape(-1, 2)
    # simulations repeat the same few counts, so each is worked out once
    pairs, which = np.unique(ends, axis=0, return_inverse=True)
    table = np.empty((len(pairs), len(k), levels.size))
    exact = pairs[:, 0] == pairs[:, 1]
    table[exact] = log_chance_of(pairs[exact, 0, None, None], k, share)
    low, high = (pairs[~exact, side, None, None] for side in (0, 1))
    # close to 1 the difference of two tails may fall below zero by rounding
    inside = chance_above(low - 1, k, share) - chance_above(high, k, share)
    table[~exact] = np.log(np.maximum(inside, TINY))
    return np.maximum(table, np.log(TINY))[which.reshape(numbers.low.shape)]


def _log_lengths(numbers: Numbers, levels: Floats) -> Floats:
    """Log likelihood (observation, spread, level) of lengths within their intervals."""
    spread = np.array(SPREADS["lengths"])[:, None]
    low, high = (
        (np.log(np.maximum(each, SMALLEST_NUMBER))[..., None, None] - np.log(levels)) / spread
        for each in (numbers.low, numbers.high)
    )
    # the mirror image keeps the digits where both ends lie far out on one side
    far = low + high > 0
    near, end = np.where(far, -high, low), np.where(far, -low, high)
    # in place: simulations make arrays of millions of numbers
    inside = special.ndtr(end, out=end)
    inside -= special.ndtr(near, out=near)
    return np.asarray(np.log(np.maximum(inside, TINY, out=inside), out=inside))


LIKELIHOODS: dict[str, Callable[[Numbers, Floats], Floats]] = {
    "counts": _log_counts,
    "lengths": _log_lengths,
}


def _log_ratio_weights(before: Floats, after: Floats) -> tuple[Floats, Floats]:
    """Posterior over steps of the grid between two levels, and over the spread.

    `before` and `after` are log likelihoods (..., spread, level), summed over observations.
    Both priors of a level are flat in its logarithm, so a ratio is a difference of nodes.
    """
    tops = before.max(-1, keepdims=True), after.max(-1, keepdims=True)
    one, two = np.exp(before - tops[0]), np.exp(after - tops[1])
    size = 2 * NODES
    turned = np.fft.rfft(one[..., ::-1], size, axis=-1) * np.fft.rfft(two, size, axis=-1)
    steps = np.maximum(np.fft.irfft(turned, size, axis=-1)[..., : 2 * NODES - 1], 0.0)
    scale = (tops[0] + tops[1])[..., 0]
    weight = np.exp(scale - scale.max(-1, keepdims=True))
    joint = steps * weight[..., None]
    total = joint.sum((-1, -2), keepdims=True)
    joint /= total
    return joint.sum(-2), joint.sum(-1)


def _quantile(weights: Floats, values: Floats, at: float) -> Floats:
    """Quantile of weights on a grid, dims (...), each node spread over its cell."""
    upper = np.cumsum(weights, axis=-1)
    node = (upper < at).sum(-1)
    node = np.minimum(node, weights.shape[-1] - 1)
    mass = np.take_along_axis(weights, node[..., None], -1)[..., 0]
    under = np.take_along_axis(upper, node[..., None], -1)[..., 0] - mass
    step = values[1] - values[0]
    inside = (at - under) / np.maximum(mass, TINY)
    return np.asarray(values[node] + step * (inside - 0.5), float)


def level_ratio(before: Numbers, after: Numbers, *, kind: str, level: float = LEVEL) -> LevelRatio:
    """Estimate by what factor a level changed at a date fixed beforehand.

    Parameters
    ----------
    before, after : Numbers
        Independent observations on either side of the date, in one unit.
    kind : str
        ``counts`` for whole numbers, ``lengths`` for anything measured.
    level : float
        Coverage of the interval.

    Returns
    -------
    LevelRatio

    Raises
    ------
    DataError
        If a side has no observation, a number is missing, negative or reversed, or the level
        is not between 0 and 1.

    Notes
    -----
    Counts are negative binomial and lengths log-normal around one level before and one after,
    with a scatter that both share and that is summed over `SPREADS`; priors of the levels are
    flat in the logarithm. A number known to an interval enters by the probability of the
    interval. METHODS 7.6; how often the interval holds is in data/results/calibration.csv.

    Examples
    --------
    >>> low = np.array([20.0, 30.0, 25.0])
    >>> found = level_ratio(Numbers(low, low), Numbers(4 * low, 4 * low), kind="counts")
    >>> 3 < found.ratio.value < 5, found.ratio.low > 1
    (True, True)
    """
    faults = [*_faults(before, side="before"), *_faults(after, side="after"), *level_faults(level)]
    refuse(faults, what="ratio of levels")
    levels = _levels(before, after)
    one, two = (LIKELIHOODS[kind](each, levels).sum(0) for each in (before, after))
    steps, spreads = _log_ratio_weights(one, two)
    ratios = np.log(levels[1] / levels[0]) * np.arange(1 - NODES, NODES)
    tail = (1 - level) / 2
    low, middle, high = (
        float(np.exp(_quantile(steps, ratios, at))) for at in (tail, 0.5, 1 - tail)
    )
    weights = np.exp(one - one.max())[spreads.argmax()]
    usual = float(np.exp(_quantile(weights / weights.sum(), np.log(levels), 0.5)))
    method = f"{kind}, {before.low.size} before and {after.low.size} after, one spread"
    return LevelRatio(
        ratio=Estimate(middle, low, high, "times", level, method),
        numbers=(before.low.size, after.low.size),
        before=usual,
        spreads=tuple(map(float, spreads)),
        kind=kind,
    )


def _simulated(
    rng: np.random.Generator, mean: float, size: int, *, kind: str, spreads: Floats
) -> Numbers:
    """Draw numbers around one level, dims (simulation, observation)."""
    shape = (spreads.size, size)
    if kind == "counts":
        k = spreads[:, None]
        drawn = rng.negative_binomial(k, k / (k + mean), shape).astype(float)
        return Numbers(drawn, drawn)
    drawn = mean * np.exp(spreads[:, None] * rng.normal(size=shape))
    return Numbers(np.maximum(drawn - 0.5, 0.0), drawn + 0.5)


@lru_cache(maxsize=512)
def _noticed(
    kind: str, numbers: tuple[int, int], before: float, weights: tuple[float, ...], times: float
) -> int:
    """Count the simulations, of `WORLDS`, in which the interval of the ratio lies above 1."""
    rng = np.random.default_rng(SEED)
    shares = np.array(weights) / sum(weights)
    spreads = rng.choice(SPREADS[kind], WORLDS, p=shares)
    sides = [
        _simulated(rng, mean, size, kind=kind, spreads=spreads)
        for mean, size in zip((before, before * times), numbers, strict=True)
    ]
    levels = _levels(*sides)
    sums = [LIKELIHOODS[kind](each, levels).sum(1) for each in sides]
    steps, _ = _log_ratio_weights(sums[0], sums[1])
    ratios = np.log(levels[1] / levels[0]) * np.arange(1 - NODES, NODES)
    return int((_quantile(steps, ratios, (1 - LEVEL) / 2) > 0).sum())


def chance_to_notice(found: LevelRatio, *, times: float) -> Estimate:
    """Chance that a rise of a given size would have been noticed with these observations.

    Parameters
    ----------
    found : LevelRatio
        What the record allowed.
    times : float
        The rise, above 1: 2 for a doubling.

    Returns
    -------
    Estimate
        Share of `WORLDS` simulations, with as many observations, at the level before and with the
        posterior scatter of the record, in which the interval of the ratio lies above 1; with the
        Jeffreys interval of level `LEVEL` that the number of simulations leaves, and nothing else.

    Raises
    ------
    DataError
        If the rise is not above 1.

    Examples
    --------
    >>> low = np.array([20.0, 30.0, 25.0])
    >>> found = level_ratio(Numbers(low, low), Numbers(low, low), kind="counts")
    >>> chance_to_notice(found, times=2).low < chance_to_notice(found, times=5).low
    True
    """
    if not 1 < times <= 1000:
        refuse([f"rise: found {times}; give a factor above 1"], what="chance to notice")
    # two digits are enough, and let equal questions share their simulations
    before, weights = float(f"{found.before:.2g}"), tuple(round(each, 2) for each in found.spreads)
    seen = _noticed(found.kind, found.numbers, before, weights, float(times))
    ends = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
    low, high = special.betaincinv(seen + 0.5, WORLDS - seen + 0.5, ends)
    share = seen / WORLDS
    method = f"{WORLDS} simulations of {found.numbers[0]} before and {found.numbers[1]} after"
    return Estimate(share, min(float(low), share), max(float(high), share), "p", LEVEL, method)
