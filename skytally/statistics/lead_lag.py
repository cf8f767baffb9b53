"""Lead and lag of two lines: from the posteriors of their changes, or by correlation of series."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skytally.core import DataError, refuse
from skytally.statistics.argument_checks import check_level, whole_faults
from skytally.statistics.change_odds_thresholds import SHOWN
from skytally.statistics.estimate import Estimate

Floats = NDArray[np.float64]

MIN_BINS = 40
"""Fewest common bins for which a correlation is given at all (METHODS 9.2)."""
MIN_SHIFTS = 19
"""Fewest shifts of the null: with less even the best agreement could not reach p = 0.05."""
LARGEST_VALUE = 1e15
"""Largest value of a series: beyond it differences lose their whole digits."""
MEMORY = 4
"""Bins before, of which a series is freed before it is compared."""
LARGEST_LATTICE = 8192
"""Most cells into which one posterior is resampled before the differences are taken."""


class DateDistribution(Protocol):
    """Distribution of the date of one change: a posterior of `change_points`, or a uniform date."""

    @property
    def grid(self) -> Floats:
        """Middle of each cell of time, dims (cell), in days since 1970-01-01."""

    @property
    def step(self) -> float:
        """Length of a cell in days."""

    @property
    def probability(self) -> Floats:
        """Probability of each cell, dims (cell); sums to 1."""

    @property
    def log_bayes_factor(self) -> float:
        """How well it is shown that there was a change."""


@dataclass(frozen=True, eq=False)
class Lag:
    """Time from the change of one line to the change of another, given that both changed."""

    grid: Floats
    """Differences second minus first, dims (lag), in days; positive where the first led."""
    probability: Floats
    """Posterior of each difference, dims (lag); sums to 1."""
    estimate: Estimate
    """Median and interval of the lag in days."""
    p_first_before: float
    """Probability that the first line changed before the second."""
    log_bayes_factor: float
    """The smaller of both lines' log Bayes factors: how well it is shown that both changed."""
    words: str
    """The finding as a sentence without names, with its condition."""


@dataclass(frozen=True)
class ShiftNull:
    """Correlation of two binned series, judged against shifts of one of them."""

    p: float
    """Probability of so strong an agreement at any of the lags, were both independent."""
    least_p: float
    """The smallest `p` that so many bins and lags can give; above 0.05 nothing can be found."""
    correlation: float
    """Correlation of the prewhitened series at `lag`."""
    lag: int
    """Bins by which the second series follows the first at the strongest agreement."""
    n_common: int
    """Bins in which both series have a value."""
    n_shifts: int
    """Number of distinct shifts that made the null."""


def _edges(change: DateDistribution) -> Floats:
    return np.append(change.grid - change.step / 2.0, change.grid[-1] + change.step / 2.0)


def _on_lattice(change: DateDistribution, step: float) -> tuple[int, Floats]:
    """Resample a posterior to cells that start at whole multiples of `step`."""
    edges = _edges(change)
    first, last = math.floor(edges[0] / step), math.ceil(edges[-1] / step)
    cumulative = np.concatenate([[0.0], np.cumsum(change.probability)])
    at = np.interp(np.arange(first, last + 1) * step, edges, cumulative / cumulative[-1])
    return first, np.diff(at)


def _common_step(*changes: DateDistribution) -> float:
    """Finest common step of the posteriors that keeps every lattice within its size limit."""
    spans = [each.step * each.grid.size for each in changes]
    return max(min(each.step for each in changes), max(spans) / LARGEST_LATTICE)


def _words(estimate: Estimate, p_first: float, log_factor: float) -> str:
    low, high = math.floor(estimate.low), math.ceil(estimate.high)
    shown = "" if log_factor >= SHOWN else "a change of both is not shown; if both changed, "
    if low > 0:
        return f"{shown}the first led by {low} to {high} days"
    if high < 0:
        return f"{shown}the second led by {-high} to {-low} days"
    return (
        f"{shown}which led is open: from the second by {-low} days to the first by {high} days, "
        f"the first with probability {p_first:.2f}"
    )


