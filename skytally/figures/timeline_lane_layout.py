"""Layout of lanes over time: where names, marks and words of each lane stand, for both figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from skytally.core import chart_style as style
from skytally.figures.label_placement import LETTER, Align, MarkLabel
from skytally.figures.name_wrapping import name_width, wrapped_name
from skytally.figures.series_styling import shared_colour

LANE_LETTERS = 46
"""Letters in a line of the name of a lane: as many as a chart of 400 pixels has room for."""
NAME_LINE, MARK_LINE, LANE_GAP = 15.0, 16.0, 7.0
"""Height of a line of a name, of a line of marks and of the space between lanes, pixels."""
EDGE, ARROW = 0.03, 0.07
"""Room beside the first and the last mark, and length of an arrow, as shares of the time drawn."""
LEAST_WIDTH, MOST_ROOM = 320.0, 0.6
"""Width of the plot of a chart on a telephone, pixels, and the most of it that a number takes."""
BESIDE_MARK = 9.0
"""Distance of words from their mark, pixels."""
NUMBERLESS = "no number"
DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class LaneLayout:
    """Places of all that a chart of lanes draws, its heights in pixels below the top."""

    marks: pd.DataFrame
    """The marks, with ``y``."""
    names: Sequence[tuple[float, str]]
    """Height of the middle of the name of each lane, and its lines."""
    rules: Sequence[float]
    """Heights of the lines on which marks stand."""
    words: Sequence[MarkLabel]
    """Numbers at marks."""
    ends: tuple[pd.Timestamp, pd.Timestamp]
    """First and last day of the axis."""
    arrow: pd.Timedelta
    """Length of an arrow."""
    bottom: float
    """Height of the lower end."""


def lane_layout(table: pd.DataFrame, *, order: Sequence[str], numbered: bool) -> LaneLayout:
    """Places of names, marks and words of lanes.

    Parameters
    ----------
    table : pandas.DataFrame
        Result of `skytally.figures.chart_mark_tables.lane_marks`.
    order : sequence of str
        Lanes from top to bottom; a lane may be empty.
    numbered : bool
        Whether each mark stands on a line of its own with its number beside it.

    Returns
    -------
    LaneLayout
    """
    top, names, rules, parts = 0.0, [], [], []
    for lane in order:
        rows = table[table["lane"] == lane]
        lines = wrapped_name(lane, LANE_LETTERS)
        tall = NAME_LINE * (lines.count("\n") + 1)
        names.append((top - tall / 2, lines))
        count = max(1, len(rows)) if numbered else 1
        places = [top - tall - MARK_LINE * (i + 0.5) for i in range(count)]
        rules += places
        heights = places[: len(rows)] if numbered else places * len(rows)
        parts.append(rows.assign(y=heights, colour=shared_colour(rows["counter"])))
        top -= tall + MARK_LINE * count + LANE_GAP
    marks = pd.concat(parts)
    ends, arrow, words = _numbers(marks) if numbered else (*_ends(marks), [])
    return LaneLayout(marks, names, rules, words, ends, arrow, top)


def _ends(marks: pd.DataFrame) -> tuple[tuple[pd.Timestamp, pd.Timestamp], pd.Timedelta]:
    """Return the ends of the axis with room for arrows, and the length of an arrow."""
    first, last = marks["x0"].min(), marks["x1"].max()
    span = max(last - first, pd.Timedelta(days=3))
    arrow = span * ARROW
    left = min(first, *(marks["x0"][marks["open_start"]] - arrow), first)
    right = max(last, *(marks["x1"][marks["open_end"]] + arrow), last)
    return (left - span * EDGE, right + span * EDGE), arrow


def _numbers(
    marks: pd.DataFrame,
) -> tuple[tuple[pd.Timestamp, pd.Timestamp], pd.Timedelta, list[MarkLabel]]:
    """Return the ends of the axis with room for numbers, the length of an arrow, and the numbers.

    A number stands to the right of its mark, or to its left where only there is room for it.
    """
    (left, right), arrow = _ends(marks)
    told = [row for _, row in marks[marks["said"] != NUMBERLESS].iterrows()]
    words = []
    for row in told:
        share = (LETTER * name_width(_without_unit(row)) + 2 * BESIDE_MARK) / LEAST_WIDTH
        rest = 1 - min(share, MOST_ROOM)
        for_right, for_left = (row["x1"] - left) / rest, (right - row["x0"]) / rest
        turned = for_left < for_right and for_right > right - left
        if turned:
            left = min(left, right - for_left)
        else:
            right = max(right, left + for_right)
        words.append(_word(row, turned))
    return (left, right), arrow, words


def _word(row: pd.Series, turned: bool) -> MarkLabel:
    align: Align = "right" if turned else "left"
    x, dx = (row["x0"], -BESIDE_MARK) if turned else (row["x1"], BESIDE_MARK)
    return MarkLabel(_without_unit(row), style.TEXT, x, row["y"], align, dx, 0.0)


def _without_unit(row: pd.Series) -> str:
    """Return the number of a mark, without a unit that the name of its lane has."""
    words = str(row["said"]).split(" ")
    ends = [" ".join(words[i:]) for i in range(1, len(words))]
    unit = next((end for end in ends if not DIGIT.search(end) and end in str(row["lane"])), "")
    return str(row["said"]).removesuffix(unit).rstrip()
