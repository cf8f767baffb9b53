"""Occupied length of track in one image, over all contrasts that cars may have."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage, special

from skytally.core import DataError
from skytally.imagery.cube import Bools
from skytally.imagery.measure.coregistered_difference_from_reference import BLUR_PIXELS
from skytally.imagery.measure.rail.occupancy_solver import solve_occupancy
from skytally.imagery.measure.rail.track_forward_model import Corridor

Doubles = npt.NDArray[np.float64]

SMOOTH = 2.25
"""Weight of the squared step between neighbouring segments: a rake's end costs 1.5 standard
deviations of one pixel (METHODS 5.2)."""
HYPOTHESES = (-0.09, -0.06, 0.08)
"""Reflectance of cars less ballast: dark wagons, rusty ones, bright ones (METHODS 5.2)."""
HYPOTHESIS_SPREAD = 0.35
"""Standard deviation of the logarithm of each: the three then cover 0.03 to 0.15 either way."""
NODES = (-1.645, -0.76, 0.0, 0.76, 1.645)
"""Standard deviations at which a contrast is tried; about equally likely fifths of a normal law."""
NODE_WEIGHTS = (0.12, 0.24, 0.28, 0.24, 0.12)
"""Share of each: the normal law between the midpoints of `NODES`, and beyond the last."""
SHAPE_SPREAD = 0.05
"""Relative error of a length from what the model leaves out: width and gaps of cars, tracks drawn
up to 3 m beside where they lie, ballast that is not of one colour."""
TONE_SPREAD = 0.25
"""Relative spread of the brightness of cars from train to train, against the ballast."""
TRAIN_METRES = 280.0
"""Metres of track whose cars are of one tone: a train of twenty cars."""
END_SHARE = 0.3
"""Share of occupied places where a train begins or ends: two segments of a train of 200 m."""
PLACES_SHARED = 4.0
"""Places that count as one, because a train has one tone: the shortest, of 8 cars, spans four."""
EMPTY_SHARE = 0.99
"""Share of places of an empty yard whose occupancy is called noise."""
RAIL_P_FALSE = 0.01
"""Share of empty yards called occupied: the stated false alarm of an image."""
RUN = 3
"""Places in a row that must be brighter or darker together: 90 m, the shortest train of 8 cars."""
POWER_CARS = 20
"""Cars of the train whose chance of being found is stated: the ceiling of ordinary days before
October 2023 (METHODS 1.7)."""
CAR_METRES = 13.9
"""Metres of track a common gondola takes (METHODS 5.1)."""
EMPTY_DRAWS, POWER_DRAWS, SPREAD_DRAWS = 240, 120, 60
"""Made-up images behind the false alarm, the chance of detection and the spread of a length."""
NINETY = 1.645


@dataclass(frozen=True)
class CarContrast:
    """How much brighter cars are than the ballast, as far as it is known."""

    levels: tuple[float, ...]
    """Reflectance of cars less that of the ballast, mean of `FEATURE`."""
    weights: tuple[float, ...]
    """Probability of each before the image."""

    def __post_init__(self) -> None:
        """Refuse levels that show nothing, or weights that are no probabilities."""
        whole = sum(self.weights)
        if len(self.levels) != len(self.weights) or not math.isclose(whole, 1.0, abs_tol=1e-6):
            message = f"{len(self.levels)} contrasts, weights of {whole:g} in all; give one each, 1"
            raise DataError(message)
        if not all(0.005 <= abs(each) <= 0.6 for each in self.levels):
            message = (
                f"contrasts {self.levels}: cars of the ballast's colour cannot be seen; give "
                "levels of 0.005 to 0.6 either way"
            )
            raise DataError(message)


def car_contrast(level: float | None = None, *, spread: float | None = None) -> CarContrast:
    """Prior on the contrast of cars against the ballast.

    Parameters
    ----------
    level : float, optional
        From images of this yard for which a train's length is published; without it the three
        hypotheses of METHODS 5.2 are weighed by each image.
    spread : float, optional
        Standard deviation of its logarithm; 0.1 for a known level.

    Returns
    -------
    CarContrast

    Examples
    --------
    >>> car_contrast(-0.08, spread=0.0).levels
    (-0.08,)
    >>> len(car_contrast().levels)
    15
    """
    if level is not None and spread == 0.0:
        return CarContrast((level,), (1.0,))
    centres = HYPOTHESES if level is None else (level,)
    wide = spread if spread is not None else (HYPOTHESIS_SPREAD if level is None else 0.1)
    levels = tuple(each * math.exp(wide * node) for each in centres for node in NODES)
    weights = tuple(weight / len(centres) for _ in centres for weight in NODE_WEIGHTS)
    return CarContrast(levels, weights)


@dataclass(frozen=True, eq=False)
class Occupancy:
    """How much track is occupied in one image."""

    metres: float
    """Middle of the lengths compatible with the image."""
    low: float
    """Lower end of their 90 percent interval, metres."""
    high: float
    """Upper end of it, metres."""
    shown: bool
    """Whether more is there than an empty yard shows in one image of a hundred."""
    p_detect: float
    """Chance that a train of `POWER_CARS` would have been shown."""
    car_contrast: float
    """Contrast that explains the image best."""
    occupancy: Doubles
    """How full each segment is at that contrast, 0 to 1, dims (segment)."""
    tracks: int
    """Tracks on which at least two segments in a row are more than half full."""


@dataclass(frozen=True, eq=False)
class CorridorNoise:
    """How the pixels of a corridor err where nothing stands."""

    fit: Doubles
    """Standard deviation that weighs a pixel in the fit, dims (pixel)."""
    own: Doubles
    """Standard deviation of what each pixel has for itself, dims (pixel)."""
    shared: Doubles
    """Errors that all pixels share, one standard deviation each, dims (pixel, error)."""
    grain: float = 0.0
    """Blur in pixels of the pixels' own error, 0 where neighbours err independently."""


