"""Chance of a count as large or larger, given earlier counts or a bound never passed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats
from statsmodels.discrete.discrete_model import NegativeBinomial

from skytally.core import refuse
from skytally.statistics.argument_checks import LARGEST, count_faults, is_whole, level_faults
from skytally.statistics.estimate import Estimate

Prior = tuple[tuple[float, float], tuple[float, float]]
FIRST_PRIOR: Prior = ((0.05, 3.0), (0.3, 50.0))
"""Log-uniform prior of the mean, as multiples of the bound, and of k (METHODS 7.1)."""
OTHER_PRIORS: tuple[Prior, ...] = (
    ((0.05, 3.0), (0.1, 50.0)),
    ((0.05, 3.0), (1.0, 50.0)),
    ((0.05, 10.0), (0.3, 50.0)),
)
"""Priors as defensible as the first, over which the bound-only answer is ranged."""
MIN_SCALE = 20
"""Bounds below it keep the prior of 1 to 60, so that a few empty looks cannot say much."""
COUNTED_DISPERSION = (0.05, 50.0)
"""Prior of k where it is learned from counts; wide enough for yards that mostly stand empty."""
ESTIMABLE = 10
"""Counts from which k is estimated; it stays in doubt far above that (METHODS 7.1)."""
LEVEL = 0.9
"""Coverage of the intervals."""
GRID = 41
"""Nodes a side of a prior's grid; ten times as many move no answer by 1 percent."""
SMALLEST = 1e-12
"""Smallest probability that the sums here can tell from nothing."""
BLOCK = 4096
"""Terms summed at a time."""
MAX_TERMS = 100_000
"""Largest count compared with counts: the sums run over every smaller number."""


def _top_faults(top: float, *, most: float = math.inf) -> Iterator[str]:
    """Yield a message if a tail cannot start at this count; an infinite count is never exceeded."""
    if math.isnan(top) or (most < top < math.inf):
        yield f"count: found {top}; give a number up to {most:,g}, or infinity"


def _positive_faults(**numbers: float) -> Iterator[str]:
    for word, number in numbers.items():
        if not SMALLEST <= number <= 1 / SMALLEST:
            yield f"{word}: found {number}; give a number from {SMALLEST:g} to {1 / SMALLEST:g}"


def negative_binomial_tail(count: float, mean: float, dispersion: float) -> float:
    """Upper tail P(X >= count) of a negative binomial.

    Raises
    ------
    DataError
        If the count is missing, or mean or dispersion is not above 0.
    """
    faults = [*_top_faults(count), *_positive_faults(mean=mean, dispersion=dispersion)]
    refuse(faults, what="tail of a negative binomial")
    share = dispersion / (dispersion + mean)
    return float(stats.nbinom.sf(count - 1, dispersion, share))


def _sum_faults(
    counts: NDArray[np.float64], dispersions: NDArray[np.float64], count: float
) -> Iterator[str]:
    yield from count_faults(counts)
    yield from _top_faults(count, most=MAX_TERMS)
    if counts.size == 0:
        yield "counts: none; give one or more"
    if dispersions.ndim != 1 or not ((dispersions > 0) & (dispersions < LARGEST)).all():
        yield f"dispersions: found {dispersions}; give a row of numbers above 0"


def predictive_tails(
    counts: NDArray[np.float64], dispersions: NDArray[np.float64], count: float
) -> NDArray[np.float64]:
    """Beta negative binomial tail P(next >= count) at each k, the mean integrated out.

    Raises
    ------
    DataError
        If there is no count, one is missing, negative or not whole, the next is above
        `MAX_TERMS`, or a dispersion is not above 0.
    """
    refuse(_sum_faults(counts, dispersions, count), what="next count")
    if math.isinf(count):
        return np.full(len(dispersions), 0.0 if count > 0 else 1.0)
    k = dispersions[:, None]
    exposure, total = len(counts) * k, counts.sum() + 0.5
    below = np.zeros(len(dispersions))
    for start in range(0, int(count), BLOCK):
        each = np.arange(start, min(start + BLOCK, int(count)))
        log_p = (
            special.gammaln(k + each)
            - special.gammaln(k)
            - special.gammaln(each + 1)
            + special.betaln(exposure + k, total + each)
            - special.betaln(exposure, total)
        )
        below += np.exp(log_p).sum(axis=1)
    return np.clip(1 - below, SMALLEST, 1.0)


