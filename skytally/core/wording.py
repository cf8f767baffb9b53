"""Numbers and dates put into words: one wording for every page."""

from __future__ import annotations

import math
import re

import pandas as pd

from skytally.core import names as n
from skytally.core.units import unit_of


def number(value: float) -> str:
    """Write a number as it was printed: thousands separated, no empty decimals.

    Examples
    --------
    >>> number(1010.0), number(2.6)
    ('1,010', '2.6')
    """
    if value == round(value):
        return f"{round(value):,}"
    return f"{value:,.6g}"


def slug_of(words: str) -> str:
    """Turn words into the name of a file: small letters and digits, all else one dash.

    Examples
    --------
    >>> slug_of("Pier 1 (west)"), slug_of("!")
    ('pier-1-west', '')
    """
    return re.sub("[^a-z0-9]+", "-", words.lower()).strip("-")


def with_unit(words: str, value: float, unit: str) -> str:
    """Append a unit to a number in words, in the singular after one; a probability has none."""
    if unit == n.PROBABILITY:
        return words
    return f"{words} {unit_of(unit).singular if value == 1 else unit}"


def interval(low: float, high: float, unit: str) -> str:
    """Write the interval of a number, or the side on which it is open.

    Examples
    --------
    >>> interval(72.5, 73.5, "railcars"), interval(25, float("inf"), "calls")
    ('72.5 to 73.5 railcars', '25 calls or more')
    """
    if math.isnan(low) or math.isnan(high):
        return "no interval"
    if math.isinf(high):
        return f"{with_unit(number(low), low, unit)} or more"
    if low == high:
        return with_unit(number(low), low, unit)
    return with_unit(f"{number(low)} to {number(high)}", high, unit)


def day(date: pd.Timestamp) -> str:
    """Write a date as ``5 October 2023``."""
    return f"{date.day} {date:%B %Y}"


def _end(date: pd.Timestamp | None, precision: str) -> str:
    if precision == "open" or date is None or pd.isna(date):
        return ""
    if precision == "month":
        return f"{date:%B %Y}"
    if precision == "year":
        return f"{date:%Y}"
    if precision == "nominal":
        return f"about {day(date)}"
    return day(date)


def when(
    first: pd.Timestamp | None,
    last: pd.Timestamp | None,
    precision_first: str,
    precision_last: str,
) -> str:
    """Write a date interval in words that keep its precision.

    Parameters
    ----------
    first, last : pandas.Timestamp or None
        First and last day, both included; None where that side is open.
    precision_first, precision_last : str
        Words of the vocabulary *precision*.

    Returns
    -------
    str
        For example ``5 October 2023``, ``August 2023``, ``until January 2020``.

    Examples
    --------
    >>> when(pd.Timestamp("2023-08-01"), pd.Timestamp("2023-08-31"), "month", "month")
    'August 2023'
    """
    start, end = _end(first, precision_first), _end(last, precision_last)
    if start and start == end:
        return start
    if start and end:
        return f"{start} to {end}"
    if end:
        return f"until {end}"
    if start:
        return f"from {start}"
    return "no date"
