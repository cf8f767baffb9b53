"""Rows of an inventory and of a search log, and the tables made of them, for tests."""

from __future__ import annotations

import pandas as pd

from skytally.imagery.acquire.inventory_and_search_log import (
    INVENTORY_COLUMNS,
    SEARCH_COLUMNS,
    merge_inventory,
    merge_searches,
)


def image_row(day: str = "2023-08-27", **words: str) -> dict[str, str]:
    """Make the row of a usable image of Rajin, with other words where given."""
    row = dict.fromkeys(INVENTORY_COLUMNS, "")
    row |= {
        "site": "rajin",
        "item_id": f"s2-{day}",
        "provider": "earth-search",
        "sensor": "sentinel-2",
        "processor": "L2A",
        "time_utc": f"{day}T02:15:49Z",
        "status": "stored",
        "usable": "yes",
        "search_date": "2023-09-01",
    }
    return row | words


def cloudy_row(day: str) -> dict[str, str]:
    """Make the row of an image that clouds made unusable."""
    return image_row(day, usable="no", unusable_reason="cloud: 63 % of the ring")


def search_row(first: str, last: str, offered: int, **words: str) -> dict[str, str]:
    """Make the row of a search, with how many items it was offered."""
    row = dict.fromkeys(SEARCH_COLUMNS, "")
    row |= {
        "site": "rajin",
        "provider": "earth-search",
        "sensor": "sentinel-2",
        "first_day": first,
        "last_day": last,
        "search_date": "2023-09-01",
        "items_returned": str(offered),
        "items_malformed": "0",
        "pages_read": "1",
    }
    return row | words


def inventory_of(*rows: dict[str, str]) -> pd.DataFrame:
    """Make the inventory of these rows."""
    return merge_inventory([], rows)


def searches_of(*rows: dict[str, str]) -> pd.DataFrame:
    """Make the search log of these rows."""
    return merge_searches([], rows)
