"""Files of a book that people save: which of them changed, once an editor is done with them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from skytally.core import data_registry, is_leftover
from skytally.press.project_paths import GIVEN_TEXTS, PACKAGE

FOLDERS = ("book", "data", "notebooks")
"""Folders of a project whose files are watched."""
FILES = (*GIVEN_TEXTS, "requirements.txt")
"""Other files that a build reads."""
NOT_WATCHED = {
    "book/_build",
    f"data/{data_registry.SCENES}",
    f"data/{data_registry.MEASURED}",
    "data/archived_pages",
}
"""Folders that commands fill; a refresh is followed by a build, not by a watch."""
CODE = "skytally/"
"""How the names of the package's files begin here, wherever the package lies."""
PAGE = ".md"

Stamp = tuple[int, int, int]
"""Time of change, size and number of a file."""


@dataclass(frozen=True)
class SavedFiles:
    """Files that were saved, created, renamed or removed."""

    names: frozenset[str]
    """Their paths from the root of the project; those of the package begin with `CODE`."""

    def __or__(self, other: SavedFiles) -> SavedFiles:
        """Files of both."""
        return SavedFiles(self.names | other.names)

    @property
    def code(self) -> bool:
        """Whether the package or the environment changed, which a running process cannot take."""
        return any(name.startswith((CODE, "requirements.txt")) for name in self.names)

    @property
    def inputs(self) -> bool:
        """Whether findings or notebooks may be others now."""
        return any(not name.startswith("book/") for name in self.names)

    @property
    def pages(self) -> list[str]:
        """Pages of the book whose text changed, as Sphinx names them."""
        pages = [name for name in self.names if name.startswith("book/") and name.endswith(PAGE)]
        return sorted(name.removeprefix("book/").removesuffix(PAGE) for name in pages)

    def words(self) -> str:
        """Name the files, for a message; of many only how many they are."""
        listed = sorted(self.names)
        return ", ".join(listed) if len(listed) <= 3 else f"{len(listed)} files"


def _files_below(folder: Path, base: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Files below a folder, by their path from the root, without what editors leave."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        # removed while it was listed, as a checkout does
        return
    for entry in entries:
        name = f"{base}/{entry.name}"
        if is_leftover(entry.name) or name in NOT_WATCHED:
            continue
        if entry.is_dir():
            yield from _files_below(Path(entry.path), name)
        else:
            yield name, entry


def _stamp(path: str | os.DirEntry[str]) -> Stamp | None:
    try:
        found = path.stat() if isinstance(path, os.DirEntry) else os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def stamps(root: Path) -> dict[str, Stamp]:
    """Time, size and number of every watched file.

    Parameters
    ----------
    root : Path
        Folder of the project.

    Returns
    -------
    dict of str to tuple
        By path from the root; what was removed meanwhile is left out.
    """
    listed: dict[str, Stamp | None] = {}
    for folder in FOLDERS:
        listed |= {name: _stamp(entry) for name, entry in _files_below(root / folder, folder)}
    listed |= {name: _stamp(entry) for name, entry in _files_below(PACKAGE, CODE.removesuffix("/"))}
    listed |= {name: _stamp(str(root / name)) for name in FILES}
    return {name: stamp for name, stamp in listed.items() if stamp is not None}


def _path(root: Path, name: str) -> Path:
    return PACKAGE / name.removeprefix(CODE) if name.startswith(CODE) else root / name


def _content(root: Path, name: str) -> str:
    """Hash of a file; empty where it cannot be read."""
    try:
        return sha256(_path(root, name).read_bytes()).hexdigest()
    except OSError:
        return ""


def changed_names(before: Mapping[str, Stamp], after: Mapping[str, Stamp]) -> set[str]:
    """Names of files that are not in both with the same stamp.

    Examples
    --------
    >>> sorted(changed_names({"a": (1, 2, 3), "b": (1, 2, 3)}, {"b": (4, 2, 3), "c": (1, 1, 1)}))
    ['a', 'b', 'c']
    """
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


class WatchedFiles:
    """Files of a project, and which of them changed since they were last asked about.

    Parameters
    ----------
    root : Path
        Folder of the project.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known = self._latest = stamps(root)
        self._contents = self._hashes(self._known)

    def _hashes(self, names: Iterable[str]) -> dict[str, str]:
        return {name: _content(self._root, name) for name in names}

    @property
    def unsettled(self) -> bool:
        """Whether the last call found something touched, and the next one decides."""
        return self._latest != self._known

    def changed(self) -> SavedFiles | None:
        """Files whose content changed, once none was touched since the call before.

        Returns
        -------
        SavedFiles or None
            None while files are still being written, and where nothing changed: a file that
            was touched, or saved as it was, is no change.
        """
        before, self._latest = self._latest, stamps(self._root)
        if self._latest != before or self._latest == self._known:
            return None
        names = changed_names(self._known, self._latest)
        self._known = self._latest
        now = self._hashes(names & set(self._latest))
        saved = {name for name in names if self._contents.get(name) != now.get(name)}
        self._contents = {
            name: text for name, text in self._contents.items() if name not in names
        } | now
        return SavedFiles(frozenset(saved)) if saved else None
