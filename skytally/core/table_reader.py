"""CSV to table: read strictly against the dictionary, and tell every fault with its place."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from skytally.core.data_dictionary import Column, columns, words
from skytally.core.errors import refuse

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
PLAIN_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)
URL = re.compile(r"https?://[^\s<>\"]+")
HIDDEN = re.compile(r"[\x00-\x1f\x7f\u200b\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a table."""

    file: str
    """File name."""
    line: int
    """Line of the file, the header being line 1; 0 where the whole file is meant."""
    column: str
    """Column, or empty where the whole line is meant."""
    found: str
    """What stands there."""
    advice: str
    """What to do."""

    def __str__(self) -> str:
        """Write the fault as one sentence: file, line, column, what was found, what to do."""
        place = self.file
        if self.line:
            place += f", line {self.line}"
        if self.column:
            place += f", column {self.column}"
        return f"{place}: found {self.found}; {self.advice}"


def _id(cell: str) -> tuple[object, str]:
    return cell, "" if ID.fullmatch(cell) else "use letters, digits, dot, dash, underscore only"


def _text(cell: str) -> tuple[object, str]:
    return cell, "remove the invisible control character" if HIDDEN.search(cell) else ""


def _day(cell: str) -> tuple[object, str]:
    advice = "write the day as YYYY-MM-DD (a spreadsheet may have rewritten it)"
    if not ISO_DAY.fullmatch(cell):
        return None, advice
    try:
        return pd.Timestamp(date.fromisoformat(cell)), ""
    except ValueError:
        return None, "there is no such day; correct it"


def _number(cell: str) -> tuple[object, str]:
    if not PLAIN_NUMBER.fullmatch(cell):
        return None, "write a plain number such as 1010 or 2.6 (no separators, no exponent)"
    return float(cell), ""


def _url(cell: str) -> tuple[object, str]:
    return cell, "" if URL.fullmatch(cell) else "write a full http:// or https:// address"


def _refs(cell: str) -> tuple[object, str]:
    return cell, "" if all(ID.fullmatch(each) for each in cell.split()) else (
        "separate ids by single spaces"
    )


PARSE: dict[str, Callable[[str], tuple[object, str]]] = {
    "id": _id,
    "text": _text,
    "date": _day,
    "number": _number,
    "url": _url,
    "ref": _id,
    "refs": _refs,
}
EMPTY: dict[str, object] = {"date": pd.NaT, "number": float("nan")}


def _decoded(path: Path) -> tuple[str, list[Fault]]:
    raw = path.read_bytes()
    if not raw.removeprefix(b"\xef\xbb\xbf").strip():
        return "", [Fault(path.name, 0, "", "an empty file", "restore the table with its header")]
    if b"\x00" in raw:
        line = raw[: raw.index(b"\x00")].count(b"\n") + 1
        return "", [Fault(path.name, line, "", "a NUL byte", "save the table as UTF-8 text")]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        found = f"byte 0x{raw[error.start]:02x}, which is not UTF-8"
        return "", [Fault(path.name, line, "", found, "save the table as UTF-8")]


def _header_faults(name: str, header: list[str], wanted: tuple[Column, ...]) -> Iterator[Fault]:
    names = [column.name for column in wanted]
    if len(header) == 1 and ";" in header[0]:
        yield Fault(name, 1, "", "semicolons between the columns", "save the table with commas")
        return
    for column in names:
        if column not in header:
            yield Fault(name, 1, column, "no such column", "add it, as the dictionary has it")
    for column in header:
        if column not in names:
            yield Fault(name, 1, column, "a column the dictionary does not have", "remove it")
    for column in sorted({each for each in header if header.count(each) > 1}):
        yield Fault(name, 1, column, "the column twice", "keep one")


def _cell(column: Column, cell: str, allowed: dict[str, tuple[str, ...]]) -> tuple[object, str]:
    if not cell:
        empty = EMPTY.get(column.type, "")
        return empty, "fill it; the dictionary requires it" if column.required else ""
    if column.type == "word":
        vocabulary = allowed[column.vocabulary]
        advice = f"use a word of vocabulary {column.vocabulary}: {', '.join(vocabulary)}"
        return cell, "" if cell in vocabulary else advice
    return PARSE[column.type](cell)


def scan(path: Path) -> tuple[pd.DataFrame, list[Fault]]:
    """Read a table and collect its faults instead of raising them.

    Parameters
    ----------
    path : Path
        ``<name>.csv`` with ``<name>.dictionary.csv`` and ``vocabulary.csv`` beside it.

    Returns
    -------
    table : pandas.DataFrame
        One row a line, with ``line`` (of the file) and ``sound`` (no faulty cell); faulty
        cells are empty, so that references to a faulty row can still be resolved. Dates are
        timestamps, empty dates NaT, empty numbers NaN, empty text the empty string.
    faults : list of Fault
        Everything that is wrong.
    """
    wanted = columns(path)
    frame_columns = ["line", "sound", *(column.name for column in wanted)]
    text, faults = _decoded(path)
    if faults:
        return pd.DataFrame(columns=frame_columns), faults
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[dict[str, object]] = []
    try:
        header = [each.strip() for each in next(reader)]
        faults = list(_header_faults(path.name, header, wanted))
        if faults:
            return pd.DataFrame(columns=frame_columns), faults
        for cells in reader:
            row, wrong = _row(path, reader.line_num, header, cells)
            faults += wrong
            if row:
                rows.append(row)
    except csv.Error as error:
        faults.append(
            Fault(
                path.name, reader.line_num, "", f"broken CSV ({error})", "mend the quotation marks"
            )
        )
    table = pd.DataFrame(rows, columns=frame_columns)
    for column in wanted:
        if column.type == "date":
            table[column.name] = pd.to_datetime(table[column.name])
        if column.type == "number":
            table[column.name] = table[column.name].astype(float)
    return table, faults


def _row(
    path: Path, line: int, header: list[str], cells: list[str]
) -> tuple[dict[str, object], list[Fault]]:
    if not any(cell.strip() for cell in cells):
        return {}, [Fault(path.name, line, "", "an empty line", "remove it")]
    if len(cells) != len(header):
        found = f"{len(cells)} cells where the header has {len(header)}"
        return {}, [Fault(path.name, line, "", found, "check commas and quotation marks")]
    by_name = {column.name: column for column in columns(path)}
    allowed = words(path.parent)
    row: dict[str, object] = {"line": line}
    faults = []
    for name, raw in zip(header, cells, strict=True):
        row[name], advice = _cell(by_name[name], raw.strip(), allowed)
        if advice:
            faults.append(Fault(path.name, line, name, repr(raw.strip())[:80], advice))
            row[name] = EMPTY.get(by_name[name].type, "")
    row["sound"] = not faults
    return row, faults


def read_table(path: Path) -> pd.DataFrame:
    """Read a table of the record.

    Parameters
    ----------
    path : Path
        ``<name>.csv`` with ``<name>.dictionary.csv`` and ``vocabulary.csv`` beside it.

    Returns
    -------
    pandas.DataFrame
        One row a line of the file; its attribute ``table`` holds the name.

    Raises
    ------
    DataError
        If the file is not UTF-8 CSV with commas and the dictionary's columns, or a cell is
        not of its type or vocabulary. All faults at once.
    """
    table, faults = scan(path)
    refuse(map(str, faults), what=f"table {path.name}")
    table.attrs["table"] = path.stem
    return table.drop(columns="sound")
