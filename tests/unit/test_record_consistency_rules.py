"""The whole record: rules within a row, within a table and between tables."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.record.record_consistency_rules import check_record, record_faults

Write = Callable[..., None]
ROOT = Path(__file__).resolve().parents[2]


def _told(record: Path) -> list[str]:
    return [str(fault) for fault in record_faults(record)]


def _places(record: Path) -> list[tuple[str, str, str]]:
    return [(fault.file, fault.column, fault.found) for fault in record_faults(record)]


def test_check_record_counts_the_rows_in_order(record: Path) -> None:
    """The record as it stands is in order; the number is the number of rows of all tables."""
    tables = [path for path in record.glob("*.csv") if "dictionary" not in path.name]
    lines = sum(
        len(path.read_text(encoding="utf-8").splitlines()) - 1
        for path in tables
        if path.stem != "vocabulary"
    )
    assert check_record(record) == lines


PAGE = "https://beyondparallel.csis.org/ongoing-arms-transfer-activity-at-najin-port/"
AGAIN = f"http://www.{PAGE[8:-1]}?utm_source=letter#top"
"""The same page as somebody else linked to it."""
ENDS = {"low": "256", "high": "260"}


@pytest.mark.parametrize(
    ("table", "row", "cells", "column", "found"),
    [
        ("rail_counts", "R051", {"value": "261", **ENDS}, "value", "261 above its upper bound 260"),
        ("rail_counts", "R051", {"value": "255", **ENDS}, "value", "255 below its lower bound 256"),
        ("rail_counts", "R051", {"value": "", **ENDS, "low": "261"}, "low", "261 above high 260"),
        ("rail_counts", "R051", {"value": "", "low": "256"}, "low", "one side of a range"),
        (
            "rail_counts",
            "R051",
            {"value": "", "high": "260", "state": "stated"},
            "low",
            "one side of a range",
        ),
        ("rail_counts", "R031", {"bound": ""}, "bound", "nothing beside a number"),
        ("rail_counts", "R031", {"unit": ""}, "unit", "nothing beside a number"),
        ("rail_counts", "R031", {"quantity": ""}, "quantity", "nothing beside a number"),
        ("rail_counts", "R031", {"value": "-73"}, "value", "a negative number"),
        ("rail_counts", "R031", {"wording": "or more"}, "wording", "'or more'"),
        ("rail_counts", "R031", {"wording": "odd"}, "wording", "'odd'"),
        ("rail_counts", "R031", {"state": "unclear"}, "state", "'unclear' beside a number"),
        ("rail_counts", "R031", {"state": "nothing-seen"}, "value", "73 with nothing seen"),
        ("rail_counts", "R031", {"value": "", "bound": ""}, "state", "'counted' without a number"),
        ("rail_counts", "R003", {"bound": "about"}, "bound", "'about'"),
        (
            "rail_counts",
            "R031",
            {"date_first": "2023-10-06"},
            "date_first",
            "2023-10-06 after date_last",
        ),
        ("rail_counts", "R031", {"source_id": "NOBODY"}, "source_id", "'NOBODY'"),
        ("rail_counts", "R031", {"counter": "nobody"}, "counter", "'nobody'"),
        ("rail_counts", "R031", {"scope": "nowhere"}, "scope", "'nowhere'"),
        ("scopes", "rajin-port-area", {"site": "nowhere"}, "site", "'nowhere'"),
        ("sites", "rajin", {"lat": "91"}, "lat", "91.0"),
        ("sites", "rajin", {"lat": "-91"}, "lat", "-91.0"),
        ("sites", "rajin", {"lon": "181"}, "lon", "181.0"),
        ("sources", "SEED1", {"derived_from": "SEED1"}, "derived_from", "SEED1 from SEED1"),
        ("sources", "BP_20231017", {"derived_from": "NOBODY"}, "derived_from", "'NOBODY'"),
        ("sources", "SEED1", {"url": AGAIN}, "url", repr(PAGE)[:80]),
        (
            "sources",
            "BP_20231017",
            {"published_first": "2023-10-02", "published_last": "2023-10-01"},
            "published_first",
            "2023-10-02 after published_last",
        ),
        (
            "voyages",
            "V001",
            {"arrive_first": "2023-09-13", "arrive_last": "2023-09-12"},
            "arrive_first",
            "2023-09-13 after arrive_last",
        ),
    ],
)
def test_record_faults_tells_a_broken_rule(
    record: Path,
    write_cell: Write,
    table: str,
    row: str,
    cells: dict[str, str],
    column: str,
    found: str,
) -> None:
    """Each rule that a row or a reference can break is reported once, with its place."""
    write_cell(record / f"{table}.csv", row, **cells)
    assert _places(record) == [(f"{table}.csv", column, found)]


@pytest.mark.parametrize(
    ("table", "row", "cells", "expected"),
    [
        ("counters", "csis", {}, "column name: found 'CSIS Beyond Parallel'; csis has that name"),
        ("counters", "csis", {"name": "csis  beyond parallel", "note": "x"}, "csis has that name"),
        ("scopes", "rajin-port-area", {}, "rajin-port-area has that name; use its id"),
        ("sites", "rajin", {"lat": "42.2"}, "rajin has that name; use its id"),
        ("quay_stocks", "P009", {}, "found 'again', which says in every column what 'P009' says"),
    ],
)
def test_one_thing_under_two_ids_is_told_once(
    record: Path, table: str, row: str, cells: dict[str, str], expected: str
) -> None:
    """A row that was copied to be changed, and was not, or not where it matters."""
    path = record / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        (copied,) = (each for each in csv.DictReader(file) if each["id"] == row)
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, [*copied]).writerow({**copied, **cells, "id": "again"})
    (told,) = _told(record)
    assert expected in told


def test_a_page_may_be_of_a_later_day_than_the_registry_and_of_none_to_come(
    record: Path, write_cell: Write
) -> None:
    """Who adds a page next year is not told that the data have ended."""
    shutil.copyfile(ROOT / "data" / "registry.toml", record.parent / "registry.toml")
    days = {"published_first": "2031-05-04", "published_last": "2031-05-04"}
    write_cell(record / "sources.csv", "SEED1", published_precision="day", **days)
    (fault,) = record_faults(record, today=date(2031, 5, 3))
    assert (fault.column, fault.found) == ("published_first", "2031-05-04")
    assert fault.advice == "the data end on 2031-05-03; correct the day"
    assert record_faults(record, today=date(2031, 5, 4)) == []
    assert len(record_faults(record)) == 1


@pytest.mark.parametrize(
    ("row", "cells", "column"),
    [
        ("R031", {"precision_first": "open"}, "date_first"),
        ("R031", {"date_last": ""}, "date_last"),
        ("R003", {"date_first": "2020-01-01"}, "date_first"),
    ],
)
def test_record_faults_tells_an_open_side_with_a_date(
    record: Path, write_cell: Write, row: str, cells: dict[str, str], column: str
) -> None:
    """An open side has no date, and a side without a date is open."""
    write_cell(record / "rail_counts.csv", row, **cells)
    (fault,) = record_faults(record)
    assert (fault.file, fault.column) == ("rail_counts.csv", column)
    assert fault.advice == "an open side has no date, every other side has one"


@pytest.mark.parametrize(
    ("table", "row", "cells"),
    [
        ("official_claims", "O003", {"statement_precision": "open"}),
        ("official_claims", "O003", {"statement_first": "", "statement_last": ""}),
        ("voyages", "V001", {"depart_precision": "open"}),
        ("sources", "BP_20231017", {"published_precision": "open"}),
    ],
)
def test_record_faults_tells_a_shared_precision_that_is_open_with_a_date(
    record: Path, write_cell: Write, table: str, row: str, cells: dict[str, str]
) -> None:
    """Where one precision stands for both ends, it is open only without dates."""
    write_cell(record / f"{table}.csv", row, **cells)
    (fault,) = record_faults(record)
    assert fault.file == f"{table}.csv"


def test_record_faults_tells_a_repeated_id(record: Path, write_cell: Write) -> None:
    """The second row with an id is reported, with the line of the first."""
    path = record / "rail_counts.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines, 1) if line.startswith("R031,"))
    write_cell(path, "R032", id="R031")
    said = f"'R031' a second time, first on line {first}"
    assert ("rail_counts.csv", "id", said) in _places(record)


def test_record_faults_tells_references_to_a_row_that_was_removed(record: Path) -> None:
    """A row that others name cannot silently go."""
    path = record / "rail_counts.csv"
    kept = [text for text in path.read_text().splitlines() if not text.startswith("R031,")]
    path.write_text("\n".join(kept) + "\n")
    found = {(file, column) for file, column, found in _places(record) if found == "'R031'"}
    assert found == {
        ("same_observation.csv", "row_id"),
        ("lineage.csv", "rows"),
        ("additions.csv", "same_as"),
    }


def test_record_faults_tells_a_circle_of_copies(record: Path, write_cell: Write) -> None:
    """A source that is derived from itself by way of another is reported once."""
    sources = record / "sources.csv"
    write_cell(sources, "SEED1", derived_from="SEED2")
    write_cell(sources, "SEED2", derived_from="SEED1")
    (fault,) = record_faults(record)
    assert (fault.column, fault.found) == ("derived_from", "SEED1 from SEED2 from SEED1")


def test_record_faults_tells_a_missing_table(record: Path) -> None:
    """A table that has a dictionary has to be there."""
    (record / "events.csv").unlink()
    assert _told(record) == ["events.csv: found no such file; restore the table"]


def test_record_faults_of_an_unreadable_table_stand_alone(record: Path) -> None:
    """An empty table of sources is one fault, not one for every row that names a source."""
    (record / "sources.csv").write_text("")
    assert _told(record) == ["sources.csv: found an empty file; restore the table with its header"]


def test_record_faults_of_a_wrong_cell_do_not_spread(record: Path, write_cell: Write) -> None:
    """A row with one wrong cell can still be named by others."""
    write_cell(record / "sources.csv", "BP_20231017", tier="tertiary")
    assert [column for _, column, _ in _places(record)] == ["tier"]


def test_record_faults_tells_a_word_that_left_its_vocabulary_once(record: Path) -> None:
    """Many tables that use a word whose row was removed are one fault, which says where."""
    path = record / "vocabulary.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("reading,secondhand,")]
    assert len(kept) == len(lines) - 1
    path.write_text("".join(kept), encoding="utf-8")
    (told,) = [each for each in _told(record) if "'secondhand'" in each]
    assert ": found 'secondhand', which " in told
    assert "rail_counts.csv" in told
    assert "; restore its row of reading in vocabulary.csv, if that was removed, or use a" in told


def test_record_faults_tells_faults_of_several_tables_at_once(
    record: Path, write_cell: Write
) -> None:
    """Faults in three files come in one list, each with its file, line and column."""
    write_cell(record / "rail_counts.csv", "R031", date_first="10/05/2023", unit="wagons")
    write_cell(record / "quay_stocks.csv", "P029", value="1,010")
    write_cell(record / "official_claims.csv", "O003", source_id="NOBODY", counter="nobody")
    with pytest.raises(DataError, match="record record: 5 faults") as refused:
        check_record(record)
    told = str(refused.value).splitlines()[1:]
    places = [text.strip().partition(": found")[0].split(", ") for text in told]
    assert sorted((file, column) for file, _, column in places) == [
        ("official_claims.csv", "column counter"),
        ("official_claims.csv", "column source_id"),
        ("quay_stocks.csv", "column value"),
        ("rail_counts.csv", "column date_first"),
        ("rail_counts.csv", "column unit"),
    ]
    assert all(text.count("; ") for text in told)
