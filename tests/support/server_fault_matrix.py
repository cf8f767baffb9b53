"""The fault matrix: every fault of a server and of a catalogue, through the real client.

Each case corrupts the responses of one server; the result of the client is compared with that from
a fault-free server. ``python -m labs.benchmarks.server_fault_table`` writes the table that the book
shows.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from skytally.core.errors_and_fault_lists import AcquisitionError, DataError
from skytally.imagery.acquire.byte_range_fetching import FetchSettings
from skytally.imagery.acquire.catalog_search_and_changes import SearchResult, search_catalogue
from skytally.imagery.acquire.inventory_and_search_log import STORED
from skytally.imagery.acquire.offered_scene import SceneItem
from skytally.imagery.acquire.one_scene_per_pass import SelectionDecision, select_items
from skytally.imagery.pipeline import scene_job_reading_and_chip_encoding
from skytally.imagery.pipeline.scene_job_reading_and_chip_encoding import SceneJob, SceneResult
from tests.support.server_fault_proxy import (
    ANY,
    CANARY,
    FOR_EVER,
    ONCE,
    OPEN,
    READ,
    SPOILED,
    Fault,
    serving,
)
from tests.support.tiny_scene_archive import PERIOD, archive, provider, tiny_site
from tests.support.wrong_image_files_from_fault_server import World

CLAUSES = 4
"""Parts of a message that the table shows."""
LIMIT_S = 45.0
"""No case may take longer."""
IN_PARTS = FetchSettings(
    connect_s=1.0,
    timeout_s=1.0,
    tries=3,
    pause_s=0.05,
    longest_pause_s=1.5,
    deadline_s=6.0,
    head_bytes=1024,
    whole_bytes=0,
    gap_bytes=0,
)
"""Short waits, and files read in parts, as the large files of real providers are."""
WHOLE = FetchSettings(
    connect_s=1.0, timeout_s=1.0, tries=3, pause_s=0.05, longest_pause_s=1.5, deadline_s=6.0
)
"""Short waits, and small files read whole."""
RECOVERED, FAILED, REPORTED = "recovered", "failed with its reason", "reported"
SILENT, HUNG, UNTRIED = "SILENT WRONG PIXELS", "HUNG", "not met"
C1, RTC, C2 = "sentinel-2-c1-l2a", "sentinel-1-rtc", "landsat-c2-l2"
DAY = {
    C1: ("2023-11-08", "2023-11-10"),
    RTC: ("2023-11-14", "2023-11-16"),
    C2: ("2023-10-11", "2023-10-13"),
}
"""Collection to days with one plain scene."""
PASSING = ("500", "503", "404", "429", "403", "hang", "reset", "truncated", "empty", "html")
"""Faults of a connection that are gone at the next attempt."""
SLOW = (
    "hang",
    "drip",
    "dripped status line",
    "dripped headers",
    "endless 100 Continue",
    "endless trailers",
    "endless redirection",
    "429",
)
"""Faults of a connection that take until a time limit."""
CONNECTION = tuple(SPOILED)
CONTENT = ("corrupt", "one bit", "zeroed", "shifted by a byte", "wrong size", "ignored range")
DONORS = ("another date", "another band", "another place", "blank tile", "another date, same size")
PADDED = DONORS[-1:]
"""Padded to the same size to the byte: only a sum of the whole file can tell it, so it is tried
on files that are read whole; no provider states sums of parts."""
LISTS = (
    "page missing",
    "page missing, no count",
    "page twice",
    "pages in a circle",
    "item without properties",
    "item without id",
    "item without assets",
    "item without time",
    "address that is none",
    "missing asset",
    "wrong transform",
    "wrong shape",
    "wrong zone",
    "wrong scale",
    "number that is none",
    "number of 400 digits",
    "text of 200 kB",
    "text that moves the cursor",
    "lists inside one another",
    "time outside the calendar",
    "address of a file here",
    "address of a private network",
    "number of items estimated",
    "clock ahead",
    "clock behind",
)
Got = tuple[SearchResult, list[SceneResult]]
"""What the client found, and what it read."""
WHERE = {OPEN: "header of a file", READ: "tile of a file", ANY: "the whole file"}


@dataclass(frozen=True)
class Case:
    """One fault of a server or a catalogue."""

    case: str
    """Name of the fault."""
    where: str
    """What it spoils, in words."""
    stage: str
    """`OPEN`, `READ` or `ANY`."""
    times: int | None
    """How many answers are spoiled; None spoils all."""
    match: str = ""
    """Part of the path of what is spoiled; empty for a catalogue."""
    settings: FetchSettings = IN_PARTS
    """How files are read."""
    collection: str = C1
    """Collection that is searched."""

    @property
    def how_often(self) -> str:
        """Word for how often the fault occurs."""
        return "once" if self.times == ONCE else "for ever"

    @property
    def on_files(self) -> bool:
        """Whether the fault concerns files, not the catalogue."""
        return bool(self.match)


@dataclass(frozen=True)
class Outcome:
    """Outcome of one fault case in the client."""

    case: Case
    """The case."""
    outcome: str
    """`RECOVERED`, `FAILED`, `REPORTED`, or what must not be."""
    detail: str
    """The client's own words."""
    seconds: float
    """How long it took."""
    leaked: bool
    """Whether a secret appeared in a message of the client."""

    def row(self, date: str) -> dict[str, str]:
        """Row of the case in the book's fault table."""
        return {
            "case": self.case.case,
            "where": self.case.where,
            "how_often": self.case.how_often,
            "outcome": self.outcome,
            "detail": self.detail,
            "date": date,
        }


