"""Water of a berth: windows, appearance when empty, and hot objects in it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage, stats

from skytally.imagery.cube import (
    Bools,
    Floats,
    Frame,
    Window,
    bounding_window,
    check_bearing,
    check_mask,
    check_probability,
)
from skytally.imagery.measure.reference_level_and_spread_per_group import (
    LOW_QUANTILE,
    NOISE_REFLECTANCE,
    NORMAL_MAD,
    Reference,
)
from skytally.imagery.measure.stable_ground_coregistration import Registration, align
from skytally.imagery.measure.water_mask import water_pixels

HOT_PIXEL_TAIL = 1e-4
"""Chance that one pixel of empty water passes for hot (METHODS section 4.2)."""
MIN_HULL_M2 = 600.0
"""Square metres: a hull of 60 by 10 m, the least that ten metre pixels show as a hull."""
BERTH_MARGIN_M = 150.0
"""Metres kept around the berth: a fit looks a quarter of a hull and four blurs beyond it."""
MAX_WATER_PIXELS = 4000
"""Pixels of open water that are looked at: enough for a median, however large the sea."""
SURE_DETECTION = 0.95
"""Chance of detection from which an interval of 90 percent holds no missed ship."""
BERTH_P_DETECT, BERTH_P_FALSE = 0.95, 0.01
"""Aimed at on a clear image and held in both families of simulated harbours
(``labs/benchmarks/accuracy_berth_ships_simulated_harbours.py``); a site's own tests replace
them."""


@dataclass(frozen=True, eq=False)
class Berth:
    """Where a berth lies in a cube."""

    water: Bools
    """Water beside the quay in which a moored ship lies, dims (y, x)."""
    ring: Bools
    """Stable ground around, dims (y, x): see `ring_mask`."""
    openwater: Bools
    """Open water away from quays and moorings, dims (y, x)."""
    axis_deg: float | None = None
    """Bearing of the quay, degrees clockwise from grid north; None where not known."""
    p_detect: float = BERTH_P_DETECT
    """Chance of finding a ship on a clear image, from the site's own tests where there are any."""
    p_false: float = BERTH_P_FALSE
    """Wanted chance of finding one at an empty berth."""


def check_berth(place: Berth, shape: tuple[int, int]) -> Berth:
    """Check a berth's masks against the grid of a cube.

    Raises
    ------
    DataError
        As `check_mask`, `check_bearing` and `check_probability`.
    """
    if place.axis_deg is not None:
        check_bearing(place.axis_deg, what="axis of the berth")
    check_probability(place.p_detect, what="chance of detection")
    check_probability(place.p_false, what="chance of a false alarm")
    return replace(
        place,
        water=check_mask(place.water, shape, what="berth"),
        ring=check_mask(place.ring, shape, what="ring"),
        openwater=check_mask(place.openwater, shape, what="open water"),
    )


@dataclass(frozen=True, eq=False)
class BerthWindows:
    """Which parts of each image a berth needs, so that the rest is never touched."""

    outer: Window
    """Rows and columns that hold the ring and the berth: judged and aligned on."""
    inner: Window
    """Rows and columns that hold the berth with a margin, counted in the cube."""
    inside: Window
    """The same counted within the outer part."""
    ring: Bools
    """Ring in the outer part."""
    water: Bools
    """Berth in the inner part."""
    openwater: Bools
    """Open water in the inner part, where there is any."""
    sample: Bools
    """At most `MAX_WATER_PIXELS` pixels of open water, spread evenly, in the whole cube."""


