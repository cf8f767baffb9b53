"""Toy sea about the equator with rectangular land, and sea routes round a wall in it."""

from __future__ import annotations

import json
import math
from pathlib import Path

from skytally.statistics.sea_distance import Port, Sea, SeaRoutes, read_sea, routes_to

Box = tuple[float, float, float, float]

TOY: Box = (0.0, -1.0, 2.0, 1.0)
"""Bounds of the toy sea about the equator, where a degree is 60 nautical miles either way."""
WALL: Box = (0.995, -0.5, 1.005, 1.0)
"""A wall thinner than 1 km and a bit, from the northern edge half-way down."""
PORT = Port("Farport", 1.5, 0.0)
ROUND_WALL = 60.04 * 2 * math.hypot(0.5, 0.5)
"""Nautical miles from (0.5, 0) to (1.5, 0) round the wall's foot at (1, -0.5)."""


def land_of(*boxes: Box) -> dict[str, object]:
    """Make a GeoJSON collection of rectangles of land."""

    def ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
        return [[west, south], [east, south], [east, north], [west, north], [west, south]]

    shapes = [{"type": "Polygon", "coordinates": [ring(*box)]} for box in boxes]
    features = [{"type": "Feature", "properties": {}, "geometry": shape} for shape in shapes]
    return {"type": "FeatureCollection", "features": features}


def toy_sea(folder: Path, *boxes: Box, bounds: Box = TOY, cell_km: float = 1.0) -> Sea:
    """Make the grid of a sea with rectangular land, from a file in a folder."""
    path = folder / "land.geojson"
    path.write_text(json.dumps(land_of(*boxes)), encoding="utf-8")
    return read_sea([path], bounds=bounds, cell_km=cell_km)


def routes_round_wall(folder: Path) -> SeaRoutes:
    """Sea routes to the port of the toy sea with a wall."""
    path = folder / "wall.geojson"
    path.write_text(json.dumps({**land_of(WALL), "bbox": TOY}), encoding="utf-8")
    return routes_to(read_sea([path]), PORT)
