"""Static figures of marks, drawn by Matplotlib, as counterparts of the interactive ones."""

from __future__ import annotations

import base64
import io

import matplotlib as mpl
import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from skytally.core import chart_style as style, names as n
from skytally.figures.mark_tables import at_both_ends, pointed, top_of


def as_svg(figure: Figure) -> str:
    """SVG text of a figure, byte-identical for identical figures."""
    buffer = io.StringIO()
    with mpl.rc_context(style.MPL_RC):
        figure.savefig(
            buffer, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight"
        )
    return buffer.getvalue()


def as_svg_address(figure: Figure) -> str:
    """SVG of a figure as an address that an image element takes."""
    return f"data:image/svg+xml;base64,{base64.b64encode(as_svg(figure).encode()).decode()}"


def canvas(height: float) -> tuple[Figure, mpl.axes.Axes]:
    """Empty figure of the width of all charts and a height in inches, with its axes."""
    with mpl.rc_context(style.MPL_RC):
        figure = Figure(figsize=(style.WIDTH_IN, height), layout="constrained")
        return figure, figure.subplots()


def dated(axes: mpl.axes.Axes) -> None:
    """Label the horizontal axis with concise dates."""
    locator = mdates.AutoDateLocator()
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))


def series(
    axes: mpl.axes.Axes, table: pd.DataFrame, *, step: float, colour: str, marker: str, label: str
) -> None:
    """Draw the marks of one series as `skytally.figures.bokeh_charts.series` does."""
    long = table[(table["x1"] > table["x0"]) & table["y"].notna()]
    axes.hlines(long["y"], long["x0"], long["x1"], color=colour, alpha=0.6, lw=2)
    table = at_both_ends(table)
    closed = table[
        np.isfinite(table["lo"]) & np.isfinite(table["hi"]) & (table["bound"] != n.AT_MOST)
    ]
    axes.vlines(closed["x"], closed["lo"], closed["hi"], color=colour, lw=1.5)
    for rows, sign, arrow in (
        (table[np.isinf(table["hi"])], 1, "^"),
        (table[table["bound"] == n.AT_MOST], -1, "v"),
    ):
        axes.vlines(rows["x"], rows["y"], rows["y"] + sign * step, color=colour, lw=1.5, ls=":")
        axes.plot(rows["x"], rows["y"] + sign * step, arrow, color=colour, ms=5)
    numbered = table[table["y"].notna() & (table["state"] != n.NOTHING_SEEN)]
    axes.plot(numbered["x"], numbered["y"], marker, color=colour, ms=6, ls="", label=label)
    empty = table[table["state"] == n.NOTHING_SEEN]
    axes.plot(
        empty["x"],
        empty["y"],
        "o",
        mec=colour,
        mfc="white",
        mew=1.6,
        ms=7,
        ls="",
        label=None if len(numbered) else label,
    )
    numberless = table[table["y"].isna() & table["lo"].isna()]
    axes.plot(numberless["x"], np.full(len(numberless), -step), "x", color=colour, ms=6, ls="")


def values(
    table: pd.DataFrame, *, ylabel: str, band: pd.DataFrame | None = None, height: float = 3.9
) -> Figure:
    """Draw numbers over time as `skytally.figures.bokeh_charts.values` does.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of `skytally.figures.mark_tables.value_marks`.
    ylabel : str
        Label of the vertical axis, with the unit.
    band : pandas.DataFrame or None
        One mark whose upper bound is drawn as a band from 0.
    height : float
        Height in inches, without the legend.

    Returns
    -------
    matplotlib.figure.Figure
    """
    top = top_of(table)
    step = 0.07 * top
    names = list(dict.fromkeys(table["series"]))
    figure, axes = canvas(height + 0.2 * len(names))
    if band is not None:
        one = band.iloc[0]
        left = max(one["x0"], table["x0"].min() - pd.Timedelta(days=20))
        axes.fill_between(
            [left, one["x1"]], 0, one["y"], color=style.REFERENCE_GREY, alpha=0.18, lw=0
        )
        axes.hlines(one["y"], left, one["x1"], color=style.REFERENCE_GREY, ls="--", lw=1.5)
        label = f"{one['said']}, a bound, not a level ({one['who']})"
        axes.text(
            left, one["y"] + 0.02 * top, label, ha="left", va="bottom", fontsize=style.LABEL_PT
        )
    for i, name in enumerate(names):
        series(
            axes,
            table[table["series"] == name],
            step=step,
            colour=style.series_style(i)[0],
            marker=style.series_style(i)[2],
            label=name,
        )
    axes.yaxis.set_major_formatter("{x:,.10g}")
    axes.set(ylabel=ylabel, ylim=(-1.6 * step, top + 2 * step))
    dated(axes)
    figure.legend(loc="outside lower left", frameon=False, fontsize=style.LABEL_PT)
    return figure


