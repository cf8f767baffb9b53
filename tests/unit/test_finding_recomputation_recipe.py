"""Declared findings taken apart into cells and steps."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from skytally import claims
from skytally.findings import Computation, Finding, declared_computation, evaluation_of, one_finding
from skytally.press.declared_finding_checks_with_parameters import (
    declared_findings,
    page_parameters,
)
from skytally.record import WholeRecord

ROOT = Path(__file__).resolve().parents[2]


@cache
def computation(key: str) -> Computation:
    """Take one finding of the book apart."""
    declared = declared_findings()[0]
    record = WholeRecord(claims.read_tables(ROOT / "data/record"))
    evaluation = evaluation_of(declared, record, parameters=page_parameters())
    declaration = evaluation.declarations[key]
    finding = one_finding(declaration, evaluation)
    assert isinstance(finding, Finding)
    return declared_computation(declaration, evaluation, finding)


@pytest.mark.parametrize(
    ("key", "steps"),
    [
        ("rail-counts.sites_watched", {"kind": "assumption", "rows": ["R031", "R001"], "value": 4}),
        ("rail-counts.multiple_of_baseline", {"kind": "ratio", "rows": ["R031"], "of": ["R001"]}),
        ("rail-counts.before_covid", {"kind": "dated", "rows": ["R074"], "value": 1}),
        ("rail-counts.days_with_kinds", {"distinct": ["date_first"], "part": [{"rows": 2}]}),
        ("synthesis.ships_stopped", {"kind": "ended", "rows": ["P048", "P049"], "lasting": False}),
    ],
)
def test_declared_computation_fills_in_parameters_and_references(
    key: str, steps: dict[str, Any]
) -> None:
    """Parameters and references stand as the rows and numbers that they mean."""
    found = computation(key).steps or {}
    assert {name: found[name] for name in steps} == steps


def test_declared_computation_splits_conditions_and_says_what_is_left_out() -> None:
    """Conditions are split into column, sign and value, and repeated rows have their reason."""
    steps = computation("port-imagery.days_empty_in_record").steps or {}
    assert steps["part"][1] == {"where": [["state", "=", "seen|counted"]], "not": True}
    assert all(len(condition) == 3 for condition in steps["where"])
    reasons = {
        "the same report on another page", "another row of the same sighting counts in its place",
    }  # fmt: skip
    assert set(steps["left_out"].values()) <= reasons


def test_declared_computation_has_the_changes_that_a_lag_compares() -> None:
    """A lag holds the steps of both changes, one of which its own observations narrow."""
    found = computation("synthesis.yard_after_summit")
    summit, yard = (found.steps or {})["changes"]
    assert (summit["kind"], summit["day"], yard["kind"]) == ("stated", "first", "began")
    assert {"E013"} < set(found.rows)


def test_declared_computation_names_what_cells_do_not_give() -> None:
    """An estimate has no steps but its name, and the rows that it reads."""
    found = computation("rail-counts.trains_ratio")
    assert found.steps is None
    assert found.method == "estimate by trains-ratio"
    assert len(found.rows) > 5
