"""Numbers held against numbers: one claimed, one found."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from skytally.claims.verdicts import BOUND, CONTRADICTED, HOLDS, REFINED, UNTESTED
from skytally.core import names as n
from skytally.core.errors import DataError
from skytally.core.wording import interval, number

UNITS = {"miles": ("km", 1.609344), "months": ("days", 30.4375)}
"""Unit to the one it is compared in, and the factor."""


@dataclass(frozen=True)
class Known:
    """A number, claimed or found."""

    value: float
    """The number in `unit`, NaN where there is only an interval."""
    low: float
    """Lower end, NaN where there is no number at all."""
    high: float
    """Upper end, infinite where open."""
    bound: str
    """One of `skytally.core.names.BOUNDS`."""
    unit: str
    """Word of the vocabulary *unit*."""
    said: str
    """The number in words."""


def comparable(known: Known) -> Known:
    """Put a number into the unit in which it is compared."""
    unit, factor = UNITS.get(known.unit, (known.unit, 1.0))
    value, low, high = (factor * each for each in (known.value, known.low, known.high))
    return replace(known, value=value, low=low, high=high, unit=unit)


def count_of(value: float, unit: str, *, exact: bool, what: str) -> Known:
    """Make a number of what was counted, a lower bound where the count is not of all there is."""
    bound, high = (n.EXACTLY, value) if exact else (n.AT_LEAST, math.inf)
    words = "" if exact else "at least "
    return Known(value, value, high, bound, unit, f"{words}{number(value)} {what}")


def measured(low: float, high: float, unit: str, words: str = "") -> Known:
    """Make a number of an interval in which no value stands out."""
    return Known(math.nan, low, high, n.ABOUT, unit, words or interval(low, high, unit))


def open_side(known: Known) -> str:
    """Say to which side a number is open: ``up``, ``down`` or neither, an empty word."""
    return "up" if known.bound in n.OPEN_ABOVE else "down" if known.bound == n.AT_MOST else ""


def _apart(one: Known, other: Known) -> bool:
    low, high = max(one.low, other.low), min(one.high, other.high)
    strict = any(each.bound == n.MORE_THAN and each.low == low for each in (one, other))
    return low > high or (low == high and strict)


def compare(claimed: Known, found: Known) -> str:
    """Hold a claimed number against a found one.

    Parameters
    ----------
    claimed, found : Known
        In one unit.

    Returns
    -------
    str
        *contradicted* where no number satisfies both; *holds* where two levels agree
        within their intervals; *holds as a bound* where what was found lies inside a
        claimed bound; *refined* where a bound was told as a level, or two levels only
        touch; *not yet tested* where what was found cannot tell or is no number.

    Raises
    ------
    DataError
        If the units differ or the claim has no number.
    """
    if math.isnan(claimed.low):
        message = "the claim carries no number; give the rule value, bound and unit"
        raise DataError(message)
    if math.isnan(found.low):
        return UNTESTED
    if claimed.unit != found.unit:
        message = f"claimed in {claimed.unit!r}, found in {found.unit!r}; compare one unit"
        raise DataError(message)
    if _apart(claimed, found):
        return CONTRADICTED
    if not open_side(claimed):
        if open_side(found):
            return REFINED if claimed.value == found.value else UNTESTED
        inside = claimed.low <= found.value <= claimed.high or math.isnan(found.value)
        return HOLDS if inside or found.low <= claimed.value <= found.high else REFINED
    same_limit = open_side(claimed) == open_side(found) and claimed.value == found.value
    inside = claimed.low <= found.low and found.high <= claimed.high
    return BOUND if same_limit or inside else UNTESTED
