"""Offset of a radar image from its reference, from hard ground that does not change."""

from __future__ import annotations

import math

import numpy as np

from skytally.imagery.cube import Bools, Frame
from skytally.imagery.measure.radar.cross_satellite_radar_reference_check import (
    MIN_GROUND_PIXELS,
    hard_ground,
)
from skytally.imagery.measure.reference_level_and_spread_per_group import Reference

MAX_OFFSET_DB = 1.0
"""Largest offset taken off: the calibration of a Sentinel-1 is good to 1 dB. Ground that moves by
more was wetted, frozen or covered with snow, which the water of a berth does not follow."""


def ground_offset(frame: Frame, reference: Reference, elsewhere: Bools) -> float:
    """Offset on hard ground of an image in dB from its reference, mean of the polarisations.

    Parameters
    ----------
    frame : Frame
        The image, dB.
    reference : Reference
        Its reference.
    elsewhere : ndarray of bool, dims (y, x)
        Places that are neither the berth nor open water.

    Returns
    -------
    float
        dB, at most `MAX_OFFSET_DB` either way; NaN where fewer than `MIN_GROUND_PIXELS` pixels
        show it. One offset serves all polarisations: each by itself would err by half as much
        again.

    Notes
    -----
    A gain moves ground and berth alike. So, nearly, does noise: the darker polarisation of hard
    ground is as dark as the bright pixels of an empty berth.
    """
    ground = hard_ground(reference, elsewhere) & np.isfinite(frame.values).all(0)
    if np.count_nonzero(ground) < MIN_GROUND_PIXELS:
        return math.nan
    apart = np.median((frame.values - reference.level)[:, ground], axis=1)
    return float(np.clip(apart.mean(), -MAX_OFFSET_DB, MAX_OFFSET_DB))


def levelled(frame: Frame, reference: Reference, elsewhere: Bools) -> Frame:
    """Take the offset on hard ground off an image in dB; arguments as `ground_offset`.

    Where no ground shows an offset the image is returned as it is.
    """
    offset = ground_offset(frame, reference, elsewhere)
    return frame if math.isnan(offset) else frame.with_values(frame.values - np.float32(offset))
