"""Maps: what each marks, in which projection, and what they say where nothing is located."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from skytally.core import data_registry
from skytally.figures.map_regions import read_regions
from skytally.figures.maps import View, region_map, site_blocks
from tests.support.drawn_charts import NASTY, svg_words, tags

Table = Callable[[str], pd.DataFrame]


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
    drawn = tags(site_blocks(regions, sites, table("route_connections")))
    anchors = [given["id"] for tag, given in drawn if tag == "section"]
    assert anchors == sites["id"].tolist()
    assert sum(tag == "img" for tag, _ in drawn) == 2


def test_a_site_without_uncertainty_has_no_circle_and_says_so(
    regions: pd.DataFrame, table: Table
) -> None:
    """Where the radius is missing the place is marked, without a circle round it."""
    sites = table("sites").copy()
    sites.loc[sites["id"] == "rajin", "uncertainty_m"] = float("nan")
    block = site_blocks(regions, sites[sites["id"] == "rajin"], table("route_connections"))
    assert "42.2300 N, 130.2900 E (WGS 84), its uncertainty is not given" in block
    assert "so it has no circle" in block
    assert "nan" not in re.sub(r'"[^"]*"', "", block).lower()
    shown = region_map("overview", regions, sites, table("route_connections"))
    assert "130.2900 E, its uncertainty is not given" in shown.text


@pytest.mark.parametrize("column", ["lat", "lon"])
def test_a_site_without_a_coordinate_is_listed_and_notpoint_markers(
    regions: pd.DataFrame, table: Table, column: str
) -> None:
    """Half a position is none: the map leaves the site out and its caption names it."""
    sites = table("sites").copy()
    sites.loc[sites["id"] == "dunai", column] = float("nan")
    block = site_blocks(regions, sites[sites["id"] == "dunai"], table("route_connections"))
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
    block = site_blocks(regions, sites, table("route_connections"))
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
    block = site_blocks(regions.iloc[:0], sites, table("route_connections"))
    assert 'id="map-rajin"' in block
    assert "42.2300 N, 130.2900 E" in block


def test_maps_of_an_empty_record_are_a_sentence(regions: pd.DataFrame, table: Table) -> None:
    """No site, no crash: the page says that there is none."""
    none = table("sites").iloc[:0]
    assert "The record has no site yet." in site_blocks(
        regions, none, table("route_connections").iloc[:0]
    )
    shown = region_map("overview", regions, none, table("route_connections").iloc[:0])
    assert shown.text == "No map."
    assert 'id="map-overview"' in shown.block
