"""Fetch one page as a polite visitor: the site's rules, its pace, one deadline, public hosts."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import urllib3

from skytally.page_archive.robots_rules import MAX_ROBOTS_BYTES, RobotsRules, parsed_rules
from skytally.web import (
    REDIRECTS,
    AddressRules,
    ForbiddenAddressError,
    connection_fault,
    one_line,
    origin_of,
    unfollowed_answer,
)

PAGE_TYPES = "text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.5"
TRUNCATED_LENGTH, TRUNCATED_TIME, TRUNCATED_BREAK = "length", "time", "disconnect"
"""Why a body was not read to its end, in the words of WARC 1.1."""
PIECE_BYTES = 65_536
BUSY = (429, 503)
"""Statuses with which a server may say when to come back."""
MAX_HEADERS = 200
MIN_LEFT_S = 0.5
"""Least time for one answer, however long those before it took, seconds."""

# what kept a page from being fetched
ROBOTS_DISALLOWED, ROBOTS_UNKNOWN = "robots-disallowed", "robots-unknown"
RATE_LIMITED, UNREACHABLE = "rate-limited", "unreachable"
NOT_PUBLIC, REDIRECT_LOOP, OUT_OF_TIME = "not-public", "redirect-loop", "out-of-time"


@dataclass(frozen=True)
class ArchiveSettings:
    """How pages are fetched."""

    agent: str = "skytally/0.1"
    """Who asks, as the header *User-Agent* says it."""
    addresses: AddressRules = field(default_factory=AddressRules)
    """Which addresses may be read: those of the public internet."""
    gap_s: float = 5.0
    """Least time between two requests to one host, seconds."""
    longest_gap_s: float = 60.0
    """Longest wait that a site's rules may ask for between two requests, seconds."""
    connect_s: float = 15.0
    """Longest wait for a connection, seconds."""
    silence_s: float = 30.0
    """Longest wait for the next byte, seconds."""
    page_s: float = 120.0
    """Longest time for one page with its redirections, waits for its host left out, seconds."""
    retry_after_s: float = 120.0
    """Longest wait after which a busy server is asked again, seconds."""
    max_bytes: int = 20_000_000
    """Most bytes of one answer that are kept."""
    redirects: int = 8
    """Redirections that are followed."""
    workers: int = 8
    """Hosts that are asked side by side."""


@dataclass(frozen=True)
class Answer:
    """One answer of a server, as it came."""

    url: str
    """Address that was asked."""
    status: int
    """Its status."""
    reason: str
    """Words after the status."""
    headers: tuple[tuple[str, str], ...]
    """Its headers."""
    body: bytes
    """Its body, still packed."""
    truncated: str
    """Why the body was not read to its end; empty where it was."""

    def header(self, name: str) -> str:
        """First header of a name; empty where there is none."""
        return next((text for each, text in self.headers if each.lower() == name), "")


@dataclass(frozen=True)
class Visit:
    """What came of the visit to an address."""

    url: str
    """Address that was asked first."""
    fetched: str
    """Moment at which it was asked for, UTC."""
    answers: tuple[Answer, ...]
    """Answers in order, redirections first."""
    fault: str = ""
    """What kept the page from being fetched; empty where an answer came that is no redirection."""
    words: str = ""
    """The fault in words."""


class _LeftAloneError(RuntimeError):
    """A page was not asked for; the arguments are the fault and its words."""


class HostPaces:
    """Turns: a host is asked one thing at a time, and then left alone for a while."""

    def __init__(self, stop: threading.Event, *, ends: float) -> None:
        """Start with no host asked yet; waits end with the run, and once the event is set."""
        self._free: dict[str, float] = {}
        self._turns: dict[str, threading.Lock] = {}
        self._lock, self._stop, self._ends = threading.Lock(), stop, ends

    @contextlib.contextmanager
    def turn(self, host: str, gap_s: float) -> Iterator[None]:
        """Wait for the next turn of a host, and keep others from it meanwhile.

        Raises
        ------
        TimeoutError
            If it would come after the end of the run, or the run is stopped.
        """
        with self._lock:
            turn = self._turns.setdefault(host, threading.Lock())
        while not turn.acquire(timeout=0.2):
            if self._stop.is_set() or time.monotonic() >= self._ends:
                raise TimeoutError
        try:
            wait = max(0.0, self._free.get(host, 0.0) - time.monotonic())
            if time.monotonic() + wait >= self._ends or self._stop.wait(wait):
                raise TimeoutError
            try:
                yield
            finally:
                self.put_off(host, gap_s)
        finally:
            turn.release()

    def put_off(self, host: str, seconds: float) -> None:
        """Ask a host nothing for some time."""
        with self._lock:
            then = time.monotonic() + seconds
            self._free[host] = max(then, self._free.get(host, 0.0))


