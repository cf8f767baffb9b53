"""Search a provider for the scenes of a site and a period, and compare with the inventory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pandas as pd
from urllib3 import Retry

from skytally.core import AcquisitionError, DataError
from skytally.imagery.acquire.duplicate_item_contradictions import version_fault
from skytally.imagery.acquire.image_provider_table import FOLDER, STAC_API, Provider
from skytally.imagery.acquire.offered_scene import ITEM_ID, SceneItem
from skytally.imagery.acquire.own_image_scene_items import items_in_folder
from skytally.imagery.acquire.provider_allowed_addresses import address_rules
from skytally.imagery.acquire.stac.fault_tolerant_json_parser import BrokenItem
from skytally.imagery.acquire.stac.http_client import (
    RETRYABLE_STATUSES,
    CatalogueError,
    CatalogueIO,
)
from skytally.imagery.acquire.stac.item_parser import parse_item
from skytally.imagery.acquire.stac.paging import (
    CIRCLES,
    ItemListing,
    OfferedItem,
    PagedSearch,
    item_key,
    period_text,
)
from skytally.imagery.acquire.stac.static_catalog import may_match_search, read_static_catalogue
from skytally.imagery.acquire.stac.strict_item_value_parsing import STORE_CALENDAR
from skytally.imagery.sites import Site, window_lonlat
from skytally.web import escaped, one_line, redacted_message, url_without_query

DayLike = date | str
OfferedVersions = dict[str, list[tuple[OfferedItem, str]]]
"""Id to every version of an item that was given, each with the address from which it was read."""
TIME_TOLERANCE = timedelta(seconds=60)
"""Tolerance at the ends of the period: a scene takes up to half a minute."""
MAX_RETRY_WAIT_S = 60
"""Seconds; longest Retry-After of a server that is respected."""


@dataclass(frozen=True)
class SearchResult:
    """Result of one catalogue search."""

    provider: str
    """Name of the provider."""
    site: str
    """Slug of the site."""
    first: str
    """First day of the period, ISO."""
    last: str
    """Last day of the period, ISO, included."""
    items: list[SceneItem]
    """Every usable item, sorted by time, then id."""
    malformed: list[tuple[str, str]]
    """Id and reason of every item that cannot be used; together with `items`, all items."""
    number_matched: int | None
    """Number of matching items that the server states, or None."""
    pages: int
    """Pages, or files, read."""
    faults: list[str] = field(default_factory=list)
    """Oddities and faults after which a retry succeeded, one sentence each."""
    changes: list[str] = field(default_factory=list)
    """What differs from the inventory so far, one sentence each."""

    @property
    def number_returned(self) -> int:
        """Number of items returned: as many rows must be in the inventory afterwards."""
        return len(self.items) + len(self.malformed)

    @property
    def circular_paging(self) -> str:
        """Sentence on next pages that lead back, so that scenes may be missing; or empty."""
        found = next((fault for fault in self.faults if fault.startswith(CIRCLES)), "")
        return found and (
            f"{self.provider}, search for {self.site}: {found}; what was given is kept, scenes may "
            "be missing; tell the provider's keepers"
        )


def search_catalogue(
    provider: Provider,
    site: Site,
    period: tuple[DayLike, DayLike],
    *,
    timeout: float = 20.0,
    tries: int = 5,
    back_off: float = 0.5,
    patience: float = 600.0,
    now: datetime | None = None,
    inventory: pd.DataFrame | None = None,
    searches: pd.DataFrame | None = None,
) -> SearchResult:
    """Search a provider's catalogue for all scenes of a site in a period.

    Parameters
    ----------
    provider : Provider
        A search service, a catalogue of files, or a folder.
    site : Site
        The site, whose window is searched.
    period : (date or str, date or str)
        First and last day, UTC, both included.
    timeout : float
        Seconds to wait for a connection or for the next piece of an answer.
    tries : int
        Attempts for one request.
    back_off : float
        Seconds before the third attempt (the second follows at once); doubles after that.
    patience : float
        Seconds for the whole search.
    now : datetime, optional
        Time after which no scene can lie; not checked if it is left out.
    inventory, searches : pandas.DataFrame, optional
        Inventory and search log so far, with which the result is compared.

    Returns
    -------
    SearchResult

    Raises
    ------
    DataError
        If the period is not two days in order.
    AcquisitionError
        If the catalogue cannot be read, does not answer in time, or returns fewer items than
        it announces even when shorter periods are searched.
    """
    first, last = searched_days(period)
    io = CatalogueIO(
        timeout=timeout,
        retry=Retry(
            total=tries - 1,
            backoff_factor=back_off,
            status_forcelist=RETRYABLE_STATUSES,
            allowed_methods=None,
            retry_after_max=MAX_RETRY_WAIT_S,
        ),
        patience=patience,
        rules=address_rules(provider),
    )
    try:
        result = _run_search(provider, site, first, last, io, now)
    except CatalogueError as fault:
        message = (
            f"{provider.name}, search of {provider.collection or 'all scenes'} for {site.slug}, "
            f"{period_text((first, last))}: {escaped(url_without_query(provider.url))}: {fault}; "
            f"nothing was recorded; {fault.advice}"
        )
        raise AcquisitionError(message) from fault
    result.faults.extend(_recovered_faults(io.recovered))
    if inventory is None:
        return result
    return replace(result, changes=provider_changes(result, inventory=inventory, searches=searches))


def searched_days(period: tuple[DayLike, DayLike]) -> tuple[date, date]:
    """First and last day of a search.

    Parameters
    ----------
    period : tuple of date or str
        The two days, as dates or as YYYY-MM-DD.

    Returns
    -------
    tuple of date

    Raises
    ------
    DataError
        If one is no day, they run backwards, or leave `STORE_CALENDAR`.

    Examples
    --------
    >>> searched_days(("2023-08-01", "2023-08-31"))
    (datetime.date(2023, 8, 1), datetime.date(2023, 8, 31))
    """
    try:
        first, last = (date.fromisoformat(str(day)) for day in period)
    except (TypeError, ValueError) as error:
        message = (
            f"period {' to '.join(map(str, period))}: give first and last day as YYYY-MM-DD, such "
            "as 2023-08-01 and 2023-08-31"
        )
        raise DataError(message) from error
    if first > last:
        message = f"period {first} to {last} runs backwards; give the first day first"
        raise DataError(message)
    if first < STORE_CALENDAR[0] or last > STORE_CALENDAR[1]:
        message = (
            f"period {first} to {last} leaves the calendar of the store, {STORE_CALENDAR[0]} to "
            f"{STORE_CALENDAR[1]}; give days within it"
        )
        raise DataError(message)
    return first, last


def _recovered_faults(faults: list[str]) -> Iterator[str]:
    for fault in dict.fromkeys(faults):
        times = faults.count(fault)
        yield f"{fault}, {times} time{'s' if times > 1 else ''}, then answered"


def _run_search(
    provider: Provider, site: Site, first: date, last: date, io: CatalogueIO, now: datetime | None
) -> SearchResult:
    malformed: list[tuple[str, str]] = []
    listing = ItemListing()
    items: list[SceneItem] = []
    offered: OfferedVersions = {}
    if provider.kind == FOLDER:
        items, malformed = items_in_folder(provider, site, first=first, last=last)
        listing.pages = len(items) + len(malformed)
    elif provider.kind == STAC_API:
        window = window_lonlat(site)
        search = PagedSearch(io, provider.url, provider.collection, window, provider.page_size)
        listing = search.all_items((first, last))
        offered = {
            key: [(version, "") for version in (item, *listing.versions.get(key, []))]
            for key, item in listing.items.items()
        }
    else:
        offered, malformed = _read_static(provider, site, first, last, io, listing)
    for versions in offered.values():
        parsed = _parsed_versions(versions, provider, site)
        if isinstance(parsed, str):
            malformed.append((_safe_id(versions[0][0]), parsed))
        else:
            items.append(parsed)
    edited = sum(any(item != each[0][0] for item, _ in each[1:]) for each in offered.values())
    if edited:
        listing.faults.append(
            f"items given in more than one version: {edited}; the first kept, unless they "
            "contradict each other"
        )
    usable = []
    for item in items:
        fault = _time_fault(item, first, last, now)
        if fault:
            malformed.append((item.item_id, fault))
        else:
            usable.append(item)
    return SearchResult(
        provider=provider.name,
        site=site.slug,
        first=first.isoformat(),
        last=last.isoformat(),
        items=sorted(usable, key=lambda item: (item.time, item.item_id)),
        malformed=sorted((name, one_line(reason)) for name, reason in dict(malformed).items()),
        number_matched=listing.number_matched,
        pages=listing.pages,
        faults=[one_line(fault) for fault in listing.faults],
    )


def _parsed(stac_item: OfferedItem, provider: Provider, site: Site, base: str) -> SceneItem | str:
    """Scene of an item, or why it cannot be used."""
    if isinstance(stac_item, BrokenItem):
        return f"malformed: {stac_item.reason}"
    try:
        return parse_item(stac_item, provider, site, base=base)
    except AcquisitionError as error:
        return f"malformed: {error.__cause__}"
    # an item that nobody foresaw must not cost all the others
    except Exception as error:
        return f"malformed: {redacted_message(error)}"


def _parsed_versions(
    versions: list[tuple[OfferedItem, str]], provider: Provider, site: Site
) -> SceneItem | str:
    """Scene of an item that was given once or more, or why it cannot be used."""
    scenes = [_parsed(item, provider, site, base) for item, base in versions]
    fault = version_fault([item for item, _ in versions], scenes) if len(scenes) > 1 else ""
    return f"malformed: {fault}" if fault else scenes[0]


def _read_static(
    provider: Provider, site: Site, first: date, last: date, io: CatalogueIO, listing: ItemListing
) -> tuple[OfferedVersions, list[tuple[str, str]]]:
    """Read a catalogue of files; an item that stands in several files counts once."""
    contents = read_static_catalogue(provider.url, io, collection=provider.collection)
    listing.pages = contents.files
    days = {(first + timedelta(days=count)).isoformat() for count in range((last - first).days + 1)}
    site_bbox, repeated = window_lonlat(site), 0
    offered: OfferedVersions = {}
    for stac_item, base in contents.items:
        if not may_match_search(stac_item, site_bbox=site_bbox, days=days):
            continue
        versions = offered.setdefault(item_key(stac_item), [])
        repeated += bool(versions)
        if (stac_item, base) not in versions:
            versions.append((stac_item, base))
    if repeated:
        listing.faults.append(f"items given more than once: {repeated}; each kept once")
    times = Counter(address for address, _ in contents.unread)
    unread = [
        (item_key(address if times[address] == 1 else [address, reason]), f"{address}: {reason}")
        for address, reason in contents.unread
    ]
    return offered, unread


def _safe_id(stac_item: OfferedItem) -> str:
    key = item_key(stac_item)
    return key if ITEM_ID.fullmatch(key) else item_key([key])


def _time_fault(item: SceneItem, first: date, last: date, now: datetime | None) -> str:
    """Fault in the acquisition time of an item; empty if there is none."""
    time = datetime.fromisoformat(item.time)
    begins = datetime(first.year, first.month, first.day, tzinfo=UTC)
    ends = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    if now and time > now + TIME_TOLERANCE:
        return f"wrong time: {item.time} lies in the future"
    if not begins - TIME_TOLERANCE <= time < ends + TIME_TOLERANCE:
        return f"wrong time: {item.time} lies outside the search, {first} to {last}"
    return ""


WATCHED_COLUMNS = ("time_utc", "platform", "processing_baseline", "tile", "relative_orbit")
"""Columns of the inventory in which a change means that the provider changed the scene."""


def provider_changes(
    result: SearchResult, *, inventory: pd.DataFrame, searches: pd.DataFrame | None = None
) -> list[str]:
    """List what a provider changed since its scenes were recorded in the inventory.

    Parameters
    ----------
    result : SearchResult
        Of today.
    inventory : pandas.DataFrame
        The inventory so far.
    searches : pandas.DataFrame, optional
        The search log so far; with it, a scene that appeared in a period that had been searched
        is distinguished from one whose period is searched for the first time.

    Returns
    -------
    list of str
        One sentence a change, sorted by item; empty if nothing changed.
    """
    same = (inventory["provider"] == result.provider) & (inventory["site"] == result.site)
    recorded = inventory[same].set_index("item_id")
    day = recorded["time_utc"].str[:10]
    searched = recorded[(day >= result.first) & (day <= result.last)]
    current = {item.item_id: item for item in result.items}
    malformed = dict(result.malformed)
    changes = []
    for item_id in searched.index:
        if item_id not in current and item_id not in malformed:
            before = searched.loc[item_id, "search_date"]
            changes.append(f"{item_id}: gone; it was offered on {before}")
    for item_id, reason in malformed.items():
        if item_id in recorded.index and recorded.loc[item_id, "time_utc"]:
            before = recorded.loc[item_id, "search_date"]
            changes.append(f"{item_id}: sound on {before}, now {reason}")
    for item_id, item in current.items():
        if item_id in recorded.index:
            changes += _differences(item, recorded.loc[item_id])
        elif _was_searched(item, result, searches):
            changes.append(f"{item_id}: new, though {item.time[:10]} had been searched")
    return sorted(changes)


def _differences(item: SceneItem, row: pd.Series) -> Iterator[str]:
    current = {
        "time_utc": item.time,
        "platform": item.platform,
        "processing_baseline": item.baseline,
        "tile": item.tile,
        "relative_orbit": "" if item.relative_orbit is None else str(item.relative_orbit),
    }
    for column in WATCHED_COLUMNS:
        before, now = str(row[column]), current[column]
        if before != now:
            yield f"{item.item_id}: {column} was {before or 'empty'}, is {now or 'empty'}"


def _was_searched(item: SceneItem, result: SearchResult, searches: pd.DataFrame | None) -> bool:
    if searches is None or searches.empty:
        return False
    same = searches[(searches["provider"] == result.provider) & (searches["site"] == result.site)]
    day = item.time[:10]
    return bool(((same["first_day"] <= day) & (day <= same["last_day"])).any())
