"""Names of series at their marks: where each finds room, and how both libraries write it."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from bokeh.models.annotations import Arrow, Label

from skytally.core import chart_style as style
from skytally.figures.series_styling import SeriesStyle

Point = tuple[float, float]
"""From the left and from below, pixels."""
Box = tuple[float, float, float, float]
"""Left, bottom, right and top, pixels."""
Align = Literal["left", "center", "right"]
LETTERS = 19
"""Letters in a line of a name."""
LETTER, LINE = 7.0, 17.0
"""Width and height of a letter of `style.SMALL_PT`, pixels; rather too much than too little."""
NARROW, WIDE = 270.0, 570.0
"""Width of the plot of a chart on a telephone and of one on a wide screen, pixels: names
apart there are apart on any wider chart, since marks move apart and letters do not grow."""
ONLY_WIDE, ONLY_NARROW, WIDE_HEIGHT = "sk-wide", "sk-narrow", "sk-height"
"""Tags of names at marks on a wide chart and of a legend on a narrow one, which
``lazy_responsive_chart_loader.js`` reads."""
TRIALS, MOST_SERIES = 2, 12
"""Number of orders tried for each series, and of series above which a legend is the better key."""
MARK, BAR = 5.0, 2.0
"""Half the width of a mark and of a bar, pixels."""
PIXELS_A_POINT = 96 / 72
LINE_ALPHA = 0.6
SHIFTS = (0.0, 9.0, -9.0, 18.0, -18.0, 28.0, -28.0)
OFFSETS: tuple[tuple[Align, float, float], ...] = (
    *(("left", 9.0, dy) for dy in SHIFTS),
    *(("right", -9.0, dy) for dy in SHIFTS),
    *(("center", 0.0, dy) for dy in (16.0, -16.0, 26.0, -26.0, 38.0, -38.0)),
)
"""Alignment of a name and its distance from a mark, pixels, in the order in which they are tried.
With two lines a name needs more room above and below, which is added."""
GRID, FARTHEST = 12.0, 260.0
"""Distance between the places that are tried for a name away from its marks, and the most that one
may lie from its mark, pixels; a line then leads to the mark."""
FARTHEST_LIFT = 120.0
"""The most that words over a band are lifted for the marks that lie on them, pixels."""
NEAR_MARK, LINE_STEP = 12.0, 4.0
"""Where the line ends before its mark, and between places on it that must be free, pixels."""


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
    leader: tuple[Any, float, Any, float] | None = None
    """Ends of the line to the mark, in the units of the axes, of a name away from it."""


def _number(values: pd.Series) -> np.ndarray:
    """Places on an axis as numbers, days since 1970 for dates."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return ((values - pd.Timestamp(0)) / pd.Timedelta(days=1)).to_numpy(float)
    return values.to_numpy(float)


