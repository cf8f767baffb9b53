"""The kinds of line that own images can give: which outline, which sensor, which quantity."""

from __future__ import annotations

from dataclasses import dataclass

from skytally.imagery.acquire import LANDSAT, SENTINEL_1, SENTINEL_2


@dataclass(frozen=True)
class LineKind:
    """One kind of line."""

    card: str
    """Key of its summary in `skytally.imagery.pipeline.detection_limit_summaries.CARDS`."""
    outline_kind: str
    """Kind of outline it needs."""
    sensor: str
    """Sensor."""
    quantity: str
    """What the line says, for its title."""


LINE_KINDS = (
    LineKind("berth-sentinel-2", "berth", SENTINEL_2, "ships at the berth"),
    LineKind("berth-sentinel-1", "berth", SENTINEL_1, "ships at the berth"),
    LineKind("berth-landsat", "berth", LANDSAT, "ships at the berth"),
    LineKind("alongside-sentinel-2", "berth", SENTINEL_2, "ships alongside"),
    LineKind("harbour-sentinel-2", "openwater", SENTINEL_2, "ships free in the water"),
    LineKind("harbour-sentinel-1", "openwater", SENTINEL_1, "ships free in the water"),
    LineKind("stacks-sentinel-2", "quay", SENTINEL_2, "area of stacks"),
    LineKind("rail-sentinel-2", "track", SENTINEL_2, "occupied track"),
    LineKind("ground-sentinel-2", "pit_area", SENTINEL_2, "ground laid bare"),
)
"""Every line that own images can give."""
