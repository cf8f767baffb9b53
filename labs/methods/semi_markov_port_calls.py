"""Port calls estimated by a semi-Markov model of a route, from observations at one or both ends."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.argument_checks import MAX_DAYS, check_chances, check_setting, is_whole
from skytally.statistics.estimate import Estimate
from skytally.statistics.port_calls.berth_observations_and_stay_prior import (
    BerthObservations,
    Dwell,
    Floats,
)

STAY_STAGES = 2
"""Stages of a stay in the semi-Markov route (an Erlang-2 law)."""
SHORTEST = 0.04
"""Shortest stay and transit in days, an hour: no ship is loaded in less."""
SHORTEST_WAIT = 0.05
"""Shortest mean wait away from both ports that the semi-Markov route tries, in days."""
MOST_SHIPS = 4
"""Most ships the semi-Markov route follows at once."""
PROFILE_SHARE = 0.85
"""Part of the chi-squared drop at which the profile of the semi-Markov route is cut: its stays
scatter more than Gamma stays of shape 4, so the full drop covers more often than it says."""


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
    """Log likelihood of the observations by a forward filter over uneven times, dims (route)."""
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
    """Where a profile likelihood falls below a floor on one side of its peak; None if never."""
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
    loading: BerthObservations,
    landing: BerthObservations | None = None,
    *,
    ships: int,
    transit_days: float,
    dwell: Dwell,
    p_detect: float = 1.0,
    p_false: float = 0.0,
    level: float = 0.9,
) -> Estimate:
    """Estimate port calls from observations at one or both ends of a route sailed by a few ships.

    Parameters
    ----------
    loading, landing : Looks
        Observations at the two ends over the same period; the second may be left out.
    ships : int
        Ships on the route, at most 4.
    transit_days : float
        Mean time at sea from one end to the other in days, taken as known.
    dwell : Dwell
        Prior of the mean stay, the same at both ends. The observations alone hardly
        constrain it.
    p_detect, p_false : float
        Probability that a usable observation shows a ship if one is there, and if none is.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate
        Calls at the loading port begun in the period.

    Raises
    ------
    DataError
        If no observation is usable, the periods differ, a setting is out of range, or no route
        of so many ships can produce the observations.

    Notes
    -----
    Each ship goes round loading (two exponential stages, an Erlang-2 stay), transit, landing
    (two stages), transit and a wait. A forward filter over the joint stages of all ships
    takes the observations at their uneven times. The likelihood, times the prior of the stay, is
    maximised over stay and wait on a grid; the interval is that of the profile in the number
    of calls. The data give a level, not a month-by-month course.
    """
    check_chances(p_detect, p_false)
    check_setting(loading.length, 1, level)
    events = _events(loading, landing)
    if not is_whole(ships, least=1, most=MOST_SHIPS) or not SHORTEST <= transit_days <= MAX_DAYS:
        message = (
            f"{ships} ships, transit of {transit_days} d; "
            f"give 1 to {MOST_SHIPS} ships and a time at sea of an hour or more"
        )
        raise DataError(message)
    if not SHORTEST <= dwell.median <= loading.length:
        message = (
            f"stay of {dwell.median} d in a period of {loading.length:g} d; "
            "give a stay of an hour or more that is no longer than the period"
        )
        raise DataError(message)
    ships = int(ships)
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


def _events(
    loading: BerthObservations, landing: BerthObservations | None
) -> list[tuple[float, int, float]]:
    """Merge the usable observations at both ends: (day, port, seen) in order of time."""
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
        message = (
            "no look at either end is usable, nothing to follow the ships by; "
            "give looks that could tell"
        )
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
