"""Refreshes onto real disks that refuse writes: one full, one mounted read-only.

What the system says is the system's own here. Mounting needs the right to do so.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from skytally.core import data_registry
from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.image_provider_table import Provider
from skytally.press import image_refresh_and_measurement_command as press
from tests.support import simulated_scenes_and_sites as chips
from tests.support.image_store_fault_trials import (
    LOST,
    PERIOD,
    SILENT,
    TOLD,
    Outcome,
    content,
    ended,
    start,
)

SIZE = 2 * chip_store.RESERVED_BYTES
"""Bytes of the disk: room for the scenes and for what is left to everybody else."""
LAST_BYTES = 20_000
"""Bytes left on the disk that is full to the last: less than a chip."""
FILLER = "filler"
Hinder = Callable[[Path], None]


class MountError(Exception):
    """No file system can be mounted on this machine."""


def _command(*words: str) -> None:
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        message = f"there is no command {words[0]}"
        raise MountError(message) from None
    if done.returncode:
        raise MountError(done.stderr.strip())


@contextlib.contextmanager
def disk(folder: Path) -> Iterator[Path]:
    """Mount an empty in-memory disk on a folder; unmount it at the end."""
    folder.mkdir()
    _command("mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        _command("umount", str(folder))
        folder.rmdir()


def fill(leave: int) -> Hinder:
    """Return a function that fills a disk except for some bytes."""

    def fill_disk(folder: Path) -> None:
        with (folder / FILLER).open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(folder).free - leave)

    return fill_disk


def close(folder: Path) -> None:
    """Mount a disk anew, so that it can only be read."""
    _command("mount", "-o", "remount,ro", str(folder))


def _relieve(folder: Path) -> None:
    _command("mount", "-o", "remount,rw", str(folder))
    (folder / FILLER).unlink(missing_ok=True)


def _refresh(scenes: Path, tables: Path, row: Provider, *words: str, spare: int) -> tuple[int, str]:
    """Run the refresh command; return its exit code and error output."""
    # beside the archive, for the disk of the scenes or the tables may be full
    said = Path(row.url).with_name("said.txt")
    own_folders = {
        press.SCENES: str(scenes),
        data_registry.MEASURED_FOLDER: str(said.with_name("measured")),
    }

    def work() -> None:
        with (
            mock.patch.object(press, "data_folder", return_value=tables),
            mock.patch.object(press, "read_sites", return_value={"here": chips.site()}),
            mock.patch.object(press, "read_providers", return_value={row.name: row}),
            mock.patch.object(chip_store, "RESERVED_BYTES", spare),
            mock.patch.dict(os.environ, own_folders),
            mock.patch.object(sys, "argv", ["refresh", f"--period={'/'.join(PERIOD)}", *words]),
            said.open("w", encoding="utf-8") as file,
            contextlib.redirect_stderr(file),
            contextlib.redirect_stdout(io.StringIO()),
        ):
            code = press.main()
        os._exit(code)

    code = ended(start(work))
    return code, said.read_text(encoding="utf-8")


CASES: tuple[tuple[str, str, Hinder, int, str], ...] = (
    (
        "a full disk",
        "scenes",
        fill(chip_store.RESERVED_BYTES),
        chip_store.RESERVED_BYTES,
        "no room for more",
    ),
    ("a disk full to the last bytes", "scenes", fill(LAST_BYTES), 0, "no room for more"),
    ("a disk full to the last byte", "tables", fill(0), 0, "no room for more"),
    (
        "a disk mounted for reading",
        "scenes",
        close,
        chip_store.RESERVED_BYTES,
        "give write access",
    ),
    (
        "a disk mounted for reading",
        "tables",
        close,
        chip_store.RESERVED_BYTES,
        "give write access",
    ),
)
"""Name, what lies on the disk, how it is hindered, the room left to others, what must be said."""


def _try(
    folder: Path,
    row: Provider,
    right: dict[str, bytes],
    budget: str,
    case: tuple[str, str, Hinder, int, str],
) -> Outcome:
    name, where, hinder, spare, words = case
    with disk(folder / "disk") as mounted:
        places = {each: folder / each for each in ("scenes", "tables")}
        places[where] = mounted / where
        places["tables"].mkdir()
        chips.tables(places["tables"])
        scenes, tables = places["scenes"], places["tables"]
        _refresh(scenes, tables, row, budget, spare=spare)
        kept = _kept(places, where)
        hinder(mounted)
        code, told = _refresh(scenes, tables, row, spare=spare)
        clear = code == 1 and words in told and "nothing that was stored is lost" in told
        clear &= len(told.splitlines()) == 1
        now = _both(scenes, tables)
        whole = len(kept) > 1 and all(now.get(path) == data for path, data in kept.items())
        _relieve(mounted)
        code, _ = _refresh(scenes, tables, row, spare=spare)
        whole &= code == 0 and _both(scenes, tables) == right
        for place in places.values():
            shutil.rmtree(place)
    outcome = TOLD if clear and whole else (LOST if clear else SILENT)
    return Outcome(name, where, "once", outcome, told.strip()[max(0, told.find(words)) :])


def _kept(places: dict[str, Path], where: str) -> dict[str, bytes]:
    """Files that must be unchanged after a refused refresh, with their contents."""
    chips_of = {path: data for path, data in content(places["scenes"]).items() if "/." not in path}
    # the tables that can be written tell of the refusal; those that cannot stay as they are
    return chips_of | (content(places["tables"]) if where == "tables" else {})


def _both(scenes: Path, tables: Path) -> dict[str, bytes]:
    return content(scenes) | content(tables)


def trial(folder: Path) -> list[Outcome]:
    """Refresh onto each disk that refuses, half of the scenes stored, then onto a sound one.

    Raises
    ------
    MountError
        If nothing can be mounted here.
    """
    row = chips.catalogue(folder / "archive", 3)
    scenes, tables = folder / "scenes", folder / "tables"
    tables.mkdir()
    chips.tables(tables)
    _refresh(scenes, tables, row, spare=0)
    right = _both(scenes, tables)
    budget = f"--budget={chip_store.store_bytes(scenes) // 2}"
    shutil.rmtree(scenes)
    shutil.rmtree(tables)
    return [_try(folder, row, right, budget, case) for case in CASES]
