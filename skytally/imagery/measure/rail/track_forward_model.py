"""Tracks laid over pixels: the light of each segment on each pixel."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage, special

from skytally.core import DataError, refuse
from skytally.imagery.cube import Bools, Window

Doubles = npt.NDArray[np.float64]
Whole = npt.NDArray[np.intp]

SEGMENT = 30.0
"""Metres of track that are full or empty together: two cars, three pixels (METHODS 5.2)."""
CAR_WIDTH = 3.1
"""Width of a car in metres (METHODS 5.2; a gondola is 3.16 m, its body a little less)."""
BODY = 0.91
"""Part of the track under a train that is body, not gap: 12.75 of 13.92 m (METHODS 5.1)."""
MAX_PARALLEL_TRACKS = 8
"""Tracks side by side beyond which occupancy cannot be told (METHODS 5.1)."""
TRACK_RING_M = (15.0, 60.0)
"""Metres from the outermost track at which the ground is stable and the light the same."""
REACH = 4.0
"""Blur widths beyond which a car lights no pixel."""
TOUCHED = 0.02
"""Part of a pixel's light below which a full track is not worth a row in the fit."""
MIN_TRACK_M = 60.0
"""Length below which a track holds two segments, too few to be smooth along."""


@dataclass(frozen=True, eq=False)
class Corridor:
    """Tracks laid over the pixels of a cube."""

    light: Doubles
    """Part of a pixel's light that a fully occupied segment covers, dims (pixel, segment)."""
    pixels: Bools
    """Pixels that the tracks light, dims (y, x); their order is that of the rows of `light`."""
    ring: Bools
    """Stable ground beside the tracks, dims (y, x)."""
    metres: Doubles
    """Length of each segment, dims (segment)."""
    track: Whole
    """Number of the track of each segment, dims (segment)."""
    rough: Doubles
    """Differences between neighbouring segments of a track, dims (pair, segment)."""
    axis_deg: float
    """Bearing of the tracks, degrees clockwise from grid north, 0 up to 180."""

    def cut(self, window: Window, usable: Bools) -> Corridor:
        """Crop the corridor to a window, without the pixels that cannot be used."""
        kept = usable[self.pixels[window]]
        return replace(
            self,
            light=self.light[kept],
            pixels=np.asarray(self.pixels[window] & usable),
            ring=self.ring[window],
        )

    @property
    def length(self) -> float:
        """Length of all tracks in metres."""
        return float(self.metres.sum())


def _faults(lines: Sequence[Doubles]) -> Iterable[str]:
    if not 1 <= len(lines) <= MAX_PARALLEL_TRACKS:
        yield (
            f"{len(lines)} tracks; give 1 to {MAX_PARALLEL_TRACKS} side by side, and split a wider "
            "yard into corridors"
        )
    for i, line in enumerate(lines):
        if line.ndim != 2 or line.shape[1] != 2 or len(line) < 2 or not np.isfinite(line).all():
            yield f"track {i + 1}: shape {line.shape}; give points (x, y) in the cube's CRS"
        elif np.hypot(*np.diff(line, axis=0).T).sum() < MIN_TRACK_M:
            yield f"track {i + 1} is shorter than {MIN_TRACK_M:g} m; leave it out"


