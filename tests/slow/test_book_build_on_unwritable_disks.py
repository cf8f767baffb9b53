"""Building and checking on disks that refuse writes: one message, nothing lost.

What the system says is the system's own: the disks are mounted. Refreshes onto such disks are
tried in `test_killed_refresh_and_failing_disks`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import refresh_onto_failing_disks as disks

pytestmark = pytest.mark.slow

SITE = "html/index.html"
BUILD, CHECK = "skytally.press.build_command", "skytally.press.data_and_parameter_check_command"
ENDS = {
    "full": "found No space left on device; free some space on the disk, and run it again",
    "read-only": "found Read-only file system; work in a copy of the project that can be written",
}


@pytest.fixture
def project(root: Path, tmp_path: Path) -> Iterator[Path]:
    """Copy of the project whose folder of what is built, with a site in it, is a small disk."""
    made = tmp_path / "project"
    ignored = shutil.ignore_patterns("_build", "params", "scenes", "measured", ".*")
    for part in ("data", "notebooks", "book"):
        shutil.copytree(root / part, made / part, ignore=ignored)
    try:
        with disks.disk(made / "book/_build") as folder:
            (folder / "html").mkdir()
            (folder / SITE).write_text("the last good site", encoding="utf-8")
            yield made
    except disks.MountError as error:
        pytest.skip(f"no disk can be mounted here: {error}")


def _run(module: str, project: Path) -> subprocess.CompletedProcess[str]:
    words = {**os.environ, "SKYTALLY_PROJECT": str(project)}
    command = [sys.executable, "-m", module]
    return subprocess.run(command, env=words, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("kind", ENDS)
def test_a_build_on_a_disk_that_refuses_ends_in_one_message(project: Path, kind: str) -> None:
    """It names the folder and what to do, before a notebook runs; the last site stays."""
    # a check needs no disk: what it would remember is only a shorter next check
    folder = project / "book/_build"
    hinder = {"full": disks.fill(disks.LAST_BYTES), "read-only": disks.close}[kind]
    hinder(folder)
    assert _run(CHECK, project).returncode == 0
    built = _run(BUILD, project)
    assert built.returncode == 1
    first, last = built.stderr.splitlines()
    assert first.startswith(str(folder))
    assert first.endswith(ENDS[kind])
    assert last == "the last good site stays"
    assert "running" not in built.stdout
    assert (folder / SITE).read_text(encoding="utf-8") == "the last good site"
