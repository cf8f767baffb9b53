"""Trains at one track before and after a date: their number and the metres that they occupy."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from skytally.core import DataError, day, interval, limits, quantity_of, refuse, rounded_outwards
from skytally.statistics.estimate import Estimate
from skytally.statistics.level_ratio_and_power import (
    LevelRatio,
    Numbers,
    chance_to_notice,
    level_ratio,
)
from skytally.statistics.published_ceiling_and_independent_images import SPACING

TRAINS, TRAIN_LENGTH = "trains", "train length"
"""Words of the vocabulary *quantity* that make an observation."""
KINDS = {"trains": "counts", "metres": "lengths"}
"""What of an observation is compared, and how its numbers scatter."""
RISES = (2.0, 3.0)
"""Rises of which the table gives the chance to notice them."""
HALF_METRE = 0.5
"""What rounding to a metre hides of an exact length."""


Row = Mapping[str, Any]


def _metres(lengths: Sequence[Row], few: float, many: float) -> tuple[float, float]:
    """Metres that a number of trains occupy, from lengths printed in three ways; NaN from none.

    One length for each train adds up. One length for several holds for each of them. A printed
    range holds the shortest and the longest, and the others lie between.
    """
    ends = [limits(quantity_of(row)) for row in lengths]
    if ends and few == many == len(ends):
        return sum(end[0] for end in ends), sum(end[1] for end in ends)
    if len(ends) != 1:
        return math.nan, math.nan
    shortest, longest = ends[0]
    if math.isnan(lengths[0]["value"]) and few == many and few >= 2:
        both, others = shortest + longest, few - 2
        return both + others * shortest, both + others * longest
    return few * shortest, many * longest


def train_observations(rows: pd.DataFrame) -> pd.DataFrame:
    """Collect the rows of each observation of a track: trains, and the metres they occupy.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of ``rail_counts`` of one counter and one scope, with quantities *trains* (unit
        trains) and *train length* (unit m).

    Returns
    -------
    pandas.DataFrame
        One row an observation, in order of dates: ``first``, ``last``, the ends of ``trains``
        and of ``metres`` (``_low``, ``_high``; NaN where not printed) and its ``rows``.

    Raises
    ------
    DataError
        If there is no observation, or the rows are of several counters or scopes.
    """
    faults = [
        f"{word}: {', '.join(sorted(set(rows[word])))}; give the rows of one"
        for word in ("counter", "scope")
        if len(set(rows[word])) > 1
    ]
    refuse(faults, what="observations of trains")
    counted: dict[tuple[pd.Timestamp, pd.Timestamp], list[Row]] = {}
    lengths: dict[tuple[pd.Timestamp, pd.Timestamp], list[Row]] = {}
    for row in rows.to_dict("records"):
        days = row["date_first"], row["date_last"]
        if (row["quantity"], row["unit"]) == (TRAINS, "trains"):
            counted.setdefault(days, []).append(row)
        elif (row["quantity"], row["unit"]) == (TRAIN_LENGTH, "m"):
            lengths.setdefault(days, []).append(row)
    made = []
    for days, trains in sorted(counted.items(), key=lambda item: item[0]):
        low, high = limits(quantity_of(trains[0]))
        if len(trains) == 1 and not math.isnan(low):
            measured = lengths.get(days, [])
            ids = " ".join(row["id"] for row in (*trains, *measured))
            least, most = _metres(measured, low, high)
            made.append((*days, low, high, least - HALF_METRE, most + HALF_METRE, ids))
    if not made:
        message = "observations of trains: no row gives a number of trains on known days"
        raise DataError(message)
    ends = [f"{word}_{end}" for word in KINDS for end in ("low", "high")]
    return pd.DataFrame(made, columns=["first", "last", *ends, "rows"])


def one_per_cluster(observations: pd.DataFrame) -> pd.DataFrame:
    """Keep one observation of those less than `SPACING` days apart: the middle one by date.

    A train may stand for days, so observations that lie closer are not independent. The one
    that is kept is chosen by its date and not by its number; of two it is the earlier.
    """
    ordered = observations.sort_values(["first", "last"], kind="stable").reset_index(drop=True)
    clusters: list[list[int]] = []
    anchor = pd.Timestamp.min
    for place, first in enumerate(ordered["first"]):
        if not clusters or (first - anchor).days >= SPACING:
            clusters.append([])
            anchor = first
        clusters[-1].append(place)
    kept = [each[(len(each) - 1) // 2] for each in clusters]
    return ordered.loc[kept].reset_index(drop=True)


def _sides(known: pd.DataFrame, change: str, compare: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Independent observations that end before a day, and that begin on it or later."""
    at = pd.Timestamp(change)
    numbered = known.dropna(subset=[f"{compare}_low"])
    before, after = numbered[numbered["last"] < at], numbered[numbered["first"] >= at]
    for word, side in (("before", before), ("on or after", after)):
        if side.empty:
            message = f"no observation of {compare} {word} {day(at)}; name another day"
            raise DataError(message)
    return one_per_cluster(before), one_per_cluster(after)


