"""Software hash identifiers (SWHID): names of contents that anyone can recompute.

The hashes are those of git: a content is hashed as a blob, a folder as a tree.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

FILE, PROGRAM, LINK, FOLDER = "100644", "100755", "120000", "40000"
"""Modes of the entries of a folder, as git writes them."""


def _git_hash(kind: str, content: bytes) -> bytes:
    header = f"{kind} {len(content)}\0".encode()
    # the published algorithm: a name of contents, and no defence against forgery
    return hashlib.sha1(header + content, usedforsecurity=False).digest()


def content_id(content: bytes) -> str:
    """SWHID of the bytes of a file.

    References
    ----------
    ISO/IEC 18670:2025, SWHID specification, section 5.2.

    Examples
    --------
    >>> content_id(b"")
    'swh:1:cnt:e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'
    """
    return f"swh:1:cnt:{_git_hash('blob', content).hex()}"


def entry_of(path: Path) -> tuple[str, bytes]:
    """Mode and hash of a file as an entry of its folder; a link stands for its own target."""
    if path.is_symlink():
        return LINK, _git_hash("blob", os.fsencode(path.readlink()))
    mode = PROGRAM if os.access(path, os.X_OK) else FILE
    return mode, _git_hash("blob", path.read_bytes())


def _tree(entries: Mapping[str, tuple[str, bytes]]) -> bytes:
    here: dict[str, tuple[str, bytes]] = {}
    below: dict[str, dict[str, tuple[str, bytes]]] = {}
    for name, entry in entries.items():
        first, slash, rest = name.partition("/")
        if slash:
            below.setdefault(first, {})[rest] = entry
        else:
            here[first] = entry
    here |= {name: (FOLDER, _tree(inner)) for name, inner in below.items()}
    # git sorts a folder as if its name ended in a slash
    ordered = sorted(
        here.items(), key=lambda each: f"{each[0]}{'/' * (each[1][0] == FOLDER)}".encode()
    )
    return _git_hash(
        "tree", b"".join(f"{mode} {name}\0".encode() + digest for name, (mode, digest) in ordered)
    )


def folder_id(entries: Mapping[str, tuple[str, bytes]]) -> str:
    """SWHID of a folder with the files below it.

    Parameters
    ----------
    entries : mapping of str to tuple
        Path below the folder, with slashes, to the mode and hash that `entry_of` gives.

    Returns
    -------
    str

    References
    ----------
    ISO/IEC 18670:2025, SWHID specification, section 5.3.

    Examples
    --------
    >>> folder_id({})
    'swh:1:dir:4b825dc642cb6eb9a060e54bf8d69288fbee4904'
    """
    return f"swh:1:dir:{_tree(entries).hex()}"


def revision_id(commit: str) -> str:
    """SWHID of a commit of git."""
    return f"swh:1:rev:{commit}"
