"""Rows of the record by ship: which ships it follows, and which rows name each, and how."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from skytally.core import COUNTED_BY, evidence_line_name_constants as n, slug_of
from skytally.press.cards.record_cards import CardRecord, is_one_ship

FOLLOWED_IN = ("voyages", "sanction_listings", "ship_owners")
"""Tables whose ships are followed: those with a voyage on the route, and those on a list."""
SIGHTINGS, VOYAGES, SIGNALS = "ship_sightings", "voyages", "ais_events"
LISTINGS, OWNERS = "sanction_listings", "ship_owners"
SEEN = (n.COUNTED, n.SOMETHING_SEEN)
HEARD = ("transmitting", "last-position")
"""Words of the vocabulary *ais_kind* for messages of a ship."""
PLACED = (*HEARD, "arrival", "departure")
"""Words of the same vocabulary for a report of where a ship was."""
SILENT, LAST_POSITION = "silent", "last-position"
"""Words of the same vocabulary for a ship not heard, and for its last message before that."""
ALONE, TOGETHER, PERHAPS, IN_PASSING = "alone", "with others", "perhaps", "in passing"
"""How a row names a ship."""
DOUBT = re.compile(r"\bor\b|probabl|\blike\b|by context")
"""Words in the cell of the ship by which a row does not say that it was this one."""
WHOLE_GROUP = re.compile(r"\bfour ships\b")
"""Words for all ships of the group, which name none."""
TEXTS = ("text", "note", "actors")
"""Columns that may name a ship in passing."""
UNNAMED = "Russian ship"
"""Words for a ship whose name the source does not give."""
HOW_NOT_SAID = "how it was found is not said"
"""Words of a sighting whose page does not say whether anybody looked at an image."""
DAYS = ("date", "depart", "arrive", "seen")
"""Columns before ``_first`` and ``_last`` with the days of a row."""


@dataclass(frozen=True)
class ShipRow:
    """A row of the record that names a ship, or all ships of the group."""

    table: str
    """Table of the row."""
    cells: Mapping[str, Any]
    """Its cells."""
    named: str
    """How it names the ship: `ALONE`, `TOGETHER`, `PERHAPS` or `IN_PASSING`."""

    @property
    def first(self) -> pd.Timestamp:
        """First of its days; the last one where the beginning is open."""
        return min(self._days(), default=pd.Timestamp.max)

    @property
    def last(self) -> pd.Timestamp:
        """Last of its days."""
        return max(self._days(), default=pd.Timestamp.min)

    def _days(self) -> list[pd.Timestamp]:
        cells = [self.cells.get(f"{stem}_{end}") for stem in DAYS for end in ("first", "last")]
        return [day for day in cells if isinstance(day, pd.Timestamp) and not pd.isna(day)]


def ship_names(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Names of the ships that the record follows, in the order of their first voyage or listing.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Tables of the record by name.

    Returns
    -------
    list of str
    """
    found = [str(ship) for name in FOLLOWED_IN if name in tables for ship in tables[name]["vessel"]]
    return [ship for ship in dict.fromkeys(found) if is_one_ship(ship) and not DOUBT.search(ship)]


def ship_id(ship: str) -> str:
    """Id of the card of a ship, and anchor of its part of the page of ships.

    Examples
    --------
    >>> ship_id("Lady R"), ship_id("Maia-1")
    ('lady-r', 'maia-1')
    """
    return slug_of(ship)


def naming(ships: Iterable[str]) -> re.Pattern[str]:
    """Pattern that finds the names of ships as whole words, the longest first.

    Examples
    --------
    >>> naming(["Maria"]).findall("Maria, Marianne, the Maria E")
    ['Maria']
    """
    ordered = sorted(ships, key=lambda ship: (-len(ship), ship))
    if not ordered:
        return re.compile(r"(?!)")
    # another ship may have the name and a letter behind it
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, ordered))})(?![\w-]| [A-Z]\b)")


def how_named(row: Mapping[str, Any], ship: str) -> str:
    """How a row names a ship; empty where it does not.

    Examples
    --------
    >>> how_named({"vessel": "Angara or Lady R"}, "Angara")
    'perhaps'
    >>> how_named({"vessel": "", "text": "the Angara at Dunai"}, "Angara")
    'in passing'
    """
    cell, name = str(row.get("vessel", "")), naming([ship])
    if cell == ship:
        return ALONE
    if name.search(cell):
        return PERHAPS if DOUBT.search(cell) else TOGETHER
    if WHOLE_GROUP.search(cell):
        return TOGETHER
    texts = " ".join(str(row.get(column, "")) for column in TEXTS)
    return IN_PASSING if name.search(texts) else ""


