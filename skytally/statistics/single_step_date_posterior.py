"""Date of one step between counts that are dated to intervals: the exact posterior."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from skytally.statistics.estimate import Estimate
from skytally.statistics.interval_dated_counts import Floats, IntervalCounts

Places = NDArray[np.intp]
RATE_SHAPE = 0.5
"""Shape of the gamma prior of both rates; its mean is the mean of the counts."""
MIN_RATE = 0.5
"""Least mean of that prior, in counts a look: half a thing seen."""
RATE_TAILS = 0.8
"""Part of the stated tails that the interval of a rate leaves out. The prior's mean comes from
the same counts and their dispersion is hardly known, so the posterior is too sure: without this
its 0.90 covers 0.82 to 0.89 of over-dispersed worlds (METHODS 7.2)."""
NODES = 128
"""Rates at which the likelihood is summed, evenly spaced where its width is constant."""
MARGIN = 5.0
"""Standard deviations of one observation by which the rates reach beyond the counts."""
MAX_CELLS = 2048
"""Most cells of the time grid; a cell is one day where the span allows it."""
MIN_CELLS = 16
"""Fewest cells of the time grid."""
TINY = 1e-300
NEGLIGIBLE = 33.0
"""Natural logarithm of the part of a sum that may be left out, times the pairs of rates."""


@dataclass(frozen=True, eq=False)
class StepPosterior:
    """When a mean count changed, given that it made one step, and from what to what."""

    edges: Floats
    """Edges of the cells of time, dims (cell + 1), in days since 1970-01-01."""
    probability: Floats
    """Posterior that the step lies in the cell, dims (cell); sums to 1."""
    log_bayes_factor: float
    """Natural logarithm of how many times better one step explains the counts than none."""
    before: Estimate
    """Mean count of an observation before the step."""
    after: Estimate
    """Mean count of an observation after the step."""


def _nodes(looks: IntervalCounts, dispersion: float, mean: float) -> tuple[Floats, Floats]:
    """Grid of rates with its log prior, even where one observation has unit variance."""
    most = np.where(np.isfinite(looks.high), looks.high, looks.low).max()
    ends = np.array([looks.low.min(), most])
    if math.isinf(dispersion):
        spread = 2.0 * np.sqrt(ends)
    else:
        spread = 2.0 * math.sqrt(dispersion) * np.arcsinh(np.sqrt(ends / dispersion))
    edges = np.linspace(max(spread[0] - MARGIN, 0.0), spread[1] + MARGIN, 2 * NODES + 1)
    if math.isinf(dispersion):
        rates = (edges / 2.0) ** 2
    else:
        rates = dispersion * np.sinh(edges / (2.0 * math.sqrt(dispersion))) ** 2
    cumulative = stats.gamma.cdf(rates[::2], RATE_SHAPE, scale=mean / RATE_SHAPE)
    cumulative[0], cumulative[-1] = 0.0, 1.0
    return rates[1::2], np.log(np.maximum(np.diff(cumulative), TINY))


def _log_likelihood(looks: IntervalCounts, rates: Floats, dispersion: float) -> Floats:
    """Log-likelihood of the bounds of each count given a rate, dims (observation, rate)."""
    if math.isinf(dispersion):
        count = stats.poisson(rates)
    else:
        count = stats.nbinom(dispersion, dispersion / (dispersion + rates))
    low, high = looks.low[:, None], looks.high[:, None]
    exact, least = (looks.low == looks.high), np.isinf(looks.high)
    between = ~exact & ~least
    found = np.empty((looks.low.size, rates.size))
    found[exact] = count.logpmf(low[exact])
    found[least] = count.logsf(low[least] - 1.0)
    down, up = low[between] - 1.0, high[between]
    # the difference is taken in whichever tail is the smaller one, where it keeps its digits
    above = count.sf(down) - count.sf(up)
    below = count.cdf(up) - count.cdf(down)
    found[between] = np.log(np.maximum(np.where(rates < low[between], above, below), TINY))
    return np.maximum(found, math.log(TINY))


def _window(bound: Floats, least: Floats) -> Places:
    """Select the rates that carry weight, dims (dispersion, kept), equally many per dispersion."""
    kept = bound > least[:, None]
    first = kept.argmax(1)
    wide = int((bound.shape[1] - kept[:, ::-1].argmax(1) - first).max())
    return np.minimum(first, bound.shape[1] - wide)[:, None] + np.arange(wide)


def _joint(
    before: Floats, after: Floats, mixed: Floats, weight: Floats
) -> tuple[Floats, Floats, Floats]:
    """Sum over both rates for one date of change.

    `before` and `after` are log weights (dispersion, rate) of the looks on either side;
    `mixed` is the log likelihood (look, dispersion, rate) of those whose interval holds the
    date, and `weight` the probability that each was taken before it. Gives the log evidence
    (dispersion) and the two posteriors (dispersion, rate). Pairs of rates that could not
    together add a part in 10^10 are left out.
    """
    tops = mixed.max(2)
    likely = np.exp(mixed - tops[:, :, None])
    w = weight[:, None, None]
    row = before + np.log(w * likely + (1.0 - w) + TINY).sum(0)
    column = after + np.log(w + (1.0 - w) * likely + TINY).sum(0)
    best = row.argmax(1)[:, None], column.argmax(1)[:, None]
    one, two = (np.take_along_axis(likely, each[None], 2)[:, :, 0] for each in best)
    least = np.log(np.maximum(weight[:, None] * one + (1.0 - weight[:, None]) * two, TINY)).sum(0)
    least += np.take_along_axis(before, best[0], 1)[:, 0]
    least += np.take_along_axis(after, best[1], 1)[:, 0] - NEGLIGIBLE
    rows, columns = _window(row, least - column.max(1)), _window(column, least - row.max(1))
    scale = row.max(1) + column.max(1)
    joint = (
        np.exp(np.take_along_axis(before, rows, 1) - row.max(1)[:, None])[:, :, None]
        * np.exp(np.take_along_axis(after, columns, 1) - column.max(1)[:, None])[:, None]
    )
    for each, part in zip(likely, weight, strict=True):
        joint *= (
            part * np.take_along_axis(each, rows, 1)[:, :, None]
            + (1.0 - part) * np.take_along_axis(each, columns, 1)[:, None]
        )
        peak = np.maximum(joint.max((1, 2)), TINY)
        joint /= peak[:, None, None]
        scale = scale + np.log(peak)
    total = np.maximum(joint.sum((1, 2)), TINY)[:, None]
    sides = np.zeros_like(before), np.zeros_like(after)
    np.put_along_axis(sides[0], rows, joint.sum(2) / total, 1)
    np.put_along_axis(sides[1], columns, joint.sum(1) / total, 1)
    return scale + np.log(total[:, 0]) + tops.sum(0), *sides


def _quantiles(values: Floats, weights: Floats, at: Sequence[float]) -> list[float]:
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order])
    middle = (cumulative - weights[order] / 2.0) / cumulative[-1]
    return [float(np.interp(each, middle, values[order])) for each in at]


def cell_edges(looks: IntervalCounts) -> Floats:
    """Edges of the cells of time, dims (cell + 1): a day each where the span allows it."""
    first, last = looks.start.min(), looks.end.max()
    cells = min(MAX_CELLS, max(math.ceil(last - first), MIN_CELLS))
    return np.linspace(first, last, cells + 1)


def _sides(looks: IntervalCounts, grid: Floats) -> tuple[Places, Places, Places]:
    """Count the looks that have ended and begun by each cell, and number the alike cells."""
    ended = np.searchsorted(np.sort(looks.end), grid, side="right")
    begun = np.searchsorted(np.sort(looks.start), grid, side="right")
    changes = (np.diff(ended) != 0) | (np.diff(begun) != 0)
    return ended, begun, np.concatenate([[0], np.cumsum(changes)])


def _posterior(
    looks: IntervalCounts, grid: Floats, tables: Floats, prior: Floats
) -> tuple[Floats, Floats, Floats]:
    """Log evidence (cell, dispersion), and the rates before and after, summed over cells.

    `tables` is the log likelihood (look, dispersion, rate). A cell in which no look can lie
    is like its neighbours in the same gap, so that each gap is worked out once.
    """
    ended, begun, block = _sides(looks, grid)
    same = np.concatenate([[False], (np.diff(block) == 0) & (ended == begun)[1:]])
    worked_out = np.cumsum(~same) - 1
    nothing = np.zeros((1, *prior.shape))
    gone = np.concatenate([nothing, np.cumsum(tables[np.argsort(looks.end)], 0)])
    come = np.concatenate([nothing, np.cumsum(tables[np.argsort(looks.start)], 0)])
    found = []
    for cell in np.flatnonzero(~same):
        inside = (looks.start <= grid[cell]) & (grid[cell] < looks.end)
        start, end = looks.start[inside], looks.end[inside]
        before, after = gone[ended[cell]], come[-1] - come[begun[cell]]
        earlier = (grid[cell] - start) / (end - start)
        found.append(_joint(prior + before, prior + after, tables[inside], earlier))
    evidence, one, two = (np.array([each[i] for each in found]) for i in range(3))
    weight = np.exp(evidence - evidence.max()) * np.bincount(worked_out)[:, None]
    return (
        evidence[worked_out],
        np.einsum("cd,cdr->dr", weight, one),
        np.einsum("cd,cdr->dr", weight, two),
    )


def bracket(looks: IntervalCounts, grid: Floats, probability: Floats) -> tuple[float, float]:
    """Find the likeliest gap: start of the last observation before, end of the first one after."""
    _, _, block = _sides(looks, grid)
    best = np.bincount(block, weights=probability).argmax()
    time = grid[block == best].mean()
    before, after = looks.start[looks.end <= time], looks.end[looks.start > time]
    return (
        float(before.max()) if before.size else float(looks.start.min()),
        float(after.min()) if after.size else float(looks.end.max()),
    )


def _rate(rates: Floats, weights: Floats, unit: str, level: float) -> Estimate:
    tail = RATE_TAILS * (1.0 - level) / 2.0
    low, value, high = _quantiles(rates.ravel(), weights.ravel(), (tail, 0.5, 1.0 - tail))
    return Estimate(value, low, high, unit, level, "posterior mean count of a look, one change")


def step_posterior(
    looks: IntervalCounts, *, dispersions: Sequence[float], level: float
) -> StepPosterior:
    """Posterior of the date of one step, and of both means.

    Parameters
    ----------
    looks : IntervalCounts
        Two observations or more of different dates.
    dispersions : sequence of float
        Sizes k of the negative binomial, each as likely before the counts are seen; infinite
        is Poisson. They are summed over, for so few counts cannot tell them apart.
    level : float
        Probability of the intervals of both means.

    Returns
    -------
    StepPosterior

    Notes
    -----
    An observation counts what is there at one moment s. Before the step the count is negative
    binomial with one mean, after it with another; the dispersion is shared. The date is uniform
    in time from the first observation to the last, not uniform over observations. One dated to
    an interval lies anywhere in it alike, and where the step falls inside that interval the
    likelihood is the mixture of both means. Counts that are only bounds enter by the
    probability of their range. Both means have a gamma prior of shape 1/2 whose mean is the
    mean count, in the model without a step too. With exact counts, dates known to the day and
    one infinite dispersion this is the gamma-Poisson model in closed form. The work grows
    linearly with the observations; the time grid never has more than 2048 cells.

    References
    ----------
    METHODS 7.2. Raftery and Akman 1986, Biometrika 73, 85-89, doi:10.1093/biomet/73.1.85, for
    Poisson counts. Carlin, Gelfand and Smith 1992, Applied Statistics 41, 389-405, for the
    worked example in the tests.

    Examples
    --------
    >>> from skytally.statistics.interval_dated_counts import interval_counts_from
    >>> looks = interval_counts_from([0.0, 30.0, 60.0, 90.0], [0, 0, 60, 80])
    >>> found = step_posterior(looks, dispersions=(math.inf,), level=0.9)
    >>> bool(found.probability[30:61].sum() > 0.99)
    True
    """
    typical = np.where(np.isinf(looks.high), looks.low, (looks.low + looks.high) / 2.0)
    mean = max(float(typical.mean()), MIN_RATE)
    made = [_nodes(looks, each, mean) for each in dispersions]
    rates, prior = np.array([each[0] for each in made]), np.array([each[1] for each in made])
    tables = np.stack(
        [_log_likelihood(looks, *each) for each in zip(rates, dispersions, strict=True)], 1
    )
    edges = cell_edges(looks)
    grid = (edges[:-1] + edges[1:]) / 2.0
    evidence, weight_before, weight_after = _posterior(looks, grid, tables, prior)
    log_cells = special.logsumexp(evidence, axis=1)
    probability = np.exp(log_cells - special.logsumexp(log_cells))
    log_factor = float(
        special.logsumexp(log_cells)
        - math.log(grid.size)
        - special.logsumexp(prior + tables.sum(0))
    )
    return StepPosterior(
        edges,
        probability,
        log_factor,
        _rate(rates, weight_before, looks.unit, level),
        _rate(rates, weight_after, looks.unit, level),
    )
