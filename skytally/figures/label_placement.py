"""Names of series at their marks: where each finds room, and how both libraries write it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from bokeh.models.annotations import Label

from skytally.core import chart_style as style
from skytally.figures.chart_series import SeriesStyle

Box = tuple[float, float, float, float]
"""Left, bottom, right and top, pixels."""
Align = Literal["left", "center", "right"]
LETTERS = 19
"""Letters in a line of a name."""
LETTER, LINE = 7.0, 17.0
"""Width and height of a letter of `style.SMALL_PT`, pixels; rather too much than too little."""
NARROW, WIDE = 270.0, 600.0
"""Width of the plot of a chart on a telephone and of one on a wide screen, pixels: names
apart there are apart on any wider chart, since marks move apart and letters do not grow."""
ONLY_WIDE, ONLY_NARROW, WIDE_HEIGHT = "sk-wide", "sk-narrow", "sk-height"
"""Tags by which ``boot.js`` shows names at marks on a wide chart and a legend on a narrow one."""
TRIALS, MOST_SERIES = 2, 12
"""Number of orders tried for each series, and of series above which a legend is the better key."""
MARK, BAR = 5.0, 2.0
"""Half the width of a mark and of a bar, pixels."""
PIXELS_A_POINT = 96 / 72
SHIFTS = (0.0, 9.0, -9.0, 18.0, -18.0, 28.0, -28.0)
OFFSETS: tuple[tuple[Align, float, float], ...] = (
    *(("left", 9.0, dy) for dy in SHIFTS),
    *(("right", -9.0, dy) for dy in SHIFTS),
    *(("center", 0.0, dy) for dy in (16.0, -16.0, 26.0, -26.0, 38.0, -38.0)),
)
"""Alignment of a name and its distance from a mark, pixels, in the order in which they are tried.
With two lines a name needs more room above and below, which is added."""


@dataclass(frozen=True)
class MarkLabel:
    """Name of a series at one of its marks."""

    text: str
    """In lines."""
    colour: str
    """As #rrggbb."""
    x: Any
    """Where the mark stands, in the unit of the axis."""
    y: float
    """Where the mark stands, in the unit of the axis."""
    align: Align
    """``left``, ``right`` or ``center``: which part of the name stands at the offset."""
    dx: float
    """From the mark to the right, pixels."""
    dy: float
    """From the mark upwards, pixels."""
    series: str = ""
    """Series that it names; empty for other words."""


def _number(values: pd.Series) -> np.ndarray:
    """Places on an axis as numbers, days since 1970 for dates."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return ((values - pd.Timestamp(0)) / pd.Timedelta(days=1)).to_numpy(float)
    return values.to_numpy(float)


class _Room:
    """Places on a chart, in pixels, and what is taken of them."""

    def __init__(self, ends: tuple[float, float, float, float], size: tuple[float, float]) -> None:
        self.left, self.bottom, right, top = ends
        self.scale = size[0] / (right - self.left), size[1] / (top - self.bottom)
        self.size = size
        self.taken: list[Box] = []

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Pixels of a place."""
        return (x - self.left) * self.scale[0], (y - self.bottom) * self.scale[1]

    def take(self, ends: tuple[float, float, float, float], margin: float) -> None:
        """Take the room of a mark or of a bar: left, bottom, right and top of it."""
        (left, low), (right, high) = self.at(*ends[:2]), self.at(*ends[2:])
        self.taken.append((left - margin, low - margin, right + margin, high + margin))

    def is_free(self, box: Box) -> bool:
        """Whether a box lies on the chart and meets nothing."""
        left, low, right, high = box
        if left < 0 or low < 0 or right > self.size[0] or high > self.size[1]:
            return False
        return not any(
            left < other[2] and other[0] < right and low < other[3] and other[1] < high
            for other in self.taken
        )


def _size(text: str) -> tuple[float, float]:
    """Width and height of words, pixels."""
    lines = text.split("\n")
    return LETTER * max(map(len, lines)), LINE * len(lines)


def _box(place: tuple[float, float], label: MarkLabel) -> Box:
    """Box of words at a mark, pixels."""
    width, height = _size(label.text)
    left = place[0] + label.dx - width * {"left": 0.0, "center": 0.5, "right": 1.0}[label.align]
    low = place[1] + label.dy - height / 2
    return left, low, left + width, low + height


def _place(
    name: str, look: SeriesStyle, rows: pd.DataFrame, x: np.ndarray, room: _Room
) -> MarkLabel | None:
    """Name of a series at the last of its marks that has room for it."""
    text = textwrap.fill(look.name, LETTERS)
    taller = (_size(text)[1] - LINE) / 2
    for i in reversed(range(len(rows))):
        mark, y = rows["x"].iloc[i], float(rows["y"].iloc[i])
        for align, dx, dy in OFFSETS:
            above = dy + taller * float(np.sign(dy))
            label = MarkLabel(text, look.colour, mark, y, align, dx, above, name)
            box = _box(room.at(x[i], y), label)
            if room.is_free(box):
                room.taken.append(box)
                return label
    return None


