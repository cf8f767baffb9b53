"""Feeds of the editions, as Atom (RFC 4287) and as JSON Feed 1.1."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"


@dataclass(frozen=True)
class FeedEntry:
    """One edition, as a feed lists it."""

    id: str
    """Its name, an address or a tag URI, which never changes."""
    title: str
    """One line."""
    time: str
    """When it was made, as RFC 3339 in UTC."""
    summary: str
    """What changed, in plain words."""
    page: str
    """Address of its page from the root of the site."""


@dataclass(frozen=True)
class Feed:
    """What both feeds say of the book."""

    id: str
    """Its name, which never changes."""
    title: str
    """Title of the book."""
    author: str
    """Who wrote it."""
    site: str
    """Address of the site, ending in a slash; empty where none is set."""
    language: str
    """Language of the entries."""


def feed_id(oldest: str) -> str:
    """Name of the feed, from that of its oldest edition, so that it stays when the site moves.

    Examples
    --------
    >>> feed_id("tag:example.org,2026:edition/2026-11-29")
    'tag:example.org,2026:editions'
    """
    return f"{oldest.rpartition(':')[0]}:editions"


def _part(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    part = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    part.text = text or None
    return part


def atom_feed(feed: Feed, entries: Sequence[FeedEntry], *, address: str) -> str:
    """Atom feed of the editions, the newest first.

    Parameters
    ----------
    feed : Feed
    entries : sequence of FeedEntry
        At least one, the oldest first.
    address : str
        Address of the feed from the root of the site; links are relative to it where the site
        has no address of its own.

    Returns
    -------
    str
        XML that ends in a newline.
    """
    ET.register_namespace("", ATOM)
    root = ET.Element(f"{{{ATOM}}}feed")
    root.set("{http://www.w3.org/XML/1998/namespace}lang", feed.language)
    _part(root, "id", feed.id)
    _part(root, "title", feed.title)
    _part(root, "updated", max(entry.time for entry in entries))
    _part(_part(root, "author"), "name", feed.author)
    base = feed.site or "../" * address.count("/")
    self_link = f"{feed.site}{address}" if feed.site else address.rpartition("/")[2]
    _part(root, "link", rel="self", type="application/atom+xml", href=self_link)
    for entry in reversed(entries):
        part = _part(root, "entry")
        _part(part, "id", entry.id)
        _part(part, "title", entry.title)
        _part(part, "updated", entry.time)
        _part(part, "link", rel="alternate", type="text/html", href=f"{base}{entry.page}")
        _part(part, "summary", entry.summary)
    ET.indent(root, " ")
    text = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def json_feed(feed: Feed, entries: Sequence[FeedEntry], *, address: str) -> str:
    """JSON Feed of the editions, the newest first.

    Parameters
    ----------
    feed, entries, address
        As for `atom_feed`.

    Returns
    -------
    str
        JSON that ends in a newline. Addresses, which must be whole in this format, are left out
        where the site has none.
    """
    items = []
    for entry in reversed(entries):
        item = {
            "id": entry.id,
            "title": entry.title,
            "content_text": entry.summary,
            "date_published": entry.time,
        }
        items.append(item | ({"url": f"{feed.site}{entry.page}"} if feed.site else {}))
    whole = {
        "version": JSON_FEED,
        "title": feed.title,
        "authors": [{"name": feed.author}],
        "language": feed.language,
        "items": items,
    }
    if feed.site:
        whole |= {"home_page_url": feed.site, "feed_url": f"{feed.site}{address}"}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"
