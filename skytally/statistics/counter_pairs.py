"""Counters of one thing on one day, compared pair by pair."""

from __future__ import annotations

import math
from itertools import combinations

import pandas as pd

from skytally.core import DataError
from skytally.record import on_one_day
from skytally.statistics.counter_agreement import KIND_COLUMNS, PAIR_COLUMNS, UNSTATED, agreement
from skytally.statistics.estimate import Estimate


def pairs_of_counters(table: pd.DataFrame) -> pd.DataFrame:
    """Compare every two counters who give a number of one thing at one place on one day.

    Parameters
    ----------
    table : pandas.DataFrame
        An observation table.

    Returns
    -------
    pandas.DataFrame
        ``quantity``, ``unit``, ``a`` and ``b`` (the counters), and the columns of
        `skytally.statistics.counter_agreement.Agreement.pairs`; one row a day that both have.
    """
    keys = [word for word in ("quantity", "unit", "scope", *KIND_COLUMNS) if word in table]
    numbered = table["value"].notna() | table["low"].notna()
    placed = ~table["scope"].str.contains(UNSTATED) if "scope" in table else True
    dated = on_one_day(table[numbered & placed])
    # a day that only one counter has makes no pair, and most days are such
    counters = dated.groupby([*keys, "date_first"], dropna=False)["counter"].transform("nunique")
    made = []
    for _, alike in dated[counters > 1].groupby(keys, dropna=False):
        # they agree in what sets kinds apart, since they were grouped by it
        like = alike.drop(columns=[word for word in KIND_COLUMNS if word in alike])
        sides = [rows for _, rows in like.groupby("counter")]
        for one, other in combinations(sides, 2):
            found = agreement(one, other)
            a, b = found.counters
            made += found.pairs.assign(quantity=found.quantity, unit=found.unit, a=a, b=b).to_dict(
                "records"
            )
    return pd.DataFrame(made, columns=["quantity", "unit", "a", "b", *PAIR_COLUMNS])


def difference_of_rows(one: pd.DataFrame, other: pd.DataFrame) -> Estimate:
    """Difference of two counters on one day, whichever is the larger.

    Parameters
    ----------
    one, other : pandas.DataFrame
        One row each of an observation table.

    Returns
    -------
    Estimate
        In the unit of both, by their bounds; from 0 up where one number could satisfy both.

    Raises
    ------
    DataError
        If they differ in quantity, unit or place, or are not of one known day.
    """
    pairs = agreement(one, other).pairs
    if pairs.empty:
        names = " and ".join(str(rows["id"].iloc[0]) for rows in (one, other))
        message = f"rows {names}: no numbers of one known day; name two that are"
        raise DataError(message)
    low, high = (float(pairs[f"difference_{end}"].iloc[0]) for end in ("low", "high"))
    return Estimate(
        math.nan,
        max(low, -high, 0.0),
        max(abs(low), abs(high)),
        str(one["unit"].iloc[0]),
        1.0,
        "two counters on one day, by their bounds",
    )