def _segments(line: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """Middles, unit directions and lengths of the segments of a track."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    count = max(round(along[-1] / SEGMENT), 1)
    ends = np.linspace(0.0, along[-1], count + 1)
    points = np.stack([np.interp(ends, along, line[:, i]) for i in (0, 1)], 1)
    way = np.diff(points, axis=0)
    lengths = np.hypot(*way.T)
    return (points[:-1] + points[1:]) / 2.0, way / lengths[:, None], lengths


def blurred_box(
    along: Doubles, aside: Doubles, length: Doubles | float, width: float, sigma: float
) -> Doubles:
    """Share of a pixel that a rectangle covers under a Gaussian blur.

    Parameters
    ----------
    along, aside : ndarray
        Metres from the rectangle's middle, along and across its axis.
    length, width : float
        Sides of the rectangle in metres.
    sigma : float
        Blur in metres, the pixel included.

    Returns
    -------
    ndarray
        0 to 1.

    Notes
    -----
    The product of two differences of the normal distribution function, METHODS 4.3.

    Examples
    --------
    >>> round(float(blurred_box(np.array(0.0), np.array(0.0), 1e6, 1e6, 5.0)), 6)
    1.0
    """

    def part(at: Doubles, side: Doubles | float) -> Doubles:
        return special.ndtr((at + side / 2.0) / sigma) - special.ndtr((at - side / 2.0) / sigma)

    return np.asarray(part(along, length) * part(aside, width))


def lay_corridor(
    lines: Sequence[npt.ArrayLike],
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    sigma: float,
    keep_out: Bools | None = None,
) -> Corridor:
    """Lay tracks over pixels.

    Parameters
    ----------
    lines : sequence of array_like, dims (point, 2)
        Centre lines of one to eight tracks, x and y in the cube's CRS.
    x, y : array_like, dims (x), (y)
        Pixel centres in the cube's CRS.
    sigma : float
        Blur of the camera in metres, the pixel included.
    keep_out : ndarray of bool, dims (y, x), optional
        Buildings and roads, which are left out of the ring.

    Returns
    -------
    Corridor

    Raises
    ------
    DataError
        If there is no track or more than eight, a track is shorter than 60 m, or the tracks
        lie outside the cube or on fewer than two of its pixels.
    """
    tracks = [np.asarray(line, float) for line in lines]
    refuse(_faults(tracks), what="tracks")
    across, down = np.asarray(x, float), np.asarray(y, float)
    gsd = abs(float(across[1] - across[0]))
    columns, rows = np.meshgrid(across, down)
    light, metres, track = [], [], []
    for i, line in enumerate(tracks):
        for middle, way, length in zip(*_segments(line), strict=True):
            dx, dy = columns - middle[0], rows - middle[1]
            along, aside = dx * way[0] + dy * way[1], dy * way[0] - dx * way[1]
            far = (np.abs(along) > length / 2 + REACH * sigma) | (np.abs(aside) > REACH * sigma)
            part = np.zeros(columns.shape)
            part[~far] = blurred_box(along[~far], aside[~far], length, CAR_WIDTH, sigma)
            light.append(BODY * part)
            metres.append(float(length))
            track.append(i)
    stacked = np.stack(light)
    pixels = stacked.sum(0) > TOUCHED
    if np.count_nonzero(pixels) < 2:
        message = "the tracks lie outside the cube; check their coordinates and CRS"
        raise DataError(message)
    on_track = stacked.max(0) > 0.25 * stacked.max()
    distance = ndimage.distance_transform_edt(~on_track) * gsd
    ring = (distance >= TRACK_RING_M[0]) & (distance <= TRACK_RING_M[1]) & ~pixels
    if keep_out is not None:
        ring &= ~keep_out
    numbers = np.array(track)
    return Corridor(
        light=stacked[:, pixels].T.copy(),
        pixels=pixels,
        ring=ring,
        metres=np.array(metres),
        track=numbers,
        rough=_differences(numbers),
        axis_deg=_bearing(tracks),
    )


def _bearing(lines: Sequence[Doubles]) -> float:
    """Bearing of the tracks from their ends, the longest counting most."""
    ways = np.array([line[-1] - line[0] for line in lines])
    turned = 2.0 * np.arctan2(ways[:, 0], ways[:, 1])
    lengths = np.hypot(*ways.T)
    middle = math.atan2(float(lengths @ np.sin(turned)), float(lengths @ np.cos(turned))) / 2.0
    return math.degrees(middle) % 180.0


def _differences(track: Whole) -> Doubles:
    pairs = np.flatnonzero(track[1:] == track[:-1])
    rough = np.zeros((pairs.size, track.size))
    rough[np.arange(pairs.size), pairs] = -1.0
    rough[np.arange(pairs.size), pairs + 1] = 1.0
    return rough
