"""Limits of parameters: from what to what a value may go, and the names that it may hold."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from skytally.core import Fault, data_folder, is_day, scan, written
from skytally.record import condition_faults

TABLE = "parameter_limits"
"""Name of the table in the data folder; a project need not have it."""
RECORD = "record"
"""Stands for the first or the last day of the record in the columns of limits."""
PATTERN = "pattern"
"""Form of a parameter that is a pattern, whose words are looked for in a column."""
SENSOR_NAMES = "providers.sensor"
"""Stands for the sensors that a provider may offer, where names are looked for."""
MOST_NAMED = 8
"""Known names that a fault lists."""
PATTERN_SIGNS = re.compile(r"[()\[\]\\]")
"""Signs of a pattern that is more than words beside one another."""
MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class Limit:
    """What one parameter may be."""

    least: str
    """Least number or earliest day or month, or empty."""
    most: str
    """Greatest number or latest day or month, or empty."""
    names: str
    """Where names are looked for, ``table.column``, or empty."""
    known: tuple[str, ...]
    """The names that stand there."""
    is_pattern: bool
    """Whether the value is a pattern that finds names there."""
    reason: str
    """Why these are the limits."""


def _rows() -> list[dict[str, Any]]:
    """Rows of the table; none where the project has none, or it has faults."""
    path = data_folder() / f"{TABLE}.csv"
    if not path.is_file():
        return []
    table, faults = scan(path)
    return [] if faults else [dict(row) for row in table.to_dict("records")]


def _column(names: str) -> list[str] | None:
    """Cells of a column, ``table.column``; None where there is none."""
    if names == SENSOR_NAMES:
        from skytally.imagery.acquire import SENSORS

        return sorted(SENSORS)  # one that nobody offers at present is drawn, too, as not searched
    table, _, column = names.partition(".")
    folder = data_folder()
    for place in (folder / "record", folder / "sites"):
        path = place / f"{table}.csv"
        if path.is_file():
            cells, faults = scan(path)
            if lacks_lines(faults):
                return []
            known = cells[column].dropna().astype(str) if column in cells else []
            return sorted({*known} - {""}) if column in cells else None
    return None


def read_limits(days: Collection[str]) -> dict[tuple[str, str], Limit]:
    """Read the limits of the parameters of all notebooks.

    Parameters
    ----------
    days : collection of str
        The days of the record, as YYYY-MM-DD.

    Returns
    -------
    dict of (str, str) to Limit
        Notebook and parameter to what it may be, without rows whose names stand nowhere; empty
        where the table has faults.
    """
    ends = {"least": min(days, default=""), "most": max(days, default="")}
    limits = {}
    for row in _rows():
        least, most = (ends[end] if row[end] == RECORD else row[end] for end in ends)
        known = _column(row["names"]) if row["names"] else []
        if known is None or (row["names"] and not known):
            continue  # `limit_table_faults` names the row, or the check the table without names
        limits[row["page"], row["parameter"]] = Limit(
            least, most, row["names"], tuple(known), row["form"] == PATTERN, row["reason"]
        )
    return limits


def lacks_lines(faults: Collection[Fault]) -> bool:
    """Whether a table with these faults may lack rows that its file has."""
    return any(not fault.column for fault in faults)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def limit_table_faults(parameters: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Collect the lines of the table that limit no parameter, or limit it by nothing.

    Parameters
    ----------
    parameters : mapping of str to mapping
        Notebook to its parameters and their values.
    """
    faults = []
    for row in _rows():
        where, known = f"{TABLE}.csv, line {row['line']}, column", parameters.get(row["page"], {})
        if row["parameter"] not in known:
            names = ", ".join(sorted(known)) or "none"
            faults.append(
                f"{where} parameter: {row['page']} has no parameter {row['parameter']!r}; name one "
                f"of: {names}"
            )
        if row["names"] and _column(row["names"]) is None:
            faults.append(
                f"{where} names: found {row['names']!r}, which is no column; write table.column of "
                "the record or of the sites"
            )
        least, most = row["least"], row["most"]
        if isinstance(known.get(row["parameter"]), int | float):
            faults += [
                f"{where} {end}: found {row[end]!r} for a number; write a number"
                for end in ("least", "most")
                if row[end] and math.isnan(_number(row[end]))
            ]
        if _number(least) > _number(most):
            faults.append(f"{where} least: found {least} above {most}; exchange them")
        if not (least or most or row["names"]):
            faults.append(f"{where} least: found no limit; give least, most or names")
    return faults


