"""What other programs leave in a folder is passed over, and copies are known by their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from skytally.core.data_dictionaries_and_vocabularies import table_names, tables_without_dictionary
from skytally.core.data_registry import unregistered_files
from skytally.core.hidden_and_backup_files import is_leftover, original_of, visible_paths

LEFT = (
    *(".ipynb_checkpoints", ".DS_Store", "~$rail.csv", "._rail.csv", "Thumbs.db", "rail.csv~"),
    *(".#rail.csv", "#rail.csv#", ".~lock.rail.csv#", "desktop.ini", "~WRL0001.tmp", "a.csv.part"),
    *(".rail.csv.swp", "__MACOSX", "__pycache__"),
)
OWN = ("rail.csv", "a.b.csv", "Thumb.png", "lock.csv", "hash#tag.csv", "rail-counts.ipynb")
COPIES = (
    *("rail (1).csv", "rail(2).csv", "rail - Copy.csv", "rail - Copy (2).csv", "rail copy.csv"),
    *("rail copy 3.csv", "rail 2.csv", "rail (copy).csv", "rail (another copy).csv"),
    *("Copy of rail.csv", "rail-Copy1.csv", "rail - 복사본.csv", "rail — копия.csv"),
    *("rail - コピー.csv", "rail - 副本.csv", "Kopie von rail.csv", "rail_copy.csv"),
    "rail (Somebody's conflicted copy 2026-01-01).csv",
)


@pytest.mark.parametrize("name", LEFT)
def test_is_leftover_knows_the_files_of_others(name: str) -> None:
    """Hidden files, locks, backups and half downloads belong to other programs."""
    assert is_leftover(name)


@pytest.mark.parametrize("name", OWN)
def test_is_leftover_leaves_what_somebody_wrote(name: str) -> None:
    """A plain name is a file of the project."""
    assert not is_leftover(name)


@pytest.mark.parametrize("name", COPIES)
def test_original_of_a_copy(tmp_path: Path, name: str) -> None:
    """A copy leads to its original, if that is beside it."""
    (tmp_path / name).touch()
    assert original_of(tmp_path / name) == ""
    (tmp_path / "rail.csv").touch()
    assert original_of(tmp_path / name) == "rail.csv"


def test_original_of_a_copy_in_other_capitals(tmp_path: Path) -> None:
    """A copy may come back from a disk that knows no capitals."""
    for name in ("rail.csv", "Rail (1).csv"):
        (tmp_path / name).touch()
    assert original_of(tmp_path / "Rail (1).csv") == "rail.csv"


@pytest.mark.parametrize("name", ["rail.csv", "rail-2.csv", "railcopy.csv", "rails.csv"])
def test_original_of_a_file_of_its_own(tmp_path: Path, name: str) -> None:
    """A name that only begins alike is no copy."""
    (tmp_path / "rail.csv").touch()
    assert original_of(tmp_path / name) == ""


def test_folders_of_tables_pass_over_what_others_left(tmp_path: Path) -> None:
    """A folder of tables holds its tables, and each copy is asked about once."""
    head = '[rail]\nfile = "record/rail.csv"\nsource = "made up"\nlicence = "CC0-1.0"\n'
    (tmp_path / "registry.toml").write_text(f'{head}retrieved = "2024-01-01"\n', encoding="utf-8")
    record = tmp_path / "record"
    record.mkdir()
    names = ("rail.csv", "rail.dictionary.csv", "rail (1).csv", "rail (1).dictionary.csv", *LEFT)
    for name in names:
        (record / name).touch()
    assert table_names(record) == ["rail"]
    assert tables_without_dictionary(record) == []
    assert [path.name for path in visible_paths(record, "*")] == sorted(names[:4])
    assert sorted(map(str, unregistered_files(tmp_path))) == [
        "data/record/rail (1).csv: found a copy of rail.csv without a row in the registry; "
        "remove one of the two",
        "data/record/rail (1).dictionary.csv: found a copy of rail.dictionary.csv without a row "
        "in the registry; remove one of the two",
    ]
