"""Stable ground and open water by which the images of a site are judged, from its outlines."""

from __future__ import annotations

import functools
import hashlib
import json
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.imagery.sites import Site, outline_mask

Bools = npt.NDArray[np.bool_]

RING_INNER_M, RING_OUTER_M = 50.0, 500.0
"""Metres from the targets between which an undrawn ring lies: beyond a hull's shadow and layover,
within one patch of weather (METHODS T8)."""
TARGET_KINDS = ("berth", "quay", "track", "pit_area")
"""Kinds of outline around which an undrawn ring is laid."""
DRAWING_LOCK = threading.Lock()
"""Held while outlines are drawn: rasterio mutes a warning meanwhile, which no two threads may."""


@dataclass(frozen=True, eq=False)
class ScreeningMasks:
    """The parts of a site by which its images are judged."""

    ring: Bools
    """Stable ground, dims (y, x)."""
    water: Bools | None
    """Open water, dims (y, x); None where the user drew none."""
    drawn: bool
    """Whether the user drew the stable ground; otherwise it is a ring around the targets."""


@dataclass(frozen=True)
class _Drawn:
    """A site that is told from others by its outlines."""

    outlines: str
    site: Site = field(compare=False)


def outlines_hash(site: Site) -> str:
    """Hash of the outlines and the grid, on which ring statistics depend beside the pixels."""
    outlines = json.dumps([asdict(outline) for outline in site.outlines], sort_keys=True)
    grid = f"{site.grid.epsg} {site.grid.bounds}"
    return hashlib.sha256(f"{grid} {outlines}".encode()).hexdigest()


def ring_mask(
    targets: Iterable[Bools],
    *,
    gsd: float,
    inner: float = RING_INNER_M,
    outer: float = RING_OUTER_M,
) -> Bools:
    """Ring around targets, where the user drew no stable ground.

    Parameters
    ----------
    targets : iterable of ndarray of bool, dims (y, x)
        Berths, quays, tracks and whatever else may change.
    gsd : float
        Side of a pixel in metres.
    inner, outer : float
        Distances from the nearest target in metres.

    Returns
    -------
    ndarray of bool, dims (y, x)

    Examples
    --------
    >>> target = np.zeros((1, 9), bool); target[0, 4] = True
    >>> ring_mask([target], gsd=10.0, inner=20.0, outer=30.0)[0].nonzero()[0].tolist()
    [1, 2, 6, 7]
    """
    changing = np.logical_or.reduce([np.asarray(target, bool) for target in targets])
    distance = ndimage.distance_transform_edt(~changing) * gsd
    return np.asarray((distance >= inner) & (distance <= outer))


@functools.lru_cache(maxsize=256)
def _union(drawn: _Drawn, kinds: tuple[str, ...], gsd: float) -> Bools:
    mask = np.logical_or.reduce([outline_mask(drawn.site, kind, gsd=gsd) for kind in kinds])
    mask.flags.writeable = False
    return np.asarray(mask)


def _outlined(site: Site, kinds: Iterable[str], *, gsd: float) -> Bools | None:
    """Pixels in outlines of any of the kinds, drawn once a process; None where there are none."""
    present = {outline.kind for outline in site.outlines} & set(kinds)
    if not present:
        return None
    with DRAWING_LOCK:
        return _union(_Drawn(outlines_hash(site), site), tuple(sorted(present)), gsd)


def site_screening_masks(site: Site, *, gsd: float) -> ScreeningMasks:
    """Stable ground and open water of a site, from the outlines that the user drew.

    Parameters
    ----------
    site : Site
        Its outlines of the kinds ``stable`` and ``openwater``, and its targets.
    gsd : float
        Side of a pixel in metres.

    Returns
    -------
    ScreeningMasks
        Without an outline of stable ground the ring is all land from `RING_INNER_M` to
        `RING_OUTER_M` metres around the targets, or the whole window where there is no target
        or nothing is left, and `ScreeningMasks.drawn` is False.
    """
    water = _outlined(site, ("openwater",), gsd=gsd)
    stable = _outlined(site, ("stable",), gsd=gsd)
    if stable is not None and stable.any():
        return ScreeningMasks(stable, water, True)
    targets = _outlined(site, TARGET_KINDS, gsd=gsd)
    whole = np.ones(site.grid.shape(gsd), bool)
    if targets is None or not targets.any():
        return ScreeningMasks(whole, water, False)
    ring = ring_mask([targets], gsd=gsd)
    land = ring if water is None else ring & ~water
    return ScreeningMasks(land if land.any() else ring if ring.any() else whole, water, False)
