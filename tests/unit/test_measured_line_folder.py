"""The folder of measured lines: a line is read while its key fits, and otherwise says why not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from skytally.imagery.acquire.chip_store import StoreError
from skytally.imagery.pipeline.measured_line_folder import (
    line_path,
    read_line,
    stored_key,
    write_line,
)
from tests.support import simulated_measured_lines as measured

KEY = {part: part * 3 for part in ("images", "inventory", "outlines", "code", "parameters")}
TODAY = {part: value for part, value in KEY.items() if part != "images"}


def write(folder: Path, name: str = "Pier") -> Path:
    """Write a line under today's key."""
    return write_line(folder, measured.target(name), measured.line(name), KEY)


def test_a_line_is_read_while_its_key_fits(tmp_path: Path) -> None:
    """What was written comes back, and its key with it."""
    write(tmp_path)
    line = read_line(tmp_path, measured.target(), TODAY)
    assert line is not None
    assert line.why == ""
    assert len(line.rows) == 3
    assert stored_key(tmp_path, measured.target()) == KEY


def test_nothing_measured_is_none(tmp_path: Path) -> None:
    """No file is not the same as a line that does not fit."""
    assert read_line(tmp_path, measured.target(), TODAY) is None
    assert stored_key(tmp_path, measured.target()) == {}


@pytest.mark.parametrize(
    ("part", "word"),
    [("code", "code"), ("outlines", "outlines"), ("inventory", "images"), ("parameters", "par")],
)
def test_a_line_of_an_older_key_is_not_drawn(tmp_path: Path, part: str, word: str) -> None:
    """It says what changed and names the command; the file stays."""
    path = write(tmp_path)
    line = read_line(tmp_path, measured.target(), {**TODAY, part: "other"}, label="rehearsal")
    assert line is not None
    assert (line.line, line.rows, line.label) == (None, (), "rehearsal")
    assert line.why.startswith(f"measured by older code or outlines (changed since: {word}")
    assert line.why.endswith("make site SITE=rajin measures it anew")
    assert path.is_file()


@pytest.mark.parametrize("content", [b"", b"half", b"{}"])
def test_a_damaged_file_gives_no_line_and_says_so(tmp_path: Path, content: bytes) -> None:
    """One sentence with the file and the command; nothing is raised and nothing removed."""
    path = write(tmp_path / "measured")
    path.write_bytes(content)
    line = read_line(tmp_path / "measured", measured.target(), TODAY)
    assert line is not None
    assert line.line is None
    assert line.why == (
        f"the file measured/rajin/{path.name} cannot be read as netCDF (OSError); make site "
        "SITE=rajin measures it anew"
    )
    assert path.read_bytes() == content
    assert stored_key(tmp_path / "measured", measured.target()) == {}


def test_the_file_of_another_line_is_not_taken(tmp_path: Path) -> None:
    """Renamed or copied by hand, a file still knows of which outline it is."""
    line_path(tmp_path, measured.target("Quay 2")).parent.mkdir()
    write(tmp_path).rename(line_path(tmp_path, measured.target("Quay 2")))
    line = read_line(tmp_path, measured.target("Quay 2"), TODAY)
    assert line is not None
    assert line.line is None
    assert "is that of another line (rajin, Pier, berth-sentinel-2, 2023-08-01)" in line.why


def test_names_that_differ_only_in_signs_have_files_of_their_own(tmp_path: Path) -> None:
    """Also names that no file name can hold, and another study."""
    paths = {
        line_path(tmp_path, measured.target(name)) for name in ("Pier 1", "Pier-1", "\u043f", "/")
    }
    paths.add(line_path(tmp_path, measured.target("Pier 1", study="2024-01-01")))
    assert len(paths) == 5
    assert all(path.parent == tmp_path / "rajin" for path in paths)
    assert all(path.name.isascii() for path in paths)


def test_writing_again_gives_the_same_bytes(tmp_path: Path) -> None:
    """One key, one file, to the last byte."""
    first = write(tmp_path / "one").read_bytes()
    assert write(tmp_path / "two").read_bytes() == first


def test_a_stopped_write_leaves_the_old_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is reported, and the line that was there is still whole."""
    path = write(tmp_path)
    before = path.read_bytes()

    def full(handle: int, data: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(StoreError, match="no room"):
        write(tmp_path)
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]
