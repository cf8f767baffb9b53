"""Port calls from gappy looks: bounds, Little's law, a semi-Markov route, the share missed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from scipy import stats

from skytally import names as n
from skytally.checks import DataError, refuse
from skytally.statistics.estimate import Estimate

Floats = npt.NDArray[np.float64]

BLOCK_DAYS = 14.0
"""Length of a bootstrap block in days: longer than a stay, so that stays are kept whole."""
FEWEST_BLOCKS = 4
"""Blocks below which the bootstrap is not used: their scatter would be too uncertain itself."""
DWELL_SHAPE = 4.0
"""Shape of the Gamma law of single stays: their spread is half their mean."""
DRAWS = 4000
"""Draws behind each interval."""
STAY_STAGES = 2
"""Stages of a stay in the semi-Markov route (an Erlang-2 law)."""
SHORTEST_WAIT = 0.05
"""Shortest mean wait away from both ports that the semi-Markov route tries, in days."""
MOST_SHIPS = 4
"""Most ships the semi-Markov route follows at once."""
CALL_SCATTER = 0.85
"""Scatter of a share of calls over that of independent ones: a ship's calls keep their distance,
so fewer of them fall into one gap; found on simulated routes."""
PROFILE_SHARE = 0.85
"""Part of the chi-squared drop at which the profile of the semi-Markov route is cut: its stays
scatter more than Gamma stays of shape 4, so the full drop covers more often than it says."""


@dataclass(frozen=True)
class Looks:
    """Looks at one port; days are counted from the start of the period."""

    days: Floats
    """Time of each look in days, rising, dims (look)."""
    seen: Floats
    """1 a ship seen, 0 looked and nothing seen, NaN looked and could not tell, dims (look)."""
    length: float
    """Length of the period in days."""

    def __post_init__(self) -> None:
        """Refuse looks that contradict themselves or the period."""
        refuse(_look_faults(self), what="looks at a port")

    @property
    def usable(self) -> int:
        """Number of looks from which one can tell."""
        return int(np.isfinite(self.seen).sum())

    def told(self) -> tuple[Floats, Floats]:
        """Give the days and the sightings of the usable looks, dims (look)."""
        keep = np.isfinite(self.seen)
        return self.days[keep], self.seen[keep]


def _look_faults(looks: Looks) -> Iterable[str]:
    days, seen = looks.days, looks.seen
    if days.shape != seen.shape or days.ndim != 1:
        yield f"days {days.shape} and seen {seen.shape} differ in shape; give one entry a look"
        return
    if not 0 < looks.length < math.inf:
        yield f"the period is {looks.length} days long; give its length in days"
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
        """Refuse a stay that is no length of time."""
        if not (0 < self.median < math.inf and 0 <= self.spread < math.inf):
            message = (
                f"stay of {self.median} days, spread {self.spread}; "
                "give a median above 0 and a spread of 0 or more"
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
            If the ends are not positive or are the wrong way round.

        Examples
        --------
        >>> round(Dwell.between(1.6, 3.6).median, 3)
        2.4
        """
        if not 0 < low <= high < math.inf:
            message = f"stay between {low} and {high} days; give two positive ends, the lower first"
            raise DataError(message)
        reach = stats.norm.ppf((1 + level) / 2)
        return cls(median=math.sqrt(low * high), spread=math.log(high / low) / (2 * reach))

    def draws(self, size: int, rng: np.random.Generator) -> Floats:
        """Draw mean stays in days, dims (draw)."""
        return self.median * np.exp(self.spread * rng.standard_normal(size))


@dataclass(frozen=True)
class Calls:
    """Port calls by Little's law, with what they rest on."""

    calls: Estimate
    """Calls in the period."""
    presence: Estimate
    """Share of the period with a ship at the berth: the only part independent of `dwell`."""
    ships: Estimate
    """Mean number of ships at the berth."""
    dwell: Dwell
    """The prior of the stay."""
    usable: int
    """Usable looks."""
    effective: float
    """Independent looks that would tell as much as the usable ones."""


