"""Sites with outlines drawn for a test, as rectangles about a point."""

from __future__ import annotations

from dataclasses import replace

from rasterio.warp import transform_geom

from skytally.imagery.simulate.rehearsal_port_yard_and_depot import turned_rectangle
from skytally.imagery.sites.site_model import CONFIRMED, Outline, Site
from tests.support import simulated_scenes_and_sites as chips

MIDDLE = chips.WEST + 600.0, chips.NORTH - 600.0
"""Middle of the site, metres."""


def outline(
    kind: str,
    at: tuple[float, float],
    axis: float | None,
    sides: tuple[float, float],
    **words: object,
) -> Outline:
    """Make a confirmed rectangle about a point."""
    corners = turned_rectangle(*at, axis or 0.0, sides)
    ring = [list(each) for each in (*corners, corners[0])]
    square = {"type": "Polygon", "coordinates": [ring]}
    there = transform_geom(f"EPSG:{chips.EPSG}", "EPSG:4326", square, precision=9)
    made = Outline(kind, f"the {kind}", there, "made up", 5.0, CONFIRMED, axis)
    return replace(made, **words)


def site(*outlines: Outline) -> Site:
    """Make a site of 1,200 m with some outlines."""
    return replace(chips.site(), outlines=outlines)
