"""Letters that no picture can show, since no pinned font has them."""

from __future__ import annotations

from skytally.figures.non_latin_font_subsets import font_of

PLAIN_LETTERS = 0x24F
"""Last letter of Latin with its accents, all of which every font of ours has."""


def undrawn_letters(words: str) -> list[str]:
    """List the letters of words that a picture would show as a box.

    Parameters
    ----------
    words : str
        Any words.

    Returns
    -------
    list of str
        Each letter once, in the order of the words.

    Examples
    --------
    >>> undrawn_letters("Pier 1, Расон, 부두 1, 羅津, ميناء"), undrawn_letters("बंदरगाह")[:2]
    ([], ['ब', 'ं'])
    """
    letters = dict.fromkeys(letter for letter in words if ord(letter) > PLAIN_LETTERS)
    return [letter for letter in letters if font_of(letter) is None]
