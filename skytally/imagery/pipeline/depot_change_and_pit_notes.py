"""Notes on a depot beside its area of bare ground: when it changed, how many pits there may be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from skytally.core import DataError, day, evidence_line_name_constants as n, number
from skytally.imagery.measure import Observation, bare_soil_series, date_ground_works
from skytally.imagery.pipeline.outline_masks_and_track_lines import OutlineArea
from skytally.imagery.pipeline.temporary_decoded_window_cutouts import OpenImages


def dated(area: OutlineArea, images: OpenImages, study: np.datetime64) -> str:
    """Sentence on when the ground became barer, or why that cannot be dated."""
    series = list(bare_soil_series(images(), area.target, ring=area.ring))
    try:
        works = date_ground_works(series, study=study.astype("datetime64[D]"))
    except DataError as fault:
        return f"When the ground changed cannot be dated: {fault}."
    stages = f"{number(len(works.segments))} stages: {', then '.join(works.labels)}"
    return f"The bare soil of the outline {works.began.words}; {stages}."


def counted(rows: Sequence[Observation]) -> str:
    """Sentence on how many pits the last image with bare ground may show; empty without any."""
    last = next((row for row in reversed(rows) if row.state == n.COUNTED and row.value > 0), None)
    if last is None:
        return ""
    low, high = (round(last.details[word]) for word in ("pits_low", "pits_high"))
    many = number(high) if low == high else f"between {number(low)} and {number(high)}"
    when = f"In the image of {day(pd.Timestamp(last.time))}"
    if high == 0:
        return f"{when} ground is bare, and no place in it looks like a bermed pit."
    return (
        f"{when} {many} places look like bermed pits; at 10 m any patch of bare soil of that size "
        "does."
    )


def notes(
    area: OutlineArea, images: OpenImages, rows: Sequence[Observation], study: np.datetime64
) -> tuple[str, ...]:
    """Sentences on the change date and the number of pits of a depot's field.

    Parameters
    ----------
    area : OutlineArea
        The field.
    images : callable
        Opens its images from the first one on.
    rows : sequence of Observation
        What was measured in them.
    study : numpy.datetime64
        First day of the study.

    Returns
    -------
    tuple of str
        The date with its interval, then the range of pits where ground was laid bare.
    """
    sentences = (dated(area, images, study), counted(rows))
    return tuple(each for each in sentences if each)
