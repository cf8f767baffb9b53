"""Chart of calls and voyages a month: each count over its period, at the rate that it comes to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from skytally.core import chart_style as style, when
from skytally.figures.chart_and_sentence_html_blocks import PageBlock, picture, sentence
from skytally.figures.chart_titles_from_findings import ChartTitle
from skytally.figures.counter_names_and_colours import counter_colour, counter_labels
from skytally.figures.matplotlib_charts import dated
from skytally.statistics import rate_text

SIZE_IN = (style.WIDTH_IN, 4.2)
KEY_COLUMNS = 3
CALLS_AT_A_PORT = ("calls", "calls per month", "ships", "ships per week")
"""Units drawn with a full line; voyages, whose unit is another, are dashed."""
ARROW, ROOM, FILL, LEAST_HEIGHT = 0.45, 0.8, 0.18, 0.06
"""Length of an arrow and room over the highest rate, a month; opacity; least height of a bar."""
NO_RATE = "No count in the record gives a rate a month yet."


def rate_words(row: pd.Series) -> str:
    """One bar in words, for the alternative text.

    Examples
    --------
    >>> day = pd.Timestamp("2024-01-01")
    >>> rate_words(pd.Series({"counter": "VOA", "per_month_low": 9.0, "per_month_high": 9.0,
    ...     "unit": "calls", "date_first": day, "date_last": pd.Timestamp("2024-01-31"),
    ...     "precision_first": "month", "precision_last": "month"}))
    'VOA, January 2024: 9 a month (calls)'
    """
    low, high = row["per_month_low"], row["per_month_high"]
    rate = rate_text((low, math.inf if math.isnan(high) else high))
    ends = row[["date_first", "date_last", "precision_first", "precision_last"]]
    return f"{row['counter']}, {when(*ends)}: {rate} a month ({row['unit']})"


def call_rate_chart(
    rates: pd.DataFrame,
    *,
    name: str,
    caption: str,
    source_line: str,
    heading: ChartTitle | None = None,
) -> PageBlock:
    """Draw a bar a count: its period from left to right, its rate a month from low to high.

    Parameters
    ----------
    rates : pandas.DataFrame
        A row a count with ``counter_id``, ``counter``, ``unit``, ``per_month_low``,
        ``per_month_high`` (NaN where the count is a lower bound) and the days and precisions of
        its period.
    name : str
        Anchor of the chart.
    caption, source_line : str
        Under the picture, and written into it.
    heading : ChartTitle or None
        What the chart shows as its result, over the picture.

    Returns
    -------
    PageBlock
        A sentence where there is no count.
    """
    if rates.empty:
        return sentence(NO_RATE, name=name)
    with mpl.rc_context(style.MPL_RC):
        figure = Figure(figsize=SIZE_IN, layout="constrained")
        axes = figure.subplots()
        for _, row in rates.iterrows():
            first, last = mpl.dates.date2num([row["date_first"], row["date_last"]])
            low, high = row["per_month_low"], row["per_month_high"]
            colour = counter_colour(row["counter_id"])
            calls = row["unit"] in CALLS_AT_A_PORT
            line: Literal["-"] | tuple[float, Sequence[float]] = "-" if calls else (0, (3, 1.5))
            if math.isnan(high):
                middle = (first + last) / 2
                axes.hlines(low, first, last, color=colour, lw=1.6, linestyles=line)
                axes.vlines(middle, low, low + ARROW, color=colour, lw=1.2, ls=":")
                axes.plot(middle, low + ARROW, "^", color=colour, ms=4)
                continue
            height = max(high - low, LEAST_HEIGHT)
            box = (first, (low + high - height) / 2), last - first, height
            axes.add_patch(Rectangle(*box, color=colour, alpha=FILL, lw=0))
            axes.add_patch(Rectangle(*box, ec=colour, fc="none", lw=1.2, ls=line))
        tops = rates["per_month_high"].fillna(rates["per_month_low"] + ARROW)
        axes.set_ylim(0, float(tops.max()) + ROOM)
        ends = mpl.dates.date2num([rates["date_first"].min(), rates["date_last"].max()])
        axes.set_xlim(ends[0] - 15, ends[1] + 15)
        axes.set_ylabel("calls, ships or voyages a month")
        dated(axes)
        labels = counter_labels()
        shown = rates.drop_duplicates("counter_id")
        key = [
            Line2D(
                [], [], lw=3, color=labels[counter].colour, label=labels[counter].series
            )
            for counter in shown["counter_id"]
            if counter in labels
        ]  # fmt: skip
        figure.legend(
            handles=key, loc="outside upper center", ncols=KEY_COLUMNS, frameon=False,
            fontsize=style.SMALL_PT, columnspacing=0.8, borderpad=0,
        )  # fmt: skip
        figure.supxlabel(source_line, fontsize=style.SMALL_PT, color=style.SOFT_TEXT)
    listed = "; ".join(rate_words(row) for _, row in rates.iterrows())
    alt = f"Calls, ships or voyages a month, by count and period. {listed}."
    return picture(figure, name=name, alt=alt, caption=caption, title=heading)
