"""From a visit to its rows: state, hashes, and where the numbers of the record stand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from skytally.core import read_table
from skytally.page_archive.cited_addresses_and_numbers import CitedAddress, CitedNumber
from skytally.page_archive.cited_number_search import (
    NOT_PRINTED,
    NOT_READABLE,
    NumberPlace,
    UnitWords,
    number_place,
    read_numbers,
    sentence_hash,
    unit_words,
)
from skytally.page_archive.number_parsing import NumberWords, number_words
from skytally.page_archive.page_text import NOTHING, PageText, page_text
from skytally.page_archive.polite_fetch import Visit
from skytally.page_archive.visit_and_cited_number_tables import Row, kept
from skytally.page_archive.visit_outcome import KEPT_PARTLY, KEPT_WHOLE, final_answer, page_state
from skytally.page_archive.warc_files import sha256_of
from skytally.web import MAX_CELL, one_line, url_without_query

FIRST, SAME, CHANGED = "first", "same", "changed"


@dataclass(frozen=True)
class Words:
    """Words by which numbers are recognised."""

    numbers: NumberWords
    """Words for numbers and months."""
    units: UnitWords
    """Words for counted things."""


def read_words(data: Path) -> Words:
    """Read the tables of words for numbers, months and counted things."""
    tables = [
        [{str(k): v for k, v in row.items()} for row in read_table(path).to_dict("records")]
        for path in (
            data / "number_and_month_words.csv", data / "words_for_cited_units.csv",
            data / "record" / "units.csv",
        )
    ]  # fmt: skip
    return Words(number_words(tables[0]), unit_words(tables[1], tables[2]))


def text_of(visit: Visit) -> PageText:
    """Text of the last answer of a visit."""
    answer = final_answer(visit)
    if answer is None:
        return NOTHING
    return page_text(
        answer.body,
        content_type=answer.header("content-type"),
        content_encoding=answer.header("content-encoding"),
        whole=not answer.truncated,
    )


def number_text(wanted: Sequence[float]) -> str:
    """Numbers that are looked for, as a cell has them.

    Examples
    --------
    >>> number_text((2.6,)), number_text((250000.0, 300000.0))
    ('2.6', '250000 300000')
    """
    return " ".join(f"{number:.9f}".rstrip("0").rstrip(".") for number in wanted)


def _cell(text: str) -> str:
    line = one_line(text, limit=MAX_CELL)
    return f"'{line}" if line.startswith(("=", "+", "@", "-")) else line


def _safe_address(url: str) -> str:
    """Address on one line, without a user and password."""
    return one_line(url_without_query(url) if "@" in url.partition("?")[0] else url, limit=2000)


def visit_row(
    visit: Visit, page: PageText, *, cited_by: Sequence[str], before: Sequence[Row], file: str
) -> Row:
    """Row of a visit.

    Parameters
    ----------
    visit : Visit
        What came of it.
    page : PageText
        Its text.
    cited_by : sequence of str
        Rows that cite its address.
    before : sequence of mapping
        Rows of earlier visits of that address, oldest first.
    file : str
        Name of its copy; empty where nothing answered.
    """
    state, detail = page_state(visit, page)
    row = {
        "address": visit.url, "fetched": visit.fetched, "cited_by": " ".join(cited_by),
        "state": state, "detail": _cell(detail), "file": file,
    }  # fmt: skip
    answer = final_answer(visit)
    if answer is None:
        return row
    text_hash = hashlib.sha256(page.text.encode()).hexdigest() if page.text else ""
    row |= {
        "status": str(answer.status),
        "final_address": _safe_address(answer.url),
        "media_type": _cell(answer.header("content-type").partition(";")[0].strip().lower()[:80]),
        "charset": page.charset,
        "bytes": str(len(answer.body)),
        "sha256": sha256_of(answer.body),
        "text_sha256": text_hash,
    }
    if text_hash and state in (*KEPT_WHOLE, *KEPT_PARTLY):
        texts = [each["text_sha256"] for each in kept(before, partly=True) if each["text_sha256"]]
        row["compared"] = (SAME if texts[-1] == text_hash else CHANGED) if texts else FIRST
    return row


def _number_row(visit: Row, number: CitedNumber, place: NumberPlace, text: str) -> Row:
    row = {
        "address": visit["address"], "fetched": visit["fetched"], "row": number.row,
        "number": number_text(number.wanted), "found": place.state,
    }  # fmt: skip
    if place.start < 0:
        return row
    first, last = place.sentence
    return row | {
        "printed": _cell(place.printed[:60]), "start": str(place.start), "end": str(place.end),
        "sentence_sha256": sentence_hash(text[first:last]), "times": str(place.times),
    }  # fmt: skip


def number_rows(
    visit: Row, page: PageText, numbers: Iterable[CitedNumber], words: Words
) -> list[Row]:
    """Rows of the numbers that the record took from a page; none where no page was kept.

    Parameters
    ----------
    visit : mapping
        Row of the visit.
    page : PageText
        Text of its copy.
    numbers : iterable of CitedNumber
        Numbers to look for.
    words : Words
        Words for numbers and counted things.
    """
    if visit["state"] not in (*KEPT_WHOLE, *KEPT_PARTLY):
        return []
    read = read_numbers(page.text, words.numbers)
    rows = []
    for number in numbers:
        if not number.wanted:
            place = NumberPlace(NOT_PRINTED)
        elif not page.text:
            place = NumberPlace(NOT_READABLE)
        else:
            place = number_place(read, number.wanted, words.units.of(number.unit))
        rows.append(_number_row(visit, number, place, page.text))
    return rows


def rows_of_visit(
    visit: Visit, cited: CitedAddress, words: Words, *, before: Sequence[Row], file: str
) -> tuple[Row, list[Row]]:
    """Row of a visit and those of the numbers on its page."""
    page = text_of(visit)
    row = visit_row(visit, page, cited_by=cited.cited_by, before=before, file=file)
    return row, number_rows(row, page, cited.numbers, words)
