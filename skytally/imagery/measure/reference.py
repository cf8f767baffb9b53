"""What a place usually looks like, one reference a group of alike looks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from skytally.core.errors import DataError, refuse
from skytally.imagery.clear_sky.target_ring import ring_state
from skytally.imagery.cube.cube_checks import (
    GAMMA0,
    OPTICAL,
    REFLECTANCE,
    Bools,
    check_day,
    check_mask,
)
from skytally.imagery.cube.frames import (
    Corner,
    Floats,
    Frame,
    Source,
    Window,
    corner_of,
    finite,
    frames,
    one_group,
)
from skytally.imagery.measure.coregistration import KEPT, REFUSED, aligned, registration

LEAST = 8
"""Clear looks below which a median and its spread are not trusted (METHODS section 3)."""
MOST = 40
"""Looks held at once: the error of a median falls below a fifth of the noise, and memory does
not grow with the archive."""
SEASON_DAYS = 45
"""Days of the year to either side that count as the same season."""
LOW_SHARE = 0.10
"""Quantile that still shows the empty place when it is filled on up to 60 percent of looks."""
NORMAL_MAD = 1.4826
"""Standard deviation of a normal law over its median absolute deviation."""
NOISE_REFLECTANCE, NOISE_DECIBEL = 0.004, 1.0
"""Least spread of one pixel from look to look: the sensor's own (METHODS sections 4.1, 10)."""
LOOKS_GRD = 4.4
"""Equivalent number of looks of a Sentinel-1 GRD pixel (METHODS trap T4)."""
YEAR = 365.25


@dataclass(frozen=True, eq=False)
class Reference:
    """What a place usually looks like in one group of looks."""

    level: Floats
    """Median, reflectance or dB, dims (layer, y, x)."""
    low: Floats
    """The level when nothing stands there: for radar the 10th percentile in dB moved by its
    offset from the mean of speckle, for reflectance the 10th percentile; dims (layer, y, x)."""
    spread: Floats
    """Robust standard deviation from look to look, floored at the sensor's noise."""
    count: npt.NDArray[np.int16]
    """Looks behind each pixel, dims (y, x)."""
    layers: tuple[str, ...]
    """Names of the bands or polarisations."""
    group: str
    """The group of alike looks."""
    gsd: float
    """Side of a pixel in metres."""
    first: np.datetime64
    """First look used."""
    last: np.datetime64
    """Last look used."""
    n_looks: int
    """Looks used."""
    offered: int
    """Looks offered, clear or not."""
    corner: Corner = None
    """Where its grid begins."""

    def layer(self, name: str) -> Floats:
        """Give the median of one band or polarisation, dims (y, x)."""
        return self.level[self.layers.index(name)]

    def crop(self, window: Window) -> Reference:
        """Give the part inside a window of rows and columns."""
        cut = (slice(None), *window)
        return replace(
            self,
            level=self.level[cut],
            low=self.low[cut],
            spread=self.spread[cut],
            count=self.count[window],
            corner=corner_of(self.corner, window, gsd=self.gsd),
        )

    def packed(self) -> Reference:
        """Give the same reference with its pixels end to end, which are compared faster."""
        level, low, spread = map(np.ascontiguousarray, (self.level, self.low, self.spread))
        return replace(self, level=level, low=low, spread=spread)

    def variance(self, sigma_m: float) -> Floats:
        """Give the variance expected of a look that is displaced by `sigma_m`.

        Parameters
        ----------
        sigma_m : float
            Spread of the position that remains after registration, each axis, in metres.

        Returns
        -------
        ndarray of float32, dims (layer, y, x)
            ``spread^2 + sigma_m^2 |grad level|^2`` (METHODS trap T2).
        """
        squared, factor = np.empty_like(self._variance), np.float32(sigma_m) ** 2
        # a layer at a time: its copy stays in the processor's cache
        for steep, own, made in zip(self._steepness, self._variance, squared, strict=True):
            np.multiply(steep, factor, out=made)
            made += own
        return squared

    @cached_property
    def known(self) -> Bools:
        """Where level, slope and spread are known, dims (y, x): not in a hole, nor beside one."""
        return finite(self._steepness) & finite(self._variance)

    @cached_property
    def _steepness(self) -> Floats:
        down, right = np.gradient(self.level, self.gsd, axis=(1, 2))
        return np.asarray(down**2 + right**2, np.float32)

    @cached_property
    def _variance(self) -> Floats:
        return np.asarray(self.spread**2, np.float32)