@dataclass(frozen=True, eq=False)
class _Scene:
    """A corridor with the noise of one image, ready to be solved for many cases."""

    tracks: Corridor
    noise: CorridorNoise
    smooth: float

    def solve(self, seen: Doubles, levels: Doubles) -> tuple[Doubles, Doubles]:
        return solve_occupancy(
            self.tracks.light, self.tracks.rough, seen, self.noise.fit, levels, smooth=self.smooth
        )

    def draws(self, count: int, rng: np.random.Generator) -> Doubles:
        """Draw images of an empty yard, dims (pixel, case): pixel noise, then what all share."""
        shape = self.tracks.pixels.shape
        field = rng.normal(size=(count, *shape))
        if self.noise.grain > 0.0:
            field = ndimage.gaussian_filter(field, (0.0, self.noise.grain, self.noise.grain))
            field /= field.std()
        own = field[:, self.tracks.pixels].T * self.noise.own[:, None]
        return own + self.noise.shared @ rng.normal(size=(self.noise.shared.shape[1], count))

    def stations(self) -> npt.NDArray[np.intp]:
        """Position of each segment along its track, so that tracks can be added up."""
        track = self.tracks.track
        return np.arange(track.size) - np.searchsorted(track, track)

    def across(self, occupancy: Doubles) -> Doubles:
        """Occupancy summed over all tracks at each segment's position, same dims."""
        place = self.stations()
        whole = np.zeros((place.max() + 1, occupancy.shape[1]))
        np.add.at(whole, place, occupancy)
        return whole[place]

    def metres(self, occupancy: Doubles, least: Doubles | float) -> Doubles:
        """Occupied length, dims (case), of positions fuller than an empty yard's noise."""
        kept = np.where(self.across(occupancy) > least, occupancy, 0.0)
        return np.asarray(self.tracks.metres @ kept)


def _peak(scene: _Scene, occupancy: Doubles, used: Doubles) -> Doubles:
    """Largest light of any `RUN` positions in a row, dims (case)."""
    _, first = np.unique(scene.stations(), return_index=True)
    light = scene.across(occupancy)[first] * np.abs(used)
    run = min(RUN, len(light))
    sums = np.cumsum(np.concatenate([np.zeros((1, light.shape[1])), light]), 0)
    return np.asarray((sums[run:] - sums[:-run]).max(0))


