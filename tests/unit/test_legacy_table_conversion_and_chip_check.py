"""Conversion of earlier versions: no row lost, old files kept, repeatable, never half."""

from __future__ import annotations

import base64
import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from skytally.core.errors_and_fault_lists import DataError, IntegrityError
from skytally.imagery.acquire import legacy_table_conversion_and_chip_check
from skytally.imagery.acquire.chip_store import read_chip, stored_manifests
from skytally.imagery.acquire.inventory_and_search_log import (
    INVENTORY_COLUMNS,
    read_inventory,
    read_searches,
    write_inventory,
)
from skytally.imagery.acquire.legacy_table_conversion_and_chip_check import (
    check_store,
    convert_data,
)
from skytally.imagery.acquire.monthly_coverage_losses_and_gaps import check_accounts
from skytally.imagery.sites.site_register import read_sites

ROOT = Path(__file__).resolve().parents[2]
OLD = ROOT / "tests/support/earlier_version"
"""Files that an earlier version wrote: both tables, the register, one chip and its manifest."""
ITEM = "S2A_52TDN_20230827_0_L2A"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Make a data folder as an earlier version left it, with the sites of today."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("looks.csv", "searches.csv"):
        shutil.copyfile(OLD / name, folder / name)
    shutil.copytree(ROOT / "data/sites", folder / "sites")
    shutil.copyfile(OLD / "register.csv", folder / "sites/register.csv")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Make the chip store of an earlier version."""
    folder = tmp_path / "scenes" / "here"
    folder.mkdir(parents=True)
    chip = base64.b64decode((OLD / f"{ITEM}.tif.base64").read_text(encoding="ascii"))
    (folder / f"{ITEM}.tif").write_bytes(chip)
    shutil.copyfile(OLD / f"{ITEM}.json", folder / f"{ITEM}.json")
    return folder.parent


def _old_rows(name: str) -> list[dict[str, str]]:
    with (OLD / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _content(*folders: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_old_row_and_cell_is_in_the_new_tables(data: Path, store: Path) -> None:
    """Columns are renamed and nothing else; inventory and search log agree as before."""
    report = convert_data(data, store)
    inventory = read_inventory(data / "inventory.csv")
    searches = read_searches(data / "catalogue_searches.csv")
    assert check_accounts(searches, inventory) == 4
    old = {row["item_id"]: row for row in _old_rows("looks.csv")}
    for row in inventory.to_dict("records"):
        before = old.pop(row["item_id"])
        assert list(row.values()) == list(before.values())
        assert row["status_reason"] == before["fate_reason"]
        assert row["processing_baseline"] == before["baseline"]
    assert old == {}
    assert searches.to_numpy().tolist() == [list(row.values()) for row in _old_rows("searches.csv")]
    assert [sentence.partition(":")[0] for sentence in report] == [
        "inventory.csv",
        "catalogue_searches.csv",
        "sites/register.csv",
        "chip store",
    ]


def test_old_files_are_kept_byte_for_byte_and_out_of_the_way(data: Path, store: Path) -> None:
    """They lie in the store, where neither the check of the data nor a refresh meets them."""
    convert_data(data, store)
    kept = {path.read_bytes() for path in (store / "earlier-version").iterdir()}
    assert kept == {
        (OLD / f"{name}.csv").read_bytes() for name in ("looks", "searches", "register")
    }
    assert not (data / "looks.csv").exists()
    assert not (data / "searches.csv").exists()


def test_a_second_conversion_changes_nothing(data: Path, store: Path) -> None:
    """Run again, it finds nothing to convert."""
    convert_data(data, store)
    before = _content(data, store)
    assert convert_data(data, store) == ["chip store: 1 chip in the format of today"]
    assert _content(data, store) == before


@pytest.mark.parametrize("step", range(1, 8))
def test_an_interrupted_conversion_is_finished_by_the_next(
    data: Path, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Stopped before any of its writes and run again, it ends as if it had not been stopped."""
    shutil.copytree(data, tmp_path / "whole/data")
    shutil.copytree(store, tmp_path / "whole/scenes")
    convert_data(tmp_path / "whole/data", tmp_path / "whole/scenes")
    calls = []

    def stopping(*names: object) -> None:
        calls.append(names)
        if len(calls) == step:
            raise KeyboardInterrupt

    real_replace, real_unlink = Path.replace, Path.unlink
    monkeypatch.setattr(Path, "replace", lambda a, b: stopping(a, b) or real_replace(a, b))
    monkeypatch.setattr(Path, "unlink", lambda a, **words: stopping(a) or real_unlink(a, **words))
    with pytest.raises(KeyboardInterrupt):
        convert_data(data, store)
    monkeypatch.undo()
    convert_data(data, store)
    for name in ("inventory.csv", "catalogue_searches.csv", "sites/register.csv"):
        assert (data / name).read_bytes() == (tmp_path / "whole/data" / name).read_bytes()
    assert not (data / "looks.csv").exists()


def test_rows_acquired_since_are_kept_beside_the_old_ones(data: Path, store: Path) -> None:
    """Old rows join the new inventory; of one item the newer row is kept."""
    newer = dict.fromkeys(INVENTORY_COLUMNS, "") | {
        "site": "here",
        "provider": "made-up",
        "status": "stored",
        "usable": "yes",
        "search_date": "2026-01-01",
    }
    rows = [
        newer | {"item_id": ITEM, "time_utc": "2023-08-27T02:15:49Z"},
        newer | {"item_id": "S2A_52TDN_20230801_0_L2A", "time_utc": "2023-08-01T02:15:49Z"},
    ]
    (data / "looks.csv").rename(data.parent / "looks.csv")
    write_inventory(data / "inventory.csv", rows)
    (data.parent / "looks.csv").rename(data / "looks.csv")
    convert_data(data, store)
    dates = read_inventory(data / "inventory.csv").set_index("item_id")["search_date"]
    assert dates.to_dict() == {
        "broken": "2023-09-01",
        "S2A_52TDN_20230801_0_L2A": "2026-01-01",
        "S2A_52TDN_20230806_0_L2A": "2023-09-01",
        "S2A_52TDN_20230811_0_L2A": "2023-09-01",
        ITEM: "2026-01-01",
    }