def _dispersion_weights(
    counts: NDArray[np.float64], dispersions: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Posterior of k on a logarithmic grid, the mean integrated out."""
    values, times = np.unique(counts, return_counts=True)
    k = dispersions[:, None]
    log_w = (times * (special.gammaln(k + values) - special.gammaln(k))).sum(axis=1)
    log_w += special.betaln(counts.sum() + 0.5, len(counts) * dispersions)
    weights: NDArray[np.float64] = np.exp(log_w - log_w.max())
    weights[[0, -1]] /= 2
    return weights / weights.sum()


def predictive_tail(counts: NDArray[np.float64], count: float) -> float:
    """Predictive tail P(next >= count), averaged over the posterior of k.

    Raises
    ------
    DataError
        As `predictive_tails`.
    """
    dispersions = np.geomspace(*COUNTED_DISPERSION, 2 * GRID)
    tails = predictive_tails(counts, dispersions, count)
    return min(float(tails @ _dispersion_weights(counts, dispersions)), 1.0)


def _profile(counts: NDArray[np.float64], level: float) -> tuple[float, float]:
    """Profile likelihood interval of k; the mean's estimate is the same at every k."""
    grid = np.geomspace(0.01, 1000, 401)
    mean = max(float(counts.mean()), 0.5 / len(counts))
    values, times = np.unique(counts, return_counts=True)
    fits = stats.nbinom.logpmf(values, grid[:, None], grid[:, None] / (grid[:, None] + mean))
    profile = fits @ times
    poisson = float(stats.poisson.logpmf(counts, mean).sum())
    best = max(poisson, float(profile.max()))
    inside = np.flatnonzero(2 * (best - profile) <= stats.chi2.ppf(level, 1))
    if not len(inside):
        return float(grid[-1]), math.inf
    # out to the next node, so that the grid never narrows the interval
    low, high = max(inside[0] - 1, 0), inside[-1] + 1
    return float(grid[low]), float(grid[high]) if high < len(grid) else math.inf


def dispersion_of(counts: ArrayLike, *, level: float = LEVEL) -> Estimate | None:
    """Estimate the over-dispersion k of counts.

    Parameters
    ----------
    counts : array of int, dims (look)
        Independent counts.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate or None
        Maximum likelihood k of statsmodels, with its profile likelihood interval, cut at 0.01
        and open above 1,000; infinite where the counts vary no more than Poisson counts;
        None for fewer than 10.

    Raises
    ------
    DataError
        If a count is missing, infinite, negative or not whole, or the level is not between 0
        and 1.
    """
    seen = np.asarray(counts, dtype=float)
    refuse([*count_faults(seen), *level_faults(level)], what="dispersion")
    if len(seen) < ESTIMABLE:
        return None
    low, high = _profile(seen, level)
    value = math.inf
    if seen.var() > seen.mean():
        model = NegativeBinomial(seen, np.ones(len(seen)))
        fitted = model.fit(disp=False, skip_hessian=True, method="bfgs", warn_convergence=False)
        value = min(max(1 / float(fitted.params[-1]), low), high)
    method = "negative binomial, maximum likelihood"
    return Estimate(value, low, max(high, value), "k", level, method)


def _bound_faults(most: float, looks: Sequence[float]) -> Iterator[str]:
    if not is_whole(most, least=0):
        yield f"bound: found {most}; give a whole number from 0 to {LARGEST:,}"
    if not len(looks) or not all(is_whole(number, least=1) for number in looks):
        yield f"looks: found {list(looks)}; give whole numbers from 1 to {LARGEST:,}"


def tail_of_bound(
    most: int, looks: Sequence[int], *, prior: Prior = FIRST_PRIOR, attained: bool = False
) -> Callable[[float], NDArray[np.float64]]:
    """Predictive tail P(next >= top), dims (looks), for a bound that was never passed.

    Raises
    ------
    DataError
        If the bound or a number of looks is not whole, or, on use, the count is missing.
    """
    refuse(_bound_faults(most, looks), what="bound never passed")
    (least, largest), dispersions = prior
    scale = max(most, MIN_SCALE)
    mean = np.geomspace(least * scale, largest * scale, GRID)[:, None]
    k = np.geomspace(*dispersions, GRID)[None, :]
    share = k / (k + mean)
    log_within = stats.nbinom.logcdf(most, k, share)
    log_below = stats.nbinom.logcdf(most - 1, k, share) if attained and most > 0 else -np.inf
    edge = np.ones((GRID, GRID))
    edge[[0, -1], :] /= 2
    edge[:, [0, -1]] /= 2
    weights = np.empty((len(looks), GRID, GRID))
    for i, number in enumerate(looks):
        with np.errstate(divide="ignore"):  # a bound that is never met has no weight
            log_met = np.log1p(-np.exp(number * (log_below - log_within)))
        log_w = number * log_within + log_met
        weights[i] = edge * np.exp(log_w - log_w.max())
        weights[i] /= weights[i].sum()

    def tail(top: float) -> NDArray[np.float64]:
        refuse(_top_faults(top), what="bound never passed")
        found: NDArray[np.float64] = (weights * stats.nbinom.sf(top - 1, k, share)).sum((1, 2))
        return np.minimum(found, 1.0)

    return tail


def tails_of_bound(most: int, looks: Sequence[int]) -> list[Callable[[float], NDArray[np.float64]]]:
    """Predictive tails under every prior, and for a bound that was reached."""
    tails = [tail_of_bound(most, looks, prior=each) for each in (FIRST_PRIOR, *OTHER_PRIORS)]
    return [*tails, tail_of_bound(most, looks, attained=True)]
