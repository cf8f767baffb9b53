"""Tables of the archive: what came of each visit, and where numbers stand in each copy."""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from skytally.core import DataError, Fault, columns, csv_text, file_bytes, refuse, scan
from skytally.page_archive.cited_number_search import FOUND, WITHOUT_UNIT
from skytally.page_archive.visit_outcome import KEPT_PARTLY, KEPT_WHOLE

VISITS, NUMBERS = "archive", "archived_numbers"
OWN_TABLES = (VISITS, NUMBERS)
"""Tables that ``make archive`` writes."""
ARCHIVE_FILES = (
    *(f"{name}{suffix}" for name in OWN_TABLES for suffix in (".csv", ".dictionary.csv")),
    "vocabulary.csv",
)
"""Files in the data folder that say what the archive has."""
COPIES = "archived_pages"
"""Folder of the copies in the data folder, which is not in git."""
MOMENT = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\dZ", re.ASCII)
HASH = re.compile(r"[0-9a-f]{64}")
Row = Mapping[str, str]


@dataclass(frozen=True)
class ArchiveRows:
    """Rows of both tables, every cell text."""

    visits: tuple[Row, ...] = ()
    """A row a visit, sorted by address and moment."""
    numbers: tuple[Row, ...] = ()
    """A row a number and copy."""

    @cached_property
    def by_address(self) -> dict[str, list[Row]]:
        """Visits of each address, oldest first."""
        found: dict[str, list[Row]] = {}
        for row in sorted(self.visits, key=lambda each: each["fetched"]):
            found.setdefault(row["address"], []).append(row)
        return found

    @cached_property
    def numbers_of(self) -> dict[tuple[str, str, str], Row]:
        """Rows of numbers by address, moment and row of the record."""
        return {(each["address"], each["fetched"], each["row"]): each for each in self.numbers}

    def whole(self) -> ArchiveRows:
        """Rows without numbers of a visit that is not there, as a stopped run leaves them."""
        known = {(row["address"], row["fetched"]) for row in self.visits}
        numbers = (row for row in self.numbers if (row["address"], row["fetched"]) in known)
        return ArchiveRows(self.visits, tuple(numbers))

    def with_rows(self, visit: Row, numbers: Iterable[Row]) -> ArchiveRows:
        """Rows with those of one more visit; nothing that is there is changed."""
        return ArchiveRows((*self.visits, visit), (*self.numbers, *numbers))


def kept(visits: Sequence[Row], *, partly: bool = False) -> list[Row]:
    """Visits that kept a whole page, or also a part of one."""
    states = (*KEPT_WHOLE, *KEPT_PARTLY) if partly else KEPT_WHOLE
    return [row for row in visits if row["state"] in states]


def read_archive(data: Path) -> ArchiveRows:
    """Read both tables.

    Parameters
    ----------
    data : Path
        The data folder.

    Returns
    -------
    ArchiveRows
        Without rows where the project has no archive.

    Raises
    ------
    DataError
        If a table is not as its dictionary says.
    """
    if not (data / f"{VISITS}.csv").is_file():
        return ArchiveRows()
    return ArchiveRows(*(_rows(data / f"{name}.csv") for name in OWN_TABLES))


def _rows(path: Path) -> tuple[Row, ...]:
    """Rows of a table that is read after every visit, without a detour through data frames."""
    content, wanted = csv_text(path.name, file_bytes(path)), [each.name for each in columns(path)]
    faults: list[object] = list(content.faults)
    if content.header and list(content.header) != wanted:
        advice = f"restore it: {', '.join(wanted)}"
        faults.append(Fault(path.name, 1, "", f"{', '.join(content.header)[:80]!r}", advice))
    refuse(faults, what=f"table {path.name}")
    return tuple(dict(zip(wanted, cells, strict=True)) for _, cells in content.rows)


