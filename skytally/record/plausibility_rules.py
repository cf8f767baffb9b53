"""Whether a well-formed row can be true: whole counts, days, places, bounds and units that fit."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import Any

import pandas as pd

from skytally.core import Fault, evidence_line_name_constants as n, plain_rows

NUMBERS = (n.VALUE, n.LOW, n.HIGH)
RATIO = "1"
"""What the table ``units`` writes for a ratio, which is counted in no whole things."""
PERCENT, LARGEST_PERCENT = "percent", 100.0
WORDS_OF_BOUNDS = (
    (n.AT_MOST, r"at most|no more than|not more than|no(?:t)? over|up to|as many as|fewer than|"
     r"less than|under|below|maximum"),
    (n.AT_LEAST, r"at least|no fewer than|no less than|not less than|minimum"),
    (n.MORE_THAN, r"more than|over|upward of|upwards of|above|in excess of|exceeding"),
)  # fmt: skip
"""Softening words that say a bound; the first pattern that fits decides."""
ONE_SIDED = (n.AT_MOST, n.AT_LEAST, n.MORE_THAN)
DAYS_IN_ORDER = (
    ("absent_before", "seen_first", "seen_last", "absent_after"),
    ("depart_first", "arrive_last"),
)
"""Columns of days that follow one another where they are given."""
LIMITS = (("lat", 90.0), ("lon", 180.0))


def _given(row: Mapping[str, Any], columns: Collection[str] = NUMBERS) -> dict[str, float]:
    numbers = {column: float(row.get(column, math.nan)) for column in columns}
    return {column: number for column, number in numbers.items() if not math.isnan(number)}


def counted_units(units: pd.DataFrame) -> frozenset[str]:
    """Units of things that are counted, and therefore whole.

    Parameters
    ----------
    units : pandas.DataFrame
        The table ``units``: neither a physical unit nor a ratio, a rate or part of another unit.
    """
    counted = (units["udunits"] == "") & units["factor"].isna()
    counted &= ~units["unit"].str.contains(" per ", regex=False)
    return frozenset(units.loc[counted, "unit"])


def number_faults(
    name: str, row: Mapping[str, Any], counted: Collection[str], fits: Collection[tuple[str, str]]
) -> Iterator[Fault]:
    """Faults of a number that its unit, quantity or bound cannot have.

    Parameters
    ----------
    name : str
        File name, for the messages.
    row : mapping
        A sound row with ``bound`` and ``unit``.
    counted : collection of str
        Units of `counted_units`.
    fits : collection of (str, str)
        Quantities with their units, beside the unit of the quantity's own name and rates of it;
        empty where the record has no such table.

    Yields
    ------
    Fault
    """
    line, unit, quantity = int(row["line"]), str(row["unit"]), str(row["quantity"])
    numbers = _given(row)
    for column, number in numbers.items():
        if unit in counted and not number.is_integer():
            advice = "write a whole number, or the two between which it lies in low and high"
            yield Fault(name, line, column, f"{number:g} {unit}, which are counted", advice)
        if unit == PERCENT and number > LARGEST_PERCENT:
            advice = f"a share is at most {LARGEST_PERCENT:g} percent; write a growth in times"
            yield Fault(name, line, column, f"{number:g} percent", advice)
    own = unit == quantity or unit.startswith(f"{quantity} per ")
    if fits and unit and quantity and not own and (quantity, unit) not in fits:
        known = sorted({quantity, *(each for other, each in fits if other == quantity)})
        advice = f"use one of {', '.join(known)}, or add the pair to quantity_units.csv"
        yield Fault(name, line, "unit", f"{quantity!r} in {unit!r}", advice)
    yield from _bound_faults(name, row, numbers)


def _bound_faults(
    name: str, row: Mapping[str, Any], numbers: Mapping[str, float]
) -> Iterator[Fault]:
    line, bound, wording = int(row["line"]), str(row[n.BOUND]), str(row.get("wording", ""))
    said = (word for word, pattern in WORDS_OF_BOUNDS if re.search(rf"\b(?:{pattern})\b", wording))
    worded = next(said, "")
    if worded and bound and worded != bound:
        advice = f"{wording!r} says {worded!r}; correct one of the two"
        yield Fault(name, line, n.BOUND, repr(bound), advice)
    if bound in ONE_SIDED and n.VALUE in numbers and len(numbers) > 1:
        advice = "a number that is a bound has no other; empty low and high, or write about"
        yield Fault(name, line, n.BOUND, f"{bound!r} beside low or high", advice)


def place_faults(name: str, row: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults of coordinates that are on no place of the Earth, or of an uncertainty that is none.

    Parameters
    ----------
    name : str
        File name, for the messages.
    row : mapping
        A sound row; one without ``lat`` has no fault.

    Yields
    ------
    Fault
    """
    if not {"lat", "lon"} <= {*row}:
        return
    line, place = int(row["line"]), _given(row, ("lat", "lon"))
    for column, limit in LIMITS:
        if abs(place.get(column, 0.0)) > limit:
            exchanged = column == "lat" and abs(place.get("lon", limit)) <= limit
            hint = "; latitude and longitude may be exchanged" if exchanged else ""
            advice = f"at most {limit:g} degrees{hint}"
            yield Fault(name, line, column, f"{place[column]}", advice)
    if len(place) == 1:
        advice = "give latitude and longitude, or neither"
        yield Fault(name, line, next(iter(place)), "one coordinate of two", advice)
    if place == {"lat": 0.0, "lon": 0.0}:
        advice = "leave both empty where the place is not located"
        yield Fault(name, line, "lat", "0, 0, which is no place", advice)
    if "uncertainty_m" in row:
        radius = float(row["uncertainty_m"])
        if radius <= 0 or (math.isnan(radius) and len(place) == 2):
            found = "nothing" if math.isnan(radius) else f"{radius:g}"
            yield Fault(name, line, "uncertainty_m", found, "give metres above 0")


