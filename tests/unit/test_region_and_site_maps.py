"""Maps: what each marks, in which projection, and what they say where nothing is located."""

from __future__ import annotations

import html
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.path import Path

from skytally.core import chart_style as style, data_registry
from skytally.figures.basemap import View, outlines
from skytally.figures.map_regions import read_regions
from skytally.figures.region_and_site_maps import position_words, region_map, site_blocks
from tests.support.parsed_charts import NASTY, svg, svg_words, tags

Table = Callable[[str], pd.DataFrame]


class AnySource(dict[str, str]):
    """Link to any source, as the pages make it."""

    def __missing__(self, source: str) -> str:
        """Return the link."""
        return f'<a href="cards/source/{source}.html">{source}</a>'


SOURCES = AnySource()


@pytest.fixture(scope="module")
def regions(table: Table) -> pd.DataFrame:
    """Regions of this book."""
    return read_regions(
        data_registry.path("map_regions"),
        sites=set(table("sites")["id"]),
        basemaps=data_registry.entries(),
    )


@pytest.mark.parametrize(
    ("east", "north"), [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0)], ids=["centre", "north", "east"]
)
def test_view_gives_kilometres(east: float, north: float) -> None:
    """At the equator a degree is about 111 km, in the right direction."""
    x, y = View(0.0, 0.0, 500.0).project(np.array([east]), np.array([north]))
    assert x[0] == pytest.approx(111.32 * east, abs=0.1)
    assert y[0] == pytest.approx(110.57 * north, abs=0.1)


@pytest.mark.parametrize("region", ["overview", "far-east", "western-russia"])
def test_region_map_marks_each_site_with_its_uncertainty(
    region: str, regions: pd.DataFrame, table: Table
) -> None:
    """A map names every site it marks, and tells position and radius in words."""
    shown = region_map(region, regions, table("sites"), table("route_connections"))
    ids = regions.set_index("id").loc[region, "sites"].split()
    for _, site in table("sites").set_index("id").loc[ids].iterrows():
        if math.isnan(site["lat"]):
            assert f"not located in the sources read: {site['name']}" in shown.block
            continue
        assert site["name"] in svg_words(shown)
        told = re.search(
            re.escape(site["name"]) + r" at ([\d.]+) N, ([\d.]+) E, within", shown.text
        )
        assert told
        assert float(told[1]) == pytest.approx(site["lat"], abs=1e-4)
        assert float(told[2]) == pytest.approx(site["lon"], abs=1e-4)


def test_region_map_refuses_an_unknown_region(regions: pd.DataFrame, table: Table) -> None:
    """There is no map of a region that nobody drew."""
    with pytest.raises(KeyError, match="moon"):
        region_map("moon", regions, table("sites"), table("route_connections"))


def test_site_blocks_have_an_anchor_a_site(regions: pd.DataFrame, table: Table) -> None:
    """Every site has its anchor; only a located one has a map."""
    located = table("sites")["lat"].notna()
    sites = pd.concat([table("sites")[located].head(2), table("sites")[~located].head(2)])
    assert len(sites) == 4
    drawn = tags(site_blocks(regions, sites, SOURCES))
    anchors = [given["id"] for tag, given in drawn if tag == "section"]
    assert anchors == sites["id"].tolist()
    assert sum(tag == "img" for tag, _ in drawn) == 2


def test_site_maps_are_small_pictures_that_open(regions: pd.DataFrame, table: Table) -> None:
    """Each map is one static picture in a fold, and all of them together stay small."""
    block = site_blocks(regions, table("sites"), SOURCES)
    drawn = tags(block)
    located = int(table("sites")["lat"].notna().sum())
    assert sum(tag == "details" for tag, _ in drawn) == located
    assert "script" not in {tag for tag, _ in drawn}
    assert len(block) < 200_000
    assert 'href="cards/source/OSM_LANDS_RAJIN.html"' in block


def test_sites_that_no_source_locates_stand_apart(regions: pd.DataFrame, table: Table) -> None:
    """A place without a position is listed after those on a map, and says so."""
    block = site_blocks(regions, table("sites"), SOURCES)
    mapped, words, rest = block.partition("No source that was read locates the following sites")
    assert words
    for _, site in table("sites").iterrows():
        located = not (math.isnan(site["lat"]) or math.isnan(site["lon"]))
        assert (f'<section class="sk-site" id="{site["id"]}">' in mapped) is located
        assert (f'<section class="sk-site" id="{site["id"]}">' in rest) is not located
    assert "<img" not in rest


@pytest.mark.parametrize(
    ("lat", "lon", "words"),
    [
        (42.2268, 130.285, "42.2268 N, 130.2850 E"),
        (-33.9, -18.42, "33.9000 S, 18.4200 W"),
        (-0.5, 12.0, "0.5000 S, 12.0000 E"),
        (0.0, 0.0, "0.0000 N, 0.0000 E"),
    ],
)
def test_hemispheres_have_their_words(lat: float, lon: float, words: str) -> None:
    """A position in the south or west is not given with a minus sign."""
    assert position_words(lat, lon) == words


def test_a_site_in_the_south_west_says_so(regions: pd.DataFrame, table: Table) -> None:
    """Block and alternative text have the words of the hemisphere."""
    sites = table("sites").iloc[[0]].assign(lat=-33.9, lon=-18.42)
    block = site_blocks(regions, sites, SOURCES)
    assert block.count("33.9000 S, 18.4200 W") == 2


