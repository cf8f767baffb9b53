"""The folder of the book's project: where data, notebooks and pages of this run lie."""

from __future__ import annotations

import functools
import os
from pathlib import Path

from skytally.core.errors_and_fault_lists import DataError

PROJECT_VARIABLE = "SKYTALLY_PROJECT"
"""Environment variable naming the project's folder, where the working directory is not in it."""
REGISTRY = "registry.toml"
"""The file of the data folder by which a project is known."""


@functools.lru_cache(maxsize=64)
def _resolved(named: str | None, start: str) -> Path:
    if named:
        folder = Path(named).expanduser().resolve()
        if (folder / "data" / REGISTRY).is_file():
            return folder
        message = (
            f"{PROJECT_VARIABLE}: found {named!r}, which holds no data/{REGISTRY}; "
            f"name the folder of a project, or unset it and work inside that folder"
        )
        raise DataError(message)
    for folder in (Path(start), *Path(start).parents):
        if (folder / "data" / REGISTRY).is_file():
            return folder
    message = (
        f"found no data/{REGISTRY} in {start} or above; "
        f"change into the folder of a project, or name it in {PROJECT_VARIABLE}"
    )
    raise DataError(message)


def project_root() -> Path:
    """Folder of the project that this process works on.

    The package may be installed anywhere and print several books, so the place of its own files
    says nothing about the project.

    Returns
    -------
    Path
        The folder named by ``SKYTALLY_PROJECT``, else the nearest folder at or above the working
        directory that holds ``data/registry.toml``.

    Raises
    ------
    DataError
        If the named folder is no project, or none is found.
    """
    return _resolved(os.environ.get(PROJECT_VARIABLE), os.getcwd())  # noqa: PTH109 - a str, to be cached


def data_folder() -> Path:
    """Folder of the project's data.

    Raises
    ------
    DataError
        As `project_root`.
    """
    return project_root() / "data"
