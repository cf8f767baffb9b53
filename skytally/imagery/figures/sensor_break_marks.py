"""Marks of the break register on charts: days on which an instrument changed."""

from __future__ import annotations

import holoviews as hv
import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.transforms import blended_transform_factory

from skytally.core import chart_style as style, day

OVERLAP_SHARE = 0.03
"""Share of the period within which the numbers of two breaks would overlap."""


def numbered_breaks(
    breaks: pd.DataFrame, period: tuple[pd.Timestamp, pd.Timestamp]
) -> pd.DataFrame:
    """Table of the breaks within a period, numbered in order of their days.

    Parameters
    ----------
    breaks : pandas.DataFrame
        Rows of ``data/sensor_breaks.csv``, read by
        `skytally.imagery.acquire.inventory_and_search_log.read_breaks`.
    period : (pandas.Timestamp, pandas.Timestamp)
        First and last day drawn.

    Returns
    -------
    pandas.DataFrame
        ``x`` (day), ``number``, ``when`` (day in words), ``what``, ``effect``, ``sensor``, and
        ``side``, the alignment of the number, so that two close ones do not overlap.
    """
    ordered = breaks.sort_values(["date", "what"], kind="stable")
    table = pd.DataFrame(
        {
            "x": pd.to_datetime(ordered["date"]),
            "what": ordered["what"],
            "effect": ordered["effect"],
            "sensor": ordered["sensor"],
        }
    )
    table = table[table["x"].between(*period)].reset_index(drop=True)
    near = (period[1] - period[0]) * OVERLAP_SHARE
    return table.assign(
        number=[str(i) for i in range(1, len(table) + 1)],
        when=[day(date) for date in table["x"]],
        side=np.select(
            [table["x"].diff(-1) > -near, table["x"].diff() < near], ["right", "left"], "center"
        ),
    )


def breaks_text(marked: pd.DataFrame) -> str:
    """Sentence that lists the numbered breaks of a chart; empty where there is none."""
    if marked.empty:
        return ""
    listed = "; ".join(f"{row.number}, {row.when}: {row.what}" for row in marked.itertuples())
    return f" Numbered lines mark changes of the instruments: {listed}."


def bokeh_breaks(marked: pd.DataFrame, *, bottom: float, top: float) -> list[hv.Element]:
    """Lines of the breaks for an interactive chart, each with words under the pointer.

    Parameters
    ----------
    marked : pandas.DataFrame
        Result of `numbered_breaks`.
    bottom, top : float
        Ends of the lines on the vertical axis; the numbers stand at the top.

    Returns
    -------
    list of holoviews.Element
        Empty where there is no break.
    """
    if marked.empty:
        return []
    words = ["when", "what", "effect", "sensor"]
    lines = marked.assign(bottom=bottom, top=top)
    tips = [("date", "@when"), ("change", "@what"), ("effect", "@effect"), ("sensor", "@sensor")]
    return [
        hv.Segments(lines, ["x", "bottom", "x", "top"], words).opts(
            color=style.INSTRUMENT_BREAK,
            line_width=1.5,
            line_dash="dashed",
            tools=["hover"],
            hover_tooltips=tips,
        ),
        *(
            hv.Text(row.x, top, row.number, fontsize=style.TEXT_PT).opts(
                color=style.INSTRUMENT_BREAK, text_align=row.side, text_baseline="bottom"
            )
            for row in lines.itertuples()
        ),
    ]


def mpl_breaks(axes: mpl.axes.Axes, marked: pd.DataFrame) -> None:
    """Draw the lines of the breaks, over the whole height of the axes."""
    above = blended_transform_factory(axes.transData, axes.transAxes)
    for row in marked.itertuples():
        axes.axvline(row.x, color=style.INSTRUMENT_BREAK, lw=1.2, ls="--")
        axes.text(
            row.x, 1.0, row.number, transform=above, ha=row.side, va="bottom",
            color=style.INSTRUMENT_BREAK, fontsize=style.SMALL_PT,
        )  # fmt: skip
