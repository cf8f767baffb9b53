"""Cells of the record that differ from the newest edition without a row of corrections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from skytally.core import Fault
from skytally.editions.edition_reading_and_hash_checks import Edition, newest_edition
from skytally.editions.edition_rows_and_hashes import RECORD, table_paths, table_rows

CORRECTIONS = "corrections"
NOT_CORRECTED = (CORRECTIONS, "additions", "vocabulary")
"""Tables on the record itself, whose cells have no corrections."""
ADVICE = "restore the cell, or say in corrections.csv why it changed (CONTRIBUTING, Correct a row)"
SHOWN = 60
"""Letters of a cell in a message."""

Cell = tuple[str, str, str]


def _steps(corrections: Iterable[Mapping[str, str]]) -> dict[Cell, list[tuple[str, str]]]:
    """Old and new value of each correction, by table, row and column."""
    steps: dict[Cell, list[tuple[str, str]]] = {}
    for made in corrections:
        cell = made["table"], made["row"], made["column"]
        steps.setdefault(cell, []).append((made.get("old", ""), made.get("new", "")))
    return steps


def is_corrected(old: str, new: str, steps: Iterable[tuple[str, str]]) -> bool:
    """Whether corrections lead from one value of a cell to another.

    Examples
    --------
    >>> is_corrected("1", "3", [("2", "3"), ("1", "2")]), is_corrected("1", "3", [("1", "2")])
    (True, False)
    """
    listed = list(steps)
    reached = {old}
    for _ in listed:
        reached |= {after for before, after in listed if before in reached}
    return new in reached


def _short(text: str) -> str:
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]} ...")


def _table_faults(
    name: str, path: Path, published: Mapping[tuple[str, str], Any],
    steps: Mapping[Cell, list[tuple[str, str]]], edition: str,
) -> Iterator[Fault]:  # fmt: skip
    header, rows = table_rows(path)
    for key, row in rows.items():
        before = published.get((f"{RECORD}/{name}", key), {"cells": {}})["cells"]
        for column, old in before.items():
            new = row.get(column, "")
            # a column that the table no longer has was removed from all rows at once
            if old == new or column not in header:
                continue
            if not is_corrected(old, new, steps.get((name, key, column), ())):
                found = f"row {key} with {_short(new)}, in edition {edition} {_short(old)}"
                yield Fault(f"{name}.csv", 0, column, found, ADVICE)


def uncorrected_cells(data: Path, edition: Edition | None = None) -> Iterator[Fault]:
    """Find filled cells of the record that changed since an edition without a correction.

    Parameters
    ----------
    data : Path
        Folder of the data.
    edition : Edition or None
        The newest one, if None; nothing is found where there is none that is as it was
        published.

    Yields
    ------
    Fault
        A cell with its table, row and column. Cells that were empty may be filled, and rows be
        added or withdrawn.

    Raises
    ------
    DataError
        If a table cannot be read.
    """
    published = edition or newest_edition(data / "editions")
    if published is None:
        return
    tables = table_paths(data, RECORD)
    made = table_rows(tables[CORRECTIONS])[1].values() if CORRECTIONS in tables else ()
    rows, steps = published.rows, _steps(made)
    for name, path in tables.items():
        if name not in NOT_CORRECTED:
            yield from _table_faults(name, path, rows, steps, published.id)