def lag(first: DateDistribution, second: DateDistribution, *, level: float = 0.9) -> Lag:
    """Time from the change of one line to the change of another.

    Parameters
    ----------
    first, second : DateDistribution
        Distributions of both dates: posteriors of `change_points`, or uniform over a bracket.
    level : float
        Probability of the interval, between 0 and 1.

    Returns
    -------
    Lag
        Distribution of the difference in days, median, interval, P(first before second).

    Raises
    ------
    DataError
        If `level` is out of range.

    Notes
    -----
    The distribution of the difference is the convolution of one posterior with the other
    reversed: the errors of the two dates are taken as independent, which two counters who
    looked at the same images do not have. It holds on the condition that both lines changed
    once. A lag says what came first, never what caused what.

    References
    ----------
    METHODS 9.1.

    Examples
    --------
    >>> from skytally.statistics.interval_dated_counts import interval_counts_from
    >>> from skytally.statistics.series_change_points import change_points
    >>> days = np.arange(19600.0, 19900.0, 10.0)
    >>> port = change_points(interval_counts_from(days, np.where(days < 19700, 1, 30))).changes[0]
    >>> rail = change_points(interval_counts_from(days, np.where(days < 19750, 2, 60))).changes[0]
    >>> lag(port, rail).words
    'the first led by 43 to 57 days'
    """
    check_level(level, what="lag")
    step = _common_step(first, second)
    (one_start, one), (two_start, two) = (_on_lattice(each, step) for each in (first, second))
    probability = np.convolve(two, one[::-1])
    probability = probability / probability.sum()
    grid = np.asarray(
        (two_start - one_start - one.size + 1 + np.arange(probability.size)) * step, dtype=float
    )
    tail = (1.0 - level) / 2.0
    edges = np.append(grid - step / 2.0, grid[-1] + step / 2.0)
    cumulative = np.concatenate([[0.0], np.cumsum(probability)])
    low, middle, high = np.interp([tail, 0.5, 1.0 - tail], cumulative / cumulative[-1], edges)
    estimate = Estimate(
        float(middle), float(low), float(high), "days", level, "difference of posteriors of change"
    )
    here = probability[np.isclose(grid, 0.0)].sum()
    p_first = float(min(probability[grid > step / 4.0].sum() + here / 2.0, 1.0))
    log_factor = min(first.log_bayes_factor, second.log_bayes_factor)
    return Lag(
        grid=grid,
        probability=probability,
        estimate=estimate,
        p_first_before=p_first,
        log_bayes_factor=log_factor,
        words=_words(estimate, p_first, log_factor),
    )


def change_orders(changes: Mapping[str, DateDistribution]) -> dict[tuple[str, str, str], float]:
    """Probability of each order in which three lines may have changed.

    Parameters
    ----------
    changes : mapping of str to DateDistribution
        Three posteriors by the name of their line.

    Returns
    -------
    dict of tuple of str to float
        Probability of each of the six orders, earliest first; they sum to 1. By chance each
        has 1/6.

    Raises
    ------
    DataError
        If there are not three lines.

    References
    ----------
    METHODS 9.1.

    Examples
    --------
    >>> from skytally.statistics.interval_dated_counts import interval_counts_from
    >>> from skytally.statistics.series_change_points import change_points
    >>> days = np.arange(19600.0, 19900.0, 10.0)
    >>> same = change_points(interval_counts_from(days, np.where(days < 19700, 1, 30))).changes[0]
    >>> orders = change_orders({"port": same, "rail": same, "depot": same})
    >>> round(orders["port", "rail", "depot"], 3)
    0.167
    """
    if len(changes) != 3:
        message = f"{len(changes)} lines: {', '.join(changes) or 'none'}; give three"
        raise DataError(message)
    step = _common_step(*changes.values())
    resampled = {name: _on_lattice(each, step) for name, each in changes.items()}
    origin = min(start for start, _ in resampled.values())
    size = max(start + each.size for start, each in resampled.values()) - origin
    spread = {}
    for name, (start, each) in resampled.items():
        spread[name] = np.zeros(size)
        spread[name][start - origin : start - origin + each.size] = each
    # within a cell all times are as likely: half before the middle, a sixth each order of three
    earlier = {name: np.cumsum(each) - each / 2.0 for name, each in spread.items()}
    together = float(np.prod(list(spread.values()), axis=0).sum()) / 12.0
    return {
        (a, b, c): float((spread[b] * earlier[a] * (1.0 - earlier[c])).sum()) - together
        for a, b, c in itertools.permutations(changes)
    }