def nearest_name(name: str, known: Collection[str]) -> str:
    """Words that name what may have been meant, empty where nothing known is like it.

    Examples
    --------
    >>> nearest_name("tikhoretzk", ["khasan", "tikhoretsk"])
    '; the nearest is "tikhoretsk"'
    """
    lower = {each.lower(): each for each in sorted(known)}
    near = difflib.get_close_matches(name.lower(), lower, n=1)
    return f"; the nearest is {written(lower[near[0]])}" if near else ""


def _first_names(known: Collection[str]) -> str:
    rest = len(known) - MOST_NAMED
    return ", ".join(sorted(known)[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _name_fault(value: str, limit: Limit) -> str:
    if value in limit.known:
        return ""
    near = nearest_name(value, limit.known) or f"; known are {_first_names(limit.known)}"
    return f"found {written(value)}, which is not in {limit.names}{near}; name one of those"


def _pattern_faults(value: str, limit: Limit) -> Iterator[str]:
    """Faults of a pattern: one that cannot be read, or a word of it that finds nothing."""
    column = limit.names.partition(".")[2]
    faults = condition_faults(pd.DataFrame({column: list(limit.known)}), f"{column}~{value}")
    if ";" in value or faults:
        found = faults[0].partition(": ")[2] if faults else "a semicolon; leave it out"
        yield f"found {written(value)}: {found}"
        return
    words = [value] if PATTERN_SIGNS.search(value) else value.split("|")
    for word in words:
        if not word:
            found = f"{written(value)}, a part of which is empty and finds everything"
            yield f"found {found}; remove it"
        elif not any(re.search(word, name, re.IGNORECASE) for name in limit.known):
            near = nearest_name(word, limit.known) or f"; known are {_first_names(limit.known)}"
            yield f"found {written(word)}, which finds nothing in {limit.names}{near}; correct it"


def is_month(text: str) -> bool:
    """Whether a text is a month that exists, as YYYY-MM."""
    return bool(MONTH.fullmatch(text)) and is_day(f"{text}-01")


def _kind_fault(value: object, limit: Limit) -> str:
    """Fault of a value that is no day where the limits are days, and of a text where none is."""
    if not isinstance(value, str) or not (limit.least or limit.most):
        return ""
    end = limit.least or limit.most
    if not (is_day(end) or is_month(end)):
        return f"found {written(value)} in quotation marks; write a number without"
    if is_day(value) or is_month(value):
        return ""
    return f"found {written(value)}; write a day that exists, as YYYY-MM-DD, or a month, as YYYY-MM"


def are_days(parts: Sequence[object]) -> bool:
    """Whether a list holds only days and months."""
    return all(isinstance(part, str) and (is_day(part) or is_month(part)) for part in parts)


def order_fault(parts: Sequence[Any]) -> str:
    """Fault of a list of days, or of one of numbers, that runs backwards; empty if it does not."""
    for one, other in pairwise(parts):
        if one > other:
            first, what = ("earlier", "day") if isinstance(one, str) else ("smaller", "number")
            return f"found {one} before {other}; write the {first} {what} first"
    return ""


def _range_fault(value: object, limit: Limit) -> str:
    """Fault of a number, day or month that lies beyond its limits."""
    below = above = False
    if isinstance(value, str):
        # a month is compared with the month of a day
        below = bool(limit.least) and value < limit.least[: len(value)]
        above = bool(limit.most) and value > limit.most[: len(value)]
    elif isinstance(value, int | float):
        # written so that NaN is refused, too
        below = bool(limit.least) and not value >= _number(limit.least)
        above = bool(limit.most) and not value <= _number(limit.most)
    if not (below or above):
        return ""
    shown = written(value)
    allowed = " to ".join(filter(None, (limit.least, limit.most)))
    allowed = allowed if limit.least and limit.most else f"{'from' if below else 'up to'} {allowed}"
    return f"found {shown}; allowed is {allowed} ({limit.reason}); write a value within it"


def limit_faults(value: object, limit: Limit) -> Iterator[str]:
    """Yield what was found and what to do, for each part of a value that is beyond its limits.

    Parameters
    ----------
    value : object
        Value of a parameter, of the form that its notebook gives it.
    limit : Limit
        What it may be.

    Yields
    ------
    str
        One sentence a part, without the name of the parameter.
    """
    if isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from limit_faults(part, limit)
        if isinstance(value, list) and not limit.names and are_days(value):
            yield from filter(None, [order_fault(value)])
    elif isinstance(value, str) and limit.names and limit.is_pattern:
        yield from _pattern_faults(value, limit)
    elif isinstance(value, str) and limit.names:
        yield from filter(None, [_name_fault(value, limit)])
    else:
        yield from filter(None, [_kind_fault(value, limit) or _range_fault(value, limit)])
