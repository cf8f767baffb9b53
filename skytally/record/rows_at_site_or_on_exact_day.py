"""Rows of an observation table at one site, or of one known day."""

from __future__ import annotations

import pandas as pd


def at_site(table: pd.DataFrame, scopes: pd.DataFrame, *, site: str) -> pd.DataFrame:
    """Rows whose scope belongs to a site.

    Parameters
    ----------
    table : pandas.DataFrame
        An observation table.
    scopes : pandas.DataFrame
        The table ``scopes``.
    site : str
        Id of the site.

    Returns
    -------
    pandas.DataFrame
    """
    chosen = table[table["scope"].isin(scopes.loc[scopes["site"] == site, "id"])]
    chosen.attrs = table.attrs
    return chosen


def on_one_day(table: pd.DataFrame) -> pd.DataFrame:
    """Rows whose interval is one known day."""
    exact = (table["precision_first"] == "day") & (table["precision_last"] == "day")
    return table[exact & (table["date_first"] == table["date_last"])]
