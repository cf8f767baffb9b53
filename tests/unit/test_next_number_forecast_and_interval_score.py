"""Forecasts of the next number by hand, their scores, and no look into the future."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from labs.benchmarks.forecast_verification import (
    COLUMNS,
    LINES,
    TABLES,
    Line,
    foreseen,
    foresight_rows,
)
from skytally.core import data_registry, read_table
from skytally.core.errors_and_fault_lists import DataError
from skytally.statistics.next_number_forecast_and_interval_score import (
    PRIOR_CHANGE,
    interval_score,
    next_number,
    share_interval,
)

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Read the tables of the record that the forecasts use."""
    return {name: read_table(data_registry.path(name)) for name in TABLES}


def test_one_known_number_has_the_width_of_the_prior() -> None:
    """Student's t with 2 degrees of freedom, 2.92 at 0.95: log 10 plus 2.92 log 4, for 9."""
    found = next_number([9.0])
    reach = stats.t.ppf(0.95, 2) * PRIOR_CHANGE
    assert found.median == 9.0
    assert found.high == pytest.approx(10 * math.exp(reach) - 1)
    assert found.low == 0.0


def test_a_line_that_never_changed_is_foreseen_more_and_more_narrowly() -> None:
    """Twenty equal numbers leave less room than two, and the last number stays the middle."""
    few, many = next_number([50.0] * 2), next_number([50.0] * 20)
    assert few.low < many.low < 50 < many.high < few.high


def test_larger_changes_give_wider_intervals() -> None:
    """One change from 10 to 1,000 against one from 10 to 11, from the same last number."""
    assert next_number([10.0, 1000.0]).high > 5 * next_number([900.0, 1000.0]).high


@pytest.mark.parametrize("known", [[], [math.nan], [-1.0, 2.0], [math.inf]])
def test_numbers_that_are_none_are_refused(known: list[float]) -> None:
    """Nothing known, missing, negative or infinite."""
    with pytest.raises(DataError, match="known numbers: found"):
        next_number(known)


def test_intervals_hold_nine_in_ten_of_random_walks() -> None:
    """2,000 walks whose changes come from the prior: coverage 0.88 to 0.92."""
    rng = np.random.default_rng(11)
    held = 0
    for _ in range(2000):
        scale = PRIOR_CHANGE * math.sqrt(2 / rng.chisquare(2))
        walk = 20 + np.cumsum(rng.normal(0, scale, 6))
        if walk.min() < 0 or walk.max() > 600:
            walk = np.clip(walk, 0, 600)
        found = next_number(list(np.expm1(walk[:-1])))
        held += found.low <= np.expm1(walk[-1]) <= found.high
    assert 0.88 <= held / 2000 <= 0.92


def test_interval_score_by_hand() -> None:
    """Width 4; 1 below a 90 % interval costs 20 more."""
    assert interval_score(2.0, 6.0, 3.0) == 4.0
    assert interval_score(2.0, 6.0, 1.0) == pytest.approx(24.0)
    with pytest.raises(DataError, match="ends are crossed"):
        interval_score(2.0, 1.0, 1.0)


def test_share_interval_by_hand() -> None:
    """None of 10: up to 1 - 0.025 ** 0.1; all of 10: from 0.025 ** 0.1."""
    assert share_interval(0, 10) == (0.0, pytest.approx(1 - 0.025**0.1))
    assert share_interval(10, 10) == (pytest.approx(0.025**0.1), 1.0)
    with pytest.raises(DataError, match="3 of 2"):
        share_interval(3, 2)


def test_the_committed_table_is_that_of_the_record(root: Path, tables: Tables) -> None:
    """Recomputed row by row; where it differs, run labs.benchmarks.forecast_verification again."""
    with (root / "data/results/foresight.csv").open(encoding="utf-8", newline="") as file:
        committed = list(csv.DictReader(file))
    again = [{name: str(row[name]) for name in COLUMNS} for row in foresight_rows(tables)]
    assert committed == again


