"""The plan of a refresh: which scenes are to be read, which are stored, which are rejected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from skytally.core import AcquisitionError, DataError, IntegrityError
from skytally.imagery.acquire import (
    ASSET_MISSING,
    FAILED,
    QUALITY,
    REJECTED,
    SELECTED,
    SUPERSEDED,
    UNVERIFIED,
    VERIFIED_BY_SIZE,
    ChipManifest,
    FetchSettings,
    LeftOutScene,
    Provider,
    SceneItem,
    SearchResult,
    SelectionDecision,
    chip_store,
    joined_ids,
    left_out_reason,
    search_catalogue,
    select_items,
    verification_method,
)
from skytally.imagery.pipeline.scene_job_reading_and_chip_encoding import COMPLEX_NUMBERS, SceneJob
from skytally.imagery.sites import Site
from skytally.web import redacted_message

REJECTED_ON_READING = (
    "window not held:", "other grid:", f"{UNVERIFIED}:", f"{COMPLEX_NUMBERS}:",
)  # fmt: skip
"""Classes of reasons that only reading can find; such a scene is not read again."""


@dataclass(frozen=True)
class Decision:
    """One item of a catalogue, and what becomes of it without reading it."""

    item: SceneItem
    """The scene and its site."""
    status: str
    """``rejected``, ``superseded`` or ``failed``."""
    reason: str
    """Why, ``<class>: <detail>``."""
    winner: SceneItem | None = None
    """The item that is read in its place, where it is superseded."""


@dataclass(frozen=True)
class RefreshPlan:
    """Every item that the catalogues returned, sorted by what is to be done."""

    searches: list[SearchResult] = field(default_factory=list)
    """One answer a provider and site."""
    decisions: list[Decision] = field(default_factory=list)
    """Not read."""
    stored: list[tuple[SceneItem, ChipManifest]] = field(default_factory=list)
    """Stored already, not read again."""
    jobs: list[SceneJob] = field(default_factory=list)
    """To be read, one a scene, in the order of time."""
    faults: list[str] = field(default_factory=list)
    """Searches that failed or went in circles, broken manifests: one sentence each."""

    @property
    def to_read(self) -> int:
        """Number of images that are to be read."""
        return sum(len(job.items) for job in self.jobs)


RowsByKey = dict[tuple[str, str, str], dict[str, str]]
"""Provider, site and id of an item to its row of the inventory."""


def _rows_by_key(inventory: pd.DataFrame) -> RowsByKey:
    rows = inventory.to_dict("records")
    return {(row["provider"], row["site"], row["item_id"]): row for row in rows}


def _apart(
    result: SearchResult, left_out: Sequence[LeftOutScene]
) -> tuple[SearchResult, list[Decision]]:
    """Take out of a search what is left out on purpose."""

    def reason_of(item_id: str) -> str:
        return left_out_reason(
            left_out, provider=result.provider, site=result.site, item_id=item_id
        )

    reasons = {item.item_id: reason_of(item.item_id) for item in result.items}
    decisions = [
        Decision(item, REJECTED, reasons[item.item_id])
        for item in result.items
        if reasons[item.item_id]
    ]
    malformed = [(name, reason_of(name) or reason) for name, reason in result.malformed]
    return replace(result, malformed=malformed), decisions


def _selection(
    items: Sequence[SceneItem], site: Site
) -> tuple[list[SelectionDecision], list[Decision]]:
    """Select among the items of a site; one over which that fails costs itself only."""
    try:
        return select_items(items, site), []
    # libraries raise errors of their own at a grid that nobody foresaw
    except Exception:
        sound, broken = [], []
        for item in items:
            try:
                select_items([item], site)
                sound.append(item)
            except Exception as error:
                reason = f"malformed: {redacted_message(error)}"
                broken.append(Decision(item, REJECTED, reason))
        return select_items(sound, site), broken


def _searched(
    provider: Provider, site: Site, period: tuple[str, str], plan: RefreshPlan, **words: Any
) -> SearchResult | None:
    """Search a catalogue for a site; what goes wrong costs this search only."""
    try:
        return search_catalogue(provider, site, period, **words)
    except AcquisitionError as error:
        plan.faults.append(str(error))
    except DataError:
        raise
    except Exception as error:
        plan.faults.append(
            f"{provider.name}, search for {site.slug}: {redacted_message(error)}; nothing was "
            "recorded; leave the provider out, or tell its keepers"
        )
    return None


def _rejected_before(item: SceneItem, row: dict[str, str] | None) -> Decision | None:
    """Reject an item that was rejected when its pixels were last read, None where it was not."""
    if row is None or row["status"] != REJECTED:
        return None
    reason = row["status_reason"]
    # a provider may have come to state what was missing
    stated = reason.startswith(UNVERIFIED) and verification_method(item) == VERIFIED_BY_SIZE
    if reason.startswith(REJECTED_ON_READING) and not stated:
        return Decision(item, REJECTED, reason)
    return None


def _readable_selection(
    items: Sequence[SceneItem], site: Site, rows: RowsByKey
) -> tuple[list[SelectionDecision], list[Decision]]:
    """Select among the items that were not rejected on reading, so that none hides a sound one."""
    left = list(items)
    decided: list[Decision] = []
    while True:
        selection, broken = _selection(left, site)
        unreadable = [
            decision
            for selected in selection
            if selected.status == SELECTED
            for decision in [_rejected_before(selected.item, rows.get(_key(selected.item)))]
            if decision is not None
        ]
        if not unreadable:
            return selection, [*decided, *broken]
        decided += unreadable
        gone = {_key(decision.item) for decision in unreadable}
        left = [item for item in left if _key(item) not in gone]


def _key(item: SceneItem) -> tuple[str, str, str]:
    """Key of the row of an item in the inventory."""
    return item.provider, item.site, item.item_id


def _manifest(folder: Path, item: SceneItem) -> ChipManifest | None:
    """Manifest of an image that is stored, or was and is retired."""
    return chip_store.stored_manifest(
        folder, item.site, item.item_id
    ) or chip_store.stored_manifest(folder, item.site, item.item_id, retired=True)


def _has_new_parts(manifest: ChipManifest, item: SceneItem) -> bool:
    """Whether parts of the pass, or a classification, are offered that the stored image lacks."""
    parts = {part.item_id for part in item.joined}
    classified = QUALITY in item.assets and QUALITY not in manifest.bands
    more = classified or not parts <= joined_ids(manifest.sources)
    return manifest.provider == item.provider and more


def _sort(
    plan: RefreshPlan,
    folder: Path,
    selection: Iterable[SelectionDecision],
    site: Site,
) -> list[tuple[SceneItem, Site]]:
    """Sort the items of a site into the plan, and return those that are to be read."""
    to_read = []
    for selected in selection:
        item = selected.item
        if selected.status != SELECTED:
            plan.decisions.append(Decision(item, selected.status, selected.reason, selected.winner))
            continue
        try:
            manifest = _manifest(folder, item)
        except IntegrityError as error:
            plan.faults.append(str(error))
            plan.decisions.append(Decision(item, FAILED, f"broken manifest: {error}"))
            continue
        if manifest is None or _has_new_parts(manifest, item):
            to_read.append((item, site))
        elif manifest.provider != item.provider:
            reason = f"same id: stored already from {manifest.provider}"
            plan.decisions.append(Decision(item, REJECTED, reason))
        else:
            plan.stored.append((item, manifest))
    return to_read


def _jobs(
    to_read: Iterable[tuple[SceneItem, Site]],
    providers: Sequence[Provider],
    settings: FetchSettings,
) -> list[SceneJob]:
    """Put the sites of one scene together, so that each of its bytes is fetched once."""
    by_name = {provider.name: provider for provider in providers}
    scenes: dict[tuple[Any, ...], list[tuple[SceneItem, Site]]] = {}
    for item, site in to_read:
        parts = tuple(part.item_id for part in item.joined)
        key = (item.time, item.provider, item.item_id, item.epsg, parts)
        scenes.setdefault(key, []).append((item, site))
    return [
        SceneJob(
            by_name[provider],
            tuple(item for item, _ in scene),
            tuple(site for _, site in scene),
            settings,
        )
        for (_, provider, *_), scene in sorted(scenes.items(), key=lambda pair: pair[0][:3])
    ]


def plan_refresh(
    sites: Sequence[Site],
    providers: Sequence[Provider],
    period: tuple[str, str],
    *,
    folder: Path,
    inventory: pd.DataFrame,
    searches: pd.DataFrame,
    settings: FetchSettings,
    now: datetime | None = None,
    left_out: Sequence[LeftOutScene] = (),
) -> RefreshPlan:
    """Search, select, and look up what the store holds; nothing is read or written.

    Parameters
    ----------
    sites : sequence of Site
        The sites.
    providers : sequence of Provider
        Whose catalogues are searched, each for every site.
    period : (str, str)
        First and last day, UTC, both included.
    folder : Path
        The folder of scenes.
    inventory, searches : pandas.DataFrame
        The tables as they are.
    settings : FetchSettings
        Limits and attempts for what will be read.
    now : datetime, optional
        Time after which no scene can lie.
    left_out : sequence of LeftOutScene
        Scenes that are left out on purpose.

    Returns
    -------
    RefreshPlan
        A search that fails is a fault of the plan; the other searches stand.

    Raises
    ------
    DataError
        If the period is none.
    """
    plan, to_read, rows = RefreshPlan(), [], _rows_by_key(inventory)
    for site in sites:
        items: list[SceneItem] = []
        for provider in providers:
            result = _searched(
                provider, site, period, plan, now=now, inventory=inventory, searches=searches
            )
            if result is None:
                continue
            result, apart = _apart(result, left_out)
            plan.searches.append(result)
            plan.faults.extend(filter(None, [result.circular_paging]))
            plan.decisions.extend(apart)
            known = {decision.item.item_id for decision in apart}
            items += [item for item in result.items if item.item_id not in known]
        selection, decided = _readable_selection(items, site, rows)
        plan.decisions.extend(decided)
        to_read += _sort(plan, folder, selection, site)
    plan.jobs.extend(_jobs(to_read, providers, settings))
    plan.faults.extend(_row_faults(plan, providers))
    return plan


def _row_faults(plan: RefreshPlan, providers: Sequence[Provider]) -> Iterator[str]:
    """Yield the fault of each provider's row whose names of bands no scene at all has."""
    useful = {item.provider for item, _ in plan.stored}
    useful |= {item.provider for job in plan.jobs for item in job.items}
    for provider in providers:
        lacking = [
            decision.item
            for decision in plan.decisions
            if decision.item.provider == provider.name and decision.reason.startswith(ASSET_MISSING)
        ]
        if provider.name in useful or not lacking:
            continue
        item = lacking[0]
        found = f"; there are {', '.join(item.other_assets)}" if item.other_assets else ""
        scenes = "its one scene lacks" if len(lacking) == 1 else f"all {len(lacking)} scenes lack"
        yield (
            f"{provider.name}: nothing to store: its row asks for {', '.join(item.missing_bands)}, "
            f"which {scenes}{found}; write the names that the scenes have into bands and quality "
            f"of [{provider.name}] in data/sites/providers.toml"
        )


