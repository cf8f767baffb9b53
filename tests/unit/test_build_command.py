"""The build: where it cannot write, it says so once and the last good site stays."""

from __future__ import annotations

import shutil
from typing import Any


def test_a_build_whose_folder_cannot_be_made_says_so_once(project: Any) -> None:
    """A file in the place of the folder of what is built: one message, and no traceback."""
    shutil.rmtree(project.folder / "book/_build")
    (project.folder / "book/_build").write_text("no folder", encoding="utf-8")
    run = project.run("-m", "skytally.press.build_command")
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "book/_build" in run.stderr
    assert run.stderr.endswith("the last good site stays\n")
