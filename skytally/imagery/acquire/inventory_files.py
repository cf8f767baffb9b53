"""The looks and searches tables on the disk: read strictly, written whole, joined without loss."""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pandas as pd

from skytally.core.errors import DataError, refuse

LOOK_COLUMNS = (
    "site",
    "item_id",
    "provider",
    "label",
    "sensor",
    "platform",
    "processor",
    "time_utc",
    "time_local",
    "relative_orbit",
    "orbit_state",
    "baseline",
    "offset",
    "tile",
    "cloud_share",
    "usable",
    "reason",
    "bytes_read",
    "chip_sha256",
    "resampled_from",
    "verified",
    "fate",
    "fate_reason",
    "searched",
)
"""Columns of ``looks.csv`` in order; every cell is text, empty where nothing is known."""
SEARCH_COLUMNS = (
    "site",
    "provider",
    "label",
    "sensor",
    "first",
    "last",
    "searched",
    "offered",
    "malformed",
    "matched",
    "pages",
    "faults",
    "changed",
)
"""Columns of ``searches.csv`` in order: one row a search, its period in whole days."""
BREAK_COLUMNS = ("date", "sensor", "what", "effect", "reference")
"""Columns of ``breaks.csv`` in order: one row a day on which the instruments changed."""
LOOK_KEY = ("provider", "site", "item_id")
"""Columns that name one look."""
SEARCH_KEY = ("provider", "site", "label", "first", "last")
"""Columns that name one search."""
STORED, FAILED, REJECTED, SUPERSEDED = "stored", "failed", "rejected", "superseded"
FATES = (STORED, FAILED, REJECTED, SUPERSEDED)
YES, NO = "yes", "no"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
Row = Mapping[str, str]


def read_looks(path: Path) -> pd.DataFrame:
    """Read the looks table.

    Parameters
    ----------
    path : Path
        ``looks.csv``.

    Returns
    -------
    pandas.DataFrame
        Columns `LOOK_COLUMNS`, every cell text, in the order of the file.

    Raises
    ------
    DataError
        If the file is missing or broken, a look appears twice, or a cell cannot be what its
        column holds. All faults at once.
    """
    table = _read(path, LOOK_COLUMNS, LOOK_KEY)
    refuse(_look_faults(table), what=f"looks in {path}")
    return table


def read_searches(path: Path) -> pd.DataFrame:
    """Read the searches table; refuses as `read_looks` does.

    Parameters
    ----------
    path : Path
        ``searches.csv``.

    Returns
    -------
    pandas.DataFrame
        Columns `SEARCH_COLUMNS`, every cell text.
    """
    table = _read(path, SEARCH_COLUMNS, SEARCH_KEY)
    refuse(_search_faults(table), what=f"searches in {path}")
    return table


def read_breaks(path: Path) -> pd.DataFrame:
    """Read the register of breaks; refuses as `read_looks` does.

    Parameters
    ----------
    path : Path
        ``breaks.csv``.

    Returns
    -------
    pandas.DataFrame
        Columns `BREAK_COLUMNS`, every cell text.
    """
    table = _read(path, BREAK_COLUMNS, ("date", "what"))
    faults = (
        f"line {line}: date {row['date']!r}; write the day as YYYY-MM-DD"
        for line, row in enumerate(table.to_dict("records"), start=2)
        if not DAY.fullmatch(row["date"])
    )
    refuse(faults, what=f"breaks in {path}")
    return table


def _read(path: Path, columns: tuple[str, ...], key: tuple[str, ...]) -> pd.DataFrame:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = f"{path}: cannot be read ({error}); restore it from git"
        raise DataError(message) from error
    if tuple(header) != columns:
        message = f"{path}: columns {', '.join(header)}; they must be {', '.join(columns)}"
        raise DataError(message)
    wrong = [
        f"line {line}: {len(row)} cells where the header has {len(columns)}; mend it"
        for line, row in enumerate(rows, start=2)
        if len(row) != len(columns)
    ]
    refuse(wrong, what=str(path))
    table = pd.DataFrame(rows, columns=list(columns), dtype=str)
    twice = table[table.duplicated(list(key), keep="first")]
    refuse(
        (
            f"line {int(str(index)) + 2}: {', '.join(row[word] for word in key)} appears twice; "
            "keep one row"
            for index, row in twice.iterrows()
        ),
        what=str(path),
    )
    return table


