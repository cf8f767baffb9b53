"""Decode the pixel classification of a scene (Sentinel-2 SCL, Landsat QA) into common masks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from skytally.imagery.acquire.image_provider_table import LANDSAT, SENTINEL_2

PixelMask = npt.NDArray[np.bool_]

SCL_MAX_CLASS = 11
"""Last class of the scene classification of Sentinel-2."""
SCL_CLASSES = {
    "unread": (0,),
    "void": (0, 1),
    "shadow": (3,),
    "cloud": (8, 9, 10),
    "snow": (11,),
    "water": (6,),
    "plants": (4,),
    "bare": (5,),
}
"""Classes of the Sentinel-2 scene classification; cloud includes medium and
high probability and thin cirrus, void no data and saturated or defective pixels."""
QA_BITS = {
    "unread": (0,),
    "void": (0,),
    "shadow": (4,),
    "cloud": (1, 2, 3),
    "snow": (5,),
    "water": (7,),
    "plants": (),
    "bare": (),
}
"""Bits of the Landsat Collection 2 pixel quality band; cloud includes its rim and cirrus."""
BRIGHT_SCL_CLASSES, BRIGHT_QA_BITS = (9, 11), (3, 5)
"""Classes and bits of cloud of high probability and of snow, without cirrus and rims."""
OBSCURING_CLASSES = ("void", "shadow", "cloud", "snow")
"""Classes that hide the ground (METHODS T8)."""


@dataclass(frozen=True)
class PixelClasses:
    """One boolean mask for each class, dims (y, x)."""

    void: PixelMask
    """No data, or defective."""
    shadow: PixelMask
    """Cloud shadow."""
    cloud: PixelMask
    """Cloud of any thickness."""
    snow: PixelMask
    """Snow or ice."""
    water: PixelMask
    """Open water in clear view."""
    plants: PixelMask
    """Vegetation; empty for Landsat, whose quality band has no such class."""
    bare: PixelMask
    """Bare or built ground; empty for Landsat."""
    unread: PixelMask
    """No data at all; void without the defective pixels."""
    clear: PixelMask
    """None of void, shadow, cloud and snow."""


def decode_classification(quality: npt.NDArray[Any], sensor: str) -> PixelClasses | None:
    """Decode a classification band into masks.

    Parameters
    ----------
    quality : numpy.ndarray, dims (y, x)
        Scene classification of Sentinel-2, or pixel quality of Landsat.
    sensor : str
        ``sentinel-2`` or ``landsat``.

    Returns
    -------
    PixelClasses or None
        None for a sensor without a classification. A number that is no class, NaN among them, is
        void and unread, never clear.

    Examples
    --------
    >>> masks = decode_classification(np.array([[4, 9]], dtype="uint8"), "sentinel-2")
    >>> masks.clear.tolist(), masks.cloud.tolist()
    ([[True, False]], [[False, True]])
    """
    if sensor == SENTINEL_2:
        masks = {word: np.isin(quality, numbers) for word, numbers in SCL_CLASSES.items()}
        unknown = ~np.isin(quality, range(SCL_MAX_CLASS + 1))
    elif sensor == LANDSAT:
        masks = {
            word: (quality & sum(1 << bit for bit in bits)) > 0 for word, bits in QA_BITS.items()
        }
        # a pixel with data always has the bits of some confidence
        unknown = quality == 0
    else:
        return None
    for word in ("void", "unread"):
        masks[word] |= unknown
    hidden = np.logical_or.reduce([masks[word] for word in OBSCURING_CLASSES])
    if sensor == LANDSAT:
        masks["water"] &= ~hidden
    return PixelClasses(**masks, clear=~hidden)


def bright_cover(quality: npt.NDArray[Any], sensor: str) -> PixelMask:
    """Mask of the pixels, dims (y, x), that are classed as snow or opaque cloud.

    Examples
    --------
    >>> bright_cover(np.array([[4, 9, 11]], dtype="uint8"), "sentinel-2").tolist()
    [[False, True, True]]
    """
    if sensor == SENTINEL_2:
        return np.isin(quality, BRIGHT_SCL_CLASSES)
    bits = sum(1 << bit for bit in BRIGHT_QA_BITS) if sensor == LANDSAT else 0
    return np.asarray((quality & bits > 0) & (quality & 1 == 0))
