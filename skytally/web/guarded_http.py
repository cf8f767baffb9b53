"""HTTP requests that end in time, to addresses that are allowed, whatever a server does.

Two things are held here for catalogues, files, tokens and cited pages alike. A request has one
deadline, which is checked before each byte that is waited for, so that no dripped status line,
header, chunk or trailer outlasts it. And a connection is made only to an address of the public
internet, unless the rules allow others: a host is resolved once, checked, and connected to at the
address that was checked, so that a name cannot change its meaning in between.
"""

from __future__ import annotations

import contextlib
import functools
import http.client
import ipaddress
import os
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urljoin
from urllib.request import getproxies_environment, proxy_bypass

import requests.certs
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util import create_urllib3_context

from skytally.web.allowed_addresses import (
    ANY_ADDRESS,
    AddressRules,
    ForbiddenAddressError,
    is_public,
    origin_of,
)

MAX_REDIRECTS = 4
"""Redirections of one request that are followed."""
REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class _Limits:
    """When a request ends."""

    ends: float
    """Moment of `time.monotonic` at which its connection is closed."""
    silence_s: float
    """Longest wait for the next byte, seconds."""

    def left(self) -> float:
        """Seconds that may be waited now."""
        left = self.ends - time.monotonic()
        if left <= 0:
            message = "timed out"
            raise TimeoutError(message)
        return min(left, self.silence_s)


class _OfThread(threading.local):
    """Limits of the request that this thread makes."""

    limits = _Limits(0.0, 0.0)


_of_thread = _OfThread()


class _DeadlineSocket(socket.socket):
    """Socket that never waits beyond the deadline of its request."""

    limits: _Limits

    def recv_into(self, *args: Any, **words: Any) -> int:
        self.settimeout(self.limits.left())
        return super().recv_into(*args, **words)


class _DeadlineTLSSocket(ssl.SSLSocket):
    """Encrypted socket that never waits beyond the deadline of its request."""

    limits: _Limits

    def recv_into(self, *args: Any, **words: Any) -> int:
        self.settimeout(self.limits.left())
        return super().recv_into(*args, **words)


def _addresses(host: str, port: int, left: float) -> list[tuple[Any, ...]]:
    """Resolve a host, for which the system's own resolver knows no limit of time."""
    found: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            found.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        # what it raises belongs to the thread that asked
        except Exception as error:
            found.put(error)

    threading.Thread(target=resolve, daemon=True, name="resolver").start()
    try:
        answer = found.get(timeout=left)
    except queue.Empty:
        message = "timed out"
        raise TimeoutError(message) from None
    if isinstance(answer, UnicodeError):
        raise socket.gaierror(socket.EAI_NONAME, "no host name") from None
    if isinstance(answer, Exception):
        raise answer
    return list(answer)


class _Guarded:
    """What both kinds of connection do."""

    rules: ClassVar[AddressRules] = ANY_ADDRESS
    sock: Any

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        self.sock.limits = _of_thread.limits

    def request(self, *args: Any, **words: Any) -> None:
        if self.sock is not None:
            self.sock.limits = _of_thread.limits
        super().request(*args, **words)  # type: ignore[misc]

    def _new_conn(self) -> socket.socket:
        """Connect to one of the host's addresses that are allowed."""
        host, port = self._dns_host, self.port  # type: ignore[attr-defined]
        try:
            found = _addresses(host, port, _of_thread.limits.left())
        except OSError as error:
            if isinstance(error, socket.gaierror):
                raise NameResolutionError(host, self, error) from error  # type: ignore[arg-type]
            raise ConnectTimeoutError(self, "timed out") from error
        allowed = [each for each in found if self._is_allowed(each[4][0])]
        if not allowed:
            bracketed = f"[{host}]" if ":" in host else host
            url = f"http://{bracketed}:{port}"
            self.rules.check_ip(url, ipaddress.ip_address(found[0][4][0].partition("%")[0]))
        return self._connected(allowed)

    def _is_allowed(self, address: str) -> bool:
        # a proxy is the user's own, and resolves names on its side of the network
        if self.proxy is not None:  # type: ignore[attr-defined]
            return True
        host = self._dns_host.strip("[]").rstrip(".").lower()  # type: ignore[attr-defined]
        ip = ipaddress.ip_address(address.partition("%")[0])
        return self.rules.allows(ip, (host, self.port))  # type: ignore[attr-defined]

    def _connected(self, allowed: list[tuple[Any, ...]]) -> socket.socket:
        fault: OSError = OSError("no address")
        for family, kind, protocol, _, address in allowed:
            sock = _DeadlineSocket(family, kind, protocol)
            sock.limits = _of_thread.limits
            try:
                left, patience = sock.limits.left(), self.timeout  # type: ignore[attr-defined]
                sock.settimeout(left if patience is None else min(left, patience))
                for option in self.socket_options or ():  # type: ignore[attr-defined]
                    sock.setsockopt(*option)
                sock.connect(address)
            except OSError as error:
                fault = error
                sock.close()
                continue
            return sock
        if isinstance(fault, TimeoutError):
            raise ConnectTimeoutError(self, "timed out") from fault
        raise NewConnectionError(self, os.strerror(fault.errno or 0)) from fault  # type: ignore[arg-type]


