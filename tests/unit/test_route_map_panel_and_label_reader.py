"""Tables of the route map: borders, faults named, and stops that move with their sites."""

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
from skytally.figures.route_map_panel_and_label_reader import STOP
from tests.support.route_map_panels_and_labels import CHARTS, labels, panels

Table = Callable[[str], pd.DataFrame]
SIMFEROPOL = (34.10, 44.95)


@pytest.fixture
def folder(tmp_path: FilePath) -> FilePath:
    """Copy of the tables of the charts, where they can be broken."""
    return FilePath(shutil.copytree(CHARTS, tmp_path / "charts"))


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
