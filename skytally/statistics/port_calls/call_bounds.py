"""Observations of a berth, lengths of stay, and the fewest and most calls that they allow."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from scipy import stats

from skytally.core import DataError, names as n, refuse
from skytally.statistics.argument_checks import (
    check_chances,
    check_level,
    length_faults,
    whole_faults,
)
from skytally.statistics.estimate import Estimate

Floats = npt.NDArray[np.float64]
DRAWS = 4000
"""Draws behind each interval."""
WIDEST = 5.0
"""Largest spread of a stay: a factor of 150 either way, which no source leaves open."""
SHORTEST = 0.04
"""Shortest stay in days, an hour: no ship is loaded in less."""


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
        reach = stats.norm.ppf((1 + level) / 2)
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
        one look: a ship seen outweighs nothing seen, which outweighs could not tell.

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


def _runs(seen: Floats) -> list[tuple[float, int]]:
    """Group usable looks into (seen, looks) runs."""
    ends = np.flatnonzero(np.diff(seen)) + 1
    return [(float(part[0]), part.size) for part in np.split(seen, ends) if part.size]


def _coverable(sizes: Iterable[int], errors: float) -> int:
    """Count how many runs so many errors could make up, shortest first."""
    return int(np.sum(np.cumsum(sorted(sizes)) <= errors))


def fewest_calls(
    looks: BerthObservations, *, p_detect: float = 1.0, p_false: float = 0.0, level: float = 0.95
) -> Estimate:
    """Fewest calls that explain the observations.

    Parameters
    ----------
    looks : BerthObservations
        Observations of one port.
    p_detect, p_false : float
        Chance of a sighting with a ship, and without one. With 1 and 0 every sighting and
        every absence is taken at its word and the bound holds always.
    level : float
        Probability with which the bound holds when looks may err.

    Returns
    -------
    Estimate
        In calls that touch the period: `low` is the bound, `high` is infinite, `value` NaN.

    Raises
    ------
    DataError
        If the chances tell nothing, or the level is not between 0 and 1.

    Notes
    -----
    Each run of sightings ended by a usable absence is a call of its own; a look that could
    not tell breaks nothing. When looks may err, the runs that the errors expected at `level`
    could have made are taken away: false splits first where absences are fewest, false runs
    where sightings are fewest.

    Examples
    --------
    >>> seen = np.array([1.0, np.nan, 1.0, 0.0, 1.0])
    >>> fewest_calls(BerthObservations(np.arange(5.0), seen, 5.0)).low
    2.0
    """
    check_chances(p_detect, p_false)
    check_level(level, what="fewest calls")
    _, seen = looks.told()
    runs = _runs(seen)
    bound = sum(ship > 0 for ship, _ in runs)
    sure = p_detect == 1 and p_false == 0
    if not sure and bound:
        present, absent = seen.sum(), seen.size - seen.sum()
        tail = 1 - (1 - level) / 2
        misses = stats.binom.ppf(tail, math.ceil(present / p_detect), 1 - p_detect)
        false = stats.binom.ppf(tail, math.ceil(absent / (1 - p_false)), p_false)
        between = [size for ship, size in runs[1:-1] if ship == 0]
        bound -= _coverable(between, misses)
        bound -= _coverable([size for ship, size in runs if ship], false)
        bound = max(bound, 0)
    return Estimate(
        math.nan,
        float(bound),
        math.inf,
        "calls",
        1.0 if sure else level,
        "runs of sightings, each ended by a usable absence",
    )


def most_calls(
    looks: BerthObservations,
    *,
    ships: int,
    load_days: float,
    cycle_days: float,
    trust_absence: bool = True,
) -> Estimate:
    """Most calls that fit between the observations.

    Parameters
    ----------
    looks : BerthObservations
        Observations of one port.
    ships : int
        Ships that could be on the route.
    load_days : float
        Shortest stay in days.
    cycle_days : float
        Shortest time in days from one arrival of a ship to its next: two transits, two stays.
    trust_absence : bool
        Whether a usable look without a ship rules out a stay at that moment.

    Returns
    -------
    Estimate
        In calls that touch the period: `high` is the bound, `low` the bound of
        `fewest_calls` where absences are trusted (else 0), `value` NaN; level 1.

    Raises
    ------
    DataError
        If there is no ship, a stay is no time, the cycle is shorter than a stay, or more
        calls were seen than fit.

    Notes
    -----
    One ship calls as early as it can, each stay clear of every trusted absence; no other
    order of stays holds more. The result is that number times `ships`, and is usually far
    too wide to be of use.

    Examples
    --------
    >>> nothing = BerthObservations(np.empty(0), np.empty(0), 10.0)
    >>> most_calls(nothing, ships=1, load_days=0.5, cycle_days=2.0).high
    6.0
    """
    faults = list(whole_faults(ships=ships, most=1000))
    if not SHORTEST <= load_days <= cycle_days < math.inf:
        faults.append(
            f"stays of {load_days} d, cycle of {cycle_days} d; "
            "give a stay of an hour or more and a cycle no shorter than a stay"
        )
    refuse(faults, what="most calls")
    days, seen = looks.told()
    empty = days[seen == 0] if trust_absence else np.empty(0)
    arrive, fit = -load_days, 0
    while True:
        last = int(np.searchsorted(empty, arrive + load_days, side="right")) - 1
        if last >= 0 and empty[last] >= arrive:
            arrive = math.nextafter(float(empty[last]), math.inf)
            continue
        if arrive > looks.length:
            break
        fit, arrive = fit + 1, arrive + cycle_days
    low = fewest_calls(looks).low if trust_absence else 0.0
    if low > fit * ships:
        message = (
            f"{low:g} calls were seen but at most {fit * ships} fit {ships} ships with a cycle of "
            f"{cycle_days} d; allow more ships or a shorter cycle"
        )
        raise DataError(message)
    return Estimate(math.nan, low, float(fit * ships), "calls", 1.0, "as many stays as fit")
