"""Dated list of the front page: which rows it names, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from skytally.core import Fault, quantity_of, quantity_text, read_table, refuse, when
from skytally.record import date_columns

NUMBER = "{number}"
"""Stands for the number of the row in the words of an event."""


@dataclass(frozen=True)
class KeyDate:
    """One entry of the list."""

    when: str
    """Its day or interval in words."""
    text: str
    """The event in one sentence, its number filled in."""
    row: str
    """Id of the row that gives the day."""


def _ends(row: Mapping[str, Any]) -> tuple[Any, Any, str, str]:
    """First and last day of a row and their precision; of a claim, the days of its statement."""
    first, last, *precision = (row[column] for column in date_columns(row))
    return first, last, *map(str, precision)


def _is_dated(row: Mapping[str, Any]) -> bool:
    known = "statement_first" in row or "date_first" in row
    return known and not any(pd.isna(day) for day in _ends(row)[:2])


def _entry(row: pd.Series, rows: Mapping[str, Mapping[str, Any]]) -> KeyDate:
    first, last = _ends(rows[row["row"]]), _ends(rows[row["other_row"] or row["row"]])
    days = when(first[0], last[1], first[2], last[3])
    number = quantity_text(quantity_of(rows[row["row"]])) if NUMBER in row["text"] else ""
    return KeyDate(days, row["text"].replace(NUMBER, number), row["row"])


def read_key_dates(path: Path, *, rows: Mapping[str, Mapping[str, Any]]) -> list[KeyDate]:
    """Read the dated list of the front page.

    Parameters
    ----------
    path : Path
        ``data/charts/key_dates.csv``, with its dictionary beside it.
    rows : mapping of str to mapping
        Rows of the record by id.

    Returns
    -------
    list of KeyDate
        In the order of their first days.

    Raises
    ------
    DataError
        If an entry names a row that does not exist, such as one that was withdrawn, or one without
        a day, or asks for the number of a row without one. All faults at once.
    """
    table = read_table(path)
    faults = []
    for _, row in table.iterrows():
        line = int(row["line"])
        for column in ("row", "other_row"):
            if row[column] and row[column] not in rows:
                advice = "name a row of the record, or leave the event out"
                faults.append(Fault(path.name, line, column, repr(row[column]), advice))
            elif row[column] and not _is_dated(rows[row[column]]):
                advice = "the row gives no first and last day; name one that does"
                faults.append(Fault(path.name, line, column, repr(row[column]), advice))
        known = rows.get(row["row"], {})
        if NUMBER in row["text"] and row["row"] in rows and not known.get("bound"):
            advice = f"row {row['row']} has no number; leave {NUMBER} out"
            faults.append(Fault(path.name, line, "text", NUMBER, advice))
    refuse(faults, what=f"table {path.name}")
    order = sorted(table.to_dict("records"), key=lambda row: _ends(rows[row["row"]])[0])
    return [_entry(pd.Series(row), rows) for row in order]
