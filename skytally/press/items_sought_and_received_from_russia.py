"""Items that may have gone from Russia to North Korea, each with the rows that speak of it."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

from skytally.core import Fault, read_table, refuse

DOES_NOT_APPLY = "-"
"""Cell of an item of which it makes no sense to say that it was sought."""


@dataclass(frozen=True)
class ReturnItem:
    """One item, and the rows of the record that speak of it."""

    item: str
    """What it is, in plain words."""
    wanted: tuple[str, ...]
    """Rows by which North Korea seeks it or was promised it, or `DOES_NOT_APPLY` alone."""
    came: tuple[str, ...]
    """Rows that speak of a delivery or an agreement; empty where none does."""
    searched: tuple[str, ...] = ()
    """Logged searches for it; empty where none is logged."""
    note: str = ""
    """Where its rows conflict or overlap, in words."""


def read_return_items(path: Path, *, rows: Set[str], searches: Set[str]) -> list[ReturnItem]:
    """Read the items.

    Parameters
    ----------
    path : Path
        ``data/charts/items_sought_and_received_back.csv``, with its dictionary beside it.
    rows : set of str
        Ids of the rows of the record.
    searches : set of str
        Ids of the searches that were logged.

    Returns
    -------
    list of ReturnItem
        In the order of the file.

    Raises
    ------
    DataError
        If an item names a row or a search that the record does not have. All faults at once.
    """
    table = read_table(path)
    faults = [
        Fault(path.name, int(item["line"]), column, repr(row), "name a row of the record")
        for _, item in table.iterrows()
        for column in ("wanted", "came")
        for row in str(item[column]).split()
        if row not in rows and not (column == "wanted" and row == DOES_NOT_APPLY)
    ]
    faults += [
        Fault(path.name, int(item["line"]), "searched", repr(search), "name a logged search")
        for _, item in table.iterrows()
        for search in str(item["searched"]).split()
        if search not in searches
    ]
    refuse(faults, what=f"table {path.name}")
    return [
        ReturnItem(
            str(item["item"]),
            wanted=tuple(item["wanted"].split()),
            came=tuple(item["came"].split()),
            searched=tuple(item["searched"].split()),
            note=str(item["note"]),
        )
        for _, item in table.iterrows()
    ]


def read_how_known(path: Path, *, rows: Set[str]) -> dict[str, str]:
    """Read how each row on what came is known.

    Parameters
    ----------
    path : Path
        ``data/charts/how_rows_are_known.csv``, with its dictionary and vocabulary beside it.
    rows : set of str
        Rows that the items name as what came.

    Returns
    -------
    dict of str to str
        Row to the words that stand before it.

    Raises
    ------
    DataError
        If a row is missing, or one is named that no item has. All faults at once.
    """
    table = read_table(path)
    known = {str(row["row"]): str(row["how"]) for _, row in table.iterrows()}
    faults = [
        Fault(path.name, 0, "row", f"no row {row}", "say how it is known")
        for row in sorted(rows - {*known})
    ]
    faults += [
        Fault(path.name, int(row["line"]), "row", repr(row["row"]), "no item names it; remove it")
        for _, row in table.iterrows()
        if row["row"] not in rows
    ]
    refuse(faults, what=f"table {path.name}")
    return known
