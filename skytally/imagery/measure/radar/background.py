"""What an empty berth shows to a radar of one orbit, and what a ship there must exceed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage, stats

from skytally.core.errors import DataError
from skytally.imagery.cube.cube_checks import GAMMA0, Bools, check_bearing, check_day
from skytally.imagery.cube.frames import Frame, Source, frames
from skytally.imagery.measure.reference import (
    LEAST,
    LOOKS_GRD,
    NORMAL_MAD,
    Reference,
    Sample,
    decibels,
    summarised,
)

POLARISATIONS = ("vv", "vh")
LOOK_BEARING = {"ascending": 78.0, "descending": 282.0}
"""Bearing in which Sentinel-1 looks, to the right of a track inclined by 98 degrees, at middle
latitudes; good to about 5 degrees."""
TOWARDS, AWAY = 40.0, 10.0
"""Metres by which the berth grows towards the radar and away from it: a house 20 m high is
displaced by 19 to 40 m (METHODS trap T6). In the radar's lee, what lies towards it is the quay,
whose edge and cranes vary by more than a ship's house adds: there it does not grow."""
TOP_SHARE = 0.25
"""Share of the berth's pixels that a ship fills at least: the brightest quarter is averaged."""
NOISE_DB = -22.0
"""The noise of Sentinel-1 and 1 dB: a darker pixel is noise, whose subtraction differs from one
processing to the next (METHODS trap T5); a ratio to it says nothing of the ground."""
LEAST_DB = 5.0
"""Rise of the brightest quarter called a ship where the empty berth is not known from enough
looks (METHODS section 4.1)."""
P_FALSE = 0.01
"""Wanted chance of a false alarm per look."""
QUIET_LOOKS = 8
"""Looks from which the usual rise of an empty berth and its spread are learnt."""
MAD_SHARE = 0.37
"""Efficiency of the MAD as a measure of spread: it knows it as 37 percent as many values would."""
BLOCKS = 5
"""Blocks of time that are left out in turn when the empty berth is learnt."""


@dataclass(frozen=True, eq=False)
class RadarBerth:
    """Where a berth lies in a radar cube."""

    water: Bools
    """Water beside the quay in which a moored ship lies, dims (y, x)."""
    openwater: Bools
    """Open water, 200 m and more from any quay, dims (y, x)."""
    seaward_deg: float
    """Bearing from the quay out to sea, degrees clockwise from grid north."""


@dataclass(frozen=True)
class Quiet:
    """How an empty berth usually looks in one group: what a ship must exceed."""

    threshold: float
    """Rise of the brightest quarter, dB, exceeded by an empty berth on 1 percent of looks."""
    mean: float
    """Mean rise of the brightest quarter at the empty berth, dB."""
    spread: float
    """Its standard deviation from look to look, dB."""
    n_looks: int
    """Looks it was learnt from; 0 when only `LEAST_DB` is known."""


