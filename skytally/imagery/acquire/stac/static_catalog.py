"""Read a static STAC catalogue, link by link, and report every file that cannot be read."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from skytally.imagery.acquire.byte_range_fetching import local_path, open_regular_file
from skytally.imagery.acquire.offered_scene import BBox, MalformedItemError
from skytally.imagery.acquire.stac.fault_tolerant_json_parser import (
    BrokenDocumentError,
    BrokenItem,
    parse_document,
)
from skytally.imagery.acquire.stac.http_client import MAX_ANSWER_BYTES, CatalogueError, CatalogueIO
from skytally.imagery.acquire.stac.paging import OfferedItem
from skytally.imagery.acquire.stac.strict_item_value_parsing import resolved_address, utc_time
from skytally.web import one_line, shown, url_without_query

MAX_CATALOGUE_FILES = 100_000
"""Files of a catalogue; one with more belongs behind a search service."""


@dataclass
class CatalogueContents:
    """Items and unreadable files of a static catalogue."""

    items: list[tuple[OfferedItem, str]] = field(default_factory=list)
    """Items, each with the address from which it was read."""
    unread: list[tuple[str, str]] = field(default_factory=list)
    """Address and reason of each file that could not be read."""
    files: int = 0
    """Files read."""


def read_static_catalogue(root: str, io: CatalogueIO, *, collection: str) -> CatalogueContents:
    """Follow the links of a static catalogue and return its items.

    Parameters
    ----------
    root : str
        Address or path of a catalogue, a collection or a list of items.
    io : CatalogueIO
        Client for addresses; paths are read from the disk.
    collection : str
        Only this collection is read; every one if empty.

    Returns
    -------
    CatalogueContents

    Raises
    ------
    CatalogueError
        If the root cannot be read, or the catalogue has no end.
    """
    contents = CatalogueContents()
    waiting, seen = deque([root]), {root}
    while waiting:
        href = waiting.popleft()
        try:
            document = _read_document(href, io, named=href == root)
        except CatalogueError as fault:
            if href == root or io.is_out_of_time:
                raise
            contents.unread.append((one_line(url_without_query(href)), str(fault)))
            continue
        contents.files += 1
        if max(contents.files, len(seen)) > MAX_CATALOGUE_FILES:
            message = f"a catalogue of more than {MAX_CATALOGUE_FILES} files"
            raise CatalogueError(message)
        kind = document.get("type")
        if kind in ("Feature", "FeatureCollection"):
            listed = [document] if kind == "Feature" else document.get("features")
            features = listed if isinstance(listed, list) else []
            contents.items += [(item, href) for item in features if _may_belong(item, collection)]
        elif not (kind == "Collection" and collection and document.get("id") != collection):
            for link in _links(document, href, contents):
                if link not in seen:
                    seen.add(link)
                    waiting.append(link)
    return contents


def _may_belong(item: object, collection: str) -> bool:
    """Whether an item may belong to a collection; one that names none may."""
    stated = item.get("collection") if isinstance(item, dict) else None
    return not (collection and stated) or stated == collection


def _read_document(href: str, io: CatalogueIO, *, named: bool) -> dict[str, Any]:
    path = local_path(href)
    if path is None:
        return io.document(href)
    # the file that the user named is read, whatever those that it names may do
    if not (named or io.rules.local):
        message = "a file of this machine, which a catalogue elsewhere may not name"
        raise CatalogueError(message)
    try:
        with open_regular_file(path) as file:
            data = file.read(MAX_ANSWER_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no path of a file"
        message = f"cannot be read ({reason})"
        raise CatalogueError(message) from None
    if len(data) > MAX_ANSWER_BYTES:
        message = f"has more than {MAX_ANSWER_BYTES} bytes"
        raise CatalogueError(message)
    try:
        return parse_document(data)
    except BrokenDocumentError:
        message = "is no JSON, or breaks off"
        raise CatalogueError(message) from None


def _links(document: dict[str, Any], href: str, contents: CatalogueContents) -> Iterator[str]:
    links = document.get("links")
    for link in links if isinstance(links, list) else []:
        if not (isinstance(link, dict) and link.get("rel") in ("child", "item", "items")):
            continue
        target = link.get("href")
        try:
            if not isinstance(target, str) or not target:
                message = f"a link to {shown(target)}, which is no address"
                raise MalformedItemError(message)
            yield resolved_address(target, href)
        except MalformedItemError as fault:
            contents.unread.append((one_line(url_without_query(href)), str(fault)))


def may_match_search(item: OfferedItem, *, site_bbox: BBox, days: set[str]) -> bool:
    """Whether an item's bbox and date may match a search; those of a broken item always may.

    A bbox that lies on no Earth, such as one of latitude before longitude, may lie anywhere.

    Parameters
    ----------
    item : dict or BrokenItem
        An item of a static catalogue.
    site_bbox : tuple
        West, south, east, north of the site, degrees.
    days : set of str
        Days of the search, as ``2023-08-27``.
    """
    if isinstance(item, BrokenItem):
        return True
    try:
        properties = item["properties"]
        time = utc_time(properties.get("datetime") or properties["start_datetime"])
        bbox = item["bbox"]
        half = len(bbox) // 2
        (west, south), (east, north) = bbox[:2], bbox[half : half + 2]
        on_earth = max(abs(west), abs(east)) <= 180 and -90 <= south < north <= 90
        apart = south > site_bbox[3] or north < site_bbox[1]
        # a box whose west is greater than its east lies across the 180th meridian
        beside = west > site_bbox[2], east < site_bbox[0]
        apart = apart or (any(beside) if west <= east else all(beside))
    except (AttributeError, LookupError, TypeError, ValueError, MalformedItemError):
        return True
    return time.date().isoformat() in days and not (on_earth and apart)
