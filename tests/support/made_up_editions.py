"""Small editions of a made-up record, written by the code that writes real ones."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from skytally.editions import (
    Edition,
    Published,
    edition_changes,
    read_edition,
    source_details,
    source_files,
    write_about,
    write_changes,
    write_published,
)

HEADER = ("id", "value", "note")
DAY = "2026-01-02"
ROWS = [("A1", "10", ""), ("A2", "20", "two"), ("A3", "30", ""), ("A4", "40", "")]
LATER = [("A1", "11", ""), ("A3", "30", "a note"), ("A4", "40", ""), ("A5", "50", "")]
CORRECTIONS = ("table", "row", "column", "old", "new", "why", "source")
MADE = [
    ("calls", "A1", "value", "10", "11", "digits exchanged", "S1"),
    ("calls", "A2", "id", "A2", "", "a rumour", "S2"),
]
SUPPORT: dict[str, Any] = {
    "inputs": [], "further": [], "support": None, "level": None, "own": False,
    "interval_from": "", "made_of": "", "flips_if": None,
}  # fmt: skip


def finding(
    key: str, value: float | None, low: float | None, high: float | None, **more: Any
) -> dict[str, Any]:
    """Return an entry of ``findings.json`` of a made-up finding, in calls."""
    said = "" if value is None else f"{value:g} calls"
    words = {
        "unit": "calls",
        "bound": "exactly",
        "said": said,
        "when": "",
        "text": f"Made up: {said}.",
    }
    return {"key": key, "value": value, "low": low, "high": high, **words, **SUPPORT, **more}


def claim(name: str, verdict: str, **more: Any) -> dict[str, Any]:
    """Return an entry of ``claims.json`` of a made-up claim."""
    return {
        "id": name, "text": f"made-up claim {name}", "verdict": verdict, "why": [],
        "later": [], "remark": "", "against": [],
        "rests_on": {"findings": [], "rows": [], "sites": [], "sources": []}, "flips_if": None,
        **more,
    }  # fmt: skip


def write_rows(
    path: Path, rows: Iterable[tuple[str, ...]], header: tuple[str, ...] = HEADER
) -> None:
    """Write a table of made-up rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def write_project(root: Path, rows: Iterable[tuple[str, ...]]) -> Path:
    """Write a project with one table of made-up rows."""
    write_rows(root / "data/record/calls.csv", rows)
    (root / "requirements.txt").write_text("# made up\n", encoding="utf-8")
    return root


def make_edition(
    project: Path,
    identifier: str,
    *,
    findings: list[dict[str, Any]],
    claims: list[dict[str, Any]] | None = None,
    parent: Edition | None = None,
    addresses: Iterable[str] = ("index.html",),
    anchors: Iterable[str] = (),
    parameters: Mapping[str, Mapping[str, Any]] | None = None,
) -> Edition:
    """Write an edition of a project and read it again."""
    folder = project / "data/editions" / identifier
    # packets that a test wrote may lie there already
    folder.mkdir(parents=True, exist_ok=True)
    files = source_files(project)
    published = Published(findings, claims or [], parameters or {}, addresses, anchors)
    write_published(folder, published, files=files, data=project / "data")
    about = {
        "id": identifier, "date": identifier[:10], "parent": parent.id if parent else None,
        "commit_time": f"{identifier[:10]}T12:00:00Z", "title": "Made up", "version": "",
        "complete_to": "", "feed_id": f"tag:made-up.invalid,2026:edition/{identifier}",
        "counts": {"findings": len(findings), "claims": len(claims or [])},
        **source_details(files, None),
    }  # fmt: skip
    if parent is not None:
        changes = edition_changes(parent, Edition(identifier, folder, about))
        cause = {"sets": [["new data"]], "alone": {}, "undetermined": "", "rows": []}
        for name in ("findings", "verdicts"):
            changes[name] = [{**row, "cause": cause} for row in changes[name]]
        causes = {"groups": ["new data"], "evaluated": 2, "undetermined": ""}
        write_changes(folder, {**changes, "causes": causes})
    write_about(folder, about, packet_root="")
    edition, faults = read_edition(folder)
    assert not faults
    assert edition is not None
    return edition


def change_record(project: Path) -> None:
    """Correct, edit, withdraw and add a row each."""
    write_rows(project / "data/record/calls.csv", LATER)
    write_rows(project / "data/record/corrections.csv", MADE, CORRECTIONS)
