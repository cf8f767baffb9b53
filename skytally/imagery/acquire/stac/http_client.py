"""HTTP client for STAC catalogues: retries transient faults, checks responses, limits the time."""

from __future__ import annotations

import http.client
import json
import time
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import urllib3
from pystac_client.stac_api_io import StacApiIO
from urllib3 import Retry
from urllib3.exceptions import HTTPError, InvalidHeader, MaxRetryError

from skytally.imagery.acquire.byte_range_fetching import BODY_CHUNK_BYTES
from skytally.imagery.acquire.stac.fault_tolerant_json_parser import (
    BrokenDocumentError,
    parse_document,
)
from skytally.web import AddressRules, ForbiddenAddressError, answer_of, connection_fault

RETRYABLE_STATUSES = (408, 425, 429, 500, 502, 503, 504)
"""HTTP statuses after which the same request may succeed."""
MAX_ANSWER_BYTES = 1 << 26
"""Bytes, unpacked; a page of items has some megabytes at most."""
MAX_SEARCH_BYTES = 1 << 29
"""Bytes of all answers to one search together."""
PLAIN, PACKED = ("", "identity"), ("gzip", "x-gzip")
"""Encodings of an answer; another was not asked for."""
CATALOGUE_STATUS_MEANINGS = {
    400: "the question was refused as wrong",
    401: "the catalogue asks who we are",
    403: "refused",
    404: "no such address or collection",
    405: "the catalogue takes no such question",
    429: "too many requests",
}


MEND_ROW = "mend the provider's row"
"""What to do about a fault that stays however often a catalogue is asked."""
TRY_LATER = f"try again later, or {MEND_ROW}"
"""What to do about a fault that may pass."""
LOOK_AT_PAGE = (
    "open the address in a browser, since a network that asks to log in answers like this, too; "
    "then try again"
)
"""What to do where something else answers in a catalogue's place."""
WEB_PAGE = "a web page instead of items"


class CatalogueError(RuntimeError):
    """A catalogue could not be read; the text says why in a few words, without any address."""

    def __init__(self, message: str, *, advice: str = MEND_ROW) -> None:
        """Keep what to do about it beside the text."""
        super().__init__(message)
        self.advice = advice


