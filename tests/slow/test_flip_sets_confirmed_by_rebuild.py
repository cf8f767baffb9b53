"""Flip sets recomputed by a real rebuild: the rows are taken out of the tables on disk."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from skytally import claims
from skytally.core import data_folder
from skytally.findings import outcomes
from skytally.findings.finding import Finding
from skytally.findings.finding_sensitivity_to_removed_evidence import Reevaluation, flipped
from skytally.press.flip_sets_of_findings_and_verdicts import reevaluation
from skytally.record import WholeRecord

SAMPLE = 2
"""Flip sets that are rebuilt; each runs a notebook on a copy of the project."""


def _rebuildable(again: Reevaluation) -> list[tuple[str, tuple[str, ...], str]]:
    """Flip sets without which every finding of their page can still be made."""
    found = []
    for key, declared in again.declarations.items():
        if not isinstance(again.finding(key), Finding) or declared.kind in ("quote", "dated"):
            continue
        for each in again.flip_sets(key).rows.sets[:1]:
            page = [one for one in again.declarations.values() if one.page == declared.page]
            left = outcomes(
                page, again.record.raw, parameters=again.parameters, without_rows=each.without
            )
            if all(isinstance(one, Finding) for one in left.values()):
                found.append((key, each.without, each.becomes))
    return found


def _take_out(record: Path, rows: tuple[str, ...]) -> None:
    """Remove rows from the tables on disk, and the groups that named them."""
    for path in sorted(record.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            lines = list(csv.reader(file))
        head, body = lines[0], lines[1:]
        columns = [head.index(name) for name in ("id", "row_id") if name in head]
        kept = [line for line in body if not any(line[at] in rows for at in columns)]
        if len(kept) < len(body):
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows([head, *kept])


def test_a_sample_of_flip_sets_flips_in_a_real_rebuild(
    project: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Notebooks run without the rows give findings that differ as the flip set says."""
    again = reevaluation(WholeRecord(claims.read_tables(data_folder() / "record")))
    notebooks = {path.stem for path in (project.folder / "notebooks").glob("*.ipynb")}
    able = [each for each in _rebuildable(again) if each[0].partition(".")[0] in notebooks]
    assert len(able) >= SAMPLE
    for key, rows, becomes in able[:: max(len(able) // SAMPLE, 1)][:SAMPLE]:
        copy = project.copied_to(tmp_path_factory.mktemp("without") / "project")
        _take_out(copy.folder / "data/record", rows)
        page, out = key.partition(".")[0], copy.folder / "results"
        out.mkdir()
        run = subprocess.run(
            [sys.executable, "-m", "skytally.press.notebook_execution", page, str(out)],
            cwd=copy.folder,
            env={**os.environ, "PYTHONPATH": str(copy.folder), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr[-2000:]
        built = {each["key"]: each for each in json.loads((out / "findings.json").read_bytes())}
        plain = {name: built[key][name] for name in ("value", "low", "high", "unit", "bound")}
        rest = {name: built[key][name] for name in ("said", "when", "text")}
        after = Finding(key=key, **plain, **rest, inputs=tuple(built[key]["inputs"]))
        before, kind = again.finding(key), again.declarations[key].kind
        assert isinstance(before, Finding)
        assert flipped(before, after, kind=kind) == becomes, (key, rows)
