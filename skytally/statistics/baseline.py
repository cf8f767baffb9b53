"""Baseline against which a new count is compared: earlier counts, or only a bound."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skytally.core import DataError, refuse
from skytally.statistics.argument_checks import LARGEST, is_whole

SPACING = 7
"""Days between looks that count as independent: a train may stand for days (METHODS 7.1)."""
FIRST_DAY, LAST_DAY = np.datetime64("1900-01-01"), np.datetime64("2200-12-31")
"""Days between which a date is believed; one outside them is a slip of the pen."""
COARSE = ("Y", "M", "W")
"""Units of numpy dates that name no day."""
Day = str | np.datetime64
Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class Regime:
    """What a baseline holds before, inside and after the closure; the three are never pooled."""

    name: str
    """``before``, ``closed`` or ``after``; ``open`` where no closure was named."""
    looks: int | None
    """Usable looks in it, None where the looks are not dated."""
    days: int | None
    """Days of the period in it, None where the looks are dated."""
    largest: int | None
    """Largest count in it, None where there are no dated counts."""


@dataclass(frozen=True)
class Baseline:
    """What was seen before, outside the closure."""

    counts: tuple[int, ...]
    """Largest count of each independent look, empty where only a bound is known."""
    most: tuple[int, int]
    """The bound that was never passed, at its low and its high end."""
    looks: tuple[int, int, int]
    """Independent looks: fewest, the number used, most; the fewest is used if none is known."""
    left_out: int | None
    """Looks left out because they lie in the closure, None where their number is not known."""
    unclear: int
    """Looks that could not tell, left out too."""
    regimes: tuple[Regime, ...]
    """Before, inside and after the closure, where dates or a period are given."""


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


def _ends(pair: tuple[Day, Day], *, what: str) -> tuple[np.datetime64, np.datetime64]:
    if len(pair) != 2:
        message = f"{what}: found {pair}; give the first and the last day"
        raise DataError(message)
    first, last = (_day(each, what=what) for each in pair)
    if first > last:
        message = f"{what}: {first} is after {last}; exchange them"
        raise DataError(message)
    return first, last


def _no_months(dates: ArrayLike) -> None:
    """Refuse dates of observations that name only a month or a year."""
    plain = np.asarray(dates)
    coarse = plain.dtype.kind == "M" and np.datetime_data(plain.dtype)[0] in COARSE
    written = plain.ravel().tolist() if plain.dtype.kind == "U" else []
    if coarse or any(re.fullmatch(r"\d{4}(-\d\d)?", each) for each in written):
        message = "dates: some are months or years; give days, or time_bounds, a look"
        raise DataError(message)


def _first_last(dates: ArrayLike, number: int) -> tuple[Days, Days]:
    """First and last day of each observation, both included."""
    _no_months(dates)
    try:
        given = np.asarray(dates, dtype="datetime64[ns]")
    except (ValueError, TypeError, OverflowError) as error:
        message = f"dates: {error}; give a date a look, or time_bounds with its end excluded"
        raise DataError(message) from error
    if given.shape not in ((number,), (number, 2)) or np.isnat(given).any():
        message = (
            f"dates: shape {given.shape} or a date missing, for {number} looks; "
            "give a date a look, or time_bounds with its end excluded"
        )
        raise DataError(message)
    if given.ndim == 1:
        return given.astype("datetime64[D]"), given.astype("datetime64[D]")
    if (given[:, 1] <= given[:, 0]).any():
        message = (
            "dates: an interval ends before it begins; give time_bounds, whose end is excluded"
        )
        raise DataError(message)
    last = given[:, 1] - np.timedelta64(1, "ns")
    return given[:, 0].astype("datetime64[D]"), last.astype("datetime64[D]")


def _place(first: Days, last: Days, closed: tuple[Day, Day] | None) -> NDArray[np.str_]:
    """Position of each observation: before, inside or after the closure."""
    if closed is None:
        return np.full(len(first), "open")
    start, end = _ends(closed, what="closed")
    return np.where(last < start, "before", np.where(first > end, "after", "closed"))


def _groups(first: Days, last: Days) -> NDArray[np.intp]:
    """Group number of each observation; those within `SPACING` days of a group's first share it."""
    group = np.zeros(len(first), dtype=np.intp)
    number, anchor = -1, np.datetime64("NaT", "D")
    for i in np.argsort(last, kind="stable"):
        if np.isnat(anchor) or first[i] - anchor >= np.timedelta64(SPACING, "D"):
            number, anchor = number + 1, last[i]
        group[i] = number
    return group


