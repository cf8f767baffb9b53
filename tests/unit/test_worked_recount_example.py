"""The worked example of the page on adding images: its rows are those that `make count` leaves."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from skytally import claims
from skytally.core import header_of
from skytally.findings import evaluate
from skytally.press.declared_finding_checks_with_parameters import (
    declared_findings,
    page_parameters,
)
from skytally.recount import CountState, CountTask
from skytally.recount.count_and_rows_from_marks import csv_lines, row_of, source_row_of
from tests.support.made_up_recounts import finished, points, practice_file, task_of

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / "data/record"
PAGE = (ROOT / "book/refresh.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("\n(one-observation)=\n")[2].partition("\n(railway-row)=\n")[0]
RAILWAY = PAGE.partition("\n(railway-row)=\n")[2].partition("\n## Then, the whole")[0]
COUNTER = "example-desk,Example Desk,individual,no,"
STATES = ("counted", "nothing-seen", "unclear")


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> CountTask:
    """Name the count of the page, on an image whose name and hash are left open."""
    made = task_of(practice_file(tmp_path_factory.mktemp("image"), what="containers"))
    image = replace(made.image, name="<image>.tif", sha256="<hash>")
    return CountTask(
        image, "ships", "rajin-nk-only-pier", "example-desk", "2026-01-18", "sentinel-2"
    )


def _count(task: CountTask, state: str) -> CountState:
    if state == "counted":
        return finished(task, *points((10, 10)))
    return finished(task, share=1.0 if state == "nothing-seen" else 0.5)


def _lines(section: str) -> list[str]:
    blocks = re.findall(r"```text\n(.*?)```", section, re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def _header(table: str) -> str:
    return ",".join(header_of(RECORD / f"{table}.csv"))


def _shown() -> list[str]:
    headers = [_header(table) for table in ("ship_sightings", "sources")]
    return [line for line in _lines(SECTION) if line not in headers]


@pytest.mark.parametrize("state", STATES)
def test_row_of_the_page_is_what_the_count_leaves(task: CountTask, state: str) -> None:
    """Each of the three states has its finished row on the page."""
    row = row_of(_count(task, state), list(header_of(RECORD / "ship_sightings.csv")), name="P901")
    assert row["state"] == state
    assert csv_lines(row).splitlines()[1] in _shown()


def test_source_of_the_page_is_what_the_count_leaves(task: CountTask) -> None:
    """One source row serves all three, and the page shows nothing else."""
    columns = list(header_of(RECORD / "sources.csv"))
    source = source_row_of(_count(task, "counted"), columns, publisher="Example Desk")
    assert csv_lines(source).splitlines()[1] in _shown()
    assert len(_shown()) == len(STATES) + 1


def test_rows_of_the_page_stand_under_their_headers() -> None:
    """A reader sees what each cell is: the header of each table comes before its rows."""
    lines = _lines(SECTION)
    assert lines[0] == _header("ship_sightings")
    assert lines[-2] == _header("sources")


def test_row_of_the_railway_is_what_the_count_leaves(task: CountTask) -> None:
    """A string of cars that nobody could tell leaves a row without a number, as the page says."""
    yard = replace(task, what="railcars", scope="tumangang-rail-facility")
    count = finished(yard, *points((10, 10), certainty="cannot tell"))
    row = row_of(count, list(header_of(RECORD / "rail_counts.csv")), name="R901")
    assert _lines(RAILWAY) == [_header("rail_counts"), csv_lines(row).splitlines()[1]]


def _said(record: Path) -> dict[str, str]:
    made = evaluate(
        declared_findings()[0], claims.read_tables(record), parameters=page_parameters()
    )
    return {each.key.removeprefix("port-imagery."): each.said for each in made}


def test_numbers_that_the_page_names_move(tmp_path: Path) -> None:
    """With each row appended, those numbers move that the page names for its state, no others."""
    before = _said(RECORD)
    always, by_state = (
        {"single_day_looks", "ships_after_charts"},
        {
            "counted": {"days_seen_in_record", "last_visit"},
            "nothing-seen": {"days_empty_in_record"},
            "unclear": set(),
        },
    )
    named = set(re.findall(r"\{f\}`port-imagery\.(\w+)`", SECTION))
    assert named == always.union(*by_state.values())
    *rows, source = _shown()
    for state, row in zip(STATES, rows, strict=True):
        record = tmp_path / state
        shutil.copytree(RECORD, record)
        appended = {
            "ship_sightings": row, "sources": source, "counters": COUNTER,
        }  # fmt: skip
        for name, line in appended.items():
            with (record / f"{name}.csv").open("a", encoding="utf-8") as file:
                file.write(line.replace("<HASH>", "00000000") + "\n")
        after = _said(record)
        assert {name for name in named if after[name] != before[name]} == always | by_state[state]
