"""Bringing measured lines up to date: what no longer fits its key is measured anew, and no more."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from skytally.core import DataError, IntegrityError
from skytally.imagery.acquire import ChipManifest, chip_store
from skytally.imagery.pipeline.measured_line_and_target import MeasuredLine, Target, targets_of
from skytally.imagery.pipeline.measured_line_content_keys import (
    changed_parts,
    images_key,
    key_without_images,
)
from skytally.imagery.pipeline.measured_line_folder import stored_key, write_line
from skytally.imagery.pipeline.measurement_within_outlines import measure_targets
from skytally.imagery.pipeline.outline_confirmed_and_located_well_enough import measuring_obstacle
from skytally.imagery.pipeline.thread_or_dask_executor import work_executor
from skytally.imagery.sites import Site
from skytally.web import redacted_message

CUTOUTS = ".cutouts-"
"""Begins the name of a temporary folder of cut-outs, inside the folder of measured lines."""


@dataclass(frozen=True)
class MeasuringJob:
    """All lines of one site and sensor that are to be measured: one pass over its images."""

    targets: tuple[Target, ...]
    """The lines."""
    manifests: tuple[ChipManifest, ...]
    """Of all stored images of the site and sensor."""
    keys: tuple[Mapping[str, str], ...]
    """Key of each line."""

    @property
    def name(self) -> str:
        """Site and sensor."""
        return f"{self.targets[0].site.slug}, {self.targets[0].kind.sensor}"


@dataclass
class UpdateReport:
    """What was measured, and what was not."""

    current: int = 0
    """Lines that still fit their key."""
    measured: list[MeasuredLine] = field(default_factory=list)
    """Lines measured now, those without a line among them."""
    faults: list[str] = field(default_factory=list)
    """Sites whose images cannot be read: one sentence each."""


def measure_job(job: MeasuringJob, scenes: Path, folder: Path) -> list[MeasuredLine]:
    """Measure all lines of a job; nothing is written but cut-outs, which are removed.

    Parameters
    ----------
    job : MeasuringJob
        The lines.
    scenes : Path
        The folder of scenes.
    folder : Path
        The folder of measured lines, on whose disk the cut-outs lie meanwhile.

    Returns
    -------
    list of MeasuredLine
        One a target, in order.
    """
    with tempfile.TemporaryDirectory(prefix=CUTOUTS, dir=folder) as cutouts:
        return list(measure_targets(job.targets, job.manifests, scenes, Path(cutouts)))


def _jobs(
    sites: Iterable[Site],
    studies: Sequence[str],
    scenes: Path,
    inventory: pd.DataFrame,
    folder: Path,
    report: UpdateReport,
) -> list[MeasuringJob]:
    """Lines whose key no longer fits, by site and sensor."""
    jobs = []
    for site in sites:
        try:
            stored = chip_store.stored_manifests(scenes, site.slug)
        except IntegrityError as error:
            report.faults.append(str(error))
            continue
        by_sensor: dict[str, list[tuple[Target, Mapping[str, str]]]] = {}
        targets = [target for study in studies for target in targets_of([site], study=study)]
        for target in targets:
            mine = [each for each in stored if each.sensor == target.kind.sensor]
            if not mine or measuring_obstacle(target.outline, site):
                continue
            key = {"images": images_key(mine), **key_without_images(target, inventory)}
            if changed_parts(stored_key(folder, target), key):
                by_sensor.setdefault(target.kind.sensor, []).append((target, key))
            else:
                report.current += 1
        for sensor, pairs in by_sensor.items():
            manifests = tuple(each for each in stored if each.sensor == sensor)
            chosen, keys = zip(*pairs, strict=True)
            jobs.append(MeasuringJob(chosen, manifests, keys))
    return jobs


def _sweep(folder: Path) -> None:
    """Remove what an interrupted run had left: cut-outs and half-written files."""
    for left in [*folder.glob(f"{CUTOUTS}*"), *folder.glob(f"*/.*{chip_store.TEMPORARY_SUFFIX}")]:
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def update_lines(
    sites: Iterable[Site],
    studies: Sequence[str],
    *,
    scenes: Path,
    inventory: pd.DataFrame,
    folder: Path,
    progress: Callable[[str, int, int], None] | None = None,
) -> UpdateReport:
    """Measure every line that is missing, or whose images, outlines, code or parameters changed.

    It may be stopped at any moment and run again: each line is written as soon as its site and
    sensor are done.

    Parameters
    ----------
    sites : iterable of Site
        The sites, control sites among them.
    studies : sequence of str
        First days of the study, ISO, each measured for itself.
    scenes : Path
        The folder of scenes.
    inventory : pandas.DataFrame
        The acquisition inventory.
    folder : Path
        The folder of measured lines.
    progress : callable, optional
        Called with the name of a site and sensor that is done, how many are, and of how many.

    Returns
    -------
    UpdateReport

    Raises
    ------
    StoreError
        If a refresh is at work, or the disk refuses.
    AcquisitionError
        If ``DASK_SCHEDULER`` names a cluster that does not answer.
    """
    report = UpdateReport()
    if not scenes.is_dir():
        return report
    with chip_store.locked_store(scenes), chip_store.locked_store(folder):
        _sweep(folder)
        jobs = _jobs(sites, studies, scenes, inventory, folder, report)
        if not jobs:
            return report
        with work_executor(os.cpu_count() or 1) as (executor, _):
            running: dict[Future[list[MeasuredLine]], MeasuringJob] = {
                executor.submit(measure_job, job, scenes, folder): job for job in jobs
            }
            for count, future in enumerate(as_completed(running), start=1):
                job = running[future]
                try:
                    lines = future.result()
                except (DataError, IntegrityError) as error:
                    report.faults.append(f"{job.name}: {error}")
                    continue
                # a site that nobody foresaw must not cost the lines of all the others
                except Exception as error:
                    report.faults.append(f"{job.name}: not measured ({redacted_message(error)})")
                    continue
                for target, line, key in zip(job.targets, lines, job.keys, strict=True):
                    write_line(folder, target, line, key)
                report.measured += lines
                if progress is not None:
                    progress(job.name, count, len(running))
    return report
