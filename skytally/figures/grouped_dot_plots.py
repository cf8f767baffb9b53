"""Charts of rows with a few dots each, beside one another by series, with or without a range."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence

import holoviews as hv
import pandas as pd
from matplotlib.figure import Figure

from skytally.core import chart_style as style
from skytally.figures.bokeh_charts import LEGEND_LETTERS, frame
from skytally.figures.chart_and_sentence_html_blocks import PageBlock, sentence, show
from skytally.figures.matplotlib_charts import PIXELS_AN_INCH, canvas, legend_below

LABEL_LETTERS = 58
"""Letters in a line of a row's label: as many as a chart of 400 pixels has room for."""
LINE, DOT, GAP = 16.0, 12.0, 12.0
"""Height of a line of a label, of a dot and of the space between rows, in pixels."""


def _lines(row: object) -> list[str]:
    return textwrap.wrap(str(row), LABEL_LETTERS)


def _placed(points: pd.DataFrame) -> pd.DataFrame:
    """Points with their height ``at`` and that of their row's label, in pixels from the top."""
    names = list(dict.fromkeys(points["series"]))
    tops, top = {}, 0.0
    for row in dict.fromkeys(points["row"]):
        tops[row] = top
        top -= LINE * len(_lines(row)) + DOT * len(names) + GAP
    label = points["row"].map(tops) - points["row"].map(lambda row: LINE * len(_lines(row)) / 2)
    first = points["row"].map(tops) - points["row"].map(lambda row: LINE * len(_lines(row)))
    at = first - DOT * (points["series"].map(names.index) + 0.5)
    return points.assign(at=at, label_at=label)


def _labels(points: pd.DataFrame) -> Iterator[tuple[float, str]]:
    """Height and words of the label over each row."""
    for row, rows in points.groupby("row", sort=False):
        yield float(rows["label_at"].iloc[0]), "\n".join(_lines(row))


def _dot_rows(points: pd.DataFrame) -> Iterator[tuple[float, float]]:
    """Lower and upper end of the dots of each row, where no label stands."""
    for _, rows in points.groupby("row", sort=False):
        yield float(rows["at"].min()) - DOT / 2, float(rows["at"].max()) + DOT / 2


def _heights(points: pd.DataFrame) -> tuple[float, float]:
    """Bottom and top of the chart, in pixels."""
    return float(points["at"].min()) - DOT, GAP / 2


def _doublings(ends: tuple[float, float]) -> list[float]:
    """Powers of two within the ends of a logarithmic axis of ratios."""
    least, most = (math.log2(max(end, 2.0**-20)) for end in ends)
    return [2.0**power for power in range(math.ceil(least), math.floor(most) + 1)]


def _live(
    points: pd.DataFrame,
    axis: str,
    ends: tuple[float, float],
    across: float,
    kinds: tuple[str, str],
    *,
    log: bool,
) -> hv.Overlay:
    names = list(dict.fromkeys(points["series"]))
    parts: list[hv.Element] = [
        hv.Segments(
            [(across, low, across, high) for low, high in _dot_rows(points)],
            ["x", "y", "x1", "y1"],
        ).opts(color=style.REFERENCE_GREY, line_width=1, line_dash="dashed")
    ]
    for i, name in enumerate(names):
        chosen = points[points["series"] == name]
        colour, marker, _ = style.series_style(i)
        parts.append(hv.Segments(chosen, ["low", "at", "high", "at"]).opts(color=colour))
        parts.append(
            chosen.hvplot.scatter(
                x="x", y="at", color=colour, marker=marker, size=60, logx=log,
                label=textwrap.fill(name, LEGEND_LETTERS),
                hover_cols=["row", "series", "said"], responsive=True,
                hover_tooltips=[(kinds[0], "@row"), (kinds[1], "@series"), ("value", "@said")],
            )
        )  # fmt: skip
    parts += [
        hv.Text(ends[0], at, label, fontsize=style.SMALL_PT).opts(
            color=style.TEXT, text_align="left", text_baseline="middle"
        )
        for at, label in _labels(points)
    ]
    return frame(
        hv.Overlay(parts),
        height=round(_heights(points)[1] - _heights(points)[0]) + 70,
        entries=len(names),
        xlabel=axis,
        ylabel="",
        yaxis=None,
        xlim=ends,
        ylim=_heights(points),
        logx=log,
        fontsize={"legend": style.SMALL_PT},
        **({"xticks": [(tick, f"{tick:g}") for tick in _doublings(ends)]} if log else {}),
    )


def _static(
    points: pd.DataFrame, axis: str, ends: tuple[float, float], across: float, *, log: bool
) -> Figure:
    bottom, top = _heights(points)
    ticks = _doublings(ends)
    figure, axes = canvas((top - bottom) / PIXELS_AN_INCH + 0.6)
    for low, high in _dot_rows(points):
        axes.vlines(across, low, high, color=style.REFERENCE_GREY, lw=1, ls="--")
    for i, name in enumerate(dict.fromkeys(points["series"])):
        chosen = points[points["series"] == name]
        colour, _, marker = style.series_style(i)
        axes.hlines(chosen["at"], chosen["low"], chosen["high"], color=colour, lw=1.2)
        axes.plot(chosen["x"], chosen["at"], marker, color=colour, ms=5, ls="", label=name)
    if log:
        axes.set_xscale("log")
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()
    for at, label in _labels(points):
        axes.text(ends[0], at, label, fontsize=style.SMALL_PT, color=style.TEXT, va="center")
    axes.set_yticks([])
    axes.set_xlim(ends)
    axes.set_ylim(bottom, top)
    axes.set_xlabel(axis)
    legend_below(figure, axes.get_legend_handles_labels()[0])
    return figure


def dots_chart(
    points: pd.DataFrame,
    *,
    name: str,
    axis: str,
    ends: tuple[float, float],
    across: float,
    kinds: tuple[str, str],
    caption: str,
    empty: str,
    log: bool = False,
    files: Sequence[str] = (),
) -> PageBlock:
    """Chart of one row of dots per label, a dot for each series.

    Parameters
    ----------
    points : pandas.DataFrame
        ``row`` (label), ``series``, ``x``, ``low`` and ``high`` (equal to ``x`` where there is
        no range) and ``said`` (the dot in words).
    name : str
        Anchor of the figure.
    axis : str
        Label of the horizontal axis.
    ends : tuple of float
        Where the horizontal axis begins and ends.
    across : float
        Where a dashed line stands.
    kinds : tuple of str
        What a row is and what a series is, for the words under the pointer.
    caption : str
        Words under the chart.
    empty : str
        The sentence that stands for a chart without points.
    log : bool
        Whether the horizontal axis is logarithmic.
    files : sequence of str
        Download files.

    Returns
    -------
    PageBlock
    """
    if points.empty:
        return sentence(empty, name=name)
    placed = _placed(points)
    described = "; ".join(f"{dot.row}, {dot.series}: {dot.said}" for dot in points.itertuples())
    return show(
        _live(placed, axis, ends, across, kinds, log=log),
        _static(placed, axis, ends, across, log=log),
        name=name,
        alt=f"{caption} {described}.",
        caption=caption,
        files=list(files),
    )
