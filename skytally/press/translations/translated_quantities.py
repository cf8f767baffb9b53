"""Numbers with bound and unit, read in the words of the English pages and put into a language."""

from __future__ import annotations

import re
from decimal import Decimal

from babel.numbers import format_decimal

from skytally.core import evidence_line_name_constants as n, unit_of
from skytally.press.translations.translated_term_tables import (
    NUMBER,
    QUANTITY,
    LanguageWords,
    NotTranslatedError,
    Wording,
)

DIGITS = r"\d[\d,]*(?:\.\d+)?"
PRINTED = re.compile(
    rf"(?:(?P<before>[a-z][a-z ]*?) )?(?P<first>{DIGITS})(?P<odd>-odd)?"
    rf"(?: to (?P<last>{DIGITS}))?(?P<more> or more)?"
)
"""A number as `skytally.core.quantity_text` and `skytally.core.interval` word it, its unit gone."""
NONE_OF = re.compile(r"no (?P<unit>[a-z].*)")
PERCENT = "percent"
DECIMALS = "#,##0.######"
"""Grouped as the language has it, without trailing zeros of decimals."""
PLAIN = Wording(QUANTITY, genitive=False)


def number_text(printed: str, language: str) -> str:
    """Write a number of the English pages as a language writes numbers.

    Examples
    --------
    >>> number_text("33,000", "ko"), number_text("2.6", "uk")
    ('33,000', '2,6')
    """
    value = Decimal(printed.replace(",", ""))
    return str(format_decimal(value, format=DECIMALS, locale=language))


def _without_unit(words: str, unit: str) -> str:
    """Words without the unit, in the plural or singular, that stands in them."""
    if unit == n.PROBABILITY:
        unit = PERCENT
    spellings = {unit, unit_of(unit).singular}
    for spelling in sorted(spellings, key=len, reverse=True):
        if match := re.fullmatch(rf"(.*\d\S*) {re.escape(spelling)}( or more)?", words):
            return match[1] + (match[2] or "")
    return words


def _softening(words: LanguageWords, match: re.Match[str]) -> Wording:
    """Look up the words before a number, or *-odd* behind it."""
    before, odd = match["before"], match["odd"]
    if before and odd:
        message = f"no words for {before!r} with {odd!r}"
        raise NotTranslatedError(message)
    if not (before or odd):
        return PLAIN
    word = before or odd
    return words.wording("bound" if before in n.BOUNDS else "softening", word)


def quantity_words(said: str, unit: str, words: LanguageWords) -> str:
    """Put a quantity of the English pages into a language, losing none of its words.

    Parameters
    ----------
    said : str
        The quantity in English words, such as ``about 73 railcars`` or ``65 to 81 railcars``.
    unit : str
        Its unit, a word of the vocabulary *unit*.
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
    if said in ("no number", "no interval"):
        return words.wording("interval", said).text
    none = NONE_OF.fullmatch(said)
    if none and none["unit"] in (unit, unit_of(unit).singular):
        said = "0"
    match = PRINTED.fullmatch(_without_unit(said, unit))
    if not match:
        message = f"no pattern for {said!r}"
        raise NotTranslatedError(message)
    soft = _softening(words, match)
    printed = [match["first"], *([match["last"]] if match["last"] else [])]
    span = words.wording("interval", f"{NUMBER} to {NUMBER}") if match["last"] else None
    more = words.wording("interval", f"{QUANTITY} or more") if match["more"] else PLAIN
    genitive = soft.genitive or more.genitive or (span is not None and span.genitive)
    last = float(printed[-1].replace(",", ""))
    form = words.unit_form(unit, last, genitive=genitive)
    text = span.text if span else NUMBER
    for each in printed:
        text = text.replace(NUMBER, number_text(each, words.language), 1)
    if NUMBER in soft.text:
        text = soft.text.replace(NUMBER, text)
    text = form.replace(NUMBER, text)
    for around in (soft, more):
        text = around.text.replace(QUANTITY, text) if QUANTITY in around.text else text
    return text
