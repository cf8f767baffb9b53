"""Convert inventory, search log and site register of earlier versions; check an old chip store."""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from skytally.core import DataError, IntegrityError, read_cells, refuse
from skytally.imagery.acquire.chip_store import (
    read_chip,
    store_errors,
    stored_item_ids,
    stored_manifest,
    write_atomically,
)
from skytally.imagery.acquire.inventory_and_search_log import (
    INVENTORY_COLUMNS,
    SEARCH_COLUMNS,
    merge_inventory,
    merge_searches,
    write_inventory,
    write_searches,
)
from skytally.imagery.acquire.legacy_inventory_and_searches_refusal import (
    LEGACY_INVENTORY,
    LEGACY_INVENTORY_COLUMNS,
    LEGACY_SEARCH_COLUMNS,
    LEGACY_SEARCHES,
    table_header,
)
from skytally.imagery.sites import (
    CONTROL,
    CONTROL_LABEL,
    LEGACY_REGISTER_COLUMNS,
    REGISTER_COLUMNS,
    REGISTER_FILE,
)

KEPT_FOLDER = "earlier-version"
"""Folder of the store in which old files are kept after their conversion."""
LEGACY_CONTROL_ROLE = "placebo"
"""Role of a control site in earlier versions."""
LEGACY_CONTROL_LABEL = " (twin of "
"""Words in the name of a control site in earlier versions."""
CONTROL_NOUN = "control site"


@dataclass(frozen=True)
class _Table:
    """A table that was renamed: its names, its columns, and how it is merged and written."""

    name: str
    legacy_name: str
    columns: tuple[str, ...]
    legacy_columns: Mapping[str, str]
    merge: Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]
    write: Callable[[Path, pd.DataFrame], None]


RENAMED_TABLES = (
    _Table(
        "inventory.csv",
        LEGACY_INVENTORY,
        INVENTORY_COLUMNS,
        LEGACY_INVENTORY_COLUMNS,
        merge_inventory,
        write_inventory,
    ),
    _Table(
        "catalogue_searches.csv",
        LEGACY_SEARCHES,
        SEARCH_COLUMNS,
        LEGACY_SEARCH_COLUMNS,
        merge_searches,
        write_searches,
    ),
)


def convert_data(data: Path, store: Path) -> list[str]:
    """Convert the files of an earlier version in a data folder, and check the chip store.

    Every old row is kept: rows of ``looks.csv`` and ``searches.csv`` are merged into
    ``inventory.csv`` and ``catalogue_searches.csv``, and the old files are kept in the folder
    ``earlier-version`` of the store. After an interruption the conversion can be run again; run
    twice, it changes nothing. Chips and manifests have the same format as in earlier versions,
    so that a store is only checked.

    Parameters
    ----------
    data : Path
        The data folder.
    store : Path
        Root folder of the chip store, created if it does not exist and old files are kept.

    Returns
    -------
    list of str
        One sentence for each file converted, and one on the store.

    Raises
    ------
    DataError
        If a file has columns of both versions or of none, or a table cannot be converted. No
        file is changed before all of them are known to be convertible.
    IntegrityError
        If a chip or a manifest of the store is not what was written.
    """
    tables = [(data / table.name, table, _legacy_path(data, table)) for table in RENAMED_TABLES]
    register = data / "sites" / REGISTER_FILE
    pending = [
        (path, table, legacy, _converted(path, table, legacy))
        for path, table, legacy in tables
        if legacy is not None
    ]
    register_text = _converted_register(register)
    report = []
    for path, table, legacy, rows in pending:
        kept = _keep(legacy, store)
        table.write(path, rows)
        if legacy != path:
            legacy.unlink()
        report.append(f"{path.name}: {len(rows)} rows; {legacy.name} is kept as {kept}")
    if register_text is not None:
        kept = _keep(register, store)
        write_atomically(register, register_text.encode())
        report.append(f"sites/{register.name}: columns renamed; the old file is kept as {kept}")
    return [*report, check_store(store)]


def _legacy_path(data: Path, table: _Table) -> Path | None:
    """Path of a table that has to be converted, under its old or its new name, or None."""
    legacy, path = data / table.legacy_name, data / table.name
    in_place = path.is_file() and set(table_header(path)) & set(table.legacy_columns)
    if legacy.is_file() and in_place:
        message = (
            f"{data}: {legacy.name} and {path.name} both have columns of an earlier version; "
            "join them by hand into one and run make convert again"
        )
        raise DataError(message)
    return legacy if legacy.is_file() else path if in_place else None


