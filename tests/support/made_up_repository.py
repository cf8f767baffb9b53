"""A git repository made of a folder, dated by hand."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

DATED = {"GIT_COMMITTER_DATE": "2026-01-04T23:30:00-05:00"}
NAME = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org")


def git(folder: Path, *words: str) -> None:
    """Run git in a folder, as nobody, on a day of its own."""
    subprocess.run(["git", *NAME, *words], cwd=folder, env={**os.environ, **DATED}, check=True)


def commit_all(folder: Path) -> None:
    """Make a repository of a folder, with one commit of all that lies in it."""
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "made up")
