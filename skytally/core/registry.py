"""Slug to path: the only module that knows where data lie.

Frozen files carry a hash and are refused when it differs. Working tables are meant to be
edited, so git keeps their history and `make check` their shape.
"""

from __future__ import annotations

import hashlib
import os
import tomllib
from pathlib import Path

from skytally.core.errors import DataError, IntegrityError

ROOT = Path(__file__).resolve().parents[2] / "data"
READ_LOG = "SKYTALLY_READ_LOG"
"""Environment variable naming a file to which each slug that is asked for is appended."""
SCENES_AT = "SKYTALLY_SCENES"
"""Environment variable naming the folder of scenes, where it is not ``data/scenes``."""
SCENES = "scenes"


def entries(root: Path = ROOT) -> dict[str, dict[str, str]]:
    """Read the register.

    Parameters
    ----------
    root : Path
        The folder that holds ``registry.toml``.

    Returns
    -------
    dict
        Slug to its row: ``file``, ``source``, ``licence``, ``retrieved``, and ``sha256``
        where the file is frozen.
    """
    with (root / "registry.toml").open("rb") as file:
        return tomllib.load(file)


def path(slug: str, *, root: Path = ROOT) -> Path:
    """Give the path of a registered file.

    Parameters
    ----------
    slug : str
        A table name of ``data/registry.toml``.
    root : Path
        The data folder.

    Returns
    -------
    Path
        Of an existing file; verified where the register holds its hash.

    Raises
    ------
    DataError
        If the slug is not registered or its file is missing.
    IntegrityError
        If a frozen file has another hash than the registered one.
    """
    known = entries(root)
    if slug not in known:
        message = f"data/registry.toml: no entry {slug!r}; known: {', '.join(sorted(known))}"
        raise DataError(message)
    target = root / known[slug]["file"]
    if not target.is_file():
        message = f"data/{known[slug]['file']}: registered as {slug!r} but missing; restore it"
        raise DataError(message)
    expected = known[slug].get("sha256")
    if expected:
        found = hashlib.sha256(target.read_bytes()).hexdigest()
        if found != expected:
            message = (
                f"data/{known[slug]['file']}: a frozen file was changed "
                f"(sha256 {found[:12]}, registered {expected[:12]}); restore it from git"
            )
            raise IntegrityError(message)
    _noted(known[slug]["file"])
    return target


def _noted(read: str) -> None:
    log = os.environ.get(READ_LOG)
    if log:
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(f"{read}\n")


def scenes(*, root: Path = ROOT) -> Path:
    """Give the folder of the scenes acquired on this machine, which need not exist.

    Parameters
    ----------
    root : Path
        The data folder.

    Returns
    -------
    Path
        That of the environment variable ``SKYTALLY_SCENES``, else ``scenes`` in the data folder.
        What lies there counts as read.
    """
    _noted(SCENES)
    return Path(os.environ.get(SCENES_AT) or root / SCENES)


def folder(name: str, *, root: Path = ROOT) -> Path:
    """Give a folder of the data whose files are read together, such as the sites.

    Parameters
    ----------
    name : str
        The folder, relative to the data folder.
    root : Path
        The data folder.

    Returns
    -------
    Path
        Of an existing folder; each of its registered files was asked for, as by `path`, so
        that a change of any of them counts as a change of what was read.

    Raises
    ------
    DataError
        If no registered file lies there, or one is missing.
    """
    slugs = [slug for slug, each in entries(root).items() if each["file"].startswith(f"{name}/")]
    if not slugs:
        message = f"data/registry.toml: no entry lies in {name!r}; register its files"
        raise DataError(message)
    for slug in slugs:
        path(slug, root=root)
    return root / name
