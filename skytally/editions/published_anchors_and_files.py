"""Places within pages and files that editions published, beside the addresses of their pages."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterable
from pathlib import Path

from skytally.core import DataError, read_json, visible_paths
from skytally.editions.edition_reading_and_hash_checks import (
    ABOUT,
    ADDRESSES,
    EDITION_ID,
    edition_order,
)

ANCHORS = "anchors.txt.gz"
"""Places within the pages of an edition that could be cited; the first editions have no list."""
LISTED_LATER = "published_addresses"
"""Folder of the data with such places and the files of the first editions, listed afterwards."""
MARK = "#"


def compressed_lines(lines: Iterable[str]) -> bytes:
    """Compress sorted lines, the same lines to the same bytes.

    Examples
    --------
    >>> gzip.decompress(compressed_lines(["b.html#x", "a.html#y", "b.html#x"])).decode().split()
    ['a.html#y', 'b.html#x']
    """
    text = "".join(f"{line}\n" for line in sorted(set(lines)))
    # without the time of writing, the same content has the same bytes
    return gzip.compress(text.encode(), 9, mtime=0)


def read_compressed_lines(path: Path) -> list[str]:
    """Read lines that `compressed_lines` compressed.

    Raises
    ------
    DataError
        If the file cannot be read.
    """
    try:
        return gzip.decompress(path.read_bytes()).decode().split()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        message = f"{path.name}: found a list that cannot be read ({error}); restore it from git"
        raise DataError(message) from error


def _sound(folder: Path, name: str) -> Path | None:
    """File of an edition that is as it was published; else None, and no other file is read."""
    path = folder / name
    try:
        published = read_json(folder / ABOUT)["contents"][name]["sha256"]
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except (DataError, OSError, KeyError, TypeError):
        return None
    return path if digest == published else None


def published_places(folder: Path) -> dict[str, str]:
    """Everything beside pages that editions published, by its address from the root of the site.

    Parameters
    ----------
    folder : Path
        Folder of the editions, which need not exist.

    Returns
    -------
    dict of str to str
        Address of a file, or of a page with an anchor behind ``#``, to the id of the last edition
        that had it. Of a damaged edition, its lists that are as they were published.

    Raises
    ------
    DataError
        If a list cannot be read, or names an address outside the site.
    """
    named = [path for path in visible_paths(folder, "*") if EDITION_ID.fullmatch(path.name)]
    found: dict[str, str] = {}
    for path in sorted(named, key=lambda each: edition_order(each.name)):
        later = folder.parent / LISTED_LATER / f"{path.name}.txt.gz"
        lists = [each for each in (_sound(path, ANCHORS), later) if each and each.is_file()]
        listed = [line for each in lists for line in read_compressed_lines(each)]
        if addresses := _sound(path, ADDRESSES):
            lines = addresses.read_text(encoding="utf-8").split()
            listed += [line for line in lines if not line.endswith(".html")]
        for line in listed:
            if line.startswith("/") or ".." in line.partition(MARK)[0].split("/"):
                message = f"edition {path.name}: found {line!r}, outside the site; restore its list"
                raise DataError(message)
        found |= dict.fromkeys(listed, path.name)
    return found