def _series_faults(name: str, values: Floats) -> Iterator[str]:
    if values.ndim != 1 or values.size <= MEMORY + 1:
        yield f"{name}: shape {values.shape}; give one row of more than {MEMORY + 1} bins"
    elif (np.abs(values[~np.isnan(values)]) > LARGEST_VALUE).any():
        yield (
            f"{name}: found a value that is infinite or beyond {LARGEST_VALUE:g}; "
            "give NaN where it is not known, and else a coarser unit"
        )


def prewhitened(series: ArrayLike) -> Floats:
    """Take from a series its steps and its memory of the bins before.

    Parameters
    ----------
    series : array_like of float, dims (bin)
        Values in bins of equal length; NaN where nothing usable was seen.

    Returns
    -------
    numpy.ndarray, dims (bin - 5)
        Differences from the value known before, less what the four differences before
        foretell; NaN where the bin is missing.

    Raises
    ------
    DataError
        If it is no row of more than 5 values, or one is infinite or larger than 10^15.

    Notes
    -----
    A step becomes a single value, so that two series do not agree merely because each
    changed once. The memory is an autoregression of the differences by least squares, with
    a missing difference taken as 0, its mean. METHODS names the first order; four are needed
    because the difference of plain noise remembers longer than one bin.

    Examples
    --------
    >>> prewhitened([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 5.0, 5.0]).tolist()
    [0.0, 4.0, 0.0]
    """
    values = np.asarray(series, float)
    refuse(_series_faults("series", values), what="series in bins")
    last = np.maximum.accumulate(np.where(np.isnan(values), 0, np.arange(values.size)))
    change = values[1:] - values[last[:-1]]
    filled = np.where(np.isnan(change), 0.0, change)
    past = np.stack(
        [filled[MEMORY - 1 - back : filled.size - 1 - back] for back in range(MEMORY)], axis=1
    )
    present = change[MEMORY:]
    known = ~np.isnan(present)
    weights = np.linalg.lstsq(past[known], present[known], rcond=None)[0]
    whitened: Floats = present - past @ weights
    return whitened


def _agreement(a: Floats, b: Floats) -> Floats:
    """Studentised sum of products for every circular shift, dims (shift).

    Each product is weighed against its own size, so that neither a noisy stretch that both
    series share nor one coincidence of two steps can pass for correlation.
    """
    known_a, known_b = ~np.isnan(a), ~np.isnan(b)
    one, two = np.where(known_a, a, 0.0), np.where(known_b, b, 0.0)
    shifted = (np.arange(a.size)[:, None] + np.arange(a.size)) % a.size
    products = one * two[shifted]
    scale = np.sqrt((products**2).sum(1))
    together: Floats = np.abs(products.sum(1)) / np.where(scale > 0, scale, 1.0)
    return together


def _pair(series_a: ArrayLike, series_b: ArrayLike) -> tuple[Floats, Floats, int]:
    a, b = np.asarray(series_a, float), np.asarray(series_b, float)
    if a.ndim != 1 or a.shape != b.shape:
        message = f"series of {a.shape} and {b.shape} bins; give both on the same bins"
        raise DataError(message)
    refuse([*_series_faults("first", a), *_series_faults("second", b)], what="series in bins")
    common = int((~np.isnan(a) & ~np.isnan(b)).sum())
    if common < MIN_BINS:
        message = (
            f"{common} common bins: a correlation needs {MIN_BINS} or more; "
            "compare the dates of change with `lag` instead"
        )
        raise DataError(message)
    for name, each in (("first", a), ("second", b)):
        if np.unique(each[~np.isnan(each)]).size < 2:
            message = (
                f"{name} series: the same in every bin, so nothing can agree with it; "
                "give one that varies"
            )
            raise DataError(message)
    return a, b, common