def low_offset(n_looks: int, *, enl: float = LOOKS_GRD, share: float = LOW_SHARE) -> float:
    """Give what must be added to a low quantile of speckle in dB to reach its mean in dB.

    Parameters
    ----------
    n_looks : int
        Looks behind the quantile.
    enl : float
        Equivalent number of looks of a pixel.
    share : float
        The quantile.

    Returns
    -------
    float
        dB. With ``n`` looks the quantile that numpy gives lies between the order statistics
        next to ``1 + share (n - 1)``; their means follow from the beta law of ranks.

    Examples
    --------
    >>> round(low_offset(20), 2), round(low_offset(10**6), 2)
    (2.59, 2.88)
    """
    place = 1.0 + share * (n_looks - 1)
    below = math.floor(place)
    chances = (np.arange(400) + 0.5) / 400

    def mean_of_rank(rank: int) -> float:
        shares = stats.beta.ppf(chances, rank, n_looks + 1 - rank)
        return float(np.mean(10.0 * np.log10(stats.gamma.ppf(shares, enl, scale=1.0 / enl))))

    quantile = mean_of_rank(below)
    if place > below:
        quantile += (place - below) * (mean_of_rank(below + 1) - quantile)
    mean = 10.0 / math.log(10.0) * (float(special.digamma(enl)) - math.log(enl))
    return mean - quantile


def in_season(time: np.datetime64, day_of_year: int, *, days: int = SEASON_DAYS) -> bool:
    """Tell whether a date lies within some days of a day of the year, over New Year too.

    Examples
    --------
    >>> in_season(np.datetime64("2020-12-20"), 10), in_season(np.datetime64("2020-07-01"), 10)
    (True, False)
    """
    day = time.astype("datetime64[D]")
    of_year = float((day - day.astype("datetime64[Y]")).astype(int)) + 1.0
    apart = abs(of_year - day_of_year) % YEAR
    return min(apart, YEAR - apart) <= days


class Sample:
    """At most some looks, evenly thinned as more arrive: every second, fourth, eighth is kept."""

    def __init__(self, most: int = MOST) -> None:
        self.most, self.stride, self.seen = most, 1, 0
        self.kept: list[Frame] = []

    def offer(self, frame: Frame) -> None:
        """Keep the look, or leave it out so that the kept ones stay evenly spread."""
        if self.seen % self.stride == 0:
            self.kept.append(frame)
            if len(self.kept) > self.most:
                self.kept, self.stride = self.kept[::2], self.stride * 2
        self.seen += 1


def _aligned(kept: list[Frame], ring: Bools) -> list[Frame]:
    """Drop hazy and displaced looks, align the rest and take each one's ring offset off."""
    stack = np.stack([each.values for each in kept])
    level = _median(stack, 0.5)
    made = []
    for frame in kept:
        state = ring_state(frame, ring, level=level, snow_hides=False)
        found = registration(frame.values, level, ring, gsd=frame.gsd)
        if not state.usable or found.state == REFUSED:
            continue
        values = aligned(frame.values, found) if found.state != KEPT else frame.values
        offset = np.array([state.offset.get(each, 0.0) for each in frame.layers], np.float32)
        made.append(frame.with_values(values - offset[:, None, None]))
    return made


def _median(stack: Floats, share: float) -> Floats:
    """Give a quantile over looks, NaN only where no look has a value, dims (layer, y, x)."""
    if np.isfinite(stack).all():
        return np.asarray(np.quantile(stack, share, axis=0), np.float32)
    empty = ~np.isfinite(stack).any(axis=0)
    filled = np.where(empty, 0.0, stack)
    made = np.nanquantile(filled, share, axis=0)
    return np.asarray(np.where(empty, np.nan, made), np.float32)


def summarised(
    kept: Sequence[Frame], *, offered: int, radar: bool = False, enl: float = LOOKS_GRD
) -> Reference:
    """Give the reference of looks already chosen, aligned and (radar) in dB.

    Parameters
    ----------
    kept : sequence of Frame
        Looks of one group, at least one, in the order of time.
    offered : int
        Looks they were chosen from.
    radar : bool
        Whether they are in dB.
    enl : float
        Equivalent number of looks of a radar pixel.

    Returns
    -------
    Reference
    """
    stack = np.stack([each.values for each in kept])
    level = _median(stack, 0.5)
    low = _median(stack, LOW_SHARE)
    if radar:
        low = low + np.float32(low_offset(len(kept), enl=enl))
    floor = NOISE_DECIBEL if radar else NOISE_REFLECTANCE
    spread = np.maximum(NORMAL_MAD * _median(np.abs(stack - level), 0.5), floor)
    return Reference(
        level=level,
        low=low,
        spread=np.asarray(spread, np.float32),
        count=np.isfinite(stack).all(axis=1).sum(axis=0).astype(np.int16),
        layers=kept[0].layers,
        group=kept[0].group,
        gsd=kept[0].gsd,
        first=kept[0].time,
        last=kept[-1].time,
        n_looks=len(kept),
        offered=offered,
        corner=kept[0].corner,
    )


def decibels(frame: Frame) -> Frame:
    """Give a radar look in dB; what is not above 0 becomes missing."""
    linear = np.where(frame.values > 0, frame.values, np.nan)
    return frame.with_values(np.asarray(10.0 * np.log10(linear), np.float32))


