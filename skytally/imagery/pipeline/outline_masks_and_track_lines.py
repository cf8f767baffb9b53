"""Masks for measuring, from the outlines of a site: target, stable ground, open water, tracks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.core import DataError
from skytally.imagery.clear_sky import RING_INNER_M, ring_mask
from skytally.imagery.measure import Reference, water_pixels
from skytally.imagery.pipeline.outline_confirmed_and_located_well_enough import (
    TRACK_SPACING,
    measuring_obstacle,
    outline_title,
)
from skytally.imagery.sites import Outline, Site, outline_mask, rings_in_metres

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

MAX_TRACKS = 8
"""Tracks that ten metre pixels still tell apart together (METHODS 5.2)."""
MIN_TRACK_M = 60.0
"""Metres; below it no train stands."""
OPEN_WATER_M = 200.0
"""Metres beyond which water is open, no mooring in it (METHODS 4.2)."""
WINDOW_M = 700.0
"""Metres around a target that are read: its ring reaches 300 m, its open water farther."""
DRAWN_REACH_M = 1500.0
"""Metres within which ground and water that somebody drew share the weather of an outline."""
MIN_DRAWN = 50
"""Pixels of drawn ground or water below which a slope or a median over them is not trusted."""
TARGETS = ("berth", "quay", "track", "pit_area")
"""Kinds of outline in which things come and go."""


@dataclass(frozen=True, eq=False)
class OutlineArea:
    """One confirmed outline of a site with what lies around it."""

    site: Site
    """The site."""
    outline: Outline
    """The outline."""
    gsd: float
    """Side of a pixel in metres."""
    window: tuple[slice, slice]
    """Rows and columns of the site's grid that are read; the masks are of this size."""
    target: Bools
    """Pixels of the outline, dims (y, x)."""
    ring: Bools
    """Stable ground: drawn, or around every outline of the site, dims (y, x)."""
    others: Bools
    """Pixels of all outlines of things that may change, dims (y, x)."""
    water: Bools | None = None
    """Open water that somebody drew, dims (y, x); None where nobody did."""
    ring_is_drawn: bool = False
    """Whether the stable ground was drawn, and is not the ring around the outlines."""

    @property
    def scope(self) -> str:
        """Site and outline for readers."""
        return outline_title(self.site, self.outline)