def retry_after_s(text: str, now: datetime) -> float | None:
    """Seconds of the header *Retry-After*, which may give a moment; None where it says nothing.

    Examples
    --------
    >>> now = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
    >>> retry_after_s("30", now), retry_after_s("Tue, 01 Dec 2026 08:01:00 GMT", now)
    (30.0, 60.0)
    >>> retry_after_s("soon", now)
    """
    if text.strip().isdecimal() and len(text.strip()) < 12:
        return float(text)
    try:
        then = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    then = then.replace(tzinfo=then.tzinfo or UTC)
    return max(0.0, (then - now).total_seconds())


def _headers(response: urllib3.BaseHTTPResponse) -> tuple[tuple[str, str], ...]:
    """Headers of an answer, each on one line."""
    pairs = list(response.headers.items())[:MAX_HEADERS]
    return tuple((one_line(name), one_line(text, limit=8000)) for name, text in pairs)


def _body(response: urllib3.BaseHTTPResponse, most: int, ends: float) -> tuple[bytes, str]:
    """Read a body as far as size and time allow; why it ends before its end."""
    pieces: list[bytes] = []
    size = 0
    try:
        # what has arrived is taken piece by piece, so that it stays when the rest does not come
        while piece := response.read1(PIECE_BYTES, decode_content=False):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                return b"".join(pieces)[:most], TRUNCATED_LENGTH
    except (TimeoutError, urllib3.exceptions.ReadTimeoutError):
        return b"".join(pieces), TRUNCATED_TIME
    except (OSError, urllib3.exceptions.HTTPError):
        late = time.monotonic() >= ends
        return b"".join(pieces), TRUNCATED_TIME if late else TRUNCATED_BREAK
    return b"".join(pieces), ""


