"""Page through a STAC search completely: de-duplicate items, verify against `numberMatched`."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from pystac.errors import STACError
from pystac_client import Client
from pystac_client.conformance import ConformanceClasses
from pystac_client.errors import ClientTypeError
from pystac_client.exceptions import APIError
from pystac_client.warnings import PystacClientWarning

from skytally.imagery.acquire.stac.fault_tolerant_json_parser import BrokenItem
from skytally.imagery.acquire.stac.http_client import TRY_LATER, CatalogueError, CatalogueIO
from skytally.web import MAX_VALUE, one_line

ItemDict = dict[str, Any]
OfferedItem = ItemDict | BrokenItem
DayRange = tuple[date, date]
TimeRange = tuple[str, str]
"""First and last moment, both included."""
MAX_ITEMS = 100_000
"""Items of one search; a window of some kilometres has some thousand in ten years."""
MAX_STALE_PAGES = 2
"""Consecutive pages without a new item after which paging is taken to go in circles."""

CIRCLES = "pages go in circles"
"""Begins the fault of a search whose next pages lead back: more items may exist than it gave."""


@dataclass
class ItemListing:
    """Items of one search, with the faults met on the way."""

    items: dict[str, OfferedItem] = field(default_factory=dict)
    """Id to item; an item without an id has a name made from its content."""
    versions: dict[str, list[OfferedItem]] = field(default_factory=dict)
    """Id to what was given under it later and is not the same."""
    number_matched: int | None = None
    """Number of matching items that the server states, or None."""
    number_returned: int = 0
    """Items on all pages, repetitions included."""
    pages: int = 0
    """Pages read."""
    last_page_full: bool = False
    """Whether the last page had as many items as a page may have."""
    faults: list[str] = field(default_factory=list)
    """What was odd, one sentence each."""

    @property
    def is_short(self) -> bool:
        """Whether the server returned fewer items than it announced."""
        return self.number_matched is not None and len(self.items) < self.number_matched

    @property
    def has_duplicates(self) -> bool:
        """Whether items seem missing only because the catalogue has one twice."""
        return (
            self.pages == 1
            and self.number_matched is not None
            and self.number_returned >= self.number_matched
        )

    def take(self, key: str, item: OfferedItem) -> None:
        """Take an item, or, where its id is known, keep what is not the same as another version."""
        known = self.items.setdefault(key, item)
        if item != known and item not in self.versions.get(key, []):
            self.versions.setdefault(key, []).append(item)

    def take_all(self, other: ItemListing) -> None:
        """Take the items of another listing, and their versions."""
        for key, item in other.items.items():
            for version in (item, *other.versions.get(key, [])):
                self.take(key, version)

    def add(self, other: ItemListing) -> None:
        """Add the items, pages and faults of another listing to this one."""
        self.take_all(other)
        self.pages += other.pages
        self.faults += other.faults


def item_key(item: object) -> str:
    """Id of an item, or a name made from its content if it has none."""
    item_id = item.get("id") if isinstance(item, dict) else getattr(item, "item_id", None)
    if isinstance(item_id, str) and item_id:
        return item_id
    content = json.dumps(item, sort_keys=True, default=str).encode()
    return f"unnamed-{hashlib.sha256(content).hexdigest()[:12]}"


def period_text(span: DayRange) -> str:
    """Period in words, such as ``2023-08-01 to 2023-08-31``."""
    return f"{span[0]} to {span[1]}"


def time_range(span: DayRange) -> TimeRange:
    """First and last moment of whole days."""
    return f"{span[0]}T00:00:00Z", f"{span[1]}T23:59:59.999Z"


def _halves(span: DayRange) -> tuple[tuple[DayRange, DayRange] | None, list[TimeRange]]:
    """Both halves of a period, in whole days where it has two, and as moments."""
    first, last = span
    if first == last:
        start, end = time_range(span)
        return None, [(start, f"{first}T11:59:59.999Z"), (f"{first}T12:00:00Z", end)]
    middle = first + (last - first) // 2
    halves = (first, middle), (middle + timedelta(days=1), last)
    return halves, [time_range(half) for half in halves]


@dataclass(frozen=True)
class PagedSearch:
    """A search of one collection and window that can be run for any period."""

    io: CatalogueIO
    """Client that sends the requests."""
    url: str
    """Landing page of the API."""
    collection: str
    """Collection."""
    bbox: tuple[float, float, float, float]
    """Window, degrees."""
    page_size: int
    """Items requested in one page."""
    estimates: list[str] = field(default_factory=list)
    """What showed that the server only estimates the number of items; empty if it counts."""

    def all_items(self, span: DayRange) -> ItemListing:
        """Return every item of a period, searching shorter periods when some are missing.

        Raises
        ------
        CatalogueError
            If the server does not answer, or returns fewer items than it announces even when
            searched day by day.
        """
        return self._complete_listing(span, self._read_pages(time_range(span)), check=True)

    def _complete_listing(
        self, span: DayRange, listing: ItemListing, *, check: bool
    ) -> ItemListing:
        uncertain = (
            listing.number_matched is None
            and bool(listing.items)
            and (check or listing.last_page_full)
        )
        if not (listing.is_short or uncertain):
            return listing
        halves, ranges = _halves(span)
        if halves is None:
            if listing.is_short and not listing.has_duplicates:
                self._check_estimate(listing, [self._read_pages(half) for half in ranges], span)
            if listing.is_short and not listing.has_duplicates:
                message = (
                    f"{listing.number_matched} items promised for {span[0]}, "
                    f"{len(listing.items)} given"
                )
                raise CatalogueError(message, advice=TRY_LATER)
            return listing
        found = [self._read_pages(half) for half in ranges]
        if listing.is_short:
            self._check_estimate(listing, found, span)
        parts = ItemListing()
        for half, read in zip(halves, found, strict=True):
            parts.add(self._complete_listing(half, read, check=False))
        return self._merge_halves(listing, parts, span)

    def _check_estimate(
        self, listing: ItemListing, found: list[ItemListing], span: DayRange
    ) -> None:
        """Take back the number of a period that is not the sum of its halves', as a count is."""
        numbers = [half.number_matched for half in found]
        if None in numbers or sum(filter(None, numbers)) == listing.number_matched:
            return
        words = " and ".join(map(str, numbers))
        fault = (
            f"the number of items is an estimate: {listing.number_matched} for "
            f"{period_text(span)}, {words} for its halves; pages were read until they ended"
        )
        self.estimates.append(fault)
        listing.faults.append(fault)
        for each in (listing, *found):
            each.number_matched = None

    def _merge_halves(self, whole: ItemListing, parts: ItemListing, span: DayRange) -> ItemListing:
        """Merge a listing with those of its two halves, which can only add items."""
        missed = [key for key in parts.items if key not in whole.items]
        vanished = [key for key in whole.items if key not in parts.items]
        whole.pages += parts.pages
        whole.faults += parts.faults
        if missed:
            stated = whole.number_matched
            announced = "" if stated is None else f" of {stated} promised"
            whole.faults.append(
                f"pages lost: {period_text(span)} gave {len(whole.items)} items{announced}; "
                f"asked in shorter periods, {len(missed)} more"
            )
        if vanished:
            whole.faults.append(
                f"answers differ: {len(vanished)} items of {period_text(span)} are not given when "
                f"asked in shorter periods, first {one_line(vanished[0], limit=MAX_VALUE)}; kept"
            )
        whole.take_all(parts)
        if whole.is_short:
            whole.faults.append(
                f"numbers differ: {whole.number_matched} items promised for {period_text(span)}, "
                f"{len(whole.items)} for its parts, each of them whole"
            )
        return whole

    def _read_pages(self, span: TimeRange) -> ItemListing:
        listing = ItemListing()
        self.io.counts.clear()
        stale = repeated = 0
        try:
            for page in self._pages(span):
                before = len(listing.items)
                listing.number_returned += len(page["features"])
                for item in page["features"]:
                    key = item_key(item)
                    repeated += key in listing.items
                    listing.take(key, item)
                if len(listing.items) > MAX_ITEMS:
                    message = f"more than {MAX_ITEMS} items, and no end"
                    raise CatalogueError(message)
                listing.pages += 1
                listing.last_page_full = len(page["features"]) >= self.page_size
                stale = 0 if len(listing.items) > before else stale + 1
                if stale == MAX_STALE_PAGES:
                    listing.faults.append(f"{CIRCLES} after page {listing.pages}")
                    break
        except (STACError, APIError, NotImplementedError, Warning) as error:
            message = f"cannot be searched ({type(error).__name__})"
            raise CatalogueError(message) from error
        except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
            message = f"a page that breaks the rules of STAC ({type(error).__name__})"
            raise CatalogueError(message) from error
        counts = {count for count in self.io.counts if count is not None}
        listing.number_matched = self.io.counts[-1] if self.io.counts else None
        if self.estimates:
            listing.number_matched = None
        elif listing.number_matched is not None and len(listing.items) > listing.number_matched:
            listing.faults.append(
                f"more items than announced: {len(listing.items)} of {listing.number_matched} for "
                f"{span[0]} to {span[1]}; kept"
            )
        listing.faults += _oddities(repeated, set() if self.estimates else counts)
        return listing

    @cached_property
    def _client(self) -> Client:
        with warnings.catch_warnings():
            # what is amiss with the landing page is said below, in words of this project
            warnings.simplefilter("ignore", PystacClientWarning)
            try:
                client = Client.open(self.url, stac_io=self.io, timeout=self.io.limit)
            except ClientTypeError:
                message = "url leads to no root of a catalogue; write the part before /collections"
                raise CatalogueError(message) from None
        if not client.conforms_to(ConformanceClasses.ITEM_SEARCH):
            message = "the catalogue takes no searches; is it a static one?"
            raise CatalogueError(message)
        return client

    def _pages(self, span: TimeRange) -> Iterator[ItemDict]:
        search = self._client.search(
            collections=[self.collection],
            bbox=self.bbox,
            datetime=span,
            limit=self.page_size,
        )
        yield from search.pages_as_dicts()


def _oddities(repeated: int, counts: set[int]) -> Iterator[str]:
    if repeated:
        yield f"items given more than once: {repeated}; each kept once"
    if len(counts) > 1:
        stated = ", ".join(map(str, sorted(counts)))
        yield f"the number of items changed while their list was read: {stated}"
