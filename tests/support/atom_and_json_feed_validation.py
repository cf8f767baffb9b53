"""Rules of RFC 4287 (Atom), RFC 4151 (tag URIs) and JSON Feed 1.1, by which feeds are tested."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema

ATOM = "{http://www.w3.org/2005/Atom}"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
TAG_URI = re.compile(
    r"tag:(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
    r",\d{4}(?:-\d\d(?:-\d\d)?)?:[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*"
)
ONCE = {"feed": ("id", "title", "updated"), "entry": ("id", "title", "updated")}
KNOWN = {
    "feed": {"id", "title", "updated", "author", "link", "entry", "subtitle", "rights", "icon",
             "logo", "generator", "category", "contributor"},
    "entry": {"id", "title", "updated", "author", "link", "summary", "content", "published",
              "rights", "category", "contributor", "source"},
}  # fmt: skip
ITEM: dict[str, Any] = {
    "type": "object",
    "required": ["id"],
    "anyOf": [{"required": ["content_text"]}, {"required": ["content_html"]}],
    "properties": {
        "id": {"type": "string", "minLength": 1},
        "url": {"type": "string", "pattern": "^https?://"},
        "title": {"type": "string"},
        "content_text": {"type": "string"},
        "date_published": {"type": "string", "pattern": f"^{RFC_3339.pattern}$"},
    },
}
FEED: dict[str, Any] = {
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": {"type": "string", "minLength": 1},
        "home_page_url": {"type": "string", "pattern": "^https?://"},
        "feed_url": {"type": "string", "pattern": "^https?://"},
        "language": {"type": "string"},
        "authors": {
            "type": "array",
            "items": {"anyOf": [{"required": [each]} for each in ("name", "url", "avatar")]},
        },
        "items": {"type": "array", "items": ITEM},
    },
}
"""JSON Feed 1.1, what it requires of what the feeds of the book hold."""


def _element_faults(element: ET.Element, kind: str) -> Iterator[str]:
    names = [child.tag.removeprefix(ATOM) for child in element]
    yield from (f"{kind}: {name}, unknown" for name in {*names} - KNOWN[kind])
    for name in ONCE[kind]:
        if names.count(name) != 1:
            yield f"{kind}: {names.count(name)} of {name}"
    for child in element.iter(f"{ATOM}updated"):
        if not RFC_3339.fullmatch(child.text or ""):
            yield f"{kind}: updated {child.text!r}"
    for child in element.findall(f"{ATOM}id"):
        if not re.match(r"[a-z][a-z0-9+.-]*:\S+$", child.text or ""):
            yield f"{kind}: id {child.text!r} is no IRI"
    links = [
        (link.get("rel", "alternate"), link.get("type")) for link in element.findall(f"{ATOM}link")
    ]
    if any(not link.get("href") for link in element.findall(f"{ATOM}link")):
        yield f"{kind}: a link without href"
    if len(links) != len({*links}):
        yield f"{kind}: two links of one kind"


def atom_faults(text: str) -> list[str]:
    """List what a feed lacks of RFC 4287, sections 4.1.1 and 4.1.2."""
    root = ET.fromstring(text)
    if root.tag != f"{ATOM}feed":
        return [f"root {root.tag}"]
    faults = list(_element_faults(root, "feed"))
    entries = root.findall(f"{ATOM}entry")
    if not root.find(f"{ATOM}author/{ATOM}name").text:  # type: ignore[union-attr]
        faults.append("feed: no author")
    for entry in entries:
        faults += _element_faults(entry, "entry")
        rels = {link.get("rel", "alternate") for link in entry.findall(f"{ATOM}link")}
        if "alternate" not in rels and entry.find(f"{ATOM}content") is None:
            faults.append("entry: neither content nor an alternate link")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    return faults + (["two entries of one id"] if len(ids) != len({*ids}) else [])


def json_feed_faults(feed: dict[str, Any]) -> list[str]:
    """List what a feed lacks of JSON Feed 1.1."""
    validator = jsonschema.Draft202012Validator(FEED)
    faults = [error.message for error in validator.iter_errors(feed)]
    ids = [item.get("id") for item in feed.get("items", [])]
    return faults + (["two items of one id"] if len(ids) != len({*ids}) else [])
