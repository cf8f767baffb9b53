"""What a depot's looks say beyond an area: when it changed, and how many pits there may be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from skytally.core import names as n
from skytally.core.errors import DataError
from skytally.core.wording import day, number
from skytally.imagery.measure.ground.bare_soil_index import ground_looks, works
from skytally.imagery.measure.observation import Look
from skytally.imagery.pipeline.measurement_plan import Again
from skytally.imagery.pipeline.site_masks import Place


def dated(place: Place, looks: Again, study: np.datetime64) -> str:
    """Say when the ground became barer, or why that cannot be said."""
    told = list(ground_looks(looks(), place.target, ring=place.ring))
    try:
        made = works(told, study=study.astype("datetime64[D]"))
    except DataError as fault:
        return f"When the ground changed cannot be dated: {fault}."
    stages = f"{number(len(made.stages))} stages: {', then '.join(made.labels)}"
    return f"The bare soil of the outline {made.began.words}; {stages}."


def counted(rows: Sequence[Look]) -> str:
    """Say how many pits the last look with bare ground may show; empty where none has any."""
    last = next((row for row in reversed(rows) if row.state == n.COUNTED and row.value > 0), None)
    if last is None:
        return ""
    low, high = (round(last.details[word]) for word in ("pits_low", "pits_high"))
    many = number(high) if low == high else f"between {number(low)} and {number(high)}"
    when = f"In the look of {day(pd.Timestamp(last.time))}"
    if high == 0:
        return f"{when} ground is bare, and no place in it looks like a bermed pit."
    return (
        f"{when} {many} places look like bermed pits; at 10 m any patch of bare soil of that size "
        "does."
    )


def notes(
    place: Place, looks: Again, rows: Sequence[Look], study: np.datetime64
) -> tuple[str, ...]:
    """Give what else the looks of a depot's field say, in sentences.

    Parameters
    ----------
    place : Place
        The field.
    looks : callable
        Gives its looks anew each time.
    rows : sequence of Look
        What was measured in them.
    study : numpy.datetime64
        First day of the study.

    Returns
    -------
    tuple of str
        The date with its interval, then the range of pits where ground was laid bare.
    """
    said = (dated(place, looks, study), counted(rows))
    return tuple(each for each in said if each)