def _near(pixels: Bools, gsd: float, reach: float) -> tuple[slice, slice]:
    """Rows and columns within `reach` metres of some pixels."""
    steps = math.ceil(reach / gsd)
    rows, columns = (np.flatnonzero(pixels.any(axis=axis)) for axis in (1, 0))
    # even corners, since pixels of 20 m begin there
    first, second = (
        slice(2 * (max(found[0] - steps, 0) // 2), min(found[-1] + steps, size) + 1)
        for found, size in zip((rows, columns), pixels.shape, strict=True)
    )
    return first, second


def _drawn(site: Site, kind: str, gsd: float) -> Bools | None:
    """Pixels of the outlines of a kind that are known well enough; None where there are none."""
    chosen = [
        outline
        for outline in site.outlines
        if outline.kind == kind and not measuring_obstacle(outline, site)
    ]
    return outline_mask(replace(site, outlines=tuple(chosen)), kind, gsd=gsd) if chosen else None


def _drawn_near(site: Site, kind: str, target: Bools, others: Bools, gsd: float) -> Bools | None:
    """Pixels that somebody drew as stable ground or open water, near an outline and off all others.

    None where there are fewer than `MIN_DRAWN`: a median over them would say little.
    """
    pixels = _drawn(site, kind, gsd)
    if pixels is None:
        return None
    wide = np.zeros_like(pixels)
    wide[_near(target, gsd, DRAWN_REACH_M)] = True
    apart = ndimage.distance_transform_edt(~others) * gsd >= RING_INNER_M
    pixels = np.asarray(pixels & wide & apart)
    return pixels if np.count_nonzero(pixels) >= MIN_DRAWN else None


def outline_area(site: Site, outline: Outline, *, gsd: float) -> OutlineArea:
    """Window and masks of an outline in which something can be measured.

    Stable ground and open water are those that somebody drew and confirmed, as far as they lie
    within `DRAWN_REACH_M`; where nobody did, stable ground is the ring around all outlines, and
    open water is found in the images.

    Parameters
    ----------
    site : Site
        The site.
    outline : Outline
        One of its outlines, in which `measuring_obstacle` finds nothing.
    gsd : float
        Side of a pixel in metres.

    Returns
    -------
    OutlineArea

    Raises
    ------
    DataError
        If the outline covers fewer than two pixels.
    """
    target = outline_mask(replace(site, outlines=(outline,)), outline.kind, gsd=gsd)
    if np.count_nonzero(target) < 2:
        message = (
            f"{site.slug}, outline {outline.name!r}: {np.count_nonzero(target)} pixels of "
            f"{gsd:g} m; draw it larger in data/sites/{site.slug}.geojson"
        )
        raise DataError(message)
    others = _changing(
        [each for each in site.outlines if not measuring_obstacle(each, site)], site, gsd
    )
    stable, water = (
        _drawn_near(site, kind, target, others, gsd) for kind in ("stable", "openwater")
    )
    window = _near(target, gsd, WINDOW_M)
    read = np.zeros_like(target)
    read[window] = True
    for pixels in (stable, water):
        read |= False if pixels is None else pixels
    window = _near(read, gsd, 0.0)
    ring = ring_mask([others], gsd=gsd) if stable is None else stable
    return OutlineArea(
        site, outline, gsd, window, target[window], ring[window], others[window],
        None if water is None else water[window], stable is not None,
    )  # fmt: skip


def _changing(outlines: Iterable[Outline], site: Site, gsd: float) -> Bools:
    """Pixels of everything that may change at a site."""
    chosen = [each for each in outlines if each.kind in TARGETS]
    masks = [outline_mask(replace(site, outlines=(each,)), each.kind, gsd=gsd) for each in chosen]
    return np.asarray(np.logical_or.reduce(masks))


def dry_ground(area: OutlineArea, level: Reference) -> Bools:
    """Stable ground that is land in a reference, dims (y, x)."""
    return np.asarray(area.ring & ~_water(area, level))


def open_water(area: OutlineArea, level: Reference) -> Bools:
    """Open water that somebody drew, else water of a reference away from all outlines."""
    if area.water is not None:
        return area.water
    away = ndimage.distance_transform_edt(~area.others) * area.gsd > OPEN_WATER_M
    return np.asarray(_water(area, level) & away)


def _water(area: OutlineArea, level: Reference) -> Bools:
    certain = area.target if area.water is None else area.water
    return water_pixels(level.level, level.layers, certain)


def seaward_bearing(berth: Outline, site: Site) -> float:
    """Bearing from the quay out to sea, degrees: across the berth's axis, away from the quays.

    Raises
    ------
    DataError
        If the site has no outline of a quay.
    """
    quays = [each for each in site.outlines if each.kind == "quay"]
    if not quays or berth.axis_deg is None:
        message = (
            f"{site.slug}: no quay beside the berth {berth.name!r}, so which side is the sea is "
            f"not known; draw the quay in data/sites/{site.slug}.geojson"
        )
        raise DataError(message)
    middle = np.concatenate(rings_in_metres(berth, site)).mean(0)
    centres = [np.concatenate(rings_in_metres(each, site)).mean(0) for each in quays]
    nearest = min(centres, key=lambda at: float(np.hypot(*(at - middle))))
    east, north = middle - nearest
    sides = (berth.axis_deg + 90.0) % 360.0, (berth.axis_deg - 90.0) % 360.0
    return max(
        sides,
        key=lambda each: east * math.sin(math.radians(each)) + north * math.cos(math.radians(each)),
    )


def track_lines(outline: Outline, site: Site) -> tuple[Floats, ...]:
    """Lay parallel tracks along the axis of a yard's outline, as many as fit.

    Parameters
    ----------
    outline : Outline
        A confirmed bundle of tracks with its axis.
    site : Site
        Its site.

    Returns
    -------
    tuple of ndarray, dims (point, 2)
        Centre lines in the site's CRS, metres.

    Raises
    ------
    DataError
        If more than eight tracks fit: draw one outline a bundle; or if none of 60 m does.
    """
    if outline.axis_deg is None:
        message = f"{site.slug}, outline {outline.name!r}: no axis; write axis_deg"
        raise DataError(message)
    ring = max(rings_in_metres(outline, site), key=len)
    bearing = math.radians(outline.axis_deg)
    along = np.array([math.sin(bearing), math.cos(bearing)])
    aside = np.array([along[1], -along[0]])
    across = ring @ aside
    width = float(np.ptp(across))
    count = max(int(width // TRACK_SPACING), 1)
    if count > MAX_TRACKS:
        message = (
            f"{site.slug}, outline {outline.name!r}: {width:.0f} m wide, room for {count} tracks; "
            f"draw one outline for each bundle of at most {MAX_TRACKS}"
        )
        raise DataError(message)
    first = float(across.min()) + (width - (count - 1) * TRACK_SPACING) / 2.0
    lines = []
    for i in range(count):
        offset = first + i * TRACK_SPACING
        ends = _crossings(ring @ along, across, offset)
        if ends is not None and ends[1] - ends[0] >= MIN_TRACK_M:
            lines.append(np.stack([end * along + offset * aside for end in ends]))
    if not lines:
        message = (
            f"{site.slug}, outline {outline.name!r}: no track of {MIN_TRACK_M:g} m fits along "
            f"{outline.axis_deg:g} degrees; correct axis_deg or the outline"
        )
        raise DataError(message)
    return tuple(lines)


def _crossings(along: Floats, across: Floats, offset: float) -> tuple[float, float] | None:
    """Where a line across a ring enters it first and leaves it last, metres along the axis."""
    below, above = across[:-1] - offset, across[1:] - offset
    cuts = (below < 0) != (above < 0)
    if not cuts.any():
        return None
    share = below[cuts] / (below[cuts] - above[cuts])
    at = along[:-1][cuts] + share * (along[1:] - along[:-1])[cuts]
    return float(at.min()), float(at.max())
