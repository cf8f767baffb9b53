"""A refresh: every look at every site brought in once, and a row for each scene that was offered.

It may be stopped at any moment and run again: what is stored is not read twice, what failed is
tried again, and the same offers give the same store and the same tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from skytally.core.errors import DataError
from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.byte_ranges import Settings
from skytally.imagery.acquire.chip_manifest import Manifest
from skytally.imagery.acquire.inventory import (
    FAILED,
    STORED,
    accounts,
    look_row,
    malformed_rows,
    merge_looks,
    merge_searches,
    read_looks,
    read_searches,
    search_row,
    verified,
    write_looks,
    write_searches,
)
from skytally.imagery.acquire.providers import SENTINEL_1, Provider
from skytally.imagery.acquire.stac.scene_items import Offer
from skytally.imagery.clear_sky.ring_cache import judged, rings
from skytally.imagery.clear_sky.stable_ring import Ring
from skytally.imagery.pipeline.refresh_plan import Plan, plan, retirements
from skytally.imagery.pipeline.scene_jobs import Course, Progress, Taken, work
from skytally.imagery.sites.site_register import Site

__all__ = ["Plan", "Progress", "Report", "judge", "plan", "refresh"]


@dataclass(frozen=True)
class Report:
    """What a refresh did."""

    offered: int
    """Scenes that were offered, each of which has a row."""
    stored: int
    """Looks stored now."""
    held: int
    """Looks that were stored before."""
    failed: int
    """Looks that could not be had; the next refresh tries again."""
    rejected: int
    """Scenes that were not read, or do not show the site."""
    superseded: int
    """Scenes of which a better processing was taken."""
    bytes_read: int
    """Bytes of the providers from which looks were stored."""
    bytes_stored: int
    """Bytes written."""
    swept: tuple[str, ...] = ()
    """What an interrupted refresh had left."""
    faults: tuple[str, ...] = ()
    """Searches that failed, chips that are broken: one sentence each."""


def _stored_row(offer: Offer, site: Site, manifest: Manifest, searched: str) -> dict[str, str]:
    row = look_row(offer, site, fate=STORED, fate_reason="", searched=searched)
    moved = manifest.resampled_from
    shifts = sorted({f"{shift:g}" for shift in manifest.offset.values()})
    row["offset"] = "" if offer.sensor == SENTINEL_1 else " ".join(shifts)
    row["bytes_read"] = str(manifest.bytes_read)
    row["chip_sha256"] = manifest.sha256
    row["resampled_from"] = "" if moved is None else f"EPSG:{moved}"
    row["verified"] = verified(offer)
    return row


def _rows(
    made: Plan,
    taken: Iterable[Taken],
    sites: dict[str, Site],
    providers: dict[str, Provider],
    today: str,
) -> list[dict[str, str]]:
    """Give the row of every scene that was offered."""
    rows = []
    for found in made.found:
        by = providers[found.provider]
        rows += malformed_rows(
            found, sensor=by.sensor, processor=by.processor, label=by.label, searched=today
        )
    for each in made.decided:
        site = sites[each.offer.site]
        rows.append(
            look_row(each.offer, site, fate=each.fate, fate_reason=each.reason, searched=today)
        )
    for offer, manifest in made.held:
        rows.append(_stored_row(offer, sites[offer.site], manifest, today))
    for look in taken:
        site = sites[look.offer.site]
        if look.manifest is not None:
            rows.append(_stored_row(look.offer, site, look.manifest, today))
        else:
            rows.append(
                look_row(look.offer, site, fate=look.fate, fate_reason=look.reason, searched=today)
            )
    return rows


def _write_tables(
    looks: tuple[Path, pd.DataFrame, pd.DataFrame],
    searches: tuple[Path, pd.DataFrame, pd.DataFrame],
) -> None:
    """Write the tables that differ from what they were."""
    for (path, old, new), write in ((looks, write_looks), (searches, write_searches)):
        if not new.reset_index(drop=True).equals(old.reset_index(drop=True)):
            with chip_store.told(path.parent):
                write(path, new)


def _sweep_tables(*paths: Path) -> list[str]:
    """Remove what an interrupted refresh left beside the tables."""
    left = [each for path in paths for each in path.parent.glob(f".{path.name}.*.tmp")]
    for each in left:
        with chip_store.told(each.parent):
            each.unlink()
    return [each.name for each in left]


def _settle(made: Plan, folder: Path) -> None:
    """Take out of the store's count what is superseded, and take back what is chosen again."""
    for offer in retirements(made):
        kept = chip_store.held(folder, offer.site, offer.item_id)
        if kept is not None and kept.provider == offer.provider:
            chip_store.retire(folder, offer.site, offer.item_id)
    for offer, _ in made.held:
        chip_store.revive(folder, offer.site, offer.item_id)