def in_words(outcomes: Iterable[Outcome]) -> list[tuple[str, ...]]:
    """Outcomes in short form, for an assertion message."""
    return [(o.outcome, o.case.case, o.case.where, o.case.how_often, o.detail) for o in outcomes]


def cases() -> Iterator[Case]:
    """List every case."""
    for times in (ONCE, FOR_EVER):
        for fault in (*CONNECTION, *CONTENT):
            for stage in (OPEN, READ):
                yield Case(fault, WHERE[stage], stage, times, "B08")
            yield Case(fault, "a file read whole", ANY, times, "B08", WHOLE)
        for fault in DONORS:
            yield from _exchanges(fault, times)
        for fault in ("corrupt", "one bit", "zeroed"):
            yield Case(fault, "tile of the scene classes", READ, times, "SCL")
            yield Case(fault, "tile of a radar band", READ, times, "iw-vv", collection=RTC)
        for fault in CONNECTION:
            if fault != "html as a file":
                yield Case(fault, "landing page of a catalogue", OPEN, times)
                yield Case(fault, "search of a catalogue", READ, times)
        for fault in LISTS:
            yield Case(fault, "page of a catalogue", READ, times)


def _exchanges(fault: str, times: int | None) -> Iterator[Case]:
    for match, what in (("B08", "a band"), ("SCL", "the scene classes")):
        if fault not in PADDED:
            yield Case(fault, f"{what}, read in parts", ANY, times, match)
        yield Case(fault, f"{what}, read whole", ANY, times, match, WHOLE)
    if fault not in PADDED:
        yield Case(fault, "a radar band", ANY, times, "iw-vv", collection=RTC)
        for match, what in (("SR_B3", "a band"), ("SR_B5", "an infrared band")):
            where = f"{what} whose item states no size"
            yield Case(fault, where, ANY, times, match, collection=C2)


def signed(href: str) -> str:
    """Sign an address with a secret that must turn up nowhere."""
    return f"{href}?se=2020-01-01&sig={CANARY}&X-Amz-Credential=AKIA{CANARY}"


def _period(case: Case) -> tuple[str, str]:
    return DAY[case.collection] if case.on_files else PERIOD


def _search(case: Case, url: str) -> SearchResult:
    row = provider(case.collection, f"{url}/stac/")
    return search_catalogue(
        row, tiny_site(), _period(case), timeout=1.0, tries=3, back_off=0.05, patience=16.0
    )


def acquire(
    case: Case, url: str, right: SearchResult | None = None
) -> tuple[SearchResult, list[SceneResult]]:
    """Search, select, read, check and pack with the real client, up to the write.

    Of a spoiled catalogue only those scenes are read that are chosen and not as they were.
    """
    found = _search(case, url)
    chosen = [choice.item for choice in _choices(found) if choice.status == "selected"]
    if case.on_files:
        read = chosen[:1]
    else:
        usual = {_plain(item) for item in (right or found).items}
        read = [item for item in chosen if _plain(item) not in usual]
    row = provider(case.collection, f"{url}/stac/")
    tasks = [SceneJob(row, (item,), (tiny_site(),), case.settings) for item in read]
    return found, [
        taken for task in tasks for taken in scene_job_reading_and_chip_encoding.read_job(task)
    ]


def said(text: object) -> str:
    """Normalise a message of the client: no ports or times, each clause once."""
    words = re.sub(r"127\.0\.0\.1:\d+", "server", " ".join(str(text).split()))
    words = re.sub(r"host='127\.0\.0\.1', port=\d+", "host='server'", words)
    words = re.sub(r"(\d+\.\d)\d+ s\b", r"\1 s", words)
    clauses = list(dict.fromkeys(words.split("; ")))
    kept = "; ".join(clauses[:CLAUSES])
    more = len(clauses) - CLAUSES
    return f"{kept}; and {more} more" if more > 0 else kept


