"""Width of names in columns, and names wrapped to it, whatever script they are in."""

from __future__ import annotations

import textwrap
import unicodedata

UNDRAWN = ("Mn", "Me", "Cf")
"""Categories of marks that take no room of their own."""


def name_width(words: str) -> int:
    """Columns that words take in a font of one width, letters of East Asia taking two."""
    return sum(
        1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in words
        if unicodedata.category(letter) not in UNDRAWN
    )


def wrapped_name(words: str, columns: int) -> str:
    """Name in lines of at most so many columns, broken at spaces where there are any."""
    if name_width(words) == len(words):
        return textwrap.fill(words, columns)
    lines = [""]
    for word in words.split():
        if lines[-1] and name_width(f"{lines[-1]} {word}") <= columns:
            lines[-1] += f" {word}"
            continue
        lines.append("")
        for letter in word:
            if name_width(lines[-1] + letter) > columns:
                lines.append("")
            lines[-1] += letter
    return "\n".join(filter(None, lines))
