"""Simulated ships on a route with known truth: calls, observations and clouds, all seeded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skytally.core.errors_and_fault_lists import DataError, refuse

Floats = npt.NDArray[np.float64]

DWELL_SHAPE = 4.0
"""Shape of the Gamma law of a stay at the berth: its standard deviation is half its mean."""
WAIT_SHAPE = 1.5
"""Shape of the Gamma law of the wait between two round trips."""
PORTS = ("loading", "landing")
"""The two ends of the route, in the order of `World.looks`."""
WARM_UP_CYCLES = 6
"""Round trips sailed before the period starts, so that it opens at no special moment."""


@dataclass(frozen=True)
class Plan:
    """Parameters of a simulated route; every time is in days."""

    days: float = 240.0
    """Length of the period."""
    ships: int = 2
    """Ships on the route, each sailing on its own."""
    dwell: float = 2.4
    """Mean stay at either end."""
    transit: float = 0.45
    """Time at sea from one end to the other, fixed."""
    wait: float = 8.4
    """Mean time away from both ends between two round trips."""
    revisit: float = 1.4
    """Time between two passes over a port."""
    cloud: float = 0.6
    """Share of passes under cloud."""
    cloud_memory: float = 0.2
    """Correlation of the sky with itself five days later."""
    p_detect: float = 1.0
    """Probability that a usable observation shows a ship that is there."""
    p_false: float = 0.0
    """Probability that a usable observation shows a ship where there is none."""
    count_error: float = 0.2
    """Relative standard deviation of a count of ships."""

    def __post_init__(self) -> None:
        """Reject an impossible plan, listing all its faults."""
        lengths = ("days", "dwell", "transit", "wait", "revisit")
        shares = ("cloud", "cloud_memory", "p_detect", "p_false")
        faults = [
            f"{w} is {getattr(self, w)}; give more than 0"
            for w in lengths
            if not getattr(self, w) > 0
        ]
        faults += [
            f"{w} is {getattr(self, w)}; give 0 to 1"
            for w in shares
            if not 0 <= getattr(self, w) <= 1
        ]
        if not self.cloud_memory < 1:
            faults.append("cloud_memory is 1; a sky that never changes has no looks to draw")
        if self.ships < 1 or not self.count_error >= 0:
            faults.append(f"ships {self.ships}, count_error {self.count_error}; give 1 or more, 0+")
        refuse(faults, what="plan of a simulated route")


@dataclass(frozen=True)
class Call:
    """One stay of one ship at one port: the truth."""

    ship: int
    """Number of the ship, from 0."""
    port: str
    """Word of `PORTS`."""
    arrive: float
    """Arrival, days from the start of the period."""
    depart: float
    """Departure, days from the start of the period."""


@dataclass(frozen=True)
class PortLooks:
    """Satellite passes over one port: ships present and ships observed."""

    days: Floats
    """Time of each pass, days from the start of the period, dims (pass)."""
    usable: npt.NDArray[np.bool_]
    """Whether the sky was clear, dims (pass)."""
    ships: npt.NDArray[np.int64]
    """True number of ships at the berth, dims (pass)."""
    seen: Floats
    """1 ship seen, 0 nothing seen, NaN not usable, dims (pass)."""
    counted: Floats
    """Ships counted, with error, NaN where not usable, dims (pass)."""


@dataclass(frozen=True)
class World:
    """One simulated route: the plan, every true call, and the observations at both ends."""

    plan: Plan
    """Parameters of the simulation."""
    calls: tuple[Call, ...]
    """Every stay that overlaps the period, in order of arrival."""
    looks: tuple[PortLooks, PortLooks]
    """Observations at the loading port and at the landing port."""

    def begun(self, port: str) -> int:
        """Count the true calls at a port that began inside the period."""
        return sum(c.port == port and 0 <= c.arrive < self.plan.days for c in self.calls)

    def unseen(self, port: str) -> tuple[int, int]:
        """Count the calls begun in the period that no usable pass observed, and all of them."""
        looks = self.looks[PORTS.index(port)]
        clear = looks.days[looks.usable]
        mine = [c for c in self.calls if c.port == port and 0 <= c.arrive < self.plan.days]
        missed = sum(not np.any((clear >= c.arrive) & (clear <= c.depart)) for c in mine)
        return missed, len(mine)


def voyages(plan: Plan, *, rng: np.random.Generator) -> tuple[Call, ...]:
    """Simulate the port stays of every ship on its round trips.

    Parameters
    ----------
    plan : Plan
        The world's parameters.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    tuple of Call
        The stays that overlap the period, in order of arrival. A round trip is a stay at the
        loading port, the transit, a stay at the landing port, the transit and a wait.
    """
    cycle = 2 * plan.dwell + 2 * plan.transit + plan.wait
    trips = int(np.ceil(2 * plan.days / cycle)) + 2 * WARM_UP_CYCLES + 10
    shape = (plan.ships, trips)
    first = rng.gamma(DWELL_SHAPE, plan.dwell / DWELL_SHAPE, shape)
    second = rng.gamma(DWELL_SHAPE, plan.dwell / DWELL_SHAPE, shape)
    wait = rng.gamma(WAIT_SHAPE, plan.wait / WAIT_SHAPE, shape)
    whole = first + second + wait + 2 * plan.transit
    start = rng.uniform(-1.0, 0.0, (plan.ships, 1)) * cycle - WARM_UP_CYCLES * cycle
    at_first = start + np.cumsum(whole, axis=1) - whole
    at_second = at_first + first + plan.transit
    calls = [
        Call(ship, port, float(arrive), float(arrive + stay))
        for port, arrivals, stays in zip(PORTS, (at_first, at_second), (first, second), strict=True)
        for ship in range(plan.ships)
        for arrive, stay in zip(arrivals[ship], stays[ship], strict=True)
        if arrive < plan.days and arrive + stay > 0
    ]
    return tuple(sorted(calls, key=lambda call: (call.arrive, call.ship)))


def clear_skies(days: Floats, *, cloud: float, memory: float, rng: np.random.Generator) -> Floats:
    """Draw which passes are cloud-free, from a two-state Markov sky.

    Parameters
    ----------
    days : numpy.ndarray, dims (pass)
        Times of the passes in days, rising.
    cloud : float
        Share of cloudy passes.
    memory : float
        Correlation of the sky with itself five days later.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    numpy.ndarray, dims (pass)
        1 where clear, 0 where not.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> clear_skies(np.arange(4.0), cloud=0.0, memory=0.2, rng=rng).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    keep = memory ** (np.diff(days, prepend=-np.inf) / 5.0) if memory > 0 else np.zeros(days.size)
    fresh = rng.random(days.size) >= cloud
    same = rng.random(days.size) < keep
    sky = np.empty(days.size)
    for i in range(days.size):
        sky[i] = sky[i - 1] if same[i] and i else fresh[i]
    return sky