def _exceeded(values: Doubles, chance: float) -> float:
    """Level that the largest of many exceeds with a small chance, by Gumbel's law."""
    scale = float(values.std()) * math.sqrt(6.0) / math.pi
    return float(values.mean()) - scale * (np.euler_gamma + math.log(-math.log1p(-chance)))


def _train(scene: _Scene, rng: np.random.Generator, count: int) -> Doubles:
    """Stand one train of `POWER_CARS` somewhere in each case, dims (segment, case)."""
    made = np.zeros((scene.tracks.metres.size, count))
    wanted = POWER_CARS * CAR_METRES
    for case in range(count):
        own = np.flatnonzero(scene.tracks.track == rng.choice(scene.tracks.track))
        lengths = scene.tracks.metres[own]
        segments = min(round(wanted / lengths.mean()), own.size)
        first = int(rng.integers(own.size - segments + 1))
        made[own[first : first + segments], case] = 1.0
    return made


def _share(count: int, weights: Doubles) -> npt.NDArray[np.intp]:
    """Deal cases to contrasts in proportion to their weights, the same way each time."""
    at = (np.arange(count) + 0.5) / count
    return np.minimum(np.searchsorted(np.cumsum(weights), at), weights.size - 1)


def invert_occupancy(
    tracks: Corridor,
    seen: npt.ArrayLike,
    noise: CorridorNoise,
    *,
    known: CarContrast,
    seed: int = 0,
) -> Occupancy:
    """Estimate the occupied length from the anomalies of one image.

    Parameters
    ----------
    tracks : Corridor
        From `lay_corridor`.
    seen : array_like, dims (pixel)
        Anomaly of each pixel of the corridor, reflectance.
    noise : CorridorNoise
        How it errs where nothing stands.
    known : CarContrast
        What is known of the contrast of cars.
    seed : int
        Seed of the simulated images that give the spread and the false alarm.

    Returns
    -------
    Occupancy

    Notes
    -----
    For every contrast the bounded fit of METHODS 5.2 gives an occupancy a segment. Tracks five
    metres apart share a pixel, so that noise moves cars from track to track; places along the
    yard are therefore kept or dropped by the sum over the tracks, against what one place in a
    hundred of an empty yard shows with the same noise. Contrasts are weighed by their prior and
    by the misfit: too weak a contrast cannot explain a full track. The interval joins, over
    contrasts, the length with its spread in simulated images of the same scene.
    """
    rng = np.random.default_rng(seed)
    image = np.asarray(seen, float)
    scene = _Scene(tracks, noise, SMOOTH)
    levels, prior = np.array(known.levels), np.array(known.weights)
    which = _share(EMPTY_DRAWS, prior)
    drawn = scene.draws(EMPTY_DRAWS, rng)
    empty, _ = scene.solve(drawn, levels[which])
    # noise over contrast is what an empty place shows, so that all draws serve all contrasts
    places = scene.across(empty) * np.abs(levels[which])
    least = np.quantile(places, EMPTY_SHARE) / np.abs(levels)
    peak = _exceeded(_peak(scene, empty, levels[which]), RAIL_P_FALSE / len(set(np.sign(levels))))
    found, _ = scene.solve(np.repeat(image[:, None], levels.size, 1), levels)
    weight = _weights(scene, image, found, least, levels, prior)
    lengths = scene.metres(found, least)
    light = tracks.light.sum() / tracks.length * levels
    whole = image.sum() / light, drawn.sum(0).std() / np.abs(light)
    best = int(weight.argmax())
    low, middle, high = _joined(scene, found, least, levels, weight, lengths, whole, rng)
    return Occupancy(
        metres=middle,
        low=low,
        high=high,
        shown=bool(_peak(scene, found, levels)[best] > peak),
        p_detect=_power(scene, levels, prior, peak, rng),
        car_contrast=float(levels[best]),
        occupancy=found[:, best],
        tracks=_tracks_used(tracks, found[:, best], scene.across(found)[:, best] > least[best]),
    )


