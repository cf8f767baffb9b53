"""Findings from rows: quotes, ratios, shares, estimates, and the rows that superlatives select."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd
import pytest

from skytally.core import evidence_line_name_constants as n
from skytally.core.errors_and_fault_lists import DataError
from skytally.findings.quote_ratio_share_estimate_findings import (
    above_bound,
    as_high,
    estimated,
    first,
    highest,
    latest,
    quoted,
    ratio,
    row_of,
    share,
)
from skytally.statistics.estimate import Estimate

Rows = Callable[..., pd.DataFrame]
Table = Callable[[str], pd.DataFrame]


def test_row_of_finds_a_row_in_several_tables(rows: Rows) -> None:
    """The first table that has the id gives the row."""
    one, two = rows({"id": "A"}), rows({"id": "B", "value": 2.0})
    assert row_of([one, two], "B")["value"].tolist() == [2.0]


def test_row_of_refuses_an_id_nobody_has(rows: Rows) -> None:
    """A misspelt id is reported with the tables that were searched."""
    with pytest.raises(DataError, match="no row 'Z' in made_up, made_up; correct the parameter"):
        row_of([rows({"id": "A"}), rows({"id": "B"})], "Z")


def test_quoted_repeats_the_row(table: Table) -> None:
    """R001 is a bound: the finding has no level of 20, but at most about 20."""
    found = quoted("rail.base", row_of([table("rail_counts")], "R001"), text="{number} in {when}.")
    assert (found.value, found.low, found.high, found.bound) == (20.0, 0.0, 25.0, "at most")
    assert found.text == "no more than about 20 railcars in October 2018 to September 2023."


def test_quoted_dates_a_claim_by_its_statement(table: Table) -> None:
    """A claim is dated by the day it was made, not by the period it covers."""
    found = quoted("claims.us", row_of([table("official_claims")], "O003"), text="{when}")
    assert found.when == "13 October 2023"


@pytest.mark.parametrize(
    ("kept", "low"),
    [
        ({"value": 99.0, "bound": "more than"}, 99.0),
        ({"value": 90.0, "bound": "more than"}, 90.0),
        ({"value": 101.0, "bound": "at least"}, 50.0),
        ({"value": 99.0, "bound": "about"}, 50.0),
        ({"value": 99.0, "bound": "more than", "unit": "trains"}, 50.0),
    ],
)
def test_a_number_is_not_read_below_the_bound_of_its_own_work(
    rows: Rows, kept: dict[str, object], low: float
) -> None:
    """The bound raises the lower end, unless it contradicts the number or is of another thing."""
    printed = rows({"id": "A", "value": 100.0, "bound": "about"})
    found = above_bound(quoted("a.b", printed, text=""), printed, rows({"id": "B"} | kept))
    assert (found.low, "not below the bound of row B" in found.interval_from) == (low, low > 50)


def test_a_bound_that_may_be_the_number_rounded_down_raises_nothing(table: Table) -> None:
    """*More than 15,800* in a report of 15,809 need not be a lower bound of the counter."""
    counts = table("voyage_counts")
    printed, bound = row_of([counts], "V029.2"), row_of([counts], "V028.2")
    assert (printed["value"].item(), bound["value"].item()) == (15809, 15800)
    found = quoted("a.b", printed, text="")
    assert found.low is not None
    assert found.low < 15800
    assert above_bound(found, printed, bound) == found


def test_quoted_refuses_a_row_without_a_number(rows: Rows) -> None:
    """A row of words cannot be quoted as a number."""
    with pytest.raises(DataError, match=r"finding a\.b: row X1 carries no number"):
        quoted("a.b", rows({"bound": ""}), text="")


@pytest.mark.parametrize(
    ("over", "under", "expected"),
    [
        # 73 (65.7 to 80.3) over at most 20 (0 to 20): at least 65.7 / 20 = 3.285, to two digits
        ((73.0, n.ABOUT), (20.0, n.AT_MOST), (3.2, 3.2, None)),
        # exactly 60 over exactly 20
        ((60.0, n.EXACTLY), (20.0, n.EXACTLY), (None, 3.0, 3.0)),
        # about 73 over about 30 (25 to 35): 65.7 / 35 = 1.88 to 80.3 / 25 = 3.21, outwards
        ((73.0, n.ABOUT), (30.0, n.ABOUT), (None, 1.8, 3.3)),
    ],
)
def test_ratio_spans_both_intervals(
    rows: Rows,
    over: tuple[float, str],
    under: tuple[float, str],
    expected: tuple[float | None, float, float | None],
) -> None:
    """Against a bound only the least multiple is known."""
    top, base = (rows({"value": value, "bound": bound}) for value, bound in (over, under))
    found = ratio("a.b", top, base, text="{number}")
    assert (found.value, found.low, found.high) == expected
    assert found.unit == "times"
    assert found.inputs == ("X1", "X1")


def test_ratio_of_a_bound_is_worded_as_a_bound(rows: Rows) -> None:
    """Over a ceiling, a multiple is at least so much."""
    found = ratio(
        "a.b",
        rows({"value": 73.0, "bound": n.ABOUT}),
        rows({"value": 20.0, "bound": n.AT_MOST}),
        text="{number} the ceiling",
    )
    assert found.text == "at least 3.2 times the ceiling"


def test_ratio_never_rounds_inwards(rows: Rows) -> None:
    """149 over at most 50 is at least 2.98 times, which is not at least 3."""
    found = ratio("a.b", rows({"value": 149.0}), rows({"value": 50.0, "bound": n.AT_MOST}), text="")
    assert found.low is not None
    assert found.low <= 149 / 50


def test_ratio_refuses_two_units(rows: Rows) -> None:
    """Railcars are not compared with metres."""
    with pytest.raises(DataError, match=r"finding a\.b: railcars against m; compare one unit"):
        ratio("a.b", rows({"value": 1.0, "unit": "railcars"}), rows({"unit": "m"}), text="")


def test_share_spans_both_intervals(rows: Rows) -> None:
    """About 14 of about 258, each a tenth either way: 12.6 / 283.8 to 15.4 / 232.2."""
    found = share(
        "a.b",
        rows({"value": 14.0, "bound": n.ABOUT}),
        rows({"value": 258.0, "bound": n.ABOUT}),
        text="{number}",
    )
    assert (found.value, found.low, found.high) == (5.4, 4.43, 6.64)
    assert (found.unit, found.text) == ("percent", "about 5.4 percent")


@pytest.mark.parametrize(("part", "whole"), [(14.0, 258.0), (1.0, 3.0), (2.0, 3.0)])
def test_share_of_exact_numbers_lies_in_its_interval(rows: Rows, part: float, whole: float) -> None:
    """Two exact counts give a share, whatever the digits it is rounded to."""
    found = share("a.b", rows({"value": part}), rows({"value": whole}), text="")
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 100 * part / whole <= found.high


@pytest.mark.parametrize(
    ("part", "whole", "expected", "words"),
    [
        # 49 / 109 is 44.95 percent, to three digits downwards
        ((49.0, n.AT_LEAST), (109.0, n.EXACTLY), (44.9, 44.9, 100.0), "at least 44.9 percent"),
        ((49.0, n.MORE_THAN), (109.0, n.EXACTLY), (44.9, 44.9, 100.0), "at least 44.9 percent"),
        ((49.0, n.AT_MOST), (109.0, n.EXACTLY), (45.0, 0.0, 45.0), "at most 45 percent"),
        ((49.0, n.EXACTLY), (109.0, n.AT_LEAST), (45.0, 0.0, 45.0), "at most 45 percent"),
        ((49.0, n.EXACTLY), (109.0, n.AT_MOST), (44.9, 44.9, 100.0), "at least 44.9 percent"),
        ((0.0, n.EXACTLY), (109.0, n.EXACTLY), (0.0, 0.0, 0.0), "about 0 percent"),
        ((109.0, n.EXACTLY), (109.0, n.EXACTLY), (100.0, 100.0, 100.0), "about 100 percent"),
    ],
)
def test_share_of_a_bound_is_a_bound(
    rows: Rows,
    part: tuple[float, str],
    whole: tuple[float, str],
    expected: tuple[float, float, float],
    words: str,
) -> None:
    """At least 49 of 109 is at least a share, and never more than all."""
    top, base = (rows({"value": value, "bound": bound}) for value, bound in (part, whole))
    found = share("a.b", top, base, text="{number}")
    assert (found.value, found.low, found.high, found.text) == (*expected, words)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        ({"value": math.nan, "bound": ""}, {"value": 9.0}, "row X1 carries no number"),
        ({"value": 9.0}, {"value": math.nan, "bound": ""}, "row Y1 carries no number"),
        ({"value": 0.0}, {"value": 0.0}, "row Y1 is 0 containers"),
        ({"value": 9.0}, {"value": 8.0}, "rows X1 and Y1: 9 of 8; a part is no larger"),
        ({"value": 9.0, "bound": "at least"}, {"value": 20.0, "bound": "at least"}, "every share"),
    ],
    ids=["no-part", "no-whole", "zero", "more", "open"],
)
def test_share_refuses_rows_by_their_names(
    rows: Rows, part: dict[str, object], whole: dict[str, object], expected: str
) -> None:
    """What is no share is reported with the rows, and nothing is divided by nothing."""
    with pytest.raises(DataError, match=expected):
        share("a.b", rows(part), rows({"id": "Y1", **whole}), text="")


@pytest.mark.parametrize(
    ("over", "under", "expected"),
    [
        ({"value": math.nan, "bound": ""}, {"value": 9.0}, "row X1 carries no number"),
        ({"value": 9.0}, {"value": math.nan, "bound": ""}, "row Y1 carries no number"),
        ({"value": 9.0}, {"value": 0.0}, "row Y1 is 0 containers"),
        ({"value": 9.0, "bound": "at most"}, {"value": 3.0, "bound": "at most"}, "every multiple"),
    ],
    ids=["no-top", "no-base", "zero", "open"],
)
def test_ratio_refuses_rows_by_their_names(
    rows: Rows, over: dict[str, object], under: dict[str, object], expected: str
) -> None:
    """A multiple of nothing, or of no number, is reported with its row."""
    with pytest.raises(DataError, match=expected):
        ratio("a.b", rows(over), rows({"id": "Y1", **under}), text="")


def test_ratio_over_a_lower_bound_is_an_upper_bound(rows: Rows) -> None:
    """Exactly 60 over at least 20 is at most three times as much."""
    under = rows({"value": 20.0, "bound": n.AT_LEAST})
    found = ratio("a.b", rows({"value": 60.0}), under, text="{number}")
    assert (found.low, found.high, found.text) == (0.0, 3.0, "at most 3 times")


def test_share_adds_up_the_rows_of_a_part(rows: Rows) -> None:
    """About 175 and about 66, a tenth either way, of about 258: 76.4 to all of them."""
    parts = rows(
        {"id": "A", "value": 175.0, "bound": n.ABOUT}, {"id": "B", "value": 66.0, "bound": n.ABOUT}
    )
    whole = rows({"value": 258.0, "low": 256.0, "high": 260.0, "bound": n.ABOUT})
    made = share("a.b", parts, whole, text="{number}")
    # 216.9 / 283.8 = 76.43, downwards; 265.1 / 232.2 is more than all; 241 / 258 = 93.4
    assert (made.value, made.low, made.high) == (93.0, 76.4, 100.0)
    assert made.inputs == ("A", "B", "X1")


def test_share_refuses_two_units(rows: Rows) -> None:
    """Railcars are no share of metres."""
    with pytest.raises(DataError, match=r"finding a\.b: X1 \(m\) against railcars"):
        share(
            "a.b",
            rows({"value": 1.0, "unit": "m"}),
            rows({"value": 2.0, "unit": "railcars"}),
            text="",
        )


def test_estimated_rounds_its_interval_outwards(rows: Rows) -> None:
    """An estimate is quoted by its interval, to two digits, and never narrower than it is."""
    estimate = Estimate(0.05, 0.0123, 0.0987, "p", 0.9, "made up")
    made = estimated("a.b", estimate, rows({"value": 1.0}), text="{number}")
    assert (made.value, made.low, made.high, made.text) == (
        None,
        0.012,
        0.099,
        "1.2 to 9.9 percent",
    )


def test_first_takes_the_interval_that_ends_earliest(rows: Rows) -> None:
    """A month that ends later is not the first, though it begins earlier; an open end never is."""
    table = rows({"id": "A", "day": "2023-10-01"}, {"id": "B", "day": "2023-10-09"}, {"id": "C"})
    table.loc[0, "date_last"] = pd.Timestamp("2023-10-31")
    table.loc[2, "date_last"] = pd.NaT
    assert first(table)["id"].tolist() == ["B"]


def test_latest_takes_the_interval_that_begins_latest(rows: Rows) -> None:
    """Of two that begin on one day the one that ends later; an open start never is the latest."""
    days = ("2023-10-01", "2023-10-09", "2023-10-09", "2023-12-01")
    table = rows(*({"id": name, "day": day} for name, day in zip("ABCD", days, strict=True)))
    table.loc[2, "date_last"] = pd.Timestamp("2023-10-31")
    table.loc[3, "date_first"] = pd.NaT
    assert latest(table)["id"].tolist() == ["C"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([{"value": 1010.0, "bound": n.ABOUT}, {"value": 990.0, "bound": n.ABOUT}], "X1"),
        ([{"value": 1010.0}, {"value": 1011.0}], "X2"),
        # about 300 is a higher number than 258, though it may be a rounded 250
        ([{"value": 258.0}, {"value": 300.0, "bound": n.ABOUT}], "X2"),
        ([{"value": 70.0}, {"low": 60.0, "high": 180.0}], "X1"),
        # a ceiling of 5,000 counts nothing
        ([{"value": 1010.0}, {"value": 5000.0, "bound": n.AT_MOST}], "X1"),
        ([{"value": 1010.0}, {"value": 1100.0, "bound": n.AT_LEAST}], "X2"),
        ([{"value": math.nan, "bound": ""}, {"value": 3.0}], "X2"),
        ([{"value": 7.0, "day": "2023-11-02"}, {"value": 7.0, "day": "2023-11-01"}], "X2"),
    ],
    ids=["plain", "higher", "rounding", "range", "ceiling", "lower-bound", "no-number", "tie"],
)
def test_highest_is_the_highest_printed_number(
    rows: Rows, changes: list[dict[str, object]], expected: str
) -> None:
    """A range counts with its lower end, a ceiling not at all, and an earlier day wins a tie."""
    assert highest(rows(*changes))["id"].tolist() == [expected]


def test_superlatives_of_no_row_are_no_row(rows: Rows) -> None:
    """Nobody is first, latest or highest among none."""
    none = rows({"value": 1.0}).iloc[:0]
    assert [len(pick(none)) for pick in (first, latest, highest)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"value": 140.0, "bound": "exactly"}, ""),
        (
            {"value": 150.0, "bound": "exactly"},
            "; 150 m {} is as much",
        ),
        (
            {"value": 149.0, "bound": "about"},
            "; by what its words allow, about 149 m {} may be as much or more",
        ),
        (
            {"value": 100.0, "bound": "about"},
            "; by what its words allow, about 100 m {} may be as much",
        ),
        (
            {"value": 100.0, "bound": "more than"},
            "; more than 100 m {}, which has no upper end, may be more",
        ),
        ({"value": 200.0, "bound": "at most"}, ""),
    ],
)
def test_numbers_that_may_be_as_high_are_named(
    rows: Rows, other: dict[str, object], expected: str
) -> None:
    """A number that is open above may be higher than the highest that is printed."""
    length = {"unit": "m", "quantity": "container pile length", "value": 150.0, "bound": "exactly"}
    table = rows(length | {"id": "A"}, length | {"id": "B"} | other)
    said = as_high(table, table[table["id"] == "A"])
    begins, _, ends = expected.partition("{}")
    assert said.startswith(begins)
    assert said.endswith(ends)
    assert bool(said) == bool(expected)
