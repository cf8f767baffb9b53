"""The plan of a refresh: which scenes are to be read, which are stored, which are rejected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pandas as pd

from skytally.core import AcquisitionError, IntegrityError
from skytally.imagery.acquire import (
    FAILED,
    REJECTED,
    SELECTED,
    SUPERSEDED,
    UNVERIFIED,
    VERIFIED_BY_SIZE,
    ChipManifest,
    FetchSettings,
    Provider,
    SceneItem,
    SearchResult,
    SelectionDecision,
    chip_store,
    search_catalogue,
    select_items,
    verification_method,
)
from skytally.imagery.pipeline.scene_jobs import SceneJob
from skytally.imagery.sites import Site

REJECTED_ON_READING = ("window not held:", "other grid:", f"{UNVERIFIED}:")
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
    """Searches that failed, broken manifests: one sentence each."""

    @property
    def to_read(self) -> int:
        """Number of images that are to be read."""
        return sum(len(job.items) for job in self.jobs)


def _rows_by_key(inventory: pd.DataFrame) -> dict[tuple[str, str, str], dict[str, str]]:
    rows = inventory.to_dict("records")
    return {(row["provider"], row["site"], row["item_id"]): row for row in rows}


def _decided(selected: SelectionDecision, row: dict[str, str] | None) -> Decision | None:
    """Decide on an item without its pixels, or as it was when they were last read."""
    if selected.status != SELECTED:
        return Decision(selected.item, selected.status, selected.reason)
    if row is None or row["status"] != REJECTED:
        return None
    reason = row["status_reason"]
    # a provider may have come to state what was missing
    stated = (
        reason.startswith(UNVERIFIED) and verification_method(selected.item) == VERIFIED_BY_SIZE
    )
    if reason.startswith(REJECTED_ON_READING) and not stated:
        return Decision(selected.item, REJECTED, reason)
    return None


def _manifest(folder: Path, item: SceneItem) -> ChipManifest | None:
    """Manifest of an image that is stored, or was and is retired."""
    return chip_store.stored_manifest(
        folder, item.site, item.item_id
    ) or chip_store.stored_manifest(folder, item.site, item.item_id, retired=True)


def _sort(
    plan: RefreshPlan,
    folder: Path,
    selection: Iterable[SelectionDecision],
    site: Site,
    inventory: pd.DataFrame,
) -> list[tuple[SceneItem, Site]]:
    """Sort the items of a site into the plan, and return those that are to be read."""
    rows, to_read = _rows_by_key(inventory), []
    for selected in selection:
        item = selected.item
        decision = _decided(selected, rows.get((item.provider, item.site, item.item_id)))
        if decision is not None:
            plan.decisions.append(decision)
            continue
        try:
            manifest = _manifest(folder, item)
        except IntegrityError as error:
            plan.faults.append(str(error))
            plan.decisions.append(Decision(item, FAILED, f"broken manifest: {error}"))
            continue
        if manifest is None:
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
    scenes: dict[tuple[str, str, str, int | None], list[tuple[SceneItem, Site]]] = {}
    for item, site in to_read:
        key = (item.time, item.provider, item.item_id, item.epsg)
        scenes.setdefault(key, []).append((item, site))
    return [
        SceneJob(
            by_name[provider],
            tuple(item for item, _ in scene),
            tuple(site for _, site in scene),
            settings,
        )
        for (_, provider, _, _), scene in sorted(scenes.items(), key=lambda pair: pair[0][:3])
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

    Returns
    -------
    RefreshPlan
        A search that fails is a fault of the plan; the other searches stand.
    """
    plan, to_read = RefreshPlan(), []
    for site in sites:
        items: list[SceneItem] = []
        for provider in providers:
            try:
                result = search_catalogue(
                    provider, site, period, now=now, inventory=inventory, searches=searches
                )
            except AcquisitionError as error:
                plan.faults.append(str(error))
                continue
            plan.searches.append(result)
            items += result.items
        to_read += _sort(plan, folder, select_items(items, site), site, inventory)
    plan.jobs.extend(_jobs(to_read, providers, settings))
    return plan


def items_to_retire(plan: RefreshPlan) -> list[SceneItem]:
    """Items whose chips, if the store holds any, no longer count."""
    return [
        decision.item for decision in plan.decisions if decision.status in (REJECTED, SUPERSEDED)
    ]
