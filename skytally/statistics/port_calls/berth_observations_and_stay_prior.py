"""Observations of a berth, one a day, and what is known of the mean length of stay."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from skytally.core import DataError, evidence_line_name_constants as n, refuse
from skytally.statistics.argument_checks import check_level, length_faults
from skytally.statistics.estimate import Estimate

if TYPE_CHECKING:
    import xarray as xr

Floats = npt.NDArray[np.float64]
DRAWS = 4000
"""Draws behind each interval."""
WIDEST = 5.0
"""Largest spread of a stay: a factor of 150 either way, which no source leaves open."""


@dataclass(frozen=True)
class BerthObservations:
    """Observations of one port; days are counted from the start of the period."""

    days: Floats
    """Time of each look in days, rising, dims (look)."""
    seen: Floats
    """1 a ship seen, 0 looked and nothing seen, NaN looked and could not tell, dims (look)."""
    length: float
    """Length of the period in days."""

    def __post_init__(self) -> None:
        """Refuse observations that contradict each other or the period."""
        refuse(_look_faults(self), what="looks at a port")

    @property
    def usable(self) -> int:
        """Number of looks from which one can tell."""
        return int(np.isfinite(self.seen).sum())

    def told(self) -> tuple[Floats, Floats]:
        """Days and outcomes of the usable observations, dims (observation)."""
        keep = np.isfinite(self.seen)
        return self.days[keep], self.seen[keep]


def _look_faults(looks: BerthObservations) -> Iterable[str]:
    days, seen = looks.days, looks.seen
    if days.shape != seen.shape or days.ndim != 1:
        yield f"days {days.shape} and seen {seen.shape} differ in shape; give one entry a look"
        return
    yield from length_faults(looks.length)
    if not np.all(np.isfinite(days)):
        yield "a look without a day; leave out looks whose day is not known"
    elif days.size and (days[0] < 0 or days[-1] > looks.length or np.any(np.diff(days) < 0)):
        yield f"looks from day {days[0]:g} to {days[-1]:g}; sort them and keep to the period"
    if not np.all(np.isnan(seen) | (seen == 0) | (seen == 1)):
        yield "seen holds other values than 1, 0 and NaN; give whether a ship was seen"


@dataclass(frozen=True)
class Dwell:
    """What is known of the mean stay at the berth: a lognormal law."""

    median: float
    """Median of the mean stay, in days."""
    spread: float
    """Standard deviation of its logarithm: 0.2 means known to about 20 percent."""

    def __post_init__(self) -> None:
        """Refuse a length of stay that is not positive and finite."""
        if not (0 < self.median < math.inf and 0 <= self.spread <= WIDEST):
            message = (
                f"stay of {self.median} days, spread {self.spread}; "
                f"give a median above 0 and a spread from 0 to {WIDEST:g}"
            )
            raise DataError(message)

    @classmethod
    def between(cls, low: float, high: float, *, level: float = 0.9) -> Dwell:
        """Take a published range of the mean stay as its central interval.

        Parameters
        ----------
        low, high : float
            Ends of the range in days.
        level : float
            Share of the belief that lies inside it.

        Raises
        ------
        DataError
            If the ends are not positive or are the wrong way round, the level is not between
            0 and 1, or range and level together leave the stay open by more than `WIDEST`.

        Examples
        --------
        >>> round(Dwell.between(1.6, 3.6).median, 3)
        2.4
        """
        if not 0 < low <= high < math.inf:
            message = f"stay between {low} and {high} days; give two positive ends, the lower first"
            raise DataError(message)
        check_level(level, what=f"stay between {low} and {high} days")
        reach = special.ndtri((1 + level) / 2)
        return cls(median=math.sqrt(low * high), spread=math.log(high / low) / (2 * reach))

    def draws(self, size: int, rng: np.random.Generator) -> Floats:
        """Draw mean stays in days, dims (draw)."""
        return self.median * np.exp(self.spread * rng.standard_normal(size))


def berth_observations_of(
    line: xr.Dataset, *, period: tuple[pd.Timestamp, pd.Timestamp]
) -> BerthObservations:
    """Turn a line of ship sightings into looks, one a day.

    Parameters
    ----------
    line : xarray.Dataset, dims (time)
        Ships at one port by one counter; ``state`` tells seen, nothing seen and unclear.
    period : tuple of pandas.Timestamp
        First and last day, both included.

    Returns
    -------
    BerthObservations
        The rows known to the day and inside the period, at noon. Several rows of one day are
        one image: a ship seen outweighs nothing seen, which outweighs could not tell.

    Raises
    ------
    DataError
        If the period is reversed.
    """
    first, last = (pd.Timestamp(each).normalize() for each in period)
    length = (last - first).days + 1
    ends = line[n.TIME_BOUNDS].to_numpy()
    state, value = line[n.STATE].to_numpy(), line[n.VALUE].to_numpy()
    one_day = ends[:, 1] - ends[:, 0] <= np.timedelta64(1, "D")
    day = (ends[:, 0] - np.datetime64(first)) / np.timedelta64(1, "D")
    keep = one_day & (day >= 0) & (day < length) & (state != n.STATED)
    ship = (state == n.SOMETHING_SEEN) | ((state == n.COUNTED) & (value > 0))
    none = (state == n.NOTHING_SEEN) | ((state == n.COUNTED) & (value == 0))
    seen = pd.Series(np.where(ship, 1.0, np.where(none, 0.0, np.nan))[keep])
    by_day = seen.groupby(np.floor(day[keep])).max()
    return BerthObservations(
        by_day.index.to_numpy(dtype=float) + 0.5, by_day.to_numpy(dtype=float), float(length)
    )


def estimate_of(value: float, draws: Floats, unit: str, level: float, method: str) -> Estimate:
    """Estimate of a value with the central interval of its draws, widened to contain the value."""
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(value, min(float(low), value), max(float(high), value), unit, level, method)
