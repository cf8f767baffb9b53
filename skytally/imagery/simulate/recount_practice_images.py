"""Simulated yards and quays with pixels of half a metre, on which people can practise counting."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import affine
import numpy as np
import numpy.typing as npt
import rasterio
from scipy import ndimage

from skytally.imagery.simulate.railcar_stack_and_pit_layouts import (
    ballast_bed,
    stacks,
    tracks,
    yard,
)
from skytally.imagery.simulate.sensor_blurred_rectangle_drawing import SPECTRA, Box

Floats = npt.NDArray[np.float64]

GSD = 0.5
"""Metres a pixel."""
SIZE_M = (520.0, 260.0)
"""Metres from west to east, and from north to south."""
WEST, NORTH, EPSG = 500_000.0, 4_700_000.0, 32652
"""Upper left corner; in the sea, so that nobody takes it for a place."""
BLUR_PX = 0.6
"""Standard deviation of the blur of the optics, pixels."""
NOISE = 0.006
"""Standard deviation of the noise of the detector, reflectance."""
TEXTURE = 0.02
"""Standard deviation of the ground's own light and dark patches, reflectance."""
VISIBLE = 3
"""Bands drawn: the first three of `SPECTRA`, blue, green and red."""
BRIGHTEST = 0.45
"""Reflectance drawn white."""
TAG = "SIMULATED"


@dataclass(frozen=True, eq=False)
class PracticeImage:
    """A simulated image and what is on it."""

    pixels: npt.NDArray[np.uint8]
    """Red, green and blue, dims (band, y, x)."""
    truth: tuple[tuple[float, float], ...]
    """Column and row of the middle of each object."""


def _paint(picture: Floats, box: Box) -> None:
    """Paint a rectangle, the pixels of its edge in part."""
    reach = math.hypot(box.length, box.width) / 2.0 + GSD
    rows, columns = (
        slice(max(int((at - reach) / GSD), 0), max(min(int((at + reach) / GSD) + 2, size), 0))
        for at, size in ((box.y, picture.shape[1]), (box.x, picture.shape[2]))
    )
    down = ((np.arange(rows.start, rows.stop) + 0.5) * GSD - box.y)[:, None]
    across = ((np.arange(columns.start, columns.stop) + 0.5) * GSD - box.x)[None, :]
    cosine, sine = math.cos(math.radians(box.axis)), math.sin(math.radians(box.axis))
    along, aside = across * cosine + down * sine, down * cosine - across * sine
    cover = np.clip((box.length / 2.0 - np.abs(along)) / GSD + 0.5, 0.0, 1.0)
    cover = cover * np.clip((box.width / 2.0 - np.abs(aside)) / GSD + 0.5, 0.0, 1.0)
    for band in range(VISIBLE):
        part = picture[band, rows, columns]
        part += cover * (box.colour[band] - part)


def _drawn(ground: str, boxes: Sequence[Box], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    shape = round(SIZE_M[1] / GSD), round(SIZE_M[0] / GSD)
    picture = np.empty((VISIBLE, *shape))
    picture[:] = np.asarray(SPECTRA[ground][:VISIBLE])[:, None, None]
    patches = ndimage.gaussian_filter(rng.normal(0.0, 1.0, shape), 6.0, mode="wrap")
    picture += TEXTURE * patches / patches.std()
    for box in boxes:
        _paint(picture, box)
    picture = ndimage.gaussian_filter(picture, (0.0, BLUR_PX, BLUR_PX), mode="nearest")
    picture += rng.normal(0.0, NOISE, picture.shape)
    grey = np.clip(picture / BRIGHTEST, 0.0, 1.0) * 255.0
    return np.ascontiguousarray(grey.round().astype(np.uint8)[::-1])


def _middles(boxes: Sequence[Box]) -> tuple[tuple[float, float], ...]:
    return tuple((box.x / GSD, box.y / GSD) for box in boxes)


def practice_yard(seed: int) -> PracticeImage:
    """Draw a yard with railcars, some of them nearly as dark as the ballast.

    Parameters
    ----------
    seed : int
        Seed of chance; the number of cars follows from it, too.
    """
    rng = np.random.default_rng([seed, 1])
    lines = tracks(4, 420.0, start=(45.0, 80.0), axis=8.0, apart=7.0, bend=6.0)
    cars = int(rng.integers(30, 70))
    made = yard(lines, rng, cars=cars, contrast=-0.05, spread=0.03, sun=(35.0, 150.0))
    bodies = made.boxes[-made.cars :]
    return PracticeImage(_drawn("grass", (*ballast_bed(lines), *made.boxes), rng), _middles(bodies))


def practice_quay(seed: int) -> PracticeImage:
    """Draw a quay with containers in one layer.

    Parameters
    ----------
    seed : int
        Seed of chance; the number of containers follows from it, too.
    """
    rng = np.random.default_rng([seed, 2])
    slots = int(rng.integers(40, 120))
    made = stacks(rng, slots=slots, quay=(30.0, 60.0, 490.0, 200.0), axis=8.0, block=(5, 3))
    quay = Box(260.0, 130.0, 480.0, 170.0, 0.0, SPECTRA["concrete"])
    return PracticeImage(_drawn("water", (quay, *made.boxes), rng), _middles(made.boxes))


PRACTICE = {"railcars": practice_yard, "containers": practice_quay}
"""What can be practised, and how its image is drawn."""
DRAWN_AS = {
    "railcars": "each car is drawn as a rectangle with its shadow on its northern side, about as "
    "wide and darker; the lighter half is the car",
    "containers": "containers are drawn in one layer, without shadows, so that no stack hides "
    "another; ends and sides touch, and colours tell them apart",
}
"""How one object looks on such an image, for whoever practises."""


def write_practice(image: PracticeImage, path: Path) -> None:
    """Write a simulated image as a GeoTIFF whose tags say that it is simulated.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    _, rows, columns = image.pixels.shape
    with rasterio.open(
        path, "w", driver="GTiff", width=columns, height=rows, count=3, dtype="uint8",
        photometric="RGB", crs=f"EPSG:{EPSG}",
        transform=affine.Affine(GSD, 0.0, WEST, 0.0, -GSD, NORTH),
        tiled=True, compress="deflate",
    ) as target:  # fmt: skip
        target.write(image.pixels)
        target.update_tags(**{TAG: "drawn, not taken: no place on Earth looks like this"})
