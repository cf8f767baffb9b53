"""Rows to estimates: what the pages ask of the statistics, and which rows cannot be asked."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import numpy as np
import pandas as pd

from skytally.core import names as n
from skytally.core.errors import DataError, refuse
from skytally.core.quantity import limits, quantity_of, said
from skytally.core.wording import day
from skytally.record.tallies import day_tally
from skytally.statistics import surge
from skytally.statistics.counter_agreement import APART, COLUMNS, UNSTATED, agreement
from skytally.statistics.baseline import bounded_baseline
from skytally.statistics.estimate import Estimate
from skytally.statistics.onset_date import Onset
from skytally.statistics.port_calls.call_bounds import Looks, fewest_calls, most_calls
from skytally.statistics.port_calls.calls_from_rows import (
    calls_of_rows,
    missed_of_stay,
    stays_of_rows,
)
from skytally.statistics.port_calls.littles_law import Calls
from skytally.statistics.ship_reach import DRAWS, reach_of_rows
from skytally.statistics.surge_chance import Surge

OUTCOME = {n.SOMETHING_SEEN: 1.0, n.NOTHING_SEEN: 0.0, n.UNCLEAR: math.nan}
"""What a day's looks gave, as `skytally.statistics.port_calls.call_bounds.Looks` takes it."""
MOST_TIMES = 1e6
"""Bayes factor beyond which only *at least* is said."""
SURE = 3 / DRAWS
"""Chance that draws which all agree may still miss: the rule of three."""


def whole_ends(rows: pd.DataFrame) -> tuple[float, float]:
    """Give the least and greatest whole number that the one row's number allows.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row of an observation table.

    Returns
    -------
    tuple of float
        (least, greatest) in the row's unit; the greatest is infinite where it is open.

    Raises
    ------
    DataError
        If the row carries no number, or none that things can be counted with.
    """
    row = rows.iloc[0]
    quantity = quantity_of(row)
    low, high = limits(quantity)
    if math.isnan(low) or math.isnan(high):
        message = f"row {row['id']} carries no number; give its number, or name another row"
        raise DataError(message)
    least, most = math.ceil(low), high if math.isinf(high) else math.floor(high)
    if least > most:
        message = (
            f"row {row['id']}: found {said(quantity)}, which holds no whole number of "
            f"{row['unit']}; correct it, or name another row"
        )
        raise DataError(message)
    return float(least), float(most)


def _dated(rows: pd.DataFrame) -> tuple[pd.Timestamp, pd.Timestamp]:
    row = rows.iloc[0]
    if pd.isna(row["date_first"]) or pd.isna(row["date_last"]):
        message = f"row {row['id']} is open at one end; name a row with a first and a last day"
        raise DataError(message)
    return row["date_first"], row["date_last"]


def _span(ends: tuple[pd.Timestamp, pd.Timestamp]) -> str:
    return f"{day(ends[0])} to {day(ends[1])}"


def _baseline_faults(
    count: pd.DataFrame, baseline: pd.DataFrame, closed: tuple[pd.Timestamp, pd.Timestamp]
) -> Iterator[str]:
    name, unit = baseline["id"].iloc[0], baseline["unit"].iloc[0]
    (begun, ended), most = _dated(baseline), whole_ends(baseline)[1]
    if unit != count["unit"].iloc[0]:
        yield f"row {name}: {unit} against {count['unit'].iloc[0]}; compare one unit"
    if math.isinf(most):
        yield f"row {name}: open above, so it bounds nothing; name a row with an upper end"
    if most == 0:
        yield f"row {name}: a bound of 0 {unit}; give one above it, or name another row"
    if closed[0] <= begun and ended <= closed[1]:
        yield (
            f"row {name}: {_span((begun, ended))} lies wholly in the closure of {_span(closed)}; "
            "name a row from when the place was open"
        )
    if ended >= _dated(count)[0]:
        yield f"row {name}: not over before the count it is compared with; name an earlier row"