class _Connection(_Guarded, HTTPConnection):
    pass


class _TLSConnection(_Guarded, HTTPSConnection):
    pass


def _pool_classes(rules: AddressRules) -> dict[str, type[HTTPConnectionPool]]:
    """Classes of connection pools whose connections obey rules."""
    plain = type("Connection", (_Connection,), {"rules": rules})
    tls = type("TLSConnection", (_TLSConnection,), {"rules": rules})
    return {
        "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("TLSPool", (HTTPSConnectionPool,), {"ConnectionCls": tls}),
    }


@functools.lru_cache(maxsize=32)
def _manager(process: int, rules: AddressRules, size: int, proxy: str) -> urllib3.PoolManager:
    """HTTP connection pools of this process, kept open from request to request."""
    assert process == os.getpid()
    context = create_urllib3_context()
    context.load_default_certs()
    # not every system keeps certificates where Python looks for them
    context.load_verify_locations(os.environ.get("REQUESTS_CA_BUNDLE") or requests.certs.where())
    context.sslsocket_class = _DeadlineTLSSocket
    settings: dict[str, Any] = {"maxsize": size, "block": False, "ssl_context": context}
    pools = (
        urllib3.ProxyManager(proxy, num_pools=32, **settings)
        if proxy
        else urllib3.PoolManager(num_pools=32, **settings)
    )
    pools.pool_classes_by_scheme = _pool_classes(rules)
    return pools


def _proxy_for(url: str) -> str:
    """Address of the proxy that the environment names for an address; empty for none."""
    host, port = origin_of(url)
    with contextlib.suppress(ValueError):
        if not is_public(ipaddress.ip_address(host)):
            return ""
    proxies = getproxies_environment()
    if host == "localhost" or proxy_bypass(f"{host}:{port}"):
        return ""
    return proxies.get(url.partition(":")[0].lower(), proxies.get("all", ""))


def _sent(
    method: str,
    url: str,
    *,
    rules: AddressRules,
    limits: _Limits,
    connect_s: float,
    headers: Mapping[str, str] | None,
    body: bytes | None = None,
    connections: int,
) -> urllib3.BaseHTTPResponse:
    """Send one request and return its answer, of which the body is not read yet."""
    rules.check(url)
    pools = _manager(os.getpid(), rules, connections, _proxy_for(url))
    _of_thread.limits = limits
    left = limits.left()
    return pools.request(
        method, url, headers=headers, body=body, retries=False, redirect=False,
        timeout=urllib3.Timeout(connect=min(connect_s, left), read=left),
        preload_content=False, decode_content=False,
    )  # fmt: skip


