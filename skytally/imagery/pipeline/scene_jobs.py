"""One scene, all its sites: the unit of work, the same on a thread and on another machine.

It takes nothing but its task and gives nothing but its result; what it gives is written by
whoever asked. So it may be run twice, or be lost with its machine and run again.

Scenes handed out to threads or to a cluster, and their chips written as they come back.
"""

from __future__ import annotations

import errno
import itertools
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Executor,
    Future,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skytally.core.errors import AcquisitionError, DataError
from skytally.imagery.acquire import band_checks, chip_store
from skytally.imagery.acquire.band_reader import OutsideError, Pixels, read_scene
from skytally.imagery.acquire.byte_ranges import Settings, scrubbed
from skytally.imagery.acquire.chip_manifest import Manifest, pack, safe_name
from skytally.imagery.acquire.inventory import FAILED, REJECTED, STORED, UNVERIFIED
from skytally.imagery.acquire.providers import Provider
from skytally.imagery.acquire.reprojection import on_own_grid
from skytally.imagery.acquire.stac.scene_items import Offer
from skytally.imagery.acquire.url_signing import signer
from skytally.imagery.clear_sky.stable_ring import Ring, measure
from skytally.imagery.sites.site_register import Site

READINGS = 2
"""Times a scene is read whose pixels contradict or do not vouch for each other."""


@dataclass(frozen=True)
class Task:
    """One scene to be read."""

    provider: Provider
    """Who offers it."""
    offers: tuple[Offer, ...]
    """The scene as it was offered, once a site; its files are the same."""
    sites: tuple[Site, ...]
    """The sites, in the same order."""
    settings: Settings
    """Limits and attempts."""

    @property
    def name(self) -> str:
        """Name that no other task of a refresh has."""
        return f"{self.provider.name}/{self.offers[0].item_id}/{self.sites[0].slug}"


@dataclass(frozen=True)
class Taken:
    """What became of one look."""

    offer: Offer
    """The scene and its site."""
    fate: str
    """``stored`` (once it is written), ``failed`` or ``rejected``."""
    reason: str
    """Why not, ``<class>: <detail>``; empty if it can be stored."""
    manifest: Manifest | None = None
    """Of the chip."""
    data: bytes = field(default=b"", repr=False)
    """The chip."""
    ring: Ring | None = None
    """The look, measured on the stable ring."""


def not_taken(task: Task, fate: str, reason: str) -> list[Taken]:
    """Give the same fate to every look of a task."""
    return [Taken(offer, fate, reason) for offer in task.offers]


def _taken(offer: Offer, site: Site, pixels: Pixels | OutsideError) -> Taken:
    if isinstance(pixels, OutsideError):
        return Taken(offer, REJECTED, f"window not held: {pixels}")
    faults = band_checks.faults(offer, pixels)
    if faults:
        return Taken(offer, FAILED, f"contradictory pixels: {'; '.join(faults)}")
    doubts = band_checks.doubts(offer, pixels)
    if doubts:
        return Taken(offer, REJECTED, f"{UNVERIFIED}: {doubts}")
    try:
        laid = on_own_grid(pixels, site)
        manifest, data = pack(offer, laid)
        ring = measure(manifest, laid.arrays, site)
    except DataError as error:
        return Taken(offer, REJECTED, f"other grid: {error}")
    return Taken(offer, STORED, "", manifest, data, ring)


def _doubtful(look: Taken) -> bool:
    return look.fate == FAILED or look.reason.startswith(UNVERIFIED)


def acquire(task: Task) -> list[Taken]:
    """Read one scene over its sites, doubt it, and make its chips.

    Parameters
    ----------
    task : Task
        The scene.

    Returns
    -------
    list of Taken
        One a site, in order. No error is raised: what goes wrong is the fate of the looks.
    """
    try:
        for offer in task.offers:
            safe_name(offer.item_id)
        for reading in range(READINGS):
            found = read_scene(
                task.offers[0], task.sites, settings=task.settings, sign=signer(task.provider)
            )
            looks = [
                _taken(offer, site, pixels)
                for offer, site, pixels in zip(task.offers, task.sites, found, strict=True)
            ]
            if reading == READINGS - 1 or not any(_doubtful(look) for look in looks):
                break
        return looks
    except AcquisitionError as error:
        return not_taken(task, FAILED, f"reading: {error}")
    except DataError as error:
        return not_taken(task, REJECTED, f"other grid: {error}")
    # one scene that nobody foresaw must not cost all the others
    except Exception as error:
        return not_taken(task, FAILED, f"reading: {task.offers[0].item_id}: {scrubbed(error)}")