def looks_of(line: xr.Dataset, *, period: tuple[pd.Timestamp, pd.Timestamp]) -> Looks:
    """Turn a line of ship sightings into looks, one a day.

    Parameters
    ----------
    line : xarray.Dataset, dims (time)
        Ships at one port by one counter; ``state`` tells seen, nothing seen and unclear.
    period : tuple of pandas.Timestamp
        First and last day, both included.

    Returns
    -------
    Looks
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
    return Looks(
        by_day.index.to_numpy(dtype=float) + 0.5, by_day.to_numpy(dtype=float), float(length)
    )


def _check_chances(p_detect: float, p_false: float) -> None:
    if not 0 <= p_false < p_detect <= 1:
        message = (
            f"detection {p_detect}, false alarm {p_false}; "
            "give probabilities with detection above false alarm"
        )
        raise DataError(message)


def _runs(seen: Floats) -> list[tuple[float, int]]:
    """Group usable looks into (seen, looks) runs."""
    ends = np.flatnonzero(np.diff(seen)) + 1
    return [(float(part[0]), part.size) for part in np.split(seen, ends) if part.size]


def _coverable(sizes: Iterable[int], errors: float) -> int:
    """Count how many runs so many errors could make up, shortest first."""
    return int(np.sum(np.cumsum(sorted(sizes)) <= errors))


def fewest_calls(
    looks: Looks, *, p_detect: float = 1.0, p_false: float = 0.0, level: float = 0.95
) -> Estimate:
    """Give the number of calls below which the looks cannot be explained.

    Parameters
    ----------
    looks : Looks
        Looks at one port.
    p_detect, p_false : float
        Chance of a sighting with a ship, and without one. With 1 and 0 every sighting and
        every absence is taken at its word and the bound holds always.
    level : float
        Probability with which the bound holds when looks may err.

    Returns
    -------
    Estimate
        In calls that touch the period: `low` is the bound, `high` is infinite, `value` NaN.

    Notes
    -----
    Each run of sightings ended by a usable absence is a call of its own; a look that could
    not tell breaks nothing. When looks may err, the runs that the errors expected at `level`
    could have made are taken away: false splits first where absences are fewest, false runs
    where sightings are fewest.

    Examples
    --------
    >>> seen = np.array([1.0, np.nan, 1.0, 0.0, 1.0])
    >>> fewest_calls(Looks(np.arange(5.0), seen, 5.0)).low
    2.0
    """
    _check_chances(p_detect, p_false)
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
    looks: Looks,
    *,
    ships: int,
    load_days: float,
    cycle_days: float,
    trust_absence: bool = True,
) -> Estimate:
    """Give the most calls that fit between the looks.

    Parameters
    ----------
    looks : Looks
        Looks at one port.
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
    >>> nothing = Looks(np.empty(0), np.empty(0), 10.0)
    >>> most_calls(nothing, ships=1, load_days=0.5, cycle_days=2.0).high
    6.0
    """
    if ships < 1 or not 0 < load_days <= cycle_days < math.inf:
        message = (
            f"{ships} ships, stays of {load_days} d, cycle of {cycle_days} d; "
            "give one ship or more and a cycle no shorter than a stay"
        )
        raise DataError(message)
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


def _presence(rate: npt.ArrayLike, p_detect: float, p_false: float) -> Floats:
    return np.clip((np.asarray(rate, dtype=float) - p_false) / (p_detect - p_false), 0.0, 1.0)


def _ships(presence: npt.ArrayLike, berths: int) -> Floats:
    """Mean ships at the berth where each of the berths is taken on its own."""
    return berths * (1 - (1 - np.asarray(presence, dtype=float)) ** (1 / berths))


def _spacing_effect(usable: int, length: float, share: float, dwell: float) -> float:
    """Over-dispersion of evenly spaced looks at a berth that changes at exponential times."""
    if usable < 2:
        return 1.0
    rho = math.exp(-(length / usable) / (dwell * max(1 - share, 0.1)))
    return (1 + rho) / (1 - rho)


def _block_effect(looks: Looks, block_days: float, rng: np.random.Generator) -> float | None:
    """Over-dispersion by a circular block bootstrap over time, None where it cannot tell."""
    days, seen = looks.told()
    share = seen.mean()
    blocks = round(looks.length / block_days)
    if share in (0.0, 1.0) or blocks < FEWEST_BLOCKS:
        return None
    block = looks.length / blocks
    starts = rng.uniform(0, looks.length, (DRAWS // 4, blocks))
    twice = np.concatenate([days, days + looks.length])
    total = np.concatenate([[0.0], np.cumsum(np.concatenate([seen, seen]))])
    first, last = np.searchsorted(twice, starts), np.searchsorted(twice, starts + block)
    count = (last - first).sum(axis=1)
    drawn = (total[last] - total[first]).sum(axis=1)[count > 0] / count[count > 0]
    spread = drawn.var() * blocks / (blocks - 1)
    return float(spread / (share * (1 - share) / seen.size))


def _interval(value: float, draws: Floats, unit: str, level: float, method: str) -> Estimate:
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(value, min(float(low), value), max(float(high), value), unit, level, method)


def _little(
    seen: float,
    usable: int,
    length: float,
    *,
    effect: float,
    dwell: Dwell,
    p_detect: float,
    p_false: float,
    berths: int,
    level: float,
    rng: np.random.Generator,
    how: str,
) -> Calls:
    effective = usable / max(effect, 1.0)
    hits = seen / usable * effective
    rate = rng.beta(hits + 0.5, effective - hits + 0.5, DRAWS)
    presence = _presence(rate, p_detect, p_false)
    ships = _ships(presence, berths)
    point = float(_presence(seen / usable, p_detect, p_false))
    mean_ships = float(_ships(point, berths))
    value = length * mean_ships / dwell.median
    calls = length * ships / dwell.draws(DRAWS, rng)
    return Calls(
        calls=_interval(value, calls, "calls", level, f"Little's law, {how}"),
        presence=_interval(point, presence, "p", level, f"share of usable looks, {how}"),
        ships=_interval(mean_ships, ships, "ships", level, f"{berths} berths, {how}"),
        dwell=dwell,
        usable=usable,
        effective=effective,
    )


def _check_setting(length: float, berths: int, level: float) -> None:
    if not 0 < length < math.inf or berths < 1 or not 0 < level < 1:
        message = (
            f"period of {length} days, {berths} berths, level {level}; "
            "give a length, one berth or more and a level between 0 and 1"
        )
        raise DataError(message)


def calls_from_looks(
    looks: Looks,
    *,
    dwell: Dwell,
    seed: int,
    p_detect: float = 1.0,
    p_false: float = 0.0,
    berths: int = 1,
    block_days: float = BLOCK_DAYS,
    level: float = 0.9,
) -> Calls:
    """Estimate port calls by Little's law from a series of looks.

    Parameters
    ----------
    looks : Looks
        Looks at one port.
    dwell : Dwell
        What is known of the mean stay.
    seed : int
        Seed of the bootstrap and the draws.
    p_detect, p_false : float
        Chance that a usable look shows a ship with one there, and with none.
    berths : int
        Berths that share the sightings; with 2, a look that shows "a ship" may show two.
    block_days : float
        Length of a bootstrap block in days.
    level : float
        Coverage of the intervals.

    Returns
    -------
    Calls
        Calls begun in the period, presence and mean ships, each with its interval.

    Raises
    ------
    DataError
        If no look is usable, or a probability, berth, level or block makes no sense.

    Notes
    -----
    V = T L / W with period T, mean ships L and mean stay W (Little's law). Presence is
    (share - p_false) / (p_detect - p_false); with b berths L = b (1 - (1 - presence)^(1/b)).
    The usable looks are worth n / d independent ones, where d, at least 1, is the variance of
    the share in the block bootstrap over that of independent looks. With fewer than 4 blocks
    or looks all alike, d is that of evenly spaced looks at a berth whose stays are
    exponential. Presence is drawn from the Jeffreys posterior at that size, so that looks all
    alike keep an interval, and the stay from its prior. No revisit finer than a call is needed.

    References
    ----------
    Little, J. D. C. (1961). A proof for the queuing formula L = lambda W.
    Operations Research 9(3), 383-387. doi:10.1287/opre.9.3.383
    """
    _check_chances(p_detect, p_false)
    _check_setting(looks.length, berths, level)
    if looks.usable == 0:
        message = f"none of {looks.days.size} looks is usable; there is no share of days to use"
        raise DataError(message)
    if not 0 < block_days < math.inf:
        message = f"bootstrap block of {block_days} days; give a length above 0"
        raise DataError(message)
    rng = np.random.default_rng(seed)
    _, seen = looks.told()
    share = float(seen.mean())
    effect = _block_effect(looks, block_days, rng)
    how = f"bootstrap in blocks of {block_days:g} days"
    if effect is None:
        effect = _spacing_effect(looks.usable, looks.length, share, dwell.median)
        how = f"over-dispersion {effect:.2f}"
    return _little(
        float(seen.sum()),
        looks.usable,
        looks.length,
        effect=effect,
        dwell=dwell,
        p_detect=p_detect,
        p_false=p_false,
        berths=berths,
        level=level,
        rng=rng,
        how=how,
    )


def calls_from_share(
    seen: int,
    usable: int,
    *,
    length: float,
    dwell: Dwell,
    seed: int,
    p_detect: float = 1.0,
    p_false: float = 0.0,
    berths: int = 1,
    over_dispersion: float | None = None,
    level: float = 0.9,
) -> Calls:
    """Estimate port calls by Little's law where only "k of n looks with a ship" is published.

    Parameters
    ----------
    seen, usable : int
        Usable looks with a ship, and all usable looks.
    length : float
        Length of the period in days.
    dwell : Dwell
        What is known of the mean stay; `Dwell.between` takes a published range.
    seed : int
        Seed of the draws.
    p_detect, p_false, berths, level
        As for `calls_from_looks`.
    over_dispersion : float, optional
        Variance of the share over that of independent looks. Unless given, that of evenly
        spaced looks at a berth whose stays are exponential.

    Returns
    -------
    Calls
        As for `calls_from_looks`.

    Raises
    ------
    DataError
        If no look is usable, more looks show a ship than there are, or a setting makes no
        sense.

    Examples
    --------
    >>> made = calls_from_share(45, 100, length=200.0, dwell=Dwell(3.0, 0.2), seed=1)
    >>> round(made.calls.value, 6)
    30.0
    """
    _check_chances(p_detect, p_false)
    _check_setting(length, berths, level)
    if not 0 <= seen <= usable or usable < 1:
        message = f"a ship on {seen} of {usable} usable looks; give 0 <= seen <= usable, usable > 0"
        raise DataError(message)
    effect = over_dispersion
    if effect is None:
        effect = _spacing_effect(usable, length, seen / usable, dwell.median)
    if not 1 <= effect < math.inf:
        message = f"over-dispersion {effect}; give 1 (independent looks) or more"
        raise DataError(message)
    return _little(
        float(seen),
        usable,
        length,
        effect=effect,
        dwell=dwell,
        p_detect=p_detect,
        p_false=p_false,
        berths=berths,
        level=level,
        rng=np.random.default_rng(seed),
        how=f"over-dispersion {effect:.2f}",
    )


def calls_by_dwell(
    seen: int, usable: int, *, length: float, dwells: Sequence[float], seed: int, **setting: float
) -> pd.DataFrame:
    """Tabulate the estimated calls against the stay, each stay taken as known.

    A reader who holds another stay reads off another number: the published stay was itself
    worked out from published numbers of calls, and with it the estimate only re-states them.

    Parameters
    ----------
    seen, usable : int
        Usable looks with a ship, and all usable looks.
    length : float
        Length of the period in days.
    dwells : sequence of float
        Mean stays in days.
    seed : int
        Seed of the draws.
    **setting
        Any further setting of `calls_from_share`.

    Returns
    -------
    pandas.DataFrame
        Columns ``dwell`` (days), ``value``, ``low``, ``high`` (calls).
    """
    rows = []
    for dwell in dwells:
        prior = Dwell(dwell, 0.0)
        calls = calls_from_share(
            seen,
            usable,
            length=length,
            dwell=prior,
            seed=seed,
            **setting,  # type: ignore[arg-type]
        ).calls
        rows.append({"dwell": dwell, "value": calls.value, "low": calls.low, "high": calls.high})
    return pd.DataFrame(rows)


def _clear(looks: npt.ArrayLike, p_clear: npt.ArrayLike) -> tuple[Floats, Floats]:
    days = np.asarray(looks, dtype=float)
    clear = np.asarray(p_clear, dtype=float)
    sound = days.ndim == 1 and days.size and np.all(np.isfinite(days))
    if not sound or clear.shape not in ((), days.shape) or not np.all((clear >= 0) & (clear <= 1)):
        message = (
            f"schedule of {days.size} looks, p_clear of shape {clear.shape}; give at least one "
            "known day and a chance from 0 to 1, one for all looks or one a look"
        )
        raise DataError(message)
    order = np.argsort(days, kind="stable")
    return days[order], np.broadcast_to(clear, days.shape)[order]


def share_missed(
    dwell: float,
    looks: npt.ArrayLike,
    p_clear: npt.ArrayLike,
    *,
    period: tuple[float, float] | None = None,
) -> float:
    """Give the share of calls of one length that no clear look falls into.

    Parameters
    ----------
    dwell : float
        Length of the call in days.
    looks : array_like, dims (look)
        Days of the looks of the actual schedule, clear or not.
    p_clear : float or array_like, dims (look)
        Chance that a look can tell; 1 and 0 where it is known which could. Multiply it by
        the detection probability where that is below 1.
    period : tuple of float, optional
        First and last day of arrival; calls arrive evenly between them. Unless given, the
        calls that lie between the first look and the last or, where no call fits between
        them, those that touch a look.

    Returns
    -------
    float
        Probability between 0 and 1, exact for the schedule: the mean over the arrival time of
        the product of 1 - p_clear over the looks inside the call.

    Raises
    ------
    DataError
        If there is no look, a chance is none, the call has no length or the period none.

    Examples
    --------
    >>> round(share_missed(2.0, np.arange(0, 371, 5), 0.4, period=(0.0, 365.0)), 3)
    0.84
    """
    days, clear = _clear(looks, p_clear)
    spanned = days[-1] - days[0] > dwell
    first, last = period or (
        (days[0], days[-1] - dwell) if spanned else (days[0] - dwell, days[-1])
    )
    if not (0 < dwell < math.inf and first < last):
        message = (
            f"calls of {dwell} days arriving from day {first} to {last}; "
            "give a length above 0 and a period that is no shorter than nothing"
        )
        raise DataError(message)
    edges = np.unique(np.clip(np.concatenate([days - dwell, days, [first, last]]), first, last))
    middle, width = (edges[1:] + edges[:-1]) / 2, np.diff(edges)
    start = np.searchsorted(days, middle)
    end = np.searchsorted(days, middle + dwell)
    sure = np.concatenate([[0], np.cumsum(clear == 1)])
    logs = np.concatenate([[0.0], np.cumsum(np.log1p(-np.where(clear == 1, 0.0, clear)))])
    missed = np.where(sure[end] > sure[start], 0.0, np.exp(logs[end] - logs[start]))
    return float(np.sum(missed * width) / (last - first))


def missed_by_dwell(
    looks: npt.ArrayLike,
    p_clear: npt.ArrayLike,
    *,
    dwells: Sequence[float] = (1.0, 2.0, 3.0, 5.0, 10.0),
    period: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """Tabulate the share of calls missed against their length.

    Parameters
    ----------
    looks, p_clear, period
        As for `share_missed`.
    dwells : sequence of float
        Lengths of calls in days.

    Returns
    -------
    pandas.DataFrame
        Columns ``dwell`` (days) and ``missed`` (probability).
    """
    missed = [share_missed(dwell, looks, p_clear, period=period) for dwell in dwells]
    return pd.DataFrame({"dwell": list(dwells), "missed": missed})


def calls_missed(
    looks: npt.ArrayLike,
    p_clear: npt.ArrayLike,
    *,
    dwell: Dwell,
    calls: int,
    period: tuple[float, float],
    seed: int,
    level: float = 0.9,
) -> Estimate:
    """Estimate the share of calls that no clear look fell into, with its interval.

    Parameters
    ----------
    looks, p_clear
        As for `share_missed`.
    dwell : Dwell
        What is known of the mean stay; single stays follow a Gamma law of shape 4 about it.
    calls : int
        About how many calls there were: the fewer, the more their share is left to chance.
    period : tuple of float
        First and last day of arrival.
    seed : int
        Seed of the draws.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        Probability.

    Raises
    ------
    DataError
        As `share_missed`, or if there are no calls to miss.
    """
    if calls < 1 or not 0 < level < 1:
        message = f"{calls} calls, level {level}; give one call or more, a level between 0 and 1"
        raise DataError(message)
    rng = np.random.default_rng(seed)
    shape = stats.gamma(DWELL_SHAPE, scale=1 / DWELL_SHAPE).ppf((np.arange(24) + 0.5) / 24)
    means = np.concatenate([[dwell.median], dwell.draws(DRAWS, rng)])
    grid = np.geomspace(shape[0] * means.min(), shape[-1] * means.max(), 64)
    table = [share_missed(each, looks, p_clear, period=period) for each in grid]
    share = np.interp(np.log(means[:, None] * shape), np.log(grid), table).mean(axis=1)
    share = np.clip(share, 0.0, 1.0)
    scatter = (rng.binomial(calls, share[1:]) + rng.uniform(-0.5, 0.5, DRAWS)) / calls - share[1:]
    drawn = np.clip(share[1:] + CALL_SCATTER * scatter, 0.0, 1.0)
    return _interval(float(share[0]), drawn, "p", level, "calls between the looks of the schedule")


@dataclass(frozen=True)
class _Route:
    """A grid of semi-Markov routes, dims (route)."""

    dwell: Floats
    wait: Floats
    transit: float


def _generators(route: _Route) -> Floats:
    """Rates between the stages of one ship's round trip, dims (route, from, to)."""
    size = route.dwell.size
    stay = STAY_STAGES / route.dwell
    sail = np.full(size, 1 / route.transit)
    around = [stay] * STAY_STAGES + [sail] + [stay] * STAY_STAGES + [sail, 1 / route.wait]
    stages = len(around)
    rates = np.zeros((size, stages, stages))
    for i, rate in enumerate(around):
        rates[:, i, i] -= rate
        rates[:, i, (i + 1) % stages] += rate
    return rates


def _everywhere(ships: int, stages: int, at: range) -> npt.NDArray[np.bool_]:
    """Mark the joint states with a ship at a port, dims (stage of ship 1, of ship 2, ...)."""
    here = np.isin(np.arange(stages), at)
    present = np.zeros((stages,) * ships, dtype=bool)
    for axis in range(ships):
        present |= here.reshape([-1 if i == axis else 1 for i in range(ships)])
    return present


def _log_likelihood(
    route: _Route,
    events: list[tuple[float, int, float]],
    *,
    ships: int,
    p_detect: float,
    p_false: float,
) -> Floats:
    """Filter the looks forward through their uneven times, dims (route)."""
    rates = _generators(route)
    size, stages, _ = rates.shape
    values, vectors = np.linalg.eig(rates)
    inverse = np.linalg.inv(vectors)
    stay = -1 / np.diagonal(rates, axis1=1, axis2=2)
    alone = stay / stay.sum(axis=1, keepdims=True)
    state = alone
    for _ in range(ships - 1):
        state = state[..., None] * alone.reshape(size, *[1] * (state.ndim - 1), stages)
    ports = (range(STAY_STAGES), range(STAY_STAGES + 1, 2 * STAY_STAGES + 1))
    chance = [np.where(_everywhere(ships, stages, at), p_detect, p_false) for at in ports]
    total, before = np.zeros(size), events[0][0]
    for day, port, seen in events:
        if day > before:
            step = np.exp(values * (day - before))[:, None, :]
            move = np.clip(((vectors * step) @ inverse).real, 0.0, 1.0)
            for _ in range(ships):
                turned = np.moveaxis(state, 1, -1)
                state = (turned.reshape(size, -1, stages) @ move).reshape(turned.shape)
            before = day
        state = state * (chance[port] if seen else 1 - chance[port])
        weight = state.reshape(size, -1).sum(axis=1)
        with np.errstate(divide="ignore"):
            total += np.log(weight)
        state = state / np.where(weight > 0, weight, 1.0).reshape(-1, *[1] * ships)
    return total


def _crossing(x: Floats, y: Floats, peak: int, floor: float, step: int) -> float | None:
    """Find where a profile falls through a floor on one side of its peak, None if never."""
    i = peak
    while 0 <= i + step < x.size:
        if y[i + step] < floor:
            if not np.isfinite(y[i + step]):
                return float(x[i + step])
            part = (y[i] - floor) / (y[i] - y[i + step])
            return float(x[i] + part * (x[i + step] - x[i]))
        i += step
    return None


def calls_by_states(
    loading: Looks,
    landing: Looks | None = None,
    *,
    ships: int,
    transit_days: float,
    dwell: Dwell,
    p_detect: float = 1.0,
    p_false: float = 0.0,
    level: float = 0.9,
) -> Estimate:
    """Estimate port calls from looks at one or both ends of a route sailed by a few ships.

    Parameters
    ----------
    loading, landing : Looks
        Looks at the two ends over the same period; the second may be left out.
    ships : int
        Ships on the route, at most 4.
    transit_days : float
        Mean time at sea from one end to the other in days, taken as known.
    dwell : Dwell
        What is known of the mean stay, the same at both ends. The looks alone hardly tell
        it: this prior carries it.
    p_detect, p_false : float
        Chance that a usable look shows a ship with one there, and with none.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        Calls at the loading port begun in the period.

    Raises
    ------
    DataError
        If no look is usable, the periods differ, a setting makes no sense, or no route of so
        many ships can give the looks.

    Notes
    -----
    Each ship goes round loading (two exponential stages, an Erlang-2 stay), transit, landing
    (two stages), transit and a wait. A forward filter over the joint stages of all ships
    takes the looks at their uneven times. The likelihood, times the prior of the stay, is
    maximised over stay and wait on a grid; the interval is that of the profile in the number
    of calls. The data give a level, not a month-by-month course.
    """
    _check_chances(p_detect, p_false)
    _check_setting(loading.length, 1, level)
    events = _events(loading, landing)
    if not 1 <= ships <= MOST_SHIPS or not 0 < transit_days < math.inf:
        message = (
            f"{ships} ships, transit of {transit_days} d; "
            f"give 1 to {MOST_SHIPS} ships and a time at sea"
        )
        raise DataError(message)
    around = np.unique(np.linspace(-2.4, 2.4, 9) if dwell.spread else np.zeros(1))
    stays = dwell.median * np.exp(dwell.spread * around)
    most = ships * loading.length / (2 * stays.min() + 2 * transit_days + SHORTEST_WAIT)
    calls = np.geomspace(min(0.5, most / 4), most, 32)
    stay, number = (each.ravel() for each in np.meshgrid(stays, calls))
    wait = ships * loading.length / number - 2 * stay - 2 * transit_days
    fits = wait >= SHORTEST_WAIT * (1 - 1e-9)
    score = np.full(wait.size, -np.inf)
    route = _Route(stay[fits], wait[fits], transit_days)
    score[fits] = (
        _log_likelihood(route, events, ships=ships, p_detect=p_detect, p_false=p_false)
        - 0.5 * (np.log(stay[fits] / dwell.median) / (dwell.spread or 1.0)) ** 2
    )
    return _profile(calls, score.reshape(calls.size, -1).max(axis=1), ships=ships, level=level)


def _events(loading: Looks, landing: Looks | None) -> list[tuple[float, int, float]]:
    """Merge the usable looks at both ends: (day, port, seen) in order of time."""
    both = [loading] if landing is None else [loading, landing]
    if len({each.length for each in both}) > 1:
        message = f"periods of {loading.length} and {both[-1].length} days; use one period for both"
        raise DataError(message)
    told = [
        (float(day), port, float(seen))
        for port, looks in enumerate(both)
        for day, seen in zip(*looks.told(), strict=True)
    ]
    if not told:
        message = "no look at either end is usable; there is nothing to follow the ships by"
        raise DataError(message)
    return sorted(told)


def _profile(calls: Floats, score: Floats, *, ships: int, level: float) -> Estimate:
    """Read value and interval off a profile on a rising grid of calls."""
    peak = int(np.argmax(score))
    if not np.isfinite(score[peak]):
        message = (
            f"no route of {ships} ships can give these looks; allow more ships, or sightings "
            "and absences that may err"
        )
        raise DataError(message)
    drop = PROFILE_SHARE * float(stats.chi2.ppf(level, 1)) / 2
    logs, value = np.log(calls), float(calls[peak])
    if 0 < peak < calls.size - 1 and np.all(np.isfinite(score[peak - 1 : peak + 2])):
        left, middle, right = score[peak - 1 : peak + 2]
        shift = 0.5 * (left - right) / min(left - 2 * middle + right, -1e-12)
        value = float(np.exp(logs[peak] + np.clip(shift, -0.5, 0.5) * (logs[1] - logs[0])))
    low = _crossing(logs, score, peak, score[peak] - drop, -1)
    high = _crossing(logs, score, peak, score[peak] - drop, 1)
    return Estimate(
        value,
        0.0 if low is None else min(math.exp(low), value),
        float(calls[-1]) if high is None else max(math.exp(high), value),
        "calls",
        level,
        f"semi-Markov route of {ships} ships, profile likelihood",
    )


def _same_days(seen: pd.DataFrame, imaged: pd.DataFrame) -> tuple[float, int]:
    """Give the length in days and the imaged days that two rows of one count share."""
    days, images = seen.iloc[0], imaged.iloc[0]
    same = ("date_first", "date_last", "scope", "counter")
    differing = [word for word in same if days[word] != images[word]]
    if differing:
        message = (
            f"rows {days['id']} and {images['id']} differ in {', '.join(differing)}; "
            "take a share of the days that were looked at, not of others"
        )
        raise DataError(message)
    return (days["date_last"] - days["date_first"]).days + 1.0, int(images["value"])


def calls_of_rows(
    seen: pd.DataFrame, imaged: pd.DataFrame, *, stay_days: Sequence[float], seed: int
) -> Calls:
    """Estimate port calls from two rows of the record: days with a ship, and days imaged.

    Parameters
    ----------
    seen, imaged : pandas.DataFrame
        One row each of ``voyage_counts``, in days, of the same period and scope.
    stay_days : sequence of float
        Shortest and longest mean stay to believe in, in days; its central 0.9 interval.
    seed : int
        Seed of the draws.

    Returns
    -------
    Calls

    Raises
    ------
    DataError
        If the two rows differ in period, scope or counter.
    """
    length, images = _same_days(seen, imaged)
    return calls_from_share(
        int(seen["value"].iloc[0]),
        images,
        length=length,
        dwell=Dwell.between(*stay_days),
        seed=seed,
    )


def stays_of_rows(
    seen: pd.DataFrame, imaged: pd.DataFrame, *, stays: Sequence[float], seed: int
) -> pd.DataFrame:
    """Tabulate against the stay what two rows allow: calls, and calls no image fell into.

    Parameters
    ----------
    seen, imaged : pandas.DataFrame
        As for `calls_of_rows`.
    stays : sequence of float
        Mean stays in days, each taken as known.
    seed : int
        Seed of the draws.

    Returns
    -------
    pandas.DataFrame
        ``stay`` (days), ``calls``, ``low``, ``high`` (calls), ``missed_at_least`` (share of
        calls of exactly this length): the images are taken as evenly spread, and any other
        spread over the same days misses at least as many.

    Raises
    ------
    DataError
        As `calls_of_rows`.
    """
    length, images = _same_days(seen, imaged)
    table = calls_by_dwell(
        int(seen["value"].iloc[0]), images, length=length, dwells=stays, seed=seed
    )
    evenly = (np.arange(-images, 2 * images) + 0.5) * length / images
    missed = missed_by_dwell(evenly, 1.0, dwells=stays, period=(0.0, length))
    table = table.rename(columns={"dwell": "stay", "value": "calls"})
    return table.assign(missed_at_least=missed["missed"])


def missed_of_stay(stays: pd.DataFrame, stay: float) -> Estimate:
    """Give the share of calls of one length that no image shows, as the bound that it is.

    Parameters
    ----------
    stays : pandas.DataFrame
        Result of `stays_of_rows`.
    stay : float
        Length of the call in days, one of the table's.

    Returns
    -------
    Estimate
        Probability: `low` is the share missed by an even spread, `high` is 1.

    Raises
    ------
    DataError
        If the table has no such stay.
    """
    held = stays.loc[stays["stay"] == stay, "missed_at_least"]
    if held.empty:
        message = f"no stay of {stay} days among {list(stays['stay'])}; tabulate it first"
        raise DataError(message)
    how = "an even spread of the imaged days, the best there is"
    return Estimate(math.nan, float(held.iloc[0]), 1.0, "p", 1.0, how)