def _regimes(places: NDArray[np.str_], highs: NDArray[np.float64] | None) -> tuple[Regime, ...]:
    return tuple(
        Regime(
            name=name,
            looks=int((places == name).sum()),
            days=None,
            largest=int(highs[places == name].max())
            if highs is not None and (places == name).any()
            else None,
        )
        for name in ("before", "closed", "after")
    )


def _refuse_empty(number: int, left_out: int) -> None:
    if number == 0 and left_out:
        message = (
            f"baseline: no look outside the closure, {left_out} lie in it and no usable look is "
            "left; give looks outside it, or only a bound"
        )
        raise DataError(message)
    if number == 0:
        message = "baseline: no usable look is left; give one or more, or only a bound"
        raise DataError(message)


def counted_baseline(
    counts: ArrayLike,
    *,
    dates: ArrayLike | None = None,
    closed: tuple[Day, Day] | None = None,
) -> Baseline:
    """Build a baseline from counts.

    Parameters
    ----------
    counts : array, dims (look) or (look, end)
        Counts, or their low and high ends, of which the high is used; NaN for a look that
        could not tell. The count to be judged must not be among them.
    dates : array of datetime64, dims (look) or (look, bnds), optional
        Day of each look, or its ``time_bounds`` (end excluded). Looks less than 7 days apart
        are one, at its largest count. Without dates every count is taken as independent.
    closed : tuple of date, optional
        First and last day, both included, of a closure; a look that may lie in it is refused.

    Returns
    -------
    Baseline
        Counts of independent looks, and how many were left out.

    Raises
    ------
    DataError
        If no usable look is left; if a count is negative, not whole or open above; if dates
        do not fit the counts, or a closure is named without dates.

    Examples
    --------
    >>> counted_baseline([4, 0, 7], dates=["2023-05-01", "2023-05-03", "2023-06-01"]).counts
    (4, 7)
    """
    ends = np.asarray(counts, dtype=float)
    if ends.ndim not in (1, 2) or (ends.ndim == 2 and ends.shape[1] != 2):
        message = f"counts: shape {ends.shape}; give a number a look, or (low, high) a look"
        raise DataError(message)
    if closed is not None and dates is None and len(ends):
        message = "closed: the counts have no dates, so none can be kept out; give their dates"
        raise DataError(message)
    usable = ~np.isnan(ends if ends.ndim == 1 else ends.sum(axis=1))
    if np.isposinf(ends).any():
        message = f"counts: {np.isposinf(ends).sum()} open above; give their upper ends"
        raise DataError(message)
    highs = np.array([whole_bounds(each, what="counts")[1] for each in ends[usable]])
    places = np.full(len(highs), "open")
    group = np.arange(len(highs))
    if dates is not None:
        first, last = (each[usable] for each in _first_last(dates, len(ends)))
        places = _place(first, last, closed)
        group = _groups(first[places != "closed"], last[places != "closed"])
    left_out = int((places == "closed").sum())
    kept = highs[places != "closed"]
    _refuse_empty(len(kept), left_out)
    tallest = np.zeros(group.max() + 1)
    np.maximum.at(tallest, group, kept)
    largest = tuple(int(each) for each in tallest)
    return Baseline(
        counts=largest,
        most=(max(largest), max(largest)),
        looks=(len(largest),) * 3,
        left_out=left_out,
        unclear=int((~usable).sum()),
        regimes=() if closed is None else _regimes(places, highs),
    )


def _period_days(
    period: tuple[Day, Day], closed: tuple[Day, Day] | None
) -> tuple[int, int, tuple[Regime, ...]]:
    """Count the days of a period outside and inside the closure."""
    first, last = _ends(period, what="period")
    day = np.timedelta64(1, "D")
    total = int((last - first) / day) + 1
    if closed is None:
        return total, 0, (Regime("open", None, total, None),)
    start, end = _ends(closed, what="closed")
    inside = max(0, int((min(last, end) - max(first, start)) / day) + 1)
    before = min(total, max(0, int((start - first) / day)))
    days = {"before": before, "closed": inside, "after": total - before - inside}
    if total == inside:
        message = (
            f"period: {first} to {last} lies whole in the closure of {start} to {end}, so there "
            "is no look outside the closure; give a period that begins before it or ends after it"
        )
        raise DataError(message)
    return total - inside, inside, tuple(Regime(n, None, d, None) for n, d in days.items())


