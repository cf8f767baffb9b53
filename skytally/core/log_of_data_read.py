"""Log of the data that a run reads, from which the key of a notebook is made."""

from __future__ import annotations

import functools
import os
from pathlib import Path

READ_LOG = "SKYTALLY_READ_LOG"
"""Environment variable naming a file to which everything that is read is appended, once each."""
CITED_ROWS_MARK = "cited"
"""Mark of a table of which only rows are used that the other tables of the log refer to."""
LATEST_DAYS_MARK = "latest="
"""Beginning of the mark of a table of which only the latest day of each word is used."""


@functools.lru_cache(maxsize=4096)
def _append(log: str, read: str) -> None:
    with Path(log).open("a", encoding="utf-8") as file:
        file.write(f"{read}\n")


def note_read(read: str) -> None:
    """Append what is read to the log of this run, if one is kept; once each.

    Parameters
    ----------
    read : str
        A file or folder relative to the data folder; after ``#`` the part of a table that is
        used, where it is not the whole.
    """
    log = os.environ.get(READ_LOG)
    if log:
        _append(log, read)
