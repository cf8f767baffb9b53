"""Versions of one item that a catalogue gives more than once, and what in them contradicts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from skytally.imagery.acquire.offered_scene import SceneItem
from skytally.web import shown, url_without_query

FOOTPRINT = ("geometry", "bbox")
"""Members of an item that say where it lies."""
INVENTORY_ONLY = ("cloud_cover",)
"""Fields that are written into the inventory, and decide nothing."""


def _unsigned(scene: SceneItem) -> SceneItem:
    """Scene whose addresses have no query: each answer may sign them anew."""
    assets = {
        band: replace(asset, href=url_without_query(asset.href))
        for band, asset in scene.assets.items()
    }
    return replace(scene, assets=assets)


def _asset_differences(scenes: Sequence[SceneItem]) -> str:
    bands = sorted({band for scene in scenes for band in scene.assets})
    apart = [band for band in bands if len({repr(scene.assets.get(band)) for scene in scenes}) > 1]
    return f"files of {', '.join(apart)}"


def _differences(scenes: Sequence[SceneItem]) -> list[str]:
    apart = []
    for name in (field.name for field in fields(SceneItem) if field.name not in INVENTORY_ONLY):
        # compared as they are written, since NaN, a number for missing data, is not equal to NaN
        values = {repr(getattr(scene, name)): getattr(scene, name) for scene in scenes}
        if len(values) == 1:
            continue
        if name == "assets":
            apart.append(_asset_differences(scenes))
        else:
            apart.append(f"{name.replace('_', ' ')} {' and '.join(map(shown, values.values()))}")
    return apart


def _footprint(item: Mapping[str, Any]) -> str:
    return json.dumps([item.get(name) for name in FOOTPRINT], sort_keys=True, default=str)


def version_fault(items: Sequence[Any], scenes: Sequence[SceneItem | str]) -> str:
    """Name in what the versions of one item contradict each other; empty if in nothing used.

    Which of two is right cannot be known, so neither is used. What decides nothing, such as the
    day on which an item was last edited or the signature of an address, may differ.

    Parameters
    ----------
    items : sequence
        The versions, as the catalogue gave them.
    scenes : sequence of SceneItem or str
        The scene that each was parsed into, or why it cannot be used.

    Returns
    -------
    str
        Such as ``given 2 times, and not alike: time '2023-08-27T02:15:49Z' and ...``.
    """
    sound = [_unsigned(scene) for scene in scenes if isinstance(scene, SceneItem)]
    apart = _differences(sound) if sound else []
    reasons = list(dict.fromkeys(scene for scene in scenes if isinstance(scene, str)))
    if sound and reasons:
        apart.append(f"once {reasons[0]}")
    if sound and len({_footprint(item) for item in items if isinstance(item, dict)}) > 1:
        apart.append("footprint")
    return f"given {len(items)} times, and not alike: {'; '.join(apart)}" if apart else ""
