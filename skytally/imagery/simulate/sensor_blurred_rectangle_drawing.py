"""Coloured boxes drawn as a sensor with 10 m pixels sees them, and put into an image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.core import DataError

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BANDS = ("b02", "b03", "b04", "b08", "b11")
"""Bands drawn, in this order; b11 has pixels of 20 m, repeated on the grid of 10 m."""
COARSE = ("b11",)
"""Bands of twice the pixel size."""
MTF = {"b02": 0.26, "b03": 0.28, "b04": 0.24, "b08": 0.26, "b11": 0.24}
"""Modulation transfer at the Nyquist frequency (METHODS 4.3; b11 taken as b04)."""
FINE = 2.0
"""Side of a cell in which objects are drawn, metres; their edges are drawn in part."""
SPECTRA: dict[str, tuple[float, float, float, float, float]] = {
    "ballast": (0.14, 0.15, 0.16, 0.19, 0.22),
    "concrete": (0.18, 0.20, 0.21, 0.23, 0.25),
    "grass": (0.04, 0.07, 0.05, 0.30, 0.20),
    "straw": (0.08, 0.11, 0.13, 0.24, 0.28),
    "soil": (0.085, 0.115, 0.15, 0.215, 0.31),
    "water": (0.05, 0.04, 0.03, 0.02, 0.01),
    "red": (0.06, 0.07, 0.25, 0.32, 0.33),
    "blue": (0.17, 0.13, 0.08, 0.16, 0.18),
    "white": (0.45, 0.46, 0.47, 0.47, 0.42),
    "dark": (0.04, 0.04, 0.05, 0.06, 0.07),
}
"""Made-up but plausible reflectances in the order of `BANDS`; nothing here is measured."""


@dataclass(frozen=True)
class Extent:
    """Size and pixel of a simulated image."""

    rows: int = 60
    """Number of rows."""
    columns: int = 100
    """Number of columns."""
    gsd: float = 10.0
    """Side of a pixel in metres; a multiple of `FINE`."""
    west: float = 500_000.0
    """Western edge in the CRS, metres."""
    north: float = 4_700_000.0
    """Northern edge in the CRS, metres."""
    epsg: int = 32652
    """CRS, a UTM zone."""

    def place(self, across: float, down: float) -> tuple[float, float]:
        """CRS coordinates of a point given in metres from the north-western corner."""
        return self.west + across, self.north - down


@dataclass(frozen=True)
class Box:
    """A flat rectangle of one colour."""

    x: float
    """Metres from the western edge to its middle."""
    y: float
    """Metres from the northern edge to its middle."""
    length: float
    """Metres along its axis."""
    width: float
    """Metres across."""
    axis: float
    """Angle of its axis in degrees, from east towards south."""
    colour: tuple[float, ...]
    """Reflectance by band, in the order of `BANDS`; a shorter one leaves out the last bands."""


@dataclass(frozen=True)
class Sharpness:
    """Blur of a sensor."""

    scale: float = 1.0
    """Factor on the modulation transfer at the Nyquist frequency."""
    box: bool = False
    """Whether part of the blur is the box of the detector, not one Gaussian alone."""


@dataclass(frozen=True, eq=False)
class Overlay:
    """Effect of objects on the pixels of an image: the light of the ground is replaced in part."""

    share: Floats
    """Part of each pixel's light that comes from objects, dims (band, y, x)."""
    light: Floats
    """Reflectance the objects add, dims (band, y, x)."""


def _sigma(mtf: float, gsd: float) -> float:
    return gsd * math.sqrt(-2.0 * math.log(mtf)) / math.pi


def camera(fine: Floats, band: str, extent: Extent, sharpness: Sharpness) -> Floats:
    """Blur one band drawn on fine cells as the sensor does, and sample it at the pixels."""
    step = extent.gsd * (2.0 if band in COARSE else 1.0)
    mtf = MTF[band] * sharpness.scale
    if sharpness.box:
        blurred = ndimage.uniform_filter(fine, round(step / FINE), mode="nearest")
        blurred = ndimage.gaussian_filter(
            blurred, _sigma(mtf / (2.0 / math.pi), step) / FINE, mode="nearest"
        )
    else:
        blurred = ndimage.gaussian_filter(fine, _sigma(mtf, step) / FINE, mode="nearest")
    every = round(step / FINE)
    first = (every - 1) / 2.0
    low, high = math.floor(first), math.ceil(first)
    sampled = (
        blurred[low::every, low::every]
        + blurred[high::every, low::every]
        + blurred[low::every, high::every]
        + blurred[high::every, high::every]
    ) / 4.0
    if band in COARSE:
        sampled = np.repeat(np.repeat(sampled, 2, 0), 2, 1)
    return sampled[: extent.rows, : extent.columns]


