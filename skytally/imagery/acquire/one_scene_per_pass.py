"""Select the scenes to read: one processing of one pass, whose parts are joined."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath

from skytally.imagery.acquire.image_provider_table import LANDSAT, QUALITY, SENTINEL_2
from skytally.imagery.acquire.inventory_and_search_log import REJECTED, SUPERSEDED
from skytally.imagery.acquire.neighbouring_utm_zone_resampling import (
    is_reprojectable,
    window_bounds_in,
)
from skytally.imagery.acquire.offered_scene import SceneItem, baseline_version
from skytally.imagery.acquire.reflectance_and_backscatter_scaling import OFFSET_SINCE_BASELINE
from skytally.imagery.sites import Site

SELECTED = "selected"
"""Status of an item whose scene is read; the others are those of the inventory."""
SAME_PASS_S = 60
"""Seconds between two scenes of one pass; tiles of one Sentinel-2 pass lie up to 14 s apart."""
WHOLE_SHARE = 0.99
"""Share of the window from which a footprint counts as holding it whole: footprints are coarse."""
ASSET_MISSING = "asset missing:"
"""Class of the reason of a scene without a band that its provider's row names."""
KEEP_METADATA = "a delivered image needs its metadata file beside its bands"
"""What to do where nothing says how stored numbers become reflectance."""
ACCEPTED_LANDSATS = ("landsat-8", "landsat-9")
"""Landsat 7 has had gaps in every scene since its scan-line corrector failed in 2003."""


@dataclass(frozen=True)
class SelectionDecision:
    """Decision about one item before any pixel is read."""

    item: SceneItem
    """The item."""
    status: str
    """``selected``, ``rejected`` or ``superseded``."""
    reason: str
    """Why it is not selected, ``<class>: <detail>``; empty if it is."""
    winner: SceneItem | None = None
    """The item that is read in its place, where it is superseded."""


def select_items(items: Iterable[SceneItem], site: Site) -> list[SelectionDecision]:
    """Decide for every item whether its scene is read, with the reason if not.

    An item is rejected if its files lie in another zone than the site's grid, unless the sensor's
    scenes may be resampled from a neighbouring one (`is_reprojectable`), if a file is missing,
    if it contains no or only a part of the window, if its platform is not used, or if its
    metadata on scale and offset contradict each other.
    Of several items of one acquisition (same platform and tile, at most a minute apart) the one
    that holds most of the window is read, whatever its name; of those that hold as much of it,
    that of the newest baseline, then of the highest sequence, then of the last id.
    Of several tiles or slices of one pass that each contain the window, the one whose
    footprint contains most of it is read, then one in the site's own zone, then the first by tile:
    they show the same moment.
    Where no footprint holds the window whole, since the strip of a pass ends in it, the other
    parts of the pass and baseline are `joined` to the item that is read.

    Parameters
    ----------
    items : iterable of SceneItem
        Of one site, any number of providers.
    site : Site
        The site.

    Returns
    -------
    list of SelectionDecision
        One for each item, sorted by time, item and provider: the order of the items does not
        matter.
    """
    ordered = sorted(items, key=lambda item: (item.time, item.item_id, item.provider))
    reasons = [_rejection_reason(item, site) for item in ordered]
    decisions = {
        index: SelectionDecision(item, REJECTED, reason)
        for index, (item, reason) in enumerate(zip(ordered, reasons, strict=True))
        if reason
    }
    selected = dict(enumerate(ordered))
    candidates = [index for index in range(len(ordered)) if index not in decisions]
    for tiles in (False, True):
        for group in _groups(ordered, candidates, tiles=tiles):
            winner, *losers = _best_first(ordered, group, site, tiles=tiles)
            others = [selected[index] for index in losers]
            selected[winner] = _with_parts(selected[winner], others)
            for index in losers:
                decisions[index] = _superseded(ordered[index], selected[winner], tiles=tiles)
        candidates = [index for index in candidates if index not in decisions]
    return [
        decisions.get(index, SelectionDecision(selected[index], SELECTED, ""))
        for index in range(len(ordered))
    ]


