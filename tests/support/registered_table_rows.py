"""Rows of a table that the registry names, as they stand in its file."""

from __future__ import annotations

import csv

from skytally.core import data_registry


def rows_by_id(table: str) -> dict[str, dict[str, str]]:
    """Read a table as text; its rows by their id."""
    with data_registry.path(table).open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}