def _look_faults(table: pd.DataFrame) -> Iterator[str]:
    for line, row in enumerate(table.to_dict("records"), start=2):
        place = f"line {line}, {row['item_id'] or 'no item'}"
        if not (row["site"] and row["item_id"] and row["provider"]):
            yield f"{place}: no site, item or provider; fill it"
        if row["fate"] not in FATES:
            yield f"{place}: fate {row['fate']!r}; use one of {', '.join(FATES)}"
        if row["usable"] not in ("", YES, NO):
            yield f"{place}: usable {row['usable']!r}; use yes, no, or nothing where unread"
        if row["usable"] and row["fate"] != STORED:
            yield f"{place}: usable {row['usable']}, though it was not stored; empty it"
        if (row["usable"] == NO) != bool(row["reason"]):
            yield f"{place}: usable {row['usable']!r} and reason {row['reason']!r} do not fit"
        if (row["fate"] == STORED) != (not row["fate_reason"]):
            yield f"{place}: fate {row['fate']} and reason {row['fate_reason']!r} do not fit"
        if not (
            TIME.fullmatch(row["time_utc"]) or (row["fate"] == REJECTED and not row["time_utc"])
        ):
            yield f"{place}: time {row['time_utc']!r}; write it as 2023-08-27T02:15:49Z"
        if not DAY.fullmatch(row["searched"]):
            yield f"{place}: searched {row['searched']!r}; write the day as YYYY-MM-DD"


def _search_faults(table: pd.DataFrame) -> Iterator[str]:
    for line, row in enumerate(table.to_dict("records"), start=2):
        for word in ("first", "last", "searched"):
            if not DAY.fullmatch(row[word]):
                yield f"line {line}: {word} {row[word]!r}; write the day as YYYY-MM-DD"
        for word in ("offered", "malformed", "pages"):
            if not row[word].isdecimal():
                yield f"line {line}: {word} {row[word]!r}; write a whole number"


def write_looks(path: Path, rows: pd.DataFrame | Iterable[Row]) -> None:
    """Write the looks table: the same rows give the same bytes, and never half a file.

    Parameters
    ----------
    path : Path
        ``looks.csv``; replaced only once the new table is whole on the disk.
    rows : pandas.DataFrame or iterable of mappings
        One row a look; columns that are absent are written empty.

    Raises
    ------
    DataError
        If a row names a column the table does not have.
    """
    _write(path, rows, LOOK_COLUMNS, ("site", "time_utc", "item_id", "provider"))


def write_searches(path: Path, rows: pd.DataFrame | Iterable[Row]) -> None:
    """Write the searches table as `write_looks` writes the looks."""
    _write(path, rows, SEARCH_COLUMNS, ("site", "provider", "first", "last", "label"))


def _records(rows: pd.DataFrame | Iterable[Row]) -> list[dict[str, str]]:
    given = rows.to_dict("records") if isinstance(rows, pd.DataFrame) else rows
    return [{str(key): str(value) for key, value in row.items()} for row in given]


def _write(
    path: Path,
    rows: pd.DataFrame | Iterable[Row],
    columns: tuple[str, ...],
    order: tuple[str, ...],
) -> None:
    records = _records(rows)
    unknown = sorted({key for row in records for key in row} - set(columns))
    if unknown:
        message = f"{path}: unknown columns {', '.join(unknown)}; known: {', '.join(columns)}"
        raise DataError(message)
    records.sort(key=lambda row: tuple(row.get(column, "") for column in order))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _plain(cell) for key, cell in row.items()} for row in records)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(buffer.getvalue())
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _plain(cell: str) -> str:
    """Keep a cell on one line and out of a spreadsheet's formulas."""
    line = " ".join(cell.split())
    return f"'{line}" if line.startswith(("=", "+", "@")) else line


def merge_looks(
    old: pd.DataFrame | Iterable[Row], new: pd.DataFrame | Iterable[Row]
) -> pd.DataFrame:
    """Join what was known with what a refresh found; no row is ever lost.

    Parameters
    ----------
    old, new : pandas.DataFrame or iterable of mappings
        Rows of looks. A new row replaces the old one of the same look, except that a look
        that was stored stays stored when reading it again fails: its pixels are still there.

    Returns
    -------
    pandas.DataFrame
        Columns `LOOK_COLUMNS`, sorted by site, time and item.
    """
    joined: dict[tuple[str, ...], dict[str, str]] = {}
    for row in _records(old):
        joined[tuple(row[word] for word in LOOK_KEY)] = row
    for row in _records(new):
        key = tuple(row[word] for word in LOOK_KEY)
        before = joined.get(key)
        if before and before["fate"] == STORED and row["fate"] == FAILED:
            joined[key] = {**before, "searched": row["searched"]}
        else:
            joined[key] = row
    table = pd.DataFrame(
        [{column: row.get(column, "") for column in LOOK_COLUMNS} for row in joined.values()],
        columns=list(LOOK_COLUMNS),
        dtype=str,
    )
    order = ["site", "time_utc", "item_id", "provider"]
    return table.sort_values(order, kind="stable", ignore_index=True)


def merge_searches(
    old: pd.DataFrame | Iterable[Row], new: pd.DataFrame | Iterable[Row]
) -> pd.DataFrame:
    """Join the searches; the latest search of the same provider, site and period stands."""
    joined = {
        tuple(row[word] for word in SEARCH_KEY): row for row in [*_records(old), *_records(new)]
    }
    table = pd.DataFrame(
        [{column: row.get(column, "") for column in SEARCH_COLUMNS} for row in joined.values()],
        columns=list(SEARCH_COLUMNS),
        dtype=str,
    )
    order = ["site", "provider", "first", "last", "label"]
    return table.sort_values(order, kind="stable", ignore_index=True)
