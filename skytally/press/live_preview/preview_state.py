"""What a watch keeps in the folder of what is built, and the events of its steps by name."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from skytally.press.project_paths import build_folder

Event = dict[str, Any]
"""What a step says: its ``kind``, and what belongs to it."""

ENDED, READY = "ended", "ready"
"""Kinds of events of the warm process: a step ended; everything is imported."""
CHECKED, SHOWN, RUNNING, RUN, WAITING, PRINTED, FAULT = (
    "checked", "shown", "running", "run", "waiting", "printed", "fault",
)  # fmt: skip
"""Kinds of events."""
PAGES, PRINT = "pages", "print"
"""Names of the steps that print single pages, and the whole site."""
STAGE_KEY = "watched.key"
"""File in a stage: the key of the site that was printed from it."""


def watch_folder() -> Path:
    """Folder of what only a watch keeps."""
    return build_folder() / "watch"


def shown_folder(prints: int) -> Path:
    """Folder of pages that are newer than the site.

    Parameters
    ----------
    prints : int
        Whole prints of this watch so far: what a stopped step still writes belongs to its own.
    """
    return watch_folder() / f"shown-{prints}"


def _seconds_path() -> Path:
    return watch_folder() / "seconds.json"


def last_seconds() -> dict[str, float]:
    """Seconds that the last run of each notebook took, and of the last whole print (`PRINTED`)."""
    try:
        return dict(json.loads(_seconds_path().read_bytes()))
    except (OSError, ValueError):
        return {}


def remember_seconds(name: str, seconds: float) -> None:
    """Keep the seconds that a run or print took, for what the next one is said to take."""
    beside = _seconds_path().with_name(".seconds.json")
    beside.write_text(json.dumps({**last_seconds(), name: round(seconds, 1)}), encoding="utf-8")
    beside.replace(_seconds_path())


def stage_key(stage: Path) -> str:
    """Key of the site that was printed from a stage; empty where it was not printed whole."""
    path = stage / STAGE_KEY
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def current_stage() -> Path | None:
    """Stage of the last whole print; None where its site was replaced by another build."""
    try:
        key = json.loads((build_folder() / "site.json").read_bytes())["key"]
    except (OSError, ValueError, KeyError):
        return None
    for stage in sorted(watch_folder().glob("stage-?")):
        if stage_key(stage) == key:
            return stage
    return None


def known_modules() -> list[str]:
    """Modules that the last whole print had loaded; none before the first."""
    try:
        return list(json.loads((watch_folder() / "modules.json").read_bytes()))
    except (OSError, ValueError):
        return []


def remember_modules() -> None:
    """Add the names of the modules that this process has loaded to those known."""
    beside = watch_folder() / ".modules.json"
    names = sorted({*known_modules(), *sys.modules})
    beside.write_text(json.dumps(names), encoding="utf-8")
    beside.replace(watch_folder() / "modules.json")
