"""A refresh: every image of every site is stored once, and every scene has a row.

It may be stopped at any moment and run again: what is stored is not read twice, what failed is
tried again, and the same catalogues give the same store and the same tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from skytally.core import DataError, IntegrityError
from skytally.imagery.acquire import (
    FAILED,
    LEFT_OUT,
    NO,
    REJECTED,
    SENTINEL_1,
    STORED,
    SUPERSEDED,
    YES,
    ChipManifest,
    FetchSettings,
    LeftOutScene,
    Provider,
    SceneItem,
    check_accounts,
    chip_store,
    inventory_row,
    malformed_item_rows,
    merge_inventory,
    merge_searches,
    read_inventory,
    read_searches,
    search_log_row,
    verification_method,
    with_items_gone_since,
    write_inventory,
    write_searches,
)
from skytally.imagery.clear_sky import RingStatistics, screened_inventory, update_statistics
from skytally.imagery.pipeline.measured_line_kinds import LINE_KINDS
from skytally.imagery.pipeline.refresh_plan import (
    Decision,
    RefreshPlan,
    fallback_jobs,
    items_to_retire,
    plan_refresh,
)
from skytally.imagery.pipeline.scene_job_reading_and_chip_encoding import SceneResult
from skytally.imagery.pipeline.scene_reading_and_chip_writing import Progress, RefreshRun, run_jobs
from skytally.imagery.sites import Site
from skytally.web import redacted_message


@dataclass(frozen=True)
class RefreshReport:
    """What a refresh did."""

    offered: int
    """Scenes that the catalogues returned, each of which has a row."""
    stored: int
    """Images stored now."""
    stored_before: int
    """Images that were stored before."""
    failed: int
    """Images that could not be read; the next refresh tries again."""
    rejected: int
    """Scenes that were not read, or do not show the site."""
    superseded: int
    """Scenes of which a better processing was taken."""
    bytes_read: int
    """Bytes of the providers from which images were stored."""
    bytes_stored: int
    """Bytes written."""
    swept: tuple[str, ...] = ()
    """What an interrupted refresh had left."""
    faults: tuple[str, ...] = ()
    """Searches that failed, chips that are broken: one sentence each."""
    malformed: tuple[str, ...] = ()
    """Scenes that could not be used as they were offered, those excepted that are left out on
    purpose: one sentence each."""
    left_out: tuple[str, ...] = ()
    """Scenes that were left out on purpose: one sentence each."""
    not_read: tuple[str, ...] = ()
    """The other rejected scenes: one sentence each."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out but on purpose."""
        return not (self.failed or self.malformed or self.faults)


def _stored_row(item: SceneItem, site: Site, manifest: ChipManifest, today: str) -> dict[str, str]:
    row = inventory_row(item, site, status=STORED, status_reason="", search_date=today)
    moved = manifest.resampled_from
    shifts = sorted({f"{shift:g}" for shift in manifest.offset.values()})
    row["reflectance_offset"] = "" if item.sensor == SENTINEL_1 else " ".join(shifts)
    row["bytes_read"] = str(manifest.bytes_read)
    row["chip_sha256"] = manifest.sha256
    row["resampled_from"] = "" if moved is None else f"EPSG:{moved}"
    row["verified_by"] = verification_method(item)
    return row


def _rows(
    plan: RefreshPlan,
    results: Sequence[SceneResult],
    sites: dict[str, Site],
    providers: dict[str, Provider],
    today: str,
) -> list[dict[str, str]]:
    """One row of the inventory for every scene that the catalogues returned."""
    rows = []
    for search in plan.searches:
        by = providers[search.provider]
        rows += malformed_item_rows(
            search, sensor=by.sensor, processor=by.processor, label=by.label, search_date=today
        )
    unread: list[Decision | SceneResult] = [each for each in results if each.manifest is None]
    for each in [*plan.decisions, *unread]:
        rows.append(
            inventory_row(
                each.item, sites[each.item.site], status=each.status, status_reason=each.reason,
                search_date=today,
            )
        )  # fmt: skip
    read = [(each.item, each.manifest) for each in results if each.manifest is not None]
    for item, manifest in (*plan.stored, *read):
        rows.append(_stored_row(item, sites[item.site], manifest, today))
    return rows


