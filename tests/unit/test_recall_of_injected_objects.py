"""Injection-recovery: images that taught the measure are never those in which it is tested."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.measure.observation_and_evidence_line import Observation, unclear_observation
from skytally.imagery.pipeline.detection_limit_summaries import CARDS, SiteLimits, recall_table
from skytally.imagery.pipeline.measures_with_references_and_injection_per_outline import (
    MeasureSetup,
)
from skytally.imagery.pipeline.recall_of_injected_objects import (
    HOLD_OUT,
    SITE_IMAGES,
    capped,
    clear_images,
    site_limits,
    trials,
)
from skytally.imagery.pipeline.temporary_decoded_window_cutouts import OpenImages
from skytally.imagery.simulate.object_injection import (
    InjectionArea,
    Injector,
    counted_as_one,
    inject_ship,
)
from tests.support.flat_images import flat_image, middle_mask

STUDY = np.datetime64("2023-08-01", "ns")
CARD = CARDS["berth-sentinel-2"]


def images(*, early: int = 45) -> OpenImages:
    """Make images of one pixel, a day apart, two of them in the study."""
    days = STUDY + np.timedelta64(1, "D") * np.arange(-early, 2)

    def opened() -> Iterator[xr.Dataset]:
        for day in days:
            yield xr.Dataset({"ship": 0.0}, coords={"time": day})

    return opened


def row(time: np.datetime64, value: float, **words: object) -> Observation:
    """Make the row of an image that could tell."""
    state = n.COUNTED if value else n.NOTHING_SEEN
    made = Observation(time, "", value, value, value, "ships", 0.95, 0.01, state, "")
    return replace(made, **words)


class Spy:
    """A set-up that remembers which images it learnt from, and which it was tested in."""

    def __init__(self) -> None:
        self.taught: list[np.datetime64] = []
        self.tested: set[np.datetime64] = set()

    def set_up(self, opened: OpenImages) -> MeasureSetup:
        """Learn from the images before the study."""
        times = [image["time"].to_numpy()[()] for image in opened()]
        self.taught = [time for time in times if time < STUDY]
        if not self.taught:
            message = "no reference: no image before the study"
            raise DataError(message)

        def measure(some: Iterable[xr.Dataset]) -> Iterator[Observation]:
            for image in some:
                self.tested.add(image["time"].to_numpy()[()])
                yield row(image["time"].to_numpy()[()], float(image["ship"] >= 100.0))

        def inject(
            image: xr.Dataset, area: InjectionArea, size: float, contrast: float,
            rng: np.random.Generator,
        ) -> tuple[xr.Dataset, float]:  # fmt: skip
            return image.assign(ship=size), size

        return MeasureSetup(measure, inject, InjectionArea(np.ones((1, 1), bool)), "ships")


def limits_of(spy: Spy, opened: OpenImages) -> SiteLimits:
    """Estimate the detection limits of the spy."""
    return site_limits(CARD, opened, STUDY, prepare=spy.set_up)


def test_no_image_teaches_and_is_tested() -> None:
    """One of three before the study is tested, the others teach, and the study does neither."""
    spy = Spy()
    made = limits_of(spy, images())
    assert len(spy.tested) == SITE_IMAGES
    assert not spy.tested & set(spy.taught)
    assert len(spy.taught) == 45 - 45 // HOLD_OUT
    assert max(spy.tested) < STUDY
    assert made.table is not None
    found = made.table.set_index("size")["found"].to_dict()
    assert found == {0.0: 0, 50.0: 0, 100.0: SITE_IMAGES, 200.0: SITE_IMAGES}
    assert made.recall(CARD) == pytest.approx((SITE_IMAGES + 0.5) / (SITE_IMAGES + 1))


@pytest.mark.parametrize("early", [0, 2, 27])
def test_a_site_that_cannot_be_tested_says_why(early: int) -> None:
    """Without images to learn from, without one to test, or with fewer than tell nine of ten."""
    made = limits_of(Spy(), images(early=early))
    assert made.table is None
    assert "image" in made.why


def test_rows_are_no_better_than_the_site_allows() -> None:
    """An image that found nothing says how many ships it may have missed."""
    none = capped(row(STUDY, 0.0), 0.8)
    assert (none.p_detect, none.high) == (0.8, 1.0)
    assert capped(row(STUDY, 0.0), 0.99) == row(STUDY, 0.0)
    one = capped(row(STUDY, 1.0), 0.8)
    assert (one.p_detect, one.high) == (0.8, 1.0)
    fog = unclear_observation(STUDY, "fog", unit="ships")
    assert math.isnan(capped(fog, 0.5).p_detect)


def brightness(limit: float) -> Callable[[Iterable[xr.Dataset]], Iterator[Observation]]:
    """Make a measure that finds one thing where any pixel is brighter than a limit."""

    def measure(looks: Iterable[xr.Dataset]) -> Iterator[Observation]:
        for look in looks:
            top = float(look["reflectance"].max())
            time = look["time"].to_numpy()
            if not math.isfinite(top):
                yield unclear_observation(time, "nothing was read", unit="ships")
                continue
            seen = top > limit
            yield Observation(
                time, "", float(seen), float(seen), 1.0, "ships", 0.9, 0.01,
                n.COUNTED if seen else n.NOTHING_SEEN, "",
            )  # fmt: skip

    return measure


def test_clear_looks_leave_out_the_unclear_and_the_occupied() -> None:
    """Nothing is injected into an image that is occupied or unclear."""
    bright, blind = flat_image(level=0.9), flat_image(level=math.nan)
    clear, told = clear_images([flat_image(), bright, blind, flat_image()], brightness(0.5))
    assert len(clear) == 2
    assert [each.state for each in told] == [n.NOTHING_SEEN, n.COUNTED, n.NOTHING_SEEN]


def test_trials_need_a_clear_look() -> None:
    """One clear error where every image is occupied."""
    with pytest.raises(DataError, match="no clear image in which nothing was found"):
        list(
            trials([], brightness(0.5), inject_ship, InjectionArea(middle_mask()), sizes=(1.0,),
                   contrasts=(1.0,), seed=0)
        )  # fmt: skip


def test_limits_rise_with_contrast_and_keep_the_false_alarms() -> None:
    """What is bright enough is found every time, what is not, never; both are exact here."""
    measure, spot = brightness(0.2), InjectionArea(middle_mask(), 0.0)
    put: Injector = counted_as_one(inject_ship)
    clear, none = clear_images([flat_image(level=0.03)] * 5, measure)
    told = trials(clear, measure, put, spot, sizes=(150.0,), contrasts=(0.02, 0.4), seed=1)
    table = recall_table([*none, *told], simulated=True)
    assert table["looks"].tolist() == [5, 5, 5]
    assert table["size"].tolist() == [0.0, 150.0, 150.0]
    assert table["recall"].iloc[0] == 0.0
    assert table["recall"].iloc[2] == 1.0
    assert table["bias"].iloc[2] == 0.0
    assert (table["low"] <= table["recall"]).all()
    assert (table["recall"] <= table["high"]).all()
