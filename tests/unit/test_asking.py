"""The detection limit of a place: asked of looks that taught the measure nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from skytally.core import names as n
from skytally.core.errors import DataError
from skytally.imagery.measure.observation import Look, unclear
from skytally.imagery.pipeline.injection_recovery import (
    EVERY,
    TRIED,
    Limits,
    no_better,
    own_limits,
)
from skytally.imagery.pipeline.measurement_plan import TASKS, Again, Prepared, Task
from skytally.imagery.pipeline.site_masks import Place
from skytally.imagery.simulate.injection import Spot

STUDY = np.datetime64("2023-08-01", "ns")
SHIPS = next(each for each in TASKS if each.card == "berth-sentinel-2")


def looks(*, early: int = 45) -> Again:
    """Give looks of one pixel, a day apart, two of them in the study."""
    days = STUDY + np.timedelta64(1, "D") * np.arange(-early, 2)

    def again() -> Iterator[xr.Dataset]:
        for day in days:
            yield xr.Dataset({"put": 0.0}, coords={"time": day})

    return again


def row(time: np.datetime64, value: float, **words: object) -> Look:
    """Give the row of a look that could tell."""
    state = n.COUNTED if value else n.NOTHING_SEEN
    made = Look(time, "", value, value, value, "ships", 0.95, 0.01, state, "")
    return replace(made, **words)


class Spy:
    """A task that remembers from which looks it learnt, and of which it was asked."""

    def __init__(self) -> None:
        self.taught: list[np.datetime64] = []
        self.asked: set[np.datetime64] = set()

    def prepare(self, place: Place, given: Again, study: np.datetime64, sensor: str) -> Prepared:
        """Learn from the looks before the study."""
        del place, sensor
        times = [look["time"].to_numpy()[()] for look in given()]
        self.taught = [each for each in times if each < study]
        if not self.taught:
            message = "no reference: no look before the study"
            raise DataError(message)

        def measure(given: Iterable[xr.Dataset]) -> Iterator[Look]:
            for look in given:
                self.asked.add(look["time"].to_numpy()[()])
                yield row(look["time"].to_numpy()[()], float(look["put"] >= 100.0))

        def put(
            look: xr.Dataset, spot: Spot, size: float, contrast: float, rng: np.random.Generator
        ) -> tuple[xr.Dataset, float]:
            return look.assign(put=size), size

        return Prepared(measure, put, Spot(np.ones((1, 1), bool)), "ships")

    def task(self) -> Task:
        """Give the task."""
        return replace(SHIPS, prepare=self.prepare)


def asked_of(spy: Spy, again: Again) -> Limits:
    """Ask; the place is not looked at by the spy."""
    return own_limits(spy.task(), None, again, STUDY)  # type: ignore[arg-type]


def test_no_look_teaches_and_is_asked() -> None:
    """One of three before the study is asked, the others teach, and the study does neither."""
    spy = Spy()
    made = asked_of(spy, looks())
    assert len(spy.asked) == TRIED
    assert not spy.asked & set(spy.taught)
    assert len(spy.taught) == 45 - 45 // EVERY
    assert max(spy.asked) < STUDY
    assert made.table is not None
    found = made.table.set_index("size")["found"].to_dict()
    assert found == {0.0: 0, 50.0: 0, 100.0: TRIED, 200.0: TRIED}


def test_the_chance_is_no_certainty() -> None:
    """Twelve of twelve is no 1, and an unasked place says nothing."""
    assert asked_of(Spy(), looks()).chance(SHIPS) == pytest.approx((TRIED + 0.5) / (TRIED + 1))
    assert Limits(None, "too few looks").chance(SHIPS) == 1.0


@pytest.mark.parametrize("early", [0, 2, 27])
def test_a_place_that_cannot_be_asked_says_why(early: int) -> None:
    """Without looks to learn from, without one to ask, or with fewer than tell nine of ten."""
    made = asked_of(Spy(), looks(early=early))
    assert made.table is None
    assert "look" in made.why


def test_rows_are_no_better_than_the_card() -> None:
    """A look that found nothing says how many ships it may have missed."""
    none = no_better(row(STUDY, 0.0), 0.8)
    assert (none.p_detect, none.high) == (0.8, 1.0)
    assert no_better(row(STUDY, 0.0), 0.99) == row(STUDY, 0.0)
    one = no_better(row(STUDY, 1.0), 0.8)
    assert (one.p_detect, one.high) == (0.8, 1.0)
    fog = unclear(STUDY, "fog", unit="ships")
    assert math.isnan(no_better(fog, 0.5).p_detect)
    table = pd.DataFrame({"size": [100.0], "contrast": [0.05], "found": [0], "looks": [12]})
    assert Limits(table).chance(SHIPS) == pytest.approx(0.5 / 13.0)
