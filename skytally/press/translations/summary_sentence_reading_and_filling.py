"""Sentences of the summary pages, and how the numbers of findings are filled into them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skytally.core import DataError, read_table
from skytally.findings import interval_words
from skytally.press.translations.translated_dates import date_words
from skytally.press.translations.translated_quantities import quantity_words
from skytally.press.translations.translated_term_tables import (
    LanguageWords,
    NotTranslatedError,
    table_path,
)

ENGLISH = "en"
"""Language of the table that says which sentences there are, and in which order."""
WHEN, INTERVAL, COUNTER = "when", "interval", "counter"
FIELDS = ("", WHEN, INTERVAL, COUNTER)
"""What a sentence may ask of a finding; empty for its number."""
PLACE = re.compile(r"\{([a-z0-9-]+\.[a-z0-9_]+)(?::([a-z]*))?\}")
"""Where something of a finding stands in a sentence."""
NO_INTERVAL = "no interval"


@dataclass(frozen=True)
class SummaryText:
    """One sentence, heading or label of the pages."""

    id: str
    """The same in all languages."""
    part: str
    """Word of the vocabulary *summary_part*."""
    text: str
    """The words, with places for findings."""
    line: int
    """Line of the table."""


@dataclass(frozen=True)
class Piece:
    """A part of a filled sentence."""

    text: str
    """The words."""
    finding: str = ""
    """Key of the finding whose number they are; empty for words of the sentence."""


@dataclass(frozen=True)
class FindingFacts:
    """What sentences ask of a finding, in English."""

    row: Mapping[str, Any]
    """Entry of ``findings.json``."""
    counters: Mapping[str, str]
    """Id to English name of who counted or stated it."""


def table_name(language: str) -> str:
    """Name of the table of sentences of a language."""
    return f"summary_{language}"


def summary_texts(language: str, folder: Path) -> tuple[SummaryText, ...]:
    """Read the sentences of a language, in the order of its table.

    Parameters
    ----------
    language : str
        ISO 639-1; `ENGLISH` for the table that the others translate.
    folder : pathlib.Path
        Folder of the tables.

    Returns
    -------
    tuple of SummaryText
        Only those of English say what part of the page they are.
    """
    rows = read_table(table_path(table_name(language), folder)).to_dict("records")
    return tuple(
        SummaryText(str(row["id"]), str(row.get("part", "")), str(row["text"]), int(row["line"]))
        for row in rows
    )


def places(text: str) -> list[tuple[str, str]]:
    """Keys of the findings that a sentence names, each with what it asks of it.

    Examples
    --------
    >>> places("{rail.cars} ({rail.cars:when})")
    [('rail.cars', ''), ('rail.cars', 'when')]
    """
    return [(match[1], match[2] or "") for match in PLACE.finditer(text)]


def _english(facts: FindingFacts, field: str) -> str:
    if field == COUNTER:
        return ", ".join(facts.counters.values())
    if field == INTERVAL:
        # whose interval it is stands on the card
        return interval_words(facts.row).partition(" (")[0] or NO_INTERVAL
    words = str(facts.row["when" if field == WHEN else "said"])
    if not words:
        message = f"{facts.row['key']}: no {field or 'number'}; correct {table_name(ENGLISH)}.csv"
        raise DataError(message)
    return words


def _translated(facts: FindingFacts, field: str, words: LanguageWords) -> str:
    """Put what a sentence asks of a finding into the language."""
    if field == COUNTER:
        return ", ".join(words.counters.get(key, name) for key, name in facts.counters.items())
    english = _english(facts, field)
    if field == WHEN:
        return date_words(english, words)
    return quantity_words(english, str(facts.row["unit"]), words)


def _after(before: str, text: str) -> str:
    """Words after those that were filled in: a date that ends in a stop needs no second one."""
    return text.removeprefix(".") if before.endswith(".") else text


def _pieces(text: str, fill: Any) -> Iterator[Piece]:
    at, before = 0, ""
    for match in PLACE.finditer(text):
        yield Piece(_after(before, text[at : match.start()]))
        field = match[2] or ""
        before = fill(match[1], field)
        yield Piece(before, match[1] if field != COUNTER else "")
        at = match.end()
    yield Piece(_after(before, text[at:]))


def filled_english(text: str, facts: Mapping[str, FindingFacts]) -> list[Piece]:
    """Fill an English sentence."""
    found = _pieces(text, lambda key, field: _english(facts[key], field))
    return [piece for piece in found if piece.text]


def filled_summary(
    text: str, facts: Mapping[str, FindingFacts], words: LanguageWords
) -> list[Piece] | None:
    """Fill a sentence in another language.

    Parameters
    ----------
    text : str
        The sentence with its places.
    facts : mapping of str to FindingFacts
        What the sentences ask of the findings.
    words : LanguageWords
        Words of the language.

    Returns
    -------
    list of Piece or None
        None where a word of a finding has no counterpart: no bound is ever left out, so the
        English sentence stands there instead.
    """
    try:
        found = list(_pieces(text, lambda key, field: _translated(facts[key], field, words)))
    except NotTranslatedError:
        return None
    return [piece for piece in found if piece.text]


def joined(pieces: Sequence[Piece]) -> str:
    """Words of a filled sentence."""
    return "".join(piece.text for piece in pieces)
