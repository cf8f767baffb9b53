"""Distance from a border: the geodesic by hand, the record's depots, and what is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from pyproj import Geod

from skytally.core import data_registry
from skytally.core.errors_and_fault_lists import DataError
from skytally.findings.quote_ratio_share_estimate_findings import row_of
from skytally.statistics.border_distance import (
    MAP_ERROR_KM,
    border_distance_of_site,
    distance_to_border,
    published_distances,
)

Table = Callable[[str], pd.DataFrame]
SQUARE = [[0.0, 0.0], [2.0, 0.0], [2.0, 1.0], [0.0, 1.0], [0.0, 0.0]]


def outline(folder: Path, *features: dict[str, object]) -> Path:
    """Write a GeoJSON collection of features with these geometries."""
    made = [{"type": "Feature", "properties": {}, "geometry": each} for each in features]
    path = folder / "border.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": made}), encoding="utf-8")
    return path


@pytest.fixture
def square(tmp_path: Path) -> Path:
    """Path of a country of two degrees by one on the equator."""
    return outline(tmp_path, {"type": "Polygon", "coordinates": [SQUARE]})


@pytest.fixture
def ukraine() -> Path:
    """Path of the outlines of Ukraine."""
    return data_registry.path("basemap_ukraine_border")


def test_the_nearest_point_may_lie_between_two_corners(square: Path) -> None:
    """Straight south of the middle of an edge, one degree of the meridian away."""
    found = distance_to_border(1.0, -1.0, square)
    by_hand = Geod(ellps="WGS84").inv(1.0, -1.0, 1.0, 0.0)[2] / 1000
    assert found.km == pytest.approx(by_hand, abs=0.001)
    assert (found.lon, found.lat) == (pytest.approx(1.0, abs=0.01), pytest.approx(0.0))


def test_the_nearest_of_several_polygons_counts(tmp_path: Path) -> None:
    """An island nearer than the mainland has the nearest point."""
    island = [[3.0, -1.0], [3.1, -1.0], [3.1, -0.9], [3.0, -1.0]]
    both = outline(tmp_path, {"type": "MultiPolygon", "coordinates": [[SQUARE], [island]]})
    assert distance_to_border(3.5, -1.0, both).lon == pytest.approx(3.1)


def test_tikhoretsk_lies_194_km_from_the_coast_of_azov(table: Table, ukraine: Path) -> None:
    """The point published for the depot, to the nearest point of Ukraine."""
    site = row_of([table("sites")], "tikhoretsk").iloc[0]
    found = distance_to_border(site["lon"], site["lat"], ukraine)
    assert found.km == pytest.approx(194.05, abs=0.05)
    assert (found.lon, found.lat) == (
        pytest.approx(38.14, abs=0.01),
        pytest.approx(47.04, abs=0.01),
    )


def test_crimea_is_part_of_the_outlines(ukraine: Path) -> None:
    """From the eastern shore of the strait of Kerch it is a few kilometres to Ukraine."""
    assert distance_to_border(36.85, 45.35, ukraine).km < 25


def test_the_interval_adds_position_and_map(square: Path) -> None:
    """A radius of 2 km and the error of the map on either side, and never below nothing."""
    place = {"id": "x", "lon": 1.0, "lat": -1.0, "uncertainty_m": 2000.0}
    made = border_distance_of_site(pd.DataFrame([place]), square)
    assert made.high - made.value == pytest.approx(2 + MAP_ERROR_KM)
    assert made.value - made.low == pytest.approx(2 + MAP_ERROR_KM)
    near = border_distance_of_site(pd.DataFrame([{**place, "lat": -0.001}]), square)
    assert near.low == 0.0


def test_published_distances_are_judged_by_the_computed_ones(table: Table, ukraine: Path) -> None:
    """RUSI's figure fits, that of the United States does not, in kilometres and in miles alike."""
    depots = table("depot_observations")
    far = depots[(depots["quantity"] == "distance") & depots["text"].str.contains("Ukrainian")]
    made = published_distances(far, table("scopes"), table("sites"), border=ukraine)
    fits = dict(zip(made["id"], made["fits"], strict=True))
    assert fits["D006"]
    assert not fits["D005"]
    miles = far[far["id"] == "D006"].assign(value=120.0, unit="miles")
    judged = published_distances(miles, table("scopes"), table("sites"), border=ukraine)
    assert judged["printed_low"].iloc[0] == pytest.approx(115 * 1.609344)
    assert judged["fits"].all()


@pytest.mark.parametrize(
    ("work", "match"),
    [
        (lambda square, _: distance_to_border(math.nan, 0.0, square), "give degrees east"),
        (lambda square, _: distance_to_border(0.0, 91.0, square), "give degrees east"),
        (
            lambda square, sites: border_distance_of_site(sites.iloc[:0], square),
            "0 sites; give one row",
        ),
        (
            lambda square, sites: border_distance_of_site(sites[sites["id"] == "mozdok"], square),
            "site 'mozdok' has no position with an uncertainty",
        ),
    ],
    ids=["longitude", "latitude", "no-site", "no-position"],
)
def test_a_distance_is_refused(
    table: Table, square: Path, work: Callable[[Path, pd.DataFrame], object], match: str
) -> None:
    """No place on Earth, no row and no position are named, with what to give."""
    with pytest.raises(DataError, match=match):
        work(square, table("sites"))


@pytest.mark.parametrize(
    "geometry",
    [{"type": "Point", "coordinates": [1.0, 2.0]}, {"type": "Polygon", "coordinates": [[]]}, {}],
)
def test_an_outline_of_no_polygons_is_refused(tmp_path: Path, geometry: dict[str, object]) -> None:
    """A point, an empty ring and nothing are no border."""
    with pytest.raises(DataError, match="give a GeoJSON FeatureCollection of polygons"):
        distance_to_border(0.0, 0.0, outline(tmp_path, geometry))
