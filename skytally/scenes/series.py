"""Which stored looks make one series: one sensor, one processor, each acquisition once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from skytally.checks import DataError
from skytally.scenes import store
from skytally.scenes.manifests import Manifest
from skytally.scenes.select import SAME_PASS_S, version
from skytally.scenes.sites import Site


@dataclass(frozen=True)
class Selection:
    """The looks of one cube, and what was left out of it."""

    manifests: tuple[Manifest, ...]
    """In the order of time."""
    left_out: tuple[str, ...] = field(default=())
    """One sentence a look."""


def _moment(manifest: Manifest) -> datetime:
    return datetime.fromisoformat(manifest.time)


def _passes(manifests: Iterable[Manifest]) -> list[list[Manifest]]:
    """Put looks of one satellite within a minute together: they show the same moment."""
    ordered = sorted(manifests, key=lambda each: (each.platform, each.time, each.item_id))
    passes: list[list[Manifest]] = []
    for each in ordered:
        first = passes[-1][0] if passes else None
        if (
            first is not None
            and first.platform == each.platform
            and (_moment(each) - _moment(first)).total_seconds() <= SAME_PASS_S
        ):
            passes[-1].append(each)
        else:
            passes.append([each])
    return passes


def _once(manifests: Iterable[Manifest]) -> Selection:
    """Keep one processing of each acquisition: two providers may have brought the same one."""
    kept, left = [], []
    for group in _passes(manifests):
        newest = max(group, key=lambda each: (version(each.baseline), each.item_id))
        kept.append(newest)
        left += [
            f"{each.item_id}: the same acquisition as {newest.item_id}"
            for each in group
            if each is not newest
        ]
    ordered = sorted(kept, key=lambda each: (each.time, each.item_id))
    return Selection(tuple(ordered), tuple(sorted(left)))


def select(
    folder: Path,
    site: Site,
    *,
    sensor: str,
    processor: str | None = None,
    relative_orbit: int | None = None,
    period: tuple[str, str] | None = None,
) -> Selection:
    """Choose the looks of a cube from the manifests, without reading a pixel.

    Parameters
    ----------
    folder : Path
        The folder of scenes.
    site : Site
        The site.
    sensor : str
        ``sentinel-2``, ``sentinel-1``, ``landsat`` or ``other``.
    processor : str, optional
        Needed where the store holds looks of several.
    relative_orbit : int, optional
        Only this track.
    period : (str, str), optional
        First and last day, UTC, both included.

    Returns
    -------
    Selection

    Raises
    ------
    DataError
        If there is no such look, or several processors would be mixed.
    IntegrityError
        If a manifest is not what was written.
    """
    found = [each for each in store.manifests(folder, site.slug) if each.sensor == sensor]
    if processor is not None:
        found = [each for each in found if each.processor == processor]
    if relative_orbit is not None:
        found = [each for each in found if each.relative_orbit == relative_orbit]
    if period is not None:
        found = [each for each in found if period[0] <= each.time[:10] <= period[1]]
    processors = sorted({each.processor for each in found})
    labels = sorted({each.label for each in found})
    if len(processors) > 1 or len(labels) > 1:
        mixed = processors if len(processors) > 1 else labels
        message = (
            f"{site.slug}, {sensor}: looks of {', '.join(map(repr, mixed))}; name one processor"
        )
        raise DataError(message)
    if not found:
        message = f"{site.slug}: no look of {sensor} in {folder} fits; run refresh for it"
        raise DataError(message)
    return _once(found)
