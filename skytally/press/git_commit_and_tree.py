"""What git knows of the project: its commit, what was changed since, and older trees."""

from __future__ import annotations

import io
import subprocess
import tarfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from skytally.core import DataError

REGULAR, PROGRAM = "100", "100755"
"""How the mode of a regular file begins in git, and the mode of one that can be run."""


@dataclass(frozen=True)
class Commit:
    """The commit that is checked out."""

    hash: str
    """Its hash, in hexadecimal digits."""
    time: datetime
    """When it was committed, in UTC."""

    @property
    def day(self) -> str:
        """Its day in UTC, as ISO 8601."""
        return self.time.date().isoformat()


def _git(root: Path, *words: str) -> subprocess.CompletedProcess[bytes] | None:
    """Run git in a folder; None where there is no git."""
    try:
        return subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)
    except FileNotFoundError:
        return None


def _answer(root: Path, *words: str) -> str | None:
    run = _git(root, *words)
    return None if run is None or run.returncode else run.stdout.decode("utf-8", "replace")


def head(root: Path) -> Commit | None:
    """Commit of a project; None where its folder is no repository, or has no commit."""
    top = _answer(root, "rev-parse", "--show-toplevel")
    if top is None or Path(top.rstrip("\n")).resolve() != root.resolve():
        return None
    shown = _answer(root, "show", "-s", "--format=%H %ct", "HEAD")
    if shown is None:
        return None
    name, seconds = shown.split()
    return Commit(name, datetime.fromtimestamp(int(seconds), UTC))


def changed_since_commit(root: Path) -> list[str]:
    """Files that differ from the commit or are in no commit, ignored ones left out."""
    run = _git(root, "status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames")
    if run is None or run.returncode:
        return []
    entries = run.stdout.decode("utf-8", "replace").split("\0")
    return sorted(entry[3:] for entry in entries if entry)


def tracked_files(root: Path) -> dict[str, bool]:
    """List the files of a project that git tracks, by their paths below its folder.

    Parameters
    ----------
    root : Path
        Folder of the project.

    Returns
    -------
    dict of str to bool
        Path, with slashes, to whether the file can be run. Links and files that were deleted
        since are left out; empty where the folder is no repository of its own.
    """
    if head(root) is None:
        return {}
    listed = _answer(root, "ls-files", "--stage", "-z")
    found = {}
    for entry in (listed or "").split("\0"):
        about, _, path = entry.partition("\t")
        if about.startswith(REGULAR) and (root / path).is_file():
            found[path] = about.startswith(PROGRAM)
    return found


def committed_text(root: Path, path: str) -> str:
    """Text of a file in the commit that is checked out; empty where it has none.

    Parameters
    ----------
    root : Path
        Folder of the project.
    path : str
        Of the file, below that folder.

    Returns
    -------
    str
    """
    return (_answer(root, "show", f"HEAD:{path}") or "") if head(root) else ""


def write_tree(root: Path, commit: str, target: Path) -> None:
    """Write the files of a commit into a folder.

    Raises
    ------
    DataError
        If the history does not hold the commit.
    """
    run = _git(root, "archive", "--format=tar", commit)
    if run is None or run.returncode:
        said = "no git" if run is None else run.stderr.decode("utf-8", "replace").strip()
        message = f"commit {commit[:12]}: the history of this copy does not hold it ({said})"
        raise DataError(message)
    with tarfile.open(fileobj=io.BytesIO(run.stdout)) as archive:
        archive.extractall(target, filter="data")
