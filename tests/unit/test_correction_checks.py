"""Corrected cells: each correction stands in its table and starts from what was there."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from skytally.record.correction_checks import correction_faults
from skytally.record.record_consistency_rules import record_faults

ROOT = Path(__file__).resolve().parents[2]
Write = Callable[..., None]


@pytest.fixture
def whole(record: Path) -> Path:
    """Copy of the record with what was delivered."""
    shutil.copytree(ROOT / "data/record/delivered", record / "delivered")
    return record


def _correct(record: Path, *cells: str) -> None:
    with (record / "corrections.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow([*cells, "made up", "SEED1", ""])


def _told(record: Path) -> list[str]:
    return [str(fault) for fault in correction_faults(record)]


def test_corrections_as_committed_are_in_order(whole: Path) -> None:
    """The record explains every delivered cell that was changed."""
    assert _told(whole) == []


@pytest.mark.parametrize(
    ("cells", "place", "words"),
    [
        (("rail_count", "R031", "value", "73", "74"), "table", "'rail_count'; name a table"),
        (("rail_counts", "R931", "value", "73", "74"), "row", "'R931'; no such row in rail_counts"),
        (("rail_counts", "R031", "number", "73", "74"), "column", "'number'; no such column"),
        (("rail_counts", "R031", "value", "73", "73"), "new", "'73', as before; remove"),
        (
            ("rail_counts", "R031", "value", "73", "74"),
            "new",
            "rail_counts.csv, row R031, column value still with '73'; write '74' there",
        ),
        (
            ("rail_counts", "R031", "value", "70", "74"),
            "new",
            "with '73'; it is neither old nor new; restore '74', or add a correction",
        ),
        (
            ("same_observation", "G27d/O033", "keep", "no", "yes"),
            "new",
            "same_observation.csv, row G27d/O033, column keep still with 'no'",
        ),
    ],
)
def test_a_correction_that_is_not_in_its_table_is_refused(
    whole: Path, cells: tuple[str, ...], place: str, words: str
) -> None:
    """The message says which cell holds what, and what to do."""
    _correct(whole, *cells)
    (fault,) = _told(whole)
    assert f"corrections.csv, line {_lines(whole)}, column {place}: found" in fault
    assert words in fault


def test_a_row_is_withdrawn_by_a_correction_of_its_id(whole: Path) -> None:
    """The reason of a row that is gone stands in the table; corrections of its cells stay there."""
    _correct(whole, "quay_stocks", "P106", "value", "41000", "42000")
    _correct(whole, "quay_stocks", "P106", "id", "P106", "")
    (fault,) = _told(whole)
    assert "'P106', withdrawn and still there; remove the row from quay_stocks.csv" in fault
    table = whole / "quay_stocks.csv"
    rows = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join(row for row in rows if not row.startswith("P106,")), encoding="utf-8")
    assert _told(whole) == []
    _correct(whole, "quay_stocks", "P999", "id", "P998", "")
    (fault,) = _told(whole)
    assert "column old: found 'P998'; write the id of the withdrawn row, 'P999'" in fault


def _lines(record: Path) -> int:
    return len((record / "corrections.csv").read_text(encoding="utf-8").splitlines())


def test_a_correction_follows_from_the_one_before(whole: Path, write_cell: Write) -> None:
    """A second correction of a cell starts from what the first one wrote."""
    write_cell(whole / "official_claims.csv", "O033", value="15810")
    _correct(whole, "official_claims", "O033", "value", "15808", "15810")
    (fault,) = _told(whole)
    assert "column old: found '15808', but line" in fault
    assert "made the cell '15809'; write the value that was corrected" in fault


def test_a_delivered_cell_does_not_change_without_a_word(whole: Path, write_cell: Write) -> None:
    """A source that was exchanged silently is told, with what was delivered."""
    write_cell(whole / "rail_counts.csv", "R031", source_id="SEED1")
    (fault,) = _told(whole)
    assert "rail_counts.csv, column source_id: found row R031 with 'SEED1'" in fault
    assert "was delivered; restore it, or say in corrections.csv why it changed" in fault


def test_an_old_value_is_what_was_delivered(whole: Path, write_cell: Write) -> None:
    """A correction cannot start from a value that the delivery never had."""
    write_cell(whole / "rail_counts.csv", "R031", source_id="SEED1")
    _correct(whole, "rail_counts", "R031", "source_id", "SEED2", "SEED1")
    (fault,) = _told(whole)
    assert "corrections.csv, line" in fault
    assert "column old: found 'SEED2', where the delivered row has" in fault


def test_a_part_of_a_split_row_may_rest_on_another_page(whole: Path, write_cell: Write) -> None:
    """It is enough that one part of a delivered row keeps its source."""
    write_cell(whole / "rail_counts.csv", "R027.2", source_id="SEED1")
    assert _told(whole) == []


def test_a_record_without_corrections_has_none_to_check(record: Path) -> None:
    """A new book has neither corrections nor a delivery."""
    (record / "corrections.csv").unlink()
    (record / "corrections.dictionary.csv").unlink()
    assert correction_faults(record) == []
    assert record_faults(record) == []


def test_what_names_a_withdrawn_row_is_told_where_it_was_withdrawn(whole: Path) -> None:
    """One message a line that stays, with both places, and none that asks for the row again."""
    _correct(whole, "quay_stocks", "P106", "id", "P106", "")
    table = whole / "quay_stocks.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join(each for each in lines if not each.startswith("P106,")))
    with (whole / "additions.csv").open("a", encoding="utf-8") as file:
        file.write("P106,SEED1,made up,whole,\nR031,SEED1,made up,whole,P106\n")
    told = [str(fault) for fault in record_faults(whole) if "P106" in fault.found]
    where = f"line {_lines(whole)} of corrections.csv withdraws that row"
    assert [each for each in told if "column row:" in each]
    for each in told:
        rest = "take it out of this cell" if "same_as" in each else "remove this line, too, or"
        assert f"found 'P106'; {where}; {rest}" in each
