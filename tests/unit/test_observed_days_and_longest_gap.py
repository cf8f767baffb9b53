"""Days with a published observation of a place: states, short periods, long ones, gaps."""

from __future__ import annotations

import pandas as pd

from skytally.record import observed_days

SCOPES = pd.DataFrame({"id": ["pier", "track", "line"], "site": ["port", "yard", ""]})


def table(*rows: tuple[str, str, str, str, str]) -> pd.DataFrame:
    """Observation table of scope, first and last day, their precision, and state."""
    made = pd.DataFrame(rows, columns=["scope", "date_first", "date_last", "precision", "state"])
    for end in ("first", "last"):
        made[f"date_{end}"] = pd.to_datetime(made[f"date_{end}"])
        made[f"precision_{end}"] = made["precision"]
    return made


def test_a_day_counts_once_and_as_seen_before_anything_else() -> None:
    """Two rows of a day are one day; what was seen goes before what was not."""
    ships = table(
        ("pier", "2024-01-01", "2024-01-01", "day", "nothing-seen"),
        ("pier", "2024-01-01", "2024-01-01", "day", "counted"),
        ("pier", "2024-01-05", "2024-01-05", "day", "nothing-seen"),
        ("pier", "2024-01-06", "2024-01-06", "day", "unclear"),
    )
    (row,) = observed_days({"ships": ships}, SCOPES).to_dict("records")
    assert (row["seen"], row["nothing"], row["unclear"]) == (1, 1, 1)
    assert row["gap"] == 4


def test_a_gap_begins_where_the_longest_period_before_it_ends() -> None:
    """A period of a week ends later than a day inside it."""
    ships = table(
        ("pier", "2024-01-01", "2024-01-08", "day", "seen"),
        ("pier", "2024-01-03", "2024-01-03", "day", "seen"),
        ("pier", "2024-01-20", "2024-01-20", "day", "seen"),
    )
    (row,) = observed_days({"ships": ships}, SCOPES).to_dict("records")
    assert (row["gap_first"], row["gap"]) == (pd.Timestamp("2024-01-08"), 12)


def test_longer_periods_months_statements_and_routes_are_left_out() -> None:
    """None of them names a day of a place on which somebody looked."""
    ships = table(
        ("pier", "2024-01-01", "2024-01-31", "month", "seen"),
        ("pier", "2024-01-01", "2024-02-15", "day", "seen"),
        ("pier", "2024-03-01", "2024-03-01", "day", "stated"),
        ("line", "2024-03-01", "2024-03-01", "day", "seen"),
    )
    assert observed_days({"ships": ships}, SCOPES).empty


def test_a_single_day_has_no_gap() -> None:
    """Nothing lies between one day and itself."""
    ships = table(("track", "2024-01-01", "2024-01-01", "day", "seen"))
    (row,) = observed_days({"ships": ships}, SCOPES).to_dict("records")
    assert row["site"] == "yard"
    assert pd.isna(row["gap"])
