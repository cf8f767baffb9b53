"""From the store of looks to measured lines, or to the sentence that says why there is none."""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from skytally.core import names as n
from skytally.core.errors import DataError
from skytally.core.wording import day, number
from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.chip_manifest import Manifest
from skytally.imagery.acquire.pixel_classes import classes
from skytally.imagery.acquire.providers import LANDSAT, SENTINEL_1
from skytally.imagery.cube.stored_cubes import cell_of
from skytally.imagery.cube.stored_cubes import looks as stored_looks
from skytally.imagery.measure.observation import Look, line_of_looks
from skytally.imagery.pipeline.depot_notes import notes
from skytally.imagery.pipeline.detection_limits import CARDS, Card
from skytally.imagery.pipeline.image_chips import Chip, Points, radar_grey, true_colour
from skytally.imagery.pipeline.injection_recovery import Limits, no_better, own_limits
from skytally.imagery.pipeline.measurement_plan import BANDS_READ, TASKS, Again, Prepared, Task
from skytally.imagery.pipeline.scene_jobs import spread
from skytally.imagery.pipeline.site_masks import Place, named, not_ready, place
from skytally.imagery.sites.outline_geometry import rings_m
from skytally.imagery.sites.site_register import Outline, Site

CHIPS = 8
"""Detections shown as pictures; all are in the table."""
AROUND = 15
"""Pixels shown around an outline."""
WIDEST_CHIP = 96
"""Pixels along a picture at most."""
NO_LOOK = "no look was acquired"


@dataclass(frozen=True, eq=False)
class Measured:
    """What own imagery says of one outline, or why it says nothing."""

    task: Task
    """What was to be measured."""
    site: str
    """Slug of the site."""
    outline: str
    """Name of the outline."""
    scope: str
    """Site and outline for readers."""
    twin: bool
    """Whether the site is a twin, at which nothing should show."""
    line: xr.Dataset | None
    """The line, None where there is none."""
    rows: tuple[Look, ...]
    """One row a look."""
    why: str
    """Why there is no line; empty where there is one."""
    chips: tuple[Chip, ...] = ()
    """The look before the study that was seen best, then the largest detections by date."""
    label: str = ""
    """``rehearsal`` for generated ground."""
    limits: Limits = field(default_factory=lambda: Limits(None))
    """Detection limits asked of the site's own clear looks."""
    notes: tuple[str, ...] = ()
    """What else the looks say, in sentences."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Looks that are stored and have no row, by name, each with the reason."""

    @property
    def card(self) -> Card:
        """Give the card of the task."""
        return CARDS[self.task.card]


def _scl(look: xr.Dataset) -> xr.Dataset:
    """Give a Landsat look the classes of Sentinel-2, which the measures read."""
    if "qa_pixel" not in look:
        return look
    found = classes(look["qa_pixel"].to_numpy(), LANDSAT)
    if found is None:
        return look.drop_vars("qa_pixel")
    made = np.full(look["qa_pixel"].shape, 5, np.uint8)
    for number_, where in ((6, found.water), (11, found.snow), (3, found.shadow)):
        made[where] = number_
    made[found.cloud], made[found.void] = 9, 0
    return look.drop_vars("qa_pixel").assign(scl=(look["qa_pixel"].dims, made))


def _again(
    folder: Path, place: Place, task: Task, processor: str, left_out: dict[str, str]
) -> Again:
    bands = None if task.sensor == SENTINEL_1 else BANDS_READ

    def looks() -> Iterator[xr.Dataset]:
        for look in stored_looks(
            folder, place.site, sensor=task.sensor, processor=processor, bands=bands,
            left_out=left_out,
        ):  # fmt: skip
            yield _scl(look.isel(time=0, y=place.window[0], x=place.window[1]))

    return looks


def _outlines(place: Place, cut: tuple[slice, slice]) -> tuple[Points, ...]:
    """Give the rings of an outline in pixels of a cut-out."""
    west, _, _, north = place.site.grid.bounds
    left = west + (place.window[1].start + cut[1].start) * place.gsd
    top = north - (place.window[0].start + cut[0].start) * place.gsd
    return tuple(
        np.stack([(ring[:, 0] - left) / place.gsd, (top - ring[:, 1]) / place.gsd], axis=1)
        for ring in rings_m(place.outline, place.site)
    )


