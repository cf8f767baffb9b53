"""A simulated site of 2.4 km and an archive of a few dozen scenes of it, for tests."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from rasterio.warp import transform_geom

from skytally.imagery.acquire.image_provider_table import Provider
from skytally.imagery.simulate.rehearsal_passes_and_catalogue_faults import SMALL, ArchivePlan
from skytally.imagery.simulate.rehearsal_scene_archive import write_archive
from skytally.imagery.simulate.rehearsal_stac_items import with_server_addresses
from skytally.imagery.sites.site_model import TO_CONFIRM, Grid, Outline, Site

BOUNDS = (604_200, 4_675_200, 606_600, 4_677_600)
PLAN = replace(SMALL, block=128)
"""Blocks so small that a file of 300 pixels has nine."""
PERIOD = ("2021-11-01", "2023-12-31")
"""Holds every pass of `PLAN`."""


def _outline(kind: str, bounds: tuple[int, int, int, int], axis: float | None = None) -> Outline:
    west, south, east, north = bounds
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    square = {"type": "Polygon", "coordinates": [ring]}
    there = transform_geom("EPSG:32652", "EPSG:4326", square)
    return Outline(kind, kind, there, "made up for a test", 100.0, TO_CONFIRM, axis)


def tiny_site(slug: str = "tiny") -> Site:
    """Make a fictitious port."""
    west, south, east, north = BOUNDS
    inner = (west + 300, south + 300, east - 300, north - 300)
    outlines = (
        _outline("berth", inner, 30.0),
        _outline("quay", inner, 30.0),
        _outline("openwater", BOUNDS),
        _outline("stable", (west, north - 180, east, north)),
    )
    grid = Grid(32652, BOUNDS)
    return Site(slug, "Tiny", "KP", 9.0, grid, outlines, "control", 100.0, "made up")


def provider(collection: str, url: str, *, signing: str = "none") -> Provider:
    """Make the row of a provider of one of the archive's collections."""
    optical = {"b02": "blue", "b03": "green", "b04": "red", "b08": "nir", "b11": "swir16"}
    sensors: dict[str, tuple[str, str, dict[str, str], str, str]] = {
        "sentinel-2-c1-l2a": ("sentinel-2", "L2A", optical, "scl", "metadata"),
        "sentinel-2-l2a": ("sentinel-2", "L2A", optical, "scl", "metadata"),
        "sentinel-1-rtc": ("sentinel-1", "RTC", {"vv": "vv", "vh": "vh"}, "", "linear"),
        "landsat-c2-l2": (
            "landsat",
            "C2L2",
            {**optical, "b08": "nir08"},
            "qa_pixel",
            "metadata",
        ),
    }
    sensor, processor, bands, quality, calibration = sensors[collection]
    return Provider(
        name=f"rehearsal-{collection}",
        kind="stac-api",
        url=url,
        collection=collection,
        sensor=sensor,
        processor=processor,
        bands=bands,
        quality=quality,
        signing=signing,
        calibration=calibration,
        page_size=4,
        label="rehearsal",
        default=True,
        note="generated",
        local=True,
    )


def archive(folder: Path, *, plan: ArchivePlan = PLAN) -> list[dict[str, Any]]:
    """Write the archive of the small site, once a folder; return its items."""
    done = folder / "items.ndjson"
    if not done.exists():
        site = tiny_site()
        write_archive({site.slug: site}, folder, plan=plan)
    return [json.loads(line) for line in done.read_text(encoding="utf-8").splitlines()]


@cache
def served(folder: Path, url: str) -> tuple[dict[str, Any], ...]:
    """Items of the archive with their files at a server address."""
    return tuple(with_server_addresses(item, url) for item in archive(folder))