class _TransientError(RuntimeError):
    """A transient fault, with the seconds that the server asks us to wait."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


def _advice_on(fault: _TransientError) -> str:
    return LOOK_AT_PAGE if str(fault) == WEB_PAGE else TRY_LATER


class CatalogueIO(StacApiIO):
    """The HTTP layer of pystac-client with retries, time limits and checks of every response.

    pystac-client's own retries neither POST requests nor broken bodies, waits without limit,
    reads files of this machine where a catalogue names them, and takes a page without items for
    the end of the list. Here each request is retried as urllib3's `Retry` says, goes to allowed
    addresses only, and has one deadline; and whatever is not a catalogue, a collection, an item
    or a page of items is a fault.
    """

    def __init__(
        self, *, timeout: float, retry: Retry, patience: float, rules: AddressRules
    ) -> None:
        """Set the limits.

        Parameters
        ----------
        timeout : float
            Seconds to wait for a connection and for each next byte; a whole response may take
            three times that.
        retry : urllib3.Retry
            How often and after which waits a request is retried.
        patience : float
            Seconds for all requests together.
        rules : AddressRules
            Which addresses may be read.
        """
        super().__init__(max_retries=None)
        self.limit = timeout
        self.retry = retry
        self.patience = patience
        self.rules = rules
        self.ends = time.monotonic() + patience
        self.received = 0
        """Bytes of all answers so far, unpacked."""
        self.counts: list[int | None] = []
        """Number of all items that each page stated, since last cleared."""
        self.recovered: list[str] = []
        """Faults after which a retry succeeded."""
        self._documents: dict[str, dict[str, Any]] = {}

    @property
    def is_out_of_time(self) -> bool:
        """Whether no further request is answered."""
        return time.monotonic() >= self.ends or self.received > MAX_SEARCH_BYTES

    def read_text(self, source: Any, *args: Any, **words: Any) -> str:
        """Ask for a document; a path, which pystac-client would open, is refused as an address."""
        if isinstance(source, str):
            return self.request(source, *args, **words)
        return str(super().read_text(source, *args, **words))

    def json_loads(self, txt: str, *_: Any, **__: Any) -> dict[str, Any]:
        """Return the document that was parsed when its text came."""
        return self._documents.pop(txt)

    def document(self, href: str) -> dict[str, Any]:
        """Ask for a document and parse it."""
        return self.json_loads(self.request(href))

    def request(
        self,
        href: str,
        method: str | None = None,
        headers: dict[str, str] | None = None,
        parameters: dict[str, Any] | None = None,
    ) -> str:
        """Send one request, with retries, until it is answered, refused, or time is up.

        Returns
        -------
        str
            A token under which `json_loads` has the document that was parsed.

        Raises
        ------
        CatalogueError
            If it is refused, or still fails after the last attempt.
        """
        retry = self.retry
        while True:
            try:
                return self._attempt(href, (method or "GET").upper(), headers, parameters or {})
            except _TransientError as fault:
                try:
                    retry = retry.increment(error=HTTPError(str(fault)))
                except (MaxRetryError, HTTPError):
                    tries = len(retry.history) + 1
                    message = f"{fault}, {tries} time{'s' if tries > 1 else ''}"
                    raise CatalogueError(message, advice=_advice_on(fault)) from fault
                wait = fault.wait if fault.wait is not None else retry.get_backoff_time()
                if time.monotonic() + wait >= self.ends:
                    message = f"{fault}; no time left of {self.patience:g} s to wait {wait:g} s"
                    raise CatalogueError(message, advice=_advice_on(fault)) from fault
                self.recovered.append(str(fault))
                time.sleep(wait)

    def _attempt(
        self, href: str, method: str, headers: dict[str, str] | None, parameters: dict[str, Any]
    ) -> str:
        if self.is_out_of_time:
            message = f"no answer within {self.patience:g} s and {MAX_SEARCH_BYTES} bytes"
            raise CatalogueError(message, advice=TRY_LATER)
        if method not in ("GET", "POST"):
            message = "asks for a request that is no search"
            raise CatalogueError(message)
        words = {"Accept": "application/geo+json, application/json", "Accept-Encoding": "gzip"}
        words |= {name: text for name, text in (headers or {}).items() if name not in words}
        body = None
        try:
            if method == "POST":
                words["Content-Type"] = "application/json"
                body = json.dumps(parameters).encode()
            elif parameters:
                href = _with_query(href, parameters)
            wait = min(3 * self.limit, self.ends - time.monotonic())
            with answer_of(
                method, href, rules=self.rules, ends=time.monotonic() + wait,
                connect_s=self.limit, silence_s=self.limit, headers=words, body=body,
            ) as response:  # fmt: skip
                self._check_status(response)
                data = b"".join(self._chunks(response))
                kind = response.headers.get("Content-Type", "")
        except ForbiddenAddressError as error:
            raise CatalogueError(str(error)) from None
        except (ValueError, TypeError, RecursionError) as error:
            message = f"cannot be asked ({type(error).__name__})"
            raise CatalogueError(message) from None
        except (HTTPError, http.client.HTTPException, OSError) as error:
            fault = connection_fault(error)
            late = fault == connection_fault(TimeoutError())
            raise _TransientError(f"no answer within {wait:.3g} s" if late else fault) from None
        document = self._checked_document(data, kind)
        token = str(id(document))
        self._documents[token] = document
        return token

    def _check_status(self, response: urllib3.BaseHTTPResponse) -> None:
        status = response.status
        if 200 <= status < 300:
            return
        message = f"status {status}" + (
            f" ({CATALOGUE_STATUS_MEANINGS[status]})" if status in CATALOGUE_STATUS_MEANINGS else ""
        )
        if status not in RETRYABLE_STATUSES:
            may_pass = status == 403 or status >= 500
            raise CatalogueError(message, advice=TRY_LATER if may_pass else MEND_ROW)
        try:
            wait = self.retry.get_retry_after(response)
        # a date or number that is none: Retry-After is a wish, not a promise
        except (InvalidHeader, ValueError, OverflowError):
            wait = None
        raise _TransientError(message, wait)

    def _chunks(self, response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in (*PLAIN, *PACKED):
            message = "an answer in an encoding that was not asked for"
            raise CatalogueError(message)
        unpacked = _as_sent if encoding in PLAIN else _unpacked
        size = 0
        for chunk in unpacked(response):
            size, self.received = size + len(chunk), self.received + len(chunk)
            if size > MAX_ANSWER_BYTES:
                message = f"an answer of more than {MAX_ANSWER_BYTES} bytes"
                raise CatalogueError(message)
            yield chunk

    def _checked_document(self, data: bytes, kind: str) -> dict[str, Any]:
        """Check that a response is STAC, and record the item count that a page states."""
        if not data.strip():
            message = "an empty answer"
            raise _TransientError(message)
        try:
            document = parse_document(data)
        except BrokenDocumentError as error:
            html = data.lstrip()[:1] == b"<" or "html" in kind.lower()
            message = WEB_PAGE if html else str(error)
            raise _TransientError(message) from None
        if document.get("type") == "FeatureCollection" or "features" in document:
            if not isinstance(document.get("features"), list):
                message = "a page without a list of items"
                raise _TransientError(message)
            self.counts.append(_number_matched(document))
        elif "stac_version" not in document:
            message = "an answer that is neither a catalogue nor a page of items"
            raise _TransientError(message)
        return document


def _as_sent(response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    while chunk := response.read1(BODY_CHUNK_BYTES):
        yield chunk


def _unpacked(response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    """Unpack gzip piece by piece, so that a small body cannot become a large memory."""
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    for chunk in _as_sent(response):
        rest = chunk
        while rest and not unpacker.eof:
            try:
                yield unpacker.decompress(rest, BODY_CHUNK_BYTES)
            except zlib.error:
                message = "an answer that cannot be unpacked"
                raise _TransientError(message) from None
            rest = unpacker.unconsumed_tail
        if unpacker.eof:
            return
    if not unpacker.eof:
        message = "an answer that breaks off"
        raise _TransientError(message)


def _with_query(href: str, parameters: dict[str, Any]) -> str:
    parts = urlsplit(href)
    query = "&".join(each for each in (parts.query, urlencode(parameters, doseq=True)) if each)
    return urlunsplit(parts._replace(query=query))


def _number_matched(page: dict[str, Any]) -> int | None:
    context = page.get("context")
    # before STAC API 1.0 the count stood in the context extension
    in_context = context.get("matched") if isinstance(context, dict) else None
    matched = page.get("numberMatched", in_context)
    if not isinstance(matched, int) or isinstance(matched, bool) or matched < 0:
        return None
    return matched
