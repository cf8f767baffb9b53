"""Dates of rows: how many rows know both of their ends, one, or none."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from skytally.record.row_date_columns_and_precision import time_quality

Rows = Callable[..., pd.DataFrame]


@pytest.mark.parametrize(
    ("precisions", "expected"),
    [
        (("day", "day"), "both ends to the day"),
        (("day", "month"), "one end to the day"),
        (("open", "day"), "one end to the day"),
        (("nominal", "nominal"), "no end to the day"),
        (("month", "open"), "no end to the day"),
    ],
)
def test_time_quality_counts_known_ends(
    rows: Rows, precisions: tuple[str, str], expected: str
) -> None:
    """A nominal day is no known day."""
    first, last = precisions
    events = rows({"precision_first": first, "precision_last": last})
    assert time_quality(events).tolist() == [expected]