def test_an_old_table_under_the_new_name_is_converted(data: Path, store: Path) -> None:
    """Renaming the file by hand is not enough, and does no harm."""
    (data / "looks.csv").rename(data / "inventory.csv")
    with pytest.raises(DataError, match=r"inventory\.csv: columns of an earlier version; run make"):
        read_inventory(data / "inventory.csv")
    convert_data(data, store)
    assert len(read_inventory(data / "inventory.csv")) == 4


@pytest.mark.parametrize("name", ["looks.csv", "searches.csv"])
def test_an_old_table_is_told_once_with_the_command(data: Path, name: str) -> None:
    """Whoever reads the tables learns of the old file and what to run, and reads nothing."""
    read, new = {
        "looks.csv": (read_inventory, "inventory.csv"),
        "searches.csv": (read_searches, "catalogue_searches.csv"),
    }[name]
    with pytest.raises(
        DataError, match=rf"{name}: a table of an earlier version; run make convert"
    ):
        read(data / new)


def _half_header(text: str) -> str:
    return text.replace("fate,fate_reason", "status,status_reason", 1)


def test_a_half_converted_table_is_refused_and_nothing_changes(data: Path, store: Path) -> None:
    """Columns of both versions in one file: no guess is made, and no other file is touched."""
    path = data / "looks.csv"
    path.write_text(_half_header(path.read_text(encoding="utf-8")), encoding="utf-8")
    before = _content(data, store)
    with pytest.raises(DataError, match=r"looks\.csv: columns of two versions, such as status"):
        convert_data(data, store)
    assert _content(data, store) == before


def test_two_old_inventories_are_refused(data: Path, store: Path) -> None:
    """One under each name, both with old columns: neither may replace the other."""
    shutil.copyfile(data / "looks.csv", data / "inventory.csv")
    with pytest.raises(DataError, match=r"looks\.csv and inventory\.csv both have columns"):
        convert_data(data, store)


def test_a_row_that_cannot_be_is_refused_before_anything_is_written(
    data: Path, store: Path
) -> None:
    """A faulty old row is named with its file; no file changes."""
    path = data / "looks.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",rejected,asset", ",lost,asset", 1), encoding="utf-8")
    before = _content(data, store)
    with pytest.raises(DataError, match=r"looks\.csv, as it would be converted: .*\n.*'lost'"):
        convert_data(data, store)
    assert _content(data, store) == before


def test_the_old_register_gives_the_sites_of_today(data: Path, store: Path) -> None:
    """Twins of an earlier version are control sites; no other cell changes."""
    convert_data(data, store)
    assert read_sites(data / "sites") == read_sites(ROOT / "data/sites")
    converted, today = data / "sites/register.csv", ROOT / "data/sites/register.csv"
    assert converted.read_bytes() == today.read_bytes()


def test_an_old_chip_is_read_as_it_was_stored(store: Path) -> None:
    """Chips and manifests of an earlier version need no conversion."""
    assert check_store(store) == "chip store: 1 chip in the format of today"
    manifest, arrays = read_chip(store, "here", ITEM)
    assert [each.item_id for each in stored_manifests(store, "here")] == [ITEM]
    assert (manifest.time, manifest.baseline) == ("2023-08-27T02:15:49Z", "05.09")
    assert arrays["b02"].shape == arrays["quality"].shape == (6, 6)
    assert arrays["b02"].dtype == np.uint16
    assert 1000 < int(arrays["b02"].min()) < int(arrays["b02"].max()) < 2000


def test_a_broken_old_chip_is_told(data: Path, store: Path) -> None:
    """The tables are converted; the chip is named with what to do."""
    path = store / "here" / f"{ITEM}.tif"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(IntegrityError, match="run refresh again"):
        convert_data(data, store)


def test_nothing_to_convert_is_said(tmp_path: Path) -> None:
    """A folder of today, without a store, is left alone."""
    shutil.copytree(ROOT / "data/sites", tmp_path / "sites")
    before = _content(tmp_path)
    assert convert_data(tmp_path, tmp_path / "scenes") == [
        "chip store: 0 chips in the format of today"
    ]
    assert _content(tmp_path) == before


def test_the_command_converts_a_project(data: Path, store: Path) -> None:
    """Run as make runs it: report and exit code of a conversion, then of a refusal."""
    (data / "registry.toml").write_text("", encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SKYTALLY_PROJECT": str(data.parent),
        "SKYTALLY_SCENES": str(store),
    }
    command = [sys.executable, "-m", "skytally.press.legacy_table_conversion_command"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "inventory.csv: 4 rows; looks.csv is kept as " in done.stdout
    (data / "looks.csv").write_text(_half_header((OLD / "looks.csv").read_text()), encoding="utf-8")
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "columns of two versions" in done.stderr


def test_old_and_new_columns_stand_in_the_same_order() -> None:
    """The maps of old names cover every column that changed, and only those."""
    for table in legacy_table_conversion_and_chip_check.RENAMED_TABLES:
        with (OLD / table.legacy_name).open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        assert tuple(table.legacy_columns.get(name, name) for name in header) == table.columns
        assert set(table.legacy_columns) <= set(header)
