"""A port, a rail yard and a depot for the rehearsal, in which something begins with the study.

Before the study nothing is there: references are learnt from those images. After it ships call
and stacks change, tracks fill, and pits are dug. Each place is drawn by the simulators with which
the measures are tested, small, and in the middle of a site's window; nothing of it is evidence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from rasterio.warp import transform_geom

from skytally.imagery.simulate import (
    optical_harbour_images,
    rail_yard_quay_field_cubes,
    railcar_stack_and_pit_layouts,
)
from skytally.imagery.simulate.anchored_ship_injection import inject_anchored_ship
from skytally.imagery.simulate.object_injection import InjectionArea
from skytally.imagery.sites import TO_CONFIRM, Grid, Outline, Site, defining_kind

BANDS = ("b02", "b03", "b04", "b08", "b11")
WATER_CLASS, LAND_CLASS, FIELD_CLASS = 6, 5, 4
"""Scene classes of the drawn ground, as in the Sentinel-2 classification."""
INFRARED_SHARE = 0.9
"""Short-wave infrared of ground over its near infrared, where a simulator draws none."""
CARS_PER_IMAGE = 8
"""Railcars by which a yard fills from image to image."""
MAX_CARS = 120
WHOLE_M = 60
"""Metres of which the corners of every window are multiples."""
ANCHORED_EVERY, ANCHORED_SHIP = 2, (120.0, 0.10)
"""Images after the start of the study of which one has a ship at anchor, its length in metres and
its contrast."""
QUIET_IMAGES_OF_DEPOT = 2
"""Images after the start of the study in which the depot has no pits yet."""
Corners = list[tuple[float, float]]


@dataclass(frozen=True)
class DrawnOutline:
    """One outline of a rehearsed place, as whoever sees its images would draw it."""

    kind: str
    """Kind of outline."""
    name: str
    """Name, which says that it is made up."""
    corners: Corners
    """Metres east of the left edge and south of the upper edge."""
    axis_deg: float
    """Direction of the quay or the tracks, degrees clockwise from north."""


@dataclass(frozen=True, eq=False)
class RehearsedPlace:
    """A simulated place with one image a pass."""

    images: list[npt.NDArray[Any]]
    """One array an image, dims (band, y, x), bands as `BANDS`, 10 m; multiples of 6 pixels."""
    classes: npt.NDArray[np.uint8]
    """Scene classes of every image, dims (y, x)."""
    outlines: tuple[DrawnOutline, ...]
    """What can be measured."""
    sigma_m: float
    """Metres to which the outlines are known."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of 10 m."""
        rows, columns = self.classes.shape
        return rows, columns


def turned_rectangle(x: float, y: float, axis_deg: float, sides: tuple[float, float]) -> Corners:
    """Corners of a rectangle about a point, its first side along the axis; y points north."""
    bearing = math.radians(axis_deg)
    along = np.array([math.sin(bearing), math.cos(bearing)])
    aside = np.array([along[1], -along[0]])
    half = np.array(sides) / 2.0
    signs = ((1, 1), (1, -1), (-1, -1), (-1, 1))
    return [tuple(np.array([x, y]) + a * half[0] * along + b * half[1] * aside) for a, b in signs]