def order_faults(name: str, row: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults of days that precede what must come before them, such as an arrival a departure."""
    for columns in DAYS_IN_ORDER:
        given = [column for column in columns if not pd.isna(row.get(column))]
        for first, then in pairwise(given):
            if row[first] > row[then]:
                found = f"{row[first]:%Y-%m-%d} after {then} {row[then]:%Y-%m-%d}"
                yield Fault(name, int(row["line"]), first, found, "exchange or correct them")


def publication_faults(
    name: str, table: pd.DataFrame, published: Mapping[str, Any], latest: Any
) -> Iterator[Fault]:
    """Faults of days on which something begins after the page that reports it was published.

    Parameters
    ----------
    name : str
        File name, for the messages.
    table : pandas.DataFrame
        A table with ``source_id``; columns of first days end in ``_first``.
    published : mapping of str to pandas.Timestamp
        Source to the last day on which it can have been published, NaT where it is not known.
    latest : pandas.Timestamp or NaT
        Last day on which anything of the record was read, for sources without a day.

    Yields
    ------
    Fault
    """
    firsts = [column for column in table.select_dtypes("datetime") if column.endswith("_first")]
    for row in plain_rows(table[["line", "source_id", *firsts]]):
        day = published.get(str(row["source_id"]), pd.NaT)
        told = f"{row['source_id']} was published by {day:%Y-%m-%d}" if pd.notna(day) else ""
        if pd.isna(day):
            day, told = latest, "" if pd.isna(latest) else f"the data end on {latest:%Y-%m-%d}"
        for column in firsts:
            if told and pd.notna(row[column]) and row[column] > day:
                found = f"{row[column]:%Y-%m-%d}"
                advice = f"{told}; correct the day, or name another source"
                yield Fault(name, int(row["line"]), str(column), found, advice)


def interval_faults(name: str, table: pd.DataFrame) -> Iterator[Fault]:
    """Faults of intervals whose lower end lies above the upper one, in a table of results."""
    if {n.LOW, n.HIGH} <= {*table}:
        for row in table[table[n.LOW] > table[n.HIGH]].to_dict("records"):
            found = f"{row[n.LOW]:g} above high {row[n.HIGH]:g}"
            yield Fault(name, int(row["line"]), n.LOW, found, "exchange or correct them")
