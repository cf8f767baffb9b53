"""The detection limit of a place itself: known things put into its own looks, and asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
import xarray as xr

from skytally.core import names as n
from skytally.core.errors import DataError
from skytally.imagery.measure.observation import Look
from skytally.imagery.measure.ships.berth_water import SURE
from skytally.imagery.pipeline.detection_limits import CARDS, LEAST, clear_looks, limits, trials
from skytally.imagery.pipeline.measurement_plan import Again, Task
from skytally.imagery.pipeline.site_masks import Place

EVERY = 3
"""One look of so many before the study is asked, the others teach: a look that taught what the
empty place shows would find what is put into it too easily."""
TRIED = 12
"""Clear looks into which known things are put: a minute a card."""


@dataclass(frozen=True, eq=False)
class Limits:
    """What the site's own looks say of the detection limit."""

    table: pd.DataFrame | None
    """As `skytally.imagery.pipeline.detection_limits.limits`, at the headline's contrast alone; None where the looks
    could not be asked."""
    why: str = ""
    """Why they could not."""

    def chance(self, task: Task) -> float:
        """Give the chance of finding the thing of the headline, 1 where it is not known.

        The mean of the posterior under Jeffreys' prior: twelve of twelve is no certainty.
        """
        if self.table is None:
            return 1.0
        size, contrast = CARDS[task.card].headline
        row = self.table[(self.table["size"] == size) & (self.table["contrast"] == contrast)]
        return float((row["found"].iloc[0] + 0.5) / (row["looks"].iloc[0] + 1.0))


def _parted(looks: Again, study: np.datetime64, *, asked: bool) -> Iterator[xr.Dataset]:
    """Give the looks that are asked, or all others."""
    for i, look in enumerate(looks()):
        early = look["time"].to_numpy().reshape(-1)[0] < study
        if bool(early and i % EVERY == EVERY - 1) == asked:
            yield look


def own_limits(task: Task, place: Place, looks: Again, study: np.datetime64) -> Limits:
    """Ask the detection limit of the site's own clear looks before the study.

    Parameters
    ----------
    task : Task
        What is measured.
    place : Place
        Where.
    looks : callable
        Gives the looks anew each time.
    study : numpy.datetime64
        First day of the study.

    Returns
    -------
    Limits
        Of looks that taught the measure nothing: one of `EVERY` before the study is asked,
        by a measure that learnt from the others.
    """
    others = partial(_parted, looks, study, asked=False)
    size, contrast = CARDS[task.card].headline
    try:
        prepared = task.prepare(place, others, study, task.sensor)
        clear, none = clear_looks(_parted(looks, study, asked=True), prepared.measure, most=TRIED)
        if len(clear) < LEAST:
            why = (
                f"nothing was found in {len(clear)} of the {len(none)} looks before the study that "
                f"could be asked; {LEAST} are needed"
            )
            return Limits(None, why)
        told = trials(
            clear, prepared.measure, prepared.put, prepared.spot,
            sizes=(size / 2.0, size, size * 2.0), contrasts=(contrast,), seed=0,
        )  # fmt: skip
        return Limits(limits([*none, *told], simulated=False))
    except DataError as fault:
        return Limits(None, str(fault))


def no_better(row: Look, chance: float) -> Look:
    """Give a row whose chance of detection is at most what the site's own looks say."""
    if not row.p_detect > chance:
        return row
    missed = row.state == n.NOTHING_SEEN and row.unit == "ships" and chance < SURE
    return replace(row, p_detect=chance, high=max(row.high, 1.0) if missed else row.high)