def lanes(table: pd.DataFrame, *, order: list[str], row_height: float = 0.42) -> Figure:
    """Draw observations lane by lane as `skytally.figures.bokeh_charts.lanes` does.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of `skytally.figures.mark_tables.lane_marks`.
    order : list of str
        Lanes from top to bottom; a lane may be empty.
    row_height : float
        Inches a lane.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = canvas(row_height * len(order) + 0.6)
    left = table["x0"].min() - pd.Timedelta(days=10)
    for i, name in enumerate(order):
        y, colour = len(order) - 1 - i, style.series_style(i)[0]
        rows = table[table["lane"] == name]
        axes.text(left, y + 0.3, name, fontsize=style.LABEL_PT, va="center")
        dim = rows["state"].isin([n.NOTHING_SEEN, n.UNCLEAR])
        axes.hlines(
            np.full((~dim).sum(), y),
            rows["x0"][~dim],
            rows["x1"][~dim],
            color=colour,
            lw=4,
            alpha=0.5,
        )
        axes.hlines(
            np.full(dim.sum(), y), rows["x0"][dim], rows["x1"][dim], color=colour, lw=1.5, ls=":"
        )
        points = pointed(rows)
        for state, of_state in points.groupby("state"):
            marker = "x" if state == n.UNCLEAR else "o"
            fill = "white" if state == n.NOTHING_SEEN else colour
            height = np.full(len(of_state), y)
            axes.plot(of_state["x"], height, ls="", marker=marker, mfc=fill, mec=colour, ms=5)
        for side, x, marker in (("open_start", "x0", "<"), ("open_end", "x1", ">")):
            rows_open = rows[rows[side]]
            axes.plot(rows_open[x], np.full(len(rows_open), y), marker, color=colour, ms=8, ls="")
    right = table["x1"].max() + pd.Timedelta(days=10)
    axes.set(xlim=(left, right), ylim=(-0.5, len(order) - 0.4), yticks=[])
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    dated(axes)
    return figure


def bars(table: pd.DataFrame, *, xlabel: str, row_height: float = 0.45) -> Figure:
    """Draw one horizontal bar per row as `skytally.figures.bokeh_charts.bars` does.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of `skytally.figures.mark_tables.bar_marks`.
    xlabel : str
        Label of the axis, with the unit.
    row_height : float
        Inches a bar.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = canvas(row_height * len(table) + 0.8)
    end = table["y"].fillna(table["hi"])
    top = top_of(table)
    names = list(dict.fromkeys(table["series"]))
    for i, (_, row) in enumerate(table.iterrows()):
        y, colour = (
            len(table) - 1 - i,
            style.series_style(names.index(row["series"]))[0],
        )
        axes.barh(y - 0.11, end.iloc[i], height=0.38, color=colour, alpha=0.75)
        axes.text(
            0, y + 0.28, f"{row['label']}: {row['said']}", fontsize=style.LABEL_PT, va="center"
        )
        sign = 1 if np.isinf(row["hi"]) else -1 if row["bound"] == n.AT_MOST else 0
        if sign:
            tip = end.iloc[i] + sign * 0.05 * top
            axes.plot([end.iloc[i], tip], [y - 0.11, y - 0.11], color=colour, lw=1.5)
            axes.plot(tip, y - 0.11, ">" if sign > 0 else "<", color=colour, ms=7)
        elif row["hi"] > row["lo"]:
            axes.plot([row["lo"], row["hi"]], [y - 0.11, y - 0.11], color=style.INK, lw=1.5)
    axes.set(xlabel=xlabel, xlim=(0, 1.15 * top), ylim=(-0.5, len(table) - 0.3), yticks=[])
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    if len(names) > 1:
        handles = [
            mpl.patches.Patch(color=style.series_style(i)[0], label=name)
            for i, name in enumerate(names)
        ]
        figure.legend(
            handles=handles,
            loc="outside lower left",
            frameon=False,
            fontsize=style.LABEL_PT,
            ncols=len(names),
        )
    return figure
