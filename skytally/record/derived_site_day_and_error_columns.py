"""Columns beside those of a table: the site of a row, its one day, its error by recounts."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from skytally.record.counting_error_from_recounts import counting_errors
from skytally.record.rows_at_site_or_on_exact_day import on_one_day


def with_derived_columns(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Tables with the columns that findings may use beside the table's own.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Tables of the record by name.

    Returns
    -------
    dict of str to pandas.DataFrame
        With ``site``, the site of the row's scope, where there is a table ``scopes`` to look it
        up in, and ``one_day``, *yes* where a row is dated to one known day; where people
        recounted something on its image, ``counting_error`` and ``recounts`` of published counts
        of the same thing.
    """
    scopes = tables.get("scopes")
    sites = {} if scopes is None else dict(zip(scopes["id"], scopes["site"], strict=True))
    derived = {}
    for name, table in tables.items():
        columns: dict[str, object] = {}
        if scopes is not None and "scope" in table and "site" not in table:
            columns["site"] = table["scope"].map(sites).fillna("")
        if {"date_first", "precision_first"} <= {*table.columns}:
            exact = table.index.isin(on_one_day(table).index)
            columns["one_day"] = pd.Series(exact, table.index).map({True: "yes", False: "no"})
        errors = counting_errors(table)
        if len(errors):
            columns["counting_error"] = errors["counting_error"].reindex(table.index)
            columns["recounts"] = errors["recounts"].reindex(table.index).fillna("")
        derived[name] = table.assign(**columns) if columns else table
        derived[name].attrs = table.attrs
    return derived
