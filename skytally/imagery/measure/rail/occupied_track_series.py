"""Occupied track as a series: one observation an image, and an index of its light."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import numpy.typing as npt

from skytally.core import DataError
from skytally.imagery.cube import OPTICAL_BANDS, Bools, CubeSource, check_day
from skytally.imagery.measure.coregistered_difference_from_reference import (
    MEDIAN_VARIANCE,
    Comparison,
    compare_images,
    ring_gain,
)
from skytally.imagery.measure.observation_and_evidence_line import Observation
from skytally.imagery.measure.rail.occupied_length_fit import (
    RAIL_P_FALSE,
    CarContrast,
    CorridorNoise,
    Occupancy,
    car_contrast,
    invert_occupancy,
)
from skytally.imagery.measure.rail.track_forward_model import Corridor
from skytally.imagery.measure.reference_level_and_spread_per_group import NORMAL_MAD, Reference

Doubles = npt.NDArray[np.float64]

FEATURE: Mapping[str, float] = {"b03": 0.5, "b04": 0.5}
"""Weights of the bands until known occupied images give a better mixture (METHODS 5.2)."""
PER_CAR = {"cars_low": 20.0, "cars_mid": 13.9, "cars_high": 10.9}
"""Metres of track a car takes, from the longest published to the shortest (METHODS 1.6)."""
MIN_READ_SHARE = 0.9
"""Share of the corridor that must have been read: a hole hides whole trains."""
CLIP = 5.0
"""Robust spreads beyond which a ring pixel is taken as another thing, not as noise."""
NOISE_RANGE = (0.5, 4.0)
"""Factors on the expected noise that the ring may ask for; above, the ring itself changed."""
MIN_GRAIN = 0.05
"""Correlation of neighbouring ring pixels below which they err on their own."""
ALONG_DEG = 15.0
"""Angle of the sun to the track below which cars throw no shadow to the side (METHODS 5.1)."""
EARLY_SHARE = 0.95
"""Quantile of the images before the study that an index is in units of (METHODS 5.2)."""
MIN_EARLY_IMAGES = 8
"""Images before the study below which that quantile is one image."""


def _ring_noise(values: Doubles, noise: Doubles, ring: Bools) -> tuple[float, float]:
    """Factor on the noise that the ring shows, and the blur of that noise in pixels."""
    scaled = np.where(ring, values / noise, 0.0)
    on_ring = scaled[ring] - np.median(scaled[ring])
    body = NORMAL_MAD * float(np.median(np.abs(on_ring))) + 1e-9
    factor = float(np.clip(on_ring, -CLIP * body, CLIP * body).std())
    scaled = np.where(ring, np.clip(scaled / max(factor, 1e-9), -CLIP, CLIP), 0.0)

    def alike(one: Doubles, two: Doubles, both: Bools) -> float:
        return float((one * two)[both].mean()) if both.any() else 0.0

    alike_down = alike(scaled[1:], scaled[:-1], ring[1:] & ring[:-1])
    alike_right = alike(scaled[:, 1:], scaled[:, :-1], ring[:, 1:] & ring[:, :-1])
    neighbour = min((alike_down + alike_right) / 2.0, 0.9)
    # white noise blurred by s pixels is correlated by exp(-1 / (4 s^2)) from pixel to pixel
    grain = math.sqrt(-0.25 / math.log(neighbour)) if neighbour > MIN_GRAIN else 0.0
    return factor, grain


def _feature(
    comparison: Comparison, level: Reference, pixels: Bools, weights: Doubles
) -> tuple[Doubles, CorridorNoise, float]:
    """Change of the corridor's pixels, their noise, and the ring's factor on it."""
    seen = np.einsum("l,lyx->yx", weights, comparison.difference.values.astype(float))
    usual = np.einsum("l,lyx->yx", weights, level.level.astype(float))
    # the bands err together as far as is known; the ring's factor corrects it
    noise = np.einsum("l,lyx->yx", weights, comparison.difference.noise.astype(float))
    own = np.einsum("l,lyx->yx", weights, level.spread.astype(float))
    factor, grain = _ring_noise(seen, noise, comparison.ring)
    doubt = MEDIAN_VARIANCE / level.n_images
    error = factor * float(np.median(own[comparison.ring])) * math.sqrt(doubt)
    gain = ring_gain(seen, usual, comparison.ring, level_error=error)
    brighter = (usual - np.median(usual[comparison.ring]))[pixels]
    position = comparison.difference.details.get("position_m", 0.0)
    edges = [each[pixels] * position for each in np.gradient(usual, comparison.frame.gsd)]
    offset = np.full(brighter.shape, comparison.difference.offset_error)
    shared = np.stack([gain.error * brighter, offset, *edges], 1)
    held = float(np.clip(factor, *NOISE_RANGE))
    made = CorridorNoise(
        held * noise[pixels], held * math.sqrt(1.0 + doubt) * own[pixels], shared, grain
    )
    return seen[pixels] - gain.value * brighter, made, factor


def _row(comparison: Comparison, found: Occupancy, tracks: Corridor, light: float) -> Observation:
    """Row of a fit: 0 and what may have been missed where no more shows than in an empty yard."""
    size = (found.metres, found.low, found.high) if found.shown else (0.0, 0.0, found.high)
    details = {word: size[0] / each for word, each in PER_CAR.items()}
    details |= {
        "tracks": float(found.tracks) if found.shown else 0.0,
        "fill": size[0] / tracks.length,
        "contrast": found.car_contrast,
        "light": light,
    }
    azimuth = comparison.frame.angles.get("sun_azimuth", math.nan)
    off = abs((azimuth - tracks.axis_deg + 90.0) % 180.0 - 90.0)
    flags = ("sun-along-track",) if off < ALONG_DEG else ()
    return comparison.observation(
        "m", size, (found.p_detect, RAIL_P_FALSE), flags=flags, details=details
    )


def occupied_tracks(
    source: CubeSource,
    tracks: Corridor,
    references: Mapping[str, Reference],
    *,
    known: CarContrast | None = None,
    ring: npt.ArrayLike | None = None,
    feature: Mapping[str, float] = FEATURE,
    layers: tuple[str, ...] = OPTICAL_BANDS,
    seed: int = 0,
) -> Iterator[tuple[Observation, Occupancy | None]]:
    """Measure in each image on how many metres of track cars stand.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube of reflectance, lazy or not, or images in the order of time.
    tracks : Corridor
        From `lay_corridor`, on the cube's own grid.
    references : mapping of str to Reference
        From `references`, of the same season, a group each.
    known : CarContrast, optional
        What is known of the contrast of cars at this yard; without it the three hypotheses of
        METHODS 5.2, and an interval that is wide on purpose.
    ring : array_like of bool, dims (y, x), optional
        Stable ground; without it that of the corridor, 15 to 60 m from the tracks.
    feature : mapping of str to float
        Weights of the bands.
    layers : tuple of str
        Bands read.
    seed : int
        Seed of the simulated images behind interval and false alarm.

    Yields
    ------
    tuple of Image and Occupancy or None
        A row in metres, and the fit behind it where the image could tell. A train that stands
        in most images of the reference, and cars of the ballast's brightness, are not seen.

    Raises
    ------
    DataError
        As `iter_frames`; and if the corridor is of another grid or a band
        of the feature is not read.
    """
    missing = [word for word in feature if word not in layers]
    if missing:
        message = f"feature of {', '.join(missing)}, which is not read; read it or leave it out"
        raise DataError(message)
    weights = np.array([feature.get(word, 0.0) for word in layers])
    found = compare_images(
        source, tracks.pixels, references, ring=tracks.ring if ring is None else ring,
        layers=layers, what="corridor", least=MIN_READ_SHARE, classes=False,
    )  # fmt: skip
    for comparison in found:
        if not comparison.usable or comparison.reference is None:
            yield comparison.unclear("m"), None
            continue
        cut = tracks.cut(comparison.window, comparison.target)
        seen, noise, factor = _feature(comparison, comparison.reference, comparison.target, weights)
        if factor > NOISE_RANGE[1]:
            yield comparison.unclear("m", "the ground beside the tracks changed too"), None
            continue
        each = invert_occupancy(cut, seen, noise, known=known or car_contrast(), seed=seed)
        light = float(seen.sum()) * comparison.frame.gsd**2
        yield _row(comparison, each, cut, light), each


def rail_light_index(observations: Iterable[Observation], *, until: np.datetime64 | str) -> Doubles:
    """Change of the corridor's light in units of its spread before the study.

    Needs no contrast of cars; it is comparable only within one yard.

    Parameters
    ----------
    images : iterable of Observation
        Rows of `occupied_tracks`.
    until : numpy.datetime64 or str
        Start of the study.

    Returns
    -------
    ndarray, dims (image)
        Absolute change over the 95th percentile of that before the study, NaN where an image
        could not tell.

    Raises
    ------
    DataError
        If fewer than eight usable images lie before the study.
    """
    series = list(observations)
    light = np.array([abs(each.details.get("light", math.nan)) for each in series])
    end = check_day(until, what="until")
    early = np.array([each.time < end for each in series], bool)
    before = light[early & np.isfinite(light)]
    if before.size < MIN_EARLY_IMAGES:
        message = f"{before.size} usable images before {until}; {MIN_EARLY_IMAGES} give a quantile"
        raise DataError(message)
    return np.asarray(light / max(float(np.quantile(before, EARLY_SHARE)), 1e-12))