def _share(item: SceneItem) -> float:
    """Share of the window that an item's footprint holds, so coarse as footprints are."""
    if item.window_share is None or item.window_share >= WHOLE_SHARE:
        return 1.0
    return math.floor(100 * item.window_share) / 100


def _scaling(item: SceneItem) -> dict[str, tuple[float | None, float | None]]:
    """Scale and offset of each band, of which a stored image has one each."""
    return {band: (asset.scale, asset.offset) for band, asset in item.assets.items()}


def _with_parts(winner: SceneItem, others: Iterable[SceneItem]) -> SceneItem:
    """Winner with the other parts of its pass and baseline, where its strip ends in the window."""
    if _share(winner) == 1:
        return winner
    names = ("provider", "processor", "platform", "baseline", "epsg", "offset_applied_flag")
    parts = [
        part
        for other in others
        for part in (replace(other, joined=()), *other.joined)
        if part.window_share and all(getattr(part, n) == getattr(winner, n) for n in names)
        if _scaling(part) == _scaling(winner)
    ]
    return replace(winner, joined=(*winner.joined, *parts))


def _files(item: SceneItem) -> dict[str, tuple[str, int, int]] | None:
    """Name, layer and size of the file of each band; None where a size is not known."""
    files = {
        band: (PurePosixPath(asset.href).name, asset.layer, asset.size)
        for band, asset in item.assets.items()
        if asset.size
    }
    return files if files and len(files) == len(item.assets) else None


def _is_same_product(item: SceneItem, other: SceneItem) -> bool:
    """Whether two items of a provider are one product twice, as two downloads of it are."""
    names = ("provider", "time", "baseline", "sequence")
    alike = all(getattr(item, name) == getattr(other, name) for name in names)
    files = _files(item)
    return alike and files is not None and files == _files(other)


def _superseded(item: SceneItem, winner: SceneItem, *, tiles: bool) -> SelectionDecision:
    by = winner.item_id
    if winner.provider != item.provider:
        by += f" of {winner.provider}"
    if any(part.item_id == item.item_id for part in winner.joined):
        return SelectionDecision(item, SUPERSEDED, f"same pass: a part, joined to {by}", winner)
    reason_class = "same pass" if tiles else "older processing"
    if not tiles and _share(item) < _share(winner):
        reason_class = "less of the window"
    elif not tiles and _is_same_product(item, winner):
        reason = f"same product: the same product as {by}"
        return SelectionDecision(item, SUPERSEDED, reason, winner)
    return SelectionDecision(item, SUPERSEDED, f"{reason_class}: superseded by {by}", winner)


def _groups(items: list[SceneItem], indices: list[int], *, tiles: bool) -> list[list[int]]:
    """Group usable items of one acquisition, or (`tiles`) of one pass whatever the tile."""
    groups: dict[tuple[str, ...], list[list[int]]] = {}
    for index in indices:
        item = items[index]
        if tiles and item.window_share is None:
            continue
        key = (item.sensor, item.processor, item.platform, "" if tiles else item.tile)
        runs = groups.setdefault(key, [])
        if runs and _seconds_apart(items[runs[-1][0]], item) <= SAME_PASS_S:
            runs[-1].append(index)
        else:
            runs.append([index])
    return [run for runs in groups.values() for run in runs if len(run) > 1]


def _seconds_apart(first: SceneItem, second: SceneItem) -> float:
    difference = datetime.fromisoformat(second.time) - datetime.fromisoformat(first.time)
    return abs(difference.total_seconds())


def _best_first(items: list[SceneItem], group: list[int], site: Site, *, tiles: bool) -> list[int]:
    """Order a group so that the item that is read comes first."""
    if tiles:
        return sorted(group, key=lambda index: _view_rank(items[index], site))
    return sorted(group, key=lambda index: _processing_rank(items[index]), reverse=True)


