"""Pages of the editions: staged beside the pages of the book, with their files and feeds."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from skytally.core import DataError, Fault, project_root, read_json, visible_paths
from skytally.editions import (
    ABOUT,
    COMPRESSED_ABOVE,
    EDITION_ID,
    LARGEST_PLAIN,
    Edition,
    Feed,
    FeedEntry,
    atom_feed,
    change_summary,
    copy_hash,
    editions_folder,
    feed_id,
    json_feed,
    part_ids,
    published_packets,
    read_editions,
    sound_files,
    source_files,
    unchanged_since,
)
from skytally.press.book_metadata import book_details

INDEX = "editions"
"""Page of the book that lists the editions, and folder of their own pages."""
STATE = "edition_state.json"
"""Staged beside the pages: the words of their feet on the edition."""
ATOM, JSON_FEED = f"{INDEX}/feed.atom", f"{INDEX}/feed.json"
LANGUAGE = "en"
LARGEST_FILE = 1_000_000
"""Bytes of the largest file that the site offers as it is stored, for the first editions."""
UNLISTED = """\
---
orphan: true
---

"""
"""Head of a page that stands in no list of contents: the page of all editions links to it."""
PAGE = """\
# Edition {id}

```{{edition-about}} {id}
```

## What changed

```{{edition-changes}} {id}
```

## Findings as published

```{{edition-findings}} {id}
```

## Verdicts as published

```{{edition-verdicts}} {id}
```

## Evidence packets

```{{packet-list}} {id}
```
"""
DAMAGED = """\
# Edition {id}

```{{edition-fault}} {id}
```
"""


COPY_PAGE = f"{INDEX}/this-copy"
"""Page that lists in what the book differs from its newest edition."""
COPY = """\
# What this copy changes

