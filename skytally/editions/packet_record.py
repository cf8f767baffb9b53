"""Rows of the record as packets hold them: cells as the tables have them, readings, sources."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from skytally.core import COUNTED_BY, COUNTING_ERROR, ODD, rounding_interval
from skytally.editions.frozen_rows import RECORD, Cells, table_paths, table_rows

SOURCES, SCOPES = "sources", "scopes"
OBSERVED_BY = "source_id"
"""Column of a row that names the page on which it was read."""
ABOUT = "about"


def widening(cells: Mapping[str, str]) -> list[float] | None:
    """How far the reading of *about* widens a printed number; None where nothing does.

    Parameters
    ----------
    cells : mapping of str to str
        A row of an observation table.

    Returns
    -------
    list of float or None
        How far down and up in its unit, by rounding, and a share of it, by an error of counting:
        the reading of `skytally.core.limits`, METHODS 7.5.

    Examples
    --------
    >>> widening({"value": "73", "bound": "about", "wording": "", "method": "count"})
    [0.5, 0.5, 0.1]
    >>> widening({"value": "73", "bound": "at least", "wording": "", "method": "count"})
    """
    value, low, high = (cells.get(column, "") for column in ("value", "low", "high"))
    bound, wording = cells.get("bound", ""), cells.get("wording", "")
    share = COUNTING_ERROR if cells.get("method", "") in COUNTED_BY else 0.0
    if low and high:
        # printed bounds take the place of the rounding
        return [0.0, 0.0, share] if share and bound == ABOUT else None
    if not value or (bound != ABOUT and ABOUT not in wording):
        return None
    start, end = rounding_interval(float(value))
    if bound == ABOUT and wording.startswith(ODD):
        return [0.0, end - start, 0.0]
    return [round(float(value) - start, 9), round(end - float(value), 9), share]


def as_csv(rows: Iterable[Cells]) -> bytes:
    """Table of rows with all their columns, a line each."""
    listed = list(rows)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(listed[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue().encode()


@dataclass(frozen=True)
class PacketRecord:
    """All tables of the record, cells as text."""

    tables: Mapping[str, Mapping[str, Cells]]
    """Table to its rows by id, in the order of the file."""
    contents: Mapping[str, bytes]
    """Table to its file, byte for byte."""

    @cached_property
    def hashes(self) -> dict[str, str]:
        """Table to the SHA-256 of its file."""
        return {
            name: hashlib.sha256(content).hexdigest() for name, content in self.contents.items()
        }

    @cached_property
    def table_of(self) -> dict[str, str]:
        """Id of a row that was read on a page, to its table."""
        return {
            key: name
            for name, rows in self.tables.items()
            for key, cells in rows.items()
            if OBSERVED_BY in cells and "id" in cells
        }

    def files(self, ids: Iterable[str], *, whole: Container[str] = ()) -> dict[str, bytes]:
        """Tables of the rows and of the pages on which they were read, by name of the file.

        Of the tables in `whole` there are all rows, in the bytes of the table itself.
        """
        wanted = {key for key in ids if key in self.table_of}
        files = {}
        for name, rows in self.tables.items():
            mine = [cells for key, cells in rows.items() if key in wanted and "id" in cells]
            if name in whole:
                files[f"rows/{name}.csv"] = self.contents[name]
            elif mine and OBSERVED_BY in mine[0]:
                files[f"rows/{name}.csv"] = as_csv(mine)
        cited = {self.cells(key)[OBSERVED_BY] for key in wanted}
        pages = [cells for key, cells in self.tables[SOURCES].items() if key in cited]
        return {**files, "sources.csv": as_csv(pages)} if pages else files

    def cells(self, key: str) -> Cells:
        """Cells of a row of the record."""
        return self.tables[self.table_of[key]][key]

    def readings(self, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """How far *about* widens each of the rows: what a check takes as stated, beside cells."""
        found = {}
        for key in sorted({key for key in ids if key in self.table_of}):
            reading = widening(self.cells(key))
            widens = reading and any(not math.isclose(each, 0) for each in reading)
            found[key] = {"widened": reading} if widens else {}
        return found


def packet_record(data: Path) -> PacketRecord:
    """Read the tables of the record as packets hold them.

    Parameters
    ----------
    data : Path
        Folder of the data.

    Returns
    -------
    PacketRecord
    """
    paths = table_paths(data, RECORD)
    return PacketRecord(
        {name: table_rows(path)[1] for name, path in paths.items()},
        {name: path.read_bytes() for name, path in paths.items()},
    )
