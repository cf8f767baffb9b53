"""Trials of interrupted or damaged refreshes: kill, obstruct or corrupt one, then run it again.

Every trial starts a copy of this process, so that killing it costs nobody else anything.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
import resource
import shutil
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skytally.core.errors_and_fault_lists import IntegrityError
from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.byte_range_fetching import FetchSettings
from skytally.imagery.acquire.image_provider_table import Provider
from skytally.imagery.acquire.inventory_and_search_log import read_inventory, read_searches
from skytally.imagery.acquire.monthly_coverage_losses_and_gaps import check_accounts
from skytally.imagery.pipeline.image_store_and_inventory_refresh import refresh_store
from tests.support import simulated_scenes_and_sites as chips

PERIOD = ("2023-08-01", "2023-12-31")
QUICK = FetchSettings(tries=2, pause_s=0.01, deadline_s=10)
SAME, LOST = "same store after the next refresh", "STORE DIFFERS"
FOUND, UNSEEN = "found on reading", "NOT FOUND"
TOLD, SILENT = "clear message, nothing lost", "NOT TOLD"
CALLS = ("open", "write", "fsync", "replace", "unlink", "mkdir")
"""Calls of the system that change the disk; each is met before it and, for write, halfway."""


@dataclass(frozen=True)
class Outcome:
    """One row of the table of crashes."""

    case: str
    """What was done."""
    where: str
    """To what."""
    how_often: str
    """How many times."""
    outcome: str
    """What came of it, the same words each time."""
    detail: str
    """What was seen."""

    def row(self, date: str) -> dict[str, str]:
        """Table row of the outcome with its date."""
        return {**vars(self), "date": date}


def run(folder: Path, row: Provider) -> Any:
    """Run a refresh with the ordinary settings."""
    folder.mkdir(exist_ok=True)
    return refresh_store(
        [chips.site()],
        [row],
        PERIOD,
        folder=folder / "scenes",
        today="2026-11-22",
        settings=QUICK,
        **chips.tables(folder),
    )


def content(folder: Path) -> dict[str, bytes]:
    """Contents of every file that a refresh wrote, leftovers included, by relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != chip_store.LOCK_FILE
    }


def start(work: Callable[[], object]) -> int:
    """Do some work in a fork of this process; return its process id."""
    process = os.fork()
    if process:
        return process
    code = 1
    with contextlib.suppress(BaseException):
        work()
        code = 0
    os._exit(code)


