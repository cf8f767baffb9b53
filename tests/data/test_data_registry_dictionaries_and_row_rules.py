"""The data folder: registered, licensed, described, and in step with the package."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from skytally.core import data_registry, evidence_line_name_constants as n
from skytally.core.data_dictionaries_and_vocabularies import SUFFIX, columns, table_names, words
from skytally.core.table_reader import PARSE
from skytally.record.evidence_lines import SAME_CALL, SAME_SIGHTING
from skytally.record.record_consistency_rules import check_record
from skytally.record.source_provenance import UNNAMED_FAMILIES

DATA = Path(__file__).resolve().parents[2] / "data"
RECORD = DATA / "record"
ENTRIES = data_registry.entries()
TABLES = table_names(RECORD)
BESIDE = {"README.md", "registry.toml"}
"""Files that describe the folder and are not data."""
Table = Callable[[str], pd.DataFrame]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_record_is_in_order() -> None:
    """The record as committed has no fault."""
    assert check_record(RECORD) > 1000


def test_every_file_is_registered() -> None:
    """No file lies under data without an entry; a dictionary belongs to its table."""
    left_out = {"scenes", "editions"}
    lying = {
        path.relative_to(DATA).as_posix()
        for path in DATA.rglob("*")
        if path.is_file()
        and not path.name.endswith(SUFFIX)
        and path.name not in BESIDE
        and path.relative_to(DATA).parts[0] not in left_out
    }
    assert lying == {entry["file"] for entry in ENTRIES.values()}


@pytest.mark.parametrize("slug", ENTRIES)
def test_entry_says_source_licence_and_day(slug: str) -> None:
    """Every entry names where the file comes from, under which licence, and when it was got."""
    entry = ENTRIES[slug]
    assert set(entry) <= {"file", "source", "licence", "retrieved", "sha256"}
    assert entry["source"].strip()
    assert entry["licence"] in {"CC-BY-4.0", "CC0-1.0", "public domain"}
    assert dt.date.fromisoformat(entry["retrieved"]).isoformat() == entry["retrieved"]
    assert re.fullmatch(r"[a-z][a-z0-9_]*", slug)


def test_register_names_each_file_once() -> None:
    """Two slugs of one file would be two names for one thing."""
    files = [entry["file"] for entry in ENTRIES.values()]
    assert sorted(files) == sorted(set(files))
    with (DATA / "registry.toml").open("rb") as file:
        assert tomllib.load(file) == ENTRIES


@pytest.mark.parametrize(
    "slug",
    [
        slug
        for slug, entry in ENTRIES.items()
        if entry["file"].startswith(("record/delivered/", "basemap/"))
    ],
)
def test_frozen_file_has_its_hash(slug: str) -> None:
    """What was delivered and what was clipped never changes without a word."""
    entry = ENTRIES[slug]
    assert hashlib.sha256((DATA / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]


def test_every_table_has_a_dictionary_and_every_dictionary_a_table() -> None:
    """Only the vocabulary stands without a dictionary: its header says it all."""
    tables = {path.stem for path in RECORD.glob("*.csv") if not path.name.endswith(SUFFIX)}
    assert tables == set(TABLES) | {"vocabulary"}


@pytest.mark.parametrize("name", TABLES)
def test_dictionary_describes_every_column(name: str) -> None:
    """Each column has a type, a meaning, and what an empty cell says where it may be empty."""
    raw = _rows(RECORD / f"{name}{SUFFIX}")
    assert {row["required"] for row in raw} <= {"yes", "no"}
    with (RECORD / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == [row["column"] for row in raw]
    vocabularies = words(RECORD)
    for column in columns(RECORD / f"{name}.csv"):
        assert column.meaning, column.name
        assert column.required != bool(column.empty_means), column.name
        assert column.type in {*PARSE, "word"}, column.name
        assert (column.type == "word") == bool(column.vocabulary), column.name
        assert not column.vocabulary or column.vocabulary in vocabularies, column.name
        assert (column.type in {"ref", "refs"}) == bool(column.refers_to), column.name
        assert column.refers_to in {"", "rows", *TABLES}, column.name


def test_vocabulary_gives_every_word_a_meaning_once() -> None:
    """A closed word means one thing."""
    rows = _rows(RECORD / "vocabulary.csv")
    assert [row for row in rows if not row["meaning"].strip()] == []
    pairs = [(row["vocabulary"], row["word"]) for row in rows]
    assert len(pairs) == len(set(pairs))


def test_vocabulary_has_no_list_that_no_column_uses() -> None:
    """Every list of words closes some column."""
    used = {column.vocabulary for name in TABLES for column in columns(RECORD / f"{name}.csv")} - {
        ""
    }
    assert set(words(RECORD)) == used


def test_vocabulary_is_in_step_with_the_package() -> None:
    """The words that code compares with are the words of the record."""
    known = words(RECORD)
    assert set(known["bound"]) == set(n.BOUNDS)
    assert set(known["state"]) == set(n.STATES)
    assert n.PROBABILITY in known["unit"]
    assert set(UNNAMED_FAMILIES) - {""} <= set(known["family"])
    assert {*SAME_CALL, *SAME_SIGHTING} <= set(known["relation"])


def test_points_are_used_as_their_row_allows() -> None:
    """A search window is nobody's position, and a position is that of the site's own row."""
    points = _rows(DATA / "sites/positions.csv")
    record = {(row["lat"], row["lon"]): row for row in _rows(RECORD / "sites.csv")}
    register = {row["slug"]: row for row in _rows(DATA / "sites/register.csv")}
    of_record = {
        (float(lat), float(lon)): row["id"] for (lat, lon), row in record.items() if lat and lon
    }
    for point in points:
        place = (float(point["lat"]), float(point["lon"]))
        if point["position_use"] == "position" and register[point["site"]]["role"] == "evidence":
            assert of_record[place] == point["site"], point["id"]
        elif point["position_use"] == "search window":
            assert place not in of_record, point["id"]
            assert register.get(point["site"], {}).get("position_source") != point["id"]
    uses = [(point["site"], point["position_use"]) for point in points]
    assert {uses.count((slug, "position")) for slug, _ in uses} <= {0, 1}


def test_no_position_is_from_no_source() -> None:
    """A place that no page locates is not located: no row has a point without a source."""
    for row in _rows(RECORD / "sites.csv"):
        assert (row["position_method"] == "not located") == (not row["lat"]), row["id"]
        assert "memory" not in " ".join(row.values()), row["id"]


def test_ids_are_unique_across_observation_tables(table: Table) -> None:
    """A link to a row can mean one row only."""
    seen: dict[str, str] = {}
    for name in TABLES:
        rows = table(name)
        if "id" not in rows or "source_id" not in rows or name == "sites":
            continue
        for row in rows["id"]:
            assert row not in seen, f"{row} in {name} and {seen[row]}"
            seen[row] = name
    assert len(seen) > 500


@pytest.mark.parametrize("name", [*TABLES, "vocabulary"])
def test_table_is_saved_as_plain_text(name: str) -> None:
    """Committed tables are UTF-8 without a byte-order mark, LF, with a last newline."""
    raw = (RECORD / f"{name}.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    assert raw.decode("utf-8")


def test_sources_are_graded_by_rule(table: Table) -> None:
    """One reason gives one letter."""
    letters = table("sources").groupby("reliability_reason")["reliability"].agg(set)
    assert letters[letters.map(len) > 1].to_dict() == {}


def test_sources_copy_older_sources_only(table: Table) -> None:
    """Nobody copies what was published later, where both days are known."""
    sources = table("sources").set_index("id")
    known = sources[sources["published_precision"] == "day"]
    wrong = [
        (source, parent)
        for source, row in known.iterrows()
        for parent in row["derived_from"].split()
        if parent in known.index and known.loc[parent, "published_first"] > row["published_last"]
    ]
    assert wrong == []


def test_sites_are_located_whole_or_not_at_all(table: Table) -> None:
    """A position has a latitude, a longitude, a radius and a method; or it has none."""
    sites = table("sites")
    located = sites["lat"].notna()
    assert (sites["lon"].notna() == located).all()
    assert (sites["uncertainty_m"].notna() == located).all()
    assert ((sites["position_method"] != "not located") == located).all()
    assert (sites.loc[located, "uncertainty_m"] > 0).all()


def test_rows_count_what_they_say(table: Table) -> None:
    """A number has a state and a method that can give one."""
    for name in ("ship_sightings", "quay_stocks", "voyage_counts", "rail_counts"):
        rows = table(name)
        given = rows[["value", "low", "high"]].notna().any(axis=1)
        assert (rows.loc[given, "method"] != "none").all(), name
        assert (rows.loc[~given, "method"] == "none").all(), name


def test_what_stands_on_the_counters_page_is_direct(table: Table) -> None:
    """Nothing that was read on a page of its counter is called read at second hand."""
    publishers = table("sources").set_index("id")["publisher"]
    names = table("counters").set_index("id")["name"]
    for tabled in (
        "ais_events",
        "depot_observations",
        "quay_stocks",
        "rail_counts",
        "ship_sightings",
        "voyage_counts",
        "voyages",
        "official_claims",
    ):
        rows = table(tabled)
        own = rows["source_id"].map(publishers) == rows["counter"].map(names)
        assert rows.loc[own & (rows["reading"] == "secondhand"), "id"].to_list() == [], tabled


def test_same_observation_groups_are_whole(table: Table) -> None:
    """A group has one relation, no row twice, and a row that stands for it."""
    for group, rows in table("same_observation").groupby("group"):
        assert len(set(rows["relation"])) == 1, group
        assert rows["row_id"].is_unique, group
        assert (rows["keep"] == "yes").any(), group


def test_conversions_repeat_the_statement_they_convert(table: Table) -> None:
    """A converted number names a row of another quantity by the same claimant or day."""
    claims = table("official_claims").set_index("id")
    converted = claims[claims["converted_from"] != ""]
    assert len(converted)
    for row, claim in converted.iterrows():
        assert claims.loc[claim["converted_from"], "quantity"] != claim["quantity"], row
