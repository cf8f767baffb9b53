"""Rows of the record to lines of evidence: a Dataset for each quantity, unit, counter and scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from skytally.core import (
    DataError,
    check_line,
    evidence_line_name_constants as n,
    limits,
    quantity_of,
    quantity_text,
    unit_of,
    when,
)

if TYPE_CHECKING:
    import xarray as xr

SAME_SIGHTING = ("one-sighting", "probably-one")
"""Relations of `same_observation` that make several rows one sighting or one statement."""
SAME_CALL = (*SAME_SIGHTING, "one-call", "part-of")
"""The same for ship calls: several images of one call, or a call inside a total, count once."""
OPEN_START = np.datetime64("1900-01-01")
"""Stands for the open side of an interval in ``time_bounds``; the row's ``when`` says open."""
TIME_ATTRS = {
    "standard_name": "time",
    "long_name": "middle day of the published interval",
    "bounds": n.TIME_BOUNDS,
    "comment": "dates as published, mostly local",
}
"""Attributes of the time axis of every line."""


def count_once(
    table: pd.DataFrame, groups: pd.DataFrame, *, relations: tuple[str, ...] = SAME_SIGHTING
) -> pd.DataFrame:
    """Drop the rows that another row of the same sighting, call or statement stands for.

    Parameters
    ----------
    table : pandas.DataFrame
        Any observation table.
    groups : pandas.DataFrame
        The table ``same_observation``.
    relations : tuple of str
        Relations under which only the row marked *keep* is counted.

    Returns
    -------
    pandas.DataFrame
        The rows that may be counted; a row is dropped only if the group's kept row is in
        this table too, so that nothing seen goes uncounted.
    """
    present = set(table["id"])
    kept_rows = kept_instead(groups, relations=relations)
    dropped = [row for row, kept in kept_rows.items() if not kept.isdisjoint(present)]
    return table[~table["id"].isin(dropped)].reset_index(drop=True)


def kept_instead(
    groups: pd.DataFrame, *, relations: tuple[str, ...] = SAME_SIGHTING
) -> dict[str, frozenset[str]]:
    """Rows that stand for others of the same sighting, call or statement.

    Parameters
    ----------
    groups : pandas.DataFrame
        The table ``same_observation``.
    relations : tuple of str
        Relations under which only the row marked *keep* is counted.

    Returns
    -------
    dict of str to frozenset of str
        Row that is not kept, to the kept rows of its groups: it is counted where none of them is.
    """
    kept: dict[str, set[str]] = {}
    others: dict[str, list[str]] = {}
    cells = (groups[name] for name in ("group", "row_id", "relation", "keep"))
    for group, row, relation, keep in zip(*cells, strict=True):
        if relation in relations and keep == "yes":
            kept.setdefault(group, set()).add(row)
        elif relation in relations and keep == "no":
            others.setdefault(row, []).append(group)
    return {
        row: frozenset[str]().union(*(kept.get(group, ()) for group in within))
        for row, within in others.items()
    }


def durations(events: pd.DataFrame) -> pd.DataFrame:
    """Length of each event in days, where both of its ends are known to the day.

    Parameters
    ----------
    events : pandas.DataFrame
        The table ``ais_events``.

    Returns
    -------
    pandas.DataFrame
        The same rows as an observation table of quantity *duration* in days. The time of day
        is never printed, so the interval reaches one day to either side; where an end is not
        known to the day, there is no number.
    """
    known = (events["precision_first"] == "day") & (events["precision_last"] == "day")
    days = (events["date_last"] - events["date_first"]).dt.days.where(known).astype(float)
    table = events.assign(
        scope="",
        quantity="duration",
        value=days,
        low=(days - 1).clip(lower=0),
        high=days + 1,
        bound=known.map({True: n.ABOUT, False: ""}),
        wording="",
        unit="days",
        method="statement",
        state=n.STATED,
        family="none",
    )
    table.attrs = events.attrs
    return table


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
    columns = {
        n.ROW: "id",
        n.SOURCE: "source_id",
        n.BOUND: "bound",
        n.STATE: "state",
        n.SCOPE: "scope",
        n.READING: "reading",
        n.FAMILY: "family",
        n.SEEN: "text",
    }
    return {
        coordinate: [str(cell) for cell in rows.get(column, [""] * len(rows))]
        for coordinate, column in columns.items()
    }


def by_statement(claims: pd.DataFrame) -> pd.DataFrame:
    """Date the rows of ``official_claims`` by the day of the statement.

    Parameters
    ----------
    claims : pandas.DataFrame
        The table ``official_claims``; its own dates say which period a number covers.

    Returns
    -------
    pandas.DataFrame
        The same rows; the period moves into ``text``.
    """
    periods = [
        when(r["date_first"], r["date_last"], r["precision_first"], r["precision_last"])
        for _, r in claims.iterrows()
    ]
    dated = claims.assign(
        text=[
            f"{text} [period: {period}]"
            for text, period in zip(claims["text"], periods, strict=True)
        ],
        date_first=claims["statement_first"],
        date_last=claims["statement_last"],
        precision_first=claims["statement_precision"],
        precision_last=claims["statement_precision"],
    )
    dated.attrs = claims.attrs
    return dated