def surge_of_rows(
    count: pd.DataFrame, baseline: pd.DataFrame, *, closed: tuple[str, str], sites: int
) -> Surge:
    """Ask how surprising the count of one row is against the bound of another.

    Parameters
    ----------
    count, baseline : pandas.DataFrame
        One row each of ``rail_counts``, in one unit; the baseline's own dates are its period.
    closed : tuple of str
        First and last day of a closure, which is never part of the baseline.
    sites : int
        Places watched at which a count as large would have been told, too.

    Returns
    -------
    Surge
        As `skytally.statistics.surge_chance`.

    Raises
    ------
    DataError
        If a row has no whole number or no dates, or the baseline is open above, zero, in
        another unit, wholly inside the closure or not over before the count. The message
        names the row.
    """
    first, last = (pd.Timestamp(each) for each in closed)
    refuse(_baseline_faults(count, baseline, (first, last)), what="baseline")
    begun, ended = _dated(baseline)
    # the source's own ceiling and what its rounding allows, not the whole range down to zero
    ceiling, most = baseline["value"].iloc[0], whole_ends(baseline)[1]
    known = bounded_baseline(
        (most if math.isnan(ceiling) else min(math.ceil(ceiling), most), most),
        period=(f"{begun:%Y-%m-%d}", f"{ended:%Y-%m-%d}"),
        closed=closed,
    )
    return surge(whole_ends(count), known, sites=sites)


def surge_table(found: Surge) -> pd.DataFrame:
    """Tabulate the four answers, as they are for one place and for all that were watched.

    Returns
    -------
    pandas.DataFrame
        Index: the answer; columns (places, word): ``printed``, ``least`` and ``most`` chance.
    """
    columns = {"one place": False, f"any of {found.factor} places": True}
    rows = {
        name: {
            (places, word): f"{number:.1g}"
            for places, corrected in columns.items()
            for word, number in _three(found.answers(corrected=corrected)[name])
        }
        for name in found.answers()
    }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.columns = pd.MultiIndex.from_tuples(table.columns)
    return table.rename_axis("chance of as many or more")


def _three(estimate: Estimate) -> list[tuple[str, float]]:
    return [("printed", estimate.value), ("least", estimate.low), ("most", estimate.high)]


def regimes_table(found: Surge) -> pd.DataFrame:
    """Tabulate the days of the baseline before, inside and after the closure.

    Returns
    -------
    pandas.DataFrame
        Index: regime; ``days`` in it, and whether it is ``used``.
    """
    rows = [
        (each.name, each.days, "no" if each.name == "closed" else "yes")
        for each in found.baseline.regimes
    ]
    return pd.DataFrame(rows, columns=["regime", "days", "used"]).set_index("regime")


def hidden_table(found: Surge) -> pd.DataFrame:
    """Tabulate how likely it is that no look met a state above the bound.

    Returns
    -------
    pandas.DataFrame
        Index: share of time in which the state held; a column for the fewest independent
        looks there may have been and one for the most, with the chance that all miss it.
    """
    fewest, _, most = found.baseline.looks
    shares = [share for share, _ in found.hidden]
    table = {
        f"with {number} look{'s' if number > 1 else ''}": [
            f"{(1 - share) ** number:.2g}" for share in shares
        ]
        for number in sorted({fewest, most})
    }
    return pd.DataFrame(table, index=pd.Index(shares, name="share of the time"))


def onset_factor(found: Onset) -> Estimate:
    """Give how many times better one change explains the counts than none, up to `MOST_TIMES`."""
    times = math.exp(min(found.log_bayes_factor, math.log(MOST_TIMES)))
    high = math.inf if times >= MOST_TIMES else times
    return Estimate(math.nan, times, high, "times", 1.0, "Bayes factor of one change to none")


def looks_behind(found: Surge) -> Estimate:
    """Give the number of independent looks there may be behind the bound of a baseline."""
    fewest, _, most = found.baseline.looks
    how = "one look to one a week outside the closure"
    return Estimate(math.nan, float(fewest), float(most), "looks", 1.0, how)


def _as_exact(rows: pd.DataFrame, number: float) -> pd.DataFrame:
    return rows.assign(value=number, low=math.nan, high=math.nan, bound=n.EXACTLY)


