"""One build at a time in a folder: the lock that builds and editions hold."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from skytally.core import DataError
from skytally.press.project_paths import build_folder

LOCK = "lock"
"""File in the folder of what is built."""


@contextmanager
def file_lock(path: Path, message: str) -> Iterator[None]:
    """Hold the lock of a file.

    Parameters
    ----------
    path : Path
        Made where it is not there; its folder is.
    message : str
        What is said where another process holds it.

    Raises
    ------
    DataError
        If another process holds it.
    """
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataError(message) from error
        yield


@contextmanager
def build_lock() -> Iterator[None]:
    """Hold the lock of the folder of what is built.

    Raises
    ------
    DataError
        If another process holds it.
    """
    build_folder().mkdir(parents=True, exist_ok=True)
    with file_lock(
        build_folder() / LOCK, "another build is running in this folder; wait for it to end"
    ):
        yield
