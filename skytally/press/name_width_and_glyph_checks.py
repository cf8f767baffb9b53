"""Names that charts, cards and addresses show: short enough to be drawn whole, in any script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from skytally.core import Fault, data_folder, scan, table_names
from skytally.figures import name_width, undrawn_letters

DRAWN = ("name", "label", "short")
"""Columns whose words stand in legends and along axes."""
ADDRESSED = ("id", "slug")
"""Columns whose words stand in addresses and names of files."""
WIDEST = 80
"""Most columns of a name, a letter of East Asia taking two: as many as a legend has room for."""
LONGEST_ID = 80
"""Most letters of an id: file systems take 255 bytes, and some of a card's name is ours."""
FOLDERS = ("record", "charts", "claims", "sites")


SCRIPTS = (
    "write the name in Latin, Greek, Cyrillic, Hebrew, Arabic, Korean, Chinese or Japanese letters"
)
"""What to do about a letter that no pinned font has."""


def _codes(letters: list[str]) -> str:
    codes = ", ".join(f"{letter!r} (U+{ord(letter):04X})" for letter in letters[:5])
    return f"{codes}, which no font of the book can draw"


def _fault_of(column: str, words: str) -> tuple[str, str]:
    """Return what was found in a cell and what to do; nothing where it can be drawn."""
    shown = f"{words[:40]!r}"
    if column in ADDRESSED and len(words) > LONGEST_ID:
        return f"{len(words)} letters, {shown} …", f"write at most {LONGEST_ID}"
    if column in DRAWN and name_width(words) > WIDEST:
        found = f"a name {name_width(words)} columns wide, {shown} …"
        return found, f"shorten it to {WIDEST}, so that charts have room for it"
    if column in DRAWN and words.startswith("_"):
        return f"{shown}, which legends leave out", "begin it with a letter"
    if column in DRAWN and (letters := undrawn_letters(words)):
        return _codes(letters), SCRIPTS
    return "", ""


def name_faults() -> Iterator[Fault]:
    """Faults of names and ids that no chart or address has room for.

    Yields
    ------
    Fault
        One per cell, with file, line and column.
    """
    for folder in FOLDERS:
        for name in table_names(data_folder() / folder):
            table, _ = scan(data_folder() / folder / f"{name}.csv")
            for column in (each for each in (*DRAWN, *ADDRESSED) if each in table):
                cells = table[column].astype(str).tolist()
                for line, words in zip(table["line"].tolist(), cells, strict=True):
                    found, advice = _fault_of(column, words)
                    if found:
                        yield Fault(f"{folder}/{name}.csv", int(line), column, found, advice)


def picture_faults(outlines: Iterable[tuple[str, str]], *, title: str) -> Iterator[str]:
    """Yield faults of names on pictures with letters that no pinned font has.

    Parameters
    ----------
    outlines : iterable of (str, str)
        Slug of a site and name of an outline, which stands on the plan of the site.
    title : str
        Title of the book, which stands on the picture of shared links.

    Yields
    ------
    str
        One sentence a name.
    """
    places = [(f"sites/{slug}.geojson, outline {name!r}", name) for slug, name in outlines]
    for where, words in [*places, ("book/_config.yml, title", title)]:
        if letters := undrawn_letters(words):
            yield f"{where}: found {_codes(letters)}; {SCRIPTS}"
