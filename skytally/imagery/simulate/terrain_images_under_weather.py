"""Ground that stays the same from image to image, seen under changing skies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import rioxarray  # noqa: F401  gives a cube its CRS
import xarray as xr
from scipy import ndimage

from skytally.imagery.simulate.sensor_blurred_rectangle_drawing import (
    BANDS,
    FINE,
    SPECTRA,
    Box,
    Extent,
    Sharpness,
    box_cover,
    camera,
    fine_shape,
)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Weather:
    """What changes from image to image though the ground does not."""

    noise: float = 0.006
    """Standard deviation of a pixel, reflectance."""
    gain: float = 0.02
    """Standard deviation of a factor on the whole look."""
    offset: float = 0.005
    """Standard deviation of what is added to the whole look, reflectance."""
    misplaced: float = 2.0
    """Standard deviation of the shift of the whole look along each axis, metres."""
    heavy: bool = False
    """Whether the noise is heavy-tailed and correlated from pixel to pixel, not Gaussian."""


def texture(
    shape: tuple[int, int], rng: np.random.Generator, *, grain: float, patchy: bool = False
) -> Floats:
    """Draw a field of mean 0 and standard deviation 1, smooth or in patches of one value.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    rng : numpy.random.Generator
        Source of chance.
    grain : float
        Size of a bump or patch in cells.
    patchy : bool
        Whether to draw patches with sharp edges, as fields and roofs have.

    Returns
    -------
    ndarray, dims (y, x)
    """
    if not patchy:
        field_ = ndimage.gaussian_filter(rng.normal(size=shape), grain / 2.0, mode="wrap")
        return (field_ - field_.mean()) / field_.std()
    count = max(int(shape[0] * shape[1] / grain**2), 2)
    seeds = rng.integers(0, shape, (count, 2))
    marks = np.ones(shape, bool)
    marks[tuple(seeds.T)] = False
    nearest = ndimage.distance_transform_edt(marks, return_distances=False, return_indices=True)
    field_ = rng.normal(size=shape)[tuple(nearest)]
    return (field_ - field_.mean()) / field_.std()


def terrain(
    boxes: Sequence[Box],
    extent: Extent,
    rng: np.random.Generator,
    *,
    base: str = "grass",
    rough: float = 0.08,
    grain: float = 15.0,
    patchy: bool = False,
) -> Floats:
    """Reflectance of ground that stays the same from image to image.

    Parameters
    ----------
    boxes : sequence of Box
        What lies on the base: a strip of ballast, a quay, water.
    extent : Extent
        The pixels.
    rng : numpy.random.Generator
        Source of chance.
    base : str
        Key of `SPECTRA`.
    rough : float
        Relative standard deviation of the texture.
    grain : float
        Size of its bumps or patches in metres.
    patchy : bool
        As in `texture`.

    Returns
    -------
    ndarray, dims (band, y, x) in cells of `FINE` metres, reflectance
    """
    shape = fine_shape(extent)
    ground = np.tile(np.array(SPECTRA[base])[:, None, None], (1, *shape))
    for box in boxes:
        part, window = box_cover(box, shape, (0.0, 0.0))
        for i, colour in enumerate(box.colour):
            ground[(i, *window)] += part * (colour - ground[(i, *window)])
    bumps = texture(shape, rng, grain=grain / FINE, patchy=patchy)
    return ground * np.clip(1.0 + rough * bumps, 0.2, 3.0)


def observed_ground(
    ground: Floats,
    boxes: Sequence[Box],
    extent: Extent,
    rng: np.random.Generator,
    *,
    weather: Weather | None = None,
    sharpness: Sharpness | None = None,
    bands: Sequence[str] = BANDS,
) -> Floats:
    """One image of ground with objects on it.

    Parameters
    ----------
    ground : ndarray, dims (band, y, x)
        From `terrain`.
    boxes : sequence of Box
        Objects.
    extent : Extent
        The pixels.
    rng : numpy.random.Generator
        Source of shift, gain, offset and noise.
    weather : Weather, optional
        How much of each.
    sharpness : Sharpness, optional
        How the camera blurs.
    bands : sequence of str
        Bands wanted.

    Returns
    -------
    ndarray, dims (band, y, x), reflectance
    """
    sky, how = weather or Weather(), sharpness or Sharpness()
    east, south = rng.normal(0.0, sky.misplaced, 2)
    moved = np.stack(
        [
            ndimage.shift(
                ground[BANDS.index(band)], (south / FINE, east / FINE), order=1, mode="nearest"
            )
            for band in bands
        ]
    )
    for box in boxes:
        part, window = box_cover(box, moved.shape[1:], (float(east), float(south)))
        for i, band in enumerate(bands):
            moved[(i, *window)] += part * (box.colour[BANDS.index(band)] - moved[(i, *window)])
    look = np.stack([camera(moved[i], band, extent, how) for i, band in enumerate(bands)])
    look = look * rng.normal(1.0, sky.gain) + rng.normal(0.0, sky.offset)
    noise = (
        rng.standard_t(4, look.shape) / math.sqrt(2.0) if sky.heavy else rng.normal(size=look.shape)
    )
    if sky.heavy:
        noise = ndimage.gaussian_filter(noise, (0.0, 0.5, 0.5))
        noise /= noise.std()
    return np.clip(look + sky.noise * noise, 0.001, 1.5)


def stacked_cube(
    images: Sequence[npt.ArrayLike],
    times: npt.ArrayLike,
    extent: Extent,
    *,
    bands: Sequence[str] = BANDS,
    classes: Sequence[npt.ArrayLike] | None = None,
    sun: tuple[float, float] = (40.0, 160.0),
) -> xr.Dataset:
    """Stack images into a cube as the measures take it.

    Parameters
    ----------
    images : sequence of array_like, dims (band, y, x)
        Reflectance, one a look.
    times : array_like of datetime64, dims (look)
        When each was taken, UTC.
    extent : Extent
        The pixels.
    bands : sequence of str
        Names of the bands.
    classes : sequence of array_like of int, dims (y, x), optional
        Scene classes, one a look.
    sun : tuple of float
        Zenith and azimuth of the sun in degrees.

    Returns
    -------
    xarray.Dataset, dims (time, band, y, x)
        Labelled ``simulated``.
    """
    when = np.asarray(times, "datetime64[ns]")
    stack = np.stack([np.asarray(each, np.float32) for each in images])
    x = extent.west + extent.gsd * (np.arange(extent.columns) + 0.5)
    y = extent.north - extent.gsd * (np.arange(extent.rows) + 0.5)
    named = [f"simulated-{str(each)[:10]}" for each in when]
    data: dict[str, tuple[tuple[str, ...], npt.NDArray]] = {
        "reflectance": (("time", "band", "y", "x"), stack)
    }
    if classes is not None:
        data["scl"] = (("time", "y", "x"), np.stack([np.asarray(c, np.uint8) for c in classes]))
    constant = {
        "relative_orbit": 17, "orbit_state": "descending", "platform": "sentinel-2a",
        "processor": "L2A", "label": "simulated", "sun_zenith": sun[0], "sun_azimuth": sun[1],
    }  # fmt: skip
    cube = xr.Dataset(
        data,
        coords={
            "time": when,
            "band": list(bands),
            "y": y,
            "x": x,
            "item_id": ("time", named),
            **{word: ("time", [each] * len(when)) for word, each in constant.items()},
        },
    )
    return cube.rio.write_crs(extent.epsg)
