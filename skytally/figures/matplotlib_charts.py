"""Static figures of marks, drawn by Matplotlib, as counterparts of the interactive ones."""

from __future__ import annotations

import base64
import io
import warnings
from collections.abc import Mapping, Sequence

import matplotlib as mpl
import matplotlib.dates as mdates
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator

from skytally.core import chart_style as style, evidence_line_name_constants as n
from skytally.figures.bar_chart_layout import DOTTED, FILLED, HOLLOW, bar_layout, bar_looks
from skytally.figures.chart_mark_tables import (
    band_start,
    dated_and_lasting,
    pointed,
    top_of,
    value_axis,
)
from skytally.figures.counter_names_and_colours import counter_colour
from skytally.figures.label_placement import MarkLabel, named_series, write_labels
from skytally.figures.name_wrapping import wrapped_name
from skytally.figures.non_latin_font_subsets import (
    FAMILY,
    font_faces,
    register_letters,
    special_letters,
)
from skytally.figures.series_styling import SeriesStyle
from skytally.figures.timeline_lane_layout import LaneLayout

LEGEND_LETTERS = 44
"""Letters in a line of a legend."""
PIXELS_AN_INCH = 96.0
LETTERS_FIRST = f"'{FAMILY}', 'DejaVu Sans', sans-serif"
"""Fonts of words in a picture that brings letters."""


def without_formulas(figure: Figure) -> None:
    """Show dollar signs in the words of a figure as they are."""
    for text in figure.findobj(Text):
        text.set_parse_math(False)


def with_letter_fonts(figure: Figure) -> str:
    """Set the words that need it in a pinned font.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        A figure that was drawn once, so that all its words are known.

    Returns
    -------
    str
        The letters that need it; empty where none does, and nothing was changed.
    """
    texts = [text for text in figure.findobj(Text) if special_letters(text.get_text())]
    if texts:
        register_letters()
    for text in texts:
        text.set_fontfamily(["DejaVu Sans", FAMILY])
    return special_letters("".join(text.get_text() for text in texts))


def _svg(figure: Figure) -> str:
    buffer = io.StringIO()
    with mpl.rc_context(style.MPL_RC), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(
            buffer, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight"
        )
    return buffer.getvalue()


def as_svg(figure: Figure, *, beside: str = "") -> str:
    """SVG text of a figure, byte-identical for identical figures.

    Words stay words, which a browser sets in the fonts of its reader; letters that not every
    reader has a font for come with the picture.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    beside : str
        Words that stand over or under it when it is saved, whose letters it brings, too.

    Returns
    -------
    str
    """
    without_formulas(figure)
    drawn = _svg(figure)
    letters = with_letter_fonts(figure)
    if letters:
        # a browser takes the font only for its own letters, so it may come first there
        drawn = _svg(figure).replace(f"'DejaVu Sans', '{FAMILY}'", LETTERS_FIRST)
    faces = font_faces(letters + beside)
    style_of = f'<style type="text/css">{faces}</style>\n ' if faces else ""
    return drawn.replace("<defs>", f"{style_of}<defs>", 1)


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
    locator = mdates.AutoDateLocator(minticks=2, maxticks=5)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))


def legend_below(figure: Figure, handles: Sequence[Artist]) -> None:
    """Name marks under a chart that has no room for names at them; the figure grows by it."""
    words = [wrapped_name(str(handle.get_label()), LEGEND_LETTERS) for handle in handles]
    lines = sum(text.count("\n") + 1 for text in words)
    figure.set_figheight(figure.get_figheight() + 0.19 * lines + 0.1)
    figure.legend(
        list(handles), words, loc="outside lower left", frameon=False, fontsize=style.SMALL_PT
    )


def series_handles(styles: Mapping[str, SeriesStyle]) -> list[Artist]:
    """Mark of each series, for a legend."""
    return [
        Line2D(
            [], [], ls="", marker=look.static, color=look.colour, ms=_size(look), label=look.name
        )
        for look in styles.values()
    ]


def _size(look: SeriesStyle) -> float:
    return float(6 * style.MARKER_AREAS.get(look.static, 1.0) ** 0.5)