def _all_placed(
    styles: Mapping[str, SeriesStyle],
    marks: Mapping[str, tuple[pd.DataFrame, np.ndarray]],
    room: _Room,
) -> list[MarkLabel]:
    """Names of all series; the one that finds no room is placed first the next time.

    Those with few marks come first. Empty where no order that was tried has room for all.
    """
    order = sorted(styles, key=lambda name: len(marks[name][0]))
    taken = list(room.taken)
    for _ in range(TRIALS * len(order)):
        room.taken, labels = list(taken), []
        for name in order:
            found = _place(name, styles[name], *marks[name], room)
            if found is None:
                order.remove(name)
                order.insert(0, name)
                break
            labels.append(found)
        else:
            return labels
    return []


def mark_labels(
    points: pd.DataFrame,
    styles: Mapping[str, SeriesStyle],
    *,
    ends: tuple[float, float],
    size: tuple[float, float],
    fixed: Sequence[MarkLabel] = (),
) -> list[MarkLabel]:
    """Names of all series at their marks.

    Parameters
    ----------
    points : pandas.DataFrame
        Marks: ``series``, ``x``, ``y``, and the ends ``lo``, ``hi``, ``x0``, ``x1`` of what is
        drawn of their bars, equal to ``y`` and ``x`` where there is no bar.
    styles : mapping of str to SeriesStyle
        Name and colour of each series.
    ends : tuple of float
        Lower and upper end of the vertical axis.
    size : tuple of float
        Least width and height of the plot, pixels.
    fixed : sequence of MarkLabel
        Words that have their place already, aligned to the left.

    Returns
    -------
    list of MarkLabel
        Names of all series; empty where one would find no room: then a legend names them all.
    """
    points = points[points["y"].notna()]
    if points.empty or len(styles) > MOST_SERIES:
        return []
    x, x0, x1 = (_number(points[each]) for each in ("x", "x0", "x1"))
    edge = 0.05 * ((x1.max() - x0.min()) or 1.0)
    room = _Room((x0.min() - edge, ends[0], x1.max() + edge, ends[1]), size)
    for i, row in enumerate(points[["lo", "hi", "y"]].itertuples(index=False)):
        room.take((x[i], row.y, x[i], row.y), MARK)
        room.take((x0[i], row.y, x1[i], row.y), BAR)
        room.take((x[i], row.lo, x[i], row.hi), BAR)
    for words in fixed:
        place = room.at(_number(pd.Series([words.x]))[0], words.y)
        room.taken.append(_box(place, words))
    parts = {name: (points["series"] == name).to_numpy() for name in styles}
    if not all(here.any() for here in parts.values()):
        return []
    marks = {name: (points[here], x[here]) for name, here in parts.items()}
    return _all_placed(styles, marks, room)


def named_series(labels: Sequence[MarkLabel]) -> bool:
    """Whether the series of a chart are named at their marks."""
    return any(label.series for label in labels)


def label_hook(
    labels: Sequence[MarkLabel], *, only_wide: bool = False, height: int = 0
) -> Callable[[Any, Any], None]:
    """Drawing hook that writes words on an interactive chart.

    With `only_wide` the names of series stand on a wide chart, which is then `height` pixels high,
    and the legend on a narrow one.
    """

    def write(plot: Any, _: Any) -> None:
        for legend in plot.state.legend if only_wide else ():
            legend.tags = [ONLY_NARROW]
            plot.state.tags = [WIDE_HEIGHT, height]
        for label in labels:
            plot.state.add_layout(
                Label(
                    x=label.x, y=label.y, text=label.text, text_color=label.colour,
                    x_offset=label.dx, y_offset=label.dy, text_align=label.align,
                    text_baseline="middle", text_font_size=f"{style.SMALL_PT}pt",
                    tags=[ONLY_WIDE] if only_wide and label.series else [],
                )
            )  # fmt: skip

    return write


def write_labels(axes: mpl.axes.Axes, labels: Sequence[MarkLabel]) -> None:
    """Write the names on a static chart."""
    for label in labels:
        axes.annotate(
            label.text, (label.x, label.y), color=label.colour, fontsize=style.SMALL_PT,
            xytext=(label.dx / PIXELS_A_POINT, label.dy / PIXELS_A_POINT),
            textcoords="offset points", ha=label.align, va="center", linespacing=1.05,
            annotation_clip=False,
        )  # fmt: skip
