"""The files that an edition is made from: their hashes, and the identifiers of their folders."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from skytally.core import is_leftover
from skytally.editions.software_hash_ids import content_id, entry_of, folder_id

LOCK = "requirements.txt"
PARTS = ("book", "data", "notebooks", "skytally")
"""Folders of the project from which pages and numbers are made."""
LEFT_OUT = ("book/_build", "data/editions", "data/stamps", "data/scenes", "data/measured")
"""Folders in them that are built, acquired or kept, and no source."""


@dataclass(frozen=True)
class SourceFile:
    """One file of the source tree."""

    path: str
    """Relative to the project, with slashes."""
    content: bytes
    """Its bytes."""
    entry: tuple[str, bytes]
    """Mode and hash, as `entry_of` gives them."""

    @property
    def sha256(self) -> str:
        """SHA-256 of its bytes."""
        return hashlib.sha256(self.content).hexdigest()


def _paths(root: Path, folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        name = path.relative_to(root).as_posix()
        if is_leftover(path.name) or name in LEFT_OUT or path.suffix == ".pyc":
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _paths(root, path)
        else:
            yield path


def source_files(root: Path) -> list[SourceFile]:
    """Read the files from which the book of a project is made.

    Parameters
    ----------
    root : Path
        Folder of the project.

    Returns
    -------
    list of SourceFile
        Sorted by path: the lock, and the files of `PARTS` without what is built, acquired or
        kept there and without files of other programs.
    """
    found = [root / LOCK] if (root / LOCK).is_file() else []
    for part in PARTS:
        if (root / part).is_dir():
            found += _paths(root, root / part)
    named = {path.relative_to(root).as_posix(): path for path in found if path.is_file()}
    return [
        SourceFile(name, path.read_bytes(), entry_of(path)) for name, path in sorted(named.items())
    ]


def part_ids(files: list[SourceFile]) -> dict[str, str]:
    """SWHIDs of the lock and of each folder of `PARTS`.

    Parameters
    ----------
    files : list of SourceFile
        As `source_files` gives them.

    Returns
    -------
    dict of str to str
        SWHID by name; that of ``data`` leaves editions out, so that an edition does not change
        what it was made from.
    """
    ids = {file.path: content_id(file.content) for file in files if file.path == LOCK}
    for part in PARTS:
        below = {
            file.path.removeprefix(f"{part}/"): file.entry
            for file in files
            if file.path.startswith(f"{part}/")
        }
        ids[part] = folder_id(below)
    return ids
