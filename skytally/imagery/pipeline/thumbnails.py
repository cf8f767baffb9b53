"""Thumbnails of images, for the eye of the reader: nothing is measured on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]

TRUE_COLOUR = ("b04", "b03", "b02")
BRIGHTEST = 0.3
"""Reflectance shown as white: most land and every hull lies below it, cloud above."""
GAMMA = 0.7
"""Power by which dark water is lifted, so that a hull on it can be seen."""
DARKEST_DB, BRIGHTEST_DB = -25.0, 5.0
"""Backscatter shown as black and as white: calm water and a ship's house."""


@dataclass(frozen=True, eq=False)
class Thumbnail:
    """One small cut-out of one image, with its caption."""

    picture: Bytes
    """Red, green and blue, dims (y, x, 3)."""
    gsd: float
    """Side of a pixel in metres."""
    when: str
    """Acquisition in words."""
    finding: str
    """What the measure found, in words."""
    item_id: str
    """Name of the scene."""
    outlines: tuple[Points, ...] = ()
    """Closed lines to draw, column and row of their corners in pixels, each dims (corner, 2)."""
    label: str = ""
    """Such as ``rehearsal`` or ``simulated``; empty for an observation."""


def true_colour(values: npt.ArrayLike, bands: Sequence[str]) -> Bytes:
    """Stretch reflectance to a picture, alike for every image.

    Parameters
    ----------
    values : array_like, dims (band, y, x)
        Reflectance; NaN is drawn in mid grey.
    bands : sequence of str
        Names of the bands; red, green and blue must be among them.

    Returns
    -------
    ndarray of uint8, dims (y, x, 3)

    Examples
    --------
    >>> true_colour([[[0.3]], [[0.0]], [[float("nan")]]], ("b04", "b03", "b02")).tolist()
    [[[255, 0, 128]]]
    """
    stack = np.asarray(values, float)[[list(bands).index(each) for each in TRUE_COLOUR]]
    shown = np.clip(stack / BRIGHTEST, 0.0, 1.0) ** GAMMA
    grey = np.where(np.isfinite(shown), np.round(255.0 * np.nan_to_num(shown)), 128)
    return np.moveaxis(grey.astype(np.uint8), 0, -1)


def radar_grey(values: npt.ArrayLike) -> Bytes:
    """Stretch linear backscatter of one polarisation to a grey picture, alike for every image.

    Parameters
    ----------
    values : array_like, dims (y, x)
        Linear backscatter; what is not above 0 is drawn in mid grey.

    Returns
    -------
    ndarray of uint8, dims (y, x, 3)

    Examples
    --------
    >>> radar_grey([[0.1, 0.0]]).tolist()
    [[[127, 127, 127], [128, 128, 128]]]
    """
    linear = np.asarray(values, float)
    read = linear > 0
    decibels = 10.0 * np.log10(np.where(read, linear, 1.0))
    shown = np.clip((decibels - DARKEST_DB) / (BRIGHTEST_DB - DARKEST_DB), 0.0, 1.0)
    grey = np.where(read, np.floor(255.0 * shown), 128).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=-1)
