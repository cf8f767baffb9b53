"""Tables of marks, made from evidence lines and record rows, that both figures of a chart draw."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import xarray as xr

from skytally.core import limits, names as n, quantity_of, quantity_text, when
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
MARK_COLUMNS = ("x", "x0", "x1", "y", "lo", "hi", "series", "state", *HOVER)
LANE_COLUMNS = ("lane", "x", "x0", "x1", "open_start", "open_end", "state", *HOVER)
A_MONTH = pd.Timedelta(days=31)
"""Longest interval whose number is drawn at its middle."""
BAR_COLUMNS = ("label", "series", "y", "lo", "hi", *HOVER)


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
        number = "unit" in row and row["unit"]
        rows.append(
            {
                "lane": label,
                "x": start + (end - start) / 2,
                "x0": start,
                "x1": end,
                "open_start": pd.isna(first),
                "open_end": pd.isna(last),
                "state": row["state"] if "state" in row else row["kind"],
                "when": when(first, last, row["precision_first"], row["precision_last"]),
                "said": quantity_text(quantity_of(row)) if number else "no number",
                "bound": (row["bound"] if number else "") or "none",
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


def pointed(table: pd.DataFrame) -> pd.DataFrame:
    """Select the points of a lane: an observation of one day at it, one of an interval at its ends.

    Something seen at some time in a longer interval gets no point at all, since a point in
    the middle would name a day that no source names; its bar is its mark.
    """
    long = (table["x1"] - table["x0"]) > pd.Timedelta(days=2)
    looked = table["state"].isin([n.NOTHING_SEEN, n.UNCLEAR])
    ends = table[long & looked]
    return pd.concat([table[~long], ends.assign(x=ends["x0"]), ends.assign(x=ends["x1"])])


def at_both_ends(table: pd.DataFrame) -> pd.DataFrame:
    """Place the number of an interval longer than a month at its ends instead of its middle.

    A number known to the year only has no day; its bar is drawn over the year, and point,
    bounds and arrow stand where the bar begins and ends.
    """
    long = (table["x1"] - table["x0"]) > A_MONTH
    ends = table[long]
    return pd.concat([table[~long], ends.assign(x=ends["x0"]), ends.assign(x=ends["x1"])])


def bar_marks(
    table: pd.DataFrame, labels: dict[str, str], *, label: Iterable[str], series: Iterable[str]
) -> pd.DataFrame:
    """One bar per row of an observation table, in the order of the table.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows with a number each.
    labels : dict of str to str
        Names of counters by id.
    label, series : iterable of str
        Name and colour group of each bar.

    Returns
    -------
    pandas.DataFrame
        Columns of `BAR_COLUMNS`, numbers in the unit of the table.
    """
    rows = []
    for (_, row), name, group in zip(table.iterrows(), label, series, strict=True):
        low, high = limits(quantity_of(row))
        rows.append(
            {
                "label": name,
                "series": group,
                "y": row["value"],
                "lo": low,
                "hi": high,
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


def alt_text(table: pd.DataFrame, *, subject: str, most: int = 12, filed: bool = True) -> str:
    """Alternative text of a chart, with its numbers, their bounds and dates.

    Parameters
    ----------
    table : pandas.DataFrame
        Marks of the chart.
    subject : str
        What the chart shows.
    most : int
        Number of marks described one by one; the rest is counted.
    filed : bool
        Whether a CSV file under the chart has the rest; without one, every mark is described.

    Returns
    -------
    str
        One paragraph of plain text.
    """
    group = "lane" if "lane" in table else "series"
    ordered = table.sort_values("x", kind="stable") if "x" in table else table
    listed = [
        f"{row['when']}: {row['said'] if row['said'] != 'no number' else row['state']}"
        f" ({row.get(group)})"
        for _, row in (ordered.head(most) if filed else ordered).iterrows()
    ]
    rest = len(table) - len(listed)
    tail = f"; and {rest} more, all in the CSV file under the chart." if rest > 0 else "."
    return f"{subject.rstrip('.')}. {len(table)} marks: " + "; ".join(listed) + tail
