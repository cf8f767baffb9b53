"""Days on which somebody published an observation of a place, and the stretches between them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from skytally.record.row_conditions import filtered
from skytally.record.rows_at_site_or_on_exact_day import at_site

LOOKED = {"seen": "counted|seen", "nothing": "nothing-seen", "unclear": "unclear"}
"""Column of `observed_days` to the states of rows it counts; earlier ones go before later ones."""
LONGEST = pd.Timedelta(days=7)
"""Longest period of a row that is taken for an observation of its days, and not of a season."""


def observed_days(tables: Mapping[str, pd.DataFrame], scopes: pd.DataFrame) -> pd.DataFrame:
    """Count the days with a published observation of each site, and find the longest gap.

    A day, or a period of up to a week, counts once, whatever the number of rows. It is one on
    which something was seen if any row says so, else one on which nothing was, else one that could
    not be read. Rows of longer periods and rows without a site are left out, because they name no
    day of a place.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Observation tables without copies, by name.
    scopes : pandas.DataFrame
        The table ``scopes``.

    Returns
    -------
    pandas.DataFrame
        A row for each site and table with a dated observation: ``site``, ``table``, the numbers
        of days ``seen``, ``nothing`` and ``unclear``, ``first`` and ``last`` day, and the two days
        ``gap_first`` and ``gap_last`` between which the longest stretch without one lies, with
        its length ``gap`` in days. Of a single day the gap is missing.
    """
    found = [
        {"site": site, "table": name, **_days_of(at_site(table, scopes, site=site))}
        for name, table in tables.items()
        for site in dict.fromkeys(scopes.loc[scopes["site"] != "", "site"])
    ]
    columns = ["site", "table", *LOOKED, "first", "last", "gap_first", "gap_last", "gap"]
    return pd.DataFrame([row for row in found if "first" in row], columns=columns)


def _days_of(rows: pd.DataFrame) -> dict[str, object]:
    exact = (rows["precision_first"] == "day") & (rows["precision_last"] == "day")
    dated = rows[exact & (rows["date_last"] - rows["date_first"] <= LONGEST)]
    taken: set[tuple[pd.Timestamp, pd.Timestamp]] = set()
    counts: dict[str, int] = {}
    for column, states in LOOKED.items():
        of_state = filtered(dated, f"state={states}")
        days = {*zip(of_state["date_first"], of_state["date_last"], strict=True)} - taken
        counts[column] = len(days)
        taken |= days
    if not taken:
        return {}
    days = pd.DataFrame(sorted(taken), columns=["first", "last"])
    found: dict[str, object] = {**counts, "first": days["first"].min(), "last": days["last"].max()}
    before = days["last"].cummax().shift()
    gaps = days["first"] - before
    if gaps.notna().any():
        end = gaps.idxmax()
        found |= {"gap_first": before[end], "gap_last": days["first"][end], "gap": gaps[end].days}
    return found
