"""Simulated GeoTIFFs with band tables and a register of sites, for examples from file to number."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio

from skytally.core import VOCABULARY, VOCABULARY_COLUMNS
from skytally.imagery.acquire import band_file_table_reader
from skytally.imagery.simulate import (
    optical_harbour_images,
    rail_yard_quay_field_cubes,
    railcar_stack_and_pit_layouts,
)
from skytally.imagery.simulate.object_injection import InjectionArea, inject_ship
from skytally.imagery.simulate.rehearsal_port_yard_and_depot import (
    DrawnOutline,
    offshore_strip,
    placed_outline,
    turned_rectangle,
    whole_pixels,
)
from skytally.imagery.sites import (
    CONFIRMED,
    REGISTER_COLUMNS,
    REGISTER_FILE,
    TO_CONFIRM,
    Grid,
    write_outlines,
)

FIRST, STEP_DAYS = datetime(2023, 5, 8, 2, 15), 11
"""Time of the first image, UTC, and days from image to image."""
EARLY, LATE = 8, 1
"""Images before the first of August 2023, in which nothing stands, and after it; so many teach a
reference."""
WEST, NORTH, APART = 500_040, 4_700_040, 6_000
"""Upper left corner of the first place, in the sea, and metres from place to place."""
EPSG = 32652
SCALE, OFFSET = 0.0001, -0.1
"""How the numbers of the first place are stored, as in Sentinel-2 L2A since January 2022."""
KINDS = ("berth", "quay", "track", "pit_area", "stable", "openwater")
ANCHORED = (
    (98, 66, 30.0, 90.0, 0.10),
    (78, 90, 80.0, 120.0, 0.08),
    (60, 108, 130.0, 150.0, 0.09),
)
"""Row, column, axis in degrees, length in metres and contrast of each ship at anchor."""
TRUTH_COLUMNS = ("site", "time_utc", "value", "unit")
Corners = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class ExamplePlace:
    """One simulated place with its images and their truth."""

    slug: str
    """Name of its site and its band table."""
    images: list[npt.NDArray[Any]]
    """One an image, dims (band, y, x), 10 m."""
    bands: tuple[str, ...]
    """Bands of the images."""
    outlines: tuple[DrawnOutline, ...]
    """What is drawn on its site."""
    truth: tuple[float, ...]
    """True value in each image."""
    unit: str
    """Unit of the truth."""
    classes: npt.NDArray[np.uint8] | None = None
    """Scene classes of every image, dims (y, x), stored with one file a band; or None."""


def _box(kind: str, name: str, box: Corners, axis_deg: float = 90.0) -> DrawnOutline:
    left, top, right, bottom = box
    return DrawnOutline(
        kind, name, [(left, top), (right, top), (right, bottom), (left, bottom)], axis_deg
    )


def _harbour(seed: int, occupancy: float) -> optical_harbour_images.Harbour:
    return optical_harbour_images.Harbour(
        seed, n_looks=EARLY + LATE, rows=108, columns=120, cloud=0.0, haze=0.0, shadow=0.0,
        empty_until=EARLY, occupancy=occupancy, step_days=float(STEP_DAYS), contrast=0.09,
        axis_deg=60.0, start=f"{FIRST:%Y-%m-%dT%H:%M:%S}",
    )  # fmt: skip


def _shores(harbour: optical_harbour_images.Harbour) -> tuple[DrawnOutline, ...]:
    strips = (
        ("berth", 21.0, (300.0, 38.0)),
        ("stable", -230.0, (700.0, 260.0)),
        ("openwater", 330.0, (600.0, 220.0)),
    )
    return tuple(
        DrawnOutline(kind, f"simulated {kind}", offshore_strip(harbour, off, sides),
                     harbour.axis_deg)
        for kind, off, sides in strips
    )  # fmt: skip


def _berth(seed: int) -> ExamplePlace:
    """Draw a quay with one ship at it in the late images, stored with one file a band."""
    harbour = _harbour(seed, 1.0)
    made = list(optical_harbour_images.harbour_images_with_truth(harbour))
    masks = optical_harbour_images.harbour_masks(harbour)
    classes = np.where(masks["berth"] | masks["openwater"], 6, 5).astype(np.uint8)
    return ExamplePlace(
        "example-berth", [look["reflectance"].to_numpy() for look, _ in made],
        optical_harbour_images.BANDS, _shores(harbour),
        tuple(float(truth.ship is not None) for _, truth in made), "ships", classes,
    )  # fmt: skip


def _anchorage(seed: int) -> ExamplePlace:
    """Draw an empty quay, and in the late images ships at anchor before it."""
    harbour = _harbour(seed, 0.0)
    rng = np.random.default_rng(seed)
    looks = [look for look, _ in optical_harbour_images.harbour_images_with_truth(harbour)]
    rows, columns = np.indices(harbour.shape)
    for number in range(EARLY, EARLY + LATE):
        for row, column, axis_deg, length, contrast in ANCHORED:
            area = InjectionArea((rows == row) & (columns == column), axis_deg)
            looks[number], _ = inject_ship(looks[number], area, length, contrast, rng)
    counts = (0.0,) * EARLY + (float(len(ANCHORED)),) * LATE
    return ExamplePlace(
        "example-harbour", [look["reflectance"].to_numpy() for look in looks],
        optical_harbour_images.BANDS, _shores(harbour), counts, "ships",
    )  # fmt: skip


def _drawn(
    slug: str,
    place: rail_yard_quay_field_cubes.SimulatedPlace,
    boxes: Sequence[Any],
    outlines: tuple[DrawnOutline, ...],
    truth: tuple[float, str],
    rng: np.random.Generator,
) -> ExamplePlace:
    """Images of a place, empty before the study and with some boxes after it."""
    contents: list[Sequence[Any]] = [*([()] * EARLY), *([boxes] * LATE)]
    images = [
        whole_pixels(rail_yard_quay_field_cubes.place_image(place, each, rng)) for each in contents
    ]
    values = (0.0,) * EARLY + (truth[0],) * LATE
    return ExamplePlace(slug, images, place.bands, outlines, values, truth[1])


def _quay(seed: int) -> ExamplePlace:
    """Draw a concrete quay on which containers are stacked."""
    rng = np.random.default_rng(seed)
    place = rail_yard_quay_field_cubes.simulated_quay(rng)
    stacked = railcar_stack_and_pit_layouts.stacks(rng, slots=72, quay=(140.0, 190.0, 560.0, 310.0))
    outlines = (
        _box("quay", "simulated quay", (120.0, 170.0, 580.0, 330.0)),
        _box("stable", "simulated ground", (0.0, 350.0, 660.0, 600.0)),
    )
    return _drawn("example-quay", place, stacked.boxes, outlines, (stacked.area, "m2"), rng)


def _yard(seed: int) -> ExamplePlace:
    """Draw a rail yard of three tracks with cars on them."""
    rng = np.random.default_rng(seed)
    place = rail_yard_quay_field_cubes.simulated_yard(rng, count=3)
    filled = railcar_stack_and_pit_layouts.yard(place.lines, rng, cars=60, contrast=-0.08)
    middle = np.concatenate([place.lines[0], place.lines[-1]]).mean(0)
    corners = [
        (middle[0] + east, middle[1] - north)
        for east, north in turned_rectangle(0.0, 0.0, 98.0, (800.0, 16.0))
    ]
    outlines = (DrawnOutline("track", "simulated track", corners, 98.0),)
    return _drawn("example-yard", place, filled.boxes, outlines, (filled.metres, "m"), rng)


def _field(seed: int) -> ExamplePlace:
    """Draw a field in which pits are dug."""
    rng = np.random.default_rng(seed)
    place = rail_yard_quay_field_cubes.simulated_field(rng, side=60)
    dug = railcar_stack_and_pit_layouts.depot(
        rng, rows=2, columns=3, start=(235.0, 250.0), apart=65.0
    )
    outlines = (
        _box("pit_area", "simulated field", (150.0, 150.0, 450.0, 450.0)),
        _box("stable", "simulated ground", (0.0, 0.0, 600.0, 130.0)),
    )
    return _drawn("example-field", place, dug.boxes, outlines, (dug.area, "m2"), rng)


def example_places(*, seed: int = 1) -> list[ExamplePlace]:
    """Draw the places: a berth, a harbour, a quay, a yard and a field.

    Parameters
    ----------
    seed : int
        Chance.

    Returns
    -------
    list of ExamplePlace
        Before August 2023 empty, after it not.
    """
    return [draw(seed) for draw in (_berth, _anchorage, _quay, _yard, _field)]


def _grid(place: ExamplePlace, number: int) -> Grid:
    rows, columns = place.images[0].shape[1:]
    west = WEST + number * APART
    return Grid(EPSG, (west, NORTH - 10 * rows, west + 10 * columns, NORTH))


def _write_tiff(path: Path, values: npt.NDArray[Any], grid: Grid, nodata: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(
        path, "w", driver="GTiff", count=values.shape[0], height=values.shape[1],
        width=values.shape[2], dtype=values.dtype, crs=f"EPSG:{grid.epsg}",
        transform=grid.transform(10.0), nodata=nodata, compress="deflate",
    ) as target:  # fmt: skip
        target.update_tags(SIMULATED="yes")
        target.write(values)


def _image_rows(
    place: ExamplePlace, number: int, folder: Path, grid: Grid
) -> Iterator[Mapping[str, object]]:
    """Write one image; yield its rows of the band table."""
    time = FIRST + number * timedelta(days=STEP_DAYS)
    image, stem = place.images[number], f"{place.slug}/{time:%Y%m%d}"
    shared = {
        "time_utc": f"{time:%Y-%m-%dT%H:%M:%SZ}", "platform": "sentinel-2a", "relative_orbit": 17,
        "orbit_state": "descending", "processor": "L2A", "label": "simulated",
    }  # fmt: skip
    if place.classes is None:
        _write_tiff(folder / f"{stem}.tif", image.astype(np.float32), grid, math.nan)
        for layer, band in enumerate(place.bands, start=1):
            yield {**shared, "file": f"{stem}.tif", "band": band, "layer": layer}
        return
    for band, values in zip(place.bands, image, strict=True):
        stored = np.clip(np.rint((values - OFFSET) / SCALE), 1, 65_535).astype(np.uint16)
        _write_tiff(folder / f"{stem}_{band}.tif", stored[None], grid, 0)
        yield {
            **shared, "file": f"{stem}_{band}.tif", "band": band, "scale": SCALE, "offset": OFFSET
        }  # fmt: skip
    _write_tiff(folder / f"{stem}_scl.tif", place.classes[None], grid, 0)
    yield {**shared, "file": f"{stem}_scl.tif", "band": "scl"}


def _write_table(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _register_row(place: ExamplePlace, grid: Grid) -> dict[str, object]:
    west, south, east, north = grid.bounds
    return {
        "slug": place.slug, "name": f"Simulated {place.slug}", "country": "XX",
        "utc_offset_hours": 9, "epsg": grid.epsg, "west": west, "south": south, "east": east,
        "north": north, "position_method": "drawn", "pos_sigma_m": 5, "role": "evidence",
        "note": "SIMULATED: no such place",
    }  # fmt: skip


def write_example_geotiffs(folder: Path | str, *, seed: int = 1) -> None:
    """Write simulated images of five places as a person would keep real ones.

    Parameters
    ----------
    folder : Path or str
        Gets ``<slug>.csv``, the band table of each place, its GeoTIFFs in ``<slug>``, the register
        and the outlines in ``sites``, and ``truth.csv``: what really stands in each image. Files
        of these names are replaced.
    seed : int
        Chance; the same gives the same files.

    Notes
    -----
    Everything is simulated and labelled so: in the tag ``SIMULATED`` of each file, in the column
    ``label`` of each table, in the name of each site.
    """
    folder = Path(folder)
    sites = folder / "sites"
    sites.mkdir(parents=True, exist_ok=True)
    register: list[dict[str, object]] = []
    truth: list[dict[str, object]] = []
    for number, place in enumerate(example_places(seed=seed)):
        grid = _grid(place, number)
        rows = [
            row for i in range(len(place.images)) for row in _image_rows(place, i, folder, grid)
        ]
        _write_table(folder / f"{place.slug}.csv", band_file_table_reader.BAND_TABLE_COLUMNS, rows)
        register.append(_register_row(place, grid))
        write_outlines(
            sites / f"{place.slug}.geojson",
            [placed_outline(each, grid, 5.0, CONFIRMED) for each in place.outlines],
        )
        times = dict.fromkeys(row["time_utc"] for row in rows)
        truth += [
            {"site": place.slug, "time_utc": time, "value": value, "unit": place.unit}
            for time, value in zip(times, place.truth, strict=True)
        ]
    _write_table(sites / REGISTER_FILE, REGISTER_COLUMNS, register)
    words = [("outline_kind", kind) for kind in KINDS]
    words += [("outline_status", status) for status in (TO_CONFIRM, CONFIRMED)]
    words += [("site_role", role) for role in ("evidence", "control")]
    meaning = "as in data/sites"
    _write_table(
        sites / VOCABULARY,
        VOCABULARY_COLUMNS,
        [dict(zip(VOCABULARY_COLUMNS, (*word, meaning), strict=True)) for word in words],
    )
    _write_table(folder / "truth.csv", TRUTH_COLUMNS, truth)
