"""What people settle on a disputed place of a comparison, kept beside the counts."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from skytally.core import DataError, file_fault
from skytally.recount.mark_matching import MatchedObject

NOTES_FILE = "disputes.jsonl"
"""Name of the file in the folder of the counts of one thing, scope and image."""
LONGEST = 300


def place_key(marks: Mapping[str, Any]) -> str:
    """Name of a place: whose marks lie there, and which.

    Examples
    --------
    >>> from skytally.recount.object_mark import Mark
    >>> place_key({"boris": Mark("b1", "point", "sure", ((1.0, 1.0),))})
    'boris/b1'
    """
    return " ".join(f"{who}/{marks[who].name}" for who in sorted(marks))


class DisputeNotes:
    """Notes on the places of one comparison, the last on each.

    Parameters
    ----------
    path : Path
        File of all notes; made with the first of them. No count is changed by one.
    places : collection of MatchedObject
        Places that can have a note.

    Raises
    ------
    DataError
        If the file is there and cannot be read.
    """

    def __init__(self, path: Path, places: Collection[MatchedObject]) -> None:
        self.path = path
        self._known = {place_key(each.marks) for each in places}
        self.texts: dict[str, str] = {}
        try:
            lines = path.read_bytes().split(b"\n")[:-1] if path.is_file() else []
        except OSError as error:
            raise DataError(file_fault(error)) from None
        for number, line in enumerate(lines, start=1):
            try:
                plain = json.loads(line)
                self.texts[str(plain["place"])] = str(plain["text"])
            except (ValueError, TypeError, KeyError, RecursionError):
                message = f"{path.name}, line {number}: found no note; take the line out"
                raise DataError(message) from None

    def add(self, entry: dict[str, Any]) -> None:
        """Keep a note, on the disk before this returns.

        Raises
        ------
        DataError
            If it is no note on a place of this comparison, or cannot be written.
        """
        place, text = entry.get("place"), entry.get("text")
        if entry.get("entry") != "note" or place not in self._known or not isinstance(text, str):
            message = "found no note on a place of this comparison; open the page again"
            raise DataError(message)
        if len(text) > LONGEST:
            message = f"note: found more than {LONGEST} letters; shorten it"
            raise DataError(message)
        line = json.dumps({"place": place, "text": text.strip()}, ensure_ascii=True) + "\n"
        try:
            whole = self.path.read_bytes() if self.path.is_file() else b""
            with self.path.open("ab", buffering=0) as file:
                # a line that broke off, as on a full disk, must not swallow this one
                file.truncate(whole.rfind(b"\n") + 1)
                file.write(line.encode())
                os.fsync(file.fileno())
        except OSError as error:
            raise DataError(file_fault(error)) from None
        self.texts[str(place)] = text.strip()
