"""Pairs of statements close in time: which agree, which contradict, and totals that fall."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from skytally.core import evidence_line_name_constants as n
from skytally.record.close_or_contradicting_statement_pairs import claim_pairs, falling_totals

Rows = Callable[..., pd.DataFrame]


@pytest.fixture
def claims(rows: Rows) -> Rows:
    """Build a factory of claims; ``said`` is the day of the statement, ``how`` its precision."""

    def make(*changes: dict[str, Any]) -> pd.DataFrame:
        table = rows(*changes)
        days = [pd.Timestamp(change.get("said", "2024-02-23")) for change in changes]
        how = [change.get("how", "day") for change in changes]
        return table.assign(statement_first=days, statement_precision=how)

    return make


@pytest.mark.parametrize(
    ("first", "second", "low", "high", "overlap"),
    [
        # exactly 100 against exactly 300: three times, and no one number for both
        ({"value": 100.0}, {"value": 300.0}, 3.0, 3.0, False),
        # about 6,700 (6,650 to 6,750) against more than 10,000
        (
            {"value": 6700.0, "bound": n.ABOUT},
            {"value": 10000.0, "bound": n.MORE_THAN},
            10000 / 6750,
            math.inf,
            False,
        ),
        # two lower bounds never contradict each other
        (
            {"value": 100.0, "bound": n.AT_LEAST},
            {"value": 300.0, "bound": n.AT_LEAST},
            1.0,
            math.inf,
            True,
        ),
        # about 73 (72.5 to 73.5) against exactly 73
        ({"value": 73.0, "bound": n.ABOUT}, {"value": 73.0}, 1.0, 73 / 72.5, True),
    ],
)
def test_claim_pairs_compares_bounds(
    claims: Rows,
    first: dict[str, Any],
    second: dict[str, Any],
    low: float,
    high: float,
    overlap: bool,
) -> None:
    """The multiple runs from the least to the greatest that both bounds allow."""
    # a statement has no error of counting
    first, second = ({**each, "method": "statement"} for each in (first, second))
    table = claims(first, {**second, "counter": "voa", "said": "2024-02-26"})
    (pair,) = claim_pairs(table, within_days=10).to_dict("records")
    assert (pair["first"], pair["second"], pair["days"]) == ("X1", "X2", 3)
    assert pair["multiple_low"] == pytest.approx(low)
    assert pair["multiple_high"] == pytest.approx(high)
    assert pair["overlap"] == overlap


def test_claim_pairs_takes_an_upper_bound(claims: Rows) -> None:
    """Against a claim of at most, no greatest multiple can be given."""
    table = claims({"value": 100.0, "bound": n.AT_MOST}, {"value": 300.0, "counter": "voa"})
    (pair,) = claim_pairs(table, within_days=10).to_dict("records")
    assert (pair["multiple_low"], pair["multiple_high"]) == (3.0, math.inf)
    assert not pair["overlap"]


@pytest.mark.parametrize(
    ("change", "count"),
    [
        # more than 10,000 in February, then exactly 7,000 in March: a total cannot fall
        ({}, 1),
        # at least 7,000 leaves room for more
        ({"bound": n.AT_LEAST}, 0),
        ({"value": 10001.0}, 0),
        ({"counter": "csis"}, 0),
        # a smaller total that was stated earlier is no contradiction
        ({"said": "2024-02-01"}, 0),
        ({"said": "2024-02-23"}, 0),
    ],
)
def test_a_later_total_below_an_earlier_one_falls(
    claims: Rows, change: dict[str, Any], count: int
) -> None:
    """Weeks apart, by what both bounds allow."""
    first = {"value": 10000.0, "bound": n.MORE_THAN, "method": "statement"}
    second = {"value": 7000.0, "counter": "voa", "said": "2024-03-18", "method": "statement"}
    table = claims(first, {**second, **change})
    table["statement_last"] = table["statement_first"]
    assert len(falling_totals(table)) == count


def test_claim_pairs_leaves_out_claims_without_a_number(claims: Rows) -> None:
    """A claim without a number neither agrees nor disagrees with another."""
    table = claims({"bound": ""}, {"value": 300.0, "counter": "voa"})
    assert claim_pairs(table, within_days=10).empty


@pytest.mark.parametrize(
    ("change", "count"),
    [
        ({"said": "2024-03-04"}, 1),
        ({"said": "2024-03-05"}, 0),
        ({"said": "2024-02-13"}, 1),
        ({"said": "2024-02-12"}, 0),
        ({"counter": "csis"}, 0),
        ({"how": "nominal"}, 0),
        ({"said": None, "how": "open"}, 0),
    ],
)
def test_claim_pairs_takes_other_claimants_within_days(
    claims: Rows, change: dict[str, Any], count: int
) -> None:
    """Both ends of the window count, one claimant is not compared with itself."""
    table = claims({"value": 100.0}, {"value": 300.0, "counter": "voa", **change})
    pairs = claim_pairs(table, within_days=10)
    assert len(pairs) == count
    assert list(pairs.columns) == [
        "first",
        "second",
        "days",
        "multiple_low",
        "multiple_high",
        "overlap",
    ]
