"""Fetch one byte range of a file over HTTP or from disk, with every response checked.

One call is one attempt: the caller decides on retries, so that no library's memory of a failure
outlives the failure. Nothing here can hang: each attempt has a time limit of its own.
"""

from __future__ import annotations

import http.client
import os
import re
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

import urllib3

from skytally.web import (
    ANY_ADDRESS,
    AddressRules,
    ForbiddenAddressError,
    answer_of,
    connection_fault,
    one_line,
)

SignUrl = Callable[[str], str]
"""Function from the address that the provider states to one that can be read."""
BODY_CHUNK_BYTES = 1 << 16
"""Bytes read from the connection between two checks of the clock."""
CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})", re.ASCII)
WHOLE_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
MAX_ETAG = 200
"""Characters of an ETag that are kept."""
STATUS_MEANINGS = {
    401: "the provider asks who we are; set the credentials its table names",
    403: "refused; the signature is out of date or the credentials are missing",
    404: "no such file",
    410: "the file is gone",
    416: "the file is shorter than what was asked for",
    429: "too many requests",
}


@dataclass(frozen=True)
class FetchSettings:
    """Time limits, retries and request sizes for fetching pixels; times in seconds."""

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
    addresses: AddressRules = ANY_ADDRESS
    """Which addresses may be read; those of the provider where a catalogue named the files."""


@dataclass(frozen=True)
class ByteRange:
    """Bytes of one range of a file."""

    data: bytes
    """The requested bytes, or fewer where the file ends before."""
    first: int
    """Offset of the first byte in the file."""
    total: int
    """Size of the whole file."""
    etag: str
    """ETag of this version of the file, or empty."""


class FetchAttemptError(RuntimeError):
    """One attempt to fetch that failed."""

    def __init__(self, message: str, *, pause_s: float = 0.0, final: bool = False) -> None:
        """Keep the message, the seconds to wait, and whether a retry is pointless."""
        self.pause_s, self.final = pause_s, final
        super().__init__(message)


def local_path(href: str) -> Path | None:
    """Path of a file of this machine, or None where an address names another place.

    Examples
    --------
    >>> local_path("file:///a%20b/c.tif").as_posix(), local_path("https://host/c.tif")
    ('/a b/c.tif', None)
    """
    if "://" not in href:
        return Path(href)
    if href.partition("://")[0].lower() != "file":
        return None
    host, _, path = href.partition("://")[2].partition("/")
    return Path(unquote(f"/{path}")) if host in ("", "localhost") else Path(href)


def open_regular_file(path: Path) -> BinaryIO:
    """Open a file for reading; a pipe, a device or a folder, which may never end, is refused.

    Raises
    ------
    OSError
        If it cannot be opened, or is no regular file.
    """
    # without the flag a pipe that nobody writes to would be waited for, here, for ever
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(None, "no regular file")
    return os.fdopen(handle, "rb")


def _range_from_disk(path: Path, first: int, count: int) -> ByteRange:
    try:
        with open_regular_file(path) as file:
            state = os.fstat(file.fileno())
            file.seek(first)
            return ByteRange(file.read(count), first, state.st_size, "")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no path of a file"
        message = reason or "cannot be read"
        raise FetchAttemptError(message, final=True) from None


def _retry_after_s(response: urllib3.BaseHTTPResponse) -> float:
    seconds = response.headers.get("Retry-After", "")
    return float(seconds) if WHOLE_NUMBER.fullmatch(seconds) else 0.0


