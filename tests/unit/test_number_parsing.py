"""Numbers on pages: every way to print one is read, and dates are not."""

from __future__ import annotations

import pytest

from skytally.page_archive.number_parsing import printed_numbers
from skytally.page_archive.table_rows_from_one_visit import Words

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


@pytest.mark.parametrize(("text", "value"), READ.items(), ids=READ)
def test_number_is_read_as_it_is_meant(archive_words: Words, text: str, value: float) -> None:
    """Separators, multipliers and words of four languages."""
    assert value in {each.value for each in printed_numbers(text, archive_words.numbers)}


@pytest.mark.parametrize("text", DATES)
def test_dates_and_times_are_no_numbers(archive_words: Words, text: str) -> None:
    """A day of October is not so many containers."""
    assert printed_numbers(text, archive_words.numbers) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2만8천 개", 8), ("2만8천 개", 2), ("five and six", 11), ("thousands of shells", 1000),
        ("28 thousand", 28), ("Su-27.5", 27500), ("3일 만에", 30000),
    ],
)  # fmt: skip
def test_number_is_not_read_as_another(archive_words: Words, text: str, value: float) -> None:
    """Parts of a number, and words that only look like one."""
    assert value not in {each.value for each in printed_numbers(text, archive_words.numbers)}
