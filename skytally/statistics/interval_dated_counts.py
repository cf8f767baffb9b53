"""Counts with bounds, each dated to an interval: what changes are estimated from."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skytally.core import DataError, check_line, evidence_line_name_constants as n, refuse
from skytally.record import OPEN_START
from skytally.statistics.argument_checks import LARGEST

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]
EPOCH = np.datetime64("1970-01-01", "D")
DAY = np.timedelta64(1, "D")
MAX_DAYS_FROM_1970 = 100_000.0
"""Most days from 1970-01-01 at which a look is believed; beyond it the unit is a wrong one."""


@dataclass(frozen=True, eq=False)
class IntervalCounts:
    """Usable looks: dated to an interval, each with a count or the bounds of one."""

    start: Floats
    """Start of each look's date interval, dims (look), in days since 1970-01-01."""
    end: Floats
    """End of the interval, not included, dims (look), in days since 1970-01-01."""
    low: Floats
    """Least whole number that may have been there, dims (look)."""
    high: Floats
    """Greatest whole number that may have been there, dims (look); infinite where unlimited."""
    unit: str
    """What was counted, a word of the vocabulary *unit*."""


def _days(when: ArrayLike) -> Floats:
    times = np.asarray(when)
    if times.dtype.kind == "U":
        try:
            times = times.astype("datetime64[D]")
        except ValueError as error:
            message = f"looks: {error}; give dates as days, such as 2023-10-05"
            raise DataError(message) from error
    if np.issubdtype(times.dtype, np.datetime64):
        return (times - EPOCH) / DAY
    return times.astype(float)


def date_of(days: float) -> np.datetime64:
    """Calendar day that contains a number of days since 1970-01-01."""
    return EPOCH + math.floor(days) * DAY


def _look_faults(looks: IntervalCounts) -> Iterable[str]:
    for i in range(looks.start.size):
        start, end, low, high = looks.start[i], looks.end[i], looks.low[i], looks.high[i]
        place = f"look {i + 1}"
        if not -MAX_DAYS_FROM_1970 <= start < end <= MAX_DAYS_FROM_1970:
            yield (
                f"{place}: dates {start} to {end}; give a start before its end, "
                f"no more than {MAX_DAYS_FROM_1970:,.0f} days from {EPOCH}"
            )
        if math.isnan(low) or math.isnan(high) or math.isinf(low) or low > high:
            yield f"{place}: no whole number from {low} to {high}; give bounds that agree"
        if low < 0 or any(LARGEST < each < math.inf for each in (low, high)):
            yield f"{place}: count {low} to {high}; give counts from 0 to {LARGEST:,}"


def checked(looks: IntervalCounts) -> IntervalCounts:
    """Return interval counts unchanged, or refuse them with all their faults.

    Raises
    ------
    DataError
        If there is none, or any has no dates or no count that could be.
    """
    refuse(_look_faults(looks), what="looks")
    if looks.start.size == 0:
        message = (
            "looks: none is usable, all are missing or unclear, so no change can be dated; "
            "give looks that could tell"
        )
        raise DataError(message)
    return looks


def interval_counts_from(
    start: ArrayLike,
    low: ArrayLike,
    *,
    end: ArrayLike | None = None,
    high: ArrayLike | None = None,
    unit: str = "counts",
) -> IntervalCounts:
    """Build interval counts from plain arrays.

    Parameters
    ----------
    start : array_like of datetime64 or float, dims (look)
        Date of each look, or the start of the interval it lies in, in days since 1970-01-01.
    low : array_like of float, dims (look)
        The count, or its lower bound where `high` is given; NaN where the look could not tell,
        and that look is left out.
    end : array_like of datetime64 or float, dims (look), optional
        End of the interval, not included; without it each look is dated to its day.
    high : array_like of float, dims (look), optional
        Upper bound of the count, infinite where there is none; without it `low` is exact.
    unit : str
        What was counted.

    Returns
    -------
    IntervalCounts
        The looks that could tell.

    Raises
    ------
    DataError
        If the arrays differ in length, no look is usable, an interval is empty or runs
        backwards, a count is negative, or bounds hold no whole number.

    Examples
    --------
    >>> interval_counts_from(["2023-10-05"], [72.5], high=[73.5]).low.tolist()
    [73.0]
    """
    first = _days(start)
    last = np.floor(first) + 1.0 if end is None else _days(end)
    begin = np.floor(first) if end is None else first
    least = np.asarray(low, float)
    most = least if high is None else np.asarray(high, float)
    alike = first.shape == last.shape == least.shape == most.shape
    if first.ndim != 1 or not alike:
        message = (
            f"looks: {first.size} dates but {least.size} counts, or more than one row of them; "
            "give one count a date"
        )
        raise DataError(message)
    told = ~np.isnan(least)
    return checked(
        IntervalCounts(
            begin[told],
            last[told],
            np.ceil(least[told] - 1e-9),
            np.floor(most[told] + 1e-9),
            unit,
        )
    )


def interval_counts_of(line: xr.Dataset) -> IntervalCounts:
    """Take the usable looks from a line of evidence.

    Parameters
    ----------
    line : xarray.Dataset, dims (time)
        A line as made by `skytally.record.line`.

    Returns
    -------
    IntervalCounts
        Rows that saw nothing count 0; rows that saw something uncounted count at least 1;
        unclear rows and rows without a number are left out. An interval open at its start
        begins with the earliest day known in the line.

    Raises
    ------
    DataError
        If the line is not sound, no row is usable, or no row has a known start.
    """
    check_line(line)
    state = line[n.STATE].to_numpy().astype(str)
    low, high = line[n.LOW].to_numpy().copy(), line[n.HIGH].to_numpy().copy()
    more = (line[n.BOUND].to_numpy().astype(str) == n.MORE_THAN) & np.isfinite(low)
    low[more] = np.floor(low[more]) + 1.0
    low[state == n.NOTHING_SEEN] = high[state == n.NOTHING_SEEN] = 0.0
    uncounted = (state == n.SOMETHING_SEEN) & np.isnan(low)
    low[uncounted], high[uncounted] = 1.0, math.inf
    low[state == n.UNCLEAR] = math.nan
    bounds = line[n.TIME_BOUNDS].to_numpy()
    start, end = _days(bounds[:, 0]), _days(bounds[:, 1])
    usable = ~np.isnan(low)
    opened = bounds[:, 0] == OPEN_START
    if usable.any() and not (usable & ~opened).any():
        message = (
            f"{line.attrs['title']}: every usable row is open at its start, none has a day; "
            "give one that has"
        )
        raise DataError(message)
    if usable.any():
        start[opened] = np.minimum(start[usable & ~opened].min(), end[opened] - 1.0)
    return interval_counts_from(
        start[usable],
        low[usable],
        end=end[usable],
        high=high[usable],
        unit=line[n.VALUE].attrs["unit"],
    )