def _announced_sizes(response: urllib3.BaseHTTPResponse, first: int, count: int) -> tuple[int, int]:
    """Length of the body and size of the file that a response announces; refuse a wrong one."""
    kind = response.headers.get("Content-Type", "").lower()
    if kind.startswith(("text/", "application/xml", "application/json")):
        message = f"status {response.status} with {_kind_of(kind)} where a file belongs"
        raise FetchAttemptError(message)
    length = response.headers.get("Content-Length", "")
    length = length if WHOLE_NUMBER.fullmatch(length) else ""
    if response.status == 200:
        if first or not length or int(length) > count:
            message = f"the server sends the whole file ({length or 'unknown'} bytes), not a part"
            raise FetchAttemptError(message)
        if int(length) == 0:
            message = "an empty answer"
            raise FetchAttemptError(message)
        return int(length), int(length)
    match = CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    if response.status != 206 or not match:
        message = f"status {response.status} without the range that was asked for"
        raise FetchAttemptError(message)
    begin, end, total = (int(digits) for digits in match.groups())
    if length and int(length) != end - begin + 1:
        message = f"{length} bytes announced for a range of {end - begin + 1}"
        raise FetchAttemptError(message)
    if begin != first or end != min(first + count, total) - 1:
        message = f"bytes {begin} to {end} of {total} where {first} to {first + count - 1} belong"
        raise FetchAttemptError(message)
    return end - begin + 1, total


def _kind_of(kind: str) -> str:
    return one_line(kind.partition(";")[0], limit=40)


def _read_body(response: urllib3.BaseHTTPResponse, length: int, end: float) -> bytes:
    chunks: list[bytes] = []
    received = 0
    while received < length:
        if time.monotonic() > end:
            message = f"too slow: {received} of {length} bytes in the time for one answer"
            raise FetchAttemptError(message)
        chunk = response.read1(min(BODY_CHUNK_BYTES, length - received))
        if not chunk:
            message = f"cut short: {received} of {length} bytes"
            raise FetchAttemptError(message)
        chunks.append(chunk)
        received += len(chunk)
    if response.read1(1):
        message = f"longer than the {length} bytes it announces"
        raise FetchAttemptError(message)
    return b"".join(chunks)


def _range_from_server(
    url: str, first: int, count: int, left: float, settings: FetchSettings
) -> ByteRange:
    end = time.monotonic() + left
    with answer_of(
        "GET",
        url,
        rules=settings.addresses,
        ends=end,
        connect_s=settings.connect_s,
        headers={"Range": f"bytes={first}-{first + count - 1}", "Accept-Encoding": "identity"},
        connections=settings.concurrency,
    ) as response:
        if response.status not in (200, 206):
            meaning = STATUS_MEANINGS.get(response.status, "the server failed")
            message = f"status {response.status}: {meaning}"
            raise FetchAttemptError(message, pause_s=_retry_after_s(response))
        length, total = _announced_sizes(response, first, count)
        data = _read_body(response, length, end)
        etag = one_line(response.headers.get("ETag", ""), limit=MAX_ETAG)
        response.release_conn()
        return ByteRange(data, first, total, etag)


def fetch_range(
    href: str, first: int, count: int, *, sign: SignUrl, settings: FetchSettings, until: float
) -> ByteRange:
    """Fetch one byte range in a single attempt.

    Parameters
    ----------
    href : str
        Address or path of the file, unsigned.
    first, count : int
        First byte and number of bytes; fewer are returned where the file ends before.
    sign : callable
        Signs the address; called right before the request.
    settings : FetchSettings
        Time limits.
    until : float
        Value of `time.monotonic` after which no request starts.

    Returns
    -------
    ByteRange
        The bytes, and the size of the whole file.

    Raises
    ------
    FetchAttemptError
        If the range cannot be fetched in this attempt; its text contains no query of an address.
    """
    path = local_path(href)
    if path is not None:
        if not settings.addresses.local:
            message = "a file of this machine, which a catalogue elsewhere may not name"
            raise FetchAttemptError(message, final=True)
        return _range_from_disk(path, first, count)
    left = min(settings.timeout_s, until - time.monotonic())
    if left <= 0:
        message = "out of time"
        raise FetchAttemptError(message, final=True)
    try:
        return _range_from_server(sign(href), first, count, left, settings)
    except ForbiddenAddressError as error:
        raise FetchAttemptError(str(error), final=True) from None
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
        raise FetchAttemptError(connection_fault(error)) from None
