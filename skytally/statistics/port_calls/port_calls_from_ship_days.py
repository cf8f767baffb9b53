"""Port calls, and those that no image shows, from rows of the record that count days."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from skytally.core import DataError, refuse
from skytally.statistics.argument_checks import MAX_DAYS, is_whole
from skytally.statistics.estimate import Estimate
from skytally.statistics.integer_bounds_of_row import whole_number_limits
from skytally.statistics.port_calls.berth_observations_and_stay_prior import Dwell, Floats
from skytally.statistics.port_calls.littles_law import Calls, calls_from_share
from skytally.statistics.port_calls.missed_port_calls import mean_share_missed
from skytally.statistics.port_calls.stay_length import dwell_of_stays, mean_stay

ROW_COLUMNS = (
    *("id", "date_first", "date_last", "precision_first", "precision_last", "scope", "counter"),
    *("quantity", "value", "low", "high", "bound", "wording", "unit"),
)
"""Columns of a row that are read."""
UNREADABLE = "unreadable days"
STATED = "duration"
"""Quantity of a row that gives the length of a period in words beside its dates."""
"""Quantity of a row that counts the days without an image that could be read."""
LENGTHS_TRIED = 7
"""Lengths of the period from the shortest to the longest that are tried."""
MOST_SHIPS = 9
"""Most ships at once that are taken for a small port."""
Days = tuple[float, float]


def _ends(date: pd.Timestamp, precision: str) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """First and last day that a date may mean, None where it says neither day nor month."""
    if precision == "day":
        return date, date
    if precision == "month":
        return date.to_period("M").start_time, date.to_period("M").end_time.normalize()
    return None


def _row_faults(name: str, rows: pd.DataFrame) -> Iterator[str]:
    missing = sorted(set(ROW_COLUMNS) - set(rows.columns))
    if missing:
        yield f"{name}: columns missing: {', '.join(missing)}; give a row of voyage_counts"
    elif len(rows) != 1:
        yield f"{name}: {len(rows)} rows; give one"
    else:
        row = rows.iloc[0]
        ends = [_ends(row[f"date_{end}"], row[f"precision_{end}"]) for end in ("first", "last")]
        if None in ends or not row["date_first"] <= row["date_last"]:
            yield (
                f"row {row['id']}: from {row['date_first']} ({row['precision_first']}) to "
                f"{row['date_last']} ({row['precision_last']}); give a row whose ends are known "
                "to the day or the month, the earlier first"
            )
        if not (math.isnan(row["value"]) or 0 <= row["value"] <= MAX_DAYS):
            yield f"row {row['id']}: {row['value']} days; give a number from 0 to {MAX_DAYS:,.0f}"


def period_lengths(rows: pd.DataFrame) -> Days:
    """Shortest and longest period that the dates of one row allow.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row whose dates are known to the day or the month.

    Returns
    -------
    tuple of float
        In days, both ends of the period included.

    Raises
    ------
    DataError
        If there is not one row, or an end is known neither to the day nor to the month.
    """
    refuse(_row_faults("period", rows), what="port calls of rows")
    row = rows.iloc[0]
    first = _ends(row["date_first"], row["precision_first"])
    last = _ends(row["date_last"], row["precision_last"])
    assert first is not None
    assert last is not None
    return max((last[0] - first[1]).days + 1.0, 1.0), (last[1] - first[0]).days + 1.0


def _check_pair(seen: pd.DataFrame, imaged: pd.DataFrame) -> None:
    """Refuse two rows that do not belong to one count."""
    refuse([*_row_faults("seen", seen), *_row_faults("imaged", imaged)], what="port calls of rows")
    days, images = seen.iloc[0], imaged.iloc[0]
    same = ("date_first", "date_last", "scope", "counter")
    differing = [word for word in same if days[word] != images[word]]
    if differing:
        message = (
            f"rows {days['id']} and {images['id']} differ in {', '.join(differing)}; "
            "take a share of the days that were imaged, not of others"
        )
        raise DataError(message)


def _imaged_days(imaged: pd.DataFrame) -> Days:
    """Fewest and most imaged days of one row, which the shortest period has room for."""
    least, most = whole_number_limits(imaged)
    name, room = imaged["id"].iloc[0], period_lengths(imaged)[0]
    if math.isinf(most) or least < 1:
        message = f"row {name}: {least:g} to {most:g} days; a share needs a known whole, give one"
        raise DataError(message)
    if most > room:
        message = f"row {name}: {most:g} days of {room:g}; the period has no room, give fewer"
        raise DataError(message)
    return least, most


def _corners(seen: pd.DataFrame, imaged: pd.DataFrame) -> list[tuple[int, int]]:
    """Days with a ship and days imaged, for every pair of ends that their bounds allow."""
    _check_pair(seen, imaged)
    (few, many), (least, most) = whole_number_limits(seen), _imaged_days(imaged)
    if few > most:
        part, name = seen["id"].iloc[0], imaged["id"].iloc[0]
        message = f"rows {part} and {name}: {few:g} of {most:g}; a part is no larger, exchange them"
        raise DataError(message)
    pairs = product((few, min(many, most)), (least, most))
    return sorted({(int(min(part, whole)), int(whole)) for part, whole in pairs})


def _hull(estimates: list[Estimate]) -> Estimate:
    first = estimates[0]
    value = first.value if len(estimates) == 1 else math.nan
    low, high = min(each.low for each in estimates), max(each.high for each in estimates)
    return replace(first, value=value, low=low, high=high)


def _ships_at_once(ships: Sequence[int]) -> tuple[int, int]:
    whole = len(ships) == 2 and all(is_whole(each, least=1, most=MOST_SHIPS) for each in ships)
    if not whole or ships[0] > ships[1]:
        message = (
            f"ships at once: found {list(ships)}; give the fewest and the most, "
            f"from 1 to {MOST_SHIPS}"
        )
        raise DataError(message)
    return int(ships[0]), int(ships[1])


@functools.lru_cache(maxsize=64)
def _calls(
    corner: tuple[int, int], lengths: Days, ships: tuple[int, ...], dwell: Dwell, seed: int
) -> Calls:
    """Estimate calls from one pair of exact numbers, all lengths and ships equally likely."""
    tried = np.linspace(*lengths, LENGTHS_TRIED) if lengths[0] < lengths[1] else lengths[:1]
    found = [
        calls_from_share(*corner, length=float(length), dwell=dwell, berths=berths, seed=seed)
        for length, berths in product(tried, ships)
    ]
    one = found[0]
    tails = (1 - one.calls.level) / 2, (1 + one.calls.level) / 2
    low, high = (
        float(np.quantile(np.concatenate([each.draws[side] for each in found]), tail))
        for side, tail in enumerate(tails)
    )
    return replace(
        one,
        calls=replace(one.calls, value=math.nan, low=low, high=high),
        presence=_hull([each.presence for each in found]),
        ships=_hull([each.ships for each in found]),
    )


def calls_by_share(
    seen: pd.DataFrame,
    imaged: pd.DataFrame,
    *,
    stays: pd.DataFrame,
    ships_at_once: Sequence[int],
    seed: int,
) -> Calls:
    """Estimate port calls from two rows of the record and from stays that were followed.

    Parameters
    ----------
    seen, imaged : pandas.DataFrame
        One row each of ``voyage_counts``, in days, of one count: with a ship, with an image.
    stays : pandas.DataFrame
        Rows of ``port_stays``, which must not be worked out from counts of calls.
    ships_at_once : sequence of int
        Fewest and most ships that may lie in the port together.
    seed : int
        Seed of the draws.

    Returns
    -------
    Calls
        Every period that the dates allow, and every number of ships at once, is held equally
        likely; where a number is a bound, each interval spans those of both of its ends.

    Raises
    ------
    DataError
        If the rows do not belong together, a number of days is not whole or has no end, a part
        is larger than its whole, or as `dwell_of_stays`. The message names the row.
    """
    corners = _corners(seen, imaged)
    fewest, most = _ships_at_once(ships_at_once)
    lengths, dwell = period_lengths(imaged), dwell_of_stays(stays)
    ships = tuple(range(fewest, most + 1))
    found = [_calls(corner, lengths, ships, dwell, seed) for corner in corners]
    return replace(
        found[0],
        calls=_hull([each.calls for each in found]),
        presence=_hull([each.presence for each in found]),
        ships=_hull([each.ships for each in found]),
    )


def calls_table(
    seen: pd.DataFrame,
    imaged: pd.DataFrame,
    *,
    stays: pd.DataFrame,
    ships_at_once: Sequence[int],
    seed: int,
) -> pd.DataFrame:
    """Tabulate the estimated calls against each thing that the rows leave open.

    Parameters
    ----------
    seen, imaged, stays, ships_at_once, seed
        As for `calls_by_share`.

    Returns
    -------
    pandas.DataFrame
        A line for each length of the period and each number of ships at once: ``period`` in
        days, ``ships_at_once``, ``calls_low`` and ``calls_high``.

    Raises
    ------
    DataError
        As `calls_by_share`.
    """
    corners, dwell = _corners(seen, imaged), dwell_of_stays(stays)
    fewest, most = _ships_at_once(ships_at_once)
    lines = []
    for length, ships in product(dict.fromkeys(period_lengths(imaged)), range(fewest, most + 1)):
        calls = _hull(
            [_calls(corner, (length, length), (ships,), dwell, seed).calls for corner in corners]
        )
        ends = {"calls_low": calls.low, "calls_high": calls.high}
        lines.append({"period": length, "ships_at_once": ships, **ends})
    return pd.DataFrame(lines)


def _schedules(images: float, length: float) -> tuple[Floats, Floats]:
    """Days of images, spread as evenly as whole days allow, and with all other days in one gap.

    Each schedule is repeated before and after the period, whose ends would otherwise be gaps.
    """
    number = int(images)
    days = np.arange(number, dtype=float)
    evenly = np.floor((days + 0.5) * length / number)
    one, other = (np.concatenate([each - length, each, each + length]) for each in (evenly, days))
    return one, other


@functools.lru_cache(maxsize=64)
def _extreme_shares(images: float, length: float, *means: float) -> tuple[float, float]:
    """Smallest and largest share missed over mean stays and spreads of the images."""
    missed = [
        mean_share_missed(means, schedule, 1.0, period=(0.0, length))
        for schedule in _schedules(images, length)
    ]
    return float(np.min(missed)), float(np.max(missed))


def _lengths_as_stated(days: pd.DataFrame) -> Days:
    """Shortest and longest period by the dates of the first row and the words of a second."""
    stated = days.iloc[1:]
    words = list(stated.get("quantity", [""] * len(stated)))
    if days.empty or words not in ([], [STATED]):
        named = f"rows {', '.join(days['id'])}" if len(days) else "no row"
        message = f"{named}: give one of days and one of {STATED} at most"
        raise DataError(message)
    dated = period_lengths(days.iloc[[0]])
    found = (*dated, *whole_number_limits(stated)) if len(stated) else dated
    return min(found), max(found)


def _days_with_image(days: pd.DataFrame) -> list[tuple[float, float]]:
    """Imaged days and length of the period, for every end that the rows allow."""
    lengths = _lengths_as_stated(days)
    row = days.iloc[[0]]
    if row["quantity"].iloc[0] == UNREADABLE:
        few, many = whole_number_limits(row)
        ends = [(length - hidden, length) for hidden, length in product((few, many), lengths)]
        if not all(1 <= images <= length for images, length in ends):
            name = row["id"].iloc[0]
            message = f"row {name}: {many:g} days of {lengths[0]:g}; none is left, give fewer"
            raise DataError(message)
        return ends
    return list(product(_imaged_days(row), lengths))


def share_imaged(days: pd.DataFrame) -> Estimate:
    """Share of the days of a period for which one counter had a readable image.

    Parameters
    ----------
    days : pandas.DataFrame
        Rows of ``voyage_counts``, as for `chance_missed`.

    Returns
    -------
    Estimate
        Percent; a bound over every period that the dates of the row allow, without a value.

    Raises
    ------
    DataError
        If the row has no whole number of days or no room for them.
    """
    shares = [100.0 * images / length for images, length in _days_with_image(days)]
    return Estimate(math.nan, min(shares), max(shares), "percent", 1.0, "days over days")


def chance_missed(days: pd.DataFrame, *, stays: pd.DataFrame) -> Estimate:
    """Chance that a call falls between the readable images of one counter.

    Parameters
    ----------
    days : pandas.DataFrame
        One row of ``voyage_counts``: days with an image, or days on which images could not be
        read, the counter having an image of each other day. A second row may give the length
        of the period in words (quantity *duration*), where it differs from the dates.
    stays : pandas.DataFrame
        Rows of ``port_stays``.

    Returns
    -------
    Estimate
        Probability, averaged over the law of single stays. The interval spans the mean stays of
        `mean_stay`, the periods that the dates allow, and every way in which so many days can
        be spread: evenly, which misses fewest calls, to all others in one gap, which misses most.

    Raises
    ------
    DataError
        If the row has no whole number of days or no room for them, or as `mean_stay`.

    Notes
    -----
    A day has one image, at the same hour. The share missed of calls of one length is a convex
    function of the gaps between images, so equal gaps and one large gap are its extremes.
    """
    stay = mean_stay(stays)
    shares = [
        share
        for images, length in _days_with_image(days)
        for share in _extreme_shares(images, length, stay.low, stay.high)
    ]
    how = f"gaps between images, {stay.method}"
    return Estimate(math.nan, min(shares), max(shares), "p", stay.level, how)
