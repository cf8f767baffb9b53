"""Area of ground laid bare: the share of each pixel that turned into soil."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage, special

from skytally.core import DataError
from skytally.imagery.cube import (
    Bools,
    CubeSource,
    Floats,
    Patches,
    PixelIndices,
    bounding_window,
    median,
    patches_of,
    quantiles,
    subsample,
    subsample_mask,
)
from skytally.imagery.measure.coregistered_difference_from_reference import (
    Difference,
    compare_images,
)
from skytally.imagery.measure.ground.bare_soil_index import INDEX_LAYERS, MIN_CLEAR_GROUND
from skytally.imagery.measure.ground.bermed_pit_detection import count_pits
from skytally.imagery.measure.observation_and_evidence_line import Observation
from skytally.imagery.measure.reference_level_and_spread_per_group import NORMAL_MAD, Reference
from skytally.imagery.measure.ships.hull_fit import MTF_USUAL, sigma_psf

Doubles = npt.NDArray[np.float64]

SOIL: Mapping[str, float] = {"b02": 0.09, "b03": 0.12, "b04": 0.16, "b08": 0.22, "b11": 0.30}
"""Reflectance of fresh dry soil: a round middle of common soils. A site's own bare ground is
better; the error of the contrast carries what is not known."""
CONTRAST_ERROR = 0.14
"""Relative error of the contrast of a soil that was not measured at the site, and so of every
area: 0.10 for the site's own soil, its moisture and shade (METHODS 6.4), and as much again
because soils differ by 8 percent in brightness, 10 percent of their contrast to grass."""
SIDE = 3
"""Side in pixels of the patch that must be bare together: 30 m, one pit."""
BLIND = 3.0
"""Contrast of soil over the noise of a pixel below which the pixel cannot tell: bare already."""
MAX_BLIND_SHARE = 0.5
"""Share of such pixels above which the ground cannot tell."""
GROUND_P_FALSE = 0.01
"""Wanted chance of a false alarm per image, over the whole ground."""
SHARES = (-0.5, 1.3)
"""Range within which a share of soil is believed; what is beyond is another change."""
ONE_PIT = 0.8
"""Mean share of soil in a patch on the middle of one pit of 30 by 20 m with its berm, blurred."""
GROWN = 2
"""Pixels by which the changed ground is grown, so that its blurred rim is counted."""
LIKE_SOIL = 0.7
"""Cosine between the change and that towards soil below which the change is flagged as other."""
PIT_REACH = 80.0
"""Metres from its middle to the end of the longest pit that is looked for, blur included."""
TAIL = 0.01
"""Share of the ring's patches that sets the tail."""
NORMAL_TAIL = -float(special.ndtri(TAIL))
"""The same of a normal law, in standard deviations."""
MAX_RING_PATCHES = 20_000
"""Ring pixels that are looked at: a percent of them still tells the tail to a hundredth."""
MIN_RING_PATCHES = 200
"""Ring pixels below which a percent of its patches is two patches."""
SMALL_RING = 2.0
"""Spread taken then, in expected noise: twice what pixels alone make."""
BARE_BEFORE = "most of the ground looked like soil before: nothing more can be laid bare"
STRIP = 32_768
"""Pixels worked on at once: some copies of them fit into the cache of one processor."""
NINETY = 1.645


@dataclass(frozen=True, eq=False)
class BareArea:
    """Ground laid bare in one image."""

    share: Floats
    """Share of each pixel that turned into soil, NaN where it cannot be told, dims (y, x)."""
    changed: Bools
    """Pixels counted, dims (y, x)."""
    area: float
    """Square metres."""
    low: float
    """Lower end of the 90 percent interval."""
    high: float
    """Upper end; when nothing changed, the most that may have been missed."""
    p_detect: float
    """Chance that one pit of 30 by 20 m would have been found."""
    alike: float
    """Cosine between the change and that towards soil, 1 where nothing changed."""


