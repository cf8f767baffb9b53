"""A loopback file server that delays every answer and counts requests and bytes.

``python labs/benchmarks/delaying_and_counting_file_server.py FOLDER PORT SECONDS`` serves a folder
with byte ranges and persistent connections; ``/__count`` returns the counters and sets them to 0.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ASKED = re.compile(rb"bytes=(\d*)-(\d*)")


class Server:
    """File server that delays its answers and counts its traffic."""

    def __init__(self, folder: Path, delay_s: float) -> None:
        """Serve a folder; wait before each answer."""
        self.folder, self.delay_s = folder, delay_s
        self.count = {"GET": 0, "HEAD": 0, "missing": 0, "bytes": 0}

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it ends."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(await self.answer(head))
                await writer.drain()
        writer.close()

    async def answer(self, head: bytes) -> bytes:
        """Answer one request."""
        method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
        if target == "/__count":
            told = json.dumps(self.count).encode()
            self.count = dict.fromkeys(self.count, 0)
            return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(told), told)
        self.count[method] += 1
        await asyncio.sleep(self.delay_s)
        path = self.folder / target.partition("?")[0].lstrip("/")
        if not path.is_file():
            self.count["missing"] += 1
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        size = path.stat().st_size
        found = ASKED.search(head)
        first, last = 0, size - 1
        if found and found[1]:
            first, last = int(found[1]), min(int(found[2] or last), last)
        elif found:
            first = max(0, size - int(found[2]))
        body = b""
        if method == "GET":
            with path.open("rb") as file:
                file.seek(first)
                body = file.read(last - first + 1)
        self.count["bytes"] += len(body)
        words = [
            "HTTP/1.1 206 Partial Content" if found else "HTTP/1.1 200 OK",
            "Content-Type: image/tiff",
            "Accept-Ranges: bytes",
            f'ETag: "{path.stat().st_mtime_ns:x}-{size:x}"',
            f"Content-Length: {last - first + 1}",
            *([f"Content-Range: bytes {first}-{last}/{size}"] if found else []),
        ]
        return "\r\n".join([*words, "", ""]).encode() + body


async def _serve(folder: Path, port: int, delay_s: float) -> None:
    server = Server(folder, delay_s)
    async with await asyncio.start_server(server.talk, "127.0.0.1", port, backlog=512) as open_:
        await open_.serve_forever()


@contextlib.contextmanager
def serving(folder: Path, *, delay_s: float) -> Iterator[str]:
    """Serve a folder from a separate process; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, __file__, str(folder), str(port), str(delay_s)])
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                counted(url)
                break
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait()


def counted(url: str) -> dict[str, int]:
    """Return the requests and bytes served since the last call."""
    with urllib.request.urlopen(f"{url}/__count", timeout=10) as answer:
        return dict(json.load(answer))


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
