"""The rug under a measured line: every look one tick, and the longest time without a sight."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

import pandas as pd
import xarray as xr

from skytally.core import names as n
from skytally.core.wording import day, number, with_unit
from skytally.imagery.acquire.coverage import UNJUDGED
from skytally.imagery.acquire.inventory_files import NO, STORED, SUPERSEDED, YES
from skytally.imagery.figures.timeline_boxes import Style

TOLD, UNTOLD, LOST = "could tell", "could not tell", "lost"
"""What a look gave: a row of the line with an answer, a row without, or no row at all."""
STYLES: dict[str, Style] = {
    TOLD: ("#111111", "#111111", ""),
    UNTOLD: ("#ffffff", "#111111", ""),
    LOST: ("#b3b3b3", "#6e6e6e", ""),
}
"""Fill and edge of a tick: dark, hollow, grey; each kind also has its own row."""
NOT_HERE = "its chip is not on this machine; make refresh brings it back"
TIPS = [("look", "@lane"), ("date", "@when"), ("it", "@state"), ("said", "@said"), ("why", "@why")]
TICKS = 320
"""Ticks that would stand side by side over the whole period: one is then 2 to 3 dots wide."""
Span = tuple[pd.Timestamp, pd.Timestamp]


def _measured(lines: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """Give one row a look that was measured; it could tell when any of the lines could."""
    rows = [
        {"lane": row, "x": pd.Timestamp(x), "kind": UNTOLD if state == n.UNCLEAR else TOLD,
         "when": when, "said": f"{title}: {said}", "why": seen}
        for title, line in lines.items()
        for row, x, state, when, said, seen in zip(
            *(line[each].to_numpy() for each in (n.ROW, n.TIME, n.STATE, n.WHEN, n.SAID, n.SEEN)),
            strict=True,
        )
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["lane", "x", "kind", "when", "said", "why"])
    best = table.sort_values(["x", "lane", "kind"], key=_told_first, kind="stable")
    return best.drop_duplicates("lane", ignore_index=True)


def _told_first(column: pd.Series) -> pd.Series:
    return column.map({TOLD: 0, UNTOLD: 1}) if column.name == "kind" else column


def _why_lost(row: Mapping[str, str], left_out: Mapping[str, str]) -> str:
    if row["item_id"] in left_out:
        return left_out[row["item_id"]]
    if row["fate"] != STORED:
        return row["fate_reason"]
    if row["usable"] == NO:
        return row["reason"]
    return NOT_HERE if row["usable"] == YES else UNJUDGED


def _lost(looks: pd.DataFrame, measured: pd.DataFrame, left_out: Mapping[str, str]) -> pd.DataFrame:
    """Give the looks that were acquired and have no row in the lines, each with the reason."""
    timed = looks[(looks["fate"] != SUPERSEDED) & (looks["time_utc"] != "")]
    x = pd.to_datetime(timed["time_utc"], format="%Y-%m-%dT%H:%M:%SZ")
    known = timed["item_id"].isin(measured["lane"]) | x.isin(measured["x"].dt.floor("s"))
    timed, x = timed[~known], x[~known]
    return pd.DataFrame(
        {
            "lane": timed["item_id"],
            "x": x,
            "kind": LOST,
            "when": [f"{day(each)}, {each:%H:%M} UTC" for each in x],
            "said": "no number",
            "why": [_why_lost(row, left_out) for row in timed.to_dict("records")],
        }
    )


def rug(
    lines: Mapping[str, xr.Dataset],
    looks: pd.DataFrame,
    period: Span,
    *,
    left_out: Mapping[str, str] = MappingProxyType({}),
) -> pd.DataFrame:
    """Say of every look within a period whether it could tell, could not, or was lost.

    Parameters
    ----------
    lines : mapping of str to xarray.Dataset, dims (time)
        Measured lines by title, from `skytally.imagery.measure.observation.line_of_looks`.
    looks : pandas.DataFrame
        Rows of the looks table of this site and sensor.
    period : (pandas.Timestamp, pandas.Timestamp)
        First and last moment drawn.
    left_out : mapping of str to str
        Looks that are stored here and were not measured, by name, with the reason.

    Returns
    -------
    pandas.DataFrame
        ``lane`` (name of the scene), ``x`` (moment), ``kind`` (`TOLD`, `UNTOLD` or `LOST`) and
        ``when, state, said, why``, one row a look, in order of time. A scene that stands in
        another row is left out, and so is one without a time.
    """
    measured = _measured(lines)
    parts = [part for part in (measured, _lost(looks, measured, left_out)) if len(part)]
    table = pd.concat(parts, ignore_index=True) if parts else measured
    table = table[pd.to_datetime(table["x"]).between(*period)]
    table = table.assign(state=table["kind"], why=table["why"].replace("", "nothing"))
    return table.sort_values(["x", "lane"], kind="stable", ignore_index=True)


def ticks(
    table: pd.DataFrame, period: Span, rows: Mapping[str, float], half: float
) -> pd.DataFrame:
    """Give each look its box, on the row of its kind."""
    wide = (period[1] - period[0]) / TICKS / 2
    middle = table["kind"].map(dict(rows)).astype(float)
    return table.assign(
        x0=table["x"] - wide, x1=table["x"] + wide, y0=middle - half, y1=middle + half
    )


def blind_gap(table: pd.DataFrame) -> tuple[Span | None, int]:
    """Give the longest time between two looks that could tell, and how many are as long.

    None with fewer than two looks. Gaps are compared by whole days: a satellite passes some
    seconds earlier or later each time.
    """
    moments = sorted(table.loc[table["kind"] == TOLD, "x"])
    between = list(pairwise(moments))
    if not between:
        return None, 0
    days = [_days(each) for each in between]
    return between[days.index(max(days))], days.count(max(days))


def _days(gap: Span) -> int:
    return round((gap[1] - gap[0]) / pd.Timedelta(days=1))


def days_of(gap: Span) -> str:
    """Say how long a gap is."""
    return with_unit(number(_days(gap)), _days(gap), "days")


def gap_words(gap: Span | None, alike: int = 1) -> str:
    """Say a gap in words; where several are as long, none of them is the one to look at.

    Examples
    --------
    >>> gap_words((pd.Timestamp("2023-05-03T02:00"), pd.Timestamp("2023-06-05T02:00")))
    '33 days without a look that could tell, 3 May 2023 to 5 June 2023'
    """
    if gap is None:
        return "fewer than two looks could tell, so that no gap lies between two"
    if alike > 1:
        return f"the longest without a look that could tell is {days_of(gap)}, {alike} times"
    return f"{days_of(gap)} without a look that could tell, {day(gap[0])} to {day(gap[1])}"
