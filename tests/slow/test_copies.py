"""Copies: an observation that a page took from another counts once, in every table and page."""

from __future__ import annotations

import csv
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skytally import claims
from skytally.core.table_reader import read_table
from skytally.record.repeated_observations import ancestors, drop_copies, read_originals

Table = Callable[[str], pd.DataFrame]
Rows = Callable[..., pd.DataFrame]
ROOT = Path(__file__).resolve().parents[2]
OBSERVATIONS = (
    *("ship_sightings", "quay_stocks", "voyage_counts", "voyages", "rail_counts"),
    *("depot_observations", "ais_events", "official_claims", "events"),
)
LINES = ("ais-gaps", "depot-expansion", "official-claims", "port-imagery", "rail-counts")


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
    for name in ("sites", "same_observation", "scopes", "press_claims", "legs"):
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


def _copied(path: Path, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
    """Append to a table on disk what each of its rows is changed into."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        heads, known = list(reader.fieldnames or []), list(reader)
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, heads, lineterminator="\n").writerows(
            {**row, **change(row)} for row in known
        )


def _copy_everything(record: Path) -> None:
    """Add a page that copies each source, and its row for every row of observation."""
    _copied(
        record / "sources.csv",
        lambda row: {
            "id": f"{row['id']}-again",
            "derived_from": row["id"],
            "tier": "secondary",
            "reliability": "D",
            "reliability_reason": "repost",
        },
    )
    for name in OBSERVATIONS:
        _copied(
            record / f"{name}.csv",
            lambda row: {
                "id": f"{row['id']}-again",
                "source_id": f"{row['source_id']}-again",
                "reading": "secondhand",
                "text": "the same in other words",
            },
        )


def _results(folder: Path) -> tuple[list[dict[str, Any]], str]:
    """Run the notebooks of a copy of the project; give its findings and its claims."""
    environment = {
        **os.environ,
        "PYTHONPATH": f"{folder}{os.pathsep}{folder / 'book'}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "IPYTHONDIR": str(folder / "ipython"),
    }
    found: list[dict[str, Any]] = []
    for lines in (LINES[:2], LINES[2:4], LINES[4:]):
        running = []
        for line in lines:
            out = folder / "book/_build/lines" / line
            out.mkdir(parents=True)
            command = [sys.executable, "-m", "skytally.press.execute", line, str(out)]
            running.append(
                subprocess.Popen(
                    command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True
                )
            )
        for each in running:
            _, said = each.communicate(timeout=300)
            assert each.returncode == 0, said[-2000:]
    for line in LINES:
        found += json.loads((folder / f"book/_build/lines/{line}/findings.json").read_bytes())
    given = claims.gather_evidence(claims.read_tables(folder / "data/record"), found)
    judged = claims.judge_claims(claims.read_tables(folder / "data/claims"), given)
    return found, claims.as_json(judged)


@pytest.mark.slow
def test_copies_of_every_row_move_no_finding_and_no_claim(
    project: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every page copied and every row repeated: findings and claims stay as they were."""
    more = type(project)(tmp_path_factory.mktemp("copied") / "project")
    record = more.folder / "data/record"
    before = len(read_table(record / "ship_sightings.csv"))
    _copy_everything(record)
    assert len(read_table(record / "ship_sightings.csv")) == 2 * before
    run = more.run("-m", "skytally.press.check")
    assert run.returncode == 0, run.stderr
    findings, judged = _results(project.folder)
    findings_again, judged_again = _results(more.folder)
    by_key = {each["key"]: each for each in findings}
    assert {each["key"]: each for each in findings_again} == by_key
    assert judged_again == judged
