"""A filled cell of the record changes only with a row of corrections."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from skytally.core import DataError, data_folder
from skytally.editions import Edition, editions_folder, read_editions, uncorrected_cells
from skytally.press import edition_command
from tests.support.made_up_editions import (
    CORRECTIONS,
    ROWS,
    make_edition,
    write_project,
    write_rows,
)

MADE = ("calls", "A1", "value", "10", "11", "digits exchanged", "S1")


@pytest.fixture
def edition(tmp_path: Path) -> Edition:
    """Return an edition of a made-up project."""
    return make_edition(write_project(tmp_path / "project", ROWS), "2026-01-02", findings=[])


def told(edition: Edition, rows: list[tuple[str, ...]], made: list[tuple[str, ...]]) -> list[str]:
    """Change the record and collect the faults."""
    data = edition.folder.parents[1]
    write_rows(data / "record/calls.csv", rows)
    write_rows(data / "record/corrections.csv", made, CORRECTIONS)
    return [str(fault) for fault in uncorrected_cells(data)]


@pytest.mark.parametrize(
    ("first", "made"),
    [
        (("A1", "10", ""), []),
        (("A1", "10", "a note in an empty cell"), []),
        (("A1", "11", ""), [MADE]),
        (("A1", "12", ""), [("calls", "A1", "value", "11", "12", "again", "S1"), MADE]),
    ],
)
def test_corrected_and_filled_cells_pass(
    edition: Edition, first: tuple[str, ...], made: list[tuple[str, ...]]
) -> None:
    """Corrections lead from the published value to the present one, in any order of lines."""
    assert told(edition, [first, *ROWS[1:]], made) == []


def test_rows_may_be_added_and_withdrawn(edition: Edition) -> None:
    """A row that the edition lacks, or that is gone, is no changed cell."""
    assert told(edition, [*ROWS[1:], ("A9", "90", "")], []) == []


@pytest.mark.parametrize("cell", ["11", ""])
def test_a_cell_without_correction_is_named(edition: Edition, cell: str) -> None:
    """The message has table, column, row and both values, also where the cell was emptied."""
    faults = told(edition, [("A1", cell, ""), *ROWS[1:]], [])
    assert len(faults) == 1
    assert "calls.csv" in faults[0]
    assert f"column value: found row A1 with {cell!r}, in edition 2026-01-02 '10'" in faults[0]
    assert "say in corrections.csv why it changed" in faults[0]
    other = told(edition, [("A1", "12", ""), *ROWS[1:]], [MADE])
    assert len(other) == 1


def test_the_record_has_a_correction_for_each_change() -> None:
    """Against each published edition, no filled cell differs without its row of corrections."""
    for edition in read_editions(editions_folder())[0]:
        assert [str(fault) for fault in uncorrected_cells(data_folder(), edition)] == []


def test_make_edition_refuses(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edition would publish a change that nobody gave a reason for."""
    project = edition.folder.parents[2]
    write_rows(project / "data/record/calls.csv", [("A1", "11", ""), *ROWS[1:]])
    (project / "data/registry.toml").write_text("# made up\n")
    monkeypatch.setenv("SKYTALLY_PROJECT", str(project))
    monkeypatch.setattr(edition_command, "_check_state", lambda *_: None)
    with pytest.raises(DataError, match=r"corrections: 1 fault\n.*row A1 with '11'"):
        edition_command.make_edition("2026-01-03")
    assert not (edition.folder.parent / "2026-01-03").exists()


def test_make_check_names_the_cell_and_a_print_does_not(project: Callable[..., object]) -> None:
    """Whoever tries a value can print it; the check before a commit asks for its correction."""
    path = project.folder / "data/record/sources.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Press release SC/8853", "Release SC/8853", 1), encoding="utf-8")
    command = ["-m", "skytally.press.data_and_parameter_check_command"]
    asked = project.run(*command, "--corrections")
    assert (asked.returncode, "Traceback" in asked.stderr) == (1, False)
    assert "data and parameters: 1 fault" in asked.stderr
    assert "sources.csv, column reports: found row UN_20061014" in asked.stderr
    printed = project.run(*command)
    assert (printed.returncode, printed.stderr) == (0, "")
