"""One range of bytes of one file, over HTTP or from a disk, with every answer doubted.

One call is one attempt: who calls decides whether to try again, so that no library's memory of
a failure outlives the failure. Nothing here can hang: each attempt has a clock of its own.
"""

from __future__ import annotations

import functools
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import urllib3

Sign = Callable[[str], str]
"""Address as the provider names it to the address that can be read."""
PIECE = 1 << 16
"""Bytes taken from the connection at a time, between two looks at the clock."""
ONCE = urllib3.Retry(
    3, connect=0, read=0, redirect=3, status=0, other=0, respect_retry_after_header=False
)
"""Redirections are followed; nothing is tried twice behind our back."""
RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
SAID = {
    401: "the provider asks who we are; set the credentials its table names",
    403: "refused; the signature is out of date or the credentials are missing",
    404: "no such file",
    410: "the file is gone",
    416: "the file is shorter than what was asked for",
    429: "too many requests",
}


@dataclass(frozen=True)
class Settings:
    """How pixels are fetched; times in seconds."""

    concurrency: int = 16
    """Files that are read at the same time."""
    connect_s: float = 10.0
    """Longest wait for a connection."""
    timeout_s: float = 30.0
    """Longest time for one answer, its body included."""
    tries: int = 4
    """Attempts for one file, and for one scene whose pixels contradict each other."""
    pause_s: float = 0.5
    """Wait before the second attempt; it doubles with each further one."""
    longest_pause_s: float = 30.0
    """Longest wait between two attempts, also when the server asks for a longer one."""
    deadline_s: float = 180.0
    """Longest time for one file, with all attempts and waits."""
    head_bytes: int = 1 << 15
    """First bytes of a file, meant to hold its header."""
    whole_bytes: int = 1 << 20
    """Files up to this size are fetched whole, in one request."""
    gap_bytes: int = 1 << 18
    """Tiles with a gap up to this between them are fetched in one request."""


@dataclass(frozen=True)
class Part:
    """Bytes of a file."""

    data: bytes
    """What was asked for, or less where the file ends before."""
    first: int
    """Place of the first byte in the file."""
    total: int
    """Size of the whole file."""
    etag: str
    """The server's mark of this version of the file, or empty."""


class Fault(RuntimeError):  # noqa: N818  # what went wrong in one attempt; callers turn it into an error
    """One attempt that failed."""

    def __init__(self, said: str, *, pause_s: float = 0.0, final: bool = False) -> None:
        """Keep what was found, how long to wait, and whether trying again is of no use."""
        self.pause_s, self.final = pause_s, final
        super().__init__(said)


def bare(href: str) -> str:
    """Give an address without its query and user, which may hold a signature or a key.

    Examples
    --------
    >>> bare("https://user:key@host/b02.tif?sig=secret")
    'https://host/b02.tif'
    """
    return re.sub(r"(?<=://)[^/@]*@", "", href.partition("?")[0])


def scrubbed(error: BaseException) -> str:
    """Give an error's kind and words without any query that its text may carry."""
    words = re.sub(r"\?\S*", "", re.sub(r"(?<=://)[^/@\s]*@", "", " ".join(str(error).split())))
    return f"{type(error).__name__}: {words[:200]}"


@functools.lru_cache(maxsize=8)
def _pool(process: int, size: int) -> urllib3.PoolManager:
    """Give the connections of this process, kept open from scene to scene."""
    assert process == os.getpid()
    return urllib3.PoolManager(num_pools=32, maxsize=size, block=False)


def _local(href: str) -> Path | None:
    if href.startswith("file://"):
        return Path(href.removeprefix("file://"))
    return None if "://" in href else Path(href)


def _from_disk(path: Path, first: int, count: int) -> Part:
    try:
        with path.open("rb") as file:
            state = os.fstat(file.fileno())
            file.seek(first)
            return Part(file.read(count), first, state.st_size, "")
    except OSError as error:
        message = f"{error.strerror or error}"
        raise Fault(message, final=True) from None


