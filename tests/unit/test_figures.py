"""Charts and maps as a page gets them: both figures, their words, nothing from outside."""

from __future__ import annotations

import base64
import html
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import holoviews as hv
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.figure import Figure

from skytally import figures
from skytally.core import names as n
from skytally.figures import show
from skytally.figures.charts import bars_chart, lanes_chart, values_chart
from skytally.figures.embed import IN_BOOK, Shown, bokeh_scripts, enable
from skytally.figures.maps import REGIONS, View, region_map, site_blocks
from skytally.figures.overview_timeline import PERIOD, timeline_chart
from skytally.record import lines
from skytally.record.evidence_lines import by_statement, line

Rows = Callable[..., pd.DataFrame]
Lines = Callable[..., xr.Dataset]
Table = Callable[[str], pd.DataFrame]
NASTY = "</script><script>alert(1)</script>\"'&"


class _Tags(HTMLParser):
    """Collect the tags of a block as a browser's parser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def _tags(block: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Tags()
    parser.feed(block)
    return parser.tags


def _document(shown: Shown) -> Any:
    found = re.search(r'<script type="application/json">(.*?)</script>', shown.block, re.DOTALL)
    assert found
    return json.loads(found[1])


def _models(node: Any, name: str) -> list[dict[str, Any]]:
    found = []
    if isinstance(node, dict):
        if node.get("name") == name and "attributes" in node:
            found.append(node["attributes"])
        for each in node.values():
            found += _models(each, name)
    elif isinstance(node, list):
        for each in node:
            found += _models(each, name)
    return found


def _drawn(document: Any) -> list[str]:
    """Give the marker of every point glyph, without the looks it takes when selected."""
    glyphs = [each["glyph"] for each in _models(document, "GlyphRenderer")]
    return [
        each["attributes"]["marker"]["value"] if "marker" in each["attributes"] else "circle"
        for each in glyphs
        if each["name"] == "Scatter"
    ]


def _column(source: dict[str, Any], word: str) -> list[Any]:
    entries = dict(source["data"]["entries"])
    found = entries.get(word)
    return found if isinstance(found, list) else []


def _svg(shown: Shown) -> str:
    found = re.search(r"data:image/svg\+xml;base64,([^\"]+)", shown.block)
    assert found
    return base64.b64decode(found[1]).decode()


def _words(svg: str) -> str:
    return " ".join(
        each.text or "" for each in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    )


def _values(lines_drawn: dict[str, xr.Dataset], **options: Any) -> Shown:
    plain = {"name": "made-up", "ylabel": "containers", "caption": "Made up"}
    return values_chart(lines_drawn, {"csis": "CSIS"}, **{**plain, **options})


def test_values_chart_has_both_figures_of_the_same_marks(one_line: Lines) -> None:
    """The page gets the interactive chart, its static twin with alt text, and the caption."""
    shown = _values({"csis": one_line({"value": 430.0, "bound": n.ABOUT, "day": "2023-10-16"})})
    tags = _tags(shown.block)
    (image,) = (given for tag, given in tags if tag == "img")
    assert image["alt"] == ("Made up. 1 marks: 16 October 2023: about 430 containers (CSIS).")
    said = {
        word
        for each in _models(_document(shown), "ColumnDataSource")
        for word in _column(each, "said")
    }
    assert said == {"about 430 containers"}
    assert "containers" in _words(_svg(shown))
    assert "<figcaption>Made up</figcaption>" in shown.block
    assert shown._repr_mimebundle_()["text/plain"] == image["alt"]


def test_values_chart_hover_says_value_bound_counter_and_source(one_line: Lines) -> None:
    """Every mark can be asked for date, value, bound, counter, scope, source and row."""
    shown = _values({"csis": one_line({"value": 430.0})})
    hovers = _models(_document(shown), "HoverTool")
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
    assert set(_drawn(_document(shown))) == expected


def test_values_chart_draws_a_ceiling_as_a_band(rows: Rows) -> None:
    """A bound over years is a band from 0 with words that say so, never a level."""
    band = line(
        rows({"value": 20.0, "bound": n.AT_MOST, "wording": "no more than about"}),
        title="t",
        history="h",
    )
    drawn = line(rows({"value": 73.0}), title="t", history="h")
    shown = _values({"csis": drawn}, band=band)
    expected = "no more than about 20 containers, a bound, not a level (CSIS)"
    assert expected in _words(_svg(shown))
    assert _models(_document(shown), "Quad") or _models(_document(shown), "Rect")
    assert "no more than about 20 containers" in shown.text


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
    svg = _svg(Shown(block, ""))
    spaces = r"http://(www\.w3\.org|purl\.org|creativecommons\.org)/"
    addresses = re.findall(r"https?://[^\s\"'<>]+", block + svg)
    assert [each for each in addresses if not re.match(spaces, each)] == []


@pytest.mark.parametrize("place", ["text", "source_id", "scope", "wording"])
def test_values_chart_shows_code_as_text(one_line: Lines, place: str) -> None:
    """A cell that looks like a script starts no tag, in whichever column it stands."""
    shown = _values({"csis": one_line({"value": 430.0, place: NASTY})}, caption=NASTY)
    tags = [tag for tag, _ in _tags(shown.block)]
    assert tags.count("script") == 2
    assert set(tags) == {"figure", "div", "script", "img", "figcaption"}
    assert html.escape(NASTY) in shown.block
    seen = {
        word
        for each in _models(_document(shown), "ColumnDataSource")
        for word in _column(each, "row")
    }
    assert seen == {"X1"}
    ET.fromstring(_svg(shown))


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
    document = _document(shown)
    assert sorted(_drawn(document)) == ["circle", "circle", "x"]
    glyphs = [each["glyph"]["attributes"] for each in _models(document, "GlyphRenderer")]
    fills = [each["fill_color"]["value"] for each in glyphs if each.get("fill_color")]
    assert fills.count("white") == 1
    assert "Pier" in _words(_svg(shown))
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
    words = _words(_svg(shown))
    assert "Early" in words
    assert "Late" not in words


def test_lanes_chart_draws_a_few_days(rows: Rows) -> None:
    """A chart of three days has room for the names of its lanes."""
    table = rows(*({"value": 1.0, "day": f"2023-10-{day:02}"} for day in (5, 6, 7)))
    shown = lanes_chart(table, {}, lane=["a", "b", "c"], name="a", caption="Made up")
    assert "a b c" in _words(_svg(shown))


def test_values_chart_draws_a_line_of_zeros(one_line: Lines) -> None:
    """Where every look found nothing, the chart shows zeros."""
    shown = _values({"csis": one_line({"value": 0.0, "state": n.NOTHING_SEEN})})
    assert "0 containers" in shown.text


def test_bars_chart_writes_each_number_with_its_bound(rows: Rows) -> None:
    """A bar is named and worded, and a lower bound ends in an arrow."""
    table = rows({"value": 32.0, "bound": n.AT_LEAST}, {"value": 26.0})
    shown = bars_chart(
        table,
        {},
        label=["NK Pro", "VOA"],
        series=["a", "b"],
        name="made-up",
        xlabel="calls",
        caption="Made up",
    )
    words = _words(_svg(shown))
    assert "NK Pro: at least 32 containers" in words
    assert "VOA: 26 containers" in words
    assert _drawn(_document(shown)) == ["triangle"]


def test_show_refuses_a_chart_that_needs_a_kernel() -> None:
    """A slider on a page without a kernel would move nothing."""
    chart = hv.HoloMap({i: hv.Points([(i, i)]) for i in range(2)})
    with pytest.raises(TypeError, match="needs a kernel behind its slider"):
        show(chart, Figure(), name="a", alt="b", caption="c")


def test_show_links_its_downloads() -> None:
    """The CSV stands first, the netCDF files fold away, and names are text."""
    shown = show(
        hv.Overlay([hv.Points([(0, 0)])]),
        Figure(),
        name="a",
        alt="b",
        caption="c",
        files=["a.csv", "a.one.nc", "a.two.nc"],
    )
    links = [given["href"] for tag, given in _tags(shown.block) if tag == "a"]
    assert links == ["../data/a.csv", "../data/a.one.nc", "../data/a.two.nc"]
    assert "<summary>2 netCDF files, one a line</summary>" in shown.block


def test_enable_brings_the_scripts_only_outside_the_book(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a live notebook the scripts come from the installed package; a page has them already."""
    monkeypatch.setenv(IN_BOOK, "1")
    assert enable() is None
    monkeypatch.delenv(IN_BOOK)
    shown = enable()
    assert shown is not None
    assert len(shown.block) > sum(path.stat().st_size for path in bokeh_scripts()) * 0.9
    assert shown.block.count("</script") == 1
    assert " src=" not in shown.block.partition(">")[0]


