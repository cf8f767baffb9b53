"""What a refresh would do: every scene offered, and what is to become of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pandas as pd

from skytally.core.errors import AcquisitionError, IntegrityError
from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.byte_ranges import Settings
from skytally.imagery.acquire.catalog_search import Found, search
from skytally.imagery.acquire.chip_manifest import Manifest
from skytally.imagery.acquire.inventory import (
    FAILED,
    REJECTED,
    SIZE,
    SUPERSEDED,
    UNVERIFIED,
    verified,
)
from skytally.imagery.acquire.providers import Provider
from skytally.imagery.acquire.scene_selection import CHOSEN, Choice, choose
from skytally.imagery.acquire.stac.scene_items import Offer
from skytally.imagery.pipeline.scene_jobs import Task
from skytally.imagery.sites.site_register import Site

Day = str
READ_REJECTS = ("window not held:", "other grid:", f"{UNVERIFIED}:")
"""Classes of reasons that only reading can find; such a scene is not read again."""


@dataclass(frozen=True)
class Decided:
    """One offer, and what becomes of it without reading it."""

    offer: Offer
    """The scene and its site."""
    fate: str
    """``rejected``, ``superseded`` or ``failed``."""
    reason: str
    """Why, ``<class>: <detail>``."""


@dataclass(frozen=True)
class Plan:
    """Everything that was offered, sorted by what is to be done."""

    found: list[Found] = field(default_factory=list)
    """One answer a provider and site."""
    decided: list[Decided] = field(default_factory=list)
    """Not read."""
    held: list[tuple[Offer, Manifest]] = field(default_factory=list)
    """Stored already, not read again."""
    tasks: list[Task] = field(default_factory=list)
    """To be read, one a scene, in the order of time."""
    faults: list[str] = field(default_factory=list)
    """Searches that failed, broken manifests: one sentence each."""

    @property
    def to_read(self) -> int:
        """Looks that are to be read."""
        return sum(len(task.offers) for task in self.tasks)


def _before(looks: pd.DataFrame) -> dict[tuple[str, str, str], dict[str, str]]:
    return {(row["provider"], row["site"], row["item_id"]): row for row in looks.to_dict("records")}


def _settled(choice: Choice, row: dict[str, str] | None) -> Decided | None:
    """Tell whether an offer is decided without its pixels, or was when they were last read."""
    if choice.fate != CHOSEN:
        return Decided(choice.offer, choice.fate, choice.reason)
    if row is None or row["fate"] != REJECTED:
        return None
    reason = row["fate_reason"]
    # a provider may have come to state what was missing
    stated = reason.startswith(UNVERIFIED) and verified(choice.offer) == SIZE
    if reason.startswith(READ_REJECTS) and not stated:
        return Decided(choice.offer, REJECTED, reason)
    return None


def _sort(
    plan: Plan, folder: Path, choices: Iterable[Choice], site: Site, looks: pd.DataFrame
) -> list[tuple[Offer, Site]]:
    """Sort the choices of a site into the plan, and give those that are to be read."""
    rows, todo = _before(looks), []
    for choice in choices:
        offer = choice.offer
        settled = _settled(choice, rows.get((offer.provider, offer.site, offer.item_id)))
        if settled is not None:
            plan.decided.append(settled)
            continue
        try:
            manifest = chip_store.held(folder, site.slug, offer.item_id) or chip_store.held(
                folder, site.slug, offer.item_id, retired=True
            )
        except IntegrityError as error:
            plan.faults.append(str(error))
            plan.decided.append(Decided(offer, FAILED, f"broken manifest: {error}"))
            continue
        if manifest is None:
            todo.append((offer, site))
        elif manifest.provider != offer.provider:
            said = f"same id: stored already from {manifest.provider}"
            plan.decided.append(Decided(offer, REJECTED, said))
        else:
            plan.held.append((offer, manifest))
    return todo


def _tasks(
    todo: Iterable[tuple[Offer, Site]], providers: Sequence[Provider], settings: Settings
) -> list[Task]:
    """Put the sites of one scene together, so that each of its bytes is fetched once."""
    known = {provider.name: provider for provider in providers}
    scenes: dict[tuple[str, str, str, int | None], list[tuple[Offer, Site]]] = {}
    for offer, site in todo:
        key = (offer.time, offer.provider, offer.item_id, offer.epsg)
        scenes.setdefault(key, []).append((offer, site))
    return [
        Task(
            known[provider],
            tuple(offer for offer, _ in scene),
            tuple(site for _, site in scene),
            settings,
        )
        for (_, provider, _, _), scene in sorted(scenes.items(), key=lambda each: each[0][:3])
    ]


def plan(
    sites: Sequence[Site],
    providers: Sequence[Provider],
    period: tuple[Day, Day],
    *,
    folder: Path,
    looks: pd.DataFrame,
    searches: pd.DataFrame,
    settings: Settings,
    now: datetime | None = None,
) -> Plan:
    """Search, choose, and look up what the store holds; nothing is read or written.

    Parameters
    ----------
    sites : sequence of Site
        The sites.
    providers : sequence of Provider
        Who is asked, each for every site.
    period : (str, str)
        First and last day, UTC, both included.
    folder : Path
        The folder of scenes.
    looks, searches : pandas.DataFrame
        The tables as they are.
    settings : Settings
        Limits and attempts for what will be read.
    now : datetime, optional
        Time after which no scene can lie.

    Returns
    -------
    Plan
        A search that fails is a fault of the plan; the other searches stand.
    """
    made, todo = Plan(), []
    for site in sites:
        offers: list[Offer] = []
        for provider in providers:
            try:
                found = search(provider, site, period, now=now, looks=looks, searches=searches)
            except AcquisitionError as error:
                made.faults.append(str(error))
                continue
            made.found.append(found)
            offers += found.offers
        todo += _sort(made, folder, choose(offers, site), site, looks)
    made.tasks.extend(_tasks(todo, providers, settings))
    return made


def retirements(made: Plan) -> list[Offer]:
    """Give the offers whose chips, if the store holds any, no longer count."""
    return [each.offer for each in made.decided if each.fate in (REJECTED, SUPERSEDED)]
