"""Pinned fonts for letters beyond Latin, Greek and Cyrillic, and the parts of them that are shown.

Which fonts a reader or a machine has is never known. Matplotlib brings DejaVu Sans, which has
Hebrew and Arabic; Noto Sans CJK is pinned in the lock for Korean, Chinese and Japanese. Only the
letters that are shown leave the font files, which are too large for any page.
"""

from __future__ import annotations

import base64
import importlib.util
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType

from skytally.core import DataError

ESCAPED = re.compile(r"\\u([0-9a-f]{4})")
"""A letter in JSON, or half of one that has two."""
FAMILY = "Skytally letters"
"""Name under which pictures and pages use the fonts; no system has a font of this name."""
EAST_ASIA = "cvttf_NotoSansCJK_Regular"
"""Package that brings Noto Sans CJK TC (SIL Open Font License 1.1)."""
LAST_PLAIN = 0x52F
"""Last letter of Cyrillic; every font of ours and every reader's has the letters up to it."""
SYMBOLS = range(0x1D00, 0x2C00)
"""Accented Latin and Greek, punctuation, arrows and signs, which need no font of their own."""
SIGNS_OF_EAST_ASIA = (range(0x3000, 0x3040), range(0xFF00, 0xFFF0))
KEPT_NAMES = (0, 1, 2, 13, 14)
"""Entries of a font that say whose it is and under which licence: they stay in each part."""


NO_PARTS: Mapping[Path, bytes] = MappingProxyType({})


def special_letters(words: str) -> str:
    """Letters of words for which a picture or a page brings a font, each once, in order of code.

    Examples
    --------
    >>> special_letters("Pier 1 (Расон), 부두 1, 羅津"), special_letters("≥ 5 µm → Ñ")
    ('津羅두부', '')
    """
    return "".join(sorted(filter(_is_special, set(words))))


def unescaped_letters(text: str) -> str:
    r"""Letters that JSON within a text holds as escapes.

    Examples
    --------
    >>> unescaped_letters(r'{"name":"\ubd80\ub450"}')
    '부두'
    """
    halves = "".join(chr(int(code, 16)) for code in ESCAPED.findall(text))
    return halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _is_special(letter: str) -> bool:
    code = ord(letter)
    if code <= LAST_PLAIN or code in SYMBOLS:
        return False
    signs = any(code in block for block in SIGNS_OF_EAST_ASIA)
    return signs or unicodedata.category(letter)[0] in "LM"


@cache
def pinned_fonts() -> tuple[Path, ...]:
    """Files of the fonts, in the order in which a letter is looked for.

    Raises
    ------
    DataError
        If the font for East Asia is not installed: its letters would be missing in silence.
    """
    import matplotlib as mpl

    found = importlib.util.find_spec(EAST_ASIA)
    folders = list(found.submodule_search_locations or ()) if found else []
    noto = [file for folder in folders for file in sorted(Path(folder).glob("*.otf"))]
    if not noto:
        message = f"{EAST_ASIA} with its font is not installed; install requirements.txt"
        raise DataError(message)
    return (Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", *noto)


@cache
def _letters_of(font: Path) -> frozenset[int]:
    from matplotlib.font_manager import get_font

    return frozenset(get_font(font).get_charmap())


def font_of(letter: str) -> Path | None:
    """First pinned font that has a letter; None where no font has it."""
    return next((font for font in pinned_fonts() if ord(letter) in _letters_of(font)), None)


@lru_cache(maxsize=64)
def font_part(font: Path | bytes, letters: str) -> bytes:
    """Part of a font that has only some letters, the same bytes for the same letters.

    Parameters
    ----------
    font : pathlib.Path or bytes
        One of `pinned_fonts`, or a part of one.
    letters : str
        The letters; the shapes in which Arabic joins them come with them.

    Returns
    -------
    bytes
        An OpenType font. It is not compressed, since libraries compress differently.
    """
    from fontTools import subset

    options = subset.Options()
    options.name_IDs = list(KEPT_NAMES)
    options.notdef_outline = True
    options.hinting = False
    options.drop_tables = [*options.drop_tables, "FFTM"]
    file = str(font) if isinstance(font, Path) else io.BytesIO(font)
    with subset.load_font(file, options, dontLoadGlyphNames=True) as whole:
        part = subset.Subsetter(options)
        part.populate(text=letters)
        part.subset(whole)
        buffer = io.BytesIO()
        subset.save_font(whole, buffer, options)
    return buffer.getvalue()


def _ranges(letters: Iterable[str]) -> str:
    return ",".join(f"U+{ord(letter):X}" for letter in letters)


def letters_of_fonts(words: str) -> dict[Path, str]:
    """Letters of words that need a font, by the pinned font that has them."""
    found: dict[Path, str] = {}
    for letter in special_letters(words):
        if font := font_of(letter):
            found[font] = found.get(font, "") + letter
    return found


def font_faces(words: str, parts: Mapping[Path, bytes] = NO_PARTS) -> str:
    """Rules of CSS that bring the letters of words which need a font; empty where none does.

    Parameters
    ----------
    words : str
        Everything that is shown.
    parts : mapping of pathlib.Path to bytes
        Parts of the fonts that have all these letters: much is faster taken out of them.

    Returns
    -------
    str
        One ``@font-face`` of `FAMILY` for each font, the font itself within it, so that it works
        in a picture and in a page on a disk.
    """
    return "".join(
        f'@font-face{{font-family:"{FAMILY}";unicode-range:{_ranges(letters)};'
        f"src:url(data:font/otf;base64,{_encoded(parts.get(font, font), letters)})}}\n"
        for font, letters in letters_of_fonts(words).items()
    )


def _encoded(font: Path | bytes, letters: str) -> str:
    return base64.b64encode(font_part(font, letters)).decode()


@cache
def register_letters() -> None:
    """Make the font for East Asia known to Matplotlib under a name that no system has."""
    from matplotlib.font_manager import FontEntry, fontManager

    for font in pinned_fonts()[1:]:
        for weight in (400, 700):  # it has one weight, which stands for bold, too
            fontManager.ttflist.append(FontEntry(fname=str(font), name=FAMILY, weight=weight))
