"""Process that has everything imported, and forks each step of a live preview.

``python -m skytally.press.live_preview.preloaded_build_process`` starts it.

A step runs in a fork of this process, so it can be stopped at any time, and spares the seconds of
the imports. What this process read is kept by content alone: a step sees the files as they are.
Requests are lines of JSON on standard input, events are lines of JSON on standard output.
"""

from __future__ import annotations

import gc
import importlib
import json
import logging
import os
import selectors
import signal
import sys
import warnings
from collections.abc import Callable, Iterable, Set
from contextlib import suppress
from typing import BinaryIO

from bs4 import BeautifulSoup

from skytally.findings import findings_kept
from skytally.press.live_preview.build_steps import fill_memories, open_current_stage, take_step
from skytally.press.live_preview.preview_state import (
    ENDED,
    PAGES,
    PRINT,
    READY,
    Event,
    known_modules,
)
from skytally.press.live_preview.single_page_html_rebuild import OpenStage

PROGRAMS = ("__main__", "verify", "preloaded_build_process")
"""Modules that do something where they are imported, or are this one."""
FIRST = (
    "jupyter_book.cli.main",
    "jupyter_book.config",
    "sphinx_book_theme",
    "myst_nb",
    "matplotlib.backends.backend_svg",
    "hvplot.pandas",
    "skytally.press.data_and_parameter_check_command",
    "skytally.press.flip_sets_of_findings_and_verdicts",
)
"""What every print needs, imported before the first one has listed all."""


def import_all(names: Iterable[str]) -> None:
    """Import modules; one that cannot be imported by its name is left to who needs it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            if name in sys.modules or name.rpartition(".")[2] in PROGRAMS:
                continue
            try:
                importlib.import_module(name)
            except Exception:
                continue
    # it says of each picture how its fonts were cut
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    # its patterns are compiled for the first selector of a process
    BeautifulSoup("", "html.parser").select("nav a.b > c[d='e']:not(:first-child), f")
    freeze()


def freeze() -> None:
    """Leave all that there is to the end: a collection in a fork would copy its memory."""
    gc.collect()
    gc.freeze()


class WarmProcess:
    """Steps under way, and the pipes to the watch.

    The step that prints single pages is taken by a fork that stands by: it has opened the stage
    of the last whole print before anybody saves a file.
    """

    def __init__(self, requests: BinaryIO, events: BinaryIO) -> None:
        self._requests, self._events = requests, events
        self._steps: dict[int, Event] = {}
        self._standing_by: tuple[int, BinaryIO] | None = None
        self._imported = set(known_modules())
        self._memories_due = False
        self._rest = b""

    def _say(self, event: Event) -> None:
        # one write a line: lines of several steps must not mix
        os.write(self._events.fileno(), json.dumps(event).encode() + b"\n")

    def _fork(self, act: Callable[[], int]) -> int:
        """Do something in a fork of this process, which ends with it; its number."""
        process = os.fork()
        if process:
            return process
        code = 1
        try:
            os.setpgid(0, 0)
            if self._standing_by:
                self._standing_by[1].close()
            signal.set_wakeup_fd(-1)
            for each in (signal.SIGCHLD, signal.SIGTERM):
                signal.signal(each, signal.SIG_DFL)
            code = act()
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _take(self, request: Event, opened: OpenStage | None = None) -> int:
        number = request["number"]
        return take_step(lambda event: self._say({"number": number, **event}), request, opened)

    def _start(self, request: Event) -> None:
        if request["step"] == PAGES and self._standing_by:
            process, pipe = self._standing_by
            self._standing_by = None
            with suppress(BrokenPipeError), pipe:
                pipe.write(json.dumps(request).encode() + b"\n")
        else:
            process = self._fork(lambda: self._take(request))
        self._steps[process] = request
        self._memories_due |= request["step"] == PRINT

    def _stand_by(self) -> None:
        """Let a fork open the stage of the last whole print and wait for its request."""
        self._dismiss()
        read, write = os.pipe()

        def wait() -> int:
            os.close(write)
            opened = open_current_stage()
            with os.fdopen(read, "rb") as pipe:
                request = pipe.readline()
            return self._take(json.loads(request), opened) if request else 0

        process = self._fork(wait)
        os.close(read)
        self._standing_by = process, os.fdopen(write, "wb")

    def _dismiss(self) -> None:
        """End the fork that stands by."""
        if self._standing_by:
            process, pipe = self._standing_by
            self._standing_by = None
            pipe.close()
            _end(process)

    def _stop(self, number: int) -> None:
        for process, request in self._steps.items():
            if request["number"] == number:
                _end(process)

    def _reap(self) -> None:
        ended = set()
        while True:
            try:
                process, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if not process:
                break
            if self._standing_by and process == self._standing_by[0]:
                self._dismiss()
            elif request := self._steps.pop(process, None):
                code = os.waitstatus_to_exitcode(status)
                self._say({"number": request["number"], "kind": ENDED, "code": code})
                ended.add(request["step"])
        self._prepare(ended)

    def _prepare(self, ended: Set[str]) -> None:
        """Be ready for the next step after some ended."""
        # a whole print says what it needed
        if new := set(known_modules()) - self._imported:
            self._imported |= new
            import_all(sorted(new))
        if PRINT in ended or (PAGES in ended and not self._standing_by):
            self._stand_by()

    def _refresh_memories(self) -> None:
        """Take in what was saved while the pages are printed, so that nobody waits for it then."""
        self._memories_due = False
        fill_memories()
        freeze()

    def _read(self) -> bool:
        """Follow the requests that came; whether more can come."""
        came = os.read(self._requests.fileno(), 1 << 16)
        *lines, self._rest = (self._rest + came).split(b"\n")
        for line in lines:
            request = json.loads(line)
            if "stop" in request:
                self._stop(request["stop"])
            else:
                self._start(request)
        return bool(came)

    def run(self) -> None:
        """Follow requests until the watch ends; then end every step."""
        woken, wakes = os.pipe()
        os.set_blocking(wakes, False)
        os.set_blocking(woken, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakes)
        self._stand_by()
        self._say({"number": 0, "kind": READY})
        with selectors.DefaultSelector() as ready:
            ready.register(self._requests, selectors.EVENT_READ)
            ready.register(woken, selectors.EVENT_READ)
            more = True
            while more:
                found = {key.fd for key, _ in ready.select(0 if self._memories_due else None)}
                if not found:
                    self._refresh_memories()
                # first what is asked for: what follows a step may take a second
                if self._requests.fileno() in found:
                    more = self._read()
                if woken in found:
                    os.read(woken, 1 << 10)
                    self._reap()
        for process in self._steps:
            _end(process)
        self._dismiss()


def _end(process: int) -> None:
    """End a step with all that it started."""
    for end in (os.killpg, os.kill):
        try:
            end(process, signal.SIGTERM)
        except (ProcessLookupError, PermissionError):
            continue


def main() -> int:
    """Import everything, then follow requests; the exit code."""
    # Ctrl-C is the watch's to answer; it closes the pipe
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    events = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    import_all(known_modules() or FIRST)
    with findings_kept():
        fill_memories()
        freeze()
        WarmProcess(sys.stdin.buffer, events).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