def _cut(place: Place) -> tuple[slice, slice]:
    """Give the rows and columns around an outline that a picture shows."""
    parts = []
    for axis in (1, 0):
        held = np.flatnonzero(place.target.any(axis=axis))
        middle = (held[0] + held[-1]) // 2
        half = min((held[-1] - held[0]) // 2 + AROUND, WIDEST_CHIP // 2)
        parts.append(slice(max(middle - half, 0), middle + half))
    return parts[0], parts[1]


def chip(look: xr.Dataset, row: Look, place: Place) -> Chip:
    """Cut the picture of a look around an outline."""
    cut = _cut(place)
    part = look.isel(y=cut[0], x=cut[1])
    if "gamma0" in part:
        picture = radar_grey(part["gamma0"].to_numpy()[0])
    else:
        bands = [str(each) for each in part["band"].to_numpy()]
        picture = true_colour(part["reflectance"].to_numpy(), bands)
    stamp = pd.Timestamp(row.time)
    words = {n.NOTHING_SEEN: "nothing found", n.SOMETHING_SEEN: row.reason}
    value = f"{row.value:.0f} ({row.low:.0f} to {row.high:.0f}) {row.unit}"
    return Chip(
        picture, place.gsd, f"{day(stamp)}, {stamp:%H:%M} UTC", words.get(row.state, value),
        row.item_id, _outlines(place, cut), str(look["label"].to_numpy()),
    )  # fmt: skip


class _Pictures:
    """Keeps the picture of the last empty look before a date, and of the largest detections."""

    def __init__(self, place: Place, study: np.datetime64) -> None:
        self.place, self.study = place, study
        self.before: Chip | None = None
        self.found: list[tuple[float, Look, Chip]] = []

    def offer(self, look: xr.Dataset, row: Look) -> None:
        """Keep a picture where the row is worth one."""
        if row.time < self.study:
            if row.state == n.NOTHING_SEEN:
                self.before = chip(look, row, self.place)
            return
        if row.state == n.COUNTED and row.value > 0:
            self.found.append((row.value, row, chip(look, row, self.place)))
            self.found.sort(key=lambda each: -each[0])
            del self.found[CHIPS:]

    def chips(self) -> tuple[Chip, ...]:
        """Give them, the empty one first, the others by date."""
        late = [each for _, _, each in sorted(self.found, key=lambda each: each[1].time)]
        return tuple([self.before, *late] if self.before is not None else late)


def measure(prepared: Prepared, looks: Iterable[xr.Dataset], pictures: _Pictures) -> Iterator[Look]:
    """Give one row a look, showing each look with its row to the pictures."""
    waiting: deque[xr.Dataset] = deque()

    def remembered() -> Iterator[xr.Dataset]:
        for look in looks:
            waiting.append(look)
            yield look

    for row in prepared.measure(remembered()):
        pictures.offer(waiting.popleft(), row)
        yield row


def _line(task: Task, place: Place, rows: Sequence[Look], provider: str) -> xr.Dataset:
    return line_of_looks(
        rows,
        quantity=task.quantity,
        scope=place.scope,
        method=CARDS[task.card].title,
        history=f"measured by skytally from looks of {provider}",
        source=provider,
    )


def _at_place(
    task: Task,
    here: Place,
    folder: Path,
    held: Sequence[Manifest],
    study: np.datetime64,
    left_out: Mapping[str, str],
) -> Measured:
    failed = dict(left_out)
    looks = _again(folder, here, task, held[0].processor, failed)
    label = held[0].label
    try:
        prepared = task.prepare(here, looks, study, task.sensor)
        pictures = _Pictures(here, study)
        rows = tuple(measure(prepared, looks(), pictures))
        more = notes(here, looks, rows, study) if task.kind == "pit_area" else ()
    except DataError as fault:
        return _none(task, here.site, here.outline, str(fault), label)
    own = own_limits(task, here, looks, study)
    rows = tuple(no_better(row, own.chance(task)) for row in rows)
    line = _line(task, here, rows, held[0].provider)
    line.attrs["label"] = label
    return Measured(
        task, here.site.slug, here.outline.name, here.scope, here.site.is_twin, line, rows, "",
        pictures.chips(), label, own, more, failed,
    )  # fmt: skip


def _none(task: Task, site: Site, outline: Outline, why: str, label: str = "") -> Measured:
    return Measured(
        task, site.slug, outline.name, named(site, outline), site.is_twin, None, (), why,
        label=label,
    )  # fmt: skip


def _commonest(manifests: Sequence[Manifest]) -> tuple[list[Manifest], dict[str, str]]:
    """Give the looks of the processor that has most, and why the others are left out."""
    if not manifests:
        return [], {}
    most, _ = Counter(each.processor for each in manifests).most_common(1)[0]
    held = [each for each in manifests if each.processor == most]
    others = {
        each.item_id: f"of processor {each.processor}; the line is of {most} and never mixes two"
        for each in manifests
        if each.processor != most
    }
    return held, others


def measured(sites: Iterable[Site], folder: Path, *, study: str) -> list[Measured]:
    """Measure every confirmed outline of some sites, or say why not.

    Parameters
    ----------
    sites : iterable of Site
        The sites, twins among them.
    folder : Path
        The folder of scenes.
    study : str
        First day of the study; earlier looks teach what the place usually shows.

    Returns
    -------
    list of Measured
        One an outline and sensor, in the order of the sites; never silent: an outline without
        a line says why.

    Raises
    ------
    AcquisitionError
        If ``DASK_SCHEDULER`` names a cluster that does not answer.
    IntegrityError
        If a chip is not what was stored.
    """
    since = np.datetime64(study, "ns")
    work = []
    for site in sites:
        stored = chip_store.manifests(folder, site.slug) if folder.is_dir() else []
        for task, outline in itertools.product(TASKS, site.outlines):
            if outline.kind == task.kind:
                of_sensor = [each for each in stored if each.sensor == task.sensor]
                work.append((task, site, outline, folder, *_commonest(of_sensor), since))
    with spread() as executor:
        # a line is worked out in one piece, wherever it is: the result does not depend on where
        waiting = [executor.submit(_of_outline, *each) for each in work]
        return [each.result() for each in waiting]


def _of_outline(
    task: Task,
    site: Site,
    outline: Outline,
    folder: Path,
    held: Sequence[Manifest],
    left_out: Mapping[str, str],
    study: np.datetime64,
) -> Measured:
    why = not_ready(outline, site)
    if not held:
        return _none(task, site, outline, NO_LOOK)
    if why:
        seen = f"{number(len(held))} looks are stored, but {why}"
        return _none(task, site, outline, seen, held[0].label)
    try:
        here = place(site, outline, gsd=max(cell_of(each, site) for each in held))
    except DataError as fault:
        return _none(task, site, outline, str(fault), held[0].label)
    return _at_place(task, here, folder, held, study, left_out)
