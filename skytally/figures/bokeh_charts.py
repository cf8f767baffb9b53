"""Interactive figures of marks, drawn by hvPlot on Bokeh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import NumeralTickFormatter
from IPython.utils.capture import capture_output

from skytally.core import chart_style as style, evidence_line_name_constants as n
from skytally.figures.bar_chart_layout import (
    DOTTED,
    FILLED,
    HOLLOW,
    BarLayout,
    bar_layout,
    bar_looks,
)
from skytally.figures.chart_mark_tables import (
    HOVER,
    HOVER_LABELS,
    band_start,
    dated_and_lasting,
    pointed,
    top_of,
    value_axis,
)
from skytally.figures.counter_names_and_colours import counter_colour
from skytally.figures.label_placement import MarkLabel, label_hook, named_series
from skytally.figures.name_wrapping import wrapped_name
from skytally.figures.series_styling import SeriesStyle
from skytally.figures.timeline_lane_layout import LaneLayout

with capture_output():  # in a notebook the import writes a loader that asks a CDN for BokehJS
    import hvplot.pandas  # noqa: F401  (adds .hvplot to tables)

LEGEND_LETTERS = 33
"""Letters in a line of a legend: as many as a chart of 400 pixels has room for."""
TOOLTIPS = [(HOVER_LABELS[word], f"@{{{word}}}") for word in HOVER]


def frame(overlay: hv.Overlay, *, height: int, entries: int, **options: object) -> hv.Overlay:
    """Overlay with the size, grid and legend that all charts share."""
    return overlay.opts(
        hv.opts.Overlay(
            responsive=True,
            height=height + 24 * entries + 50 * bool(entries),
            legend_position="bottom",
            legend_cols=1,
            show_grid=True,
            gridstyle={"grid_line_color": style.GRID},
            toolbar="above",
            active_tools=[],
            **options,
        )
    )


def _segments(
    table: pd.DataFrame, ends: list[str], colour: str, *, told: bool = True, **options: object
) -> hv.Segments:
    """Bars between two ends; with words under the pointer unless a mark on them has the same."""
    words = {"tools": ["hover"], "hover_tooltips": TOOLTIPS} if told else {}
    return hv.Segments(table, ends, list(HOVER)).opts(
        color=colour, line_width=2, **words, **options
    )


def _points(
    table: pd.DataFrame, y: str, colour: str, marker: str, label: str, **options: object
) -> hv.Scatter:
    return table.hvplot.scatter(
        x="x",
        y=y,
        color=colour,
        marker=marker,
        label=label,
        hover_cols=list(HOVER),
        hover_tooltips=TOOLTIPS,
        size=options.pop("size", 80 * style.MARKER_AREAS.get(marker, 1.0)),
        responsive=True,
        **options,
    )


def series(
    table: pd.DataFrame, *, step: float, colour: str, marker: str, label: str
) -> list[hv.Element]:
    """All marks of one series, in one colour; points are never joined.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of `skytally.figures.chart_mark_tables.value_marks` of one series.
    step : float
        Length of the arrows, and distance below zero of the crosses of rows without a number.
    colour, marker : str
        Colour of all marks, and marker of the numbers.
    label : str
        Name in the legend.

    Returns
    -------
    list of holoviews.Element
    """
    dated, lasting = dated_and_lasting(table)
    parts = _periods(lasting, step=step, colour=colour, label="" if len(dated) else label)
    short = dated[(dated["x1"] > dated["x0"]) & dated["y"].notna()]
    if len(short):
        parts.append(_segments(short, ["x0", "y", "x1", "y"], colour, alpha=0.6))
    closed = dated[_is_closed(dated)]
    if len(closed):
        bars = _segments(
            closed, ["x", "lo", "x", "hi"], colour, told=bool(closed["y"].isna().any())
        )
        parts.append(bars if dated["y"].notna().any() else bars.relabel(label))
    parts += _arrows(table, step=step, colour=colour)
    numbered = dated[dated["y"].notna() & (dated["state"] != n.NOTHING_SEEN)]
    empty = dated[dated["state"] == n.NOTHING_SEEN]
    if len(numbered):
        parts.append(_points(numbered, "y", colour, marker, label))
    if len(empty):
        parts.append(_points(empty, "y", colour, "circle", label, fill_color="white", line_width=2))
    numberless = dated[dated["y"].isna() & dated["lo"].isna()]
    if len(numberless):
        parts.append(_points(numberless.assign(strip=-step), "strip", colour, "x", label))
    return parts


def _is_closed(table: pd.DataFrame) -> pd.Series:
    """Whether each mark has an interval with two ends, which no arrow stands for."""
    ends = np.isfinite(table["lo"]) & np.isfinite(table["hi"]) & (table["hi"] > table["lo"])
    return ends & (table["bound"] != n.AT_MOST)


def _arrows(table: pd.DataFrame, *, step: float, colour: str) -> list[hv.Element]:
    """Dotted lines that end in an arrow, for numbers that are a bound."""
    parts: list[hv.Element] = []
    for rows, sign, arrow in (
        (table[np.isinf(table["hi"])], 1, "triangle"),
        (table[table["bound"] == n.AT_MOST], -1, "inverted_triangle"),
    ):
        if len(rows):
            tips = rows.assign(tip=rows["y"] + sign * step)
            parts += [
                _segments(tips, ["x", "y", "x", "tip"], colour, told=False, line_dash="dotted"),
                _points(tips, "tip", colour, arrow, "", size=60),
            ]
    return parts


def _periods(table: pd.DataFrame, *, step: float, colour: str, label: str) -> list[hv.Element]:
    """Bars over long intervals of time, as high as their numbers, without any point.

    Nothing seen is a hollow bar; what has no number is a dotted one, below zero.
    """
    parts: list[hv.Element] = []
    closed = table[_is_closed(table)]
    if len(closed):
        parts.append(
            hv.Rectangles(closed, ["x0", "lo", "x1", "hi"], list(HOVER)).opts(
                color=colour, alpha=0.25, line_alpha=0, tools=["hover"], hover_tooltips=TOOLTIPS
            )
        )
    level = table.assign(y=table["y"].where(table["y"].notna() | table["lo"].notna(), -step))
    parts += _bars_of(level[level["y"].notna()], looks=bar_looks(table), colour=colour)
    return [part.relabel(label) if i == 0 else part for i, part in enumerate(parts)]


def _bars_of(rows: pd.DataFrame, *, looks: pd.Series, colour: str) -> list[hv.Element]:
    """Bars over intervals of time: filled, dotted, or hollow, which is a white core on a bar."""
    parts: list[hv.Element] = []
    for look, width, options in (
        (FILLED, 6, {"alpha": 0.55}),
        (DOTTED, 3, {"line_dash": "dotted"}),
        (HOLLOW, 7, {}),
    ):
        chosen = rows[looks.loc[rows.index] == look]
        if len(chosen):
            ends = ["x0", "y", "x1", "y"]
            parts.append(_segments(chosen, ends, colour, **options).opts(line_width=width))
            if look == HOLLOW:
                core = _segments(chosen, ends, style.WHITE, told=False)
                parts.append(core.opts(line_width=3))
    return parts


def _legend_lines(styles: Mapping[str, SeriesStyle]) -> int:
    """Lines that the names of all series take in a legend."""
    return sum(1 + wrapped_name(x.name, LEGEND_LETTERS).count("\n") for x in styles.values())


def values(
    table: pd.DataFrame,
    *,
    ylabel: str,
    styles: Mapping[str, SeriesStyle],
    labels: Sequence[MarkLabel] = (),
    legend: bool = True,
    band: pd.DataFrame | None = None,
    title: str = "",
    height: int = 380,
) -> hv.Overlay:
    """Draw numbers over time: points, bars for intervals, arrows for open bounds.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of `skytally.figures.chart_mark_tables.value_marks`.
    ylabel : str
        Label of the vertical axis, with the unit.
    styles : mapping of str to SeriesStyle
        Style of each series.
    labels : sequence of MarkLabel
        Words at marks.
    legend : bool
        Whether a legend names the series on a narrow chart, and on a wide one, too, where no
        words at marks do.
    band : pandas.DataFrame or None
        One mark whose upper bound is drawn as a band from 0, never as a level.
    title : str
        Words over the chart: what all series share.
    height : int
        Height of the plot in pixels, without the legend.

    Returns
    -------
    holoviews.Overlay
    """
    step, ends, ticks = value_axis(table)
    parts: list[hv.Element] = []
    if band is not None:
        parts += _band(band, left=band_start(band, table))
    for name, look in styles.items():
        parts += series(
            table[table["series"] == name],
            step=step,
            colour=look.colour,
            marker=look.live,
            label=wrapped_name(look.name, LEGEND_LETTERS) if legend else "",
        )
    return frame(
        hv.Overlay(parts),
        height=height,
        entries=_legend_lines(styles) if legend else 0,
        xlabel="",
        ylabel=ylabel,
        yticks=ticks,
        ylim=ends,
        show_legend=legend,
        hooks=[label_hook(labels, only_wide=legend and named_series(labels), height=height)],
        title=title,
        fontsize={"title": style.TEXT_PT, "legend": style.SMALL_PT},
    )


def _band(band: pd.DataFrame, *, left: pd.Timestamp) -> list[hv.Element]:
    """Band from 0 to an upper bound, whose edge is dashed."""
    clipped = band.assign(x0=left, floor=0.0)
    return [
        hv.Rectangles(clipped, ["x0", "floor", "x1", "y"], list(HOVER)).opts(
            color=style.REFERENCE_GREY,
            alpha=0.18,
            line_alpha=0,
            tools=["hover"],
            hover_tooltips=TOOLTIPS,
        ),
        _segments(clipped, ["x0", "y", "x1", "y"], style.REFERENCE_GREY, line_dash="dashed"),
    ]


def _lane_marks(rows: pd.DataFrame, colour: str, arrow: pd.Timedelta) -> list[hv.Element]:
    """Bars, points and arrows of lanes of one colour."""
    long = rows[rows["x1"] > rows["x0"]]
    parts = _bars_of(long, looks=bar_looks(rows.drop(columns="y")), colour=colour)
    for side, x, length, angle in (
        ("open_start", "x0", -arrow, 90),
        ("open_end", "x1", arrow, -90),
    ):
        tips = rows[rows[side]]
        if len(tips):
            tips = tips.assign(x=tips[x] + length, start=tips[x])
            parts += [
                _segments(tips, ["start", "y", "x", "y"], colour, told=False, line_dash="dotted"),
                _points(tips, "y", colour, "triangle", "", size=90, angle=angle),
            ]
    for state, of_state in pointed(rows).groupby("state"):
        marker, filled = style.STATE_MARKERS.get(str(state), ("circle", True))
        fill = {} if filled or marker == "x" else {"fill_color": "white"}
        parts.append(_points(of_state, "y", colour, marker, "", size=60, line_width=1.5, **fill))
    return parts


def lanes(layout: LaneLayout) -> hv.Overlay:
    """Draw observations lane by lane: filled seen, hollow nothing seen, cross unclear.

    Parameters
    ----------
    layout : LaneLayout
        Result of `skytally.figures.timeline_lane_layout.lane_layout`.

    Returns
    -------
    holoviews.Overlay
    """
    parts: list[hv.Element] = [
        hv.HLine(y).opts(color=style.LANE_RULE, line_width=1) for y in layout.rules
    ]
    parts += [
        hv.Text(layout.ends[0], y, words, fontsize=style.SMALL_PT).opts(
            color=style.TEXT, text_align="left", text_baseline="middle"
        )
        for y, words in layout.names
    ]
    for colour, rows in layout.marks.groupby("colour", sort=False):
        parts += _lane_marks(rows, str(colour), layout.arrow)
    return frame(
        hv.Overlay(parts),
        height=round(-layout.bottom) + 70,
        entries=0,
        xlabel="",
        ylabel="",
        yaxis=None,
        xlim=layout.ends,
        ylim=(layout.bottom, 0.0),
        show_legend=False,
        hooks=[label_hook(layout.words)],
    )


def _bars(rows: pd.DataFrame, *, step: float, colour: str, layout: BarLayout) -> list[hv.Element]:
    boxes = rows.assign(under=rows["at"] - layout.half, over=rows["at"] + layout.half)
    parts: list[hv.Element] = [
        hv.Rectangles(boxes, ["floor", "under", "end", "over"], list(HOVER)).opts(
            color=colour, alpha=0.75, tools=["hover"], hover_tooltips=TOOLTIPS
        )
    ]
    for chosen, sign, angle in (
        (rows[np.isinf(rows["hi"])], 1, -90),
        (rows[rows["bound"] == n.AT_MOST], -1, 90),
    ):
        if len(chosen):
            tips = chosen.assign(x=chosen["end"] + sign * step)
            parts += [
                _segments(tips, ["end", "at", "x", "at"], colour, told=False),
                _points(tips, "at", colour, "triangle", "", size=90, angle=angle),
            ]
    closed = rows[
        np.isfinite(rows["hi"]) & (rows["hi"] > rows["lo"]) & (rows["bound"] != n.AT_MOST)
    ]
    if len(closed):
        parts.append(_segments(closed, ["lo", "at", "hi", "at"], style.INK, told=False))
    return parts


def bars(table: pd.DataFrame, *, xlabel: str) -> hv.Overlay:
    """Draw one horizontal mark a row with its interval; open bounds end in an arrow.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of `skytally.figures.chart_mark_tables.bar_marks`.
    xlabel : str
        Label of the axis, with the unit.

    Returns
    -------
    holoviews.Overlay
    """
    layout = bar_layout(table)
    rows = np.arange(len(table))[::-1].astype(float)
    table = table.assign(at=rows - layout.bar, floor=0.0, end=table["y"].fillna(table["hi"]))
    top = top_of(table)
    parts: list[hv.Element] = []
    for counter, chosen in table.groupby("counter", sort=False):
        colour = counter_colour(str(counter))
        parts += _bars(chosen, step=0.05 * top, colour=colour, layout=layout)
    for at, words in zip(table["at"], layout.words, strict=True):
        parts.append(
            hv.Text(0.0, at + layout.half + 2 / layout.row, words, fontsize=style.SMALL_PT).opts(
                color=style.TEXT, text_align="left", text_baseline="bottom"
            )
        )
    return frame(
        hv.Overlay(parts),
        height=round(layout.row * len(table)) + 80,
        entries=0,
        xlabel=xlabel,
        xformatter=NumeralTickFormatter(format="0,0[.]0"),
        ylabel="",
        yaxis=None,
        xlim=(0, 1.15 * top),
        ylim=(-0.5, len(table) - 0.5),
        show_legend=False,
    )
