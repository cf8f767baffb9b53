"""Feeds of the editions: valid by their specifications, with names that never change."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from skytally.editions import Feed, FeedEntry, atom_feed, feed_id, json_feed
from tests.support.atom_and_json_feed_validation import ATOM, TAG_URI, atom_faults, json_feed_faults

ENTRIES = [
    FeedEntry(
        id=f"tag:made-up.invalid,2026:edition/2026-01-0{day}",
        title=f"Edition 2026-01-0{day}",
        time=f"2026-01-0{day}T12:00:00Z",
        summary='Since edition 1: 1 finding < "moved" & more; лодка.',
        page=f"editions/2026-01-0{day}.html",
    )
    for day in (1, 2)
]
SITES = ["", "https://example.org/book/"]


def _feed(site: str) -> Feed:
    return Feed(feed_id(ENTRIES[0].id), "Made up & more", "Nobody", site, "en")


@pytest.mark.parametrize("site", SITES)
def test_atom_is_valid(site: str) -> None:
    """The feed has what RFC 4287 requires, the newest entry first, with links that lead on."""
    text = atom_feed(_feed(site), ENTRIES, address="editions/feed.atom")
    assert atom_faults(text) == []
    root = ET.fromstring(text)
    assert root.findtext(f"{ATOM}updated") == "2026-01-02T12:00:00Z"
    newest = root.find(f"{ATOM}entry")
    assert newest is not None
    assert newest.findtext(f"{ATOM}summary") == ENTRIES[1].summary
    link = newest.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == f"{site or '../'}editions/2026-01-02.html"


@pytest.mark.parametrize("site", SITES)
def test_json_feed_is_valid(site: str) -> None:
    """The feed has what version 1.1 requires; addresses only where the site has one."""
    feed = json.loads(json_feed(_feed(site), ENTRIES, address="editions/feed.json"))
    assert json_feed_faults(feed) == []
    assert [item["id"] for item in feed["items"]] == [ENTRIES[1].id, ENTRIES[0].id]
    assert ("url" in feed["items"][0]) == bool(site)


def test_names_do_not_change_with_the_site() -> None:
    """The feed and its entries keep their tag URIs when the site gets an address."""
    ids = [
        [each.text for each in ET.fromstring(
            atom_feed(_feed(site), ENTRIES, address="editions/feed.atom")).iter(f"{ATOM}id")]
        for site in SITES
    ]  # fmt: skip
    assert ids[0] == ids[1]
    assert all(TAG_URI.fullmatch(str(each)) for each in ids[0])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<updated>2026-01-02T12:00:00Z</updated>", ""),
        ("2026-01-01T12:00:00Z", "1 January 2026"),
        ("<name>Nobody</name>", "<name />"),
        ('rel="alternate"', 'rel="related"'),
        ("edition/2026-01-02", "edition/2026-01-01"),
    ],
)
def test_an_invalid_feed_is_found(old: str, new: str) -> None:
    """The rules by which feeds are tested do find what breaks them."""
    text = atom_feed(_feed(""), ENTRIES, address="editions/feed.atom")
    assert old in text
    assert atom_faults(text.replace(old, new)) != []
