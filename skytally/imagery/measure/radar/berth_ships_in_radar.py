"""Ships at a berth in Sentinel-1 images, above the empty berth of the same orbit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage, stats

from skytally.core import DataError, evidence_line_name_constants as n
from skytally.imagery.cube import (
    GAMMA0,
    Bools,
    CubeSource,
    Frame,
    check_bearing,
    check_day,
    check_mask,
    iter_frames,
)
from skytally.imagery.measure.observation_and_evidence_line import Observation, unclear_observation
from skytally.imagery.measure.radar.backscatter_offset_correction import levelled
from skytally.imagery.measure.radar.berth_mask_by_look_direction import in_lee, radar_mask
from skytally.imagery.measure.radar.cross_satellite_radar_reference_check import (
    likeness,
    sibling_group,
)
from skytally.imagery.measure.reference_level_and_spread_per_group import (
    ENL_GRD,
    MIN_IMAGES,
    NORMAL_MAD,
    EvenSample,
    Reference,
    group_reference,
    reference_from,
    to_decibels,
)
from skytally.imagery.measure.ships.berth_water_anomalies import SURE_DETECTION

POLARISATIONS = ("vv", "vh")
TOP_SHARE = 0.25
"""Share of the berth's pixels that a ship fills at least: the brightest quarter is averaged."""
NOISE_DB = -18.0
"""Backscatter below which a ratio says nothing of the ground: the noise of Sentinel-1, about
-23 dB, and 5 dB, so that noise lower or higher by 2 dB, of another satellite or of another
subtraction (METHODS trap T5), moves no pixel above it by more than half a decibel, and the
berth's brightest quarter by a tenth."""
DEFAULT_RISE_DB = 5.0
"""Rise of the brightest quarter called a ship where the empty berth is not known from enough
images (METHODS section 4.1)."""
RADAR_P_FALSE = 0.01
"""Wanted chance of a false alarm per image."""
MIN_BACKGROUND_IMAGES = 8
"""Images from which the usual rise of an empty berth and its spread are learnt."""
MAD_SHARE = 0.37
"""Efficiency of the MAD as a measure of spread: it knows it as 37 percent as many values would."""
TIME_BLOCKS = 5
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
class RadarBackground:
    """How an empty berth usually images in one group: what a ship must exceed."""

    threshold: float
    """Rise of the brightest quarter, dB, exceeded by an empty berth on 1 percent of images."""
    mean: float
    """Mean rise of the brightest quarter at the empty berth, dB."""
    spread: float
    """Its standard deviation from image to image, dB."""
    n_images: int
    """Images it was learnt from; 0 when only `DEFAULT_RISE_DB` is known."""


@dataclass(frozen=True)
class BackscatterRise:
    """What an image has above the empty place."""

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


def backscatter_rise(
    frame: Frame, reference: Reference, mask: Bools, openwater: Bools
) -> BackscatterRise:
    """Rise of an image in dB above the empty berth."""
    now, usual = (np.maximum(each, NOISE_DB) for each in (frame.values, reference.low))
    above = np.asarray(now - usual, np.float64)
    on_berth = above[:, mask]
    good = np.isfinite(on_berth).all(axis=0)
    both = on_berth[:, good].mean(axis=0)
    sea = above[:, openwater]
    wind = float(np.nanmedian(sea)) if np.isfinite(sea).any() else math.nan
    if not both.size:
        return BackscatterRise(math.nan, math.nan, wind, 1.0, above.mean(axis=0))
    count = max(math.ceil(TOP_SHARE * both.size), 1)
    top = float(np.sort(both)[-count:].mean())
    return BackscatterRise(
        top, float(both.mean()), wind, 1.0 - float(good.mean()), above.mean(axis=0)
    )


