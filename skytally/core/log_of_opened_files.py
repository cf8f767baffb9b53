"""Files of the project that a notebook opens by their paths, in the log of what it reads."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from importlib.util import source_from_cache
from pathlib import Path
from types import FrameType
from typing import Any

from skytally.core.log_of_data_read import note_read
from skytally.core.project_root_lookup import REGISTRY, data_folder, project_root

PERHAPS = "?"
"""Begins the line of a file that the package opened: it counts unless it was read by its slug."""
PACKAGE = str(Path(__file__).resolve().parents[1]) + os.sep
BUILT = ("book", "_build")
"""Folder of what is built, in the project."""
COMPILED = "__pycache__"
INSTALLED = "site-packages"
BESIDE = (".dictionary.csv", "/vocabulary.csv", REGISTRY)
"""How the names of files end that are read with a table, and count with it."""
LEAST_POINTS = 2
"""Points in the name of a compiled module, whose source can be told from it."""


def _in_project(path: str) -> str:
    """Path of a file relative to the project; empty for one that is no part of what it says."""
    if path.startswith(PACKAGE):
        return ""
    for full in (os.path.abspath(path), os.path.realpath(path)):  # noqa: PTH100 - links stay
        file, root = Path(full), project_root()
        if root not in file.parents:
            continue
        parts = file.relative_to(root).parts
        hidden = any(part.startswith(".") for part in parts)
        if hidden or parts[:2] == BUILT or INSTALLED in parts or full.startswith(PACKAGE):
            return ""
        if COMPILED in parts:
            known = parts[-1].count(".") >= LEAST_POINTS
            return _in_project(source_from_cache(full)) if known else ""
        return Path(*parts).as_posix()
    return ""


def _by_package(frame: FrameType | None) -> bool:
    """Whether a function of the package is at work."""
    while frame:
        if frame.f_code.co_filename.startswith(PACKAGE) and frame.f_code.co_filename != __file__:
            return True
        frame = frame.f_back
    return False


def name_in_log(path: str) -> str:
    """Line of the log for a file, relative to the data folder; empty where it is none to log.

    Parameters
    ----------
    path : str
        Of any file, absolute or from the working directory.
    """
    name = _in_project(path)
    return Path(os.path.relpath(project_root() / name, data_folder())).as_posix() if name else ""


def _note_opened(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "open" or not isinstance(arguments[0], str | bytes | os.PathLike):
        return
    if (arguments[2] or 0) & os.O_ACCMODE != os.O_RDONLY:
        return
    name = name_in_log(os.fsdecode(arguments[0]))
    if name:
        mark = PERHAPS if _by_package(sys._getframe()) else ""
        note_read(f"{mark}{name}")


def log_opened_files() -> None:
    """Log from now on each file of the project that this process opens to read it.

    What a library opens without Python, such as NetCDF or an image, is not seen.
    """
    sys.addaudithook(_note_opened)


def log_imported_files() -> None:
    """Log the modules of this process that lie in the project and are none of the package."""
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if isinstance(path, str) and (name := name_in_log(path)):
            note_read(name)


def _covered(name: str, read: set[str]) -> bool:
    """Whether what was read by slug says all of a file: as it is, as its table, as its folder."""
    folder = name.rpartition("/")[0]
    return (
        name.endswith(BESIDE)
        or name in read
        or any(folder == each or folder.startswith(f"{each}/") for each in read)
    )


def counted_reads(lines: Iterable[str]) -> Iterator[str]:
    """Lines of a log of reads that count.

    Parameters
    ----------
    lines : iterable of str
        Lines of the log.

    Yields
    ------
    str
        Without the files that the package opened to read what it logged by slug, whole or in
        part; any other that it opened was given to it by its path.
    """
    log = set(lines)
    opened = {each for each in log if each.startswith(PERHAPS)}
    read = {each.partition("#")[0] for each in log - opened}
    yield from log - opened
    for each in opened:
        name = each.removeprefix(PERHAPS)
        if not _covered(name, read):
            yield name
