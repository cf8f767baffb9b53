"""Whether a ship had time for a call between consecutive sightings of it in the record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from skytally.core import DataError
from skytally.statistics.port_call_in_ais_gap import reach_of_rows

SETTLED = 0.05
"""A chance below this, or above 1 less this, over its whole interval is no finding: the dates
alone settle it, and no speed or position that was tried could have made it come out otherwise."""
DOUBT = " (probable)"
"""What a ship's name carries where the source only thinks that it is that ship."""
TIME, NO_TIME, OPEN = "time at any speed tried", "no time at any speed tried", "left open"
"""Answers of `gap_table`."""
Pair = tuple[str, pd.DataFrame, pd.DataFrame]


def _pairs(sightings: pd.DataFrame, located: set[str], port: str) -> Iterator[Pair]:
    """Consecutive sightings of each named ship, both at located sites other than the port."""
    names = sightings["vessel"].map(lambda cell: [n.strip() for n in str(cell).split(";")])
    one_each = sightings.assign(vessel=names).explode("vessel")
    one_each["vessel"] = one_each["vessel"].str.removesuffix(DOUBT)
    ordered = one_each.sort_values(["date_first", "date_last"], kind="stable")
    for vessel, seen in ordered[ordered["vessel"] != ""].groupby("vessel", sort=True):
        for start in range(len(seen) - 1):
            before, after = seen.iloc[[start]], seen.iloc[[start + 1]]
            sites = {before["scope"].iloc[0], after["scope"].iloc[0]}
            apart = before["date_last"].iloc[0] < after["date_first"].iloc[0]
            if apart and sites <= located - {port}:
                yield str(vessel), before, after


def _answer(low: float, high: float) -> str:
    if low > 1 - SETTLED:
        return TIME
    return NO_TIME if high < SETTLED else OPEN


def gap_table(
    sightings: pd.DataFrame,
    scopes: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    port: str,
    land: Path,
) -> pd.DataFrame:
    """Tabulate the gaps between sightings of one ship, and whether each left time for a call.

    Parameters
    ----------
    sightings : pandas.DataFrame
        Rows of ``ship_sightings``; those of a named ship that are known to the day are taken.
    scopes, sites : pandas.DataFrame
        The tables of these names; a site without a position or its uncertainty is not located.
    port : str
        Id of the port, at which neither sighting was.
    land : Path
        GeoJSON of the land around.

    Returns
    -------
    pandas.DataFrame
        ``vessel``; ``before`` and ``after``, the ids of the two rows; ``answer``, one of `TIME`,
        `NO_TIME` and `OPEN`; ``low`` and ``high``, the chance that there was time, which is
        missing unless the answer is `OPEN`.

    Raises
    ------
    DataError
        If the port is not located, or as `skytally.statistics.port_call_in_ais_gap.reach_of_rows`.

    References
    ----------
    METHODS 8.1.
    """
    known = sites[["lat", "lon", "uncertainty_m"]].notna().all(axis="columns")
    located = set(sites.loc[known, "id"])
    if port not in located:
        message = f"port {port!r} has no position with an uncertainty; name a site that has one"
        raise DataError(message)
    days = sightings[["precision_first", "precision_last"]].eq("day").all(axis="columns")
    place = sightings["scope"].map(dict(zip(scopes["id"], scopes["site"], strict=True)))
    lines = []
    for vessel, before, after in _pairs(sightings.assign(scope=place)[days], located, port):
        found = reach_of_rows(before, after, sites, port=port, land=land, seed=1).probability
        answer = _answer(found.low, found.high)
        low, high = (found.low, found.high) if answer == OPEN else (np.nan, np.nan)
        ids = {"before": before["id"].iloc[0], "after": after["id"].iloc[0]}
        lines.append({"vessel": vessel, **ids, "answer": answer, "low": low, "high": high})
    return pd.DataFrame(lines, columns=["vessel", "before", "after", "answer", "low", "high"])
