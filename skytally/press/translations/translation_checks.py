"""Faults of the tables of the summary pages: languages, words, sentences, forms of units."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError

from skytally.core import (
    BRACE,
    Fault,
    data_folder,
    evidence_line_name_constants as n,
    look_alike_words,
    plain_spelling,
    scan,
    table_names,
    tables_without_dictionary,
    vocabulary_faults,
    words as vocabulary_words,
)
from skytally.press.translations.summary_sentence_reading_and_filling import (
    ENGLISH,
    FIELDS,
    PLACE,
    SummaryText,
    places,
    summary_texts,
    table_name,
)
from skytally.press.translations.translated_term_tables import CATEGORIES, FOLDER, NUMBER, QUANTITY

Row = Mapping[str, Any]
TYPED = re.compile(r"\d")
IN_BRACES = re.compile(rf"{BRACE.pattern}(?:(?!{BRACE.pattern})[^\n]){{0,80}}(?:{BRACE.pattern})?")
"""A brace of a sentence with what stands in it."""
CLOSED_SCALES = {
    "state": ("record", "state"),
    "verdict": ("claims", "verdict"),
    "reliability": ("record", "reliability"),
}
"""Scale to the folder and vocabulary of the words that it must have."""
LANGUAGES = "languages"
"""Table of the languages that have a page."""


def _rows(folder: Path, name: str) -> list[Row]:
    table = scan(folder / f"{name}.csv")[0]
    return [{str(key): cell for key, cell in row.items()} for row in table.to_dict("records")]


def language_faults(languages: Iterable[Row], *, pages: Collection[str]) -> Iterator[Fault]:
    """Faults of the table of languages: one that no rules of numbers are known for, no page."""
    name = f"{FOLDER}/{LANGUAGES}.csv"
    for row in languages:
        try:
            Locale.parse(row["id"])
        except (UnknownLocaleError, ValueError):
            advice = "write a language of ISO 639-1, such as ko"
            yield Fault(name, int(row["line"]), "id", repr(row["id"]), advice)
        else:
            if lacking := {*Locale.parse(row["id"]).plural_form.tags} - {*CATEGORIES}:
                found = f"plural categories {', '.join(sorted(lacking))}"
                advice = "add a column to unit_forms.csv and to CATEGORIES for each"
                yield Fault(name, int(row["line"]), "id", found, advice)
        if row["page"] not in pages:
            advice = f"write the page with ```{{translated-summary}} {row['id']}"
            found = f"no page book/{row['page']}.md"
            yield Fault(name, int(row["line"]), "page", found, advice)


def _missing(name: str, column: str, absent: Iterable[str], where: str) -> Iterator[Fault]:
    for word in absent:
        yield Fault(f"{FOLDER}/{name}.csv", 0, column, f"no row for {word!r}", f"add it{where}")


def word_faults(
    languages: Iterable[str], scales: Iterable[Row], *, wanted: Mapping[str, Collection[str]]
) -> Iterator[Fault]:
    """Faults of the words of the scales: one that a language lacks, or that lost its number."""
    rows = list(scales)
    every = {(row["scale"], row["word"]): None for row in rows}
    every |= {(scale, word): None for scale, known in wanted.items() for word in known}
    for language in languages:
        own = [row for row in rows if row["language"] == language]
        have = {(row["scale"], row["word"]) for row in own}
        absent = [f"{scale}: {word}" for scale, word in every if (scale, word) not in have]
        yield from _missing("closed_scale_words", "word", absent, f" in {language}")
    for row in rows:
        places_of = [
            text.count(NUMBER) + text.count(QUANTITY) for text in (row["word"], row["text"])
        ]
        due = max(places_of[0], 1 if row["scale"] in ("bound", "softening") else 0)
        if places_of[1] != due:
            found = f"{row['text']!r} with {places_of[1]} of {NUMBER} and {QUANTITY}"
            advice = f"write {due}, one for each number or date"
            yield Fault(f"{FOLDER}/closed_scale_words.csv", int(row["line"]), "text", found, advice)


def unit_faults(languages: Iterable[str], forms: Iterable[Row]) -> Iterator[Fault]:
    """Faults of the forms of units: a unit that a language lacks, a plural form left out."""
    rows = list(forms)
    units = dict.fromkeys(row["unit"] for row in rows)
    for language in languages:
        own = [row for row in rows if row["language"] == language]
        have = {row["unit"] for row in own}
        absent = [unit for unit in units if unit not in have]
        yield from _missing("unit_forms", "unit", absent, f" in {language}")
        used = {*Locale.parse(language).plural_form.tags, "other"}
        for row in own:
            for category in (each for each in CATEGORIES if each in used):
                if row[category].count(NUMBER) != 1:
                    found = repr(row[category])
                    advice = f"write the form with one {NUMBER} for the number"
                    yield Fault(
                        f"{FOLDER}/unit_forms.csv", int(row["line"]), category, found, advice
                    )


def _text_fault(text: SummaryText, certain: Mapping[str, str]) -> tuple[str, str]:
    """Fault of the words of a sentence and what to do about it; empty if they are in order."""
    plain = PLACE.sub("", text.text)
    if brace := IN_BRACES.search(plain):
        found, meant = f"a brace that names no finding, {brace[0]!r}", plain_spelling(brace[0])
        if alike := look_alike_words(brace[0]):
            found = f"{found}, in which {alike}"
        known = PLACE.fullmatch(meant)
        return found, f"write {meant if known else 'such as {rail-counts.railcars_highest:when}'}"
    if typed := TYPED.search(plain):
        return f"the typed digit {typed[0]!r}", "quote a finding by its key in braces"
    for beginning, instead in certain.items():
        if re.search(rf"(?<!\w){re.escape(beginning)}", plain, re.IGNORECASE):
            return f"{beginning!r}, a word of certainty", instead
    return "", ""


def sentence_faults(
    language: str,
    texts: Iterable[SummaryText],
    english: Mapping[str, SummaryText],
    *,
    certain: Mapping[str, str],
) -> Iterator[Fault]:
    """Faults of the sentences of a language: missing or unknown, other findings, typed numbers."""
    name, seen = f"{FOLDER}/{table_name(language)}.csv", set()
    for text in texts:
        seen.add(text.id)
        if text.id not in english:
            advice = f"write an id of {table_name(ENGLISH)}.csv, or add it there first"
            yield Fault(name, text.line, "id", repr(text.id), advice)
            continue
        own, theirs = Counter(places(text.text)), Counter(places(english[text.id].text))
        found, advice = _text_fault(text, certain)
        # a place that is misspelt is missing, too
        if own != theirs and not IN_BRACES.search(PLACE.sub("", text.text)):
            odd = next(iter((theirs - own) or (own - theirs)))
            word = "{" + ":".join(filter(None, odd)) + "}"
            counted = f"{own[odd]} of {word} where English has {theirs[odd]}"
            often = f"write it as often as English ({text.id})"
            yield Fault(name, text.line, "text", counted, often)
        if found:
            yield Fault(name, text.line, "text", found, advice)
    absent = [each for each in english if each not in seen]
    yield from _missing(
        table_name(language), "id", absent, f", as {table_name(ENGLISH)}.csv has it"
    )


def _english_faults(
    english: Iterable[SummaryText], keys: Collection[str], undeclared: Collection[str]
) -> Iterator[Fault]:
    name = f"{FOLDER}/{table_name(ENGLISH)}.csv"
    for text in english:
        for key, field in places(text.text):
            if key not in keys and key.partition(".")[0] not in undeclared:
                found, advice = f"no finding {key!r}", "write a key of data/findings"
                yield Fault(name, text.line, "text", found, advice)
            elif field not in FIELDS:
                found, advice = f"{field!r}", f"write {', '.join(FIELDS[1:])}, or nothing"
                yield Fault(name, text.line, "text", found, advice)
        found, advice = _text_fault(text, {})
        if found:
            yield Fault(name, text.line, "text", found, advice)


def _wanted_words() -> dict[str, Collection[str]]:
    """Words that every language needs: those of closed vocabularies and the bounds."""
    closed = {
        scale: vocabulary_words(data_folder() / folder).get(vocabulary, ())
        for scale, (folder, vocabulary) in CLOSED_SCALES.items()
    }
    return {"bound": n.BOUNDS, **closed}


def translation_faults(
    *, keys: Collection[str], pages: Collection[str], undeclared: Collection[str] = ()
) -> Iterator[Fault]:
    """Faults of all tables of the summary pages.

    Parameters
    ----------
    keys : collection of str
        Keys of the declared findings.
    pages : collection of str
        Names of the pages of the book, without ending.
    undeclared : collection of str
        Pages of evidence whose findings are known only after their notebooks ran.

    Yields
    ------
    Fault
        A table that its dictionary refuses is told as such, and not looked into.
    """
    folder = data_folder() / FOLDER
    if not folder.is_dir():
        return
    yield from tables_without_dictionary(folder)
    yield from vocabulary_faults(folder)
    broken = [fault for name in table_names(folder) for fault in scan(folder / f"{name}.csv")[1]]
    yield from broken
    if broken:
        return
    languages = _rows(folder, LANGUAGES)
    wrong = list(language_faults(languages, pages=pages))
    yield from wrong
    tables = table_names(folder)
    lacking = [row["id"] for row in languages if table_name(row["id"]) not in tables]
    for language in lacking:
        found, advice = f"no table {table_name(language)}.csv", "add it with its dictionary"
        yield Fault(f"{FOLDER}/{LANGUAGES}.csv", 0, "id", found, advice)
    if wrong or lacking or not languages:
        return
    names = [str(row["id"]) for row in languages]
    yield from word_faults(names, _rows(folder, "closed_scale_words"), wanted=_wanted_words())
    yield from unit_faults(names, _rows(folder, "unit_forms"))
    english = {text.id: text for text in summary_texts(ENGLISH, folder)}
    yield from _english_faults(english.values(), keys, undeclared)
    certainty = _rows(folder, "overclaiming_words")
    for language in names:
        certain = {r["beginning"]: r["instead"] for r in certainty if r["language"] == language}
        yield from sentence_faults(
            language, summary_texts(language, folder), english, certain=certain
        )
