"""Images of one satellite pass over the sites of a rehearsal, optical and radar, before packing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skytally.imagery.simulate.rehearsal_port_yard_and_depot import WATER_CLASS
from skytally.imagery.simulate.rehearsal_site_layouts import (
    BANDS,
    GSD,
    LAND,
    BerthedShip,
    Classes,
    Floats,
    Ground,
    ships_at_berth,
    smooth_field,
)

REFLECTANCE = np.array(
    [
        [0.045, 0.065, 0.060, 0.240, 0.190, 0.110],
        [0.045, 0.040, 0.026, 0.014, 0.008, 0.006],
        [0.170, 0.190, 0.205, 0.230, 0.250, 0.230],
        [0.100, 0.110, 0.120, 0.140, 0.180, 0.170],
        [0.110, 0.140, 0.175, 0.230, 0.310, 0.280],
    ],
    dtype=np.float32,
)
"""Surface reflectance of each kind of ground (rows) in each of `BANDS`; round figures."""
SNOW = np.array([0.70, 0.70, 0.69, 0.62, 0.10, 0.08], dtype=np.float32)
CLOUD = np.array([0.55, 0.54, 0.54, 0.56, 0.40, 0.32], dtype=np.float32)
HULL = np.array([0.21, 0.21, 0.22, 0.22, 0.20, 0.19], dtype=np.float32)
SHADOW = 0.45
"""Share of the light left under a cloud's shadow."""
NOISE = 0.0012
"""Standard deviation of a pixel's reflectance."""
BACKSCATTER = np.array([0.09, 0.010, 0.30, 0.14, 0.08], dtype=np.float32)
"""Linear gamma nought of each kind of ground in VV; VH is a sixth of it."""
SHIP_BACKSCATTER = 4.0
LOOKS = 4.4
"""Equivalent number of looks of the speckle."""
CLASS_OF = np.array([4, 6, 5, 5, 5], dtype=np.uint8)
"""Scene class (SCL) of each kind of ground: vegetation, water, bare."""
NO_DATA, SHADOWED, CLOUDY, SNOWY = 0, 3, 9, 11
HULL_ON_WATER = 0.06
"""Red reflectance from which a rehearsed pixel of water is a hull, for the radar."""
EDGE = 20
"""Metres to which the edge of a swath is drawn, the pixel of the scene classes."""


@dataclass(frozen=True)
class Sky:
    """What lies between the ground and the satellite in one pass."""

    cloud: float = 0.0
    """Share of the drawing under cloud."""
    snow: bool = False
    """Whether snow lies on the land."""
    covered: float = 1.0
    """Share of the drawing inside the swath, from the west; the rest has no data."""


def _hull(where: Ground, ships: Sequence[BerthedShip]) -> Floats:
    covered: Floats = np.zeros(where.kinds.shape, dtype=np.float32)
    rows, columns = where.kinds.shape
    inverse = ~where.grid.transform(GSD)
    reach = 12
    steps = (np.arange(-reach * 5, reach * 5) + 0.5) / 5
    for ship in ships:
        column, row = (int(each) for each in inverse @ (ship.x, ship.y))
        top, left = row - reach, column - reach
        if top < 0 or left < 0 or row + reach > rows or column + reach > columns:
            continue
        dx, dy = np.meshgrid(steps * GSD, -steps * GSD)
        turn = np.deg2rad(ship.axis_deg)
        along = dx * np.sin(turn) + dy * np.cos(turn)
        across = dx * np.cos(turn) - dy * np.sin(turn)
        fine = (np.abs(along) <= ship.length / 2) & (np.abs(across) <= ship.beam / 2)
        share = fine.reshape(2 * reach, 5, 2 * reach, 5).mean(axis=(1, 3))
        part = covered[top : row + reach, left : column + reach]
        np.maximum(part, share.astype(np.float32), out=part)
    return covered