def background_from(tops: Iterable[float], *, p_false: float = RADAR_P_FALSE) -> RadarBackground:
    """Learn from empty images what a ship must exceed.

    Parameters
    ----------
    tops : iterable of float
        Rise of the brightest quarter on images without a ship, dB; a few with one do little
        harm, since median and MAD are used.
    p_false : float
        Wanted chance of a false alarm per image.

    Returns
    -------
    RadarBackground
        The upper prediction bound of one further image (Student's t, its degrees of freedom
        those of the MAD);
        `DEFAULT_RISE_DB` for fewer than `MIN_BACKGROUND_IMAGES` images.

    Examples
    --------
    >>> background_from([3.0] * 4).threshold
    5.0
    """
    rises = np.array([each for each in tops if math.isfinite(each)])
    if rises.size < MIN_BACKGROUND_IMAGES:
        return RadarBackground(DEFAULT_RISE_DB, math.nan, math.nan, int(rises.size))
    middle = float(np.median(rises))
    spread = max(NORMAL_MAD * float(np.median(np.abs(rises - middle))), 0.3)
    known = max(MAD_SHARE * (rises.size - 1), 1.0)
    factor = float(stats.t.isf(p_false, known)) * math.sqrt(1.0 + math.pi / 2 / rises.size)
    return RadarBackground(middle + factor * spread, middle, spread, int(rises.size))


def _blocks(count: int) -> list[npt.NDArray[np.intp]]:
    return np.array_split(np.arange(count), min(TIME_BLOCKS, count))


def _left_out(
    images: list[Frame], kept: list[Frame], mask: Bools, openwater: Bools, enl: float
) -> list[float]:
    """Rise of each image over the reference of the levelled images of other blocks of time.

    It is levelled on that reference: on one that holds the image itself its ground would seem
    steadier than that of a new image.
    """
    elsewhere = np.asarray(~(mask | openwater))
    tops = []
    for block in _blocks(len(kept)):
        others = [kept[i] for i in range(len(kept)) if i not in block]
        reference = reference_from(others, offered=len(others), radar=True, enl=enl)
        for i in block:
            level = levelled(images[i], reference, elsewhere)
            tops.append(backscatter_rise(level, reference, mask, openwater).top)
    return tops


def learn_radar_background(
    source: CubeSource,
    place: RadarBerth,
    *,
    until: np.datetime64 | str,
    layers: tuple[str, ...] = POLARISATIONS,
    least: int = MIN_IMAGES,
    p_false: float = RADAR_P_FALSE,
    enl: float = ENL_GRD,
) -> tuple[dict[str, Reference], dict[str, RadarBackground]]:
    """Learn from the images before a date what the empty berth shows and how it varies.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        Images of linear backscatter in the order of time; groups may be mixed.
    place : RadarBerth
        Where to image.
    until : numpy.datetime64 or str
        Start of the study: only earlier images are used.
    layers : tuple of str
        Polarisations.
    least : int
        Images needed in a group.
    p_false : float
        Wanted chance of a false alarm per image.
    enl : float
        Equivalent number of looks of a pixel.

    Returns
    -------
    tuple of dict
        References and backgrounds, by group. The rise of each image is taken over images of
        other blocks of time: over a reference that holds the image itself it would be too low.

    Raises
    ------
    DataError
        If no group has `least` images before the date.
    """
    end = check_day(until, what="until")
    check_bearing(place.seaward_deg, what="bearing from the quay out to sea")
    samples: dict[str, EvenSample] = {}
    for frame in iter_frames(source, variable=GAMMA0, layers=layers):
        refused = frame.screening is not None and not frame.screening.usable
        if frame.time < end and not refused:
            samples.setdefault(frame.group, EvenSample()).offer(to_decibels(frame))
    full = {group: each for group, each in samples.items() if len(each.kept) >= least}
    if not full:
        have = ", ".join(f"{len(each.kept)} in {group!r}" for group, each in samples.items())
        message = (
            f"no radar reference: {least} images of one group before {end} are needed, found "
            f"{have or 'none'}; read more dates from before the study"
        )
        raise DataError(message)
    references, backgrounds = {}, {}
    for group, each in full.items():
        mask = radar_mask(place.water, place.seaward_deg, group, gsd=each.kept[0].gsd)
        elsewhere = np.asarray(~(mask | place.openwater))
        usual = reference_from(each.kept, offered=each.seen, radar=True, enl=enl)
        kept = [levelled(image, usual, elsewhere) for image in each.kept]
        references[group] = reference_from(kept, offered=each.seen, radar=True, enl=enl)
        tops = _left_out(each.kept, kept, mask, place.openwater, enl)
        backgrounds[group] = background_from(tops, p_false=p_false)
    return references, backgrounds


