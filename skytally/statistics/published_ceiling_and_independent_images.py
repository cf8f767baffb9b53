"""Ceiling that was never passed, and the independent images that may stand behind it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from skytally.core import DataError, refuse
from skytally.statistics.argument_checks import LARGEST, is_whole

SPACING = 7
"""Days between images that count as independent: a train may stand for days (METHODS 7.1)."""
FIRST_DAY, LAST_DAY = np.datetime64("1900-01-01"), np.datetime64("2200-12-31")
"""Days between which a date is believed; one outside them is a slip of the pen."""
COARSE = ("Y", "M", "W")
"""Units of numpy dates that name no day."""
Day = str | np.datetime64
Period = tuple[Day, Day]


@dataclass(frozen=True)
class Baseline:
    """A ceiling over the images of a period, the closure of the border left out."""

    most: tuple[int, int]
    """The ceiling, at its low and its high end."""
    images: tuple[int, int, int]
    """Independent images behind it: none stated (1), as many as a source states, one a week."""
    open_days: int
    """Days of the period outside the closure."""
    closed_days: int
    """Days of it inside the closure, which can lower an average and no maximum."""


def whole_bounds(amount: ArrayLike, *, what: str) -> tuple[float, float]:
    """Least and greatest whole number that an amount or an interval allows.

    Raises
    ------
    DataError
        If it is missing, negative, reversed, open below, or holds no whole number.
    """
    ends = np.asarray(amount, dtype=float).ravel()
    if ends.size not in (1, 2) or np.isnan(ends).any():
        message = f"{what}: found {amount!r}; give a number or (low, high)"
        raise DataError(message)
    low, high = float(ends[0]), float(ends[-1])
    if any(LARGEST < abs(each) < math.inf for each in (low, high)):
        message = f"{what}: found {low} to {high}; give counts up to {LARGEST:,}, or another unit"
        raise DataError(message)
    least = math.ceil(low) if math.isfinite(low) else low
    most = math.floor(high) if math.isfinite(high) else high
    if low < 0 or low > high or math.isinf(low) or least > most:
        message = (
            f"{what}: found {low} to {high}; give whole numbers, not negative, "
            "of which low is not above high"
        )
        raise DataError(message)
    return float(least), float(most)


def _day(date: Day, *, what: str) -> np.datetime64:
    try:
        given = np.datetime64("NaT", "D") if str(date) in ("", "NaT") else np.datetime64(date)
        precision = np.datetime_data(given.dtype)[0]
        day = given.astype("datetime64[D]")
    except (ValueError, TypeError, OverflowError) as error:
        message = f"{what}: {date!r} is no date; give both ends as days"
        raise DataError(message) from error
    if np.isnat(given):
        message = f"{what}: no date; give both ends"
        raise DataError(message)
    if precision in COARSE or not FIRST_DAY <= day <= LAST_DAY:
        message = (
            f"{what}: {date} is no day from {FIRST_DAY} to {LAST_DAY}; "
            "give the first and the last day"
        )
        raise DataError(message)
    return day


def _ends(pair: Period, *, what: str) -> tuple[np.datetime64, np.datetime64]:
    if len(pair) != 2:
        message = f"{what}: found {pair}; give the first and the last day"
        raise DataError(message)
    first, last = (_day(each, what=what) for each in pair)
    if first > last:
        message = f"{what}: {first} is after {last}; exchange them"
        raise DataError(message)
    return first, last


def days_in(period: Period, *, what: str = "period") -> int:
    """Days of a period, both ends included.

    Raises
    ------
    DataError
        If an end is no day, or the first is after the last.
    """
    first, last = _ends(period, what=what)
    return int((last - first) / np.timedelta64(1, "D")) + 1


def weeks_imaged(number: float, period: Period) -> int:
    """Independent images that a number of images in a period amounts to if they were spread.

    Parameters
    ----------
    number : float
        Images, at least 1.
    period : tuple of date
        First and last day in which they were taken, both included.

    Returns
    -------
    int
        The whole weeks of the period, or the images if they are fewer. It assumes that the
        images were spread over the weeks, which a bare number does not say.

    Raises
    ------
    DataError
        If the number is not whole or below 1, or the period has no days.

    Examples
    --------
    >>> weeks_imaged(36, ("2022-11-01", "2023-01-31"))
    13
    """
    if not is_whole(number, least=1):
        message = f"images: found {number!r}; give a whole number from 1 up"
        raise DataError(message)
    return int(min(number, max(1, days_in(period, what="images") // SPACING)))


def _image_faults(stated: float, room: int, shares: tuple[int, int]) -> Iterator[str]:
    if not is_whole(stated, least=1):
        yield f"stated: found {stated!r}; give a whole number of images from 1 up"
    elif stated > room:
        yield (
            f"stated: {stated:,} independent images, but {shares[0]:,} open days hold {room:,} "
            "a week apart; mend the number or the period"
        )


def bounded_baseline(
    most: ArrayLike, *, stated: int, period: Period, closed: Period | None = None
) -> Baseline:
    """Build the baseline that a published ceiling amounts to.

    Parameters
    ----------
    most : float or (low, high)
        The ceiling, or its two ends where it is itself called *about*.
    stated : int
        Independent images that a source of the record accounts for (`weeks_imaged`).
    period : tuple of date
        First and last day the ceiling speaks of, both included.
    closed : tuple of date, optional
        First and last day of a closure. Its images are not counted: a closed yard says nothing
        of an open one. It lowers no maximum, and is left out for that reason only.

    Returns
    -------
    Baseline

    Raises
    ------
    DataError
        If the ceiling is negative, infinite or its ends are reversed, more images are stated
        than the open days hold, the period lies whole in the closure, or a date is no day.

    Examples
    --------
    >>> bounded_baseline(20, stated=5, period=("2023-01-01", "2023-03-11")).images
    (1, 5, 10)
    """
    low, high = whole_bounds(most, what="most")
    if math.isinf(high):
        message = "most: infinite; a bound that is open above bounds nothing, give its upper end"
        raise DataError(message)
    total, inside = days_in(period), 0
    if closed is not None:
        first, last = _ends(period, what="period")
        start, end = _ends(closed, what="closed")
        shared = (min(last, end) - max(first, start)) / np.timedelta64(1, "D") + 1
        inside = max(0, int(shared))
    if total == inside:
        message = (
            f"period: {period[0]} to {period[1]} lies whole in the closure, so there is no image "
            "outside the closure; give a period that begins before it or ends after it"
        )
        raise DataError(message)
    room = max(1, (total - inside) // SPACING)
    refuse(_image_faults(stated, room, (total - inside, inside)), what="baseline")
    return Baseline((int(low), int(high)), (1, int(stated), room), total - inside, inside)
