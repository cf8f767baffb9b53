"""Counts of port calls, made up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

Rows = Callable[..., pd.DataFrame]


def call_count(rows: Rows, **changes: Any) -> dict[str, Any]:
    """Make one count of calls from August 2023 to the end of January 2024."""
    plain = {
        "value": 25.0, "bound": "exactly", "unit": "calls", "precision_first": "day",
        "precision_last": "day", "date_first": "2023-08-01", "date_last": "2024-01-31",
    }  # fmt: skip
    made = rows({**plain, **changes}).iloc[0].to_dict()
    return {str(key): value for key, value in made.items()}
