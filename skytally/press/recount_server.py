"""The recount bench as pages on this machine alone: image, marks, and the comparison of counts."""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application, HTTPError, RequestHandler

from skytally.core import DataError
from skytally.press.subprocesses_and_local_ports import LOOPBACK, listening_socket
from skytally.recount import (
    LONGEST_M,
    CountComparison,
    CountImage,
    CountJournal,
    CountState,
    DisputeNotes,
    NotKeptError,
    place_key,
    practice_score,
    result_of,
)

PAGES = Path(__file__).with_name("recount_pages")
FILES = {
    "mark_objects.html": "text/html; charset=utf-8",
    "compare_blind_counts.html": "text/html; charset=utf-8",
    "mark_objects.js": "text/javascript; charset=utf-8",
    "compare_blind_counts.js": "text/javascript; charset=utf-8",
    "zoomable_image_and_marks.js": "text/javascript; charset=utf-8",
    "recount_pages.css": "text/css; charset=utf-8",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing from outside this machine is loaded, and nothing is sent there."""
LONGEST_ENTRY = 100_000
TILE_NAME = r"(\d{1,2})/(\d{1,6})/(\d{1,6})\.png"
DECODERS = 2
FIRST_PORT, PORTS = 20_000, 10_000


def _outcome(count: CountState, truth: Sequence[tuple[float, float]] | None) -> dict[str, Any]:
    """Collect what a finished count says, and of a simulated image where it is wrong."""
    made: dict[str, Any] = {"words": result_of(count).words}
    if truth is not None:
        score = practice_score(count, truth)
        made |= {"lines": score.words, "missed": score.missed, "wrong": score.wrong}
    return made


def count_page_state(
    count: CountState,
    outlines: list[dict[str, Any]],
    *,
    rules: Iterable[dict[str, str]] = (),
    where: str = "",
    truth: Sequence[tuple[float, float]] | None = None,
) -> dict[str, Any]:
    """Collect what the page of a count shows: the counter's own marks, and nobody else's.

    Parameters
    ----------
    count : CountState
        The count as it stands.
    outlines : list of dict
        Outlines of the site in pixels of the image.
    rules : iterable of dict
        What counts as one.
    where : str
        The scope in words.
    truth : sequence of tuple of float, optional
        What is on a simulated image; nothing of it is told before the count is finished.
    """
    task = asdict(count.task)
    return {
        **task,
        "marks": [mark.as_json() for mark in count.marks.values()],
        "steps": [[name, mark and mark.as_json()] for name, mark in count.steps],
        "share_seen": count.share_seen,
        "hidden_by": count.hidden_by,
        "finished": count.finished,
        "outcome": _outcome(count, truth) if count.finished else None,
        "outlines": outlines,
        "rules": list(rules),
        "where": where,
        "longest_m": LONGEST_M.get(count.task.what),
    }


def comparison_page_state(
    found: CountComparison,
    words: list[str],
    outlines: list[dict[str, Any]],
    *,
    notes: DisputeNotes | None = None,
) -> dict[str, Any]:
    """Collect what the page of a comparison shows: every place, with each counter's marks."""
    return {
        **asdict(found.counts[0].task),
        "counters": [each.task.counter for each in found.counts],
        "words": words,
        "outlines": outlines,
        "objects": [
            {
                "middle": list(each.middle),
                "marks": {who: mark.as_json() for who, mark in each.marks.items()},
                "disputed": found.is_disputed(each),
                "place": place_key(each.marks),
                "note": notes.texts.get(place_key(each.marks), "") if notes else "",
            }
            for each in found.places
        ],
    }


class _Handler(RequestHandler):
    """A request of a page of this bench; any other is refused."""

    def initialize(self, bench: RecountServer) -> None:
        self.bench = bench

    def prepare(self) -> None:
        # a page of another site may know the address of this machine, but not this host name,
        # nor the word in the path
        if self.request.host != f"{LOOPBACK}:{self.bench.port}":
            raise HTTPError(403)
        origin = self.request.headers.get("Origin")
        if origin not in (None, f"http://{LOOPBACK}:{self.bench.port}"):
            raise HTTPError(403)

    def set_default_headers(self) -> None:
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")

    def answer(self, plain: object, *, status: int = 200) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(plain))

    async def drawn(self, make: Callable[[], bytes]) -> None:
        try:
            found = await asyncio.get_running_loop().run_in_executor(self.bench.decoders, make)
        except DataError as error:
            self.answer({"message": str(error)}, status=409)
            return
        except OSError as error:
            self.answer({"message": f"the image cannot be read: {error.strerror}"}, status=409)
            return
        self.set_header("Content-Type", "image/png")
        # the path holds a word made anew for each run, so a browser may keep a tile
        self.set_header("Cache-Control", "private, max-age=3600")
        self.finish(found)


class _FileHandler(_Handler):
    def get(self, name: str) -> None:
        if name not in FILES:
            raise HTTPError(404)
        self.set_header("Content-Type", FILES[name])
        self.finish((PAGES / name).read_bytes())