def shift_null(
    series_a: ArrayLike,
    series_b: ArrayLike,
    *,
    min_shift: int,
    n: int = 999,
    seed: int,
    max_lag: int = 4,
) -> ShiftNull:
    """Test two binned series for agreement at any of several lags, against shifts of one.

    Parameters
    ----------
    series_a, series_b : array_like of float, dims (bin)
        Values on the same bins of equal length; NaN where nothing usable was seen.
    min_shift : int
        Least shift of the null in bins; at least twice `max_lag`.
    n : int
        Most shifts of the null. A series has only about as many distinct shifts as bins, and
        none is drawn twice.
    seed : int
        Seed of the draw, used only where there are more than `n` distinct shifts.
    max_lag : int
        Greatest lag looked at, in bins to either side.

    Returns
    -------
    ShiftNull
        A p-value corrected for having taken the strongest of the lags.

    Raises
    ------
    DataError
        If fewer than 40 bins are common, a series does not vary or holds an infinite value,
        the bins differ, or the series leave fewer than 19 shifts.

    Notes
    -----
    Both series are prewhitened, then the second is turned round against the first as on a
    circle. Were they independent, the agreement at the 2 `max_lag` + 1 lags looked at would
    be no other than at the S shifts of the null. If r shifts agree better than the strongest
    of w lags, the chance of r or fewer is exactly 1 - prod((S - i) / (S + w - i), i = 0..r).
    Counting shifts one by one as if each were a trial of its own, with overlapping windows of
    lags, would give p = 1 / (S + 1) where the chance is w / (S + w). That least p is given
    too: two years of weeks and nine lags cannot reach 0.05, whatever the series.

    References
    ----------
    METHODS 9.2 and 14.15.

    Examples
    --------
    >>> noise = np.random.default_rng(1).poisson(5, 300)
    >>> shift_null(noise, np.roll(noise, 2), min_shift=8, seed=1).lag
    2
    """
    a, b, common = _pair(series_a, series_b)
    faults = [*whole_faults(min_shift=min_shift, n=n), *whole_faults(max_lag=max_lag, least=0)]
    refuse(faults, what="shifts")
    min_shift, n, max_lag = int(min_shift), int(n), int(max_lag)
    a, b = prewhitened(a), prewhitened(b)
    size = a.size
    shifts = np.arange(min_shift, size - min_shift + 1)
    if min_shift < 2 * max_lag or min(shifts.size, n) < MIN_SHIFTS:
        message = (
            f"{shifts.size} shifts of at least {min_shift} bins, {max_lag} lags, n {n}: give "
            f"{MIN_SHIFTS} shifts or more, each at least twice the lag"
        )
        raise DataError(message)
    if shifts.size > n:
        shifts = np.random.default_rng(seed).choice(shifts, n, replace=False)
    together = _agreement(a, b)
    lags = np.arange(-max_lag, max_lag + 1)
    strongest = int(lags[together[lags].argmax()])
    better = int((together[shifts] >= together[strongest]).sum())
    total, wide = shifts.size, lags.size
    kept = (total - np.arange(better + 1.0)) / (total + wide - np.arange(better + 1.0))
    other = np.roll(b, -strongest)
    known = ~(np.isnan(a) | np.isnan(other))
    varies = known.sum() > 2 and a[known].std() > 0 and other[known].std() > 0
    return ShiftNull(
        p=float(1.0 - np.prod(np.maximum(kept, 0.0))),
        least_p=wide / (total + wide),
        correlation=float(np.corrcoef(a[known], other[known])[0, 1]) if varies else 0.0,
        lag=strongest,
        n_common=common,
        n_shifts=total,
    )