def _dated_bound(
    most: tuple[int, int],
    looks: ArrayLike,
    period: tuple[Day, Day] | None,
    closed: tuple[Day, Day] | None,
) -> Baseline:
    first, last = _first_last(looks, len(np.asarray(looks)))
    if period is not None:
        start, end = _ends(period, what="period")
        outside = int(((first < start) | (last > end)).sum())
        if outside:
            message = f"looks: {outside} outside the period {start} to {end}; mend one of them"
            raise DataError(message)
    places = _place(first, last, closed)
    kept = places != "closed"
    left_out = int((~kept).sum())
    _refuse_empty(int(kept.sum()), left_out)
    independent = len(np.unique(_groups(first[kept], last[kept])))
    regimes = () if closed is None else _regimes(places, None)
    return Baseline((), most, (independent,) * 3, left_out, 0, regimes)


def _look_number_faults(
    looks: ArrayLike | None, looks_range: tuple[int, int], *, placeless: bool
) -> list[str]:
    faults = []
    if looks is not None and not is_whole(float(looks), least=1):  # type: ignore[arg-type]
        faults.append(f"looks: found {looks!r}; leave it out if the number is not known")
    sound = len(looks_range) == 2 and all(is_whole(each, least=1) for each in looks_range)
    if not sound or looks_range[0] > looks_range[1]:
        faults.append(f"looks_range: found {looks_range}; give (fewest, most), from 1 up")
    if placeless:
        faults.append("closed: neither dates of looks nor a period; give one, or leave it out")
    return faults


def bounded_baseline(
    most: ArrayLike,
    *,
    looks: ArrayLike | None = None,
    period: tuple[Day, Day] | None = None,
    closed: tuple[Day, Day] | None = None,
    looks_range: tuple[int, int] = (1, 50),
) -> Baseline:
    """Build a baseline of which only an upper bound is known.

    Parameters
    ----------
    most : float or (low, high)
        The bound, or its two ends where it is itself called *about*.
    looks : int or array of datetime64, dims (look) or (look, bnds), optional
        Number of usable looks, or the day of each, or its ``time_bounds`` (end excluded).
    period : tuple of date, optional
        First and last day the bound speaks of, both included.
    closed : tuple of date, optional
        First and last day of a closure. Dated looks in it are refused; of looks that are only
        numbered, the share of the period that is closed is refused.
    looks_range : tuple of int
        Fewest and most independent looks, used where neither looks nor a period is given.

    Returns
    -------
    Baseline
        The bound and the number of independent looks: of dated looks, those 7 days apart; else
        min(number, open days / 7); where no number is known, a range from 1 to open days / 7.

    Raises
    ------
    DataError
        If the bound is negative or its ends are reversed, there is no look, none outside the
        closure or one outside the period, the period lies whole in the closure, a date is not
        known to the day, or nothing dates the looks where one is closed.

    Examples
    --------
    >>> bounded_baseline(20, looks=50, period=("2023-01-01", "2023-03-11")).looks
    (10, 10, 10)
    """
    bound = whole_bounds(most, what="most")
    if math.isinf(bound[1]):
        message = "most: infinite; a bound that is open above bounds nothing, give its upper end"
        raise DataError(message)
    ends = int(bound[0]), int(bound[1])
    if looks is not None and np.ndim(looks) > 0:
        return _dated_bound(ends, looks, period, closed)
    placeless = closed is not None and period is None
    refuse(_look_number_faults(looks, looks_range, placeless=placeless), what="baseline")
    number = None if looks is None else int(looks)  # type: ignore[arg-type]
    if period is None:
        numbers = (looks_range[0], *looks_range) if number is None else (number,) * 3
        return Baseline((), ends, numbers, None if number is None else 0, 0, ())
    open_days, inside, regimes = _period_days(period, closed)
    room = max(1, open_days // SPACING)
    if number is None:
        return Baseline((), ends, (1, 1, room), None if inside else 0, 0, regimes)
    left_out = round(number * inside / (open_days + inside))
    _refuse_empty(number - left_out, left_out)
    used = min(number - left_out, room)
    numbers = (1, used, min(number, room)) if inside else (used, used, used)
    return Baseline((), ends, numbers, left_out, 0, regimes)