@contextlib.contextmanager
def unfollowed_answer(
    url: str,
    *,
    rules: AddressRules,
    ends: float,
    connect_s: float = 10.0,
    silence_s: float = float("inf"),
    headers: Mapping[str, str] | None = None,
) -> Iterator[urllib3.BaseHTTPResponse]:
    """Send one GET request and open its answer, which may be a redirection.

    Parameters
    ----------
    url : str
        Address.
    rules : AddressRules
        Which addresses may be read.
    ends : float
        Moment of `time.monotonic` at which the connection is closed.
    connect_s : float
        Longest wait for a connection, seconds.
    silence_s : float
        Longest wait for the next byte, seconds.
    headers : mapping of str to str, optional
        Headers of the request.

    Yields
    ------
    urllib3.BaseHTTPResponse
        As of `answer_of`.

    Raises
    ------
    ForbiddenAddressError
        If the address is not allowed.
    urllib3.exceptions.HTTPError, OSError
        If the connection fails or time is up.
    """
    response = _sent(
        "GET", url, rules=rules, limits=_Limits(ends, silence_s), connect_s=connect_s,
        headers=headers, connections=16,
    )  # fmt: skip
    try:
        yield response
    finally:
        response.close()


@contextlib.contextmanager
def answer_of(
    method: str,
    url: str,
    *,
    rules: AddressRules,
    ends: float,
    connect_s: float = 10.0,
    silence_s: float = float("inf"),
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    connections: int = 16,
    redirects: int = MAX_REDIRECTS,
) -> Iterator[urllib3.BaseHTTPResponse]:
    """Send one request and open its answer, redirections followed, nothing retried.

    Parameters
    ----------
    method : str
        Such as ``GET``.
    url : str
        Address, signed where it must be.
    rules : AddressRules
        Which addresses may be read, redirections included.
    ends : float
        Moment of `time.monotonic` at which the connection is closed, whatever was sent by then.
    connect_s : float
        Longest wait for a connection, seconds.
    silence_s : float
        Longest wait for the next byte, seconds.
    headers : mapping of str to str, optional
        Headers of the request.
    body : bytes, optional
        Body of the request.
    connections : int
        Connections to one host that are kept open.
    redirects : int
        Redirections that are followed; with 0 none is, since it could carry a header away.

    Yields
    ------
    urllib3.BaseHTTPResponse
        Its body is neither read nor decoded; the connection is used again only if the body was
        read to its end.

    Raises
    ------
    ForbiddenAddressError
        If an address is not allowed, or redirections do not end.
    urllib3.exceptions.HTTPError, OSError
        If the connection fails or time is up.
    """
    for _ in range(redirects + 1):
        response = _sent(
            method, url, rules=rules, limits=_Limits(ends, silence_s), connect_s=connect_s,
            headers=headers, body=body, connections=connections,
        )  # fmt: skip
        target = response.headers.get("Location") if response.status in REDIRECTS else None
        if not target:
            break
        response.close()
        url = urljoin(url, target)
        if response.status == 303:
            method, body = "GET", None
    else:
        message = f"redirected more than {redirects} times"
        raise ForbiddenAddressError(message)
    try:
        yield response
    finally:
        # a connection with an unread rest of a body must not serve the next request
        response.close()


def connection_fault(error: BaseException) -> str:
    """Word the fault of a connection in a few fixed words; nothing that a server sent is repeated.

    Parameters
    ----------
    error : Exception
        What `answer_of` or the reading of its answer raised.
    """
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain:
        chain.append(following)
        following = following.__cause__ or following.__context__
    for kinds, words in FAULTS.items():
        if any(isinstance(each, kinds) for each in chain):
            return words
    numbers = [each.errno for each in chain if isinstance(each, OSError) and each.errno]
    detail = os.strerror(numbers[-1]).lower() if numbers else type(error).__name__
    return f"connection broken ({detail})"


FAULTS: dict[tuple[type[BaseException], ...], str] = {
    (NameResolutionError, socket.gaierror): "the host name is not known; is there a network?",
    (TimeoutError, urllib3.exceptions.ReadTimeoutError): "no answer in time",
    (ssl.SSLError, urllib3.exceptions.SSLError): (
        "no secure connection; is the clock of this machine right?"
    ),
    (ConnectionRefusedError,): "connection refused",
    (http.client.IncompleteRead,): "an answer that breaks off",
    (ConnectionError,): "connection lost",
    (http.client.HTTPException, urllib3.exceptions.ProtocolError): (
        "an answer that breaks the rules of HTTP"
    ),
}
"""Kinds of errors to what is said of them; the first that fits."""
