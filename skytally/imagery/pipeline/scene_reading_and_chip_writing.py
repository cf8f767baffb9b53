"""The course of a refresh: scenes handed out, and their chips written as they come back."""

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
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from skytally.imagery.acquire import FAILED, ChipManifest, FetchSettings, chip_store
from skytally.imagery.pipeline.scene_job_reading_and_chip_encoding import (
    SceneJob,
    SceneResult,
    read_job,
    same_result,
)
from skytally.imagery.pipeline.thread_or_dask_executor import work_executor
from skytally.web import redacted_message

THREADS = 6
"""Scenes read at once on one machine; their files share `FetchSettings.concurrency`."""
JOBS_AHEAD = 2
"""Scenes handed out for each that is read, so that nobody waits, and memory stays bounded."""
MANIFEST_BYTES = 1 << 13
"""Bytes that an image takes beside its chip, at most: its manifest, its statistics."""
PATIENCE = 20
"""A worker that is silent for this many times the time of one file is given up."""


@dataclass(frozen=True)
class Progress:
    """How far a refresh is."""

    done: int
    """Images whose status is known."""
    total: int
    """Images that were to be read."""
    failed: int
    """Images that could not be read."""
    bytes_read: int
    """Bytes of the providers from which images were stored."""
    bytes_stored: int
    """Bytes written."""
    seconds_left: float | None
    """Estimate, or None before the first image."""


@dataclass
class RefreshRun:
    """The state of a refresh: results so far, and why it stopped."""

    folder: Path
    """The folder of scenes."""
    budget: int | None
    """Largest size of the store, bytes, or None."""
    total: int
    """Images that are to be read."""
    progress: Callable[[Progress], None] | None
    """Called after each image."""
    used: int
    """Bytes of the store."""
    began: float = field(default_factory=time.monotonic)
    """Moment of `time.monotonic` at which the run began."""
    results: list[SceneResult] = field(default_factory=list)
    """What became of the images, in the order in which it became known."""
    bytes_read: int = 0
    """Bytes of the providers from which images were stored."""
    bytes_stored: int = 0
    """Bytes written."""
    stopped: str = ""
    """Why nothing more is written, ``<class>: <detail>``; empty while it is."""

    def report_progress(self) -> None:
        """Call `progress` with how far the run is."""
        if self.progress is None:
            return
        done = len(self.results)
        left = (time.monotonic() - self.began) / done * (self.total - done) if done else None
        failed = sum(result.status == FAILED for result in self.results)
        self.progress(Progress(done, self.total, failed, self.bytes_read, self.bytes_stored, left))

    def store(self, result: SceneResult) -> None:
        """Write the chip of a result; once the store refuses one, no other is written."""
        if result.manifest is not None and not self.stopped:
            try:
                self._write(result.manifest, result.data)
            except chip_store.StoreError as error:
                self.stopped = f"store: {error}"
        if result.manifest is not None and self.stopped:
            result = SceneResult(result.item, FAILED, self.stopped)
        # a chip is not kept in memory once it is on the disk
        self.results.append(replace(result, data=b""))

    def _write(self, manifest: ChipManifest, data: bytes) -> None:
        if self.budget is not None and self.used + len(data) + MANIFEST_BYTES > self.budget:
            self.stopped = f"disk budget: {self.used} of {self.budget} bytes are used; raise it"
            return
        if len(data) > chip_store.free_disk_bytes(self.folder):
            with chip_store.store_errors(self.folder):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        chip_store.write_chip(self.folder, manifest, data)
        self.used += len(data) + MANIFEST_BYTES
        self.bytes_stored += len(data)
        self.bytes_read += manifest.bytes_read


def _submitted(executor: Executor, job: SceneJob) -> Future[list[SceneResult]]:
    """Hand out a job; an executor that takes none any more fails that job only."""
    try:
        return executor.submit(read_job, job)
    # what a cluster raises when it is gone is its own affair
    except Exception as error:
        gone: Future[list[SceneResult]] = Future()
        gone.set_exception(error)
        return gone


def _job_results(future: Future[list[SceneResult]], job: SceneJob) -> list[SceneResult]:
    error = CancelledError("cancelled") if future.cancelled() else future.exception()
    if error is None:
        return future.result()
    return same_result(job, FAILED, f"worker lost: {redacted_message(error)}")


def _completed(
    executor: Executor, jobs: Sequence[SceneJob], at_once: int
) -> Iterator[list[SceneResult]]:
    """Hand out jobs, a few ahead, and yield their results in the order in which they come."""
    waiting = iter(jobs)
    running: dict[Future[list[SceneResult]], SceneJob] = {}
    try:
        while True:
            for job in itertools.islice(waiting, at_once - len(running)):
                running[_submitted(executor, job)] = job
            if not running:
                return
            patience = max(job.settings.deadline_s for job in running.values()) * PATIENCE
            done, _ = wait(running, patience, FIRST_COMPLETED)
            for future in sorted(done, key=lambda each: running[each].name):
                yield _job_results(future, running.pop(future))
            if not done:
                silent, running = running, {}
                for job in silent.values():
                    yield same_result(job, FAILED, "worker lost: no answer in time")
    finally:
        for future in running:
            future.cancel()


def _run(run: RefreshRun, jobs: Sequence[SceneJob], executor: Executor, at_once: int) -> None:
    for results in _completed(executor, jobs, at_once):
        for result in results:
            run.store(result)
            run.report_progress()
        if run.stopped:
            break
    known = {
        (result.item.site, result.item.provider, result.item.item_id) for result in run.results
    }
    run.results.extend(
        SceneResult(item, FAILED, run.stopped)
        for job in jobs
        for item in job.items
        if (item.site, item.provider, item.item_id) not in known
    )


def run_jobs(
    run: RefreshRun, jobs: Sequence[SceneJob], settings: FetchSettings, client: Any
) -> None:
    """Read scenes on a cluster where there is one, else on the threads of this machine.

    Parameters
    ----------
    run : RefreshRun
        Stores what comes back.
    jobs : sequence of SceneJob
        The scenes, in order.
    settings : FetchSettings
        Limits.
    client : distributed.Client or None
        By default that of the environment variable ``DASK_SCHEDULER``, if it is set.

    Raises
    ------
    AcquisitionError
        If the cluster does not answer, or has no worker.
    """
    if not jobs:
        return
    with work_executor(min(THREADS, settings.concurrency), client=client) as (executor, slots):
        on_threads = isinstance(executor, ThreadPoolExecutor)
        _run(run, jobs, executor, JOBS_AHEAD * (THREADS if on_threads else slots))