class _StateHandler(_Handler):
    def get(self) -> None:
        self.answer(self.bench.page_state())


class _EntryHandler(_Handler):
    def post(self) -> None:
        kind = self.request.headers.get("Content-Type", "")
        if not self.bench.keeps or not kind.startswith("application/json"):
            raise HTTPError(405)
        try:
            entry = json.loads(self.request.body)
            if not isinstance(entry, dict):
                raise TypeError
        except (ValueError, TypeError, RecursionError):
            self.answer({"message": "found no entry of a count"}, status=400)
            return
        try:
            self.bench.take(entry)
        except NotKeptError as error:
            self.answer({"message": str(error)}, status=507)
            return
        except DataError as error:
            self.answer({"message": str(error)}, status=409)
            return
        finished = self.bench.journal.state.finished if self.bench.journal else ""
        outcome = self.bench.page_state()["outcome"] if finished else None
        self.answer({"kept": True, "finished": finished, "outcome": outcome})


class _CoarseHandler(_Handler):
    async def get(self) -> None:
        await self.drawn(self.bench.image.coarse)


class _TileHandler(_Handler):
    async def get(self, level: str, across: str, down: str) -> None:
        image = self.bench.image
        await self.drawn(lambda: image.tile(int(level), int(across), int(down)))


def _port_of(state: dict[str, Any]) -> int:
    """Port of a count, so that a browser finds there what it could not send before."""
    names = [state["image"]["sha256"], state["what"], state["scope"], state["counter"]]
    return FIRST_PORT + int(hashlib.sha256("/".join(names).encode()).hexdigest(), 16) % PORTS


class RecountServer:
    """Serves one count, or one comparison, on the loopback interface.

    Parameters
    ----------
    image : CountImage
        The image.
    page_state : callable
        What the page shows.
    journal : CountJournal, optional
        Where marks are kept; None for a comparison, which changes no mark.
    notes : DisputeNotes, optional
        Where notes on a comparison are kept.
    today : callable, optional
        The day of today, written when a count is finished.
    on_finish : callable, optional
        Called after a count was finished.
    """

    def __init__(
        self,
        image: CountImage,
        page_state: Callable[[], dict[str, Any]],
        *,
        journal: CountJournal | None = None,
        notes: DisputeNotes | None = None,
        today: Callable[[], str] = str,
        on_finish: Callable[[], None] | None = None,
    ) -> None:
        self.image = image
        self.page_state = page_state
        self.journal = journal
        self.notes = notes
        self._today = today
        self._on_finish = on_finish
        self.word = secrets.token_urlsafe(16)
        self.decoders = ThreadPoolExecutor(DECODERS, "decoder")
        try:
            self._listener = listening_socket(_port_of(page_state()))
        except OSError:
            # another program has that port
            self._listener = listening_socket(0)
        self.port = int(self._listener.getsockname()[1])
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped: asyncio.Event | None = None

    @property
    def address(self) -> str:
        """Address of the page; it holds a word that only this run knows."""
        page = "mark_objects.html" if self.journal is not None else "compare_blind_counts.html"
        return f"http://{LOOPBACK}:{self.port}/{self.word}/{page}"

    @property
    def keeps(self) -> bool:
        """Whether the page can have something kept."""
        return self.journal is not None or self.notes is not None

    def take(self, entry: dict[str, Any]) -> None:
        """Keep an entry of the page.

        Raises
        ------
        DataError
            If it does not fit, or cannot be written.
        """
        if self.notes is not None:
            self.notes.add(entry)
            return
        assert self.journal is not None  # the handler has checked it
        if entry.get("entry") == "finish":
            self.image.check_unchanged()
            entry = {"entry": "finish", "day": self._today()}
        self.journal.add(entry)
        if entry["entry"] == "finish" and self._on_finish is not None:
            self._on_finish()

    def _application(self) -> Application:
        known = {"bench": self}
        return Application(
            [
                (f"/{self.word}/state.json", _StateHandler, known),
                (f"/{self.word}/entry", _EntryHandler, known),
                (f"/{self.word}/coarse.png", _CoarseHandler, known),
                (
                    rf"/{self.word}/tile/{TILE_NAME}",
                    _TileHandler,
                    known,
                ),
                (rf"/{self.word}/([a-z_.]+)", _FileHandler, known),
            ],
            log_function=lambda handler: None,  # noqa: ARG005 - the address is a secret of this run
        )

    async def _serve(self, ready: threading.Event | None) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        server = HTTPServer(self._application(), max_body_size=LONGEST_ENTRY)
        server.add_socket(self._listener)
        if ready is not None:
            ready.set()
        await self._stopped.wait()
        server.stop()
        await server.close_all_connections()

    def run(self, ready: threading.Event | None = None) -> None:
        """Serve until `stop` is called or the process is interrupted."""
        try:
            asyncio.run(self._serve(ready))
        finally:
            self.decoders.shutdown(cancel_futures=True)

    def stop(self) -> None:
        """End `run`, from another thread."""
        if self._loop is not None and self._stopped is not None:
            self._loop.call_soon_threadsafe(self._stopped.set)
