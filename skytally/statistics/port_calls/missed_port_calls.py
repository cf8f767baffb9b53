"""Missed port calls: the share of calls that fall between the clear observations of a schedule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
from scipy import special

from skytally.core import DataError, refuse
from skytally.statistics.argument_checks import MAX_DAYS, level_faults, whole_faults
from skytally.statistics.estimate import Estimate
from skytally.statistics.port_calls.berth_observations_and_stay_prior import (
    DRAWS,
    Dwell,
    Floats,
    estimate_of,
)
from skytally.statistics.port_calls.stay_length import STAY_SHAPE

CALL_SCATTER = 0.85
"""Scatter of a share of calls over that of independent ones: a ship's calls keep their distance,
so fewer of them fall into one gap; found on simulated routes."""


def _clear(looks: npt.ArrayLike, p_clear: npt.ArrayLike) -> tuple[Floats, Floats]:
    days = np.asarray(looks, dtype=float)
    clear = np.asarray(p_clear, dtype=float)
    sound = days.ndim == 1 and days.size and np.all(np.abs(days) <= MAX_DAYS)
    if not sound or clear.shape not in ((), days.shape) or not np.all((clear >= 0) & (clear <= 1)):
        message = (
            f"schedule of {days.size} looks, p_clear of shape {clear.shape}; give at least one "
            f"known day, up to {MAX_DAYS:,.0f}, and a chance from 0 to 1, one for all or one a look"
        )
        raise DataError(message)
    order = np.argsort(days, kind="stable")
    return days[order], np.broadcast_to(clear, days.shape)[order]


def share_missed(
    dwell: float,
    looks: npt.ArrayLike,
    p_clear: npt.ArrayLike,
    *,
    period: tuple[float, float] | None = None,
) -> float:
    """Share of calls of one length that fall between clear observations.

    Parameters
    ----------
    dwell : float
        Length of the call in days.
    looks : array_like, dims (look)
        Days of the looks of the actual schedule, clear or not.
    p_clear : float or array_like, dims (look)
        Chance that a look can tell; 1 and 0 where it is known which could. Multiply it by
        the detection probability where that is below 1.
    period : tuple of float, optional
        First and last day of arrival; calls arrive evenly between them. Unless given, the
        calls that lie between the first look and the last or, where no call fits between
        them, those that touch a look.

    Returns
    -------
    float
        Probability between 0 and 1, exact for the schedule: the mean over the arrival time of
        the product of 1 - p_clear over the looks inside the call.

    Raises
    ------
    DataError
        If there is no look, a chance is none, the call has no length or the period none.

    Examples
    --------
    >>> round(share_missed(2.0, np.arange(0, 371, 5), 0.4, period=(0.0, 365.0)), 3)
    0.84
    """
    return next(_shares_missed([dwell], looks, p_clear, period=period))


def _shares_missed(
    dwells: Iterable[float],
    looks: npt.ArrayLike,
    p_clear: npt.ArrayLike,
    *,
    period: tuple[float, float] | None,
) -> Iterator[float]:
    """Yield `share_missed` of calls of several lengths by one schedule, which is read once."""
    days, clear = _clear(looks, p_clear)
    if period is not None and len(period) != 2:
        message = f"period: found {period}; give its first and last day"
        raise DataError(message)
    sure = np.concatenate([[0], np.cumsum(clear == 1)])
    logs = np.concatenate([[0.0], np.cumsum(np.log1p(-np.where(clear == 1, 0.0, clear)))])
    for dwell in dwells:
        first, last = _arrivals(dwell, days, period)
        edges = np.unique(np.clip(np.concatenate([days - dwell, days, [first, last]]), first, last))
        middle, width = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
        start = np.searchsorted(days, middle)
        end = np.searchsorted(days, middle + dwell)
        missed = np.where(sure[end] > sure[start], 0.0, np.exp(logs[end] - logs[start]))
        yield float(np.sum(missed * width) / (last - first))


def _arrivals(
    dwell: float, days: Floats, period: tuple[float, float] | None
) -> tuple[float, float]:
    """First and last day on which calls of one length arrive."""
    spanned = days[-1] - days[0] > dwell
    first, last = period or (
        (days[0], days[-1] - dwell) if spanned else (days[0] - dwell, days[-1])
    )
    if not (0 < dwell <= MAX_DAYS and 0 < last - first <= 2 * MAX_DAYS):
        message = (
            f"calls of {dwell} days arriving from day {first} to {last}; give a length above 0 "
            f"and a period from its first to its last day, each up to {MAX_DAYS:,.0f} days"
        )
        raise DataError(message)
    return first, last


def mean_share_missed(
    means: npt.ArrayLike,
    looks: npt.ArrayLike,
    p_clear: npt.ArrayLike,
    *,
    period: tuple[float, float],
) -> Floats:
    """Share of calls missed, averaged over the law of single stays, for several mean stays.

    Parameters
    ----------
    means : array_like, dims (mean)
        Mean stays in days; single stays follow a Gamma law of shape 4 about each.
    looks, p_clear, period
        As for `share_missed`.

    Returns
    -------
    numpy.ndarray, dims (mean)
        Probabilities.

    Raises
    ------
    DataError
        As `share_missed`, or if there is no mean stay or one is no length.

    Examples
    --------
    >>> mean_share_missed([1.0, 3.0], np.arange(366.0), 0.5, period=(0.0, 365.0)).round(2)
    array([0.55, 0.2 ])
    """
    means = np.atleast_1d(np.asarray(means, dtype=float))
    if not means.size or not np.all((means > 0) & (means <= MAX_DAYS)):
        message = f"mean stays {means}; give one or more, above 0 and up to {MAX_DAYS:,.0f} days"
        raise DataError(message)
    shape = special.gammaincinv(STAY_SHAPE, (np.arange(24) + 0.5) / 24) / STAY_SHAPE
    grid = np.geomspace(shape[0] * means.min(), shape[-1] * means.max(), 64)
    table = list(_shares_missed(grid, looks, p_clear, period=period))
    share = np.interp(np.log(means[:, None] * shape), np.log(grid), table).mean(axis=1)
    return np.asarray(np.clip(share, 0.0, 1.0))


def calls_missed(
    looks: npt.ArrayLike,
    p_clear: npt.ArrayLike,
    *,
    dwell: Dwell,
    calls: int,
    period: tuple[float, float],
    seed: int,
    level: float = 0.9,
) -> Estimate:
    """Estimate the share of calls that no clear look fell into, with its interval.

    Parameters
    ----------
    looks, p_clear
        As for `share_missed`.
    dwell : Dwell
        What is known of the mean stay; single stays follow a Gamma law of shape 4 about it.
    calls : int
        About how many calls there were: the fewer, the more their share is left to chance.
    period : tuple of float
        First and last day of arrival.
    seed : int
        Seed of the draws.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        Probability.

    Raises
    ------
    DataError
        As `share_missed`, or if there are no calls to miss.
    """
    refuse([*whole_faults(calls=calls), *level_faults(level)], what="share of calls missed")
    rng = np.random.default_rng(seed)
    means = np.concatenate([[dwell.median], dwell.draws(DRAWS, rng)])
    share = mean_share_missed(means, looks, p_clear, period=period)
    scatter = (rng.binomial(calls, share[1:]) + rng.uniform(-0.5, 0.5, DRAWS)) / calls - share[1:]
    drawn = np.clip(share[1:] + CALL_SCATTER * scatter, 0.0, 1.0)
    return estimate_of(
        float(share[0]), drawn, "p", level, "calls between the looks of the schedule"
    )
