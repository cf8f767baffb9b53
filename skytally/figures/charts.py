"""Charts: from lines or rows to the block a notebook shows, both figures and words at once."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import xarray as xr

from skytally.figures import bokeh_charts, mpl_charts
from skytally.figures.embed import Shown, show
from skytally.figures.marks import alt_text, bar_marks, lane_marks, marks


def values_chart(
    lines: dict[str, xr.Dataset],
    labels: dict[str, str],
    *,
    name: str,
    ylabel: str,
    caption: str,
    files: list[str] | None = None,
    band: xr.Dataset | None = None,
    period: tuple[str, str] | None = None,
) -> Shown:
    """Chart numbers over time, one colour and mark a line.

    Parameters
    ----------
    lines : dict of str to xarray.Dataset, dims (time)
        Lines of one unit, by name.
    labels : dict of str to str
        Names of counters and scopes by id.
    name : str
        Anchor of the figure.
    ylabel : str
        Label of the vertical axis, with the unit.
    caption : str
        One or two sentences under the chart.
    files : list of str or None
        Download files.
    band : xarray.Dataset or None
        A line of one row whose upper bound is drawn as a band from 0, never as a level.
    period : tuple of str or None
        (first, last) day drawn, both included.

    Returns
    -------
    Shown
    """
    table = _within(marks(lines, labels), period)
    bound = None if band is None else marks({"band": band}, labels)
    told = table if bound is None else pd.concat([bound, table])
    return show(
        bokeh_charts.values(table, ylabel=ylabel, band=bound),
        mpl_charts.values(table, ylabel=ylabel, band=bound),
        name=name,
        alt=alt_text(told, subject=caption),
        caption=caption,
        files=files,
    )


def lanes_chart(
    table: pd.DataFrame,
    labels: dict[str, str],
    *,
    lane: Iterable[str],
    name: str,
    caption: str,
    files: list[str] | None = None,
    period: tuple[str, str] | None = None,
) -> Shown:
    """Chart what was seen and when, one lane a place, ship or counter.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of an observation table with ``state`` or ``kind``.
    labels : dict of str to str
        Names of counters and scopes by id.
    lane : iterable of str
        The lane of each row; lanes are drawn from top to bottom in order of first use.
    name, caption, files, period
        As for `values_chart`.

    Returns
    -------
    Shown
    """
    lane = list(lane)
    drawn = _within(lane_marks(table, labels, lane=lane), period)
    used = set(drawn["lane"])
    order = [each for each in dict.fromkeys(lane) if each in used]
    return show(
        bokeh_charts.lanes(drawn, order=order),
        mpl_charts.lanes(drawn, order=order),
        name=name,
        alt=alt_text(drawn, subject=caption),
        caption=caption,
        files=files,
    )


def bars_chart(
    table: pd.DataFrame,
    labels: dict[str, str],
    *,
    label: Iterable[str],
    series: Iterable[str],
    name: str,
    xlabel: str,
    caption: str,
    files: list[str] | None = None,
) -> Shown:
    """Chart one number a row, as bars that end in an arrow where the bound is open.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of one unit, in the order of the bars.
    labels : dict of str to str
        Names of counters by id.
    label, series : iterable of str
        Name and colour group of each bar.
    xlabel : str
        Label of the axis, with the unit.
    name, caption, files
        As for `values_chart`.

    Returns
    -------
    Shown
    """
    drawn = bar_marks(table, labels, label=label, series=series)
    return show(
        bokeh_charts.bars(drawn, xlabel=xlabel),
        mpl_charts.bars(drawn, xlabel=xlabel),
        name=name,
        alt=alt_text(drawn, subject=caption),
        caption=caption,
        files=files,
    )


def _within(table: pd.DataFrame, period: tuple[str, str] | None) -> pd.DataFrame:
    if period is None:
        return table
    first, last = (pd.Timestamp(day) for day in period)
    inside = table[(table["x1"] >= first) & (table["x0"] <= last)]
    return inside.assign(
        x0=inside["x0"].clip(lower=first),
        x1=inside["x1"].clip(upper=last),
        x=inside["x"].clip(lower=first, upper=last),
    ).reset_index(drop=True)
