"""How rows are dated: the columns, and how well each date is known."""

from __future__ import annotations

from collections.abc import Container

import pandas as pd

INTERVAL = ("date_first", "date_last", "precision_first", "precision_last")
"""First and last day of what a row reports, and how well each is known."""
STATEMENT = ("statement_first", "statement_last", "statement_precision", "statement_precision")
"""The same of the day on which something was said."""
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
