"""Table to lines of evidence: one xarray Dataset a quantity, unit, counter and scope."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import xarray as xr

from skytally import names as n
from skytally.checks import DataError, check_line
from skytally.wording import said, when

ONE_THING = ("one-sighting", "probably-one", "one-call", "conversion", "part-of")
"""Relations of `same_observation` under which only the row marked *keep* is counted."""
OPEN_START = np.datetime64("1900-01-01")
"""Stands for the open side of an interval in ``time_bounds``; the row's ``when`` says open."""


def rounding_interval(value: float) -> tuple[float, float]:
    """Give the interval that rounding alone allows around a number called *about*.

    Parameters
    ----------
    value : float
        The printed number, in its unit.

    Returns
    -------
    tuple of float
        (low, high), half a unit of the last printed digit that is not zero on either side.

    Notes
    -----
    It is the least the word *about* can mean. The counter's own error is not published and
    is larger; no interval in the book claims to hold it.

    Examples
    --------
    >>> rounding_interval(1010), rounding_interval(2.6)
    ((1005.0, 1015.0), (2.55, 2.65))
    """
    if value == 0:
        return 0.0, 0.5
    digits = f"{value:.6f}".rstrip("0").rstrip(".")
    if "." in digits:
        half = 0.5 * 10.0 ** -len(digits.split(".")[1])
        return round(value - half, 9), round(value + half, 9)
    half = 0.5 * 10.0 ** (len(digits) - len(digits.rstrip("0")))
    return value - half, value + half


def interval_of(value: float, low: float, high: float, bound: str) -> tuple[float, float]:
    """Give the interval of a printed quantity, which is open for a bound.

    Parameters
    ----------
    value, low, high : float
        As printed, NaN where not printed; all in one unit.
    bound : str
        One of `skytally.names.BOUNDS`, or empty where there is no number.

    Returns
    -------
    tuple of float
        (low, high); infinite where the source sets no limit, NaN where there is no number.

    Examples
    --------
    >>> interval_of(25.0, math.nan, math.nan, "at least")
    (25.0, inf)
    """
    if math.isnan(value):
        return low, high
    if not math.isnan(low) and not math.isnan(high):
        return low, high
    if bound in n.OPEN_ABOVE:
        return value, math.inf
    if bound == n.AT_MOST:
        return 0.0, value
    if bound == n.ABOUT:
        return rounding_interval(value)
    return value, value


def count_once(table: pd.DataFrame, groups: pd.DataFrame) -> pd.DataFrame:
    """Drop the rows that another row of the same sighting, call or statement stands for.

    Parameters
    ----------
    table : pandas.DataFrame
        Any observation table.
    groups : pandas.DataFrame
        The table ``same_observation``.

    Returns
    -------
    pandas.DataFrame
        The rows that may be counted; a row is dropped only if the group's kept row is in
        this table too, so that nothing seen goes uncounted.
    """
    present = set(table["id"])
    one = groups[groups["relation"].isin(ONE_THING)]
    dropped: set[str] = set()
    for _, group in one.groupby("group"):
        kept = set(group.loc[group["keep"] == "yes", "row_id"])
        if kept & present:
            dropped |= set(group.loc[group["keep"] == "no", "row_id"]) & present
    return table[~table["id"].isin(dropped)].reset_index(drop=True)


def _bounds(row: pd.Series) -> tuple[np.datetime64, np.datetime64]:
    first, last = row["date_first"], row["date_last"]
    start = OPEN_START if pd.isna(first) else np.datetime64(first, "D")
    end = start if pd.isna(last) else np.datetime64(last, "D")
    return start, end + np.timedelta64(1, "D")


def _middle(start: np.datetime64, end: np.datetime64) -> np.datetime64:
    if start == OPEN_START:
        return end - np.timedelta64(1, "D")
    return start + (end - np.timedelta64(1, "D") - start) // 2


def _coordinates(rows: pd.DataFrame) -> dict[str, list[str]]:
    words = {
        n.ROW: "id",
        n.SOURCE: "source_id",
        n.BOUND: "bound",
        n.STATE: "state",
        n.SCOPE: "scope",
        n.READING: "reading",
        n.FAMILY: "family",
        n.SEEN: "text",
    }
    return {coordinate: [str(each) for each in rows[column]] for coordinate, column in words.items()}


