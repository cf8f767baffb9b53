"""The table of timeline lanes: which rows each lane shows, and what the table refuses."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from skytally.claims import read_tables
from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.figures.overview_timeline import timeline_chart
from skytally.figures.timeline_lane_selection import lane_rows, read_lanes
from tests.support.expected_sentences import same_sentence
from tests.support.parsed_charts import svg_words

DATA = Path(__file__).resolve().parents[2] / "data"
HEADER = "id,label,table,site,condition\n"
Tables = dict[str, pd.DataFrame]
Read = Callable[[str], pd.DataFrame]


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Tables of the record by name."""
    return read_tables(DATA / "record")


@pytest.fixture
def read(tmp_path: Path, tables: Tables) -> Read:
    """Read rows of a table of lanes."""

    def read_rows(rows: str) -> pd.DataFrame:
        name = "timeline_lanes.dictionary.csv"
        shutil.copyfile(DATA / "charts" / name, tmp_path / name)
        path = tmp_path / "timeline_lanes.csv"
        path.write_text(HEADER + rows, encoding="utf-8")
        return read_lanes(path, tables=tables, record=DATA / "record")

    return read_rows


def test_delivered_lanes_are_all_drawn(tables: Tables) -> None:
    """Every lane of this book has rows and stands on the chart."""
    path = DATA / "charts/timeline_lanes.csv"
    lanes = read_lanes(path, tables=tables, record=DATA / "record")
    words = svg_words(timeline_chart(tables, lanes, period=("2022-09-01", "2026-03-31")))
    assert len(lanes) >= 10
    for label in lanes["label"]:
        assert label in words


def test_a_lane_added_to_the_table_is_drawn(read: Read, tables: Tables) -> None:
    """One more row is one more lane, of the rows that meet its condition."""
    lanes = read("t,Tumangang in 2024,rail_counts,tumangang,date_first>=2024-01-01\n")
    rows = lane_rows(tables, lanes)
    scopes = tables["scopes"]
    yard = set(scopes.loc[scopes["site"] == "tumangang", "id"])
    assert len(rows)
    assert set(rows["scope"]) <= yard
    assert rows["date_first"].min() >= pd.Timestamp("2024-01-01")
    assert "Tumangang in 2024" in svg_words(timeline_chart(tables, lanes))


def test_lane_rows_date_claims_by_their_statement(read: Read, tables: Tables) -> None:
    """A claim stands on the day on which it was made, and is stated, not seen."""
    rows = lane_rows(tables, read("c,Claims,official_claims,,quantity=containers\n"))
    claims = tables["official_claims"].set_index("id")
    assert set(rows["state"]) == {n.STATED}
    assert (rows["date_first"] == claims.loc[rows["id"], "statement_first"].to_numpy()).all()


def test_lane_rows_take_the_kind_where_there_is_no_state(read: Read, tables: Tables) -> None:
    """Events have a kind in place of a state, and no number."""
    rows = lane_rows(tables, read("e,Events,events,,\n"))
    assert list(rows["state"]) == list(tables["events"]["kind"])
    assert rows["value"].isna().all()
    assert set(rows["unit"]) == {""}


def test_lanes_of_an_empty_record_are_a_sentence(read: Read, tables: Tables) -> None:
    """With a header alone, or lanes of tables without rows, the page says so."""
    empty = {name: table.iloc[:0] for name, table in tables.items()}
    lanes = read("e,Events,events,,\nc,Claims,official_claims,,\ns,Ships,ship_sightings,,\n")
    for shown in (timeline_chart(empty, lanes), timeline_chart(tables, lanes.iloc[:0])):
        same_sentence("timeline.no_rows", shown.text)
        assert 'id="timeline"' in shown.block


def test_read_lanes_names_every_fault_with_its_line(read: Read) -> None:
    """Unknown tables, sites, columns and words, and a second row of one label, all at once."""
    with pytest.raises(DataError, match="7 faults") as error:
        read(
            "a,Same,events,,\n"
            "b,Same,road_counts,,\n"
            "c,Sites,counters,,\n"
            "d,Moon,ship_sightings,moon,\n"
            "e,Events,events,rajin,\n"
            "f,Words,rail_counts,,role=hearsay\n"
            "g,Columns,rail_counts,,colour=red\n"
        )
    for words in (
        "line 3, column label: found 'Same' a second time",
        "line 3, column table: found 'road_counts'; name a table of data/record",
        "line 4, column table: found 'counters'; name a table whose rows are dated",
        "line 5, column site: found 'moon'; no such id in sites",
        "line 6, column site: found 'rajin'; events has no column scope",
        "line 7, column condition: found 'role=hearsay'; role: no 'hearsay' in vocabulary role",
        "line 8, column condition: found 'colour=red'",
    ):
        assert words in str(error.value)
