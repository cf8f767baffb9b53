"""Acquisition inventory and search log: their rows, and reading, writing and merging them."""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from skytally.core import DataError, is_day, read_cells, refuse
from skytally.imagery.acquire.legacy_inventory_and_searches_refusal import (
    LEGACY_INVENTORY,
    LEGACY_INVENTORY_COLUMNS,
    LEGACY_SEARCH_COLUMNS,
    LEGACY_SEARCHES,
    refuse_legacy,
)
from skytally.imagery.acquire.offered_scene import SceneItem
from skytally.imagery.sites import Site
from skytally.web import MAX_CELL, one_line

if TYPE_CHECKING:  # importing the search would load pystac-client for every page
    from skytally.imagery.acquire.catalog_search_and_changes import SearchResult

INVENTORY_COLUMNS = (
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
    "processing_baseline",
    "reflectance_offset",
    "tile",
    "cloud_share",
    "usable",
    "unusable_reason",
    "bytes_read",
    "chip_sha256",
    "resampled_from",
    "verified_by",
    "status",
    "status_reason",
    "search_date",
)
"""Columns of ``inventory.csv`` in order; every cell is text, empty if it is not known."""
LOCAL_FOLDERS = re.compile(
    r"(?:(?<=file://)|(?<![\w:/.~-]))(?P<top>/[^\s/'\"\[\],;:{}]+)/(?:[^\s/'\"\[\],;:{}]+/)*"
)
"""Folders of a path from the root, as a program names a file of this machine."""
SEARCH_COLUMNS = (
    "site",
    "provider",
    "label",
    "sensor",
    "first_day",
    "last_day",
    "search_date",
    "items_returned",
    "items_malformed",
    "number_matched",
    "pages_read",
    "faults",
    "provider_changes",
)
"""Columns of ``catalogue_searches.csv`` in order: one row a search, its period in whole days."""
BREAK_COLUMNS = ("date", "sensor", "what", "effect", "reference")
"""Columns of ``sensor_breaks.csv`` in order: one row a day on which the instruments changed."""
INVENTORY_KEY = ("provider", "site", "item_id")
"""Columns that identify one row of the inventory."""
SEARCH_KEY = ("provider", "site", "label", "first_day", "last_day")
"""Columns that identify one row of the search log."""
STORED, FAILED, REJECTED, SUPERSEDED = "stored", "failed", "rejected", "superseded"
ITEM_STATUSES = (STORED, FAILED, REJECTED, SUPERSEDED)
"""What became of an item."""
YES, NO = "yes", "no"
UTC_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
TableRow = Mapping[str, str]


def read_inventory(path: Path) -> pd.DataFrame:
    """Read the acquisition inventory.

    Parameters
    ----------
    path : Path
        ``inventory.csv``.

    Returns
    -------
    pandas.DataFrame
        Columns `INVENTORY_COLUMNS`, every cell text, in the order of the file.

    Raises
    ------
    DataError
        If the file is missing, broken or of an earlier version, an item appears twice, or a
        cell is not of its column. All faults at once.
    """
    refuse_legacy(path, LEGACY_INVENTORY, LEGACY_INVENTORY_COLUMNS)
    return _inventory_of(path)


def _inventory_of(path: Path) -> pd.DataFrame:
    table = _read_table(path, INVENTORY_COLUMNS, INVENTORY_KEY)
    refuse(_inventory_faults(table), what=f"acquisition inventory {path}")
    return table


def read_searches(path: Path) -> pd.DataFrame:
    """Read the search log; refuses as `read_inventory` does.

    Parameters
    ----------
    path : Path
        ``catalogue_searches.csv``.

    Returns
    -------
    pandas.DataFrame
        Columns `SEARCH_COLUMNS`, every cell text.
    """
    refuse_legacy(path, LEGACY_SEARCHES, LEGACY_SEARCH_COLUMNS)
    return _searches_of(path)


def _searches_of(path: Path) -> pd.DataFrame:
    table = _read_table(path, SEARCH_COLUMNS, SEARCH_KEY)
    refuse(_search_faults(table), what=f"search log {path}")
    return table


def read_breaks(path: Path) -> pd.DataFrame:
    """Read the days on which instruments changed; refuses as `read_inventory` does.

    Parameters
    ----------
    path : Path
        ``sensor_breaks.csv``.

    Returns
    -------
    pandas.DataFrame
        Columns `BREAK_COLUMNS`, every cell text.
    """
    table = _read_table(path, BREAK_COLUMNS, ("date", "what"))
    faults = (
        f"line {line}: date {row['date']!r}; write the day as YYYY-MM-DD"
        for line, row in enumerate(table.to_dict("records"), start=2)
        if not is_day(row["date"])
    )
    refuse(faults, what=f"breaks in {path}")
    return table