class Visitor:
    """Visits addresses, and remembers what their sites ask of robots."""

    def __init__(
        self,
        settings: ArchiveSettings,
        *,
        clock: Callable[[], datetime],
        ends: float,
        stop: threading.Event | None = None,
    ) -> None:
        """Begin a run.

        Parameters
        ----------
        settings : ArchiveSettings
            How pages are fetched.
        clock : callable
            Moment that it is, in UTC.
        ends : float
            Moment of `time.monotonic` after which nothing is asked any more.
        stop : threading.Event, optional
            Ends all waits once it is set.
        """
        self._settings, self._clock, self._ends = settings, clock, ends
        self._stop = stop or threading.Event()
        self._paces = HostPaces(self._stop, ends=ends)
        self._robots: dict[str, RobotsRules | tuple[str, str]] = {}
        self._robots_locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def visit(self, url: str) -> Visit:
        """Fetch a page, redirections followed, each by the rules of its own site.

        Parameters
        ----------
        url : str
            Address.

        Returns
        -------
        Visit
            Whatever happened; its fault is `OUT_OF_TIME` where the run ended before.
        """
        answers: list[Answer] = []
        fetched = self._now()
        try:
            self._check(url)
            self._allowed(url)
            self._follow(url, answers)
        except _LeftAloneError as left:
            return Visit(url, fetched, tuple(answers), *left.args)
        except TimeoutError:
            return Visit(url, fetched, tuple(answers), OUT_OF_TIME, "the run ended before")
        return Visit(url, fetched, tuple(answers))

    def _now(self) -> str:
        return self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _check(self, url: str) -> None:
        try:
            self._settings.addresses.check(url)
        except ForbiddenAddressError:
            words = "an address of this machine, of a private network or of no web page"
            raise _LeftAloneError(NOT_PUBLIC, words) from None

    def _follow(self, url: str, answers: list[Answer]) -> None:
        """Ask an address and those to which it redirects, until one answers otherwise."""
        seen, left_s = {url}, self._settings.page_s
        while True:
            start = time.monotonic()
            answer = self._patient_answer(url, left_s)
            answers.append(answer)
            target = answer.header("location") if answer.status in REDIRECTS else ""
            if not target:
                return
            url, left_s = urljoin(url, target), left_s - (time.monotonic() - start)
            self._check(url)
            if url in seen or len(seen) > self._settings.redirects:
                raise _LeftAloneError(REDIRECT_LOOP, f"{len(seen)} redirections and no page")
            seen.add(url)
            self._allowed(url)

    def _patient_answer(self, url: str, left_s: float) -> Answer:
        """Ask an address, and once again after the time that a busy server names."""
        answer = self._in_turn(url, left_s)
        if answer.status not in BUSY:
            return answer
        wait = retry_after_s(answer.header("retry-after"), self._clock())
        if wait is None and answer.status != BUSY[0]:
            return answer
        named = "no time" if wait is None else f"{wait:.0f} s"
        wait = self._settings.retry_after_s + 1 if wait is None else wait
        self._paces.put_off(_host(url), wait)
        if wait > self._settings.retry_after_s:
            raise _LeftAloneError(RATE_LIMITED, f"status {answer.status}; it names {named}")
        answer = self._in_turn(url, self._settings.page_s)
        if answer.status in BUSY:
            raise _LeftAloneError(RATE_LIMITED, f"status {answer.status}, also after {named}")
        return answer

    def _in_turn(self, url: str, left_s: float, *, most: int = 0) -> Answer:
        """Ask an address once its host may be asked; the wait for that is not counted."""
        found = self._robots.get(_site(url))
        asked = found.delay_s if isinstance(found, RobotsRules) else 0.0
        gap = max(self._settings.gap_s, min(asked, self._settings.longest_gap_s))
        with self._paces.turn(_host(url), gap):
            ends = min(self._ends, time.monotonic() + max(left_s, MIN_LEFT_S))
            return self._answer(url, ends, most=most)

    def _answer(self, url: str, ends: float, *, most: int = 0) -> Answer:
        known = self._settings
        headers = {"User-Agent": known.agent, "Accept": PAGE_TYPES, "Accept-Encoding": "identity"}
        try:
            with unfollowed_answer(
                url, rules=known.addresses, ends=ends, connect_s=known.connect_s,
                silence_s=known.silence_s, headers=headers,
            ) as response:  # fmt: skip
                body, truncated = _body(response, most or known.max_bytes, ends)
                reason = one_line(response.reason or "")
                return Answer(url, response.status, reason, _headers(response), body, truncated)
        except ForbiddenAddressError:
            words = "a name that leads to this machine or to a private network"
            raise _LeftAloneError(NOT_PUBLIC, words) from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise _LeftAloneError(UNREACHABLE, connection_fault(error)) from None

    def _allowed(self, url: str) -> None:
        """Read the rules of a site once, and leave alone what they close."""
        site = _site(url)
        with self._lock:
            lock = self._robots_locks.setdefault(site, threading.Lock())
        with lock:
            if site not in self._robots:
                self._robots[site] = self._rules_of(site)
        found = self._robots[site]
        if isinstance(found, tuple):
            raise _LeftAloneError(*found)
        if not found.allow(url):
            raise _LeftAloneError(ROBOTS_DISALLOWED, "robots.txt asks robots to leave it alone")

    def _rules_of(self, site: str) -> RobotsRules | tuple[str, str]:
        """Rules of a site; where they could not be read the fault and its words.

        RFC 9309: what a server does not have forbids nothing, what it cannot say forbids all.
        """
        url = f"{site}/robots.txt"
        try:
            for _ in range(6):
                answer = self._in_turn(url, self._settings.page_s, most=MAX_ROBOTS_BYTES)
                target = answer.header("location") if answer.status in REDIRECTS else ""
                if not target:
                    break
                url = urljoin(url, target)
                self._check(url)
            else:
                return RobotsRules()
        except _LeftAloneError as left:
            return left.args[0], f"robots.txt: {left.args[1]}"
        if answer.status == BUSY[0] or answer.status >= 500:
            return ROBOTS_UNKNOWN, f"robots.txt: status {answer.status}"
        if answer.status != 200:
            return RobotsRules()
        if answer.truncated in (TRUNCATED_TIME, TRUNCATED_BREAK):
            return ROBOTS_UNKNOWN, "robots.txt: it broke off"
        return parsed_rules(answer.body.decode("utf-8", "replace"))


def _host(url: str) -> str:
    return origin_of(url)[0].removeprefix("www.")


def _site(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme.lower()}://{parts.netloc.rpartition('@')[2].lower()}"
