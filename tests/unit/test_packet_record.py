"""Rows of packets: cells, sources, and how far *about* widens a number."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from skytally.core import limits, quantity_of, read_table, rounding_interval
from skytally.editions.frozen_rows import table_rows
from skytally.editions.packet_record import PacketRecord, packet_record, widening
from skytally.editions.packet_verifier import recompute


@pytest.fixture(scope="module")
def record(root: Path) -> PacketRecord:
    """Read the record once."""
    return packet_record(root / "data")


TABLES = ("rail_counts", "quay_stocks", "ship_sightings", "voyage_counts", "official_claims",
          "depot_observations")  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_widening_gives_the_interval_of_the_book(root: Path, table: str) -> None:
    """For every number of the record the verifier's interval is that of `limits`."""
    path = root / "data/record" / f"{table}.csv"
    cells = table_rows(path)[1]
    compared = 0
    for row in read_table(path).to_dict("records"):
        low, high = limits(quantity_of(row))
        if math.isnan(low) or math.isnan(high):
            continue
        mine = cells[row["id"]]
        found = recompute._interval({**mine, "widened": widening(mine) or (0, 0, 0)})
        assert found == pytest.approx((low, high), abs=1e-9), row["id"]
        compared += 1
    assert compared > 20


@pytest.mark.parametrize(
    ("bound", "wording", "method", "ends"),
    [
        ("about", "", "statement", (1005.0, 1015.0)),
        ("about", "", "count", (909.0, 1111.0)),
        ("about", "-odd", "statement", (1010.0, 1020.0)),
        ("at most", "no more than about", "statement", (0.0, 1015.0)),
        ("more than", "", "count", (1010.0, math.inf)),
        ("exactly", "", "count", (1010.0, 1010.0)),
    ],
)
def test_widening_of_made_up_numbers(
    bound: str, wording: str, method: str, ends: tuple[float, float]
) -> None:
    """A number of 1010 in all wordings, worked by hand."""
    cells = {"value": "1010", "low": "", "high": "", "bound": bound, "wording": wording,
             "method": method}  # fmt: skip
    widened = widening(cells) or (0, 0, 0)
    assert recompute._interval({**cells, "widened": widened}) == pytest.approx(ends, abs=1e-9)
    assert rounding_interval(1010) == (1005.0, 1015.0)


def test_files_hold_the_rows_as_the_tables_have_them(record: PacketRecord, root: Path) -> None:
    """The cells of a row are those of its line, and its page comes with it."""
    files = record.files(["R031", "E013", "no such row"])
    assert sorted(files) == ["rows/events.csv", "rows/rail_counts.csv", "sources.csv"]
    lines = (root / "data/record/rail_counts.csv").read_text(encoding="utf-8").splitlines()
    expected = [lines[0], next(line for line in lines if line.startswith("R031,"))]
    assert files["rows/rail_counts.csv"].decode().splitlines() == expected
    pages = {record.cells(row)["source_id"] for row in ("R031", "E013")}
    assert {line.split(",")[0] for line in files["sources.csv"].decode().splitlines()[1:]} == pages


def test_files_hold_a_whole_table_byte_for_byte(record: PacketRecord, root: Path) -> None:
    """A table on which conditions are tried comes with all its rows, its pages as before."""
    files = record.files(["R031"], whole=["rail_counts", "events"])
    for table in ("rail_counts", "events"):
        assert files[f"rows/{table}.csv"] == (root / f"data/record/{table}.csv").read_bytes()
    assert files["sources.csv"] == record.files(["R031"])["sources.csv"]


def test_readings_list_each_row_with_how_far_it_is_widened(record: PacketRecord) -> None:
    """Rows of the record are listed in order; only an *about* has a reading."""
    found = record.readings(["R056", "E013", "no such row"])
    assert found == {"E013": {}, "R056": {"widened": [5.0, 5.0, 0.1]}}
