"""Curves of precision and recall with their intervals, several in one chart."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

import holoviews as hv
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from skytally.core import chart_style as style
from skytally.figures.bokeh_charts import LEGEND_LETTERS, frame
from skytally.figures.chart_and_sentence_html_blocks import PageBlock, sentence, show
from skytally.figures.matplotlib_charts import canvas, legend_below

MARGIN = 0.04
"""Share of the horizontal range left free at either end."""
DODGE = 0.012
"""Share of the horizontal range by which the marks of one curve stand beside those of the next."""


def _curves(points: pd.DataFrame) -> Iterator[tuple[str, int, pd.DataFrame]]:
    """Name, number and marks of each curve, with the marks of curves set a little apart."""
    names = list(dict.fromkeys(points["series"]))
    step = DODGE * float(np.ptp(points["x"]) or 1.0)
    for i, name in enumerate(names):
        rows = points[points["series"] == name]
        yield name, i, rows.assign(x=rows["x"] + step * (i - (len(names) - 1) / 2.0))


def _ends(points: pd.DataFrame) -> tuple[float, float]:
    room = MARGIN * float(np.ptp(points["x"]) or 1.0)
    return float(points["x"].min()) - room, float(points["x"].max()) + room


def _live(
    points: pd.DataFrame,
    title: str,
    axes: tuple[str, str],
    tips: Sequence[tuple[str, str]],
    across: float | None,
) -> hv.Overlay:
    parts: list[hv.Element] = []
    if across is not None:
        parts.append(
            hv.HLine(across).opts(color=style.REFERENCE_GREY, line_width=1, line_dash="dashed")
        )
    curves = list(_curves(points))
    for name, i, rows in curves:
        colour, marker, _ = style.series_style(i)
        dash = style.LINE_STYLES[i % len(style.LINE_STYLES)]
        parts.append(
            hv.Curve(rows, "x", "y", label=textwrap.fill(name, LEGEND_LETTERS)).opts(
                color=colour, line_dash=dash, line_width=1.5
            )
        )
        parts.append(hv.Segments(rows, ["x", "low", "x", "high"]).opts(color=colour, line_width=2))
        parts.append(
            rows.hvplot.scatter(
                x="x", y="y", color=colour, marker=marker, size=60,
                label=textwrap.fill(name, LEGEND_LETTERS),
                hover_cols=[column.removeprefix("@") for _, column in tips], responsive=True,
                hover_tooltips=list(tips),
            )
        )  # fmt: skip
    return frame(
        hv.Overlay(parts),
        height=300,
        entries=len(curves),
        xlabel=axes[0],
        ylabel=axes[1],
        xlim=_ends(points),
        ylim=(-0.05, 1.08),
        title=title,
        fontsize={"title": style.TEXT_PT, "legend": style.SMALL_PT},
    )


def _static(
    points: pd.DataFrame, title: str, labels: tuple[str, str], across: float | None
) -> Figure:
    figure, axes = canvas(3.2)
    if across is not None:
        axes.axhline(across, color=style.REFERENCE_GREY, lw=1, ls="--")
    for name, i, rows in _curves(points):
        colour, _, marker = style.series_style(i)
        dash = style.LINE_STYLES[i % len(style.LINE_STYLES)]
        axes.plot(rows["x"], rows["y"], marker, label=name, color=colour, ls=dash, ms=5, lw=1.2)
        axes.vlines(rows["x"], rows["low"], rows["high"], color=colour, lw=1.5)
    axes.set_xlim(_ends(points))
    axes.set_ylim(-0.05, 1.08)
    axes.set_title(title, loc="left", fontsize=style.TITLE_PT)
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    legend_below(figure, axes.get_legend_handles_labels()[0])
    return figure


def curves_chart(
    points: pd.DataFrame,
    *,
    name: str,
    title: str,
    axes: tuple[str, str],
    tips: Sequence[tuple[str, str]],
    alt: str,
    caption: str,
    across: float | None = None,
    files: list[str] | None = None,
) -> PageBlock:
    """Chart of shares against a quantity, one curve per series, each point with its interval.

    Parameters
    ----------
    points : pandas.DataFrame
        ``series, x, y, low, high``, ``said`` (the share in words) and what `tips` names; shares
        from 0 to 1.
    name : str
        Anchor of the figure.
    title : str
        Words over the chart.
    axes : tuple of str
        Labels of the horizontal and of the vertical axis.
    tips : sequence of tuple of str
        Words under the pointer: what it is, and ``@column``.
    alt : str
        The chart in words; every mark is added.
    caption : str
        Words under it.
    across : float or None
        Height of a dashed line.
    files : list of str or None
        Download files.

    Returns
    -------
    PageBlock
        A sentence where there is no point.
    """
    if points.empty:
        return sentence(f"{title}: no value was recorded yet.", name=name)
    described = "; ".join(f"{row.series} at {row.x:g}: {row.said}" for row in points.itertuples())
    return show(
        _live(points, title, axes, tips, across),
        _static(points, title, axes, across),
        name=name,
        alt=f"{alt} {described}.",
        caption=caption,
        files=files,
    )
