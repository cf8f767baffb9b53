"""Comparison of two bounded numbers: a level with a level, a bound with a bound."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from skytally.claims.verdict_on_claimed_number import BoundedNumber, compare
from skytally.claims.verdict_scale import BOUND, CONTRADICTED, HOLDS, IN_PART, UNTESTED
from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError

NAN, INF = math.nan, math.inf


def cars(value: float, low: float, high: float, bound: str = n.ABOUT) -> BoundedNumber:
    """Make a number of railcars."""
    return BoundedNumber(value, low, high, bound, "railcars", f"{bound} {value:g}")


@pytest.mark.parametrize(
    ("claimed", "found", "expected"),
    [
        (cars(73, 73, 73, n.EXACTLY), cars(73, 72.5, 73.5), HOLDS),
        (cars(70, 65, 75), cars(73, 72.5, 73.5), HOLDS),
        (cars(60, 60, 60, n.EXACTLY), cars(73, 72.5, 73.5), CONTRADICTED),
        (cars(74, 73.4, 75), cars(73, 72, 73.5), IN_PART),
        (cars(20, 20, 20, n.EXACTLY), cars(20, 0, 25, n.AT_MOST), IN_PART),
        (cars(12, 12, 12, n.EXACTLY), cars(20, 0, 25, n.AT_MOST), UNTESTED),
        (cars(40, 40, 40, n.EXACTLY), cars(25, 25, INF, n.AT_LEAST), UNTESTED),
        (cars(10, 10, 10, n.EXACTLY), cars(25, 25, INF, n.AT_LEAST), CONTRADICTED),
        (cars(20, 20, INF, n.AT_LEAST), cars(25, 25, INF, n.AT_LEAST), BOUND),
        (cars(30, 30, INF, n.AT_LEAST), cars(25, 25, INF, n.AT_LEAST), UNTESTED),
        (cars(20, 0, 20, n.AT_MOST), cars(20, 0, 25, n.AT_MOST), BOUND),
        (cars(20, 20, INF, n.AT_LEAST), cars(73, 72.5, 73.5), BOUND),
        (cars(1000, 0, 1000, n.AT_MOST), cars(1000, 1000, INF, n.MORE_THAN), CONTRADICTED),
        (cars(1000, 0, 1000, n.AT_MOST), cars(1000, 1000, INF, n.AT_LEAST), UNTESTED),
        (cars(0, 0, 0, n.AT_MOST), cars(0, 0, INF, n.AT_LEAST), UNTESTED),
        (cars(73, 73, 73, n.EXACTLY), cars(NAN, NAN, NAN, ""), UNTESTED),
    ],
)
def test_compare_follows_both_bounds(
    claimed: BoundedNumber, found: BoundedNumber, expected: str
) -> None:
    """A level is compared with a level, a bound with a bound, and one stated as the other."""
    assert compare(claimed, found) == expected


def test_compare_refuses_two_units_and_a_claim_without_a_number() -> None:
    """Railcars are not compared with trains."""
    some = cars(73, 73, 73)
    with pytest.raises(DataError, match="compare one unit"):
        compare(replace(some, unit="trains"), some)
    with pytest.raises(DataError, match="carries no number"):
        compare(replace(some, low=NAN), some)
