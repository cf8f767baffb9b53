"""Tables of marks, made from evidence lines and record rows, that both figures of a chart draw."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.ticker import MaxNLocator

from skytally.core import (
    evidence_line_name_constants as n,
    limits,
    number,
    quantity_of,
    quantity_text,
    unit_of,
    when,
)
from skytally.record import OPEN_START

HOVER = ("when", "said", "bound", "who", "where", "seen", "source", "row")
HOVER_LABELS = {
    "when": "date",
    "said": "value",
    "bound": "bound",
    "who": "counter",
    "where": "scope",
    "seen": "in words",
    "source": "source",
    "row": "row",
}
"""Column of the words under the pointer to its label."""
MARK_COLUMNS = ("x", "x0", "x1", "y", "lo", "hi", "series", "counter", "state", *HOVER)
LANE_COLUMNS = ("lane", "x", "x0", "x1", "open_start", "open_end", "counter", "state", *HOVER)
A_MONTH = pd.Timedelta(days=31)
"""Longest interval whose number is drawn at its middle."""
BAR_COLUMNS = ("label", "counter", "y", "lo", "hi", *HOVER)


def names_of(*tables: pd.DataFrame) -> dict[str, str]:
    """Names by id of the tables ``counters``, ``scopes`` or ``sites``."""
    return {
        row_id: name
        for table in tables
        for row_id, name in zip(table["id"], table["name"], strict=True)
    }


def _shortened(text: str, length: int = 90) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def value_marks(lines: dict[str, xr.Dataset], labels: dict[str, str]) -> pd.DataFrame:
    """One mark per row of every line.

    Parameters
    ----------
    lines : dict of str to xarray.Dataset, dims (time)
        Lines of one unit, by name.
    labels : dict of str to str
        Names of counters and scopes by id.

    Returns
    -------
    pandas.DataFrame
        Columns of `MARK_COLUMNS`: ``x, x0, x1`` (days; x1 is the last day), ``y, lo, hi`` in
        the unit of the lines (NaN where there is no number, infinite where open), ``series``,
        ``state`` and the columns of `HOVER`; without a row where there is no line.
    """
    parts = []
    for key, line in lines.items():
        counter = line[n.VALUE].attrs["counter"]
        rows = line.drop_dims(n.BNDS).to_dataframe().reset_index()
        starts, ends = line[n.TIME_BOUNDS].to_numpy().T
        parts.append(
            pd.DataFrame(
                {
                    "x": rows[n.TIME],
                    "x0": rows[n.TIME].where(starts == OPEN_START, starts),
                    "x1": pd.to_datetime(ends) - pd.Timedelta(days=1),
                    "y": rows[n.VALUE],
                    "lo": rows[n.LOW],
                    "hi": rows[n.HIGH],
                    "series": ", ".join(labels.get(part, part) for part in key.split(".")),
                    "counter": counter,
                    "state": rows[n.STATE],
                    "when": rows[n.WHEN],
                    "said": rows[n.SAID],
                    "bound": rows[n.BOUND].replace("", "none"),
                    "who": labels.get(counter, counter),
                    "where": rows[n.SCOPE].map(lambda scope: labels.get(scope, scope)),
                    "seen": rows[n.SEEN].map(_shortened),
                    "source": rows[n.SOURCE],
                    "row": rows[n.ROW],
                }
            )
        )
    if not parts:
        return _timed(pd.DataFrame(columns=list(MARK_COLUMNS)))
    table = _timed(pd.concat(parts, ignore_index=True))
    return table.sort_values(["series", "x"], kind="stable", ignore_index=True)


def _timed(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{word: pd.to_datetime(table[word]) for word in ("x", "x0", "x1")})


def lane_marks(
    table: pd.DataFrame,
    labels: dict[str, str],
    *,
    lane: Iterable[str],
) -> pd.DataFrame:
    """One mark per dated row of an observation table, in named lanes.

    Parameters
    ----------
    table : pandas.DataFrame
        An observation table with ``state`` or ``kind``.
    labels : dict of str to str
        Names of counters and scopes by id.
    lane : iterable of str
        The lane of each row, in the order of the table.

    Returns
    -------
    pandas.DataFrame
        Columns of `LANE_COLUMNS`: as `value_marks`, with ``lane`` and ``open_start``, ``open_end``
        for intervals whose side the source leaves open; rows without any date are left out.
    """
    rows = []
    for (_, row), label in zip(table.iterrows(), lane, strict=True):
        first, last = row["date_first"], row["date_last"]
        if pd.isna(first) and pd.isna(last):
            continue
        start, end = (last if pd.isna(first) else first), (first if pd.isna(last) else last)
        has_number = "unit" in row and row["unit"]
        rows.append(
            {
                "lane": label,
                "x": start + (end - start) / 2,
                "x0": start,
                "x1": end,
                "open_start": pd.isna(first),
                "open_end": pd.isna(last),
                "counter": row.get("counter", ""),
                "state": row.get("state", row.get("kind", n.STATED)),
                "when": when(first, last, row["precision_first"], row["precision_last"]),
                "said": quantity_text(quantity_of(row)) if has_number else "no number",
                "bound": (row["bound"] if has_number else "") or "none",
                "who": labels.get(row["counter"], row["counter"]) if "counter" in row else "",
                "where": labels.get(row["scope"], row["scope"])
                if "scope" in row
                else row.get("place", ""),
                "seen": _shortened(row["text"]),
                "source": row["source_id"],
                "row": row["id"],
            }
        )
    return _timed(pd.DataFrame(rows, columns=list(LANE_COLUMNS)))


def top_of(table: pd.DataFrame) -> float:
    """Highest number or closed bound of some marks, at least 1."""
    ends = table[["y", "hi"]].to_numpy(float)
    ends = ends[np.isfinite(ends)]
    return max(1.0, float(ends.max())) if ends.size else 1.0


def value_axis(table: pd.DataFrame) -> tuple[float, tuple[float, float], list[tuple[float, str]]]:
    """Length of an arrow, ends and ticks of the axis of some numbers.

    Below zero the axis has room for the crosses of rows without a number, where there are any,
    and a tick that says so.
    """
    top = top_of(table)
    step = 0.07 * top
    ticks = [
        (float(tick), number(float(tick)))
        for tick in MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(0.0, top)
        if 0 <= tick <= top + step
    ]
    if bool((table["y"].isna() & table["lo"].isna()).any()):
        return step, (-1.8 * step, top + 2 * step), [(-step, "no number"), *ticks]
    return step, (-0.6 * step, top + 2 * step), ticks


def band_start(band: pd.DataFrame, table: pd.DataFrame) -> pd.Timestamp:
    """First day of a band that is drawn: it begins at most 20 days before the first mark."""
    return max(band["x0"].iloc[0], table["x0"].min() - pd.Timedelta(days=20))


def drawn_extent(table: pd.DataFrame, *, step: float) -> pd.DataFrame:
    """Middles of all marks as they are drawn, with the ends of their bars and arrows.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of `value_marks`.
    step : float
        Length of an arrow, and distance below zero of the crosses of rows without a number.

    Returns
    -------
    pandas.DataFrame
        With ``y, lo, hi`` finite for each mark.
    """
    y = table["y"].fillna((table["lo"] + table["hi"]) / 2).fillna(-step)
    low, high = table["lo"].fillna(y), table["hi"].fillna(y)
    falling = table["bound"] == n.AT_MOST
    return table.assign(
        y=y,
        lo=(y - step).where(falling, low),
        hi=(y + step).where(np.isinf(high), high).where(~falling, y),
    )


def pointed(table: pd.DataFrame) -> pd.DataFrame:
    """Select the marks of a lane that are points: those of an observation of a day or two.

    What was seen, or looked for, in a longer interval gets no point: one in the middle would name
    a day that no source names, and two at the ends would pass for two observations. Its bar is
    its mark.
    """
    return table[(table["x1"] - table["x0"]) <= pd.Timedelta(days=2)]


def dated_and_lasting(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part the marks of numbers: those of at most a month, and those of a longer interval.

    The first are points at the middle of their interval. The others are drawn as the interval
    that they are, and without a point, which would pass for an observation of its day.
    """
    lasting = (table["x1"] - table["x0"]) > A_MONTH
    return table[~lasting], table[lasting]