def test_coverage_of_the_committed_table_contains_nine_in_ten(root: Path) -> None:
    """The 95 % interval of the share of numbers that the intervals held, over all and by series."""
    table = pd.read_csv(root / "data/results/foresight.csv", keep_default_na=False)
    scored = table[table["target"] != ""]
    for rows in (scored, *(rows for _, rows in scored.groupby("line"))):
        low, high = share_interval(int((rows["covered"] == "yes").sum()), len(rows))
        assert low <= 0.9 <= high
    assert not scored["target"].duplicated().any()


def test_a_series_of_calls_holds_totals_or_single_periods_and_no_coal(tables: Tables) -> None:
    """What each series foresees: totals since the first calls, months, and neither coal ships."""
    calls = tables["voyage_counts"].set_index("id")
    shown = pd.DataFrame(foresight_rows(tables))
    first, days = calls["date_first"], {}
    for name, rows in shown[shown["target"] != ""].groupby("line"):
        ids = [one for one in rows["target"] if one in calls.index]
        assert set(calls.loc[ids, "cargo"]) <= {""}
        days[name] = ids
    totals, single = days["calls, running totals"], days["calls, single periods"]
    assert (first[totals] < pd.Timestamp("2023-09-01")).all()
    assert (first[single] > pd.Timestamp("2023-09-01")).all()
    assert {"V013", "P007"} <= set(totals)
    assert {"P038", "P075.3"} <= set(single)


@pytest.fixture(scope="module")
def forecasts() -> dict[str, list[Any]]:
    """Forecasts on all tables, by the name of their line, as tests ask for them."""
    return {}


@pytest.mark.parametrize(
    "end",
    [
        "2023-10-31", "2024-07-31",
        *(pytest.param(day, marks=pytest.mark.slow) for day in ("2023-11-30", "2024-12-31")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("line", LINES, ids=lambda line: line.name)
def test_a_row_that_is_published_later_changes_no_earlier_forecast(
    line: Line, end: str, tables: Tables, forecasts: dict[str, list[Any]]
) -> None:
    """Without all rows whose source came after a day, forecasts until then are the same."""
    sources = tables["sources"]
    known = set(sources.loc[sources["published_last"] <= end, "id"])
    earlier = {
        name: table[table["source_id"].isin(known)] if "source_id" in table else table
        for name, table in tables.items()
    }
    # a forecast of calls is for the days of what came, so its numbers differ with the target
    keep = ["month", "rows_used", *([] if line.period else COLUMNS[6:9])]
    if line.name not in forecasts:
        forecasts[line.name] = [*foreseen(line, tables)]
    now, then = (
        pd.DataFrame(each, columns=COLUMNS)[keep]
        for each in (forecasts[line.name], [*foreseen(line, earlier)])
    )
    now, then = (
        each[each["month"] <= end[:7]].drop_duplicates().reset_index(drop=True)
        for each in (now, then)
    )
    pd.testing.assert_frame_equal(now, then, check_dtype=not now.empty)


def test_a_count_published_in_november_is_known_then_and_not_before(tables: Tables) -> None:
    """A new stock of 40, published on 5 November 2023, is a target of October and used after."""
    stocks, sources = tables["quay_stocks"], tables["sources"]
    row = stocks[stocks["id"] == "P018"].assign(
        id="NEW", source_id="NEWS", value=40.0, state="counted", counter="rusi",
        date_first=pd.Timestamp("2023-11-01"), date_last=pd.Timestamp("2023-11-01"),
    )  # fmt: skip
    day = pd.Timestamp("2023-11-05")
    page = sources.head(1).assign(id="NEWS", published_first=day, published_last=day)
    more = {
        **tables,
        "quay_stocks": pd.concat([stocks, row], ignore_index=True),
        "sources": pd.concat([sources, page.assign(derived_from="")], ignore_index=True),
    }
    before, after = ({**each} for each in (tables, more))
    plain = {one["month"]: one for one in foreseen(LINES[0], before)}
    changed = [one for one in foreseen(LINES[0], after) if one["month"] == "2023-10"]
    assert [one["target"] for one in changed] == ["NEW"]
    assert changed[0]["predicted_high"] == plain["2023-10"]["predicted_high"]
    later = next(one for one in foreseen(LINES[0], after) if one["month"] == "2023-11")
    assert int(str(later["rows_used"])) == int(str(plain["2023-11"]["rows_used"])) + 1
