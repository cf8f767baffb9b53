"""The register: slug to verified path."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from skytally.core import registry
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
    assert registry.path("frozen", root=data) == data / "frozen.csv"
    assert registry.path("working", root=data) == data / "working.csv"


def test_path_refuses_an_unknown_slug(data: Path) -> None:
    """The message lists what is known."""
    with pytest.raises(DataError, match=r"no entry 'frosen'; known: frozen, working"):
        registry.path("frosen", root=data)


def test_path_refuses_a_missing_file(data: Path) -> None:
    """A registered file that is not there is named."""
    (data / "working.csv").unlink()
    with pytest.raises(DataError, match=r"data/working.csv: registered as 'working' but missing"):
        registry.path("working", root=data)


def test_path_refuses_a_changed_frozen_file(data: Path) -> None:
    """One changed byte of a frozen file is refused."""
    (data / "frozen.csv").write_text("a\n2\n")
    with pytest.raises(IntegrityError, match=r"data/frozen.csv: a frozen file was changed"):
        registry.path("frozen", root=data)


def test_path_lets_a_working_table_change(data: Path) -> None:
    """A working table is meant to be edited."""
    (data / "working.csv").write_text("a\n2\n")
    assert registry.path("working", root=data).read_text() == "a\n2\n"


def test_path_notes_what_was_read(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file that is asked for goes to the read log, in order."""
    monkeypatch.setenv(registry.READ_LOG, str(data / "log"))
    registry.path("working", root=data)
    registry.path("frozen", root=data)
    assert (data / "log").read_text() == "working.csv\nfrozen.csv\n"


def test_entries_reads_the_register(data: Path) -> None:
    """The register is slug to row."""
    assert registry.entries(data)["working"] == {"file": "working.csv"}