def _weights(
    scene: _Scene,
    seen: Doubles,
    found: Doubles,
    least: Doubles,
    levels: Doubles,
    prior: Doubles,
) -> Doubles:
    """Weigh contrasts by their prior, by the misfit, and by how whole the tracks are filled.

    A train fills the track it stands on, so that the occupancies of all tracks at one place add
    up to a whole number, but for the ends of trains and the tones of cars.
    """
    model = scene.tracks.light @ (found * levels)
    spread = scene.noise.fit[:, None] ** 2 + (TONE_SPREAD * model) ** 2
    misfit = ((seen[:, None] - model) ** 2 / spread).mean(0)
    score = (
        -0.5 * seen.size / BLUR_PIXELS * (misfit / max(misfit.min(), 1.0) + np.log(spread).mean(0))
    )
    _, first = np.unique(scene.stations(), return_index=True)
    totals, kept = scene.across(found)[first], scene.across(found)[first] > least
    whole = np.maximum(np.rint(totals), 1.0)
    spread = np.hypot(TONE_SPREAD * whole, least / 2.33)
    near = np.exp(-0.5 * ((totals - whole) / spread) ** 2) / (spread * math.sqrt(2.0 * math.pi))
    # a density of light, not of occupancy: the same light is less spread for a weaker contrast
    fits = np.log(((1.0 - END_SHARE) * near + END_SHARE) / np.abs(levels))
    score += np.where(kept, fits, 0.0).sum(0) / PLACES_SHARED
    weight = prior * np.exp(score - score.max())
    return np.asarray(weight / weight.sum())


def _joined(
    scene: _Scene,
    found: Doubles,
    least: Doubles,
    levels: Doubles,
    weight: Doubles,
    lengths: Doubles,
    whole: tuple[Doubles, Doubles],
    rng: np.random.Generator,
) -> tuple[float, float, float]:
    """Quantiles 5, 50 and 95 percent of the length over contrasts and simulated images.

    The upper end is that of all light of the corridor together: a train too faint for the fit
    still adds to it, and so does everything that errs for all pixels alike.
    """
    which = _share(SPREAD_DRAWS, weight)
    kept = np.where(scene.across(found) > least, found, 0.0)[:, which]
    simulated = scene.tracks.light @ (kept * levels[which]) + scene.draws(SPREAD_DRAWS, rng)
    drawn = scene.metres(scene.solve(simulated, levels[which])[0], least[which])
    off = drawn - lengths[which]
    mean = float(weight @ lengths)
    trains = max(mean / TRAIN_METRES, 1.0)
    spread = math.hypot(
        float(off.std()), mean * math.hypot(SHAPE_SPREAD, TONE_SPREAD / trains**0.5)
    )
    faint, wide = np.maximum(whole[0], lengths), np.hypot(whole[1], spread)
    at = np.linspace(0.0, scene.tracks.length, 2001)[:, None]
    below = special.ndtr((at - lengths) / max(spread, 1e-6)) @ weight
    faintly = special.ndtr((at - faint) / wide) @ weight
    # the last place of the axis takes what the normal law would put beyond it
    below[-1] = faintly[-1] = 1.0
    places = (
        np.searchsorted(each, q) for each, q in ((below, 0.05), (below, 0.5), (faintly, 0.95))
    )
    low, middle, high = (float(at[place, 0]) for place in places)
    return low, middle, high


def _power(
    scene: _Scene, levels: Doubles, prior: Doubles, peak: float, rng: np.random.Generator
) -> float:
    """Chance that a train shows more than an empty yard, its contrast not known."""
    true = _share(POWER_DRAWS, prior)
    same = [np.flatnonzero(np.sign(levels) == np.sign(levels[k])) for k in true]
    tried = np.array([rng.choice(each, p=prior[each] / prior[each].sum()) for each in same])
    train = _train(scene, rng, POWER_DRAWS)
    images = scene.tracks.light @ (train * levels[true]) + scene.draws(POWER_DRAWS, rng)
    found = scene.solve(images, levels[tried])[0]
    return float((_peak(scene, found, levels[tried]) > peak).mean())


def _tracks_used(tracks: Corridor, occupancy: Doubles, kept: Bools) -> int:
    full = (occupancy > 0.5) & kept
    pairs = full[1:] & full[:-1] & (tracks.track[1:] == tracks.track[:-1])
    return len(set(tracks.track[1:][pairs].tolist()))
