"""Rows of the tables as an edition keeps them: by table and key, each with its hash."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from skytally.core import SUFFIX, csv_text, file_bytes, original_of, refuse, visible_paths

FOLDERS = ("record", "claims", "findings")
"""Folders of the data whose rows an edition keeps one by one."""
RECORD = "record"
KEYS = ("id", "key")
"""Columns that name a row; in a table with neither, the first two do."""

Cells = dict[str, str]


def table_rows(path: Path) -> tuple[tuple[str, ...], dict[str, Cells]]:
    """Header of a table and its rows by key, every cell as text.

    Parameters
    ----------
    path : Path
        A table of the data.

    Returns
    -------
    header : tuple of str
    rows : dict of str to dict
        In the order of the file. A row without a name of its own has that of its first two
        cells, with a slash between, and a number where these repeat.

    Raises
    ------
    DataError
        If the file is no table. All faults at once.
    """
    content = csv_text(path.name, file_bytes(path))
    refuse(content.faults, what=f"table {path.name}")
    named = next((column for column in KEYS if column in content.header), None)
    seen: Counter[str] = Counter()
    rows = {}
    for _, cells in content.rows:
        row = {column: cell.strip() for column, cell in zip(content.header, cells, strict=True)}
        key = row[named] if named else "/".join(list(row.values())[:2])
        seen[key] += 1
        rows[key if seen[key] == 1 else f"{key}#{seen[key]}"] = row
    return content.header, rows


def table_paths(data: Path, folder: str) -> dict[str, Path]:
    """Tables of a folder of the data by name, without dictionaries and copies."""
    return {
        path.stem: path
        for path in visible_paths(data / folder, "*.csv")
        if not path.name.endswith(SUFFIX) and not original_of(path)
    }


def row_hash(cells: Mapping[str, str]) -> str:
    """SHA-256 of the filled cells of a row, whatever the order of its columns."""
    filled = {column: cell for column, cell in cells.items() if cell}
    return hashlib.sha256(
        json.dumps(filled, ensure_ascii=False, sort_keys=True).encode()
    ).hexdigest()


def frozen_rows(data: Path) -> Iterator[dict[str, Any]]:
    """Yield every row of the tables of `FOLDERS`, sorted by table and key.

    Yields
    ------
    dict
        ``table`` (folder and name), ``key``, ``sha256`` of its cells, and ``cells`` without
        the empty ones.
    """
    for folder in sorted(FOLDERS):
        for name, path in table_paths(data, folder).items():
            for key, row in sorted(table_rows(path)[1].items()):
                cells = {column: cell for column, cell in row.items() if cell}
                yield {
                    "table": f"{folder}/{name}",
                    "key": key,
                    "sha256": row_hash(cells),
                    "cells": cells,
                }