def _numbers(observations: pd.DataFrame, compare: str) -> Numbers:
    low, high = (observations[f"{compare}_{end}"].to_numpy(float) for end in ("low", "high"))
    return Numbers(np.maximum(low, 0.0), high)


@dataclass(frozen=True)
class TrainChange:
    """Trains at a track before and after a day."""

    observed: int
    """Observations, independent or not."""
    ratios: Mapping[str, LevelRatio]
    """What changed by what factor, by the keys of `KINDS`."""

    def noticed(self, compare: str, *, times: float) -> Estimate:
        """Chance that a rise of a given size would have been noticed."""
        return chance_to_notice(self.ratios[compare], times=times)


def change_of_trains(rows: pd.DataFrame, *, change: str) -> TrainChange:
    """By what factor the trains at a track differ after a day that was fixed beforehand.

    Parameters
    ----------
    rows : pandas.DataFrame
        As for `train_observations`.
    change : str
        The day, which must not come from the rows themselves.

    Returns
    -------
    TrainChange
        ``trains`` for their number, ``metres`` for the length that they occupy.

    Raises
    ------
    DataError
        If rows are of several counters or scopes, or a side of the day has no observation.
    """
    known = train_observations(rows)
    ratios = {}
    for compare, kind in KINDS.items():
        before, after = (_numbers(side, compare) for side in _sides(known, change, compare))
        ratios[compare] = level_ratio(before, after, kind=kind)
    return TrainChange(len(known), ratios)


def _in_words(estimate: Estimate) -> str:
    """Interval of an estimate, rounded and worded as the findings on the same page are."""
    low = rounded_outwards(estimate.low, math.floor, digits=2)
    high = rounded_outwards(estimate.high, math.ceil, digits=2)
    return interval(low, high, estimate.unit)


def _table_rows(rows: pd.DataFrame, changes: Sequence[str]) -> Iterator[tuple[object, ...]]:
    found = {change: change_of_trains(rows, change=change) for change in changes}
    for compare in KINDS:
        for change in changes:
            ratio = found[change].ratios[compare]
            yield (
                "number of trains" if compare == TRAINS else "metres of trains",
                day(pd.Timestamp(change)),
                *ratio.numbers,
                _in_words(ratio.ratio),
                *(_in_words(found[change].noticed(compare, times=times)) for times in RISES),
            )


def trains_table(rows: pd.DataFrame, changes: Sequence[str]) -> pd.DataFrame:
    """Tabulate what the observations of a track can bear, for each day of change.

    Returns
    -------
    pandas.DataFrame
        Index: what is compared and the day; independent observations ``before`` and ``after``,
        the interval of the ratio ``after / before``, and the chance to notice each of `RISES`.

    Raises
    ------
    DataError
        As `change_of_trains`.
    """
    keys, noticed = ["compared", "changed on"], [f"{each:g}-fold rise noticed" for each in RISES]
    columns = [*keys, "before", "after", "after / before", *noticed]
    return pd.DataFrame(list(_table_rows(rows, changes)), columns=columns).set_index(keys)


def railcars_by_length(cars: pd.DataFrame, metres: pd.DataFrame, trains: pd.DataFrame) -> Estimate:
    """Railcars that would fill trains of a known length, by the length of cars of one train.

    Parameters
    ----------
    cars, metres : pandas.DataFrame
        One row each: the railcars of one train, and its length (m).
    trains : pandas.DataFrame
        Lengths of single trains (m); or the number of trains, then the range of their lengths.

    Returns
    -------
    Estimate
        In *railcars*, with what the words of the lengths allow; engines are taken for cars.

    Raises
    ------
    DataError
        If the train that sets the length of a car has no car or no length, or the rows of the
        trains have neither a length for each nor a range for all.
    """
    number, measured = float(cars["value"].iloc[0]), limits(quantity_of(metres.iloc[0]))
    if not number > 0 < measured[0]:
        ids = f"{cars['id'].iloc[0]}, {metres['id'].iloc[0]}"
        message = f"rows {ids}: cars or metres are missing or 0; name a train that gives both"
        raise DataError(message)
    lengths = trains[trains["quantity"] == TRAIN_LENGTH].to_dict("records")
    counted = trains[trains["quantity"] == TRAINS]
    few, many = limits(quantity_of(counted.iloc[0])) if len(counted) else (len(lengths),) * 2
    low, high = _metres(lengths, few, many)
    if math.isnan(low):
        ids = ", ".join(trains["id"])
        message = f"rows {ids}: no length for each train and no range for all; name rows with one"
        raise DataError(message)
    low, high = low * number / measured[1], high * number / measured[0]
    return Estimate(math.nan, low, high, "railcars", 1.0, "metres over metres a car")
