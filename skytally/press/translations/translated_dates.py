"""Dates in the words of the English pages, read back and put into a language."""

from __future__ import annotations

import datetime as dt
import re

from babel.dates import format_date, format_skeleton, get_month_names

from skytally.press.translations.translated_term_tables import (
    QUANTITY,
    LanguageWords,
    NotTranslatedError,
)

MONTHS = get_month_names("wide", locale="en")
NUMBER_OF = {str(name): number for number, name in MONTHS.items()}
DATE = re.compile(rf"(?:(?:(\d{{1,2}}) )?({'|'.join(NUMBER_OF)}) )?(\d{{4}})")
ABOUT = "about "
ALONE = ("no date",)
"""Words in place of a date."""
UNKNOWN_DAY = f"{QUANTITY}, day not known"
"""Word of the scale *date* for a year, or for years from one to another."""
WHOLE = (
    (UNKNOWN_DAY, re.compile(r"(.+), day not known")),
    (f"until {QUANTITY}", re.compile(r"until (.+)")),
    (f"from {QUANTITY}", re.compile(r"from (.+)")),
    (f"on or before {QUANTITY}", re.compile(r"on or before (.+)")),
    (f"between {QUANTITY} and {QUANTITY}", re.compile(r"between (.+) and (.+)")),
    (f"{QUANTITY} to {QUANTITY}", re.compile(r"(.+) to (.+)")),
)
"""Word of the scale *date*, and how it stands around dates, in the order in which it is tried."""
PLACED = re.compile(r"(?:on|in) (.+)")
"""Prepositions of English that carry nothing."""


def _one_date(date: str, words: LanguageWords, *, genitive: bool) -> str:
    """Day, month or year; a month stands in the case that the words around it govern."""
    match = DATE.fullmatch(date)
    if not match:
        message = f"no pattern for the date {date!r}"
        raise NotTranslatedError(message)
    day, month, year = match[1], NUMBER_OF.get(match[2] or "", 1), int(match[3])
    moment = dt.date(year, month, int(day or 1))
    if day:
        return str(format_date(moment, "long", locale=words.language))
    if not match[2]:
        return str(format_skeleton("y", moment, locale=words.language))
    pattern = str(words.locale.datetime_skeletons["yMMMM"].pattern)
    # CLDR has the name of a month alone, and as it stands beside a day: that is the genitive
    return str(
        format_date(
            moment, pattern.replace("LLLL", "MMMM") if genitive else pattern, locale=words.language
        )
    )


def _end(date: str, words: LanguageWords, *, genitive: bool) -> str:
    if not date.startswith(ABOUT):
        return _one_date(date, words, genitive=genitive)
    about = words.wording("date", f"about {QUANTITY}")
    inner = _one_date(date.removeprefix(ABOUT), words, genitive=genitive or about.genitive)
    return about.text.replace(QUANTITY, inner)


def _whole_dates(first: str, last: str) -> list[str]:
    """Two ends, the first with the month and year that English prints once."""
    if re.fullmatch(r"\d{1,2}", first):
        return [f"{first} {last.partition(' ')[2]}", last]
    if first in NUMBER_OF or re.fullmatch(r"\d{1,2} [A-Z][a-z]+", first):
        return [f"{first} {last[-4:]}", last]
    return [first, last]


def date_words(when: str, words: LanguageWords) -> str:
    """Put a date or a period of the English pages into a language, with its precision.

    Parameters
    ----------
    when : str
        As `skytally.core.when` and the findings on dates word it, such as
        ``August 2023 to 12 February 2024``.
    words : LanguageWords
        Words of the language.

    Returns
    -------
    str

    Raises
    ------
    NotTranslatedError
        If any of the words has no counterpart.
    """
    if when in ALONE:
        return words.wording("date", when).text
    for word, pattern in WHOLE:
        if match := pattern.fullmatch(when):
            around = words.wording("date", word)
            ends = list(match.groups())
            if word == UNKNOWN_DAY:
                return around.text.replace(QUANTITY, date_words(ends[0], words), 1)
            if len(ends) == 2:
                ends = _whole_dates(*ends)
            text = around.text
            for end in ends:
                text = text.replace(QUANTITY, _end(end, words, genitive=around.genitive), 1)
            return text
    placed = PLACED.fullmatch(when)
    return _end(placed[1] if placed else when, words, genitive=False)
