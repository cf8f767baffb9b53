"""Quantities as sources print them: number, bound, interval and words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from skytally.core import names as n
from skytally.core.wording import number, with_unit


@dataclass(frozen=True)
class Quantity:
    """One number as a source prints it."""

    value: float
    """The printed number, NaN where none or only a range is printed."""
    low: float
    """Printed lower bound, NaN where none is printed."""
    high: float
    """Printed upper bound, NaN where none is printed."""
    bound: str
    """One of `skytally.core.names.BOUNDS`, or empty where there is no number."""
    unit: str
    """Word of the vocabulary *unit*."""
    wording: str = ""
    """The source's own softening words, where the bound alone would lose them."""


def quantity_of(row: Mapping[str, Any]) -> Quantity:
    """Quantity of a row of an observation table."""
    return Quantity(
        row["value"], row["low"], row["high"], row["bound"], row["unit"], row["wording"]
    )


def rounding_interval(value: float) -> tuple[float, float]:
    """Interval that rounding alone allows around a number called *about*.

    Parameters
    ----------
    value : float
        The printed number, in its unit.

    Returns
    -------
    tuple of float
        (low, high), half a unit of the last printed digit that is not zero on either side.

    Notes
    -----
    It is the least the word *about* can mean. The counter's own error is not published and
    is larger; no interval in the book claims to hold it.

    Examples
    --------
    >>> rounding_interval(1010), rounding_interval(2.6)
    ((1005.0, 1015.0), (2.55, 2.65))
    """
    if value == 0:
        return 0.0, 0.5
    digits = f"{value:.6f}".rstrip("0").rstrip(".")
    if "." in digits:
        half = 0.5 * 10.0 ** -len(digits.split(".")[1])
        return round(value - half, 9), round(value + half, 9)
    half = 0.5 * 10.0 ** (len(digits) - len(digits.rstrip("0")))
    return value - half, value + half


def limits(quantity: Quantity) -> tuple[float, float]:
    """Interval of a printed quantity, open on one side for a bound.

    Parameters
    ----------
    quantity : Quantity
        As printed.

    Returns
    -------
    tuple of float
        (low, high) in its unit; infinite where the source sets no limit, NaN where there is
        no number. A bound that is itself called *about* is moved outwards by its rounding.

    Examples
    --------
    >>> limits(Quantity(25.0, math.nan, math.nan, "at least", "calls"))
    (25.0, inf)
    """
    value, low, high = quantity.value, quantity.low, quantity.high
    if math.isnan(value) or not (math.isnan(low) or math.isnan(high)):
        return low, high
    least = value if math.isnan(low) else low
    most = value if math.isnan(high) else high
    if quantity.bound == n.ABOUT or "about" in quantity.wording:
        around = rounding_interval(value)
        least = around[0] if math.isnan(low) else low
        most = around[1] if math.isnan(high) else high
    if quantity.bound in n.OPEN_ABOVE:
        return least, math.inf
    if quantity.bound == n.AT_MOST:
        return 0.0, most
    return least, most


def quantity_text(quantity: Quantity) -> str:
    """Express a quantity in words that keep its bound.

    Parameters
    ----------
    quantity : Quantity
        As printed.

    Returns
    -------
    str
        For example ``about 73 railcars``; ``no number`` where there is none.

    Examples
    --------
    >>> quantity_text(Quantity(25.0, math.nan, math.nan, "at least", "calls"))
    'at least 25 calls'
    """
    softening = quantity.wording or ("" if quantity.bound == n.EXACTLY else quantity.bound)
    prefix = f"{softening} " if softening else ""
    if not math.isnan(quantity.value):
        return with_unit(f"{prefix}{number(quantity.value)}", quantity.value, quantity.unit)
    if quantity.bound in n.OPEN_ABOVE and not math.isnan(quantity.low):
        return with_unit(f"{prefix}{number(quantity.low)}", quantity.low, quantity.unit)
    if quantity.low == quantity.high:
        return with_unit(f"{prefix}{number(quantity.low)}", quantity.low, quantity.unit)
    if not math.isnan(quantity.low):
        interval = f"{prefix}{number(quantity.low)} to {number(quantity.high)}"
        return with_unit(interval, quantity.high, quantity.unit)
    return "no number"
