"""Findings of the built book: known units, rows of the record, and no stocks added up."""

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

from skytally.core import observation_tables

Table = Callable[[str], pd.DataFrame]
OF_LOOKS = re.compile(r"coverage\.|[\w-]+\.own_")
"""Keys of findings that rest on looks and not on the record."""


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
