"""Chart of calibration: how often stated intervals contained the truth."""

from __future__ import annotations

import textwrap

import holoviews as hv
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from skytally.core import chart_style as style
from skytally.figures.bokeh_charts import frame
from skytally.figures.chart_and_sentence_html_blocks import PageBlock, sentence, show
from skytally.figures.matplotlib_charts import PIXELS_AN_INCH, canvas

SOUND_COVERAGE = (0.85, 0.95)
"""Coverage that an interval stated at 0.90 must have."""
NOMINAL = 0.9
LABEL_LETTERS = 50
"""Letters in a line of a label: as many as a chart of 400 pixels has room for."""
SOUND_COLOUR, UNSOUND_COLOUR = style.SERIES_COLOURS[0], style.SERIES_COLOURS[1]


def _row_height(rows: pd.DataFrame) -> float:
    """Height of a row with its label over it, pixels."""
    lines = max(len(textwrap.wrap(label, LABEL_LETTERS)) for label in rows["label"])
    return 18.0 + 15.0 * lines


def _rows(table: pd.DataFrame) -> pd.DataFrame:
    at_stated = table[table["nominal"] == NOMINAL].reset_index(drop=True)
    label = at_stated["estimator"] + ": " + at_stated["target"]
    setting = at_stated["note"].str.split(";").str[0]
    return at_stated.assign(
        label=label.where(~label.duplicated(keep=False), label + ", " + setting),
        at=np.arange(len(at_stated))[::-1].astype(float),
        inside=at_stated["coverage"].between(*SOUND_COVERAGE),
    )


def _live(rows: pd.DataFrame) -> hv.Overlay:
    tips = [("interval", "@label"), ("held in", "@coverage"), ("of worlds", "@worlds")]
    tips += [("width", "@width @unit"), ("note", "@note")]
    hover = ["label", "coverage", "worlds", "width", "unit", "note"]
    parts: list[hv.Element] = [
        hv.VSpan(*SOUND_COVERAGE).opts(color=style.REFERENCE_GREY, alpha=0.15),
        hv.VLine(NOMINAL).opts(color=style.REFERENCE_GREY, line_width=1, line_dash="dashed"),
    ]
    for inside, colour, marker in (
        (True, SOUND_COLOUR, "circle"),
        (False, UNSOUND_COLOUR, "diamond"),
    ):
        chosen = rows[rows["inside"] == inside]
        parts.append(hv.Segments(chosen, ["low", "at", "high", "at"]).opts(color=colour))
        parts.append(
            chosen.hvplot.scatter(
                x="coverage",
                y="at",
                color=colour,
                marker=marker,
                size=60,
                hover_cols=hover,
                hover_tooltips=tips,
                responsive=True,
            )
        )
    for row in rows.itertuples():
        parts.append(
            hv.Text(
                0.6,
                row.at + 0.12,
                textwrap.fill(row.label, LABEL_LETTERS),
                fontsize=style.SMALL_PT,
            ).opts(color=style.TEXT, text_align="left", text_baseline="bottom")
        )
    return frame(
        hv.Overlay(parts),
        height=round(_row_height(rows)) * len(rows) + 70,
        entries=0,
        xlabel="share of worlds in which the interval held the truth",
        ylabel="",
        yaxis=None,
        xlim=(0.6, 1.01),
        ylim=(-0.6, len(rows)),
        show_legend=False,
    )


def _static(rows: pd.DataFrame) -> Figure:
    figure, axes = canvas(_row_height(rows) / PIXELS_AN_INCH * len(rows) + 0.8)
    axes.axvspan(*SOUND_COVERAGE, color=style.REFERENCE_GREY, alpha=0.15, lw=0)
    axes.axvline(NOMINAL, color=style.REFERENCE_GREY, lw=1, ls="--")
    for inside, colour, marker in ((True, SOUND_COLOUR, "o"), (False, UNSOUND_COLOUR, "D")):
        chosen = rows[rows["inside"] == inside]
        axes.hlines(chosen["at"], chosen["low"], chosen["high"], color=colour, lw=1.5)
        axes.plot(chosen["coverage"], chosen["at"], marker, color=colour, ms=5, ls="")
    for row in rows.itertuples():
        words = textwrap.fill(row.label, LABEL_LETTERS)
        axes.text(0.6, row.at + 0.12, words, fontsize=style.SMALL_PT, va="bottom")
    axes.set_yticks([])
    axes.set_ylim(-0.6, len(rows))
    axes.set_xlim(0.6, 1.01)
    axes.set_xlabel("share of worlds in which the interval held the truth")
    return figure


def calibration_chart(table: pd.DataFrame) -> PageBlock:
    """Chart of how often each interval stated at 0.90 contained the truth.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of ``data/results/calibration.csv``: ``estimator, target, unit, nominal, worlds,
        coverage, low, high, width, note``. Rows stated at another rate are bounds, and are
        left to the table.

    Returns
    -------
    PageBlock
        A sentence where no interval was calibrated.
    """
    rows = _rows(table)
    if rows.empty:
        return sentence("No interval was calibrated yet.", name="coverage")
    caption = (
        "Simulated worlds with known truth. A dot is the share of worlds in which an interval "
        "stated to hold nine times in ten held, its bar the 95 % interval of that share. Grey: "
        "the range a sound interval must fall in. Diamonds fall outside it; where a reason "
        "is known, it stands in the text or in the note of the same row of the table."
    )
    described = "; ".join(f"{row.label}: {row.coverage:.3f}" for row in rows.itertuples())
    return show(
        _live(rows),
        _static(rows),
        name="coverage",
        alt=f"{caption} {len(rows)} marks: {described}.",
        caption=caption,
    )
