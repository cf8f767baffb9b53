"""Rates of port calls a month, from counts over a period or as a source prints them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from skytally.core import limits, number, quantity_of, rounded_outwards

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


def _ends(day: pd.Timestamp, precision: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Earliest and latest day that an end of a period may be."""
    if precision == "month":
        month = day.to_period("M")
        return month.start_time, month.end_time.normalize()
    off = pd.Timedelta(days=NOMINAL_DAYS if precision == "nominal" else 0)
    return day - off, day + off


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
    if precisions == ("month", "month") and days[0].to_period("M") == days[1].to_period("M"):
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
        The ends of the printed number divided by the longest and by the shortest period;
        infinite where the count is a lower bound, NaN where it gives no rate.

    Examples
    --------
    >>> day = pd.Timestamp
    >>> row = {"value": 9.0, "low": math.nan, "high": math.nan, "bound": "exactly",
    ...        "wording": "", "unit": "calls", "method": "count", "date_first": day("2024-01-01"),
    ...        "date_last": day("2024-01-31"), "precision_first": "month",
    ...        "precision_last": "month"}
    >>> [round(end, 2) for end in monthly_rate(row)]
    [8.84, 8.84]
    """
    low, high = limits(quantity_of(row))
    if row["unit"] in PRINTED_RATES:
        return low * PRINTED_RATES[row["unit"]], high * PRINTED_RATES[row["unit"]]
    shortest, longest = period_days(row)
    if not longest >= SHORTEST_DAYS:
        return math.nan, math.nan
    return low / longest * MONTH_DAYS, high / shortest * MONTH_DAYS


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
