"""Questions to a catalogue: patient with what passes, plain about what does not, never endless."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
from pystac_client.stac_api_io import StacApiIO
from urllib3 import Retry
from urllib3.exceptions import HTTPError, InvalidHeader, MaxRetryError

PASSING = (408, 425, 429, 500, 502, 503, 504)
"""Statuses after which the same question may be answered."""
LARGEST = 1 << 27
"""Bytes; a page of items is some megabytes at most."""
PIECE = 1 << 16
"""Bytes taken from the connection between two looks at the clock."""
SAID = {
    400: "the question was refused as wrong",
    401: "the catalogue asks who we are",
    403: "refused",
    404: "no such address or collection",
    405: "the catalogue takes no such question",
    429: "too many requests",
}


class CatalogueError(RuntimeError):
    """What a catalogue did instead of answering, in a few words without any address."""


class _PassingError(RuntimeError):
    """A fault that may pass, and how long the server asked us to wait."""

    def __init__(self, words: str, wait: float | None = None) -> None:
        super().__init__(words)
        self.wait = wait


def bare(url: str) -> str:
    """Give an address without its query, which may hold what nobody should read."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}" if parts.scheme else url


class CatalogueIO(StacApiIO):
    """The transport of pystac-client, with its gaps closed.

    As it comes it retries neither questions by POST nor broken bodies, waits for ever, and
    takes a page without items for the end of the list. Here each question is tried again as
    urllib3's `Retry` says, each body is read against the clock, and whatever is not a
    catalogue, a collection, an item or a page of items is a fault.
    """

    def __init__(self, *, timeout: float, retry: Retry, patience: float) -> None:
        """Set the limits.

        Parameters
        ----------
        timeout : float
            Seconds to wait for a connection and for each piece; a whole answer may take
            three times that.
        retry : urllib3.Retry
            How often and after which waits a question is tried again.
        patience : float
            Seconds for all questions together.
        """
        super().__init__(max_retries=None)
        self.limit = timeout
        self.retry = retry
        self.patience = patience
        self.ends = time.monotonic() + patience
        self.counts: list[int | None] = []
        """What each page of items said of the number of all items, since last cleared."""
        self.recovered: list[str] = []
        """Faults that passed."""

    def request(
        self,
        href: str,
        method: str | None = None,
        headers: dict[str, str] | None = None,
        parameters: dict[str, Any] | None = None,
    ) -> str:
        """Ask one question until it is answered, refused, or time is up.

        Raises
        ------
        CatalogueError
            If it is refused, or still not answered after the last attempt.
        """
        retry = self.retry
        while True:
            try:
                return self._once(href, (method or "GET").upper(), headers, parameters or {})
            except _PassingError as fault:
                try:
                    retry = retry.increment(error=HTTPError(str(fault)))
                except (MaxRetryError, HTTPError):
                    tries = len(retry.history) + 1
                    words = f"{fault}, {tries} time{'s' if tries > 1 else ''}"
                    raise CatalogueError(words) from fault
                wait = fault.wait if fault.wait is not None else retry.get_backoff_time()
                if time.monotonic() + wait >= self.ends:
                    words = f"{fault}; no time left of {self.patience:g} s to wait {wait:g} s"
                    raise CatalogueError(words) from fault
                self.recovered.append(str(fault))
                time.sleep(wait)

    def _once(
        self, href: str, method: str, headers: dict[str, str] | None, parameters: dict[str, Any]
    ) -> str:
        left = self.ends - time.monotonic()
        if left <= 0:
            words = f"no answer within {self.patience:g} s"
            raise CatalogueError(words)
        body = {"json": parameters} if method == "POST" else {"params": parameters}
        wait = min(self.limit, left)
        try:
            asked = self.session.prepare_request(
                requests.Request(method, href, headers=headers, **body)  # type: ignore[arg-type]
            )
            settings = self.session.merge_environment_settings(str(asked.url), {}, True, None, None)
            with self.session.send(asked, timeout=(wait, wait), **settings) as answer:
                self._check_status(answer)
                text = b"".join(self._pieces(answer, until=min(3 * self.limit, left)))
        except (requests.Timeout, TimeoutError) as error:
            words = f"no answer within {wait:g} s"
            raise _PassingError(words) from error
        except ValueError as error:
            words = f"cannot be asked ({type(error).__name__})"
            raise CatalogueError(words) from error
        except (requests.RequestException, HTTPError, OSError) as error:
            raise _PassingError(_broken(error)) from error
        return self._checked(text, answer.headers.get("Content-Type", ""))

    def _check_status(self, answer: requests.Response) -> None:
        status = answer.status_code
        if 200 <= status < 300:
            return
        words = f"status {status}" + (f" ({SAID[status]})" if status in SAID else "")
        if status not in PASSING:
            raise CatalogueError(words)
        try:
            wait = self.retry.get_retry_after(answer.raw)
        except InvalidHeader:
            wait = None
        raise _PassingError(words, wait)

    def _pieces(self, answer: requests.Response, *, until: float) -> Iterator[bytes]:
        ends, size = time.monotonic() + until, 0
        while piece := answer.raw.read1(PIECE, decode_content=True):
            size += len(piece)
            if size > LARGEST:
                words = f"an answer of more than {LARGEST} bytes"
                raise CatalogueError(words)
            if time.monotonic() > ends:
                words = f"an answer still not whole after {until:g} s"
                raise _PassingError(words)
            yield piece

    def _checked(self, data: bytes, kind: str) -> str:
        """Pass only what is a catalogue's answer; note what a page says of its number."""
        if not data.strip():
            words = "an empty answer"
            raise _PassingError(words)
        try:
            found = json.loads(data)
        except ValueError as error:
            html = data.lstrip()[:1] == b"<" or "html" in kind
            words = "a web page instead of items" if html else "an answer that breaks off"
            raise _PassingError(words) from error
        if not isinstance(found, dict):
            words = "an answer that is no catalogue"
            raise _PassingError(words)
        if found.get("type") == "FeatureCollection" or "features" in found:
            if not isinstance(found.get("features"), list):
                words = "a page without a list of items"
                raise _PassingError(words)
            self.counts.append(_count(found))
        elif "stac_version" not in found:
            words = "an answer that is neither a catalogue nor a page of items"
            raise _PassingError(words)
        return data.decode("utf-8")


def _count(page: dict[str, Any]) -> int | None:
    context = page.get("context")
    older = context.get("matched") if isinstance(context, dict) else None
    matched = page.get("numberMatched", older)
    return matched if isinstance(matched, int) and not isinstance(matched, bool) else None


def _broken(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "no secure connection; is the clock of this machine right?"
    words = str(error)
    if "IncompleteRead" in words:
        return "an answer that breaks off"
    if "refused" in words:
        return "connection refused"
    if "resolve" in words or "Name or service" in words or "getaddrinfo" in words:
        return "the host name is not known; is there a network?"
    if "reset" in words or "aborted" in words or "without response" in words:
        return "connection lost"
    if "timed out" in words:
        return "no answer in time"
    return f"connection broken ({type(error).__name__})"
