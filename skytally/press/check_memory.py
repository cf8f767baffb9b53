"""Memory of the last check that passed: the key of all that findings and claims are made from."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from skytally.core import data_folder, data_registry
from skytally.press.project_paths import (
    PACKAGE,
    book_folder,
    build_folder,
    lines_folder,
    lock_file,
    notebooks_folder,
)

MEMORY = "findings_checked.key"
"""File in the folder of what is built; whoever removes it only makes the next check longer."""


def _files() -> Iterator[Path]:
    """Every file whose content may change what a finding or a claim is, in a fixed order."""
    for name, folders, files in os.walk(data_folder()):
        folders[:] = sorted(set(folders) - {data_registry.SCENES, data_registry.MEASURED})
        yield from (Path(name) / file for file in sorted(files))
    yield from sorted(PACKAGE.rglob("*.py"))
    yield from sorted(notebooks_folder().rglob("*.ipynb"))
    yield from sorted(notebooks_folder().rglob("*.yml"))
    yield from sorted(lines_folder().glob("*/findings.json"))


def content_key() -> str:
    """Key of data, notebooks, results, package, lock and pages on which findings stand."""
    digest = sha256(sys.version.encode())
    lock = lock_file()
    for path in (*_files(), *([lock] if lock else [])):
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    digest.update("\n".join(sorted(page.name for page in book_folder().glob("*.md"))).encode())
    return digest.hexdigest()


def was_in_order(key: str) -> bool:
    """Whether the last check that passed had this key."""
    with contextlib.suppress(OSError):
        return (build_folder() / MEMORY).read_text(encoding="utf-8") == key
    return False


def remember(key: str) -> None:
    """Keep the key of a check that passed; in a folder that cannot be written nothing is kept."""
    with contextlib.suppress(OSError):
        build_folder().mkdir(parents=True, exist_ok=True)
        beside = build_folder() / f".{MEMORY}.{os.getpid()}"
        beside.write_text(key, encoding="utf-8")
        beside.replace(build_folder() / MEMORY)
