"""Copies: an observation that one page took from another counts once, wherever rows are counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from skytally.core.table_reader import read_table

WHO = {"counter", "actors"}
"""Columns one of which tells whose observation a row is; a table without either holds none."""
OBSERVED = (
    *("counter", "actors", "vessel", "scope", "place", "depart_scope", "arrive_scope"),
    *("kind", "car_kind", "role", "sense", "cumulative", "quantity"),
    *("value", "low", "high", "bound", "unit", "state"),
    *("date_first", "date_last", "statement_first", "statement_last"),
    *("depart_first", "depart_last", "arrive_first", "arrive_last"),
)
"""Columns in which two reports of one observation agree; their words may differ."""


def above(parents: Mapping[str, Iterable[str]], source: str) -> frozenset[str]:
    """Give a source and every source it was derived from, directly or through others.

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
    >>> sorted(above({"C": ("B",), "B": ("A",)}, "C"))
    ['A', 'B', 'C']
    """
    found: set[str] = set()
    waiting = [source]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += parents.get(each, ())
    return frozenset(found)


def _first_told(pages: Iterable[str], parents: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Give the pages of one observation that did not take it from the same page as another."""
    trails = {page: above(parents, page) for page in dict.fromkeys(pages)}
    kept: list[str] = []
    # who was copied has a shorter trail than the copy
    for page in sorted(trails, key=lambda each: len(trails[each])):
        if not any(trails[page] & trails[other] for other in kept):
            kept.append(page)
    return set(kept)


def drop_copies(rows: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Drop every row in which a page repeats what it took from another page.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of one table of the record; a table without observations is given back.
    sources : pandas.DataFrame
        The table ``sources``, with ``id`` and ``derived_from``.

    Returns
    -------
    pandas.DataFrame
        Of rows that agree in all of `OBSERVED` and whose pages go back to one page, those of
        the page nearest to it. Two like things on one page both stay, and so do two pages of
        which neither copied the other nor a third.
    """
    told = [column for column in OBSERVED if column in rows]
    if rows.empty or "source_id" not in rows or not WHO & set(told):
        return rows
    derived = zip(sources["id"], sources["derived_from"], strict=True)
    parents = {str(source): tuple(str(from_whom).split()) for source, from_whom in derived}
    kept = pd.Series(data=True, index=rows.index)
    for _, alike in rows.groupby(told, dropna=False, sort=False):
        if len(set(alike["source_id"])) > 1:
            first = _first_told(alike["source_id"], parents)
            kept.loc[alike.index] = alike["source_id"].isin(first)
    left = rows[kept].reset_index(drop=True)
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
