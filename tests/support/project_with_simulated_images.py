"""A copy of the project with simulated images of three kinds of site: for tests and screenshots.

``python -m tests.support.project_with_simulated_images FOLDER`` makes one, refreshes it from a
folder of simulated files by the project's own command, and builds its book. Every image is
labelled.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import affine
import numpy as np
from rasterio.warp import transform_geom

from skytally.imagery.simulate.rehearsal_port_yard_and_depot import RehearsedPlace, rehearsed_site
from skytally.imagery.sites.site_model import CONFIRMED, Site
from skytally.imagery.sites.site_register import read_sites
from skytally.press.image_refresh_and_build_rehearsal_command import (
    FOLDER_VARIABLES,
    copy_project,
    providers_toml,
    write_sites,
)
from tests.support import simulated_scenes_and_sites as chips

ROOT = Path(__file__).resolve().parents[2]
LABEL = "rehearsal"
STUDY = np.datetime64("2023-08-01")
EARLY, LATE, STEP = 60, 16, 6
"""Images before and after the start of the study, and days between them: some in every quarter."""
OFFSET, SCALE = 0.1, 1e-4
OPTICAL = ("b02", "b03", "b04", "b08", "b11")
SEED = 5
"""Seed of everything."""
PERIOD = tuple(
    f"--{word}={STUDY + np.timedelta64(count * STEP, 'D')}"
    for word, count in (("first", -EARLY), ("last", LATE))
)
"""Period of the refresh."""
SLUGS = ("rajin", "tumangang", "tikhoretsk")
"""Sites that are simulated: a port, a yard and a depot."""


@dataclass(frozen=True, eq=False)
class Made:
    """A rehearsed place at one of the project's sites."""

    site: Site
    """The site, its window cut to the place, its outlines confirmed."""
    place: RehearsedPlace
    """Its images."""


def places() -> Iterator[Made]:
    """Simulate a port, a yard and a depot, in which something begins with the study."""
    sites = read_sites(ROOT / "data" / "sites")
    for slug in SLUGS:
        yield Made(
            *rehearsed_site(sites[slug], EARLY, LATE, seed=SEED, step_days=STEP, status=CONFIRMED)
        )


def _item(made: Made, number: int, folder: Path) -> dict[str, Any]:
    day = STUDY + np.timedelta64((number - EARLY) * STEP, "D")
    site, day_text = made.site, str(day).replace("-", "")
    west, south, east, north = site.grid.bounds
    name = f"S2A_52TDN_{day_text}_{site.slug}_L2A"
    assets: dict[str, Any] = {}
    image = made.place.images[number]
    for i, band in enumerate((*OPTICAL, "quality")):
        gsd = chips.gsd_of(band)
        if band == "quality":
            pixels = made.place.classes[::2, ::2]
        else:
            stored = np.clip(np.round((image[i] + OFFSET) / SCALE), 1, 65_535)
            pixels = stored.astype("uint16")
            pixels = pixels[::2, ::2] if gsd == 20 else pixels
        transform = affine.Affine(gsd, 0, west, 0, -gsd, north)
        path = folder / site.slug / f"{name}_{band}.tif"
        chips.write(path, pixels, gsd=gsd, transform=transform, crs=f"EPSG:{site.grid.epsg}")
        assets[band] = {
            "href": str(path),
            "file:size": path.stat().st_size,
            "proj:transform": list(transform[:6]),
            "proj:shape": list(pixels.shape),
            "data_type": pixels.dtype.name,
            "nodata": 0,
        }
        if band != "quality":
            assets[band] |= {"raster:scale": SCALE, "raster:offset": -OFFSET}
    corners = [[west, north], [east, north], [east, south], [west, south], [west, north]]
    square = {"type": "Polygon", "coordinates": [corners]}
    box = dict(transform_geom(f"EPSG:{site.grid.epsg}", "EPSG:4326", square, precision=7))
    lon, lat = zip(*box["coordinates"][0], strict=True)
    return {
        "type": "Feature", "stac_version": "1.1.0", "id": name, "collection": "made-up",
        "bbox": [min(lon), min(lat), max(lon), max(lat)], "geometry": box, "links": [],
        "properties": {
            "datetime": f"{day}T02:15:49Z", "platform": "sentinel-2a",
            "proj:code": f"EPSG:{site.grid.epsg}", "grid:code": "MGRS-52TDN",
            "s2:processing_baseline": "05.09", "s2:sequence": "0", "sat:relative_orbit": 3,
        },
        "assets": assets,
    }  # fmt: skip


def make(folder: Path) -> None:
    """Make the copy with its catalogue of files; nothing is refreshed or built yet."""
    project, archive = folder / "project", folder / "archive"
    copy_project(ROOT, project)
    made = list(places())
    write_sites(project / "data" / "sites", {each.site.slug: each.site for each in made})
    items = [_item(each, k, archive) for each in made for k in range(len(each.place.images))]
    content = {"type": "FeatureCollection", "features": items}
    (archive / "items.json").write_text(json.dumps(content), encoding="utf-8")
    row = {
        "kind": "stac-static", "url": str(archive / "items.json"), "collection": "",
        "sensor": "sentinel-2", "processor": "L2A", "bands": {each: each for each in OPTICAL},
        "quality": "quality", "signing": "none", "calibration": "metadata", "page_size": 10,
        "label": LABEL, "default": True, "note": "simulated looks, not observations",
    }  # fmt: skip
    (project / "data/sites/providers.toml").write_text(
        providers_toml({"made-up": row}), encoding="utf-8"
    )


def run(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the press in the copy."""
    paths = f"{project}{os.pathsep}{project / 'book'}"
    inherited = {word: text for word, text in os.environ.items() if word not in FOLDER_VARIABLES}
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=project, env={**inherited, "PYTHONPATH": paths},
        check=False, capture_output=True, text=True,
    )  # fmt: skip


def main(folder: Path) -> int:
    """Make, refresh and build."""
    shutil.rmtree(folder, ignore_errors=True)
    make(folder)
    for words in (
        ("skytally.press.image_refresh_and_measurement_command", *PERIOD),
        ("skytally.press.build_command",),
    ):
        done = run(folder / "project", *words)
        sys.stdout.write(done.stdout + done.stderr)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
