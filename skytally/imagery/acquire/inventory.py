"""The looks table: one row a site and scene offered, whatever became of it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from skytally.imagery.acquire.coverage import accounts, blind_gaps, losses, months
from skytally.imagery.acquire.inventory_files import (
    BREAK_COLUMNS,
    FAILED,
    FATES,
    LOOK_COLUMNS,
    NO,
    REJECTED,
    SEARCH_COLUMNS,
    STORED,
    SUPERSEDED,
    YES,
    merge_looks,
    merge_searches,
    read_breaks,
    read_looks,
    read_searches,
    write_looks,
    write_searches,
)
from skytally.imagery.acquire.stac.scene_items import Offer
from skytally.imagery.sites.site_register import Site

if TYPE_CHECKING:  # a search brings its client, which a page about looks does not need
    from skytally.imagery.acquire.catalog_search import Found

__all__ = [
    "BREAK_COLUMNS",
    "FAILED",
    "FATES",
    "LOOK_COLUMNS",
    "NO",
    "REJECTED",
    "SEARCH_COLUMNS",
    "SIZE",
    "STORED",
    "SUPERSEDED",
    "YES",
    "accounts",
    "blind_gaps",
    "look_row",
    "losses",
    "malformed_rows",
    "merge_looks",
    "merge_searches",
    "months",
    "read_breaks",
    "read_looks",
    "read_searches",
    "search_row",
    "time_local",
    "verified",
    "write_looks",
    "write_searches",
]

SIZE, PIXELS = "size", "pixels"
"""What a stored look was verified by."""
UNVERIFIED = "unverified"
"""Class of the reason of a look that nothing vouches for; it is not stored."""


def time_local(time_utc: str, site: Site) -> str:
    """Give the site's standard time of a moment, ``2023-08-27T11:15:49+09:00``."""
    zone = timezone(timedelta(hours=site.utc_offset_hours))
    return datetime.fromisoformat(time_utc).astimezone(zone).isoformat(timespec="seconds")


def verified(offer: Offer) -> str:
    """Say what a stored look was verified by: ``size``, or ``pixels``.

    A file of another day under the right name, sound and of the same ground, has another size;
    where the item states none, the detail that the bands have in common vouched for them.
    """
    return SIZE if all(asset.size for asset in offer.assets.values()) else PIXELS


def look_row(
    offer: Offer, site: Site, *, fate: str, fate_reason: str, searched: str
) -> dict[str, str]:
    """Begin the row of an offer; what only reading can tell is empty.

    Parameters
    ----------
    offer : Offer
        The offer.
    site : Site
        Its site.
    fate : str
        ``stored``, ``failed``, ``rejected`` or ``superseded``.
    fate_reason : str
        Why it was not stored, ``<class>: <detail>``; empty if it was.
    searched : str
        Day of the search that offered it, ISO.

    Returns
    -------
    dict of str to str
        One cell a column of `LOOK_COLUMNS`.
    """
    orbit = "" if offer.relative_orbit is None else str(offer.relative_orbit)
    known = {
        "site": offer.site,
        "item_id": offer.item_id,
        "provider": offer.provider,
        "label": offer.label,
        "sensor": offer.sensor,
        "platform": offer.platform,
        "processor": offer.processor,
        "time_utc": offer.time,
        "time_local": time_local(offer.time, site),
        "relative_orbit": orbit,
        "orbit_state": offer.orbit_state,
        "baseline": offer.baseline,
        "tile": offer.tile,
        "fate": fate,
        "fate_reason": fate_reason,
        "searched": searched,
    }
    return {column: known.get(column, "") for column in LOOK_COLUMNS}


def malformed_rows(
    found: Found, *, sensor: str, processor: str, label: str, searched: str
) -> list[dict[str, str]]:
    """Give a row for every item that was offered and cannot be used; its time stays empty."""
    same = {
        "site": found.site,
        "provider": found.provider,
        "label": label,
        "sensor": sensor,
        "processor": processor,
        "fate": REJECTED,
        "searched": searched,
    }
    return [
        {
            column: {**same, "item_id": item, "fate_reason": reason}.get(column, "")
            for column in LOOK_COLUMNS
        }
        for item, reason in found.malformed
    ]


def search_row(found: Found, *, sensor: str, label: str, searched: str) -> dict[str, str]:
    """Give the row of a search: what was asked, on which day, and what came."""
    return {
        "site": found.site,
        "provider": found.provider,
        "label": label,
        "sensor": sensor,
        "first": found.first,
        "last": found.last,
        "searched": searched,
        "offered": str(found.offered),
        "malformed": str(len(found.malformed)),
        "matched": "" if found.matched is None else str(found.matched),
        "pages": str(found.pages),
        "faults": " | ".join(found.faults),
        "changed": " | ".join(found.changed),
    }
