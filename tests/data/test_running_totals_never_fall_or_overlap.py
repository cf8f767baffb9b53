"""Running totals of the record: they begin together, grow, and hold no part of one another."""

from __future__ import annotations

import pandas as pd

from skytally.record import count_once, filtered, read_record, totals_since_start
from skytally.record.running_total_row_selection import SHORTEST_DAYS

SHORT_COUNTS = {"P041.3", "P038", "P046.2", "V014", "P068.4", "P075.3"}
"""Counts of a week, a month or the time since new year, which a reader took for totals."""
UNITS = "unit=calls|voyages|shipments|round trips|ships"


def _counts() -> pd.DataFrame:
    counts, groups = read_record(("voyage_counts", "same_observation"))
    return count_once(filtered(counts, f"cargo=;{UNITS}"), groups)


def test_counts_of_single_weeks_and_months_are_no_running_totals() -> None:
    """Each count of a shorter period is left out, and nothing else of the ports is."""
    counts = _counts()
    assert set(counts["id"]) - set(totals_since_start(counts)["id"]) == SHORT_COUNTS


def test_running_totals_of_a_counter_never_fall() -> None:
    """Totals of one counter, place and unit grow with their last day."""
    for key, rows in totals_since_start(_counts()).groupby(["counter", "scope", "unit"]):
        values = rows.sort_values("date_last")["value"]
        assert values.is_monotonic_increasing, key


def test_no_total_of_a_statement_is_part_of_another() -> None:
    """One statement gives one running total of one thing that was delivered."""
    (claims,) = read_record(("official_claims",))
    totals = filtered(claims, "cumulative=yes;sense=delivered")
    same = ["counter", "quantity", "unit", "statement_first", "statement_last"]
    assert totals.loc[totals.duplicated(same, keep=False), "id"].tolist() == []
    assert "O035" in set(totals["id"])


def _row(
    first: str, last: str, *, precision: str = "day", scope: str = "pier"
) -> dict[str, object]:
    return {
        "counter": "a",
        "scope": scope,
        "date_first": pd.Timestamp(first),
        "date_last": pd.Timestamp(last),
        "precision_first": precision,
    }


def test_a_start_known_to_the_month_may_be_any_day_of_it() -> None:
    """A month or nominal start matches a day within it; a later day, and a short period, do not."""
    rows = pd.DataFrame(
        [
            _row("2023-08-26", "2023-10-14"),
            _row("2023-08-01", "2025-03-09", precision="month"),
            _row("2023-08-15", "2023-12-01", precision="nominal"),
            _row("2024-01-01", "2024-02-05"),
            _row("2024-01-01", "2024-01-31", scope="quay"),
            _row("2023-10-15", "2024-02-05", scope="bay"),
        ]
    )
    assert totals_since_start(rows).index.tolist() == [0, 1, 2, 5]
    assert SHORTEST_DAYS == 32
