"""Map of the route, its tables, and the borders on it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path as FilePath

import numpy as np
import pandas as pd
import pytest
from matplotlib.path import Path

from skytally.core import data_registry, read_json
from skytally.core.errors_and_fault_lists import DataError
from skytally.figures.basemap import View, outlines
from skytally.figures.chart_titles_from_findings import ChartTitle
from skytally.figures.route_map import route_map
from skytally.figures.route_map_tables import STOP, read_labels, read_panels
from tests.support.parsed_charts import svg_words

Table = Callable[[str], pd.DataFrame]
CHARTS = FilePath(__file__).resolve().parents[2] / "data" / "charts"
SIMFEROPOL = (34.10, 44.95)


@pytest.fixture
def folder(tmp_path: FilePath) -> FilePath:
    """Copy of the tables of the charts, where they can be broken."""
    return FilePath(shutil.copytree(CHARTS, tmp_path / "charts"))


def panels(folder: FilePath) -> pd.DataFrame:
    """Panels of a folder."""
    return read_panels(folder / "route_panels.csv", basemaps=data_registry.entries())


def labels(folder: FilePath, sites: pd.DataFrame) -> pd.DataFrame:
    """Labels of a folder."""
    known = set(panels(folder)["id"])
    return read_labels(folder / "route_labels.csv", panels=known, sites=sites)


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


def test_simferopol_lies_in_ukraine() -> None:
    """The outline of Ukraine on the maps holds Crimea."""
    border = read_json(data_registry.path("basemap_ukraine_border"))
    rings = [
        polygon[0]
        for feature in border["features"]
        for polygon in (
            feature["geometry"]["coordinates"]
            if feature["geometry"]["type"] == "MultiPolygon"
            else [feature["geometry"]["coordinates"]]
        )
    ]
    assert any(Path(np.array(ring)).contains_point(SIMFEROPOL) for ring in rings)
    slugs = set(panels(CHARTS)["border"])
    assert "basemap_ukraine_border" in slugs


@pytest.mark.parametrize("basemap", ["basemap_overview", "basemap_western_russia"])
def test_caspian_sea_is_water(basemap: str) -> None:
    """The holes of a polygon are inland waters, not land."""
    view = View(43.0, 48.0, 600.0)
    lakes = outlines(basemap, view).lakes
    (x,), (y,) = view.project(np.array([51.0]), np.array([42.0]))
    assert any(Path(ring).contains_point((x, y)) for ring in lakes)


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        (
            "route_panels.csv",
            "basemap_far_east",
            "basemap_moon",
            "column basemap: found 'basemap_m",
        ),
        ("route_panels.csv", ",190,", ",0,", "column half_width_km: found 0; write a number above"),
        ("route_labels.csv", "china,far-east", "china,moon", "column panel: found 'moon'"),
        ("route_labels.csv", ",country,,China", ",town,,China", "column kind: found 'town'"),
        ("route_labels.csv", ",rajin,,,", ",moon,,,", "column site: found 'moon'"),
        ("route_labels.csv", "stop,1,", "stop,,", "column number: found nan; number the stop"),
        ("route_labels.csv", ",43.8,33.4,", ",,,", "column lat, lon: found no position"),
        ("route_labels.csv", "ukraine,near", "china,near", "found 'china' a second time"),
    ],
)
def test_fault_of_a_table_is_named(
    folder: FilePath, table: Table, file: str, old: str, new: str, fault: str
) -> None:
    """File, line, column, what was found and what to do."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=file) as caught:
        labels(folder, table("sites"))
    assert fault in str(caught.value)


def test_stop_moves_with_the_position_of_its_site(table: Table) -> None:
    """The map reads positions from the record, not from its own table."""
    sites = table("sites").copy()
    sites.loc[sites["id"] == "rajin", "lat"] += 0.5
    here, there = labels(CHARTS, table("sites")), labels(CHARTS, sites)
    moved = there["lat"] - here["lat"]
    assert moved[there["site"] == "rajin"].tolist() == pytest.approx([0.5])
    assert (moved[(there["kind"] == STOP) & (there["site"] != "rajin")] == 0).all()
