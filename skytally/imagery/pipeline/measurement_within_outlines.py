"""Measuring the outlines of one site in the images of one sensor, each image decoded once."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import xarray as xr

from skytally.core import DataError, number
from skytally.imagery.acquire import SENTINEL_1, ChipManifest
from skytally.imagery.clear_sky import read_screenings
from skytally.imagery.cube import common_gsd, stored_observations, with_scene_classes
from skytally.imagery.measure import Observation, observation_line
from skytally.imagery.pipeline.depot_change_and_pit_notes import notes
from skytally.imagery.pipeline.detection_limit_summaries import CARDS, SiteLimits
from skytally.imagery.pipeline.measured_line_and_target import NO_IMAGE, MeasuredLine, Target
from skytally.imagery.pipeline.measures_with_references_and_injection_per_outline import (
    BANDS_READ,
    MeasureSetup,
    set_up,
)
from skytally.imagery.pipeline.outline_confirmed_and_located_well_enough import measuring_obstacle
from skytally.imagery.pipeline.outline_masks_and_track_lines import OutlineArea, outline_area
from skytally.imagery.pipeline.recall_of_injected_objects import capped, site_limits
from skytally.imagery.pipeline.temporary_decoded_window_cutouts import OpenImages, cut_out
from skytally.imagery.pipeline.thumbnail_choice import ThumbnailPicker


def _rows(
    prepared: MeasureSetup, images: OpenImages, picker: ThumbnailPicker
) -> Iterator[Observation]:
    """One row an image, each offered to the picker with its image."""
    waiting: deque[xr.Dataset] = deque()

    def remembered() -> Iterator[xr.Dataset]:
        for image in images():
            waiting.append(image)
            yield image

    for row in prepared.measure(remembered()):
        picker.offer(waiting.popleft(), row)
        yield row


def _line(target: Target, scope: str, rows: Sequence[Observation], provider: str) -> xr.Dataset:
    return observation_line(
        rows,
        quantity=target.kind.quantity,
        scope=scope,
        method=CARDS[target.kind.card].title,
        history=f"measured by skytally from looks of {provider}",
        source=provider,
    )


def _measured(
    target: Target, area: OutlineArea, images: OpenImages, first: ChipManifest
) -> MeasuredLine:
    """Measure one outline in its cut-outs."""
    kind, study = target.kind, np.datetime64(target.study, "ns")
    try:
        prepared = set_up(kind, area, images, study)
        picker = ThumbnailPicker(area, study)
        rows = tuple(_rows(prepared, images, picker))
        more = notes(area, images, rows, study) if kind.outline_kind == "pit_area" else ()
        more += () if prepared.ground is None else prepared.ground.notes(rows)
    except DataError as fault:
        return target.without_line(str(fault), first.label)
    card = CARDS[kind.card]
    limits: SiteLimits = site_limits(
        card, images, study, prepare=lambda some: set_up(kind, area, some, study)
    )
    rows = tuple(capped(row, limits.recall(card)) for row in rows)
    line = _line(target, area.scope, rows, first.provider)
    ground = {} if prepared.ground is None else prepared.ground.attributes()
    line.attrs |= {"label": first.label, **ground}
    return replace(
        target.without_line("", first.label), line=line, rows=rows, chips=picker.thumbnails(),
        limits=limits, notes=more,
    )  # fmt: skip


def _commonest(manifests: Sequence[ChipManifest]) -> tuple[list[ChipManifest], dict[str, str]]:
    """Images of the processor that has most, and why the others are left out."""
    processor, _ = Counter(each.processor for each in manifests).most_common(1)[0]
    chosen = [each for each in manifests if each.processor == processor]
    others = {
        each.item_id: f"of processor {each.processor}; the line is of {processor} and never mixes "
        "two"
        for each in manifests
        if each.processor != processor
    }
    return chosen, others


def _areas(
    targets: Iterable[Target], manifests: Sequence[ChipManifest]
) -> dict[Target, OutlineArea | MeasuredLine]:
    """Masks of each target, or the result that says why it cannot be measured."""
    found: dict[Target, OutlineArea | MeasuredLine] = {}
    label = manifests[0].label
    for target in targets:
        why = measuring_obstacle(target.outline, target.site)
        if why:
            stored = f"{number(len(manifests))} images are stored, but {why}"
            found[target] = target.without_line(stored, label)
            continue
        try:
            gsd = max(common_gsd(each, target.site) for each in manifests)
            found[target] = outline_area(target.site, target.outline, gsd=gsd)
        except DataError as fault:
            found[target] = target.without_line(str(fault), label)
    return found


def measure_targets(
    targets: Sequence[Target], manifests: Sequence[ChipManifest], scenes: Path, cutouts: Path
) -> Iterator[MeasuredLine]:
    """Measure targets of one site and sensor; however many there are, each image is decoded once.

    Parameters
    ----------
    targets : sequence of Target
        All of one site and one sensor.
    manifests : sequence of ChipManifest
        Of all stored images of that site and sensor, in the order of time.
    scenes : Path
        The folder of scenes.
    cutouts : Path
        An empty folder for cut-outs, which the caller removes.

    Yields
    ------
    MeasuredLine
        One a target, in order; a target without a line says why.

    Raises
    ------
    AcquisitionError
        If the disk takes no cut-outs.
    IntegrityError
        If a chip is not what was stored.
    """
    if not manifests:
        yield from (target.without_line(NO_IMAGE) for target in targets)
        return
    chosen, left_out = _commonest(manifests)
    areas = _areas(targets, chosen)
    # two measures of one outline read the same cut-outs
    windows = {
        target: tuple((part.start, part.stop) for part in area.window)
        for target, area in areas.items()
        if isinstance(area, OutlineArea)
    }
    places = list(dict.fromkeys(windows.values()))
    opened: dict[Target, OpenImages] = {}
    if windows:
        site, sensor = targets[0].site, targets[0].kind.sensor
        stored = stored_observations(
            scenes, site, sensor=sensor, processor=chosen[0].processor,
            bands=None if sensor == SENTINEL_1 else BANDS_READ,
            screenings=read_screenings(scenes, site),
        )  # fmt: skip
        try:
            corners = [(slice(*rows), slice(*columns)) for rows, columns in places]
            cuts = cut_out(map(with_scene_classes, stored), corners, cutouts)
        except DataError as fault:
            # such as a band that the provider does not offer
            areas.update({each: each.without_line(str(fault), chosen[0].label) for each in windows})
        else:
            by_place = dict(zip(places, cuts, strict=True))
            opened = {target: by_place[place] for target, place in windows.items()}
    for target in targets:
        area = areas[target]
        if isinstance(area, OutlineArea):
            line = _measured(target, area, opened[target], chosen[0])
            area = replace(line, left_out=left_out) if line.line is not None else line
        yield area
