"""The measurements on the stable ring, kept beside the chips and made anew when outlines move."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from skytally.core.errors import DataError, IntegrityError
from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.inventory import NO, STORED, YES
from skytally.imagery.clear_sky.stable_ring import Ring, drawing, measure, reason, usual_blue
from skytally.imagery.sites.site_register import Site

FILE = ".rings.json"


def _read(path: Path, site: Site) -> dict[str, Ring]:
    """Give what is still true: a file that is broken or of other outlines is worth nothing."""
    try:
        told = json.loads(path.read_bytes())
        if told["drawing"] != drawing(site):
            return {}
        return {
            item: Ring(**{**ring, "audit": tuple(ring["audit"])})
            for item, ring in told["looks"].items()
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _write(path: Path, site: Site, rings: Mapping[str, Ring]) -> None:
    looks = {item: asdict(ring) for item, ring in rings.items()}
    text = json.dumps({"drawing": drawing(site), "looks": looks}, sort_keys=True, indent=1)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        with chip_store.told(path.parent):
            chip_store.write_whole(path, text.encode())


def rings(
    folder: Path, site: Site, *, fresh: Mapping[str, Ring] | None = None
) -> tuple[dict[str, Ring], list[str]]:
    """Give the measurements of all stored looks of a site; only what is missing is made.

    Parameters
    ----------
    folder : Path
        The folder of scenes; the caller holds its lock.
    site : Site
        The site; when its outlines have changed, all its looks are measured again.
    fresh : mapping of str to Ring, optional
        Item to a measurement that was just made.

    Returns
    -------
    dict of str to Ring, list of str
        Item to measurement, and one sentence for every chip that is broken.
    """
    path = folder / site.slug / FILE
    known = {**_read(path, site), **(fresh or {})}
    found: dict[str, Ring] = {}
    faults = []
    for item in chip_store.items(folder, site.slug):
        try:
            manifest = chip_store.held(folder, site.slug, item)
            if manifest is None:
                continue
            ring = known.get(item)
            if ring is None or ring.sha256 != manifest.sha256:
                ring = measure(*chip_store.get(folder, site.slug, item), site)
            found[item] = ring
        except (IntegrityError, DataError) as error:
            faults.append(str(error))
    if found or path.exists():
        _write(path, site, found)
    return found, faults


def judged(
    looks: pd.DataFrame, sites: Iterable[Site], found: Mapping[str, Mapping[str, Ring]]
) -> pd.DataFrame:
    """Fill in of each stored look its cloud share, and whether it is usable or why not.

    Parameters
    ----------
    looks : pandas.DataFrame
        The looks table.
    sites : iterable of Site
        The sites whose looks are judged; rows of others stay as they are.
    found : mapping of str to mapping of str to Ring
        Site to item to measurement.

    Returns
    -------
    pandas.DataFrame
        A new table; a row whose chip is not in this store keeps its judgement.
    """
    table = looks.copy()
    for site in sites:
        known = found.get(site.slug, {})
        usual = usual_blue(known.values())
        for index in table.index[(table["site"] == site.slug) & (table["fate"] == STORED)]:
            ring = known.get(str(table.loc[index, "item_id"]))
            if ring is None or ring.sha256 != table.loc[index, "chip_sha256"]:
                continue
            why = reason(ring, site, usual=usual)
            table.loc[index, "cloud_share"] = f"{ring.cloud:.4f}" if ring.classified else ""
            table.loc[index, "usable"] = NO if why else YES
            table.loc[index, "reason"] = why
    return table
