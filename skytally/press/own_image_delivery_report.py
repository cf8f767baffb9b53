"""Own images at the terminal: what each file was taken for, and what became of each scene."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from skytally.core import number
from skytally.imagery.acquire import (
    FOLDER,
    LANDSAT,
    NO,
    REJECTED,
    SENTINEL_2,
    STORED,
    Provider,
    item_id_of,
    recognised_delivery,
)
from skytally.imagery.clear_sky import NO_MASK
from skytally.web import escaped


def _with_folder(providers: Iterable[Provider]) -> Iterator[Provider]:
    """Keep the providers of own images whose folder or archive is there."""
    return (each for each in providers if each.kind == FOLDER and Path(each.url).exists())


def file_lines(providers: Iterable[Provider]) -> Iterator[str]:
    """Yield a line for each file of the providers that are folders: what it was taken for.

    Parameters
    ----------
    providers : iterable of Provider
        Those of other kinds are passed over.

    Yields
    ------
    str
        Without line break; one in the name of a file is spelt out.
    """
    for provider in _with_folder(providers):
        taken = recognised_delivery(provider).taken_for
        yield escaped(f"{provider.name}: {number(len(taken))} files in {provider.url}")
        for path, words in sorted(taken.items()):
            yield escaped(f"  {path}: {words}")


CLASSIFICATIONS = {SENTINEL_2: "scl", LANDSAT: "qa_pixel"}
"""Sensor to the name of its classification in a delivery."""


def cloud_mask_lines(providers: Iterable[Provider]) -> Iterator[str]:
    """Yield a line for each provider whose images hold a classification that its table leaves out.

    Parameters
    ----------
    providers : iterable of Provider
        Those of other kinds are passed over.

    Yields
    ------
    str
        Without line break: the first such scene, and how to name its classification.
    """
    for provider in _with_folder(providers):
        wanted = CLASSIFICATIONS.get(provider.sensor)
        if provider.quality or wanted is None:
            continue
        for scene in recognised_delivery(provider).scenes:
            if any(wanted in band.names for band in scene.bands):
                yield escaped(
                    f"{provider.name}: {scene.key} holds the classification {wanted.upper()}, "
                    f'which the table leaves out; write quality = "{wanted.upper()}" into '
                    f"[{provider.name}] in data/sites/providers.toml, else {NO_MASK}"
                )
                break


def _outcome(row: dict[str, str]) -> str:
    if row["status"] != STORED:
        return f"{row['status']} for {row['site']}: {row['status_reason']}"
    words = f"stored for {row['site']}"
    return f"{words}, not usable: {row['unusable_reason']}" if row["usable"] == NO else words


def scene_lines(
    providers: Iterable[Provider], inventory: pd.DataFrame | None, *, sites: Sequence[str],
    period: tuple[str, str], leave_out: Container[str] = (),
) -> Iterator[str]:  # fmt: skip
    """Yield a line for each scene of own images: its time, its satellite, what became of it.

    Parameters
    ----------
    providers : iterable of Provider
        Those of other kinds are passed over.
    inventory : pandas.DataFrame or None
        The inventory after the refresh, None in a dry run.
    sites : sequence of str
        Slugs of the sites of the refresh.
    period : (str, str)
        First and last day of the refresh.
    leave_out : container of str
        Ids of scenes that were told of already.

    Yields
    ------
    str
        Without line break; a scene without a row is named with the reason.
    """
    for provider in _with_folder(providers):
        rows = [] if inventory is None else inventory.to_dict("records")
        rows = [row for row in rows if row["provider"] == provider.name and row["site"] in sites]
        for scene in recognised_delivery(provider).scenes:
            if item_id_of(scene.key) in leave_out:
                continue
            mine = [row for row in rows if row["item_id"] == item_id_of(scene.key)]
            when = "no time" if scene.moment is None else f"{scene.moment:%Y-%m-%d %H:%M} UTC"
            clue = f", by {scene.clue}" if scene.clue else ""
            head = f"  {scene.key}: {scene.platform or 'satellite not stated'}, {when}{clue}"
            reasons = [_outcome({str(key): str(cell) for key, cell in row.items()}) for row in mine]
            alike = {(row["status"], row["status_reason"]) for row in mine}
            if len(mine) > 1 and len(alike) == 1 and mine[0]["status"] == REJECTED:
                reasons = [f"{REJECTED}: {mine[0]['status_reason']}"]
            if not mine:
                day = "" if scene.moment is None else f"{scene.moment:%Y-%m-%d}"
                inside = period[0] <= day <= period[1]
                beside = f"beside the windows of {', '.join(sites)}"
                reasons = [beside if inside else f"outside {period[0]} to {period[1]}"]
            yield escaped(f"{head}: {'; '.join(reasons)}")
