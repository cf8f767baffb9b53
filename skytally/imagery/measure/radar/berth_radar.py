"""Ships at a berth in Sentinel-1: the same place, the same orbit, brighter than when empty."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.core import names as n
from skytally.imagery.cube.cube_checks import GAMMA0, Bools, check_mask
from skytally.imagery.cube.frames import Frame, Source, frames
from skytally.imagery.measure.observation import Look, unclear
from skytally.imagery.measure.radar.background import (
    LEAST_DB,
    P_FALSE,
    POLARISATIONS,
    QUIET_LOOKS,
    Quiet,
    RadarBerth,
    Rise,
    in_lee,
    radar_mask,
    rise,
)
from skytally.imagery.measure.reference import Reference, decibels, reference_for
from skytally.imagery.measure.ships.berth_water import SURE

STRONG_DB = 6.0
"""Rise of a pixel that belongs to a ship's extent (METHODS section 4.1)."""
WIND_DB, RAIN_DB = 3.0, 4.0
"""Rise of open water that tells of wind, and of a rain cell or ice."""
BLUR_METRES = 20.0
"""Resolution that lengthens every extent."""
CLASSES = ((0.0, 70.0), (70.0, 150.0), (150.0, 420.0))
"""Lengths in metres that ten metre radar tells apart: published errors are 15 percent or 30 m
(Stasolla and Greidanus 2016, DOI 10.1080/2150704X.2016.1226522)."""
VALLEY_DB, VALLEY_METRES = 3.0, 40.0
"""Depth of a gap between two ships at one face, and least length of each side of it."""
P_SEA, P_LEE = 0.95, 0.85
"""Chance of detection from the sea side and over the quay (METHODS section 1.4)."""
MOST_MISSING = 0.2
"""Share of the berth that may be missing in a look."""


@dataclass(frozen=True)
class RadarLook:
    """What one radar look says of a berth."""

    ships: Look
    """Number of ships."""
    length: Look
    """Class of length, as bounds in metres without a value."""
    rise: float
    """Rise of the brightest quarter of the berth, mean of the polarisations, dB."""


def _extent(found: Rise, mask: Bools, place: RadarBerth, gsd: float) -> tuple[float, int]:
    """Give the span of strong pixels along the quay, less the blur, and the ships it holds."""
    rows, columns = np.nonzero(mask & (found.picture > STRONG_DB))
    if rows.size < 2:
        return 0.0, 1
    axis = math.radians(place.seaward_deg + 90.0)
    along = (columns * math.sin(axis) - rows * math.cos(axis)) * gsd
    low, high = np.percentile(along, (5, 95))
    bins = np.arange(along.min(), along.max() + 2.0 * gsd, gsd)
    profile = np.array(
        [found.picture[rows, columns][np.digitize(along, bins) == i + 1].max(initial=0.0)
         for i in range(bins.size - 1)]
    )  # fmt: skip
    return max(float(high - low) - BLUR_METRES, 0.0), _parts(profile, gsd)


def _parts(profile: npt.NDArray[np.float64], gsd: float) -> int:
    """Count the ships of a profile along the quay: parted by a gap, each long enough."""
    gap = profile < STRONG_DB - VALLEY_DB
    labels, _ = ndimage.label(~gap)
    sizes = np.bincount(labels)[1:] * gsd
    return max(int(np.sum(sizes >= VALLEY_METRES)), 1)


def _flags(found: Rise, lee: bool, quiet: Quiet) -> tuple[str, ...]:
    pairs = (
        ("lee", lee),
        ("wind", found.wind > WIND_DB),
        ("rain-or-ice", found.wind > RAIN_DB),
        ("not-calibrated", quiet.n_looks < QUIET_LOOKS),
    )
    return tuple(word for word, holds in pairs if holds)