def _judge(
    table: pd.DataFrame, folder: Path, sites: Sequence[Site], taken: Iterable[Taken]
) -> tuple[pd.DataFrame, list[str]]:
    fresh: dict[str, dict[str, Ring]] = {}
    for look in taken:
        if look.ring is not None and look.manifest is not None:
            fresh.setdefault(look.offer.site, {})[look.offer.item_id] = look.ring
    found, faults = {}, []
    for site in sites:
        found[site.slug], broken = rings(folder, site, fresh=fresh.get(site.slug))
        faults += broken
    return judged(table, sites, found), faults


def judge(sites: Sequence[Site], *, folder: Path, looks_path: Path) -> list[str]:
    """Judge all stored looks again, after outlines have changed; no network is used.

    Parameters
    ----------
    sites : sequence of Site
        The sites.
    folder : Path
        The folder of scenes.
    looks_path : Path
        ``looks.csv``; written if a judgement changed.

    Returns
    -------
    list of str
        One sentence for every chip that is broken.

    Raises
    ------
    StoreError
        If a refresh is at work, or the disk refuses.
    """
    if not folder.is_dir():
        return []
    with chip_store.lock(folder):
        old = read_looks(looks_path)
        new, faults = _judge(old, folder, sites, ())
        if not new.equals(old):
            with chip_store.told(looks_path.parent):
                write_looks(looks_path, new)
    return faults


def refresh(
    sites: Sequence[Site],
    providers: Sequence[Provider],
    period: tuple[str, str],
    *,
    folder: Path,
    looks_path: Path,
    searches_path: Path,
    today: str,
    now: datetime | None = None,
    budget_bytes: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    settings: Settings | None = None,
    client: Any = None,
) -> Report:
    """Bring in every look that is offered and not yet stored, and write the tables.

    Parameters
    ----------
    sites : sequence of Site
        The sites.
    providers : sequence of Provider
        Who is asked.
    period : (str, str)
        First and last day, UTC, both included.
    folder : Path
        The folder of scenes.
    looks_path, searches_path : Path
        The tables; replaced whole, and only if something changed.
    today : str
        Day of the search, ISO.
    now : datetime, optional
        Time after which no scene can lie.
    budget_bytes : int, optional
        Largest size of the store.
    progress : callable, optional
        Called after each look.
    settings : Settings, optional
        Limits and attempts.
    client : distributed.Client, optional
        A Dask cluster; by default that of the environment variable ``DASK_SCHEDULER``, else the
        threads of this machine.

    Returns
    -------
    Report

    Raises
    ------
    StoreError
        If another refresh is at work, or the folder or the tables cannot be written.
    DataError
        If the period is none, or a table is not as this project writes it.
    """
    limits = settings or Settings()
    with chip_store.lock(folder):
        swept = chip_store.sweep(folder) + _sweep_tables(looks_path, searches_path)
        looks, searches = read_looks(looks_path), read_searches(searches_path)
        made = plan(
            sites,
            providers,
            period,
            folder=folder,
            looks=looks,
            searches=searches,
            settings=limits,
            now=now,
        )
        _settle(made, folder)
        used = chip_store.used_bytes(folder)
        course = Course(folder, budget_bytes, made.to_read, progress, used)
        work(course, made.tasks, limits, client)
        by_slug, by_name = {s.slug: s for s in sites}, {p.name: p for p in providers}
        rows = _rows(made, course.taken, by_slug, by_name, today)
        merged, broken = _judge(merge_looks(looks, rows), folder, sites, course.taken)
        asked = merge_searches(
            searches,
            [
                search_row(
                    found,
                    sensor=by_name[found.provider].sensor,
                    label=by_name[found.provider].label,
                    searched=today,
                )
                for found in made.found
            ],
        )
        _write_tables((looks_path, looks, merged), (searches_path, searches, asked))
    return _report(made, course, rows, swept, [*broken, *_unaccounted(asked, merged)])


def _unaccounted(searches: pd.DataFrame, looks: pd.DataFrame) -> list[str]:
    try:
        accounts(searches, looks)
    except DataError as error:
        return [str(error)]
    return []


def _report(
    made: Plan, course: Course, rows: Sequence[dict[str, str]], swept: list[str], faults: list[str]
) -> Report:
    count = {fate: sum(row["fate"] == fate for row in rows) for fate in ("rejected", "superseded")}
    return Report(
        offered=len(rows),
        stored=sum(look.fate == STORED for look in course.taken),
        held=len(made.held),
        failed=sum(row["fate"] == FAILED for row in rows),
        rejected=count["rejected"],
        superseded=count["superseded"],
        bytes_read=course.bytes_read,
        bytes_stored=course.bytes_stored,
        swept=tuple(swept),
        faults=(*made.faults, *([course.stopped] if course.stopped else []), *faults),
    )
