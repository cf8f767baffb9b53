"""A second page for every source and a second row for every row: nothing is counted twice."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from skytally.core.table_reader import read_table
from skytally.press import book_evaluation

OBSERVATIONS = (
    *("ship_sightings", "quay_stocks", "voyage_counts", "voyages", "rail_counts"),
    *("depot_observations", "ais_events", "official_claims", "events"),
)
LINES = ("ais-gaps", "depot-expansion", "official-claims", "port-imagery", "rail-counts")


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
            "url": row["url"].replace("://", "://again."),
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
                "text": f"the same as {row['id']} in other words",
            },
        )


def _results(folder: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Run the notebooks of a copy of the project; their findings, and those of the whole book."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "IPYTHONDIR": str(folder / "ipython"),
    }
    found: list[dict[str, Any]] = []
    for lines in (LINES[:2], LINES[2:4], LINES[4:]):
        running = []
        for line in lines:
            out = folder / "book/_build/lines" / line
            out.mkdir(parents=True)
            command = [sys.executable, "-m", "skytally.press.notebook_execution", line, str(out)]
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
    request = {"measured": found, "wanted": None}
    (folder / book_evaluation.REQUEST).write_text(json.dumps(request), encoding="utf-8")
    command = [sys.executable, "-m", "skytally.press.book_evaluation", str(folder)]
    subprocess.run(command, cwd=folder, env=environment, check=True)
    whole = json.loads((folder / book_evaluation.OUTCOMES).read_bytes())
    assert whole["faults"] == []
    return found, whole


def test_copies_of_every_row_move_no_finding_and_no_claim(
    project: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every page copied and every row repeated: findings and claims stay as they were."""
    more = project.copied_to(tmp_path_factory.mktemp("copied") / "project")
    record = more.folder / "data/record"
    before = len(read_table(record / "ship_sightings.csv"))
    _copy_everything(record)
    assert len(read_table(record / "ship_sightings.csv")) == 2 * before
    run = more.run("-m", "skytally.press.data_and_parameter_check_command")
    assert run.returncode == 0, run.stderr
    findings, whole = _results(project.folder)
    findings_again, whole_again = _results(more.folder)
    by_key = {each["key"]: each for each in findings}
    assert {each["key"]: each for each in findings_again} == by_key
    for part in ("findings", "claims"):
        moved = [each for each in whole_again[part] if each not in whole[part]]
        assert (len(whole_again[part]), moved) == (len(whole[part]), [])
