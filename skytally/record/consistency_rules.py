"""What a cell alone cannot show: rules within a row, within a table and between tables."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from skytally.core import names as n
from skytally.core.data_dictionary import columns, table_names
from skytally.core.errors import refuse
from skytally.core.table_reader import Fault, scan

INTERVALS = (
    ("date_first", "date_last", "precision_first", "precision_last"),
    ("statement_first", "statement_last", "statement_precision", "statement_precision"),
    ("published_first", "published_last", "published_precision", "published_precision"),
    ("depart_first", "depart_last", "depart_precision", "depart_precision"),
    ("arrive_first", "arrive_last", "arrive_precision", "arrive_precision"),
)
REPEATING = {"same_observation", "lineage"}


def _number_faults(name: str, row: dict[str, object]) -> Iterator[Fault]:
    line = int(str(row["line"]))
    value, low, high = (float(str(row.get(word, math.nan))) for word in (n.VALUE, n.LOW, n.HIGH))
    given = [each for each in (value, low, high) if not math.isnan(each)]
    if low > high:
        yield Fault(name, line, n.LOW, f"{low:g} above high {high:g}", "exchange or correct them")
    if value > high:
        yield Fault(
            name, line, n.VALUE, f"{value:g} above its upper bound {high:g}", "correct one of them"
        )
    if value < low:
        yield Fault(
            name, line, n.VALUE, f"{value:g} below its lower bound {low:g}", "correct one of them"
        )
    if math.isnan(value) and math.isnan(low) != math.isnan(high):
        yield Fault(
            name, line, n.LOW, "one side of a range", "put the number in value and word its bound"
        )
    for word in ("quantity", n.BOUND, "unit"):
        if given and not row[word]:
            yield Fault(name, line, word, "nothing beside a number", f"say the {word}")
    if not given and row[n.BOUND]:
        yield Fault(name, line, n.BOUND, repr(row[n.BOUND]), "leave it empty without a number")
    if any(each < 0 for each in given):
        yield Fault(name, line, n.VALUE, "a negative number", "counts and sizes are not negative")


def _state_faults(name: str, row: dict[str, object]) -> Iterator[Fault]:
    line, state = int(str(row["line"])), row[n.STATE]
    value, low = float(str(row[n.VALUE])), float(str(row[n.LOW]))
    if state == n.NOTHING_SEEN and value != 0:
        yield Fault(name, line, n.VALUE, f"{value:g} with nothing seen", "write 0")
    if state in (n.UNCLEAR, n.SOMETHING_SEEN) and not (math.isnan(value) and math.isnan(low)):
        yield Fault(name, line, n.STATE, f"{state!r} beside a number", "write counted")
    if state == n.COUNTED and math.isnan(value) and math.isnan(low):
        yield Fault(name, line, n.STATE, "'counted' without a number", "write seen or unclear")


def _day(day: pd.Timestamp) -> str:
    return "no date" if pd.isna(day) else f"{day:%Y-%m-%d}"


def _date_faults(name: str, row: dict[str, Any]) -> Iterator[Fault]:
    line = int(str(row["line"]))
    for first, last, precision_first, precision_last in INTERVALS:
        if first not in row:
            continue
        if precision_first == precision_last:
            # one word stands for both ends: an open interval has neither
            sides = [(last, precision_last, not (pd.isna(row[first]) and pd.isna(row[last])))]
        else:
            sides = [
                (first, precision_first, not pd.isna(row[first])),
                (last, precision_last, not pd.isna(row[last])),
            ]
        for day, precision, dated in sides:
            if (row[precision] == "open") == dated:
                found = f"{_day(row[day])} with precision {row[precision]}"
                advice = "an open side has no date, every other side has one"
                yield Fault(name, line, day, found, advice)
        if not pd.isna(row[first]) and not pd.isna(row[last]) and row[first] > row[last]:
            yield Fault(name, line, first, f"{row[first]:%Y-%m-%d} after {last}", "exchange them")


def _row_faults(name: str, row: dict[str, object]) -> Iterator[Fault]:
    if "bound" in row:
        yield from _number_faults(name, row)
    if "state" in row:
        yield from _state_faults(name, row)
    yield from _date_faults(name, row)
    for word, limit in (("lat", 90.0), ("lon", 180.0)):
        if word in row and abs(float(str(row[word]))) > limit:
            yield Fault(
                name, int(str(row["line"])), word, f"{row[word]}", f"at most {limit:g} degrees"
            )


def _repeated(name: str, table: pd.DataFrame) -> Iterator[Fault]:
    for _, row in table[table["id"].duplicated() & (table["id"] != "")].iterrows():
        yield Fault(
            name, row["line"], "id", f"{row['id']!r} a second time", "give it an id of its own"
        )


def _shared_ids(observations: dict[str, pd.DataFrame]) -> Iterator[Fault]:
    """Tell ids that two tables use: a page links to a row by its id alone."""
    first: dict[str, str] = {}
    for name, table in observations.items():
        for line, row in zip(table["line"], table.get("id", ()), strict=False):
            if row and first.setdefault(row, name) != name:
                advice = f"{first[row]}.csv has it; give it an id of its own"
                yield Fault(f"{name}.csv", line, "id", repr(row), advice)


def _broken_refs(
    path: Path, table: pd.DataFrame, ids: dict[str, set[str]], unreadable: set[str]
) -> Iterator[Fault]:
    for column in columns(path):
        # ids that could not be read at all would make every reference to them a fault
        if (
            not column.refers_to
            or column.refers_to in unreadable
            or (column.refers_to == "rows" and unreadable)
        ):
            continue
        known = ids[column.refers_to]
        for line, cell in zip(table["line"], table[column.name], strict=True):
            for each in str(cell).split():
                if each not in known:
                    advice = f"no such id in {column.refers_to}; add it there or correct it"
                    yield Fault(path.name, line, column.name, repr(each), advice)


def _circles(name: str, sources: pd.DataFrame) -> Iterator[Fault]:
    parents = {row["id"]: row["derived_from"].split() for _, row in sources.iterrows()}
    done: set[str] = set()

    def walk(source: str, trail: tuple[str, ...]) -> Iterator[str]:
        if source in trail:
            yield " from ".join((*trail[trail.index(source) :], source))
        elif source not in done:
            for parent in parents.get(source, ()):
                yield from walk(parent, (*trail, source))
            done.add(source)

    for _, row in sources.iterrows():
        for circle in walk(row["id"], ()):
            yield Fault(name, row["line"], "derived_from", circle, "a source cannot copy itself")


def record_faults(folder: Path) -> list[Fault]:
    """Collect every fault of a record.

    Parameters
    ----------
    folder : Path
        The folder with the tables, their dictionaries and ``vocabulary.csv``.

    Returns
    -------
    list of Fault
        Empty where the record is in order.
    """
    paths = {name: folder / f"{name}.csv" for name in table_names(folder)}
    missing = [
        Fault(path.name, 0, "", "no such file", "restore the table")
        for path in paths.values()
        if not path.is_file()
    ]
    if missing:
        return missing
    scanned = {name: scan(path) for name, path in paths.items()}
    faults = [fault for _, wrong in scanned.values() for fault in wrong]
    tables = {name: table for name, (table, _) in scanned.items()}
    ids = {name: set(table["id"]) for name, table in tables.items() if name not in REPEATING}
    ids["rows"] = set().union(*ids.values())
    for name, table in tables.items():
        for row in table[table["sound"].astype(bool)].to_dict("records"):
            faults += _row_faults(f"{name}.csv", {str(word): cell for word, cell in row.items()})
        if "id" in table:
            faults += _repeated(f"{name}.csv", table)
    unreadable = {name for name, (table, wrong) in scanned.items() if wrong and table.empty}
    for name, table in tables.items():
        faults += _broken_refs(paths[name], table, ids, unreadable)
    faults += _circles("sources.csv", tables["sources"])
    faults += _shared_ids({name: each for name, each in tables.items() if "source_id" in each})
    return faults


def check_record(folder: Path) -> int:
    """Check a whole record and count its rows.

    Parameters
    ----------
    folder : Path
        The folder with the tables.

    Returns
    -------
    int
        Rows in all tables.

    Raises
    ------
    DataError
        With every fault of every table, if there is any.
    """
    refuse(map(str, record_faults(folder)), what=f"record {folder.name}")
    return sum(len(scan(folder / f"{name}.csv")[0]) for name in table_names(folder))