def _plain(item: SceneItem) -> str:
    return re.sub(r"http://127\.0\.0\.1:\d+", "", repr(item))


def _sum(taken: SceneResult) -> str:
    return taken.manifest.sha256 if taken.manifest else ""


def _judge(case: Case, got: Got, right: Got) -> str:
    found, looks = got
    if case.on_files:
        if looks[0].status != STORED:
            return FAILED
        return RECOVERED if _sum(looks[0]) == _sum(right[1][0]) else SILENT
    usual = {_plain(item) for item in right[0].items}
    same = {_plain(item) for item in found.items} == usual
    if same and not found.malformed:
        return RECOVERED
    if any(taken.status == STORED for taken in looks):
        return SILENT
    told = found.malformed or found.faults or looks or _new_reasons(found, right[0])
    return REPORTED if told else SILENT


def _new_reasons(found: SearchResult, right: SearchResult) -> list[str]:
    usual = {(choice.item.item_id, choice.reason) for choice in _choices(right)}
    return [c.reason for c in _choices(found) if (c.item.item_id, c.reason) not in usual]


def _choices(found: SearchResult) -> list[SelectionDecision]:
    return select_items(found.items, tiny_site())


def _told(case: Case, got: Got, right: SearchResult) -> str:
    found, looks = got
    words = [taken.reason for taken in looks if taken.reason]
    if not case.on_files:
        words += [*found.faults, *(f"{name}: {reason}" for name, reason in found.malformed)]
        words += _new_reasons(found, right)
    return said("; ".join(words))


def run(case: Case, world: World, right: Got) -> Outcome:
    """Run one fault case."""
    path = _path(case, world)
    content = b""
    if path is not None and case.case in DONORS:
        content = world.donor(case.case, path)
    elif path is not None:
        content = path.read_bytes()
    fault = Fault(case.case, case.stage, case.times, case.match, content)
    with serving(lambda request: origin(request)) as proxy:
        origin = world.origin(proxy.url)
        proxy.fault = fault
        start = time.monotonic()
        try:
            got = acquire(case, proxy.url, right[0])
            outcome, detail = _judge(case, got, right), _told(case, got, right[0])
            if outcome == RECOVERED and not detail:
                detail = f"right after {proxy.spoiled} spoiled of {len(proxy.asked)} answers"
        except (AcquisitionError, DataError) as error:
            outcome, detail = FAILED, said(error)
        seconds = time.monotonic() - start
        secrets = [request for request in proxy.asked if CANARY in request.query]
        if not proxy.spoiled:
            outcome = UNTRIED
        if case.on_files and not secrets:
            outcome, detail = UNTRIED, "the address was read unsigned"
    if seconds > LIMIT_S:
        outcome = HUNG
    return Outcome(case, outcome, detail, seconds, CANARY in detail or "sig=" in detail)


def _path(case: Case, world: World) -> Path | None:
    if not case.on_files:
        return None
    first, last = _period(case)
    for item in world.items:
        if item["collection"] == case.collection and first <= item["properties"]["datetime"] < last:
            for asset in item["assets"].values():
                if case.match in asset["href"]:
                    return world.folder / asset["href"].removeprefix("files:/")
    message = f"the archive has no plain scene of {case.collection} from {first} to {last}"
    raise AssertionError(message)


def trial(folder: Path, *, only: Callable[[Case], bool] = lambda _: True) -> list[Outcome]:
    """Run every case on an archive in a folder; return the outcomes in the order of the cases."""
    world = World(folder, archive(folder))
    chosen = [case for case in cases() if only(case)]
    right: dict[tuple[str, bool], Got] = {}
    with (
        mock.patch.object(scene_job_reading_and_chip_encoding, "url_signer", return_value=signed),
        serving(lambda request: origin(request)) as proxy,
    ):
        origin = world.origin(proxy.url)
        for case in chosen:
            key = (case.collection, case.on_files)
            if key not in right:
                right[key] = acquire(case, proxy.url)
    with (
        mock.patch.object(scene_job_reading_and_chip_encoding, "url_signer", return_value=signed),
        ThreadPoolExecutor(6) as pool,
    ):
        jobs = [
            pool.submit(run, case, world, right[case.collection, case.on_files]) for case in chosen
        ]
        outcomes = [job.result() for job in jobs]
        # on a busy machine a client may give up before it comes to the fault: once more, alone
        return [
            run(o.case, world, right[o.case.collection, o.case.on_files])
            if o.outcome == UNTRIED
            else o
            for o in outcomes
        ]
