"""Stacks on a quay from image to image: area, bounds on containers, short-lived objects."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from skytally.core import evidence_line_name_constants as n
from skytally.imagery.cube import OPTICAL_BANDS, Bools, CubeSource, Floats
from skytally.imagery.measure.coregistered_difference_from_reference import (
    MEDIAN_VARIANCE,
    Comparison,
    Difference,
    compare_images,
    ring_gain,
)
from skytally.imagery.measure.observation_and_evidence_line import Observation
from skytally.imagery.measure.quay.quay_change_and_detection_probability import QUAY_P_FALSE
from skytally.imagery.measure.quay.stacked_area import (
    ASSUMED_CRANES,
    ENDMEMBERS,
    NEAR_DAYS,
    SURE_EMPTY,
    StackedArea,
    endmember_table,
    is_absent,
    stacked_area_of,
    stacked_objects,
)
from skytally.imagery.measure.reference_level_and_spread_per_group import NORMAL_MAD, Reference

MIN_READ_SHARE = 0.8
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
"""Flags: absent in the images before and after; no more than moving cranes could account for."""

StackRow = tuple[Observation, StackedArea | None]
"""A row, and what is behind it where the image could tell."""


def _corrected(seen: Difference, level: Reference, ring: Bools) -> tuple[Floats, Floats]:
    """Take the gain off, as far as the ring tells it, and add its doubt to the noise."""
    values, noise = seen.values.copy(), seen.noise.copy()
    for i in range(len(values)):
        own = float(np.median(level.spread[i][ring])) * math.sqrt(MEDIAN_VARIANCE / level.n_images)
        gain = ring_gain(values[i], level.level[i], ring, level_error=own)
        brighter = level.level[i] - np.float32(np.median(level.level[i][ring]))
        values[i] -= np.float32(gain.value) * brighter
        noise[i] = np.sqrt(noise[i] ** 2 + (np.float32(gain.error) * brighter) ** 2)
        scores = (values[i] / noise[i])[ring]
        scores = scores[np.isfinite(scores)]
        spread = NORMAL_MAD * float(np.median(np.abs(scores - np.median(scores))))
        noise[i] *= np.float32(np.clip(spread, *SPREAD_RANGE))
    return values, noise


def stacks_on_quay(
    source: CubeSource,
    quay: npt.ArrayLike,
    references: Mapping[str, Reference],
    *,
    ring: npt.ArrayLike,
    endmembers: Mapping[str, tuple[float, ...]] = ENDMEMBERS,
    layers: tuple[str, ...] = OPTICAL_BANDS,
    cranes: int = ASSUMED_CRANES,
    seed: int = 0,
) -> Iterator[StackRow]:
    """Measure in each image the area of a quay that is newly covered by stacks.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube of reflectance, lazy or not, or images in the order of time.
    quay : array_like of bool, dims (y, x)
        The quay's concrete.
    references : mapping of str to Reference
        From `references`, of the same season, a group each.
    ring : array_like of bool, dims (y, x)
        Stable ground around it.
    endmembers : mapping of str to tuple of float
        Reflectance, by layer, of what may stand there.
    layers : tuple of str
        Bands used.
    cranes : int
        Cranes that move along the quay.
    seed : int
        Seed of the sets of endmembers.

    Yields
    ------
    tuple of Image and StackedArea or None
        A row in square metres, and what is behind it where the image could tell. What stood in
        most images of the reference is not seen; tarps, trucks and machinery are not told from
        containers. Nor are cranes: the lower end allows for what they could account for, in
        the details as ``crane_m2``, and the flag is ``crane-size`` where that is all there is.
        ``short-lived`` flags what was found in neither the image before nor the one after,
        within twelve days each: a crane that moved, or a stack that came and went. Ground on
        which cranes run is best left out of the outline.

    Raises
    ------
    DataError
        As `iter_frames`, `check_mask` and
        `endmember_table`.
    """
    endmember_table(layers, endmembers)
    found = compare_images(
        source, quay, references, ring=ring, layers=layers, what="quay", least=MIN_READ_SHARE,
        classes=False,
    )  # fmt: skip

    def row(comparison: Comparison) -> StackRow:
        if not comparison.usable or comparison.reference is None:
            return comparison.unclear("m2"), None
        values, noise = _corrected(comparison.difference, comparison.reference, comparison.ring)
        each = stacked_area_of(
            values, noise, comparison.reference.level, comparison.target, comparison.ring,
            endmembers=endmembers, layers=layers, gsd=comparison.frame.gsd, cranes=cranes,
            seed=seed,
        )  # fmt: skip
        size, rates = (each.area, each.low, each.high), (each.p_detect, QUAY_P_FALSE)
        details = {"edge_m2": each.edge_area, "crane_m2": each.crane_allowance}
        flags = (CRANE,) if 0.0 < each.area <= each.crane_allowance + 0.5 else ()
        return comparison.observation("m2", size, rates, flags=flags, details=details), each

    yield from _flag_short_lived(map(row, found))


def _flag_short_lived(rows: Iterator[StackRow]) -> Iterator[StackRow]:
    """Flag what stood in one image only, holding a row back until the next image that can tell."""
    before: StackRow | None = None
    waiting: list[StackRow] = []
    for row in rows:
        # a row waits no longer than its neighbour may be away, so that few are ever held
        if waiting and (row[1] is not None or not _near(waiting[0], row)):
            yield _with_short_lived(before, waiting[0], row)
            yield from waiting[1:]
            before, waiting = waiting[0], []
        if row[1] is None and not waiting:
            yield row
        else:
            waiting.append(row)
    yield from waiting


def _near(one: StackRow, other: StackRow) -> bool:
    return bool(abs(other[0].time - one[0].time) <= np.timedelta64(round(NEAR_DAYS * 86_400), "s"))


def _with_short_lived(before: StackRow | None, current: StackRow, after: StackRow) -> StackRow:
    """Flag the row of an image of which something was gone in the images on either side."""
    row, here = current
    if here is None or before is None or before[1] is None or after[1] is None:
        return current
    sides = (before[1], after[1])
    if not all(_near(current, each) for each in (before, after)) or any(
        each.p_detect < SURE_EMPTY for each in sides
    ):
        return current
    area = sum(
        piece.area
        for piece in stacked_objects(here.found, here.cover)
        if all(is_absent(piece, each.found) for each in sides)
    )
    if area == 0.0:
        return current
    details = {**row.details, "short_lived_m2": area}
    return replace(row, flags=(*row.flags, SHORT), details=details), here


def teu_bounds(low: float, high: float) -> tuple[float, float]:
    """Bounds on the number of twenty-foot containers that an area may hold.

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


def teu_observation(observation: Observation) -> Observation:
    """Convert a row of area into bounds on containers, never a number.

    Parameters
    ----------
    image : Observation
        A row in square metres from `stacks_on_quay`.

    Returns
    -------
    Image
        State ``seen`` with bounds where something stands; as the row was otherwise.
    """
    low, high = teu_bounds(observation.low, observation.high)
    reason = observation.reason or "area bounds a number of containers widely; tiers are not seen"
    if observation.state == n.NOTHING_SEEN:
        return replace(observation, low=0.0, high=high, unit="teu")
    if observation.state == n.UNCLEAR:
        return replace(observation, unit="teu")
    return replace(
        observation,
        value=math.nan,
        low=low,
        high=high,
        unit="teu",
        state=n.SOMETHING_SEEN,
        reason=reason,
    )