def soil_share(seen: Difference, level: Floats, soil: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Share of each pixel that turned into bare soil, and its noise.

    Parameters
    ----------
    seen : Difference
        From `image_difference`.
    level : ndarray, dims (layer, y, x)
        The reference.
    soil : array_like, dims (layer)
        Reflectance of soil.

    Returns
    -------
    tuple of ndarray of float32, dims (y, x)
        Share and variance, NaN where soil looks like the reference.

    Notes
    -----
    Light adds up, so the share is the anomaly projected on the way from the reference to soil,
    each layer weighed by its noise; an index such as BSI does not add up, and overstates the
    rim of an object.
    """
    variance, share = np.empty((2, *level.shape[1:]), np.float32)
    # a few rows at a time and in place: the copies stay in the processor's cache
    rows = max(STRIP // level.shape[2], 1)
    for first in range(0, level.shape[1], rows):
        cut = slice(first, first + rows)
        strength, total = np.zeros((2, *variance[cut].shape), np.float32)
        weighed, part = np.empty_like(strength), np.empty_like(strength)
        for k, reflectance in enumerate(np.asarray(soil, np.float32)):
            np.subtract(reflectance, level[k, cut], out=part)
            np.divide(part, seen.variance[k, cut], out=weighed)
            strength += np.multiply(part, weighed, out=part)
            total += np.multiply(seen.values[k, cut], weighed, out=part)
        blind = ~(strength > (BLIND * seen.wider) ** 2)
        if blind.any():
            strength[blind] = np.nan
        total /= strength
        np.clip(total, *SHARES, out=share[cut])
        np.divide(np.float32(seen.wider**2), strength, out=variance[cut])
    return share, variance


def _usual(scores: npt.NDArray[np.floating]) -> tuple[float, float]:
    """Middle and spread of what stable ground shows, its tail included.

    The spread is that of a normal law as wide as the ring is in its middle or in its upper
    percent, whichever is more: growth and edges leave more large patches than noise does.
    """
    if scores.size < MIN_RING_PATCHES:
        return 0.0, SMALL_RING
    middle = median(scores)
    body = NORMAL_MAD * median(np.abs(scores - middle))
    (most,) = quantiles(scores, (1.0 - TAIL,))
    tail = (most - middle) / NORMAL_TAIL
    return middle, max(body, tail, 1.0)


def _hot(
    blocks: Patches, expected: Floats, places: PixelIndices, *, centre: float, reach: float
) -> PixelIndices:
    """Pixels in a patch that is barer than any of the ring.

    Most patches lie far below; their median is not taken.
    """
    usual = expected.take(places)
    least = (centre + reach) * float(usual.min(initial=math.inf))
    # the median may be rounded up to what it must exceed: a little less is asked here
    candidates = blocks.above(0.999 * least if least > 0.0 else -math.inf).ravel().take(places)
    _, medians = blocks.at(places[candidates])
    return places[candidates][medians / usual[candidates] - centre > reach]


def bare_area_of(
    seen: Difference,
    level: Floats,
    ground: Bools,
    ring: Bools,
    *,
    soil: npt.ArrayLike,
    gsd: float,
    contrast_error: float = CONTRAST_ERROR,
) -> BareArea:
    """Measure the ground laid bare in one image.

    Parameters
    ----------
    seen : Difference
        The image less its reference.
    level : ndarray, dims (layer, y, x)
        The reference.
    ground : ndarray of bool, dims (y, x)
        Where works are looked for.
    ring : ndarray of bool, dims (y, x)
        Stable ground, which shows what weather and growth alone make of a patch.
    soil : array_like, dims (layer)
        Reflectance of soil.
    gsd : float
        Side of a pixel in metres.
    contrast_error : float
        Relative error of the contrast of soil.

    Returns
    -------
    BareArea

    Notes
    -----
    METHODS 6.4: soft area, the sum of shares over patches that exceed what the ring shows,
    grown by the blur. Patches are called changed at a threshold that the whole ground exceeds
    by chance in one image of a hundred. It is the median of the patch that is asked: one odd
    pixel is no ground laid bare, and lifts the mean. Patches a pixel apart are counted as
    separate chances: at so high a threshold they hardly exceed it together.
    """
    share, variance = soil_share(seen, level, soil)
    known = np.isfinite(share)
    expected = np.sqrt(patches_of(variance, known).mean())
    expected /= SIDE
    blocks, around = patches_of(share, known), subsample_mask(ring & known, MAX_RING_PATCHES)
    usual_of = expected.take(around)
    means, medians = (each / usual_of for each in blocks.at(around))
    middle, spread = _usual(means)
    centre, wide = _usual(medians)
    known &= ground
    places = np.flatnonzero(known)
    reach = wide * -float(special.ndtri(GROUND_P_FALSE / max(places.size, 1)))
    hot = _hot(blocks, expected, places, centre=centre, reach=reach)
    changed = np.zeros_like(known)
    changed.ravel()[hot] = True
    if hot.size:
        near = bounding_window(changed, margin=GROWN)
        changed[near] = ndimage.binary_dilation(changed[near], iterations=GROWN) & known[near]
    pixel = gsd**2
    area = max(float((share[changed] - middle * expected[changed]).sum()) * pixel, 0.0)
    # patches share pixels: the noise of a sum is that of its patches side by side
    own = SIDE * spread * math.sqrt(float((expected[changed] ** 2).sum())) * pixel
    error = math.hypot(contrast_error * area, own)
    some = expected.take(subsample(places, MAX_RING_PATCHES))
    typical = median(some) if some.size else math.inf
    missed = (reach + NINETY * wide) * typical * SIDE**2 * pixel
    found = bool(hot.size) and area > 0.0
    return BareArea(
        share=np.asarray(share, np.float32),
        changed=changed,
        area=area if found else 0.0,
        low=max(area - NINETY * error, 0.0) if found else 0.0,
        high=area + NINETY * error if found else missed,
        p_detect=float(special.ndtr((ONE_PIT / typical - reach) / wide)),
        alike=_alike(seen, level, changed, soil) if found else 1.0,
    )


def _alike(seen: Difference, level: Floats, changed: Bools, soil: npt.ArrayLike) -> float:
    """Cosine between the change and that towards soil, in units of noise."""
    near = bounding_window(changed)
    variance, values, usual = (
        each[(slice(None), *near)][:, changed[near]] for each in (seen.variance, seen.values, level)
    )
    noise = seen.wider * np.sqrt(variance).mean(1)
    change = values.mean(1) / noise
    wanted = (np.asarray(soil, float) - usual.mean(1)) / noise
    size = float(np.linalg.norm(change) * np.linalg.norm(wanted))
    return float(change @ wanted) / size if size > 0.0 else 0.0


def _pits(found: BareArea, gsd: float) -> tuple[int, int]:
    """Range of the count of pits, matched only where ground changed and as far as a pit reaches."""
    if not found.changed.any():
        return 0, 0
    near = bounding_window(found.changed, margin=math.ceil(PIT_REACH / gsd))
    count = count_pits(
        found.share[near], found.changed[near], gsd=gsd, sigma=sigma_psf(MTF_USUAL, gsd=gsd)
    )
    return count.low, count.high


def ground_laid_bare(
    source: CubeSource,
    ground: npt.ArrayLike,
    references: Mapping[str, Reference],
    *,
    ring: npt.ArrayLike,
    soil: Mapping[str, float] = SOIL,
    contrast_error: float = CONTRAST_ERROR,
    layers: tuple[str, ...] = INDEX_LAYERS,
) -> Iterator[tuple[Observation, BareArea | None]]:
    """Measure in each image how much ground has been laid bare.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube of reflectance, lazy or not, or images in the order of time.
    ground : array_like of bool, dims (y, x)
        Where works are looked for.
    references : mapping of str to Reference
        From `references` with the same layers, same season.
    ring : array_like of bool, dims (y, x)
        Stable ground of the same growth around it.
    soil : mapping of str to float
        Reflectance of the site's own soil by band.
    contrast_error : float
        Relative error of its contrast: 0.1 for the site's own soil.
    layers : tuple of str
        Bands used.

    Yields
    ------
    tuple of Image and BareArea or None
        A row in square metres, with the range of bermed pits in its details, and the map
        behind it where there is one.

    Raises
    ------
    DataError
        As `iter_frames` and `check_mask`; and if a
        layer has no soil reflectance or the references have other layers.
    """
    missing = [word for word in layers if word not in soil]
    other = [each.group for each in references.values() if tuple(each.layers) != tuple(layers)]
    if missing or other:
        message = (
            f"soil without {', '.join(missing) or 'nothing'}, references of other bands: "
            f"{', '.join(other) or 'none'}; give both for {', '.join(layers)}"
        )
        raise DataError(message)
    soil_spectrum = np.array([soil[word] for word in layers], np.float32)
    found = compare_images(
        source, ground, references, ring=ring, layers=layers, what="ground", least=MIN_CLEAR_GROUND,
        classes=True,
    )  # fmt: skip
    for comparison in found:
        if not comparison.usable or comparison.reference is None:
            yield comparison.unclear("m2"), None
            continue
        each = bare_area_of(
            comparison.difference, comparison.reference.level, comparison.target,
            comparison.ring, soil=soil_spectrum, gsd=comparison.frame.gsd,
            contrast_error=contrast_error,
        )  # fmt: skip
        blind = np.count_nonzero(np.isnan(each.share) & comparison.target)
        if blind > MAX_BLIND_SHARE * np.count_nonzero(comparison.target):
            yield comparison.unclear("m2", BARE_BEFORE), None
            continue
        flags = ("not-soil",) if each.alike < LIKE_SOIL else ()
        size, rates = (each.area, each.low, each.high), (each.p_detect, GROUND_P_FALSE)
        low, high = _pits(each, comparison.frame.gsd)
        details = {"like_soil": each.alike, "pits_low": low, "pits_high": high}
        yield comparison.observation("m2", size, rates, flags=flags, details=details), each
