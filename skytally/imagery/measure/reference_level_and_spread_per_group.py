"""Reference: the usual level of a place and its spread, one for each group of alike images."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from skytally.core import DataError, refuse
from skytally.imagery.clear_sky import SEASON_DAYS, ring_offset, screen
from skytally.imagery.cube import (
    GAMMA0,
    OPTICAL_BANDS,
    REFLECTANCE,
    Bools,
    Corner,
    CubeSource,
    Floats,
    Frame,
    Window,
    check_day,
    check_mask,
    finite_pixels,
    iter_frames,
    require_one_group,
    window_corner,
)
from skytally.imagery.measure.stable_ground_coregistration import KEPT, REFUSED, align, coregister

MIN_IMAGES = 8
"""Clear images below which a median and its spread are not trusted (METHODS section 3)."""
MAX_IMAGES = 40
"""Images held at once: the error of a median falls below a fifth of the noise, and memory does
not grow with the archive."""
LOW_QUANTILE = 0.10
"""Quantile that still shows the empty place when it is filled on up to 60 percent of images."""
NORMAL_MAD = 1.4826
"""Standard deviation of a normal law over its median absolute deviation."""
NOISE_REFLECTANCE, NOISE_DECIBEL = 0.004, 1.0
"""Least spread of one pixel from image to image: the sensor's own (METHODS sections 4.1, 10)."""
ENL_GRD = 4.4
"""Equivalent number of looks of a Sentinel-1 GRD pixel (METHODS trap T4)."""
YEAR = 365.25


@dataclass(frozen=True, eq=False)
class Reference:
    """What a place usually looks like in one group of images."""

    level: Floats
    """Median, reflectance or dB, dims (layer, y, x)."""
    low: Floats
    """The level when nothing stands there: for radar the 10th percentile in dB moved by its
    offset from the mean of speckle, for reflectance the 10th percentile; dims (layer, y, x)."""
    spread: Floats
    """Robust standard deviation from image to image, floored at the sensor's noise."""
    count: npt.NDArray[np.int16]
    """Images behind each pixel, dims (y, x)."""
    layers: tuple[str, ...]
    """Names of the bands or polarisations."""
    group: str
    """The group of alike images."""
    gsd: float
    """Side of a pixel in metres."""
    first: np.datetime64
    """First image used."""
    last: np.datetime64
    """Last image used."""
    n_images: int
    """Images used."""
    offered: int
    """Images offered, clear or not."""
    corner: Corner = None
    """Where its grid begins."""
    item_ids: tuple[str, ...] = ()
    """Names of the images used, in the order of time."""

    def layer(self, name: str) -> Floats:
        """Median of one band or polarisation, dims (y, x)."""
        return self.level[self.layers.index(name)]

    def crop(self, window: Window) -> Reference:
        """Crop to a window of rows and columns."""
        cut = (slice(None), *window)
        return replace(
            self,
            level=self.level[cut],
            low=self.low[cut],
            spread=self.spread[cut],
            count=self.count[window],
            corner=window_corner(self.corner, window, gsd=self.gsd),
        )

    def packed(self) -> Reference:
        """Copy with the pixels contiguous in memory, which are compared faster."""
        level, low, spread = map(np.ascontiguousarray, (self.level, self.low, self.spread))
        return replace(self, level=level, low=low, spread=spread)

    def variance(self, sigma_m: float) -> Floats:
        """Variance expected of an image whose position is uncertain by `sigma_m`.

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
        return finite_pixels(self._steepness) & finite_pixels(self._variance)

    @cached_property
    def _steepness(self) -> Floats:
        down, right = np.gradient(self.level, self.gsd, axis=(1, 2))
        return np.asarray(down**2 + right**2, np.float32)

    @cached_property
    def _variance(self) -> Floats:
        return np.asarray(self.spread**2, np.float32)


def speckle_quantile_offset(
    n_images: int, *, enl: float = ENL_GRD, share: float = LOW_QUANTILE
) -> float:
    """Offset from a low quantile of speckle in dB to its mean in dB.

    Parameters
    ----------
    n_looks : int
        Images behind the quantile.
    enl : float
        Equivalent number of looks of a pixel.
    share : float
        The quantile.

    Returns
    -------
    float
        dB. With ``n`` images the quantile that numpy gives lies between the order statistics
        next to ``1 + share (n - 1)``; their means follow from the beta law of ranks.

    Examples
    --------
    >>> round(speckle_quantile_offset(20), 2), round(speckle_quantile_offset(10**6), 2)
    (2.59, 2.88)
    """
    place = 1.0 + share * (n_images - 1)
    below = math.floor(place)
    chances = (np.arange(400) + 0.5) / 400

    def mean_of_rank(rank: int) -> float:
        shares = stats.beta.ppf(chances, rank, n_images + 1 - rank)
        return float(np.mean(10.0 * np.log10(stats.gamma.ppf(shares, enl, scale=1.0 / enl))))

    quantile = mean_of_rank(below)
    if place > below:
        quantile += (place - below) * (mean_of_rank(below + 1) - quantile)
    mean = 10.0 / math.log(10.0) * (float(special.digamma(enl)) - math.log(enl))
    return mean - quantile


def in_season(time: np.datetime64, day_of_year: int, *, days: float = SEASON_DAYS) -> bool:
    """Whether a date lies within some days of a day of the year, over New Year too.

    Examples
    --------
    >>> in_season(np.datetime64("2020-12-20"), 10), in_season(np.datetime64("2020-07-01"), 10)
    (True, False)
    """
    day = time.astype("datetime64[D]")
    of_year = float((day - day.astype("datetime64[Y]")).astype(int)) + 1.0
    apart = abs(of_year - day_of_year) % YEAR
    return min(apart, YEAR - apart) <= days


class EvenSample:
    """At most some images, evenly thinned as more arrive: every second, fourth, eighth is kept."""

    def __init__(self, most: int = MAX_IMAGES) -> None:
        self.most, self.stride, self.seen = most, 1, 0
        self.kept: list[Frame] = []

    def offer(self, frame: Frame) -> None:
        """Keep the image, or leave it out so that the kept ones stay evenly spread."""
        if self.seen % self.stride == 0:
            self.kept.append(frame)
            if len(self.kept) > self.most:
                self.kept, self.stride = self.kept[::2], self.stride * 2
        self.seen += 1


def _aligned(kept: list[Frame], ring: Bools) -> list[Frame]:
    """Drop hazy and displaced images, align the rest and take each one's ring offset off."""
    stack = np.stack([each.values for each in kept])
    level = _median(stack, 0.5)
    aligned_frames = []
    for frame in kept:
        found = coregister(frame.values, level, ring, gsd=frame.gsd)
        offset_by_layer = ring_offset(frame, ring, level)
        usable = bool(offset_by_layer) and screen(frame, ring, level=level).usable
        if not usable or found.state == REFUSED:
            continue
        values = align(frame.values, found) if found.state != KEPT else frame.values
        offset = np.array([offset_by_layer[each] for each in frame.layers], np.float32)
        aligned_frames.append(frame.with_values(values - offset[:, None, None]))
    return aligned_frames