@pytest.mark.parametrize("region", ["overview", "western-russia"])
def test_ukraine_is_drawn_as_one_state_with_crimea(
    region: str, regions: pd.DataFrame, table: Table
) -> None:
    """The map has the ground of a state, whose outline holds Simferopol, and says so."""
    row = regions.set_index("id").loc[region]
    shown = region_map(region, regions, table("sites"), table("route_connections"))
    assert style.STATE in svg(shown)
    assert "internationally recognised borders" in shown.block
    view = View(46.0, 34.0, 900.0)
    rings = outlines(row["border"], view)
    (x,), (y,) = view.project(np.array([34.10]), np.array([44.95]))
    assert any(Path(ring).contains_point((x, y)) for ring in (*rings.land, *rings.islands))


def test_a_region_without_a_border_sets_no_state_apart(regions: pd.DataFrame, table: Table) -> None:
    """The map of the Far East has neither the ground nor the sentence."""
    shown = region_map("far-east", regions, table("sites"), table("route_connections"))
    assert style.STATE not in svg(shown)
    assert "recognised borders" not in shown.block


@pytest.mark.parametrize("region", ["overview", "far-east", "western-russia"])
def test_letters_are_large_enough_on_a_narrow_screen(
    region: str, regions: pd.DataFrame, table: Table
) -> None:
    """Where a map of a region is 350 px wide, its names are at least 11 px high."""
    shown = region_map(region, regions, table("sites"), table("route_connections"))
    width = float(ET.fromstring(svg(shown)).get("viewBox", "").split()[2])
    assert style.TEXT_PT * 350 / width >= 11


def test_a_site_without_uncertainty_has_no_circle_and_says_so(
    regions: pd.DataFrame, table: Table
) -> None:
    """Where the radius is missing the place is marked, without a circle round it."""
    sites = table("sites").copy()
    sites.loc[sites["id"] == "rajin", "uncertainty_m"] = float("nan")
    block = site_blocks(regions, sites[sites["id"] == "rajin"], SOURCES)
    assert "42.2268 N, 130.2850 E (WGS 84), its uncertainty is not given" in block
    assert "so it has no circle" in block
    assert "nan" not in re.sub(r'"[^"]*"', "", block).lower()
    shown = region_map("overview", regions, sites, table("route_connections"))
    assert "130.2850 E, its uncertainty is not given" in shown.text


@pytest.mark.parametrize("column", ["lat", "lon"])
def test_a_site_without_a_coordinate_is_listed_and_not_drawn(
    regions: pd.DataFrame, table: Table, column: str
) -> None:
    """Half a position is none: the map leaves the site out and its caption names it."""
    sites = table("sites").copy()
    sites.loc[sites["id"] == "dunai", column] = float("nan")
    block = site_blocks(regions, sites[sites["id"] == "dunai"], SOURCES)
    assert "not located in the sources read" in block
    assert "<img" not in block
    shown = region_map("far-east", regions, sites, table("route_connections"))
    assert "Dunai" not in shown.text
    assert "Not on the map, not located in the sources read: Dunai" in shown.block


def test_a_region_without_any_located_site_is_no_map(regions: pd.DataFrame, table: Table) -> None:
    """With no site left there is a sentence, and no crash."""
    sites = table("sites").assign(lat=float("nan"))
    shown = region_map("overview", regions, sites, table("route_connections"))
    assert shown.text.startswith("No map. Not on the map")
    assert "<img" not in shown.block


def test_site_blocks_show_code_as_text(regions: pd.DataFrame, table: Table) -> None:
    """A name or note that looks like a script is shown."""
    sites = table("sites").iloc[[0]].assign(name=NASTY, note=NASTY, lat=float("nan"))
    block = site_blocks(regions, sites, SOURCES)
    assert "script" not in {tag for tag, _ in tags(block)}
    assert html.escape(NASTY) in block


def test_a_region_added_to_the_table_is_drawn(regions: pd.DataFrame, table: Table) -> None:
    """One more row is one more map, with the sites that the row names and no others."""
    row = {**regions.iloc[0], "id": "harbours", "sites": "rajin vostochny", "half_width_km": 200.0}
    more = pd.concat([regions, pd.DataFrame([row])], ignore_index=True)
    shown = region_map("harbours", more, table("sites"), table("route_connections"))
    assert 'id="map-harbours"' in shown.block
    assert shown.text.count(" at ") == 2
    assert "Vostochny port (Wrangel Bay) at " in shown.text


def test_a_site_outside_every_region_has_a_map_without_land(
    regions: pd.DataFrame, table: Table
) -> None:
    """With no basemap for its position, the place and its radius are still drawn."""
    sites = table("sites")[table("sites")["id"] == "rajin"]
    block = site_blocks(regions.iloc[:0], sites, SOURCES)
    assert 'id="map-rajin"' in block
    assert "42.2268 N, 130.2850 E" in block


def test_maps_of_an_empty_record_are_a_sentence(regions: pd.DataFrame, table: Table) -> None:
    """No site, no crash: the page says that there is none."""
    none = table("sites").iloc[:0]
    assert "The record has no site yet." in site_blocks(regions, none, SOURCES)
    shown = region_map("overview", regions, none, table("route_connections").iloc[:0])
    assert shown.text == "No map."
    assert 'id="map-overview"' in shown.block
