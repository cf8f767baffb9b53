"""The route on one map: numbered places, what connects them, names of countries and seas."""

from __future__ import annotations

import textwrap

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from skytally.core import chart_style as style, listed, number
from skytally.figures.basemap import View, draw_land
from skytally.figures.chart_and_sentence_html_blocks import PageBlock, picture, sentence
from skytally.figures.chart_titles_from_findings import ChartTitle
from skytally.figures.route_map_panel_and_label_reader import COUNTRY, SEA, STOP

FOOT_IN = 0.75
"""Height of the key and the line on the source, inches, under the panels."""
KEY_LETTERS = 62
"""Letters in a line of the key."""
SCALE_STEPS_KM = (2000, 1000, 500, 200, 100, 50, 20, 10)
"""Lengths of which the scale bar takes the longest that fits a third of the panel."""
LETTERS_OF_A_NAME = 14
"""Letters in a line of the name of a country or a sea."""
MODE_LINES = {"sea": "-", "rail": "--"}
STUB = 0.16
"""Length of the line to a place off the panel, as a share of the height of the panel."""
CAPTION = (
    "Stops of the route: {key}. Places with one number serve the same step. Straight lines join "
    "two places that a source names as the ends of one way, solid by sea and dashed by rail; no "
    "track was seen, and no line is drawn where no source names both ends. A short arrow leads to "
    "or from a place off the panel; its direction means nothing. Outlines: Natural Earth. "
    "Ukraine is drawn within its internationally recognised borders."
)


def scale_bar(axes: Axes, view: View, *, size: float = style.SMALL_PT) -> None:
    """Draw a bar of a round length in the lower left corner, with its length in km."""
    length = next(
        (step for step in SCALE_STEPS_KM if step < view.half_width * 2 / 3), SCALE_STEPS_KM[-1]
    )
    x, y = -view.half_width * 0.92, -view.half_height * 0.9
    axes.plot([x, x + length], [y, y], color=style.INK, lw=2, solid_capstyle="butt")
    words = f"{number(length)} km"
    axes.text(x, y * 0.96, words, ha="left", va="bottom", fontsize=size)


def _connections(
    axes: Axes, connections: pd.DataFrame, sites: pd.DataFrame, view: View, stops: pd.DataFrame
) -> None:
    """Draw the ways between places, and of one that leaves the panel its end here."""
    at = sites.dropna(subset=["lat", "lon"]).set_index("id")
    numbers = dict(zip(stops["site"], stops["number"], strict=True))
    for link in connections.itertuples():
        ends = [str(link.from_site), str(link.to_site)]
        if not set(ends) <= set(at.index) or not set(numbers) & set(ends):
            continue
        x, y = view.project(at.loc[ends, "lon"].to_numpy(), at.loc[ends, "lat"].to_numpy())
        inside = (abs(x) <= view.half_width) & (abs(y) <= view.half_height)
        line = MODE_LINES.get(str(link.mode), ":")
        if inside.all():
            axes.plot(x, y, line, color=style.SITE_MARK, lw=1.6, zorder=3)
        elif inside.any():
            here = int(inside.argmax())
            other = ends[1 - here]
            place = number(numbers[other]) if other in numbers else str(at.loc[other, "name"])
            words = f"{'to' if here == 0 else 'from'} {place},\nby {link.mode}"
            place_here = (float(x[here]), float(y[here]))
            length = STUB * 2 * view.half_height
            _stub(axes, place_here, length, line, words, leaves=here == 0)


def _stub(
    axes: Axes,
    at: tuple[float, float],
    length: float,
    line: str,
    words: str,
    *,
    leaves: bool,
) -> None:
    """Draw a short upright arrow at a stop, and left of it words on a place off the panel."""
    away = (at[0], at[1] + length)
    start, end = (at, away) if leaves else (away, at)
    axes.annotate(
        "", xy=end, xytext=start, zorder=3,
        arrowprops={
            "arrowstyle": "-|>", "color": style.SITE_MARK, "lw": 1.6, "linestyle": line,
            "shrinkA": 7 if leaves else 0, "shrinkB": 0 if leaves else 7,
        },
    )  # fmt: skip
    axes.text(
        at[0] - length / 5, away[1], words, ha="right", va="top", fontsize=style.SMALL_PT,
        color=style.TEXT, zorder=5,
    )  # fmt: skip


