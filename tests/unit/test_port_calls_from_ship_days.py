"""Port calls of rows: what a month, several ships and a bound leave open, and what is missed."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.findings.quote_ratio_share_estimate_findings import row_of
from skytally.statistics.port_calls.littles_law import calls_from_share
from skytally.statistics.port_calls.missed_port_calls import mean_share_missed
from skytally.statistics.port_calls.port_calls_from_ship_days import (
    _schedules,
    calls_by_share,
    calls_table,
    chance_missed,
    period_lengths,
    share_imaged,
)
from skytally.statistics.port_calls.stay_length import dwell_of_stays, mean_stay

Rows = Callable[..., pd.DataFrame]
Table = Callable[[str], pd.DataFrame]
STAYS = pd.DataFrame(
    {
        "id": ["B1", "B2"],
        "absent_before": pd.to_datetime(["2024-03-09", "2023-12-20"]),
        "seen_first": pd.to_datetime(["2024-03-10", "2023-12-21"]),
        "seen_last": pd.to_datetime(["2024-03-12", "2023-12-23"]),
        "absent_after": pd.to_datetime(["2024-03-13", "2023-12-24"]),
    }
)
SETTING = {"stays": STAYS, "ships_at_once": (1, 1), "seed": 1}


def days(rows: Rows, name: str, value: float, **changes: object) -> pd.DataFrame:
    """Make a row of days, with a ship or with an image, over half a year."""
    plain = {"id": name, "unit": "days", "quantity": "imaged days", "value": value}
    made = rows({**plain, **changes})
    return made.assign(date_first=pd.Timestamp("2023-08-01"), date_last=pd.Timestamp("2024-02-12"))


def test_a_start_in_a_month_may_be_any_day_of_it(rows: Rows) -> None:
    """August to 12 February is 166 to 196 days, from the 1st to the 12th 196 days."""
    row = days(rows, "P002", 109.0)
    assert period_lengths(row) == (196.0, 196.0)
    assert period_lengths(row.assign(precision_first="month")) == (166.0, 196.0)


def test_calls_are_those_of_littles_law_where_nothing_is_open(rows: Rows) -> None:
    """One period, one ship at once and exact numbers: the estimate of the share itself."""
    made = calls_by_share(days(rows, "P2", 49.0), days(rows, "P002", 109.0), **SETTING)
    plain = calls_from_share(49, 109, length=196.0, dwell=dwell_of_stays(STAYS), seed=1)
    assert (made.calls.low, made.calls.high) == (plain.calls.low, plain.calls.high)


def test_what_is_open_widens_the_estimate(rows: Rows) -> None:
    """A start in a month lowers its lower end; up to three ships at once raise its upper one."""
    seen, imaged = days(rows, "P2", 49.0), days(rows, "P002", 109.0)
    exact = calls_by_share(seen, imaged, **SETTING).calls
    month = {"precision_first": "month"}
    dated = calls_by_share(seen.assign(**month), imaged.assign(**month), **SETTING).calls
    ships = calls_by_share(seen, imaged, **{**SETTING, "ships_at_once": (1, 3)}).calls
    assert dated.low < exact.low
    assert ships.high > exact.high
    at_least = days(rows, "P2", 49.0, bound="at least")
    assert calls_by_share(at_least, imaged, **SETTING).calls.high > exact.high


def test_calls_table_has_a_line_for_each_thing_left_open(rows: Rows) -> None:
    """Two periods and three numbers of ships, and more calls where more ships lie together."""
    month = {"precision_first": "month"}
    seen, imaged = (days(rows, name, number).assign(**month) for name, number in
                    (("P2", 49.0), ("P002", 109.0)))  # fmt: skip
    made = calls_table(seen, imaged, **{**SETTING, "ships_at_once": (1, 3)})
    assert made["period"].tolist() == [166.0] * 3 + [196.0] * 3
    assert made["ships_at_once"].tolist() == [1, 2, 3] * 2
    assert made["calls_high"].iloc[:3].is_monotonic_increasing
    assert (made["calls_high"].iloc[3:].to_numpy() > made["calls_high"].iloc[:3].to_numpy()).all()


def test_the_estimate_on_the_record_can_be_told_from_nothing(table: Table) -> None:
    """Independent of what CSIS counted, it holds that number, and is no 2 to 1,200."""
    counts, stays = table("voyage_counts"), table("port_stays")
    given = (row_of([counts], row) for row in ("P002.2", "P002"))
    made = calls_by_share(*given, stays=stays, ships_at_once=(1, 3), seed=1).calls
    assert made.low < 25 < made.high < 100


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
        ({}, {"value": 197.0}, "row P002: 197 days of 196; the period has no room"),
        ({}, {"scope": "dunai"}, r"rows P002\.2 and P002 differ in scope"),
        ({}, {"precision_last": "nominal"}, "row P002: from .* known to the day or the month"),
    ],
    ids=[
        *("no-whole", "no-part", "zero", "part-of-a-day", "half-a-day", "more", "open", "room"),
        *("scope", "nominal"),
    ],
)
def test_calls_are_refused_by_the_names_of_rows(
    rows: Rows, seen: dict[str, object], imaged: dict[str, object], expected: str
) -> None:
    """A number that days cannot be counted with is named with its row."""
    part = days(rows, "P002.2", **{"value": 49.0, **seen})
    whole = days(rows, "P002", **{"value": 109.0, **imaged})
    with pytest.raises(DataError, match=expected):
        calls_by_share(part, whole, **SETTING)
    with pytest.raises(DataError, match=expected):
        calls_table(part, whole, **SETTING)


@pytest.mark.parametrize("ships", [(0, 1), (2, 1), (1, 10), (1.5, 2), (1,)])
def test_a_senseless_number_of_ships_is_refused(rows: Rows, ships: tuple[float, ...]) -> None:
    """No ship, a reversed range, a fleet, half a ship and one number are named."""
    with pytest.raises(DataError, match=r"ships at once: found .*give the fewest and the most"):
        calls_by_share(
            days(rows, "P2", 49.0), days(rows, "P002", 109.0), **{**SETTING, "ships_at_once": ships}
        )


def test_no_spread_of_the_days_misses_less_or_more(rows: Rows) -> None:
    """A thousand random spreads of 38 of 50 days lie between the even one and one gap."""
    rng, stay = np.random.default_rng(1), mean_stay(STAYS)
    middle = math.sqrt(stay.low * stay.high)
    even, gap = (
        mean_share_missed(middle, each, 1.0, period=(0.0, 50.0))[0] for each in _schedules(38, 50.0)
    )
    assert even < gap
    for _ in range(100):
        chosen = np.sort(rng.choice(50, 38, replace=False)).astype(float)
        around = np.concatenate([chosen - 50, chosen, chosen + 50])
        missed = mean_share_missed(middle, around, 1.0, period=(0.0, 50.0))[0]
        assert even - 0.02 < missed < gap + 1e-9
    unreadable = rows({"value": 12.0, "unit": "days", "quantity": "unreadable days"}).assign(
        date_first=pd.Timestamp("2023-08-26"), date_last=pd.Timestamp("2023-10-14")
    )
    made = chance_missed(unreadable, stays=STAYS)
    assert made.low < even < gap < made.high


def test_unreadable_days_are_the_others_of_the_period(rows: Rows) -> None:
    """12 unreadable days of 50 are 38 imaged ones."""
    dates = {
        "date_first": pd.Timestamp("2023-08-26"),
        "date_last": pd.Timestamp("2023-10-14"),
    }
    plain = {"unit": "days", "value": 38.0, "quantity": "imaged days"}
    imaged = rows(plain).assign(**dates)
    unreadable = imaged.assign(value=12.0, quantity="unreadable days")
    assert chance_missed(imaged, stays=STAYS) == chance_missed(unreadable, stays=STAYS)
    with pytest.raises(DataError, match="row X1: 50 days of 50; none is left"):
        chance_missed(unreadable.assign(value=50.0), stays=STAYS)


def test_a_period_given_in_words_too_widens_what_clouds_hid(rows: Rows) -> None:
    """12 days of 50 by the dates, or of about 40 by the page's own word."""
    dates = {
        "date_first": pd.Timestamp("2023-08-26"),
        "date_last": pd.Timestamp("2023-10-14"),
    }
    clouded = {"unit": "days", "value": 12.0, "quantity": "unreadable days"}
    stated = {"unit": "days", "value": 40.0, "quantity": "duration", "bound": "about"}
    alone, both = rows(clouded).assign(**dates), rows(clouded, stated).assign(**dates)
    assert (share_imaged(alone).low, share_imaged(alone).high) == (76.0, 76.0)
    assert share_imaged(both).low == pytest.approx(100 * 23 / 35)
    assert share_imaged(both).high == 76.0
    assert chance_missed(both, stays=STAYS).high > chance_missed(alone, stays=STAYS).high
    with pytest.raises(DataError, match="one of days and one of duration at most"):
        share_imaged(rows(clouded, clouded).assign(**dates))


def test_no_other_pier_was_seen_with_and_without_a_ship(table: Table) -> None:
    """The ports page says so: one counter, one pier, single days with and without a ship."""
    ships = table("ship_sightings")
    day = ships[(ships["precision_first"] == "day") & (ships["date_first"] == ships["date_last"])]
    both = {
        place
        for place, rows in day.groupby(["counter", "scope"])
        if "nothing-seen" in set(rows["state"]) and {"seen", "counted"} & set(rows["state"])
    }
    assert both == {("voa", "rajin-nk-only-pier")}


@pytest.mark.parametrize("estimator", ["mean stay", "Little, rows of days"])
def test_the_committed_calibration_is_in_the_band(root: Path, estimator: str) -> None:
    """Every row of the published table: 500 worlds or more, coverage .85 to .95 at .90."""
    table = pd.read_csv(root / "data/results/calibration.csv")
    rows = table[table["estimator"] == estimator]
    assert len(rows)
    assert (rows["worlds"] >= 500).all()
    assert rows["coverage"].between(0.85, 0.95).all(), rows[["target", "coverage", "note"]]
