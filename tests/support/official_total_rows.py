"""Rows of official claims, each a delivered running total unless a test changes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

Rows = Callable[..., pd.DataFrame]


def claims(rows: Rows, *changes: dict[str, Any]) -> pd.DataFrame:
    """Official claims, cumulative and delivered unless changed."""
    plain = {
        "unit": "containers", "sense": "delivered", "cumulative": "yes", "method": "statement",
        "statement_precision": "day", "wording": "",
    }  # fmt: skip
    table = rows(*({**plain, **change} for change in changes))
    days = {f"statement_{end}": table[f"date_{end}"] for end in ("first", "last")}
    return table.assign(**days)
