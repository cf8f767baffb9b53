"""Counts of one thing or place by two counters, compared pair by pair."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import combinations, product
from typing import Any

import pandas as pd

from skytally.core import DataError, evidence_line_name_constants as n, limits, quantity_of
from skytally.record import on_one_day
from skytally.statistics.agreement_between_counters import (
    KIND_COLUMNS,
    PAIR_COLUMNS,
    UNSTATED,
    agreement,
    shared_family,
)
from skytally.statistics.estimate import Estimate

BRIEF = 7
"""Most days to which one count of a looser pair may be dated, those of one train (METHODS 7.5)."""


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
        `skytally.statistics.agreement_between_counters.Agreement.pairs`; one row a day that both
        have.
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


def _counts(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows that count on an image, on known days at a known place, with their number of days."""
    counted = table["bound"].isin((n.EXACTLY, n.ABOUT)) & table["value"].notna()
    dated = table["date_first"].notna() & table["date_last"].notna()
    kept = table[counted & dated & ~table["scope"].str.contains(UNSTATED)]
    spans = (kept["date_last"] - kept["date_first"]).dt.days + 1
    rows = kept.to_dict("records")
    return [
        {**row, "days": span}
        for row, span in zip(rows, spans, strict=True)
        if quantity_of(row).counted
    ]


def _share_a_day(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    begun = other["date_first"] <= one["date_last"]
    return bool(begun and other["date_last"] >= one["date_first"])


def _paired(more: Mapping[str, Any], fewer: Mapping[str, Any]) -> dict[str, object]:
    """Columns of one pair, the larger count first."""
    pair: dict[str, object] = {word: more[word] for word in ("quantity", "unit", "scope")}
    for side, row in (("a", more), ("b", fewer)):
        low, high = limits(quantity_of(row))
        numbers = {"value": row["value"], "low": low, "high": high}
        pair |= {side: row["counter"], f"row_{side}": row["id"]}
        pair |= {f"{word}_{side}": number for word, number in numbers.items()}
    alike = all(more[word] == fewer[word] for word in KIND_COLUMNS if word in more)
    same = (more["date_first"], more["date_last"]) == (fewer["date_first"], fewer["date_last"])
    family = shared_family(str(more["family"]), str(fewer["family"]))
    return pair | {"kinds_alike": alike, "days_alike": same, "shared_family": family}


def readers_of_one_place(table: pd.DataFrame) -> pd.DataFrame:
    """Pair the counts that two counters give of one place on days that overlap.

    It asks less than `pairs_of_counters`: the kinds of what was counted may differ, and so may
    the moments. Where no stricter pair exists it is the only evidence on errors of counting.

    Parameters
    ----------
    table : pandas.DataFrame
        An observation table with ``scope``.

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``quantity``, ``unit`` and ``scope``; of ``a``, who counted more, and of
        ``b`` the counter, ``row``, ``value``, ``low`` and ``high``; whether ``kinds_alike`` and
        ``days_alike``; ``shared_family`` as in `skytally.statistics.agreement_between_counters`.

    Notes
    -----
    One of a pair is dated to at most `BRIEF` days. Of several counts of the other counter that
    share a day with it, the one of the fewest days is taken, so that a count of a day is not
    held against a statement about a year where there is a count of that day. Bounds are no
    counts, and neither is what somebody stated or a compiler inferred from words. METHODS 7.5.
    """
    places: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in _counts(table):
        places.setdefault((row["quantity"], row["unit"], row["scope"]), []).append(row)
    made: dict[tuple[str, str], dict[str, object]] = {}
    for alike in places.values():
        counters = sorted({row["counter"] for row in alike})
        for anchor, other in product(alike, counters):
            meeting = [
                row for row in alike if row["counter"] == other and _share_a_day(anchor, row)
            ]
            if anchor["counter"] == other or anchor["days"] > BRIEF or not meeting:
                continue
            pair = (anchor, min(meeting, key=lambda row: row["days"]))
            fewer, more = sorted(pair, key=lambda row: (row["value"], row["id"]))
            made[more["id"], fewer["id"]] = _paired(more, fewer)
    return pd.DataFrame(list(made.values()))
