"""Tallies of rows: what each day showed, claims side by side, how well times are known."""

from __future__ import annotations

import math
from itertools import combinations

import pandas as pd

from skytally.core import limits, names as n, quantity_of


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


def day_tally(table: pd.DataFrame) -> pd.DataFrame:
    """Outcome of each day that rows name: a ship seen, none seen, or unclear.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of ``ship_sightings``, of one site.

    Returns
    -------
    pandas.DataFrame
        Index: day; ``outcome``: *seen* if any row of the day saw a ship, else *nothing-seen*
        if any row reports none, else *unclear*; ``rows``: their ids. A day without a row was
        not observed, or not reported: it is not in the table.
    """
    exact = on_one_day(table)
    days = {}
    for day, rows in exact.groupby("date_first"):
        states = set(rows["state"])
        absent = n.NOTHING_SEEN if n.NOTHING_SEEN in states else n.UNCLEAR
        days[day] = {
            "outcome": n.SOMETHING_SEEN if states & set(n.PRESENT_STATES) else absent,
            "rows": " ".join(rows["id"]),
        }
    return pd.DataFrame.from_dict(days, orient="index", columns=["outcome", "rows"])


def claim_pairs(claims: pd.DataFrame, *, within_days: int) -> pd.DataFrame:
    """Pairs of claims that different claimants made within some days of each other.

    A statement without a number, or whose day is not known, is left out: nobody can say how
    close it is.

    Parameters
    ----------
    claims : pandas.DataFrame
        Rows of ``official_claims`` of one quantity, unit and sense.
    within_days : int
        Greatest number of days between two statements.

    Returns
    -------
    pandas.DataFrame
        ``first``, ``second`` (row ids, in order of date), ``days`` between them,
        ``multiple_low`` and ``multiple_high``: the least and greatest multiple of the
        smaller to the larger claim that both bounds allow (infinite where open), and
        ``overlap``: whether one number could satisfy both claims.
    """
    numbered = claims["value"].notna() | claims["low"].notna()
    dated = claims[(claims["statement_precision"] == "day") & numbered]
    dated = dated.sort_values("statement_first", kind="stable")
    pairs = []
    for (_, one), (_, two) in combinations(dated.iterrows(), 2):
        days = (two["statement_first"] - one["statement_first"]).days
        if days > within_days or one["counter"] == two["counter"]:
            continue
        small, large = sorted(
            (limits(quantity_of(row)) for row in (one, two)), key=lambda interval: interval[0]
        )
        pairs.append(
            {
                "first": one["id"],
                "second": two["id"],
                "days": days,
                "multiple_low": max(1.0, large[0] / small[1]),
                "multiple_high": large[1] / small[0] if small[0] else math.inf,
                "overlap": large[0] <= small[1],
            }
        )
    columns = ["first", "second", "days", "multiple_low", "multiple_high", "overlap"]
    return pd.DataFrame(pairs, columns=columns)


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
