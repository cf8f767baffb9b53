"""Key dates of the front page: days and numbers come from the record, or are refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.figures.front_page_key_dates_reader import read_key_dates
from tests.support.official_total_rows import Rows, claims

CHARTS = Path(__file__).resolve().parents[2] / "data" / "charts"


def write_dates(tmp_path: Path, *lines: str) -> Path:
    """Table of key dates with lines of one's own."""
    shutil.copyfile(CHARTS / "key_dates.dictionary.csv", tmp_path / "key_dates.dictionary.csv")
    path = tmp_path / "key_dates.csv"
    path.write_text("\n".join(["id,row,other_row,text", *lines, ""]), encoding="utf-8")
    return path


def by_id(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Rows by id."""
    return {row["id"]: row for row in table.to_dict("records")}


def test_key_dates_take_day_and_number_from_the_record(tmp_path: Path, rows: Rows) -> None:
    """A changed row changes the list; an event between two observations has both days."""
    table = rows(
        {"id": "R1", "day": "2023-09-14", "value": 0.0},
        {"id": "R2", "day": "2023-09-22", "value": 73.0, "bound": "about", "unit": "railcars"},
    )
    path = write_dates(tmp_path, "b,R2,,CSIS counts {number}", "a,R1,R2,empty and then full")
    first, second = read_key_dates(path, rows=by_id(table))
    assert (first.when, first.text) == (
        "14 September 2023 to 22 September 2023",
        "empty and then full",
    )
    assert (second.when, second.text) == ("22 September 2023", "CSIS counts about 73 railcars")


def test_key_date_of_a_statement_is_the_day_of_the_statement(tmp_path: Path, rows: Rows) -> None:
    """Not the period that the statement speaks of."""
    table = claims(rows, {"id": "O1", "value": 1000.0, "day": "2023-10-13"})
    table = table.assign(date_first=pd.Timestamp("2023-09-01"))
    path = write_dates(tmp_path, "a,O1,,stated")
    (entry,) = read_key_dates(path, rows=by_id(table))
    assert entry.when == "13 October 2023"


def test_key_date_of_a_row_without_a_day_is_refused(tmp_path: Path, rows: Rows) -> None:
    """A row that is open to the past, or has no column of days, has no place in the list."""
    table = by_id(rows({"id": "R1"}))
    table["R1"]["date_first"] = pd.NaT
    table["V1"] = {"id": "V1", "depart_first": pd.Timestamp("2023-09-08")}
    path = write_dates(tmp_path, "a,R1,,gone", "b,V1,,left")
    with pytest.raises(DataError, match=r"key_dates\.csv: 2 faults") as caught:
        read_key_dates(path, rows=table)
    assert "line 3, column row: found 'V1'; the row gives no first and last day" in str(
        caught.value
    )


def test_key_date_of_a_withdrawn_row_is_refused(tmp_path: Path, rows: Rows) -> None:
    """All faults at once, with line and column."""
    table = by_id(rows({"id": "R1", "bound": ""}))
    path = write_dates(tmp_path, "a,R9,,gone", "b,R1,R8,{number} seen")
    with pytest.raises(DataError, match=r"key_dates\.csv: 3 faults") as caught:
        read_key_dates(path, rows=table)
    for fault in (
        "line 2, column row: found 'R9'",
        "line 3, column other_row: found 'R8'",
        "line 3, column text: found {number}; row R1 has no number",
    ):
        assert fault in str(caught.value)
