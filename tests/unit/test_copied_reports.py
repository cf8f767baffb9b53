"""Copies: an observation that a page took from another counts once, in every table and page."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from skytally.record.copied_reports import ancestors, drop_copies
from skytally.record.record_reader_without_copied_reports import read_originals

Table = Callable[[str], pd.DataFrame]
Rows = Callable[..., pd.DataFrame]
ROOT = Path(__file__).resolve().parents[2]


def pages(**derived: str) -> pd.DataFrame:
    """Make a table of sources: id to the ids it was derived from."""
    return pd.DataFrame({"id": list(derived), "derived_from": list(derived.values())})


CHAIN = pages(A="", B="A", C="B", D="", E="C D", F="Z", G="Z")


def told(rows: Rows, *sources: str, **same: object) -> pd.DataFrame:
    """Make one like row a source."""
    return rows(*({"source_id": each, "value": 170.0, **same} for each in sources))


@pytest.mark.parametrize(
    ("sources", "kept"),
    [
        (("A", "B"), ["X1"]),
        (("B", "A"), ["X2"]),
        (("A", "C"), ["X1"]),
        (("C", "B"), ["X2"]),
        (("A", "D"), ["X1", "X2"]),
        (("A", "D", "E"), ["X1", "X2"]),
        (("E", "D"), ["X2"]),
        (("F", "G"), ["X1"]),
        (("A", "A"), ["X1", "X2"]),
        (("A", "A", "B", "B"), ["X1", "X2"]),
        (("B", "B", "A"), ["X3"]),
        (("X", "Y"), ["X1", "X2"]),
    ],
    ids=[
        "copy",
        "copy-first",
        "through-another",
        "both-copies",
        "two-pages",
        "copy-of-both",
        "copy-of-one",
        "same-lost-page",
        "two-things",
        "two-things-copied",
        "original-last",
        "unknown-pages",
    ],
)
def test_drop_copies_keeps_the_page_nearest_to_the_origin(
    rows: Rows, sources: tuple[str, ...], kept: list[str]
) -> None:
    """A copy goes, through however many hands; two things on one page and two pages stay."""
    assert list(drop_copies(told(rows, *sources), CHAIN)["id"]) == kept


@pytest.mark.parametrize(
    "change",
    [
        {"counter": "voa"},
        {"scope": "dunai"},
        {"quantity": "railcars"},
        {"day": "2023-10-06"},
        {"bound": "at least"},
        {"value": 171.0},
        {"state": "unclear", "value": math.nan},
    ],
    ids=lambda change: "-".join(change),
)
def test_drop_copies_keeps_what_a_copy_tells_otherwise(
    rows: Rows, change: dict[str, object]
) -> None:
    """Another counter, place, thing, day, bound, number or state is another observation."""
    table = rows({"source_id": "A", "value": 170.0}, {"source_id": "B", "value": 170.0, **change})
    assert list(drop_copies(table, CHAIN)["id"]) == ["X1", "X2"]


def test_drop_copies_takes_missing_numbers_and_days_as_alike(rows: Rows) -> None:
    """An observation without a number, or with an open end, is copied like any other."""
    table = told(rows, "A", "B", value=math.nan).assign(date_first=pd.NaT)
    assert list(drop_copies(table, CHAIN)["id"]) == ["X1"]


def test_drop_copies_leaves_tables_without_observations_alone(table: Table, rows: Rows) -> None:
    """Sites, groups and press claims are no observations, and an empty table stays empty."""
    for name in ("sites", "same_observation", "scopes", "press_claims", "route_connections"):
        assert drop_copies(table(name), table("sources")) is table(name)
    assert drop_copies(rows({})[:0], CHAIN).empty


def test_drop_copies_ends_in_a_circle_of_sources() -> None:
    """Pages that copy each other are refused elsewhere; here they must not hang."""
    assert ancestors({"A": ("B",), "B": ("A",)}, "A") == {"A", "B"}


def test_read_originals_gives_the_record_without_its_one_copy(table: Table) -> None:
    """Of the two rows on one ship of 19 October, the originator's own page stays."""
    folder = ROOT / "data/record"
    (ships,) = read_originals([folder / "ship_sightings.csv"], sources=folder / "sources.csv")
    assert set(table("ship_sightings")["id"]) - set(ships["id"]) == {"P020"}
    assert ships.attrs["table"] == "ship_sightings"
