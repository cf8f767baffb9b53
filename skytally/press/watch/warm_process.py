"""``python -m skytally.press.watch.warm_process``: has everything imported, and forks each step.

A step runs in a fork of this process, which itself reads no data: a step sees the files as they
are, can be stopped at any time, and spares the seconds of the imports. Requests are lines of JSON
on standard input, events are lines of JSON on standard output.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import selectors
import signal
import sys
import warnings
from collections.abc import Iterable
from typing import BinaryIO

from skytally.press.watch.build_steps import take_step
from skytally.press.watch.watch_state import ENDED, READY, Event, known_modules

PROGRAMS = ("__main__", "verify", "warm_process")
"""Modules that do something where they are imported, or are this one."""
FIRST = (
    "jupyter_book.cli.main",
    "jupyter_book.config",
    "sphinx_book_theme",
    "myst_nb",
    "matplotlib.backends.backend_svg",
    "hvplot.pandas",
    "skytally.press.check",
    "skytally.press.flip_stage",
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
    gc.collect()
    # a collection in a fork would copy every page of memory
    gc.freeze()


class WarmProcess:
    """Steps under way, and the pipes to the watch."""

    def __init__(self, requests: BinaryIO, events: BinaryIO) -> None:
        self._requests, self._events = requests, events
        self._steps: dict[int, int] = {}
        self._imported = set(known_modules())
        self._rest = b""

    def _say(self, event: Event) -> None:
        # one write a line: lines of several steps must not mix
        os.write(self._events.fileno(), json.dumps(event).encode() + b"\n")

    def _start(self, request: Event) -> None:
        process = os.fork()
        if process:
            self._steps[process] = request["number"]
            return
        code = 1
        try:
            os.setpgid(0, 0)
            signal.set_wakeup_fd(-1)
            for each in (signal.SIGCHLD, signal.SIGTERM):
                signal.signal(each, signal.SIG_DFL)
            code = take_step(
                lambda event: self._say({"number": request["number"], **event}), request
            )
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _stop(self, number: int) -> None:
        for process, known in self._steps.items():
            if known == number:
                _end(process)

    def _reap(self) -> None:
        while self._steps:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            number = self._steps.pop(process)
            code = os.waitstatus_to_exitcode(status)
            self._say({"number": number, "kind": ENDED, "code": code})
            # the first whole print says what it needed
            if new := set(known_modules()) - self._imported:
                self._imported |= new
                import_all(sorted(new))

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
        self._say({"number": 0, "kind": READY})
        with selectors.DefaultSelector() as ready:
            ready.register(self._requests, selectors.EVENT_READ)
            ready.register(woken, selectors.EVENT_READ)
            more = True
            while more:
                found = {key.fd for key, _ in ready.select()}
                if woken in found:
                    os.read(woken, 1 << 10)
                    self._reap()
                if self._requests.fileno() in found:
                    more = self._read()
        for process in self._steps:
            _end(process)


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
    WarmProcess(sys.stdin.buffer, events).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
