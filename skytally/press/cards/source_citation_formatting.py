"""Citations of the pages on which a number was read, beside the citation of the book."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pandas as pd

from skytally.core import listed, when, when_stated
from skytally.press.cards.card_fields_and_text_shortening import Part, shortened, web_link
from skytally.press.cards.spelled_out_codes import UNTITLED, cited_title

if TYPE_CHECKING:
    from skytally.press.cards.record_cards import CardRecord

OWN_PAGE = "direct"
"""Word of the vocabulary *reading* for a page of those who counted."""
ORIGINAL = "cite the original"
"""Label of the citations on a card."""
MOST = 2
"""Citations on one card; the other pages are named under the pages read."""
MOST_IN_TITLE = 120
"""Letters of a title in a citation."""

KEPT_UP = re.compile(r"Timeline\b")
"""Beginning of the title of a page that its publisher goes on adding to."""
UPDATED = "updated until"
"""Beginning of the words for when such a page was last changed."""
UNDATED = ("undated", "day not known")
"""Ends of the words of `published` for a page without a day."""
YEAR_INFERRED = "year inferred"
"""Words of what a page reports for a year that the page does not print."""
PREVIEW = "/preview/"
"""Part of the address of a page that a publisher shows on the host of its own system."""
MIRROR = "(mirror"
"""Part of the name of a publisher whose page was read on a mirror of its own site."""
NO_ADDRESS = "public address not known"
COPIES = ("repost", "mirror")
"""Words of the vocabulary *reliability_reason* for pages that have another page's text."""
COPY, NOT_READ = "copy", "original not read"
"""Words for such a page, and for one whose original no page of the record is."""


def published(source: Mapping[str, Any]) -> str:
    """Day on which a source was published, in words, or to which month it was updated."""
    first, last = source["published_first"], source["published_last"]
    known = [None if pd.isna(day) else day for day in (first, last)]
    if known == [None, None]:
        return "undated"
    precision = str(source["published_precision"])
    if precision == "nominal" and None not in known and first != last:
        if KEPT_UP.match(str(source["title"])):
            return f"{UPDATED} {when(last, last, 'month', 'month')}"
        ends = [when(day, day, "day", "day") for day in known]
        return f"published between {ends[0]} and {ends[1]}"
    inferred = YEAR_INFERRED if YEAR_INFERRED in str(source.get("reports", "")).lower() else ""
    words = when_stated(known[0], known[1], precision, precision)
    return f"{inferred}: {words}" if inferred else words


def copy_words(record: CardRecord, source: Mapping[str, Any]) -> str:
    """Note of a page that copies another whether the original was read; empty for other pages."""
    if source["reliability_reason"] not in COPIES:
        return ""
    parents = [record.sources.get(each, {}) for each in str(source["derived_from"]).split()]
    # a copy carries the title of its original
    titles = [
        str(parent["title"]).casefold()
        for parent in parents
        if parent and parent["title"] and parent["reliability_reason"] not in COPIES
    ]
    read = any(title in str(source["title"]).casefold() for title in titles)
    return COPY if read else f"{COPY}, {NOT_READ}"


def _host(source: Mapping[str, Any]) -> str:
    """Host of a page that the name of its publisher does not lead to; empty for other pages."""
    address = urlsplit(str(source["url"]))
    if PREVIEW in address.path:
        return f"the publisher's preview, at {address.hostname}; {NO_ADDRESS}"
    host = (address.hostname or "").removeprefix("www.")
    shown = source["reliability_reason"] in COPIES and host not in str(source["publisher"])
    unknown = f"; {NO_ADDRESS}" if MIRROR in str(source["publisher"]) else ""
    return f"at {host}{unknown}" if shown and host else unknown.removeprefix("; ")


def page_link(record: CardRecord, source: Mapping[str, Any]) -> Part:
    """Link to the page of a publisher: its name, its title, its day, and whether it is a copy.

    That the headline of a page was not recorded stands once, in its citation, with its address.
    """
    title = shortened(cited_title(str(source["title"])), letters=90)
    unlinked = "" if source["url"] else "no address"
    untitled = title.startswith(UNTITLED) and source["url"]
    title = title.removeprefix(UNTITLED).removeprefix(", ") if untitled else title
    facts = "; ".join(
        filter(None, (published(source), unlinked, _host(source), copy_words(record, source)))
    )
    named = ", ".join(filter(None, (str(source["publisher"]), title)))
    return web_link(f"{named} ({facts})", str(source["url"]))


def _who(record: CardRecord, source: str, row_ids: Iterable[str]) -> str:
    """Counters of the rows of one page, and whether they were read on a page of another."""
    rows = [record.rows[row][1] for row in row_ids]
    counters = dict.fromkeys(
        str(row.get("counter", "") or row.get("asserted_by", "")) for row in rows
    )
    named = listed([record.names.get(each, each) for each in counters if each])
    publisher = str(record.sources[source]["publisher"])
    if not named or named == publisher:
        return publisher
    if all(str(row.get("reading")) == OWN_PAGE for row in rows):
        return f"{named}, {publisher}" if publisher not in named else named
    return f"{named}, as reported by {publisher}"


def original_citations(record: CardRecord, row_ids: Iterable[str]) -> list[Part]:
    """Cite the pages on which rows were read: counter, publisher, title, day, address.

    Parameters
    ----------
    record : CardRecord
        The record.
    row_ids : iterable of str
        Ids of the rows; one without a row is passed over.

    Returns
    -------
    list of Part
        At most `MOST`, and how many pages are left out.
    """
    pages: dict[str, list[str]] = {}
    for row in row_ids:
        if row in record.rows:
            pages.setdefault(str(record.rows[row][1]["source_id"]), []).append(row)
    cited = [
        Part(f"{_who(record, source, rows)}: {page_citation(record, source)}")
        for source, rows in list(pages.items())[:MOST]
    ]
    left = len(pages) - MOST
    more = f"and {left} more page{'s' if left > 1 else ''}, each cited on the card of its row"
    return [*cited, Part(more)] if left > 0 else cited


def page_citation(record: CardRecord, source_id: str) -> str:
    """Title, day and address of a page, as a citation ends."""
    source = record.sources[source_id]
    title = shortened(cited_title(str(source["title"])), letters=MOST_IN_TITLE)
    quoted = f"“{title}”" if title and title == str(source["title"]) else title
    address = str(source["url"]) or "no address known"
    return ", ".join(filter(None, (quoted, published(source), address)))