SCHEDULER = "DASK_SCHEDULER"
"""Environment variable with the address of a Dask scheduler; without it threads do the work."""
SCENES_AT_ONCE = 6
"""Scenes in work on the threads of one machine; their files share `Settings.concurrency`."""
AHEAD = 2
"""Scenes handed out for each that is in work, so that nobody waits, and memory stays bounded."""
LOST_WORKERS = 3
"""Times a scene is handed out again after its worker was lost."""


BESIDE = 1 << 13
"""Bytes that a look takes beside its chip, at most: its manifest, its measurement."""
GIVEN_UP = 20
"""A worker that is silent for this many times the time of one file is given up."""


@dataclass(frozen=True)
class Progress:
    """How far a refresh is."""

    done: int
    """Looks whose fate is known."""
    total: int
    """Looks that were to be read."""
    failed: int
    """Looks that could not be had."""
    bytes_read: int
    """Bytes of the providers from which looks were stored."""
    bytes_stored: int
    """Bytes written."""
    seconds_left: float | None
    """Estimate, or None before the first look."""


@dataclass
class Course:
    """The state of a run: what was taken, and why it stopped."""

    folder: Path
    """The folder of scenes."""
    budget: int | None
    """Largest size of the store, or None."""
    total: int
    """Looks that are to be read."""
    progress: Callable[[Progress], None] | None
    """Called after each look."""
    used: int
    """Bytes of the store."""
    began: float = field(default_factory=time.monotonic)
    """Moment of `time.monotonic` at which the run began."""
    taken: list[Taken] = field(default_factory=list)
    """What became of the looks, in the order in which it became known."""
    bytes_read: int = 0
    """Bytes of the providers from which looks were stored."""
    bytes_stored: int = 0
    """Bytes written."""
    stopped: str = ""
    """Why nothing more is written, ``<class>: <detail>``; empty while it is."""

    def tell(self) -> None:
        """Report how far the run is."""
        if self.progress is None:
            return
        done = len(self.taken)
        left = (time.monotonic() - self.began) / done * (self.total - done) if done else None
        failed = sum(look.fate == FAILED for look in self.taken)
        self.progress(Progress(done, self.total, failed, self.bytes_read, self.bytes_stored, left))

    def keep(self, look: Taken) -> None:
        """Write a look, or say why it cannot be written."""
        if look.manifest is not None and not self.stopped:
            try:
                self._write(look.manifest, look.data)
            except chip_store.StoreError as error:
                self.stopped = f"store: {error}"
        if look.manifest is not None and self.stopped:
            look = Taken(look.offer, FAILED, self.stopped)
        # a chip is not kept in memory once it is on the disk
        self.taken.append(Taken(look.offer, look.fate, look.reason, look.manifest, b"", look.ring))

    def _write(self, manifest: Manifest, data: bytes) -> None:
        if self.budget is not None and self.used + len(data) + BESIDE > self.budget:
            self.stopped = f"disk budget: {self.used} of {self.budget} bytes are used; raise it"
            return
        if len(data) > chip_store.free_bytes(self.folder):
            with chip_store.told(self.folder):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        chip_store.commit(self.folder, manifest, data)
        self.used += len(data) + BESIDE
        self.bytes_stored += len(data)
        self.bytes_read += manifest.bytes_read


def _handed_out(executor: Executor, task: Task) -> Future[list[Taken]]:
    """Hand out a task; an executor that takes none any more fails that task only."""
    try:
        return executor.submit(acquire, task)
    # what a cluster raises when it is gone is its own affair
    except Exception as error:
        gone: Future[list[Taken]] = Future()
        gone.set_exception(error)
        return gone


