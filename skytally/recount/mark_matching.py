"""Which marks of several counts are of one object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from skytally.recount.object_mark import CANNOT_TELL, Mark

Floats = npt.NDArray[np.float64]

REACH_M = {"railcars": 7.0, "containers": 3.0, "ships": 40.0, "pits": 15.0}
"""Metres between the middles of two marks of one object: about half its length (METHODS 13.3)."""
OTHER_REACH_M = 10.0
UNSCALED_REACH_PX = 12.0
"""The same in pixels, on an image whose scale is not known."""
FAR = 1e9


@dataclass(frozen=True)
class MatchedObject:
    """One object, with the mark that each counter set on it."""

    marks: Mapping[str, Mark]
    """Mark by counter; a counter who has none there is left out."""

    @property
    def middle(self) -> tuple[float, float]:
        """Column and row of the mean of the middles of its marks."""
        columns, rows = zip(*(mark.middle for mark in self.marks.values()), strict=True)
        return sum(columns) / len(columns), sum(rows) / len(rows)


LONGEST_M = {"railcars": 30.0, "containers": 15.0}
"""Metres beyond which a mark is longer than one such object, with something to spare: the longest
container in common use has 45 feet, 13.7 m. Of other things nothing is said."""


def reach_px(what: str, scale_m: float | None) -> float:
    """Pixels within which two marks may be of one object.

    Parameters
    ----------
    what : str
        Unit that was counted.
    scale_m : float or None
        Metres a pixel, None where it is not known.

    Examples
    --------
    >>> reach_px("railcars", 0.5), reach_px("railcars", None)
    (14.0, 12.0)
    """
    if scale_m is None:
        return UNSCALED_REACH_PX
    return REACH_M.get(what, OTHER_REACH_M) / scale_m


def _costs(known: Sequence[MatchedObject], marks: Sequence[Mark], reach: float) -> Floats:
    """Distances of marks from objects, dims (object, mark); far where they are not one."""
    apart = cdist([each.middle for each in known], [mark.middle for mark in marks])
    smallest = [min(mark.length for mark in each.marks.values()) for each in known]
    sizes = np.minimum.outer(smallest, [mark.length for mark in marks])
    return np.where(apart <= np.maximum(reach, sizes / 2.0), apart, FAR)


def matched_objects(counts: Mapping[str, Sequence[Mark]], *, reach: float) -> list[MatchedObject]:
    """Match the marks of several counts, one to one, at the least sum of distances.

    Marks of which their counter could not tell are left out: they are no objects.

    Parameters
    ----------
    counts : mapping of str to sequence of Mark
        Marks by counter.
    reach : float
        Pixels within which two marks may be of one object; half the length of the shorter, where
        that is more.

    Returns
    -------
    list of MatchedObject
        In the order in which they were marked, those of the first counter first.

    Notes
    -----
    Counter by counter, by the assignment of least total distance (METHODS 13.3); with two
    counters that is the best matching, with more it may depend on their order.
    """
    objects: list[MatchedObject] = []
    for counter, marks in counts.items():
        told = [mark for mark in marks if mark.certainty != CANNOT_TELL]
        taken = {}
        if objects and told:
            costs = _costs(objects, told, reach)
            for i, k in zip(*linear_sum_assignment(costs), strict=True):
                if costs[i, k] < FAR:
                    taken[int(k)] = int(i)
        for k, mark in enumerate(told):
            if k in taken:
                i = taken[k]
                objects[i] = MatchedObject({**objects[i].marks, counter: mark})
            else:
                objects.append(MatchedObject({counter: mark}))
    return objects


def with_untold(
    objects: Sequence[MatchedObject], counts: Mapping[str, Sequence[Mark]], *, reach: float
) -> list[MatchedObject]:
    """Add the marks of which their counter could not tell, for people to look at.

    Parameters
    ----------
    objects : sequence of MatchedObject
        As `matched_objects` gives them.
    counts : mapping of str to sequence of Mark
        Marks by counter.
    reach : float
        As `matched_objects`.

    Returns
    -------
    list of MatchedObject
        Each such mark at the nearest object within reach that its counter did not mark, or as a
        place of its own.
    """
    places = list(objects)
    for counter, marks in counts.items():
        for mark in (mark for mark in marks if mark.certainty == CANNOT_TELL):
            free = [i for i, each in enumerate(places) if counter not in each.marks]
            costs = _costs([places[i] for i in free], [mark], reach)[:, 0] if free else np.empty(0)
            if free and costs.min() < FAR:
                i = free[int(costs.argmin())]
                places[i] = MatchedObject({**places[i].marks, counter: mark})
            else:
                places.append(MatchedObject({counter: mark}))
    return places
