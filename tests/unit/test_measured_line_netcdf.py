"""Measured lines as netCDF: nothing is lost, the bytes are the same, damage is noticed."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from skytally.core.errors_and_fault_lists import IntegrityError
from skytally.imagery.measure.observation_and_evidence_line import Observation
from skytally.imagery.pipeline.measured_line_and_target import MeasuredLine
from skytally.imagery.pipeline.measured_line_netcdf import (
    NUMBERS,
    WORDS,
    as_dataset,
    as_netcdf,
    from_dataset,
    read_netcdf,
)
from tests.support import simulated_measured_lines as measured

KEY = {"code": "c" * 64, "outlines": "o" * 64}


def written(folder: Path, line: MeasuredLine) -> Path:
    """Write a line to a file."""
    path = folder / "line.nc"
    path.write_bytes(as_netcdf(as_dataset(line, study=measured.STUDY, key=KEY)))
    return path


def same_rows(one: MeasuredLine, other: MeasuredLine) -> bool:
    """Whether two lines have the same rows, NaN equal to NaN."""
    rows = [[repr((row, dict(row.details))) for row in line.rows] for line in (one, other)]
    return rows[0] == rows[1]


def test_a_line_comes_back_as_it_was(tmp_path: Path) -> None:
    """Rows, line, pictures, limits, notes and reasons, to the last bit."""
    line = measured.line()
    back = from_dataset(read_netcdf(written(tmp_path, line)))
    assert same_rows(line, back)
    assert [list(row.details) for row in back.rows] == [list(row.details) for row in line.rows]
    xr.testing.assert_identical(back.line, line.line)
    pd.testing.assert_frame_equal(back.limits.table, line.limits.table)
    for chip, known in zip(back.chips, line.chips, strict=True):
        np.testing.assert_array_equal(chip.picture, known.picture)
        np.testing.assert_array_equal(chip.outlines[0], known.outlines[0])
        assert (chip.when, chip.finding, chip.item_id, chip.gsd, chip.label) == (
            known.when, known.finding, known.item_id, known.gsd, known.label,
        )  # fmt: skip
    for word in ("kind", "site", "outline", "scope", "control", "why", "label", "notes"):
        assert getattr(back, word) == getattr(line, word)
    assert dict(back.left_out) == dict(line.left_out)


def test_every_field_of_a_row_is_written() -> None:
    """A field that is added to observations cannot be forgotten in the files."""
    fields = {field.name for field in dataclasses.fields(Observation)}
    assert fields == {*NUMBERS, *WORDS, "time", "flags", "details"}


def test_a_reason_without_a_line_comes_back(tmp_path: Path) -> None:
    """An outline in which nothing could be measured keeps its sentence."""
    line = measured.target().without_line("too few clear looks", "rehearsal")
    back = from_dataset(read_netcdf(written(tmp_path, line)))
    assert (back.line, back.rows, back.chips) == (None, (), ())
    assert (back.why, back.label, back.limits.table) == ("too few clear looks", "rehearsal", None)


def test_the_same_line_gives_the_same_bytes() -> None:
    """No time of writing and no order of chance, also a second later."""
    first = as_netcdf(as_dataset(measured.line(), study=measured.STUDY, key=KEY))
    time.sleep(1.1)
    assert as_netcdf(as_dataset(measured.line(), study=measured.STUDY, key=KEY)) == first


def test_a_file_that_would_be_read_otherwise_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is read back before any of it can replace an older line."""
    dataset = as_dataset(measured.line(), study=measured.STUDY, key=KEY)
    real = xr.Dataset.to_netcdf

    def other(self: xr.Dataset, path: Path, **words: object) -> None:
        changed = self.assign(value=self["value"] + 1e-9)
        real(changed, path, **words)  # type: ignore[call-overload]

    monkeypatch.setattr(xr.Dataset, "to_netcdf", other)
    with pytest.raises(IntegrityError, match="read otherwise than it was written"):
        as_netcdf(dataset)


def test_a_file_is_a_line_of_evidence_for_others(tmp_path: Path) -> None:
    """Who opens it with xarray finds value, low and high over time, with their unit."""
    with xr.open_dataset(written(tmp_path, measured.line())) as file:
        assert file["value"].dims == ("time",)
        assert file["time"].to_numpy()[1] == np.datetime64("2023-08-01T02:15:49.024")
        assert file["value"].to_numpy()[1] == 2.0
        assert str(file["unit"].to_numpy()[0]) == "ships"


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda _: b"", "cannot be read as netCDF"),
        (lambda data: data[: len(data) // 2], "cannot be read as netCDF"),
        (lambda _: b"looks,like,a,table\n1,2,3,4\n", "cannot be read as netCDF"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, spoil: object, found: str) -> None:
    """Empty, half written, or something else altogether."""
    path = written(tmp_path, measured.line())
    path.write_bytes(spoil(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(IntegrityError, match=found):
        read_netcdf(path)


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    """A netCDF file of somebody else, and one of this project in which a number was changed."""
    foreign = tmp_path / "foreign.nc"
    xr.Dataset({"value": ("time", [1.0])}).to_netcdf(foreign)
    with pytest.raises(IntegrityError, match="is no skytally measured line"):
        read_netcdf(foreign)
    dataset = as_dataset(measured.line(), study=measured.STUDY, key=KEY)
    dataset["value"] = dataset["value"].where(dataset["value"] != 2.0, 3.0)
    foreign.write_bytes(as_netcdf(dataset))
    with pytest.raises(IntegrityError, match="its seal is broken"):
        read_netcdf(foreign)


def test_every_flipped_byte_is_noticed_or_harmless(tmp_path: Path) -> None:
    """Whatever byte is spoiled, no other line is read than the one that was written."""
    path = written(tmp_path, measured.line())
    data = bytearray(path.read_bytes())
    known = measured.line()
    noticed = 0
    for place in range(0, len(data), max(len(data) // 60, 1)):
        spoiled = bytearray(data)
        spoiled[place] ^= 0xFF
        path.write_bytes(spoiled)
        try:
            back = from_dataset(read_netcdf(path))
        except IntegrityError:
            noticed += 1
        else:
            assert same_rows(back, known)
    assert noticed > 0