def _processing_rank(item: SceneItem) -> tuple[float, tuple[int, ...], int, str, str]:
    version = baseline_version(item.baseline)
    return _share(item), version, item.sequence, item.item_id, item.provider


def _view_rank(item: SceneItem, site: Site) -> tuple[float, bool, str, str, str]:
    """Sort key of the tiles and slices of one pass: first the one that is read."""
    other_zone = item.epsg != site.grid.epsg
    return -round(item.window_share or 0.0, 3), other_zone, item.tile, item.item_id, item.provider


def _rejection_reason(item: SceneItem, site: Site) -> str:
    """Reason why an item is rejected; empty if it can be read."""
    if item.unwanted:
        return item.unwanted
    if item.sensor == LANDSAT and item.platform not in ACCEPTED_LANDSATS:
        return f"platform not used: {item.platform or 'not stated'}"
    if item.epsg is None:
        return "no zone: the item does not state its coordinate system"
    if item.epsg != site.grid.epsg and not is_reprojectable(item.epsg, site, item.sensor):
        return f"other zone: EPSG:{item.epsg}, the site uses EPSG:{site.grid.epsg}"
    if item.missing_bands:
        there = f"; others are {', '.join(item.other_assets)}" if item.other_assets else ""
        return f"{ASSET_MISSING} {', '.join(item.missing_bands)}{there}"
    if item.window_share == 0:
        return "window not held: the footprint lies beside it"
    return _window_fault(item, site) or _contradiction(item)


def _window_fault(item: SceneItem, site: Site) -> str:
    west, south, east, north = window_bounds_in(site, item.epsg or site.grid.epsg)
    for band, asset in item.assets.items():
        if asset.transform is None or asset.shape is None:
            continue
        a, _, c, _, e, f = asset.transform
        rows, columns = asset.shape
        width = min(east, c + a * columns) - max(west, c)
        height = min(north, f) - max(south, f + e * rows)
        share = max(width, 0) * max(height, 0) / ((east - west) * (north - south))
        if share < 1:
            return f"window not held: the file of {band} holds {math.floor(100 * share)} % of it"
    return ""


def _contradiction(item: SceneItem) -> str:
    """Contradiction in the metadata on scale and offset of reflectance; empty if there is none."""
    if item.calibration == "linear":
        return ""
    bands = [asset for band, asset in item.assets.items() if band != QUALITY]
    if item.calibration == "baseline":
        known = bool(baseline_version(item.baseline))
        return "" if known else f"no calibration: baseline {item.baseline or 'not stated'}"
    unstated = [asset.band for asset in bands if asset.scale is None or asset.offset is None]
    if unstated:
        named = ", ".join(unstated)
        return f"no calibration: no scale or offset stated for {named}; {KEEP_METADATA}"
    if not all(asset.scale and math.isfinite(asset.scale) for asset in bands):
        return "contradictory offset: a scale of zero or none"
    shifts = {round((asset.offset or 0) / (asset.scale or 1), 6) for asset in bands}
    if len(shifts) > 1:
        return f"contradictory offset: {', '.join(map(str, sorted(shifts)))} among the bands"
    return _offset_fault(item, shifts.pop()) if item.sensor == SENTINEL_2 and shifts else ""


def _offset_fault(item: SceneItem, shift: float) -> str:
    since = baseline_version(item.baseline) >= OFFSET_SINCE_BASELINE
    if item.offset_applied_flag and shift:
        return (
            f"contradictory offset: {shift:g} is stated, and also that it is in the pixels already"
        )
    if since and not shift and not item.offset_applied_flag:
        return (
            f"contradictory offset: baseline {item.baseline} has one, none is stated, nor that "
            "it is in the pixels already"
        )
    if baseline_version(item.baseline) and not since and shift:
        return f"contradictory offset: {shift:g} is stated, baseline {item.baseline} has none"
    return ""
