"""From a site's confirmed outlines to the masks a measure needs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.core.errors import DataError
from skytally.core.wording import number
from skytally.imagery.clear_sky.target_ring import ring_mask
from skytally.imagery.measure.reference import Reference
from skytally.imagery.measure.water_mask import water_like
from skytally.imagery.sites.outline_geometry import rings_m
from skytally.imagery.sites.site_register import CONFIRMED, Outline, Site, mask

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

BETWEEN_TRACKS = 5.0
"""Metres from track to track in a yard: a loading gauge of 3.4 m and a way between."""
TRACK_SIGMA = 3.0
"""Metres to which the lines of tracks must be known: beyond 5 m a full yard is missed by a sixth
(METHODS 5.1, 5.2)."""
MOST_TRACKS = 8
"""Tracks that ten metre pixels still tell apart together (METHODS 5.2)."""
SHORTEST_TRACK = 60.0
"""Metres; below it no train stands."""
WIDEST = 0.25
"""Share of its extent to which an outline must be known before anything is measured in it."""
FAR_FROM_QUAYS = 200.0
"""Metres beyond which water is open, no mooring in it (METHODS 4.2)."""
ROOM = 700.0
"""Metres around a target that are read: its ring reaches 300 m, its open water farther."""
TARGETS = ("berth", "quay", "track", "pit_area")


@dataclass(frozen=True, eq=False)
class Place:
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
    """Ground around every outline of the site, dims (y, x)."""
    others: Bools
    """Pixels of all outlines of things that may change, dims (y, x)."""

    @property
    def scope(self) -> str:
        """Name it for readers."""
        return named(self.site, self.outline)


def named(site: Site, outline: Outline) -> str:
    """Name an outline of a site for readers."""
    return f"{site.name}, {outline.name}"


def extent_m(outline: Outline, site: Site) -> float:
    """Give the width of an outline in the direction in which it is narrowest, in metres."""
    points = np.concatenate(rings_m(outline, site))
    turned = np.radians(np.arange(180.0))
    return float(np.ptp(points @ np.stack([np.sin(turned), np.cos(turned)]), axis=0).min())


def not_ready(outline: Outline, site: Site) -> str:
    """Say why nothing can be measured in an outline yet; empty where it can."""
    if outline.status != CONFIRMED:
        return (
            f"its outline is {outline.status}: it is known to about "
            f"{number(round(outline.pos_sigma_m))} m, and everything within is drawn"
        )
    if outline.kind == "track" and outline.pos_sigma_m > TRACK_SIGMA:
        return (
            f"its outline is known to {number(round(outline.pos_sigma_m))} m only; lines of "
            f"tracks {BETWEEN_TRACKS:g} m apart must be known to {TRACK_SIGMA:g} m"
        )
    if outline.kind != "track" and outline.pos_sigma_m > WIDEST * extent_m(outline, site):
        return (
            f"its outline is known to {number(round(outline.pos_sigma_m))} m only, too little "
            f"for something {number(round(extent_m(outline, site)))} m wide"
        )
    if outline.kind in ("berth", "quay", "track") and outline.axis_deg is None:
        return "its outline has no axis; write axis_deg"
    return ""


def _window(target: Bools, gsd: float) -> tuple[slice, slice]:
    reach = math.ceil(ROOM / gsd)
    rows, columns = (np.flatnonzero(target.any(axis=each)) for each in (1, 0))
    # even corners, since pixels of 20 m begin there
    first, second = (
        slice(2 * (max(each[0] - reach, 0) // 2), min(each[-1] + reach, size) + 1)
        for each, size in zip((rows, columns), target.shape, strict=True)
    )
    return first, second


def place(site: Site, outline: Outline, *, gsd: float) -> Place:
    """Give what a measure needs to know of an outline in which something can be measured.

    Parameters
    ----------
    site : Site
        The site.
    outline : Outline
        One of its outlines, for which `not_ready` says nothing.
    gsd : float
        Side of a pixel in metres.

    Returns
    -------
    Place

    Raises
    ------
    DataError
        If the outline covers fewer than two pixels.
    """
    target = mask(replace(site, outlines=(outline,)), outline.kind, gsd=gsd)
    if np.count_nonzero(target) < 2:
        message = (
            f"{site.slug}, outline {outline.name!r}: {np.count_nonzero(target)} pixels of "
            f"{gsd:g} m; draw it larger in data/sites/{site.slug}.geojson"
        )
        raise DataError(message)
    window = _window(target, gsd)
    others = _changing([each for each in site.outlines if not not_ready(each, site)], site, gsd)
    ring = ring_mask([others], gsd=gsd)
    return Place(site, outline, gsd, window, target[window], ring[window], others[window])


def _changing(outlines: Iterable[Outline], site: Site, gsd: float) -> Bools:
    """Give the pixels of everything that may change at a site."""
    chosen = [each for each in outlines if each.kind in TARGETS]
    masks = [mask(replace(site, outlines=(each,)), each.kind, gsd=gsd) for each in chosen]
    return np.asarray(np.logical_or.reduce(masks))


def dry_ring(place: Place, level: Reference) -> Bools:
    """Give the part of a ring that is land in a reference."""
    return np.asarray(place.ring & ~_water(place, level))


def open_water(place: Place, level: Reference) -> Bools:
    """Give water away from the outlines, in a reference."""
    away = ndimage.distance_transform_edt(~place.others) * place.gsd > FAR_FROM_QUAYS
    return np.asarray(_water(place, level) & away)


def _water(place: Place, level: Reference) -> Bools:
    return water_like(level.level, level.layers, place.target)


def seaward(berth: Outline, site: Site) -> float:
    """Give the bearing from the quay out to sea: across the berth's axis, away from the quays.

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
    middle = np.concatenate(rings_m(berth, site)).mean(0)
    centres = [np.concatenate(rings_m(each, site)).mean(0) for each in quays]
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
    ring = max(rings_m(outline, site), key=len)
    bearing = math.radians(outline.axis_deg)
    along = np.array([math.sin(bearing), math.cos(bearing)])
    aside = np.array([along[1], -along[0]])
    across = ring @ aside
    width = float(np.ptp(across))
    count = max(int(width // BETWEEN_TRACKS), 1)
    if count > MOST_TRACKS:
        message = (
            f"{site.slug}, outline {outline.name!r}: {width:.0f} m wide, room for {count} tracks; "
            f"draw one outline for each bundle of at most {MOST_TRACKS}"
        )
        raise DataError(message)
    first = float(across.min()) + (width - (count - 1) * BETWEEN_TRACKS) / 2.0
    lines = []
    for i in range(count):
        offset = first + i * BETWEEN_TRACKS
        ends = _crossings(ring @ along, across, offset)
        if ends is not None and ends[1] - ends[0] >= SHORTEST_TRACK:
            lines.append(np.stack([end * along + offset * aside for end in ends]))
    if not lines:
        message = (
            f"{site.slug}, outline {outline.name!r}: no track of {SHORTEST_TRACK:g} m fits along "
            f"{outline.axis_deg:g} degrees; correct axis_deg or the outline"
        )
        raise DataError(message)
    return tuple(lines)


def _crossings(along: Floats, across: Floats, offset: float) -> tuple[float, float] | None:
    """Give where a line across a ring enters it first and leaves it last."""
    below, above = across[:-1] - offset, across[1:] - offset
    cuts = (below < 0) != (above < 0)
    if not cuts.any():
        return None
    share = below[cuts] / (below[cuts] - above[cuts])
    at = along[:-1][cuts] + share * (along[1:] - along[:-1])[cuts]
    return float(at.min()), float(at.max())