STRONG_DB = 6.0
"""Rise of a pixel that belongs to a ship's extent (METHODS section 4.1)."""
WIND_DB, RAIN_DB = 3.0, 4.0
"""Rise of open water that tells of wind, and of a rain cell or ice."""
BLUR_METRES = 20.0
"""Resolution that lengthens every extent."""
LENGTH_CLASSES = ((0.0, 70.0), (70.0, 150.0), (150.0, 420.0))
"""Lengths in metres that ten metre radar tells apart: published errors are 15 percent or 30 m
(Stasolla and Greidanus 2016, DOI 10.1080/2150704X.2016.1226522)."""
VALLEY_DB, VALLEY_METRES = 3.0, 40.0
"""Depth of a gap between two ships at one face, and least length of each side of it."""
OTHER_SATELLITE = "other-satellite"
"""Flag of an image that was compared with the reference of another satellite."""
P_SEA, P_LEE = 0.95, 0.85
"""Chance of detection from the sea side and over the quay (METHODS section 1.4)."""
MAX_MISSING = 0.2
"""Share of the berth that may be missing in an image."""


@dataclass(frozen=True)
class RadarObservation:
    """What one radar image says of a berth."""

    ships: Observation
    """Number of ships."""
    length: Observation
    """Class of length, as bounds in metres without a value."""
    backscatter_rise: float
    """Rise of the brightest quarter of the berth, mean of the polarisations, dB."""


def _extent(
    found: BackscatterRise, mask: Bools, place: RadarBerth, gsd: float
) -> tuple[float, int]:
    """Span of strong pixels along the quay, less the blur, and the number of ships in it."""
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


def _flags(
    found: BackscatterRise, lee: bool, background: RadarBackground, lent: bool
) -> tuple[str, ...]:
    pairs = (
        ("lee", lee),
        (OTHER_SATELLITE, lent),
        ("wind", found.wind > WIND_DB),
        ("rain-or-ice", found.wind > RAIN_DB),
        ("not-calibrated", background.n_images < MIN_BACKGROUND_IMAGES),
    )
    return tuple(word for word, holds in pairs if holds)


def _observed(
    frame: Frame,
    found: BackscatterRise,
    background: RadarBackground,
    mask: Bools,
    place: RadarBerth,
    *,
    lent: bool,
) -> RadarObservation:
    lee = in_lee(frame.group, place.seaward_deg)
    flags = _flags(found, lee, background, lent)
    details = {"rise_db": found.top, "mean_db": found.mean, "wind_db": found.wind,
               "threshold_db": background.threshold}  # fmt: skip
    seen = found.top >= background.threshold
    p_detect = P_LEE if lee else P_SEA
    span, parts = _extent(found, mask, place, frame.gsd)
    missed = 1.0 if p_detect < SURE_DETECTION else 0.0
    value = float(parts) if seen else 0.0

    def row(
        unit: str, numbers: tuple[float, float, float], state: str, why: str = ""
    ) -> Observation:
        return Observation(
            frame.time, frame.item_id, *numbers, unit, p_detect, RADAR_P_FALSE, state, why, flags,
            frame.group, details,
        )  # fmt: skip

    if not seen:
        ships = row("ships", (0.0, 0.0, missed), n.NOTHING_SEEN)
        return RadarObservation(ships, row("m", (0.0, 0.0, 0.0), n.NOTHING_SEEN), found.top)
    ships = row("ships", (value, 1.0, value + 1.0), n.COUNTED)
    low, high = next(
        each for each in LENGTH_CLASSES if span < each[1] or each is LENGTH_CLASSES[-1]
    )
    why = f"radar tells a class of length only: {low:.0f} to {high:.0f} m"
    return RadarObservation(
        ships, row("m", (math.nan, low, high), n.SOMETHING_SEEN, why), found.top
    )


