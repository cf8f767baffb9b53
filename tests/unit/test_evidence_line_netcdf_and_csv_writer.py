"""Lines of evidence as netCDF and CSV: every row, missing and open apart, the same bytes twice."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.findings.evidence_line_netcdf_and_csv_writer import as_rows, write_lines

Lines = Callable[..., xr.Dataset]


def test_as_rows_says_first_and_last_day(one_line: Lines) -> None:
    """Both days are included, where the dataset's interval is exclusive at its end."""
    line = one_line(
        {
            "date_first": pd.Timestamp("2023-08-01"),
            "date_last": pd.Timestamp("2023-08-31"),
            "value": 1.0,
        }
    )
    (row,) = as_rows(line, name="csis").to_dict("records")
    assert (row["line"], row["first_day"], row["last_day"]) == ("csis", "2023-08-01", "2023-08-31")
    assert (row["unit"], row["counter"], row["row"]) == ("containers", "csis", "X1")


def test_write_lines_writes_one_csv_and_a_netcdf_a_line(one_line: Lines, tmp_path: Path) -> None:
    """File names are slugs of the chart and the line; the CSV comes first."""
    lines = {
        "csis.rajin": one_line({"value": 1.0}),
        "voa.trains per month": one_line({"value": 2.0}),
    }
    files = write_lines(lines, tmp_path, name="port-imagery.containers")
    assert files == [
        "port-imagery.containers.csv",
        "port-imagery.containers.csis.rajin.nc",
        "port-imagery.containers.voa.trains-per-month.nc",
    ]
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == sorted(files)
    table = pd.read_csv(tmp_path / "data" / files[0])
    assert table[["line", "value"]].to_numpy().tolist() == [
        ["csis.rajin", 1.0],
        ["voa.trains per month", 2.0],
    ]


def test_write_lines_keeps_missing_and_open_apart(one_line: Lines, tmp_path: Path) -> None:
    """In the CSV a missing number is an empty cell, an open side is inf, 0 is 0."""
    line = one_line(
        {"value": 25.0, "bound": n.AT_LEAST, "day": "2023-10-05"},
        {"state": n.UNCLEAR, "bound": "", "day": "2023-10-06"},
        {"state": n.NOTHING_SEEN, "value": 0.0, "day": "2023-10-07"},
    )
    (name, *_) = write_lines({"csis": line}, tmp_path, name="made-up.x")
    text = (tmp_path / "data" / name).read_bytes().decode()
    assert "\r" not in text
    found = [row.split(",")[3:6] for row in text.splitlines()[1:]]
    assert found == [["25.0", "25.0", "inf"], ["", "", ""], ["0.0", "0.0", "0.0"]]


@pytest.mark.parametrize(
    "name", ["Port Imagery", "../up", "a/b", "", "port_imagery", "a..b", "x.csv\n"]
)
def test_write_lines_refuses_a_name_that_is_no_slug(
    one_line: Lines, tmp_path: Path, name: str
) -> None:
    """A name that could leave the folder or break a link is refused."""
    with pytest.raises(DataError, match=r"needs at least one line and a name in lower-kebab"):
        write_lines({"csis": one_line({"value": 1.0})}, tmp_path, name=name)
    assert not (tmp_path / "data").exists()


def test_write_lines_gives_every_row_of_the_chart(
    one_line: Lines, rows: Callable[..., pd.DataFrame], tmp_path: Path
) -> None:
    """Sightings without a number follow the lines, each once and with its state."""
    numbered = {"id": "X1", "value": 3.0}
    unclear = {"id": "X2", "state": n.UNCLEAR, "bound": "", "unit": "", "day": "2023-10-06"}
    undated = {"id": "X3", "date_first": pd.NaT, "date_last": pd.NaT}
    lines = {"csis": one_line(numbered)}
    drawn = rows(numbered, unclear, undated)
    (name, *files) = write_lines(lines, tmp_path, name="made-up.x", rows=drawn)
    with (tmp_path / "data" / name).open(encoding="utf-8", newline="") as file:
        first, second, third = csv.DictReader(file)
    assert (first["row"], first["line"], len(files)) == ("X1", "csis", 1)
    # a bar needs no date
    assert [third[word] for word in ("row", "first_day", "when")] == ["X3", "", "no date"]
    found = [second[word] for word in ("row", "line", "state", "value", "low", "high", "said")]
    assert found == ["X2", "", n.UNCLEAR, "", "", "", "no number"]
    assert (second["first_day"], second["last_day"]) == ("2023-10-06", "2023-10-06")


def test_write_lines_keeps_an_open_side_and_a_number_of_another_quantity(
    one_line: Lines, rows: Callable[..., pd.DataFrame], tmp_path: Path
) -> None:
    """A date that the source leaves open is an empty cell; a bound stays one."""
    other = {"id": "X2", "value": 5.0, "bound": n.AT_LEAST, "date_first": pd.NaT}
    other["date_last"], other["precision_first"] = pd.Timestamp("2023-10-06"), "open"
    drawn = rows(other).drop(columns="state").assign(kind="silent")
    (name, _) = write_lines(
        {"csis": one_line({"id": "X1", "value": 1.0})}, tmp_path, name="made-up.x", rows=drawn
    )
    with (tmp_path / "data" / name).open(encoding="utf-8", newline="") as file:
        _, found = csv.DictReader(file)
    assert [found[word] for word in ("low", "high", "state")] == ["5.0", "inf", "silent"]
    assert (found["first_day"], found["when"]) == ("", "until 6 October 2023")


def test_write_lines_refuses_no_lines(tmp_path: Path) -> None:
    """A chart without a line has nothing to give away."""
    with pytest.raises(DataError, match=r"'made-up\.x': needs at least one line"):
        write_lines({}, tmp_path, name="made-up.x")


def test_write_lines_never_overwrites_a_line(one_line: Lines, tmp_path: Path) -> None:
    """Two lines whose names differ by a space only are refused before anything is written."""
    lines = {"a b": one_line({"value": 1.0}), "a-b": one_line({"value": 2.0})}
    with pytest.raises(DataError, match="two lines share one file name"):
        write_lines(lines, tmp_path, name="made-up.x")
    assert not (tmp_path / "data").exists()


def test_write_lines_gives_the_same_bytes_twice(one_line: Lines, tmp_path: Path) -> None:
    """The same line gives the same files."""
    for folder in ("one", "two"):
        write_lines({"csis": one_line({"value": 1.0})}, tmp_path / folder, name="made-up.x")
    for path in (tmp_path / "one/data").iterdir():
        assert path.read_bytes() == (tmp_path / "two/data" / path.name).read_bytes()
