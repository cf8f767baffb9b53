"""Nothing of the delivered record is lost: each of its rows, numbers, notes and sources."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.support import optional_external_test_data as shared_files

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / "data/record"
DELIVERED = RECORD / "delivered"
TABLES = sorted(path.stem for path in DELIVERED.glob("*.csv"))
FATES = {"carried", "split", "merged", "set aside"}
NEW = {
    "additions",
    "corrections",
    "lineage",
    "same_observation",
    "vocabulary",
    "units",
    "quantity_units",
    "ship_lengths",
    "scopes",
    "counters",
    "route_connections",
}
"""Working tables whose rows are no delivered rows."""
NUMBERS = {
    "depot_observations": ("value_low", "value_high"),
    "official_claims": ("quantity_low", "quantity_high"),
    "port_observations": ("containers_low", "containers_high"),
    "rail_counts": ("railcars_low", "railcars_high", "other_count"),
    "seed_claims": ("quantity",),
    "sites": ("lat", "lon", "uncertainty_m"),
    "voyages": ("containers_low", "containers_high"),
}
WORDS = {
    "ais_events": ("vessel", "event", "place"),
    "depot_observations": ("measure", "state"),
    "events": ("event", "actors"),
    "official_claims": (),
    "port_observations": ("vessel", "what_seen", "ais_status"),
    "rail_counts": ("kind", "baseline_statement"),
    "seed_claims": ("claim", "date_or_period", "asserted_by", "testable_with"),
    "sites": ("name",),
    "sources": ("publisher", "title", "author", "url"),
    "voyages": ("vessel",),
}
NOTES = {"sources": ("what_it_reports", "reports"), "sites": ("how_obtained", "note")}
"""Delivered column of notes and the column it went to, where they are not both ``note``."""


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


LINEAGE = {(row["table"], row["delivered_id"]): row for row in _rows(RECORD / "lineage.csv")}
CORRECTIONS = _rows(RECORD / "corrections.csv")
ADDED = {row["row"] for row in _rows(RECORD / "additions.csv")}
"""Rows that were added after the delivery."""


def _uncorrected() -> dict[str, dict[str, str]]:
    """Working rows by id, each corrected cell put back to what it held before."""
    rows = {
        row["id"]: row
        for path in RECORD.glob("*.csv")
        if not path.name.endswith(".dictionary.csv") and path.stem not in NEW
        for row in _rows(path)
    }
    for each in reversed(CORRECTIONS):
        if each["row"] in rows:
            rows[each["row"]][each["column"]] = each["old"]
    return rows


WORKING = _uncorrected()


def _id(row: dict[str, str]) -> str:
    return next(iter(row.values()))


def _became(table: str, delivered_id: str) -> list[dict[str, str]]:
    return [WORKING[row] for row in LINEAGE[table, delivered_id]["rows"].split()]


def _tokens(*texts: str) -> set[str]:
    return {token.lower() for text in texts for token in re.findall(r"\w+", text)}


@pytest.mark.parametrize("table", TABLES)
def test_every_delivered_row_is_accounted_for_once(table: str) -> None:
    """Each id of the table stands in the lineage exactly once, and no other id does."""
    counted = Counter(
        row["delivered_id"] for row in _rows(RECORD / "lineage.csv") if row["table"] == table
    )
    assert counted == Counter(_id(row) for row in _rows(DELIVERED / f"{table}.csv"))


def test_lineage_knows_no_other_tables() -> None:
    """Every delivered table is accounted for, and nothing else."""
    assert {table for table, _ in LINEAGE} == set(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_fates_have_rows_and_reasons(table: str) -> None:
    """What was not simply carried says why; what was not set aside says where it went."""
    for (of_table, delivered_id), row in LINEAGE.items():
        if of_table != table:
            continue
        rows = row["rows"].split()
        assert row["fate"] in FATES, delivered_id
        assert row["fate"] == "carried" or row["reason"].strip(), delivered_id
        assert (row["fate"] == "set aside") == (not rows), delivered_id
        assert len(rows) == len(set(rows)), delivered_id
        if table != "same_observation":
            assert (row["fate"] == "split") == (len(rows) > 1), delivered_id
        assert set(rows) <= set(WORKING), delivered_id


def test_delivered_rows_share_no_row() -> None:
    """A row that came from a delivered row came from that one only."""
    became = [
        row
        for (table, _), line in LINEAGE.items()
        if table != "same_observation" and line["fate"] != "merged"
        for row in line["rows"].split()
    ]
    assert [row for row, count in Counter(became).items() if count > 1] == []


@pytest.mark.parametrize("table", NUMBERS)
def test_every_delivered_number_is_kept(table: str) -> None:
    """Each printed number is a value or bound of a row it became, or a word of its text."""
    counted = 0
    for row in _rows(DELIVERED / f"{table}.csv"):
        became = _became(table, _id(row))
        kept = {
            float(each[word])
            for each in became
            for word in ("value", "low", "high", "lat", "lon", "uncertainty_m")
            if each.get(word)
        }
        for column in NUMBERS[table]:
            cell = row[column]
            if re.fullmatch(r"-?\d+(\.\d+)?", cell):
                counted += 1
                reason = LINEAGE[table, _id(row)]["reason"]
                assert float(cell) in kept or cell in reason, f"{_id(row)} {column}"
            elif cell:
                texts = [text for each in became for text in each.values()]
                assert cell.lower() in _tokens(*texts), f"{_id(row)} {column}"
    assert counted


@pytest.mark.parametrize("table", [table for table in TABLES if table != "same_observation"])
def test_every_delivered_note_survives_whole(table: str) -> None:
    """The text of each note stands unbroken in a note of a row it became."""
    delivered, working = NOTES.get(table, ("note", "note"))
    counted = 0
    for row in _rows(DELIVERED / f"{table}.csv"):
        if row[delivered].strip():
            counted += 1
            notes = [each[working] for each in _became(table, _id(row))]
            assert any(row[delivered].strip() in note for note in notes), _id(row)
    assert counted


@pytest.mark.parametrize("table", WORDS)
def test_every_delivered_word_is_kept(table: str) -> None:
    """What was seen or stated is kept word for word, where need be spread over several rows."""
    for row in _rows(DELIVERED / f"{table}.csv"):
        kept = _tokens(*(text for each in _became(table, _id(row)) for text in each.values()))
        for column in WORDS[table]:
            # an empty cell says all ships
            lost = _tokens(row[column]) - kept - {"all"}
            assert not lost, f"{_id(row)} {column}"


@pytest.mark.parametrize(
    "table", [table for table in TABLES if table not in {"same_observation", "sources"}]
)
def test_every_delivered_source_is_kept(table: str) -> None:
    """Each row keeps the page in which it was read."""
    for row in _rows(DELIVERED / f"{table}.csv"):
        kept = {each["source_id"] for each in _became(table, _id(row))}
        assert row["source_id"] in kept, _id(row)


def test_every_delivered_source_keeps_its_id() -> None:
    """Source ids are the same in both."""
    assert {_id(row) for row in _rows(DELIVERED / "sources.csv")} <= {
        row["id"] for row in _rows(RECORD / "sources.csv")
    }


def test_every_delivered_group_keeps_its_members() -> None:
    """Each row of a group, or what it became, is a member of the groups made of it."""
    members: dict[str, set[str]] = {}
    whys: dict[str, set[str]] = {}
    for row in _rows(RECORD / "same_observation.csv"):
        group = row["group"].rstrip("abcdefghijklmnopqrstuvwxyz")
        members.setdefault(group, set()).add(row["row_id"])
        whys.setdefault(group, set()).add(row["why"])
    became: dict[str, set[str]] = {}
    for (table, delivered_id), row in LINEAGE.items():
        if table != "same_observation":
            became.setdefault(delivered_id, set()).update(row["rows"].split())
    for row in _rows(DELIVERED / "same_observation.csv"):
        for named in re.findall(r"\b[A-Z]\d{3}\b", row["rows"]):
            assert became[named] & members[row["group"]], f"{row['group']} {named}"
        assert any(row["why"] in why for why in whys[row["group"]]), row["group"]
        listed = set(LINEAGE["same_observation", row["group"]]["rows"].split())
        assert listed == members[row["group"]] - ADDED, row["group"]


def test_every_row_was_delivered_or_added_with_its_page() -> None:
    """A row that came later says what its page says, and no delivered row claims to be added."""
    came = {row for line in LINEAGE.values() for row in line["rows"].split()}
    assert ADDED & came == set()
    cited = {row["row"]: row["source"] for row in _rows(RECORD / "additions.csv")}
    assert {row: WORKING[row]["source_id"] for row in ADDED} == cited


@pytest.mark.parametrize("path", sorted(DELIVERED.iterdir()), ids=lambda path: path.name)
def test_delivered_copy_equals_the_delivery(path: Path) -> None:
    """The committed copy is the delivery, byte for byte."""
    assert path.read_bytes() == (shared_files.delivery() / path.name).read_bytes()


def test_delivery_was_copied_whole() -> None:
    """No delivered file was left behind."""
    outside = {path.name for path in shared_files.delivery().iterdir()}
    assert outside == {path.name for path in DELIVERED.iterdir()}
