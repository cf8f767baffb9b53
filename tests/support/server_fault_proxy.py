"""Loopback proxy that injects faults before any origin of files and searches.

An origin gives the right answer; a `Fault` says which answer is spoiled, how, and how often.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3

LOOPBACK = "127.0.0.1"
CANARY = "c4n4ry"
"""Part of every secret that the tests hand to a client; it must turn up nowhere."""
OPEN, READ, ANY = "open", "read", "any"
ONCE, FOR_EVER = 1, None
DRIP_S = 0.2
"""Seconds between two bytes of a slow answer."""


@dataclass(frozen=True)
class Request:
    """An HTTP request of the client."""

    method: str
    """Such as ``GET``."""
    path: str
    """Path without the query."""
    query: str
    """Query, without the question mark."""
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    """What was sent along."""

    @property
    def span(self) -> tuple[int, int | None] | None:
        """First and last byte of the requested range, or None without one."""
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("range", ""))
        return (int(found[1]), int(found[2]) if found[2] else None) if found else None


@dataclass(frozen=True)
class Answer:
    """An HTTP response of a server."""

    status: int
    """Status code."""
    headers: dict[str, str]
    """Without the length, which is added."""
    body: bytes
    """Content."""


Origin = Callable[[Request], Answer]


def ranged(content: bytes, request: Request, *, etag: str, total: int | None = None) -> Answer:
    """Answer a request for a file, or a byte range of it, as a correct server does."""
    total = len(content) if total is None else total
    words = {"Content-Type": "image/tiff", "ETag": f'"{etag}"', "Accept-Ranges": "bytes"}
    span = request.span
    if span is None:
        return Answer(200, words, content)
    first, last = span[0], min(len(content) - 1 if span[1] is None else span[1], len(content) - 1)
    if first >= len(content):
        return Answer(416, {"Content-Range": f"bytes */{total}"}, b"")
    words["Content-Range"] = f"bytes {first}-{last}/{total}"
    return Answer(206, words, content[first : last + 1])


def files(folder: Path) -> Origin:
    """Serve the files of a folder, with ranges."""

    def answer(request: Request) -> Answer:
        path = (folder / request.path.lstrip("/")).resolve()
        if not path.is_file() or folder.resolve() not in path.parents:
            return Answer(404, {"Content-Type": "text/html"}, b"<html>not found</html>")
        return ranged(path.read_bytes(), request, etag=f"{path.name}-1")

    return answer


def upstream(url: str) -> Origin:
    """Pass every request on to a real server."""
    pool = urllib3.PoolManager(maxsize=32)
    dropped = {"transfer-encoding", "connection", "content-length", "keep-alive", "date", "server"}

    def answer(request: Request) -> Answer:
        got = pool.request(
            request.method,
            url.rstrip("/") + request.path + (f"?{request.query}" if request.query else ""),
            body=request.body or None,
            headers={**request.headers, "accept-encoding": "identity"},
            redirect=False,
            retries=False,
            decode_content=False,
        )
        kept = {word: text for word, text in got.headers.items() if word.lower() not in dropped}
        return Answer(got.status, kept, got.data)

    return answer


def catalogue(items: list[dict[str, Any]]) -> Origin:
    """Serve a small STAC API over some items: landing page, paged search, count of matches."""

    def landing(base: str) -> Answer:
        core = "https://api.stacspec.org/v1.0.0/"
        return _json(
            {
                "type": "Catalog",
                "id": "rehearsal",
                "stac_version": "1.0.0",
                "description": "Generated scenes, not observations.",
                "conformsTo": [f"{core}core", f"{core}item-search", f"{core}collections"],
                "links": [
                    {"rel": "self", "href": base, "type": "application/json"},
                    {"rel": "root", "href": base, "type": "application/json"},
                    {
                        "rel": "search",
                        "href": f"{base}search",
                        "type": "application/geo+json",
                        "method": "POST",
                    },
                ],
            }
        )

    def answer(request: Request) -> Answer:
        base = f"http://{request.headers['host']}/"
        if request.path in ("", "/"):
            return landing(base)
        if request.path.rstrip("/") != "/search" or request.method != "POST":
            return _json({"detail": "not found"}, status=404)
        asked = json.loads(request.body)
        hits = [item for item in items if _matches(item, asked)]
        start = int(asked.get("token", "0"))
        page = hits[start : start + asked["limit"]]
        links = [{"rel": "root", "href": base, "type": "application/json"}]
        if start + asked["limit"] < len(hits):
            following = {**asked, "token": str(start + asked["limit"])}
            links.append(
                {"rel": "next", "href": f"{base}search", "method": "POST", "body": following}
            )
        found = {"type": "FeatureCollection", "features": page, "links": links}
        return _json({**found, "numberMatched": len(hits), "numberReturned": len(page)})

    return answer


def _matches(item: dict[str, Any], asked: dict[str, Any]) -> bool:
    first, last = asked["datetime"].split("/")
    when = item["properties"]["datetime"][:19]
    if item["collection"] not in asked["collections"] or not first[:19] <= when <= last[:19]:
        return False
    a, b = item["bbox"], asked["bbox"]
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def _json(content: dict[str, Any], *, status: int = 200) -> Answer:
    return Answer(status, {"Content-Type": "application/geo+json"}, json.dumps(content).encode())


def routed(**origins: Origin) -> Origin:
    """Join origins: ``stac=`` answers under ``/stac``, ``files=`` under ``/files``."""

    def answer(request: Request) -> Answer:
        head, _, rest = request.path.lstrip("/").partition("/")
        if head not in origins:
            return Answer(404, {}, b"")
        said = origins[head](replace(request, path=f"/{rest}"))
        if "json" in said.headers.get("Content-Type", ""):
            host = request.headers["host"].encode()
            there = b"http://" + host + b"/" + head.encode() + b"/"
            body = said.body.replace(b'"http://' + host + b'/"', b'"' + there + b'"')
            body = body.replace(b"http://" + host + b"/search", there + b"search")
            said = replace(said, body=body)
        return said

    return answer


@dataclass(frozen=True)
class Fault:
    """Which responses are corrupted, and how."""

    name: str
    """How: a key of `SPOILED` or of `REWRITTEN`."""
    stage: str = READ
    """`OPEN`: the first bytes of a file, the landing page; `READ`: later bytes, searches;
    `ANY`: all of them."""
    times: int | None = ONCE
    """How many answers are spoiled; None spoils all."""
    match: str = ""
    """Part of the path of the spoiled requests."""
    content: bytes = b""
    """Another file's bytes, for the faults that serve one."""

    def hits(self, request: Request) -> bool:
        """Check whether the fault applies to the stage and path of a request."""
        if self.match not in request.path:
            return False
        if self.stage == ANY:
            return True
        if request.path.lower().endswith((".tif", ".tiff")):
            span = request.span
            return (self.stage == OPEN) == (span is None or span[0] == 0)
        return (self.stage == READ) == request.path.rstrip("/").endswith("search")


