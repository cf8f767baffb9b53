"""Detection limits, drawn: how often things of known size were found, and the sentence of it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import holoviews as hv
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from skytally.figures.live import frame
from skytally.figures.marks import COLOURS, LIVE_MARKERS, STATIC_MARKERS
from skytally.figures.show import Shown, show
from skytally.figures.spans import nothing_to_draw
from skytally.figures.static import canvas
from skytally.figures.tables import table_shown

WANTED = 0.9
DASHES = ("solid", "dashed", "dotted", "dashdot")
"""Beside the markers, which alone tell more contrasts apart than there are dashes."""
DODGE = 0.012
"""Share of the sizes' range by which the marks of one contrast stand beside those of the next."""
COLUMNS = {
    "size": "size", "contrast": "contrast", "looks": "looks", "found": "found",
    "something": "something, no number", "recall": "recall", "low": "low", "high": "high",
    "bias": "bias", "bias_low": "5 % of it", "bias_high": "95 % of it",
}  # fmt: skip


def _curves(table: pd.DataFrame) -> Iterator[tuple[str, str, str, str, str, pd.DataFrame]]:
    """Give name, colour, markers, dash and marks of each contrast, set a little apart."""
    tried = table[table["size"] > 0]
    step = DODGE * float(np.ptp(tried["size"]) or 1.0)
    contrasts = sorted(tried["contrast"].unique())
    for i, contrast in enumerate(contrasts):
        rows = tried[tried["contrast"] == contrast].sort_values("size")
        x = rows["size"] + step * (i - (len(contrasts) - 1) / 2.0)
        words = [
            f"{row.found} of {row.looks} found ({row.low:.2f} to {row.high:.2f})"
            for row in rows.itertuples()
        ]
        yield (
            f"contrast {contrast:+g}",
            COLOURS[i],
            LIVE_MARKERS[i],
            STATIC_MARKERS[i],
            DASHES[i % len(DASHES)],
            rows.assign(x=x, said=words),
        )


def _live(table: pd.DataFrame, xlabel: str, heading: str) -> hv.Overlay:
    parts: list[hv.Element] = [
        hv.HLine(WANTED).opts(color="#5b5b5b", line_width=1, line_dash="dashed")
    ]
    curves = list(_curves(table))
    for name, colour, marker, _, dash, rows in curves:
        parts.append(
            hv.Curve(rows, "x", "recall", label=name).opts(
                color=colour, line_dash=dash, line_width=1.5
            )
        )
        parts.append(hv.Segments(rows, ["x", "low", "x", "high"]).opts(color=colour, line_width=2))
        parts.append(
            rows.hvplot.scatter(
                x="x", y="recall", color=colour, marker=marker, size=60, label=name,
                hover_cols=["size", "said"], responsive=True,
                hover_tooltips=[("size", "@size"), ("found", "@said")],
            )
        )  # fmt: skip
    return frame(
        hv.Overlay(parts),
        height=300,
        entries=len(curves),
        xlabel=xlabel,
        ylabel="share of looks in which it was found",
        ylim=(-0.05, 1.08),
        title=heading,
        fontsize={"title": 9},
    )


def _static(table: pd.DataFrame, xlabel: str, heading: str) -> Figure:
    figure, axes = canvas(3.2)
    axes.axhline(WANTED, color="#5b5b5b", lw=1, ls="--")
    for name, colour, _, marker, dash, rows in _curves(table):
        axes.plot(
            rows["x"], rows["recall"], marker, color=colour, ls=dash, ms=5, lw=1.2, label=name
        )
        axes.vlines(rows["x"], rows["low"], rows["high"], color=colour, lw=1.5)
    axes.set_ylim(-0.05, 1.08)
    axes.set_title(heading, fontsize=10)
    axes.set_xlabel(xlabel)
    axes.set_ylabel("share of looks in which it was found")
    axes.legend(fontsize=7, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
    return figure


def limits_chart(
    table: pd.DataFrame, *, title: str, xlabel: str, sentence: str, files: list[str] | None = None
) -> Shown:
    """Show a detection limit: one plain sentence, and the curve and the numbers behind it.

    Parameters
    ----------
    table : pandas.DataFrame
        From `skytally.detection.limits`; the row of size 0 holds the looks called occupied with
        nothing put in.
    title : str
        What is measured, by which sensor.
    xlabel : str
        The axis of sizes, with its unit.
    sentence : str
        The limit in words.
    files : list of str or None
        Download files.

    Returns
    -------
    Shown
        Where any look was made up, the title begins with *Simulated*; a sentence where
        nothing was tried.
    """
    if table.empty:
        return nothing_to_draw(f"{title}: nothing was tried, so no limit is known.")
    simulated = bool(table["simulated"].any())
    heading = f"Simulated: {title}" if simulated else title
    caption = (
        f"{heading}. Share of looks in which what was put in was found, with 90 percent intervals; "
        "marks of one size stand side by side. Dashed: nine of ten."
    )
    name = re.sub("[^a-z0-9]+", "-", f"limits {heading}".lower()).strip("-")
    chart = show(
        _live(table, xlabel, heading), _static(table, xlabel, heading), name=name,
        alt=f"{caption} {sentence}", caption=caption, files=files,
    )  # fmt: skip
    shown = table[list(COLUMNS)].rename(columns=COLUMNS).astype(object)
    numbers = table_shown(
        shown.where(table[list(COLUMNS)].notna().to_numpy(), ""),
        caption=f"{heading}: all sizes and contrasts tried", empty="Nothing was tried.",
    )  # fmt: skip
    block = (
        f'<section class="sk-card"><p><strong>{html.escape(heading)}.</strong> '
        f"{html.escape(sentence)}</p><details><summary>The curve and the numbers behind it"
        f"</summary>{chart.block}{numbers.block}</details></section>"
    )
    return Shown(block, f"{heading}. {sentence}")
