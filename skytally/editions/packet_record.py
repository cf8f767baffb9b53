"""Rows of the record as packets hold them: cells as the tables have them, readings, sources."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from skytally.core import COUNTED_BY, COUNTING_ERROR, ODD, odd_interval, rounding_interval
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
    if bound == ABOUT and wording.startswith(ODD):
        return [0.0, odd_interval(float(value))[1] - float(value), 0.0]
    start, end = rounding_interval(float(value))
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
    hashes: Mapping[str, str]
    """Table to the SHA-256 of its file."""

    @cached_property
    def table_of(self) -> dict[str, str]:
        """Id of a row that was read on a page, to its table."""
        return {
            key: name
            for name, rows in self.tables.items()
            for key, cells in rows.items()
            if OBSERVED_BY in cells and "id" in cells
        }

    def files(self, ids: Iterable[str]) -> dict[str, bytes]:
        """Tables of the rows and of the pages on which they were read, by name of the file."""
        wanted = {key for key in ids if key in self.table_of}
        files = {}
        for name, rows in self.tables.items():
            mine = [cells for key, cells in rows.items() if key in wanted and "id" in cells]
            if mine and OBSERVED_BY in mine[0]:
                files[f"rows/{name}.csv"] = as_csv(mine)
        cited = {self.cells(key)[OBSERVED_BY] for key in wanted}
        pages = [cells for key, cells in self.tables[SOURCES].items() if key in cited]
        return {**files, "sources.csv": as_csv(pages)} if pages else files

    def cells(self, key: str) -> Cells:
        """Cells of a row of the record."""
        return self.tables[self.table_of[key]][key]

    def derived(self, ids: Iterable[str], columns: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Collect what a check needs of rows beside their cells: widening, derived columns."""
        wanted = {*columns}
        found = {}
        for key in sorted({key for key in ids if key in self.table_of}):
            cells = self.cells(key)
            about: dict[str, Any] = {}
            reading = widening(cells)
            if reading and any(not math.isclose(each, 0) for each in reading):
                about["widened"] = reading
            if "site" in wanted and "site" not in cells:
                scope = self.tables[SCOPES].get(cells.get("scope", ""), {})
                about["site"] = scope.get("site", "")
            if "one_day" in wanted:
                about["one_day"] = "yes" if _on_one_day(cells) else "no"
            if about:
                found[key] = about
        return found


def _on_one_day(cells: Cells) -> bool:
    exact = cells.get("precision_first") == cells.get("precision_last") == "day"
    return exact and bool(cells["date_first"]) and cells["date_first"] == cells["date_last"]


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
        {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in paths.items()},
    )
