"""Where a ship at a berth shows on radar, by where the radar looks from."""

from __future__ import annotations

import math

import numpy as np
from scipy import ndimage

from skytally.core import DataError
from skytally.imagery.cube import Bools

LOOK_BEARING = {"ascending": 78.0, "descending": 282.0}
"""Bearing in which Sentinel-1 looks, to the right of a track inclined by 98 degrees, at middle
latitudes; good to about 5 degrees."""
TOWARDS, AWAY = 40.0, 10.0
"""Metres by which the berth grows towards the radar and away from it: a house 20 m high is
displaced by 19 to 40 m (METHODS trap T6). In the radar's lee, what lies towards it is the quay,
whose edge and cranes vary by more than a ship's house adds: there it does not grow."""


def look_bearing(frame_group: str) -> float:
    """Look bearing of the radar of a group.

    Raises
    ------
    DataError
        If the group does not say whether it ascends or descends.

    Examples
    --------
    >>> look_bearing("sentinel-1 orbit 134 descending RTC")
    282.0
    """
    for word, bearing in LOOK_BEARING.items():
        if word in frame_group.split():
            return bearing
    message = (
        f"group {frame_group!r} says neither ascending nor descending; give the cube the "
        "coordinate orbit_state"
    )
    raise DataError(message)


def in_lee(group: str, seaward_deg: float) -> bool:
    """Whether the radar looks over the quay out to sea, so that the quay hides the ship.

    Examples
    --------
    >>> in_lee("sentinel-1 orbit 54 ascending RTC", 90.0)
    True
    """
    return math.cos(math.radians(look_bearing(group) - seaward_deg)) > 0.0


def _moved(mask: Bools, bearing: float, metres: float, gsd: float) -> Bools:
    """Mask grown along a bearing."""
    grown = mask.copy()
    for step in np.arange(gsd, metres + 0.5 * gsd, gsd):
        down = -round(step * math.cos(math.radians(bearing)) / gsd)
        right = round(step * math.sin(math.radians(bearing)) / gsd)
        grown |= ndimage.shift(mask.astype(np.uint8), (down, right), order=0).astype(bool)
    return grown


def radar_mask(water: Bools, seaward_deg: float, group: str, *, gsd: float) -> Bools:
    """Pixels in which a ship at a berth shows in one group (METHODS trap T6)."""
    if in_lee(group, seaward_deg):
        return water
    towards = (look_bearing(group) + 180.0) % 360.0
    near = _moved(water, towards, TOWARDS, gsd)
    return near | _moved(water, towards + 180.0, AWAY, gsd)