def _read_table(path: Path, columns: tuple[str, ...], key: tuple[str, ...]) -> pd.DataFrame:
    table = read_cells(path, header=columns)
    twice = table[table.duplicated(list(key), keep="first")]
    refuse(
        (
            f"line {line}: {', '.join(row[column] for column in key)} appears twice; keep one row"
            for line, row in twice.iterrows()
        ),
        what=str(path),
    )
    return table.reset_index(drop=True)


def _is_time(cell: str) -> bool:
    try:
        return bool(UTC_TIMESTAMP.fullmatch(cell)) and bool(datetime.fromisoformat(cell))
    except ValueError:
        return False


def _inventory_faults(table: pd.DataFrame) -> Iterator[str]:
    for line, row in enumerate(table.to_dict("records"), start=2):
        place = f"line {line}, {row['item_id'] or 'no item'}"
        if not (row["site"] and row["item_id"] and row["provider"]):
            yield f"{place}: no site, item or provider; fill it"
        if row["status"] not in ITEM_STATUSES:
            yield f"{place}: status {row['status']!r}; use one of {', '.join(ITEM_STATUSES)}"
        if row["usable"] not in ("", YES, NO):
            yield f"{place}: usable {row['usable']!r}; use yes, no, or nothing where unread"
        if row["usable"] and row["status"] != STORED:
            yield f"{place}: usable {row['usable']}, though it was not stored; empty it"
        if (row["usable"] == NO) != bool(row["unusable_reason"]):
            yield (
                f"{place}: usable {row['usable']!r} and unusable_reason "
                f"{row['unusable_reason']!r} contradict each other"
            )
        if (row["status"] == STORED) != (not row["status_reason"]):
            yield (
                f"{place}: status {row['status']} and status_reason {row['status_reason']!r} "
                "contradict each other"
            )
        if not (_is_time(row["time_utc"]) or (row["status"] == REJECTED and not row["time_utc"])):
            yield f"{place}: time {row['time_utc']!r}; write it as 2023-08-27T02:15:49Z"
        if not is_day(row["search_date"]):
            yield f"{place}: search_date {row['search_date']!r}; write the day as YYYY-MM-DD"


def _search_faults(table: pd.DataFrame) -> Iterator[str]:
    for line, row in enumerate(table.to_dict("records"), start=2):
        for column in ("first_day", "last_day", "search_date"):
            if not is_day(row[column]):
                yield f"line {line}: {column} {row[column]!r}; write the day as YYYY-MM-DD"
        for column in ("items_returned", "items_malformed", "pages_read"):
            if not row[column].isdecimal():
                yield f"line {line}: {column} {row[column]!r}; write a whole number"
        if row["first_day"] > row["last_day"]:
            yield (
                f"line {line}: the period {row['first_day']} to {row['last_day']} runs backwards; "
                "exchange its days"
            )


def write_inventory(path: Path, rows: pd.DataFrame | Iterable[TableRow]) -> None:
    """Write the inventory atomically; the same rows give the same bytes.

    Parameters
    ----------
    path : Path
        ``inventory.csv``; replaced only once the new table is whole on the disk.
    rows : pandas.DataFrame or iterable of mappings
        One row an item; absent columns are written empty.

    Raises
    ------
    DataError
        If a row has a column that the table has not, or the table could not be read again; then
        the old one stays.
    """
    order = ("site", "time_utc", "item_id", "provider")
    _write_table(path, rows, INVENTORY_COLUMNS, order, _inventory_of)


def write_searches(path: Path, rows: pd.DataFrame | Iterable[TableRow]) -> None:
    """Write the search log as `write_inventory` writes the inventory."""
    order = ("site", "provider", "first_day", "last_day", "label")
    _write_table(path, rows, SEARCH_COLUMNS, order, _searches_of)


def _records(rows: pd.DataFrame | Iterable[TableRow]) -> list[dict[str, str]]:
    records = rows.to_dict("records") if isinstance(rows, pd.DataFrame) else rows
    return [{str(key): str(value) for key, value in row.items()} for row in records]


def _cleaned(rows: pd.DataFrame | Iterable[TableRow]) -> list[dict[str, str]]:
    """Rows as they will be read again, so that the same rows make no change."""
    return [{key: _plain(cell) for key, cell in row.items()} for row in _records(rows)]


