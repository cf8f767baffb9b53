"""Repeated observations: a page that copies another page adds no observation of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import pandas as pd

from skytally.core import data_registry, read_table

OBSERVERS = {"counter", "actors"}
"""Columns that name whose observation a row is; a table without either holds none."""
REPORT_COLUMNS = {
    *("id", "line", "source_id", "reading", "text", "note", "wording", "method", "family"),
    *("precision_first", "precision_last", "ais", "imo", "converted_from"),
}
"""Columns in which two reports of one observation may differ; so may any ``<event>_precision``."""

SHORT_KEY = 4
"""Columns, from the first, that tell most rows of a table apart."""


def _is_observed(column: str) -> bool:
    return column not in REPORT_COLUMNS and not column.endswith("_precision")


def ancestors(parents: Mapping[str, Iterable[str]], source: str) -> frozenset[str]:
    """Ancestry of a source: itself and all sources it was derived from, directly or through others.

    Parameters
    ----------
    parents : mapping of str to iterable of str
        Source to the sources it took its content from; one that is missing took from nobody.
    source : str
        Its id.

    Returns
    -------
    frozenset of str

    Examples
    --------
    >>> sorted(ancestors({"C": ("B",), "B": ("A",)}, "C"))
    ['A', 'B', 'C']
    """
    reached: set[str] = set()
    waiting = [source]
    while waiting:
        current = waiting.pop()
        if current not in reached:
            reached.add(current)
            waiting += parents.get(current, ())
    return frozenset(reached)


def _original_pages(pages: Iterable[str], parents: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Pages of one observation that did not take it from the same page as another."""
    trails = {page: ancestors(parents, page) for page in dict.fromkeys(pages)}
    kept: list[str] = []
    # who was copied has a shorter trail than the copy
    for page in sorted(trails, key=lambda page: len(trails[page])):
        if not any(trails[page] & trails[other] for other in kept):
            kept.append(page)
    return set(kept)


def _repeated(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that agree with another one in all columns but `REPORT_COLUMNS`."""
    observed = [column for column in rows if _is_observed(str(column))]
    if "source_id" not in rows or not OBSERVERS & set(observed):
        return rows.head(0)
    # most rows differ in their dates already, and comparing all columns takes long
    close = rows[rows.duplicated(observed[:SHORT_KEY], keep=False)]
    return close[close.duplicated(observed, keep=False)]


def copied_rows(rows: pd.DataFrame) -> frozenset[str]:
    """Ids of the rows of a table of which another page may hold a copy, or the original.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of one table of the record.

    Returns
    -------
    frozenset of str
        `drop_copies` never drops a row outside, whichever other rows are left out.
    """
    repeated = _repeated(rows)
    return frozenset(map(str, repeated["id"])) if len(repeated) else frozenset()


def drop_copies(
    rows: pd.DataFrame, sources: pd.DataFrame, *, copied: Collection[str] | None = None
) -> pd.DataFrame:
    """Drop every row in which a page repeats what it took from another page.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of one table of the record; a table without observations is given back.
    sources : pandas.DataFrame
        The table ``sources``, with ``id`` and ``derived_from``.
    copied : collection of str, optional
        What `copied_rows` gives for this table or a larger one, where it is known already.

    Returns
    -------
    pandas.DataFrame
        Of rows that agree in all columns but `REPORT_COLUMNS` and whose pages go back to one
        page, those of the page nearest to it. Two like things on one page both stay, and so do
        two pages of which neither copied the other nor a third.
    """
    observed = [column for column in rows if _is_observed(str(column))]
    if rows.empty or "source_id" not in rows or not OBSERVERS & set(observed):
        return rows
    close = rows if copied is None else rows[rows["id"].isin(copied)]
    if close.empty:
        return rows.reset_index(drop=True)
    repeated = _repeated(close)
    copies: set[str] = set()
    if len(repeated):
        derived = zip(sources["id"], sources["derived_from"], strict=True)
        parents = {str(source): tuple(str(from_whom).split()) for source, from_whom in derived}
        for _, alike in repeated.groupby(observed, dropna=False, sort=False):
            if len(set(alike["source_id"])) > 1:
                originals = _original_pages(alike["source_id"], parents)
                copies.update(alike.loc[~alike["source_id"].isin(originals), "id"])
    left = (rows[~rows["id"].isin(copies)] if copies else rows).reset_index(drop=True)
    left.attrs = rows.attrs
    return left


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
