"""Chart of the findings that moved: old and new number, each with its interval."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
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
"""Findings in one picture, which fits a screen or two; more stand in the next one."""
LABEL_LETTERS = 52
"""Letters in a line of a label: as many as a chart of this width has room for."""
PANEL_INCHES, LINE_INCHES = 0.62, 0.16
"""Height of the marks of a finding with their axis, and of a line of its label."""
ARROW_PT = 26
"""Length of the arrow at an open side, in points."""
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


def by_unit(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Sort findings so that those of one unit stand together, the most frequent unit first.

    Examples
    --------
    >>> rows = [{"key": key, "new": {"unit": unit}} for key, unit in ("ad", "bs", "cd")]
    >>> [row["key"] for row in by_unit(rows)]
    ['a', 'c', 'b']
    """
    often = Counter(row["new"]["unit"] for row in rows)
    return sorted(
        rows, key=lambda row: (-often[row["new"]["unit"]], row["new"]["unit"], row["key"])
    )


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
        for end, way in ((low, -1), (high, 1)):
            if math.isnan(end):
                axes.annotate(
                    "", (value, height), xytext=(way * ARROW_PT, 0), textcoords="offset points",
                    arrowprops={"arrowstyle": "<-", "color": colour, "lw": 2},
                )  # fmt: skip
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
    axes.xaxis.set_major_locator(MaxNLocator(2))
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


def moved_numbers_charts(
    changes: Sequence[Mapping[str, Any]], *, name: str, since: str
) -> list[str]:
    """HTML of the charts of the findings that moved, in pictures of a few each.

    Parameters
    ----------
    changes : sequence of mapping
        Changed findings, as `edition_changes` gives them.
    name : str
        Anchor of the first picture; the next have it with their number.
    since : str
        Id of the edition before.

    Returns
    -------
    list of str
        Static pictures with their words, all findings that can be drawn among them and those of
        one unit together, or one sentence where nothing can be drawn.
    """
    found = by_unit(drawn(changes))
    if not found:
        return [sentence(NOTHING, name=name).block]
    parts = range(0, len(found), MOST_SHOWN)
    others = sum(row["kind"] == MOVED for row in changes) - len(found)
    apart = f" Not drawn, but in the table: {others} whose unit changed or whose number is a day."
    blocks = []
    for number, start in enumerate(parts, 1):
        shown = found[start : start + MOST_SHOWN]
        units = ", ".join(dict.fromkeys(row["new"]["unit"] or "no unit" for row in shown))
        place = f", part {number} of {len(parts)} ({units})" if len(parts) > 1 else ""
        caption = (
            f"Findings whose number moved since edition {since}{place}: old (circle) and new "
            "(diamond), each on a scale of its own, with its interval as a line. "
            "An arrow is a bound: the number may lie anywhere beyond it."
            f"{apart if others and number == len(parts) else ''}"
        )
        alt = f"{caption} {'; '.join(map(_in_words, shown))}."
        anchor = name if number == 1 else f"{name}-{number}"
        blocks.append(picture(_figure(shown), name=anchor, alt=alt, caption=caption).block)
    return blocks