@pytest.mark.parametrize(
    ("east", "north"), [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0)], ids=["centre", "north", "east"]
)
def test_view_gives_kilometres(east: float, north: float) -> None:
    """At the equator a degree is about 111 km, in the right direction."""
    x, y = View(0.0, 0.0, 500.0).project(np.array([east]), np.array([north]))
    assert x[0] == pytest.approx(111.32 * east, abs=0.1)
    assert y[0] == pytest.approx(110.57 * north, abs=0.1)


@pytest.mark.parametrize("region", REGIONS)
def test_region_map_marks_each_site_with_its_uncertainty(region: str, table: Table) -> None:
    """A map names every site it marks, and tells position and radius in words."""
    shown = region_map(region, table("sites"), table("legs"))
    _, ids, _ = REGIONS[region]
    for _, site in table("sites").set_index("id").loc[ids].iterrows():
        assert site["name"] in _words(_svg(shown))
        told = re.search(
            re.escape(site["name"]) + r" at ([\d.]+) N, ([\d.]+) E, within", shown.text
        )
        assert told
        assert float(told[1]) == pytest.approx(site["lat"], abs=1e-4)
        assert float(told[2]) == pytest.approx(site["lon"], abs=1e-4)


def test_region_map_refuses_an_unknown_region(table: Table) -> None:
    """There is no map of a region that nobody drew."""
    with pytest.raises(KeyError, match="moon"):
        region_map("moon", table("sites"), table("legs"))


