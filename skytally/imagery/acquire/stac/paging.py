"""All items of a search, none lost and none twice: what the server gives is counted and doubted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from pystac.errors import STACError
from pystac_client import Client
from pystac_client.conformance import ConformanceClasses
from pystac_client.exceptions import APIError

from skytally.imagery.acquire.stac.http_client import CatalogueError, CatalogueIO

Item = dict[str, Any]
Span = tuple[date, date]
STALE = 2
"""Pages in a row that bring nothing new, after which a server is taken to go in circles."""


@dataclass
class Listing:
    """Items of one search, and what was odd on the way."""

    items: dict[str, Item] = field(default_factory=dict)
    """Id to item, each once; an item without an id has a name made from its content."""
    promised: int | None = None
    """How many items the server says there are, or None where it does not say."""
    given: int = 0
    """Items on all pages, repetitions included."""
    pages: int = 0
    """Pages read."""
    full: bool = False
    """Whether the last page was as full as a page may be."""
    faults: list[str] = field(default_factory=list)
    """One sentence each on what was odd."""

    @property
    def short(self) -> bool:
        """Whether the server promised more than it gave."""
        return self.promised is not None and len(self.items) < self.promised

    @property
    def doubled(self) -> bool:
        """Whether nothing is short but for an item that the catalogue holds twice."""
        return self.pages == 1 and self.promised is not None and self.given >= self.promised

    def add(self, other: Listing) -> None:
        """Take the items, pages and faults of another listing into this one."""
        self.items |= other.items
        self.pages += other.pages
        self.faults += other.faults


def key_of(item: object) -> str:
    """Give an item's id, or a name made from its content where it has none."""
    found = item.get("id") if isinstance(item, dict) else None
    if isinstance(found, str) and found:
        return found
    written = json.dumps(item, sort_keys=True, default=str).encode()
    return f"unnamed-{hashlib.sha256(written).hexdigest()[:12]}"


def words_of(span: Span) -> str:
    """Write a period."""
    return f"{span[0]} to {span[1]}"


@dataclass(frozen=True)
class Searcher:
    """One search of one collection and window, asked for any period."""

    io: CatalogueIO
    """How questions are put."""
    url: str
    """Landing page."""
    collection: str
    """Collection."""
    bbox: tuple[float, float, float, float]
    """Window, degrees."""
    page_size: int
    """Items asked for in one page."""

    def all_items(self, span: Span) -> Listing:
        """Give every item of a period, asking again in shorter periods when some are missing.

        Raises
        ------
        CatalogueError
            If the server does not answer, or gives fewer items than it promises even when
            it is asked day by day.
        """
        return self._complete(span, check=True)

    def _complete(self, span: Span, *, check: bool) -> Listing:
        listing = self._ask(span)
        unsure = listing.promised is None and bool(listing.items) and (check or listing.full)
        if not (listing.short or unsure):
            return listing
        first, last = span
        if first == last:
            if listing.short and not listing.doubled:
                words = f"{listing.promised} items promised for {first}, {len(listing.items)} given"
                raise CatalogueError(words)
            return listing
        middle = first + (last - first) // 2
        parts = Listing()
        for half in ((first, middle), (middle + timedelta(days=1), last)):
            parts.add(self._complete(half, check=False))
        return self._joined(listing, parts, span)

    def _joined(self, whole: Listing, parts: Listing, span: Span) -> Listing:
        """Join a listing with that of its halves; the halves can only add."""
        lost = [key for key in parts.items if key not in whole.items]
        gone = [key for key in whole.items if key not in parts.items]
        whole.pages += parts.pages
        whole.faults += parts.faults
        if lost:
            promise = "" if whole.promised is None else f" of {whole.promised} promised"
            whole.faults.append(
                f"pages lost: {words_of(span)} gave {len(whole.items)} items{promise}; "
                f"asked in shorter periods, {len(lost)} more"
            )
        if gone:
            whole.faults.append(
                f"answers differ: {len(gone)} items of {words_of(span)} are not given when "
                f"asked in shorter periods, first {gone[0]}; kept"
            )
        whole.items |= {key: parts.items[key] for key in lost}
        if whole.short:
            whole.faults.append(
                f"numbers differ: {whole.promised} items promised for {words_of(span)}, "
                f"{len(whole.items)} for its parts, each of them whole"
            )
        return whole

    def _ask(self, span: Span) -> Listing:
        listing = Listing()
        self.io.counts.clear()
        stale = again = changed = 0
        try:
            for page in self._pages(span):
                before = len(listing.items)
                listing.given += len(page["features"])
                for item in page["features"]:
                    key = key_of(item)
                    if key not in listing.items:
                        listing.items[key] = item
                        continue
                    again += 1
                    changed += listing.items[key] != item
                listing.pages += 1
                listing.full = len(page["features"]) >= self.page_size
                stale = 0 if len(listing.items) > before else stale + 1
                if stale == STALE:
                    listing.faults.append(f"pages go in circles after page {listing.pages}")
                    break
        except (STACError, APIError, NotImplementedError, Warning) as error:
            words = f"cannot be searched ({type(error).__name__})"
            raise CatalogueError(words) from error
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            words = f"a page that breaks the rules of STAC ({type(error).__name__}: {error})"
            raise CatalogueError(words) from error
        counts = {count for count in self.io.counts if count is not None}
        listing.promised = self.io.counts[-1] if self.io.counts else None
        listing.faults += _oddities(again, changed, counts)
        return listing

    @cached_property
    def _client(self) -> Client:
        client = Client.open(self.url, stac_io=self.io, timeout=self.io.limit)
        if not client.conforms_to(ConformanceClasses.ITEM_SEARCH):
            words = "the catalogue takes no searches; is it a static one?"
            raise CatalogueError(words)
        return client

    def _pages(self, span: Span) -> Iterator[Item]:
        search = self._client.search(
            collections=[self.collection],
            bbox=self.bbox,
            datetime=(f"{span[0]}T00:00:00Z", f"{span[1]}T23:59:59.999Z"),
            limit=self.page_size,
        )
        yield from search.pages_as_dicts()


def _oddities(again: int, changed: int, counts: set[int]) -> Iterator[str]:
    if again:
        yield f"items given more than once: {again}; each kept once"
    if changed:
        yield f"items changed while their list was read: {changed}; the first version kept"
    if len(counts) > 1:
        told = ", ".join(map(str, sorted(counts)))
        yield f"the number of items changed while their list was read: {told}"