def _write_tables(
    inventory: tuple[Path, pd.DataFrame, pd.DataFrame],
    searches: tuple[Path, pd.DataFrame, pd.DataFrame],
) -> None:
    """Write the tables that differ from what they were."""
    for (path, old, new), write in ((inventory, write_inventory), (searches, write_searches)):
        if not new.reset_index(drop=True).equals(old.reset_index(drop=True)):
            with chip_store.store_errors(path.parent):
                write(path, new)


def _sweep_tables(*paths: Path) -> list[str]:
    """Remove what an interrupted refresh left beside the tables."""
    left = [each for path in paths for each in path.parent.glob(f".{path.name}.*.tmp")]
    for each in left:
        with chip_store.store_errors(each.parent):
            each.unlink()
    return [each.name for each in left]


def _unread(run: RefreshRun) -> list[SceneItem]:
    return [result.item for result in run.results if result.manifest is None]


def _retire_and_restore(plan: RefreshPlan, folder: Path, unread: Sequence[SceneItem]) -> None:
    """Take out of the store's count what is superseded, and take back what is selected again."""
    for item in items_to_retire(plan, unread):
        manifest = chip_store.stored_manifest(folder, item.site, item.item_id)
        if manifest is not None and manifest.provider == item.provider:
            chip_store.retire_chip(folder, item.site, item.item_id)
    for item, _ in plan.stored:
        chip_store.restore_chip(folder, item.site, item.item_id)


def _screened(
    inventory: pd.DataFrame, folder: Path, sites: Sequence[Site], results: Iterable[SceneResult]
) -> tuple[pd.DataFrame, list[str]]:
    """Inventory with the answers of the clear-sky screening, and the chips that are broken."""
    fresh: dict[str, dict[str, RingStatistics]] = {}
    for result in results:
        if result.statistics is not None and result.manifest is not None:
            fresh.setdefault(result.item.site, {})[result.item.item_id] = result.statistics
    statistics: dict[str, dict[str, RingStatistics]] = {}
    faults: list[str] = []
    for site in sites:
        try:
            kept, broken = update_statistics(folder, site, fresh=fresh.get(site.slug))
        except chip_store.StoreError:
            raise
        # a site that nobody foresaw must not cost the rows of all the others
        except Exception as error:
            faults.append(
                f"{site.slug}: its images were not screened ({redacted_message(error)}); mend "
                "its outlines and run refresh again"
            )
            continue
        statistics[site.slug] = kept
        faults += broken
    screened = [site for site in sites if site.slug in statistics]
    return _without_measure(screened_inventory(inventory, screened, statistics), folder), faults


