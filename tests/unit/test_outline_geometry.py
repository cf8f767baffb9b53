"""Geometry of outlines: what is refused after editing, areas and shares in metres."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from skytally.imagery.sites.outline_geometry import (
    geometry_faults,
    outline_area_m2,
    outline_faults,
    share_outside_window,
)
from skytally.imagery.sites.site_register import read_sites
from tests.support import made_up_outlines as drawn_sites

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
