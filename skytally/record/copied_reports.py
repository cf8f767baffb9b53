"""Repeated observations: a page that copies another page adds no observation of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

OBSERVERS = {"counter", "actors"}
"""Columns that name whose observation a row is; a table without either holds none."""
REPORT_COLUMNS = {
    *("id", "line", "source_id", "reading", "text", "note", "wording", "method", "family"),
    *("precision_first", "precision_last", "ais", "imo", "converted_from", "route"),
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


def _holds_observations(rows: pd.DataFrame) -> bool:
    return "source_id" in rows and not OBSERVERS.isdisjoint(rows)


def _repeated(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that agree with another one in all columns but `REPORT_COLUMNS`."""
    if not _holds_observations(rows):
        return rows.head(0)
    observed = [column for column in rows if _is_observed(str(column))]
    # most rows differ in their dates already, and comparing all columns takes long
    close = rows[rows.duplicated(observed[:SHORT_KEY], keep=False)]
    return close[close.duplicated(observed, keep=False)]


Alike = tuple[tuple[str, str], ...]
"""Id and page of each of several rows that agree in all columns but `REPORT_COLUMNS`."""


def alike_rows(rows: pd.DataFrame) -> list[Alike]:
    """Group the rows of which another page may hold a copy, or the original.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of one table of the record.

    Returns
    -------
    list of tuple
        Id and page of the rows of each group, in the order of the table. `drop_copies` never drops
        a row outside, whichever other rows are left out.
    """
    repeated = _repeated(rows)
    if repeated.empty:
        return []
    observed = [column for column in repeated if _is_observed(str(column))]
    return [
        tuple(zip(alike["id"].astype(str), alike["source_id"].astype(str), strict=True))
        for _, alike in repeated.groupby(observed, dropna=False, sort=False)
    ]


def copying_pages(sources: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Map each source to the sources it took its content from, by the table ``sources``."""
    derived = zip(sources["id"], sources["derived_from"], strict=True)
    return {str(source): tuple(str(from_whom).split()) for source, from_whom in derived}


def copies_among(groups: Iterable[Alike], parents: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Find the rows in which a page repeats what it took from another page.

    Parameters
    ----------
    groups : iterable of tuple
        As `alike_rows` gives them; without some rows those that are left.
    parents : mapping of str to tuple of str
        As `copying_pages` gives it.

    Returns
    -------
    set of str
        Of rows that agree and whose pages go back to one page, all but those of the page nearest
        to it. Two like things on one page are none, nor are those on two pages of which neither
        copied the other nor a third.
    """
    copies: set[str] = set()
    for alike in groups:
        if len({page for _, page in alike}) > 1:
            originals = _original_pages((page for _, page in alike), parents)
            copies.update(row for row, page in alike if page not in originals)
    return copies


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
        Without the rows that `copies_among` finds.
    """
    if rows.empty or not _holds_observations(rows):
        return rows
    groups = alike_rows(rows)
    copies = copies_among(groups, copying_pages(sources)) if groups else set()
    left = (rows[~rows["id"].isin(copies)] if copies else rows).reset_index(drop=True)
    left.attrs = rows.attrs
    return left
