"""Map of the route: its stops, countries and seas, its title, and inland waters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.path import Path

from skytally.figures.basemap import View, outlines
from skytally.figures.chart_titles_from_findings import ChartTitle
from skytally.figures.route_map import route_map
from tests.support.parsed_charts import svg_words
from tests.support.route_map_panels_and_labels import CHARTS, labels, panels

Table = Callable[[str], pd.DataFrame]


def test_route_map_names_stops_countries_and_seas(table: Table) -> None:
    """Every stop has its number and name, and countries and the source line are on the picture."""
    sites = table("sites")
    drawn = route_map(
        panels(CHARTS), labels(CHARTS, sites), sites, table("route_connections"), source_line="SRC"
    )
    words = svg_words(drawn)
    for name in ("Rajin", "Dunai", "Vostochny", "Tumangang", "Tikhoretsk", "UKRAINE", "SRC", "km"):
        assert name in words
    assert "1 Rajin" in drawn.text
    assert "2 Dunai and Vostochny (port); 3 Tikhoretsk (depot)" in drawn.block
    assert "4 Tumangang (rail yard)" in words
    # no line crosses countries between two panels: each end says where the other is
    assert "to 3," in words
    assert "from 2," in words


def test_route_map_has_its_title_over_it(table: Table) -> None:
    """What is saved of the map says what it shows."""
    sites, title = table("sites"), ChartTitle("By sea", "By sea", "Places of the route")
    links = table("route_connections")
    drawn = route_map(
        panels(CHARTS), labels(CHARTS, sites), sites, links, source_line="SRC", heading=title
    )
    assert drawn.block.index("By sea") < drawn.block.index("Places of the route")
    assert drawn.block.index("Places of the route") < drawn.block.index("<img")


def test_route_without_a_stop_is_a_sentence(table: Table) -> None:
    """A new book has no stop yet, and says so where the map will be."""
    none = labels(CHARTS, table("sites")).iloc[:0]
    drawn = route_map(
        panels(CHARTS), none, table("sites"), table("route_connections"), source_line=""
    )
    assert drawn.text == "The route has no map yet."
    assert 'id="route"' in drawn.block


@pytest.mark.parametrize("basemap", ["basemap_overview", "basemap_western_russia"])
def test_caspian_sea_is_water(basemap: str) -> None:
    """The holes of a polygon are inland waters, not land."""
    view = View(43.0, 48.0, 600.0)
    lakes = outlines(basemap, view).lakes
    (x,), (y,) = view.project(np.array([51.0]), np.array([42.0]))
    assert any(Path(ring).contains_point((x, y)) for ring in lakes)