```{this-copy}
```
"""


def present_edition(editions: Sequence[Edition]) -> dict[str, str]:
    """Words on the edition that the present book is, or comes after.

    Parameters
    ----------
    editions : sequence of Edition
        Oldest first, as `skytally.editions.read_editions` reads them.

    Returns
    -------
    dict of str to str
        ``edition`` (the words), ``edition_id``, ``edition_day``, ``edition_page`` (the page that
        the words lead to) and, only where the book is that edition, ``issued``, its day; else
        ``edition_version``, ``edition_complete_to`` (both of the edition) and ``copy_hash``, that
        of the book as it lies here; empty without an edition.
    """
    if not editions:
        return {}
    files = source_files(project_root())
    same = [edition for edition in editions if unchanged_since(edition.about, files)]
    found = (same or editions)[-1]
    day = str(found.about["date"])
    words = f"{'' if same else 'copy that differs from '}edition {found.id}"
    page = f"{INDEX}/{found.id}.html" if same else f"{COPY_PAGE}.html"
    known = {
        "edition": words, "edition_id": found.id, "edition_day": day, "edition_page": page,
    }  # fmt: skip
    if same:
        return known | {"issued": day}
    return known | {
        "edition_version": str(found.about.get("version", "")),
        "edition_complete_to": str(found.about.get("complete_to", "")),
        "copy_hash": copy_hash(part_ids(files)),
    }


def edition_words(stage: Path) -> dict[str, str]:
    """Words of the feet of pages and cards and of citations on the edition, as staged.

    Parameters
    ----------
    stage : Path
        Folder of the staged pages.

    Returns
    -------
    dict of str to str
        As `present_edition` gives them.
    """
    path = stage / STATE
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _folder_ids() -> list[str]:
    """Ids of all folders that look like an edition, damaged ones too."""
    paths = visible_paths(editions_folder(), "*")
    return [path.name for path in paths if path.is_dir() and EDITION_ID.fullmatch(path.name)]


def stage_editions(stage: Path) -> None:
    """Write a page for each edition beside the pages of the book, and the words of all feet.

    Parameters
    ----------
    stage : Path
        Folder of the staged pages; nothing is written where there is no edition.
    """
    ids = _folder_ids()
    if not ids:
        return
    editions, _ = read_editions(editions_folder())
    sound = {edition.id for edition in editions}
    (stage / INDEX).mkdir(exist_ok=True)
    for each in ids:
        text = UNLISTED + (PAGE if each in sound else DAMAGED).format(id=each)
        (stage / INDEX / f"{each}.md").write_text(text, encoding="utf-8")
    state = present_edition(editions)
    if state:
        (stage / f"{COPY_PAGE}.md").write_text(UNLISTED + COPY, encoding="utf-8")
        (stage / STATE).write_text(json.dumps(state), encoding="utf-8")


def feed_entry(edition: Edition) -> FeedEntry:
    """Entry of an edition in the feeds."""
    about = edition.about
    return FeedEntry(
        id=about["feed_id"],
        title=f"Edition {edition.id}",
        time=about["commit_time"] or f"{about['date']}T00:00:00Z",
        summary=change_summary(edition.changes),
        page=f"{INDEX}/{edition.id}.html",
    )


def _write_feeds(pages: Path, editions: Sequence[Edition], about: Mapping[str, str]) -> None:
    site = about.get("site", "")
    feed = Feed(
        id=feed_id(editions[0].about["feed_id"]),
        title=f"{about['title']}: editions",
        author=about["author"],
        site=f"{site.rstrip('/')}/" if site else "",
        language=LANGUAGE,
    )
    entries = [feed_entry(edition) for edition in editions]
    for address, made in ((ATOM, atom_feed), (JSON_FEED, json_feed)):
        text = made(feed, entries, address=address)
        (pages / address).write_text(text, encoding="utf-8", newline="\n")


def _stored_files(folder: Path) -> dict[str, Path]:
    """Files of an edition that its site offers, whatever state they are in."""
    own = {
        path.name: path
        for path in visible_paths(folder, "*.json*")
        if not path.name.startswith("packet")
    }
    return {**own, **published_packets(folder)}


def edition_files(folder: Path) -> dict[str, Path]:
    """Files of an edition that the site offers, by their address below that of the edition.

    Parameters
    ----------
    folder : Path
        Folder of the edition. Of a damaged one, only what is as it was published is offered.
    """
    sound = {*sound_files(folder).values()}
    # stamps lie beside the editions, and are no part of one
    return {
        name: path
        for name, path in _stored_files(folder).items()
        if path in sound or folder not in path.parents
    }


def offered_name(name: str, path: Path) -> str:
    """Name under which the site offers a file of an edition: a large table is compressed.

    How large a table may be stands in the file on the edition, since addresses stay.
    """
    if not name.endswith((".json", ".jsonl")) or name == ABOUT:
        return name
    try:
        largest = read_json(path.with_name(ABOUT)).get(COMPRESSED_ABOVE, LARGEST_FILE)
    except DataError:  # an edition that is being made has no such file yet
        largest = LARGEST_PLAIN
    return f"{name}.gz" if path.stat().st_size > largest else name


def _packed(path: Path) -> bytes:
    # without the time of writing, the same content has the same bytes
    return gzip.compress(path.read_bytes(), 9, mtime=0)


def offered_sizes(folder: Path) -> dict[str, int]:
    """Address of each file that the site will offer of an edition to its bytes there."""
    offered = {offered_name(name, path): path for name, path in _stored_files(folder).items()}
    return {
        name: len(_packed(path)) if name.endswith(".gz") else path.stat().st_size
        for name, path in offered.items()
    }


def add_edition_files(pages: Path) -> None:
    """Copy the files of the editions into the site and write their feeds.

    Parameters
    ----------
    pages : Path
        Root of the printed pages.
    """
    editions, _ = read_editions(editions_folder())
    for each in _folder_ids():
        for name, path in edition_files(editions_folder() / each).items():
            offered = offered_name(name, path)
            target = pages / INDEX / each / offered
            target.parent.mkdir(parents=True, exist_ok=True)
            if offered == name:
                shutil.copyfile(path, target)
            else:
                target.write_bytes(_packed(path))
    if editions:
        (pages / INDEX).mkdir(exist_ok=True)
        _write_feeds(pages, editions, book_details())


def faults_of(identifier: str, faults: Iterable[Fault]) -> list[Fault]:
    """Faults of the folder of one edition."""
    place = f"data/editions/{identifier}"
    return [fault for fault in faults if fault.file == place or fault.file.startswith(f"{place}/")]


def parts_of(edition: Edition) -> dict[str, Any]:
    """Name what an edition was made from and what it holds, each with its SWHID."""
    about = edition.about
    names = {"revision": "commit", "requirements.txt": "lock of the environment"}
    made_from = {names.get(name, f"folder {name}"): id_ for name, id_ in about["swhids"].items()}
    return {"this edition": about["swhid"], **made_from}
