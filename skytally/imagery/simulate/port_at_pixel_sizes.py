"""A simulated port as cameras with pixels of different sizes see it: ship, containers, railcars."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from skytally.core import DataError
from skytally.imagery.simulate.railcar_stack_and_pit_layouts import (
    SLOT,
    ballast_bed,
    stacks,
    tracks,
    yard,
)
from skytally.imagery.simulate.sensor_blurred_rectangle_drawing import (
    FINE,
    SPECTRA,
    Box,
    Extent,
    Sharpness,
    overlay,
)

Floats = npt.NDArray[np.float64]

SCENE_SIZE = (300.0, 160.0)
"""Width and height of the scene, metres."""
CELL = 0.25
"""Side of a cell in which the scene is drawn, metres."""
ZOOM = FINE / CELL
"""Factor on all lengths, by which cells of `FINE` metres stand for cells of `CELL` metres."""
WATERLINE, APRON = 66.0, 108.0
"""Where the quay and where the yard behind it begin, metres from the upper edge."""
SHIP = (150.0, WATERLINE - 10.5, 112.0, 18.0)
"""Middle, length and beam of the ship, metres."""
BOW_STEPS = 14
"""Number of boxes that taper to the bow."""
STRIPS = (WATERLINE + 14.0, WATERLINE + 29.0)
"""Middles of the two rows of stacks on the quay, metres from the upper edge."""
BLOCK, ROW_SLOTS = (5, 3), 70
"""Containers of a stack along and across, and of a row of stacks."""
CARS = 14
"""Railcars in the yard."""
TONE = (0.8, 1.2)
"""Least and greatest brightness of a container on deck, relative to its paint."""
NOISE = 0.002
"""Standard deviation of the noise of a pixel, reflectance."""
VISIBLE = ("b04", "b03", "b02")
"""Red, green and blue."""


def _ground() -> list[Box]:
    width, height = SCENE_SIZE
    areas = (
        (-height, WATERLINE, SPECTRA["water"]),
        (WATERLINE, APRON, SPECTRA["concrete"]),
        (APRON, 2 * height, SPECTRA["soil"]),
    )
    return [
        Box(width / 2, (top + bottom) / 2, 3 * width, bottom - top, 0.0, colour)
        for top, bottom, colour in areas
    ]


def _ship(rng: np.random.Generator) -> list[Box]:
    """Hull with a tapered bow to the right, containers on deck and a white house aft."""
    x, y, length, beam = SHIP
    hull, deck = SPECTRA["dark"], tuple(0.7 * each for each in SPECTRA["red"])
    bow = length / 6.0
    boxes = [Box(x - bow / 2, y, length - bow, beam, 0.0, hull)]
    for i in range(BOW_STEPS):
        at = x + length / 2 - bow + (i + 0.5) * bow / BOW_STEPS
        wide = beam * (1.0 - (i + 0.5) / BOW_STEPS) ** 0.6
        boxes.append(Box(at, y, bow / BOW_STEPS, wide, 0.0, hull))
    boxes.append(Box(x - bow / 2, y, length - bow - 3.0, beam - 3.0, 0.0, deck))
    for column in range(10):
        for row in range(5):
            tone = float(rng.uniform(*TONE))
            paint = SPECTRA[str(rng.choice(["red", "blue", "white", "dark"]))]
            place = (x - 24.0 + 6.4 * column, y + 2.6 * (row - 2))
            boxes.append(Box(*place, *SLOT, 0.0, tuple(tone * each for each in paint)))
    return [*boxes, Box(x - 45.0, y, 11.0, 15.0, 0.0, SPECTRA["white"])]


def _things(seed: int) -> tuple[list[Box], list[Box]]:
    """Everything in the scene, the ground first, and of it the bodies of the railcars."""
    rng = np.random.default_rng(seed)
    lines = tracks(3, 280.0, start=(10.0, 122.0), axis=0.0, apart=9.0)
    cars = yard(lines[1:2], rng, cars=CARS, contrast=-0.09, sun=(35.0, 160.0))
    quay = [
        box
        for middle in STRIPS
        for box in stacks(
            rng, slots=ROW_SLOTS, quay=(24.0, middle - 22.0, 280.0, middle + 22.0), block=BLOCK
        ).boxes
    ]
    bed = ballast_bed(lines, width=4.0)
    # a yard lists the shadows first, then as many bodies as it has cars
    return [*_ground(), *_ship(rng), *quay, *bed, *cars.boxes], list(cars.boxes[-cars.cars :])


def port_boxes(*, seed: int = 1) -> list[Box]:
    """Everything in the scene, the ground first, in metres from its upper left corner."""
    return _things(seed)[0]


def object_sizes(*, seed: int = 1) -> dict[str, tuple[float, float]]:
    """Length and width in metres of a ship, a container and a railcar, as they are drawn."""
    lengths, widths = zip(*((car.length, car.width) for car in _things(seed)[1]), strict=True)
    return {
        "ship": SHIP[2:],
        "container": SLOT,
        "railcar": (float(np.median(lengths)), float(np.median(widths))),
    }


def port_image(gsd: float, *, seed: int = 1) -> Floats:
    """Draw the scene as a camera with pixels of one size sees it.

    Parameters
    ----------
    gsd : float
        Side of a pixel, metres; a multiple of `CELL` by an even number.
    seed : int
        Chance of paints, places and noise; the scene is the same for every size of pixel.

    Returns
    -------
    ndarray, dims (band, y, x)
        Reflectance in red, green and blue.

    Raises
    ------
    DataError
        If pixels of that size cannot be drawn.
    """
    cells = gsd / CELL
    if not (cells >= 2 and cells % 2 == 0):
        message = f"pixel of {gsd:g} m: cannot be drawn; take an even multiple of {CELL:g} m"
        raise DataError(message)
    columns, rows = (round(side / gsd) for side in SCENE_SIZE)
    extent = Extent(rows, columns, gsd * ZOOM)
    boxes = [
        replace(
            box, x=ZOOM * box.x, y=ZOOM * box.y, length=ZOOM * box.length, width=ZOOM * box.width
        )
        for box in port_boxes(seed=seed)
    ]
    seen = overlay(boxes, extent, bands=VISIBLE, sharpness=Sharpness())
    noise = np.random.default_rng(seed).normal(0.0, NOISE, seen.light.shape)
    return np.clip(seen.light / np.maximum(seen.share, 1e-6) + noise, 0.0, 1.0)
