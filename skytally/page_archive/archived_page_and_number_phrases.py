"""What the archive has of a page, and of a number on it, in one phrase for readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from skytally.core import VOCABULARY_COLUMNS, day, read_cells
from skytally.page_archive.cited_number_search import (
    FOUND,
    NOT_FOUND,
    NOT_PRINTED,
    NOT_READABLE,
    WITHOUT_UNIT,
)
from skytally.page_archive.visit_and_cited_number_tables import ArchiveRows, Row, kept, read_archive
from skytally.page_archive.visit_outcome import KEPT_PARTLY, KEPT_WHOLE, REDIRECTED

NOT_YET = "not archived yet"
NO_ADDRESS = "nothing to archive: no address is known"
NUMBER_WORDS = {
    FOUND: "number found on {day}",
    WITHOUT_UNIT: "number found on {day}, but in no sentence with a word of its unit",
    NOT_FOUND: "number not found on {day}",
    NOT_PRINTED: "no number that the page prints",
    NOT_READABLE: "the copy of {day} has no text in which to look for the number",
}
"""What is said of a number, by what was found."""
STATES = "archive_state"


@dataclass(frozen=True)
class Archive:
    """Rows of the archive with the meanings of their states."""

    rows: ArchiveRows = field(default_factory=ArchiveRows)
    """Both tables."""
    meanings: Mapping[str, str] = field(default_factory=dict)
    """State to what it means."""

    def of_page(self, url: str) -> str:
        """Phrase on the copies of a page.

        Parameters
        ----------
        url : str
            Address as the record cites it; empty where none is known.
        """
        if not url:
            return NO_ADDRESS
        visits = self.rows.by_address.get(url, [])
        return self._page(visits) if visits else NOT_YET

    def of_row(self, url: str, row: str) -> str:
        """Phrase on the copies of a page and on the number that a row took from it.

        Parameters
        ----------
        url : str
            Address of the page on which the row was read.
        row : str
            Id of the row.
        """
        visits = self.rows.by_address.get(url, [])
        copies = _best(visits)
        if not copies:
            return self.of_page(url)
        looked = [
            self.rows.numbers_of[key]
            for copy in copies
            if (key := (url, copy["fetched"], row)) in self.rows.numbers_of
        ]
        if not looked:
            return f"{self._page(visits)}; number not looked for"
        last = looked[-1]
        words = NUMBER_WORDS[last["found"]].format(day=_day(last))
        before = [each for each in looked[:-1] if each["found"] == FOUND]
        if last["found"] in (NOT_FOUND, WITHOUT_UNIT) and before:
            words = f"number found on {_day(before[-1])} and {words}: a correction to consider"
        part = "in part" if copies[-1]["state"] in KEPT_PARTLY else ""
        return f"{_archived(part)}, {words}{self._since(visits, copies[-1])}"

    def _page(self, visits: Sequence[Row]) -> str:
        copies = _best(visits)
        if not copies:
            return f"not archived: on {_day(visits[-1])} {self._meaning(visits[-1]['state'])}"
        last = copies[-1]
        words = f"archived on {_day(last)}"
        if last["state"] == REDIRECTED:
            words += f", from {last['final_address']}"
        if last["state"] in KEPT_PARTLY:
            words = f"archived in part on {_day(last)}: {self._meaning(last['state'])}"
        return words + self._since(visits, last)

    def _since(self, visits: Sequence[Row], copy: Row) -> str:
        """Words on the last visit, where it was later than the copy and kept no page."""
        last = visits[-1]
        if last["fetched"] <= copy["fetched"]:
            return ""
        return f"; on {_day(last)} {self._meaning(last['state'])}"

    def _meaning(self, state: str) -> str:
        return self.meanings.get(state, state)


def _archived(part: str) -> str:
    return f"archived {part}".strip()


def _best(visits: Sequence[Row]) -> list[Row]:
    """Return the copies of a page: whole ones if there is any, else those of a part."""
    return kept(visits) or kept(visits, partly=True)


def _day(row: Row) -> str:
    return day(pd.Timestamp(row["fetched"]))


def known_archive(data: Path) -> Archive:
    """Read the archive of a project; one without its tables has none.

    Parameters
    ----------
    data : Path
        The data folder.
    """
    vocabulary, rows = data / "vocabulary.csv", read_archive(data)
    if not vocabulary.is_file():
        return Archive(rows)
    table = read_cells(vocabulary, header=VOCABULARY_COLUMNS)
    chosen = table[table["vocabulary"] == STATES]
    return Archive(rows, dict(zip(chosen["word"], chosen["meaning"], strict=True)))


def states_now(addresses: Sequence[str], rows: ArchiveRows) -> Counter[str]:
    """How many addresses are in which state: that of their best copy, else of their last visit.

    Parameters
    ----------
    addresses : sequence of str
        Addresses that the data cite.
    rows : ArchiveRows
        The archive.

    Returns
    -------
    collections.Counter
        Addresses that were never visited are counted under the empty word.
    """
    found: Counter[str] = Counter()
    for url in addresses:
        visits = rows.by_address.get(url, [])
        best = _best(visits) or visits
        found[best[-1]["state"] if best else ""] += 1
    return found


def numbers_now(rows: ArchiveRows) -> Counter[str]:
    """How many numbers of the record were found how, each in the newest best copy of its page."""
    found: Counter[str] = Counter()
    newest = {(url, _best(visits)[-1]["fetched"]) for url, visits in rows.by_address.items()
              if _best(visits)}  # fmt: skip
    for each in rows.numbers:
        if (each["address"], each["fetched"]) in newest:
            found[each["found"]] += 1
    return found


def is_kept(state: str) -> bool:
    """Whether a state is that of a page of which at least a part was kept."""
    return state in (*KEPT_WHOLE, *KEPT_PARTLY)
