"""What cranes that move along a quay could account for, and what stood there in one look only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from skytally.measures.doors import Bools
from skytally.measures.frames import Floats

BUMPERS, GAUGE = 27.0, 30.0
"""Metres of quay that a container gantry takes between its bumpers, and across its rails: the
largest kind; portal cranes and gantries of a yard are smaller."""
SOLID = 0.5
"""Share of that ground hidden by beams, house and boom, or dark in their shade: a lattice is
mostly open, and its shade covers about as much again. Taken large."""
CRANE_M2 = BUMPERS * GAUGE * SOLID
"""Square metres that one crane can add to what is found on a quay; one whose boom lies over the
concrete, or whose paint is brighter than any of the paints, can seem to cover more."""
CRANES = 2
"""Cranes taken to move along a quay whose own number is not known: as a berth of 200 m has."""
GROWN = 2
"""Pixels by which what was found is grown, so that its blurred rim is counted."""
NEAR_DAYS = 12.0
"""Days within which the looks before and after must lie: two passes of one orbit, 5 days apart,
with a cloudy one between, and time to spare."""
SURE = 0.5
"""Chance of finding a block of eight from which a look that shows nothing counts as empty."""
EIGHT_WAYS = np.ones((3, 3), bool)


@dataclass(frozen=True, eq=False)
class Piece:
    """One thing found on a quay, apart from others."""

    where: Bools
    """Its pixels, the blurred rim left out, dims (y, x)."""
    area: float
    """Square metres."""


def pieces(found: Bools, cover: Floats) -> Iterator[Piece]:
    """Give what was found, one by one.

    Parameters
    ----------
    found : ndarray of bool, dims (y, x)
        Pixels where something stands.
    cover : ndarray, dims (y, x)
        Square metres covered in each pixel, the blurred rim included.

    Yields
    ------
    Piece
    """
    marks, count = ndimage.label(
        ndimage.binary_dilation(found, iterations=GROWN), structure=EIGHT_WAYS
    )
    areas = ndimage.sum_labels(cover, marks, np.arange(1, count + 1))
    for mark, area in enumerate(areas, 1):
        yield Piece(np.asarray(found & (marks == mark)), float(area))


def crane_area(found: Bools, cover: Floats, cranes: int) -> float:
    """Give the most that moving cranes could account for in what was found, square metres.

    Parameters
    ----------
    found : ndarray of bool, dims (y, x)
        Pixels where something stands.
    cover : ndarray, dims (y, x)
        Square metres covered in each pixel.
    cranes : int
        Cranes that may stand there at once.

    Returns
    -------
    float
        Each crane accounts for what is left of the largest piece, at most `CRANE_M2`. At 10 m
        a crane and a block of containers of its size look alike, and a crane at rest stands as
        long as a stack does: neither shape nor time tells them apart.

    Examples
    --------
    >>> found = np.zeros((9, 30), bool); found[3:5, 3:6] = True; found[3:6, 12:27] = True
    >>> cover = np.where(found, 100.0, 0.0).astype(np.float32)
    >>> [crane_area(found[:, :10], cover[:, :10], 2), crane_area(found, cover, 2)]
    [600.0, 810.0]
    """
    left, total = [piece.area for piece in pieces(found, cover)], 0.0
    for _ in range(cranes if left else 0):
        largest = int(np.argmax(left))
        taken = min(left[largest], CRANE_M2)
        left[largest] -= taken
        total += taken
    return total


def gone(piece: Piece, other: Bools) -> bool:
    """Tell whether nothing was found in another look where a piece stands."""
    return not (ndimage.binary_dilation(other, iterations=GROWN) & piece.where).any()
