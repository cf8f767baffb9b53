"""Whether a satellite may use the reference of another: shown on ground that does not change."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from skytally.imagery.cube import Bools, Frame
from skytally.imagery.measure.reference_level_and_spread_per_group import Reference

HARD_GROUND_DB = -18.0
"""Backscatter of ground that stands 4 dB and more above the noise of any Sentinel-1, so that a
noise lower by 2 dB moves it by less than half a decibel."""
STEADY_DB = 3.0
"""Spread from image to image of a pixel of such ground: that of speckle and of rain."""
MIN_GROUND_PIXELS = 50
"""Pixels of such ground below which nothing is shown: speckle alone then moves their median by
a quarter of a decibel."""
ALIKE_DB = 1.5
"""Offset on hard ground within which two satellites are alike: the calibration of either is good
to 1 dB, and rain moves hard ground by as much."""


@dataclass(frozen=True)
class Likeness:
    """How an image of one satellite lies to the reference of another."""

    group: str
    """The group that lends its reference."""
    offset_db: float
    """Largest offset on hard ground of a polarisation, dB; NaN where nothing shows it."""
    pixels: int
    """Pixels of hard ground."""

    @property
    def reason(self) -> str:
        """Why the reference is not lent; empty when it is."""
        if self.pixels < MIN_GROUND_PIXELS:
            return (
                f"{self.pixels} pixels of hard ground to compare it with {self.group!r} by, "
                f"{MIN_GROUND_PIXELS} are needed; widen the grid over land"
            )
        if abs(self.offset_db) > ALIKE_DB:
            return (
                f"hard ground lies {self.offset_db:+.1f} dB from {self.group!r}, more than "
                f"{ALIKE_DB:g} dB; give images of this satellite from before the study"
            )
        return ""


def sibling_group(group: str, others: Iterable[str]) -> str | None:
    """Group that differs by the letter of the satellite alone; the first by name of several.

    Examples
    --------
    >>> sibling_group(
    ...     "sentinel-1c orbit 134 descending RTC",
    ...     ["sentinel-1a orbit 54 ascending RTC", "sentinel-1a orbit 134 descending RTC"],
    ... )
    'sentinel-1a orbit 134 descending RTC'
    """
    satellite, _, rest = group.partition(" ")
    family = re.fullmatch(r"(sentinel-1)[a-d]", satellite)
    if family is None:
        return None
    pattern = re.compile(rf"{re.escape(family[1])}[a-d] {re.escape(rest)}")
    return next((each for each in sorted(others) if pattern.fullmatch(each)), None)


def hard_ground(reference: Reference, elsewhere: Bools) -> Bools:
    """Select bright ground that varies no more than speckle and rain make it, dims (y, x)."""
    steady = (reference.level > HARD_GROUND_DB).all(0) & (reference.spread < STEADY_DB).all(0)
    return np.asarray(steady & elsewhere)


def likeness(frame: Frame, lender: Reference, elsewhere: Bools) -> Likeness:
    """Compare an image in dB with the reference of another satellite.

    Parameters
    ----------
    frame : Frame
        The image, dB.
    lender : Reference
        Reference of the same orbit, direction and processor.
    elsewhere : ndarray of bool, dims (y, x)
        Places that are neither the berth nor open water.

    Returns
    -------
    Likeness
    """
    ground = hard_ground(lender, elsewhere) & np.isfinite(frame.values).all(0)
    count = int(np.count_nonzero(ground))
    if count < MIN_GROUND_PIXELS:
        return Likeness(lender.group, float("nan"), count)
    apart = np.median((frame.values - lender.level)[:, ground], axis=1)
    return Likeness(lender.group, float(apart[np.argmax(np.abs(apart))]), count)
