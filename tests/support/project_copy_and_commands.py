"""Copies of the project, built or not, in which a test may change anything and run its commands.

A built copy takes what ``make book`` left in the project itself, so that no trial waits for a first
build of its own; keys are of content, so the copy is as fresh as its model.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMPILED = "book/_build/pycache"
"""Where the Makefile keeps compiled code, below the path of each source."""
LONGEST_COMMAND = 1200.0
"""Seconds that a command may take."""
_NOT_COPIED = shutil.ignore_patterns(
    *(".git", "__pycache__", "pycache", ".*_cache", ".ipynb_checkpoints", "measured", "scenes"),
)


def copy_project(folder: Path, *, built: bool) -> Path:
    """Copy the project; skip the test where a built copy is wanted and there is no build.

    Parameters
    ----------
    folder
        Place of the copy, which must not be there yet.
    built
        Whether to take the built pages and results along.
    """
    if built and not (ROOT / "book/_build/html/index.html").is_file():
        pytest.skip("the site is not built; run make book")
    environments = {path.parent.name for path in ROOT.glob("*/pyvenv.cfg")}

    def ignored(where: str, names: list[str]) -> set[str]:
        unwanted = {"results", *environments} if Path(where) == ROOT else set()
        unwanted |= set() if built else {"_build"}
        return _NOT_COPIED(where, names) | (unwanted & set(names))

    copy = Path(shutil.copytree(ROOT, folder, ignore=ignored, symlinks=True))
    if built:
        _link_compiled(ROOT / COMPILED, copy / COMPILED, ROOT, copy)
        _give_history(copy)
    return copy


def _give_history(copy: Path) -> None:
    """Give a copy a repository of its own, as far as the project is one.

    The site holds a zip of what git tracks, so without this the copy would print all pages anew.
    """
    if not (ROOT / ".git").exists():
        return
    bare = copy.with_name(f"{copy.name}.git")
    subprocess.run(["git", "clone", "-q", "--shared", "--bare", ROOT, bare], check=True)
    subprocess.run(["git", "-C", bare, "config", "core.bare", "false"], check=True)
    bare.rename(copy / ".git")
    subprocess.run(["git", "-C", copy, "read-tree", "HEAD"], check=True)


def _link_compiled(old: Path, new: Path, root: Path, copy: Path) -> None:
    """Take the compiled code along, which Python keeps by the path of each source.

    Python writes such a file anew and never into it, so both projects can hold the same ones.
    """
    package = root.relative_to(root.anchor) / "skytally"
    place = new / copy.relative_to(copy.anchor) / "skytally"
    if (old / package).is_dir():
        shutil.copytree(old, new, copy_function=_linked, dirs_exist_ok=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        (new / package).rename(place)


def linked_if_never_written(old: str, new: str) -> None:
    """Copy a file; link the editions and compiled code, most of the bytes, which nothing rewrites.

    Python replaces a compiled file and never writes into it; an edition is stored once.
    """
    place = Path(old)
    if "/data/editions/" in place.as_posix() or place.parent.name == "__pycache__":
        _linked(old, new)
    else:
        shutil.copy2(old, new)


def _linked(old: str, new: str) -> None:
    try:
        os.link(old, new)
    except OSError:  # a folder on another disk
        shutil.copy2(old, new)


def command_environment(folder: Path) -> dict[str, str]:
    """Build the environment of a command of the copy, without what the tests themselves set."""
    ours = ("MAKE", "MFLAGS", "SKYTALLY", "PYTEST", "PYTHON")
    inherited = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
    return {
        **inherited,
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }


def _run(folder: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env=command_environment(folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_COMMAND,
    )


def make(folder: Path, target: str) -> subprocess.CompletedProcess[str]:
    """Run a target of the copy's Makefile in the environment of the tests, installing nothing."""
    return _run(folder, ["make", "-o", "env", "-o", "dev", target, f"VENV={sys.prefix}"])


def run_python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python on the copy."""
    return _run(folder, [sys.executable, *arguments])
