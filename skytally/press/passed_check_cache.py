"""Memory of what the check found in order: its parts, by the content of all that each reads."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from skytally.core import data_folder, data_registry, file_bytes
from skytally.press.project_paths import (
    PACKAGE,
    book_folder,
    build_folder,
    lines_folder,
    lock_file,
    notebooks_folder,
)

MEMORY = "checked_parts.json"
"""File in the folder of what is built; whoever removes it only makes the next check longer."""
NOT_READ = {data_registry.SCENES, data_registry.MEASURED}
"""Folders of the data that no part reads: the inventory holds the hash of each of their files."""
WHOLE = "words"
"""Entry of the memory with what was printed of data in which nothing was wrong."""
POSSIBLE = "possible"
"""Entry of the memory with the keys of the findings that could be evaluated."""


class Part(NamedTuple):
    """A part of the check."""

    name: str
    """Its name, which no other part has."""
    faults: Callable[[], Iterable[object]]
    """What finds its faults."""
    reads: tuple[str, ...]
    """How the names of all files begin whose content it reads, as `_files` names them."""
    listed: tuple[str, ...] = ()
    """How the names of files begin of which it reads no more than which there are."""


def _below(folder: Path, name: str, not_read: Iterable[str] = ()) -> Iterator[tuple[str, Path]]:
    """Files below a folder, by a name that says which folder that is."""
    for here, folders, files in os.walk(folder):
        base = Path(here)
        if base == folder:
            folders[:] = {*folders} - {*not_read}
        for file in files:
            path = base / file
            yield f"{name}/{path.relative_to(folder).as_posix()}", path


def _files() -> dict[str, Path]:
    """Every file whose content may change what a check finds, by its name."""
    files = dict(_below(data_folder(), "data", NOT_READ))
    files |= _below(notebooks_folder(), "notebooks")
    files |= _below(book_folder(), "book", {build_folder().name})
    files |= {f"lines/{path.parent.name}": path for path in lines_folder().glob("*/findings.json")}
    return files


def _of_code() -> str:
    """Key of the package, its environment and the folder of the project."""
    digest = sha256(f"{sys.version}\0{data_folder()}".encode())
    lock = lock_file()
    for path in (*sorted(PACKAGE.rglob("*.py")), *([lock] if lock else [])):
        content = path.read_bytes()
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


class CheckMemory:
    """What was found in order by earlier checks, and is as it was.

    Parameters
    ----------
    anew : bool
        Whether everything counts as changed.
    """

    def __init__(self, *, anew: bool = False) -> None:
        self._code = _of_code()
        self._contents = {
            name: sha256(file_bytes(path) or b"").hexdigest() for name, path in _files().items()
        }
        self._known: dict[str, str] = {} if anew else _stored()
        code, *possible = self._known.get(POSSIBLE, "none").split()
        self.possible = frozenset(possible if code == self._code else ())
        """Keys of the findings that could be evaluated with the same code."""
        key, _, words = self._known.get(WHOLE, "").partition(" ")
        self.words = words if key == self._key(("",), ()) else ""
        """What was printed of the same files; empty where something changed since."""

    def _key(self, reads: tuple[str, ...], listed: tuple[str, ...]) -> str:
        read = [item for item in self._contents.items() if item[0].startswith(reads)]
        names = [name for name in self._contents if name.startswith(listed)] if listed else []
        text = json.dumps([self._code, sorted(read), sorted(names)])
        return sha256(text.encode()).hexdigest()

    def was_in_order(self, part: Part) -> bool:
        """Whether nothing was wrong with a part when it was checked last, as it is now."""
        return self._known.get(part.name) == self._key(part.reads, part.listed)

    def remember(self, part: Part) -> None:
        """Note that nothing is wrong with a part."""
        self._known[part.name] = self._key(part.reads, part.listed)

    def write(self) -> None:
        """Keep the memory; in a folder that cannot be written nothing is kept."""
        self._known[POSSIBLE] = " ".join([self._code, *sorted(self.possible)])
        if self.words:
            self._known[WHOLE] = f"{self._key(('',), ())} {self.words}"
        with contextlib.suppress(OSError):
            build_folder().mkdir(parents=True, exist_ok=True)
            beside = build_folder() / f".{MEMORY}.{os.getpid()}"
            beside.write_text(json.dumps(self._known), encoding="utf-8")
            beside.replace(build_folder() / MEMORY)


def _stored() -> dict[str, str]:
    try:
        known = json.loads((build_folder() / MEMORY).read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(name): str(text) for name, text in known.items()} if isinstance(known, dict) else {}