def _converted(path: Path, table: _Table, legacy: Path) -> pd.DataFrame:
    """Rows of an old table under the columns of today, merged with those already converted."""
    header = table_header(legacy)
    old_columns = [_legacy_name(column, table.legacy_columns) for column in table.columns]
    mixed = sorted(set(header) & set(table.legacy_columns.values()) - set(old_columns))
    if mixed and set(header) != set(table.columns):
        message = (
            f"{legacy}: columns of two versions, such as {mixed[0]}; restore the file as it was "
            "before its conversion began"
        )
        raise DataError(message)
    names = table.columns if mixed else tuple(old_columns)
    rows = read_cells(legacy, header=names).rename(columns=dict(table.legacy_columns))
    rows = rows[list(table.columns)].reset_index(drop=True)
    if legacy != path and path.is_file():
        current = read_cells(path, header=table.columns).reset_index(drop=True)
        # what was acquired since is newer than the file of the earlier version
        rows = table.merge(rows, current)
    _check_readable(path, legacy, table, rows)
    return rows


def _legacy_name(column: str, legacy_columns: Mapping[str, str]) -> str:
    return next((old for old, new in legacy_columns.items() if new == column), column)


def _check_readable(path: Path, legacy: Path, table: _Table, rows: pd.DataFrame) -> None:
    """Refuse rows that `read_inventory` or `read_searches` would refuse once they are written."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / path.name
        try:
            # each table is read back before it takes its place
            table.write(trial, rows)
        except DataError as error:
            reason = str(error).partition(f"{trial.name}: ")[2]
            message = f"{legacy}, as it would be converted: {reason}"
            raise DataError(message) from None


def _converted_register(register: Path) -> str | None:
    """Text of the site register under the columns of today, or None if it needs no conversion."""
    header = table_header(register) if register.is_file() else []
    if not set(header) & set(LEGACY_REGISTER_COLUMNS):
        return None
    names = [LEGACY_REGISTER_COLUMNS.get(column, column) for column in header]
    faults = [f"no column {name}; add it" for name in REGISTER_COLUMNS if name not in names]
    faults += [f"column {name} twice; keep one" for name in set(names) if names.count(name) > 1]
    refuse(faults, what=str(register))
    rows = read_cells(register, header=header).rename(columns=LEGACY_REGISTER_COLUMNS)
    rows["role"] = rows["role"].replace(LEGACY_CONTROL_ROLE, CONTROL)
    rows["name"] = rows["name"].str.replace(LEGACY_CONTROL_LABEL, CONTROL_LABEL, regex=False)
    rows["control_reason"] = rows["control_reason"].str.replace(
        r"\btwin\b", CONTROL_NOUN, regex=True
    )
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(REGISTER_COLUMNS)
    writer.writerows(rows[list(REGISTER_COLUMNS)].to_numpy(dtype=object))
    return text.getvalue()


def _keep(path: Path, store: Path) -> Path:
    """Copy a file to the folder of old files, under a name of its content; return that path."""
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:8]
    kept = store / KEPT_FOLDER / f"{path.stem}-{digest}{path.suffix}"
    with store_errors(store):
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(kept, content)
    return kept


def check_store(store: Path) -> str:
    """Check every chip of a store against its manifest, whichever version wrote it.

    Parameters
    ----------
    store : Path
        Root folder of the store; it need not exist.

    Returns
    -------
    str
        How many chips are sound.

    Raises
    ------
    IntegrityError
        If a chip or a manifest is not what was written. All faults at once.
    """
    folders = sorted(path for path in store.glob("*") if path.is_dir())
    items = [
        (folder.name, item) for folder in folders for item in stored_item_ids(store, folder.name)
    ]
    faults = list(_chip_faults(store, items))
    if faults:
        lines = "\n".join(f"  {fault}" for fault in faults)
        message = f"chip store {store}: {len(faults)} faults\n{lines}"
        raise IntegrityError(message)
    chips = len(items)
    return f"chip store: {chips} chip{'s' if chips != 1 else ''} in the format of today"


def _chip_faults(store: Path, items: list[tuple[str, str]]) -> Iterator[str]:
    for site, item in items:
        try:
            if stored_manifest(store, site, item) is not None:
                read_chip(store, site, item)
        except (IntegrityError, DataError) as error:
            yield str(error)
