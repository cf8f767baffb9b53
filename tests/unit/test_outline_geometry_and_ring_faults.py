"""Geometry of outlines: faults, areas and shares in metres, and masks on grids that nest."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyproj
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.sites.outline_geometry_and_ring_faults import (
    geometry_faults,
    outline_area_m2,
    outline_faults,
    outline_mask,
    share_outside_window,
    window_lonlat,
    window_share_inside,
)
from skytally.imagery.sites.site_model import Grid
from skytally.imagery.sites.site_register import read_sites
from tests.support import made_up_outlines as drawn_sites
from tests.support.faulty_stac_catalogue_server import ring

ROOT = Path(__file__).resolve().parents[2]
SITES = read_sites(ROOT / "data/sites")


@pytest.mark.parametrize("slug", SITES)
def test_committed_outlines_have_no_fault(slug: str) -> None:
    """What lies in the project passes its own checks."""
    assert outline_faults(SITES[slug]) == []


BOW = [(1000, 1000), (2000, 2000), (2000, 1000), (1000, 2000), (1000, 1000)]


ELL = [
    (1000, 1000), (3000, 1000), (3000, 2000), (2000, 2000), (2000, 3000), (1000, 3000),
    (1000, 1000),
]  # fmt: skip


LEVEL_BOW = [(1000, 1000), (2000, 2000), (2000, 1000), (1000, 2000), (1000, 1000)]
"""A loop whose halves cancel each other out."""
OUTSIDE = [(-3000, 1000), (500, 1000), (500, 2000), (-3000, 2000), (-3000, 1000)]


@pytest.mark.parametrize(
    ("corners", "said"),
    [
        (drawn_sites.SQUARE, None),
        (ELL, None),
        (drawn_sites.SQUARE[:3], "a ring of 3 corners"),
        (drawn_sites.SQUARE[:4], "not where it began"),
        (BOW, "sides cross"),
        (LEVEL_BOW, "sides cross"),
        ([(1000, 1000)] * 5, "without any area"),
        (OUTSIDE, "86% of it outside the window"),
    ],
)
def test_geometry_faults_of_a_ring(corners: drawn_sites.Corners, said: str | None) -> None:
    """A valid ring passes; every other says what is wrong with it."""
    outline = drawn_sites.outline(corners)
    faults = geometry_faults(outline, drawn_sites.site(outline))
    assert (faults == []) if said is None else any(said in each for each in faults)


@pytest.mark.parametrize(
    ("ring", "said"),
    [
        ([[1, 2], ["x", 2], [1, 3], [1, 2]], "corner 2 is"),
        ([[1, 2], [1, 200], [1, 3], [1, 2]], "corner 2 is 1, 200"),
        ([[1], [1, 2], [1, 3], [1, 2]], "corner 1 is"),
        ([[True, 2], [1, 2], [1, 3], [True, 2]], "corner 1 is"),
    ],
)
def test_geometry_faults_of_a_position(ring: list[Any], said: str) -> None:
    """A corner that is no longitude and latitude is named."""
    outline = replace(drawn_sites.outline(), geometry={"type": "Polygon", "coordinates": [ring]})
    assert said in geometry_faults(outline, drawn_sites.site())[0]


def test_geometry_faults_tell_a_swapped_position() -> None:
    """Latitude before longitude is guessed, where the swap would lie in the window."""
    ring = [[lat, lon] for lon, lat in drawn_sites.lonlat(drawn_sites.SQUARE)]
    # 130 is no latitude here, so the swap itself is refused first
    outline = replace(drawn_sites.outline(), geometry={"type": "Polygon", "coordinates": [ring]})
    assert "write longitude, then latitude" in geometry_faults(outline, drawn_sites.site())[0]


def test_stable_ring_may_reach_over_the_edge() -> None:
    """The ring is drawn round the others, so most of it may be cut off."""
    assert geometry_faults(drawn_sites.outline(OUTSIDE, kind="stable"), drawn_sites.site()) == []


def test_areas_and_shares_are_metric() -> None:
    """A kilometre square has a million square metres, a hole takes its own off."""
    hole = [(1400, 1400), (1600, 1400), (1600, 1600), (1400, 1600), (1400, 1400)]
    both = {
        "type": "Polygon",
        "coordinates": [drawn_sites.lonlat(drawn_sites.SQUARE), drawn_sites.lonlat(hole)],
    }
    assert outline_area_m2(drawn_sites.outline(), drawn_sites.site()) == pytest.approx(
        1e6, rel=1e-4
    )
    assert outline_area_m2(
        replace(drawn_sites.outline(), geometry=both), drawn_sites.site()
    ) == pytest.approx(0.96e6, rel=1e-4)
    assert share_outside_window(drawn_sites.outline(OUTSIDE), drawn_sites.site()) == pytest.approx(
        6 / 7, rel=1e-3
    )
    assert share_outside_window(drawn_sites.outline(), drawn_sites.site()) == 0


def test_outlines_rest_on_the_record_and_on_open_lists() -> None:
    """No position comes from a map whose licence forbids it: each names its row."""
    known = {}
    for name in ("record/sites", "sites/positions"):
        with (ROOT / f"data/{name}.csv").open(encoding="utf-8", newline="") as file:
            known[name] = {row["id"] for row in csv.DictReader(file)}
    for site in SITES.values():
        listed = known["sites/positions" if site.is_control else "record/sites"]
        assert site.position_source in listed


@pytest.mark.parametrize("gsd", [10, 20, 60])
def test_grids_nest(gsd: int) -> None:
    """Pixels of 10, 20 and 60 m share their corners with the tiles of Sentinel-2."""
    for site in SITES.values():
        west, south, east, north = site.grid.bounds
        rows, columns = site.grid.shape(gsd)
        assert (columns * gsd, rows * gsd) == (east - west, north - south)
        assert west % gsd == north % gsd == 0
        corner = site.grid.transform(gsd) @ (columns, rows)
        assert corner == (east, south)


def test_mask_counts_pixel_centres() -> None:
    """A square of 100 m is a hundred pixels of 10 m, and rows run from north to south."""
    grid = Grid(32652, (600000, 4600020, 600600, 4600620))
    back = pyproj.Transformer.from_crs(32652, 4326, always_xy=True)
    corners = [(600100, 4600520), (600200, 4600520), (600200, 4600620), (600100, 4600620)]
    square = [list(back.transform(*corner)) for corner in [*corners, corners[0]]]
    outline = (
        SITES["rajin"]
        .outlines[0]
        .__class__(
            **{
                **SITES["rajin"].outlines[0].__dict__,
                "geometry": {"type": "Polygon", "coordinates": [square]},
            }
        )
    )
    site = SITES["rajin"].__class__(
        **{**SITES["rajin"].__dict__, "grid": grid, "outlines": (outline,)}
    )
    burnt = outline_mask(site, "berth", gsd=10)
    assert burnt.shape == (60, 60)
    assert burnt.sum() == 100
    assert burnt[:10, 10:20].all()
    assert window_share_inside(site, outline.geometry) == pytest.approx(
        100 * 100 / 600**2, abs=0.02
    )


def test_mask_of_an_unknown_kind_is_refused() -> None:
    """No outline of a kind is not the same as nothing there."""
    with pytest.raises(DataError, match="no outline of kind 'berth'; it has pit_area, stable"):
        outline_mask(SITES["tikhoretsk"], "berth", gsd=10)


def test_bbox_holds_the_whole_window() -> None:
    """Each corner and the middle of each edge lies in the box of degrees."""
    for site in SITES.values():
        west, south, east, north = window_lonlat(site)
        back = pyproj.Transformer.from_crs(site.grid.epsg, 4326, always_xy=True)
        w, s, e, n = site.grid.bounds
        for x in (w, (w + e) / 2, e):
            for y in (s, (s + n) / 2, n):
                lon, lat = back.transform(x, y)
                assert west - 1e-9 <= lon <= east + 1e-9
                assert south - 1e-9 <= lat <= north + 1e-9


def test_share_inside_of_the_whole_and_of_nothing() -> None:
    """A footprint round the window holds all of it, one elsewhere nothing."""
    west, south, east, north = window_lonlat(SITES["rajin"])
    wide = [west - 1, south - 1, east + 1, north + 1]
    assert window_share_inside(SITES["rajin"], ring(wide)) == 1
    assert window_share_inside(SITES["rajin"], ring([0, 0, 1, 1])) == 0