def fine_shape(extent: Extent) -> tuple[int, int]:
    """Rows and columns of fine cells, enough for whole pixels of the coarse bands."""
    every = round(extent.gsd / FINE)
    return (extent.rows + extent.rows % 2) * every, (extent.columns + extent.columns % 2) * every


def box_cover(box: Box, shape: tuple[int, int], shift: tuple[float, float]) -> tuple[Floats, tuple]:
    """Share of each fine cell that a box covers, and the window of cells it lies in."""
    reach = math.hypot(box.length, box.width) / 2.0 + FINE
    x, y = box.x + shift[0], box.y + shift[1]
    window = tuple(
        slice(max(int((at - reach) / FINE), 0), max(min(int((at + reach) / FINE) + 2, size), 0))
        for at, size in ((y, shape[0]), (x, shape[1]))
    )
    down = ((np.arange(window[0].start, window[0].stop) + 0.5) * FINE - y)[:, None]
    across = ((np.arange(window[1].start, window[1].stop) + 0.5) * FINE - x)[None, :]
    cosine, sine = math.cos(math.radians(box.axis)), math.sin(math.radians(box.axis))
    along, aside = across * cosine + down * sine, down * cosine - across * sine
    parts = [
        np.clip((side / 2.0 - np.abs(at)) / FINE + 0.5, 0.0, min(side / FINE, 1.0))
        for side, at in ((box.length, along), (box.width, aside))
    ]
    return parts[0] * parts[1], window


def overlay(
    boxes: Sequence[Box],
    extent: Extent,
    *,
    bands: Sequence[str] = BANDS,
    shift: tuple[float, float] = (0.0, 0.0),
    sharpness: Sharpness | None = None,
) -> Overlay:
    """Draw boxes over pixels; a later box hides an earlier one.

    Parameters
    ----------
    boxes : sequence of Box
        Objects, in metres from the north-western corner.
    extent : Extent
        The pixels.
    bands : sequence of str
        Bands wanted, a subset of `BANDS`.
    shift : tuple of float
        Metres east and south by which the look is misplaced.
    sharpness : Sharpness, optional
        How the camera blurs.

    Returns
    -------
    Overlay
        Dims (band, y, x).
    """
    shape = fine_shape(extent)
    cover, paint = np.zeros(shape), np.zeros((len(bands), *shape))
    for box in boxes:
        part, window = box_cover(box, shape, shift)
        cover[window] = cover[window] * (1.0 - part) + part
        for i, band in enumerate(bands):
            colour = box.colour[BANDS.index(band)]
            paint[(i, *window)] = paint[(i, *window)] * (1.0 - part) + part * colour
    how = sharpness or Sharpness()
    share = np.stack([camera(cover, band, extent, how) for band in bands])
    light = np.stack([camera(paint[i], band, extent, how) for i, band in enumerate(bands)])
    return Overlay(share, light)


def draw_overlay(image: npt.ArrayLike, over: Overlay) -> Floats:
    """Draw objects into an image, real or simulated.

    Parameters
    ----------
    image : array_like, dims (band, y, x)
        Reflectance; NaN stays NaN.
    over : Overlay
        Of the same bands and pixels.

    Returns
    -------
    ndarray, dims (band, y, x)

    Raises
    ------
    DataError
        If the shapes differ.
    """
    ground = np.asarray(image, float)
    if ground.shape != over.share.shape:
        message = (
            f"image of shape {ground.shape}, objects drawn for {over.share.shape}; "
            "draw them on the image's own bands and pixels"
        )
        raise DataError(message)
    return ground * (1.0 - over.share) + over.light
