"""Area covered by stacks on a quay: what stands on its concrete that did not stand there before."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from skytally.core import names as n
from skytally.imagery.cube.cube_checks import OPTICAL, Bools
from skytally.imagery.cube.frames import Floats, Source
from skytally.imagery.measure.difference import (
    MEDIAN_VARIANCE,
    Anomaly,
    Sight,
    ring_gain,
    sights,
)
from skytally.imagery.measure.observation import Look
from skytally.imagery.measure.quay.quay_change import P_FALSE
from skytally.imagery.measure.quay.stacked_area import (
    CRANES,
    NEAR_DAYS,
    SURE,
    StackArea,
    gone,
    pieces,
    stack_area,
)
from skytally.imagery.measure.quay.unmixing import PAINTS, paint_table
from skytally.imagery.measure.reference import NORMAL_MAD, Reference

LEAST_READ = 0.8
"""Share of the quay that must have been read."""
SLOT_M2 = 14.8
"""Ground of a container of twenty feet, 6.06 by 2.44 m."""
PACKING = (0.45, 0.90)
"""Share of a stacked area that is container: aisles for reach stackers, block stow."""
TIERS = (1.0, 3.0)
"""Containers one upon the other, which 10 m do not show."""
SPREAD_RANGE = (0.7, 4.0)
"""Factors by which the ring may correct the expected noise."""
SHORT, CRANE = "short-lived", "crane-size"
"""Flags: absent in the looks before and after; no more than moving cranes could account for."""

Told = tuple[Look, StackArea | None]
"""A row, and what is behind it where the look could tell."""


def _corrected(seen: Anomaly, level: Reference, ring: Bools) -> tuple[Floats, Floats]:
    """Take the gain off, as far as the ring tells it, and add its doubt to the noise."""
    values, noise = seen.values.copy(), seen.noise.copy()
    for i in range(len(values)):
        own = float(np.median(level.spread[i][ring])) * math.sqrt(MEDIAN_VARIANCE / level.n_looks)
        gain = ring_gain(values[i], level.level[i], ring, level_error=own)
        brighter = level.level[i] - np.float32(np.median(level.level[i][ring]))
        values[i] -= np.float32(gain.value) * brighter
        noise[i] = np.sqrt(noise[i] ** 2 + (np.float32(gain.error) * brighter) ** 2)
        held = (values[i] / noise[i])[ring]
        held = held[np.isfinite(held)]
        spread = NORMAL_MAD * float(np.median(np.abs(held - np.median(held))))
        noise[i] *= np.float32(np.clip(spread, *SPREAD_RANGE))
    return values, noise


def stacks(
    source: Source,
    quay: npt.ArrayLike,
    references: Mapping[str, Reference],
    *,
    ring: npt.ArrayLike,
    paints: Mapping[str, tuple[float, ...]] = PAINTS,
    layers: tuple[str, ...] = OPTICAL,
    cranes: int = CRANES,
    seed: int = 0,
) -> Iterator[Told]:
    """Say of each look how much of a quay is covered by what did not stand there before.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube of reflectance, lazy or not, or looks in the order of time.
    quay : array_like of bool, dims (y, x)
        The quay's concrete.
    references : mapping of str to Reference
        From `skytally.imagery.measure.reference.references`, of the same season, a group each.
    ring : array_like of bool, dims (y, x)
        Stable ground around it.
    paints : mapping of str to tuple of float
        Reflectance, by layer, of what may stand there.
    layers : tuple of str
        Bands used.
    cranes : int
        Cranes that move along the quay.
    seed : int
        Seed of the sets of paints.

    Yields
    ------
    tuple of Look and StackArea or None
        A row in square metres, and what is behind it where the look could tell. What stood in
        most looks of the reference is not seen; tarps, trucks and machinery are not told from
        containers. Nor are cranes: the lower end allows for what they could account for, in
        the details as ``crane_m2``, and the flag is ``crane-size`` where that is all there is.
        ``short-lived`` flags what was found in neither the look before nor the one after,
        within twelve days each: a crane that moved, or a stack that came and went. Ground on
        which cranes run is best left out of the outline.

    Raises
    ------
    DataError
        As `skytally.imagery.cube.frames.frames`, `skytally.imagery.cube.cube_checks.check_mask` and
        `skytally.imagery.measure.quay.unmixing.paint_table`.
    """
    paint_table(layers, paints)
    found = sights(
        source, quay, references, ring=ring, layers=layers, what="quay", least=LEAST_READ,
        classes=False,
    )  # fmt: skip

    def row(sight: Sight) -> Told:
        if sight.reason or sight.level is None:
            return sight.cannot("m2"), None
        values, noise = _corrected(sight.seen, sight.level, sight.ring)
        each = stack_area(
            values, noise, sight.level.level, sight.target, sight.ring, paints=paints,
            layers=layers, gsd=sight.frame.gsd, cranes=cranes, seed=seed,
        )  # fmt: skip
        size, rates = (each.area, each.low, each.high), (each.p_detect, P_FALSE)
        details = {"edge_m2": each.edge_area, "crane_m2": each.crane_area}
        flags = (CRANE,) if 0.0 < each.area <= each.crane_area + 0.5 else ()
        return sight.row("m2", size, rates, flags=flags, details=details), each

    yield from _beside(map(row, found))


def _beside(rows: Iterator[Told]) -> Iterator[Told]:
    """Flag what stood in one look only, holding a row back until the next look that can tell."""
    before: Told | None = None
    held: list[Told] = []
    for told in rows:
        # a row waits no longer than its neighbour may be away, so that few are ever held
        if held and (told[1] is not None or not _near(held[0], told)):
            yield _short(before, held[0], told)
            yield from held[1:]
            before, held = held[0], []
        if told[1] is None and not held:
            yield told
        else:
            held.append(told)
    yield from held


def _near(one: Told, other: Told) -> bool:
    return bool(abs(other[0].time - one[0].time) <= np.timedelta64(round(NEAR_DAYS * 86_400), "s"))


def _short(before: Told | None, told: Told, after: Told) -> Told:
    """Flag the row of a look of which something was gone in the looks on either side."""
    row, here = told
    if here is None or before is None or before[1] is None or after[1] is None:
        return told
    sides = (before[1], after[1])
    if not all(_near(told, each) for each in (before, after)) or any(
        each.p_detect < SURE for each in sides
    ):
        return told
    area = sum(
        piece.area
        for piece in pieces(here.found, here.cover)
        if all(gone(piece, each.found) for each in sides)
    )
    if area == 0.0:
        return told
    details = {**row.details, "short_lived_m2": area}
    return replace(row, flags=(*row.flags, SHORT), details=details), here


def teu_bounds(low: float, high: float) -> tuple[float, float]:
    """Give the least and the most containers of twenty feet that an area may hold.

    Parameters
    ----------
    low, high : float
        Interval of the area, square metres.

    Returns
    -------
    tuple of float
        From one tier with aisles to three tiers stowed in a block (METHODS 4.5). Weight and
        content are not bounded by it.

    Examples
    --------
    >>> [round(each) for each in teu_bounds(3000.0, 3000.0)]
    [91, 547]
    """
    return (
        low * PACKING[0] * TIERS[0] / SLOT_M2,
        high * PACKING[1] * TIERS[1] / SLOT_M2,
    )


def teu_row(look: Look) -> Look:
    """Give the bounds of a row of area in containers: never a number, only bounds.

    Parameters
    ----------
    look : Look
        A row in square metres from `stacks`.

    Returns
    -------
    Look
        State ``seen`` with bounds where something stands; as the row was otherwise.
    """
    low, high = teu_bounds(look.low, look.high)
    reason = look.reason or "area bounds a number of containers widely; tiers are not seen"
    if look.state == n.NOTHING_SEEN:
        return replace(look, low=0.0, high=high, unit="teu")
    if look.state == n.UNCLEAR:
        return replace(look, unit="teu")
    return replace(
        look, value=math.nan, low=low, high=high, unit="teu", state=n.SOMETHING_SEEN, reason=reason
    )
