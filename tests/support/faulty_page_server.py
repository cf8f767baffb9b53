"""Web sites on loopback that answer in every way in which a cited page can go wrong."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PLAIN = {"Content-Type": "text/html; charset=utf-8"}


@dataclass(frozen=True)
class Page:
    """An answer of a site."""

    body: bytes = b""
    """Its body."""
    status: int = 200
    """Its status."""
    headers: Mapping[str, str] = field(default_factory=lambda: PLAIN)
    """Its headers; the length is added unless it is given."""
    pause_s: float = 0.0
    """Wait after each byte of the body."""
    again: bool = False
    """Whether the body is sent over and over."""


@dataclass
class DrillSite:
    """A running site."""

    host: str
    """Name under which it is asked."""
    port: int
    """Where it listens."""
    pages: dict[str, Page | Callable[[int], Page]]
    """Path to its page, or to a function of how often it was asked for before."""
    asked: Counter[str] = field(default_factory=Counter)
    """How often each path was asked for."""
    moments: list[tuple[float, str]] = field(default_factory=list)
    """Moment and path of each request."""
    agents: set[str] = field(default_factory=set)
    """Who asked."""
    closing: threading.Event = field(default_factory=threading.Event)
    """Set when the site stops."""

    @property
    def url(self) -> str:
        """Address of the site."""
        return f"http://{self.host}:{self.port}"

    @property
    def origin(self) -> tuple[str, int]:
        """Host and port."""
        return self.host, self.port


def words(text: str, title: str = "Report", *, charset: str = "utf-8", more: str = "") -> bytes:
    """Write a page with a sentence."""
    page = (
        f"<html><head><title>{title}</title>{more}</head><body><nav>Menu 5</nav>"
        f"<p>{text}</p><footer>2026</footer></body></html>"
    )
    return page.encode(charset)


def _handler(site: DrillSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            before = site.asked[self.path]
            site.asked[self.path] += 1
            site.moments.append((time.monotonic(), self.path))
            site.agents.add(self.headers.get("User-Agent", ""))
            short = site.pages.get(self.path.partition("?")[0], Page(words("nothing here"), 404))
            page = site.pages.get(self.path, short)
            page = page(before) if callable(page) else page
            self.close_connection = True
            self.send_response(page.status)
            if "Content-Length" not in page.headers and not page.again:
                self.send_header("Content-Length", str(len(page.body)))
            for name, text in page.headers.items():
                self.send_header(name, text)
            self.send_header("Connection", "close")
            self.end_headers()
            with contextlib.suppress(OSError):
                self._send(page)

        def _send(self, page: Page) -> None:
            while not site.closing.is_set():
                step = 1 if page.pause_s else len(page.body) or 1
                for place in range(0, len(page.body), step):
                    self.wfile.write(page.body[place : place + step])
                    if site.closing.wait(page.pause_s):
                        return
                if not page.again:
                    return

        def log_message(self, *_: Any) -> None:
            """Write nothing."""

    return Handler


@contextlib.contextmanager
def drill_site(
    pages: Mapping[str, Page | Callable[[int], Page]], *, host: str = "127.0.0.1"
) -> Iterator[DrillSite]:
    """Run a site on a free port, one thread a request; stop it at the end."""
    site = DrillSite(host, 0, dict(pages))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    server.daemon_threads = True
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        site.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
