"""Results of earlier runs, kept by content key, so that a change taken back reruns nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from skytally.press import notebook_and_site_content_keys
from skytally.press.project_paths import build_folder, line_names, lines_folder

KEPT_PER_LINE = 8
"""Most results of a line that are kept."""
KEPT_BYTES = 300_000_000
"""Most room that the results kept may take together; a line's take about one megabyte."""


def _store() -> Path:
    return build_folder() / "results"


def put_away(line: str) -> None:
    """Move a line's results to the store, if they are whole; else remove them."""
    current = lines_folder() / line
    if not current.exists():
        return
    if not notebook_and_site_content_keys.is_whole(current):
        shutil.rmtree(current)
        return
    target = _store() / line / notebook_and_site_content_keys.result_key(current)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    current.rename(target)
    # the order in which results are removed goes by this time
    os.utime(target)


def bring_back(line: str) -> bool:
    """Put results of an earlier run in place that are those of the line as it is now.

    Returns
    -------
    bool
        Whether there were any.
    """
    for stored in sorted((_store() / line).glob("*")):
        if notebook_and_site_content_keys.is_fresh(line, stored):
            put_away(line)
            stored.rename(lines_folder() / line)
            return True
    return False


def _bytes_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def remove_oldest() -> None:
    """Remove the results that were not used for longest, until the store is within its bounds."""
    newest_first = sorted(_store().glob("*/*"), key=lambda each: -each.stat().st_mtime)
    names, room, kept = set(line_names()), KEPT_BYTES, dict.fromkeys(line_names(), 0)
    for folder in newest_first:
        line = folder.parent.name
        room -= _bytes_of(folder)
        if line not in names or kept[line] >= KEPT_PER_LINE or room < 0:
            shutil.rmtree(folder)
        else:
            kept[line] += 1
