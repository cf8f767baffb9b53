"""Port calls from rows of the record whose numbers are bounds: the hull over all they allow."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from skytally.core import DataError, names as n, refuse
from skytally.record import day_tally
from skytally.statistics.estimate import Estimate
from skytally.statistics.port_calls.call_bounds import BerthObservations, fewest_calls, most_calls
from skytally.statistics.port_calls.calls_from_rows import (
    calls_of_rows,
    missed_of_stay,
    stays_of_rows,
)
from skytally.statistics.port_calls.littles_law import Calls
from skytally.statistics.whole_numbers import whole_number_limits

OUTCOME = {n.SOMETHING_SEEN: 1.0, n.NOTHING_SEEN: 0.0, n.UNCLEAR: math.nan}
"""Outcome of a day, as `port_calls.call_bounds.BerthObservations` takes it."""


def _as_exact(rows: pd.DataFrame, number: float) -> pd.DataFrame:
    return rows.assign(value=number, low=math.nan, high=math.nan, bound=n.EXACTLY)


def _hull(estimates: list[Estimate]) -> Estimate:
    first = estimates[0]
    value = first.value if len(estimates) == 1 else math.nan
    low, high = min(each.low for each in estimates), max(each.high for each in estimates)
    return replace(first, value=value, low=low, high=high)


def _corners(seen: pd.DataFrame, imaged: pd.DataFrame) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """Both rows with exact numbers, for every pair of ends that their bounds allow."""
    (few, many), (least, most) = whole_number_limits(seen), whole_number_limits(imaged)
    name = imaged["id"].iloc[0]
    faults = []
    if math.isinf(most) or least < 1:
        faults.append(f"row {name}: {least:g} to {most:g} days; a share needs a known whole")
    if few > most:
        part = seen["id"].iloc[0]
        faults.append(f"rows {part} and {name}: {few:g} of {most:g}; a part is no larger")
    refuse(faults, what="share of the imaged days")
    pairs = {
        (min(part, whole), whole) for part, whole in product((few, min(many, most)), (least, most))
    }
    return [(_as_exact(seen, part), _as_exact(imaged, whole)) for part, whole in sorted(pairs)]


def calls_by_share(
    seen: pd.DataFrame, imaged: pd.DataFrame, *, stay_days: tuple[float, float], seed: int
) -> Calls:
    """Estimate port calls from two rows of the record, whatever their bounds.

    Parameters
    ----------
    seen, imaged : pandas.DataFrame
        One row each of ``voyage_counts``, in days: with a ship, and with an image.
    stay_days : tuple of float
        Shortest and longest mean stay to believe in, in days.
    seed : int
        Seed of the draws.

    Returns
    -------
    Calls
        As `skytally.statistics.calls_of_rows`; where a number is a bound, each interval
        spans those of both of its ends.

    Raises
    ------
    DataError
        If a row has no whole number, no day was imaged, the number of imaged days has no
        upper end, or the part is larger than its whole. The message names the row.
    """
    found = [
        calls_of_rows(part, whole, stay_days=stay_days, seed=seed)
        for part, whole in _corners(seen, imaged)
    ]
    return replace(
        found[0],
        calls=_hull([each.calls for each in found]),
        presence=_hull([each.presence for each in found]),
        ships=_hull([each.ships for each in found]),
    )


def stays_table(
    seen: pd.DataFrame, imaged: pd.DataFrame, *, stays: list[float], seed: int
) -> pd.DataFrame:
    """Tabulate, for several lengths of stay, the calls that two rows allow, whatever their bounds.

    Parameters
    ----------
    seen, imaged, seed
        As for `calls_by_share`.
    stays : list of float
        Mean stays in days, each taken as known.

    Returns
    -------
    pandas.DataFrame
        As `skytally.statistics.stays_of_rows`; where a number is a bound, ``calls`` is missing
        and ``low`` and ``high`` span what both of its ends allow.

    Raises
    ------
    DataError
        As `calls_by_share`.
    """
    made = [
        stays_of_rows(part, whole, stays=stays, seed=seed) for part, whole in _corners(seen, imaged)
    ]
    table = made[0]
    if len(made) == 1:
        return table
    return table.assign(
        calls=math.nan,
        low=np.min([each["low"] for each in made], axis=0),
        high=np.max([each["high"] for each in made], axis=0),
        missed_at_least=np.min([each["missed_at_least"] for each in made], axis=0),
    )


def missed_by_schedule(imaged: pd.DataFrame, *, stay: float) -> Estimate:
    """Lower bound on the share of calls of a given length that fall between imaged days.

    Parameters
    ----------
    imaged : pandas.DataFrame
        One row of ``voyage_counts``: days with an image.
    stay : float
        Length of the call in days.

    Returns
    -------
    Estimate
        As `skytally.statistics.missed_of_stay`.

    Raises
    ------
    DataError
        If the row has no whole number of days, none at all, or no upper end.
    """
    return missed_of_stay(stays_table(imaged, imaged, stays=[stay], seed=1), stay)


def calls_between_observations(
    looks: pd.DataFrame, *, ships: int, stay_days: float, cycle_days: float
) -> Estimate:
    """Fewest and most calls that dated observations of one counter at one pier allow.

    Parameters
    ----------
    looks : pandas.DataFrame
        Rows of ``ship_sightings`` of one counter at one pier.
    ships : int
        Ships that could be on the route.
    stay_days, cycle_days : float
        Shortest stay, and shortest time from one arrival of a ship to its next, in days.

    Returns
    -------
    Estimate
        In calls between the first and the last look known to the day; it holds always,
        under what is assumed for its upper end.

    Raises
    ------
    DataError
        If no look is known to the day, or the rows are of several counters or piers.
    """
    several = [word for word in ("counter", "scope") if len(set(looks[word])) > 1]
    days = day_tally(looks)
    if several or days.empty:
        found = f"several in {', '.join(several)}" if several else "no look known to the day"
        message = f"calls between looks: {found}; give dated rows of one counter at one pier"
        raise DataError(message)
    times = (days.index - days.index.min()) / pd.Timedelta(days=1)
    made = BerthObservations(
        times.to_numpy(float) + 0.5, days["outcome"].map(OUTCOME).to_numpy(float), times.max() + 1.0
    )
    fewest = fewest_calls(made)
    most = most_calls(made, ships=ships, load_days=stay_days, cycle_days=cycle_days)
    return replace(fewest, high=most.high, method=f"{fewest.method}; {most.method}")
