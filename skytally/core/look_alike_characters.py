"""Characters that look like one of the keyboard and are none: which they are, what was meant."""

from __future__ import annotations

import re
import unicodedata

from skytally.core.text_csv_toml_json_reader import named_character

DASHES = re.compile(
    "[\u00ad\u02d7\u05be\u1400\u2010-\u2015\u2043\u2212\u2796\u2e3a\u2e3b\ufe58\ufe63\uff0d]"
)
"""Hyphens, dashes and minus signs other than that of the keyboard."""
LETTERS = str.maketrans(
    "АВЕЅІЈКМНОРСТУХҮԌԜаеѕіјорсухһԁԛԝүɡΑΒΕΖΗΙΚΜΝΟΡΤΥΧινορυϲ",  # noqa: RUF001
    "ABESIJKMHOPCTYXYGWaesijopcyxhdqwygABEZHIKMNOPTYXivopuc",
)
"""Letters of Cyrillic, Greek and phonetic script to the Latin ones that they are taken for."""
FORMS = ("<wide>", "<narrow>", "<font>")
"""Other forms of a character; one that is raised, such as the mark of a footnote, is none."""
LISTED = 3
"""Most characters that a message names."""


def plain_character(character: str) -> str:
    """Character of the keyboard that another looks like; the same where there is none."""
    if DASHES.fullmatch(character):
        return "-"
    if unicodedata.decomposition(character).startswith(FORMS):
        plain = unicodedata.normalize("NFKC", character)
        return plain if plain.isascii() else character
    return character.translate(LETTERS)


def plain_spelling(text: str) -> str:
    """Text with each look-alike put back to the character of the keyboard.

    Examples
    --------
    >>> plain_spelling("nothing\u2011seen"), plain_spelling("\uff13\uff10\uff10")
    ('nothing-seen', '300')
    """
    return text if text.isascii() else "".join(map(plain_character, text))


def look_alike_words(text: str) -> str:
    r"""Words on the look-alikes of a text, for a message; empty where it has none.

    Examples
    --------
    >>> look_alike_words("\u0441ounted")
    'U+0441 (cyrillic small letter es) only looks like c'
    """
    found = [each for each in dict.fromkeys(text) if plain_character(each) != each]
    shown = [
        f"{named_character(each)} only looks like {plain_character(each)}"
        for each in found[:LISTED]
    ]
    more = [f"{len(found) - LISTED} more do so"] if len(found) > LISTED else []
    return ", ".join([*shown, *more])
