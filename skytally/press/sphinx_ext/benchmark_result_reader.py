"""Results of benchmarks that the pages show: committed tables that a project need not have."""

from __future__ import annotations

import pandas as pd

from skytally.core import data_registry


def results(slug: str) -> pd.DataFrame:
    """Table of results by its slug; without a row where the project has no such table."""
    if slug not in data_registry.entries():
        return pd.DataFrame()
    return pd.read_csv(data_registry.path(slug), keep_default_na=False)


def run_on(table: pd.DataFrame) -> str:
    """Day on which a table of results was made, or the first and last of several days."""
    days = sorted(set(table["date"]))
    return days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
