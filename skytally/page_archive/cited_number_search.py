"""Where the number of a row stands in the text of a page, and how sure that is."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from skytally.page_archive.number_parsing import NumberWords, PrintedNumber, printed_numbers

FOUND, WITHOUT_UNIT, NOT_FOUND = "found", "without-unit", "not-found"
NOT_PRINTED, NOT_READABLE = "not-printed", "not-readable"
SAME = 1e-9
"""Two numbers that differ by no more, relative to the larger, are one."""
SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'\u201d\u2019)\]]*\s+|(?<=[\u3002\uff01\uff1f])|\n")
"""Where a sentence may end: a mark and a blank, or the end of a block of the page."""
SHORT_POINT = re.compile(
    r"\b(?:[A-Z]|No|U\.S|St|Mr|Ms|Dr|Gen|Lt|Col|Sept?|Oct|Nov|Dec|кв|тыс|тис|г)\.$"  # noqa: RUF001
)
"""A point that ends an abbreviation rather than a sentence."""
PHRASES = re.compile(r" per | and ")


@dataclass(frozen=True)
class UnitWords:
    """Words for counted things: per unit of the record, those that show that it is meant."""

    by_unit: Mapping[str, tuple[str, ...]]
    """Unit to words; a star stands for any further letters, # for the number before it."""

    def of(self, unit: str) -> tuple[str, ...]:
        """Words of a unit; of *ships per week* those of ships, where it has none of its own."""
        return self.by_unit.get(unit) or self.by_unit.get(PHRASES.split(unit)[0], ())


def unit_words(
    rows: Iterable[Mapping[str, object]], units: Iterable[Mapping[str, object]]
) -> UnitWords:
    """Collect the rows of the table *words_for_cited_units*, and each unit's own names.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of ``words_for_cited_units``.
    units : iterable of mapping
        Rows of ``units`` of the record.
    """
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(str(row["unit"]), []).append(str(row["word"]))
    for row in units:
        unit, singular = str(row["unit"]), str(row["singular"])
        own = [f"{word}*" for word in (unit, singular) if len(word) > 3 and " per " not in word]
        found.setdefault(unit, []).extend(own)
    return UnitWords({unit: tuple(dict.fromkeys(words)) for unit, words in found.items() if words})


@dataclass(frozen=True)
class NumberPlace:
    """Where a number was found."""

    state: str
    """`FOUND`, `WITHOUT_UNIT`, `NOT_FOUND`, `NOT_PRINTED` or `NOT_READABLE`."""
    printed: str = ""
    """The number as the page prints it."""
    start: int = -1
    """Place of its first character in the text; -1 where it was not found."""
    end: int = -1
    """Place after its last character."""
    sentence: tuple[int, int] = (0, 0)
    """Place of the sentence in which it stands."""
    times: int = 0
    """In how many places it stands so."""


def sentences(text: str) -> list[tuple[int, int]]:
    """Places of the sentences of a text, in order.

    Examples
    --------
    >>> text = "About 73 railcars. Gen. Kim saw 2.6 km."
    >>> [text[start:end] for start, end in sentences(text)]
    ['About 73 railcars.', 'Gen. Kim saw 2.6 km.']
    """
    found, start = [], 0
    for mark in SENTENCE_END.finditer(text):
        goes_on = text[mark.end() : mark.end() + 1].islower() and "\n" not in mark[0]
        if goes_on or SHORT_POINT.search(text[max(start, mark.start() - 6) : mark.start()]):
            continue
        if text[start : mark.start()].strip():
            found.append((start, mark.start()))
        start = mark.end()
    if text[start:].strip():
        found.append((start, len(text)))
    return found


def sentence_hash(text: str) -> str:
    """SHA-256 of a sentence, its blanks made one."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


def _word_pattern(word: str) -> str:
    body = re.escape(word.lstrip("#").rstrip("*"))
    if word.startswith("#"):
        # a letter after it would make it another word, except in Korean, which adds particles
        return rf"\d[\s-]?{body}(?![^\W\d_가-힣])"
    before = r"(?<!\w)" if body[0].isalnum() and not "가" <= body[0] <= "힣" else ""
    after = "" if word.endswith("*") or "가" <= body[-1] <= "힣" else r"(?!\w)"
    return f"{before}{body}{after}"


def unit_pattern(words: Sequence[str]) -> re.Pattern[str] | None:
    """Pattern of any word of a unit; None where the unit has no words."""
    if not words:
        return None
    return re.compile("|".join(map(_word_pattern, words)), re.IGNORECASE)


def _is(number: PrintedNumber, value: float) -> bool:
    return abs(number.value - value) <= SAME * max(abs(number.value), abs(value))


def _places(
    numbers: Sequence[PrintedNumber], wanted: Sequence[float], within: tuple[int, int]
) -> list[PrintedNumber]:
    """Places of all wanted numbers in one sentence; of a range both must stand there."""
    first = bisect_left(numbers, within[0], key=lambda each: each.start)
    last = bisect_left(numbers, within[1], lo=first, key=lambda each: each.start)
    here = [each for each in numbers[first:last] if each.end <= within[1]]
    chosen = [[each for each in here if _is(each, value)] for value in wanted]
    if not all(chosen):
        return []
    if len(wanted) == 1:
        return chosen[0]
    parts = [each[0] for each in chosen]
    return [PrintedNumber(wanted[0], min(p.start for p in parts), max(p.end for p in parts))]


@dataclass(frozen=True)
class ReadText:
    """Text of a page with its numbers and sentences, read once for all rows that cite it."""

    text: str
    """The text."""
    numbers: tuple[PrintedNumber, ...]
    """Its numbers in every reading."""
    sentences: tuple[tuple[int, int], ...]
    """Places of its sentences."""


def read_numbers(text: str, words: NumberWords) -> ReadText:
    """Read the numbers and sentences of a text."""
    return ReadText(text, tuple(printed_numbers(text, words)), tuple(sentences(text)))


def number_place(read: ReadText, wanted: Sequence[float], words: Sequence[str]) -> NumberPlace:
    """Search a number, or both ends of a range, in the text of a page.

    Parameters
    ----------
    read : ReadText
        The text.
    wanted : sequence of float
        The number; of a range both.
    words : sequence of str
        Words for what is counted.

    Returns
    -------
    NumberPlace
        `FOUND` where it stands in one sentence with such a word: the first such place, and how
        many there are. `WITHOUT_UNIT` where it stands in the text, but in no such sentence.

    Examples
    --------
    >>> read = read_numbers("In 2023 they saw 73 railcars.", NumberWords())
    >>> number_place(read, [73.0], ["railcar*"]).state
    'found'
    >>> number_place(read, [73.0], ["container*"]).state, number_place(read, [2023.0], []).state
    ('without-unit', 'not-found')
    """
    pattern = unit_pattern(words)
    sure: list[tuple[PrintedNumber, tuple[int, int]]] = []
    unsure: list[tuple[PrintedNumber, tuple[int, int]]] = []
    for within in read.sentences:
        for place in _places(read.numbers, wanted, within):
            meant = pattern is not None and pattern.search(read.text, *within)
            (sure if meant else unsure).append((place, within))
    state, listed = (FOUND, sure) if sure else (WITHOUT_UNIT, unsure)
    if not listed:
        return NumberPlace(NOT_FOUND)
    place, within = listed[0]
    return NumberPlace(
        state, read.text[place.start : place.end], place.start, place.end, within, len(listed)
    )
