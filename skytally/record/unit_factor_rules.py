"""Whether the factor of a unit is that of its name: a foot is 0.3048 m, and not 3.28084."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from skytally.core import Fault, plain_rows

SIZES = {
    "m": {
        "m": 1.0, "metre": 1.0, "meter": 1.0, "mm": 0.001, "millimetre": 0.001, "cm": 0.01,
        "centimetre": 0.01, "km": 1000.0, "kilometre": 1000.0, "kilometer": 1000.0,
        "in": 0.0254, "inch": 0.0254, "ft": 0.3048, "foot": 0.3048, "feet": 0.3048,
        "yd": 0.9144, "yard": 0.9144, "fathom": 1.8288, "mile": 1609.344, "mi": 1609.344,
        "nautical mile": 1852.0, "nmile": 1852.0, "nmi": 1852.0,
    },
    "m2": {"ha": 10_000.0, "hectare": 10_000.0, "acre": 4046.8564224},
    "kg": {
        "g": 0.001, "gram": 0.001, "kg": 1.0, "kilogram": 1.0, "t": 1000.0, "tonne": 1000.0,
        "metric ton": 1000.0, "long ton": 1016.0469088, "short ton": 907.18474,
        "lb": 0.45359237, "pound": 0.45359237,
    },
    "s": {
        "s": 1.0, "second": 1.0, "min": 60.0, "minute": 60.0, "h": 3600.0, "hour": 3600.0,
        "d": 86_400.0, "day": 86_400.0, "week": 604_800.0,
    },
}  # fmt: skip
"""SI unit to the names of units and how many of it each is, by definition: the foot, the pound and
what is made of them of 1959, the nautical mile of 1929."""
SPELLING = re.compile(
    r"(?:(?P<times>\d+(?:\.\d+)?) )?(?P<square>square )?(?P<name>[a-z_ ]+?)\^?(?P<power>[23])?"
)
"""A unit as UDUNITS or a sentence spells it, such as ``1.0668 km``, ``m2`` or ``square foot``."""
TOLERANCE = 0.001
"""Largest part by which a factor may be rounded."""


def _size(spelling: str) -> tuple[str, float] | None:
    """SI unit of a spelling, and how many of it one is; None where it is not known."""
    match = SPELLING.fullmatch(spelling.strip())
    if not match:
        return None
    name, times = match["name"].replace("_", " "), float(match["times"] or 1.0)
    power = 2 if match["square"] else int(match["power"] or 1)
    for unit, known in SIZES.items():
        for each in (name, name.removesuffix("s"), name.removesuffix("es")):
            if each in known and (power == 1 or unit == "m"):
                return f"{unit}{power}" if power > 1 else unit, times * known[each] ** power
    return None


def _sizes(row: dict[str, object]) -> dict[str, tuple[str, float]]:
    """Column of a unit to its size by the spelling in it, where that is known."""
    found = {column: _size(str(row[column])) for column in ("udunits", "singular", "unit")}
    return {column: size for column, size in found.items() if size}


def _number(number: float) -> str:
    return f"{number:.9f}".rstrip("0").rstrip(".")


def factor_faults(units: pd.DataFrame) -> Iterator[Fault]:
    """Faults of factors and spellings that no unit of the name has.

    Parameters
    ----------
    units : pandas.DataFrame
        The table ``units``. A unit that no spelling of `SIZES` names is passed over.

    Yields
    ------
    Fault
        With what the row says in words, such as that one foot is 3.28084 m.
    """
    rows = {str(row["unit"]): row for row in plain_rows(units)}
    for word, row in rows.items():
        sizes, one = _sizes(row), f"one {row['singular'] or word}"
        if len({(unit, round(size, 9)) for unit, size in sizes.values()}) > 1:
            found = f"{row['udunits']!r}, which is not {one}"
            yield Fault("units.csv", int(row["line"]), "udunits", found, "correct one of the two")
            continue
        compared, factor = str(row["compared_in"]), row["factor"]
        other = _sizes(rows[compared]) if compared in rows else {}
        if not sizes or not other or pd.isna(factor) or factor <= 0:
            continue
        (unit, size), (into, base) = next(iter(sizes.values())), next(iter(other.values()))
        if unit != into:
            found = f"{compared!r} for {word!r}, a unit of something else"
            advice = "name a unit of the same kind, or neither unit nor factor"
            yield Fault("units.csv", int(row["line"]), "compared_in", found, advice)
        elif abs(factor * base / size - 1.0) > TOLERANCE:
            known = _number(size / base)
            found = f"{_number(factor)}, by which {one} is {_number(factor)} {compared}"
            advice = f"{one} is {known} {compared}; write {known}, or correct its other cells"
            yield Fault("units.csv", int(row["line"]), "factor", found, advice)