def _collected(
    found: Iterable[Frame],
    ring: npt.ArrayLike | None,
    until: np.datetime64 | str | None,
    day_of_year: int | None,
    radar: bool,
    most: int,
) -> tuple[dict[str, Sample], dict[str, int], Bools | None]:
    """Give the clear looks of each group, how many were offered, and the checked ring."""
    end = None if until is None else check_day(until, what="until")
    held: dict[str, Sample] = {}
    offered: dict[str, int] = {}
    ground: Bools | None = None
    for frame in found:
        if ring is not None and ground is None and not radar:
            ground = check_mask(ring, frame.values.shape[1:], what="stable ring")
        late = end is not None and frame.time >= end
        if late or not (day_of_year is None or in_season(frame.time, day_of_year)):
            continue
        offered[frame.group] = offered.get(frame.group, 0) + 1
        sample = held.setdefault(frame.group, Sample(most))
        if ground is None or ring_state(frame, ground, snow_hides=False).usable:
            sample.offer(decibels(frame) if radar else frame)
    return held, offered, ground


def references(
    source: Source,
    *,
    ring: npt.ArrayLike | None = None,
    until: np.datetime64 | str | None = None,
    day_of_year: int | None = None,
    variable: str = REFLECTANCE,
    layers: tuple[str, ...] = OPTICAL,
    least: int = LEAST,
    most: int = MOST,
    enl: float = LOOKS_GRD,
    mixed: bool = True,
) -> dict[str, Reference]:
    """Make one reference a group of alike looks, from the looks before the study.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube, lazy or not, or looks in the order of time; groups may be mixed.
    ring : array_like of bool, dims (y, x), optional
        Stable ground round the target (`skytally.imagery.clear_sky.target_ring.ring_mask`): looks whose ring
        is not clear are left out, the others aligned on it and freed of its offset. Not used
        for radar.
    until : numpy.datetime64 or str, optional
        Only looks before it are used: the start of the study.
    day_of_year : int, optional
        Only looks within `SEASON_DAYS` of it are used.
    variable, layers
        What to use; radar backscatter is taken in dB.
    least : int
        Clear looks needed in a group.
    most : int
        Looks held at once; more are thinned evenly.
    enl : float
        Equivalent number of looks of a radar pixel, for the offset of the low quantile.
    mixed : bool
        Whether looks of several groups may come; each group still has its own reference.

    Returns
    -------
    dict of str to Reference
        By group; groups with fewer than `least` clear looks are left out.

    Raises
    ------
    DataError
        If no group has `least` clear looks, with what each has; if groups are mixed and must
        not be; and as
        `skytally.imagery.cube.frames.frames`.
    """
    radar = variable == GAMMA0
    refuse(_option_faults(day_of_year, least, most), what="references")
    found = frames(source, variable=variable, layers=layers)
    found = found if mixed else one_group(found)
    held, offered, ground = _collected(found, ring, until, day_of_year, radar, most)
    made = {}
    for group, sample in held.items():
        kept = sample.kept
        if ground is not None and len(kept) >= max(least, 2):
            kept = _aligned(kept, ground)
        if len(kept) >= least:
            made[group] = summarised(kept, offered=offered[group], radar=radar, enl=enl)
    if not made:
        when = "" if until is None else f" before {until}"
        when += "" if day_of_year is None else f" near day {day_of_year} of a year"
        raise DataError(_too_few(held, offered, least, when))
    return made


def _option_faults(day_of_year: int | None, least: int, most: int) -> Iterator[str]:
    if day_of_year is not None and not 1 <= day_of_year <= 366:
        yield f"day_of_year {day_of_year}; give a day from 1 to 366"
    if not 1 <= least <= most:
        yield f"least {least} and most {most} looks; give 1 and more, and no more than most"


def _too_few(held: dict[str, Sample], offered: dict[str, int], least: int, when: str) -> str:
    have = [f"{len(held[group].kept)} of {offered[group]} in {group!r}" for group in held]
    return (
        f"no reference: {least} clear looks of one group are needed{when}, found "
        f"{', '.join(have) or 'no look at all'}; read more dates from before the study"
    )


def reference(source: Source, **options: Any) -> Reference:
    """Make the reference of looks that are all of one group; options as `references`.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        Looks of one sensor, orbit, direction and processor.
    **options
        As `references`.

    Returns
    -------
    Reference

    Raises
    ------
    DataError
        If groups are mixed, which no reference may be (METHODS trap T3); and as
        `references`.
    """
    return next(iter(references(source, mixed=False, **options).values()))


def reference_for(frame: Frame, made: Mapping[str, Reference]) -> Reference | None:
    """Give the reference of a look's own group, or None; another group's is never taken.

    Raises
    ------
    DataError
        If it lies on another grid than the look, or is of other layers or another group.
    """
    known = made.get(frame.group)
    if known is None:
        return None
    if (known.layers, known.group) != (frame.layers, frame.group):
        message = (
            f"look {frame.item_id or frame.time}: layers {', '.join(frame.layers)} of "
            f"{frame.group!r}, the reference has {', '.join(known.layers)} of {known.group!r}; "
            "make it of the same layers, in the same order"
        )
        raise DataError(message)
    here, there = frame.values.shape[1:], known.level.shape[1:]
    if here != there or frame.corner != known.corner:
        message = (
            f"look {frame.item_id or frame.time}: {here[0]} by {here[1]} pixels from "
            f"{frame.corner}, the reference has {there[0]} by {there[1]} from {known.corner}; "
            "make the reference on the look's own grid"
        )
        raise DataError(message)
    return known
