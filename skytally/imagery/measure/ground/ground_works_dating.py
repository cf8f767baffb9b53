"""Date of ground works from a series of the bare-soil index."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from skytally.core import DataError
from skytally.imagery.cube import check_day
from skytally.imagery.measure.ground.bare_soil_index import GroundObservation
from skytally.imagery.measure.ground.bare_soil_seasonal_cycle import (
    SeasonalCycle,
    fit_seasonal_cycle,
)
from skytally.imagery.measure.ground.level_change_date_and_segments import (
    ChangeDate,
    Segment,
    date_change,
    segments,
)

EPOCH = np.datetime64("1970-01-01")
DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, eq=False)
class GroundWorks:
    """When ground was laid bare, and what came after."""

    began: ChangeDate
    """The one change of the bare soil index."""
    segments: tuple[Segment, ...]
    """Stretches of one level, at most four, of the index less its season."""
    labels: tuple[str, ...]
    """What each stage is, by the sign of its change alone."""
    season: SeasonalCycle
    """What the years before show."""
    usable: int
    """Images of the study that could tell."""
    images: int
    """Images of the study."""


def _label(before: Segment, after: Segment, season: SeasonalCycle) -> str:
    """Label a stage by its sign only: 10 m pixels do not show what was done to the ground."""
    if after.value - before.value > 2.0 * season.drift:
        return "barer"
    if before.value - after.value > 2.0 * season.drift:
        return "surface changed again" if before.value > 2.0 * season.drift else "less bare"
    return "little changed"


def date_ground_works(
    observations: Iterable[GroundObservation], *, study: np.datetime64 | str, level: float = 0.9
) -> GroundWorks:
    """Date the beginning of works on a piece of ground, and split what followed into stages.

    Parameters
    ----------
    images : iterable of GroundObservation
        From `bare_soil_series`, times rising, two years before the study and more.
    study : numpy.datetime64 or str
        First day of the study. It must be chosen before the images are seen.
    level : float
        Stated coverage of the interval of the date.

    Returns
    -------
    GroundWorks
        A date interval that holds the gap between images; nothing is "filled" or "covered" here,
        which 10 m do not show.

    Raises
    ------
    DataError
        As `fit_seasonal_cycle` and `date_change`.
    """
    series = list(observations)
    days = np.array([(each.time - EPOCH) / DAY for each in series], float)
    values = np.array([each.bare for each in series], float)
    errors = np.array([each.error for each in series], float)
    since = check_day(study, what="study").astype("datetime64[D]")
    start = float((since - EPOCH) / DAY)
    usual = fit_seasonal_cycle(days, values, until=start)
    late = days >= start
    left = values[late] - usual.level(days[late])
    usable = np.isfinite(left)
    if np.count_nonzero(usable) < 2:
        message = (
            f"{np.count_nonzero(usable)} usable images of {left.size} in the study: no change can "
            "be dated; read more scenes"
        )
        raise DataError(message)
    when, left = days[late][usable], left[usable]
    # the season's spread holds the usual error of an image; an image half hidden errs by more
    usually = float(np.nanmedian(errors))
    more = np.maximum(errors[late][usable] ** 2 - usually**2, 0.0)
    scale = np.sqrt(usual.scale**2 + more)
    began = date_change(when, left, scale, drift=usual.drift, share=usual.share, level=level)
    parts = segments(when, left, scale, share=usual.share)
    names = ["as before", *(_label(a, b, usual) for a, b in itertools.pairwise(parts))]
    if abs(parts[0].value) > 2.0 * usual.drift + 2.0 * usual.scale / math.sqrt(parts[0].n_images):
        names[0] = "barer" if parts[0].value > 0 else "less bare"
    return GroundWorks(began, parts, tuple(names), usual, int(usable.sum()), int(late.sum()))
