"""Images to count on, and counts set on them, all made up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from skytally.imagery.simulate import PRACTICE, write_practice
from skytally.recount import CountImage, CountState, CountTask
from skytally.recount.object_mark import POINT, Mark


def task_of(path: Path, *, counter: str = "first-desk", what: str = "railcars") -> CountTask:
    """Name a count on an image file."""
    image = CountImage(path)
    identity = image.identity
    image.close()
    return CountTask(identity, what, "tumangang-rail-facility", counter, "2023-10-05", "planet")


def practice_file(folder: Path, *, what: str = "railcars", seed: int = 1) -> Path:
    """Draw a simulated image."""
    path = folder / f"{what}-{seed}.tif"
    write_practice(PRACTICE[what](seed), path)
    return path


def finished(task: CountTask, *marks: Mark, share: float = 1.0, **changes: Any) -> CountState:
    """Make a finished count of some marks."""
    hidden = "" if share == 1 else "cloud"
    return CountState(
        replace(task, **changes), {mark.name: mark for mark in marks}, share, hidden, "2026-11-29"
    )


def points(*places: tuple[float, float], certainty: str = "sure", stem: str = "m") -> list[Mark]:
    """Make points at columns and rows."""
    return [Mark(f"{stem}{i}", POINT, certainty, (place,)) for i, place in enumerate(places)]
