"""Spellings of a ship's name that look alike and are not equal: each would be a ship of its own."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping

import pandas as pd

from skytally.core import Fault, plain_spelling

COLUMNS = "vessel", "other_ship"
"""Columns with names of ships, by which rows are selected and counted."""
DASHES = re.compile(r"\s*[-\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d]\s*|\s+")
"""Hyphens and dashes, which a reader does not tell from one another, and blanks."""


def _looks(name: str) -> str:
    """Name as a reader sees it: letters of one case and script, one kind of dash and blank."""
    plain = plain_spelling(unicodedata.normalize("NFKC", name))
    return DASHES.sub("-", plain.strip()).casefold()


def look_alike_faults(tables: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    """Faults of names of ships that look like a name which more rows have, in any table.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Name of a table to its sound rows, with the column ``line``.

    Yields
    ------
    Fault
        One a row; its advice has the spelling to copy.
    """
    cells = [
        (f"{table}.csv", int(line), column, name)
        for table, rows in tables.items()
        for column in COLUMNS
        if column in rows
        for line, name in zip(rows["line"], rows[column].astype(str), strict=True)
        if name
    ]
    spelled: dict[str, Counter[str]] = {}
    for *_, name in cells:
        spelled.setdefault(_looks(name), Counter())[name] += 1
    for table, line, column, name in cells:
        known = spelled[_looks(name)]
        # of as many rows the spelling of plain letters and signs stands
        usual = max(known, key=lambda each: (known[each], each.isascii(), each))
        if name != usual:
            advice = f"other rows write {usual!r}, which looks the same; copy that spelling"
            yield Fault(table, line, column, ascii(name), advice)
