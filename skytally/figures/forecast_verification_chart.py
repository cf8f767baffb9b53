"""Chart that verifies forecasts: each interval, and the number that was published after it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import holoviews as hv
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from skytally.core import chart_style as style, number, with_unit
from skytally.figures.bokeh_charts import frame
from skytally.figures.chart_and_sentence_html_blocks import PageBlock, sentence, show
from skytally.figures.matplotlib_charts import canvas

HELD_COLOUR, MISSED_COLOUR = style.SERIES_COLOURS[0], style.SERIES_COLOURS[1]
TICKS = (0, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)
AXIS = "number published (logarithmic scale, from 0)"


def _at(value: float) -> float:
    """Place of a number on an axis that is logarithmic and yet has a 0."""
    return math.log10(1 + value)


def _rows(table: pd.DataFrame, said: Mapping[str, str]) -> pd.DataFrame:
    scored = table[table["target"] != ""].reset_index(drop=True)
    ends = {"low": "predicted_low", "median": "predicted_median", "high": "predicted_high"}
    places = {
        name: scored[column].astype(float).map(_at)
        for name, column in {**ends, "seen": "observed"}.items()
    }
    over = scored["days"].map(lambda days: f", over {number(float(days))} days" if days else "")
    label = scored["month"] + " " + scored["line"] + ", " + scored["target"] + over
    words = [
        f"{number(float(low))} to {number(float(high))}"
        for low, high in zip(scored["predicted_low"], scored["predicted_high"], strict=True)
    ]
    return scored.assign(
        **places,
        label=label,
        words=words,
        said=[
            said.get(target) or with_unit(number(float(seen)), float(seen), unit)
            for target, seen, unit in zip(
                scored["target"], scored["observed"], scored["unit"], strict=True
            )
        ],
        at=np.arange(len(scored))[::-1].astype(float),
        held=scored["covered"] == "yes",
    )


def _ticks(rows: pd.DataFrame) -> list[tuple[float, str]]:
    top = rows[["high", "seen"]].to_numpy().max()
    return [(_at(tick), f"{tick:,}") for tick in TICKS if _at(tick) <= top]


def _live(rows: pd.DataFrame) -> hv.Overlay:
    tips = [("month end", "@month"), ("line", "@line"), ("row", "@target")]
    tips += [("published", "@published"), ("interval", "@words"), ("number", "@said")]
    hover = ["month", "line", "target", "published", "words", "said"]
    parts: list[hv.Element] = []
    for held, colour, marker in ((True, HELD_COLOUR, "circle"), (False, MISSED_COLOUR, "diamond")):
        chosen = rows[rows["held"] == held]
        parts.append(hv.Segments(chosen, ["low", "at", "high", "at"]).opts(color=colour))
        parts.append(
            chosen.hvplot.scatter(
                x="seen", y="at", color=colour, marker=marker, size=60, hover_cols=hover,
                hover_tooltips=tips, responsive=True,
            )
        )  # fmt: skip
    parts += [
        hv.Text(0.0, row.at + 0.42, row.label, fontsize=style.SMALL_PT).opts(
            color=style.TEXT, text_align="left", text_baseline="middle"
        )
        for row in rows.itertuples()
    ]
    return frame(
        hv.Overlay(parts),
        height=34 * len(rows) + 80,
        entries=0,
        xlabel=AXIS,
        ylabel="",
        xticks=_ticks(rows),
        yaxis=None,
        ylim=(-0.6, len(rows)),
        show_legend=False,
    )


def _static(rows: pd.DataFrame) -> Figure:
    figure, axes = canvas(0.36 * len(rows) + 0.8)
    for held, colour, marker in ((True, HELD_COLOUR, "o"), (False, MISSED_COLOUR, "D")):
        chosen = rows[rows["held"] == held]
        axes.hlines(chosen["at"], chosen["low"], chosen["high"], color=colour, lw=1.5)
        axes.plot(chosen["seen"], chosen["at"], marker, color=colour, ms=5, ls="")
    for row in rows.itertuples():
        axes.text(0.0, row.at + 0.42, row.label, fontsize=style.SMALL_PT, va="center")
    axes.set_yticks([])
    axes.set_ylim(-0.6, len(rows))
    places, labels = zip(*_ticks(rows), strict=True)
    axes.set_xticks(places, labels)
    axes.set_xlabel(AXIS)
    return figure


def _listed(rows: pd.DataFrame) -> str:
    """Label and number of each forecast, as the chart shows them."""
    return "; ".join(f"{row.label}: {row.said}" for row in rows.itertuples())


def foresight_chart(table: pd.DataFrame, said: Mapping[str, str]) -> PageBlock:
    """Chart of the forecasts that were scored.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of ``data/results/foresight.csv``.
    said : mapping of str to str
        Row of the record to its number in words, as the source words it.

    Returns
    -------
    PageBlock
        A sentence where nothing was scored.
    """
    rows = _rows(table, said) if len(table) else table
    if rows.empty:
        return sentence("No forecast has been scored yet.", name="foresight")
    missed = int((~rows["held"]).sum())
    caption = (
        "A bar is the interval that was to hold the next number nine times in ten, from what "
        "had been published by the end of the month; the mark on its line is the number that "
        "was published in the month after, a diamond where the interval missed it. Rows of "
        "the record name the source and the counter."
    )
    return show(
        _live(rows),
        _static(rows),
        name="foresight",
        alt=f"{caption} {len(rows)} forecasts, of which {missed} missed: {_listed(rows)}.",
        caption=caption,
    )
