"""Running totals in panels: one counter, unit and place each, so that no two are compared."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from itertools import accumulate

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from skytally.core import (
    chart_style as style,
    line_vocabulary as n,
    quantity_of,
    quantity_text,
    when,
)
from skytally.figures.chart_titles import NO_TITLES, ChartTitle, drawn_period
from skytally.figures.counter_label_table import counter_colour
from skytally.figures.embed import PageBlock, picture, sentence
from skytally.figures.mpl_charts import dated

PANEL_IN, LINE_IN, AXIS_IN = 0.72, 0.16, 0.5
TITLE_LETTERS = 42
"""Letters in a line of the title of a panel: as many as it has room for."""
ROOM = 1.35
"""Height of a panel, as a multiple of its highest total."""
CLOSE = 0.2
"""Totals of one panel this close, as a share of its height, share one label."""


def _clusters(rows: pd.DataFrame, height: float) -> list[pd.DataFrame]:
    """Totals of a panel from the lowest up, those too close for a label of their own together."""
    ordered = rows.sort_values(["value", "date_last"], kind="stable")
    apart = ordered["value"].diff() > CLOSE * height
    return [cluster for _, cluster in ordered.groupby(list(accumulate(apart)))]


def _number(row: pd.Series) -> str:
    return quantity_text(quantity_of(row)).removesuffix(f" {row['unit']}")


def _period(row: pd.Series) -> str:
    return when(row["date_first"], row["date_last"], row["precision_first"], row["precision_last"])


def _panel(axes: Axes, rows: pd.DataFrame, title: str) -> None:
    height = float(rows["value"].max()) * ROOM
    for _, row in rows.iterrows():
        colour = counter_colour(row["counter"])
        axes.hlines(row["value"], row["date_first"], row["date_last"], color=colour, lw=4)
        if row["bound"] in n.OPEN_ABOVE:
            axes.plot(row["date_last"], row["value"] + height * 0.12, "^", color=colour, ms=4)
    for cluster in _clusters(rows, height):
        words = ", ".join(dict.fromkeys(_number(row) for _, row in cluster.iterrows()))
        at = (cluster["date_last"].max(), cluster["value"].mean())
        axes.annotate(
            words, at, xytext=(6, 0), textcoords="offset points", va="center",
            fontsize=style.TEXT_PT, annotation_clip=False,
        )  # fmt: skip
    axes.set_ylim(0, height)
    axes.set_yticks([0])
    axes.set_title(title, loc="left", fontsize=style.TEXT_PT, fontweight="bold", pad=3)


def totals_panels(
    rows: pd.DataFrame,
    labels: dict[str, str],
    *,
    name: str,
    caption: str,
    files: list[str] | None = None,
    titles: Mapping[str, ChartTitle] = NO_TITLES,
) -> PageBlock:
    """Chart of running totals, a panel for each counter, unit and place.

    Parameters
    ----------
    rows : pandas.DataFrame
        Result of `skytally.record.totals_since_start`, each row with a number.
    labels : dict of str to str
        Names of counters and scopes by id.
    name : str
        Anchor of the figure.
    caption : str
        One or two sentences under the chart.
    files : list of str or None
        Download files.
    titles : mapping of str to ChartTitle
        Titles of charts by their names.

    Returns
    -------
    PageBlock
        A bar from the first to the last day of each total, at the height of its number; a
        sentence where there is no total.
    """
    rows = rows[rows["value"].notna()]
    if rows.empty:
        return sentence("The record has no running total yet.", name=name)
    titled = rows.assign(
        title=[
            f"{labels.get(row['counter'], row['counter'])}: {row['unit']}, "
            f"{labels.get(row['scope'], row['scope'])}"
            for _, row in rows.iterrows()
        ]
    ).sort_values(["title", "date_last"], kind="stable")
    panels = [
        (textwrap.fill(str(title), TITLE_LETTERS), part)
        for title, part in titled.groupby("title", sort=True)
    ]
    with mpl.rc_context(style.MPL_RC):
        heights = [PANEL_IN + LINE_IN * title.count("\n") for title, _ in panels]
        figure = Figure(figsize=(style.WIDTH_IN, sum(heights) + AXIS_IN), layout="constrained")
        grid = figure.subplots(len(panels), 1, sharex=True, squeeze=False, height_ratios=heights)[
            :, 0
        ]
        for axes, (title, part) in zip(grid, panels, strict=True):
            _panel(axes, part, title)
        dated(grid[-1])
        first, last = titled["date_first"].min(), titled["date_last"].max()
        grid[-1].set_xlim(first, last + (last - first) * 0.25)
    listed = "; ".join(
        f"{row['title']}, {_period(row)}: {_number(row)}" for _, row in titled.iterrows()
    )
    alt = f"{caption.rstrip('.')}. {len(titled)} totals: {listed}."
    dates = titled.rename(columns={"date_first": "x0", "date_last": "x1"})
    return picture(
        figure, name=name, alt=alt, caption=caption, files=files, title=titles.get(name),
        details=[drawn_period(dates)],
    )  # fmt: skip
