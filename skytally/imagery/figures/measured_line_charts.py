"""Charts of lines measured on images: each observation, and each image without one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import holoviews as hv
import matplotlib as mpl
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from skytally.core import (
    Quantity,
    chart_style as style,
    day,
    evidence_line_name_constants as n,
    interval,
    limits,
    number,
    when,
)
from skytally.figures import (
    PageBlock,
    alt_text,
    bokeh_charts,
    matplotlib_charts,
    series_styles,
    show,
    top_of,
    value_marks,
)
from skytally.imagery.acquire import REHEARSAL, rehearsal_marked
from skytally.imagery.figures.coverage_lane_drawing import draw_boxes, no_chart
from skytally.imagery.figures.observation_rug_and_longest_gap import (
    CONCLUSIVE,
    INCONCLUSIVE,
    LOST,
    STYLES,
    TIPS,
    Span,
    blind_gap,
    gap_length,
    gap_text,
    rug_rows,
    rug_ticks,
)
from skytally.imagery.figures.sensor_break_marks import (
    bokeh_breaks,
    breaks_text,
    mpl_breaks,
    numbered_breaks,
)
from skytally.imagery.measure import UNIT_WORDS

SIMULATED = "simulated"
"""Label of looks at a made-up scene with known truth."""
TITLE_OF_LABEL = {
    REHEARSAL: "REHEARSAL: generated ground, no observation",
    SIMULATED: "SIMULATED: simulated images, no observation",
}
GAP_STYLE = {"blind": (style.FAINT, style.EDGE_GREY, "/")}
GAP_TIPS = [("blind for", "@said"), ("dates", "@when")]
STEP = 0.07
"""Unit of the layout above and below the numbers, as a share of the highest."""
EDGE = 0.15
"""Share of the period at either end within which the words of the gap are aligned inwards."""
MARGIN = 0.015
"""Share of the period left free at either end, so that no mark is cut."""
MARKS_LEGEND = (
    "Filled marks: counted, each bar an interval of about 90 percent; open circles: nothing "
    "seen, each bar up to what may have been missed."
)


def _with_interval(row: Mapping[str, Any], unit: str) -> str:
    """Value of an observation with its interval, in words."""
    if row["state"] not in (n.COUNTED, n.NOTHING_SEEN):
        return str(row["said"])
    low, high = (float(f"{row[end]:.3g}") for end in ("lo", "hi"))
    if row["state"] == n.NOTHING_SEEN and high == 0:
        return "nothing found"
    if row["state"] == n.NOTHING_SEEN:
        return f"nothing found; up to {interval(high, high, unit)} may have been missed"
    return f"{row['said']} ({interval(low, high, unit)})"


def _measured(lines: Mapping[str, xr.Dataset]) -> pd.DataFrame:
    """All marks of observations of something or nothing; the rug holds the others."""
    keys = {f"line-{i}": title for i, title in enumerate(lines)}
    table = value_marks(dict(zip(keys, lines.values(), strict=True)), keys)
    table = table[table["state"] != n.UNCLEAR].reset_index(drop=True)
    unit = next(iter(lines.values()))[n.VALUE].attrs["unit"]
    unit = UNIT_WORDS.get(unit, unit)
    return table.assign(said=[_with_interval(row, unit) for row in table.to_dict("records")])


def _published(rows: pd.DataFrame | None) -> pd.DataFrame:
    """All marks of published counts; rows without number or date have none."""
    made = []
    words = dict.fromkeys(("bound", "unit", "wording", "id", "source_id", "scope", "text"), "")
    wanted = dict.fromkeys([*words, "precision_first", "precision_last"])
    given = pd.DataFrame() if rows is None else rows
    given = given.reindex(columns=[*dict.fromkeys([*given.columns, *wanted])])
    for row in given.astype(dict.fromkeys(words, object)).fillna(words).to_dict("records"):
        first, last = (pd.Timestamp(row[side]) for side in ("date_first", "date_last"))
        first, last = (last if pd.isna(first) else first), (first if pd.isna(last) else last)
        least, most = limits(
            Quantity(row["value"], row["low"], row["high"], row["bound"], row["unit"])
        )
        if pd.isna(first) or (pd.isna(row["value"]) and pd.isna(least)):
            continue
        exact = [
            "day" if pd.isna(row[side]) else row[side]
            for side in ("precision_first", "precision_last")
        ]
        made.append(
            {
                "x": first + (last - first) / 2, "x0": first, "x1": last,
                "y": row["value"], "lo": least, "hi": most,
                "series": f"published: {row['counter']}", "counter": row["counter"],
                "state": n.STATED,
                "when": when(first, last, *exact), "said": row["said"],
                "bound": row["bound"] or "none", "who": row["counter"], "where": row["scope"],
                "seen": row["text"], "source": row["source_id"], "row": row["id"],
            }
        )  # fmt: skip
    return pd.DataFrame(made)


def chart_label(lines: Mapping[str, xr.Dataset], looks: pd.DataFrame, *, rehearsal: bool) -> str:
    """Label that a chart must carry: of a rehearsal, of simulated images, or none."""
    if rehearsal:
        return REHEARSAL
    simulated = any(line.attrs.get("label") == SIMULATED for line in lines.values())
    return SIMULATED if simulated or (looks["label"] == SIMULATED).any() else ""


def with_label(words: str, label: str) -> str:
    """Caption with its label in front; an unknown label counts as a rehearsal."""
    if label == SIMULATED:
        return f"SIMULATED, simulated images and no observation: {words}"
    return rehearsal_marked(words, rehearsal=label != "")


class _Layout:
    """Positions of the parts of a chart, in its unit and on its axis of time."""

    def __init__(self, table: pd.DataFrame, period: Span, gap: Span | None) -> None:
        self.period = period
        self.top = top_of(table) if len(table) else 1.0
        self.step = STEP * self.top
        lowest = table["lo"].min() if len(table) else 0.0
        crossed = bool(len(table) and (table["y"].isna() & table["lo"].isna()).any())
        under = min(0.0, lowest if np.isfinite(lowest) else 0.0) - (1 + crossed) * self.step
        self.rows = {
            kind: under - i * self.step for i, kind in enumerate((CONCLUSIVE, INCONCLUSIVE, LOST))
        }
        self.ends = (under - 2.6 * self.step, self.top + 3.2 * self.step)
        at = mpl.ticker.MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(0.0, self.top)
        shown = [float(tick) for tick in at if 0 <= tick <= self.top + self.step]
        self.ticks = [(tick, number(tick)) for tick in shown]
        self.ticks += [(-self.step, "no number")] if crossed else []
        self.ticks += [(y, kind) for kind, y in self.rows.items()]
        self.gap = pd.DataFrame() if gap is None else self._gap(gap)

    def _gap(self, gap: Span) -> pd.DataFrame:
        middle = gap[0] + (gap[1] - gap[0]) / 2
        share = (middle - self.period[0]) / (self.period[1] - self.period[0])
        side = "left" if share < EDGE else "right" if share > 1 - EDGE else "center"
        x = {"left": gap[0], "right": gap[1], "center": middle}[side]
        row = {
            "kind": "blind", "lane": "", "state": "", "why": "", "said": gap_length(gap),
            "when": f"{day(gap[0])} to {day(gap[1])}", "x": x, "side": side, "x0": gap[0],
            "x1": gap[1], "y0": self.ends[0], "y1": self.top + self.step,
        }  # fmt: skip
        return pd.DataFrame([row])


def _gap(axes: mpl.axes.Axes, layout: _Layout) -> list[hv.Element]:
    """Draw the longest gap with its length over it, where there is one."""
    if layout.gap.empty:
        return []
    row = layout.gap.iloc[0]
    words, y = f"blind for {row['said']}", layout.top + 1.5 * layout.step
    axes.text(row["x"], y, words, ha=row["side"], va="center", fontsize=style.SMALL_PT)
    text = hv.Text(row["x"], y, words, fontsize=style.TEXT_PT).opts(
        color=style.TEXT, text_align=row["side"], text_baseline="middle"
    )
    return [*draw_boxes(axes, layout.gap, GAP_STYLE, GAP_TIPS), text]


def _draw(
    table: pd.DataFrame,
    names: list[str],
    rugged: pd.DataFrame,
    breaks: pd.DataFrame,
    layout: _Layout,
    *,
    ylabel: str,
    label: str,
) -> tuple[hv.Overlay, Figure]:
    """Draw both figures from the same marks."""
    order = dict(zip(names, range(len(names)), strict=True))
    styles = series_styles(table.sort_values("series", key=lambda each: each.map(order)))
    figure, axes = matplotlib_charts.canvas(4.3)
    figure.set_dpi(style.RASTER_DPI)
    parts = _gap(axes, layout)
    parts += draw_boxes(
        axes, rug_ticks(rugged, layout.period, layout.rows, 0.36 * layout.step), STYLES, TIPS
    )
    for name, look in styles.items():
        of_name = table[table["series"] == name]
        both: dict[str, Any] = {"step": layout.step, "colour": look.colour}
        parts += bokeh_charts.series(of_name, marker=look.live, label=look.name, **both)
        matplotlib_charts.series(axes, of_name, marker=look.static, **both)
    parts += bokeh_breaks(breaks, bottom=layout.ends[0], top=layout.top + 2.1 * layout.step)
    mpl_breaks(axes, breaks)
    edge = (layout.period[1] - layout.period[0]) * MARGIN
    xlim = (layout.period[0] - edge, layout.period[1] + edge)
    axes.set(ylabel=ylabel, ylim=layout.ends, xlim=xlim)
    axes.set_yticks([y for y, _ in layout.ticks], [words for _, words in layout.ticks])
    matplotlib_charts.dated(axes)
    if styles:
        matplotlib_charts.legend_below(figure, matplotlib_charts.series_handles(styles))
    if label:
        axes.set_title(TITLE_OF_LABEL[label], fontsize=style.TITLE_PT, pad=14)
    chart = bokeh_charts.frame(
        hv.Overlay(parts), height=440, entries=len(names), xlabel="", ylabel=ylabel,
        yticks=layout.ticks, xlim=xlim, ylim=layout.ends, title=TITLE_OF_LABEL.get(label, ""),
        fontsize={"title": style.TEXT_PT},
    )  # fmt: skip
    return chart, figure


def _legend(
    table: pd.DataFrame, rugged: pd.DataFrame, gap: tuple[Span | None, int], *, published: bool
) -> str:
    """Explanation of the marks, the ticks and the shading, with their numbers."""
    counts = rugged["kind"].value_counts()
    words = [MARKS_LEGEND]
    if (table["state"] == n.SOMETHING_SEEN).any():
        words.append("Crosses below zero: something is there, and no number can be given.")
    if published:
        words.append("Published counts are marks of their own, by their own rules, not joined.")
    counted = (
        f"{kind}, {number(int(counts.get(kind, 0)))}" for kind in (CONCLUSIVE, INCONCLUSIVE, LOST)
    )
    words.append(f"Ticks below, one an image, dark, hollow and grey: {'; '.join(counted)}.")
    words.append(f"{'Shaded' if gap[1] == 1 else 'No gap is shaded'}: {gap_text(*gap)}.")
    return " ".join(words)


def measured_chart(
    lines: Mapping[str, xr.Dataset],
    looks: pd.DataFrame,
    breaks: pd.DataFrame,
    *,
    name: str,
    ylabel: str,
    period: tuple[str, str],
    published: pd.DataFrame | None = None,
    gap: tuple[pd.Timestamp, pd.Timestamp] | None = None,
    left_out: Mapping[str, str] = MappingProxyType({}),
    rehearsal: bool,
    caption: str,
    files: list[str] | None = None,
) -> PageBlock:
    """Chart of the observations of a place, with every image that was inconclusive or lost.

    Parameters
    ----------
    lines : mapping of str to xarray.Dataset, dims (time)
        Measured lines of one unit by title, from
        `skytally.imagery.measure.observation_and_evidence_line.observation_line`.
    looks : pandas.DataFrame
        Rows of the looks table of this site and sensor, which may be none.
    breaks : pandas.DataFrame
        The break register.
    name : str
        Anchor of the figure.
    ylabel : str
        Label of the vertical axis, with the unit.
    period : tuple of str
        (first, last) day drawn, both included.
    published : pandas.DataFrame or None
        Rows of the record of the same scope: ``date_first, date_last, value, low, high,
        counter, said``, and where there ``bound, unit, id, source_id, scope, text``.
    gap : tuple of pandas.Timestamp or None
        The gap to shade; without it the longest between two looks that could tell, where one
        is longer than all others.
    left_out : mapping of str to str
        Looks that are stored here and were not measured, by name, with the reason.
    rehearsal : bool
        Whether any look is of generated ground.
    caption : str
        What is shown; what the marks mean is added.
    files : list of str or None
        Download files.

    Returns
    -------
    PageBlock
        A sentence where no look lies within the period.
    """
    span = (pd.Timestamp(period[0]), pd.Timestamp(period[1]) + pd.Timedelta(days=1))
    label = chart_label(lines, looks, rehearsal=rehearsal)
    rugged = rug_rows(lines, looks, span, left_out=left_out)
    if rugged.empty or not lines:
        words = f"No image between {day(span[0])} and {day(pd.Timestamp(period[1]))} was measured."
        return no_chart(with_label(words, label))
    given = _published(published)
    table = pd.concat([_measured(lines), given], ignore_index=True)
    table = table[(table["x"] >= span[0]) & (table["x"] < span[1])].reset_index(drop=True)
    names = [name for name in [*lines, *given.get("series", [])] if name in set(table["series"])]
    longest = blind_gap(rugged) if gap is None else (gap, 1)
    shaded = longest[0] if longest[1] == 1 else None
    marked_breaks = numbered_breaks(breaks, span)
    chart, figure = _draw(
        table, list(dict.fromkeys(names)), rugged, marked_breaks, _Layout(table, span, shaded),
        ylabel=ylabel, label=label,
    )  # fmt: skip
    parts = _legend(table, rugged, longest, published=bool(len(given)))
    labelled_caption = with_label(f"{caption} {parts}{breaks_text(marked_breaks)}", label)
    alt = alt_text(table, subject=labelled_caption)
    return show(chart, figure, name=name, alt=alt, caption=labelled_caption, files=files)