def _told(frame: Frame, found: Rise, quiet: Quiet, mask: Bools, place: RadarBerth) -> RadarLook:
    lee = in_lee(frame.group, place.seaward_deg)
    flags = _flags(found, lee, quiet)
    details = {"rise_db": found.top, "mean_db": found.mean, "wind_db": found.wind,
               "threshold_db": quiet.threshold}  # fmt: skip
    seen = found.top >= quiet.threshold
    p_detect = P_LEE if lee else P_SEA
    span, parts = _extent(found, mask, place, frame.gsd)
    missed = 1.0 if p_detect < SURE else 0.0
    value = float(parts) if seen else 0.0

    def row(unit: str, numbers: tuple[float, float, float], state: str, why: str = "") -> Look:
        return Look(
            frame.time, frame.item_id, *numbers, unit, p_detect, P_FALSE, state, why, flags,
            frame.group, details,
        )  # fmt: skip

    if not seen:
        ships = row("ships", (0.0, 0.0, missed), n.NOTHING_SEEN)
        return RadarLook(ships, row("m", (0.0, 0.0, 0.0), n.NOTHING_SEEN), found.top)
    ships = row("ships", (value, 1.0, value + 1.0), n.COUNTED)
    low, high = next(each for each in CLASSES if span < each[1] or each is CLASSES[-1])
    why = f"radar tells a class of length only: {low:.0f} to {high:.0f} m"
    return RadarLook(ships, row("m", (math.nan, low, high), n.SOMETHING_SEEN, why), found.top)


def _cannot(frame: Frame, reason: str) -> RadarLook:
    rows = [
        unclear(frame.time, reason, unit=unit, item_id=frame.item_id, group=frame.group)
        for unit in ("ships", "m")
    ]
    return RadarLook(rows[0], rows[1], math.nan)


def radar_berth(
    source: Source,
    place: RadarBerth,
    *,
    references: Mapping[str, Reference],
    quiet: Mapping[str, Quiet] | None = None,
    layers: tuple[str, ...] = POLARISATIONS,
) -> Iterator[RadarLook]:
    """Say of each radar look whether ships lie at a berth, and of which class of length.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        Linear backscatter ``gamma0`` (time, pol, y, x), or looks in the order of time.
    place : RadarBerth
        Where to look.
    references : mapping of str to Reference
        From `skytally.imagery.measure.radar.background.learnt`; never of another orbit.
    quiet : mapping of str to Quiet, optional
        From `skytally.imagery.measure.radar.background.learnt`; without it a ship must rise by `LEAST_DB` and
        the look is flagged
        ``not-calibrated``.
    layers : tuple of str
        Polarisations.

    Yields
    ------
    RadarLook
        One a look; unclear for a group without reference or a berth not covered.

    Raises
    ------
    DataError
        As `skytally.imagery.cube.frames.frames` and `skytally.imagery.cube.cube_checks.check_mask`.

    Notes
    -----
    METHODS section 4.1: look minus the low reference of the same orbit in dB, mean of the
    brightest quarter of the berth, averaged over the polarisations. Nothing is taken off for
    wind: the berth is sheltered.
    """
    checked = False
    masks: dict[str, Bools] = {}
    for frame in frames(source, variable=GAMMA0, layers=layers):
        if not checked:
            shape = (frame.values.shape[1], frame.values.shape[2])
            check_mask(place.water, shape, what="berth")
            check_mask(place.openwater, shape, what="open water")
            checked = True
        known = reference_for(frame, references)
        if known is None:
            yield _cannot(frame, f"no reference for looks of {frame.group!r}")
            continue
        if frame.group not in masks:
            masks[frame.group] = radar_mask(place, frame.group, gsd=frame.gsd)
        mask = masks[frame.group]
        found = rise(decibels(frame), known, mask, place.openwater)
        if found.missing > MOST_MISSING:
            yield _cannot(frame, f"{found.missing:.0%} of the berth was not read")
            continue
        usual = (quiet or {}).get(frame.group, Quiet(LEAST_DB, math.nan, math.nan, 0))
        yield _told(frame, found, usual, mask, place)
