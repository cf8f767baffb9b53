"""Whether the value of a parameter makes sense: days that exist, in order; rows that exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from skytally.core import CURLY_QUOTES, data_folder, is_day, scan, table_names, written
from skytally.press.allowed_parameter_values import (
    Limit,
    are_days,
    is_month,
    lacks_lines,
    limit_faults,
    nearest_name,
    order_fault,
    read_limits,
)

FIRST, LAST = "first", "last"
"""Names of the two parameters that bound what is drawn."""

ONE_DAY = "_day"
"""End of the name of a parameter that is one day, on which there must be rows."""


@dataclass(frozen=True)
class RecordValues:
    """What a parameter may name in the record."""

    ids: Mapping[str, frozenset[str]]
    """Table to the ids of its rows."""
    days: Mapping[str, frozenset[str]]
    """Table to the days, as YYYY-MM-DD, that stand in its columns of dates."""
    limits: Mapping[tuple[str, str], Limit]
    """Notebook and parameter to what it may be, of those that have limits."""


def record_values() -> RecordValues:
    """Ids and days of all rows of the record; a table with faults in cells gives those it has."""
    folder = data_folder() / "record"
    scanned = {name: scan(folder / f"{name}.csv") for name in table_names(folder)}
    # ids and days of a table that lacks lines are not all known, and so name no fault
    tables = {name: table for name, (table, faults) in scanned.items() if not lacks_lines(faults)}
    days = {
        name: frozenset(day.strftime("%Y-%m-%d") for column in table.select_dtypes("datetime")
                        for day in table[column].dropna())
        for name, table in tables.items()
    }  # fmt: skip
    return RecordValues(
        {name: frozenset(table["id"].astype(str)) for name, table in tables.items()
         if "id" in table},
        days,
        read_limits(frozenset().union(*days.values())),
    )  # fmt: skip


def _fault_of_text(name: str, value: str, default: str, record: RecordValues) -> str:
    if curly := CURLY_QUOTES.match(value):
        return f'write plain quotation marks (") in place of {curly[0]}'
    if is_day(default) and not is_day(value):
        return "write a day that exists, as YYYY-MM-DD"
    if is_month(default) and not is_month(value):
        return "write a month that exists, as YYYY-MM"
    known, what = record.ids, "with this id"
    if is_day(default):
        if not name.endswith(ONE_DAY):
            return ""
        known, what = record.days, "on this day"
    tables = sorted(table for table, values in known.items() if default in values)
    if not tables or any(value in known[table] for table in tables):
        return ""
    ids = [each for table in tables for each in known[table] if not is_day(each)]
    near = nearest_name(value, ids)
    return f"no row {what} in {' or '.join(tables)}{near}; name one that exists"


def _below_0(number: object) -> bool:
    return isinstance(number, int | float) and number < 0


def _of_one_kind(parts: list[Any]) -> bool:
    """Whether a list holds only days and months, or only numbers."""
    return are_days(parts) or all(type(part) in (int, float) for part in parts)


def _order_faults(value: list[Any], default: list[Any]) -> Iterator[str]:
    """Yield that the parts of a list run backwards, which those of its default do not."""
    if _of_one_kind(value) and _of_one_kind(default) and not order_fault(default):
        yield from filter(None, [order_fault(value)])


def _faults(name: str, value: object, default: object, record: RecordValues) -> Iterator[str]:
    """Yield what was found and what to do, for each part of a value."""
    if isinstance(value, str) and isinstance(default, str):
        if fault := _fault_of_text(name, value, default, record):
            yield f"found {written(value)}; {fault}"
    elif isinstance(value, list) and isinstance(default, list):
        for part, example in zip(value, default, strict=True):
            yield from _faults(name, part, example, record)
        yield from _order_faults(value, default)
    elif isinstance(value, dict) and isinstance(default, dict):
        example = next(iter(default.values()), "")
        for part in value.values():
            yield from _faults(name, part, example, record)
    # written so that NaN is refused, too
    elif isinstance(value, int | float) and not (_below_0(default) or value >= 0):
        yield f"found {written(value)}; write a number that is not below 0"


def value_faults(
    page: str, values: Mapping[str, object], defaults: Mapping[str, object], record: RecordValues
) -> Iterator[tuple[str, str]]:
    """Faults of the values of a notebook's parameters, each built as its default is.

    Parameters
    ----------
    page : str
        The notebook.
    values : mapping of str to object
        Parameters to their values, those of the notebook where a file sets none.
    defaults : mapping of str to object
        The notebook's own values. A day, a month or the id of a row stands for its kind.
    record : RecordValues
        What the record holds, and the limits of parameters.

    Yields
    ------
    tuple of str and str
        Name of the parameter; what was found and what to do.
    """
    faulty = set()
    for name, value in values.items():
        faults = list(_faults(name, value, defaults[name], record))
        limit = record.limits.get((page, name))
        if limit and not faults:
            faults = list(limit_faults(value, limit))
        if faults:
            faulty.add(name)
        yield from ((name, fault) for fault in faults)
    first, last = values.get(FIRST), values.get(LAST)
    if faulty & {FIRST, LAST}:
        return
    if isinstance(first, str) and isinstance(last, str) and first > last:
        if first == defaults[FIRST]:
            found = f"found {written(last)}, before {FIRST} {written(first)}"
            yield LAST, f"{found}; write the later one as {LAST}"
        else:
            found = f"found {written(first)}, after {LAST} {written(last)}"
            yield FIRST, f"{found}; write the earlier one as {FIRST}"