def test_site_blocks_have_an_anchor_a_site(table: Table) -> None:
    """Every site has its anchor; only a located one has a map."""
    located = table("sites")["lat"].notna()
    sites = pd.concat([table("sites")[located].head(2), table("sites")[~located].head(2)])
    assert len(sites) == 4
    tags = _tags(site_blocks(sites, table("legs")))
    anchors = [given["id"] for tag, given in tags if tag == "section"]
    assert anchors == sites["id"].tolist()
    assert sum(tag == "img" for tag, _ in tags) == 2


def test_a_site_without_uncertainty_has_no_circle_and_says_so(table: Table) -> None:
    """Where the radius is missing the place is marked, without a circle round it."""
    sites = table("sites").copy()
    sites.loc[sites["id"] == "rajin", "uncertainty_m"] = float("nan")
    block = site_blocks(sites[sites["id"] == "rajin"], table("legs"))
    assert "42.2300 N, 130.2900 E (WGS 84), its uncertainty is not given" in block
    assert "so it has no circle" in block
    assert "nan" not in re.sub(r'"[^"]*"', "", block).lower()
    shown = region_map("overview", sites, table("legs"))
    assert "130.2900 E, its uncertainty is not given" in shown.text


@pytest.mark.parametrize("column", ["lat", "lon"])
def test_a_site_without_a_coordinate_is_listed_and_not_drawn(table: Table, column: str) -> None:
    """Half a position is none: the map leaves the site out and its caption names it."""
    sites = table("sites").copy()
    sites.loc[sites["id"] == "dunai", column] = float("nan")
    block = site_blocks(sites[sites["id"] == "dunai"], table("legs"))
    assert "not located in the sources read" in block
    assert "<img" not in block
    shown = region_map("far-east", sites, table("legs"))
    assert "Dunai" not in shown.text
    assert "Not on the map, not located in the sources read: Dunai" in shown.block


def test_a_region_without_any_located_site_is_no_map(table: Table) -> None:
    """With no site left there is a sentence, and no crash."""
    sites = table("sites").assign(lat=float("nan"))
    shown = region_map("overview", sites, table("legs"))
    assert shown.text.startswith("No map. Not on the map")
    assert "<img" not in shown.block


def test_site_blocks_show_code_as_text(table: Table) -> None:
    """A name or note that looks like a script is shown."""
    sites = table("sites").iloc[[0]].assign(name=NASTY, note=NASTY, lat=float("nan"))
    block = site_blocks(sites, table("legs"))
    assert "script" not in {tag for tag, _ in _tags(block)}
    assert html.escape(NASTY) in block


def test_timeline_chart_has_a_lane_for_every_line(table: Table) -> None:
    """One axis holds all lines of evidence and the events."""
    names = (
        "events",
        "ship_sightings",
        "quay_stocks",
        "rail_counts",
        "depot_observations",
        "ais_events",
        "official_claims",
        "scopes",
        "counters",
    )
    words = _words(_svg(timeline_chart({name: table(name) for name in names})))
    for lane in (
        "Diplomacy, sanctions, strikes",
        "Ships at Rajin",
        "Ships at Dunai",
        "Ships at Vostochny",
        "Containers on the quay at Rajin",
        "Railcars and cargo at the border",
        "Trains at the border",
        "Depots",
        "Silent ships",
        "Containers as claimed",
    ):
        assert lane in words
    assert PERIOD[0] < PERIOD[1]


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
    sources = _models(_document(shown), "ColumnDataSource")
    drawn = {row for each in sources for row in _column(each, "row")}
    assert drawn == {row for each in boxes.values() for row in each[n.ROW].to_numpy()}