def _unclear_radar(
    frame: Frame, reason: str = "", *, screening_reason: str = ""
) -> RadarObservation:
    rows = [
        unclear_observation(
            frame.time, reason, unit=unit, item_id=frame.item_id, group=frame.group,
            screening_reason=screening_reason,
        )
        for unit in ("ships", "m")
    ]  # fmt: skip
    return RadarObservation(rows[0], rows[1], math.nan)


def _reference_of(
    frame: Frame, references: Mapping[str, Reference], elsewhere: Bools
) -> tuple[Reference | None, str]:
    """Find the reference of the image's group or of a satellite shown alike; else say why not."""
    known = group_reference(frame, references)
    if known is not None:
        return known, ""
    missing = f"no reference for images of {frame.group!r}"
    lender = sibling_group(frame.group, references)
    if lender is None:
        return None, missing
    lent = group_reference(replace(frame, group=lender), references)
    if lent is None:
        return None, missing
    reason = likeness(frame, lent, elsewhere).reason
    return (None, f"{missing}; {reason}") if reason else (lent, "")


def radar_ships_at_berth(
    source: CubeSource,
    place: RadarBerth,
    *,
    references: Mapping[str, Reference],
    backgrounds: Mapping[str, RadarBackground] | None = None,
    layers: tuple[str, ...] = POLARISATIONS,
) -> Iterator[RadarObservation]:
    """Count the ships at a berth in each radar image, and class their length.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        Linear backscatter ``gamma0`` (time, pol, y, x), or images in the order of time.
    place : RadarBerth
        Where to image.
    references : mapping of str to Reference
        From `learn_radar_background`; never of another orbit. An image of a satellite without
        one is compared with that of another satellite of the same orbit, direction and
        processor where hard ground in it shows both alike, and is flagged ``other-satellite``.
    backgrounds : mapping of str to RadarBackground, optional
        From `learn_radar_background`; without it a ship must rise by `DEFAULT_RISE_DB` and
        the image is flagged
        ``not-calibrated``.
    layers : tuple of str
        Polarisations.

    Yields
    ------
    RadarObservation
        One an image; unclear for a group without reference, of a satellite not shown alike, or
        a berth not covered.

    Raises
    ------
    DataError
        As `iter_frames` and `check_mask`.

    Notes
    -----
    METHODS section 4.1: image minus the low reference of the same orbit in dB, mean of the
    brightest quarter of the berth, averaged over the polarisations. What hard ground
    lies off the reference is taken off. Nothing is taken off for wind: the berth is sheltered.
    """
    checked = False
    masks: dict[str, Bools] = {}
    for frame in iter_frames(source, variable=GAMMA0, layers=layers):
        if not checked:
            shape = (frame.values.shape[1], frame.values.shape[2])
            check_mask(place.water, shape, what="berth")
            check_mask(place.openwater, shape, what="open water")
            checked = True
        if frame.screening is not None and not frame.screening.usable:
            yield _unclear_radar(frame, screening_reason=frame.screening.reason)
            continue
        if frame.group not in masks:
            masks[frame.group] = radar_mask(
                place.water, place.seaward_deg, frame.group, gsd=frame.gsd
            )
        mask, decibels = masks[frame.group], to_decibels(frame)
        elsewhere = np.asarray(~(mask | place.openwater))
        known, reason = _reference_of(decibels, references, elsewhere)
        if known is None:
            yield _unclear_radar(frame, reason)
            continue
        level = levelled(decibels, known, elsewhere)
        found = backscatter_rise(level, known, mask, place.openwater)
        if found.missing > MAX_MISSING:
            yield _unclear_radar(frame, f"{found.missing:.0%} of the berth was not read")
            continue
        usual = (backgrounds or {}).get(
            known.group, RadarBackground(DEFAULT_RISE_DB, math.nan, math.nan, 0)
        )
        yield _observed(frame, found, usual, mask, place, lent=known.group != frame.group)
