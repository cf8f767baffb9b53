"""Rows of the record as packets hold them: cells as the tables have them, readings, sources."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from skytally.editions.edition_rows_and_hashes import RECORD, Cells, table_paths, table_rows

SOURCES, SCOPES = "sources", "scopes"
OBSERVED_BY = "source_id"
"""Column of a row that names the page on which it was read."""
SUMMARY = "reports"
"""Column of a page on all that it says, which no packet holds: its rows have their own words."""


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

    def files(self, ids: Iterable[str], *, scoped: bool = False) -> dict[str, bytes]:
        """Tables of the rows and of the pages on which they were read, by name of the file.

        With `scoped`, the scopes of the rows are there, too, which name their sites.
        """
        wanted = {key for key in ids if key in self.table_of}
        files = {}
        for name, rows in self.tables.items():
            mine = [cells for key, cells in rows.items() if key in wanted and "id" in cells]
            if mine and OBSERVED_BY in mine[0]:
                files[f"rows/{name}.csv"] = as_csv(mine)
        beside = {SOURCES: {self.cells(key)[OBSERVED_BY] for key in wanted}}
        if scoped:
            beside[SCOPES] = {self.cells(key).get("scope", "") for key in wanted}
        for name, cited in beside.items():
            found = [
                {column: cell for column, cell in cells.items() if column != SUMMARY}
                for key, cells in self.tables[name].items()
                if key in cited
            ]
            if found:
                files[f"{name}.csv"] = as_csv(found)
        return files

    def cells(self, key: str) -> Cells:
        """Cells of a row of the record."""
        return self.tables[self.table_of[key]][key]


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