def _visit_faults(data: Path) -> Iterator[Fault]:
    name = f"{VISITS}.csv"
    table, faults = scan(data / name)
    yield from faults
    seen: set[tuple[str, str]] = set()
    for row in table.to_dict("records"):
        line, key = int(row["line"]), (str(row["address"]), str(row["fetched"]))
        if key in seen:
            yield Fault(name, line, "fetched", "a visit a second time", "keep one")
        seen.add(key)
        if not MOMENT.fullmatch(key[1]):
            advice = "write a moment as 2026-12-01T08:15:30Z"
            yield Fault(name, line, "fetched", repr(key[1])[:80], advice)
        for column in ("sha256", "text_sha256"):
            if row[column] and not HASH.fullmatch(str(row[column])):
                advice = "write 64 digits from 0 to f"
                yield Fault(name, line, column, repr(row[column])[:80], advice)
        whole = row["state"] in KEPT_WHOLE
        if whole and not (row["sha256"] and row["file"]):
            advice = "a page that came has a hash and a file; restore the row from git"
            yield Fault(name, line, "state", f"{row['state']!r} without a copy", advice)
        if Path(str(row["file"])).name != row["file"]:
            yield Fault(name, line, "file", repr(row["file"])[:80], "name a file without folders")


def archive_faults(data: Path, *, row_ids: Collection[str], cited: Collection[str]) -> list[Fault]:
    """Faults of both tables, and of what they refer to.

    Parameters
    ----------
    data : Path
        The data folder.
    row_ids : collection of str
        Ids of the rows of the record.
    cited : collection of str
        What the rows of the data that cite an address are called, as ``table:id``.

    Returns
    -------
    list of Fault
        An address that nothing cites any more is none: its copies stay.
    """
    faults = list(_visit_faults(data))
    name = f"{NUMBERS}.csv"
    table, broken = scan(data / name)
    faults += broken
    if broken or (faults and not row_ids):
        return faults
    visits = {(str(r["address"]), str(r["fetched"])) for r in read_archive(data).visits}
    for row in table.to_dict("records"):
        faults += _number_faults(name, row, visits, row_ids)
    for line, citing in enumerate(read_archive(data).visits, start=2):
        unknown = [each for each in citing["cited_by"].split() if each not in cited]
        if unknown:
            advice = "restore that row, or leave it out here"
            found = f"{', '.join(unknown)}, which is no row that cites an address"
            faults.append(Fault(f"{VISITS}.csv", line, "cited_by", found, advice))
    return faults


def _number_faults(
    name: str, row: Mapping[str, object], visits: Collection[tuple[str, str]],
    row_ids: Collection[str],
) -> Iterator[Fault]:  # fmt: skip
    line = int(str(row["line"]))
    if (str(row["address"]), str(row["fetched"])) not in visits:
        advice = "run make archive again, which mends what a stopped run left"
        yield Fault(name, line, "fetched", "a copy that is not in the archive", advice)
    if str(row["row"]) not in row_ids:
        yield Fault(name, line, "row", repr(row["row"]), "no such row of the record; restore it")
    placed = str(row["start"]) != "nan" and bool(row["sentence_sha256"])
    if (row["found"] in (FOUND, WITHOUT_UNIT)) != placed:
        advice = "a number that was found has a place and the hash of its sentence, no other has"
        yield Fault(name, line, "found", repr(row["found"]), advice)


def _text(path: Path, rows: Iterable[Row], order: Sequence[str]) -> str:
    buffer = io.StringIO()
    names = [column.name for column in columns(path)]
    writer = csv.DictWriter(buffer, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: tuple(row[name] for name in order)))
    return buffer.getvalue()


def _replace(path: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_archive(data: Path, rows: ArchiveRows) -> None:
    """Write both tables, each whole or not at all; the numbers first, which refer to visits.

    Raises
    ------
    DataError
        If rows that were there would be lost; then nothing is written.
    """
    before = read_archive(data)
    keys = {(row["address"], row["fetched"]) for row in rows.visits}
    lost = [row for row in before.visits if (row["address"], row["fetched"]) not in keys]
    if lost:
        message = (
            f"{VISITS}.csv: {len(lost)} rows would be lost, the first of {lost[0]['address']}; "
            "another program changed the table, so run it again"
        )
        raise DataError(message)
    for name, listed, order in (
        (NUMBERS, rows.numbers, ("address", "fetched", "row")),
        (VISITS, rows.visits, ("address", "fetched")),
    ):
        path = data / f"{name}.csv"
        _replace(path, _text(path, listed, order))
