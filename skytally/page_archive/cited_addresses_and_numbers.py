"""Addresses that the data cite, and the numbers that rows of the record took from each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from skytally.core import (
    columns,
    data_registry,
    dictionary_path,
    evidence_line_name_constants as n,
    observation_tables,
    plain_rows,
    read_table,
)
from skytally.page_archive.visit_and_cited_number_tables import OWN_TABLES

SOURCES = "sources"
BY_COMPILER = ("derived-sum", "inferred")
"""Words of the vocabulary *method* for numbers that no page prints: the compiler made them."""


@dataclass(frozen=True)
class CitedNumber:
    """Number that a row of the record took from a page."""

    row: str
    """Id of the row."""
    table: str
    """Its table."""
    wanted: tuple[float, ...]
    """The number, or both ends of a range; empty where the page prints none."""
    unit: str
    """Its unit."""


@dataclass(frozen=True)
class CitedAddress:
    """One address that the data cite."""

    url: str
    """The address."""
    cited_by: tuple[str, ...]
    """Rows that cite it, each as ``table:id``."""
    numbers: tuple[CitedNumber, ...]
    """Numbers of the rows that were read on it."""


def wanted_numbers(row: Mapping[str, Any]) -> tuple[float, ...]:
    """Numbers of a row that its page prints: the value, else both ends of a range.

    Examples
    --------
    >>> wanted_numbers({"value": 73.0, "method": "count"})
    (73.0,)
    >>> wanted_numbers({"value": 0.0, "method": "count"})
    ()
    """
    if str(row.get("method", "")) in BY_COMPILER:
        return ()
    printed = [float(row.get(name, math.nan)) for name in (n.VALUE, n.LOW, n.HIGH)]
    chosen = printed[:1] if not math.isnan(printed[0]) else printed[1:]
    # nothing seen is printed in words
    return tuple(number for number in chosen if not math.isnan(number) and number != 0)


def url_columns(data: Path) -> Iterator[tuple[str, Path, str]]:
    """Yield name, path and column of each registered table that has a column of addresses."""
    for row in data_registry.entries(data).values():
        path = data / row["file"]
        name = path.stem
        if path.suffix != ".csv" or name in OWN_TABLES or not dictionary_path(path).is_file():
            continue
        for column in columns(path):
            if column.type == "url":
                yield name, path, column.name


def _first_cell(row: Mapping[str, Any]) -> str:
    """Id of a row; of a table without ids its first cell."""
    cell = row["id"] if "id" in row else next(value for key, value in row.items() if key != "line")
    return cell.date().isoformat() if isinstance(cell, pd.Timestamp) else str(cell)


def _numbers(record: Path) -> dict[str, list[CitedNumber]]:
    """Numbers of the rows of the record, by the source on which they were read."""
    found: dict[str, list[CitedNumber]] = {}
    for table in observation_tables(record):
        for row in plain_rows(read_table(record / f"{table}.csv")):
            number = CitedNumber(
                str(row["id"]), table, wanted_numbers(row),
                str(row.get("unit", "")),
            )  # fmt: skip
            found.setdefault(str(row["source_id"]), []).append(number)
    return found


def cited_addresses(data: Path) -> list[CitedAddress]:
    """List the addresses that tables of the data cite, each once, sorted.

    Parameters
    ----------
    data : Path
        The data folder.

    Returns
    -------
    list of CitedAddress
        From every column of type *url* of a registered table; addresses of catalogues are none,
        since nothing was read there.
    """
    cited: dict[str, list[str]] = {}
    numbers: dict[str, list[CitedNumber]] = {}
    by_source = _numbers(data / "record")
    for name, path, column in url_columns(data):
        for row in plain_rows(read_table(path)):
            url, key = str(row[column]), _first_cell(row)
            if not url:
                continue
            cited.setdefault(url, []).append(f"{name}:{key}")
            if name == SOURCES:
                numbers.setdefault(url, []).extend(by_source.get(key, []))
    return [
        CitedAddress(url, tuple(rows), tuple(numbers.get(url, ())))
        for url, rows in sorted(cited.items())
    ]
