"""Outlines of a site adjusted as a whole: moved, turned, confirmed, compared and written."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.warp import transform_geom

from skytally.imagery.sites.outline_geometry import Points, area_m2, rings_m
from skytally.imagery.sites.site_register import CONFIRMED, LONLAT, STEP, Outline, Site

DECIMALS = 6
"""Of degrees in the files: a tenth of a metre."""
SAME_M = 0.5
"""Metres by which a corner may move in writing and reading without having moved."""
SAME_AREA = 0.001
"""Share by which an area may change by the same rounding."""


@dataclass(frozen=True)
class Move:
    """A displacement of outlines as a whole."""

    east_m: float = 0.0
    """Metres towards east."""
    north_m: float = 0.0
    """Metres towards north."""
    clockwise_deg: float = 0.0
    """Degrees clockwise about the middle of what is moved."""

    def __str__(self) -> str:
        """Write the move in words."""
        words = []
        if self.clockwise_deg:
            words.append(f"turned {self.clockwise_deg:g} degrees clockwise")
        if self.east_m or self.north_m:
            words.append(f"moved {self.east_m:g} m east and {self.north_m:g} m north")
        return " and ".join(words)


def _middle(rings: Iterable[Points]) -> Points:
    corners = np.vstack(list(rings))
    return np.asarray((corners.min(axis=0) + corners.max(axis=0)) / 2)


def is_window(outline: Outline, site: Site) -> bool:
    """Tell whether an outline is the window itself, which stays where it is when others move."""
    corners = np.vstack(rings_m(outline, site))
    west, south, east, north = site.grid.bounds
    reached = np.hstack([corners.min(axis=0), corners.max(axis=0)])
    corner_box = np.array([west, south, east, north])
    square = math.isclose(area_m2(outline, site), (east - west) * (north - south), rel_tol=0.02)
    return bool(np.all(np.abs(reached - corner_box) < STEP)) and square


def moved(site: Site, move: Move, *, kinds: frozenset[str] = frozenset()) -> Site:
    """Displace the outlines of a site as a whole.

    Parameters
    ----------
    site : Site
        Before.
    move : Move
        By how much; a turn is about the middle of what is moved, and comes first.
    kinds : frozenset of str
        Kinds to move; all where empty. An outline that is the window itself never moves.

    Returns
    -------
    Site
        After; each moved outline says in ``digitised_from`` what was done, and its axis has
        turned with it.
    """
    chosen = [
        outline
        for outline in site.outlines
        if (not kinds or outline.kind in kinds) and not is_window(outline, site)
    ]
    if not chosen:
        return site
    middle = _middle(ring for outline in chosen for ring in rings_m(outline, site))
    angle = math.radians(move.clockwise_deg)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    shift = middle + np.array([move.east_m, move.north_m])

    def place(ring: list[Any]) -> list[list[float]]:
        corners = (np.asarray(ring, dtype=float)[:, :2] - middle) @ turn.T + shift
        return [[float(x), float(y)] for x, y in corners]

    outlines = tuple(
        _displaced(outline, site, move, place) if outline in chosen else outline
        for outline in site.outlines
    )
    return replace(site, outlines=outlines)


def _displaced(outline: Outline, site: Site, move: Move, place: Any) -> Outline:
    zone = f"EPSG:{site.grid.epsg}"
    drawn = transform_geom(LONLAT, zone, outline.geometry)
    single = drawn["type"] == "Polygon"
    polygons = [drawn["coordinates"]] if single else drawn["coordinates"]
    placed = [[place(ring) for ring in polygon] for polygon in polygons]
    geometry = {"type": drawn["type"], "coordinates": placed[0] if single else placed}
    back = transform_geom(zone, LONLAT, geometry, precision=DECIMALS)
    axis = outline.axis_deg
    return replace(
        outline,
        geometry=json.loads(json.dumps(back)),
        axis_deg=None if axis is None else (axis + move.clockwise_deg) % 180,
        digitised_from=f"{outline.digitised_from}; {move}",
    )


def confirmed(site: Site, *, pos_sigma_m: float, kinds: frozenset[str] = frozenset()) -> Site:
    """Mark outlines as confirmed on imagery, with how well they could be placed on it."""
    outlines = tuple(
        replace(outline, status=CONFIRMED, pos_sigma_m=pos_sigma_m)
        if not kinds or outline.kind in kinds
        else outline
        for outline in site.outlines
    )
    return replace(site, outlines=outlines)


def _same(one: Outline, other: Outline, site: Site) -> bool:
    rings, others = rings_m(one, site), rings_m(other, site)
    return len(rings) == len(others) and all(
        a.shape == b.shape and bool(np.all(np.abs(a - b) < SAME_M))
        for a, b in zip(rings, others, strict=True)
    )


def _differences(old: Outline, new: Outline, site: Site) -> Iterator[str]:
    if not _same(old, new, site):
        before, after = (_middle(rings_m(each, site)) for each in (old, new))
        east, north = np.round(after - before).astype(int) + 0
        sizes = [round(area_m2(each, site), -1) for each in (old, new)]
        yield f"its middle moved {east} m east and {north} m north"
        if not math.isclose(*sizes, rel_tol=SAME_AREA):
            yield f"its area went from {sizes[0]:,.0f} to {sizes[1]:,.0f} square metres"
    for word in ("kind", "status", "pos_sigma_m", "axis_deg"):
        before, after = getattr(old, word), getattr(new, word)
        if before != after:
            yield f"{word} went from {before} to {after}"


def changes(old: Iterable[Outline], new: Iterable[Outline], site: Site) -> list[str]:
    """Say what differs between two sets of outlines of one site.

    Parameters
    ----------
    old, new : iterable of Outline
        Before and after.
    site : Site
        Their site.

    Returns
    -------
    list of str
        One sentence a changed outline; empty where nothing differs but wording.
    """
    before, after = ({each.name: each for each in outlines} for outlines in (old, new))
    found = [f"{name!r} is new" for name in after if name not in before]
    found += [f"{name!r} is gone" for name in before if name not in after]
    for name in after:
        if name in before:
            told = list(_differences(before[name], after[name], site))
            if told:
                found.append(f"{name!r}: {'; '.join(told)}")
    return found


def as_geojson(outlines: Iterable[Outline]) -> str:
    """Write outlines as GeoJSON, one a line, so that a changed outline is a changed line."""
    features = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {
                    "kind": each.kind,
                    "name": each.name,
                    "digitised_from": each.digitised_from,
                    "pos_sigma_m": each.pos_sigma_m,
                    "status": each.status,
                    "axis_deg": each.axis_deg,
                },
                "geometry": each.geometry,
            },
            ensure_ascii=False,
        )
        for each in outlines
    ]
    body = ",\n".join(features)
    return f'{{"type": "FeatureCollection", "features": [\n{body}\n]}}\n'


def from_geojson(text: str) -> tuple[Outline, ...]:
    """Read outlines that `as_geojson` wrote; nothing is checked."""
    return tuple(
        Outline(geometry=feature["geometry"], **feature["properties"])
        for feature in json.loads(text)["features"]
    )


def write_outlines(path: Path, outlines: Iterable[Outline]) -> None:
    """Write the outlines of a site, beside and then in place."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(as_geojson(outlines), encoding="utf-8")
    beside.replace(path)
