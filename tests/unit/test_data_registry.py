"""The data registry: slug to verified path, and the log of what was read."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from skytally.core import data_registry
from skytally.core.errors import DataError, IntegrityError


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Make a data folder with one frozen and one working file."""
    (tmp_path / "frozen.csv").write_text("a\n1\n")
    (tmp_path / "working.csv").write_text("a\n1\n")
    digest = hashlib.sha256(b"a\n1\n").hexdigest()
    (tmp_path / "registry.toml").write_text(
        f'[frozen]\nfile = "frozen.csv"\nsha256 = "{digest}"\n[working]\nfile = "working.csv"\n'
    )
    return tmp_path


def test_path_of_a_registered_file(data: Path) -> None:
    """A slug gives the path of its file, frozen or not."""
    assert data_registry.path("frozen", root=data) == data / "frozen.csv"
    assert data_registry.path("working", root=data) == data / "working.csv"


def test_path_refuses_an_unknown_slug(data: Path) -> None:
    """The message lists what is known."""
    with pytest.raises(DataError, match=r"no entry 'frosen'; known: frozen, working"):
        data_registry.path("frosen", root=data)


def test_path_refuses_a_missing_file(data: Path) -> None:
    """A registered file that is not there is named."""
    (data / "working.csv").unlink()
    with pytest.raises(DataError, match=r"data/working.csv: registered as 'working' but missing"):
        data_registry.path("working", root=data)


def test_path_refuses_a_changed_frozen_file(data: Path) -> None:
    """One changed byte of a frozen file is refused."""
    (data / "frozen.csv").write_text("a\n2\n")
    with pytest.raises(IntegrityError, match=r"data/frozen.csv: a frozen file was changed"):
        data_registry.path("frozen", root=data)


def test_path_lets_a_working_table_change(data: Path) -> None:
    """A working table is meant to be edited."""
    (data / "working.csv").write_text("a\n2\n")
    assert data_registry.path("working", root=data).read_text() == "a\n2\n"


def test_path_notes_what_was_read(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file that is asked for goes to the read log, in order."""
    monkeypatch.setenv(data_registry.READ_LOG, str(data / "log"))
    data_registry.path("working", root=data)
    data_registry.path("frozen", root=data)
    assert (data / "log").read_text() == "working.csv\nfrozen.csv\n"


def test_path_notes_the_part_that_is_used(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cited rows, or one row by its first cell, are noted as such, and once each."""
    monkeypatch.setenv(data_registry.READ_LOG, str(data / "log"))
    for _ in range(2):
        data_registry.path("working", root=data, only_cited=True)
        data_registry.path("working", root=data, row="railcars")
        data_registry.path("working", root=data)
    log = (data / "log").read_text()
    assert log == "working.csv#cited\nworking.csv#=railcars\nworking.csv\n"


def test_unregistered_notes_a_file_that_need_not_exist(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that this machine makes counts as read even while it is missing."""
    monkeypatch.setenv(data_registry.READ_LOG, str(data / "log"))
    assert data_registry.unregistered("measured/a.nc", root=data) == data / "measured/a.nc"
    assert (data / "log").read_text() == "measured/a.nc\n"


def test_scenes_are_noted_as_one(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of scenes may lie elsewhere; it counts as read as a whole."""
    monkeypatch.setenv(data_registry.READ_LOG, str(data / "log"))
    monkeypatch.delenv(data_registry.SCENES_FOLDER, raising=False)
    assert data_registry.scenes(root=data) == data / "scenes"
    monkeypatch.setenv(data_registry.SCENES_FOLDER, str(data / "elsewhere"))
    assert data_registry.scenes(root=data) == data / "elsewhere"
    assert (data / "log").read_text() == "scenes\n"


def test_entries_reads_the_register(data: Path) -> None:
    """The register is slug to row."""
    assert data_registry.entries(data)["working"] == {"file": "working.csv"}


def test_unregistered_files_are_named(data: Path) -> None:
    """A table beside registered ones that has no row is refused; its dictionary needs none."""
    assert data_registry.unregistered_files(data) == []
    for name in ("new.csv", "new.dictionary.csv", "map.geojson", "notes.md", ".~lock.new.csv"):
        (data / name).write_text("a\n", encoding="utf-8")
    (data / "scenes").mkdir()
    (data / "scenes" / "own.csv").write_text("a\n", encoding="utf-8")
    assert [str(fault) for fault in data_registry.unregistered_files(data)] == [
        f"data/{name}: found a file without a row in the registry; give it a row with file, "
        "source, licence and retrieved in data/registry.toml"
        for name in ("map.geojson", "new.csv")
    ]


def test_entries_refuses_a_broken_register(data: Path) -> None:
    """A mistake in the register is reported with line and column."""
    (data / "registry.toml").write_text("[working]\nfile = working.csv\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"registry\.toml, line 2, column 8: found broken TOML"):
        data_registry.entries(data)


def test_entries_cannot_be_spoiled(data: Path) -> None:
    """Each caller has rows of its own."""
    data_registry.entries(data)["working"]["file"] = "elsewhere.csv"
    assert data_registry.entries(data)["working"]["file"] == "working.csv"
