"""HTTP client for STAC catalogues: retries transient faults, checks responses, limits the time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import requests
from pystac_client.stac_api_io import StacApiIO
from urllib3 import Retry
from urllib3.exceptions import HTTPError, InvalidHeader, MaxRetryError

from skytally.imagery.acquire.byte_ranges import BODY_CHUNK_BYTES

RETRYABLE_STATUSES = (408, 425, 429, 500, 502, 503, 504)
"""HTTP statuses after which the same request may succeed."""
MAX_ANSWER_BYTES = 1 << 27
"""Bytes; a page of items has some megabytes at most."""
CATALOGUE_STATUS_MEANINGS = {
    400: "the question was refused as wrong",
    401: "the catalogue asks who we are",
    403: "refused",
    404: "no such address or collection",
    405: "the catalogue takes no such question",
    429: "too many requests",
}


class CatalogueError(RuntimeError):
    """A catalogue could not be read; the text says why in a few words, without any address."""


class _TransientError(RuntimeError):
    """A transient fault, with the seconds that the server asks us to wait."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class CatalogueIO(StacApiIO):
    """The HTTP layer of pystac-client with retries, time limits and checks of every response.

    pystac-client's own retries neither POST requests nor broken bodies, waits without limit,
    and takes a page without items for the end of the list. Here each request is retried as
    urllib3's `Retry` says, each body is read with a time limit, and whatever is not a
    catalogue, a collection, an item or a page of items is a fault.
    """

    def __init__(self, *, timeout: float, retry: Retry, patience: float) -> None:
        """Set the limits.

        Parameters
        ----------
        timeout : float
            Seconds to wait for a connection and for each chunk; a whole response may take
            three times that.
        retry : urllib3.Retry
            How often and after which waits a request is retried.
        patience : float
            Seconds for all requests together.
        """
        super().__init__(max_retries=None)
        self.limit = timeout
        self.retry = retry
        self.patience = patience
        self.ends = time.monotonic() + patience
        self.counts: list[int | None] = []
        """Number of all items that each page stated, since last cleared."""
        self.recovered: list[str] = []
        """Faults after which a retry succeeded."""

    def request(
        self,
        href: str,
        method: str | None = None,
        headers: dict[str, str] | None = None,
        parameters: dict[str, Any] | None = None,
    ) -> str:
        """Send one request, with retries, until it is answered, refused, or time is up.

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
                    raise CatalogueError(message) from fault
                wait = fault.wait if fault.wait is not None else retry.get_backoff_time()
                if time.monotonic() + wait >= self.ends:
                    message = f"{fault}; no time left of {self.patience:g} s to wait {wait:g} s"
                    raise CatalogueError(message) from fault
                self.recovered.append(str(fault))
                time.sleep(wait)

    def _attempt(
        self, href: str, method: str, headers: dict[str, str] | None, parameters: dict[str, Any]
    ) -> str:
        left = self.ends - time.monotonic()
        if left <= 0:
            message = f"no answer within {self.patience:g} s"
            raise CatalogueError(message)
        body = {"json": parameters} if method == "POST" else {"params": parameters}
        wait = min(self.limit, left)
        try:
            request = self.session.prepare_request(
                requests.Request(method, href, headers=headers, **body)  # type: ignore[arg-type]
            )
            settings = self.session.merge_environment_settings(
                str(request.url), {}, True, None, None
            )
            with self.session.send(request, timeout=(wait, wait), **settings) as response:
                self._check_status(response)
                text = b"".join(self._chunks(response, until=min(3 * self.limit, left)))
        except (requests.Timeout, TimeoutError) as error:
            message = f"no answer within {wait:g} s"
            raise _TransientError(message) from error
        except ValueError as error:
            message = f"cannot be asked ({type(error).__name__})"
            raise CatalogueError(message) from error
        except (requests.RequestException, HTTPError, OSError) as error:
            raise _TransientError(_connection_fault(error)) from error
        return self._check_document(text, response.headers.get("Content-Type", ""))

    def _check_status(self, response: requests.Response) -> None:
        status = response.status_code
        if 200 <= status < 300:
            return
        message = f"status {status}" + (
            f" ({CATALOGUE_STATUS_MEANINGS[status]})" if status in CATALOGUE_STATUS_MEANINGS else ""
        )
        if status not in RETRYABLE_STATUSES:
            raise CatalogueError(message)
        try:
            wait = self.retry.get_retry_after(response.raw)
        except InvalidHeader:
            wait = None
        raise _TransientError(message, wait)

    def _chunks(self, response: requests.Response, *, until: float) -> Iterator[bytes]:
        ends, size = time.monotonic() + until, 0
        while chunk := response.raw.read1(BODY_CHUNK_BYTES, decode_content=True):
            size += len(chunk)
            if size > MAX_ANSWER_BYTES:
                message = f"an answer of more than {MAX_ANSWER_BYTES} bytes"
                raise CatalogueError(message)
            if time.monotonic() > ends:
                message = f"an answer still not whole after {until:g} s"
                raise _TransientError(message)
            yield chunk

    def _check_document(self, data: bytes, kind: str) -> str:
        """Check that a response is STAC, and record the item count that a page states."""
        if not data.strip():
            message = "an empty answer"
            raise _TransientError(message)
        try:
            document = json.loads(data)
        except ValueError as error:
            html = data.lstrip()[:1] == b"<" or "html" in kind
            message = "a web page instead of items" if html else "an answer that breaks off"
            raise _TransientError(message) from error
        if not isinstance(document, dict):
            message = "an answer that is no catalogue"
            raise _TransientError(message)
        if document.get("type") == "FeatureCollection" or "features" in document:
            if not isinstance(document.get("features"), list):
                message = "a page without a list of items"
                raise _TransientError(message)
            self.counts.append(_number_matched(document))
        elif "stac_version" not in document:
            message = "an answer that is neither a catalogue nor a page of items"
            raise _TransientError(message)
        return data.decode("utf-8")


def _number_matched(page: dict[str, Any]) -> int | None:
    context = page.get("context")
    # before STAC API 1.0 the count stood in the context extension
    in_context = context.get("matched") if isinstance(context, dict) else None
    matched = page.get("numberMatched", in_context)
    return matched if isinstance(matched, int) and not isinstance(matched, bool) else None


def _connection_fault(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "no secure connection; is the clock of this machine right?"
    message = str(error)
    if "IncompleteRead" in message:
        return "an answer that breaks off"
    if "refused" in message:
        return "connection refused"
    if "resolve" in message or "Name or service" in message or "getaddrinfo" in message:
        return "the host name is not known; is there a network?"
    if "reset" in message or "aborted" in message or "without response" in message:
        return "connection lost"
    if "timed out" in message:
        return "no answer in time"
    return f"connection broken ({type(error).__name__})"