def _hull(estimates: list[Estimate]) -> Estimate:
    first = estimates[0]
    value = first.value if len(estimates) == 1 else math.nan
    low, high = min(each.low for each in estimates), max(each.high for each in estimates)
    return replace(first, value=value, low=low, high=high)


def _corners(seen: pd.DataFrame, imaged: pd.DataFrame) -> list[tuple[pd.DataFrame, pd.DataFrame]]:
    """Give the two rows with every pair of ends that their numbers allow."""
    (few, many), (least, most) = whole_ends(seen), whole_ends(imaged)
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
    """Tabulate against the stay what two rows allow, whatever their bounds.

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
    """Give the share of calls of one length that no imaged day shows, as the bound that it is.

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


def calls_by_looks(
    looks: pd.DataFrame, *, ships: int, stay_days: float, cycle_days: float
) -> Estimate:
    """Give the fewest and most calls that looks at one pier allow, each look taken at its word.

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
    made = Looks(
        times.to_numpy(float) + 0.5, days["outcome"].map(OUTCOME).to_numpy(float), times.max() + 1.0
    )
    fewest = fewest_calls(made)
    most = most_calls(made, ships=ships, load_days=stay_days, cycle_days=cycle_days)
    return replace(fewest, high=most.high, method=f"{fewest.method}; {most.method}")


def time_for_a_call(
    before: pd.DataFrame, after: pd.DataFrame, sites: pd.DataFrame, *, port: str, land: Path
) -> Estimate:
    """Give the chance that a ship had time to call at a port between two sightings.

    Parameters
    ----------
    before, after : pandas.DataFrame
        One row each of ``ship_sightings`` whose scope is the id of a site.
    sites : pandas.DataFrame
        The table ``sites``; a site without a position or without its uncertainty is not located.
    port : str
        Id of the port.
    land : Path
        GeoJSON of the land around.

    Returns
    -------
    Estimate
        Probability; never closer to 0 or 1 than the number of draws allows, and anything
        from 0 to 1 where the port is not located.

    Raises
    ------
    DataError
        If a sighting is at no site, or the two are in the wrong order.
    """
    refuse(
        (
            f"row {rows['id'].iloc[0]}: {rows['scope'].iloc[0]!r} is no site; name another sighting"
            for rows in (before, after)
            if rows["scope"].iloc[0] not in set(sites["id"])
        ),
        what="sightings",
    )
    known = sites[["lat", "lon", "uncertainty_m"]].notna().all(axis="columns")
    placed = sites.assign(lat=sites["lat"].where(known), lon=sites["lon"].where(known))
    if port not in set(placed.loc[known, "id"]):
        return Estimate(math.nan, 0.0, 1.0, "p", 1.0, f"{port} is not located")
    found = reach_of_rows(before, after, placed, port=port, land=land, seed=1).probability
    low, high = min(found.low, 1 - SURE), max(found.high, SURE)
    return replace(found, low=low, high=high)


def agreements(table: pd.DataFrame) -> pd.DataFrame:
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
    keys = [word for word in ("quantity", "unit", "scope", *APART) if word in table]
    numbered = table["value"].notna() | table["low"].notna()
    placed = ~table["scope"].str.contains(UNSTATED) if "scope" in table else True
    made = []
    for _, alike in table[numbered & placed].groupby(keys, dropna=False):
        # they agree in what sets kinds apart, since they were grouped by it
        like = alike.drop(columns=[word for word in APART if word in alike])
        sides = [rows for _, rows in like.groupby("counter")]
        for one, other in combinations(sides, 2):
            found = agreement(one, other)
            a, b = found.counters
            made += found.pairs.assign(quantity=found.quantity, unit=found.unit, a=a, b=b).to_dict(
                "records"
            )
    return pd.DataFrame(made, columns=["quantity", "unit", "a", "b", *COLUMNS])


def difference_of_rows(one: pd.DataFrame, other: pd.DataFrame) -> Estimate:
    """Give by how much two counters differ on one day, whichever is the larger.

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
