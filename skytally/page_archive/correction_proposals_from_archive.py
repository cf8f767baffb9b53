"""Numbers that a page no longer prints: proposals for a person, never an update of the record."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from skytally.core import DataError
from skytally.page_archive.cited_addresses_and_numbers import CitedAddress, CitedNumber
from skytally.page_archive.cited_number_search import (
    FOUND,
    NOT_FOUND,
    WITHOUT_UNIT,
    read_numbers,
    sentences,
    unit_pattern,
)
from skytally.page_archive.table_rows_from_one_visit import Words, number_text, text_of
from skytally.page_archive.visit_and_cited_number_tables import ArchiveRows, Row, kept
from skytally.page_archive.warc_files import read_copy

PROPOSALS = "corrections_to_consider.csv"
"""File of the proposals in the folder of the copies; it quotes pages, so it is not in git."""
COLUMNS = ("table", "row", "column", "old", "new", "why", "source", "page_says")
"""Columns of the table *corrections*, into which a person may take a line over."""
ALIKE = 0.5
"""Least likeness of two sentences that are taken for one in two versions."""


@dataclass(frozen=True)
class CorrectionProposal:
    """A number of the record that its page printed and prints no longer."""

    table: str
    """Table of the row."""
    row: str
    """Id of the row."""
    column: str
    """Column of the number."""
    old: str
    """The number, as the record has it."""
    new: str
    """The one number that the sentence has instead; empty where that is not plain."""
    why: str
    """When it was found and when not."""
    source: str
    """Id of the source."""
    page_says: str
    """The sentence then and now; empty where the copies are not on this machine."""


def _text(folder: Path, visit: Row) -> str:
    path = folder / visit["file"]
    if not visit["file"] or not path.is_file():
        return ""
    try:
        return text_of(read_copy(path)[0]).text
    except DataError:
        return ""


def _sentence_at(text: str, start: str) -> str:
    place = int(start)
    return next((text[a:b] for a, b in sentences(text) if a <= place < b), "")


def _likest(sentence: str, text: str) -> str:
    """Sentence of a text that is most like another; empty where none is."""
    listed = [text[a:b] for a, b in sentences(text)]
    matched = difflib.get_close_matches(sentence, listed, n=1, cutoff=ALIKE)
    return matched[0] if matched else ""


def _replacing(sentence: str, before: str, number: CitedNumber, words: Words) -> str:
    """Return the one new number of a sentence that speaks of the same things."""
    pattern = unit_pattern(words.units.of(number.unit))
    if not sentence or pattern is None or not pattern.search(sentence):
        return ""
    then = {each.value for each in read_numbers(before, words.numbers).numbers}
    now = read_numbers(sentence, words.numbers).numbers
    # of several readings of one place the last is the one with separators between thousands
    by_place = {(each.start, each.end): each.value for each in now if each.value not in then}
    values = set(by_place.values())
    return number_text((values.pop(),)) if len(values) == 1 else ""


def _proposals_of(
    cited: CitedAddress, copies: list[Row], rows: ArchiveRows, words: Words, folder: Path
) -> Iterator[CorrectionProposal]:
    """Yield proposals from the whole copies of one page, oldest first."""
    last = copies[-1]
    for number in cited.numbers:
        looked = [rows.numbers_of.get((cited.url, copy["fetched"], number.row)) for copy in copies]
        now = looked[-1]
        wanted = number_text(number.wanted)
        if now is None or now["found"] not in (NOT_FOUND, WITHOUT_UNIT) or now["number"] != wanted:
            continue
        found = [
            (copy, each) for copy, each in zip(copies, looked, strict=True)
            if each is not None and each["found"] == FOUND and each["number"] == wanted
        ]  # fmt: skip
        if found:
            yield _proposal(cited, number, found[-1], last, words, folder)


def _proposal(
    cited: CitedAddress, number: CitedNumber, found: tuple[Row, Row], last: Row, words: Words,
    folder: Path,
) -> CorrectionProposal:  # fmt: skip
    copy, place = found
    before = _sentence_at(_text(folder, copy), place["start"])
    now = _likest(before, _text(folder, last)) if before else ""
    source = next(
        (each.partition(":")[2] for each in cited.cited_by if each.startswith("sources:")), ""
    )
    says = f"{copy['fetched']}: {before} | {last['fetched']}: {now or 'no such sentence'}"
    one = len(number.wanted) == 1
    return CorrectionProposal(
        number.table, number.row, "value" if one else "low and high", place["number"],
        _replacing(now, before, number, words) if one else "",
        f"the page printed {place['printed']} on {copy['fetched']} and does not print it in such "
        f"a sentence on {last['fetched']}",
        source, " ".join(says.split()) if before else "",
    )  # fmt: skip


def correction_proposals(
    addresses: Iterable[CitedAddress], rows: ArchiveRows, words: Words, *, copies: Path
) -> list[CorrectionProposal]:
    """Propose corrections where a page printed the number of a row and no longer does.

    Parameters
    ----------
    addresses : iterable of CitedAddress
        What the data cite.
    rows : ArchiveRows
        The archive.
    words : Words
        Words for numbers and counted things.
    copies : Path
        Folder of the copies, from which the sentences are read.

    Returns
    -------
    list of CorrectionProposal
        Only whole copies are compared: a page that is gone or behind a wall says nothing about
        its number. A row whose number was corrected since has none.
    """
    proposals: list[CorrectionProposal] = []
    for cited in addresses:
        whole = kept(rows.by_address.get(cited.url, []))
        if len(whole) > 1:
            proposals += _proposals_of(cited, whole, rows, words, copies)
    return proposals


def proposals_csv(proposals: Iterable[CorrectionProposal]) -> str:
    """Write proposals as lines of the table *corrections*; formulas are made harmless."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in proposals:
        cells: Mapping[str, str] = vars(each)
        writer.writerow([_harmless(str(cells[name])) for name in COLUMNS])
    return buffer.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
