"""Error of a published count from made-up recounts: it widens the finding, and only then."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skytally import claims, findings
from skytally.core import COUNTING_ERROR
from skytally.core.table_reader import header_of, read_table
from skytally.press.declared_finding_checks_with_parameters import (
    declared_findings,
    page_parameters,
)
from skytally.record.counting_error_from_recounts import LARGEST_ERROR, T_90, counting_errors
from skytally.recount.count_and_rows_from_marks import csv_lines, row_of
from tests.support.evaluated_findings import ROOT
from tests.support.made_up_recounts import finished, points, practice_file, task_of

KEY, ROW = "rail-counts.railcars_october_2023", "R031"
RECORD = ROOT / "data/record"


def with_recounts(folder: Path, *numbers: int, seed: int = 1, **changes: Any) -> pd.DataFrame:
    """Read the railcar counts with made-up recounts of their place and day, one a counter."""
    task = task_of(practice_file(folder, seed=seed))
    path = folder / "rail_counts.csv"
    if not path.exists():
        for name in ("rail_counts.csv", "rail_counts.dictionary.csv", "vocabulary.csv"):
            shutil.copy(RECORD / name, folder)
    with path.open("a", encoding="utf-8", newline="") as file:
        for i, number in enumerate(numbers):
            marks = points(*((float(k), 0.0) for k in range(number)))
            count = finished(task, *marks, **{"counter": f"desk-{i}", **changes})
            named = f"R9{seed}{i}"
            lines = csv_lines(row_of(count, list(header_of(path)), name=named))
            file.write(lines.partition("\n")[2])
    return read_table(path)


def finding_of(table: pd.DataFrame | None = None) -> findings.Finding:
    """Evaluate one finding on the record, or on another table of railcar counts."""
    declarations, _ = declared_findings()
    tables = dict(claims.read_tables(RECORD))
    if table is not None:
        tables["rail_counts"] = table
    chosen = [each for each in declarations if each.key == KEY]
    (found,) = findings.evaluate(chosen, tables, parameters=page_parameters())
    return found


def test_without_recounts_the_error_is_assumed() -> None:
    """The record as delivered has no recount, so no number moves."""
    for table in claims.read_tables(RECORD).values():
        assert counting_errors(table).empty
    found = finding_of()
    assert (found.low, found.high) == pytest.approx((73 * (1 - COUNTING_ERROR), 80.3))
    assert "a tenth either way" in found.interval_from


def test_recounts_of_the_same_thing_replace_the_assumption(tmp_path: Path) -> None:
    """Three people who differ widen the published count by as much, and the words say so."""
    table = with_recounts(tmp_path, 60, 73, 88)
    logs = [math.log(each) for each in (60, 73, 88)]
    error = pd.Series(logs).std() * T_90[1]
    found = finding_of(table)
    assert (found.low, found.high) == pytest.approx((73 * (1 - error), 73 * (1 + error)), abs=0.01)
    assert (found.high or 0.0) > 80.3
    assert "as far as people differ who recounted it (rows R910 R911 R912)" in found.interval_from
    errors = counting_errors(table)
    assert ROW in set(table["id"][errors.index])
    assert (table.loc[errors.index, "scope"] == "tumangang-rail-facility").all()


@pytest.mark.parametrize("numbers", [(74, 74), (74, 75), (0, 0)], ids=str)
def test_people_who_agree_leave_the_assumption(tmp_path: Path, numbers: tuple[int, int]) -> None:
    """What all miss alike is in no disagreement, so recounts never narrow the assumed error."""
    found = finding_of(with_recounts(tmp_path, *numbers))
    assert (found.low, found.high) == pytest.approx((73 * (1 - COUNTING_ERROR), 80.3))
    assert "a tenth either way" in found.interval_from


def test_one_who_saw_none_is_not_left_out(tmp_path: Path) -> None:
    """Two who agree beside one who saw nothing differ by any factor."""
    table = with_recounts(tmp_path, 0, 73, 73)
    at = table.index[table["id"] == ROW][0]
    assert counting_errors(table).loc[at, "counting_error"] == LARGEST_ERROR


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": "rajin-unstated-pier"},
        {"day": "2023-10-06"},
        {"counter": "desk-1"},
        {"turn": 2},
    ],
    ids=str,
)
def test_other_counts_measure_nothing(tmp_path: Path, changes: dict[str, Any]) -> None:
    """Another scope or day, one person twice, a second turn: the assumption stays."""
    found = finding_of(with_recounts(tmp_path, 60, 88, **changes))
    assert "a tenth either way" in found.interval_from


def test_of_two_images_the_larger_error_stands(tmp_path: Path) -> None:
    """Counts of different images are never mixed."""
    with_recounts(tmp_path, 72, 74)
    table = with_recounts(tmp_path, 66, 80, seed=2)
    error = math.log(80 / 66) / math.sqrt(2) * T_90[0]
    found = counting_errors(table).loc[table.index[table["id"] == ROW][0]]
    assert found.counting_error == pytest.approx(min(error, 1.0))
    assert found.recounts == "R920 R921"
