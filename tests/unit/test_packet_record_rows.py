"""Rows of packets: cells, whole tables, sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from skytally.editions.packet_record_rows import PacketRecord, packet_record


@pytest.fixture(scope="module")
def record(root: Path) -> PacketRecord:
    """Read the record once."""
    return packet_record(root / "data")


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
