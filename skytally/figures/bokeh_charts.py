"""Interactive figures of marks, drawn by hvPlot on Bokeh."""

from __future__ import annotations

import holoviews as hv
import numpy as np
import pandas as pd
from bokeh.models import NumeralTickFormatter
from IPython.utils.capture import capture_output

from skytally.core import chart_style as style, names as n
from skytally.figures.mark_tables import HOVER, HOVER_LABELS, at_both_ends, pointed, top_of

with capture_output():  # in a notebook the import writes a loader that asks a CDN for BokehJS
    import hvplot.pandas  # noqa: F401  (adds .hvplot to tables)

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


def _segments(table: pd.DataFrame, ends: list[str], colour: str, **options: object) -> hv.Segments:
    return hv.Segments(table, ends, list(HOVER)).opts(
        color=colour, tools=["hover"], hover_tooltips=TOOLTIPS, line_width=2, **options
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
        size=options.pop("size", 80),
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
        Rows of `skytally.figures.mark_tables.value_marks` of one series.
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
    parts: list[hv.Element] = []
    long = table[(table["x1"] > table["x0"]) & table["y"].notna()]
    if len(long):
        parts.append(_segments(long, ["x0", "y", "x1", "y"], colour, alpha=0.6))
    table = at_both_ends(table)
    closed = table[
        np.isfinite(table["lo"]) & np.isfinite(table["hi"]) & (table["hi"] > table["lo"])
    ]
    closed = closed[closed["bound"] != n.AT_MOST]
    if len(closed):
        parts.append(_segments(closed, ["x", "lo", "x", "hi"], colour))
    for rows, sign, arrow in (
        (table[np.isinf(table["hi"])], 1, "triangle"),
        (table[table["bound"] == n.AT_MOST], -1, "inverted_triangle"),
    ):
        if len(rows):
            tips = rows.assign(tip=rows["y"] + sign * step)
            parts += [
                _segments(tips, ["x", "y", "x", "tip"], colour, line_dash="dotted"),
                _points(tips, "tip", colour, arrow, "", size=60),
            ]
    numbered = table[table["y"].notna() & (table["state"] != n.NOTHING_SEEN)]
    empty = table[table["state"] == n.NOTHING_SEEN]
    if len(numbered):
        parts.append(_points(numbered, "y", colour, marker, label))
    if len(empty):
        parts.append(_points(empty, "y", colour, "circle", label, fill_color="white", line_width=2))
    numberless = table[table["y"].isna() & table["lo"].isna()]
    if len(numberless):
        parts.append(_points(numberless.assign(strip=-step), "strip", colour, "x", label))
    return parts


def values(
    table: pd.DataFrame, *, ylabel: str, band: pd.DataFrame | None = None, height: int = 380
) -> hv.Overlay:
    """Draw numbers over time: points, bars for intervals, arrows for open bounds.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of `skytally.figures.mark_tables.value_marks`.
    ylabel : str
        Label of the vertical axis, with the unit.
    band : pandas.DataFrame or None
        One mark whose upper bound is drawn as a band from 0, never as a level.
    height : int
        Height of the plot in pixels, without the legend.

    Returns
    -------
    holoviews.Overlay
    """
    top = top_of(table)
    step = 0.07 * top
    parts: list[hv.Element] = []
    if band is not None:
        left = table["x0"].min() - pd.Timedelta(days=20)
        clipped = band.assign(x0=band["x0"].clip(lower=left), floor=0.0)
        parts.append(
            hv.Rectangles(clipped, ["x0", "floor", "x1", "y"], list(HOVER)).opts(
                color=style.REFERENCE_GREY,
                alpha=0.18,
                line_alpha=0,
                tools=["hover"],
                hover_tooltips=TOOLTIPS,
            )
        )
        parts.append(
            _segments(clipped, ["x0", "y", "x1", "y"], style.REFERENCE_GREY, line_dash="dashed")
        )
        label = f"{band['said'].iloc[0]}, a bound, not a level ({band['who'].iloc[0]})"
        above = float(band["y"].iloc[0]) + 0.03 * top
        parts.append(
            hv.Text(clipped["x0"].iloc[0], above, label, fontsize=style.TEXT_PT).opts(
                color=style.SOFT_TEXT, text_align="left", text_baseline="bottom"
            )
        )
    names = list(dict.fromkeys(table["series"]))
    for i, name in enumerate(names):
        parts += series(
            table[table["series"] == name],
            step=step,
            colour=style.series_style(i)[0],
            marker=style.series_style(i)[1],
            label=name,
        )
    return frame(
        hv.Overlay(parts),
        height=height,
        entries=len(names),
        xlabel="",
        ylabel=ylabel,
        yformatter=NumeralTickFormatter(format="0,0[.]0"),
        ylim=(-1.6 * step, top + 2 * step),
    )


def _lane(
    rows: pd.DataFrame, *, y: float, left: pd.Timestamp, colour: str, name: str
) -> list[hv.Element]:
    parts: list[hv.Element] = [
        hv.HLine(y).opts(color=style.LANE_RULE, line_width=1),
        hv.Text(left, y + 0.3, name, fontsize=style.TEXT_PT, halign="left").opts(
            color=style.TEXT, text_align="left", text_baseline="middle"
        ),
    ]
    long = rows[rows["x1"] > rows["x0"]]
    if len(long):
        dim = long["state"].isin([n.NOTHING_SEEN, n.UNCLEAR])
        for chosen, alpha, dash in ((long[~dim], 0.55, "solid"), (long[dim], 0.9, "dotted")):
            if len(chosen):
                parts.append(
                    _segments(
                        chosen, ["x0", "y", "x1", "y"], colour, alpha=alpha, line_dash=dash
                    ).opts(line_width=6 if dash == "solid" else 2)
                )
    for state, of_state in pointed(rows).groupby("state"):
        marker, filled = style.STATE_MARKERS.get(str(state), ("circle", True))
        fill = {} if filled or marker == "x" else {"fill_color": "white"}
        parts.append(_points(of_state, "y", colour, marker, "", size=60, line_width=1.5, **fill))
    for side, x, angle in (("open_start", "x0", 90), ("open_end", "x1", -90)):
        tips = rows[rows[side]]
        if len(tips):
            tips = tips.assign(x=tips[x])
            parts.append(_points(tips, "y", colour, "triangle", "", size=120, angle=angle))
    return parts


def lanes(table: pd.DataFrame, *, order: list[str], row_height: int = 44) -> hv.Overlay:
    """Draw observations lane by lane: filled seen, hollow nothing seen, cross unclear.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of `skytally.figures.mark_tables.lane_marks`.
    order : list of str
        Lanes from top to bottom; a lane may be empty.
    row_height : int
        Pixels a lane.

    Returns
    -------
    holoviews.Overlay
    """
    height_of = {name: float(len(order) - 1 - i) for i, name in enumerate(order)}
    table = table.assign(y=table["lane"].map(height_of))
    left = table["x0"].min() - pd.Timedelta(days=10)
    parts: list[hv.Element] = []
    for i, (name, y) in enumerate(height_of.items()):
        colour, _, _ = style.series_style(i)
        rows = table[table["lane"] == name]
        parts += _lane(rows, y=y, left=left, colour=colour, name=name)
    return frame(
        hv.Overlay(parts),
        height=row_height * len(order) + 60,
        entries=0,
        xlabel="",
        ylabel="",
        yaxis=None,
        ylim=(-0.5, len(order) - 0.4),
        show_legend=False,
    )


def _bars(rows: pd.DataFrame, *, step: float, colour: str, name: str) -> list[hv.Element]:
    boxes = rows.assign(under=rows["at"] - 0.3, over=rows["at"] + 0.08)
    parts: list[hv.Element] = [
        hv.Rectangles(boxes, ["floor", "under", "end", "over"], list(HOVER), label=name).opts(
            color=colour, alpha=0.75, tools=["hover"], hover_tooltips=TOOLTIPS
        )
    ]
    for chosen, sign, angle in (
        (rows[np.isinf(rows["hi"])], 1, -90),
        (rows[rows["bound"] == n.AT_MOST], -1, 90),
    ):
        if len(chosen):
            tips = chosen.assign(x=chosen["end"] + sign * step, at=chosen["at"] - 0.11)
            parts += [
                _segments(tips, ["end", "at", "x", "at"], colour),
                _points(tips, "at", colour, "triangle", "", size=90, angle=angle),
            ]
    closed = rows[
        np.isfinite(rows["hi"]) & (rows["hi"] > rows["lo"]) & (rows["bound"] != n.AT_MOST)
    ]
    if len(closed):
        closed = closed.assign(at=closed["at"] - 0.11)
        parts.append(_segments(closed, ["lo", "at", "hi", "at"], style.INK))
    return parts


def bars(table: pd.DataFrame, *, xlabel: str, row_height: int = 46) -> hv.Overlay:
    """Draw one horizontal mark a row with its interval; open bounds end in an arrow.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of `skytally.figures.mark_tables.bar_marks`.
    xlabel : str
        Label of the axis, with the unit.
    row_height : int
        Pixels a bar.

    Returns
    -------
    holoviews.Overlay
    """
    table = table.assign(at=np.arange(len(table))[::-1].astype(float), floor=0.0)
    table = table.assign(end=table["y"].fillna(table["hi"]))
    top = top_of(table)
    parts: list[hv.Element] = []
    names = list(dict.fromkeys(table["series"]))
    for i, name in enumerate(names):
        rows, colour = (
            table[table["series"] == name],
            style.series_style(i)[0],
        )
        parts += _bars(rows, step=0.05 * top, colour=colour, name=name)
    for _, row in table.iterrows():
        parts.append(
            hv.Text(
                0.0, row["at"] + 0.28, f"{row['label']}: {row['said']}", fontsize=style.TEXT_PT
            ).opts(color=style.TEXT, text_align="left", text_baseline="middle")
        )
    return frame(
        hv.Overlay(parts),
        height=row_height * len(table) + 60,
        entries=len(names) if len(names) > 1 else 0,
        xlabel=xlabel,
        xformatter=NumeralTickFormatter(format="0,0[.]0"),
        ylabel="",
        yaxis=None,
        xlim=(0, 1.15 * top),
        ylim=(-0.5, len(table) - 0.3),
        show_legend=len(names) > 1,
    )