def _median(stack: Floats, share: float) -> Floats:
    """Quantile over images, NaN only where no image has a value, dims (layer, y, x)."""
    if np.isfinite(stack).all():
        return np.asarray(np.quantile(stack, share, axis=0), np.float32)
    empty = ~np.isfinite(stack).any(axis=0)
    filled = np.where(empty, 0.0, stack)
    quantile = np.nanquantile(filled, share, axis=0)
    return np.asarray(np.where(empty, np.nan, quantile), np.float32)


def reference_from(
    kept: Sequence[Frame], *, offered: int, radar: bool = False, enl: float = ENL_GRD
) -> Reference:
    """Summarise images that were chosen, aligned and (radar) put into dB as a reference.

    Parameters
    ----------
    kept : sequence of Frame
        Images of one group, at least one, in the order of time.
    offered : int
        Images they were chosen from.
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
    low = _median(stack, LOW_QUANTILE)
    if radar:
        low = low + np.float32(speckle_quantile_offset(len(kept), enl=enl))
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
        n_images=len(kept),
        offered=offered,
        corner=kept[0].corner,
        item_ids=tuple(each.item_id for each in kept),
    )


def to_decibels(frame: Frame) -> Frame:
    """Convert a radar image to dB; what is not above 0 becomes missing."""
    linear = np.where(frame.values > 0, frame.values, np.nan)
    return frame.with_values(np.asarray(10.0 * np.log10(linear), np.float32))


def _may_teach(frame: Frame, ground: Bools | None) -> bool:
    """Whether a reference may learn from an image: without stable ground only if not refused."""
    if ground is None:
        return frame.screening is None or frame.screening.usable
    return screen(frame, ground).usable


def _collected(
    images: Iterable[Frame],
    ring: npt.ArrayLike | None,
    until: np.datetime64 | str | None,
    day_of_year: int | None,
    radar: bool,
    most: int,
) -> tuple[dict[str, EvenSample], dict[str, int], Bools | None]:
    """Clear images of each group, how many were offered, and the checked ring."""
    end = None if until is None else check_day(until, what="until")
    samples: dict[str, EvenSample] = {}
    offered: dict[str, int] = {}
    ground: Bools | None = None
    for frame in images:
        if ring is not None and ground is None and not radar:
            ground = check_mask(ring, frame.values.shape[1:], what="stable ring")
        late = end is not None and frame.time >= end
        if late or not (day_of_year is None or in_season(frame.time, day_of_year)):
            continue
        offered[frame.group] = offered.get(frame.group, 0) + 1
        sample = samples.setdefault(frame.group, EvenSample(most))
        if _may_teach(frame, ground):
            sample.offer(to_decibels(frame) if radar else frame)
    return samples, offered, ground


def references(
    source: CubeSource,
    *,
    ring: npt.ArrayLike | None = None,
    until: np.datetime64 | str | None = None,
    day_of_year: int | None = None,
    variable: str = REFLECTANCE,
    layers: tuple[str, ...] = OPTICAL_BANDS,
    least: int = MIN_IMAGES,
    most: int = MAX_IMAGES,
    enl: float = ENL_GRD,
    mixed: bool = True,
) -> dict[str, Reference]:
    """Make one reference a group of alike images, from the images before the study.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube, lazy or not, or images in the order of time; groups may be mixed.
    ring : array_like of bool, dims (y, x), optional
        Stable ground round the target (`ring_mask`): images whose ring
        is not clear are left out, the others aligned on it and freed of its offset. Not used
        for radar.
    until : numpy.datetime64 or str, optional
        Only images before it are used: the start of the study.
    day_of_year : int, optional
        Only images within `SEASON_DAYS` of it are used.
    variable, layers
        What to use; radar backscatter is taken in dB.
    least : int
        Clear images needed in a group.
    most : int
        Images held at once; more are thinned evenly.
    enl : float
        Equivalent number of looks of a radar pixel, for the offset of the low quantile.
    mixed : bool
        Whether images of several groups may come; each group still has its own reference.

    Returns
    -------
    dict of str to Reference
        By group; groups with fewer than `least` clear images are left out.

    Raises
    ------
    DataError
        If no group has `least` clear images, with what each has; if groups are mixed and must
        not be; and as
        `iter_frames`.
    """
    radar = variable == GAMMA0
    refuse(_option_faults(day_of_year, least, most), what="references")
    images = iter_frames(source, variable=variable, layers=layers)
    images = images if mixed else require_one_group(images)
    samples, offered, ground = _collected(images, ring, until, day_of_year, radar, most)
    by_group = {}
    for group, sample in samples.items():
        kept = sample.kept
        if ground is not None and len(kept) >= max(least, 2):
            kept = _aligned(kept, ground)
        if len(kept) >= least:
            by_group[group] = reference_from(kept, offered=offered[group], radar=radar, enl=enl)
    if not by_group:
        when = "" if until is None else f" before {until}"
        when += "" if day_of_year is None else f" near day {day_of_year} of a year"
        raise DataError(_too_few(samples, offered, least, when))
    return by_group


def _option_faults(day_of_year: int | None, least: int, most: int) -> Iterator[str]:
    if day_of_year is not None and not 1 <= day_of_year <= 366:
        yield f"day_of_year {day_of_year}; give a day from 1 to 366"
    if not 1 <= least <= most:
        yield f"least {least} and most {most} images; give 1 and more, and no more than most"


def _too_few(samples: dict[str, EvenSample], offered: dict[str, int], least: int, when: str) -> str:
    have = [f"{len(samples[group].kept)} of {offered[group]} in {group!r}" for group in samples]
    return (
        f"no reference: {least} clear images of one group are needed{when}, found "
        f"{', '.join(have) or 'no image at all'}; read more dates from before the study"
    )


def single_reference(source: CubeSource, **options: Any) -> Reference:
    """Make the reference of images that are all of one group; options as `references`.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        Images of one sensor, orbit, direction and processor.
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


def group_reference(frame: Frame, references: Mapping[str, Reference]) -> Reference | None:
    """Look up the reference of an image's own group; None where there is none.

    Raises
    ------
    DataError
        If it lies on another grid than the image, or is of other layers or another group.
    """
    known = references.get(frame.group)
    if known is None:
        return None
    if (known.layers, known.group) != (frame.layers, frame.group):
        message = (
            f"image {frame.item_id or frame.time}: layers {', '.join(frame.layers)} of "
            f"{frame.group!r}, the reference has {', '.join(known.layers)} of {known.group!r}; "
            "make it of the same layers, in the same order"
        )
        raise DataError(message)
    here, there = frame.values.shape[1:], known.level.shape[1:]
    if here != there or frame.corner != known.corner:
        message = (
            f"image {frame.item_id or frame.time}: {here[0]} by {here[1]} pixels from "
            f"{frame.corner}, the reference has {there[0]} by {there[1]} from {known.corner}; "
            "make the reference on the image's own grid"
        )
        raise DataError(message)
    return known
