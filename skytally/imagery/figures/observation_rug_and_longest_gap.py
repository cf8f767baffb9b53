"""Rug under a measured line: one tick per image, and the longest gap between observations."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType

import pandas as pd
import xarray as xr

from skytally.core import (
    chart_style as style,
    day,
    evidence_line_name_constants as n,
    number,
    with_unit,
)
from skytally.imagery.acquire import NO, NOT_SCREENED, STORED, SUPERSEDED, YES

CONCLUSIVE, INCONCLUSIVE, LOST = "could tell", "could not tell", "lost"
"""Outcome of an image: a row of the line with an answer, one without, or no row at all."""
STYLES: dict[str, style.BoxStyle] = {
    CONCLUSIVE: (style.INK, style.INK, ""),
    INCONCLUSIVE: (style.WHITE, style.INK, ""),
    LOST: (style.PALE_GREY, style.EDGE_GREY, ""),
}
"""Fill and edge of a tick: dark, hollow, grey; each kind also has its own row."""
NOT_HERE = "its chip is not on this machine; make refresh brings it back"
RUG_COORDS = (n.ROW, n.TIME, n.STATE, n.WHEN, n.SAID, n.SEEN)
TIPS = [("image", "@lane"), ("date", "@when"), ("it", "@state"), ("said", "@said"), ("why", "@why")]
TICKS_SIDE_BY_SIDE = 320
"""Number of ticks that fill the whole period: one is then 2 to 3 pixels wide."""
Span = tuple[pd.Timestamp, pd.Timestamp]


def _measured(lines: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """One row per measured image; it is conclusive when any of the lines is."""
    rows = [
        {"lane": row, "x": pd.Timestamp(x),
         "kind": INCONCLUSIVE if state == n.UNCLEAR else CONCLUSIVE,
         "when": when, "said": f"{title}: {said}", "why": seen}
        for title, line in lines.items()
        for row, x, state, when, said, seen in zip(
            *(line[coordinate].to_numpy() for coordinate in RUG_COORDS),
            strict=True,
        )
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["lane", "x", "kind", "when", "said", "why"])
    best = table.sort_values(["x", "lane", "kind"], key=_conclusive_first, kind="stable")
    return best.drop_duplicates("lane", ignore_index=True)


def _conclusive_first(column: pd.Series) -> pd.Series:
    return column.map({CONCLUSIVE: 0, INCONCLUSIVE: 1}) if column.name == "kind" else column


def _why_lost(row: Mapping[str, str], left_out: Mapping[str, str]) -> str:
    if row["item_id"] in left_out:
        return left_out[row["item_id"]]
    if row["status"] != STORED:
        return row["status_reason"]
    if row["usable"] == NO:
        return row["unusable_reason"]
    return NOT_HERE if row["usable"] == YES else NOT_SCREENED


def _lost(looks: pd.DataFrame, measured: pd.DataFrame, left_out: Mapping[str, str]) -> pd.DataFrame:
    """Images that were acquired and have no row in the lines, each with the reason."""
    timed = looks[(looks["status"] != SUPERSEDED) & (looks["time_utc"] != "")]
    x = pd.to_datetime(timed["time_utc"], format="%Y-%m-%dT%H:%M:%SZ")
    known = timed["item_id"].isin(measured["lane"]) | x.isin(measured["x"].dt.floor("s"))
    timed, x = timed[~known], x[~known]
    return pd.DataFrame(
        {
            "lane": timed["item_id"],
            "x": x,
            "kind": LOST,
            "when": [f"{day(time)}, {time:%H:%M} UTC" for time in x],
            "said": "no number",
            "why": [_why_lost(row, left_out) for row in timed.to_dict("records")],
        }
    )


def rug_rows(
    lines: Mapping[str, xr.Dataset],
    looks: pd.DataFrame,
    period: Span,
    *,
    left_out: Mapping[str, str] = MappingProxyType({}),
) -> pd.DataFrame:
    """Outcome of every image within a period: conclusive, inconclusive or lost.

    Parameters
    ----------
    lines : mapping of str to xarray.Dataset, dims (time)
        Measured lines by title, from
        `skytally.imagery.measure.observation_and_evidence_line.observation_line`.
    looks : pandas.DataFrame
        Rows of the looks table of this site and sensor.
    period : (pandas.Timestamp, pandas.Timestamp)
        First and last moment drawn.
    left_out : mapping of str to str
        Looks that are stored here and were not measured, by name, with the reason.

    Returns
    -------
    pandas.DataFrame
        ``lane`` (name of the scene), ``x`` (moment), ``kind`` (`CONCLUSIVE`, `INCONCLUSIVE`
        or `LOST`) and ``when, state, said, why``, one row per image, in order of time. A
        superseded scene is left out, and so is one without a time.
    """
    measured = _measured(lines)
    parts = [part for part in (measured, _lost(looks, measured, left_out)) if len(part)]
    table = pd.concat(parts, ignore_index=True) if parts else measured
    table = table[pd.to_datetime(table["x"]).between(*period)]
    table = table.assign(state=table["kind"], why=table["why"].replace("", "nothing"))
    return table.sort_values(["x", "lane"], kind="stable", ignore_index=True)


def rug_ticks(
    table: pd.DataFrame, period: Span, rows: Mapping[str, float], half: float
) -> pd.DataFrame:
    """Box of each image, on the row of its outcome."""
    wide = (period[1] - period[0]) / TICKS_SIDE_BY_SIDE / 2
    middle = table["kind"].map(dict(rows)).astype(float)
    return table.assign(
        x0=table["x"] - wide, x1=table["x"] + wide, y0=middle - half, y1=middle + half
    )


def blind_gap(table: pd.DataFrame) -> tuple[Span | None, int]:
    """Longest time between two conclusive images, and how many gaps are as long.

    None with fewer than two such images. Gaps are compared by whole days: a satellite passes some
    seconds earlier or later each time.
    """
    moments = sorted(table.loc[table["kind"] == CONCLUSIVE, "x"])
    between = list(pairwise(moments))
    if not between:
        return None, 0
    days = [_days(gap) for gap in between]
    return between[days.index(max(days))], days.count(max(days))


def _days(gap: Span) -> int:
    return round((gap[1] - gap[0]) / pd.Timedelta(days=1))


def gap_length(gap: Span) -> str:
    """Length of a gap in words."""
    return with_unit(number(_days(gap)), _days(gap), "days")


def gap_text(gap: Span | None, alike: int = 1) -> str:
    """Longest gap in words; where several are as long, only their length and number.

    Examples
    --------
    >>> gap_text((pd.Timestamp("2023-05-03T02:00"), pd.Timestamp("2023-06-05T02:00")))
    '33 days without an image that could tell, 3 May 2023 to 5 June 2023'
    """
    if gap is None:
        return "fewer than two images could tell, so that no gap lies between two"
    if alike > 1:
        return f"the longest without an image that could tell is {gap_length(gap)}, {alike} times"
    return f"{gap_length(gap)} without an image that could tell, {day(gap[0])} to {day(gap[1])}"