def series(
    axes: mpl.axes.Axes, table: pd.DataFrame, *, step: float, colour: str, marker: str
) -> None:
    """Draw the marks of one series as `skytally.figures.bokeh_charts.series` does."""
    dated, lasting = dated_and_lasting(table)
    _periods(axes, lasting, step=step, colour=colour)
    short = dated[(dated["x1"] > dated["x0"]) & dated["y"].notna()]
    axes.hlines(short["y"], short["x0"], short["x1"], color=colour, alpha=0.6, lw=2)
    closed = dated[_is_closed(dated)]
    axes.vlines(closed["x"], closed["lo"], closed["hi"], color=colour, lw=1.5)
    for rows, sign, arrow in (
        (table[np.isinf(table["hi"])], 1, "^"),
        (table[table["bound"] == n.AT_MOST], -1, "v"),
    ):
        axes.vlines(rows["x"], rows["y"], rows["y"] + sign * step, color=colour, lw=1.5, ls=":")
        axes.plot(rows["x"], rows["y"] + sign * step, arrow, color=colour, ms=5)
    numbered = dated[dated["y"].notna() & (dated["state"] != n.NOTHING_SEEN)]
    size = 6 * style.MARKER_AREAS.get(marker, 1.0) ** 0.5
    axes.plot(numbered["x"], numbered["y"], marker, color=colour, ms=size, ls="")
    empty = dated[dated["state"] == n.NOTHING_SEEN]
    axes.plot(empty["x"], empty["y"], "o", mec=colour, mfc="white", mew=1.6, ms=7, ls="")
    numberless = dated[dated["y"].isna() & dated["lo"].isna()]
    axes.plot(numberless["x"], np.full(len(numberless), -step), "x", color=colour, ms=6, ls="")


def _is_closed(table: pd.DataFrame) -> pd.Series:
    """Whether each mark has an interval with two ends, which no arrow stands for."""
    return np.isfinite(table["lo"]) & np.isfinite(table["hi"]) & (table["bound"] != n.AT_MOST)


def _periods(axes: mpl.axes.Axes, table: pd.DataFrame, *, step: float, colour: str) -> None:
    """Draw bars over long intervals of time as `skytally.figures.bokeh_charts` does."""
    for row in table[_is_closed(table)].itertuples():
        axes.fill_between([row.x0, row.x1], row.lo, row.hi, color=colour, alpha=0.25, lw=0)
    level = table.assign(y=table["y"].where(table["y"].notna() | table["lo"].notna(), -step))
    _bars_of(axes, level[level["y"].notna()], looks=bar_looks(table), colour=colour)


def _bars_of(axes: mpl.axes.Axes, rows: pd.DataFrame, *, looks: pd.Series, colour: str) -> None:
    """Draw bars over intervals of time: filled, dotted, or hollow, a white core on a bar."""
    for look, options in (
        (FILLED, {"lw": 4, "alpha": 0.55}),
        (DOTTED, {"lw": 2, "ls": ":"}),
        (HOLLOW, {"lw": 5}),
    ):
        chosen = rows[looks.loc[rows.index] == look]
        axes.hlines(chosen["y"], chosen["x0"], chosen["x1"], color=colour, **options)
        if look == HOLLOW:
            axes.hlines(chosen["y"], chosen["x0"], chosen["x1"], color=style.WHITE, lw=2)


def values(
    table: pd.DataFrame,
    *,
    ylabel: str,
    styles: Mapping[str, SeriesStyle],
    labels: Sequence[MarkLabel] = (),
    band: pd.DataFrame | None = None,
    title: str = "",
    height: float = 3.6,
) -> Figure:
    """Draw numbers over time as `skytally.figures.bokeh_charts.values` does.

    Parameters
    ----------
    table, ylabel, styles, labels, band, title
        As there; a legend names the series where no words at marks do.
    height : float
        Height in inches, without the legend.

    Returns
    -------
    matplotlib.figure.Figure
    """
    step, ends, ticks = value_axis(table)
    figure, axes = canvas(height)
    if band is not None:
        left, one = band_start(band, table), band.iloc[0]
        axes.fill_between(
            [left, one["x1"]], 0, one["y"], color=style.REFERENCE_GREY, alpha=0.18, lw=0
        )
        axes.hlines(one["y"], left, one["x1"], color=style.REFERENCE_GREY, ls="--", lw=1.5)
    for name, look in styles.items():
        rows = table[table["series"] == name]
        series(axes, rows, step=step, colour=look.colour, marker=look.static)
    axes.set(ylabel=ylabel, ylim=ends)
    axes.set_yticks([y for y, _ in ticks], [words for _, words in ticks])
    dated(axes)
    axes.margins(x=0.05)
    write_labels(axes, labels)
    axes.set_title(title, loc="left", fontsize=style.TEXT_PT, fontweight="bold")
    if not named_series(labels):
        legend_below(figure, series_handles(styles))
    return figure