def look_at(
    calls: tuple[Call, ...], port: str, *, plan: Plan, rng: np.random.Generator
) -> PortLooks:
    """Simulate satellite passes over a port at the plan's revisit, and what each would show.

    Parameters
    ----------
    calls : tuple of Call
        The truth.
    port : str
        Word of `PORTS`.
    plan : Plan
        The world's parameters.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    PortLooks
        One entry a pass; the first falls at random within the first revisit.

    Raises
    ------
    DataError
        If the port is no end of the route.
    """
    if port not in PORTS:
        message = f"simulated port {port!r} is not on the route; use one of {', '.join(PORTS)}"
        raise DataError(message)
    days = np.arange(rng.uniform(0, plan.revisit), plan.days, plan.revisit)
    mine = [call for call in calls if call.port == port]
    arrive = np.array([call.arrive for call in mine])
    depart = np.array([call.depart for call in mine])
    here = (arrive[:, None] <= days) & (days < depart[:, None])
    ships = here.sum(axis=0).astype(np.int64)
    usable = clear_skies(days, cloud=plan.cloud, memory=plan.cloud_memory, rng=rng) > 0
    chance = np.where(ships > 0, plan.p_detect, plan.p_false)
    seen = np.where(usable, (rng.random(days.size) < chance).astype(float), np.nan)
    counted = np.rint(np.maximum(ships * rng.normal(1.0, plan.count_error, days.size), 0.0))
    return PortLooks(days, usable, ships, seen, np.where(usable, counted, np.nan))


def world(plan: Plan, *, seed: int) -> World:
    """Simulate one route with its truth.

    Parameters
    ----------
    plan : Plan
        Parameters of the route.
    seed : int
        Seed of every random draw: the same plan and seed give the same world.

    Returns
    -------
    World
        Calls and observations, in days from the start of the period.

    Examples
    --------
    >>> world(Plan(), seed=3).calls == world(Plan(), seed=3).calls
    True
    """
    rng = np.random.default_rng(seed)
    calls = voyages(plan, rng=rng)
    loading, landing = (look_at(calls, port, plan=plan, rng=rng) for port in PORTS)
    return World(plan=plan, calls=calls, looks=(loading, landing))
