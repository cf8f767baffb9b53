"""Tables of the record, read with copied reports left out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from skytally.core import data_registry, read_table
from skytally.record.copied_reports import drop_copies


def read_originals(paths: Iterable[Path], *, sources: Path) -> list[pd.DataFrame]:
    """Read tables of the record without the rows in which one page copies another.

    Parameters
    ----------
    paths : iterable of Path
        Tables, each with its dictionary beside it.
    sources : Path
        The table ``sources``.

    Returns
    -------
    list of pandas.DataFrame
        In the order of `paths`, as `read_table` and then `drop_copies` give them.

    Raises
    ------
    DataError
        As `read_table`.
    """
    known = read_table(sources)
    return [drop_copies(read_table(path), known) for path in paths]


def read_record(names: Iterable[str]) -> list[pd.DataFrame]:
    """Tables of the project's record by name, without the rows in which one page copies another.

    Parameters
    ----------
    names : iterable of str
        Names of tables, as the registry has them.

    Returns
    -------
    list of pandas.DataFrame
        In the order of `names`, as `read_originals` reads them.

    Raises
    ------
    DataError
        If a table is not registered or cannot be read.
    """
    sources = data_registry.path("sources", only_cited=True)
    return read_originals(map(data_registry.path, names), sources=sources)