def _label(axes: Axes, row: pd.Series, view: View) -> None:
    (x,), (y,) = view.project(row[["lon"]].to_numpy(float), row[["lat"]].to_numpy(float))
    at = (x + row["dx"] * 2 * view.half_width, y + row["dy"] * 2 * view.half_height)
    if row["kind"] != STOP:
        colour = style.SEA_NAME if row["kind"] == SEA else style.SOFT_TEXT
        text = textwrap.fill(str(row["text"]), LETTERS_OF_A_NAME)
        words = text if row["kind"] == SEA else text.upper()
        axes.text(*at, words, ha="center", va="center", fontsize=style.SMALL_PT, color=colour)
        return
    axes.plot(x, y, "o", color=style.SITE_MARK, ms=12, zorder=4)
    axes.text(
        x, y, number(row["number"]), ha="center", va="center_baseline", color=style.WHITE,
        fontsize=style.SMALL_PT, fontweight="bold", zorder=5,
    )  # fmt: skip
    side = "center" if row["dx"] == 0 else "right" if row["dx"] < 0 else "left"
    axes.text(
        *at, str(row["text"]), ha=side, va="center", fontsize=style.TEXT_PT, fontweight="bold",
        color=style.TEXT, zorder=5,
    )  # fmt: skip


def route_map(
    panels: pd.DataFrame,
    labels: pd.DataFrame,
    sites: pd.DataFrame,
    connections: pd.DataFrame,
    *,
    source_line: str,
    heading: ChartTitle | None = None,
) -> PageBlock:
    """Map of the route with its numbered stops.

    Parameters
    ----------
    panels, labels : pandas.DataFrame
        Results of ``read_panels`` and ``read_labels`` of
        `skytally.figures.route_map_panel_and_label_reader`.
    sites : pandas.DataFrame
        The table ``sites``.
    connections : pandas.DataFrame
        The table ``route_connections``.
    source_line : str
        Title, edition and licence of the book, written into the picture.
    heading : ChartTitle or None
        What the map shows, over the picture.

    Returns
    -------
    PageBlock
        A sentence where no panel has a stop.
    """
    stops = labels[labels["kind"] == STOP]
    if stops.empty:
        return sentence("The route has no map yet.", name="route")
    with mpl.rc_context(style.MPL_RC):
        heights = [style.WIDTH_IN / aspect for aspect in panels["aspect"]]
        inches = (style.WIDTH_IN, sum(heights) + FOOT_IN)
        figure = Figure(figsize=inches, layout="constrained")
        axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
        for place, (_, panel) in zip(axes, panels.iterrows(), strict=True):
            of_panel = labels[labels["panel"] == panel["id"]]
            _panel(place, panel, of_panel, stops, sites, connections)
        key = _key(stops, sites)
        foot = f"{textwrap.fill(key, KEY_LETTERS)}\n{source_line}"
        figure.supxlabel(foot, fontsize=style.SMALL_PT, color=style.SOFT_TEXT)
    named = "; ".join(f"{number(row.number)} {row.text}" for row in stops.itertuples())
    countries = ", ".join(labels.loc[labels["kind"] == COUNTRY, "text"].unique())
    alt = f"Map of the route in {len(panels)} panels. Stops: {named}. Countries named: {countries}."
    caption = CAPTION.format(key=key)
    return picture(figure, name="route", alt=alt, caption=caption, title=heading)


def _key(stops: pd.DataFrame, sites: pd.DataFrame) -> str:
    """Key of the numbers: which places have one, and of what kind they are."""
    kinds = sites.set_index("id")["kind"]
    steps = []
    for step, places in stops.groupby("number"):
        words = dict.fromkeys(kinds[site] for site in places["site"])
        names = listed([str(text) for text in places["text"]])
        steps.append(f"{number(float(step))} {names} ({listed([*words])})")
    return "; ".join(steps)


def _panel(
    axes: Axes,
    panel: pd.Series,
    labels: pd.DataFrame,
    stops: pd.DataFrame,
    sites: pd.DataFrame,
    connections: pd.DataFrame,
) -> None:
    view = View(panel["lat"], panel["lon"], panel["half_width_km"], panel["aspect"])
    axes.set_facecolor(style.SEA)
    draw_land(axes, panel["basemap"], panel["border"], view)
    _connections(axes, connections, sites, view, stops)
    for _, row in labels.iterrows():
        _label(axes, row, view)
    scale_bar(axes, view)
    ends = (view.half_width, view.half_height)
    axes.set(xlim=(-ends[0], ends[0]), ylim=(-ends[1], ends[1]), aspect="equal")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