def _outside(where: Ground, sky: Sky) -> npt.NDArray[np.bool_]:
    columns = where.kinds.shape[1]
    edge = round(columns * sky.covered * GSD / EDGE) * EDGE // GSD
    return np.broadcast_to(np.arange(columns) >= edge, where.kinds.shape)


def optical_view(
    where: Ground, day: int, sky: Sky, *, rng: np.random.Generator
) -> tuple[dict[str, Floats], Classes]:
    """Reflectance of the ground in one optical pass.

    Parameters
    ----------
    where : Ground
        The ground.
    day : int
        Day of the pass, days since 1970-01-01.
    sky : Sky
        Cloud, snow and swath.
    rng : numpy.random.Generator
        Source of the clouds' shape and of the noise.

    Returns
    -------
    tuple of dict and numpy.ndarray
        Reflectance of each of `BANDS`, NaN outside the swath, dims (y, x); scene classes as in
        the Sentinel-2 classification, dims (y, x).
    """
    shape = where.kinds.shape
    hull = _hull(where, ships_at_berth(where, day))
    classes = CLASS_OF[where.kinds]
    classes[hull > 0.5] = 5
    for patch in where.patches:
        classes[patch.part] = patch.place.classes
    snow = (where.kinds == LAND) & (smooth_field(shape, cells=12, rng=rng) > 0.35) & sky.snow
    classes[snow] = SNOWY
    clouds = smooth_field(shape, cells=6, rng=rng) + 0.3 * smooth_field(shape, cells=30, rng=rng)
    thick = np.zeros(shape, dtype=bool)
    if sky.cloud > 0:
        thick = clouds >= np.quantile(clouds, 1 - sky.cloud)
    shade = np.roll(thick, (20, -20), axis=(0, 1)) & ~thick
    classes[shade], classes[thick] = SHADOWED, CLOUDY
    outside = _outside(where, sky)
    classes[outside] = NO_DATA
    bands = {}
    for i, band in enumerate(BANDS):
        seen = REFLECTANCE[where.kinds, i] * where.texture
        seen += hull * (HULL[i] - seen)
        for patch in where.patches:
            seen[patch.part] = patch.reflectance(day)[i]
        seen = np.where(snow, SNOW[i] * where.texture, seen)
        seen = np.where(shade, seen * np.float32(SHADOW), seen)
        seen = np.where(thick, CLOUD[i] * (0.8 + 0.4 * clouds), seen)
        seen += rng.normal(0.0, NOISE, shape).astype(np.float32)
        bands[band] = np.where(outside, np.float32(np.nan), np.clip(seen, 0.0, 1.4))
    return bands, classes


def radar_view(where: Ground, day: int, sky: Sky, *, rng: np.random.Generator) -> dict[str, Floats]:
    """Backscatter of the ground in one radar pass.

    Parameters
    ----------
    where : Ground
        The ground.
    day : int
        Day of the pass, days since 1970-01-01.
    sky : Sky
        Only its swath matters.
    rng : numpy.random.Generator
        Source of the speckle.

    Returns
    -------
    dict
        Linear gamma nought in ``vv`` and ``vh``, NaN outside the swath, dims (y, x).
    """
    hull = _hull(where, ships_at_berth(where, day))
    for patch in where.patches:
        red = patch.reflectance(day)[BANDS.index("b04")]
        water = patch.place.classes == WATER_CLASS
        hull[patch.part] = water & (red > HULL_ON_WATER)
    calm = BACKSCATTER[where.kinds] * where.texture + hull * SHIP_BACKSCATTER
    outside = _outside(where, sky)
    seen = {}
    for word, share in (("vv", 1.0), ("vh", 1 / 6)):
        speckle = np.asarray(rng.gamma(LOOKS, 1 / LOOKS, calm.shape), dtype=np.float32)
        seen[word] = np.where(outside, np.float32(np.nan), calm * np.float32(share) * speckle)
    return seen
