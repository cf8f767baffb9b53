"""Chart of the findings that moved: old and new number, each with its interval."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from skytally.core import chart_style as style
from skytally.editions.edition_change_sentences import INSIDE
from skytally.editions.edition_differences import MOVED
from skytally.figures import picture, sentence

MOST_SHOWN = 12
"""Findings in one chart; the table under it has all."""
LABEL_LETTERS = 52
"""Letters in a line of a label: as many as a chart of this width has room for."""
PANEL_INCHES, LINE_INCHES = 0.62, 0.16
"""Height of the marks of a finding with their axis, and of a line of its label."""
OLD, NEW = ("old", style.REFERENCE_GREY, "o"), ("new", style.SERIES_COLOURS[0], "D")
NOTHING = "No finding with a number in one unit moved."


def _ends(finding: Mapping[str, Any]) -> tuple[float, float, float]:
    """Lower end, number or middle, and upper end; NaN where a side is open."""
    low, value, high = (
        math.nan if finding[name] is None else float(finding[name])
        for name in ("low", "value", "high")
    )
    known = [end for end in (low, high) if not math.isnan(end)]
    middle = sum(known) / len(known) if known else math.nan
    return low, middle if math.isnan(value) else value, high


def drawn(changes: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Select the findings that moved and whose old and new number have one unit."""
    return [
        row
        for row in changes
        if row["kind"] == MOVED
        and row["old"]["unit"] == row["new"]["unit"]
        and not any(math.isnan(_ends(row[side])[1]) for side in ("old", "new"))
    ]


def _label(row: Mapping[str, Any]) -> str:
    return "\n".join(
        textwrap.wrap(f"{row['key']} ({row['new']['unit'] or 'no unit'})", LABEL_LETTERS)
    )


def _draw(axes: mpl.axes.Axes, row: Mapping[str, Any]) -> None:
    """Draw one finding: the old number over the new one, with what each says."""
    for height, side, (_, colour, marker) in ((1.0, "old", OLD), (0.0, "new", NEW)):
        low, value, high = _ends(row[side])
        left, right = (value if math.isnan(end) else end for end in (low, high))
        axes.hlines(height, left, right, color=colour, lw=2)
        axes.plot([value], [height], marker, color=colour, ms=5)
        said = textwrap.shorten(row[side]["said"], LABEL_LETTERS, placeholder=" ...")
        axes.annotate(
            f"{side}: {said}", (0.0, height), xycoords=("axes fraction", "data"),
            xytext=(0, 5), textcoords="offset points", fontsize=style.SMALL_PT - 1,
            color=style.TEXT,
        )  # fmt: skip
    axes.set_title(_label(row), fontsize=style.SMALL_PT, loc="left", color=style.TEXT)
    axes.set_ylim(-0.6, 1.9)
    axes.set_yticks([])
    axes.margins(x=0.08)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.tick_params(labelsize=style.SMALL_PT - 1)
    axes.spines["left"].set_visible(False)


def _figure(rows: Sequence[Mapping[str, Any]]) -> Figure:
    lines = sum(_label(row).count("\n") + 1 for row in rows)
    height = len(rows) * 1.6 * PANEL_INCHES + lines * LINE_INCHES
    with mpl.rc_context(style.MPL_RC):
        figure = Figure(figsize=(style.WIDTH_IN, height), layout="constrained")
        for axes, row in zip(figure.subplots(len(rows), squeeze=False)[:, 0], rows, strict=True):
            _draw(axes, row)
    return figure


def _in_words(row: Mapping[str, Any]) -> str:
    where = INSIDE[row["inside"]]
    words = f"{row['key']}: old {row['old']['said']}, new {row['new']['said']}"
    return f"{words}, {where}" if where else words


def moved_numbers_chart(changes: Sequence[Mapping[str, Any]], *, name: str, since: str) -> str:
    """HTML of the chart of the findings that moved.

    Parameters
    ----------
    changes : sequence of mapping
        Changed findings, as `edition_changes` gives them.
    name : str
        Anchor of the chart.
    since : str
        Id of the edition before.

    Returns
    -------
    str
        A static chart with its words, or one sentence where nothing can be drawn.
    """
    found = drawn(changes)
    if not found:
        return sentence(NOTHING, name=name).block
    shown = found[:MOST_SHOWN]
    more = f" The first {len(shown)} of {len(found)} are drawn." if len(found) > len(shown) else ""
    caption = (
        f"Findings whose number moved since edition {since}: old (circle) and new (diamond), each "
        f"on a scale of its own, with its interval as a line.{more}"
    )
    alt = f"{caption} {'; '.join(map(_in_words, shown))}."
    return picture(_figure(shown), name=name, alt=alt, caption=caption).block