def look_bearing(frame_group: str) -> float:
    """Give the bearing in which the radar of a group looks.

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
    """Tell whether the radar looks over the quay out to sea, so that the quay hides the ship.

    Examples
    --------
    >>> in_lee("sentinel-1 orbit 54 ascending RTC", 90.0)
    True
    """
    return math.cos(math.radians(look_bearing(group) - seaward_deg)) > 0.0


def _moved(mask: Bools, bearing: float, metres: float, gsd: float) -> Bools:
    """Give a mask grown along a bearing."""
    grown = mask.copy()
    for step in np.arange(gsd, metres + 0.5 * gsd, gsd):
        down = -round(step * math.cos(math.radians(bearing)) / gsd)
        right = round(step * math.sin(math.radians(bearing)) / gsd)
        grown |= ndimage.shift(mask.astype(np.uint8), (down, right), order=0).astype(bool)
    return grown


def radar_mask(place: RadarBerth, group: str, *, gsd: float) -> Bools:
    """Give the pixels in which a ship at the berth shows in one group: METHODS trap T6."""
    if in_lee(group, place.seaward_deg):
        return place.water
    towards = (look_bearing(group) + 180.0) % 360.0
    near = _moved(place.water, towards, TOWARDS, gsd)
    return near | _moved(place.water, towards + 180.0, AWAY, gsd)


@dataclass(frozen=True)
class Rise:
    """What a look has above the empty place."""

    top: float
    """Mean of the brightest quarter of the berth, mean of the polarisations, dB."""
    mean: float
    """Mean of the berth, dB."""
    wind: float
    """Median of open water, dB."""
    missing: float
    """Share of the berth that was not read."""
    picture: npt.NDArray[np.float64]
    """Mean of the polarisations, dB, dims (y, x)."""


def rise(frame: Frame, reference: Reference, mask: Bools, openwater: Bools) -> Rise:
    """Give what a look in dB has above the empty place."""
    now, usual = (np.maximum(each, NOISE_DB) for each in (frame.values, reference.low))
    above = np.asarray(now - usual, np.float64)
    held = above[:, mask]
    good = np.isfinite(held).all(axis=0)
    both = held[:, good].mean(axis=0)
    sea = above[:, openwater]
    wind = float(np.nanmedian(sea)) if np.isfinite(sea).any() else math.nan
    if not both.size:
        return Rise(math.nan, math.nan, wind, 1.0, above.mean(axis=0))
    count = max(math.ceil(TOP_SHARE * both.size), 1)
    top = float(np.sort(both)[-count:].mean())
    return Rise(top, float(both.mean()), wind, 1.0 - float(good.mean()), above.mean(axis=0))


def quiet_from(tops: Iterable[float], *, p_false: float = P_FALSE) -> Quiet:
    """Learn from empty looks what a ship must exceed.

    Parameters
    ----------
    tops : iterable of float
        Rise of the brightest quarter on looks without a ship, dB; a few with one do little
        harm, since median and MAD are used.
    p_false : float
        Wanted chance of a false alarm per look.

    Returns
    -------
    Quiet
        The upper prediction bound of one further look (Student's t, its degrees of freedom
        those of the MAD);
        `LEAST_DB` for fewer than `QUIET_LOOKS` looks.

    Examples
    --------
    >>> quiet_from([3.0] * 4).threshold
    5.0
    """
    held = np.array([each for each in tops if math.isfinite(each)])
    if held.size < QUIET_LOOKS:
        return Quiet(LEAST_DB, math.nan, math.nan, int(held.size))
    middle = float(np.median(held))
    spread = max(NORMAL_MAD * float(np.median(np.abs(held - middle))), 0.3)
    known = max(MAD_SHARE * (held.size - 1), 1.0)
    factor = float(stats.t.isf(p_false, known)) * math.sqrt(1.0 + math.pi / 2 / held.size)
    return Quiet(middle + factor * spread, middle, spread, int(held.size))


def _blocks(count: int) -> list[npt.NDArray[np.intp]]:
    return np.array_split(np.arange(count), min(BLOCKS, count))


def _left_out(kept: list[Frame], mask: Bools, openwater: Bools, enl: float) -> list[float]:
    """Give the rise of each look over the reference of the looks of other blocks of time."""
    tops = []
    for block in _blocks(len(kept)):
        others = [kept[i] for i in range(len(kept)) if i not in block]
        reference = summarised(others, offered=len(others), radar=True, enl=enl)
        tops += [rise(kept[i], reference, mask, openwater).top for i in block]
    return tops


def learnt(
    source: Source,
    place: RadarBerth,
    *,
    until: np.datetime64 | str,
    layers: tuple[str, ...] = POLARISATIONS,
    least: int = LEAST,
    p_false: float = P_FALSE,
    enl: float = LOOKS_GRD,
) -> tuple[dict[str, Reference], dict[str, Quiet]]:
    """Learn from the looks before a date what the empty berth shows and how it varies.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        Looks of linear backscatter in the order of time; groups may be mixed.
    place : RadarBerth
        Where to look.
    until : numpy.datetime64 or str
        Start of the study: only earlier looks are used.
    layers : tuple of str
        Polarisations.
    least : int
        Looks needed in a group.
    p_false : float
        Wanted chance of a false alarm per look.
    enl : float
        Equivalent number of looks of a pixel.

    Returns
    -------
    tuple of dict
        References and quiet berths, by group. The rise of each look is taken over looks of
        other blocks of time: over a reference that holds the look itself it would be too low.

    Raises
    ------
    DataError
        If no group has `least` looks before the date.
    """
    end = check_day(until, what="until")
    check_bearing(place.seaward_deg, what="bearing from the quay out to sea")
    held: dict[str, Sample] = {}
    for frame in frames(source, variable=GAMMA0, layers=layers):
        if frame.time < end:
            held.setdefault(frame.group, Sample()).offer(decibels(frame))
    full = {group: each for group, each in held.items() if len(each.kept) >= least}
    if not full:
        have = ", ".join(f"{len(each.kept)} in {group!r}" for group, each in held.items())
        message = (
            f"no radar reference: {least} looks of one group before {end} are needed, found "
            f"{have or 'none'}; read more dates from before the study"
        )
        raise DataError(message)
    references, quiet = {}, {}
    for group, each in full.items():
        mask = radar_mask(place, group, gsd=each.kept[0].gsd)
        references[group] = summarised(each.kept, offered=each.seen, radar=True, enl=enl)
        tops = _left_out(each.kept, mask, place.openwater, enl)
        quiet[group] = quiet_from(tops, p_false=p_false)
    return references, quiet