def bar_marks(table: pd.DataFrame, labels: dict[str, str], *, label: Iterable[str]) -> pd.DataFrame:
    """One bar per row of an observation table, in the order of the table.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows with a number each.
    labels : dict of str to str
        Names of counters by id.
    label : iterable of str
        Name of each bar.

    Returns
    -------
    pandas.DataFrame
        Columns of `BAR_COLUMNS`; numbers in the unit in which their unit is compared, as the table
        ``units`` has it, since bars share an axis, and ``said`` in the unit of the row.
    """
    rows = []
    for (_, row), name in zip(table.iterrows(), label, strict=True):
        low, high = limits(quantity_of(row))
        factor = unit_of(row["unit"]).factor
        rows.append(
            {
                "label": name,
                "counter": row["counter"],
                "y": factor * row["value"],
                "lo": factor * low,
                "hi": factor * high,
                "when": when(
                    row["date_first"],
                    row["date_last"],
                    row["precision_first"],
                    row["precision_last"],
                ),
                "said": quantity_text(quantity_of(row)),
                "bound": row["bound"],
                "who": labels.get(row["counter"], row["counter"]),
                "where": labels.get(row["scope"], row["scope"]) if "scope" in row else "",
                "seen": _shortened(row["text"]),
                "source": row["source_id"],
                "row": row["id"],
            }
        )
    return pd.DataFrame(rows, columns=list(BAR_COLUMNS))