def lanes(layout: LaneLayout) -> Figure:
    """Draw observations lane by lane as `skytally.figures.bokeh_charts.lanes` does.

    Parameters
    ----------
    layout : LaneLayout
        Result of `skytally.figures.timeline_lane_layout.lane_layout`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    figure, axes = canvas(-layout.bottom / PIXELS_AN_INCH + 0.5)
    axes.hlines(layout.rules, *layout.ends, color=style.LANE_RULE, lw=0.8)
    for y, words in layout.names:
        # a long name takes the room of its lane, never that of the axes
        axes.text(
            layout.ends[0], y, words, fontsize=style.SMALL_PT, va="center", linespacing=1.05,
            in_layout=False,
        )  # fmt: skip
    for colour, rows in layout.marks.groupby("colour", sort=False):
        _lane_marks(axes, rows, str(colour), layout.arrow)
    write_labels(axes, layout.words)
    axes.set(xlim=layout.ends, ylim=(layout.bottom, 0.0), yticks=[])
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    dated(axes)
    return figure


def _lane_marks(axes: mpl.axes.Axes, rows: pd.DataFrame, colour: str, arrow: pd.Timedelta) -> None:
    """Draw the bars, points and arrows of lanes of one colour."""
    long = rows[rows["x1"] > rows["x0"]]
    _bars_of(axes, long, looks=bar_looks(rows.drop(columns="y")), colour=colour)
    for state, of_state in pointed(rows).groupby("state"):
        marker = "x" if state == n.UNCLEAR else "o"
        fill = "white" if state == n.NOTHING_SEEN else colour
        axes.plot(of_state["x"], of_state["y"], ls="", marker=marker, mfc=fill, mec=colour, ms=5)
    for side, x, length, marker in (
        ("open_start", "x0", -arrow, "<"),
        ("open_end", "x1", arrow, ">"),
    ):
        tips = rows[rows[side]]
        axes.hlines(tips["y"], tips[x], tips[x] + length, color=colour, lw=1.5, ls=":")
        axes.plot(tips[x] + length, tips["y"], marker, color=colour, ms=7, ls="")


def bars(table: pd.DataFrame, *, xlabel: str) -> Figure:
    """Draw one horizontal bar per row as `skytally.figures.bokeh_charts.bars` does.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of `skytally.figures.chart_mark_tables.bar_marks`.
    xlabel : str
        Label of the axis, with the unit.

    Returns
    -------
    matplotlib.figure.Figure
    """
    layout = bar_layout(table)
    figure, axes = canvas(layout.row * len(table) / PIXELS_AN_INCH + 0.6)
    end = table["y"].fillna(table["hi"])
    top = top_of(table)
    for i, (_, row) in enumerate(table.iterrows()):
        y, colour = len(table) - 1 - i - layout.bar, counter_colour(row["counter"])
        axes.barh(y, end.iloc[i], height=2 * layout.half, color=colour, alpha=0.75)
        axes.text(
            0, y + layout.half + 2 / layout.row, layout.words[i], fontsize=style.SMALL_PT,
            va="bottom", linespacing=1.05,
        )  # fmt: skip
        sign = 1 if np.isinf(row["hi"]) else -1 if row["bound"] == n.AT_MOST else 0
        if sign:
            tip = end.iloc[i] + sign * 0.05 * top
            axes.plot([end.iloc[i], tip], [y, y], color=colour, lw=1.5)
            axes.plot(tip, y, ">" if sign > 0 else "<", color=colour, ms=7)
        elif row["hi"] > row["lo"]:
            axes.plot([row["lo"], row["hi"]], [y, y], color=style.INK, lw=1.5)
    axes.set(xlabel=xlabel, xlim=(0, 1.15 * top), ylim=(-0.5, len(table) - 0.5), yticks=[])
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter("{x:,.10g}")
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    return figure
