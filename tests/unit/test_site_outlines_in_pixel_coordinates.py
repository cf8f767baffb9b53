"""Outlines of a site on an image: only those on it, and how far the image lies from the site."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyproj import CRS

from skytally.imagery.sites import read_sites, rings_of
from skytally.recount import CountTask, metres_from_window, outline_rings


@pytest.mark.parametrize(
    ("crs", "west", "north", "least", "most"),
    [
        ("EPSG:32652", 631_000, 4_698_000, 0, 0),
        ("EPSG:32652", 640_000, 4_698_000, 5_000, 5_200),
        ("EPSG:32652", 500_000, 4_700_000, 125_000, 135_000),
        ("EPSG:32633", 500_000, 4_700_000, 8e6, 1.1e7),
        ("EPSG:32720", 500_000, 4_700_000, 1e7, 2e7),
    ],
)
def test_distance_of_an_image_from_the_window_of_a_site(
    railcar_task: CountTask,
    root: Path,
    crs: str,
    west: float,
    north: float,
    least: float,
    most: float,
) -> None:
    """An image of the place meets its window; one of another place is so many metres away."""
    site = read_sites(root / "data/sites")["tumangang"]
    image = replace(
        railcar_task.image,
        crs=CRS.from_user_input(crs).to_wkt(),
        transform=(0.5, 0, west, 0, -0.5, north),
    )
    assert least <= metres_from_window(site, image) <= most


def test_outlines_off_the_image_are_left_out(railcar_task: CountTask, root: Path) -> None:
    """An image of the open sea shows no outline of Rajin; one within an outline shows that."""
    rajin = read_sites(root / "data/sites")["rajin"]
    assert outline_rings(rajin, railcar_task.image) == []
    water = max(rajin.outlines, key=lambda each: len(str(each.geometry)))
    east, north = np.array(rings_of(water.geometry)[0], dtype=float)[:-1, :2].mean(axis=0)
    close = replace(
        railcar_task.image, crs=CRS.from_user_input("OGC:CRS84").to_wkt(), columns=10, rows=10,
        transform=(1e-7, 0.0, float(east), 0.0, -1e-7, float(north)),
    )  # fmt: skip
    assert water.name in {each["name"] for each in outline_rings(rajin, close)}