def line(rows: pd.DataFrame, *, title: str, history: str) -> xr.Dataset:
    """Make one line of evidence from rows of one quantity, unit and counter.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of an observation table.
    title : str
        Title of the line.
    history : str
        What was done to get here.

    Returns
    -------
    xarray.Dataset, dims (time)
        ``value``, ``low``, ``high`` in the unit of the rows, ``time_bounds (time, bnds)``
        and the coordinates of `skytally.names.LINE_COORDS`. ``time`` is the middle day of
        the published interval, whose end is exclusive in ``time_bounds``.

    Raises
    ------
    DataError
        If the rows are none, or differ in quantity, unit or counter, or one has no date.
    """
    differing = [
        word for word in ("quantity", "unit", "counter") if len(set(rows[word]) - {""}) != 1
    ]
    if differing:
        message = f"line {title!r}: rows must share one {', '.join(differing)}; split them"
        raise DataError(message)
    undated = rows[rows["date_first"].isna() & rows["date_last"].isna()]
    if len(undated):
        message = f"line {title!r}: rows without any date: {', '.join(undated['id'])}; leave them out"
        raise DataError(message)
    ends = [_bounds(row) for _, row in rows.iterrows()]
    order = np.argsort([_middle(*each) for each in ends], kind="stable")
    rows, ends = rows.iloc[order].reset_index(drop=True), [ends[i] for i in order]
    limits = [
        interval_of(row["value"], row["low"], row["high"], row["bound"])
        for _, row in rows.iterrows()
    ]
    coordinates = _coordinates(rows)
    coordinates[n.WHEN] = [
        when(r["date_first"], r["date_last"], r["precision_first"], r["precision_last"])
        for _, r in rows.iterrows()
    ]
    coordinates[n.SAID] = [
        said(r["value"], r["low"], r["high"], r["bound"], r["unit"]) for _, r in rows.iterrows()
    ]
    unit, counter = max(rows["unit"]), rows["counter"].iloc[0]
    return check_line(
        _dataset(rows, ends, limits, coordinates, unit=unit, counter=counter).assign_attrs(
            title=title, history=history, Conventions=n.CONVENTIONS
        )
    )


def _dataset(
    rows: pd.DataFrame,
    ends: list[tuple[np.datetime64, np.datetime64]],
    limits: list[tuple[float, float]],
    coordinates: dict[str, list[str]],
    *,
    unit: str,
    counter: str,
) -> xr.Dataset:
    quantity = max(rows["quantity"])
    shared = {"units": n.CF_UNITS.get(unit, "1"), "unit": unit}
    methods = ", ".join(sorted(set(rows["method"])))
    return xr.Dataset(
        {
            n.VALUE: (
                n.TIME,
                rows["value"].to_numpy(float),
                {
                    "long_name": quantity,
                    **shared,
                    "counter": counter,
                    "method": methods,
                    "ancillary_variables": f"{n.LOW} {n.HIGH}",
                    "comment": "the printed number; NaN where none or only a range is printed",
                },
            ),
            n.LOW: (
                n.TIME,
                np.array([low for low, _ in limits]),
                {"long_name": f"lower bound of {quantity}", **shared},
            ),
            n.HIGH: (
                n.TIME,
                np.array([high for _, high in limits]),
                {
                    "long_name": f"upper bound of {quantity}",
                    **shared,
                    "comment": "infinite where the source sets no upper limit",
                },
            ),
            n.TIME_BOUNDS: ((n.TIME, n.BNDS), np.array(ends, dtype="datetime64[ns]")),
        },
        coords={
            n.TIME: (
                n.TIME,
                np.array([_middle(*each) for each in ends], dtype="datetime64[ns]"),
                {
                    "standard_name": "time",
                    "long_name": "middle day of the published interval",
                    "bounds": n.TIME_BOUNDS,
                    "comment": "dates as published, mostly local (UTC+9 or UTC+10)",
                },
            ),
            **{word: (n.TIME, np.array(cells, dtype=str)) for word, cells in coordinates.items()},
        },
    )


def lines(
    table: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    quantity: str,
    by: tuple[str, ...] = ("counter", "scope"),
) -> dict[str, xr.Dataset]:
    """Make every line of one quantity: one a unit, counter and scope, never merged.

    Parameters
    ----------
    table : pandas.DataFrame
        An observation table.
    groups : pandas.DataFrame
        The table ``same_observation``; rows another row stands for are left out.
    quantity : str
        A word of the vocabulary *quantity*.
    by : tuple of str
        Columns that keep lines apart, beside the unit.

    Returns
    -------
    dict of str to xarray.Dataset
        Keyed by the words of `by` joined with dots, in alphabetical order.

    Raises
    ------
    DataError
        If the table has no dated row of that quantity.
    """
    dated = ~(table["date_first"].isna() & table["date_last"].isna())
    chosen = count_once(table[(table["quantity"] == quantity) & dated], groups)
    if chosen.empty:
        message = f"{table.attrs.get('table', 'table')}: no dated row of quantity {quantity!r}"
        raise DataError(message)
    made = {}
    for key, rows in chosen.groupby([*by], sort=True):
        for unit in sorted(set(rows["unit"]) - {""}) or [""]:
            of_unit = rows[rows["unit"].isin([unit, ""])]
            if (of_unit["unit"] == "").all():
                continue
            name = ".".join(str(each) for each in key)
            made[name if name not in made else f"{name}.{unit}".replace(" ", "-")] = line(
                of_unit,
                title=f"{quantity}: {', '.join(str(each) for each in key)}",
                history=f"rows {' '.join(of_unit['id'])} of {table.attrs.get('table', 'a table')}",
            )
    return made
