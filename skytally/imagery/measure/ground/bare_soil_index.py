"""Bare soil index of a piece of ground: series, seasonal cycle and dated changes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from skytally.core import DataError, evidence_line_name_constants as n
from skytally.imagery.clear_sky import SNOW, hidden, screen
from skytally.imagery.cube import (
    Bools,
    CubeSource,
    Floats,
    Frame,
    Window,
    bounding_window,
    check_day,
    check_mask,
    iter_frames,
)
from skytally.imagery.measure.coregistered_difference_from_reference import SNOWED, ring_hidden
from skytally.imagery.measure.ground.level_change_date_and_segments import (
    ChangeDate,
    Segment,
    date_change,
    segments,
)
from skytally.imagery.measure.observation_and_evidence_line import Observation, unclear_observation
from skytally.imagery.measure.reference_image_per_group import NORMAL_MAD

Doubles = npt.NDArray[np.float64]

YEAR = 365.25
TERMS = 2
"""Harmonics of the year (METHODS 6.2)."""
HUBER = 1.345
"""Robust spreads beyond which a residual is weighed down: 95 percent efficient on normal values
(Huber 1964, doi:10.1214/aoms/1177703732)."""
MIN_YEARS = 2.0
"""Years before the study from which a season is learnt (METHODS 6.2)."""
MIN_SEASON_IMAGES = 20
"""Images before the study: four for each of the five numbers of a season."""
MIN_IMAGES_A_YEAR = 5
"""Images of a year below which its median says nothing of the year."""
SAME_WEATHER_DAYS = 6.0
"""Days within which two images show the same weather and soil moisture: one revisit of 5 days."""
ROUNDS = 30
NINETY = 1.645


@dataclass(frozen=True, eq=False)
class SeasonalCycle:
    """The usual course of a level through the year."""

    coefficients: Doubles
    """Mean, then cosine and sine of each harmonic of the year."""
    scale: float
    """Robust standard deviation of an image about it."""
    drift: float
    """Standard deviation of the level from year to year, widened for the few years it is of."""
    share: float
    """Part that an image counts, less than 1 where images in a row repeat each other."""
    n_images: int
    """Images it was learnt from."""
    years: float
    """Years it was learnt from."""

    def level(self, days: npt.ArrayLike) -> Doubles:
        """Usual level on some days since 1970-01-01, dims (image)."""
        return np.asarray(_waves(np.asarray(days, float)) @ self.coefficients)


def _waves(days: Doubles) -> Doubles:
    turn = 2.0 * np.pi * days / YEAR
    columns = [np.ones_like(turn)]
    for k in range(1, TERMS + 1):
        columns += [np.cos(k * turn), np.sin(k * turn)]
    return np.stack(columns, axis=-1)


def _fit(waves: Doubles, values: Doubles) -> tuple[Doubles, Doubles]:
    """Fit by iterated weights; give the coefficients and what is left."""
    weights = np.ones(values.size)
    found: Doubles = np.zeros(waves.shape[1])
    for _ in range(ROUNDS):
        root = np.sqrt(weights)
        before = found
        found = np.asarray(np.linalg.lstsq(waves * root[:, None], values * root, rcond=None)[0])
        left = values - waves @ found
        spread = NORMAL_MAD * float(np.median(np.abs(left))) + 1e-12
        weights = np.minimum(1.0, HUBER * spread / np.maximum(np.abs(left), 1e-12))
        if np.abs(found - before).max() < 1e-7:
            break
    return found, values - waves @ found


def _drift(days: Doubles, left: Doubles, until: float) -> float:
    """Spread of the years' medians, counted back from the study, widened for the few years."""
    year = ((until - days) // YEAR).astype(int)
    by_year = [left[year == each] for each in np.unique(year)]
    medians = [float(np.median(each)) for each in by_year if each.size >= MIN_IMAGES_A_YEAR]
    if len(medians) < 2:
        return float(np.std(left))
    wide = float(stats.t.ppf(0.95, len(medians) - 1)) / NINETY
    return wide * float(np.std(medians, ddof=1))


def _share(days: Doubles, left: Doubles, scale: float) -> float:
    """Weight of an image, from how much neighbouring images are alike."""
    kept = np.clip(left / scale, -3.0, 3.0)
    near = np.diff(days) < SAME_WEATHER_DAYS
    if np.count_nonzero(near) < MIN_IMAGES_A_YEAR:
        return 1.0
    alike = float(np.mean((kept[1:] * kept[:-1])[near]) / np.mean(kept**2))
    alike = min(max(alike, 0.0), 0.9)
    return (1.0 - alike) / (1.0 + alike)


def fit_seasonal_cycle(
    days: npt.ArrayLike, values: npt.ArrayLike, *, until: float
) -> SeasonalCycle:
    """Learn the season of a level from the images before a study.

    Parameters
    ----------
    days : array_like, dims (image)
        Days since 1970-01-01, rising.
    values : array_like, dims (image)
        Level; NaN where the image could not tell.
    until : float
        First day of the study: only earlier images are used.

    Returns
    -------
    SeasonalCycle

    Raises
    ------
    DataError
        If fewer than twenty usable images or less than two years lie before the study, or if
        they leave a third of the year unseen.

    Notes
    -----
    Two harmonics of the year by Huber's iterated weights (METHODS 6.2).

    Examples
    --------
    >>> days = np.arange(0.0, 1100.0, 20.0)
    >>> values = 0.1 + 0.2 * np.cos(2 * np.pi * days / 365.25)
    >>> cycle = fit_seasonal_cycle(days, values, until=1100.0)
    >>> (cycle.coefficients[:2].round(3) + 0.0).tolist()
    [0.1, 0.2]
    """
    when, seen = np.asarray(days, float), np.asarray(values, float)
    early = np.isfinite(seen) & (when < until)
    when, seen = when[early], seen[early]
    years = float(np.ptp(when)) / YEAR if when.size else 0.0
    if when.size < MIN_SEASON_IMAGES or years < MIN_YEARS - 0.25:
        message = (
            f"season: {when.size} usable images over {years:.1f} years before the study; "
            f"{MIN_SEASON_IMAGES} over {MIN_YEARS:g} years are needed, read earlier scenes"
        )
        raise DataError(message)
    of_year = np.sort(when % YEAR)
    hole = float(np.diff(np.append(of_year, of_year[0] + YEAR)).max())
    if hole > YEAR / 3.0:
        message = (
            f"season: no usable image in {hole:.0f} days of the year in any year; two waves cannot "
            "be told from so little, read more scenes or judge this ground in one season only"
        )
        raise DataError(message)
    coefficients, left = _fit(_waves(when), seen)
    scale = max(NORMAL_MAD * float(np.median(np.abs(left))), 1e-4)
    return SeasonalCycle(
        coefficients=coefficients,
        scale=scale,
        drift=_drift(when, left, until),
        share=_share(when, left, scale),
        n_images=int(when.size),
        years=years,
    )


INDEX_LAYERS = ("b02", "b03", "b04", "b08", "b11")
"""Bands of the soil, vegetation and snow indices."""
SOIL_INDEX_BANDS = ("b02", "b04", "b08", "b11")
"""Bands of the bare soil index alone."""
COARSE_FACTOR = 4.0
"""Pixels of 10 m in one of b11: they share its light, and count as one (METHODS trap T13)."""
MIN_CLEAR_GROUND = 0.7
"""Share of the ground that must be clear (METHODS 6.2)."""
MAX_SNOW_INDEX = 0.2
"""Snow index of the ground above which the image is left out (METHODS 6.2)."""
INDEX_FLOOR = 0.005
"""Least standard error of an index over any ground: the calibration of one band against another
to about 1 percent."""
EPOCH = np.datetime64("1970-01-01")
DAY = np.timedelta64(1, "D")


def soil_index(b02: Floats, b04: Floats, b08: Floats, b11: Floats) -> Floats:
    """Bare soil index.

    Parameters
    ----------
    b02, b04, b08, b11 : ndarray
        Reflectance of blue, red, near and short-wave infrared.

    Returns
    -------
    ndarray
        ``((b11 + b04) - (b08 + b02)) / ((b11 + b04) + (b08 + b02))`` (METHODS 6.1), -1 to 1.

    Examples
    --------
    >>> band = [np.array([each], np.float32) for each in (0.1, 0.2, 0.2, 0.3)]
    >>> soil_index(*band).round(3).tolist()
    [0.25]
    """
    warm, cool = b11 + b04, b08 + b02
    total = warm + cool
    warm -= cool
    return np.divide(warm, total, out=warm, where=total > 0)


@dataclass(frozen=True)
class GroundObservation:
    """What one image says of one piece of ground."""

    time: np.datetime64
    """Acquisition, UTC."""
    item_id: str
    """Name of the scene."""
    bare: float
    """Mean bare soil index of the clear pixels, NaN when the image cannot tell."""
    error: float
    """Its standard error from pixel to pixel, NaN when the image cannot tell."""
    bright: float
    """Mean reflectance of the visible bands, NaN when the image cannot tell."""
    clear_share: float
    """Share of the ground that is clear, 0 to 1."""
    reason: str
    """Why the image cannot tell; empty when it can."""
    group: str
    """Sensor, orbit, direction and processor."""
    flags: tuple[str, ...] = ()
    """Those of the screening, and ``snow``."""
    screening_reason: str = ""
    """Why the clear-sky screening refused the image; empty where it passed."""

    def row(self) -> Observation:
        """Row of a line of evidence, unit ``refl``."""
        details = {"clear_share": self.clear_share, "bright": self.bright}
        if self.reason or self.screening_reason:
            return unclear_observation(
                self.time,
                self.reason,
                unit="refl",
                item_id=self.item_id,
                flags=self.flags,
                group=self.group,
                details=details,
                screening_reason=self.screening_reason,
            )
        reach = 1.645 * self.error
        return Observation(
            self.time, self.item_id, self.bare, self.bare - reach, self.bare + reach, "refl",
            1.0, 0.0, n.COUNTED, "", self.flags, self.group, details,
        )  # fmt: skip


def _mean(values: Floats) -> float:
    return float(values.mean(dtype=np.float64))


def _observed(frame: Frame, ground: Bools, pixels: int) -> GroundObservation:
    """Measure the index over the clear pixels of a window that holds the ground."""
    values = frame.values[:, ground]
    good = np.isfinite(values[0])
    for layer in values[1:]:
        good &= np.isfinite(layer)
    if frame.scl is not None:
        good &= ~hidden(frame.scl[ground])
    clear = float(np.count_nonzero(good)) / pixels
    nan = math.nan
    flags = () if frame.screening is None else frame.screening.flags

    def unclear(reason: str, *own: str) -> GroundObservation:
        return GroundObservation(
            frame.time, frame.item_id, nan, nan, nan, clear, reason, frame.group, (*flags, *own)
        )

    if clear < MIN_CLEAR_GROUND:
        return unclear(f"only {clear:.0%} of the ground is clear; {MIN_CLEAR_GROUND:.0%} is needed")
    if not good.all():
        values = values[:, good]
    bands = dict(zip(frame.layers, values, strict=True))
    if "b03" in bands:
        green, short = _mean(bands["b03"]), _mean(bands["b11"])
        if (green - short) / max(green + short, 1e-6) > MAX_SNOW_INDEX:
            return unclear("snow on the ground", SNOW)
    seen = [bands[word] for word in ("b02", "b03", "b04") if word in bands]
    bright = sum(_mean(each) for each in seen) / len(seen)
    index = soil_index(*(bands[word] for word in SOIL_INDEX_BANDS))
    several = max(index.size / COARSE_FACTOR, 1.0)
    error = math.hypot(float(index.std(dtype=np.float64)) / math.sqrt(several), INDEX_FLOOR)
    return GroundObservation(
        frame.time, frame.item_id, _mean(index), error, bright, clear, "", frame.group, flags
    )


def _refused(frame: Frame, ring: Bools | None) -> GroundObservation | None:
    """Row of an image of which the sky, or snow, hides the ground; None where it may be read."""
    nan = math.nan
    answer = frame.screening if ring is None else screen(frame, ring)
    if answer is None:
        return None
    reason = "" if ring is None or not answer.usable else ring_hidden(frame, ring)
    if answer.usable and SNOW in answer.flags:
        reason = SNOWED
    if answer.usable and not reason:
        return None
    return GroundObservation(
        frame.time, frame.item_id, nan, nan, nan, nan, reason, frame.group,
        answer.flags, answer.reason,
    )  # fmt: skip


def bare_soil_series(
    source: CubeSource,
    ground: npt.ArrayLike,
    *,
    ring: npt.ArrayLike | None = None,
    layers: tuple[str, ...] = INDEX_LAYERS,
) -> Iterator[GroundObservation]:
    """Measure in each image how bare a piece of ground is.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube of reflectance, lazy or not, or images in the order of time.
    ground : array_like of bool, dims (y, x)
        One object: a field, a row of pits. Its mean is followed, never a pixel.
    ring : array_like of bool, dims (y, x), optional
        Stable ground around it, which judges the sky; without it only the ground itself does.
    layers : tuple of str
        Bands; `SOIL_INDEX_BANDS` where green is missing, and then snow is not recognised by its
        colour.

    Yields
    ------
    GroundObservation
        One an image, with a reason where it cannot tell.

    Raises
    ------
    DataError
        As `iter_frames` and `check_mask`; and if
        a band of the index is missing from `layers`.
    """
    missing = [word for word in SOIL_INDEX_BANDS if word not in layers]
    if missing:
        message = f"layers {', '.join(layers)}: {', '.join(missing)} missing; the index needs them"
        raise DataError(message)
    window: Window | None = None
    for frame in iter_frames(source, layers=layers):
        if window is None:
            shape = (frame.values.shape[1], frame.values.shape[2])
            inside_mask = check_mask(ground, shape, what="ground")
            around = None if ring is None else check_mask(ring, shape, what="stable ring")
            window = bounding_window(inside_mask)
            inside, pixels = inside_mask[window], int(np.count_nonzero(inside_mask))
            wide = window if around is None else bounding_window(around)
        refused = _refused(frame.crop(wide), None if around is None else around[wide])
        yield refused or _observed(frame.crop(window), inside, pixels)


@dataclass(frozen=True, eq=False)
class GroundWorks:
    """When ground was laid bare, and what came after."""

    began: ChangeDate
    """The one change of the bare soil index."""
    segments: tuple[Segment, ...]
    """Stretches of one level, at most four, of the index less its season."""
    labels: tuple[str, ...]
    """What each stage is, by the sign of its change alone."""
    season: SeasonalCycle
    """What the years before show."""
    usable: int
    """Images of the study that could tell."""
    images: int
    """Images of the study."""


def _label(before: Segment, after: Segment, season: SeasonalCycle) -> str:
    """Label a stage by its sign only: 10 m pixels do not show what was done to the ground."""
    if after.value - before.value > 2.0 * season.drift:
        return "barer"
    if before.value - after.value > 2.0 * season.drift:
        return "surface changed again" if before.value > 2.0 * season.drift else "less bare"
    return "little changed"


def date_ground_works(
    observations: Iterable[GroundObservation], *, study: np.datetime64 | str, level: float = 0.9
) -> GroundWorks:
    """Date the beginning of works on a piece of ground, and split what followed into stages.

    Parameters
    ----------
    images : iterable of GroundObservation
        From `bare_soil_series`, times rising, two years before the study and more.
    study : numpy.datetime64 or str
        First day of the study. It must be chosen before the images are seen.
    level : float
        Stated coverage of the interval of the date.

    Returns
    -------
    GroundWorks
        A date interval that holds the gap between images; nothing is "filled" or "covered" here,
        which 10 m do not show.

    Raises
    ------
    DataError
        As `fit_seasonal_cycle` and `date_change`.
    """
    series = list(observations)
    days = np.array([(each.time - EPOCH) / DAY for each in series], float)
    values = np.array([each.bare for each in series], float)
    errors = np.array([each.error for each in series], float)
    since = check_day(study, what="study").astype("datetime64[D]")
    start = float((since - EPOCH) / DAY)
    usual = fit_seasonal_cycle(days, values, until=start)
    late = days >= start
    left = values[late] - usual.level(days[late])
    usable = np.isfinite(left)
    if np.count_nonzero(usable) < 2:
        message = (
            f"{np.count_nonzero(usable)} usable images of {left.size} in the study: no change can "
            "be dated; read more scenes"
        )
        raise DataError(message)
    when, left = days[late][usable], left[usable]
    # the season's spread holds the usual error of an image; an image half hidden errs by more
    usually = float(np.nanmedian(errors))
    more = np.maximum(errors[late][usable] ** 2 - usually**2, 0.0)
    scale = np.sqrt(usual.scale**2 + more)
    began = date_change(when, left, scale, drift=usual.drift, share=usual.share, level=level)
    parts = segments(when, left, scale, share=usual.share)
    names = ["as before", *(_label(a, b, usual) for a, b in itertools.pairwise(parts))]
    if abs(parts[0].value) > 2.0 * usual.drift + 2.0 * usual.scale / math.sqrt(parts[0].n_images):
        names[0] = "barer" if parts[0].value > 0 else "less bare"
    return GroundWorks(began, parts, tuple(names), usual, int(usable.sum()), int(late.sum()))