def _write_table(
    path: Path,
    rows: pd.DataFrame | Iterable[TableRow],
    columns: tuple[str, ...],
    order: tuple[str, ...],
    read: Callable[[Path], pd.DataFrame],
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
    cells = [{key: _plain(cell) for key, cell in row.items()} for row in records]
    writer.writerows(cells)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(buffer.getvalue())
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        _check_written(path, read, Path(temporary), cells)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _check_written(
    path: Path,
    read: Callable[[Path], pd.DataFrame],
    temporary: Path,
    cells: list[dict[str, str]],
) -> None:
    """Read a table back before it replaces the old one: what is refused later loses everything."""
    try:
        found = read(temporary).to_dict("records")
    except DataError as error:
        reason = str(error).replace(str(temporary), path.name).replace(temporary.name, path.name)
        message = f"{path} would not be read again, so the old table stays: {reason}"
        raise DataError(message) from None
    if found != [{column: row.get(column, "") for column in found[0]} for row in cells]:
        message = f"{path} would be read otherwise than it was written; the old table stays"
        raise DataError(message)


def _plain(cell: str) -> str:
    """Keep a cell short, on one line, free of characters that nobody sees, and no formula."""
    line = one_line(cell, limit=MAX_CELL)
    return f"'{line}" if line.startswith(("=", "+", "@")) else line


def merge_inventory(
    old: pd.DataFrame | Iterable[TableRow], new: pd.DataFrame | Iterable[TableRow]
) -> pd.DataFrame:
    """Merge the rows of a refresh into the inventory; no row is ever lost.

    Parameters
    ----------
    old, new : pandas.DataFrame or iterable of mappings
        Rows of the inventory. A new row replaces the old one of the same item, except that a
        stored scene stays stored when reading it again fails: its pixels are still there.

    Returns
    -------
    pandas.DataFrame
        Columns `INVENTORY_COLUMNS`, sorted by site, time and item.
    """
    merged: dict[tuple[str, ...], dict[str, str]] = {}
    for row in _records(old):
        merged[tuple(row[column] for column in INVENTORY_KEY)] = row
    for row in _cleaned(new):
        key = tuple(row[column] for column in INVENTORY_KEY)
        before = merged.get(key)
        if before and before["status"] == STORED and row["status"] == FAILED:
            merged[key] = {**before, "search_date": row["search_date"]}
        else:
            merged[key] = row
    table = pd.DataFrame(
        [{column: row.get(column, "") for column in INVENTORY_COLUMNS} for row in merged.values()],
        columns=list(INVENTORY_COLUMNS),
        dtype=str,
    )
    order = ["site", "time_utc", "item_id", "provider"]
    return table.sort_values(order, kind="stable", ignore_index=True)


def merge_searches(
    old: pd.DataFrame | Iterable[TableRow], new: pd.DataFrame | Iterable[TableRow]
) -> pd.DataFrame:
    """Merge search logs; of the same provider, site and period the latest search is kept."""
    merged = {
        tuple(row[column] for column in SEARCH_KEY): row for row in [*_records(old), *_cleaned(new)]
    }
    table = pd.DataFrame(
        [{column: row.get(column, "") for column in SEARCH_COLUMNS} for row in merged.values()],
        columns=list(SEARCH_COLUMNS),
        dtype=str,
    )
    order = ["site", "provider", "first_day", "last_day", "label"]
    return table.sort_values(order, kind="stable", ignore_index=True)


def with_items_gone_since(
    searches: Iterable[TableRow],
    *,
    before: pd.DataFrame | Iterable[TableRow],
    inventory: pd.DataFrame | Iterable[TableRow],
    rows: Iterable[TableRow],
) -> list[dict[str, str]]:
    """Count with a search repeated on one day the items that only its first run returned.

    Such an item was renamed or taken away in between. Its row stays in the inventory under that
    day, so the log would otherwise have returned fewer items than there are rows.

    Parameters
    ----------
    searches : iterable of mapping
        Rows of the search log that a refresh adds.
    before : pandas.DataFrame or iterable of mappings
        The search log before it.
    inventory : pandas.DataFrame or iterable of mappings
        The inventory before it.
    rows : iterable of mapping
        Rows of the inventory that it adds.

    Returns
    -------
    list of dict
        The rows of the search log, those of a repeated search with the items gone since in
        ``items_returned``, and told in ``faults``.
    """
    returned = {tuple(row[column] for column in INVENTORY_KEY) for row in _cleaned(rows)}
    known = {
        tuple(row[column] for column in (*SEARCH_KEY, "search_date")) for row in _records(before)
    }
    left = [
        row
        for row in _records(inventory)
        if tuple(row[column] for column in INVENTORY_KEY) not in returned
    ]
    counted = []
    for search in _cleaned(searches):
        gone = 0
        if tuple(search[column] for column in (*SEARCH_KEY, "search_date")) in known:
            first, last = search["first_day"], search["last_day"]
            gone = sum(
                all(
                    row[name] == search[name]
                    for name in ("provider", "site", "label", "search_date")
                )
                and (not row["time_utc"] or first <= row["time_utc"][:10] <= last)
                for row in left
            )
        if gone:
            items = "1 item" if gone == 1 else f"{gone} items"
            told = f"{items} of an earlier search of the day no longer offered"
            search["items_returned"] = str(int(search["items_returned"]) + gone)
            search["faults"] = " | ".join(filter(None, (search["faults"], told)))
        counted.append(search)
    return counted


VERIFIED_BY_SIZE, VERIFIED_BY_PIXELS = "size", "pixels"
"""What the files of a stored scene were verified by."""
UNVERIFIED = "unverified"
"""Class of the reason of a scene whose files cannot be verified; it is not stored."""


def local_time(time_utc: str, site: Site) -> str:
    """Convert UTC to the site's standard time, as ``2023-08-27T11:15:49+09:00``."""
    zone = timezone(timedelta(hours=site.utc_offset_hours))
    return datetime.fromisoformat(time_utc).astimezone(zone).isoformat(timespec="seconds")


def verification_method(item: SceneItem) -> str:
    """Whether the files of a stored scene were verified by ``size`` or by ``pixels``.

    A sound file of another date under the right name has another size; if the item states no
    sizes, the detail that the bands have in common was checked instead.
    """
    sizes_stated = all(asset.size for asset in item.assets.values())
    return VERIFIED_BY_SIZE if sizes_stated else VERIFIED_BY_PIXELS


def without_local_folders(reason: str) -> str:
    """Reason whose files of this machine stand without their folders: the table is published.

    Examples
    --------
    >>> without_local_folders(f"no bytes [{__file__}]")
    'no bytes [inventory_and_search_log.py]'
    >>> without_local_folders("status 404 [https://example.org/tmp/b04.tif]")
    'status 404 [https://example.org/tmp/b04.tif]'
    """

    def shortened(match: re.Match[str]) -> str:
        return "" if Path(match["top"]).is_dir() else match[0]

    return LOCAL_FOLDERS.sub(shortened, reason)


def inventory_row(
    item: SceneItem, site: Site, *, status: str, status_reason: str, search_date: str
) -> dict[str, str]:
    """Inventory row of an item; what only its pixels can tell is empty.

    Parameters
    ----------
    item : SceneItem
        The item.
    site : Site
        Its site.
    status : str
        ``stored``, ``failed``, ``rejected`` or ``superseded``.
    status_reason : str
        Why it was not stored, ``<class>: <detail>``; empty if it was.
    search_date : str
        Day of the search that returned it, ISO.

    Returns
    -------
    dict of str to str
        One cell for each of `INVENTORY_COLUMNS`.
    """
    orbit = "" if item.relative_orbit is None else str(item.relative_orbit)
    known = {
        "site": item.site,
        "item_id": item.item_id,
        "provider": item.provider,
        "label": item.label,
        "sensor": item.sensor,
        "platform": item.platform,
        "processor": item.processor,
        "time_utc": item.time,
        "time_local": local_time(item.time, site),
        "relative_orbit": orbit,
        "orbit_state": item.orbit_state,
        "processing_baseline": item.baseline,
        "tile": item.tile,
        "status": status,
        "status_reason": without_local_folders(status_reason),
        "search_date": search_date,
    }
    return {column: known.get(column, "") for column in INVENTORY_COLUMNS}


def malformed_item_rows(
    result: SearchResult, *, sensor: str, processor: str, label: str, search_date: str
) -> list[dict[str, str]]:
    """Inventory rows of the malformed items of a search; their time is empty."""
    common = {
        "site": result.site,
        "provider": result.provider,
        "label": label,
        "sensor": sensor,
        "processor": processor,
        "status": REJECTED,
        "search_date": search_date,
    }
    return [
        {
            column: {**common, "item_id": item_id, "status_reason": reason}.get(column, "")
            for column in INVENTORY_COLUMNS
        }
        for item_id, told in result.malformed
        for reason in [without_local_folders(told)]
    ]


def search_log_row(
    result: SearchResult, *, sensor: str, label: str, search_date: str
) -> dict[str, str]:
    """Search log row: what was searched, on which day, and what was returned."""
    return {
        "site": result.site,
        "provider": result.provider,
        "label": label,
        "sensor": sensor,
        "first_day": result.first,
        "last_day": result.last,
        "search_date": search_date,
        "items_returned": str(result.number_returned),
        "items_malformed": str(len(result.malformed)),
        "number_matched": "" if result.number_matched is None else str(result.number_matched),
        "pages_read": str(result.pages),
        "faults": without_local_folders(" | ".join(result.faults)),
        "provider_changes": without_local_folders(" | ".join(result.changes)),
    }
