"""Boxes on lanes of time: what the charts of the looks table are drawn from."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import holoviews as hv
import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.path import Path

from skytally.figures.bokeh_charts import frame
from skytally.figures.embed import Shown
from skytally.figures.mpl_charts import canvas, dated
from skytally.imagery.acquire.monthly_coverage import ANY, marked, sensor_name
from skytally.imagery.figures.break_marks import live_breaks, static_breaks

Style = tuple[str, str, str]
"""Fill, edge and pattern of a box."""
HOVER = ("lane", "when", "state", "said", "why")
LIVE_PATTERN = {
    "x": "diagonal_cross",
    "/": "right_diagonal_line",
    "-": "horizontal_line",
    "|": "vertical_line",
    "+": "cross",
}
STATIC_PATTERN = {"x": "xx", "/": "//", "-": "---", "|": "|||", "+": "++", "": ""}
"""Patterns of lines only: one of circles takes more room in a page than all the boxes."""
DOTS = 160
"""Dots an inch where boxes are drawn as dots."""
MOST_LINES = 60
"""Boxes of one style that are drawn as lines."""
MOST_SITES = 12
"""Sites that one chart draws; the file under it holds all."""


def lane_name(name: str, sensor: str) -> str:
    """Name the lane of a site and sensor."""
    return f"{name}, {sensor if sensor == ANY else sensor_name(sensor)}"


def heights_of(lanes: list[str]) -> dict[str, float]:
    """Give each lane its height, from top to bottom."""
    return {lane: float(len(lanes) - 1 - i) for i, lane in enumerate(lanes)}


def _hatched(pattern: str, colour: str) -> Callable[[Any, Any], None]:
    """Give what puts a pattern on drawn boxes, for which HoloViews has no option."""

    def draw(plot: Any, _: Any) -> None:
        plot.handles["glyph"].update(
            hatch_pattern=pattern, hatch_color=colour, hatch_scale=8, hatch_weight=1
        )

    return draw


def boxes(table: pd.DataFrame, style: Style, tips: list[tuple[str, str]]) -> hv.Rectangles:
    """Give the boxes of one style for an interactive chart: ``x0, y0, x1, y1`` and `HOVER`.

    Without `tips` they carry no words, which are then those of `pointing`.
    """
    fill, edge, pattern = style
    words = {"tools": ["hover"], "hover_tooltips": tips} if tips else {}
    return hv.Rectangles(table, ["x0", "y0", "x1", "y1"], list(HOVER) if tips else []).opts(
        fill_color=fill,
        line_color=edge,
        line_width=1,
        hooks=[_hatched(LIVE_PATTERN[pattern], edge)] if pattern else [],
        **words,
    )


def pointing(table: pd.DataFrame, tips: list[tuple[str, str]]) -> hv.Rectangles:
    """Give unseen boxes that answer the pointer, one a month over all that is drawn of it."""
    return hv.Rectangles(table, ["x0", "y0", "x1", "y1"], list(HOVER)).opts(
        fill_alpha=0.0, line_alpha=0.0, tools=["hover"], hover_tooltips=tips
    )


def labels(table: pd.DataFrame) -> hv.Labels:
    """Write words beside points: ``x, y, text``, running to the right."""
    return hv.Labels(table, ["x", "y"], "text").opts(
        text_color="#222222",
        text_font_size="8pt",
        text_align="left",
        text_baseline="middle",
    )


def _lane_names(heights: dict[str, float], x: pd.Timestamp) -> hv.Labels:
    return labels(
        pd.DataFrame(
            {"x": x, "y": [y + 0.47 for y in heights.values()], "text": list(heights)},
        )
    )


def first_sites(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Give the rows of the sites that one chart draws, and a sentence where it leaves some out."""
    names = list(dict.fromkeys(table["name"]))
    if len(names) <= MOST_SITES:
        return table, ""
    left = f" Drawn are the first {MOST_SITES} of {len(names)} sites; the file holds all."
    return table[table["name"].isin(names[:MOST_SITES])], left


def live_lanes(
    parts: list[hv.Element],
    heights: dict[str, float],
    marks: pd.DataFrame,
    ends: tuple[pd.Timestamp, pd.Timestamp],
    *,
    row_height: int = 26,
) -> hv.Overlay:
    """Lay marks on named lanes, with the lines of the breaks over them."""
    lines = [hv.HLine(y).opts(color="#e6e6e6", line_width=1) for y in heights.values()]
    top = len(heights) - 0.3
    return frame(
        hv.Overlay([*lines, *parts, *live_breaks(marks, bottom=-0.6, top=top),
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


def static_lanes(
    heights: dict[str, float],
    marks: pd.DataFrame,
    start: pd.Timestamp,
    *,
    row_height: float = 0.24,
) -> tuple[Figure, mpl.axes.Axes]:
    """Give an empty figure with the same lanes and lines; its marks are still to be drawn."""
    figure, axes = canvas(row_height * len(heights) + 0.9)
    figure.set_dpi(DOTS)
    for lane, y in heights.items():
        axes.text(start, y + 0.47, lane, fontsize=7, va="center")
    static_breaks(axes, marks)
    axes.set(ylim=(-0.6, len(heights)), yticks=[])
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    dated(axes)
    return figure, axes


def bars(axes: mpl.axes.Axes, table: pd.DataFrame, style: Style) -> None:
    """Draw boxes of one style as one path, which takes a tenth of the room in the page."""
    fill, edge, pattern = style
    left, right = (mpl.dates.date2num(table[side]) for side in ("x0", "x1"))
    low, high = table["y0"].to_numpy(), table["y1"].to_numpy()
    corners = np.stack(
        [
            np.stack([x, y], axis=1)
            for x, y in ((left, low), (right, low), (right, high), (left, high), (left, low))
        ],
        axis=1,
    )
    path = Path.make_compound_path(*(Path(box, closed=True) for box in corners))
    patch = mpl.patches.PathPatch(path, fc=fill, ec=edge, hatch=STATIC_PATTERN[pattern], lw=0.7)
    # many boxes are smaller as dots than as lines; words and axes stay lines
    patch.set_rasterized(len(table) > MOST_LINES)
    axes.add_patch(patch)


def drawn(
    axes: mpl.axes.Axes, table: pd.DataFrame, styles: dict[str, Style], tips: list[tuple[str, str]]
) -> list[hv.Rectangles]:
    """Draw the rows of each kind in its style, on the static axes and for the interactive chart."""
    parts = []
    for kind, style in styles.items():
        rows = table[table["kind"] == kind]
        if len(rows):
            bars(axes, rows, style)
            parts.append(boxes(rows, style, tips))
    return parts


def key(figure: Figure, styles: dict[str, Style]) -> None:
    """Say under a static figure what its boxes mean."""
    handles = [
        mpl.patches.Patch(fc=fill, ec=edge, hatch=STATIC_PATTERN[pattern], label=word)
        for word, (fill, edge, pattern) in styles.items()
    ]
    figure.legend(
        handles=handles,
        loc="outside lower left",
        frameon=False,
        fontsize=8,
        ncols=min(4, len(handles)),
    )


def nothing_to_draw(words: str, *, rehearsal: bool = False) -> Shown:
    """Give a sentence in place of a chart that would have no mark."""
    told_so = marked(words, rehearsal=rehearsal)
    return Shown(f'<p class="sk-nothing">{html.escape(told_so)}</p>', told_so)
