"""Consistency rules of the record: within a row, within a table and between tables."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from skytally.core import (
    ODD,
    REFERENCES,
    REGISTRY,
    Column,
    Fault,
    columns,
    csv_text,
    data_registry,
    dictionary_path,
    evidence_line_name_constants as n,
    file_bytes,
    plain_rows,
    refuse,
    scan,
    table_names,
    tables_without_dictionary,
    vocabulary_faults,
    words,
)
from skytally.core.table_reader import UNKNOWN_WORD
from skytally.record.correction_checks import (
    CORRECTIONS,
    DELIVERED,
    correction_faults,
    withdrawn_rows,
)
from skytally.record.look_alike_ship_names import look_alike_faults
from skytally.record.plausibility_rules import (
    counted_units,
    number_faults,
    order_faults,
    place_faults,
    publication_faults,
)
from skytally.record.unit_factor_rules import factor_faults

MANY_TABLES = 3
"""Fewest tables in which a word of no vocabulary is rather lost than mistyped."""
ANY_TABLE = "rows"
"""What a dictionary writes where a reference may name a row of any table."""
AFTER_THE_NUMBER = re.compile(r"\d|\b(?:or (?:fewer|less|more|so)|odd|plus)$")
"""Softening words that cannot stand before a number, where sentences put them."""
UNITS = "units"
"""Table that describes each word of the vocabulary *unit*."""
QUANTITY_UNITS = "quantity_units"
"""Table of the units that a quantity is given in, beside the unit of its own name."""
VARIANT = re.compile(r"^(?:www|m|mobile|amp)\.")
"""Beginning of a host that serves the same pages to telephones or by an older address."""
TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid|igshid)=")
"""Words of an address that say by which link a page was reached, and not which page it is."""
NAMED = ("counters.csv", "sites.csv", "scopes.csv")
"""Tables of things that pages call by name."""
SOURCES, LINEAGE = "sources", "lineage"
LISTED_REFERENCES = 20
"""References to rows of any table that are listed one by one, where a table is empty."""


def _number_faults(name: str, row: dict[str, object]) -> Iterator[Fault]:
    line = int(str(row["line"]))
    value, low, high = (float(str(row.get(name, math.nan))) for name in (n.VALUE, n.LOW, n.HIGH))
    numbers = [number for number in (value, low, high) if not math.isnan(number)]
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
        if numbers and not row[word]:
            yield Fault(name, line, word, "nothing beside a number", f"say the {word}")
    wording = str(row.get("wording", ""))
    if not wording.startswith(ODD) and AFTER_THE_NUMBER.search(wording):
        advice = "it is printed before the number; write words such as 'some', or leave it empty"
        yield Fault(name, line, "wording", repr(wording), advice)
    if not numbers and row[n.BOUND]:
        yield Fault(name, line, n.BOUND, repr(row[n.BOUND]), "leave it empty without a number")
    if any(number < 0 for number in numbers):
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


def _iso(day: pd.Timestamp) -> str:
    return "no date" if pd.isna(day) else f"{day:%Y-%m-%d}"


def date_intervals(row: Mapping[str, object]) -> list[tuple[str, str, str, str]]:
    """Columns of each date interval of a row, found by their names.

    Parameters
    ----------
    row : mapping
        A row of a table.

    Returns
    -------
    list of tuple of str
        First day, last day and the precision of each. ``<event>_first`` and ``<event>_last``
        belong together; the precision is ``<event>_precision``, which stands for both ends,
        or for ``date_first`` and ``date_last`` a word each.

    Examples
    --------
    >>> date_intervals(dict.fromkeys(["depart_first", "depart_last", "depart_precision"]))
    [('depart_first', 'depart_last', 'depart_precision', 'depart_precision')]
    """
    intervals = []
    for column in row:
        event = column.removesuffix("_first")
        precisions = (f"{event}_precision",) * 2
        if event == "date":
            precisions = ("precision_first", "precision_last")
        interval = (f"{event}_first", f"{event}_last", *precisions)
        if event != column and set(interval) <= {*row}:
            intervals.append(interval)
    return intervals


def _date_faults(name: str, row: dict[str, Any]) -> Iterator[Fault]:
    line = int(str(row["line"]))
    for first, last, precision_first, precision_last in date_intervals(row):
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
                found = f"{_iso(row[day])} with precision {row[precision]}"
                advice = "an open side has no date, every other side has one"
                yield Fault(name, line, day, found, advice)
        if not pd.isna(row[first]) and not pd.isna(row[last]) and row[first] > row[last]:
            yield Fault(name, line, first, f"{row[first]:%Y-%m-%d} after {last}", "exchange them")


def _row_faults(
    name: str, row: dict[str, object], counted: Collection[str], fits: Collection[tuple[str, str]]
) -> Iterator[Fault]:
    if "bound" in row:
        yield from _number_faults(name, row)
        yield from number_faults(name, row, counted, fits)
    if "state" in row:
        yield from _state_faults(name, row)
    yield from _date_faults(name, row)
    yield from order_faults(name, row)
    yield from place_faults(name, row)


def _repeated_ids(name: str, table: pd.DataFrame) -> Iterator[Fault]:
    for _, row in table[table["id"].duplicated() & (table["id"] != "")].iterrows():
        first = table.loc[table["id"] == row["id"], "line"].iloc[0]
        found = f"{row['id']!r} a second time, first on line {first}"
        advice = "keep one where both are of one thing, else give it an id of its own"
        yield Fault(name, row["line"], "id", found, advice)


def _repeated_names(name: str, rows: pd.DataFrame) -> Iterator[Fault]:
    """Faults of two ids for one name: what was counted or lies there would be two."""
    named = [column for column in ("site", "name") if column in rows]
    first: dict[tuple[str, ...], str] = {}
    for row in plain_rows(rows) if "name" in named else ():
        key = tuple(" ".join(str(row[column]).casefold().split()) for column in named)
        known = first.setdefault(key, row["id"])
        if known != row["id"]:
            advice = f"{known} has that name; use its id, or tell the two apart by name"
            yield Fault(name, int(row["line"]), "name", repr(row["name"])[:80], advice)


def _repeated_rows(name: str, rows: pd.DataFrame) -> Iterator[Fault]:
    """Faults of rows that say under another id what a row says: they would count twice."""
    first: dict[tuple[str, ...], str] = {}
    content = rows.drop(columns=["line", "sound", "id"]).astype(str)
    # pandas takes a column of words apart cell by cell where one goes over it
    contents = zip(*(column.tolist() for _, column in content.items()), strict=True)
    lines, ids = rows["line"].tolist(), rows["id"].tolist()
    for line, row, cells in zip(lines, ids, contents, strict=True):
        known = first.setdefault(cells, row)
        if known != row:
            found = f"{row!r}, which says in every column what {known!r} says"
            yield Fault(name, int(line), "id", found, "remove it, or correct it")


def _shared_ids(observations: dict[str, pd.DataFrame]) -> Iterator[Fault]:
    """Faults of ids that two tables use: a page links to a row by its id alone."""
    table_of: dict[str, tuple[str, str]] = {}
    for name, table in observations.items():
        for line, row in zip(table["line"], table.get("id", ()), strict=False):
            other, written = table_of.setdefault(row.casefold(), (name, row))
            if row and other != name:
                alike = "it" if written == row else f"{written!r}, the same but for capitals"
                advice = f"{other}.csv has {alike}; give it an id of its own"
                yield Fault(f"{name}.csv", line, "id", repr(row), advice)


def _broken_refs(
    name: str,
    table: pd.DataFrame,
    references: Iterable[Column],
    ids: Mapping[str, set[str]],
    withdrawn: Mapping[str, int],
) -> Iterator[tuple[str, Fault]]:
    """Yield the table that lacks an id, and the fault of the reference to it."""
    for column in references:
        known = ids[column.refers_to]
        for line, cell in zip(table["line"].tolist(), table[column.name].tolist(), strict=True):
            for ref in str(cell).split():
                if ref not in known:
                    advice = f"no such id in {column.refers_to}; add it there or correct it"
                    if ref in withdrawn:
                        place = f"line {withdrawn[ref]} of {CORRECTIONS}.csv"
                        alone = "remove this line, too, or name another row"
                        rest = alone if column.type == "ref" else "take it out of this cell"
                        advice = f"{place} withdraws that row; {rest}"
                    fault = Fault(f"{name}.csv", line, column.name, repr(ref), advice)
                    yield column.refers_to, fault


def _without_those_of_empty_tables(
    broken: Iterable[tuple[str, Fault]], tables: Mapping[str, pd.DataFrame]
) -> Iterator[Fault]:
    """Yield references that lead nowhere; those into a table without rows are one fault."""
    by_table: dict[str, list[Fault]] = {}
    for refers_to, fault in broken:
        by_table.setdefault(refers_to, []).append(fault)
    lost: dict[str, int] = {}
    for refers_to, faults in by_table.items():
        named = (
            [refers_to]
            if refers_to in tables
            else [each for each in tables if "id" in tables[each]]
        )
        empty = ", ".join(f"{name}.csv" for name in named if tables[name].empty)
        if empty and (refers_to in tables or len(faults) > LISTED_REFERENCES):
            lost[empty] = lost.get(empty, 0) + len(faults)
        else:
            yield from faults
    for empty, references in lost.items():
        found = f"a header and no row, but {references} references to rows that no table has"
        yield Fault(empty, 0, "", found, "restore the rows")


def _ref_faults(folder: Path, tables: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    ids = {name: set(table["id"]) for name, table in tables.items() if "id" in table}
    ids[ANY_TABLE] = set().union(*ids.values())
    unreadable = {name for name, table in tables.items() if table.attrs["unreadable"]}
    broken: list[tuple[str, Fault]] = []
    withdrawn = withdrawn_rows(folder)
    for name, table in tables.items():
        # columns of a table that could not be read may be none of its dictionary
        if name in unreadable:
            continue
        path = folder / f"{name}.csv"
        references = [column for column in columns(path) if column.type in REFERENCES]
        for column in references:
            if column.refers_to not in {*ids, *unreadable}:
                advice = f"refer to a table with ids, one of {', '.join(sorted(ids))}"
                found = f"{column.name} refers to {column.refers_to!r}"
                yield Fault(dictionary_path(path).name, 0, "refers_to", found, advice)
        # ids that could not be read at all would make every reference to them a fault
        barred = {*unreadable, *({ANY_TABLE} if unreadable else ())}
        known = [each for each in references if each.refers_to in ids.keys() - barred]
        broken += _broken_refs(name, table, known, ids, withdrawn)
    yield from _without_those_of_empty_tables(broken, tables)


def _lineage_faults(folder: Path, lineage: pd.DataFrame) -> Iterator[Fault]:
    """Rows of the lineage that name no delivered row, where the delivered tables are there."""
    known: dict[str, set[str]] = {}
    for row in lineage.to_dict("records"):
        name = str(row["table"])
        if name not in known:
            path = folder / DELIVERED / f"{name}.csv"
            rows = csv_text(path.name, file_bytes(path)).rows if path.is_file() else ()
            known[name] = {cells[0].strip() for _, cells in rows}
        if row["delivered_id"] not in known[name]:
            found = f"{row['delivered_id']!r} of {name!r}"
            advice = f"no such row in {DELIVERED}/{name}.csv; correct it"
            yield Fault(f"{LINEAGE}.csv", int(row["line"]), "delivered_id", found, advice)


def _days_of_sources(
    folder: Path, tables: Mapping[str, pd.DataFrame], today: date | None
) -> Iterator[Fault]:
    """Faults of days after the publication of their source, or after the data were read."""
    sources = tables[SOURCES]
    latest = pd.NaT
    if (folder.parent / REGISTRY).is_file():
        read = [row["retrieved"] for row in data_registry.entries(folder.parent).values()]
        # rows are added after the day that the registry has, and never before they are read
        days = [pd.to_datetime(max(read)), *([] if today is None else [pd.Timestamp(today)])]
        latest = max(days)
    for row in sources.to_dict("records"):
        if (
            pd.notna(latest)
            and pd.notna(row["published_first"])
            and row["published_first"] > latest
        ):
            found = f"{row['published_first']:%Y-%m-%d}"
            advice = f"the data end on {latest:%Y-%m-%d}; correct the day"
            yield Fault(f"{SOURCES}.csv", int(row["line"]), "published_first", found, advice)
    ordered = sources[~(sources["published_first"] > sources["published_last"])]
    published = dict(zip(ordered["id"], ordered["published_last"], strict=True))
    for name, table in tables.items():
        if "source_id" in table:
            yield from publication_faults(f"{name}.csv", table, published, latest)


def _unit_faults(units: pd.DataFrame, vocabulary: Iterable[str]) -> Iterator[Fault]:
    described = list(units["unit"])
    for word in vocabulary:
        if word not in described:
            found = f"no row for {word!r}"
            yield Fault(f"{UNITS}.csv", 0, "unit", found, "add one; the vocabulary has the word")
    for _, row in units[units["unit"].duplicated()].iterrows():
        yield Fault(f"{UNITS}.csv", row["line"], "unit", f"{row['unit']!r} twice", "keep one row")
    for _, row in units[units["factor"] <= 0].iterrows():
        found = f"{row['factor']:g}"
        yield Fault(f"{UNITS}.csv", row["line"], "factor", found, "give a number above 0")
    for _, row in units[(units["compared_in"] == "") != units["factor"].isna()].iterrows():
        advice = "give compared_in and factor, or neither"
        yield Fault(f"{UNITS}.csv", row["line"], "factor", "one without the other", advice)
    yield from factor_faults(units)


def _circles(name: str, sources: pd.DataFrame) -> Iterator[Fault]:
    rows = plain_rows(sources)
    parents = {row["id"]: row["derived_from"].split() for row in rows}
    done: set[str] = set()

    def walk(source: str, trail: tuple[str, ...]) -> Iterator[str]:
        if source in trail:
            yield " from ".join((*trail[trail.index(source) :], source))
        elif source not in done:
            for parent in parents.get(source, ()):
                yield from walk(parent, (*trail, source))
            done.add(source)

    for row in rows:
        for circle in walk(row["id"], ()):
            yield Fault(name, row["line"], "derived_from", circle, "a source cannot copy itself")


def _page_of(address: str) -> tuple[str, str, tuple[str, ...]]:
    """Parts of an address that name its page, without those on how it was reached."""
    parts = urlsplit(address)
    asked = sorted(word for word in parts.query.split("&") if word and not TRACKING.match(word))
    host = VARIANT.sub("", parts.hostname or "")
    return host, parts.path.rstrip("/"), tuple(asked)


def _repeated_pages(name: str, sources: pd.DataFrame) -> Iterator[Fault]:
    """Faults of pages with two rows, which would count as two sources."""
    first: dict[tuple[str, str, tuple[str, ...]], str] = {}
    for row in plain_rows(sources[sources["url"] != ""]) if "url" in sources else ():
        known = first.setdefault(_page_of(row["url"]), row["id"])
        # an id that stands twice is a fault of its own
        if known != row["id"]:
            advice = f"{known} is that page; cite it, and remove this row"
            yield Fault(name, int(row["line"]), "url", repr(row["url"])[:80], advice)


def _table_faults(
    name: str,
    table: pd.DataFrame,
    counted: Collection[str] = (),
    fits: Collection[tuple[str, str]] = (),
) -> Iterator[Fault]:
    for row in plain_rows(table[table["sound"].astype(bool)]):
        yield from _row_faults(name, row, counted, fits)
    if "id" in table:
        yield from _repeated_ids(name, table)
        rows = table[table["sound"].astype(bool) & ~table["id"].duplicated()]
        yield from (_repeated_names if name in NAMED else _repeated_rows)(name, rows)
    elif name != f"{UNITS}.csv":
        for line in table.loc[table.drop(columns="line").duplicated(), "line"]:
            yield Fault(name, int(line), "", "a row a second time", "keep one")


def _lost_words_once(faults: Sequence[Fault]) -> list[Fault]:
    """Faults of tables, those of a word that many of them use and no vocabulary has told once.

    Rather was its row lost than the same word mistyped in each of them.
    """
    files: dict[tuple[str, ...], list[str]] = {}
    for fault in faults:
        if UNKNOWN_WORD in fault.kind:
            files.setdefault(fault.kind, []).append(fault.file)
    told: list[Fault] = []
    seen: set[tuple[str, ...]] = set()
    for fault in faults:
        names = list(dict.fromkeys(files.get(fault.kind, [])))
        if len(names) < MANY_TABLES:
            told.append(fault)
        elif fault.kind not in seen:
            seen.add(fault.kind)
            _, vocabulary, word = fault.kind
            found = f"{word!r}, which {len(names)} tables use ({', '.join(names)})"
            restore = f"restore its row of {vocabulary} in vocabulary.csv, if that was removed, or "
            told.append(replace(fault, found=found, advice=restore + fault.advice))
    return told


def record_faults(folder: Path, *, today: date | None = None) -> list[Fault]:
    """Collect every fault of a record.

    Parameters
    ----------
    folder : Path
        The folder with the tables, their dictionaries and ``vocabulary.csv``.
    today : datetime.date or None
        Day after which nothing can have been published; without it, or before it, the newest day
        of the registry of the data.

    Returns
    -------
    list of Fault
        Empty where the record is in order.
    """
    faults = [*tables_without_dictionary(folder), *vocabulary_faults(folder)]
    if vocabulary_faults(folder) and not words(folder):
        # without its words no table can be read
        return faults
    paths = {name: folder / f"{name}.csv" for name in table_names(folder)}
    missing = [
        Fault(path.name, 0, "", "no such file", "restore the table")
        for path in paths.values()
        if not path.is_file()
    ]
    if missing:
        return [*faults, *missing]
    tables: dict[str, pd.DataFrame] = {}
    for name, path in paths.items():
        tables[name], wrong = scan(path)
        # lines that could not be split into cells may hold any id
        lost = csv_text(path.name, file_bytes(path)).faults
        tables[name].attrs["unreadable"] = bool(lost) or (bool(wrong) and tables[name].empty)
        faults += wrong
    faults = _lost_words_once(faults)
    readable = {name: each for name, each in tables.items() if not each.attrs["unreadable"]}
    units, pairs = readable.get(UNITS), readable.get(QUANTITY_UNITS)
    counted = frozenset[str]() if units is None else counted_units(units)
    fits = () if pairs is None else set(zip(pairs["quantity"], pairs["unit"], strict=True))
    for name, table in tables.items():
        faults += _table_faults(f"{name}.csv", table, counted, fits)
    faults += _ref_faults(folder, tables)
    if SOURCES in readable:
        faults += _circles("sources.csv", readable[SOURCES])
        faults += _repeated_pages("sources.csv", readable[SOURCES])
        faults += _days_of_sources(folder, readable, today)
    if UNITS in readable:
        faults += _unit_faults(readable[UNITS], words(folder).get("unit", ()))
    if LINEAGE in readable and (folder / DELIVERED).is_dir():
        faults += _lineage_faults(folder, readable[LINEAGE])
    faults += look_alike_faults(readable)
    faults += _shared_ids({name: each for name, each in tables.items() if "source_id" in each})
    # a cell of a table with faults may have been moved: what corrections say of it is no fault yet
    return faults or correction_faults(folder)


def check_record(folder: Path) -> int:
    """Count the rows of a record that is in order, or refuse it with every fault.

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
    refuse(record_faults(folder), what=f"record {folder.name}")
    return sum(len(scan(folder / f"{name}.csv")[0]) for name in table_names(folder))
