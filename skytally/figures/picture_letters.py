"""Letters that a picture of pixels cannot show: its font lacks them, or they run from the right."""

from __future__ import annotations

import unicodedata
from functools import cache

PLAIN_LETTERS = 0x24F
"""Last letter of Latin with its accents, all of which every font of ours has."""
FROM_THE_RIGHT = frozenset({"R", "AL", "AN"})
"""Classes of direction (Unicode Standard Annex 9) of letters that are written from the right."""


@cache
def _glyphs() -> frozenset[int]:
    """Code points for which the font of static pictures has a drawing."""
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())


def undrawn_letters(words: str) -> list[str]:
    """List the letters of words that Matplotlib would draw as a box, or in the wrong order.

    Charts keep words as words, which a browser sets in fonts of its own; this is about pictures
    made of pixels: plans over an image, and the picture of shared links.

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
    >>> undrawn_letters("Pier 1, Расон"), undrawn_letters("부두 1")
    ([], ['부', '두'])
    """
    letters = dict.fromkeys(letter for letter in words if ord(letter) > PLAIN_LETTERS)
    return [
        letter
        for letter in letters
        if unicodedata.bidirectional(letter) in FROM_THE_RIGHT or ord(letter) not in _glyphs()
    ]
