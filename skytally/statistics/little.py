"""Port calls by Little's law: the share of looks that show a ship, over the stay."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from skytally.checks import DataError
from skytally.statistics.estimate import Estimate
from skytally.statistics.visits import (
    DRAWS,
    Dwell,
    Floats,
    Looks,
    check_chances,
    check_setting,
    estimate_of,
)

BLOCK_DAYS = 14.0
"""Length of a bootstrap block in days: longer than a stay, so that stays are kept whole."""
FEWEST_BLOCKS = 4
"""Blocks below which the bootstrap is not used: their scatter would be too uncertain itself."""


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
        calls=estimate_of(value, calls, "calls", level, f"Little's law, {how}"),
        presence=estimate_of(point, presence, "p", level, f"share of usable looks, {how}"),
        ships=estimate_of(mean_ships, ships, "ships", level, f"{berths} berths, {how}"),
        dwell=dwell,
        usable=usable,
        effective=effective,
    )


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
    check_chances(p_detect, p_false)
    check_setting(looks.length, berths, level)
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
    check_chances(p_detect, p_false)
    check_setting(length, berths, level)
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
