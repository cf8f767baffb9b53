"""A mark that a person sets on an image, and what they say of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from skytally.core import DataError

POINT, BOX, LINE = "point", "box", "line"
SURE, PERHAPS, CANNOT_TELL = "sure", "perhaps", "cannot tell"
CERTAINTIES = (SURE, PERHAPS, CANNOT_TELL)
"""One is there; one may be there; something is there, and whether it is one cannot be told."""
CORNERS = {POINT: 1, BOX: 2, LINE: 2}
"""Corners that each kind has at least."""
MOST_CORNERS = 200
"""Corners that a line has at most."""
LONGEST_ID, LONGEST_NOTE = 40, 300


@dataclass(frozen=True)
class Mark:
    """One mark."""

    name: str
    """Identifier, unique within its count."""
    kind: str
    """``point``, ``box`` (two opposite corners) or ``line``."""
    certainty: str
    """A word of `CERTAINTIES`."""
    corners: tuple[tuple[float, float], ...]
    """Column and row in pixels of the image, from its upper left corner."""
    note: str = ""
    """What the counter wrote about it."""

    @property
    def middle(self) -> tuple[float, float]:
        """Column and row of its middle."""
        columns, rows = zip(*self.corners, strict=True)
        return (min(columns) + max(columns)) / 2.0, (min(rows) + max(rows)) / 2.0

    @property
    def length(self) -> float:
        """Length of a line, longer side of a box, in pixels; 0 for a point."""
        if self.kind == LINE:
            pairs = zip(self.corners, self.corners[1:], strict=False)
            return sum(math.dist(one, other) for one, other in pairs)
        columns, rows = zip(*self.corners, strict=True)
        return max(max(columns) - min(columns), max(rows) - min(rows))

    def as_json(self) -> dict[str, Any]:
        """Plain form, as journals and pages hold it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "certainty": self.certainty,
            "corners": [list(corner) for corner in self.corners],
            "note": self.note,
        }


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _corners(found: object) -> tuple[tuple[float, float], ...]:
    if not isinstance(found, list) or not 1 <= len(found) <= MOST_CORNERS:
        message = f"corners: found {str(found)[:60]}; give 1 to {MOST_CORNERS} pairs of numbers"
        raise DataError(message)
    for each in found:
        if not isinstance(each, list) or len(each) != 2 or not all(map(_number, each)):
            message = f"corners: found {str(each)[:60]}; give column and row as two numbers"
            raise DataError(message)
    return tuple((float(column), float(row)) for column, row in found)


def mark_from_json(plain: object, *, shape: tuple[int, int]) -> Mark:
    """Read a mark from its plain form.

    Parameters
    ----------
    plain : object
        As `Mark.as_json` writes it.
    shape : tuple of int
        Rows and columns of the image.

    Raises
    ------
    DataError
        If it is no mark, or lies outside the image.

    Examples
    --------
    >>> plain = {"name": "1", "kind": "point", "certainty": "sure", "corners": [[3, 4]]}
    >>> mark_from_json(plain, shape=(10, 10)).middle
    (3.0, 4.0)
    """
    if not isinstance(plain, dict):
        message = f"mark: found {str(plain)[:60]}; give name, kind, certainty and corners"
        raise DataError(message)
    name, note = plain.get("name"), plain.get("note", "")
    if not isinstance(name, str) or not name.isascii() or not 0 < len(name) <= LONGEST_ID:
        message = f"name: found {str(name)[:60]!r}; give 1 to {LONGEST_ID} letters or digits"
        raise DataError(message)
    if not isinstance(note, str) or len(note) > LONGEST_NOTE:
        message = f"{name}, note: found more than {LONGEST_NOTE} letters; shorten it"
        raise DataError(message)
    kind, certainty = plain.get("kind"), plain.get("certainty")
    if kind not in CORNERS or certainty not in CERTAINTIES:
        message = (
            f"{name}: found {str(kind)[:30]!r}, {str(certainty)[:30]!r}; "
            f"write {', '.join(CORNERS)}, and {', '.join(CERTAINTIES)}"
        )
        raise DataError(message)
    corners = _corners(plain.get("corners"))
    if len(corners) < CORNERS[kind] or (kind != LINE and len(corners) != CORNERS[kind]):
        message = f"{name}: found a {kind} of {len(corners)} corners; give {CORNERS[kind]}"
        raise DataError(message)
    rows, columns = shape
    for column, row in corners:
        if not (0 <= column <= columns and 0 <= row <= rows):
            message = (
                f"{name}: found a corner at column {column:g}, row {row:g}, outside the image of "
                f"{columns} columns and {rows} rows; set it on the image"
            )
            raise DataError(message)
    return Mark(name, str(kind), str(certainty), corners, note)
