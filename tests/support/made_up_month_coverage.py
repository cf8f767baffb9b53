"""Looks and searches of made-up months, and the coverage made of them."""

from __future__ import annotations

import pandas as pd

from skytally.imagery.acquire.inventory_and_search_log import INVENTORY_COLUMNS, SEARCH_COLUMNS
from skytally.imagery.acquire.monthly_coverage_losses_and_gaps import monthly_coverage

SITES = {"rajin": "Rajin", "khasan": "Khasan"}
Row = dict[str, str]
Tables = tuple[pd.DataFrame, pd.DataFrame]


def made_up_look(day: str, **changes: str) -> Row:
    """Make the row of a usable image of Rajin, but for some cells."""
    row = {
        "site": "rajin",
        "item_id": f"S2_{day}_{len(changes)}",
        "provider": "made-up",
        "sensor": "sentinel-2",
        "platform": "sentinel-2a",
        "processor": "L2A",
        "time_utc": f"{day}T02:15:49Z",
        "status": "stored",
        "usable": "yes",
        "search_date": "2026-11-22",
    }
    return {column: {**row, **changes}.get(column, "") for column in INVENTORY_COLUMNS}


def made_up_search(first: str, last: str, offered: int, **changes: str) -> Row:
    """Make the row of a search, but for some cells."""
    row = {
        "site": "rajin",
        "provider": "made-up",
        "sensor": "sentinel-2",
        "first_day": first,
        "last_day": last,
        "search_date": "2026-11-22",
        "items_returned": str(offered),
        "items_malformed": "0",
        "pages_read": "1",
    }
    return {column: {**row, **changes}.get(column, "") for column in SEARCH_COLUMNS}


def coverage_tables(looks: list[Row], searches: list[Row]) -> Tables:
    """Make the inventory and the search log of these rows."""
    return (
        pd.DataFrame(looks, columns=list(INVENTORY_COLUMNS), dtype=str),
        pd.DataFrame(searches, columns=list(SEARCH_COLUMNS), dtype=str),
    )


def unusable_row(day: str, reason: str, **changes: str) -> Row:
    """Make the row of an image that cannot be used, with its reason."""
    return made_up_look(day, usable="no", unusable_reason=reason, **changes)


def months_of(tables: Tables, period: tuple[str, str] = ("2023-01", "2023-05")) -> pd.DataFrame:
    """Make the months of two sites and two sensors."""
    return monthly_coverage(
        *tables, sites=SITES, sensors=["sentinel-2", "sentinel-1"], period=period
    )
