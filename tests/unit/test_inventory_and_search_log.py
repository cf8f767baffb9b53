"""The acquisition inventory: nothing lost, nothing invented, the same bytes from the same rows."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from skytally.core import data_registry
from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.acquire.catalog_search_and_changes import SearchResult
from skytally.imagery.acquire.inventory_and_search_log import (
    BREAK_COLUMNS,
    INVENTORY_COLUMNS,
    SEARCH_COLUMNS,
    inventory_row,
    local_time,
    malformed_item_rows,
    merge_inventory,
    merge_searches,
    read_breaks,
    read_inventory,
    read_searches,
    search_log_row,
    with_items_gone_since,
    write_inventory,
    write_searches,
)
from skytally.imagery.acquire.monthly_coverage_losses_and_gaps import check_accounts
from skytally.imagery.acquire.stac.item_parser import parse_item
from skytally.imagery.sites.site_register import REGISTER_COLUMNS
from tests.support.faulty_stac_catalogue_server import PROVIDERS, RAJIN, SITES, earth_search
from tests.support.inventory_and_search_log_rows import (
    cloudy_row,
    image_row,
    inventory_of,
    search_row,
    searches_of,
)

DATA = Path(__file__).resolve().parents[2] / "data"


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("inventory", INVENTORY_COLUMNS),
        ("catalogue_searches", SEARCH_COLUMNS),
        ("sensor_breaks", BREAK_COLUMNS),
        ("sites/register", REGISTER_COLUMNS),
    ],
)
def test_committed_tables_have_dictionaries(name: str, columns: tuple[str, ...]) -> None:
    """Each column is described, in the order of the header, with what an empty cell says."""
    with (DATA / f"{name}.dictionary.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["column"] for row in rows] == list(columns)
    for row in rows:
        assert row["meaning"], row["column"]
        assert (row["required"] == "no") == bool(row["empty_means"]), row["column"]
    assert (DATA / f"{name}.csv").read_text(encoding="utf-8").startswith(",".join(columns))


def test_committed_tables_are_sound() -> None:
    """What is committed can be read, and every scene in it is accounted for."""
    looks = read_inventory(data_registry.path("inventory"))
    searches = read_searches(data_registry.path("catalogue_searches"))
    assert check_accounts(searches, looks) == len(looks)


def test_breaks_are_registered() -> None:
    """The three days on which the instruments changed, each with its page."""
    breaks = read_breaks(data_registry.path("sensor_breaks"))
    delivered = {
        ("2021-12-23", "sentinel-1"),
        ("2022-01-25", "sentinel-2"),
        ("2025-03-26", "sentinel-1"),
    }
    assert delivered <= set(zip(breaks["date"], breaks["sensor"], strict=True))
    assert breaks["reference"].str.startswith("https://").all()


def test_local_time_is_the_sites_own() -> None:
    """Nine hours on at Rajin, three at Tikhoretsk, with the offset written."""
    assert local_time("2023-08-27T20:15:49Z", RAJIN) == "2023-08-28T05:15:49+09:00"
    assert local_time("2023-08-27T20:15:49Z", SITES["tikhoretsk"]) == "2023-08-27T23:15:49+03:00"


def test_row_of_an_item() -> None:
    """A row holds what the catalogue states; what only reading can show is empty."""
    item = parse_item(earth_search(), PROVIDERS["earth-search"], RAJIN)
    row = inventory_row(
        item, RAJIN, status="superseded", status_reason="older: x", search_date="2023-09-01"
    )
    assert tuple(row) == INVENTORY_COLUMNS
    assert row["item_id"] == "S2B_T52TFM_20230827T021549_L2A"
    assert (row["time_utc"], row["time_local"]) == (
        "2023-08-27T02:15:49Z",
        "2023-08-27T11:15:49+09:00",
    )
    assert (row["relative_orbit"], row["processing_baseline"], row["tile"]) == (
        "89",
        "05.09",
        "52TFM",
    )
    assert {row[word] for word in ("usable", "cloud_share", "bytes_read", "chip_sha256")} == {""}


def _result(**words: Any) -> SearchResult:
    given: dict[str, Any] = {
        "provider": "earth-search",
        "site": "rajin",
        "first": "2023-08-01",
        "last": "2023-08-31",
        "items": [],
        "malformed": [("broken", "malformed: no assets")],
        "number_matched": None,
        "pages": 1,
    }
    return SearchResult(**(given | words))


def test_rows_of_malformed_items_and_of_their_search() -> None:
    """An item that cannot be used has a row too, and the search counts it."""
    result = _result(faults=["a", "b"])
    rows = malformed_item_rows(
        result, sensor="sentinel-2", processor="L2A", label="", search_date="2023-09-01"
    )
    assert [(row["item_id"], row["status"], row["time_utc"]) for row in rows] == [
        ("broken", "rejected", "")
    ]
    asked = search_log_row(result, sensor="sentinel-2", label="", search_date="2023-09-01")
    assert (asked["items_returned"], asked["items_malformed"], asked["number_matched"]) == (
        "1",
        "1",
        "",
    )
    assert asked["faults"] == "a | b"
    assert check_accounts(searches_of(asked), inventory_of(*rows)) == 1


def test_table_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """Written and read, in any order, the rows are the same and so are the bytes."""
    rows = [
        image_row("2023-08-27"),
        cloudy_row("2023-08-22"),
        image_row("2023-08-17", site="dunai"),
    ]
    write_inventory(tmp_path / "inventory.csv", rows)
    first = (tmp_path / "inventory.csv").read_bytes()
    table = read_inventory(tmp_path / "inventory.csv")
    assert list(table["item_id"]) == ["s2-2023-08-17", "s2-2023-08-22", "s2-2023-08-27"]
    write_inventory(tmp_path / "inventory.csv", table.iloc[::-1])
    assert (tmp_path / "inventory.csv").read_bytes() == first
    assert b"\r" not in first
    assert [path.name for path in tmp_path.iterdir()] == ["inventory.csv"]


def test_searches_come_back_as_they_were_written(tmp_path: Path) -> None:
    """The same of the searches."""
    write_searches(tmp_path / "catalogue_searches.csv", [search_row("2023-08-01", "2023-08-31", 3)])
    assert read_searches(tmp_path / "catalogue_searches.csv")["items_returned"].tolist() == ["3"]


def test_cell_cannot_break_the_table(tmp_path: Path) -> None:
    """Line breaks become blanks, and no cell is a formula to a spreadsheet."""
    bad = image_row(
        status="failed", usable="", status_reason='network: "lost,\n  twice"', tile="=1+1"
    )
    write_inventory(tmp_path / "inventory.csv", [bad])
    row = read_inventory(tmp_path / "inventory.csv").iloc[0]
    assert row["status_reason"] == 'network: "lost, twice"'
    assert row["tile"] == "'=1+1"
    assert len((tmp_path / "inventory.csv").read_text(encoding="utf-8").splitlines()) == 2


def test_unknown_column_is_refused(tmp_path: Path) -> None:
    """A misspelt column is not dropped in silence."""
    with pytest.raises(DataError, match="unknown columns usabel"):
        write_inventory(tmp_path / "inventory.csv", [image_row() | {"usabel": "yes"}])


def test_old_table_survives_a_failed_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the new table cannot be put in place, the old one is whole and nothing is left over."""
    path = tmp_path / "inventory.csv"
    write_inventory(path, [image_row()])
    before = path.read_bytes()

    def full(*words: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("skytally.imagery.acquire.inventory_and_search_log.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_inventory(path, [image_row(), cloudy_row("2023-08-22")])
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["inventory.csv"]


def _by_hand(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, INVENTORY_COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (image_row(search_date="2023-02-30"), "search_date '2023-02-30'"),
        (image_row(time_utc="2023-08-27T25:15:49Z"), "time '2023-08-27T25:15:49Z'"),
        (image_row(status="lost"), "status 'lost'; use one of stored"),
        (image_row(usable="maybe"), "usable 'maybe'"),
        (image_row(usable="no"), "usable 'no' and unusable_reason '' contradict"),
        (image_row(unusable_reason="cloud"), "usable 'yes' and unusable_reason 'cloud' contradict"),
        (image_row(status="failed", status_reason="x: y"), "usable yes, though it was not stored"),
        (image_row(status="failed", usable=""), "status failed and status_reason '' contradict"),
        (image_row(status_reason="x"), "status stored and status_reason 'x' contradict"),
        (image_row(time_utc="27.8.2023"), "time '27.8.2023'"),
        (image_row(time_utc=""), "time ''"),
        (image_row(search_date=""), "search_date ''"),
        (image_row(provider=""), "no site, item or provider"),
    ],
)
def test_scene_that_cannot_be_is_refused(tmp_path: Path, row: dict[str, str], words: str) -> None:
    """A table edited by hand is refused with the line and what to do."""
    _by_hand(tmp_path / "inventory.csv", [row])
    with pytest.raises(DataError, match="line 2") as error:
        read_inventory(tmp_path / "inventory.csv")
    assert words in str(error.value)


def test_table_that_could_not_be_read_again_never_replaces_the_old(tmp_path: Path) -> None:
    """A row that the reader would refuse costs the write, not the table."""
    path = tmp_path / "inventory.csv"
    write_inventory(path, [image_row()])
    before = path.read_bytes()
    with pytest.raises(DataError, match=r"inventory\.csv would not be read again, so the old"):
        write_inventory(path, [image_row(), image_row("2023-08-22", status="lost")])
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["inventory.csv"]


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("\ud800", "\\ud800"),
        ("a\x00b\x1b[2J", "a\\u0000b\\u001b[2J"),
        ("\u202eb02\ufeff", "\\u202eb02\\ufeff"),
        ("x" * 200_000, f"{'x' * 19_979}… (200000 characters)"),
        ("\u5317", "\u5317"),
    ],
)
def test_foreign_cell_is_written_so_that_it_can_be_read(
    tmp_path: Path, cell: str, kept: str
) -> None:
    """Lone surrogates, controls, marks of direction and endless text; other alphabets stay."""
    path = tmp_path / "inventory.csv"
    merged = merge_inventory([], [image_row(status="failed", usable="", status_reason=cell)])
    write_inventory(path, merged)
    assert read_inventory(path)["status_reason"].item() == kept
    assert read_inventory(path).equals(merged)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "found an empty file; restore the table with its header"),
        ("a,b\n1,2\n", "line 1"),
        (";".join(INVENTORY_COLUMNS) + "\n", "found semicolons between the columns"),
        (
            ",".join(INVENTORY_COLUMNS) + "\nrajin,x\n",
            "line 2: found 2 cells where the header has 24",
        ),
        (",".join(INVENTORY_COLUMNS) + '\n"rajin', "line 2: found broken CSV"),
    ],
)
def test_broken_file_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """A file that is no inventory is refused, not read as far as it goes."""
    (tmp_path / "inventory.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"inventory\.csv") as error:
        read_inventory(tmp_path / "inventory.csv")
    assert words in str(error.value)


def test_scene_twice_is_refused(tmp_path: Path) -> None:
    """One scene, one row."""
    _by_hand(tmp_path / "inventory.csv", [image_row(), image_row()])
    with pytest.raises(DataError, match="earth-search, rajin, s2-2023-08-27 appears twice"):
        read_inventory(tmp_path / "inventory.csv")


def test_missing_table_is_told(tmp_path: Path) -> None:
    """A table that is not there is an error."""
    with pytest.raises(
        DataError, match=r"catalogue_searches\.csv: found no such file; restore the table"
    ):
        read_searches(tmp_path / "catalogue_searches.csv")


def test_merge_loses_no_row() -> None:
    """New rows are added or replace their own scene; all others stay."""
    old = inventory_of(
        image_row("2023-08-22"),
        image_row("2023-08-27", status="failed", usable="", status_reason="network: lost"),
    )
    merged = merge_inventory(old, [image_row("2023-08-27"), image_row("2023-09-01")])
    assert list(merged["item_id"]) == ["s2-2023-08-22", "s2-2023-08-27", "s2-2023-09-01"]
    assert list(merged["status"]) == ["stored"] * 3
    assert list(merged.columns) == list(INVENTORY_COLUMNS)


def test_merge_keeps_what_was_stored() -> None:
    """Failing to read a scene again does not undo that it was stored."""
    again = image_row(
        status="failed", usable="", status_reason="network: lost", search_date="2023-10-01"
    )
    merged = merge_inventory([image_row()], [again])
    assert merged.loc[0, "status"] == "stored"
    assert merged.loc[0, "search_date"] == "2023-10-01"
    superseded = image_row(status="superseded", usable="", status_reason="older: x")
    assert merge_inventory([image_row()], [superseded]).loc[0, "status"] == "superseded"


def test_a_repeated_search_counts_what_is_gone_since() -> None:
    """A file renamed between two runs of one day was returned that day, and its row stays."""
    search = search_row("2023-08-01", "2023-08-31", 1)
    old = image_row(status="rejected", usable="", time_utc="", status_reason="no time: no day")
    new = {**image_row("2023-08-27"), "item_id": "renamed"}
    for day, returned in (("2023-09-01", "2"), ("2023-10-01", "1")):
        again = {**search, "search_date": day}
        (row,) = with_items_gone_since([again], before=[search], inventory=[old], rows=[new])
        assert row["items_returned"] == returned
        assert ("1 item of an earlier search" in row["faults"]) == (returned == "2")
    (row,) = with_items_gone_since([search], before=[search], inventory=[old], rows=[old])
    assert row["items_returned"] == "1"


def test_merge_of_searches_keeps_the_latest() -> None:
    """The same period asked again stands once, with its latest answer."""
    old = search_row("2023-08-01", "2023-08-31", 3)
    new = search_row("2023-08-01", "2023-08-31", 4, search_date="2023-10-01")
    other = search_row("2023-09-01", "2023-09-30", 5)
    merged = merge_searches([old], [new, other])
    assert merged["items_returned"].tolist() == ["4", "5"]