def _result(future: Future[list[Taken]], task: Task) -> list[Taken]:
    error = CancelledError("cancelled") if future.cancelled() else future.exception()
    if error is None:
        return future.result()
    return not_taken(task, FAILED, f"worker lost: {scrubbed(error)}")


def _results(executor: Executor, tasks: Sequence[Task], at_once: int) -> Iterator[list[Taken]]:
    """Hand out tasks, a few ahead, and give what comes back in the order in which it comes."""
    waiting = iter(tasks)
    running: dict[Future[list[Taken]], Task] = {}
    try:
        while True:
            for task in itertools.islice(waiting, at_once - len(running)):
                running[_handed_out(executor, task)] = task
            if not running:
                return
            patience = max(task.settings.deadline_s for task in running.values()) * GIVEN_UP
            done, _ = wait(running, patience, FIRST_COMPLETED)
            for future in sorted(done, key=lambda each: running[each].name):
                yield _result(future, running.pop(future))
            if not done:
                silent, running = running, {}
                for task in silent.values():
                    yield not_taken(task, FAILED, "worker lost: no answer in time")
    finally:
        for future in running:
            future.cancel()


def _run(course: Course, tasks: Sequence[Task], executor: Executor, at_once: int) -> None:
    for looks in _results(executor, tasks, at_once):
        for look in looks:
            course.keep(look)
            course.tell()
        if course.stopped:
            break
    had = {(look.offer.site, look.offer.provider, look.offer.item_id) for look in course.taken}
    course.taken.extend(
        Taken(offer, FAILED, course.stopped)
        for task in tasks
        for offer in task.offers
        if (offer.site, offer.provider, offer.item_id) not in had
    )


def _cluster(address: str) -> Any:
    """Give a client of a Dask cluster."""
    from distributed import Client

    try:
        return Client(address, timeout="10s", set_as_default=False)
    except (OSError, TimeoutError) as error:
        message = (
            f"no Dask scheduler answers at {address} ({error}); start it, or unset {SCHEDULER}"
        )
        raise AcquisitionError(message) from None


def _slots(client: Any) -> int:
    """Give the threads of a cluster, or refuse one without workers."""
    try:
        client.wait_for_workers(1, timeout="30s")
    except (OSError, TimeoutError) as error:
        message = f"the Dask cluster has no worker ({error}); start one, or unset {SCHEDULER}"
        raise AcquisitionError(message) from None
    return max(2, sum(client.nthreads().values()))


@contextmanager
def spread() -> Iterator[Executor]:
    """Give what runs pieces of work: the cluster of ``DASK_SCHEDULER`` if it is set, else threads.

    Yields
    ------
    concurrent.futures.Executor
        Work that a lost worker took with it is done again by another.

    Raises
    ------
    AcquisitionError
        If the cluster does not answer, or has no worker.
    """
    address = os.environ.get(SCHEDULER, "")
    if not address:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            yield threads
        return
    client = _cluster(address)
    try:
        _slots(client)
        with client.get_executor(retries=LOST_WORKERS, pure=False) as workers:
            yield workers
    finally:
        client.close()


def work(course: Course, tasks: Sequence[Task], settings: Settings, client: Any) -> None:
    """Do tasks on a cluster where there is one, else on the threads of this machine.

    Parameters
    ----------
    course : Course
        Keeps what comes back.
    tasks : sequence of Task
        The scenes, in order.
    settings : Settings
        Limits.
    client : distributed.Client or None
        By default that of the environment variable ``DASK_SCHEDULER``, if it is set.

    Raises
    ------
    AcquisitionError
        If the cluster does not answer, or has no worker.
    """
    address = os.environ.get(SCHEDULER, "")
    if not tasks:
        return
    if client is None and not address:
        with ThreadPoolExecutor(min(SCENES_AT_ONCE, settings.concurrency)) as threads:
            _run(course, tasks, threads, AHEAD * SCENES_AT_ONCE)
        return
    own = _cluster(address) if client is None else None
    used = client if own is None else own
    try:
        slots = _slots(used)
        with used.get_executor(retries=LOST_WORKERS, pure=False) as workers:
            _run(course, tasks, workers, AHEAD * slots)
    finally:
        if own is not None:
            own.close()
