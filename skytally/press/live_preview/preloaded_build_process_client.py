"""Steps of a build, as a watch asks for them: requests to the warm process, and its events."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import suppress

from skytally.core import DataError, project_root
from skytally.press.live_preview.preview_state import ENDED, FAULT, READY, Event

LONGEST_EVENT = 1 << 24
"""Most bytes of the line of one event."""
END_SECONDS = 5.0
"""Seconds after which a process that does not end is killed."""


class Steps:
    """The warm process, and the steps that it takes."""

    lost: bool = False
    """Whether the process ended by itself."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._events: dict[int, asyncio.Queue[Event]] = {}
        self._number = 0
        self._reader: asyncio.Task[None] | None = None
        self._ready = False

    async def start(self) -> None:
        """Start the process; return once everything is imported.

        Raises
        ------
        DataError
            If it ends before that.
        """
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "skytally.press.live_preview.preloaded_build_process",
            cwd=project_root(), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            limit=LONGEST_EVENT,
        )  # fmt: skip
        self.lost, self._events = False, {0: asyncio.Queue()}
        self._reader = asyncio.create_task(self._read(self._process))
        if (await self._events[0].get())["kind"] != READY:
            message = "the process that prints ended at once; what it wrote above says why"
            raise DataError(message)
        self._ready = True

    async def end(self) -> None:
        """End the process and every step."""
        process, ready = self._process, self._ready
        self._process, self._ready = None, False
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        if not ready and process.returncode is None:
            process.kill()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), END_SECONDS)
        if process.returncode is None:
            process.kill()
            await process.wait()
        if self._reader is not None:
            await self._reader

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            event = json.loads(line)
            if event["number"] in self._events:
                self._events[event["number"]].put_nowait(event)
        self.lost = self._process is process
        for queue in self._events.values():
            queue.put_nowait({"kind": ENDED, "code": 1})

    def _send(self, request: Event) -> None:
        if self._process is not None and not self.lost:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(request).encode() + b"\n")

    async def take(self, step: str, **words: object) -> AsyncIterator[Event]:
        """Take a step; yield its events. Closed before its end, it is stopped.

        Parameters
        ----------
        step : str
            Name of the step.
        **words : object
            What its request holds beside.

        Yields
        ------
        dict
            A step that ends by a fault of its own yields one that says so.
        """
        self._number += 1
        number, queue = self._number, asyncio.Queue[Event]()
        self._events[number] = queue
        self._send({"step": step, "number": number, **words})
        event: Event = {"kind": ""}
        faults = 0
        try:
            while (event := await queue.get())["kind"] != ENDED:
                faults += event["kind"] == FAULT
                yield event
            if event["code"] and not faults:
                words_of_end = f"the step {step} ended with code {event['code']}"
                yield {"kind": FAULT, "lines": [f"{words_of_end}; what it wrote above says why"]}
        finally:
            del self._events[number]
            if event["kind"] != ENDED:
                self._send({"stop": number})
