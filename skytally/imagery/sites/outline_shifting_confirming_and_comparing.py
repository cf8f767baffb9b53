"""Edit the outlines of a site as a whole: shift, rotate, confirm, compare."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from rasterio.warp import transform_geom

from skytally.imagery.sites.outline_geometry_and_ring_faults import (
    LONLAT_CRS,
    RingPoints,
    outline_area_m2,
    rings_in_metres,
)
from skytally.imagery.sites.site_model import CONFIRMED, GRID_STEP_M, Outline, Site

DEGREE_DECIMALS = 6
"""Decimals of degrees in the files: a tenth of a metre."""
CORNER_TOLERANCE_M = 0.5
"""Metres by which rounding in the file may shift a corner that nobody moved."""
AREA_TOLERANCE = 0.001
"""Share by which the same rounding may change an area."""


@dataclass(frozen=True)
class Displacement:
    """Shift and rotation of outlines as a whole."""

    east_m: float = 0.0
    """Metres towards east."""
    north_m: float = 0.0
    """Metres towards north."""
    clockwise_deg: float = 0.0
    """Degrees clockwise about the middle of the outlines that are displaced."""

    def __str__(self) -> str:
        """Describe the displacement in words."""
        words = []
        if self.clockwise_deg:
            words.append(f"turned {self.clockwise_deg:g} degrees clockwise")
        if self.east_m or self.north_m:
            words.append(f"moved {self.east_m:g} m east and {self.north_m:g} m north")
        return " and ".join(words)


def _middle(rings: Iterable[RingPoints]) -> RingPoints:
    corners = np.vstack(list(rings))
    return np.asarray((corners.min(axis=0) + corners.max(axis=0)) / 2)


def is_window_outline(outline: Outline, site: Site) -> bool:
    """Whether an outline is the site's window itself, which stays in place when others move."""
    corners = np.vstack(rings_in_metres(outline, site))
    west, south, east, north = site.grid.bounds
    extent = np.hstack([corners.min(axis=0), corners.max(axis=0)])
    window = np.array([west, south, east, north])
    square = math.isclose(
        outline_area_m2(outline, site), (east - west) * (north - south), rel_tol=0.02
    )
    return bool(np.all(np.abs(extent - window) < GRID_STEP_M)) and square


def displace_outlines(
    site: Site, displacement: Displacement, *, kinds: frozenset[str] = frozenset()
) -> Site:
    """Shift and rotate the outlines of a site as a whole.

    Parameters
    ----------
    site : Site
        Before.
    displacement : Displacement
        By how much; the rotation is about the middle of the outlines, and comes first.
    kinds : frozenset of str
        Kinds of outline to displace; all if empty. An outline that is the window stays.

    Returns
    -------
    Site
        After; ``digitised_from`` of each displaced outline records what was done, and its axis
        has turned with it.
    """
    chosen = [
        outline
        for outline in site.outlines
        if (not kinds or outline.kind in kinds) and not is_window_outline(outline, site)
    ]
    if not chosen:
        return site
    middle = _middle(ring for outline in chosen for ring in rings_in_metres(outline, site))
    angle = math.radians(displacement.clockwise_deg)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    shift = middle + np.array([displacement.east_m, displacement.north_m])

    def displace_ring(ring: list[Any]) -> list[list[float]]:
        corners = (np.asarray(ring, dtype=float)[:, :2] - middle) @ turn.T + shift
        return [[float(x), float(y)] for x, y in corners]

    outlines = tuple(
        _displaced(outline, site, displacement, displace_ring) if outline in chosen else outline
        for outline in site.outlines
    )
    return replace(site, outlines=outlines)


def _displaced(
    outline: Outline, site: Site, displacement: Displacement, displace_ring: Any
) -> Outline:
    zone = f"EPSG:{site.grid.epsg}"
    projected = transform_geom(LONLAT_CRS, zone, outline.geometry)
    single = projected["type"] == "Polygon"
    polygons = [projected["coordinates"]] if single else projected["coordinates"]
    displaced = [[displace_ring(ring) for ring in polygon] for polygon in polygons]
    geometry = {"type": projected["type"], "coordinates": displaced[0] if single else displaced}
    back = transform_geom(zone, LONLAT_CRS, geometry, precision=DEGREE_DECIMALS)
    axis = outline.axis_deg
    return replace(
        outline,
        geometry=json.loads(json.dumps(back)),
        axis_deg=None if axis is None else (axis + displacement.clockwise_deg) % 180,
        digitised_from=f"{outline.digitised_from}; {displacement}",
    )


def confirm_outlines(
    site: Site, *, pos_sigma_m: float, kinds: frozenset[str] = frozenset()
) -> Site:
    """Mark outlines as confirmed on imagery, with the standard deviation of their position."""
    outlines = tuple(
        replace(outline, status=CONFIRMED, pos_sigma_m=pos_sigma_m)
        if not kinds or outline.kind in kinds
        else outline
        for outline in site.outlines
    )
    return replace(site, outlines=outlines)


def _same(one: Outline, other: Outline, site: Site) -> bool:
    rings, others = rings_in_metres(one, site), rings_in_metres(other, site)
    return len(rings) == len(others) and all(
        a.shape == b.shape and bool(np.all(np.abs(a - b) < CORNER_TOLERANCE_M))
        for a, b in zip(rings, others, strict=True)
    )


def _differences(old: Outline, new: Outline, site: Site) -> Iterator[str]:
    if not _same(old, new, site):
        before, after = (_middle(rings_in_metres(outline, site)) for outline in (old, new))
        east, north = np.round(after - before).astype(int) + 0
        sizes = [round(outline_area_m2(outline, site), -1) for outline in (old, new)]
        yield f"its middle moved {east} m east and {north} m north"
        if not math.isclose(*sizes, rel_tol=AREA_TOLERANCE):
            yield f"its area went from {sizes[0]:,.0f} to {sizes[1]:,.0f} square metres"
    for name in ("kind", "status", "pos_sigma_m", "axis_deg"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield f"{name} went from {before} to {after}"


def outline_changes(old: Iterable[Outline], new: Iterable[Outline], site: Site) -> list[str]:
    """List the differences between two sets of outlines of one site.

    Parameters
    ----------
    old, new : iterable of Outline
        Before and after.
    site : Site
        Their site.

    Returns
    -------
    list of str
        One sentence for each outline that differs; empty if at most wording does.
    """
    before, after = ({outline.name: outline for outline in outlines} for outlines in (old, new))
    changes = [f"{name!r} is new" for name in after if name not in before]
    changes += [f"{name!r} is gone" for name in before if name not in after]
    for name in after:
        if name in before:
            differences = list(_differences(before[name], after[name], site))
            if differences:
                changes.append(f"{name!r}: {'; '.join(differences)}")
    return changes
