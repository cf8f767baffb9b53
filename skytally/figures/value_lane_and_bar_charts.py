"""Charts of evidence lines and record rows, each interactive and static with its words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import xarray as xr

from skytally.core import chart_style as style, day
from skytally.figures import bokeh_charts, matplotlib_charts
from skytally.figures.chart_alt_text import alt_text
from skytally.figures.chart_and_sentence_html_blocks import PageBlock, sentence, show
from skytally.figures.chart_mark_tables import (
    band_start,
    bar_marks,
    drawn_extent,
    lane_marks,
    value_axis,
    value_marks,
)
from skytally.figures.chart_titles_from_findings import NO_TITLES, ChartTitle, drawn_period
from skytally.figures.counter_names_and_colours import counter_labels
from skytally.figures.label_placement import NARROW, WIDE, MarkLabel, lifted, mark_labels
from skytally.figures.series_styling import series_styles, shared_words
from skytally.figures.timeline_lane_layout import lane_layout

PLOT_HEIGHT = 285.0
"""Height of the plot between its axes, pixels, in both figures; rather too little."""
TICK_LETTERS, TICK_LETTER = 5, 7.0
"""Letters of a tick of the vertical axis that a plot has room for, and the width of one more."""
BAND_LETTERS, BAND_LIFT = (34, 24, 18), 8.0
"""Letters in a line of the words over a band, the best first, and half the height of a line."""


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
    titles: Mapping[str, ChartTitle] = NO_TITLES,
) -> PageBlock:
    """Chart of numbers over time, one colour and marker per line.

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
    titles : mapping of str to ChartTitle
        Titles of charts by their names; what all series share and the months drawn are added to
        the subtitle. A chart without one has none.

    Returns
    -------
    PageBlock
        A sentence where no row is left to draw.
    """
    table = _within(value_marks(lines, labels), period)
    if table.empty:
        return _no_rows(name, period)
    bound = None if band is None else value_marks({"band": band}, labels)
    described = table if bound is None else pd.concat([bound, table])
    styles = series_styles(table)
    step, ends, ticks = value_axis(table)
    aside = TICK_LETTER * max(0, max(len(words) for _, words in ticks) - TICK_LETTERS)
    points = drawn_extent(table, step=step)
    sizes = [(width - aside, PLOT_HEIGHT) for width in (NARROW, WIDE)]
    fixed = []
    if bound is not None:
        words = [_band_label(bound, table, letters) for letters in BAND_LETTERS]
        fixed.append(lifted(words, points, ends=ends, sizes=sizes))
    narrow, wide = (
        mark_labels(points, styles, ends=ends, size=size, fixed=fixed) for size in sizes
    )
    both: dict[str, Any] = {"ylabel": ylabel, "styles": styles, "band": bound}
    both["title"] = "" if name in titles else shared_words(table)
    return show(
        bokeh_charts.values(table, labels=[*fixed, *(narrow or wide)], legend=not narrow, **both),
        matplotlib_charts.values(table, labels=[*fixed, *narrow], **both),
        name=name,
        alt=alt_text(described, subject=caption, filed=bool(files)),
        caption=caption,
        files=files,
        title=titles.get(name),
        details=[shared_words(table), drawn_period(table)],
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
    titles: Mapping[str, ChartTitle] = NO_TITLES,
    numbered: bool = False,
) -> PageBlock:
    """Chart of dated observations, one lane per place, ship or counter.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of an observation table with ``state`` or ``kind``.
    labels : dict of str to str
        Names of counters and scopes by id.
    lane : iterable of str
        The lane of each row; lanes are drawn from top to bottom in order of first use.
    name, caption, files, period, titles
        As for `values_chart`.
    numbered : bool
        Whether each row has a line of its own in its lane, its number beside its mark.

    Returns
    -------
    PageBlock
    """
    lane = list(lane)
    drawn = _within(lane_marks(table, labels, lane=lane), period)
    if drawn.empty:
        return _no_rows(name, period)
    used = set(drawn["lane"])
    order = [one for one in dict.fromkeys(lane) if one in used]
    layout = lane_layout(drawn, order=order, numbered=numbered)
    return show(
        bokeh_charts.lanes(layout),
        matplotlib_charts.lanes(layout),
        name=name,
        alt=alt_text(drawn, subject=caption, filed=bool(files)),
        caption=caption,
        files=files,
        title=titles.get(name),
        details=[drawn_period(drawn)],
    )


def bars_chart(
    table: pd.DataFrame,
    labels: dict[str, str],
    *,
    label: Iterable[str],
    name: str,
    xlabel: str,
    caption: str,
    files: list[str] | None = None,
    titles: Mapping[str, ChartTitle] = NO_TITLES,
) -> PageBlock:
    """Chart of one number per row, as bars that end in an arrow where the bound is open.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of one unit or of units compared in one, in the order of the bars.
    labels : dict of str to str
        Names of counters by id.
    label : iterable of str
        Name of each bar; its colour is that of its counter.
    xlabel : str
        Label of the axis, with the unit in which the numbers are compared.
    name, caption, files, titles
        As for `values_chart`.

    Returns
    -------
    PageBlock
    """
    if table.empty:
        return _no_rows(name, None)
    drawn = bar_marks(table, labels, label=label)
    return show(
        bokeh_charts.bars(drawn, xlabel=xlabel),
        matplotlib_charts.bars(drawn, xlabel=xlabel),
        name=name,
        alt=alt_text(drawn, subject=caption, filed=bool(files)),
        caption=caption,
        files=files,
        title=titles.get(name),
    )


def _band_label(band: pd.DataFrame, table: pd.DataFrame, letters: int) -> MarkLabel:
    """Words over the left end of a band, with an arrow and its dates where it begins before."""
    one = band.iloc[0]
    label = counter_labels().get(one["counter"])
    who = one["who"] if label is None else label.series
    left = band_start(band, table)
    earlier = f"\u2190 {one['when']}: " if left > one["x0"] else ""
    alone = set(table["counter"]) == {one["counter"]}
    words = f"{earlier}{one['said']}" + ("" if alone else f" ({who})")
    text = textwrap.fill(words, letters)
    up = BAND_LIFT * (1 + text.count("\n"))
    return MarkLabel(text, style.SOFT_TEXT, left, float(one["y"]), "left", 2.0, up)


def _no_rows(name: str, period: tuple[str, str] | None) -> PageBlock:
    """Sentence in place of a chart that no row of the record falls into."""
    when = ""
    if period is not None:
        first, last = (day(pd.Timestamp(end)) for end in period)
        when = f" between {first} and {last}"
    return sentence(f"The record has no row for this chart{when} yet.", name=name)


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
