"""Printed quantities: their intervals and their words."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd
import pytest

from skytally.core import evidence_line_name_constants as n
from skytally.core.source_printed_quantity import (
    Quantity,
    counting_interval,
    limits,
    quantity_of,
    quantity_text,
    reading_of,
    rounding_interval,
)

NAN = math.nan


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (73.0, (72.5, 73.5)),
        (70.0, (65.0, 75.0)),
        (300.0, (250.0, 350.0)),
        (1010.0, (1005.0, 1015.0)),
        (6_500_000.0, (6_450_000.0, 6_550_000.0)),
        (2.6, (2.55, 2.65)),
        (0.0, (0.0, 0.5)),
    ],
)
def test_rounding_interval_is_half_of_the_last_digit(
    value: float, expected: tuple[float, float]
) -> None:
    """Zeros at the end of a printed number are taken as rounding."""
    assert rounding_interval(value) == expected


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        (Quantity(258.0, NAN, NAN, n.EXACTLY, "railcars"), (258.0, 258.0)),
        (Quantity(73.0, NAN, NAN, n.ABOUT, "railcars"), (72.5, 73.5)),
        (Quantity(25.0, NAN, NAN, n.AT_LEAST, "calls"), (25.0, math.inf)),
        (Quantity(1000.0, NAN, NAN, n.MORE_THAN, "containers"), (1000.0, math.inf)),
        (Quantity(9.0, NAN, NAN, n.AT_MOST, "shells"), (0.0, 9.0)),
        (Quantity(20.0, NAN, NAN, n.AT_MOST, "railcars", "no more than about"), (0.0, 25.0)),
        (Quantity(100.0, NAN, NAN, n.AT_LEAST, "pits", "at least about"), (50.0, math.inf)),
        (Quantity(258.0, 256.0, 260.0, n.ABOUT, "railcars"), (256.0, 260.0)),
        (Quantity(NAN, 60.0, 180.0, n.ABOUT, "containers"), (60.0, 180.0)),
    ],
)
def test_limits_follow_the_bound(quantity: Quantity, expected: tuple[float, float]) -> None:
    """A bound is open on its side, a printed range stands as printed."""
    assert limits(quantity) == expected


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        (Quantity(73.0, NAN, NAN, n.ABOUT, "railcars", counted=True), (65.7, 80.3)),
        (Quantity(258.0, 256.0, 260.0, n.ABOUT, "railcars", counted=True), (232.2, 283.8)),
        (Quantity(NAN, 60.0, 180.0, n.ABOUT, "containers", counted=True), (54.0, 198.0)),
        (Quantity(300.0, NAN, NAN, n.ABOUT, "containers", counted=True), (250.0, 350.0)),
        (Quantity(73.0, NAN, NAN, n.EXACTLY, "railcars", counted=True), (73.0, 73.0)),
        (
            Quantity(20.0, NAN, NAN, n.AT_MOST, "railcars", "no more than about", counted=True),
            (0.0, 25.0),
        ),
        (Quantity(NAN, NAN, NAN, "", "", counted=True), (NAN, NAN)),
    ],
    ids=["plain", "printed", "range", "rounder", "exact", "ceiling", "none"],
)
def test_limits_of_a_count_on_an_image_hold_its_error(
    quantity: Quantity, expected: tuple[float, float]
) -> None:
    """About 73 by somebody who counted is a tenth more or less, unless rounding allows more."""
    assert limits(quantity) == pytest.approx(expected, nan_ok=True)


def test_counting_interval_is_never_narrower_than_rounding() -> None:
    """A tenth of 5 is less than half of its last digit; a tenth of 1010 is more."""
    assert counting_interval(5.0) == (4.5, 5.5)
    assert counting_interval(1.0) == (0.5, 1.5)
    assert counting_interval(1010.0) == (909.0, 1111.0)


def test_quantity_of_a_statement_has_no_error_of_counting(
    rows: Callable[..., pd.DataFrame],
) -> None:
    """What an official states is rounded; what an analyst counts may be off."""
    made = rows(
        *({"value": 73.0, "bound": n.ABOUT, "method": word} for word in ("statement", "count"))
    )
    assert [limits(quantity_of(row)) for _, row in made.iterrows()] == [(72.5, 73.5), (65.7, 80.3)]


def test_limits_of_no_number_are_missing() -> None:
    """Where nothing is printed there is no interval, not 0 and not infinity."""
    low, high = limits(Quantity(NAN, NAN, NAN, "", ""))
    assert math.isnan(low)
    assert math.isnan(high)


@pytest.mark.parametrize("bound", n.BOUNDS)
def test_limits_hold_the_value(bound: str) -> None:
    """Whatever the bound, the printed number lies in its own interval."""
    low, high = limits(Quantity(430.0, NAN, NAN, bound, "containers"))
    assert low <= 430.0 <= high


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        (Quantity(258.0, NAN, NAN, n.EXACTLY, "railcars"), "258 railcars"),
        (Quantity(73.0, NAN, NAN, n.ABOUT, "railcars"), "about 73 railcars"),
        (Quantity(1.0, NAN, NAN, n.AT_LEAST, "calls"), "at least 1 call"),
        (Quantity(1000.0, NAN, NAN, n.MORE_THAN, "containers"), "more than 1,000 containers"),
        (
            Quantity(20.0, NAN, NAN, n.AT_MOST, "railcars", "no more than about"),
            "no more than about 20 railcars",
        ),
        (Quantity(NAN, 60.0, 180.0, n.ABOUT, "containers"), "about 60 to 180 containers"),
        (Quantity(NAN, 2.0, 3.0, n.EXACTLY, "trains"), "2 to 3 trains"),
        (Quantity(NAN, NAN, NAN, "", ""), "no number"),
        (Quantity(0.005, NAN, NAN, n.AT_LEAST, "p"), "at least 0.5 percent"),
        (Quantity(0.995, NAN, NAN, n.AT_MOST, "p"), "at most 99.5 percent"),
        (Quantity(0.005, NAN, NAN, n.AT_MOST, "p"), "under 1 percent"),
    ],
)
def test_said_keeps_the_bound(quantity: Quantity, expected: str) -> None:
    """The words never make a bound look like a plain number."""
    assert quantity_text(quantity) == expected


def test_quantity_of_reads_a_row(rows: Callable[..., pd.DataFrame]) -> None:
    """A row's cells become the quantity, the source's wording included."""
    row = rows({"value": 20.0, "bound": n.AT_MOST, "wording": "up to", "unit": "railcars"})
    found = quantity_of(row.iloc[0])
    assert (found.value, found.bound, found.unit, found.wording) == (
        20.0,
        "at most",
        "railcars",
        "up to",
    )


@pytest.mark.parametrize(
    ("quantity", "words"),
    [
        (Quantity(73.0, NAN, NAN, "about", "railcars", counted=True), "a tenth either way"),
        (Quantity(6700.0, NAN, NAN, "about", "containers"), "the rounding of the printed number"),
        (Quantity(2000.0, NAN, NAN, "about", "containers", "-odd"), "up to the next"),
        (Quantity(25.0, NAN, NAN, "at least", "calls"), "the bound that the source gives"),
        (Quantity(NAN, 4.0, 6.0, "about", "shells"), "the range that the source prints"),
        (Quantity(49.0, NAN, NAN, "exactly", "days"), ""),
    ],
)
def test_an_interval_says_whose_it_is(quantity: Quantity, words: str) -> None:
    """What the book reads into a word is not put into the mouth of the source."""
    found = reading_of(quantity)
    assert words in found
    assert bool(words) is bool(found)


def test_the_range_of_a_sum_is_none_that_a_source_prints() -> None:
    """The compiler added the parts up, so the range is put in nobody's mouth."""
    summed = Quantity(NAN, 15000.0, 16000.0, "exactly", "troops")
    assert "sum by the compiler" in reading_of(summed, method="derived-sum")


def test_a_number_called_odd_lies_at_or_above_it() -> None:
    """The word stands after the number, and nothing below the number is allowed."""
    odd = Quantity(28000.0, NAN, NAN, "about", "containers", "-odd")
    assert limits(odd) == (28000.0, 29000.0)
    assert quantity_text(odd) == "28,000-odd containers"


@pytest.mark.parametrize(
    ("value", "high"),
    [(10.0, 20.0), (70.0, 80.0), (2000.0, 3000.0), (1e7, 1.1e7), (1.2e7, 1.3e7), (9.4e6, 9.5e6)],
)
def test_what_odd_adds_stays_below_the_next_counting_word(value: float, high: float) -> None:
    """Ten million-odd is less than eleven million: officials print 9.4 and 12 million-odd, too."""
    assert limits(Quantity(value, NAN, NAN, "about", "shells", "-odd")) == (value, high)
