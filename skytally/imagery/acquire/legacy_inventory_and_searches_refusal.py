"""Names and columns of inventory and search log in earlier versions, and their refusal."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from skytally.core import DataError
from skytally.imagery.sites import CONVERT_ADVICE

LEGACY_INVENTORY, LEGACY_SEARCHES = "looks.csv", "searches.csv"
"""Names of the two tables in earlier versions."""
LEGACY_INVENTORY_COLUMNS = {
    "baseline": "processing_baseline",
    "offset": "reflectance_offset",
    "reason": "unusable_reason",
    "verified": "verified_by",
    "fate": "status",
    "fate_reason": "status_reason",
    "searched": "search_date",
}
"""Columns of the inventory in earlier versions, and what they are called now."""
LEGACY_SEARCH_COLUMNS = {
    "first": "first_day",
    "last": "last_day",
    "searched": "search_date",
    "offered": "items_returned",
    "malformed": "items_malformed",
    "matched": "number_matched",
    "pages": "pages_read",
    "changed": "provider_changes",
}
"""Columns of the search log in earlier versions, and what they are called now."""


def refuse_legacy(path: Path, legacy_name: str, legacy_columns: Mapping[str, str]) -> None:
    """Refuse a table of an earlier version, under its old name beside or under this one.

    Parameters
    ----------
    path : Path
        The table as it is called now; it need not exist.
    legacy_name : str
        Its name in earlier versions.
    legacy_columns : mapping of str to str
        Columns that it had in earlier versions only, and what they are called now.

    Raises
    ------
    DataError
        If there is one; the text names the command that converts it.
    """
    legacy = path.with_name(legacy_name)
    if legacy.is_file():
        message = f"{legacy}: a table of an earlier version; {CONVERT_ADVICE}"
        raise DataError(message)
    if path.is_file() and set(table_header(path)) & set(legacy_columns):
        message = f"{path}: columns of an earlier version; {CONVERT_ADVICE}"
        raise DataError(message)


def table_header(path: Path) -> list[str]:
    """Columns in the first line of a table, as they stand."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        return next(csv.reader(file), [])
