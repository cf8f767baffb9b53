"""Forecasts from the record at each month end, scored against the numbers published after it.

``python -m labs.benchmarks.forecast_verification TABLE`` writes the table that the page on methods
shows, data/results/foresight.csv. At each month end only rows are known whose source was surely
published by then (METHODS 7.7).
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from skytally.core import (
    data_registry,
    evidence_line_name_constants as n,
    limits,
    quantity_of,
    read_table,
)
from skytally.record import SAME_SIGHTING, count_once, drop_copies, totals_since_start
from skytally.statistics import PRIOR_CHANGE, interval_score, log_number, next_number

FIRST_MONTH = pd.Timestamp("2023-10-31")
"""The month in which the first counts were published."""
CLOSED = (n.EXACTLY, n.ABOUT)
"""Bounds of numbers that a forecast can hit or miss; an open side cannot be missed on it."""
MONTH_DAYS = 30.0
"""Days to which a count over a period is brought, so that periods can be compared."""
FIXED = 1.6449 * PRIOR_CHANGE
"""Half width, on the log scale, of persistence with the prior's spread and nothing learnt."""
COLUMNS = (
    *("month", "line", "target", "published", "unit", "days"),
    *("predicted_low", "predicted_median", "predicted_high", "observed", "covered"),
    *("interval_score", "fixed_width_score", "persistence_score", "rows_used"),
)
TABLES = ("quay_stocks", "voyage_counts", "rail_counts", "same_observation", "sources", "scopes")


@dataclass(frozen=True)
class Line:
    """Which rows of the record make one series, whoever counted at which part of the place.

    All count one thing in one way: what stood there at one observation, all calls since the
    calls began, or the calls of one month.
    """

    name: str
    """Its name in the table."""
    table: str
    """Table of the record."""
    quantity: tuple[str, ...]
    """Words of the quantity."""
    sites: tuple[str, ...]
    """Sites at which it is counted."""
    unit: str
    """Unit of what is foreseen."""
    totals: bool | None = None
    """Whether a row is a running total, or a count of a month or so; None where it is of a day."""
    kinds: tuple[str, ...] = ()
    """Kinds of railcars of a row that counts all of them; others are parts."""

    @property
    def period(self) -> bool:
        """Whether a row counts over a period instead of on one day."""
        return self.totals is not None


CALLS = ("ships", "ship calls")
LINES = (
    Line("containers on the quay", "quay_stocks", ("containers",), ("rajin",), "containers"),
    Line("calls, running totals", "voyage_counts", CALLS, ("rajin",), "calls", totals=True),
    Line("calls, single periods", "voyage_counts", CALLS, ("rajin",), "calls", totals=False),
    Line(
        "railcars in a yard",
        "rail_counts",
        ("railcars",),
        ("tumangang", "tumangang-freight-area", "khasan"),
        "railcars",
        kinds=("all", "unstated", "mixed"),
    ),
)


def _number(row: pd.Series) -> float:
    """Return the printed number; of a range its middle, geometric between positive ends."""
    low, high = limits(quantity_of(row))
    if not math.isnan(row["value"]):
        return float(row["value"])
    return math.sqrt(low * high) if low > 0 else (low + high) / 2