def ended(process: int) -> int:
    """Wait for a process; return its exit code, or minus its signal number."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _kind(what: object) -> str:
    """Kind of file that a system call concerns; empty for none."""
    name = os.fspath(what) if isinstance(what, str | os.PathLike) else ""
    if not name:
        return ""
    for part, kind in ((".tif", "chip"), (".csv", "table"), ("rings", "measurements")):
        if part in Path(str(name)).name:
            return kind
    return "manifest" if ".json" in str(name) else "folder"


class Strike:
    """Counts the calls that change the disk, and kills this process at one of them."""

    def __init__(self, at: int, log: Path | None = None) -> None:
        """Kill at the call of that number; with a log, only record the calls."""
        self.at, self.log, self.count = at, log, 0
        self.opened: dict[int, str] = {}

    def install(self) -> None:
        """Patch every disk-changing call."""
        for name in CALLS:
            setattr(os, name, self.before(name, getattr(os, name)))

    def before(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a call so that the process can be killed just before it."""

        def call(*words: Any, **named: Any) -> Any:
            if name == "open" and not (len(words) > 1 and words[1] & os.O_CREAT):
                return self.note(real(*words, **named), words[0])
            kind = self.opened.get(words[0], "folder") if name in ("write", "fsync") else ""
            self.blow(name, kind or _kind(words[0]), halfway=None)
            if name == "write":
                self.blow(name, f"{kind}, halfway", halfway=(real, words))
            found = real(*words, **named)
            return self.note(found, words[0]) if name == "open" else found

        return call

    def note(self, handle: int, path: object) -> int:
        """Record the kind of an opened file by its descriptor."""
        self.opened[handle] = _kind(path)
        return handle

    def blow(self, name: str, kind: str, *, halfway: Any) -> None:
        """Count the call, and kill the process at the chosen one."""
        self.count += 1
        if self.log is not None:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(f"{name}\t{kind}\n")
        if self.count == self.at:
            if halfway is not None:
                real, (handle, data) = halfway
                real(handle, bytes(data)[: len(data) // 2])
            os.kill(os.getpid(), signal.SIGKILL)


def calls(folder: Path, row: Provider) -> list[tuple[str, str]]:
    """Every disk-changing call of a whole refresh: name and kind of file."""
    log = folder / "calls.txt"
    log.unlink(missing_ok=True)

    def work() -> None:
        Strike(-1, log).install()
        run(folder / "logged", row)

    # the log itself is written by other means than those that are counted
    if ended(start(work)):
        message = "the refresh that was to be watched failed"
        raise RuntimeError(message)
    shutil.rmtree(folder / "logged")
    found = [line.split("\t") for line in log.read_text(encoding="utf-8").splitlines()]
    return [(name, kind) for name, kind in found]


def _again(folder: Path, row: Provider, right: dict[str, bytes]) -> bool:
    """Refresh again; check that the result equals an undisturbed run and is fully accounted for."""
    if ended(start(lambda: run(folder, row))):
        return False
    check_accounts(
        read_searches(folder / "catalogue_searches.csv"), read_inventory(folder / "inventory.csv")
    )
    return content(folder) == right


def killed_at_every_call(folder: Path, row: Provider, right: dict[str, bytes]) -> Iterator[Outcome]:
    """Kill a refresh at each call that changes the disk, and run it again."""
    tried: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for at, (name, kind) in enumerate(calls(folder, row), start=1):
        here = folder / "struck"
        shutil.rmtree(here, ignore_errors=True)

        def work(at: int = at, here: Path = here) -> None:
            here.mkdir()
            chips.tables(here)
            Strike(at).install()
            run(here, row)

        code = ended(start(work))
        tried[name, kind].append(code == -signal.SIGKILL and _again(here, row, right))
    for (name, kind), sound in tried.items():
        yield Outcome(
            f"killed at {name}",
            kind,
            f"each of {len(sound)} calls" if len(sound) > 1 else "its one call",
            SAME if all(sound) else LOST,
            f"{sum(sound)} of {len(sound)} the same to the bit",
        )


def killed_at_random(
    folder: Path, row: Provider, right: dict[str, bytes], *, times: int, seed: int
) -> Outcome:
    """Kill a refresh at random moments, and run it again."""
    dice = random.Random(seed)
    begun = time.monotonic()
    ended(start(lambda: run(folder / "timed", row)))
    lasts = time.monotonic() - begun
    shutil.rmtree(folder / "timed")
    sound = struck = 0
    for _ in range(times):
        here = folder / "struck"
        shutil.rmtree(here, ignore_errors=True)
        here.mkdir()
        chips.tables(here)
        process = start(lambda here=here: run(here, row))  # type: ignore[misc]
        time.sleep(dice.uniform(0, lasts))
        os.kill(process, signal.SIGKILL)
        struck += ended(process) == -signal.SIGKILL
        sound += _again(here, row, right)
    return Outcome(
        "killed at a random moment",
        "a whole refresh",
        f"{times} times",
        SAME if sound == times else LOST,
        f"{sound} of {times} the same to the bit, {struck} of them still at work when killed",
    )


def flipped_bits(folder: Path, row: Provider, *, times: int, seed: int) -> Iterator[Outcome]:
    """Turn single bits of stored files, one at a time, and read."""
    dice = random.Random(seed)
    ended(start(lambda: run(folder / "spoiled", row)))
    scenes = folder / "spoiled" / "scenes"
    for ending, kind in ((".tif", "chip"), (".json", "manifest")):
        path = next((scenes / "here").glob(f"[!.]*{ending}"))
        whole, found = path.read_bytes(), 0
        for _ in range(times):
            bit = dice.randrange(8 * len(whole))
            spoiled = bytearray(whole)
            spoiled[bit // 8] ^= 1 << bit % 8
            path.write_bytes(spoiled)
            try:
                chip_store.read_chip(scenes, "here", path.name.removesuffix(ending))
            except IntegrityError:
                found += 1
        path.write_bytes(whole)
        yield Outcome(
            "one bit turned",
            kind,
            f"{times} bits",
            FOUND if found == times else UNSEEN,
            f"{found} of {times} found",
        )


def _refused(code: int, allowed: int) -> Callable[[], None]:
    """Patch that makes the system refuse to open files for writing after `allowed` of them."""
    real, opened = os.open, []

    def refuse(path: Any, flags: int, *words: Any, **named: Any) -> int:
        if flags & os.O_CREAT and str(path).endswith(chip_store.TEMPORARY_SUFFIX):
            opened.append(path)
            if len(opened) > allowed:
                raise OSError(code, os.strerror(code))
        return real(path, flags, *words, **named)

    def install() -> None:
        os.open = refuse

    return install


def _small_files() -> None:
    """Limit the size of files to some thousand bytes, as on a full disk."""
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))


def hindered(folder: Path, row: Provider, right: dict[str, bytes]) -> Iterator[Outcome]:
    """Refresh on a full or read-only disk, then on a writable one."""
    kinds: list[tuple[str, str, Callable[[], None], str]] = [
        ("no room for a file", "chip", _small_files, "no room for more"),
        ("no room left", "manifest", _refused(errno.ENOSPC, 1), "no room for more"),
        ("no room left", "chip", _refused(errno.ENOSPC, 2), "no room for more"),
        ("folder closed to writing", "chip", _refused(errno.EROFS, 0), "give write access"),
        ("access denied", "chip", _refused(errno.EACCES, 2), "give write access"),
    ]
    for case, where, hinder, words in kinds:
        here, said = folder / "hindered", folder / "said.txt"
        shutil.rmtree(here, ignore_errors=True)
        said.unlink(missing_ok=True)
        said.touch()

        def work(hinder: Callable[[], None] = hinder, here: Path = here, said: Path = said) -> None:
            hinder()
            try:
                told = " ".join(run(here, row).faults)
            except chip_store.StoreError as error:
                told = str(error)
            said.write_text(told, encoding="utf-8")

        ended(start(work))
        told = said.read_text(encoding="utf-8")
        clear = words in told and "nothing that was stored is lost" in told
        whole = _again(here, row, right)
        yield Outcome(
            case,
            where,
            "once",
            TOLD if clear and whole else (LOST if clear else SILENT),
            told[max(0, told.find(words)) :],
        )


def both_at_once(folder: Path, row: Provider, right: dict[str, bytes]) -> Outcome:
    """Start two refreshes at the same moment."""
    here = folder / "both"
    here.mkdir()
    chips.tables(here)
    processes = [start(lambda: run(here, row)) for _ in range(2)]
    codes = sorted(ended(process) for process in processes)
    # the second may also have come when the first was done
    sound = 0 in codes and _again(here, row, right)
    return Outcome(
        "two refreshes at once",
        "one folder of scenes",
        "once",
        TOLD if sound else LOST,
        f"{codes.count(0)} went through, {codes.count(1)} told that another is at work",
    )


def trial(folder: Path, *, kills: int, bits: int, scenes: int = 3, seed: int = 1) -> list[Outcome]:
    """Run every interruption and damage trial.

    Parameters
    ----------
    folder : Path
        An empty folder.
    kills : int
        Random moments at which it is killed.
    bits : int
        Bits turned in a chip, and in a manifest.
    scenes : int
        Scenes of the refresh.
    seed : int
        Of the random choices.
    """
    row = chips.catalogue(folder / "archive", scenes)
    ended(start(lambda: run(folder / "right", row)))
    right = content(folder / "right")
    if len(right) != 2 * scenes + 3:
        message = f"the refresh to compare with is not whole: {sorted(right)}"
        raise RuntimeError(message)
    return [
        *killed_at_every_call(folder, row, right),
        killed_at_random(folder, row, right, times=kills, seed=seed),
        *flipped_bits(folder, row, times=bits, seed=seed),
        *hindered(folder, row, right),
        both_at_once(folder, row, right),
    ]
