"""A copy of the project with simulated images of three kinds of site: for tests and screenshots.

``python -m tests.support.simulated FOLDER`` makes one, refreshes it from a folder of
simulated files by the project's own command, and builds its book. Every image is labelled.
"""

from __future__ import annotations

import csv
import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import affine
import numpy as np
import numpy.typing as npt
from rasterio.warp import transform_geom

from skytally.imagery.simulate import harbour_images, site_cubes, yards_quays_depots
from skytally.imagery.sites.site_model import CONFIRMED
from skytally.imagery.sites.site_register import REGISTER_COLUMNS
from skytally.press.rehearse import FOLDER_VARIABLES, copy_project, providers_toml
from tests.support import chips

ROOT = Path(__file__).resolve().parents[2]
LABEL = "rehearsal"
STUDY = np.datetime64("2023-08-01")
EARLY, LATE, STEP = 60, 16, 6
"""Images before and after the start of the study, and days between them: some in every quarter."""
EPSG = 32652
OFFSET, SCALE = 0.1, 1e-4
OPTICAL = ("b02", "b03", "b04", "b08", "b11")
SEED = 5
"""Seed of everything."""
PERIOD = tuple(
    f"--{word}={STUDY + np.timedelta64(count * STEP, 'D')}"
    for word, count in (("first", -EARLY), ("last", LATE))
)
"""Period of the refresh."""
WEST = 480_000
NORTHS = {"rajin": 4_680_000, "tumangang": 4_650_000, "tikhoretsk": 4_620_000}
"""Upper left corners: far enough apart that no scene shows two sites."""


@dataclass(frozen=True, eq=False)
class Made:
    """A simulated site with its images."""

    slug: str
    """Slug of an evidence site."""
    west: int
    """Left edge, metres."""
    north: int
    """Upper edge, metres."""
    images: list[npt.NDArray[Any]]
    """One array an image, dims (band, y, x), 10 m."""
    classes: npt.NDArray[np.uint8]
    """Scene classes of every image, dims (y, x)."""
    outlines: list[tuple[str, str, list[tuple[float, float]], float | None]]
    """Kind, name, corners in metres of the zone, axis."""
    sigma_m: float = 5.0
    """Metres to which the outlines are known."""


def turned(
    x: float, y: float, axis_deg: float, sides: tuple[float, float]
) -> list[tuple[float, float]]:
    """Corners of a rectangle about a point, its first side along the axis."""
    bearing = math.radians(axis_deg)
    along = np.array([math.sin(bearing), math.cos(bearing)])
    aside = np.array([along[1], -along[0]])
    half = np.array(sides) / 2.0
    signs = ((1, 1), (1, -1), (-1, -1), (-1, 1))
    return [tuple(np.array([x, y]) + a * half[0] * along + b * half[1] * aside) for a, b in signs]


