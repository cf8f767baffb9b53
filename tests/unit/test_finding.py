"""Findings: values, intervals, and facts on their sources."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.findings.finding import Finding, computed, tally
from skytally.findings.finding_source_facts import WITHOUT_SUPPORT, with_support
from skytally.record import ReducedRecord, WholeRecord

Rows = Callable[..., pd.DataFrame]
Table = Callable[[str], pd.DataFrame]


def test_computed_fills_in_the_sentence(rows: Rows) -> None:
    """Value, interval, words, dates and rows come together."""
    found = computed(
        "rail.cars",
        value=73.0,
        low=72.5,
        high=73.5,
        unit="railcars",
        bound=n.ABOUT,
        rows=rows({"value": 73.0}),
        text="Counted {number} on {when}.",
        dates="5 October 2023",
    )
    assert found == Finding(
        key="rail.cars",
        value=73.0,
        low=72.5,
        high=73.5,
        unit="railcars",
        bound="about",
        said="about 73 railcars",
        when="5 October 2023",
        text="Counted about 73 railcars on 5 October 2023.",
        inputs=("X1",),
    )


@pytest.mark.parametrize(
    ("low", "high", "bound", "told"),
    [
        (2.0, 2.0, n.EXACTLY, n.EXACTLY),
        (1.0, 3.0, n.EXACTLY, n.BETWEEN),
        (2.0, math.inf, n.AT_LEAST, n.AT_LEAST),
        (1.0, 3.0, n.ABOUT, n.ABOUT),
    ],
)
def test_an_interval_is_not_called_exact(
    rows: Rows, low: float, high: float, bound: str, told: str
) -> None:
    """Two ends without a softening word are an interval; its words stay as they were."""
    found = _computed(rows({"value": 2.0}), low=low, high=high, bound=bound, value=math.nan)
    assert found.bound == told
    assert "between" not in found.said


def _computed(rows: pd.DataFrame, **changes: Any) -> Finding:
    plain = {"value": 2.0, "low": 1.0, "high": 3.0, "unit": "ships", "bound": n.ABOUT, "text": ""}
    return computed("a.b", rows=rows, **{**plain, **changes})


@pytest.mark.parametrize(
    "changes",
    [{"value": 4.0}, {"value": 0.0}, {"low": math.nan}, {"high": math.nan}],
    ids=["above", "below", "no low", "no high"],
)
def test_computed_refuses_a_value_outside_its_interval(
    rows: Rows, changes: dict[str, float]
) -> None:
    """A number without an interval, or outside it, is no finding."""
    with pytest.raises(DataError, match=r"finding a\.b: interval .* does not hold .*; give its"):
        _computed(rows({"value": 1.0}), **changes)


def test_computed_refuses_a_finding_without_rows(rows: Rows) -> None:
    """A finding rests on rows."""
    with pytest.raises(DataError, match=r"finding a\.b: rests on no row"):
        _computed(rows({"value": 1.0}).iloc[:0])


def test_computed_leaves_an_open_side_empty(rows: Rows) -> None:
    """Infinity and NaN are written as nothing, so that the file is plain JSON."""
    found = _computed(rows({"value": 1.0}), value=1.0, high=math.inf, bound=n.AT_LEAST)
    assert (found.value, found.low, found.high) == (1.0, 1.0, None)
    found = _computed(rows({"value": 1.0}), value=math.nan)
    assert (found.value, found.low, found.high) == (None, 1.0, 3.0)


def test_computed_takes_an_open_interval_without_a_value(rows: Rows) -> None:
    """A lower bound alone, without a value, is a finding too."""
    found = _computed(
        rows({"value": 1.0}), value=math.nan, low=1.0, high=math.inf, bound=n.AT_LEAST
    )
    assert (found.value, found.low, found.high) == (None, 1.0, None)


def test_tally_is_exact(rows: Rows) -> None:
    """Rows of the record are counted exactly."""
    found = tally("a.b", rows({"value": 1.0}), count=1, unit="looks", text="{number}", dates="2023")
    assert (found.value, found.low, found.high, found.bound) == (1.0, 1.0, 1.0, "exactly")
    assert (found.text, found.when) == ("1 look", "2023")


@pytest.mark.parametrize(
    ("kind", "named"), [("quote", 1), *((each, None) for each in sorted(WITHOUT_SUPPORT))]
)
def test_only_findings_that_rest_on_sources_have_facts_on_them(
    rows: Rows, table: Table, kind: str, named: int | None
) -> None:
    """No source vouches for a tally of our rows, or for an assumption."""
    made = rows({"value": 1.0}, {"value": 2.0})
    tables = {"quay_stocks": made, "sources": table("sources")}
    found = tally("a.b", made, count=2, unit="counts", text="")
    (after,) = with_support([found], {"a.b": kind}, ReducedRecord(WholeRecord(tables)))
    assert (after.support.named_origins if after.support else None) == named
