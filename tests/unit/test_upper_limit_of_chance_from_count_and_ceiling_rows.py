"""Rows put to the surge: which row gives what, and which cannot be taken."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pandas as pd
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.findings.quote_ratio_share_estimate_findings import row_of
from skytally.statistics.integer_bounds_of_row import whole_number_limits
from skytally.statistics.predictive_tail_given_ceiling import REACHED
from skytally.statistics.upper_limit_of_chance_from_count_and_ceiling_rows import (
    images_behind_ceiling,
    limit_in_table,
    surge_of_rows,
    surge_table,
)
from skytally.statistics.upper_limit_of_chance_of_new_count_given_ceiling import ORDER

Rows = Callable[..., pd.DataFrame]
Table = Callable[[str], pd.DataFrame]
CLOSED = ("2020-02-01", "2022-10-31")
YEARS = ("2018-10-01", "2023-09-30")


def count(rows: Rows, **changes: object) -> pd.DataFrame:
    """Make the row of a count of railcars."""
    return rows({"id": "R031", "day": "2023-10-05", "unit": "railcars", "value": 73.0, **changes})


def dated(made: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """Date a row to an interval."""
    return made.assign(date_first=pd.Timestamp(first), date_last=pd.Timestamp(last))


def ceiling(rows: Rows, first: str, last: str, **changes: object) -> pd.DataFrame:
    """Make the row of a baseline of railcars."""
    plain = {"id": "R001", "unit": "railcars", "value": 20.0, "bound": "at most"}
    return dated(rows({**plain, **changes}), first, last)


def images(
    rows: Rows, first: str = "2022-11-01", last: str = "2023-01-31", **changes: object
) -> pd.DataFrame:
    """Make the row of a number of images."""
    plain = {"id": "R007", "unit": "images", "value": 35.0, "bound": "more than"}
    return dated(rows({**plain, **changes}), first, last)


def rise(rows: Rows, first: str = "2023-09-18", last: str = "2023-10-05") -> pd.DataFrame:
    """Make the row of a rise."""
    return dated(rows({"id": "R026"}), first, last)


def test_surge_of_rows_on_the_record(table: Table) -> None:
    """13 weeks from R007, the peak of 3 weeks from R026, 66 cars against 25 at most."""
    rail = table("rail_counts")
    four = [row_of([rail], row) for row in ("R031", "R001", "R007", "R026")]
    found = surge_of_rows(*four, closed=CLOSED, sites=4)
    assert found.count == (66.0, 80.0)
    assert found.baseline.most == (20, 25)
    assert found.baseline.images == (1, 13, 117)
    assert (found.weeks, found.sites) == (3, 4)
    # not one of the priors lets a surge of a single week at one place pass for chance
    assert all(p < 0.01 for name, p in found.by_images[13].items() if name != ORDER)
    assert 0.01 < found.limit.high < 0.1


def test_surge_of_rows_takes_the_period_of_the_row(rows: Rows) -> None:
    """A ceiling over one open year has fewer weeks, and more than 5 images are 6."""
    found = surge_of_rows(
        count(rows),
        ceiling(rows, "2018-10-01", "2019-09-30"),
        images(rows, "2018-10-01", "2019-01-31", value=5.0),
        rise(rows, "2023-10-05", "2023-10-05"),
        closed=CLOSED,
        sites=1,
    )
    assert found.baseline.images == (1, 6, 365 // 7)
    assert found.weeks == 1
    behind = images_behind_ceiling(found)
    assert (behind.low, behind.high, behind.unit) == (6.0, 365 // 7, "images")


@pytest.mark.parametrize(
    ("changes", "first", "last", "expected"),
    [
        ({}, "2020-03-01", "2022-01-31", "row R001: 1 March 2020 to 31 January 2022 lies wholly"),
        ({}, "2018-10-01", "2023-10-31", "row R001: not over before the count"),
        ({"value": math.nan, "bound": ""}, *YEARS, "row R001 carries no"),
        ({"value": 0.0}, *YEARS, "row R001: a bound of 0 railcars"),
        ({"bound": "at least"}, *YEARS, "row R001: open above"),
        ({"unit": "m"}, *YEARS, "row R001: m against railcars"),
    ],
    ids=["closed", "not-over", "no-number", "zero", "open", "unit"],
)
def test_surge_of_rows_refuses_a_baseline_by_its_name(
    rows: Rows, changes: dict[str, object], first: str, last: str, expected: str
) -> None:
    """A row that bounds nothing, or nothing but the closure, is named with what to do."""
    baseline = ceiling(rows, first, last, **changes)
    with pytest.raises(DataError, match=expected):
        surge_of_rows(count(rows), baseline, images(rows), rise(rows), closed=CLOSED, sites=4)


@pytest.mark.parametrize(
    ("number", "peak", "expected"),
    [
        ({"unit": "looks"}, (), "row R007: looks; name a row that counts images"),
        ({"first": "2017-01-01"}, (), "row R007: 1 January 2017 to 31 January 2023 lies outside"),
        ({"first": "2022-10-01"}, (), "row R007: .* reaches into the closure"),
        ({}, ("2023-09-01", "2023-09-30"), "row R026: does not hold the day of the count"),
    ],
    ids=["unit", "outside", "closed", "rise"],
)
def test_surge_of_rows_refuses_images_and_a_rise_that_are_not_its_own(
    rows: Rows, number: dict[str, str], peak: tuple[str, ...], expected: str
) -> None:
    """Images of other years are not behind the ceiling, and a rise holds its peak."""
    four = count(rows), ceiling(rows, *YEARS), images(rows, **number), rise(rows, *peak)
    with pytest.raises(DataError, match=expected):
        surge_of_rows(*four, closed=CLOSED, sites=4)


def test_surge_of_rows_refuses_open_dates_and_a_count_without_number(rows: Rows) -> None:
    """Without both dates there is no period, and without a count no question."""
    baseline, rest = ceiling(rows, *YEARS), (images(rows), rise(rows))
    undated = baseline.assign(date_first=pd.NaT)
    with pytest.raises(DataError, match="row R001 is open at one end"):
        surge_of_rows(count(rows), undated, *rest, closed=CLOSED, sites=1)
    for value, bound, expected in (
        (math.nan, "", "row R031 carries no number"),
        (73.5, "exactly", r"row R031: found 73\.5 railcars, which holds no whole"),
    ):
        wrong = count(rows, value=value, bound=bound)
        with pytest.raises(DataError, match=expected):
            surge_of_rows(wrong, baseline, *rest, closed=CLOSED, sites=1)


def test_surge_table_holds_everything_that_the_limit_assumes(rows: Rows) -> None:
    """Images, weeks and places are rows, priors and the order are columns; the limit is in it."""
    four = count(rows), ceiling(rows, *YEARS), images(rows), rise(rows)
    found = surge_of_rows(*four, closed=CLOSED, sites=4)
    shown = surge_table(found)
    assert len(shown) == 3 * 2 * 2
    assert list(shown.index.levels[0]) == ["1", "117", "13"]
    assert list(shown.columns)[-1] == ORDER
    one, all_paid = shown.loc[("13", 1, 1)], shown.loc[("13", 3, 4)]
    percent = re.compile(r"([0-9.]+) percent")
    read = [percent.fullmatch(cell) for cell in all_paid.drop(ORDER)]
    limits = [float(each[1]) / 100 for each in read if each]
    assert found.limit.high <= max(limits) <= found.limit.high * 1.1
    assert "under 1 percent" in one.to_list()
    assert one[ORDER] == "7.2 percent"
    assert all_paid[ORDER] == "75 percent"
    # the caption names the cell of the limit
    caption = limit_in_table(found)
    named = f"is the row of 13 images, 3 weeks and 4 sites, under “{REACHED}”."
    assert f"The limit of the text, {all_paid[REACHED]}, {named}" in caption
    assert caption.startswith(
        "Chance of as many railcars if nothing had changed: under 1 percent to 100 percent"
    )


def test_whole_ends_of_a_bound_are_open_and_of_about_an_error_wide(rows: Rows) -> None:
    """At least 25 is 25 or more; about 73 is 66 to 80; at most about 20 is 0 to 25."""
    assert whole_number_limits(count(rows, value=25.0, bound="at least")) == (25.0, math.inf)
    assert whole_number_limits(count(rows, bound="about")) == (66.0, 80.0)
    hedged = count(rows, value=20.0, bound="at most", wording="no more than about")
    assert whole_number_limits(hedged) == (0.0, 25.0)