def _six(image: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Crop an image to whole 60 m pixels."""
    return image[..., : image.shape[-2] // 6 * 6, : image.shape[-1] // 6 * 6]


def port() -> Made:
    """Simulate a quay with ships that arrive after the start of the study, and stacks behind."""
    harbour = harbour_images.Harbour(
        SEED, n_looks=EARLY + LATE, rows=108, columns=120, cloud=0.0, haze=0.0, shadow=0.0,
        empty_until=EARLY, occupancy=0.6, step_days=STEP, contrast=0.09, axis_deg=60.0,
    )  # fmt: skip
    looks = [
        look["reflectance"].to_numpy()
        for look, _ in harbour_images.harbour_images_with_truth(harbour)
    ]
    # short-wave infrared: dark water, brighter land
    images = [np.concatenate([each, 0.9 * each[3:]]) for each in looks]
    where = harbour_images.harbour_masks(harbour)
    classes = np.where(where["berth"] | where["openwater"], 6, 5).astype(np.uint8)
    west, north = WEST, NORTHS["rajin"]
    x, y = west + 5.0 * harbour.columns, north - 5.0 * harbour.rows
    bearing = math.radians(harbour.axis_deg + 90.0)

    def strip(off: float, sides: tuple[float, float]) -> list[tuple[float, float]]:
        at = x + off * math.sin(bearing), y + off * math.cos(bearing)
        return turned(*at, harbour.axis_deg, sides)

    outlines = [
        ("berth", "made-up berth", strip(21.0, (300.0, 38.0)), harbour.axis_deg),
        ("quay", "made-up quay", strip(-20.0, (480.0, 40.0)), harbour.axis_deg),
    ]
    return Made("rajin", west, north, images, classes, outlines)


def _of_place(
    slug: str,
    place: site_cubes.SimulatedPlace,
    boxes: list[Any],
    kind: str,
    outline: Any,
    axis: float,
) -> Made:
    west, north = WEST, NORTHS[slug]
    rng = np.random.default_rng(SEED)
    images = [_six(site_cubes.place_image(place, each, rng)) for each in boxes]
    if images[0].shape[0] == len(OPTICAL) - 1:
        images = [np.concatenate([each, 0.9 * each[3:]]) for each in images]
    classes = np.full(images[0].shape[1:], 5 if kind == "track" else 4, np.uint8)
    corners = [(west + x, north - y) for x, y in outline]
    return Made(
        slug,
        west,
        north,
        images,
        classes,
        [(kind, f"made-up {kind.replace('_', ' ')}", corners, axis)],
    )


def yard() -> Made:
    """Simulate a rail yard of three tracks that fills after the start of the study."""
    rng = np.random.default_rng(SEED)
    place = site_cubes.simulated_yard(rng, count=3)
    late = [
        yards_quays_depots.yard(place.lines, rng, cars=8 * k, contrast=-0.08).boxes
        for k in range(LATE)
    ]
    first, last = place.lines[0], place.lines[-1]
    # the bend of the tracks lies within a tenth of a pixel of straight halves
    middle = np.concatenate([first, last]).mean(0)
    corners = [
        (middle[0] + east, middle[1] - north)
        for east, north in turned(0.0, 0.0, 98.0, (800.0, 16.0))
    ]
    boxes = [*([()] * EARLY), *late]
    made = _of_place("tumangang", place, boxes, "track", corners, 98.0)
    # tracks lie close together and must be known better than a quay
    return replace(made, sigma_m=3.0)


def depot() -> Made:
    """Simulate a field in which pits appear two images after the start of the study."""
    rng = np.random.default_rng(SEED)
    place = site_cubes.simulated_field(rng, side=60)
    dug = yards_quays_depots.depot(rng, rows=2, columns=3, start=(235.0, 250.0), apart=65.0).boxes
    boxes = [*([()] * (EARLY + 2)), *([dug] * (LATE - 2))]
    corners = [(150.0, 150.0), (450.0, 150.0), (450.0, 450.0), (150.0, 450.0)]
    return _of_place("tikhoretsk", place, boxes, "pit_area", corners, 90.0)


def _item(made: Made, number: int, folder: Path) -> dict[str, Any]:
    day = STUDY + np.timedelta64((number - EARLY) * STEP, "D")
    name = f"S2A_52TDN_{str(day).replace('-', '')}_{made.slug}_L2A"
    assets: dict[str, Any] = {}
    image = made.images[number]
    for i, band in enumerate((*OPTICAL, "quality")):
        gsd = chips.gsd_of(band)
        if band == "quality":
            pixels = made.classes[::2, ::2]
        else:
            stored = np.clip(np.round((image[i] + OFFSET) / SCALE), 1, 65_535)
            pixels = stored.astype("uint16")
            pixels = pixels[::2, ::2] if gsd == 20 else pixels
        transform = affine.Affine(gsd, 0, made.west, 0, -gsd, made.north)
        path = folder / made.slug / f"{name}_{band}.tif"
        chips.write(path, pixels, gsd=gsd, transform=transform)
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
    rows, columns = made.images[0].shape[1:]
    box = _lonlat(
        [(made.west + a * columns * 10, made.north - b * rows * 10)
         for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))]
    )  # fmt: skip
    lon, lat = zip(*box["coordinates"][0], strict=True)
    return {
        "type": "Feature", "stac_version": "1.1.0", "id": name, "collection": "made-up",
        "bbox": [min(lon), min(lat), max(lon), max(lat)], "geometry": box, "links": [],
        "properties": {
            "datetime": f"{day}T02:15:49Z", "platform": "sentinel-2a",
            "proj:code": f"EPSG:{EPSG}", "grid:code": "MGRS-52TDN",
            "s2:processing_baseline": "05.09", "s2:sequence": "0", "sat:relative_orbit": 3,
        },
        "assets": assets,
    }  # fmt: skip


def _lonlat(corners: list[tuple[float, float]]) -> dict[str, Any]:
    ring = [list(each) for each in (*corners, corners[0])]
    square = {"type": "Polygon", "coordinates": [ring]}
    return dict(transform_geom(f"EPSG:{EPSG}", "EPSG:4326", square, precision=7))


def _register(made: Made, row: dict[str, str]) -> dict[str, str]:
    rows, columns = made.images[0].shape[1:]
    return {
        **row, "epsg": str(EPSG), "west": str(made.west), "north": str(made.north),
        "east": str(made.west + columns * 10), "south": str(made.north - rows * 10),
        "pos_sigma_m": "5",
    }  # fmt: skip


def _outlines(made: Made) -> dict[str, Any]:
    features = [
        {
            "type": "Feature",
            "geometry": _lonlat(corners),
            "properties": {
                "kind": kind, "name": name, "digitised_from": "made up",
                "pos_sigma_m": made.sigma_m,
                "status": CONFIRMED, "axis_deg": axis,
            },
        }
        for kind, name, corners, axis in made.outlines
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


def _sites(folder: Path) -> Iterator[Made]:
    """Replace three of the project's sites by the simulated ones."""
    data = folder / "data" / "sites"
    with (data / "register.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["slug"]: row for row in csv.DictReader(file)}
    for made in (port(), yard(), depot()):
        rows[made.slug] = _register(made, rows[made.slug])
        path = data / f"{made.slug}.geojson"
        path.write_text(json.dumps(_outlines(made), indent=1) + "\n", encoding="utf-8")
        yield made
    with (data / "register.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, REGISTER_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows.values())


def make(folder: Path) -> None:
    """Make the copy with its catalogue of files; nothing is refreshed or built yet."""
    project, archive = folder / "project", folder / "archive"
    copy_project(ROOT, project)
    items = [_item(made, k, archive) for made in _sites(project) for k in range(len(made.images))]
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
    for words in (("skytally.press.refresh_command", *PERIOD), ("skytally.press",)):
        done = run(folder / "project", *words)
        sys.stdout.write(done.stdout + done.stderr)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
