"""Injection-recovery tests: known objects drawn into clear images, and how often they are found."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import xarray as xr

from skytally.core import DataError, evidence_line_name_constants as n
from skytally.imagery.measure import SURE_DETECTION, Observation
from skytally.imagery.pipeline.detection_limit_summaries import (
    MIN_IMAGES,
    Card,
    SiteLimits,
    Trial,
    recall_table,
)
from skytally.imagery.pipeline.measures_with_references_and_injection_per_outline import (
    Measure,
    MeasureSetup,
)
from skytally.imagery.pipeline.temporary_decoded_window_cutouts import OpenImages
from skytally.imagery.simulate import InjectionArea, Injector

MAX_IMAGES = 100
"""Images into which each object is drawn: the ends of 90 percent are then within 0.08."""
HOLD_OUT = 3
"""One image of so many before the study is tested, the others teach: an image that taught what
the empty place shows would find what is drawn into it too easily."""
SITE_IMAGES = 12
"""Clear images of a site that are tested: a minute an outline and sensor."""


def clear_images(
    images: Iterable[xr.Dataset], measure: Measure, *, most: int = MAX_IMAGES
) -> tuple[list[xr.Dataset], list[Trial]]:
    """Images in which the measure finds nothing, and its verdict on each that it could read.

    Parameters
    ----------
    images : iterable of xarray.Dataset
        In the order of time, one time each.
    measure : callable
        The measure.
    most : int
        Images kept at most, the first ones: memory does not grow with the archive.

    Returns
    -------
    tuple of list of xarray.Dataset and list of Trial
        The images, and one trial of size 0 for each image that could tell.
    """
    clear: list[xr.Dataset] = []
    empty_trials = []
    for image in images:
        (row,) = measure([image])
        if row.state == n.UNCLEAR:
            continue
        empty_trials.append(Trial(0.0, math.nan, 0.0, row.state, row.value))
        if row.state == n.NOTHING_SEEN:
            clear.append(image)
        if len(clear) == most:
            break
    return clear, empty_trials


def trials(
    clear: Sequence[xr.Dataset],
    measure: Measure,
    inject: Injector,
    area: InjectionArea,
    *,
    sizes: Sequence[float],
    contrasts: Sequence[float],
    seed: int,
) -> Iterator[Trial]:
    """Draw objects of every size and contrast into clear images, and measure each.

    Parameters
    ----------
    clear : sequence of xarray.Dataset
        Images in which nothing was found, from `clear_images`.
    measure : callable
        The measure.
    put : callable
        One of `skytally.imagery.simulate.object_injection`.
    spot : InjectionArea
        Where to draw.
    sizes, contrasts : sequence of float
        What to draw.
    seed : int
        Seed of places and paints.

    Yields
    ------
    Trial
        One for each image, size and contrast. An image that can no longer tell with the object
        in it counts as one that did not find it.

    Raises
    ------
    DataError
        If there is no clear image.
    """
    if not clear:
        message = (
            "no clear image in which nothing was found: nothing can be drawn in; acquire images of "
            "the time before the study, or correct the outlines"
        )
        raise DataError(message)
    rng = np.random.default_rng(seed)
    for size in sizes:
        for contrast in contrasts:
            for image in clear:
                injected, truth = inject(image, area, size, contrast, rng)
                (row,) = measure([injected])
                yield Trial(size, contrast, truth, row.state, row.value)


def _split(images: OpenImages, study: np.datetime64, *, tested: bool) -> Iterator[xr.Dataset]:
    """Yield the images that are tested, or all others."""
    for i, image in enumerate(images()):
        early = image["time"].to_numpy().reshape(-1)[0] < study
        if bool(early and i % HOLD_OUT == HOLD_OUT - 1) == tested:
            yield image


def site_limits(
    card: Card,
    images: OpenImages,
    study: np.datetime64,
    *,
    prepare: Callable[[OpenImages], MeasureSetup],
) -> SiteLimits:
    """Estimate a site's detection limit by injection-recovery tests on its own images.

    Parameters
    ----------
    card : Card
        What is drawn.
    images : callable
        Opens the images of the outline's window.
    study : numpy.datetime64
        First day of the study.
    prepare : callable
        Images to a measure that learnt from those of them before the study.

    Returns
    -------
    SiteLimits
        From images that taught the measure nothing: one of `HOLD_OUT` before the study is
        tested, by a measure that learnt from the others.
    """
    size, contrast = card.headline
    try:
        prepared = prepare(lambda: _split(images, study, tested=False))
        held_out = _split(images, study, tested=True)
        clear, empty = clear_images(held_out, prepared.measure, most=SITE_IMAGES)
        if len(clear) < MIN_IMAGES:
            why = (
                f"nothing was found in {len(clear)} of the {len(empty)} images before the study "
                f"that could be asked; {MIN_IMAGES} are needed"
            )
            return SiteLimits(None, why)
        injected = trials(
            clear, prepared.measure, prepared.inject, prepared.area,
            sizes=(size / 2.0, size, size * 2.0), contrasts=(contrast,), seed=0,
        )  # fmt: skip
        return SiteLimits(recall_table([*empty, *injected], simulated=False))
    except DataError as fault:
        return SiteLimits(None, str(fault))


def capped(row: Observation, recall: float) -> Observation:
    """Row whose chance of detection is at most the recall on the site's own images."""
    if not row.p_detect > recall:
        return row
    missed = row.state == n.NOTHING_SEEN and row.unit == "ships" and recall < SURE_DETECTION
    return replace(row, p_detect=recall, high=max(row.high, 1.0) if missed else row.high)
