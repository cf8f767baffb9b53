"""Read a static STAC catalogue, link by link, and report every file that cannot be read."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from skytally.imagery.acquire.byte_ranges import url_without_query
from skytally.imagery.acquire.scene_item import BBox
from skytally.imagery.acquire.stac.http_client import CatalogueError, CatalogueIO
from skytally.imagery.acquire.stac.paging import ItemDict

MAX_CATALOGUE_FILES = 100_000
"""Files of a catalogue; one with more belongs behind a search service."""


@dataclass
class CatalogueContents:
    """Items and unreadable files of a static catalogue."""

    items: list[tuple[ItemDict, str]] = field(default_factory=list)
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
            document = _read_document(href, io)
        except CatalogueError as fault:
            if href == root:
                raise
            contents.unread.append((url_without_query(href), str(fault)))
            continue
        contents.files += 1
        if contents.files > MAX_CATALOGUE_FILES:
            message = f"a catalogue of more than {MAX_CATALOGUE_FILES} files"
            raise CatalogueError(message)
        kind = document.get("type")
        if kind in ("Feature", "FeatureCollection"):
            features = [document] if kind == "Feature" else document.get("features") or []
            contents.items += [(item, href) for item in features if _may_belong(item, collection)]
        elif not (kind == "Collection" and collection and document.get("id") != collection):
            for link in _links(document, href):
                if link not in seen:
                    seen.add(link)
                    waiting.append(link)
    return contents


def _may_belong(item: object, collection: str) -> bool:
    """Whether an item may belong to a collection; one that names none may."""
    stated = item.get("collection") if isinstance(item, dict) else None
    return not (collection and stated) or stated == collection


def _read_document(href: str, io: CatalogueIO) -> dict[str, Any]:
    if "://" in href:
        return dict(json.loads(io.request(href)))
    try:
        document = json.loads(Path(href).read_text(encoding="utf-8"))
    except OSError as error:
        message = f"cannot be read ({error.strerror})"
        raise CatalogueError(message) from error
    except ValueError as error:
        message = "is no JSON, or breaks off"
        raise CatalogueError(message) from error
    if not isinstance(document, dict):
        message = "is no catalogue"
        raise CatalogueError(message)
    return document


def _links(document: dict[str, Any], href: str) -> Iterator[str]:
    links = document.get("links")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and link.get("rel") in ("child", "item", "items"):
            target = str(link.get("href", ""))
            if "://" in target or "://" in href:
                yield urljoin(href, target)
            else:
                yield str((Path(href).parent / target).resolve())


def may_match_search(item: ItemDict, *, site_bbox: BBox, days: set[str]) -> bool:
    """Whether an item's bbox and date may match a search; those of a broken item always may.

    Parameters
    ----------
    item : dict
        An item of a static catalogue.
    site_bbox : tuple
        West, south, east, north of the site, degrees.
    days : set of str
        Days of the search, as ``2023-08-27``.
    """
    try:
        properties = item["properties"]
        time = properties.get("datetime") or properties["start_datetime"]
        day = datetime.fromisoformat(time).astimezone(UTC).date().isoformat()
        bbox = item["bbox"]
        half = len(bbox) // 2
        disjoint = (
            bbox[0] > site_bbox[2]
            or bbox[half] < site_bbox[0]
            or bbox[1] > site_bbox[3]
            or bbox[half + 1] < site_bbox[1]
        )
    except (AttributeError, KeyError, TypeError, ValueError, IndexError):
        return True
    return day in days and not disjoint
