"""Port calls by Little's law: the share of observations with a ship, divided by the mean stay."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from skytally.core import DataError
from skytally.statistics.argument_checks import check_chances, check_setting, is_whole
from skytally.statistics.effective_sample_size import spacing_weights
from skytally.statistics.estimate import Estimate
from skytally.statistics.port_calls.berth_observations_and_stay_prior import (
    DRAWS,
    BerthObservations,
    Dwell,
    Floats,
)

BLOCK_DAYS = 14.0
"""Length of a bootstrap block in days: longer than a stay, so that stays are kept whole."""
REACH_DAYS = 28.0
"""How many days before and after it a look speaks for: two blocks. Clouds seldom hide a port for
twice as long; of time farther from any look nothing is assumed."""
MIN_BLOCKS = 4
"""Blocks below which the bootstrap is not used: their scatter would be too uncertain itself."""
MAX_BLOCKS = 10_000
"""Blocks above which the bootstrap would take too long."""
RHYTHM = 0.5
"""Part of the memory of exponential stays that is left to stays that scatter by half their mean:
0.25 to 0.45 on simulated routes of one or two ships, rounded up."""
MIN_EMPTY = 0.5
"""Least share without a ship in that memory: looks all alike do not show how short absences are."""


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
    covered: float
    """Share of the period that lies near enough to a look for it to speak of."""
    draws: tuple[Floats, Floats] = field(compare=False, repr=False)
    """Draws of the calls, if no ship or always one lay there where no look speaks."""


def _presence(rate: npt.ArrayLike, p_detect: float, p_false: float) -> Floats:
    return np.clip((np.asarray(rate, dtype=float) - p_false) / (p_detect - p_false), 0.0, 1.0)


def _ships(presence: npt.ArrayLike, berths: int) -> Floats:
    """Mean ships at the berth where each of the berths is taken on its own."""
    return berths * (1 - (1 - np.asarray(presence, dtype=float)) ** (1 / berths))


def _spacing_effect(usable: int, length: float, share: float, dwell: float) -> float:
    """Over-dispersion of evenly spaced looks at a berth that changes at exponential times."""
    rho = math.exp(-(length / usable) / (dwell * max(1 - share, 0.1)))
    # however close they lie, all of them are worth one
    return usable if rho == 1 else min((1 + rho) / (1 - rho), float(usable))


def _covered(days: Floats, length: float, reach: float) -> float:
    """Share of the period that lies within reach of an observation."""
    ends = min(days[0], reach) + min(length - days[-1], reach)
    return float(min((ends + np.minimum(np.diff(days), 2 * reach).sum()) / length, 1.0))


def _block_number(
    looks: BerthObservations, weights: Floats, block_days: float, rng: np.random.Generator
) -> float:
    """Independent looks by a circular block bootstrap over time, infinite where it cannot tell."""
    days, seen = looks.told()
    share = float(weights @ seen)
    blocks = round(looks.length / block_days)
    if len(np.unique(seen)) < 2 or blocks < MIN_BLOCKS:
        return math.inf
    block = looks.length / blocks
    starts = rng.uniform(0, looks.length, (DRAWS // 4, blocks))
    twice = np.concatenate([days, days + looks.length])
    all_of = np.concatenate([[0.0], np.cumsum(np.tile(weights, 2))])
    seen_of = np.concatenate([[0.0], np.cumsum(np.tile(weights * seen, 2))])
    first, last = np.searchsorted(twice, starts), np.searchsorted(twice, starts + block)
    held = (all_of[last] - all_of[first]).sum(axis=1)
    drawn = (seen_of[last] - seen_of[first]).sum(axis=1)
    told = held > held.max() * 1e-9
    spread = float((drawn[told] / held[told]).var()) * blocks / (blocks - 1)
    return share * (1 - share) / spread if spread > 0 else math.inf


def _estimate(
    value: float, draws: tuple[Floats, Floats], unit: str, level: float, method: str
) -> Estimate:
    """Estimate whose interval spans its lower and its upper draws."""
    low = float(np.quantile(draws[0], (1 - level) / 2))
    high = float(np.quantile(draws[1], (1 + level) / 2))
    return Estimate(value, min(low, value), max(high, value), unit, level, method)


def _little(
    share: float,
    effective: float,
    *,
    usable: int,
    covered: float,
    length: float,
    dwell: Dwell,
    p_detect: float,
    p_false: float,
    berths: int,
    level: float,
    rng: np.random.Generator,
    how: str,
) -> Calls:
    hits = share * effective
    rate = rng.beta(hits + 0.5, effective - hits + 0.5, DRAWS)
    near = _presence(rate, p_detect, p_false)
    # where no look speaks, the berth may always have been empty, or never
    presence = covered * near, np.minimum(covered * near + (1 - covered), 1.0)
    ships = _ships(presence[0], berths), _ships(presence[1], berths)
    point = float(_presence(share, p_detect, p_false))
    mean_ships = float(_ships(point, berths))
    stays = dwell.draws(DRAWS, rng)
    calls = length * ships[0] / stays, length * ships[1] / stays
    if covered < 1:
        how = f"{how}, looks near {covered:.0%} of the period"
    return Calls(
        calls=_estimate(
            length * mean_ships / dwell.median, calls, "calls", level, f"Little's law, {how}"
        ),
        presence=_estimate(point, presence, "p", level, f"share of usable looks, {how}"),
        ships=_estimate(mean_ships, ships, "ships", level, f"{berths} berths, {how}"),
        dwell=dwell,
        usable=usable,
        effective=effective,
        covered=covered,
        draws=calls,
    )


def calls_from_looks(
    looks: BerthObservations,
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
    looks : BerthObservations
        Observations of one port.
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
    Looks closer together than a stay see the same ship. With the correlation exp(-time / m),
    m = W max(1 - share, 1/2) / 2, the share is the mean of least variance, so that copies of
    a look count once, and the looks are worth 1 + sum tanh(gap / 2m) independent ones; fewer
    where the block bootstrap of that mean scatters more, as it does if ships come in spells.
    Presence is drawn from the Jeffreys posterior at that size, so that looks all alike keep an
    interval, and the stay from its prior. A look speaks for 28 days on either side; in the
    rest of the period presence may be anything from 0 to 1, and the interval holds both. No
    revisit finer than a call is needed.

    References
    ----------
    Little, J. D. C. (1961). A proof for the queuing formula L = lambda W.
    Operations Research 9(3), 383-387. doi:10.1287/opre.9.3.383
    """
    check_chances(p_detect, p_false)
    check_setting(looks.length, berths, level)
    if looks.usable == 0:
        message = f"none of {looks.days.size} looks is usable; there is no share of days to use"
        raise DataError(message)
    if not looks.length / MAX_BLOCKS <= block_days < math.inf:
        message = (
            f"bootstrap block of {block_days} days in a period of {looks.length:g}; "
            f"give a length that makes no more than {MAX_BLOCKS} blocks"
        )
        raise DataError(message)
    rng = np.random.default_rng(seed)
    days, seen = looks.told()
    memory = RHYTHM * dwell.median * max(1 - float(seen.mean()), MIN_EMPTY)
    weights, by_spacing = spacing_weights(days, memory)
    effective = min(by_spacing, _block_number(looks, weights, block_days, rng))
    return _little(
        float(weights @ seen),
        effective,
        usable=looks.usable,
        covered=_covered(days, looks.length, REACH_DAYS),
        length=looks.length,
        dwell=dwell,
        p_detect=p_detect,
        p_false=p_false,
        berths=berths,
        level=level,
        rng=rng,
        how=f"usable looks {looks.usable}, worth {effective:.1f} independent ones",
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
        spaced looks at a berth whose stays are exponential. Even spacing is the best there
        is: looks that are known to lie in clusters belong into `calls_from_looks`.

    Returns
    -------
    Calls
        As for `calls_from_looks`.

    Raises
    ------
    DataError
        If no look is usable, more looks show a ship than there are, a number of looks is not
        whole, or a setting makes no sense.

    Examples
    --------
    >>> made = calls_from_share(45, 100, length=200.0, dwell=Dwell(3.0, 0.2), seed=1)
    >>> round(made.calls.value, 6)
    30.0
    """
    check_chances(p_detect, p_false)
    check_setting(length, berths, level)
    if not (is_whole(usable, least=1) and is_whole(seen, least=0, most=int(usable))):
        message = (
            f"a ship on {seen} of {usable} usable looks; give whole numbers, "
            "0 <= seen <= usable, usable > 0"
        )
        raise DataError(message)
    effect = over_dispersion
    if effect is None:
        effect = _spacing_effect(usable, length, seen / usable, dwell.median)
    if not 1 <= effect < math.inf:
        message = f"over-dispersion {effect}; give 1 (independent looks) or more"
        raise DataError(message)
    return _little(
        seen / usable,
        usable / max(effect, 1.0),
        usable=int(usable),
        covered=min(2 * REACH_DAYS * usable / length, 1.0),
        length=length,
        dwell=dwell,
        p_detect=p_detect,
        p_false=p_false,
        berths=berths,
        level=level,
        rng=np.random.default_rng(seed),
        how=f"over-dispersion {effect:.2f}",
    )
