"""Names at marks: where they find room, and when a legend must stand in for them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import pandas as pd
import xarray as xr
from bokeh.models import Arrow, Label
from bokeh.plotting import figure
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from skytally.core import evidence_line_name_constants as n
from skytally.figures.label_placement import (
    LETTER,
    LINE,
    NARROW,
    WIDE,
    MarkLabel,
    label_hook,
    lifted,
    mark_labels,
    write_labels,
)
from skytally.figures.series_styling import SeriesStyle
from skytally.figures.value_lane_and_bar_charts import values_chart
from tests.support.parsed_charts import document, models, svg_words

Lines = Callable[..., xr.Dataset]
HEIGHT, ENDS = 285.0, (0.0, 100.0)


def _points(*places: tuple[str, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(places, columns=["series", "x", "y"])
    return table.assign(x0=table["x"], x1=table["x"], lo=table["y"], hi=table["y"])


def _placed(points: pd.DataFrame, width: float) -> list[MarkLabel]:
    styles = {name: SeriesStyle("#0072b2", "circle", "o", name) for name in set(points["series"])}
    styles = dict(sorted(styles.items()))
    return mark_labels(points, styles, ends=ENDS, size=(width, HEIGHT))


def _boxes(points: pd.DataFrame, labels: list[MarkLabel], width: float) -> list[Bbox]:
    """Boxes of the names on a chart of some width, worked from the words."""
    first, last = points["x"].min(), points["x"].max()
    edge = 0.05 * (last - first)
    boxes = []
    for label in labels:
        x = (label.x - first + edge) / (last - first + 2 * edge) * width + label.dx
        y = (label.y - ENDS[0]) / (ENDS[1] - ENDS[0]) * HEIGHT + label.dy
        rows = label.text.split("\n")
        wide, high = LETTER * max(map(len, rows)), LINE * len(rows)
        left = x - wide * {"left": 0.0, "center": 0.5, "right": 1.0}[label.align]
        boxes.append(Bbox.from_extents(left, y - high / 2, left + wide, y + high / 2))
    return boxes


def test_names_apart_on_a_narrow_chart_are_apart_and_inside_on_any_wider_one() -> None:
    """Neighbours, edges and a middle: no two names meet, at 270 pixels or at 900."""
    places = [("one", 0.0, 50.0), ("two", 40.0, 52.0), ("three", 55.0, 20.0), ("four", 100.0, 50.0)]
    points = _points(*places, ("one", 10.0, 10.0))
    labels = _placed(points, NARROW)
    assert sorted(label.series for label in labels) == ["four", "one", "three", "two"]
    for width in (NARROW, 420.0, 900.0):
        boxes = _boxes(points, labels, width)
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2)), width
        assert all(box.x0 >= 0 and box.x1 <= width for box in boxes), width


def test_a_name_without_room_at_its_marks_stands_away_with_a_line_to_one() -> None:
    """The line ends beside the mark, crosses no other, and begins where the name stands."""
    crowd = [("crowd", 10.0 * x, 30.0 + 4.0 * y) for x in range(11) for y in range(11)]
    points = _points(*crowd, ("alone", 45.0, 50.0))
    labels = {label.series: label for label in _placed(points, NARROW)}
    alone = labels["alone"]
    assert alone.leader is not None
    x, y, x_end, y_end = alone.leader
    assert abs(x_end - 45.0) < 8.0
    assert abs(y_end - 50.0) < 8.0
    assert (alone.dx, alone.dy) == (0.0, 0.0)
    assert x == alone.x
    assert abs(y - alone.y) <= LINE / HEIGHT * 100
    boxes = _boxes(points, list(labels.values()), NARROW)
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_both_figures_draw_the_line_of_a_name_that_stands_away() -> None:
    """An interactive chart has name and line, a static one a line more than without."""
    label = MarkLabel("away", "#0072b2", 1.0, 2.0, "left", 0.0, 0.0, "away", (1.0, 2.0, 3.0, 4.0))
    live, static = figure(), Figure().subplots()
    label_hook([label])(SimpleNamespace(state=live), None)
    (line,), (name,) = live.select({"type": Arrow}), live.select({"type": Label})
    assert (line.x_start, line.y_start, line.x_end, line.y_end, line.end) == (1, 2, 3, 4, None)
    assert name.text == "away"
    write_labels(static, [label])
    assert [each.get_xydata().tolist() for each in static.lines] == [[[1.0, 2.0], [3.0, 4.0]]]


def test_a_crowd_has_no_names_at_all() -> None:
    """Where one name finds no room none is written, since half a key misleads."""
    places = [(5.0 * x, 4.0 * y) for x in range(20) for y in range(26)]
    crowd = [(f"series {i % 8}", *place) for i, place in enumerate(places)]
    assert _placed(_points(*crowd), NARROW) == []


def test_a_series_that_finds_no_room_is_tried_first_the_next_time() -> None:
    """Two marks side by side at the edge: the one with a single place gets it."""
    points = _points(("a", 100.0, 50.0), ("b", 92.0, 50.0), ("c", 0.0, 50.0))
    assert len(_placed(points, WIDE)) == 3


def _chart(lines: dict[str, xr.Dataset]) -> Any:
    return values_chart(lines, {}, name="made-up", ylabel="containers", caption="Made up")


def test_chart_names_few_series_at_their_marks(one_line: Lines) -> None:
    """Both figures write the names, and neither has a legend."""
    days = ("2023-01-05", "2023-12-05")
    lines = {
        key: one_line({"value": value, "day": day})
        for (key, value), day in zip({"alpha": 10.0, "beta": 40.0}.items(), days, strict=True)
    }
    shown = _chart(lines)
    named = {each["text"] for each in models(document(shown), "Label")}
    assert named == {"alpha", "beta"}
    assert not models(document(shown), "Legend")
    assert "alpha" in svg_words(shown)


def test_crowded_chart_has_a_legend_where_it_is_narrow(one_line: Lines) -> None:
    """The page shows names at marks on a wide screen, a legend on a telephone and in the twin."""
    lines = {
        f"counter number {i:02}": one_line(
            *({"value": 150.0 * v + 20.0 * i, "day": f"2023-{k:02}-{3 * i + 1:02}"}
              for k in range(1, 13) for v in range(7))
        )
        for i in range(7)
    }  # fmt: skip
    shown = _chart(lines)
    legends = models(document(shown), "Legend")
    assert len(legends) == 1
    tags = {tuple(each.get("tags", [])) for each in models(document(shown), "Label")}
    assert tags in ({("sk-wide",)}, set())
    assert bool(tags) == (legends[0].get("tags") == ["sk-narrow"])
    assert all(f"number {i:02}" in svg_words(shown) for i in range(7))


def test_a_series_of_a_range_alone_is_named(one_line: Lines) -> None:
    """A range without a best value has a bar and a name, though no point."""
    shown = _chart(
        {"range": one_line({"low": 10.0, "high": 20.0, "bound": n.EXACTLY, "value": float("nan")})}
    )
    assert [each["text"] for each in models(document(shown), "Label")] == ["range"]


def test_words_over_a_band_are_lifted_off_the_marks_on_them() -> None:
    """On a telephone the mark of a count covered a word of the ceiling below it."""
    points = _points(("a", 0.0, 80.0), ("a", 30.0, 14.0), ("a", 100.0, 90.0))
    wide, slim = (
        MarkLabel(text, "#444444", 0.0, 10.0, "left", 2.0, 8.0 * (1 + text.count("\n")))
        for text in ("no more than about twenty railcars", "no more than\nabout twenty\nrailcars")
    )
    found = lifted([wide, slim], points, ends=ENDS, sizes=[(NARROW, HEIGHT), (WIDE, HEIGHT)])
    dots = [MarkLabel("o", "", row.x, row.y, "center", 0.0, 0.0) for row in points.itertuples()]
    assert found != wide
    for width in (NARROW, WIDE):
        box, *marks = _boxes(points, [found, *dots], width)
        assert not any(box.overlaps(mark.padded(0, -4)) for mark in marks)


def test_words_over_a_band_stay_where_no_mark_lies_on_them() -> None:
    """What is free needs no lift, and a chart without numbers takes the words as they are."""
    points = _points(("a", 0.0, 80.0), ("a", 100.0, 90.0))
    words = MarkLabel("at most 20", "#444444", 0.0, 10.0, "left", 2.0, 8.0)
    sizes = [(NARROW, HEIGHT)]
    assert lifted([words], points, ends=ENDS, sizes=sizes) == words
    assert lifted([words], points.assign(y=float("nan")), ends=ENDS, sizes=sizes) == words
