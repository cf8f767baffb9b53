"""Findings: values, intervals, facts on their sources, and those of the built book."""

from __future__ import annotations

import itertools
import json
import math
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skytally.core import evidence_line_name_constants as n, observation_tables
from skytally.core.errors_and_fault_lists import DataError
from skytally.findings.finding import Finding, computed, tally
from skytally.findings.finding_source_facts import WITHOUT_SUPPORT, with_support
from skytally.record import ReducedRecord, WholeRecord

Rows = Callable[..., pd.DataFrame]
Table = Callable[[str], pd.DataFrame]
OF_LOOKS = re.compile(r"coverage\.|[\w-]+\.own_")
"""Keys of findings that rest on looks and not on the record."""


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


@pytest.fixture(scope="module")
def built() -> list[dict[str, Any]]:
    """Read the findings of every line that has a notebook and was built."""
    root = Path(__file__).resolve().parents[2]
    lines = [notebook.stem for notebook in sorted((root / "notebooks").glob("*.ipynb"))]
    files = [root / f"book/_build/lines/{line}/findings.json" for line in lines]
    files = [file for file in files if file.is_file()]
    if not files:
        pytest.skip("the book is not built; run make book")
    return [finding for file in files for finding in json.loads(file.read_bytes())]


def test_built_findings_hold_together(built: list[dict[str, Any]]) -> None:
    """Each has an interval that holds its value, rows, and facts on their sources or none."""
    for found in built:
        assert found["support"] is None or found["support"]["origins"], found["key"]
        assert found["inputs"], found["key"]
        assert found["text"].endswith("."), found["key"]
        low = -math.inf if found["low"] is None else found["low"]
        high = math.inf if found["high"] is None else found["high"]
        assert low <= high, found["key"]
        if found["value"] is not None:
            assert low <= found["value"] <= high, found["key"]


def test_built_findings_have_units_of_the_vocabulary(
    built: list[dict[str, Any]], root: Path
) -> None:
    """The unit of every finding is a word of the closed list."""
    vocabulary = pd.read_csv(root / "data/record/vocabulary.csv")
    units = set(vocabulary.loc[vocabulary["vocabulary"] == "unit", "word"])
    assert {found["unit"] for found in built} <= units


def test_built_findings_rest_on_rows_of_the_record(
    built: list[dict[str, Any]], table: Table, root: Path
) -> None:
    """Every input is the id of a row that pages can link to."""
    names = (*observation_tables(root / "data/record"), "sites")
    ids = {row for name in names for row in table(name)["id"]}
    record = [found for found in built if not OF_LOOKS.match(found["key"])]
    assert {row for found in record for row in found["inputs"]} <= ids


def test_built_findings_of_looks_rest_on_their_tables(
    built: list[dict[str, Any]], root: Path
) -> None:
    """Findings of the coverage page cite the acquisition inventory and the searched providers."""
    providers = tomllib.loads((root / "data/sites/providers.toml").read_text(encoding="utf-8"))
    inputs = {each for found in built if OF_LOOKS.match(found["key"]) for each in found["inputs"]}
    assert inputs <= {"inventory.csv", *providers}


@pytest.mark.parametrize(
    ("key", "inputs"),
    [
        ("rail-counts.chance_of_surge", {"R031", "R001", "R007", "R026"}),
        ("port-imagery.calls_by_presence", {"P002.2", "P002"}),
        ("port-imagery.calls_accepted", {"P002.2", "P002", "V015"}),
        ("rail-counts.railcars_by_length_may", {"R011", "R011.2", "R023", "R023.2"}),
        ("port-imagery.presence", {"P002.2", "P002"}),
        ("depot-expansion.toropets_difference", {"D027", "D028"}),
    ],
)
def test_built_estimates_list_every_row(
    built: list[dict[str, Any]], key: str, inputs: set[str]
) -> None:
    """What is estimated from several rows names all of them."""
    (found,) = (each for each in built if each["key"] == key)
    assert set(found["inputs"]) == inputs


def test_built_chance_is_one_upper_limit(built: list[dict[str, Any]]) -> None:
    """One chance, worded as a limit; nothing on the trains says that there was no change."""
    rail = [each for each in built if each["key"].startswith("rail-counts.")]
    chances = [each for each in rail if "chance" in each["key"]]
    assert [(each["key"], each["bound"]) for each in chances] == [
        ("rail-counts.chance_of_surge", "at most")
    ]
    assert not [each for each in rail if "no change" in each["text"]]


def test_built_findings_never_add_up_stocks(built: list[dict[str, Any]], table: Table) -> None:
    """No finding is the sum, or a running sum, of the stocks CSIS counted on the quay."""
    stocks = table("quay_stocks")
    csis = stocks[
        (stocks["counter"] == "csis")
        & (stocks["quantity"] == "containers")
        & (stocks["scope"] == "rajin-port-area")
    ].sort_values("date_first")
    running = list(itertools.accumulate(csis["value"]))
    assert running[-1] == 5200
    numbers = {
        found[word]
        for found in built
        for word in ("value", "low", "high")
        if found["unit"] == "containers"
    }
    assert not numbers & set(running[1:])
