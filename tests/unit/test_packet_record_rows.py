"""Rows of packets: cells, sources, scopes."""

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


def test_files_hold_the_scopes_of_the_rows_where_wanted(record: PacketRecord) -> None:
    """Where conditions name a site, the scopes are there by which the rows have theirs."""
    files = record.files(["R031", "E013"], scoped=True)
    assert sorted({*files} - {*record.files(["R031", "E013"])}) == ["scopes.csv"]
    scopes = {line.split(",")[0] for line in files["scopes.csv"].decode().splitlines()[1:]}
    assert scopes == {record.cells("R031")["scope"]}


def test_files_leave_out_all_that_a_page_reports(record: PacketRecord) -> None:
    """A page is there as it is cited; what else it says changes no packet."""
    assert "reports" in record.tables["sources"]["MEDUZA_20231008"]
    head = record.files(["R001"])["sources.csv"].decode().splitlines()[0].split(",")
    assert "url" in head
    assert "reports" not in head
