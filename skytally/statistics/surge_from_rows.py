"""Surge of one row of the record over the ceiling that another row gives, with its tables."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from skytally.core import DataError, day, refuse
from skytally.statistics.baseline import bounded_baseline
from skytally.statistics.estimate import Estimate
from skytally.statistics.surge_chance import Surge, surge
from skytally.statistics.whole_numbers import whole_number_limits


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
    (begun, ended), most = _dated(baseline), whole_number_limits(baseline)[1]
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
    """Chance of a count as high as that of one row, given the bound of another.

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
    ceiling, most = baseline["value"].iloc[0], whole_number_limits(baseline)[1]
    known = bounded_baseline(
        (most if math.isnan(ceiling) else min(math.ceil(ceiling), most), most),
        period=(f"{begun:%Y-%m-%d}", f"{ended:%Y-%m-%d}"),
        closed=closed,
    )
    return surge(whole_number_limits(count), known, sites=sites)


def surge_table(found: Surge) -> pd.DataFrame:
    """Tabulate the four answers, for one place and for any of those that were watched.

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
    """Tabulate the chance that no observation fell into a state above the bound.

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


def surge_tables(surge: Surge) -> dict[str, pd.DataFrame]:
    """Everything that the answers about a surge rest on, as tables with their captions.

    Returns
    -------
    dict of str to pandas.DataFrame
        Caption to table: `surge_table`, `regimes_table`, `hidden_table`.
    """
    return {
        "Chance of as many or more if nothing had changed, at one place and, multiplied, at any of "
        "those watched": surge_table(surge),
        "Days of the ceiling's own period before, inside and after the closure": regimes_table(
            surge
        ),
        "Chance that no look met a state above the ceiling that held for a share of the time": (
            hidden_table(surge)
        ),
    }


def observations_behind_bound(found: Surge) -> Estimate:
    """Independent observations that may stand behind the bound of a baseline."""
    fewest, _, most = found.baseline.looks
    how = "one look to one a week outside the closure"
    return Estimate(math.nan, float(fewest), float(most), "looks", 1.0, how)
