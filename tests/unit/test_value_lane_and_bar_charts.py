"""Charts of evidence lines and rows: both figures, their words, nothing from outside."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import holoviews as hv
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from skytally import figures
from skytally.core import evidence_line_name_constants as n
from skytally.figures import bokeh_charts, matplotlib_charts
from skytally.figures.chart_and_sentence_html_blocks import PageBlock
from skytally.figures.chart_mark_tables import value_marks
from skytally.figures.value_lane_and_bar_charts import bars_chart, lanes_chart, values_chart
from skytally.record import lines
from skytally.record.evidence_lines import by_statement, line
from tests.support.expected_sentences import same_sentence
from tests.support.parsed_charts import (
    NASTY,
    column,
    document,
    models,
    point_markers,
    svg,
    svg_words,
    tags,
)

Rows = Callable[..., pd.DataFrame]
Lines = Callable[..., xr.Dataset]
Table = Callable[[str], pd.DataFrame]


def _values(lines_drawn: dict[str, xr.Dataset], **options: Any) -> PageBlock:
    plain = {"name": "made-up", "ylabel": "containers", "caption": "Made up"}
    return values_chart(lines_drawn, {"csis": "CSIS"}, **{**plain, **options})


def test_values_chart_has_both_figures_of_the_same_marks(one_line: Lines) -> None:
    """The page gets the interactive chart, its static twin with alt text, and the caption."""
    shown = _values({"csis": one_line({"value": 430.0, "bound": n.ABOUT, "day": "2023-10-16"})})
    found = tags(shown.block)
    (image,) = (given for tag, given in found if tag == "img")
    same_sentence("charts.alt_text", str(image["alt"]))
    said = {
        word
        for each in models(document(shown), "ColumnDataSource")
        for word in column(each, "said")
    }
    assert said == {"about 430 containers"}
    assert "containers" in svg_words(shown)
    assert "<figcaption>Made up</figcaption>" in shown.block
    assert shown._repr_mimebundle_()["text/plain"] == image["alt"]


def test_values_chart_hover_says_value_bound_counter_and_source(one_line: Lines) -> None:
    """Every mark can be asked for date, value, bound, counter, scope, source and row."""
    shown = _values({"csis": one_line({"value": 430.0})})
    hovers = models(document(shown), "HoverTool")
    assert hovers
    for hover in hovers:
        assert [label for label, _ in hover["tooltips"]] == [
            "date",
            "value",
            "bound",
            "counter",
            "scope",
            "in words",
            "source",
            "row",
        ]
        assert not any("safe" in shown_as for _, shown_as in hover["tooltips"])


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        (n.AT_LEAST, {"circle", "triangle"}),
        (n.MORE_THAN, {"circle", "triangle"}),
        (n.AT_MOST, {"circle", "inverted_triangle"}),
        (n.ABOUT, {"circle"}),
        (n.EXACTLY, {"circle"}),
    ],
)
def test_values_chart_draws_bounds_as_bounds(
    one_line: Lines, bound: str, expected: set[str]
) -> None:
    """A lower bound has an arrow upwards, an upper bound one downwards, a number none."""
    shown = _values({"csis": one_line({"value": 20.0, "bound": bound})})
    assert set(point_markers(document(shown))) == expected


def test_values_chart_draws_a_ceiling_as_a_band(rows: Rows) -> None:
    """A bound over years is a band from 0 with its words, and says that it began before."""
    usual = rows({"value": 20.0, "bound": n.AT_MOST, "wording": "no more than about"})
    usual = usual.assign(date_first=usual["date_first"] - pd.Timedelta(days=5 * 365))
    band = line(usual, title="t", history="h")
    drawn = line(rows({"value": 73.0}), title="t", history="h")
    shown = _values({"csis": drawn}, band=band)
    words = svg_words(shown)
    assert "no more than about 20 containers" in words
    assert "\u2190" in words, "nothing says that the band began before the chart"
    assert models(document(shown), "Quad") or models(document(shown), "Rect")
    assert "no more than about 20 containers" in shown.text


@pytest.mark.parametrize("bound", [n.EXACTLY, n.ABOUT])
@pytest.mark.parametrize("state", [n.COUNTED, n.NOTHING_SEEN])
def test_a_number_of_a_year_is_a_bar_in_both_figures(rows: Rows, bound: str, state: str) -> None:
    """Two marks at the ends of a year would pass for two observations."""
    made = line(
        rows({"value": 0.0 if state == n.NOTHING_SEEN else 20.0, "bound": bound, "state": state,
              "date_first": pd.Timestamp("2025-01-01"),
              "date_last": pd.Timestamp("2025-12-31")}),
        title="made up", history="made for a test",
    )  # fmt: skip
    table = value_marks({"csis": made}, {"csis": "CSIS"})
    look = {"step": 1.0, "colour": "#000000", "marker": "circle"}
    drawn = bokeh_charts.series(table, label="CSIS", **look)
    assert [type(part).__name__ for part in drawn if len(part) != 1] == []
    assert not [part for part in drawn if isinstance(part, hv.Scatter)]
    assert drawn[0].label == "CSIS"
    _, axes = matplotlib_charts.canvas(3.0)
    matplotlib_charts.series(axes, table, **{**look, "marker": "o"})
    assert sum(len(each.get_xdata()) for each in axes.lines) == 0
    bars = [path for each in axes.collections for path in each.get_paths()]
    assert bars
    assert all(np.ptp(path.vertices[:, 0]) > 300 for path in bars if len(path.vertices))


def test_values_chart_draws_only_its_period(one_line: Lines) -> None:
    """Marks outside the period are left out of both figures and of the words."""
    line_drawn = one_line({"value": 1.0, "day": "2023-10-05"}, {"value": 2.0, "day": "2024-10-05"})
    shown = _values({"csis": line_drawn}, period=("2023-01-01", "2023-12-31"))
    assert "1 marks: 5 October 2023" in shown.text
    assert "2024" not in shown.text


def test_values_chart_gives_the_same_bytes_twice(one_line: Lines) -> None:
    """Neither clock nor chance stands in a chart."""
    made = [_values({"csis": one_line({"value": 430.0})}).block for _ in range(2)]
    assert made[0] == made[1]


def test_values_chart_asks_nothing_from_outside(one_line: Lines) -> None:
    """No part of a chart has an address of another host."""
    block = _values({"csis": one_line({"value": 430.0})}).block
    picture = svg(PageBlock(block, ""))
    spaces = r"http://(www\.w3\.org|purl\.org|creativecommons\.org)/"
    addresses = re.findall(r"https?://[^\s\"'<>]+", block + picture)
    assert [each for each in addresses if not re.match(spaces, each)] == []


@pytest.mark.parametrize("place", ["text", "source_id", "scope", "wording"])
def test_values_chart_shows_code_as_text(one_line: Lines, place: str) -> None:
    """A cell that looks like a script starts no tag, in whichever column it stands."""
    shown = _values({"csis": one_line({"value": 430.0, place: NASTY})}, caption=NASTY)
    names = [tag for tag, _ in tags(shown.block)]
    assert names.count("script") == 2
    assert set(names) == {"figure", "div", "script", "img", "figcaption"}
    assert html.escape(NASTY) in shown.block
    seen = {
        word for each in models(document(shown), "ColumnDataSource") for word in column(each, "row")
    }
    assert seen == {"X1"}
    ET.fromstring(svg(shown))


def test_values_chart_survives_a_comment_sign(one_line: Lines) -> None:
    """HTML reads '<!--' and '<script' inside a script element, so neither may stand there."""
    shown = _values({"csis": one_line({"value": 430.0, "text": "<!--<script>"})})
    found = re.search(r'<script type="application/json">(.*?)</script>', shown.block, re.DOTALL)
    assert found
    assert "<!--" not in found[1]


def test_lanes_chart_tells_three_states_apart(rows: Rows) -> None:
    """Seen is filled, nothing seen is hollow, could not tell is a cross."""
    table = rows(
        {"state": n.SOMETHING_SEEN, "bound": "", "day": "2023-01-05"},
        {"state": n.NOTHING_SEEN, "value": 0.0, "day": "2023-06-06"},
        {"state": n.UNCLEAR, "bound": "", "day": "2023-12-07"},
    )
    shown = lanes_chart(
        table, {}, lane=["Pier", "Yard", "Depot"], name="made-up", caption="Made up"
    )
    chart = document(shown)
    assert sorted(point_markers(chart)) == ["circle", "circle", "x"]
    glyphs = [each["glyph"]["attributes"] for each in models(chart, "GlyphRenderer")]
    fills = [each["fill_color"]["value"] for each in glyphs if each.get("fill_color")]
    assert fills.count("white") == 1
    assert "Pier" in svg_words(shown)
    assert "5 January 2023: seen (Pier)" in shown.text
    assert "6 June 2023: 0 containers (Yard)" in shown.text
    assert "7 December 2023: unclear (Depot)" in shown.text


def test_lanes_chart_leaves_out_empty_lanes(rows: Rows) -> None:
    """A lane whose rows lie outside the period is not drawn."""
    days = ("2023-01-05", "2023-11-06", "2024-10-05")
    table = rows(*({"value": 1.0, "day": day} for day in days))
    shown = lanes_chart(
        table,
        {},
        lane=["Early", "Also early", "Late"],
        name="made-up",
        caption="Made up",
        period=("2023-01-01", "2023-12-31"),
    )
    words = svg_words(shown)
    assert "Early" in words
    assert "Late" not in words


def test_lanes_chart_draws_a_few_days(rows: Rows) -> None:
    """A chart of three days has room for the names of its lanes."""
    table = rows(*({"value": 1.0, "day": f"2023-10-{day:02}"} for day in (5, 6, 7)))
    shown = lanes_chart(table, {}, lane=["a", "b", "c"], name="a", caption="Made up")
    assert "a b c" in svg_words(shown)


def test_values_chart_draws_a_line_of_zeros(one_line: Lines) -> None:
    """Where no observation found anything, the chart shows zeros."""
    shown = _values({"csis": one_line({"value": 0.0, "state": n.NOTHING_SEEN})})
    assert "0 containers" in shown.text


def test_bars_chart_writes_each_number_with_its_bound(rows: Rows) -> None:
    """A bar is named and worded, and a lower bound ends in an arrow."""
    table = rows({"value": 32.0, "bound": n.AT_LEAST}, {"value": 26.0})
    shown = bars_chart(
        table,
        {},
        label=["NK Pro", "VOA"],
        name="made-up",
        xlabel="calls",
        caption="Made up",
    )
    words = svg_words(shown)
    assert "NK Pro: at least 32 containers" in words
    assert "VOA: 26 containers" in words
    assert point_markers(document(shown)) == ["triangle"]


def test_every_line_of_the_record_can_be_drawn(table: Table) -> None:
    """The one series of stocks and the running totals come out with all their numbers."""
    groups, labels = table("same_observation"), figures.names_of(table("counters"), table("scopes"))
    stocks = lines(table("quay_stocks"), groups, quantity="containers")
    one = {"csis.rajin-port-area": stocks["csis.rajin-port-area"]}
    shown = values_chart(one, labels, name="stocks", ylabel="containers", caption="Stocks.")
    for number in ("150", "430", "780", "800", "1,010", "990", "550", "490"):
        assert f"about {number} containers" in shown.text
    claims = table("official_claims")
    totals = by_statement(
        claims[(claims["cumulative"] == "yes") & (claims["sense"] == "delivered")]
    )
    boxes = lines(totals, groups, quantity="containers", by=("counter",))
    shown = values_chart(boxes, labels, name="boxes", ylabel="containers", caption="Totals.")
    sources = models(document(shown), "ColumnDataSource")
    drawn = {row for each in sources for row in column(each, "row")}
    assert drawn == {row for each in boxes.values() for row in each[n.ROW].to_numpy()}


@pytest.mark.parametrize("period", [None, ("2023-01-01", "2023-12-31")])
def test_charts_of_no_row_are_a_sentence_with_the_anchor(
    rows: Rows, period: tuple[str, str] | None
) -> None:
    """A record that starts empty prints: one sentence, at the address of the chart."""
    words = "The record has no row for this chart yet."
    if period:
        words = (
            "The record has no row for this chart between 1 January 2023 and 31 December 2023 yet."
        )
    none = rows({"value": 1.0}).iloc[:0]
    common = {"name": "made-up", "caption": "Made up"}
    for shown in (
        values_chart({}, {}, ylabel="containers", period=period, **common),
        lanes_chart(none, {}, lane=[], period=period, **common),
    ):
        assert shown.text == words
        assert shown.block == f'<p class="sk-nothing" id="made-up">{words}</p>'
    bars = bars_chart(none, {}, label=[], xlabel="calls", **common)
    same_sentence("charts.no_rows", bars.text)