def fallback_jobs(
    plan: RefreshPlan,
    unread: Sequence[SceneItem],
    sites: Sequence[Site],
    providers: Sequence[Provider],
    *,
    folder: Path,
    inventory: pd.DataFrame,
    settings: FetchSettings,
) -> list[SceneJob]:
    """Jobs for the scenes that take the place of newer processings that could not be read.

    Parameters
    ----------
    plan : RefreshPlan
        Its decisions on what those had superseded are made anew.
    unread : sequence of SceneItem
        Items that could not be read.
    sites, providers : sequence of Site, of Provider
        As in `plan_refresh`.
    folder : Path
        The folder of scenes.
    inventory : pandas.DataFrame
        The table as it is.
    settings : FetchSettings
        Limits and attempts.

    Returns
    -------
    list of SceneJob
        Of the best of them for each pass, unless the store has it.
    """
    failed, by_slug = {_key(item) for item in unread}, {site.slug: site for site in sites}
    waiting: dict[tuple[str, str, str], list[Decision]] = {}
    for decision in plan.decisions:
        if decision.winner is not None and _key(decision.winner) in failed:
            waiting.setdefault(_key(decision.winner), []).append(decision)
    to_read, rows = [], _rows_by_key(inventory)
    for (_, slug, _), decisions in waiting.items():
        for decision in decisions:
            plan.decisions.remove(decision)
        items, site = [decision.item for decision in decisions], by_slug[slug]
        selection, decided = _readable_selection(items, site, rows)
        plan.decisions.extend(decided)
        to_read += _sort(plan, folder, selection, site)
    return _jobs(to_read, providers, settings)


def items_to_retire(plan: RefreshPlan, unread: Sequence[SceneItem] = ()) -> list[SceneItem]:
    """Items whose chips no longer count; one stays whose newer processing could not be read."""
    failed = {_key(item) for item in unread}
    return [
        decision.item
        for decision in plan.decisions
        if decision.status in (REJECTED, SUPERSEDED)
        and not (decision.winner is not None and _key(decision.winner) in failed)
    ]