def line(rows: pd.DataFrame, *, title: str, history: str) -> xr.Dataset:
    """Build one line of evidence from rows of one quantity, unit and counter.

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
        and the coordinates of `skytally.core.evidence_line_name_constants.LINE_COORDS`. ``time`` is
        the middle day of the published interval, whose end is exclusive in ``time_bounds``.

    Raises
    ------
    DataError
        If there are no rows, or they differ in quantity, unit or counter, or one has no date.
    """
    differing = [
        word for word in ("quantity", "unit", "counter") if len(set(rows[word]) - {""}) != 1
    ]
    if differing:
        message = f"line {title!r}: rows must share one {', '.join(differing)}; split them"
        raise DataError(message)
    undated = rows[rows["date_first"].isna() & rows["date_last"].isna()]
    if len(undated):
        message = (
            f"line {title!r}: rows without any date: {', '.join(undated['id'])}; leave them out"
        )
        raise DataError(message)
    ends = [_bounds(row) for _, row in rows.iterrows()]
    order = np.argsort([_middle(*interval) for interval in ends], kind="stable")
    rows, ends = rows.iloc[order].reset_index(drop=True), [ends[i] for i in order]
    printed = [quantity_of(row) for _, row in rows.iterrows()]
    coordinates = _coordinates(rows)
    coordinates[n.WHEN] = [
        when(r["date_first"], r["date_last"], r["precision_first"], r["precision_last"])
        for _, r in rows.iterrows()
    ]
    coordinates[n.SAID] = [quantity_text(quantity) for quantity in printed]
    unit, counter = max(rows["unit"]), rows["counter"].iloc[0]
    return check_line(
        _dataset(
            rows,
            ends,
            [limits(quantity) for quantity in printed],
            coordinates,
            unit=unit,
            counter=counter,
        ).assign_attrs(title=title, history=history, Conventions=n.CONVENTIONS)
    )


def _dataset(
    rows: pd.DataFrame,
    ends: list[tuple[np.datetime64, np.datetime64]],
    edges: list[tuple[float, float]],
    coordinates: dict[str, list[str]],
    *,
    unit: str,
    counter: str,
) -> xr.Dataset:
    # the check and the findings read rows without making a line of them
    import xarray as xr

    quantity = max(rows["quantity"])
    shared = {"units": unit_of(unit).udunits, "unit": unit}
    methods = ", ".join(sorted(set(rows["method"])))
    middle = np.array([_middle(*interval) for interval in ends], dtype="datetime64[ns]")
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
                np.array([low for low, _ in edges]),
                {"long_name": f"lower bound of {quantity}", **shared},
            ),
            n.HIGH: (
                n.TIME,
                np.array([high for _, high in edges]),
                {
                    "long_name": f"upper bound of {quantity}",
                    **shared,
                    "comment": "infinite where the source sets no upper limit",
                },
            ),
            n.TIME_BOUNDS: ((n.TIME, n.BNDS), np.array(ends, dtype="datetime64[ns]")),
        },
        coords={
            n.TIME: (n.TIME, middle, TIME_ATTRS),
            **{word: (n.TIME, np.array(cells, dtype=str)) for word, cells in coordinates.items()},
        },
    )


def lines(
    table: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    quantity: str | tuple[str, ...],
    by: tuple[str, ...] = ("counter", "scope"),
) -> dict[str, xr.Dataset]:
    """Build every line of one quantity: one for each unit, counter and scope, never merged.

    Parameters
    ----------
    table : pandas.DataFrame
        An observation table.
    groups : pandas.DataFrame
        The table ``same_observation``; a row is left out where another of the same line
        stands for it. Rows of another counter or scope stay: they are compared, not merged.
    quantity : str or tuple of str
        Words of the vocabulary *quantity*; several stay lines of their own.
    by : tuple of str
        Columns that keep lines apart, beside the quantity and the unit.

    Returns
    -------
    dict of str to xarray.Dataset
        Keyed by the words of `by` joined with dots, after the quantity where there are
        several and before the unit where a counter uses several, in alphabetical order. An
        empty table has no lines.

    Raises
    ------
    DataError
        If the table has rows, but no dated row of that quantity.
    """
    if table.empty:
        return {}
    wanted = (quantity,) if isinstance(quantity, str) else quantity
    dated = ~(table["date_first"].isna() & table["date_last"].isna())
    chosen = table[table["quantity"].isin(wanted) & dated]
    if chosen.empty:
        message = f"{table.attrs.get('table', 'table')}: no dated row of {' or '.join(wanted)}"
        raise DataError(message)
    # a row without a number has no unit of its own; it belongs to what was to be counted
    usual = {word: max(rows["unit"]) for word, rows in chosen.groupby("quantity")}
    unitless = sorted(word for word, unit in usual.items() if not unit)
    if unitless:
        message = f"{', '.join(unitless)}: no row has a number, so no line has a unit; leave it out"
        raise DataError(message)
    units = chosen["unit"].where(chosen["unit"] != "", chosen["quantity"].map(usual))
    chosen = chosen.assign(unit=units)
    in_use = chosen.groupby(["quantity", *by])["unit"].nunique()
    found: dict[str, xr.Dataset] = {}
    for key, alike in chosen.groupby(["quantity", "unit", *by], sort=True):
        word, unit, *rest = map(str, key)
        rows = count_once(alike, groups)
        prefix = [word] if len(wanted) > 1 else []
        suffix = [unit] if in_use[(word, *rest)] > 1 else []
        name = ".".join([*prefix, *rest, *suffix])
        found[name] = line(
            rows,
            title=f"{word}: {', '.join(rest)}",
            history=f"rows {' '.join(rows['id'])} of {table.attrs.get('table', 'a table')}",
        )
    return found


def with_numbers(lines: dict[str, xr.Dataset]) -> dict[str, xr.Dataset]:
    """Lines that hold at least one number; the others have observations without a count only."""
    return {name: line for name, line in lines.items() if np.isfinite(line[n.LOW]).any()}