def rows_of_ship(record: CardRecord, ship: str) -> list[ShipRow]:
    """Rows that name a ship, by day.

    Parameters
    ----------
    record : CardRecord
        The record.
    ship : str
        Its name.

    Returns
    -------
    list of ShipRow
        Those without a day come last.
    """
    found = [
        ShipRow(table, cells, named)
        for table, cells in record.rows.values()
        if (named := how_named(cells, ship))
    ]
    return sorted(found, key=lambda each: (each.first, each.last, str(each.cells["id"])))


def ships_named_in(row: Mapping[str, Any], ships: Iterable[str]) -> Iterator[str]:
    """Ships that a row names, in whatever way."""
    return (ship for ship in ships if how_named(row, ship))


def seen_rows(rows: Iterable[ShipRow], *named: str) -> list[ShipRow]:
    """Rows of a ship in which somebody saw it, on an image or on the ground."""
    return [
        row
        for row in rows
        if row.table == SIGHTINGS and row.cells.get("state") in SEEN and row.named in named
    ]


def heard_rows(rows: Iterable[ShipRow]) -> list[ShipRow]:
    """Rows in which this ship alone was heard by radio."""
    return [
        row
        for row in rows
        if row.table == SIGNALS and row.cells["kind"] in HEARD and row.named == ALONE
    ]


def placed_rows(rows: Iterable[ShipRow]) -> list[ShipRow]:
    """Rows by which this ship was at a place, as somebody saw, heard or reported it by name."""
    rows = list(rows)
    signals = [row for row in rows if row.table == SIGNALS and row.cells["kind"] in PLACED]
    return [
        *seen_rows(rows, ALONE, TOGETHER),
        *(row for row in signals if row.named == ALONE),
    ]


def after(rows: Iterable[ShipRow], last: ShipRow) -> list[ShipRow]:
    """Rows of later days than a row, by day; what may be of one of its days is not later."""
    later = [row for row in rows if last.last < row.first < pd.Timestamp.max]
    return sorted(later, key=lambda row: (row.first, row.last))


def unnamed_sightings(record: CardRecord) -> list[ShipRow]:
    """Sightings of ships that no source names and that carry no cargo of another trade."""
    return [
        ShipRow(table, cells, "")
        for table, cells in record.rows.values()
        if table == SIGHTINGS and cells["state"] in SEEN and not cells["cargo"]
        and (not cells["vessel"] or str(cells["vessel"]).startswith(UNNAMED))
    ]  # fmt: skip


def silent_rows(rows: Iterable[ShipRow], *named: str) -> list[ShipRow]:
    """Rows that report a ship as not heard; those on all ships of the group name none."""
    return [
        row
        for row in rows
        if row.table == SIGNALS
        and row.cells["kind"] == SILENT
        and row.named in named
        and not WHOLE_GROUP.search(str(row.cells["vessel"]))
    ]


def before_operation(rows: Iterable[ShipRow]) -> list[ShipRow]:
    """Rows with the last radio position of a ship before it fell silent; accounts may differ."""
    return [
        row
        for row in rows
        if row.table == SIGNALS and row.cells["kind"] == LAST_POSITION and row.named == ALONE
    ]


def latest(rows: Iterable[ShipRow]) -> ShipRow | None:
    """Row that can be no earlier than any other; None where there is no dated row.

    What happened on some day of an interval may have happened on its first.
    """
    dated = [row for row in rows if row.first < pd.Timestamp.max]
    return max(dated, key=lambda row: (row.first, row.last)) if dated else None


def latest_by_place(rows: Iterable[ShipRow], place_of: Callable[[ShipRow], str]) -> list[ShipRow]:
    """Latest row of each place, the place with the newest one first, which `latest` gives."""
    places: dict[str, list[ShipRow]] = {}
    for row in rows:
        places.setdefault(place_of(row), []).append(row)
    found = [row for row in map(latest, places.values()) if row is not None]
    return sorted(found, key=lambda row: (row.first, row.last), reverse=True)


def perhaps_before(rows: Iterable[ShipRow], first: ShipRow | None) -> list[ShipRow]:
    """Sightings and counted voyages of a ship that may lie before its first dated sighting.

    A month or an interval that begins before a day is neither before it for certain nor after it.

    Parameters
    ----------
    rows : iterable of ShipRow
        Rows of the ship.
    first : ShipRow or None
        Its first sighting, as `earliest` picks it.

    Returns
    -------
    list of ShipRow
        By their last day.
    """
    if first is None:
        return []
    rows = list(rows)
    counted = [
        row
        for row in rows
        if row.table == VOYAGES and row.named == ALONE and row.cells["method"] in COUNTED_BY
    ]
    found = [*seen_rows(rows, ALONE, TOGETHER), *counted]
    return sorted((row for row in found if row.first < first.first), key=lambda row: row.last)


def earliest(rows: Iterable[ShipRow]) -> ShipRow | None:
    """Row that can be no later than any other; None where there is no dated row."""
    dated = [row for row in rows if row.last > pd.Timestamp.min]
    return min(dated, key=lambda row: (row.last, row.first)) if dated else None