def _asked_pause(response: urllib3.BaseHTTPResponse) -> float:
    asked = response.headers.get("Retry-After", "")
    return float(asked) if asked.isdigit() else 0.0


def _expected(response: urllib3.BaseHTTPResponse, first: int, count: int) -> tuple[int, int]:
    """Give the length of the body and the size of the file, or refuse the answer."""
    kind = response.headers.get("Content-Type", "")
    if kind.startswith(("text/", "application/xml", "application/json")):
        message = f"status {response.status} with {kind.partition(';')[0]} where a file belongs"
        raise Fault(message)
    if response.status == 200:
        length = response.headers.get("Content-Length", "")
        if first or not length.isdigit() or int(length) > count:
            message = f"the server sends the whole file ({length or 'unknown'} bytes), not a part"
            raise Fault(message)
        if int(length) == 0:
            message = "an empty answer"
            raise Fault(message)
        return int(length), int(length)
    found = RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    if response.status != 206 or not found:
        message = f"status {response.status} without the range that was asked for"
        raise Fault(message)
    begin, end, total = (int(word) for word in found.groups())
    length = response.headers.get("Content-Length", "")
    if length.isdigit() and int(length) != end - begin + 1:
        message = f"{length} bytes announced for a range of {end - begin + 1}"
        raise Fault(message)
    if begin != first or end != min(first + count, total) - 1:
        message = f"bytes {begin} to {end} of {total} where {first} to {first + count - 1} belong"
        raise Fault(message)
    return end - begin + 1, total


def _body(response: urllib3.BaseHTTPResponse, length: int, end: float) -> bytes:
    pieces: list[bytes] = []
    got = 0
    while got < length:
        if time.monotonic() > end:
            message = f"too slow: {got} of {length} bytes in the time for one answer"
            raise Fault(message)
        piece = response.read1(min(PIECE, length - got))
        if not piece:
            message = f"cut short: {got} of {length} bytes"
            raise Fault(message)
        pieces.append(piece)
        got += len(piece)
    if response.read1(1):
        message = f"longer than the {length} bytes it announces"
        raise Fault(message)
    return b"".join(pieces)


def _answer(url: str, first: int, count: int, left: float, settings: Settings) -> Part:
    end = time.monotonic() + left
    pool = _pool(os.getpid(), settings.concurrency)
    response = pool.request(
        "GET",
        url,
        headers={"Range": f"bytes={first}-{first + count - 1}", "Accept-Encoding": "identity"},
        timeout=urllib3.Timeout(connect=min(settings.connect_s, left), read=left),
        retries=ONCE,
        preload_content=False,
        decode_content=False,
    )
    sound = False
    try:
        if response.status not in (200, 206):
            said = SAID.get(response.status, "the server failed")
            message = f"status {response.status}: {said}"
            raise Fault(message, pause_s=_asked_pause(response))
        length, total = _expected(response, first, count)
        data = _body(response, length, end)
        sound = True
        return Part(data, first, total, response.headers.get("ETag", ""))
    finally:
        # a connection with half an answer in it must not serve the next request
        if sound:
            response.release_conn()
        else:
            response.close()


def get_range(
    href: str, first: int, count: int, *, sign: Sign, settings: Settings, until: float
) -> Part:
    """Fetch one range of bytes, in one attempt.

    Parameters
    ----------
    href : str
        Address or path of the file, unsigned.
    first, count : int
        First byte and number of bytes; fewer come where the file ends before.
    sign : callable
        Makes the address readable; called right before the request.
    settings : Settings
        Time limits.
    until : float
        Moment of `time.monotonic` after which nothing is begun.

    Returns
    -------
    Part
        The bytes, and the size of the whole file.

    Raises
    ------
    Fault
        If the file cannot be had in this attempt; its text holds no query of an address.
    """
    path = _local(href)
    if path is not None:
        return _from_disk(path, first, count)
    left = min(settings.timeout_s, until - time.monotonic())
    if left <= 0:
        message = "out of time"
        raise Fault(message, final=True)
    try:
        return _answer(sign(href), first, count, left, settings)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise Fault(scrubbed(error)) from None