class _Room:
    """Places on a chart, in pixels, and what is taken of them."""

    def __init__(
        self, ends: tuple[float, float, float, float], size: tuple[float, float], *, dated: bool
    ) -> None:
        self.left, self.bottom, right, top = ends
        self.dated = dated
        self.scale = size[0] / (right - self.left), size[1] / (top - self.bottom)
        self.size = size
        self.taken: list[Box] = []
        self.uncrossed: list[Box] = []

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Pixels of a place."""
        return (x - self.left) * self.scale[0], (y - self.bottom) * self.scale[1]

    def place(self, x: float, y: float) -> tuple[Any, float]:
        """Place of pixels, in the units of the axes."""
        days = self.left + x / self.scale[0]
        height = self.bottom + y / self.scale[1]
        if not self.dated:
            return days, height
        # an hour is less than a pixel, and the same on every machine
        return (pd.Timestamp(0) + pd.Timedelta(days=days)).round("h"), height

    def take(self, ends: tuple[float, float, float, float], margin: float) -> None:
        """Take the room of a mark or of a bar: left, bottom, right and top of it."""
        (left, low), (right, high) = self.at(*ends[:2]), self.at(*ends[2:])
        self.taken.append((left - margin, low - margin, right + margin, high + margin))
        if margin == MARK:
            self.uncrossed.append(self.taken[-1])

    def is_free(self, box: Box) -> bool:
        """Whether a box lies on the chart and meets nothing."""
        left, low, right, high = box
        if left < 0 or low < 0 or right > self.size[0] or high > self.size[1]:
            return False
        return not any(
            left < other[2] and other[0] < right and low < other[3] and other[1] < high
            for other in self.taken
        )

    def may_cross(self, place: Point) -> bool:
        """Whether a line may run over a place: over bars it may, over marks and words not."""
        return not any(
            left < place[0] < right and low < place[1] < high
            for left, low, right, high in self.uncrossed
        )

    def name(self, box: Box, line: Sequence[Point] = ()) -> None:
        """Take the room of a name and of the line that leads from it to its mark."""
        # places on a line touch one another, so that no other line slips through
        half = LINE_STEP / 2 + 0.5
        boxes = [box, *((x - half, y - half, x + half, y + half) for x, y in line)]
        self.taken += boxes
        self.uncrossed += boxes


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


def lifted(
    labels: Sequence[MarkLabel],
    points: pd.DataFrame,
    *,
    ends: tuple[float, float],
    sizes: Sequence[tuple[float, float]],
) -> MarkLabel:
    """Words of a fixed place, lifted until no mark lies on them.

    Parameters
    ----------
    labels : sequence of MarkLabel
        The same words over a place of the chart in lines of several lengths, the best first.
    points, ends
        As for `mark_labels`.
    sizes : sequence of tuple of float
        Widths and heights of the plot at which the words must be free, pixels.

    Returns
    -------
    MarkLabel
        The first of them, where it was, if no height up to `FARTHEST_LIFT` is free at all sizes.
    """
    points = points[points["y"].notna()]
    rooms = [_room_of(points, ends, size) for size in sizes] if len(points) else []
    for lift in np.arange(0.0, FARTHEST_LIFT, LINE_STEP):
        for label in labels:
            higher = replace(label, dy=label.dy + float(lift))
            if all(_is_clear(higher, room) for room in rooms):
                return higher
    return labels[0]


def _is_clear(label: MarkLabel, room: _Room) -> bool:
    """Whether no mark or bar lies on some words, which may reach beyond the chart."""
    left, low, right, high = _box(room.at(_number(pd.Series([label.x]))[0], label.y), label)
    return not any(
        left < other[2] and other[0] < right and low < other[3] and other[1] < high
        for other in room.taken
    )


def _room_of(points: pd.DataFrame, ends: tuple[float, float], size: tuple[float, float]) -> _Room:
    """Room of a chart with its marks and bars on it."""
    x, x0, x1 = (_number(points[each]) for each in ("x", "x0", "x1"))
    edge = 0.05 * ((x1.max() - x0.min()) or 1.0)
    dated = pd.api.types.is_datetime64_any_dtype(points["x"])
    room = _Room((x0.min() - edge, ends[0], x1.max() + edge, ends[1]), size, dated=dated)
    for i, row in enumerate(points[["lo", "hi", "y"]].itertuples(index=False)):
        room.take((x[i], row.y, x[i], row.y), MARK)
        room.take((x0[i], row.y, x1[i], row.y), BAR)
        room.take((x[i], row.lo, x[i], row.hi), BAR)
    return room


def _place(
    name: str, look: SeriesStyle, rows: pd.DataFrame, x: np.ndarray, room: _Room
) -> MarkLabel | None:
    """Name of a series at the last of its marks that has room for it, or else away from them."""
    text = textwrap.fill(look.name, LETTERS)
    taller = (_size(text)[1] - LINE) / 2
    for i in reversed(range(len(rows))):
        mark, y = rows["x"].iloc[i], float(rows["y"].iloc[i])
        for align, dx, dy in OFFSETS:
            above = dy + taller * float(np.sign(dy))
            label = MarkLabel(text, look.colour, mark, y, align, dx, above, name)
            box = _box(room.at(x[i], y), label)
            if room.is_free(box):
                room.name(box)
                return label
    marks = [room.at(at, y) for at, y in zip(x, rows["y"].astype(float), strict=True)]
    return _place_aside(name, look, marks, room)


def _line_to(box: Box, mark: Point) -> tuple[Align, Point, Point]:
    """Alignment of a name that a line leads to a mark from, and the ends of the line.

    The line begins at the part of the name that stands at its place, so that both stay together
    where a wider chart moves them.
    """
    left, low, right, high = box
    middle = (low + high) / 2
    align: Align
    if right < mark[0]:
        align, start = "right", (right, middle)
    elif left > mark[0]:
        align, start = "left", (left, middle)
    else:
        align, start = "center", ((left + right) / 2, low if mark[1] < low else high)
    length = math.dist(start, mark)
    share = max(0.0, 1 - NEAR_MARK / length) if length else 0.0
    end = start[0] + (mark[0] - start[0]) * share, start[1] + (mark[1] - start[1]) * share
    return align, start, end


def _place_aside(
    name: str, look: SeriesStyle, marks: Sequence[Point], room: _Room
) -> MarkLabel | None:
    """Name of a series at the free place that is nearest to one of its marks, with a line to it."""
    text = textwrap.fill(look.name, LETTERS)
    width, height = _size(text)
    for box, mark in _free_boxes(width, height, marks, room):
        align, start, end = _line_to(box, mark)
        steps = [step for step in _along(start, end) if math.dist(step, mark) > NEAR_MARK + 2]
        if all(map(room.may_cross, steps)):
            room.name(box, steps)
            x, y = room.place(start[0], box[1] + height / 2)
            line = (*room.place(*start), *room.place(*end))
            return MarkLabel(text, look.colour, x, y, align, 0.0, 0.0, name, line)
    return None


def _free_boxes(
    width: float, height: float, marks: Sequence[Point], room: _Room
) -> Iterator[tuple[Box, Point]]:
    """Free places of a name of some size and the mark nearest to each, the closest first."""
    grid = np.meshgrid(
        np.arange(0.0, room.size[0] - width, GRID), np.arange(0.0, room.size[1] - height, GRID)
    )
    left, low = (each.ravel() for each in grid)
    taken = np.array(room.taken).reshape(-1, 4)
    met = (
        (left[:, None] < taken[:, 2])
        & (taken[:, 0] < left[:, None] + width)
        & (low[:, None] < taken[:, 3])
        & (taken[:, 1] < low[:, None] + height)
    )
    free = ~met.any(axis=1)
    left, low, place = left[free], low[free], np.array(marks)
    aside = np.abs(left[:, None] + width / 2 - place[:, 0]) - width / 2
    away = np.maximum(aside, 0.0) + np.abs(low[:, None] + height / 2 - place[:, 1])
    nearest = away.argmin(axis=1)
    least = away[np.arange(len(left)), nearest]
    for k in np.argsort(least, kind="stable"):
        if least[k] > FARTHEST:
            return
        x, y = float(left[k]), float(low[k])
        yield (x, y, x + width, y + height), marks[int(nearest[k])]


def _along(start: Point, end: Point) -> list[Point]:
    """Places on a line, from its start to its end."""
    count = max(1, round(math.dist(start, end) / LINE_STEP))
    return [
        (start[0] + (end[0] - start[0]) * i / count, start[1] + (end[1] - start[1]) * i / count)
        for i in range(count + 1)
    ]


def _all_placed(
    styles: Mapping[str, SeriesStyle],
    marks: Mapping[str, tuple[pd.DataFrame, np.ndarray]],
    room: _Room,
) -> list[MarkLabel]:
    """Names of all series, as near to their marks as an order that was tried lets them stand.

    Those with few marks come first, and then, one at a time, those that a line leads to. Empty
    where no order that was tried has room for all.
    """
    taken = list(room.taken), list(room.uncrossed)
    order = sorted(styles, key=lambda name: len(marks[name][0]))
    found = _in_order(order, styles, marks, room, taken)
    aside = [label.series for label in found if label.leader]
    orders = [[name, *(each for each in order if each != name)] for name in aside]
    every = [found, *(_in_order(each, styles, marks, room, taken) for each in orders)]
    return min(filter(None, every), key=lambda labels: _led(labels, room), default=[])


def _led(labels: Sequence[MarkLabel], room: _Room) -> float:
    """Length of all lines from names to their marks, pixels."""
    ends = [_number(pd.Series(label.leader[::2])) for label in labels if label.leader]
    heights = [label.leader[1::2] for label in labels if label.leader]
    return sum(
        math.dist(room.at(x[0], y[0]), room.at(x[1], y[1]))
        for x, y in zip(ends, heights, strict=True)
    )


def _in_order(
    order: Sequence[str],
    styles: Mapping[str, SeriesStyle],
    marks: Mapping[str, tuple[pd.DataFrame, np.ndarray]],
    room: _Room,
    before: tuple[list[Box], list[Box]],
) -> list[MarkLabel]:
    """Names in an order; the one that finds no room is placed first the next time."""
    order = list(order)
    taken, uncrossed = before
    for _ in range(TRIALS * len(order)):
        room.taken, room.uncrossed, labels = list(taken), list(uncrossed), []
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
    x, room = _number(points["x"]), _room_of(points, ends, size)
    for words in fixed:
        place = room.at(_number(pd.Series([words.x]))[0], words.y)
        room.name(_box(place, words))
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
            tags = [ONLY_WIDE] if only_wide and label.series else []
            if label.leader:
                x, y, x_end, y_end = label.leader
                look: dict[str, Any] = {"line_color": label.colour, "line_alpha": LINE_ALPHA}
                plot.state.add_layout(
                    Arrow(
                        x_start=x, y_start=y, x_end=x_end, y_end=y_end, end=None, tags=tags, **look
                    )
                )
            plot.state.add_layout(
                Label(
                    x=label.x, y=label.y, text=label.text, text_color=label.colour,
                    x_offset=label.dx, y_offset=label.dy, text_align=label.align,
                    text_baseline="middle", text_font_size=f"{style.SMALL_PT}pt",
                    tags=tags,
                )
            )  # fmt: skip

    return write


def write_labels(axes: mpl.axes.Axes, labels: Sequence[MarkLabel]) -> None:
    """Write the names on a static chart."""
    for label in labels:
        if label.leader:
            x, y, x_end, y_end = label.leader
            axes.plot([x, x_end], [y, y_end], color=label.colour, alpha=LINE_ALPHA, lw=0.8)
        axes.annotate(
            label.text, (label.x, label.y), color=label.colour, fontsize=style.SMALL_PT,
            xytext=(label.dx / PIXELS_A_POINT, label.dy / PIXELS_A_POINT),
            textcoords="offset points", ha=label.align, va="center", linespacing=1.05,
            annotation_clip=False,
        )  # fmt: skip
