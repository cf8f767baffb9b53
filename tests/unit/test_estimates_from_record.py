"""Questions: rows put to the statistics, bounds kept, and rows that cannot be asked named."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from skytally.core import data_registry
from skytally.core.errors import DataError
from skytally.findings.finding_kinds import row_of
from skytally.record.evidence_lines import by_statement
from skytally.record.repeated_observations import drop_copies
from skytally.statistics import onset
from skytally.statistics.counter_pairs import difference_of_rows, pairs_of_counters
from skytally.statistics.interval_counts import interval_counts_from
from skytally.statistics.onset_date import onset_factor
from skytally.statistics.port_calls.calls_from_bounded_rows import (
    calls_between_observations,
    calls_by_share,
    missed_by_schedule,
    stays_table,
)
from skytally.statistics.reach_from_rows import time_for_a_call
from skytally.statistics.surge_from_rows import (
    hidden_table,
    observations_behind_bound,
    regimes_table,
    surge_of_rows,
    surge_table,
)
from skytally.statistics.whole_numbers import whole_number_limits

Rows = Callable[..., pd.DataFrame]
Table = Callable[[str], pd.DataFrame]
CLOSED = ("2020-02-01", "2022-10-31")


def count(rows: Rows, **changes: object) -> pd.DataFrame:
    """Make the row of a count of railcars."""
    return rows({"id": "R031", "day": "2023-10-05", "unit": "railcars", "value": 73.0, **changes})


def ceiling(rows: Rows, first: str, last: str, **changes: object) -> pd.DataFrame:
    """Make the row of a baseline of railcars."""
    plain = {"id": "R001", "unit": "railcars", "value": 20.0, "bound": "at most"}
    made = rows({**plain, **changes})
    return made.assign(date_first=pd.Timestamp(first), date_last=pd.Timestamp(last))


def test_surge_of_rows_takes_the_period_of_the_row(rows: Rows) -> None:
    """A baseline that ends a year earlier has fewer days, and no day of the closure."""
    long = surge_of_rows(
        count(rows), ceiling(rows, "2018-10-01", "2023-09-30"), closed=CLOSED, sites=4
    )
    short = surge_of_rows(
        count(rows), ceiling(rows, "2018-10-01", "2019-09-30"), closed=CLOSED, sites=4
    )
    days = {each.name: each.days for each in long.baseline.regimes}
    assert days == {"before": 488, "closed": 1004, "after": 334}
    assert observations_behind_bound(long).high == (488 + 334) // 7
    assert observations_behind_bound(short).high == 365 // 7
    assert list(regimes_table(long)["used"]) == ["yes", "no", "yes"]


def test_surge_of_rows_is_that_of_the_notebook_before(table: Table) -> None:
    """On the record: 73 against no more than about 20, that is, at most 25."""
    rail = table("rail_counts")
    found = surge_of_rows(row_of([rail], "R031"), row_of([rail], "R001"), closed=CLOSED, sites=4)
    assert found.count == (73.0, 73.0)
    assert found.baseline.most == (20, 25)
    assert found.factor == 4


@pytest.mark.parametrize(
    ("changes", "first", "last", "expected"),
    [
        ({}, "2020-03-01", "2022-01-31", "row R001: 1 March 2020 to 31 January 2022 lies wholly"),
        ({}, "2018-10-01", "2023-10-31", "row R001: not over before the count"),
        ({"value": math.nan, "bound": ""}, "2018-10-01", "2023-09-30", "row R001 carries no"),
        ({"value": 0.0}, "2018-10-01", "2023-09-30", "row R001: a bound of 0 railcars"),
        ({"bound": "at least"}, "2018-10-01", "2023-09-30", "row R001: open above"),
        ({"unit": "m"}, "2018-10-01", "2023-09-30", "row R001: m against railcars"),
    ],
    ids=["closed", "not-over", "no-number", "zero", "open", "unit"],
)
def test_surge_of_rows_refuses_a_baseline_by_its_name(
    rows: Rows, changes: dict[str, object], first: str, last: str, expected: str
) -> None:
    """A row that bounds nothing, or nothing but the closure, is named with what to do."""
    baseline = ceiling(rows, first, last, **changes)
    with pytest.raises(DataError, match=expected):
        surge_of_rows(count(rows), baseline, closed=CLOSED, sites=4)


def test_surge_of_rows_refuses_open_dates_and_a_count_without_number(rows: Rows) -> None:
    """Without both dates there is no period, and without a count no question."""
    baseline = ceiling(rows, "2018-10-01", "2023-09-30")
    with pytest.raises(DataError, match="row R001 is open at one end"):
        surge_of_rows(count(rows), baseline.assign(date_first=pd.NaT), closed=CLOSED, sites=1)
    with pytest.raises(DataError, match="row R031 carries no number"):
        surge_of_rows(count(rows, value=math.nan, bound=""), baseline, closed=CLOSED, sites=1)
    with pytest.raises(DataError, match=r"row R031: found 73\.5 railcars, which holds no whole"):
        surge_of_rows(count(rows, value=73.5), baseline, closed=CLOSED, sites=1)


def test_surge_table_shows_the_chance_with_and_without_the_factor(rows: Rows) -> None:
    """Probability at any of 4 sites is four times that at one; hidden states by observations."""
    found = surge_of_rows(
        count(rows), ceiling(rows, "2018-10-01", "2023-09-30"), closed=CLOSED, sites=4
    )
    shown = surge_table(found)
    assert list(shown.columns.levels[0]) == ["any of 4 places", "one place"]
    one, four = (found.answers(corrected=each)["bound_only"] for each in (False, True))
    assert four.high == pytest.approx(4 * one.high)
    assert float(shown.loc["bound_only", ("one place", "most")]) == pytest.approx(one.high, rel=0.2)
    hidden = hidden_table(found)
    assert list(hidden.columns) == ["with 1 look", "with 117 looks"]
    assert float(hidden.loc[0.05, "with 117 looks"]) == pytest.approx(0.95**117, rel=0.05)


def days(rows: Rows, name: str, value: float, **changes: object) -> pd.DataFrame:
    """Make a row of days, with a ship or with an image, over half a year."""
    made = rows({"id": name, "unit": "days", "value": value, **changes})
    return made.assign(date_first=pd.Timestamp("2023-08-01"), date_last=pd.Timestamp("2024-02-12"))


def test_calls_by_share_keeps_the_bound_of_its_rows(rows: Rows) -> None:
    """At least 49 days of 109 allow no fewer calls than 49, and as many as 109."""
    imaged = days(rows, "P002", 109.0)
    exact = calls_by_share(days(rows, "P2", 49.0), imaged, stay_days=(1.9, 3.1), seed=1)
    most = calls_by_share(days(rows, "P2", 109.0), imaged, stay_days=(1.9, 3.1), seed=1)
    open_above = calls_by_share(
        days(rows, "P2", 49.0, bound="at least"), imaged, stay_days=(1.9, 3.1), seed=1
    )
    assert math.isfinite(exact.calls.value)
    assert (open_above.calls.low, open_above.calls.high) == (exact.calls.low, most.calls.high)
    assert open_above.presence.high == most.presence.high
    assert math.isnan(open_above.calls.value)


def test_stays_table_spans_both_ends_of_a_bound(rows: Rows) -> None:
    """An exact pair gives the table as it is; a bound leaves the interval only."""
    imaged = days(rows, "P002", 109.0)
    exact = stays_table(days(rows, "P2", 49.0), imaged, stays=[1.0, 3.0], seed=1)
    wide = stays_table(days(rows, "P2", 49.0, bound="at least"), imaged, stays=[1.0, 3.0], seed=1)
    assert exact["calls"].notna().all()
    assert wide["calls"].isna().all()
    assert list(wide["low"]) == list(exact["low"])
    assert (wide["high"] > exact["high"]).all()
    assert missed_by_schedule(imaged, stay=1.0).low == exact["missed_at_least"].iloc[0]


@pytest.mark.parametrize(
    ("seen", "imaged", "expected"),
    [
        ({}, {"value": math.nan, "bound": ""}, "row P002 carries no number"),
        ({"value": math.nan, "bound": ""}, {}, r"row P002\.2 carries no number"),
        ({}, {"value": 0.0}, "row P002: 0 to 0 days; a share needs a known whole"),
        ({"value": 49.7}, {}, r"row P002\.2: found 49\.7 days, which holds no whole number"),
        ({}, {"value": 109.5}, r"row P002: found 109\.5 days, which holds no whole number"),
        ({"value": 120.0}, {}, r"rows P002\.2 and P002: 120 of 109; a part is no larger"),
        ({}, {"bound": "at least"}, "row P002: 109 to inf days; a share needs a known whole"),
    ],
    ids=["no-whole", "no-part", "zero", "part-of-a-day", "half-a-day", "more", "open"],
)
def test_calls_by_share_refuses_rows_by_their_names(
    rows: Rows, seen: dict[str, object], imaged: dict[str, object], expected: str
) -> None:
    """A number that days cannot be counted with is named with its row."""
    part = days(rows, "P002.2", **{"value": 49.0, **seen})
    whole = days(rows, "P002", **{"value": 109.0, **imaged})
    with pytest.raises(DataError, match=expected):
        calls_by_share(part, whole, stay_days=(1.9, 3.1), seed=1)
    with pytest.raises(DataError, match=expected):
        stays_table(part, whole, stays=[1.0], seed=1)


def test_whole_ends_of_a_bound_are_open_and_of_about_rounded(rows: Rows) -> None:
    """At least 25 is 25 or more; about 73 is 73; at most about 20 is 0 to 25."""
    assert whole_number_limits(count(rows, value=25.0, bound="at least")) == (25.0, math.inf)
    assert whole_number_limits(count(rows, bound="about")) == (73.0, 73.0)
    hedged = count(rows, value=20.0, bound="at most", wording="no more than about")
    assert whole_number_limits(hedged) == (0.0, 25.0)


def looks(rows: Rows, *states: tuple[str, str]) -> pd.DataFrame:
    """Make observations of one pier: day and state."""
    return rows(
        *(
            {"day": when, "state": state, "counter": "voa", "scope": "rajin-nk-only-pier"}
            for when, state in states
        )
    )


def test_calls_by_looks_counts_sightings_parted_by_an_absence(rows: Rows) -> None:
    """Seen, seen, empty, seen: two calls or more, and no more than fit."""
    made = looks(
        rows,
        ("2023-08-26", "seen"),
        ("2023-08-28", "seen"),
        ("2023-08-30", "nothing-seen"),
        ("2023-09-01", "unclear"),
        ("2023-09-04", "seen"),
    )
    found = calls_between_observations(made, ships=1, stay_days=0.5, cycle_days=2.0)
    assert found.low == 2
    # ten days, a call each second day from just before the first
    assert found.high == 6
    assert calls_between_observations(made, ships=2, stay_days=0.5, cycle_days=2.0).high == 12


def test_calls_by_looks_refuses_several_piers_and_no_day(rows: Rows) -> None:
    """An observation of one pier says nothing about another, and a month is not a day."""
    made = looks(rows, ("2023-08-26", "seen"), ("2023-08-28", "nothing-seen"))
    with pytest.raises(DataError, match="several in scope"):
        calls_between_observations(
            made.assign(scope=["one", "other"]), ships=1, stay_days=0.5, cycle_days=2.0
        )
    with pytest.raises(DataError, match="no look known to the day"):
        calls_between_observations(
            made.assign(precision_last="month"), ships=1, stay_days=0.5, cycle_days=2.0
        )


def test_no_other_pier_has_looks_of_both_kinds(table: Table) -> None:
    """The ports page says so: one counter, one pier, single days with and without a ship."""
    ships = table("ship_sightings")
    day = ships[(ships["precision_first"] == "day") & (ships["date_first"] == ships["date_last"])]
    both = {
        place
        for place, rows in day.groupby(["counter", "scope"])
        if "nothing-seen" in set(rows["state"]) and {"seen", "counted"} & set(rows["state"])
    }
    assert both == {("voa", "rajin-nk-only-pier")}


@pytest.fixture
def land() -> Path:
    """Path of the coastline of the Far East."""
    return data_registry.path("basemap_far_east")


def test_time_for_a_call_is_never_surer_than_its_draws(table: Table, land: Path) -> None:
    """All draws leave time, and yet the chance is not printed as certain."""
    ships, sites = table("ship_sightings"), table("sites")
    before, after = (row_of([ships], row) for row in ("P056", "P057"))
    found = time_for_a_call(before, after, sites, port="rajin", land=land)
    assert 0.99 < found.low < 1
    assert found.high == 1


@pytest.mark.parametrize("missing", ["lat", "lon", "uncertainty_m"])
@pytest.mark.parametrize("site", ["rajin", "vostochny"])
def test_time_for_a_call_without_a_position_is_wide(
    table: Table, land: Path, site: str, missing: str
) -> None:
    """A port or a sighting that is not located leaves the answer open, and does not crash."""
    ships, sites = table("ship_sightings"), table("sites").copy()
    sites.loc[sites["id"] == site, missing] = math.nan
    before, after = (row_of([ships], row) for row in ("P056", "P057"))
    found = time_for_a_call(before, after, sites, port="rajin", land=land)
    assert (found.low, found.high) == (0.0, 1.0)


def test_time_for_a_call_refuses_a_sighting_at_no_site(table: Table, land: Path) -> None:
    """A pier is a scope and not a site."""
    ships, sites = table("ship_sightings"), table("sites")
    before, after = (row_of([ships], row) for row in ("P056", "P058"))
    with pytest.raises(DataError, match="row P058: 'rajin-unstated-pier' is no site"):
        time_for_a_call(before, after, sites, port="rajin", land=land)


def test_onset_factor_is_the_bayes_factor_and_has_an_end() -> None:
    """Counts alike speak for no change; a jump of a thousand speaks for one beyond counting."""
    when = pd.date_range("2023-01-01", periods=8, freq="30D").to_numpy()
    alike = onset_factor(onset(interval_counts_from(when, [3.0] * 8)))
    assert alike.low == alike.high < 1
    jump = onset_factor(onset(interval_counts_from(when, [0.0] * 4 + [1000.0] * 4)))
    assert jump.low > 20


def test_agreements_find_the_two_pairs_of_the_depots_and_no_other(table: Table) -> None:
    """The limits page says that ships, containers and railcars have no such pair."""
    names = ("ship_sightings", "quay_stocks", "voyage_counts", "rail_counts")
    tables = [table(name) for name in (*names, "depot_observations")]
    tables.append(by_statement(table("official_claims")))
    found = [pairs_of_counters(drop_copies(each, table("sources"))) for each in tables]
    assert [len(each) for each in found] == [0, 0, 0, 0, 2, 0]
    pairs = found[4].set_index("scope")
    assert bool(pairs.loc["tikhoretsk-depot", "compatible"])
    assert not bool(pairs.loc["toropets-arsenal", "compatible"])
    assert set(pairs["rows_a"]) | set(pairs["rows_b"]) == {"D015", "D026", "D027", "D028"}


def test_difference_of_rows_is_the_least_that_the_bounds_allow(table: Table) -> None:
    """More than 30,000 against about 19,000, at most 19,500: at least 10,500 tonnes apart."""
    depots = table("depot_observations")
    found = difference_of_rows(row_of([depots], "D028"), row_of([depots], "D027"))
    assert (found.low, found.high, found.unit) == (10500.0, math.inf, "tonnes")
    alike = difference_of_rows(row_of([depots], "D015"), row_of([depots], "D026"))
    assert (alike.low, alike.high) == (0.0, math.inf)


def test_difference_of_rows_refuses_rows_of_two_days(table: Table) -> None:
    """A number of September is not compared with one of another day."""
    depots = table("depot_observations")
    later = row_of([depots], "D028").assign(date_last=pd.Timestamp("2024-09-20"))
    with pytest.raises(DataError, match="rows D027 and D028: no numbers of one known day"):
        difference_of_rows(row_of([depots], "D027"), later)
