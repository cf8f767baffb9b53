"""The units of the record: singular, UDUNITS spelling, and the unit for comparisons."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from skytally.core import data_registry
from skytally.core.table_reader import read_table
from skytally.core.text_csv_toml_json_reader import file_bytes

DIMENSIONLESS = "1"
"""CF unit of whatever is counted."""


@dataclass(frozen=True)
class Unit:
    """One unit, as the table ``units`` describes it."""

    singular: str
    """The word after exactly one."""
    udunits: str
    """Spelling for CF attributes; ``1`` for whatever is counted."""
    compared_in: str
    """Unit into which numbers are converted before they are compared."""
    factor: float
    """How many of `compared_in` one of this unit is."""


@lru_cache(maxsize=8)
def _parsed(path: Path, _content: bytes | None) -> Mapping[str, Unit]:
    rows = read_table(path).to_dict("records")
    return {
        str(row["unit"]): Unit(
            singular=row["singular"] or row["unit"],
            udunits=row["udunits"] or DIMENSIONLESS,
            compared_in=row["compared_in"] or row["unit"],
            factor=1.0 if math.isnan(row["factor"]) else row["factor"],
        )
        for row in rows
    }


def unit_of(word: str) -> Unit:
    """Look a unit up in the registered table ``units``.

    Parameters
    ----------
    word : str
        Word of the vocabulary *unit*.

    Returns
    -------
    Unit
        A word that the table does not have is something counted, the same in the singular.

    Raises
    ------
    DataError
        If the table is not registered, is missing or has faults.

    Examples
    --------
    >>> unit_of("railcars").singular, unit_of("tonnes").udunits, unit_of("miles").factor
    ('railcar', 't', 1.609344)
    """
    path = data_registry.path("units", row=word)
    return _parsed(path, file_bytes(path)).get(word, Unit(word, DIMENSIONLESS, word, 1.0))