def whole_pixels(image: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Crop an image to whole pixels of 60 m."""
    return image[..., : image.shape[-2] // 6 * 6, : image.shape[-1] // 6 * 6]


def _with_infrared(image: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Image with a short-wave infrared band, where it has none."""
    if image.shape[0] == len(BANDS):
        return image
    return np.concatenate([image, INFRARED_SHARE * image[3:4]])


def offshore_strip(
    harbour: optical_harbour_images.Harbour, off: float, sides: tuple[float, float]
) -> Corners:
    """Corners of a strip along the quay, its middle `off` metres to seaward; y points south."""
    x, y = 5.0 * harbour.columns, -5.0 * harbour.rows
    seaward = math.radians(harbour.axis_deg + 90.0)
    at = x + off * math.sin(seaward), y + off * math.cos(seaward)
    return [(east, -north) for east, north in turned_rectangle(*at, harbour.axis_deg, sides)]


def rehearsed_port(early: int, late: int, *, seed: int, step_days: float) -> RehearsedPlace:
    """Draw a quay and roads to which ships come only after the start of the study.

    Parameters
    ----------
    early, late : int
        Images before and after the start of the study.
    seed : int
        Chance.
    step_days : float
        Days from image to image.

    Returns
    -------
    RehearsedPlace
    """
    harbour = optical_harbour_images.Harbour(
        seed, n_looks=early + late, rows=108, columns=120, cloud=0.0, haze=0.0, shadow=0.0,
        empty_until=early, occupancy=0.6, step_days=step_days, contrast=0.09, axis_deg=60.0,
    )  # fmt: skip
    where = optical_harbour_images.harbour_masks(harbour)
    images = []
    for number, (look, _) in enumerate(optical_harbour_images.harbour_images_with_truth(harbour)):
        seen = look
        if number >= early and number % ANCHORED_EVERY == 0:
            place = InjectionArea(where["openwater"])
            rng = np.random.default_rng((seed, number))
            seen, _ = inject_anchored_ship(look, place, *ANCHORED_SHIP, rng)
        images.append(_with_infrared(seen["reflectance"].to_numpy()))
    water = where["berth"] | where["openwater"]
    classes = np.where(water, WATER_CLASS, LAND_CLASS).astype(np.uint8)
    outlines = (
        DrawnOutline(
            "berth", "made-up berth", offshore_strip(harbour, 21.0, (300.0, 38.0)), harbour.axis_deg
        ),
        DrawnOutline(
            "openwater",
            "made-up roads",
            offshore_strip(harbour, 330.0, (600.0, 220.0)),
            harbour.axis_deg,
        ),
        DrawnOutline(
            "quay", "made-up quay", offshore_strip(harbour, -20.0, (480.0, 40.0)), harbour.axis_deg
        ),
    )
    return RehearsedPlace(images, classes, outlines, 5.0)


def _of_place(
    place: rail_yard_quay_field_cubes.SimulatedPlace,
    boxes: Sequence[Any],
    outline: DrawnOutline,
    *,
    seed: int,
    ground: int,
    sigma_m: float,
) -> RehearsedPlace:
    rng = np.random.default_rng(seed)
    images = [
        _with_infrared(whole_pixels(rail_yard_quay_field_cubes.place_image(place, each, rng)))
        for each in boxes
    ]
    classes = np.full(images[0].shape[1:], ground, np.uint8)
    return RehearsedPlace(images, classes, (outline,), sigma_m)


def rehearsed_yard(early: int, late: int, *, seed: int, step_days: float) -> RehearsedPlace:
    """Draw a rail yard of three tracks that fills after the start of the study."""
    del step_days
    rng = np.random.default_rng(seed)
    place = rail_yard_quay_field_cubes.simulated_yard(rng, count=3)
    filled = [
        railcar_stack_and_pit_layouts.yard(
            place.lines, rng, cars=min(CARS_PER_IMAGE * k, MAX_CARS), contrast=-0.08
        ).boxes
        for k in range(late)
    ]
    # the bend of the tracks lies within a tenth of a pixel of straight halves
    middle = np.concatenate([place.lines[0], place.lines[-1]]).mean(0)
    around = turned_rectangle(0.0, 0.0, 98.0, (800.0, 16.0))
    corners = [(middle[0] + east, middle[1] - north) for east, north in around]
    outline = DrawnOutline("track", "made-up track", corners, 98.0)
    return _of_place(
        place, [*([()] * early), *filled], outline, seed=seed, ground=LAND_CLASS, sigma_m=3.0
    )


def rehearsed_depot(early: int, late: int, *, seed: int, step_days: float) -> RehearsedPlace:
    """Draw a field in which pits appear soon after the start of the study."""
    del step_days
    rng = np.random.default_rng(seed)
    place = rail_yard_quay_field_cubes.simulated_field(rng, side=60)
    dug = railcar_stack_and_pit_layouts.depot(
        rng, rows=2, columns=3, start=(235.0, 250.0), apart=65.0
    ).boxes
    quiet = early + min(QUIET_IMAGES_OF_DEPOT, late)
    boxes = [*([()] * quiet), *([dug] * (early + late - quiet))]
    corners = [(150.0, 150.0), (450.0, 150.0), (450.0, 450.0), (150.0, 450.0)]
    outline = DrawnOutline("pit_area", "made-up pit area", corners, 90.0)
    return _of_place(place, boxes, outline, seed=seed, ground=FIELD_CLASS, sigma_m=5.0)


PLACES: dict[str, Callable[..., RehearsedPlace]] = {
    "berth": rehearsed_port,
    "track": rehearsed_yard,
    "pit_area": rehearsed_depot,
}
"""Kind of outline that defines a site to what is drawn there."""


def rehearsed_site(
    site: Site, early: int, late: int, *, seed: int, step_days: float, status: str = TO_CONFIRM
) -> tuple[Site, RehearsedPlace]:
    """Put a rehearsed place in the middle of a site's window, and cut the window to it.

    Parameters
    ----------
    site : Site
        Of the register; its outlines say whether it is a port, a yard or a depot.
    early, late : int
        Images before and after the start of the study.
    seed : int
        Chance.
    step_days : float
        Days from image to image.
    status : str
        Whether the outlines of what is drawn are confirmed already.

    Returns
    -------
    Site
        The same site with a small window, known to 5 m, and with the outlines of what is drawn.
    RehearsedPlace
        Its images.
    """
    place = PLACES[defining_kind(site)](early, late, seed=seed, step_days=step_days)
    rows, columns = place.shape
    west, south, east, north = site.grid.bounds
    left = round(((west + east) / 2 - 5 * columns) / WHOLE_M) * WHOLE_M
    top = round(((south + north) / 2 + 5 * rows) / WHOLE_M) * WHOLE_M
    grid = Grid(site.grid.epsg, (left, top - 10 * rows, left + 10 * columns, top))
    outlines = tuple(placed_outline(each, grid, place.sigma_m, status) for each in place.outlines)
    return replace(site, grid=grid, outlines=outlines, pos_sigma_m=place.sigma_m), place


def placed_outline(drawn: DrawnOutline, grid: Grid, sigma_m: float, status: str) -> Outline:
    """Outline in longitude and latitude of what is drawn on a grid."""
    west, _, _, north = grid.bounds
    ring = [[west + east, north - south] for east, south in (*drawn.corners, drawn.corners[0])]
    square = {"type": "Polygon", "coordinates": [ring]}
    geometry = dict(transform_geom(f"EPSG:{grid.epsg}", "EPSG:4326", square, precision=7))
    return Outline(drawn.kind, drawn.name, geometry, "made up", sigma_m, status, drawn.axis_deg)
