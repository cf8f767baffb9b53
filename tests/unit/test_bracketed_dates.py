"""When something began, by observations on both sides, and in which order two things did."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from labs.benchmarks.interval_coverage_bracketed_dates import run
from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.bracketed_dates import (
    Bracket,
    DatedState,
    change_bracket,
    change_order,
    narrowed,
    uniform_date,
    uniform_lag,
)
from skytally.statistics.change_brackets_from_rows import stated_bracket
from tests.support.made_up_dated_states import DAY_ZERO, dated_state

Rows = Callable[..., pd.DataFrame]


def bracket(first: float, last: float, row: str = "R1") -> Bracket:
    """Make a bracket counted from an arbitrary day."""
    return Bracket(DAY_ZERO + first, DAY_ZERO + last, (row,))


def days_of(found: Bracket) -> tuple[float, float]:
    """First and last day of a bracket, counted from an arbitrary one."""
    return found.first - DAY_ZERO, found.last - DAY_ZERO


# The bracket


def test_a_change_lies_between_the_observations_around_it() -> None:
    """Nothing on days 3 and 5, something on 9 and 20: between 5 and 9, by the two rows."""
    seen = [
        dated_state(3, False),
        dated_state(20, True),
        dated_state(5, False),
        dated_state(9, True),
    ]
    found = change_bracket(seen)
    assert (days_of(found), found.rows, found.days) == ((5, 9), ("R5", "R9"), 5)


def test_the_end_of_something_is_bracketed_likewise() -> None:
    """Something on day 5, nothing on 9."""
    assert days_of(change_bracket([dated_state(5, True), dated_state(9, False)], begins=False)) == (
        5,
        9,
    )


def test_without_an_observation_before_a_bracket_is_open() -> None:
    """The first observation alone says *on or before*, and bounds nothing below."""
    found = change_bracket([dated_state(9, True), dated_state(12, True)])
    assert found.is_open
    assert (found.last - DAY_ZERO, found.rows, found.days) == (9, ("R9",), math.inf)
    assert found.words == "on or before 9 September 2023"


def test_a_moment_known_to_a_span_bounds_by_its_far_end_only() -> None:
    """Nothing on some day of 1 to 6, something on some day of 4 to 11: anything from 1 to 11."""
    seen = [dated_state(1, False, to=6), dated_state(4, True, to=11)]
    assert days_of(change_bracket(seen)) == (1, 11)


def test_of_several_spans_the_tightest_end_counts() -> None:
    """Nothing in 1 to 6 and in 3 to 4, something in 7 to 20 and in 9 to 11: from 3 to 11."""
    seen = [dated_state(1, False, to=6), dated_state(3, False, to=4), dated_state(7, True, to=20)]
    found = change_bracket([*seen, dated_state(9, True, to=11)])
    assert (days_of(found), found.rows) == ((3, 11), ("R3", "R9"))


def test_an_observation_that_could_not_tell_changes_nothing() -> None:
    """Cloud on day 7 narrows neither side."""
    seen = [dated_state(5, False), dated_state(9, True)]
    assert change_bracket([*seen, dated_state(7, None)]) == change_bracket(seen)


def test_two_images_of_one_day_date_a_change_to_that_day() -> None:
    """Empty in the morning and full in the evening."""
    assert (
        change_bracket([dated_state(5, False), dated_state(5, True)]).words == "on 5 September 2023"
    )


@pytest.mark.parametrize(
    ("seen", "message"),
    [
        ([dated_state(7, None)], "no dated observation shows the thing: all are unclear"),
        ([dated_state(7, False)], "1 show the state before the change; select one that does"),
        ([dated_state(7, True, to=math.inf)], "no dated observation shows the thing"),
        (
            [dated_state(5, True), dated_state(9, False)],
            "contradict a single change: row R9 of 9 September 2023 and row R5 of 5 September 2023",
        ),
        ([], "no dated observation shows the thing"),
    ],
)
def test_observations_that_give_no_bracket_are_refused(
    seen: list[DatedState], message: str
) -> None:
    """Only unclear ones, none after the change, or nothing seen after something was."""
    with pytest.raises(DataError, match=message):
        change_bracket(seen)


@pytest.mark.parametrize("days", [(9.0, 5.0), (5.0, math.inf), (5.5, 9.0), (math.nan, 9.0)])
def test_a_bracket_whose_ends_cross_is_refused(days: tuple[float, float]) -> None:
    """It holds whole days, in order, and ends at a known one."""
    with pytest.raises(DataError, match=r"rows R1: days .* the first no later than the last"):
        Bracket(*days, ("R1",))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((3, 3), "on 3 September 2023"),
        ((3, 9), "between 3 and 9 September 2023"),
        ((0, 9), "between 31 August 2023 and 9 September 2023"),
        ((1, 30), "in September 2023"),
        ((-math.inf, 3), "on or before 3 September 2023"),
    ],
)
def test_bracket_in_words(days: tuple[float, float], words: str) -> None:
    """A day, days of one month or two, a whole month, an open side."""
    assert bracket(*days).words == words


def test_a_stated_day_is_narrowed_by_the_counters_own_observations() -> None:
    """Stated for day 1 to 30, seen to lie between 14 and 22."""
    found = narrowed(bracket(14, 22), bracket(1, 30, "R2"))
    assert (days_of(found), found.rows) == ((14, 22), ("R1", "R2"))


def test_a_stated_day_before_the_last_empty_observation_is_refused() -> None:
    """Stated for day 10 where the counter itself saw nothing on day 14."""
    with pytest.raises(DataError, match="row R2 puts the change on 10 September 2023, but rows R1"):
        narrowed(bracket(14, 22), bracket(10, 10, "R2"))


# The order of two


@pytest.mark.parametrize(
    ("first", "second", "lag", "chance", "words"),
    [
        ((0, 0), (1, 9), (1, 9), (1, 1, 1), "1 to 9 days after"),
        ((1, 9), (0, 0), (-9, -1), (0, 0, 0), "1 to 9 days before"),
        ((0, 0), (5, 5), (5, 5), (1, 1, 1), "5 days after"),
        ((-math.inf, 0), (1, 9), (1, math.inf), (1, 1, 1), "at least 1 day after"),
        ((1, 9), (-math.inf, 0), (-math.inf, -1), (0, 0, 0), "at least 1 day before"),
        # both on one day: which came first, nobody saw
        ((0, 0), (0, 0), (0, 0), (0.5, 0, 1), "on the day of or on the day of"),
        # [0, 1) and [0, 2): first is earlier in a half, and in half of the other half
        ((0, 0), (0, 1), (0, 1), (0.75, 0, 1), "on the day of or up to 1 day after"),
        # [0, 4) and [2, 6): not earlier in an eighth
        ((0, 3), (2, 5), (-1, 5), (0.875, 0, 1), "up to 1 day before or up to 5 days after"),
        (
            (-math.inf, 5), (2, 3), (-3, math.inf), (math.nan, 0, 1),
            "up to 3 days before or at any time after",
        ),
    ],
)  # fmt: skip
def test_order_of_two_brackets(
    first: tuple[float, float],
    second: tuple[float, float],
    lag: tuple[float, float],
    chance: tuple[float, float, float],
    words: str,
) -> None:
    """Bounds of the lag, chance if uniform, and its bounds if not, worked by hand."""
    found = change_order(bracket(*first), bracket(*second, "R2"))
    assert (found.low, found.high) == lag
    assert (found.p_low, found.p_high) == chance[1:]
    assert found.p_first == pytest.approx(chance[0], nan_ok=True)
    assert found.is_settled is (chance[1] == chance[2])
    assert found.words == words


def test_two_open_brackets_have_no_order() -> None:
    """Any lag is possible."""
    with pytest.raises(DataError, match="rows R1 and R2: both are open to the past"):
        change_order(bracket(-math.inf, 3), bracket(-math.inf, 9, "R2"))


def test_no_date_is_uniform_over_all_of_the_past() -> None:
    """A distribution needs both ends."""
    with pytest.raises(DataError, match="on or before 3 September 2023, open to the past"):
        uniform_date(bracket(-math.inf, 3))


def test_lag_of_two_uniform_dates_is_a_triangle() -> None:
    """Two brackets of ten days that begin 20 days apart: 0.90 lie within 20 -+ 10 (1 - sqrt .1)."""
    found = uniform_lag(bracket(0, 9), bracket(20, 29)).estimate
    half = 10.0 * (1.0 - math.sqrt(0.1))
    assert found.value == pytest.approx(20.0, abs=0.5)
    assert (found.low, found.high) == pytest.approx((20.0 - half, 20.0 + half), abs=0.6)


@pytest.mark.parametrize(
    ("cells", "day", "message"),
    [
        ({}, "last", "day=last: use one of first, within"),
        ({"precision_first": "open", "date_first": pd.NaT}, "first", "its date is open"),
    ],
)
def test_a_stated_date_that_is_none_is_refused(
    rows: Rows, cells: dict[str, object], day: str, message: str
) -> None:
    """Another word, or no beginning."""
    with pytest.raises(DataError, match=message):
        stated_bracket(rows({"day": "2023-09-13", "value": 1.0, **cells}), day=day)


# In simulated worlds


def test_brackets_hold_always_and_the_lag_at_its_level() -> None:
    """METHODS 9.1: a bound holds in every world, the uniform lag in 0.85 to 0.95 of them."""
    table = pd.DataFrame(run(200, 20231005))
    bounds = table[table["nominal"] == 1.0]
    assert (bounds["coverage"] == 1.0).all(), bounds[["target", "coverage"]]
    lags = table[(table["nominal"] == 0.9)]
    assert len(lags) == 1
    assert lags["coverage"].between(0.85, 0.95).all(), lags[["target", "coverage"]]
    assert np.isfinite(table["width"]).all()
