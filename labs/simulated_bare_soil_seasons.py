"""Simulated years of a bare-soil index of one field through the seasons, with known truth."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skytally.core.errors_and_fault_lists import refuse

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

YEAR = 365.25
FIRST_DAY = 17_897.0
"""1 January 2019 in days since 1970-01-01, when every simulated series begins."""


@dataclass(frozen=True)
class Field:
    """Parameters of a simulated series; indices are bare-soil indices, times are days."""

    years: float = 5.6
    """Length of the series."""
    before: float = 4.0
    """Years before the study in which nothing is dug."""
    revisit: float = 2.5
    """Days between two passes."""
    clear: tuple[float, float] = (0.45, 0.2)
    """Share of clear passes in summer and in winter."""
    memory: float = 0.2
    """Correlation of the sky with itself five days later."""
    summer: float = -0.2
    """Index of the grown field."""
    winter: float = 0.0
    """Index of the bare or withered field."""
    level_spread: float = 0.012
    """Standard deviation of the level from year to year."""
    timing_spread: float = 8.0
    """Standard deviation of the season's start from year to year, days."""
    noise: float = 0.018
    """Standard deviation of one observation."""
    slow: float = 0.01
    """Standard deviation of what soil and haze leave for some days."""
    slow_days: float = 8.0
    """How long it stays."""
    odd: float = 0.05
    """Share of observations with thin cloud or shadow that was not masked."""
    odd_size: float = 0.08
    """Standard deviation of what it does."""
    snow: tuple[float, float] = (340.0, 75.0)
    """Days of the year between which snow may lie, over New Year."""
    snow_share: float = 0.4
    """Share of clear observations in that time with snow."""
    step: float = 0.15
    """Rise of the index when the ground is laid bare; 0 for no change."""
    ramp: float = 10.0
    """Days from the beginning of the works to the full rise."""
    squared: bool = False
    """Whether seasons switch suddenly and noise is of two kinds, not smooth and t-like."""

    def __post_init__(self) -> None:
        """Reject impossible parameters."""
        faults = [
            f"{word} is {getattr(self, word)}; give 0 to 1"
            for word in ("memory", "odd", "snow_share")
            if not 0 <= getattr(self, word) < 1
        ]
        if not 0 < self.before < self.years or self.revisit <= 0:
            faults.append(f"before {self.before}, years {self.years}: the study must lie within")
        refuse(faults, what="plan of a simulated field")


@dataclass(frozen=True, eq=False)
class FieldSeries:
    """A simulated series with its truth."""

    days: Floats
    """Times of the clear observations, days since 1970-01-01, dims (observation)."""
    values: Floats
    """Bare-soil index, dims (observation)."""
    snow: Floats
    """Snow index, dims (observation); above 0.4 there is snow."""
    study: float
    """First day of the study."""
    began: float
    """Day on which the works began, NaN where nothing is dug."""


def _clear(days: Floats, plan: Field, rng: np.random.Generator) -> Bools:
    """Draw which passes are cloud-free, from a sky with autocorrelation."""
    phase = np.cos(2.0 * np.pi * (days - FIRST_DAY - 196.0) / YEAR)
    share = plan.clear[1] + (plan.clear[0] - plan.clear[1]) * (1.0 + phase) / 2.0
    keep = plan.memory ** (plan.revisit / 5.0)
    clear = np.zeros(days.size, bool)
    state = rng.random() < share[0]
    for i in range(days.size):
        if rng.random() > keep:
            state = rng.random() < share[i]
        clear[i] = state
    return clear


def _season(days: Floats, plan: Field, rng: np.random.Generator) -> Floats:
    year = ((days - FIRST_DAY) // YEAR).astype(int)
    late = rng.normal(0.0, plan.timing_spread, year.max() + 1)[year]
    level = rng.normal(0.0, plan.level_spread, year.max() + 1)[year]
    of_year = (days - FIRST_DAY - late) % YEAR
    if plan.squared:
        up = 1.0 / (1.0 + np.exp(-(of_year - 115.0) / 8.0))
        down = 1.0 / (1.0 + np.exp(-(of_year - 285.0) / 12.0))
        grown = up - down
    else:
        grown = (
            np.clip((np.cos(2.0 * np.pi * (of_year - 200.0) / YEAR) + 1.0) / 2.0, 0.0, 1.0) ** 1.5
        )
    return plan.winter + (plan.summer - plan.winter) * grown + level


def field_series(plan: Field, rng: np.random.Generator) -> FieldSeries:
    """Simulate the clear observations of a field on which works may begin.

    Parameters
    ----------
    plan : Field
        Parameters of the series.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    FieldSeries
        The works begin at a random day between 60 days into the study and 60 before its end.
    """
    passes = FIRST_DAY + np.arange(0.0, plan.years * YEAR, plan.revisit)
    passes = passes + rng.uniform(0.0, 0.2, passes.size)
    days = passes[_clear(passes, plan, rng)]
    values = _season(days, plan, rng)
    gaps = np.exp(-np.diff(days, prepend=days[0] - 1e3) / plan.slow_days)
    slow = np.zeros(days.size)
    for i in range(days.size):
        kept = gaps[i] * (slow[i - 1] if i else 0.0)
        slow[i] = kept + rng.normal(0.0, plan.slow * math.sqrt(1.0 - gaps[i] ** 2))
    own = rng.normal(0.0, plan.noise, days.size)
    if plan.squared:
        own *= np.where(rng.random(days.size) < 0.3, 1.6, 0.6)
    odd = np.where(rng.random(days.size) < plan.odd, rng.normal(0.0, plan.odd_size, days.size), 0.0)
    study = FIRST_DAY + plan.before * YEAR
    began = rng.uniform(study + 60.0, passes[-1] - 60.0) if plan.step else math.nan
    if plan.step:
        part = np.clip((days - began) / max(plan.ramp, 1e-6), 0.0, 1.0)
        values = values + plan.step * part
    of_year = (days - FIRST_DAY) % YEAR
    wintry = (of_year > plan.snow[0]) | (of_year < plan.snow[1])
    lies = wintry & (rng.random(days.size) < plan.snow_share)
    values = np.where(lies, -0.35, values) + slow + own + odd
    return FieldSeries(days, values, np.where(lies, 0.6, -0.3), float(study), float(began))
