"""Agreement: the same quantity, unit, scope and day, compared by bounds."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from skytally.core.errors_and_fault_lists import DataError
from skytally.record import lines
from skytally.record.evidence_lines import by_statement
from skytally.statistics.agreement_between_counters import PAIR_COLUMNS, agreement, mean_difference

Rows = Callable[..., pd.DataFrame]
Lines = Callable[..., xr.Dataset]
Table = Callable[[str], pd.DataFrame]
VOA: dict[str, Any] = {"counter": "voa"}


def test_agreement_of_a_line_with_itself_is_complete(one_line: Lines) -> None:
    """The same exact numbers differ by nothing, and every pair is compatible."""
    days = [f"2023-10-{day:02}" for day in (5, 8, 9)]
    a = one_line(*({"day": day, "value": 73.0} for day in days))
    found = agreement(a, a)
    assert (found.matched, found.compatible, found.exact) == (3, 3, 3)
    assert found.pairs["difference"].tolist() == [0.0] * 3
    assert found.pairs["ratio_low"].tolist() == found.pairs["ratio_high"].tolist() == [1.0] * 3


def test_agreement_subtracts_bounds(one_line: Lines) -> None:
    """About 80 against 60 to 70: the difference lies in 2 to 28, the ratio in 72/70 to 88/60."""
    a = one_line({"value": 80.0, "bound": "about"})
    b = one_line({"low": 60.0, "high": 70.0, **VOA})
    (pair,) = agreement(a, b).pairs.to_dict("records")
    assert (pair["difference_low"], pair["difference_high"]) == (2.0, 28.0)
    assert (pair["ratio_low"], pair["ratio_high"]) == (72 / 70, 88 / 60)
    assert math.isnan(pair["difference"])
    assert not pair["compatible"]
    assert (pair["rows_a"], pair["rows_b"], pair["scope"]) == ("X1", "X1", "rajin-port-area")


def test_agreement_is_open_where_a_bound_is_open(one_line: Lines) -> None:
    """At least 25 against 30: the difference has no upper end, and 30 is not excluded."""
    a = one_line({"value": 25.0, "bound": "at least"})
    b = one_line({"value": 30.0, **VOA})
    (pair,) = agreement(a, b).pairs.to_dict("records")
    assert (pair["difference_low"], pair["difference_high"]) == (-5.0, math.inf)
    assert (pair["ratio_low"], pair["ratio_high"]) == (25 / 30, math.inf)
    assert pair["compatible"]
    (other,) = agreement(b, a).pairs.to_dict("records")
    assert (other["difference_low"], other["difference_high"]) == (-math.inf, 5.0)
    assert other["ratio_low"] == 0.0


@pytest.mark.parametrize(
    ("bound", "other", "expected"),
    [
        ("more than", "at most", False),
        ("at least", "at most", True),
        ("more than", "exactly", False),
        ("exactly", "exactly", True),
        ("at least", "at least", True),
        ("more than", "more than", True),
    ],
)
def test_agreement_of_bounds_that_touch(
    one_line: Lines, bound: str, other: str, expected: bool
) -> None:
    """*More than 1,000* and *as many as 1,000* contradict each other; *at least* does not."""
    a = one_line({"value": 1000.0, "bound": bound})
    b = one_line({"value": 1000.0, "bound": other, **VOA})
    assert agreement(a, b).pairs["compatible"].tolist() == [expected]
    assert agreement(b, a).pairs["compatible"].tolist() == [expected]


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (430.0, 0.0, (math.inf, math.inf)),
        (0.0, 430.0, (0.0, 0.0)),
        (0.0, 0.0, (0.0, math.inf)),
    ],
)
def test_agreement_has_no_missing_ratio(
    one_line: Lines, a: float, b: float, expected: tuple[float, float]
) -> None:
    """Against nothing the ratio has no upper end; nothing against nothing says nothing."""
    pairs = agreement(one_line({"value": a}), one_line({"value": b, **VOA})).pairs
    assert (pairs["ratio_low"][0], pairs["ratio_high"][0]) == expected


def test_agreement_matches_known_days_only(one_line: Lines) -> None:
    """Months, intervals, nominal days and observations without a number find no partner."""
    a = one_line(
        {"day": "2023-10-05", "value": 1.0},
        {"day": "2023-10-06", "value": 2.0},
        {"day": "2023-10-07", "value": 3.0},
        {"day": "2023-10-08", "state": "unclear", "bound": ""},
        {"date_first": "2023-11-01", "date_last": "2023-11-02", "value": 4.0},
    )
    nominal = {"precision_first": "nominal", "precision_last": "nominal"}
    b = one_line(
        {"day": "2023-10-05", "value": 1.0, **VOA},
        {"day": "2023-10-06", "value": 2.0, **VOA, **nominal},
        {"day": "2023-10-08", "value": 8.0, **VOA},
        {"date_first": "2023-11-01", "date_last": "2023-11-02", "value": 4.0, **VOA},
    )
    found = agreement(a, b)
    assert found.pairs["day"].tolist() == [pd.Timestamp("2023-10-05")]
    assert found.without_day == (1, 2)
    assert found.without_number == (1, 0)


def test_agreement_without_a_common_day_is_empty(one_line: Lines) -> None:
    """No day in common is an answer, not a fault."""
    found = agreement(
        one_line({"value": 1.0, "day": "2023-10-05"}),
        one_line({"value": 1.0, "day": "2023-10-06", **VOA}),
    )
    assert (found.matched, found.compatible, found.exact) == (0, 0, 0)
    assert found.mean_difference is None
    assert list(found.pairs.columns) == list(PAIR_COLUMNS)


def test_agreement_of_looks_without_numbers_is_empty(one_line: Lines) -> None:
    """All observations unclear: nothing is compared, and the observations are reported."""
    unclear = one_line({"state": "unclear", "bound": ""})
    found = agreement(unclear, one_line({"value": 1.0, **VOA}))
    assert found.matched == 0
    assert found.without_number == (1, 0)


def test_agreement_takes_several_numbers_of_a_day_as_their_range(one_line: Lines) -> None:
    """70 and 73 by one counter on one day stand as 70 to 73, without a number between."""
    a = one_line({"value": 70.0}, {"value": 73.0})
    found = agreement(a, one_line({"value": 72.0, **VOA}))
    (pair,) = found.pairs.to_dict("records")
    assert (pair["low_a"], pair["high_a"], pair["rows_a"]) == (70.0, 73.0, "X1 X2")
    assert math.isnan(pair["value_a"])
    assert pair["compatible"]
    assert not pair["exact"]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"unit": "m"}, "unit: csis has containers, voa has m"),
        ({"quantity": "piles"}, "quantity: csis has containers, voa has piles"),
        ({"scope": "rajin-nk-only-pier"}, "csis has rajin-port-area, voa has rajin-nk-only-pier"),
        ({"scope": ""}, "csis has rajin-port-area, voa has no scope"),
    ],
)
def test_agreement_refuses_unlike_lines(
    one_line: Lines, change: dict[str, str], match: str
) -> None:
    """Another unit, quantity or scope is refused, and both are named."""
    with pytest.raises(DataError, match=match):
        agreement(one_line({"value": 430.0}), one_line({"value": 0.0, **VOA, **change}))


def test_agreement_refuses_a_scope_that_is_not_stated(one_line: Lines) -> None:
    """Two piers that no one names are not known to be one pier."""
    change = {"value": 1.0, "scope": "rajin-unstated-pier"}
    with pytest.raises(DataError, match="may be two places"):
        agreement(one_line(change), one_line({**change, **VOA}))


def test_agreement_of_the_record_refuses_430_against_0(table: Table) -> None:
    """On 16 October 2023 CSIS counted the port and VOA one pier: no contradiction."""
    made = lines(table("quay_stocks"), table("same_observation"), quantity="containers")
    with pytest.raises(DataError, match="csis has rajin-port-area, voa has rajin-nk-only-pier"):
        agreement(made["csis.rajin-port-area"], made["voa.rajin-nk-only-pier"])


def test_agreement_refuses_another_kind_of_car(table: Table) -> None:
    """Boxcars of one counter are not compared with the cars of another."""
    by = ("counter", "scope", "car_kind")
    made = lines(table("rail_counts"), table("same_observation"), quantity="railcars", by=by)
    boxcars = made["38-north.tumangang-freight-area.boxcar"]
    with pytest.raises(DataError, match="kind: 38-north has boxcar, voa has unstated"):
        agreement(boxcars, made["voa.tumangang-freight-area.unstated"])


def test_agreement_of_tables_equals_that_of_their_lines(rows: Rows, one_line: Lines) -> None:
    """Rows of a table and the line made of them give the same pairs."""
    changes = ({"value": 80.0, "bound": "about"}, {"day": "2023-10-06", "value": 3.0})
    others = tuple({**change, **VOA, "value": 5.0} for change in changes)
    of_tables = agreement(rows(*changes), rows(*others)).pairs
    of_lines = agreement(one_line(*changes), one_line(*others)).pairs
    pd.testing.assert_frame_equal(of_tables, of_lines, check_dtype=False)
    nominal = rows(*({**each, "precision_last": "nominal"} for each in others))
    assert agreement(rows(*changes), nominal).without_day == (0, 2)


def test_agreement_never_compares_delivered_with_capacity(table: Table) -> None:
    """A claim of what was sent and one of what it could hold are refused."""
    claims = by_statement(table("official_claims"))
    shells = claims[(claims["quantity"] == "artillery shells") & (claims["unit"] == "shells")]
    sent = shells[(shells["counter"] == "rok-nis") & (shells["sense"] == "delivered")]
    could = shells[(shells["counter"] == "rok-mnd") & (shells["sense"] == "capacity")]
    with pytest.raises(DataError, match="kind: rok-nis has delivered, yes, rok-mnd has capacity"):
        agreement(sent, could)
    with pytest.raises(DataError, match="kind: found capacity, delivered"):
        agreement(shells[shells["counter"] == "rok-nis"], could)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        (({"value": 1.0}, {"value": 2.0, "counter": "voa"}), "counter: found csis, voa"),
        (({"value": 1.0}, {"value": 2.0, "unit": "m"}), "unit: found containers, m"),
        (({"value": 9.0, "low": 1.0, "high": 5.0},), "row X1: 9.0 in 1.0 to 5.0"),
        (({"low": 7.0, "high": 5.0},), "row X1: nan in 7.0 to 5.0"),
        (({"value": -3.0},), "no count is negative"),
    ],
)
def test_agreement_refuses_a_table_that_is_not_one_side(
    rows: Rows, changes: tuple[dict[str, Any], ...], match: str
) -> None:
    """Several counters or units on one side, or bounds that contradict, are refused."""
    with pytest.raises(DataError, match=match):
        agreement(rows(*changes), rows({"value": 1.0, **VOA}))


def test_agreement_names_missing_columns(rows: Rows) -> None:
    """A table that is no observation table is refused by its missing columns."""
    with pytest.raises(DataError, match="columns missing: counter, unit"):
        agreement(rows({"value": 1.0}).drop(columns=["unit", "counter"]), rows({"value": 1.0}))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("planet", "planet", "yes"),
        ("planet", "us-release", "no"),
        ("planet", "unstated", "not known"),
    ],
)
def test_agreement_says_whether_the_image_family_is_shared(
    one_line: Lines, a: str, b: str, expected: str
) -> None:
    """Agreement of two readings of one image family is not independent."""
    lines_of = ({"value": 1.0, "family": a}, {"value": 1.0, "family": b, **VOA})
    found = agreement(*(one_line(each) for each in lines_of))
    assert found.pairs["shared_family"].tolist() == [expected]


def test_agreement_means_exact_pairs_only(one_line: Lines) -> None:
    """Differences 0, 2 and 4 have mean 2 and t interval 2 +- 2.92 x 2 / sqrt 3; an *about* none."""
    days = [f"2023-10-{day:02}" for day in (5, 6, 7, 8)]
    values = (10.0, 12.0, 14.0, 90.0)
    a = one_line(
        *({"day": day, "value": value} for day, value in zip(days[:3], values[:3], strict=True)),
        {"day": days[3], "value": values[3], "bound": "about"},
    )
    b = one_line(*({"day": day, "value": 10.0, **VOA} for day in days))
    found = agreement(a, b)
    assert (found.matched, found.exact) == (4, 3)
    assert found.mean_difference is not None
    assert found.mean_difference.value == 2.0
    assert found.mean_difference.high == pytest.approx(2 + 2.9200 * 2 / math.sqrt(3), abs=1e-3)
    assert found.mean_difference.unit == "containers"


def test_mean_difference_of_few_pairs_is_none() -> None:
    """Two pairs have no mean; three alike have one that is not certain."""
    assert mean_difference(np.array([1.0, 3.0]), unit="railcars") is None
    found = mean_difference(np.zeros(3), unit="railcars")
    assert found is not None
    assert found.high == pytest.approx(1 - 0.1 ** (1 / 3))
    assert found.low == -found.high


def test_mean_difference_covers_at_its_level() -> None:
    """Of 2,000 worlds of 3 to 8 whole differences, the interval holds the truth in .85 to .95."""
    rng = np.random.default_rng(11)
    held = 0
    for _ in range(2000):
        bias = int(rng.integers(-3, 4))
        size = int(rng.integers(3, 9))
        differences = bias + rng.poisson(4, size) - rng.poisson(4, size)
        found = mean_difference(differences.astype(float), unit="railcars")
        assert found is not None
        held += found.low <= bias <= found.high
    assert 0.85 <= held / 2000 <= 0.95
