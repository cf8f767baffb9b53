"""Sites and outlines drawn by hand in metres, for the tests of outlines, plans and composites."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasterio.warp import transform

from skytally.imagery.sites.site_model import TO_CONFIRM, Grid, Outline, Site

WEST, SOUTH = 300_000, 4_700_040
Corners = list[tuple[float, float]]
SQUARE: Corners = [(1000, 1000), (2000, 1000), (2000, 2000), (1000, 2000), (1000, 1000)]
"""A square kilometre in metres from the window's corner."""


def lonlat(corners: Corners) -> list[list[float]]:
    """Longitude and latitude of corners in metres from the window's corner."""
    xs, ys = zip(*((WEST + x, SOUTH + y) for x, y in corners), strict=True)
    return [
        [round(lon, 7), round(lat, 7)]
        for lon, lat in zip(*transform("EPSG:32652", "EPSG:4326", xs, ys), strict=True)
    ]


def outline(corners: Corners = SQUARE, **changes: Any) -> Outline:
    """Make an outline of kind berth, a square kilometre unless other corners are named."""
    plain = Outline(
        kind="berth",
        name="berth",
        geometry={"type": "Polygon", "coordinates": [lonlat(corners)]},
        digitised_from="made up",
        pos_sigma_m=500.0,
        status=TO_CONFIRM,
        axis_deg=None,
    )
    return replace(plain, **changes)


def site(*outlines: Outline) -> Site:
    """Make a site with a window of six kilometres and these outlines."""
    return Site(
        slug="made-up",
        name="Made up",
        country="XX",
        utc_offset_hours=9.0,
        grid=Grid(32652, (WEST, SOUTH, WEST + 6000, SOUTH + 6000)),
        outlines=outlines,
        role="control",
        pos_sigma_m=500.0,
        position_source="none",
    )
