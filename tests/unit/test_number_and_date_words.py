"""Numbers and dates in words."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd
import pytest

from skytally.core.number_and_date_words import (
    day,
    filled,
    interval,
    number,
    rounded_outwards,
    when,
    with_preposition,
    with_unit,
)
from skytally.core.source_printed_quantity import quantity_of, quantity_text
from skytally.core.unit_table import unit_of

OCTOBER_5 = pd.Timestamp("2023-10-05")
OCTOBER_9 = pd.Timestamp("2023-10-09")
AUGUST = (pd.Timestamp("2023-08-01"), pd.Timestamp("2023-08-31"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "0"), (73.0, "73"), (1010.0, "1,010"), (6_500_000.0, "6,500,000"), (2.6, "2.6")],
)
def test_number_is_written_as_printed(value: float, expected: str) -> None:
    """Thousands are separated and no empty decimals are shown."""
    assert number(value) == expected


@pytest.mark.parametrize(
    ("end", "digits", "lower", "upper"),
    [
        (187.6, 3, 187.0, 188.0), (0.703, 2, 0.7, 0.71), (4.63, 2, 4.6, 4.7), (0.29, 2, 0.29, 0.29),
        (0.0, 2, 0.0, 0.0), (math.inf, 2, math.inf, math.inf), (114.0, 3, 114.0, 114.0),
    ],
)  # fmt: skip
def test_an_interval_is_rounded_away_from_its_middle(
    end: float, digits: int, lower: float, upper: float
) -> None:
    """A rounded interval holds the exact one; a rounded end stays as it is."""
    assert rounded_outwards(end, math.floor, digits=digits) == lower
    assert rounded_outwards(end, math.ceil, digits=digits) == upper


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (1.0, "railcars", "n railcar"),
        (0.0, "railcars", "n railcars"),
        (2.0, "railcars", "n railcars"),
        (1.0, "times", "n times"),
        (1.0, "km", "n km"),
    ],
)
def test_with_unit_is_singular_after_one(value: float, unit: str, expected: str) -> None:
    """Only exactly one takes the singular; a symbol never changes."""
    assert with_unit("n", value, unit) == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (65.7, 80.3, "65 to 81 railcars"),
        (72.0, 74.0, "72 to 74 railcars"),
        (1.2, float("inf"), "1 railcar or more"),
        (25.0, float("inf"), "25 railcars or more"),
        (1.0, float("inf"), "1 railcar or more"),
        (49.0, 49.0, "49 railcars"),
        (0.0, 25.0, "0 to 25 railcars"),
        (float("nan"), 25.0, "no interval"),
        (25.0, float("nan"), "no interval"),
    ],
)
def test_interval_names_its_open_side(low: float, high: float, expected: str) -> None:
    """A closed interval has two ends, an open one says so, a missing one is called missing."""
    assert interval(low, high, "railcars") == expected


def test_chance_that_is_open_above_ends_with_certainty() -> None:
    """A chance of at least 0.2 lies between that and 1."""
    assert interval(0.2, float("inf"), "p") == "20 to 100 percent"


def test_day_has_no_leading_zero() -> None:
    """A day is written as in British prose."""
    assert day(OCTOBER_5) == "5 October 2023"


@pytest.mark.parametrize(
    ("first", "last", "precisions", "expected"),
    [
        (OCTOBER_5, OCTOBER_5, ("day", "day"), "5 October 2023"),
        (OCTOBER_5, OCTOBER_9, ("day", "day"), "5 October 2023 to 9 October 2023"),
        (*AUGUST, ("month", "month"), "August 2023"),
        (AUGUST[0], OCTOBER_5, ("month", "day"), "August 2023 to 5 October 2023"),
        (*AUGUST, ("year", "year"), "2023"),
        (OCTOBER_5, OCTOBER_5, ("nominal", "nominal"), "about 5 October 2023"),
        (pd.NaT, OCTOBER_5, ("open", "day"), "until 5 October 2023"),
        (OCTOBER_5, pd.NaT, ("day", "open"), "from 5 October 2023"),
        (pd.NaT, pd.NaT, ("open", "open"), "no date"),
        (None, AUGUST[1], ("open", "month"), "until August 2023"),
    ],
)
def test_when_keeps_the_precision(
    first: pd.Timestamp, last: pd.Timestamp, precisions: tuple[str, str], expected: str
) -> None:
    """A month is never written as a day, an open side never as a date."""
    assert when(first, last, *precisions) == expected


@pytest.mark.parametrize(
    "name",
    [
        "ship_sightings",
        "quay_stocks",
        "voyage_counts",
        "voyages",
        "rail_counts",
        "depot_observations",
        "official_claims",
    ],
)
def test_singular_covers_every_one_in_the_record(
    table: Callable[[str], pd.DataFrame], name: str
) -> None:
    """No row of the record is put into words as one of a plural."""
    ones = table(name)[table(name)["value"] == 1]
    wrong = {
        row["id"]: quantity_text(quantity_of(row))
        for _, row in ones.iterrows()
        if quantity_text(quantity_of(row)).endswith(f"1 {row['unit']}")
        and (unit_of(row["unit"]).singular != row["unit"] or row["unit"].endswith("s"))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("dates", "placed"),
    [
        ("5 October 2023", "on 5 October 2023"),
        ("about 5 October 2023", "on about 5 October 2023"),
        ("October 2023", "in October 2023"),
        ("2026", "in 2026"),
        ("7 May 2025 to 8 May 2025", "between 7 May 2025 and 8 May 2025"),
        ("until May 2024", "until May 2024"),
        ("from 5 October 2023", "from 5 October 2023"),
        ("no date", "no date"),
        ("", ""),
    ],
)
def test_with_preposition_says_on_of_days_only(dates: str, placed: str) -> None:
    """A year is no day: what happened in 2026 did not happen on 2026."""
    assert with_preposition(dates) == placed


def test_filled_puts_the_preposition_into_the_sentence() -> None:
    """At its beginning the preposition is written large; elsewhere the date stands as it is."""
    words = {"number": "about 33,000 containers"}
    assert filled("Seoul named {number} on {when}.", "2026", words) == (
        "Seoul named about 33,000 containers in 2026."
    )
    assert filled("On {when} it was {number}.", "2026", words).startswith("In 2026 it was")
    assert filled("It was {number} ({when}).", "2026", words).endswith("(2026).")
