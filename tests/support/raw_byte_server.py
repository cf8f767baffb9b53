"""A server on loopback that sends whatever bytes a test wants, at whatever pace."""

from __future__ import annotations

import contextlib
import itertools
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
Script = Callable[[str], Iterable[bytes]]
"""Function of the server's address that yields the pieces of an answer."""


@dataclass
class RawServer:
    """A running server."""

    port: int
    """Where it listens."""
    pause_s: float
    """Wait between two pieces."""
    asked: list[bytes] = field(default_factory=list)
    """First bytes of every request."""
    closing: threading.Event = field(default_factory=threading.Event)
    """Set when the server stops."""

    @property
    def url(self) -> str:
        """Address."""
        return f"http://127.0.0.1:{self.port}"


def _serve(
    server: RawServer, plain: socket.socket, script: Script, tls: ssl.SSLContext | None
) -> None:
    with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
        client = stack.enter_context(tls.wrap_socket(plain, server_side=True) if tls else plain)
        server.asked.append(client.recv(1 << 16))
        for piece in script(server.url):
            client.sendall(piece)
            if server.closing.wait(server.pause_s):
                return
        if script is silent:
            server.closing.wait(60)


def silent(_: str) -> Iterable[bytes]:
    """Send nothing, and keep the connection."""
    return ()


def dripped(text: bytes) -> Iterator[bytes]:
    """Send a text byte by byte, then spaces for ever."""
    yield from (text[i : i + 1] for i in range(len(text)))
    yield from itertools.repeat(b" ")


@contextlib.contextmanager
def raw_server(
    script: Script, *, pause_s: float = 0.02, tls: ssl.SSLContext | None = None
) -> Iterator[RawServer]:
    """Run a server on a free port of loopback, one thread a connection; stop it at the end."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = RawServer(listener.getsockname()[1], pause_s)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                words = (server, client, script, tls)
                threading.Thread(target=_serve, args=words, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        server.closing.set()
        listener.close()
