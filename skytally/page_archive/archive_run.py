"""One run of the archive: fetch, keep and record what is due; take up a stopped run."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path

from skytally.core import DataError
from skytally.page_archive.cited_addresses_and_numbers import CitedAddress, cited_addresses
from skytally.page_archive.polite_fetch import (
    OUT_OF_TIME,
    RATE_LIMITED,
    ROBOTS_UNKNOWN,
    UNREACHABLE,
    ArchiveSettings,
    Visit,
    Visitor,
)
from skytally.page_archive.table_rows_from_one_visit import Words, read_words, rows_of_visit
from skytally.page_archive.visit_and_cited_number_tables import (
    COPIES,
    ArchiveRows,
    Row,
    kept,
    read_archive,
    write_archive,
)
from skytally.page_archive.visit_outcome import BROKEN_OFF, KEPT_WHOLE, SERVER_ERROR, TOO_SLOW
from skytally.page_archive.warc_files import SUFFIX, read_copy, sha256_of, write_copy
from skytally.web import origin_of

PASSING = (RATE_LIMITED, SERVER_ERROR, UNREACHABLE, ROBOTS_UNKNOWN, TOO_SLOW, BROKEN_OFF)
"""States that another day may change, so that the next run asks again."""
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class ArchiveProgress:
    """How far a run has come."""

    done: int
    """Addresses that were visited."""
    total: int
    """Addresses that are due."""
    row: Row
    """Row of the last visit."""


@dataclass(frozen=True)
class ArchiveReport:
    """What a run did."""

    addresses: int
    """Addresses that the data cite."""
    due: int
    """Addresses that were to be visited."""
    visits: tuple[Row, ...]
    """Rows of the visits of this run."""
    adopted: int
    """Copies that a stopped run had left without a row."""
    broken: tuple[str, ...]
    """Sentences on copies that cannot be read any more."""
    elsewhere: int
    """Copies that the table names and this machine does not have."""
    left: int
    """Addresses that are due and were not visited, because time was up."""
    rows: ArchiveRows = field(repr=False, default_factory=ArchiveRows)
    """Both tables after the run."""

    @property
    def states(self) -> Counter[str]:
        """How many visits of this run came to each state."""
        return Counter(row["state"] for row in self.visits)


@dataclass(frozen=True)
class _Kept:
    """Copies on this machine, against the tables."""

    broken: Mapping[str, str]
    """File to what is wrong with it."""
    orphans: tuple[Path, ...]
    """Whole files that no row names."""
    elsewhere: int
    """Files that rows name and that are not here."""


def _checked_copies(folder: Path, rows: ArchiveRows) -> _Kept:
    """Read every copy, so that a damaged one is seen while its page may still be there."""
    named = {row["file"]: row for row in rows.visits if row["file"]}
    lying = sorted(folder.glob(f"[!.]*{SUFFIX}")) if folder.is_dir() else []
    broken: dict[str, str] = {}
    for path in lying:
        try:
            visit, _ = read_copy(path)
        except (DataError, KeyError, TypeError) as error:
            broken[path.name] = str(error)
            continue
        row = named.get(path.name)
        if row and row["sha256"] and sha256_of(visit.answers[-1].body) != row["sha256"]:
            broken[path.name] = f"{path.name}: found another page than archive.csv has the hash of"
    names = {path.name for path in lying}
    orphans = tuple(p for p in lying if p.name not in named and p.name not in broken)
    return _Kept(broken, orphans, len(named.keys() - names))


def _adopted(
    rows: ArchiveRows, orphans: Iterable[Path], known: Mapping[str, CitedAddress], words: Words
) -> ArchiveRows:
    """Rows with those of copies that a run left when it was stopped between file and table."""
    for path in orphans:
        visit, cited_by = read_copy(path)
        cited = known.get(visit.url, CitedAddress(visit.url, tuple(cited_by), ()))
        before = rows.by_address.get(visit.url, [])
        if any(row["fetched"] == visit.fetched for row in before):
            continue
        rows = rows.with_rows(*rows_of_visit(visit, cited, words, before=before, file=path.name))
    return rows


def is_due(
    visits: Sequence[Row], broken: Mapping[str, str], *, older: timedelta | None, now: datetime
) -> bool:
    """Whether an address is to be visited.

    Parameters
    ----------
    visits : sequence of mapping
        Rows of its earlier visits, oldest first.
    broken : mapping of str to str
        Copies that cannot be read any more.
    older : datetime.timedelta or None
        Visit again what was last visited longer ago than this; None leaves alone what was kept
        and what will hardly change, such as a page that is gone.
    now : datetime.datetime
        Moment of the run.
    """
    if not visits:
        return True
    last = visits[-1]
    moment = datetime.fromisoformat(last["fetched"].replace("Z", "+00:00"))
    # moments are kept to the second, and two visits of one second would be one
    if older is not None and now.replace(microsecond=0) - moment > older:
        return True
    copies = [row for row in kept(visits) if row["file"] not in broken]
    if copies:
        return False
    return last["state"] in PASSING or last["state"] in KEPT_WHOLE


def _in_turns(addresses: Iterable[CitedAddress]) -> list[CitedAddress]:
    """Addresses so ordered that those of one host stand far apart."""
    by_host: dict[str, list[CitedAddress]] = {}
    for address in addresses:
        by_host.setdefault(origin_of(address.url)[0], []).append(address)
    turns = zip_longest(*by_host.values())
    return [address for turn in turns for address in turn if address is not None]


def _visits(
    due: Sequence[CitedAddress], visitor: Visitor, stop: threading.Event, *, workers: int
) -> Iterator[tuple[CitedAddress, Visit]]:
    """Visit addresses side by side; yield each as it is done."""
    with ThreadPoolExecutor(workers, thread_name_prefix="archive") as pool:
        jobs: dict[Future[Visit], CitedAddress] = {
            pool.submit(visitor.visit, each.url): each for each in due
        }
        try:
            for job in as_completed(jobs):
                yield jobs[job], job.result()
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)


def archive_pages(
    data: Path,
    *,
    settings: ArchiveSettings,
    clock: Clock,
    minutes: float,
    older: timedelta | None = None,
    progress: Callable[[ArchiveProgress], None] | None = None,
    copies: Path | None = None,
) -> ArchiveReport:
    """Fetch and keep the pages that the data cite, as far as they are due and time allows.

    Parameters
    ----------
    data : Path
        The data folder; its tables *archive* and *archived_numbers* grow by a row a visit and
        number, and lose none.
    settings : ArchiveSettings
        How pages are fetched.
    clock : callable
        Moment that it is, in UTC.
    minutes : float
        Time after which nothing more is asked.
    older : datetime.timedelta, optional
        See `is_due`.
    progress : callable, optional
        Called after each visit.
    copies : Path, optional
        Folder of the copies, if not that of the data folder.

    Returns
    -------
    ArchiveReport

    Raises
    ------
    DataError
        If a table of the archive or of the record cannot be read; nothing is fetched then.
    """
    folder = copies or data / COPIES
    rows, words = read_archive(data).whole(), read_words(data)
    addresses = cited_addresses(data)
    known = {each.url: each for each in addresses}
    lying = _checked_copies(folder, rows)
    taken_up = _adopted(rows, lying.orphans, known, words)
    if taken_up != read_archive(data):
        write_archive(data, taken_up)
    adopted, rows = len(taken_up.visits) - len(rows.visits), taken_up
    past, now = rows.by_address, clock().astimezone(UTC)
    due = [
        each for each in addresses
        if is_due(past.get(each.url, []), lying.broken, older=older, now=now)
    ]  # fmt: skip
    stop, visited = threading.Event(), []
    ends = time.monotonic() + 60 * minutes
    visitor = Visitor(settings, clock=clock, ends=ends, stop=stop)
    for cited, visit in _visits(_in_turns(due), visitor, stop, workers=settings.workers):
        if visit.fault == OUT_OF_TIME:
            continue
        rows, row = _recorded(data, folder, rows, visit, cited, words, agent=settings.agent)
        visited.append(row)
        if progress:
            progress(ArchiveProgress(len(visited), len(due), row))
    return ArchiveReport(
        len(addresses), len(due), tuple(visited), adopted, tuple(lying.broken.values()),
        lying.elsewhere, len(due) - len(visited), rows,
    )  # fmt: skip


def _recorded(
    data: Path, folder: Path, rows: ArchiveRows, visit: Visit, cited: CitedAddress, words: Words,
    *, agent: str,
) -> tuple[ArchiveRows, Row]:  # fmt: skip
    """Keep a visit: the copy first, which says by itself what it is, then its rows."""
    file = ""
    if visit.answers:
        file = write_copy(folder, visit, cited_by=cited.cited_by, agent=agent).name
    before = rows.by_address.get(visit.url, [])
    row, numbers = rows_of_visit(visit, cited, words, before=before, file=file)
    rows = rows.with_rows(row, numbers)
    write_archive(data, rows)
    return rows, row
