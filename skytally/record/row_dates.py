"""Columns that date a row: its interval, a statement or a voyage, each with its precision."""

from __future__ import annotations

from collections.abc import Container

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
