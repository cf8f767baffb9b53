"""Rates of port calls a month, from counts over a period or as a source prints them."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from skytally.core import DataError, limits, number, quantity_of, rounded_outwards
from skytally.statistics.estimate import Estimate

MONTH_DAYS = 365.25 / 12
"""Days of a mean month."""
NOMINAL_DAYS = 15
"""Days by which a nominal day may be off, either way."""
PRINTED_RATES = {"calls per month": 1.0, "ships per week": MONTH_DAYS / 7}
"""Units of printed rates, and how many of a month one of them is."""
SHORTEST_DAYS = 28
"""Days below which a count of a period gives no rate of a month."""
DIGITS = 2
"""Significant digits of a rate."""
CALLS, CALLS_A_MONTH = "calls", "calls per month"
"""Unit of a total of calls, and of a rate of calls."""
TOTALS = {
    CALLS: CALLS_A_MONTH,
    "ships": CALLS_A_MONTH,  # if each of them came once
    "voyages": "voyages per month",
    "shipments": "shipments per month",
}
"""Units of totals that a rate may be given of, and those of their rates."""
COMPARED = ("counter", "scope", "quantity", "cargo")
"""Columns in which two totals of one series agree."""
UNSTATED = "unstated"
"""A scope with this word is some place of several: the same word twice is not one place."""


def _ends(day: pd.Timestamp, precision: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Earliest and latest day that an end of a period may be."""
    if precision == "month":
        month = day.to_period("M")
        return month.start_time, month.end_time.normalize()
    off = pd.Timedelta(days=NOMINAL_DAYS if precision == "nominal" else 0)
    return day - off, day + off


def _is_one_month(row: Mapping[str, Any]) -> bool:
    """Whether the period of a row is one calendar month as a whole."""
    days = row["date_first"], row["date_last"]
    exact = (row["precision_first"], row["precision_last"]) == ("month", "month")
    return exact and not any(map(pd.isna, days)) and len({day.to_period("M") for day in days}) == 1


def period_days(row: Mapping[str, Any]) -> tuple[float, float]:
    """Shortest and longest period, in days, that the dates of a row allow.

    Parameters
    ----------
    row : mapping
        With ``date_first``, ``date_last`` and their precisions. A period that is one month as a
        whole is as long as that month.

    Returns
    -------
    tuple of float
        Both ends included; NaN where one is open.
    """
    days = row["date_first"], row["date_last"]
    precisions = row["precision_first"], row["precision_last"]
    if any(pd.isna(day) for day in days):
        return math.nan, math.nan
    whole = (days[1] - days[0]).days + 1.0
    if _is_one_month(row):
        return whole, whole
    first, last = (_ends(*each) for each in zip(days, precisions, strict=True))
    return max((last[0] - first[1]).days + 1.0, 1.0), (last[1] - first[0]).days + 1.0


def monthly_rate(row: Mapping[str, Any]) -> tuple[float, float]:
    """Interval of the calls, voyages or ships a month that a row allows.

    Parameters
    ----------
    row : mapping
        One row of ``voyage_counts``: a count over a period, or a printed rate.

    Returns
    -------
    tuple of float
        The ends of the printed number divided by the longest and by the shortest period, or the
        number itself where the period is one calendar month; infinite where the count is a lower
        bound, NaN where it gives no rate.

    Examples
    --------
    >>> day = pd.Timestamp
    >>> row = {"value": 9.0, "low": math.nan, "high": math.nan, "bound": "exactly",
    ...        "wording": "", "unit": "calls", "method": "count", "date_first": day("2024-01-01"),
    ...        "date_last": day("2024-01-31"), "precision_first": "month",
    ...        "precision_last": "month"}
    >>> [round(end, 2) for end in monthly_rate(row)]
    [9.0, 9.0]
    """
    low, high = limits(quantity_of(row))
    if row["unit"] in PRINTED_RATES:
        return low * PRINTED_RATES[row["unit"]], high * PRINTED_RATES[row["unit"]]
    if _is_one_month(row):
        return low, high
    shortest, longest = period_days(row)
    if not longest >= SHORTEST_DAYS:
        return math.nan, math.nan
    return low / longest * MONTH_DAYS, high / shortest * MONTH_DAYS


def _total(count: pd.DataFrame, units: Collection[str]) -> pd.Series:
    """Take the one row of a total in one of these units, of a period with two ends."""
    row = count.iloc[0]
    if row["unit"] not in units or math.isnan(limits(quantity_of(row))[0]):
        message = f"row {row['id']}: no number of {' or '.join(units)}; name a row that gives one"
        raise DataError(message)
    if math.isnan(period_days(row)[0]):
        message = f"row {row['id']}: an open period gives no rate; name a row with two ends"
        raise DataError(message)
    return row


