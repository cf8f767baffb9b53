"""How rows are dated: the columns, how well each date is known, and the last day of the record."""

from __future__ import annotations

from collections.abc import Container

import pandas as pd

from skytally.core import data_registry, read_table

INTERVAL = ("date_first", "date_last", "precision_first", "precision_last")
"""First and last day of what a row reports, and how well each is known."""
STATEMENT = ("statement_first", "statement_last", "statement_precision", "statement_precision")
"""The same of the day on which something was said."""
PUBLISHED = ("day", "nominal")
"""Precision of a publication that is known to about a day."""
VOYAGE = ("depart_first", "arrive_last", "depart_precision", "arrive_precision")
"""The same of a voyage, from the first day of departure to the last of arrival."""


def date_columns(columns: Container[str]) -> tuple[str, str, str, str]:
    """Columns by which rows are dated: of the statement for claims, else of the row.

    Parameters
    ----------
    columns : container of str
        Names of columns, such as a table or a row.

    Examples
    --------
    >>> date_columns({"statement_first", "date_first"})[0], date_columns({"date_first"})[0]
    ('statement_first', 'date_first')
    """
    return STATEMENT if "statement_first" in columns else INTERVAL


def newest_page(sources: pd.DataFrame) -> pd.Timestamp | None:
    """Day on which the newest dated page of the record was published; None without one."""
    dated = sources[sources["published_precision"].isin(PUBLISHED)]["published_last"].dropna()
    return dated.max() if len(dated) else None


def read_newest_page() -> pd.Timestamp | None:
    """Read the day of `newest_page` from the project's record, and nothing else of its sources.

    Raises
    ------
    DataError
        If the table cannot be read.
    """
    days = ("published_last", "published_precision")
    return newest_page(read_table(data_registry.path("sources", latest=days)))


def within_record(claims: pd.DataFrame, newest: pd.Timestamp | None) -> pd.DataFrame:
    """End statements known to their year, and their periods, with the newest page of the record.

    Parameters
    ----------
    claims : pandas.DataFrame
        The table ``official_claims``.
    newest : pandas.Timestamp or None
        Day of the newest page, from `newest_page`; None where none is dated.

    Returns
    -------
    pandas.DataFrame
        The same rows: nobody can have said anything after the record was completed.
    """
    if newest is None:
        return claims
    ends = {name: claims[name].clip(upper=newest) for name in ("statement_last", "date_last")}
    made = claims.assign(**ends)
    made.attrs = claims.attrs
    return made


def time_quality(events: pd.DataFrame) -> pd.Series:
    """Precision of the times of each event: known to the day, in part, or not at all.

    Parameters
    ----------
    events : pandas.DataFrame
        A table with ``precision_first`` and ``precision_last``.

    Returns
    -------
    pandas.Series
        *both ends to the day*, *one end to the day* or *no end to the day*, a row each.
    """
    known = (events["precision_first"] == "day").astype(int) + (
        events["precision_last"] == "day"
    ).astype(int)
    return known.map({2: "both ends to the day", 1: "one end to the day", 0: "no end to the day"})
