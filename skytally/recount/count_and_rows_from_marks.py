"""What a finished count says: a number with its bounds, and rows ready for the record."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass
from typing import Any

from skytally.core import DataError
from skytally.recount.mark_journal import CountState
from skytally.recount.object_mark import CANNOT_TELL, PERHAPS, SURE

EXACTLY, AT_LEAST = "exactly", "at least"
COUNTED, NOTHING_SEEN, UNCLEAR = "counted", "nothing-seen", "unclear"


@dataclass(frozen=True)
class CountResult:
    """The number of a count, as a row of the record holds it."""

    state: str
    """``counted``, ``nothing-seen`` or ``unclear``."""
    value: int | None
    """Number, None where only a range or nothing is known."""
    low: int | None
    """Lower end of a range."""
    high: int | None
    """Upper end of a range."""
    bound: str
    """Word of the vocabulary *bound*, empty without a number."""
    sure: int
    """Marks that are sure."""
    perhaps: int
    """Marks that may be one."""
    untold: int
    """Marks of which the counter could not tell."""

    @property
    def words(self) -> str:
        """The number in words."""
        if self.state == NOTHING_SEEN:
            return "nothing seen"
        if self.state == UNCLEAR:
            return "looked, and could not tell"
        if self.value is None:
            return f"{self.low} to {self.high}"
        return f"at least {self.value}" if self.bound == AT_LEAST else str(self.value)


def result_of(count: CountState) -> CountResult:
    """Derive the number of a finished count from its marks.

    Sure marks make the number. Marks that may be one widen it to a range. Where part of the scope
    was hidden, or the counter could not tell, the number is a lower bound: nothing says how many
    more there are. Nothing marked in a scope that was seen in full is *nothing seen*; nothing
    sure in one that was seen in part is *could not tell*.

    Raises
    ------
    DataError
        If the count is not finished: a count under way is no number.

    Notes
    -----
    METHODS 13.2.
    """
    task = count.task
    if not count.finished:
        message = (
            f"{task.counter}: the count of {task.what} on {task.image.name} is not finished; open "
            "it again and press Finish"
        )
        raise DataError(message)
    tally = Counter(mark.certainty for mark in count.marks.values())
    sure, perhaps, untold = tally[SURE], tally[PERHAPS], tally[CANNOT_TELL]
    hidden = count.share_seen is not None and count.share_seen < 1
    marks = (sure, perhaps, untold)
    if hidden or untold:
        if not sure:
            return CountResult(UNCLEAR, None, None, None, "", *marks)
        return CountResult(COUNTED, sure, None, None, AT_LEAST, *marks)
    if perhaps:
        return CountResult(COUNTED, None, sure, sure + perhaps, EXACTLY, *marks)
    if not sure:
        return CountResult(NOTHING_SEEN, 0, None, None, EXACTLY, *marks)
    return CountResult(COUNTED, sure, None, None, EXACTLY, *marks)


def _seen_words(count: CountState) -> str:
    if count.share_seen is None or count.share_seen == 1:
        return "the whole scope could be seen"
    return (
        f"{100 * count.share_seen:.0f} % of the scope could be seen; hidden by: {count.hidden_by}"
    )


def source_id(count: CountState) -> str:
    """Id of the source row that stands for a count."""
    name = "".join(letter if letter.isalnum() else "_" for letter in count.task.counter.upper())
    turn = "" if count.task.turn == 1 else f"_{count.task.turn}"
    return f"RECOUNT_{name}_{count.task.image.sha256[:8].upper()}{turn}"


def row_of(count: CountState, columns: list[str], *, name: str) -> dict[str, str]:
    """Row of an observation table that holds a count.

    Parameters
    ----------
    count : CountState
        A finished one.
    columns : list of str
        Columns of the table.
    name : str
        Id of the row.

    Raises
    ------
    DataError
        If the count is not finished, or the table has a required column that a count cannot fill.
    """
    found, task = result_of(count), count.task
    numbered = found.state != UNCLEAR
    said = f"{found.sure} marked sure, {found.perhaps} perhaps, {found.untold} could not be told"
    known: dict[str, Any] = {
        "id": name, "date_first": task.day, "date_last": task.day, "precision_first": "day",
        "precision_last": "day", "scope": task.scope, "counter": task.counter,
        "car_kind": "all" if task.what == "railcars" else "unstated", "role": "observation",
        "quantity": task.what if numbered else "",
        "value": "" if found.value is None else found.value,
        "low": "" if found.low is None else found.low,
        "high": "" if found.high is None else found.high, "bound": found.bound, "wording": "",
        "unit": task.what if numbered else "", "method": "count" if numbered else "none",
        "state": found.state, "family": task.family, "source_id": source_id(count),
        "reading": "direct",
        "text": f"{task.what} marked on an image: {said}; {_seen_words(count)}",
        "note": f"image {task.image.name}, SHA-256 {task.image.sha256}",
    }  # fmt: skip
    return {column: str(known.get(column, "")) for column in columns}


def source_row_of(count: CountState, columns: list[str], *, publisher: str) -> dict[str, str]:
    """Row of the table of sources that stands for a count.

    Parameters
    ----------
    count : CountState
        A finished one.
    columns : list of str
        Columns of the table.
    publisher : str
        Name of the counter for readers.
    """
    task = count.task
    known = {
        "id": source_id(count), "publisher": publisher,
        "title": f"(count of {task.what} on the image {task.image.name})",
        "published_first": count.finished, "published_last": count.finished,
        "published_precision": "day", "type": "reference", "tier": "primary",
        "originator": task.counter, "reliability": "B", "reliability_reason": "originator",
        "reading_extent": "direct (all marks)",
        "reports": f"marks of {task.what} in {task.scope} on an image of {task.day}, SHA-256 "
        f"{task.image.sha256}; the marks lie in the folder of recounts",
    }  # fmt: skip
    return {column: str(known.get(column, "")) for column in columns}


def csv_lines(row: dict[str, str]) -> str:
    """Header and row as lines of CSV."""
    made = io.StringIO()
    writer = csv.DictWriter(made, list(row), lineterminator="\n")
    writer.writeheader()
    writer.writerow(row)
    return made.getvalue()
