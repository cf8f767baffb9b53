"""Boxes on lanes of time, from which the coverage charts are drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import holoviews as hv
import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.path import Path

from skytally.core import chart_style as style
from skytally.figures import PageBlock, canvas, dated, frame, matplotlib_charts, sentence
from skytally.imagery.acquire import ANY_SENSOR, rehearsal_marked, sensor_name
from skytally.imagery.figures.sensor_break_marks import bokeh_breaks, mpl_breaks

HOVER = ("lane", "when", "state", "said", "why")
MAX_VECTOR_BOXES = 60
"""Largest number of boxes of one style that are stored as lines and not as pixels."""
MAX_SITES = 12
"""Largest number of sites in one chart; the file under it holds all."""


def lane_name(name: str, sensor: str) -> str:
    """Name of the lane of a site and sensor."""
    return f"{name}, {sensor if sensor == ANY_SENSOR else sensor_name(sensor)}"


def lane_heights(lanes: list[str]) -> dict[str, float]:
    """Height of each lane, from top to bottom."""
    return {lane: float(len(lanes) - 1 - i) for i, lane in enumerate(lanes)}


def _hatched(pattern: str, colour: str) -> Callable[[Any, Any], None]:
    """Drawing hook that puts a pattern on drawn boxes, for which HoloViews has no option."""

    def draw(plot: Any, _: Any) -> None:
        plot.handles["glyph"].update(
            hatch_pattern=pattern, hatch_color=colour, hatch_scale=8, hatch_weight=1
        )

    return draw


def bokeh_boxes(
    table: pd.DataFrame, box: style.BoxStyle, tips: list[tuple[str, str]]
) -> hv.Rectangles:
    """Boxes of one style for an interactive chart, from ``x0, y0, x1, y1`` and `HOVER`.

    Without `tips` they carry no words; `hover_boxes` then does.
    """
    fill, edge, pattern = box
    words = {"tools": ["hover"], "hover_tooltips": tips} if tips else {}
    return hv.Rectangles(table, ["x0", "y0", "x1", "y1"], list(HOVER) if tips else []).opts(
        fill_color=fill,
        line_color=edge,
        line_width=1,
        hooks=[_hatched(style.BOKEH_PATTERNS[pattern], edge)] if pattern else [],
        **words,
    )


def hover_boxes(table: pd.DataFrame, tips: list[tuple[str, str]]) -> hv.Rectangles:
    """Transparent boxes with words under the pointer, one per month over its whole column."""
    return hv.Rectangles(table, ["x0", "y0", "x1", "y1"], list(HOVER)).opts(
        fill_alpha=0.0, line_alpha=0.0, tools=["hover"], hover_tooltips=tips
    )


def bokeh_labels(table: pd.DataFrame) -> hv.Labels:
    """Labels to the right of points, from ``x, y, text``."""
    return hv.Labels(table, ["x", "y"], "text").opts(
        text_color=style.TEXT,
        text_font_size=f"{style.SMALL_PT}pt",
        text_align="left",
        text_baseline="middle",
    )


def _lane_names(heights: dict[str, float], x: pd.Timestamp) -> hv.Labels:
    return bokeh_labels(
        pd.DataFrame(
            {"x": x, "y": [y + 0.47 for y in heights.values()], "text": list(heights)},
        )
    )


def first_sites(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Rows of the sites that fit into one chart, and a sentence where some are left out."""
    names = list(dict.fromkeys(table["name"]))
    if len(names) <= MAX_SITES:
        return table, ""
    left = f" Drawn are the first {MAX_SITES} of {len(names)} sites; the file holds all."
    return table[table["name"].isin(names[:MAX_SITES])], left


def bokeh_lanes(
    parts: list[hv.Element],
    heights: dict[str, float],
    marks: pd.DataFrame,
    ends: tuple[pd.Timestamp, pd.Timestamp],
    *,
    row_height: int = 26,
) -> hv.Overlay:
    """Interactive chart of marks on named lanes, with the lines of the breaks over them."""
    lines = [hv.HLine(y).opts(color=style.GRID, line_width=1) for y in heights.values()]
    top = len(heights) - 0.3
    return frame(
        hv.Overlay([*lines, *parts, *bokeh_breaks(marks, bottom=-0.6, top=top),
                    _lane_names(heights, ends[0])]),
        height=row_height * len(heights) + 70,
        entries=0,
        xlabel="",
        ylabel="",
        yaxis=None,
        xlim=ends,
        ylim=(-0.6, top + 0.5),
        show_legend=False,
    )  # fmt: skip


def mpl_lanes(
    heights: dict[str, float],
    marks: pd.DataFrame,
    start: pd.Timestamp,
    *,
    row_height: float = 0.24,
) -> tuple[Figure, mpl.axes.Axes]:
    """Empty static figure with the same lanes and lines, ready for its marks."""
    figure, axes = canvas(row_height * len(heights) + 0.9)
    figure.set_dpi(style.RASTER_DPI)
    for lane, y in heights.items():
        axes.text(start, y + 0.47, lane, fontsize=style.SMALL_PT, va="center")
    mpl_breaks(axes, marks)
    axes.set(ylim=(-0.6, len(heights)), yticks=[])
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    dated(axes)
    return figure, axes


def mpl_boxes(axes: mpl.axes.Axes, table: pd.DataFrame, box: style.BoxStyle) -> None:
    """Draw boxes of one style as one path, which takes a tenth of the room in the page."""
    fill, edge, pattern = box
    left, right = (mpl.dates.date2num(table[side]) for side in ("x0", "x1"))
    low, high = table["y0"].to_numpy(), table["y1"].to_numpy()
    corners = np.stack(
        [
            np.stack([x, y], axis=1)
            for x, y in ((left, low), (right, low), (right, high), (left, high), (left, low))
        ],
        axis=1,
    )
    path = Path.make_compound_path(*(Path(outline, closed=True) for outline in corners))
    patch = mpl.patches.PathPatch(path, fc=fill, ec=edge, hatch=style.MPL_PATTERNS[pattern], lw=0.7)
    # many boxes are smaller as dots than as lines; words and axes stay lines
    patch.set_rasterized(len(table) > MAX_VECTOR_BOXES)
    axes.add_patch(patch)


def draw_boxes(
    axes: mpl.axes.Axes,
    table: pd.DataFrame,
    styles: dict[str, style.BoxStyle],
    tips: list[tuple[str, str]],
) -> list[hv.Rectangles]:
    """Draw the rows of each kind in its style, on the static axes and for the interactive chart."""
    parts = []
    for kind, box in styles.items():
        rows = table[table["kind"] == kind]
        if len(rows):
            mpl_boxes(axes, rows, box)
            parts.append(bokeh_boxes(rows, box, tips))
    return parts


def add_legend(figure: Figure, styles: dict[str, style.BoxStyle]) -> None:
    """Add the legend of the boxes under a static figure."""
    handles = [
        mpl.patches.Patch(fc=fill, ec=edge, hatch=style.MPL_PATTERNS[pattern], label=word)
        for word, (fill, edge, pattern) in styles.items()
    ]
    matplotlib_charts.legend_below(figure, handles)


def no_chart(words: str, *, rehearsal: bool = False) -> PageBlock:
    """Block with a sentence in place of a chart that would have no mark."""
    return sentence(rehearsal_marked(words, rehearsal=rehearsal))
