"""Cited numbers on a page: found only in one sentence with a word of their unit."""

from __future__ import annotations

from pathlib import Path

import pytest

from skytally.page_archive.cited_number_search import number_place, read_numbers, sentences
from skytally.page_archive.table_rows_from_one_visit import Words


@pytest.mark.parametrize(
    ("text", "unit", "wanted", "state"),
    [
        ("Russia got 28,000 containers.", "containers", 28000, "found"),
        ("Россия получила 28 тыс. контейнеров.", "containers", 28000, "found"),
        ("북한은 컨테이너 2만8천 개를 보냈다.", "containers", 28000, "found"),
        ("28,000 people. And containers.", "containers", 28000, "without-unit"),
        ("The ship is 190 m long.", "m", 190, "found"),
        ("More than 190 ministers.", "m", 190, "without-unit"),
        ("The ship of 190-metre length.", "m", 190, "found"),
        ("Ships: 5 a week.", "ships per week", 5, "found"),
        ("Use rose by 50%.", "percent", 50, "found"),
        ("11,000 soldiers came.", "troops", 11000, "found"),
        ("병력 1만1천 명을 보냈다.", "troops", 11000, "found"),
        ("about 1,000 containers", "containers", 28000, "not-found"),
        ("0.5 of them", "p", 0.5, "without-unit"),
    ],
)
def test_unit_decides_whether_a_number_is_found(
    archive_words: Words, text: str, unit: str, wanted: float, state: str
) -> None:
    """The number must stand in one sentence with a word of its unit."""
    read = read_numbers(text, archive_words.numbers)
    assert number_place(read, [wanted], archive_words.units.of(unit)).state == state


def test_every_unit_that_pages_count_in_has_words(archive_words: Words, root: Path) -> None:
    """A unit of a row with a number, so that none can only be found without its unit."""
    import pandas as pd

    record = root / "data" / "record"
    tables = [pd.read_csv(path, dtype=str) for path in record.glob("*.csv")]
    units = {
        unit for table in tables if {"value", "unit", "source_id"} <= {*table}
        for unit in table.loc[table["value"].notna(), "unit"].dropna()
    }  # fmt: skip
    assert len(units) > 20
    assert sorted(unit for unit in units if not archive_words.units.of(unit)) == []


def test_sentences_end_where_readers_end_them() -> None:
    """Not after an abbreviation, nor within a number; a block ends one."""
    text = "Gen. Kim saw 2.6 km. He left.\nMenu\n그는 떠났다. 끝。그리고"
    shown = [text[start:end] for start, end in sentences(text)]
    assert shown == ["Gen. Kim saw 2.6 km.", "He left.", "Menu", "그는 떠났다.", "끝。", "그리고"]
