"""Content keys of measured lines: images, inventory, outlines, code and parameters."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict

import pandas as pd

from skytally.imagery.acquire import STORED, ChipManifest
from skytally.imagery.pipeline.measured_line_and_target import Target
from skytally.imagery.pipeline.measuring_code_key import measuring_key
from skytally.imagery.sites import Site

NOT_IN_A_LINE = ("time_local", "bytes_read", "verified_by", "status_reason", "search_date")
"""Columns of the inventory that no line depends on."""
PARTS = ("images", "inventory", "outlines", "code", "parameters")


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


@functools.cache
def _code() -> str:
    return measuring_key()


def images_key(manifests: Iterable[ChipManifest]) -> str:
    """Content key of stored images: of their manifests, each of which holds its chip's hash."""
    return _hash([asdict(manifest) for manifest in manifests])


def stored_rows(inventory: pd.DataFrame, site: str, sensor: str) -> pd.DataFrame:
    """Rows of the inventory whose images are stored, of one site and sensor."""
    stored = (inventory["status"] == STORED) & (inventory["chip_sha256"] != "")
    return inventory[stored & (inventory["site"] == site) & (inventory["sensor"] == sensor)]


def inventory_key(rows: pd.DataFrame) -> str:
    """Content key of the stored images as the inventory has them, readable without any image."""
    columns = [column for column in rows.columns if column not in NOT_IN_A_LINE]
    ordered = rows[columns].sort_values(columns)
    return _hash([columns, ordered.to_numpy().tolist()])


@functools.lru_cache(maxsize=64)
def _site_key(site: str) -> str:
    return hashlib.sha256(site.encode()).hexdigest()


def outlines_key(site: Site) -> str:
    """Content key of a site: its grid and all its outlines, since stable ground lies around all."""
    return _site_key(json.dumps(asdict(site), sort_keys=True, default=str))


def parameters_key(target: Target) -> str:
    """Content key of what is asked: the kind of line, the outline, the first day of the study."""
    return _hash([asdict(target.kind), target.outline.name, target.study])


def key_without_images(target: Target, inventory: pd.DataFrame) -> dict[str, str]:
    """Parts of the key of a line that can be checked where no image is stored.

    Parameters
    ----------
    target : Target
        The line.
    inventory : pandas.DataFrame
        The acquisition inventory.

    Returns
    -------
    dict of str to str
        ``inventory``, ``outlines``, ``code`` and ``parameters``.
    """
    rows = stored_rows(inventory, target.site.slug, target.kind.sensor)
    return {
        "inventory": inventory_key(rows),
        "outlines": outlines_key(target.site),
        "code": _code(),
        "parameters": parameters_key(target),
    }


def changed_parts(stored: Mapping[str, str], expected: Mapping[str, str]) -> list[str]:
    """Parts of a key that no longer fit, in the order of `PARTS`."""
    return [part for part in PARTS if part in expected and stored.get(part) != expected[part]]
