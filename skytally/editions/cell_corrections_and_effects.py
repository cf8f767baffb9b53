"""History of corrections: how wrong a cell was, since when, and what its correction moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skytally.editions.edition_change_groups_and_mixed_trees import CORRECTED_ROWS, WITHDRAWN_ROWS
from skytally.editions.edition_differences import CORRECTIONS
from skytally.editions.edition_reading_and_hash_checks import Edition
from skytally.editions.edition_rows_and_hashes import RECORD, row_hash

NUMERIC = ("value", "low", "high", "lat", "lon", "uncertainty_m")
"""Columns in which an error has a size."""
RATIOS = ("value", "low", "high")
"""Those of them in which it has a size relative to the number, too."""
WEIGHTY = (*NUMERIC, "bound", "unit", "id")
"""Columns whose correction changes a number, its bound, or whether there is a row."""


@dataclass(frozen=True)
class Correction:
    """One change of a cell, with what the editions know of it."""

    cells: Mapping[str, str]
    """The row of the table of corrections."""
    size: str
    """How wrong the cell was, in words; empty where that is no number."""
    since: str
    """Since when the error stood in the book, in words."""
    moved: tuple[str, ...]
    """Keys of the findings and claims that moved by it, as editions attribute them."""
    now: str
    """What the cell holds now, after every change of it; empty also for a withdrawn row."""
    is_superseded: bool
    """Whether a later correction changed the cell once more."""
    is_return: bool
    """Whether it gives the cell back what an earlier correction had taken from it."""

    @property
    def is_undone(self) -> bool:
        """Whether the cell holds again what it held before this change, which was the error."""
        return self.is_superseded and self.now == self.cells.get("old", "")

    @property
    def is_weighty(self) -> bool:
        """Whether a number, its bound, or the row itself was wrong."""
        return self.cells["column"] in WEIGHTY


def error_size(column: str, old: str, new: str) -> str:
    """How far a number was off, in words; empty for other cells.

    Examples
    --------
    >>> error_size("value", "16000", "15809"), error_size("note", "a", "b")
    ('too high by 191 (1.2 % of what it is)', '')
    >>> error_size("uncertainty_m", "2000", "700")
    'too high by 1300'
    """
    if column not in NUMERIC or not old or not new:
        return ""
    try:
        was, now = float(old), float(new)
    except ValueError:
        return ""
    off = was - now
    word = "high" if off > 0 else "low"
    percent = float(f"{100 * abs(off / now):.2g}") if now and column in RATIOS else None
    share = "" if percent is None else f" ({percent:g} % of what it is)"
    return f"too {word} by {abs(off):g}{share}"


def _published(
    cells: Mapping[str, str],
    editions: Sequence[Edition],
    rows: Sequence[Mapping[Any, Any]],
    corrected_in: str | None,
) -> list[str]:
    """Ids of the editions before the correction in which the cell stood as it was."""
    place = (f"{RECORD}/{cells['table']}", cells["row"])
    ids = [edition.id for edition in editions]
    before = ids.index(corrected_in) if corrected_in else len(ids)
    return [
        name
        for name, held in zip(ids[:before], rows, strict=False)
        if place in held and held[place]["cells"].get(cells["column"], "") == cells.get("old", "")
    ]


Cell = tuple[str, str, str]


def _cell(cells: Mapping[str, str]) -> Cell:
    return cells["table"], cells["row"], cells["column"]


def _steps(corrections: Sequence[Mapping[str, str]]) -> dict[Cell, list[Mapping[str, str]]]:
    """Corrections by the cell that they change, in their order."""
    steps: dict[Cell, list[Mapping[str, str]]] = {}
    for cells in corrections:
        steps.setdefault(_cell(cells), []).append(cells)
    return steps


def _since(published: Sequence[str], corrected_in: str | None, begun: str) -> str:
    """Words on how long an error stood in the book."""
    until = f"corrected with edition {corrected_in}" if corrected_in else "corrected since"
    if not published:
        before = f"edition {corrected_in}" if corrected_in else "the first edition"
        return f"{begun}; corrected before {before}"
    shown = published[0] if len(published) == 1 else f"{published[0]} to {published[-1]}"
    return f"{begun}; published in edition {shown}; {until}"


def _moved(cells: Mapping[str, str], editions: Sequence[Edition]) -> Iterator[str]:
    """Yield findings and claims that an edition says moved by the correction of a row."""
    for edition in editions:
        changes = edition.changes or {"findings": [], "verdicts": []}
        for row in (*changes["findings"], *changes["verdicts"]):
            at_work = {group for groups in row["cause"]["sets"] for group in groups}
            if at_work & {CORRECTED_ROWS, WITHDRAWN_ROWS} and cells["row"] in row["cause"]["rows"]:
                yield row.get("key") or row["id"]


def correction_history(
    corrections: Sequence[Mapping[str, str]],
    editions: Sequence[Edition],
    *,
    delivered: frozenset[str],
    delivered_on: str,
) -> list[Correction]:
    """Corrections of the record, those of numbers first.

    Parameters
    ----------
    corrections : sequence of mapping
        Rows of the table of corrections.
    editions : sequence of Edition
        All editions, the oldest first.
    delivered : frozenset of str
        Ids of rows that were in the record as it was delivered.
    delivered_on : str
        Day of that, as ISO 8601.

    Returns
    -------
    list of Correction
    """
    rows = [edition.rows for edition in editions]
    known = [
        {row["sha256"]: edition.id for (table, _), row in held.items() if table == CORRECTIONS}
        for edition, held in zip(editions, rows, strict=True)
    ]
    steps = _steps(corrections)
    found = []
    for cells in corrections:
        chain = steps[_cell(cells)]
        at = next(place for place, step in enumerate(chain) if step is cells)
        old, now = cells.get("old", ""), chain[-1].get("new", "")
        digest = row_hash(cells)
        corrected_in = next((held[digest] for held in known if digest in held), None)
        was_delivered = cells["row"].rpartition("/")[2] in delivered
        begun = f"since {delivered_on}" if was_delivered else "since the row was added"
        begun = "since the change before" if at else begun
        found.append(
            Correction(
                cells,
                error_size(cells["column"], old, now) if old != now else "",
                _since(_published(cells, editions, rows, corrected_in), corrected_in, begun),
                tuple(sorted(set(_moved(cells, editions)))),
                now,
                is_superseded=at + 1 < len(chain),
                is_return=any(step.get("old", "") == cells.get("new", "") for step in chain[:at]),
            )
        )
    return sorted(found, key=lambda each: not each.is_weighty)
