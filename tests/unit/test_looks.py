"""The looks table: nothing lost, nothing invented, the same bytes from the same rows."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from skytally.core import registry
from skytally.core.errors import DataError
from skytally.imagery.acquire.catalog_search import Found
from skytally.imagery.acquire.inventory import (
    BREAK_COLUMNS,
    LOOK_COLUMNS,
    SEARCH_COLUMNS,
    accounts,
    blind_gaps,
    look_row,
    losses,
    malformed_rows,
    merge_looks,
    merge_searches,
    months,
    read_breaks,
    read_looks,
    read_searches,
    search_row,
    time_local,
    write_looks,
    write_searches,
)
from skytally.imagery.acquire.stac.scene_items import offer_from_item
from skytally.imagery.sites.site_register import COLUMNS
from tests.support.catalogue import PROVIDERS, RAJIN, SITES, earth_search

DATA = Path(__file__).resolve().parents[2] / "data"


def _look(day: str = "2023-08-27", **words: str) -> dict[str, str]:
    row = dict.fromkeys(LOOK_COLUMNS, "")
    row |= {
        "site": "rajin",
        "item_id": f"s2-{day}",
        "provider": "earth-search",
        "sensor": "sentinel-2",
        "processor": "L2A",
        "time_utc": f"{day}T02:15:49Z",
        "fate": "stored",
        "usable": "yes",
        "searched": "2023-09-01",
    }
    return row | words


def _cloudy(day: str) -> dict[str, str]:
    return _look(day, usable="no", reason="cloud: 63 % of the ring")


def _asked(first: str, last: str, offered: int, **words: str) -> dict[str, str]:
    row = dict.fromkeys(SEARCH_COLUMNS, "")
    row |= {
        "site": "rajin",
        "provider": "earth-search",
        "sensor": "sentinel-2",
        "first": first,
        "last": last,
        "searched": "2023-09-01",
        "offered": str(offered),
        "malformed": "0",
        "pages": "1",
    }
    return row | words


def _looks(*rows: dict[str, str]) -> pd.DataFrame:
    return merge_looks([], rows)


def _searches(*rows: dict[str, str]) -> pd.DataFrame:
    return merge_searches([], rows)


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("looks", LOOK_COLUMNS),
        ("searches", SEARCH_COLUMNS),
        ("breaks", BREAK_COLUMNS),
        ("sites/register", COLUMNS),
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
    """What is committed can be read, and every look in it is accounted for."""
    looks = read_looks(registry.path("looks"))
    searches = read_searches(registry.path("searches"))
    assert accounts(searches, looks) == len(looks)


def test_breaks_are_registered() -> None:
    """The three days on which the instruments changed, each with its page."""
    breaks = read_breaks(registry.path("breaks"))
    assert dict(zip(breaks["date"], breaks["sensor"], strict=True)) == {
        "2021-12-23": "sentinel-1",
        "2022-01-25": "sentinel-2",
        "2025-03-26": "sentinel-1",
    }
    assert breaks["reference"].str.startswith("https://").all()


def test_local_time_is_the_sites_own() -> None:
    """Nine hours on at Rajin, three at Tikhoretsk, with the offset written."""
    assert time_local("2023-08-27T20:15:49Z", RAJIN) == "2023-08-28T05:15:49+09:00"
    assert time_local("2023-08-27T20:15:49Z", SITES["tikhoretsk"]) == "2023-08-27T23:15:49+03:00"


def test_row_of_an_offer() -> None:
    """What the catalogue told is in the row; what only reading can tell is empty."""
    offer = offer_from_item(earth_search(), PROVIDERS["earth-search"], RAJIN)
    row = look_row(offer, RAJIN, fate="superseded", fate_reason="older: x", searched="2023-09-01")
    assert tuple(row) == LOOK_COLUMNS
    assert row["item_id"] == "S2B_T52TFM_20230827T021549_L2A"
    assert (row["time_utc"], row["time_local"]) == (
        "2023-08-27T02:15:49Z",
        "2023-08-27T11:15:49+09:00",
    )
    assert (row["relative_orbit"], row["baseline"], row["tile"]) == ("89", "05.09", "52TFM")
    assert {row[word] for word in ("usable", "cloud_share", "bytes_read", "chip_sha256")} == {""}


def _found(**words: Any) -> Found:
    given: dict[str, Any] = {
        "provider": "earth-search",
        "site": "rajin",
        "first": "2023-08-01",
        "last": "2023-08-31",
        "offers": [],
        "malformed": [("broken", "malformed: no assets")],
        "matched": None,
        "pages": 1,
    }
    return Found(**(given | words))


def test_rows_of_malformed_items_and_of_their_search() -> None:
    """An item that cannot be used has a row too, and the search counts it."""
    found = _found(faults=["a", "b"])
    rows = malformed_rows(
        found, sensor="sentinel-2", processor="L2A", label="", searched="2023-09-01"
    )
    assert [(row["item_id"], row["fate"], row["time_utc"]) for row in rows] == [
        ("broken", "rejected", "")
    ]
    asked = search_row(found, sensor="sentinel-2", label="", searched="2023-09-01")
    assert (asked["offered"], asked["malformed"], asked["matched"]) == ("1", "1", "")
    assert asked["faults"] == "a | b"
    assert accounts(_searches(asked), _looks(*rows)) == 1


def test_table_comes_back_as_it_was_written(tmp_path: Path) -> None:
    """Written and read, in any order, the rows are the same and so are the bytes."""
    rows = [_look("2023-08-27"), _cloudy("2023-08-22"), _look("2023-08-17", site="dunai")]
    write_looks(tmp_path / "looks.csv", rows)
    first = (tmp_path / "looks.csv").read_bytes()
    table = read_looks(tmp_path / "looks.csv")
    assert list(table["item_id"]) == ["s2-2023-08-17", "s2-2023-08-22", "s2-2023-08-27"]
    write_looks(tmp_path / "looks.csv", table.iloc[::-1])
    assert (tmp_path / "looks.csv").read_bytes() == first
    assert b"\r" not in first
    assert [path.name for path in tmp_path.iterdir()] == ["looks.csv"]


def test_searches_come_back_as_they_were_written(tmp_path: Path) -> None:
    """The same of the searches."""
    write_searches(tmp_path / "searches.csv", [_asked("2023-08-01", "2023-08-31", 3)])
    assert read_searches(tmp_path / "searches.csv")["offered"].tolist() == ["3"]


def test_cell_cannot_break_the_table(tmp_path: Path) -> None:
    """Line breaks become blanks, and no cell is a formula to a spreadsheet."""
    bad = _look(fate="failed", usable="", fate_reason='network: "lost,\n  twice"', tile="=1+1")
    write_looks(tmp_path / "looks.csv", [bad])
    row = read_looks(tmp_path / "looks.csv").iloc[0]
    assert row["fate_reason"] == 'network: "lost, twice"'
    assert row["tile"] == "'=1+1"
    assert len((tmp_path / "looks.csv").read_text(encoding="utf-8").splitlines()) == 2


def test_unknown_column_is_refused(tmp_path: Path) -> None:
    """A misspelt column is not dropped in silence."""
    with pytest.raises(DataError, match="unknown columns usabel"):
        write_looks(tmp_path / "looks.csv", [_look() | {"usabel": "yes"}])


def test_old_table_survives_a_failed_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the new table cannot be put in place, the old one is whole and nothing is left over."""
    path = tmp_path / "looks.csv"
    write_looks(path, [_look()])
    before = path.read_bytes()

    def full(*words: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("skytally.imagery.acquire.inventory_files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_looks(path, [_look(), _cloudy("2023-08-22")])
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["looks.csv"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (_look(fate="lost"), "fate 'lost'; use one of stored"),
        (_look(usable="maybe"), "usable 'maybe'"),
        (_look(usable="no"), "usable 'no' and reason ''"),
        (_look(reason="cloud"), "usable 'yes' and reason 'cloud'"),
        (_look(fate="failed", fate_reason="x: y"), "usable yes, though it was not stored"),
        (_look(fate="failed", usable=""), "fate failed and reason ''"),
        (_look(fate_reason="x"), "fate stored and reason 'x'"),
        (_look(time_utc="27.8.2023"), "time '27.8.2023'"),
        (_look(time_utc=""), "time ''"),
        (_look(searched=""), "searched ''"),
        (_look(provider=""), "no site, item or provider"),
    ],
)
def test_look_that_cannot_be_is_refused(tmp_path: Path, row: dict[str, str], words: str) -> None:
    """A table edited by hand is refused with the line and what to do."""
    write_looks(tmp_path / "looks.csv", [row])
    with pytest.raises(DataError, match="line 2") as error:
        read_looks(tmp_path / "looks.csv")
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "columns ; they must be site, item_id"),
        ("a,b\n1,2\n", "columns a, b; they must be"),
        (",".join(LOOK_COLUMNS) + "\nrajin,x\n", "line 2: 2 cells where the header has 24"),
        (",".join(LOOK_COLUMNS) + '\n"rajin', "cannot be read"),
    ],
)
def test_broken_file_is_refused(tmp_path: Path, text: str, words: str) -> None:
    """A file that is no looks table is refused, not read as far as it goes."""
    (tmp_path / "looks.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"looks\.csv") as error:
        read_looks(tmp_path / "looks.csv")
    assert words in str(error.value)


def test_look_twice_is_refused(tmp_path: Path) -> None:
    """One look, one row."""
    write_looks(tmp_path / "looks.csv", [_look(), _look()])
    with pytest.raises(DataError, match="earth-search, rajin, s2-2023-08-27 appears twice"):
        read_looks(tmp_path / "looks.csv")


def test_missing_table_is_told(tmp_path: Path) -> None:
    """A table that is not there is an error."""
    with pytest.raises(DataError, match="restore it from git"):
        read_searches(tmp_path / "searches.csv")


def test_merge_loses_no_row() -> None:
    """New rows are added or replace their own look; all others stay."""
    old = _looks(
        _look("2023-08-22"),
        _look("2023-08-27", fate="failed", usable="", fate_reason="network: lost"),
    )
    merged = merge_looks(old, [_look("2023-08-27"), _look("2023-09-01")])
    assert list(merged["item_id"]) == ["s2-2023-08-22", "s2-2023-08-27", "s2-2023-09-01"]
    assert list(merged["fate"]) == ["stored"] * 3
    assert list(merged.columns) == list(LOOK_COLUMNS)


def test_merge_keeps_what_was_stored() -> None:
    """Failing to read a look again does not undo that it was stored."""
    again = _look(fate="failed", usable="", fate_reason="network: lost", searched="2023-10-01")
    merged = merge_looks([_look()], [again])
    assert merged.loc[0, "fate"] == "stored"
    assert merged.loc[0, "searched"] == "2023-10-01"
    superseded = _look(fate="superseded", usable="", fate_reason="older: x")
    assert merge_looks([_look()], [superseded]).loc[0, "fate"] == "superseded"


def test_merge_of_searches_keeps_the_latest() -> None:
    """The same period asked again stands once, with its latest answer."""
    old = _asked("2023-08-01", "2023-08-31", 3)
    new = _asked("2023-08-01", "2023-08-31", 4, searched="2023-10-01")
    other = _asked("2023-09-01", "2023-09-30", 5)
    merged = merge_searches([old], [new, other])
    assert merged["offered"].tolist() == ["4", "5"]


MONTH = [
    _look("2023-08-02"),
    _cloudy("2023-08-07"),
    _cloudy("2023-08-12"),
    _look("2023-08-17", usable="no", reason="snow: 30 % of the ring"),
    _look("2023-08-22", fate="superseded", usable="", fate_reason="older processing: x"),
    _look("2023-08-27", fate="failed", usable="", fate_reason="network: lost"),
    _look("2023-09-01", fate="rejected", usable="", fate_reason="other zone: EPSG:32653"),
    _look("2023-09-06", usable=""),
    _look("x", time_utc="", fate="rejected", usable="", fate_reason="malformed: no assets"),
]


def test_months_add_up() -> None:
    """Offered is superseded, usable and lost together, in every month."""
    table = months(_looks(*MONTH), _searches(_asked("2023-08-01", "2023-10-15", 9)))
    assert table["month"].tolist() == ["", "2023-08", "2023-09", "2023-10"]
    assert table["searched"].tolist() == ["", "yes", "yes", "part"]
    assert table["offered"].tolist() == [1, 6, 2, 0]
    assert table["usable"].tolist() == [0, 1, 0, 0]
    assert table["stored"].tolist() == [0, 4, 1, 0]
    assert table["lost_to"].tolist() == [
        "malformed 1",
        "cloud 2; failed, network 1; snow 1",
        "not judged 1; other zone 1",
        "",
    ]
    assert (table["offered"] == table["superseded"] + table["usable"] + table["lost"]).all()


def test_month_nobody_searched_is_said() -> None:
    """No search is not the same as no look."""
    table = months(
        _looks(_look("2023-08-02")),
        _searches(_asked("2023-08-01", "2023-08-31", 1), _asked("2023-10-01", "2023-10-31", 0)),
    )
    assert dict(zip(table["month"], table["searched"], strict=True)) == {
        "2023-08": "yes",
        "2023-09": "no",
        "2023-10": "yes",
    }


def test_months_of_nothing() -> None:
    """Tables that are empty give a table that is empty."""
    table = months(_looks(), _searches())
    assert list(table.columns)[:4] == ["site", "sensor", "month", "searched"]
    assert table.empty
    assert losses(_looks()).empty
    assert blind_gaps(_looks(), "rajin").empty
    assert accounts(_searches(), _looks()) == 0


def test_losses_count_every_reason() -> None:
    """Each lost look is counted once under what stands before the colon."""
    counted = losses(_looks(*MONTH))
    assert counted["count"].sum() == 7
    assert counted.loc[counted["reason"] == "cloud", "count"].tolist() == [2]
    assert "older processing" not in set(counted["reason"])


def test_blind_gaps_lie_between_usable_looks() -> None:
    """Cloudy looks end no gap; gaps are sorted by length, then by time."""
    table = _looks(
        _look("2023-08-01"),
        _cloudy("2023-08-06"),
        _look("2023-08-11"),
        _look("2023-08-16"),
        _look("2023-08-21"),
    )
    gaps = blind_gaps(table, "rajin", "sentinel-2")
    assert gaps["days"].tolist() == [10.0, 5.0, 5.0]
    assert gaps["first"].tolist()[:2] == ["2023-08-01T02:15:49Z", "2023-08-11T02:15:49Z"]
    assert len(blind_gaps(table, "rajin", "sentinel-2", most=1)) == 1
    assert blind_gaps(table, "dunai", "sentinel-2").empty


def test_blind_gaps_reach_to_the_ends_of_the_search() -> None:
    """With the searches, the time before the first and after the last look counts."""
    asked = _searches(_asked("2023-08-01", "2023-08-31", 1))
    gaps = blind_gaps(_looks(_look("2023-08-11")), "rajin", "sentinel-2", searches=asked)
    assert gaps["days"].tolist() == [20.91, 10.09]
    never = blind_gaps(_looks(_cloudy("2023-08-11")), "rajin", "sentinel-2", searches=asked)
    assert never["days"].tolist() == [31.0]


def test_any_sensor_ends_a_gap() -> None:
    """Without a sensor, a radar look counts as a look."""
    table = _looks(
        _look("2023-08-01"), _look("2023-08-11"), _look("2023-08-06", sensor="sentinel-1")
    )
    assert blind_gaps(table, "rajin")["days"].tolist() == [5.0, 5.0]
    assert blind_gaps(table, "rajin", "sentinel-2")["days"].tolist() == [10.0]


def test_accounts_balance() -> None:
    """As many rows as were offered, of every search."""
    rows = [_look("2023-08-02"), _cloudy("2023-08-07")]
    assert accounts(_searches(_asked("2023-08-01", "2023-08-31", 2)), _looks(*rows)) == 2


@pytest.mark.parametrize("offered", [1, 3])
def test_accounts_refuse_a_difference(offered: int) -> None:
    """A row too few or too many is told with provider, site and day."""
    rows = [_look("2023-08-02"), _cloudy("2023-08-07")]
    words = f"earth-search, rajin, searched 2023-09-01: {offered} scenes were offered, 2 have"
    with pytest.raises(DataError, match=words):
        accounts(_searches(_asked("2023-08-01", "2023-08-31", offered)), _looks(*rows))


def test_accounts_refuse_looks_without_a_search() -> None:
    """A row that nobody asked for is no look."""
    with pytest.raises(DataError, match="1 looks, but no search"):
        accounts(_searches(), _looks(_look()))


def test_accounts_of_searches_that_overlap() -> None:
    """A look counts for the last search that offered it; the earlier one has lost it to that."""
    rows = [
        _look("2023-08-02"),
        _look("2023-08-27", searched="2023-10-01"),
        _look("2023-09-06", searched="2023-10-01"),
    ]
    asked = [
        _asked("2023-08-01", "2023-08-31", 2),
        _asked("2023-08-15", "2023-09-30", 2, searched="2023-10-01"),
    ]
    assert accounts(_searches(*asked), _looks(*rows)) == 3
    with pytest.raises(DataError, match="2 scenes were offered, 1 have a row"):
        accounts(_searches(*asked), _looks(*rows[:2]))
    with pytest.raises(DataError, match="2 scenes were offered, 3 have a row"):
        accounts(
            _searches(*asked),
            _looks(*rows, _look("2023-08-03"), _look("2023-08-04")),
        )


def test_accounts_keep_rehearsal_apart() -> None:
    """Looks of a rehearsal are not accounted to a real search."""
    with pytest.raises(DataError, match=r"earth-search \(rehearsal\), rajin"):
        accounts(
            _searches(_asked("2023-08-01", "2023-08-31", 1)),
            _looks(_look("2023-08-02", label="rehearsal")),
        )