def rate_of_count(count: pd.DataFrame) -> Estimate:
    """Divide the calls, voyages or shipments of one total by the months of its period.

    Parameters
    ----------
    count : pandas.DataFrame
        One row with a number of calls, voyages or shipments, or of ships, each one call.

    Returns
    -------
    Estimate
        In the unit of the row a month, with what the words of the number and the dates allow.

    Raises
    ------
    DataError
        If the row gives no such number, or its period is open or shorter than four weeks.
    """
    row = _total(count, TOTALS)
    low, high = monthly_rate({str(key): cell for key, cell in row.items()})
    if math.isnan(low):
        message = f"row {row['id']}: a period below {SHORTEST_DAYS} days gives no rate of a month"
        raise DataError(message)
    unit = str(row["unit"])
    return Estimate(math.nan, low, high, TOTALS[unit], 1.0, f"{unit} divided by months")


def _later_part(
    earlier: pd.DataFrame, later: pd.DataFrame
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the calls and the days between the ends of two totals of one series."""
    before, after = (_total(each, (CALLS,)) for each in (earlier, later))
    both = f"rows {before['id']} and {after['id']}"
    for word in COMPARED:
        if before[word] != after[word]:
            message = f"{both}: {word} {before[word]} and {after[word]}; take one series"
            raise DataError(message)
    if UNSTATED in str(before["scope"]):
        message = f"{both}: the scope may be two places; take rows that name theirs"
        raise DataError(message)
    starts, ends = (
        [_ends(row[f"date_{end}"], row[f"precision_{end}"]) for row in (before, after)]
        for end in ("first", "last")
    )
    if max(start[0] for start in starts) > min(start[1] for start in starts):
        message = f"{both} begin on different days; take totals that begin on one"
        raise DataError(message)
    days = (ends[1][0] - ends[0][1]).days, (ends[1][1] - ends[0][0]).days
    if days[0] < SHORTEST_DAYS:
        message = f"{both}: {days[0]} days between their ends; take totals further apart"
        raise DataError(message)
    few, many = limits(quantity_of(before)), limits(quantity_of(after))
    calls = max(many[0] - few[1], 0.0), many[1] - few[0]
    if calls[1] < 0:
        message = f"{both}: the later total is the lower; correct one, or take others"
        raise DataError(message)
    if calls[0] == 0 and math.isinf(calls[1]):
        message = f"{both} allow every number of calls between their ends; leave it"
        raise DataError(message)
    return calls, (float(days[0]), float(days[1]))


def calls_between(earlier: pd.DataFrame, later: pd.DataFrame) -> Estimate:
    """Subtract an earlier total of calls from a later one of the same series.

    Parameters
    ----------
    earlier, later : pandas.DataFrame
        One row each, of one counter at one place, which may begin on one day.

    Returns
    -------
    Estimate
        In calls: the later number less the earlier one, with what the words of both allow.

    Raises
    ------
    DataError
        If the rows are not of one series, their ends are less than four weeks apart, or their
        numbers allow no or every difference. The message names the rows.
    """
    (low, high), _ = _later_part(earlier, later)
    return Estimate(math.nan, low, high, CALLS, 1.0, "one total less another")


def rate_between(earlier: pd.DataFrame, later: pd.DataFrame) -> Estimate:
    """Divide the calls between two totals of one series by the months between their ends.

    Parameters
    ----------
    earlier, later : pandas.DataFrame
        As for `calls_between`.

    Returns
    -------
    Estimate
        In calls a month, with what the words of both numbers and the dates allow.

    Raises
    ------
    DataError
        As `calls_between`.
    """
    (low, high), (shortest, longest) = _later_part(earlier, later)
    least, most = low / longest * MONTH_DAYS, high / shortest * MONTH_DAYS
    method = "one total less another, divided by months"
    return Estimate(math.nan, least, most, CALLS_A_MONTH, 1.0, method)


def rate_ratio(earlier: pd.DataFrame, later: pd.DataFrame) -> Estimate:
    """Divide the rate between two totals of one series by the rate of the earlier one.

    Parameters
    ----------
    earlier, later : pandas.DataFrame
        As for `calls_between`.

    Returns
    -------
    Estimate
        How many times as often ships called after the earlier total: from the lower end of the
        later rate over the upper end of the earlier one to the upper end over the lower one.

    Raises
    ------
    DataError
        As `calls_between` and `rate_of_count`, or if the earlier total allows no call.
    """
    before, after = rate_of_count(earlier), rate_between(earlier, later)
    if not before.low > 0:
        message = f"row {earlier['id'].iloc[0]}: no call at all gives no ratio; take another total"
        raise DataError(message)
    low = after.low / before.high
    return Estimate(math.nan, low, after.high / before.low, "times", 1.0, "one rate over another")


def rate_text(rate: tuple[float, float]) -> str:
    """Write a rate of a month, its ends rounded outwards; empty where there is none.

    Examples
    --------
    >>> rate_text((3.77, math.inf)), rate_text((3.17, 3.4)), rate_text((0.0, 0.0))
    ('at least 3.7', '3.1 to 3.4', 'none')
    """
    if math.isnan(rate[0]):
        return ""
    low = number(rounded_outwards(rate[0], math.floor, digits=DIGITS))
    if math.isinf(rate[1]):
        return f"at least {low}"
    high = number(rounded_outwards(rate[1], math.ceil, digits=DIGITS))
    if rate[1] == 0:
        return "none"
    return low if low == high else f"{low} to {high}"