def _without_measure(inventory: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Inventory in which a clear image that no measure was tested on is not called usable."""
    table = inventory.copy()
    measured = {kind.sensor for kind in LINE_KINDS}
    for index in table.index[(table["usable"] == YES) & ~table["sensor"].isin(measured)]:
        try:
            manifest = chip_store.stored_manifest(
                folder, str(table.loc[index, "site"]), str(table.loc[index, "item_id"])
            )
        except IntegrityError:
            manifest = None
        pixels = "its pixels" if manifest is None else f"pixels of {manifest.transform[0]:g} m"
        table.loc[index, "usable"] = NO
        table.loc[index, "unusable_reason"] = (
            f"no measure: none was tested on {pixels} of this satellite"
        )
    return table


def rescreen(sites: Sequence[Site], *, folder: Path, inventory_path: Path) -> list[str]:
    """Screen all stored images again, after outlines have changed; no network is used.

    Parameters
    ----------
    sites : sequence of Site
        The sites.
    folder : Path
        The folder of scenes.
    inventory_path : Path
        The inventory; written if an answer changed.

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
    with chip_store.locked_store(folder):
        old = read_inventory(inventory_path)
        new, faults = _screened(old, folder, sites, ())
        if not new.equals(old):
            with chip_store.store_errors(inventory_path.parent):
                write_inventory(inventory_path, new)
    return faults


def refresh_store(
    sites: Sequence[Site],
    providers: Sequence[Provider],
    period: tuple[str, str],
    *,
    folder: Path,
    inventory_path: Path,
    searches_path: Path,
    today: str,
    now: datetime | None = None,
    left_out: Sequence[LeftOutScene] = (),
    budget_bytes: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    settings: FetchSettings | None = None,
    client: Any = None,
) -> RefreshReport:
    """Store every image that the catalogues offer and the store lacks, and write the tables.

    Parameters
    ----------
    sites : sequence of Site
        The sites.
    providers : sequence of Provider
        Whose catalogues are searched.
    period : (str, str)
        First and last day, UTC, both included.
    folder : Path
        The folder of scenes.
    inventory_path, searches_path : Path
        The tables; replaced whole, and only if something changed.
    today : str
        Day of the search, ISO.
    now : datetime, optional
        Time after which no scene can lie.
    left_out : sequence of LeftOutScene
        Scenes that are left out on purpose.
    budget_bytes : int, optional
        Largest size of the store.
    progress : callable, optional
        Called after each image.
    settings : FetchSettings, optional
        Limits and attempts.
    client : distributed.Client, optional
        A Dask cluster; by default that of the environment variable ``DASK_SCHEDULER``, else the
        threads of this machine.

    Returns
    -------
    RefreshReport

    Raises
    ------
    StoreError
        If another refresh is at work, or the folder or the tables cannot be written.
    DataError
        If the period is none, or a table is not as this project writes it.
    """
    limits = settings or FetchSettings()
    with chip_store.locked_store(folder):
        swept = chip_store.remove_leftovers(folder) + _sweep_tables(inventory_path, searches_path)
        inventory, searches = read_inventory(inventory_path), read_searches(searches_path)
        plan = plan_refresh(
            sites, providers, period, folder=folder, inventory=inventory, searches=searches,
            settings=limits, now=now, left_out=left_out,
        )  # fmt: skip
        used = chip_store.store_bytes(folder)
        run = RefreshRun(folder, budget_bytes, plan.to_read, progress, used)
        run_jobs(run, plan.jobs, limits, client)
        unread = [] if run.stopped else _unread(run)
        fallbacks = fallback_jobs(
            plan, unread, sites, providers, folder=folder, inventory=inventory, settings=limits
        )
        run.total += sum(len(job.items) for job in fallbacks)
        run_jobs(run, fallbacks, limits, client)
        _retire_and_restore(plan, folder, _unread(run))
        by_slug, by_name = {s.slug: s for s in sites}, {p.name: p for p in providers}
        rows = _rows(plan, run.results, by_slug, by_name, today)
        merged, broken = _screened(merge_inventory(inventory, rows), folder, sites, run.results)
        asked = with_items_gone_since(
            _search_rows(plan, by_name, today), before=searches, inventory=inventory, rows=rows
        )
        logged = merge_searches(searches, asked)
        _write_tables((inventory_path, inventory, merged), (searches_path, searches, logged))
    return _report(plan, run, rows, swept, [*broken, *_unaccounted(logged, merged)])


def _search_rows(
    plan: RefreshPlan, providers: dict[str, Provider], today: str
) -> list[dict[str, str]]:
    return [
        search_log_row(
            search, sensor=providers[search.provider].sensor,
            label=providers[search.provider].label, search_date=today,
        )
        for search in plan.searches
    ]  # fmt: skip


def _unaccounted(searches: pd.DataFrame, inventory: pd.DataFrame) -> list[str]:
    try:
        check_accounts(searches, inventory)
    except DataError as error:
        return [str(error)]
    return []


def _report(
    plan: RefreshPlan,
    run: RefreshRun,
    rows: Sequence[dict[str, str]],
    swept: list[str],
    faults: list[str],
) -> RefreshReport:
    count = {
        status: sum(row["status"] == status for row in rows)
        for status in (FAILED, REJECTED, SUPERSEDED)
    }
    left_out, malformed, not_read = [], [], []
    for row in rows:
        if row["status"] == REJECTED:
            sentence = f"{row['site']}, {row['item_id']}: {row['status_reason']}"
            if row["status_reason"].startswith(f"{LEFT_OUT}:"):
                left_out.append(sentence)
            elif not row["time_utc"] or row["status_reason"].startswith("malformed:"):
                malformed.append(sentence)
            else:
                not_read.append(sentence)
    return RefreshReport(
        offered=len(rows),
        stored=sum(result.status == STORED for result in run.results),
        stored_before=len(plan.stored),
        failed=count[FAILED],
        rejected=count[REJECTED],
        superseded=count[SUPERSEDED],
        malformed=tuple(malformed),
        left_out=tuple(left_out),
        not_read=tuple(not_read),
        bytes_read=run.bytes_read,
        bytes_stored=run.bytes_stored,
        swept=tuple(swept),
        faults=(*plan.faults, *([run.stopped] if run.stopped else []), *faults),
    )
