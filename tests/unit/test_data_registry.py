"""The data registry: slug to verified path, and the log of what was read."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from skytally.core import data_registry, log_of_data_read
from skytally.core.errors_and_fault_lists import DataError, IntegrityError
from tests.support.words_of_python import PYTHON_WORDS, TOML_VALUES


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
    monkeypatch.setenv(log_of_data_read.READ_LOG, str(data / "log"))
    data_registry.path("working", root=data)
    data_registry.path("frozen", root=data)
    assert (data / "log").read_text() == "working.csv\nfrozen.csv\n"


def test_path_notes_the_part_that_is_used(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cited rows, one row by its first cell, or the latest days are noted as such, once each."""
    monkeypatch.setenv(log_of_data_read.READ_LOG, str(data / "log"))
    for _ in range(2):
        data_registry.path("working", root=data, only_cited=True)
        data_registry.path("working", root=data, row="railcars")
        data_registry.path("working", root=data, latest=("day", "kind"))
        data_registry.path("working", root=data)
    parts = ("#cited", "#=railcars", "#latest=day kind", "")
    assert (data / "log").read_text() == "".join(f"working.csv{part}\n" for part in parts)


def test_unregistered_notes_a_file_that_need_not_exist(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that this machine makes counts as read even while it is missing."""
    monkeypatch.setenv(log_of_data_read.READ_LOG, str(data / "log"))
    assert data_registry.unregistered("measured/a.nc", root=data) == data / "measured/a.nc"
    assert (data / "log").read_text() == "measured/a.nc\n"


def test_scenes_are_noted_as_one(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of scenes may lie elsewhere; it counts as read as a whole."""
    monkeypatch.setenv(log_of_data_read.READ_LOG, str(data / "log"))
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


SOUND = 'file = "a.csv"\nsource = "made up"\nlicence = "CC0-1.0"\nretrieved = "2026-01-01"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"[a]\n{SOUND}", ""),
        ("# nothing\n", "found no row; register each file"),
        (f"b = 3\n[a]\n{SOUND}", "found b = 3; begin each row with [slug]"),
        (
            "[a]\n" + SOUND.replace('"a.csv"', "3"),
            "[a] with file 3; write it as words in quotation",
        ),
        (
            "[a]\n" + SOUND.replace('file = "a.csv"\n', ""),
            "[a] with file missing; write it as words",
        ),
        ("[a]\n" + SOUND.replace("made up", " "), '[a] with source " "; write it as words'),
        ("[a]\n" + SOUND.replace("2026-01-01", "1.1.2026"), 'retrieved "1.1.2026"; write the day'),
        ("[a]\n" + SOUND.replace('"2026-01-01"', "2026-01-01"), "write it as words in quotation"),
        ("[a]\n" + SOUND.replace("a.csv", "../a.csv"), "name a file inside the data folder"),
        ("[a]\n" + SOUND.replace("a.csv", "/etc/passwd"), "name a file inside the data folder"),
        (
            "[a]\n" + SOUND.replace('"a.csv"', r"'record\a.csv'"),
            r"[a] with file 'record\a.csv'; write / between folder and file",
        ),
        (f"[a]\n{SOUND}sha265 = 'a'\n", '[a] with "sha265"; remove it; a row has file, source'),
        (f"[a]\n{SOUND}sha256 = 'AB12'\n", 'sha256 "AB12"; write 64 digits from 0 to f'),
        (f"[a]\n{SOUND}[b]\n{SOUND}", "[b] with the file of [a]; keep one row a file"),
    ],
)
def test_registry_faults_name_the_row(tmp_path: Path, text: str, expected: str) -> None:
    """A row without what each says, with more, or for a file elsewhere is one fault."""
    (tmp_path / "registry.toml").write_text(text, encoding="utf-8")
    faults = data_registry.registry_faults(tmp_path)
    assert len(faults) == (1 if expected else 0), faults
    assert not expected or expected in str(faults[0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"[a]\n{SOUND}file = 'b.csv'\n", "Cannot overwrite a value"),
        (f"[a]\n{SOUND}[a]\n{SOUND}", r"the table \[a\] twice, first at line 1"),
        ("[a]\n" + SOUND.replace("made up", "made\\u202Eup"), r"U\+202E \(right-to-left override"),
    ],
)
def test_a_registry_that_says_two_things_is_refused(
    tmp_path: Path, text: str, expected: str
) -> None:
    """A key or a row twice, and characters that only the parser would see."""
    (tmp_path / "registry.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=expected):
        data_registry.registry_faults(tmp_path)


@pytest.mark.parametrize("value", TOML_VALUES)
@pytest.mark.parametrize("name", ["file", "source", "licence", "retrieved", "sha256", "other"])
def test_the_registry_uses_no_word_of_python(tmp_path: Path, name: str, value: str) -> None:
    """A value of a wrong kind in any key of a row."""
    row = {"file": "'a.csv'", "source": "'x'", "licence": "'x'", "retrieved": "'2026-01-01'"}
    lines = [f"{key} = {cell}" for key, cell in {**row, name: value}.items()]
    (tmp_path / "registry.toml").write_text("[a]\n" + "\n".join(lines), encoding="utf-8")
    for fault in data_registry.registry_faults(tmp_path):
        assert not PYTHON_WORDS.search(str(fault)), fault
