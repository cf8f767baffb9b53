"""The command ``make watch``: show each saved row, parameter, notebook or page in the browser."""

from __future__ import annotations

import argparse
import asyncio
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from skytally.core import DataError, project_root
from skytally.press.build_lock import file_lock
from skytally.press.live_preview.live_reload_server import LiveSite, serve
from skytally.press.live_preview.preloaded_build_process_client import Steps
from skytally.press.live_preview.preview_state import (
    CHECKED,
    FAULT,
    PAGES,
    PRINT,
    PRINTED,
    RUN,
    RUNNING,
    SHOWN,
    WAITING,
    last_seconds,
    shown_folder,
    watch_folder,
)
from skytally.press.live_preview.watched_files import SavedFiles, WatchedFiles
from skytally.press.project_paths import site_folder
from skytally.press.subprocesses_and_local_ports import LOOPBACK

HOW = """make watch shows saved files in the browser at once; it may be told:
  PORT=8001   listen on another port of this machine than 8000"""
PORT = 8000
LARGEST_PORT = 65535
POLL_SECONDS = 0.15
"""Pause between two looks at the files."""
SETTLE_SECONDS = 0.06
"""Pause after a look that found a change, which counts when the next one finds no other."""
CARDS = "cards/"
"""Folder of the cards, which only the whole print makes."""
NOTEBOOK_FAULT = "a notebook failed"
LATER = "cards and search are still those of the last whole print"
"""What a page that was printed at once does not have yet."""
LATER_NUMBERS = (
    "flip sets are being recomputed; until then they, the cards, the search and the numbers that "
    "the laboratory computes from are those of the last whole print"
)
"""The same after a change of data."""
OLD_BLOCKS = "charts and tables of this page are still of the last whole print; new ones follow"
"""What is told of a page whose sentences came first."""


def _port(words: list[str]) -> int:
    """Port that the command line names.

    Raises
    ------
    DataError
        If it is no port.
    """
    parser = argparse.ArgumentParser(prog="make watch", usage=HOW)
    parser.add_argument("--port", default="")
    text = parser.parse_args(words).port.strip() or str(PORT)
    if not text.isascii() or not text.isdigit() or int(text) > LARGEST_PORT:
        message = (
            f"PORT: found {text!r}; write a number from 0 (any free port) to {LARGEST_PORT}\n{HOW}"
        )
        raise DataError(message)
    return int(text)


@contextmanager
def _watch_lock() -> Iterator[None]:
    """Hold the lock of the one watch of this folder.

    Raises
    ------
    DataError
        If another watch holds it.
    """
    watch_folder().mkdir(parents=True, exist_ok=True)
    message = "another make watch follows this folder; use that one, or end it with Ctrl-C"
    with file_lock(watch_folder() / "lock", message):
        yield


def _say(line: str) -> None:
    print(line, flush=True)


def _running_words(line: str, seconds: float | None) -> str:
    known = f"{seconds:.0f} s last time" if seconds is not None else "not run by a watch before"
    return f"running {line}: {known}"


