"""A catalogue of files: walked link by link, nothing left out in silence."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from skytally.imagery.acquire.stac.http_client import CatalogueError, CatalogueIO, bare
from skytally.imagery.acquire.stac.paging import Item

LARGEST = 100_000
"""Files of a catalogue; one that holds more is better offered through a search service."""


@dataclass
class Gathered:
    """What was found in files."""

    items: list[tuple[Item, str]] = field(default_factory=list)
    """Items with the address each was read from."""
    unread: list[tuple[str, str]] = field(default_factory=list)
    """Address and reason of each file that could not be read."""
    files: int = 0
    """Files read."""


def static_items(root: str, io: CatalogueIO, *, collection: str) -> Gathered:
    """Walk a catalogue of files and give its items.

    Parameters
    ----------
    root : str
        Address or path of a catalogue, a collection or a list of items.
    io : CatalogueIO
        How addresses are asked; paths are read from the disk.
    collection : str
        Only this collection is entered; every one if empty.

    Returns
    -------
    Gathered

    Raises
    ------
    CatalogueError
        If the root cannot be read, or the catalogue has no end.
    """
    found = Gathered()
    waiting, seen = deque([root]), {root}
    while waiting:
        href = waiting.popleft()
        try:
            document = _document(href, io)
        except CatalogueError as fault:
            if href == root:
                raise
            found.unread.append((bare(href), str(fault)))
            continue
        found.files += 1
        if found.files > LARGEST:
            words = f"a catalogue of more than {LARGEST} files"
            raise CatalogueError(words)
        kind = document.get("type")
        if kind in ("Feature", "FeatureCollection"):
            given = [document] if kind == "Feature" else document.get("features") or []
            found.items += [(item, href) for item in given if _belongs(item, collection)]
        elif not (kind == "Collection" and collection and document.get("id") != collection):
            for each in _linked(document, href):
                if each not in seen:
                    seen.add(each)
                    waiting.append(each)
    return found


def _belongs(item: object, collection: str) -> bool:
    """Tell whether an item may be of a collection; one that does not say may."""
    own = item.get("collection") if isinstance(item, dict) else None
    return not (collection and own) or own == collection


def _document(href: str, io: CatalogueIO) -> dict[str, Any]:
    if "://" in href:
        return dict(json.loads(io.request(href)))
    try:
        found = json.loads(Path(href).read_text(encoding="utf-8"))
    except OSError as error:
        words = f"cannot be read ({error.strerror})"
        raise CatalogueError(words) from error
    except ValueError as error:
        words = "is no JSON, or breaks off"
        raise CatalogueError(words) from error
    if not isinstance(found, dict):
        words = "is no catalogue"
        raise CatalogueError(words)
    return found


def _linked(document: dict[str, Any], href: str) -> Iterator[str]:
    links = document.get("links")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and link.get("rel") in ("child", "item", "items"):
            target = str(link.get("href", ""))
            if "://" in target or "://" in href:
                yield urljoin(href, target)
            else:
                yield str((Path(href).parent / target).resolve())


def wanted(item: Item, *, site_box: tuple[float, float, float, float], days: set[str]) -> bool:
    """Tell whether an item's box and day may concern a search; a broken one always may.

    Parameters
    ----------
    item : dict
        An item of a catalogue of files.
    site_box : tuple
        West, south, east, north of the site, degrees.
    days : set of str
        Days of the search, as ``2023-08-27``.
    """
    try:
        properties = item["properties"]
        given = properties.get("datetime") or properties["start_datetime"]
        day = datetime.fromisoformat(given).astimezone(UTC).date().isoformat()
        box = item["bbox"]
        half = len(box) // 2
        apart = (
            box[0] > site_box[2]
            or box[half] < site_box[0]
            or box[1] > site_box[3]
            or box[half + 1] < site_box[1]
        )
    except (AttributeError, KeyError, TypeError, ValueError, IndexError):
        return True
    return day in days and not apart
