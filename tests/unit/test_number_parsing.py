"""Numbers on pages: every way to print one is read, dates are not, and the unit decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from skytally.page_archive import read_words
from skytally.page_archive.cited_number_search import number_place, read_numbers, sentences
from skytally.page_archive.number_parsing import printed_numbers
from skytally.page_archive.visit_and_cited_number_rows import Words

READ = {
    "28,000 containers": 28000,
    "28.000 Container": 28000,
    "28 000 conteneurs": 28000,
    "28\u202f000 conteneurs": 28000,
    "28'000 Container": 28000,
    "28 thousand": 28000,
    "twenty-eight thousand": 28000,
    "a thousand shells": 1000,
    "two hundred and six": 206,
    "two dozen": 24,
    "9.4 million": 9_400_000,
    "1,2 млн": 1_200_000,
    "28 тыс. контейнеров": 28000,
    "двадцать восемь тысяч": 28000,
    "двадцяти восьми тисяч": 28000,
    "п\u2019ять вагонів": 5,
    "2만8천 개": 28000,
    "2만 8000개": 28000,
    "2만8,000여 개": 28000,
    "200만 발": 2_000_000,
    "삼천 발": 3000,
    "선박 두 척이": 2,
    "2.6 km": 2.6,
    "2,6 км": 2.6,
    "1,000.5": 1000.5,
    "1.000,5": 1000.5,
    "10-odd": 10,
    "\u0661\u0662 سفينة": 12,
}
"""What a page prints, and the number that it means."""
DATES = [
    "on 13 October 2023", "13 to 15 October", "October 13, 2023", "Oct. 13", "13 октября 2023 года",
    "13 жовтня", "2023-10-13", "13/10/2023", "13.10.2023", "at 13:43", "2023년 10월 13일",
    "in 2023", "в 2023 году", "May 2024",
]  # fmt: skip


@pytest.fixture(scope="module")
def known(root: Path) -> Words:
    """Words for numbers and counted things of the project."""
    return read_words(root / "data")


@pytest.mark.parametrize(("text", "value"), READ.items(), ids=READ)
def test_number_is_read_as_it_is_meant(known: Words, text: str, value: float) -> None:
    """Separators, multipliers and words of four languages."""
    assert value in {each.value for each in printed_numbers(text, known.numbers)}


@pytest.mark.parametrize("text", DATES)
def test_dates_and_times_are_no_numbers(known: Words, text: str) -> None:
    """A day of October is not so many containers."""
    assert printed_numbers(text, known.numbers) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2만8천 개", 8), ("2만8천 개", 2), ("five and six", 11), ("thousands of shells", 1000),
        ("28 thousand", 28), ("Su-27.5", 27500), ("3일 만에", 30000),
    ],
)  # fmt: skip
def test_number_is_not_read_as_another(known: Words, text: str, value: float) -> None:
    """Parts of a number, and words that only look like one."""
    assert value not in {each.value for each in printed_numbers(text, known.numbers)}


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
    known: Words, text: str, unit: str, wanted: float, state: str
) -> None:
    """The number must stand in one sentence with a word of its unit."""
    read = read_numbers(text, known.numbers)
    assert number_place(read, [wanted], known.units.of(unit)).state == state


def test_every_unit_that_pages_count_in_has_words(known: Words, root: Path) -> None:
    """A unit of a row with a number, so that none can only be found without its unit."""
    import pandas as pd

    record = root / "data" / "record"
    tables = [pd.read_csv(path, dtype=str) for path in record.glob("*.csv")]
    units = {
        unit for table in tables if {"value", "unit", "source_id"} <= {*table}
        for unit in table.loc[table["value"].notna(), "unit"].dropna()
    }  # fmt: skip
    assert len(units) > 20
    assert sorted(unit for unit in units if not known.units.of(unit)) == []


def test_sentences_end_where_readers_end_them() -> None:
    """Not after an abbreviation, nor within a number; a block ends one."""
    text = "Gen. Kim saw 2.6 km. He left.\nMenu\n그는 떠났다. 끝。그리고"
    shown = [text[start:end] for start, end in sentences(text)]
    assert shown == ["Gen. Kim saw 2.6 km.", "He left.", "Menu", "그는 떠났다.", "끝。", "그리고"]
