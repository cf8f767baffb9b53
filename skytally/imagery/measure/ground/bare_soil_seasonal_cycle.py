"""Seasonal cycle of the bare-soil index, fitted before the study, with its noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from skytally.core import DataError
from skytally.imagery.measure.reference_level_and_spread_per_group import NORMAL_MAD

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
