"""Server of the pages on this machine: adds the script that loads a page anew, and tells it when.

The files on the disk stay as they were built: what a page needs beside is added on its way out.
"""

from __future__ import annotations

import asyncio
import json
import mimetypes
from collections.abc import Callable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import StreamClosedError
from tornado.web import Application, HTTPError, RequestHandler

from skytally.core import DataError
from skytally.press.cards.card_files import POLICY as CARD_POLICY
from skytally.press.subprocesses_and_local_ports import LOOPBACK, listening_socket

SCRIPT = Path(__file__).parent / "live_reload_and_build_status.js"
HEARTBEAT_SECONDS = 10.0
"""Pause after which a page that hears nothing is sent an empty line, which a closed one refuses."""
WATCHED_CARD_POLICY = CARD_POLICY.replace(
    "default-src 'none'", "default-src 'none';script-src 'self';connect-src 'self'"
)
"""Policy of a card that may load the script of the watch, too."""
PAGE = ".html"

State = Mapping[str, Any]


def with_script(page: bytes) -> bytes:
    """Page as the browser gets it: with the script that follows the watch.

    Parameters
    ----------
    page : bytes
        As it lies on the disk.

    Returns
    -------
    bytes
        Its policy is unchanged, which allows scripts of its own site; that of a card, which
        allows none, takes this one.
    """
    seen = content_hash(page)
    tag = f'<script src="/watch/{SCRIPT.name}" data-seen="{seen}" defer></script></head>'
    text = page.replace(CARD_POLICY.encode(), WATCHED_CARD_POLICY.encode(), 1)
    return text.replace(b"</head>", tag.encode(), 1)


def content_hash(page: bytes) -> str:
    """Short hash by which a page that is shown is told from one printed later."""
    return sha256(page).hexdigest()[:16]


class LiveSite:
    """The pages, and the browsers that look at one.

    Parameters
    ----------
    site : Path
        Folder of the last whole site.
    opened : callable
        Called with the name of a page, without suffix, when a browser opens it.
    """

    newer: Path
    """Folder of pages that are newer than the site."""

    def __init__(self, newer: Path, site: Path, opened: Callable[[str], None]) -> None:
        self.newer = newer
        self._site, self._opened = site, opened
        self._state: State = {"kind": "working", "lines": []}
        self._browsers: dict[asyncio.Queue[State], tuple[str, str]] = {}

    def file(self, address: str) -> Path | None:
        """File at an address of the site; None where there is none, or it lies outside."""
        name = address.lstrip("/") or "index.html"
        for folder in (self.newer, self._site):
            path = (folder / name).resolve()
            if path.is_relative_to(folder.resolve()) and path.is_file():
                return path
        return None

    def _is_other(self, address: str, seen: str) -> bool:
        path = self.file(address)
        return path is not None and content_hash(path.read_bytes()) != seen

    def open(self, address: str, seen: str) -> asyncio.Queue[State]:
        """Follow a page that a browser shows; the queue of what it is to be told."""
        queue: asyncio.Queue[State] = asyncio.Queue()
        self._browsers[queue] = (address, seen)
        queue.put_nowait(self._state)
        self._tell_printed(queue)
        self._opened(page_name(address))
        return queue

    def close(self, queue: asyncio.Queue[State]) -> None:
        """Forget a page that a browser left."""
        self._browsers.pop(queue, None)

    def open_pages(self) -> list[str]:
        """Names of the pages that are looked at, the one opened last first."""
        names = [page_name(address) for address, _ in reversed(self._browsers.values())]
        return list(dict.fromkeys(names))

    def tell(self, kind: str, lines: list[str]) -> None:
        """Tell every page what is waited for, or what is wrong."""
        self._state = {"kind": kind, "lines": lines}
        for queue in self._browsers:
            queue.put_nowait(self._state)

    def _tell_printed(self, queue: asyncio.Queue[State]) -> None:
        if self._is_other(*self._browsers[queue]):
            queue.put_nowait({"reload": True})

    def printed(self) -> None:
        """Let every page that is another now be loaded anew."""
        for queue in self._browsers:
            self._tell_printed(queue)


def page_name(address: str) -> str:
    """Name of the page at an address, as Sphinx has it.

    Examples
    --------
    >>> page_name("/lines/rail-counts.html"), page_name("/")
    ('lines/rail-counts', 'index')
    """
    return (address.lstrip("/") or "index.html").removesuffix(PAGE)


class _OfThisMachine(RequestHandler):
    """Base of the answers: only to a browser that names this machine."""

    def initialize(self, site: LiveSite) -> None:
        self._site = site

    def prepare(self) -> None:
        # a page of another site whose name leads here must not read these
        if self.request.host_name not in (LOOPBACK, "localhost"):
            raise HTTPError(403)
        self.set_header("Cache-Control", "no-store")


class _Page(_OfThisMachine):
    def get(self, address: str) -> None:
        """Answer with a file of the site."""
        path = self._site.file(address)
        if path is None:
            raise HTTPError(404)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        text = kind.startswith("text/") or kind.endswith(("javascript", "json"))
        self.set_header("Content-Type", f"{kind}; charset=UTF-8" if text else kind)
        content = path.read_bytes()
        self.finish(with_script(content) if path.suffix == PAGE else content)


class _Script(_OfThisMachine):
    def get(self) -> None:
        """Answer with the script of the watch."""
        self.set_header("Content-Type", "text/javascript; charset=UTF-8")
        self.finish(SCRIPT.read_bytes())


class _Events(_OfThisMachine):
    _queue: asyncio.Queue[State] | None = None

    async def get(self) -> None:
        """Tell a page what happens, for as long as it is open."""
        self.set_header("Content-Type", "text/event-stream")
        queue = self._site.open(self.get_query_argument("page"), self.get_query_argument("seen"))
        self._queue = queue
        with suppress(StreamClosedError):
            while True:
                try:
                    told = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    self.write(":\n\n")
                else:
                    self.write(f"data: {json.dumps(told)}\n\n")
                await self.flush()

    def on_connection_close(self) -> None:
        """Forget the page."""
        if self._queue is not None:
            self._site.close(self._queue)


def serve(site: LiveSite, port: int) -> tuple[HTTPServer, int]:
    """Serve the pages to this machine only.

    Parameters
    ----------
    site : LiveSite
        The pages.
    port : int
        Port to listen on; any free one if 0.

    Returns
    -------
    tuple
        The server and its port.

    Raises
    ------
    DataError
        If another program listens there.
    """
    try:
        listener = listening_socket(port)
    except OSError as error:
        message = (
            f"port {port}: found {error.strerror or error}; "
            "end what listens there, or take another: make watch PORT=8001"
        )
        raise DataError(message) from error
    given = {"site": site}
    application = Application(
        [
            (r"/watch/events", _Events, given),
            (rf"/watch/{SCRIPT.name}", _Script, given),
            (r"(/.*)", _Page, given),
        ],
        log_function=lambda _: None,
    )
    server = HTTPServer(application)
    server.add_socket(listener)
    return server, int(listener.getsockname()[1])
