"""What the pixel classification of a scene says, in the same words for every sensor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from skytally.imagery.acquire.providers import LANDSAT, SENTINEL_2

Mask = npt.NDArray[np.bool_]

SCL_LAST = 11
"""Last class of the scene classification of Sentinel-2."""
SCL = {
    "unread": (0,),
    "void": (0, 1),
    "shadow": (3,),
    "cloud": (8, 9, 10),
    "snow": (11,),
    "water": (6,),
    "plants": (4,),
    "bare": (5,),
}
"""Classes of the Sentinel-2 scene classification; cloud holds medium, high and thin cirrus,
void no data and saturated or defective pixels."""
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
"""Bits of the Landsat Collection 2 pixel quality band; cloud holds cloud, its rim and cirrus."""
NOT_CLEAR = ("void", "shadow", "cloud", "snow")
"""What makes a pixel no clear look (METHODS T8)."""


@dataclass(frozen=True)
class Classes:
    """One mask a class, dims (y, x) each."""

    void: Mask
    """No data, or defective."""
    shadow: Mask
    """Cloud shadow."""
    cloud: Mask
    """Cloud of any thickness."""
    snow: Mask
    """Snow or ice."""
    water: Mask
    """Open water in clear view."""
    plants: Mask
    """Vegetation; nowhere for Landsat, whose quality band does not tell."""
    bare: Mask
    """Bare or built ground; nowhere for Landsat."""
    unread: Mask
    """No data at all; void without the defective pixels."""
    clear: Mask
    """None of void, shadow, cloud and snow."""


def classes(quality: npt.NDArray[Any], sensor: str) -> Classes | None:
    """Read a classification.

    Parameters
    ----------
    quality : numpy.ndarray, dims (y, x)
        Scene classification of Sentinel-2, or pixel quality of Landsat.
    sensor : str
        ``sentinel-2`` or ``landsat``.

    Returns
    -------
    Classes or None
        None for a sensor without a classification.

    Examples
    --------
    >>> found = classes(np.array([[4, 9]], dtype="uint8"), "sentinel-2")
    >>> found.clear.tolist(), found.cloud.tolist()
    ([[True, False]], [[False, True]])
    """
    if sensor == SENTINEL_2:
        masks = {word: np.isin(quality, numbers) for word, numbers in SCL.items()}
    elif sensor == LANDSAT:
        masks = {
            word: (quality & sum(1 << bit for bit in bits)) > 0 for word, bits in QA_BITS.items()
        }
    else:
        return None
    hidden = np.logical_or.reduce([masks[word] for word in NOT_CLEAR])
    if sensor == LANDSAT:
        masks["water"] &= ~hidden
    return Classes(**masks, clear=~hidden)
