"""Comparison of two numbers with bounds: one claimed, one found in the evidence."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from skytally.claims.verdict_scale import BOUND, CONTRADICTED, HOLDS, IN_PART, UNTESTED
from skytally.core import (
    DataError,
    evidence_line_name_constants as n,
    interval,
    number,
    unit_of,
    with_unit,
)


@dataclass(frozen=True)
class BoundedNumber:
    """A number with its interval, claimed or found in the evidence."""

    value: float
    """The number in `unit`, NaN where there is only an interval."""
    low: float
    """Lower end, NaN where there is no number at all."""
    high: float
    """Upper end, infinite where open."""
    bound: str
    """One of `skytally.core.evidence_line_name_constants.BOUNDS`."""
    unit: str
    """Word of the vocabulary *unit*."""
    words: str
    """The number in words."""


def comparable(bounded: BoundedNumber) -> BoundedNumber:
    """Convert a number into the unit in which it is compared."""
    unit = unit_of(bounded.unit)
    value, low, high = (unit.factor * end for end in (bounded.value, bounded.low, bounded.high))
    return replace(bounded, value=value, low=low, high=high, unit=unit.compared_in)


def counted_number(value: float, unit: str, *, exact: bool) -> BoundedNumber:
    """Express a count as a number, as a lower bound where it may not cover all there is."""
    bound, high = (n.EXACTLY, value) if exact else (n.AT_LEAST, math.inf)
    return BoundedNumber(value, value, high, bound, unit, with_unit(number(value), value, unit))


def interval_number(low: float, high: float, unit: str) -> BoundedNumber:
    """Express an interval in which no value stands out as a number."""
    return BoundedNumber(math.nan, low, high, n.ABOUT, unit, interval(low, high, unit))


def open_side(bounded: BoundedNumber) -> str:
    """Side on which a number is open: ``up``, ``down`` or neither, an empty word."""
    return "up" if bounded.bound in n.OPEN_ABOVE else "down" if bounded.bound == n.AT_MOST else ""


def _apart(one: BoundedNumber, other: BoundedNumber) -> bool:
    low, high = max(one.low, other.low), min(one.high, other.high)
    strict = any(side.bound == n.MORE_THAN and side.low == low for side in (one, other))
    return low > high or (low == high and strict)


def compare(claimed: BoundedNumber, found: BoundedNumber) -> str:
    """Verdict on a claimed number against a found one.

    Parameters
    ----------
    claimed, found : BoundedNumber
        In one unit.

    Returns
    -------
    str
        *contradicted* where no number satisfies both; *holds* where two levels agree
        within their intervals; *holds as a bound* where what was found lies inside a
        claimed bound; *holds in part* where a bound was reported as a level, or two levels only
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
            return IN_PART if claimed.value == found.value else UNTESTED
        inside = claimed.low <= found.value <= claimed.high or math.isnan(found.value)
        return HOLDS if inside or found.low <= claimed.value <= found.high else IN_PART
    same_limit = open_side(claimed) == open_side(found) and claimed.value == found.value
    inside = claimed.low <= found.low and found.high <= claimed.high
    return BOUND if same_limit or inside else UNTESTED
