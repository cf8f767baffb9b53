"""Port calls from two rows of the record: days with a ship, and days imaged."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from skytally.core import DataError, refuse
from skytally.statistics.argument_checks import is_whole
from skytally.statistics.estimate import Estimate
from skytally.statistics.port_calls.call_bounds import Dwell
from skytally.statistics.port_calls.littles_law import Calls, calls_by_dwell, calls_from_share
from skytally.statistics.port_calls.missed_calls import missed_by_dwell

ROW_COLUMNS = ("id", "date_first", "date_last", "scope", "counter", "value")
"""Columns of a row that are read."""


def _row_faults(name: str, rows: pd.DataFrame) -> Iterator[str]:
    missing = sorted(set(ROW_COLUMNS) - set(rows.columns))
    if missing:
        yield f"{name}: columns missing: {', '.join(missing)}; give a row of voyage_counts"
    elif len(rows) != 1:
        yield f"{name}: {len(rows)} rows; give one"
    else:
        row = rows.iloc[0]
        if not is_whole(row["value"], least=0):
            yield f"row {row['id']}: {row['value']} days; give a row with a whole number of days"
        if not row["date_first"] <= row["date_last"]:
            yield (
                f"row {row['id']}: from {row['date_first']} to {row['date_last']}; "
                "give a row with both days known, the earlier first"
            )


def _two(stay_days: Sequence[float]) -> tuple[float, float]:
    if len(stay_days) != 2:
        message = f"stay_days: found {list(stay_days)}; give the shortest and the longest mean stay"
        raise DataError(message)
    return stay_days[0], stay_days[1]


def _same_days(seen: pd.DataFrame, imaged: pd.DataFrame) -> tuple[float, int, int]:
    """Length of the period, days with a ship and days imaged, from two rows of one count."""
    refuse([*_row_faults("seen", seen), *_row_faults("imaged", imaged)], what="port calls of rows")
    days, images = seen.iloc[0], imaged.iloc[0]
    same = ("date_first", "date_last", "scope", "counter")
    differing = [word for word in same if days[word] != images[word]]
    if differing:
        message = (
            f"rows {days['id']} and {images['id']} differ in {', '.join(differing)}; "
            "take a share of the days that were looked at, not of others"
        )
        raise DataError(message)
    length = (days["date_last"] - days["date_first"]).days + 1.0
    if not images["value"] <= length:
        message = (
            f"row {images['id']}: {images['value']:g} days imaged of {length:g}; "
            "give a number of days that the period has room for"
        )
        raise DataError(message)
    return length, int(days["value"]), int(images["value"])


def calls_of_rows(
    seen: pd.DataFrame, imaged: pd.DataFrame, *, stay_days: Sequence[float], seed: int
) -> Calls:
    """Estimate port calls from two rows of the record: days with a ship, and days imaged.

    Parameters
    ----------
    seen, imaged : pandas.DataFrame
        One row each of ``voyage_counts``, in days, of the same period and scope.
    stay_days : sequence of float
        Shortest and longest mean stay to believe in, in days; its central 0.9 interval.
    seed : int
        Seed of the draws.

    Returns
    -------
    Calls

    Raises
    ------
    DataError
        If there is not one row each, a row has no days or no whole number, or the two differ
        in period, scope or counter.
    """
    length, with_ship, images = _same_days(seen, imaged)
    return calls_from_share(
        with_ship,
        images,
        length=length,
        dwell=Dwell.between(*_two(stay_days)),
        seed=seed,
    )


def stays_of_rows(
    seen: pd.DataFrame, imaged: pd.DataFrame, *, stays: Sequence[float], seed: int
) -> pd.DataFrame:
    """Tabulate, for several lengths of stay, the calls that two rows allow and those missed.

    Parameters
    ----------
    seen, imaged : pandas.DataFrame
        As for `calls_of_rows`.
    stays : sequence of float
        Mean stays in days, each taken as known.
    seed : int
        Seed of the draws.

    Returns
    -------
    pandas.DataFrame
        ``stay`` (days), ``calls``, ``low``, ``high`` (calls), ``missed_at_least`` (share of
        calls of exactly this length): the images are taken as evenly spread, and any other
        spread over the same days misses at least as many.

    Raises
    ------
    DataError
        As `calls_of_rows`.
    """
    length, with_ship, images = _same_days(seen, imaged)
    table = calls_by_dwell(with_ship, images, length=length, dwells=stays, seed=seed)
    evenly = (np.arange(-images, 2 * images) + 0.5) * length / images
    missed = missed_by_dwell(evenly, 1.0, dwells=stays, period=(0.0, length))
    table = table.rename(columns={"dwell": "stay", "value": "calls"})
    return table.assign(missed_at_least=missed["missed"])


def missed_of_stay(stays: pd.DataFrame, stay: float) -> Estimate:
    """Lower bound on the share of calls of a given length that fall between imaged days.

    Parameters
    ----------
    stays : pandas.DataFrame
        Result of `stays_of_rows`.
    stay : float
        Length of the call in days, one of the table's.

    Returns
    -------
    Estimate
        Probability: `low` is the share missed by an even spread, `high` is 1.

    Raises
    ------
    DataError
        If the table has no such stay, or is no table of stays.
    """
    if not {"stay", "missed_at_least"} <= set(stays.columns):
        message = f"stays: columns {list(stays.columns)}; give the table of `stays_of_rows`"
        raise DataError(message)
    held = stays.loc[stays["stay"] == stay, "missed_at_least"]
    if held.empty:
        message = f"no stay of {stay} days among {list(stays['stay'])}; tabulate it first"
        raise DataError(message)
    how = "an even spread of the imaged days, the best there is"
    return Estimate(math.nan, float(held.iloc[0]), 1.0, "p", 1.0, how)
