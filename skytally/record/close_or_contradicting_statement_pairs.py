"""Pairs of statements: made within some days of each other, or contradicting one another."""

from __future__ import annotations

import math
from itertools import combinations

import pandas as pd

from skytally.core import limits, quantity_of


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


def falling_totals(claims: pd.DataFrame) -> pd.DataFrame:
    """Pairs of running totals of different claimants in which the later is below the earlier.

    A running total cannot fall, so the two contradict each other however far apart they are.

    Parameters
    ----------
    claims : pandas.DataFrame
        Rows of ``official_claims`` of one quantity, unit and sense, each a total since the start.

    Returns
    -------
    pandas.DataFrame
        ``first``, ``second``: row ids of statements of which the whole date of the first lies
        before that of the second, and the greatest number that the second allows is below the
        least that the first does.
    """
    numbered = claims["value"].notna() | claims["low"].notna()
    dated = claims[numbered & claims["statement_first"].notna() & claims["statement_last"].notna()]
    dated = dated.sort_values("statement_first", kind="stable")
    pairs = [
        {"first": one["id"], "second": two["id"]}
        for (_, one), (_, two) in combinations(dated.iterrows(), 2)
        if one["counter"] != two["counter"]
        and one["statement_last"] < two["statement_first"]
        and limits(quantity_of(two))[1] < limits(quantity_of(one))[0]
    ]
    return pd.DataFrame(pairs, columns=["first", "second"])
