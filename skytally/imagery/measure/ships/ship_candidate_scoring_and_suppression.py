"""Candidate ships of one image: their scores, and which of two overlapping ones is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skytally.imagery.cube import Bools, Floats, Window
from skytally.imagery.measure.ships.hull_fit import Rectangle, along_across

FREE, ALONGSIDE = "free", "alongside"
MIN_STEP = 0.02
"""Least step of near infrared at a hull's side: a dark hull over clear water."""
GREEN = 0.3
"""Vegetation index of what was added to the water: no deck paint, but mangrove and grass."""
RATIO_SPREAD = 0.35
"""Standard deviation of the logarithm of length over width of ships about `usual_ratio`: fine
liners and ore carriers, ferries and tugs."""
MAX_BEAM_M = 70.0
"""Metres: the widest ships afloat and the blur."""
WAKE_SHARE, WAKE_METRES, WAKE_DEGREES = 0.5, 400.0, 30.0
"""Brightness over that of a ship ahead below which an object is its wake, if it lies within this
distance, and within Kelvin's 19.5 degrees and the 10 degrees to which an axis is known, of the
ship's axis and of its own. Foam fades behind the hull; ships in one fairway keep further apart."""
MIN_SCORE = 0.05
"""Score below which nothing is kept, even for a curve."""
OVERLAP = 0.3
"""Share of a hull that a better one may cover."""


@dataclass(frozen=True, eq=False)
class WaterResidual:
    """One image with the water taken off."""

    signal: Floats
    """Image minus the water around, dims (layer, y, x)."""
    noise: Floats
    """Its noise over water."""
    water: Bools
    """Large bodies of water, dims (y, x)."""
    layers: tuple[str, ...]
    """Names of the bands."""
    gsd: float
    """Side of a pixel in metres."""
    sigma_m: tuple[float, ...]
    """Blur of each band in metres."""

    def layer(self, name: str) -> Floats:
        """Signal of one band."""
        return self.signal[self.layers.index(name)]


@dataclass(frozen=True)
class Candidate:
    """Something that might be a ship."""

    place: Rectangle
    """Where it lies, counted in the cube."""
    length_low: float
    """Lower end of the interval of its length, metres."""
    length_high: float
    """Upper end of it."""
    kind: str
    """`FREE` or `ALONGSIDE`."""
    score: float
    """How like a ship it is, 0 to 1."""
    contrast: float
    """Near infrared beyond that of the water around."""


def usual_ratio(length: float) -> float:
    """Usual length over width of a ship of a length in metres.

    Notes
    -----
    Watson and Gilfillan 1977, Some ship design methods, Trans. RINA 119: 4 up to 30 m, rising
    by 0.025 a metre to 6.5 at 130 m.

    Examples
    --------
    >>> usual_ratio(20.0), usual_ratio(70.0), usual_ratio(300.0)
    (4.0, 5.0, 6.5)
    """
    return min(4.0 + 0.025 * max(length - 30.0, 0.0), 6.5)


def ratio_score(length: float, width: float, *, slack: float) -> float:
    """Score of how usual a length over width is for ships, 0 to 1.

    Parameters
    ----------
    length, width : float
        Metres.
    slack : float
        Metres by which the width may be wrong either way: it is taken in the ship's favour.

    Examples
    --------
    >>> ratio_score(130.0, 20.0, slack=0.0), round(ratio_score(60.0, 60.0, slack=5.0), 3)
    (1.0, 0.0)
    """
    widths = np.linspace(max(width - slack, 3.0), width + slack, 9)
    off = np.abs(np.log(length / widths / usual_ratio(length))).min()
    return float(np.exp(-0.5 * (off / RATIO_SPREAD) ** 2))


def greenness(signal: npt.NDArray[np.floating], layers: Sequence[str]) -> float:
    """Vegetation index of what an object adds to the water, 0 without red or infrared."""
    if not {"b04", "b08"} <= set(layers):
        return 0.0
    red, infrared = (float(np.mean(signal[list(layers).index(each)])) for each in ("b04", "b08"))
    return (infrared - red) / max(infrared + red, 1e-6)


def pixels_inside(
    place: Rectangle, shape: tuple[int, int], *, gsd: float, share: float
) -> tuple[Window, Bools]:
    """Window and pixels of the inner share of a rectangle."""
    reach = int(0.5 * place.length / gsd) + 3
    rows = slice(max(int(place.row) - reach, 0), max(min(int(place.row) + reach + 1, shape[0]), 0))
    columns = slice(
        max(int(place.column) - reach, 0), max(min(int(place.column) + reach + 1, shape[1]), 0)
    )
    at_row, at_column = np.mgrid[rows, columns].astype(np.float64)
    u, v = along_across(place, at_row, at_column, gsd=gsd)
    inside = (np.abs(u) <= 0.5 * share * place.length) & (np.abs(v) <= 0.5 * share * place.width)
    return (rows, columns), np.asarray(inside)


def without_overlaps(
    found: Sequence[Candidate], shape: tuple[int, int], *, gsd: float
) -> list[Candidate]:
    """Candidates from the best down, without those that a better one covers."""
    taken = np.zeros(shape, bool)
    kept = []
    for each in sorted(found, key=lambda one: -one.score):
        window, inside = pixels_inside(each.place, shape, gsd=gsd, share=1.0)
        if not inside.any() or taken[window][inside].mean() > OVERLAP:
            continue
        taken[window] |= inside
        kept.append(each)
    return kept


def without_wakes(found: Sequence[Candidate], *, gsd: float) -> list[Candidate]:
    """Leave out the pieces of wake that lie in line with a brighter ship.

    Parameters
    ----------
    found : sequence of Candidate
        As from `without_overlaps`.
    gsd : float
        Side of a pixel in metres.

    Returns
    -------
    list of Candidate
    """
    free = [each for each in found if each.kind == FREE]
    return [each for each in found if not any(_is_wake(each, ship, gsd) for ship in free)]


def _is_wake(piece: Candidate, ship: Candidate, gsd: float) -> bool:
    east = (ship.place.column - piece.place.column) * gsd
    north = (piece.place.row - ship.place.row) * gsd
    distance = float(np.hypot(east, north))
    faint = piece.kind == FREE and piece.contrast < WAKE_SHARE * ship.contrast
    if not faint or not 0.0 < distance < WAKE_METRES:
        return False
    bearing = float(np.degrees(np.arctan2(east, north)))
    axes = (piece.place.axis_deg, ship.place.axis_deg)
    return all(abs((bearing - axis + 90.0) % 180.0 - 90.0) < WAKE_DEGREES for axis in axes)
