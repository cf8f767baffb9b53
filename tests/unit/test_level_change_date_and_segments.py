"""Dates of a change of level: never finer than the gap, and stages dug and covered."""

from __future__ import annotations

import math

import numpy as np
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.measure.ground.level_change_date_and_segments import date_change, segments


@pytest.mark.parametrize("gap", [3.0, 20.0, 90.0])
def test_change_date_is_never_finer_than_the_gap(gap: float) -> None:
    """However clear the step, the interval holds both images about it."""
    days = np.concatenate([np.arange(0.0, 100.0, 5.0), 95.0 + gap + np.arange(0.0, 100.0, 5.0)])
    values = np.where(days > 95.0, 0.25, 0.0)
    found = date_change(days, values, 0.001)
    assert found.interval[0] <= np.datetime64("1970-01-01") + np.timedelta64(95, "D")
    assert found.interval[1] >= np.datetime64("1970-01-01") + np.timedelta64(int(95 + gap), "D")
    assert found.probability.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("days", "values", "scale", "words"),
    [
        ([0.0], [0.1], 0.1, "1 usable images of 1: no change can be dated"),
        ([0.0, 1.0], [math.nan, math.nan], 0.1, "0 usable images of 2"),
        ([0.0, 0.0], [0.1, 0.2], 0.1, "days repeat, run backwards or are missing"),
        ([1.0, 0.0], [0.1, 0.2], 0.1, "days repeat, run backwards or are missing"),
        ([0.0, 1.0], [0.1, 0.2], 0.0, "an image without spread"),
        ([0.0, 1.0, 2.0], [0.1, 0.2], 0.1, "3 days but 2 values"),
    ],
)
def test_change_date_refuses(days: list, values: list, scale: float, words: str) -> None:
    """A single date, no usable image, repeated or unsorted dates are refused with what to do."""
    with pytest.raises(DataError, match=words):
        date_change(days, values, scale)


def test_stages_split_dug_and_covered() -> None:
    """Three levels give three stages, bracketed by their images; noise alone gives one."""
    days = np.arange(0.0, 300.0, 5.0)
    rng = np.random.default_rng(2)
    levels = np.select([days < 100.0, days < 200.0], [0.0, 0.2], 0.08)
    found = segments(days, levels + rng.normal(0.0, 0.02, days.size), 0.02)
    assert [each.value for each in found] == pytest.approx([0.0, 0.2, 0.08], abs=0.03)
    began = found[1].began
    assert began is not None
    assert began[0] == np.datetime64("1970-01-01") + np.timedelta64(95, "D")
    assert began[1] == np.datetime64("1970-01-01") + np.timedelta64(100, "D")
    assert len(segments(days, rng.normal(0.0, 0.02, days.size), 0.02)) == 1
