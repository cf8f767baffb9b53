"""Ships free in the water in Sentinel-1 images, each image by itself, above the sea around them."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.core import evidence_line_name_constants as n
from skytally.imagery.cube import GAMMA0, Bools, CubeSource, Frame, Window, check_mask, iter_frames
from skytally.imagery.measure.observation_and_evidence_line import Observation, unclear_observation
from skytally.imagery.measure.radar.cfar import (
    bright_targets,
    k_multiplier,
    texture_without_targets,
)

LIKE = ("vv",)
"""The polarisation in which the detector was scored on real images."""
PIXEL_P_FALSE = 1e-6
"""Chance of a false alarm at one pixel, as scored on real images."""
GUARD_M, TRAINING_M = 210.0, 610.0
"""Metres of the window left out, half a long ship to either side, and of the one averaged: those
of the public detector of Global Fishing Watch (METHODS 4.1)."""
LEAST_PIXELS = 4
"""Pixels of a target: a resolution cell, 20 by 22 m, covers as many, so that fewer are speckle."""
MIN_READ_SHARE = 0.9
"""Share of the water that must have been read: a ship in the rest would not be seen."""
MIN_WATER_PIXELS = 200
"""Pixels of water from which the shape of its clutter is estimated."""
FREE_P_DETECT, FREE_P_FALSE = 0.99, 0.005
"""Chance of finding a ship of 100 m and a usual cross section, and of a target on an image
without one, in simulated seas (``data/results/simulated_recall_and_bias.csv``): 100 and 0 of 100,
by the
mean under Jeffreys' prior."""
JOIN_M = 60.0
"""Metres between bright points of one ship, as by the same detector."""


def _joined(boxes: list[Window], shape: tuple[int, int], gsd: float) -> int:
    """Count targets, those that lie within `JOIN_M` metres as one: a long ship is several."""
    covered = np.zeros(shape, bool)
    for box in boxes:
        covered[box] = True
    reach = max(round(JOIN_M / gsd / 2.0), 1)
    return int(ndimage.label(ndimage.binary_dilation(covered, iterations=reach))[1])


def _odd_pixels(metres: float, gsd: float) -> int:
    return 2 * round(metres / gsd / 2.0) + 1


def _count(frame: Frame, found: int, texture: float) -> Observation:
    # a ship may show as two targets, and one may be too weak to show
    sure = math.ceil(found / 2)
    most = math.ceil(found / FREE_P_DETECT) if found else 1
    return Observation(
        frame.time, frame.item_id, float(found), float(sure), float(most), "ships", FREE_P_DETECT,
        FREE_P_FALSE, n.COUNTED if found else n.NOTHING_SEEN, "", ("no-history",), frame.group,
        {"texture": texture},
    )  # fmt: skip


def _unclear(frame: Frame, reason: str = "", *, screening_reason: str = "") -> Observation:
    return unclear_observation(
        frame.time, reason, unit="ships", item_id=frame.item_id, group=frame.group,
        screening_reason=screening_reason,
    )  # fmt: skip


def radar_ships_on_open_water(
    source: CubeSource, openwater: npt.ArrayLike, *, layers: tuple[str, ...] = LIKE
) -> Iterator[Observation]:
    """Count the ships free in the water in each radar image, each image by itself.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        Linear backscatter ``gamma0`` (time, pol, y, x), or images in the order of time.
    openwater : array_like of bool, dims (y, x)
        Open water, 200 m and more from any quay, whose edge and cranes are bright.
    layers : tuple of str
        The like polarisation.

    Yields
    ------
    Observation
        One an image; unclear where too little of the water was read. Ships that touch count as
        one, and a ghost of a bright target on land (an ambiguity, METHODS trap T7) counts as one.

    Raises
    ------
    DataError
        As `iter_frames` and `check_mask`.

    Notes
    -----
    METHODS section 4.1: a pixel must exceed the mean of its surroundings by the multiple that
    K-distributed clutter exceeds once in a million; the shape of the clutter is that of the
    image without the targets in it.
    """
    water: Bools | None = None
    for frame in iter_frames(source, variable=GAMMA0, layers=layers):
        if water is None:
            shape = (frame.values.shape[1], frame.values.shape[2])
            water = check_mask(openwater, shape, what="open water")
        if frame.screening is not None and not frame.screening.usable:
            yield _unclear(frame, screening_reason=frame.screening.reason)
            continue
        values = frame.values[0]
        read = water & np.isfinite(values)
        if np.count_nonzero(read) < MIN_READ_SHARE * np.count_nonzero(water):
            share = np.count_nonzero(read) / np.count_nonzero(water)
            yield _unclear(frame, f"only {share:.0%} of the open water was read")
            continue
        if np.count_nonzero(read) < MIN_WATER_PIXELS:
            yield _unclear(
                frame,
                f"{np.count_nonzero(read)} pixels of open water; {MIN_WATER_PIXELS} are needed",
            )
            continue
        training = _odd_pixels(TRAINING_M, frame.gsd)
        texture = texture_without_targets(values, read, training=training)
        boxes = bright_targets(
            values, k_multiplier(PIXEL_P_FALSE, texture),
            guard=_odd_pixels(GUARD_M, frame.gsd), training=training, least=LEAST_PIXELS,
            allowed=read,
        )  # fmt: skip
        yield _count(frame, _joined(boxes, read.shape, frame.gsd), texture)