class Watch:
    """What was saved, what is being computed, and what the pages are told of it."""

    def __init__(self, site: LiveSite, steps: Steps) -> None:
        self._site, self._steps = site, steps
        self._pending = SavedFiles(frozenset())
        self._checked = False
        self._shown: set[str] = set()
        self._prints = 0
        self._saved_at = time.monotonic()
        self._running: dict[str, float | None] = {}
        self._runs_notebooks = False
        self._doubts: list[str] = []
        self._old_blocks = False
        self._work: asyncio.Task[None] | None = None
        self._extras: set[asyncio.Task[bool]] = set()
        # two steps that print single pages would use one folder
        self._printing = asyncio.Lock()

    def _fault(self, lines: list[str], heading: str) -> bool:
        print(heading, *(f"  {line}" for line in lines), sep="\n", file=sys.stderr, flush=True)
        self._tell_fault(lines, heading)
        return False

    def _tell_fault(self, lines: list[str], heading: str) -> None:
        self._site.tell("fault", [heading, *lines, "this page is the last good one"])

    def _tell_working(self, line: str) -> None:
        words = LATER_NUMBERS if self._pending.inputs else LATER
        later = [words] if self._shown else []
        blocks = [OLD_BLOCKS] if self._old_blocks else []
        self._site.tell("working", [line, *self._doubts, *blocks, *later])

    def _take_page(self, page: str, old_blocks: bool, computed: float) -> None:
        self._shown.add(page)
        self._old_blocks = old_blocks
        seconds = time.monotonic() - self._saved_at
        _say(f"{page}.html shown {seconds:.1f} s after saving ({computed:.1f} s of computing)")
        self._tell_working(self._running_now() or f"saved: {self._pending.words()}")
        self._site.printed()

    async def _show(self, pages: list[str]) -> bool:
        """Check, and print single pages; whether the data are in order."""
        async with self._printing:
            step = self._steps.take(
                PAGES, names=sorted(self._pending.names), pages=pages,
                checked=self._checked, prints=self._prints,
            )  # fmt: skip
            async for event in step:
                if event["kind"] == CHECKED:
                    self._checked = not event["lines"]
                    if event["lines"]:
                        count = len(event["lines"])
                        heading = f"data and parameters: {count} fault{'s' * (count > 1)}"
                        return self._fault(event["lines"], heading)
                elif event["kind"] == SHOWN:
                    self._take_page(event["page"], event["old_blocks"], event["computed"])
                elif event["kind"] == FAULT and not self._checked:
                    return self._fault(event["lines"], "the data were not checked")
                elif event["kind"] == FAULT:
                    # the whole print decides: it may know a page that this print did not
                    self._doubts = ["not shown at once:", *event["lines"]]
                    _say("\n  ".join(self._doubts))
        return True

    async def _run_notebooks(self) -> bool:
        """Run the notebooks that must, and show what they changed; whether all went well."""
        good, ran = True, False
        faults: list[str] = []
        async for event in self._steps.take("notebooks"):
            if event["kind"] == RUNNING:
                ran, self._running = True, dict(event["lines"])
                self._tell_running()
            elif event["kind"] == RUN:
                self._running.pop(event["line"], None)
                if event["fault"]:
                    faults += event["fault"].splitlines()
                    good = self._fault(faults, NOTEBOOK_FAULT)
                    continue
                _say(f"{event['line']}: run in {event['seconds']:.1f} s")
                if good and self._running:
                    self._tell_running()
            elif event["kind"] == WAITING:
                self._tell_working("; ".join(event["lines"]))
            elif event["kind"] == FAULT:
                good = self._fault(event["lines"], "no notebook was run")
        if faults:
            # a page printed meanwhile told what was running
            self._tell_fault(faults, NOTEBOOK_FAULT)
        return good and (not ran or await self._show(self._wanted()))

    def _running_now(self) -> str:
        return "; ".join(_running_words(*each) for each in self._running.items())

    def _tell_running(self) -> None:
        words = self._running_now()
        _say(words)
        self._tell_working(words)

    def _wanted(self) -> list[str]:
        """Pages to print at once: those looked at, then those whose text was saved."""
        return list(dict.fromkeys([*self._site.open_pages(), *self._pending.pages]))

    async def _print_all(self) -> None:
        seconds = last_seconds().get(PRINTED)
        known = f" ({seconds:.0f} s last time)" if seconds else ""
        self._tell_working(f"printing all pages{known}")
        async for event in self._steps.take(PRINT):
            if event["kind"] == PRINTED:
                self._take_print(event["seconds"])
            elif event["kind"] == WAITING:
                self._tell_working("; ".join(event["lines"]))
            elif event["kind"] == FAULT:
                self._fault(event["lines"], "the site was not printed")

    def _take_print(self, seconds: float) -> None:
        self._pending, self._shown, self._doubts = SavedFiles(frozenset()), set(), []
        self._old_blocks = False
        self._prints += 1
        self._site.newer = shown_folder(self._prints)
        shutil.rmtree(shown_folder(self._prints - 1), ignore_errors=True)
        _say(f"all pages printed in {seconds:.1f} s")
        self._site.tell("ready", [])
        self._site.printed()

    async def _build(self) -> None:
        self._tell_working(f"saved: {self._pending.words()}" if self._pending.names else "checking")
        if not await self._show(self._wanted()):
            return
        self._runs_notebooks = True
        good = await self._run_notebooks()
        self._runs_notebooks = False
        if good:
            await self._print_all()

    async def _stop_work(self) -> None:
        for task in (self._work, *self._extras):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        self._work = None
        self._extras.clear()
        self._runs_notebooks, self._running = False, {}

    def opened(self, page: str) -> None:
        """Print a page that a browser opens, where it is behind what was saved."""
        working = self._work is not None and not self._work.done()
        behind = self._pending.names and page not in self._shown and not page.startswith(CARDS)
        if working and behind and self._checked:
            self._extras.add(asyncio.create_task(self._show([page])))

    async def _restart(self, why: str) -> None:
        _say(f"{why}; starting anew")
        self._tell_working(f"{why}: starting anew")
        await self._steps.end()
        await self._steps.start()

    async def _take_saved(self, saved: SavedFiles) -> None:
        """Stop what is under way, but for notebooks that saved files do not concern; build."""
        self._saved_at = time.monotonic()
        _say(f"saved: {saved.words()}")
        goes_on = self._runs_notebooks and not saved.inputs
        if not goes_on:
            await self._stop_work()
        self._pending |= saved
        self._checked = self._checked and not saved.inputs
        self._shown, self._doubts = set(), []
        if saved.code:
            await self._restart("the package changed")
        if goes_on:
            self._extras.add(asyncio.create_task(self._show(self._wanted())))
        else:
            self._work = asyncio.create_task(self._build())

    async def follow(self, files: WatchedFiles) -> None:
        """Build, then build again whenever files were saved."""
        await self._steps.start()
        self._work = asyncio.create_task(self._build())
        while True:
            await asyncio.sleep(SETTLE_SECONDS if files.unsettled else POLL_SECONDS)
            for task in (self._work, *self._extras):
                if task is not None and task.done():
                    task.result()
            if self._steps.lost:
                await self._stop_work()
                await self._restart("the process that prints was ended")
                self._work = asyncio.create_task(self._build())
            if saved := files.changed():
                await self._take_saved(saved)


async def _watch(port: int) -> None:
    ended = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, ended.set)
    steps = Steps()
    for old in watch_folder().glob("shown-*"):
        shutil.rmtree(old)
    site = LiveSite(shown_folder(0), site_folder(), lambda page: watch.opened(page))
    watch = Watch(site, steps)
    server, port = serve(site, port)
    files = WatchedFiles(project_root())
    print(f"watching {project_root()}: http://{LOOPBACK}:{port}/ (Ctrl-C ends it)", flush=True)
    following = asyncio.create_task(watch.follow(files))
    stopped = asyncio.create_task(ended.wait())
    await asyncio.wait([following, stopped], return_when=asyncio.FIRST_COMPLETED)
    server.stop()
    following.cancel()
    try:
        with suppress(asyncio.CancelledError):
            await following
    finally:
        await steps.end()
    print("watch ended")


def main(words: list[str]) -> int:
    """Watch the project until Ctrl-C; the exit code."""
    try:
        port = _port(words)
        with _watch_lock():
            asyncio.run(_watch(port))
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
