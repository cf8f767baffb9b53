"""Published ceilings and weeks imaged: what they are made of, and what they refuse."""

from __future__ import annotations

import math
from typing import Any

import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.published_ceiling_and_independent_images import (
    bounded_baseline,
    weeks_imaged,
)

CLOSED = ("2020-02-01", "2022-10-31")
PERIOD = ("2018-10-01", "2023-09-30")


def test_weeks_imaged_are_those_of_the_period_at_most() -> None:
    """36 images of 92 days fill 13 weeks if they were spread, 5 images are 5."""
    winter = ("2022-11-01", "2023-01-31")
    assert weeks_imaged(36, winter) == 13
    assert weeks_imaged(5, winter) == 5
    assert weeks_imaged(3, ("2023-01-01", "2023-01-02")) == 1


def test_bounded_baseline_leaves_the_closure_out() -> None:
    """488 and 334 open days hold 117 images a week apart; the closure lies between them."""
    found = bounded_baseline((20, 25), stated=13, period=PERIOD, closed=CLOSED)
    assert (found.most, found.images) == ((20, 25), (1, 13, 117))
    assert (found.open_days, found.closed_days) == (488 + 334, 1004)
    whole = bounded_baseline(20, stated=13, period=PERIOD)
    assert (whole.open_days, whole.closed_days) == (1826, 0)
    apart = bounded_baseline(20, stated=1, period=("2023-01-01", "2023-01-03"), closed=CLOSED)
    assert (apart.images, apart.closed_days) == ((1, 1, 1), 0)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"most": (20, math.inf)}, "most: infinite"),
        ({"most": -1}, "most: found -1.0 to -1.0"),
        ({"most": (25, 20)}, "low is not above high"),
        ({"most": math.nan}, "most: found nan"),
        ({"stated": 0}, "stated: found 0"),
        ({"stated": 2.5}, "stated: found 2.5"),
        ({"stated": 300}, "stated: 300 independent images, but 1,826 open days hold 260"),
        ({"period": ("2023-01-05", "2023-01-01")}, "period: 2023-01-05 is after 2023-01-01"),
        ({"period": ("2023-01", "2023-02")}, "period: 2023-01 is no day"),
        ({"period": ("2023-01-01", "soon")}, "period: 'soon' is no date"),
        ({"period": ("2021-01-01", "2021-02-01"), "closed": CLOSED}, "lies whole in the closure"),
        ({"closed": ("2020-02-01", "")}, "closed: no date"),
    ],
)  # fmt: skip
def test_bounded_baseline_refuses(changes: dict[str, Any], match: str) -> None:
    """What is wrong, and with which argument."""
    given = {"most": 20, "stated": 13, "period": PERIOD, **changes}
    with pytest.raises(DataError, match=match):
        bounded_baseline(given.pop("most"), **given)


@pytest.mark.parametrize("number", [0, -3, 2.5, math.nan, math.inf])
def test_weeks_imaged_refuses_what_is_no_number_of_images(number: float) -> None:
    """No image stands behind nothing."""
    with pytest.raises(DataError, match="images: found"):
        weeks_imaged(number, PERIOD)
