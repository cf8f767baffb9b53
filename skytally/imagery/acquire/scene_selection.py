"""Which offers are read: one processing of one view of a pass, in the site's own zone first."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from skytally.imagery.acquire.providers import LANDSAT, SENTINEL_2
from skytally.imagery.acquire.stac.scene_items import QUALITY, Offer
from skytally.imagery.acquire.utm_zones import bounds_in, warpable
from skytally.imagery.sites.site_register import Site

CHOSEN, REJECTED, SUPERSEDED = "chosen", "rejected", "superseded"
SAME_PASS_S = 60
"""Seconds between two scenes of one pass; tiles of one Sentinel-2 pass lie up to 14 s apart."""
LANDSAT_USED = ("landsat-8", "landsat-9")
"""Landsat 7 has had gaps in every scene since its scan-line corrector failed in 2003."""
OFFSET_SINCE = (4, 0)
"""Processing baseline from which Sentinel-2 stores reflectance with an offset."""


@dataclass(frozen=True)
class Choice:
    """What becomes of one offer before anything is read."""

    offer: Offer
    """The offer."""
    fate: str
    """``chosen``, ``rejected`` or ``superseded``."""
    reason: str
    """Why it is not chosen, ``<class>: <detail>``; empty if it is."""


def choose(offers: Iterable[Offer], site: Site) -> list[Choice]:
    """Decide for every offer whether it is read, and say why not.

    An offer is rejected if its files lie in another zone than the site's grid, unless the sensor's
    scenes may be brought over from a neighbouring one (`zones.warpable`), if a file is missing,
    if it holds no or only a part of the window, if its platform is not used, or if what it says
    of scale and offset contradicts itself.
    Of several processings of one acquisition (same platform and tile, at most a minute
    apart) the newest baseline is read, then the highest sequence, then the last id.
    Of several tiles or slices of one pass that each hold the window, the one whose
    footprint holds most of it is read, then one in the site's own zone, then the first by tile:
    they show the same moment.

    Parameters
    ----------
    offers : iterable of Offer
        Of one site, any number of providers.
    site : Site
        The site.

    Returns
    -------
    list of Choice
        One an offer, sorted by time, item and provider: the order of the offers does not
        matter.
    """
    ordered = sorted(offers, key=lambda offer: (offer.time, offer.item_id, offer.provider))
    reasons = [_fault(offer, site) for offer in ordered]
    choices = {
        index: Choice(offer, REJECTED, reason)
        for index, (offer, reason) in enumerate(zip(ordered, reasons, strict=True))
        if reason
    }
    sound = [index for index in range(len(ordered)) if index not in choices]
    for group in _groups(ordered, sound, tiles=False):
        winner = max(group, key=lambda index: _newness(ordered[index]))
        for index in group:
            if index != winner:
                choices[index] = _beaten(ordered[index], ordered[winner], "older processing")
    sound = [index for index in sound if index not in choices]
    for group in _groups(ordered, sound, tiles=True):
        winner = min(group, key=lambda index: _view(ordered[index], site))
        for index in group:
            if index != winner:
                choices[index] = _beaten(ordered[index], ordered[winner], "same pass")
    return [choices.get(index, Choice(offer, CHOSEN, "")) for index, offer in enumerate(ordered)]


def _beaten(offer: Offer, winner: Offer, why: str) -> Choice:
    by = winner.item_id
    if winner.provider != offer.provider:
        by += f" of {winner.provider}"
    return Choice(offer, SUPERSEDED, f"{why}: superseded by {by}")


def _groups(offers: list[Offer], indices: list[int], *, tiles: bool) -> list[list[int]]:
    """Group sound offers of one acquisition, or (`tiles`) of one pass whatever the tile."""
    groups: dict[tuple[str, ...], list[list[int]]] = {}
    for index in indices:
        offer = offers[index]
        if tiles and offer.covered is None:
            continue
        key = (offer.sensor, offer.processor, offer.platform, "" if tiles else offer.tile)
        runs = groups.setdefault(key, [])
        if runs and _seconds(offers[runs[-1][0]], offer) <= SAME_PASS_S:
            runs[-1].append(index)
        else:
            runs.append([index])
    return [run for runs in groups.values() for run in runs if len(run) > 1]


def _seconds(first: Offer, second: Offer) -> float:
    apart = datetime.fromisoformat(second.time) - datetime.fromisoformat(first.time)
    return abs(apart.total_seconds())


def _newness(offer: Offer) -> tuple[tuple[int, ...], int, str, str]:
    return version(offer.baseline), offer.sequence, offer.item_id, offer.provider


def _view(offer: Offer, site: Site) -> tuple[float, bool, str, str, str]:
    other = offer.epsg != site.grid.epsg
    return -round(offer.covered or 0.0, 3), other, offer.tile, offer.item_id, offer.provider


def version(baseline: str) -> tuple[int, ...]:
    """Give a baseline as numbers that compare, nothing for one that is no version.

    Parameters
    ----------
    baseline : str
        Such as ``05.09``.

    Examples
    --------
    >>> version("05.09") < version("05.10"), version("N0400"), version("")
    (True, (), ())
    """
    parts = baseline.split(".")
    return tuple(int(part) for part in parts) if all(map(str.isdecimal, parts)) else ()


def _fault(offer: Offer, site: Site) -> str:
    """Say why an offer cannot be read, nothing if it can."""
    if offer.sensor == LANDSAT and offer.platform not in LANDSAT_USED:
        return f"platform not used: {offer.platform or 'not stated'}"
    if offer.epsg is None:
        return "no zone: the item does not state its coordinate system"
    if offer.epsg != site.grid.epsg and not warpable(offer.epsg, site, offer.sensor):
        return f"other zone: EPSG:{offer.epsg}, the site uses EPSG:{site.grid.epsg}"
    if offer.missing:
        return f"asset missing: {', '.join(offer.missing)}"
    if offer.covered == 0:
        return "window not held: the footprint lies beside it"
    return _outside(offer, site) or _contradiction(offer)


def _outside(offer: Offer, site: Site) -> str:
    west, south, east, north = bounds_in(site, offer.epsg or site.grid.epsg)
    for band, asset in offer.assets.items():
        if asset.transform is None or asset.shape is None:
            continue
        a, _, c, _, e, f = asset.transform
        rows, columns = asset.shape
        wide = min(east, c + a * columns) - max(west, c)
        high = min(north, f) - max(south, f + e * rows)
        share = max(wide, 0) * max(high, 0) / ((east - west) * (north - south))
        if share < 1:
            return f"window not held: the file of {band} holds {math.floor(100 * share)} % of it"
    return ""


def _contradiction(offer: Offer) -> str:
    """Say where the metadata on scale and offset contradict each other, for reflectance."""
    if offer.calibration == "linear":
        return ""
    bands = [asset for band, asset in offer.assets.items() if band != QUALITY]
    if offer.calibration == "baseline":
        known = bool(version(offer.baseline))
        return "" if known else f"no calibration: baseline {offer.baseline or 'not stated'}"
    unsaid = [asset.band for asset in bands if asset.scale is None or asset.offset is None]
    if unsaid:
        return f"no calibration: no scale or offset stated for {', '.join(unsaid)}"
    if not all(asset.scale and math.isfinite(asset.scale) for asset in bands):
        return "contradictory offset: a scale of zero or none"
    shifts = {round((asset.offset or 0) / (asset.scale or 1), 6) for asset in bands}
    if len(shifts) > 1:
        return f"contradictory offset: {', '.join(map(str, sorted(shifts)))} among the bands"
    return _offset_fault(offer, shifts.pop()) if offer.sensor == SENTINEL_2 and shifts else ""


def _offset_fault(offer: Offer, shift: float) -> str:
    since = version(offer.baseline) >= OFFSET_SINCE
    if offer.offset_applied_flag and shift:
        return (
            f"contradictory offset: {shift:g} is stated, and also that it is in the pixels already"
        )
    if since and not shift and not offer.offset_applied_flag:
        return (
            f"contradictory offset: baseline {offer.baseline} has one, none is stated, nor that "
            "it is in the pixels already"
        )
    if version(offer.baseline) and not since and shift:
        return f"contradictory offset: {shift:g} is stated, baseline {offer.baseline} has none"
    return ""