def berth_windows(place: Berth, *, gsd: float) -> BerthWindows:
    """Windows of each image that a checked berth needs."""
    outer = bounding_window(place.ring | place.water, margin=4)
    inner = bounding_window(place.water, margin=math.ceil(BERTH_MARGIN_M / gsd))
    rows = slice(max(inner[0].start, outer[0].start), min(inner[0].stop, outer[0].stop))
    columns = slice(max(inner[1].start, outer[1].start), min(inner[1].stop, outer[1].stop))
    inside = (
        slice(rows.start - outer[0].start, rows.stop - outer[0].start),
        slice(columns.start - outer[1].start, columns.stop - outer[1].start),
    )
    water_indices = np.flatnonzero(place.openwater)
    sample = np.zeros(place.openwater.size, bool)
    sample[water_indices[:: max(water_indices.size // MAX_WATER_PIXELS, 1)]] = True
    return BerthWindows(
        outer=outer,
        inner=(rows, columns),
        inside=inside,
        ring=place.ring[outer],
        water=place.water[rows, columns],
        openwater=place.openwater[rows, columns],
        sample=sample.reshape(place.openwater.shape),
    )


@dataclass(frozen=True, eq=False)
class EmptyBerth:
    """What one group of images shows of a place when no ship lies there."""

    ground: Floats
    """Median of the outer part, to judge and align by, dims (layer, y, x)."""
    level: Floats
    """Reflectance of the inner part when empty, dims (layer, y, x)."""
    noise: Floats
    """Its standard deviation from image to image."""
    down: Floats
    """Change of the level per metre along y."""
    right: Floats
    """Change of the level per metre along x."""
    water: Bools
    """Where the empty inner part is water, dims (y, x)."""
    sample_level: Floats
    """Level of the sample of open water, dims (layer, pixel)."""
    sample_noise: Floats
    """Its noise."""


def empty_berth(reference: Reference, place: BerthWindows) -> EmptyBerth:
    """Appearance of the empty berth in one group, from its reference.

    Parameters
    ----------
    reference : Reference
        Of one group, on the whole cube.
    place : BerthWindows
        The parts needed.

    Returns
    -------
    EmptyBerth
        Where the low quantile of the reference is water, that water is the empty berth,
        however often a ship lay there (up to about 85 percent of images), and its noise is
        that of open water; elsewhere the median and its own spread.
    """
    water = water_pixels(reference.low, reference.layers, place.sample)
    typical = np.median(reference.spread[:, place.sample], axis=1)[:, None, None]
    lifted = reference.low - np.float32(stats.norm.ppf(LOW_QUANTILE)) * typical
    level = np.asarray(np.where(water, lifted, reference.level), np.float32)
    noise = np.asarray(np.where(water, typical, reference.spread), np.float32)
    inner = (slice(None), *place.inner)
    down, right = (np.gradient(level[inner], reference.gsd, axis=axis) for axis in (1, 2))
    return EmptyBerth(
        ground=reference.level[(slice(None), *place.outer)],
        level=level[inner],
        noise=noise[inner],
        down=np.asarray(down, np.float32),
        right=np.asarray(right, np.float32),
        water=water[place.inner],
        sample_level=level[:, place.sample],
        sample_noise=noise[:, place.sample],
    )


@dataclass(frozen=True, eq=False)
class BerthScene:
    """The inner part of an image beside what is expected of it."""

    frame: Frame
    """The inner part."""
    signal: Floats
    """Image minus expectation, dims (layer, y, x)."""
    noise: Floats
    """Standard deviation of each pixel."""
    displaced: tuple[Floats, Floats] | None
    """What one standard deviation of displacement does along y and x; None without history."""
    berth: Bools
    """Where a ship may lie, dims (y, x)."""
    usable: Bools
    """Pixels a fit may use: water when empty."""
    restless: float
    """Median squared anomaly of open water over that of its noise; about 1 on a calm image."""


def squared_distance(
    signal: Floats, noise: Floats, displaced: tuple[Floats, Floats] | None
) -> npt.NDArray[np.float32]:
    """Squared Mahalanobis distance of each pixel from the expected empty berth.

    Parameters
    ----------
    signal, noise : ndarray of float32, dims (layer, y, x)
        Image minus expectation, and its standard deviation without displacement.
    displaced : tuple of ndarray of float32, dims (layer, y, x), or None
        What one standard deviation of displacement along y and x does to the signal.

    Returns
    -------
    ndarray of float32, dims (y, x)
        With the covariance ``diag(noise^2) + dy dy' + dx dx'``: a displacement moves all
        bands together, so it is one direction and not four; inverted by Woodbury's formula.
    """
    inverse = 1.0 / noise**2
    weighed = signal * inverse
    plain = (signal * weighed).sum(axis=0)
    if displaced is None:
        return np.asarray(plain, np.float32)
    down, right = displaced
    a = 1.0 + (down * down * inverse).sum(axis=0)
    c = 1.0 + (right * right * inverse).sum(axis=0)
    b = (down * right * inverse).sum(axis=0)
    p, q = (down * weighed).sum(axis=0), (right * weighed).sum(axis=0)
    explained = (c * p * p - 2.0 * b * p * q + a * q * q) / (a * c - b * b)
    return np.asarray(plain - explained, np.float32)


def _water_restlessness(quiet: Floats, noise: Floats) -> float:
    distance = ((quiet / noise) ** 2).sum(axis=0)
    distance = distance[np.isfinite(distance)]
    if not distance.size:
        return 1.0
    return float(np.median(distance)) / float(stats.chi2.median(len(quiet)))


def against_history(
    frame: Frame,
    place: BerthWindows,
    empty: EmptyBerth,
    shift: Registration,
    ring_change: Mapping[str, float],
) -> BerthScene:
    """Compare an image with the empty berth of its own group, the ring's offset taken off."""
    offset = np.array([ring_change[each] for each in frame.layers], np.float32)
    sigma = np.float32(shift.sigma_m)
    inner = frame.crop(place.inner)
    # open water is flat: it needs no alignment
    calm = frame.values[:, place.sample] - offset[:, None] - empty.sample_level
    return BerthScene(
        frame=inner,
        signal=align(inner.values, shift) - offset[:, None, None] - empty.level,
        noise=empty.noise,
        displaced=(empty.down * sigma, empty.right * sigma),
        berth=place.water & empty.water,
        usable=empty.water,
        restless=_water_restlessness(calm, empty.sample_noise),
    )


def against_water(frame: Frame, place: BerthWindows) -> BerthScene:
    """Compare an image with its own open water: for a berth whose past is not known."""
    water_values = frame.values[:, place.sample]
    water_values = water_values[:, np.isfinite(water_values).all(axis=0)]
    level = np.median(water_values, axis=1)
    spread = NORMAL_MAD * np.median(np.abs(water_values - level[:, None]), axis=1)
    noise = np.maximum(spread, NOISE_REFLECTANCE).astype(np.float32)
    inner = frame.crop(place.inner)
    return BerthScene(
        frame=inner,
        signal=np.asarray(inner.values - level[:, None, None], np.float32),
        noise=np.broadcast_to(noise[:, None, None], inner.values.shape),
        displaced=None,
        berth=place.water,
        usable=place.water | place.openwater,
        restless=_water_restlessness(water_values - level[:, None], noise[:, None]),
    )


def _along(axis_deg: float | None) -> Bools:
    """Three pixels along an axis, to close gaps of one pixel along it."""
    line = np.zeros((3, 3), bool)
    line[1, 1] = True
    if axis_deg is not None:
        bearing = math.radians(axis_deg)
        down, right = -round(math.cos(bearing)), round(math.sin(bearing))
        line[1 + down, 1 + right] = line[1 - down, 1 - right] = True
    return line


def hot_objects(scene: BerthScene, axis_deg: float | None) -> list[Bools]:
    """Detect objects in a berth's water.

    Parameters
    ----------
    scene : BerthScene
        The image beside what is expected of it.
    axis_deg : float or None
        Bearing of the quay: gaps of one pixel along it are closed.

    Returns
    -------
    list of ndarray of bool, dims (y, x)
        Objects of `MIN_HULL_M2` and more. Where open water is restless the threshold on the
        squared distance rises with it.
    """
    distance = squared_distance(scene.signal, scene.noise, scene.displaced)
    limit = float(stats.chi2.isf(HOT_PIXEL_TAIL, len(scene.signal))) * max(scene.restless, 1.0)
    # a hull is brighter than the water it hides: a shadow alone is none
    hot = (distance > limit) & (scene.signal.sum(axis=0) > 0) & scene.berth
    hot = ndimage.binary_closing(np.pad(hot, 1), _along(axis_deg))[1:-1, 1:-1] & scene.berth
    labels, count = ndimage.label(hot, np.ones((3, 3)))
    pixel = scene.frame.gsd**2
    found = [labels == i + 1 for i in range(count)]
    return [each for each in found if each.sum() * pixel >= MIN_HULL_M2]