def line_rows(line: Line, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Rows of one line that a forecast can use, in the order in which they were observed.

    Parameters
    ----------
    line : Line
    tables : mapping of str to pandas.DataFrame
        `TABLES` by name.

    Returns
    -------
    pandas.DataFrame
        With ``published``, the day by which the source was surely published, ``days`` of the
        period, ``number`` and ``rate``: the number or, over a period, that of 30 days.
    """
    table, sources = tables[line.table], tables["sources"].set_index("id")
    site = table["scope"].map(tables["scopes"].set_index("id")["site"])
    published = table["source_id"].map(sources["published_last"])
    days = (table["date_last"] - table["date_first"]).dt.days + 1.0
    wanted = (
        table["quantity"].isin(line.quantity)
        & site.isin(line.sites)
        & table["bound"].isin(CLOSED)
        & table[n.STATE].isin([n.COUNTED, n.NOTHING_SEEN])
        & published.notna()
        & days.notna()
        & (days.gt(1) if line.period else days.le(2))
    )
    if line.period:
        wanted &= ~table["unit"].str.contains(" per ")  # a printed rate is no count of a period
    if "cargo" in table:
        wanted &= table["cargo"] == ""  # coal ships and coal are not what the series counts
    if line.kinds:
        wanted &= table["car_kind"].isin(line.kinds) & (table["role"] == "observation")
    rows = table[wanted].assign(published=published[wanted], days=days[wanted])
    numbers = pd.Series([_number(row) for _, row in rows.iterrows()], rows.index, dtype=float)
    rate = numbers * MONTH_DAYS / rows["days"] if line.period else numbers
    rows = rows.assign(number=numbers, rate=rate)
    return rows.sort_values(["date_last", "date_first", "id"], kind="stable")


def _published(
    line: Line, rows: pd.DataFrame, until: pd.Timestamp, tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Rows of a line that were published up to a day, each sighting once.

    Whether a row is a running total is told by the rows of that day, so no later one changes it.
    """
    rows = rows[rows["published"] <= until]
    rows = count_once(drop_copies(rows, tables["sources"]), tables["same_observation"])
    if line.totals is None:
        return rows
    running = rows.index.isin(totals_since_start(rows).index)
    return rows[running == line.totals]


def _targets(
    line: Line,
    rows: pd.DataFrame,
    known: pd.DataFrame,
    until: pd.Timestamp,
    tables: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Rows published after the known ones, up to a day, that repeat none of these."""
    groups = tables["same_observation"]
    groups = groups[groups["relation"].isin(SAME_SIGHTING)]
    seen = groups.loc[groups["row_id"].isin(known["id"]), "group"]
    repeated = groups.loc[groups["group"].isin(seen), "row_id"]
    published = _published(line, rows, until, tables)
    return published[~published["id"].isin({*known["id"], *repeated})]


def _scored(
    line: Line, month: pd.Timestamp, known: pd.DataFrame, target: pd.Series | None
) -> dict[str, object]:
    """One row of the table; without a target the forecast for a month, not scored."""
    forecast = next_number(list(known["rate"]))
    days = MONTH_DAYS if target is None else float(target["days"])
    scale = days / MONTH_DAYS if line.period else 1.0
    ends = [end * scale for end in (forecast.low, forecast.median, forecast.high)]
    row: dict[str, object] = dict.fromkeys(COLUMNS, "")
    row |= {"month": f"{month:%Y-%m}", "line": line.name, "unit": line.unit}
    row |= {"days": f"{days:g}" if line.period else "", "rows_used": len(known)}
    row |= dict(zip(COLUMNS[6:9], (f"{end:.4g}" for end in ends), strict=True))
    if target is None:
        return row
    rate, number = float(target["rate"]), float(target["number"])
    low, middle, high = (log_number(end) for end in (forecast.low, forecast.median, forecast.high))
    seen = log_number(rate)
    return row | {
        "target": target["id"],
        "published": f"{target['published']:%Y-%m-%d}",
        "observed": f"{number:g}",
        "covered": "yes" if low <= seen <= high else "no",
        "interval_score": f"{interval_score(low, high, seen):.4f}",
        "fixed_width_score": f"{interval_score(middle - FIXED, middle + FIXED, seen):.4f}",
        "persistence_score": f"{interval_score(middle, middle, seen):.4f}",
    }


def foreseen(line: Line, tables: Mapping[str, pd.DataFrame]) -> Iterator[dict[str, object]]:
    """Forecasts of one line at each month end, each scored on what the next month published.

    Parameters
    ----------
    line : Line
    tables : mapping of str to pandas.DataFrame
        `TABLES` by name.

    Yields
    ------
    dict
        One row of the table for each number that the month after published, or one without a
        target where it published none. Month ends before any row was known are left out.
    """
    rows = line_rows(line, tables)
    # the first day it may have been published: a source known by its year alone ends in December
    last = tables["sources"]["published_first"].max()
    for month in pd.date_range(FIRST_MONTH, last, freq="ME"):
        known = _published(line, rows, month, tables)
        if known.empty:
            continue
        targets = _targets(line, rows, known, month + pd.offsets.MonthEnd(1), tables)
        if targets.empty:
            yield _scored(line, month, known, None)
        for _, target in targets.iterrows():
            yield _scored(line, month, known, target)


def foresight_rows(tables: Mapping[str, pd.DataFrame]) -> list[dict[str, object]]:
    """All rows of ``foresight.csv``, line by line."""
    return [row for line in LINES for row in foreseen(line, tables)]


def main(out: str) -> None:
    """Write the table.

    Parameters
    ----------
    out : str
        Path of the CSV file.
    """
    tables = {name: read_table(data_registry.path(name)) for name in TABLES}
    with Path(out).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(foresight_rows(tables))


if __name__ == "__main__":
    main(sys.argv[1])