@dataclass
class Proxy:
    """A running server."""

    origin: Origin
    """Who knows the right answers."""
    fault: Fault | None = None
    """What is spoiled."""
    delay_s: float = 0.0
    """Wait before every answer."""
    url: str = ""
    """Address, once it runs."""
    asked: list[Request] = field(default_factory=list)
    """Every request, in order."""
    spoiled: int = 0
    """Answers spoiled so far."""
    closing: threading.Event = field(default_factory=threading.Event)
    """Set when the server stops, so that nobody waits on."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def chosen(self, request: Request) -> Fault | None:
        """Record a request; return the fault that applies to it, or None."""
        with self._lock:
            self.asked.append(request)
            fault = self.fault
            if fault is None or not fault.hits(request):
                return None
            if fault.times is not None and self.spoiled >= fault.times:
                return None
            self.spoiled += 1
            return fault


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    proxy: Proxy

    def log_message(self, format: str, *args: object) -> None:  # the base's name
        """Suppress the request log."""

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_HEAD = do_GET  # noqa: N815  # names of the base

    def _serve(self) -> None:
        there = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            self.command,
            there.path,
            there.query,
            {word.lower(): text for word, text in self.headers.items()},
            self.rfile.read(length) if length else b"",
        )
        fault = self.proxy.chosen(request)
        if self.proxy.delay_s:
            time.sleep(self.proxy.delay_s)
        answer = self.proxy.origin(request)
        if fault and fault.name in REWRITTEN:
            answer = REWRITTEN[fault.name](answer, request, fault)
            fault = None
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            if fault:
                SPOILED[fault.name](self, answer, request, fault)
            else:
                self.say(answer)

    def say(self, answer: Answer, *, length: int | None = None) -> None:
        """Send an answer; `length` is what its header announces."""
        self.send_response(answer.status)
        for word, text in answer.headers.items():
            self.send_header(word, text)
        self.send_header("Content-Length", str(len(answer.body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def cut(self) -> None:
        """End the connection after this answer."""
        self.close_connection = True


Spoiler = Callable[[_Handler, Answer, Request, Fault], None]


def _status(code: int, **headers: str) -> Spoiler:
    secret = f"<Error><Code>{code}</Code><Sig>sig={CANARY}&amp;se=2020</Sig></Error>".encode()
    words = {"Content-Type": "application/xml"}
    words |= {word.replace("_", "-"): text for word, text in headers.items()}
    return lambda handler, *_: handler.say(Answer(code, words, secret))


def _hang(handler: _Handler, *_: object) -> None:
    handler.proxy.closing.wait(120)
    handler.cut()


def _reset(handler: _Handler, *_: object) -> None:
    now = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
    handler.connection.close()
    handler.cut()


def _drip(handler: _Handler, answer: Answer, *_: object) -> None:
    handler.say(replace(answer, body=b""), length=len(answer.body))
    for i in range(len(answer.body)):
        if handler.proxy.closing.wait(DRIP_S):
            break
        handler.wfile.write(answer.body[i : i + 1])
        handler.wfile.flush()
    handler.cut()


def _endless(first: Callable[[bytes], bytes], piece: bytes, pause_s: float) -> Spoiler:
    """Send a beginning, made from the right body, and then one piece for ever."""

    def spoil(handler: _Handler, answer: Answer, *_: object) -> None:
        handler.wfile.write(first(answer.body))
        while not handler.proxy.closing.wait(pause_s):
            handler.wfile.write(piece)
        handler.cut()

    return spoil


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def _in_one_chunk(body: bytes) -> bytes:
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n" % (len(body), body)


def _truncated(handler: _Handler, answer: Answer, *_: object) -> None:
    half = answer.body[: len(answer.body) // 2]
    handler.say(replace(answer, body=half), length=len(answer.body))
    handler.cut()


def _html(handler: _Handler, *_: object) -> None:
    page = b"<html><body>Please sign in to the network.</body></html>"
    handler.say(Answer(200, {"Content-Type": "text/html"}, page))


def _unannounced(handler: _Handler, answer: Answer, *_: object) -> None:
    page = b"<html><body>Please sign in to the network.</body></html>" * 40
    handler.say(replace(answer, body=page[: len(answer.body)].ljust(len(answer.body), b" ")))


SPOILED: dict[str, Spoiler] = {
    "500": _status(500),
    "503": _status(503),
    "404": _status(404),
    "429": _status(429, Retry_After="1"),
    "403": _status(403),
    "hang": _hang,
    "reset": _reset,
    "drip": _drip,
    "dripped status line": _endless(lambda _: b"HTTP/1.1 200 O", b"K", DRIP_S),
    "dripped headers": _endless(lambda _: HEAD + b"X-Long: ", b"x", DRIP_S),
    "endless 100 Continue": _endless(lambda _: b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.001),
    "endless trailers": _endless(_in_one_chunk, b"X-Trailer: 1\r\n", 0.001),
    "endless redirection": _endless(
        lambda _: b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n", b"x", 0.001
    ),
    "truncated": _truncated,
    "empty": lambda handler, answer, *_: handler.say(
        Answer(200, {"Content-Type": answer.headers.get("Content-Type", "")}, b"")
    ),
    "html": _html,
    "html as a file": _unannounced,
}
"""Faults of the connection and of the status."""

Rewriter = Callable[[Answer, Request, Fault], Answer]


def _whole(_: Answer, request: Request, fault: Fault) -> Answer:
    return ranged(fault.content, replace(request, headers={}), etag="whole")


def _other(_: Answer, request: Request, fault: Fault) -> Answer:
    return ranged(fault.content, request, etag="other")


def _corrupt(answer: Answer, *_: object) -> Answer:
    body = bytearray(answer.body)
    for at in (min(40, len(body) - 1), *range(len(body) // 3, len(body), max(1, len(body) // 7))):
        body[at] ^= 0x55
    return replace(answer, body=bytes(body))


def _one_bit(answer: Answer, *_: object) -> Answer:
    body = bytearray(answer.body)
    body[len(body) // 2] ^= 0x04
    return replace(answer, body=bytes(body))


def _zeroed(answer: Answer, *_: object) -> Answer:
    return replace(answer, body=bytes(len(answer.body)))


def _wrong_size(answer: Answer, *_: object) -> Answer:
    said = answer.headers.get("Content-Range", "")
    if not said:
        return replace(answer, body=answer.body + bytes(1000))
    head, _, total = said.partition("/")
    longer = {**answer.headers, "Content-Range": f"{head}/{int(total) + 1000}"}
    return replace(answer, headers=longer)


def _shifted(answer: Answer, *_: object) -> Answer:
    return replace(answer, body=answer.body[1:] + b"\0")


def _page(change: Callable[[dict[str, Any]], None]) -> Rewriter:
    def rewrite(answer: Answer, request: Request, fault: Fault) -> Answer:
        page = json.loads(answer.body)
        if page.get("features"):
            change(page)
        return replace(answer, body=json.dumps(page).encode())

    return rewrite


def _lose_next(page: dict[str, Any]) -> None:
    page["links"] = [link for link in page["links"] if link["rel"] != "next"]


def _lose_next_and_count(page: dict[str, Any]) -> None:
    _lose_next(page)
    for word in ("numberMatched", "context"):
        page.pop(word, None)


def _again(page: dict[str, Any]) -> None:
    page["features"] = page["features"] * 2


def _circle(page: dict[str, Any]) -> None:
    for link in page["links"]:
        if link["rel"] == "next":
            link["body"].pop("token", None)


def _property(**words: Any) -> Callable[[dict[str, Any]], None]:
    def change(page: dict[str, Any]) -> None:
        page["features"][0]["properties"] |= words

    return change


def _item(**words: Any) -> Callable[[dict[str, Any]], None]:
    return lambda page: page["features"][0].update(words)


def _lose_asset(page: dict[str, Any]) -> None:
    assets = page["features"][0]["assets"]
    assets.pop("nir", None)
    assets.pop("vh", None)


def _asset(**words: Any) -> Callable[[dict[str, Any]], None]:
    def change(page: dict[str, Any]) -> None:
        assets = page["features"][0]["assets"]
        assets["red"] = {**assets["red"], **words}

    return change


def _move_grid(page: dict[str, Any]) -> None:
    asset = page["features"][0]["assets"]["red"]
    a, b, c, d, e, f = asset["proj:transform"]
    asset["proj:transform"] = [a, b, c + 10 * a, d, e, f]


def _wrong_zone(page: dict[str, Any]) -> None:
    words = page["features"][0]["properties"]
    words["proj:epsg"] = 32653 if words["proj:epsg"] != 32653 else 32652


def _deep(answer: Answer, request: Request, fault: Fault) -> Answer:
    marked = _page(_property(deep="@deep"))(answer, request, fault)
    lists = b"[" * 20_000 + b"]" * 20_000
    return replace(marked, body=marked.body.replace(b'"@deep"', lists))


def _number_matched(page: dict[str, Any]) -> None:
    page["numberMatched"] = 1000


REWRITTEN: dict[str, Rewriter] = {
    "ignored range": _whole,
    "corrupt": _corrupt,
    "one bit": _one_bit,
    "zeroed": _zeroed,
    "shifted by a byte": _shifted,
    "wrong size": _wrong_size,
    "another date": _other,
    "another date, same size": _other,
    "another band": _other,
    "another place": _other,
    "blank tile": _other,
    "page missing": _page(_lose_next),
    "page missing, no count": _page(_lose_next_and_count),
    "page twice": _page(_again),
    "pages in a circle": _page(_circle),
    "item without properties": _page(_item(properties=None)),
    "item without id": _page(_item(id=None)),
    "item without assets": _page(_item(assets=[])),
    "item without time": _page(_property(datetime="yesterday")),
    "address that is none": _page(_asset(href=17)),
    "missing asset": _page(_lose_asset),
    "wrong transform": _page(_move_grid),
    "wrong shape": _page(_asset(**{"proj:shape": [10, 10]})),
    "wrong zone": _page(_wrong_zone),
    "wrong scale": _page(
        _asset(**{"raster:bands": [{"data_type": "uint16", "scale": 0.0, "offset": 0}]})
    ),
    "number that is none": _page(_property(**{"eo:cloud_cover": float("nan")})),
    "number of 400 digits": _page(_property(**{"eo:cloud_cover": 10**399})),
    "text of 200 kB": _page(_property(platform="x" * 200_000)),
    "text that moves the cursor": _page(_property(platform="a\x1b[2J\u202eb")),
    "lists inside one another": _deep,
    "time outside the calendar": _page(_property(datetime="9999-12-31T23:59:59-14:00")),
    "address of a file here": _page(_asset(href="file:///etc/passwd")),
    "address of a private network": _page(_asset(href="http://169.254.169.254/latest")),
    "number of items estimated": _page(_number_matched),
    "clock ahead": _page(_property(datetime="2199-01-01T00:00:00Z")),
    "clock behind": _page(_property(datetime="2001-01-01T00:00:00Z")),
}
"""Faults of content: a sound answer with something else in it."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore broken connections: clients of a misbehaving server hang up."""


@contextlib.contextmanager
def serving(origin: Origin, *, fault: Fault | None = None, delay_s: float = 0.0) -> Iterator[Proxy]:
    """Run a server on a free port of loopback; stop it at the end."""
    proxy = Proxy(origin, fault=fault, delay_s=delay_s)
    handler = type("Handler", (_Handler,), {"proxy": proxy})
    server = _Server((LOOPBACK, 0), handler)
    proxy.url = f"http://{LOOPBACK}:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield proxy
    finally:
        proxy.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
