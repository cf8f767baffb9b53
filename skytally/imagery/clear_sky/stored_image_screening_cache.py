"""Screenings of the stored images of a site, kept beside the chips until its outlines change."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from skytally.core import DataError, IntegrityError
from skytally.imagery.acquire import (
    NO,
    QUALITY,
    STORED,
    YES,
    ChipManifest,
    apply_calibration,
    chip_store,
    decode_classification,
)
from skytally.imagery.clear_sky.clear_sky_screening import (
    MIN_CLEAR_SHARE,
    MIN_USUAL,
    READABLE_UNDER_SNOW,
    SEASON_DAYS,
    Audit,
    RingStatistics,
    calibration_audit,
    on_ring,
    screening_from_statistics,
)
from skytally.imagery.clear_sky.stable_ground_and_water_masks import (
    outlines_hash,
    site_screening_masks,
)
from skytally.imagery.cube import Screening, common_gsd, group_name, on_site_grid
from skytally.imagery.sites import Site

STATISTICS_FILE = ".screening.json"
"""Name of the file beside the chips of a site."""
YEAR = 365.25
SCREENING_GSD = 10.0
"""Metres; of finer images some pixels are looked at, so that memory does not grow with detail."""


def _sampled(
    arrays: Mapping[str, npt.NDArray[Any]], manifest: ChipManifest, site: Site
) -> dict[str, npt.NDArray[Any]]:
    """Every so many of the pixels of a fine image, on the site's grid of `SCREENING_GSD`.

    Shares of a ring are as well known from some thousand pixels as from a hundred million.
    """
    a, _, x, _, _, y = manifest.transform
    rows, cols = site.grid.shape(SCREENING_GSD)
    west, _, _, north = site.grid.bounds
    middles = (np.arange(max(rows, cols)) + 0.5) * SCREENING_GSD
    row = np.floor((y - (north - middles[:rows])) / a).astype(int)
    col = np.floor((west + middles[:cols] - x) / a).astype(int)
    height, width = manifest.shape
    inside_row, inside_col = (row >= 0) & (row < height), (col >= 0) & (col < width)
    found = {}
    for band, array in arrays.items():
        stated = manifest.nodata.get(band)
        laid = np.full((rows, cols), 0 if stated is None else stated, array.dtype)
        laid[np.ix_(inside_row, inside_col)] = array[np.ix_(row[inside_row], col[inside_col])]
        found[band] = laid
    return found


def ring_statistics(
    manifest: ChipManifest, arrays: Mapping[str, npt.NDArray[Any]], site: Site
) -> RingStatistics:
    """Measure one stored image on the stable ground and the open water of its site.

    Parameters
    ----------
    manifest : ChipManifest
        Of the image.
    arrays : mapping of str to numpy.ndarray, dims (y, x)
        Its stored numbers, as `read_chip` returns them.
    site : Site
        Its outlines.

    Returns
    -------
    RingStatistics

    Raises
    ------
    DataError
        If the chip does not fit the site's grid.
    """
    if manifest.transform[0] < SCREENING_GSD and manifest.epsg == site.grid.epsg:
        cell, laid = SCREENING_GSD, _sampled(arrays, manifest, site)
    else:
        cell = common_gsd(manifest, site)
        laid = on_site_grid(arrays, manifest, site, fill=manifest.nodata)
    masks = site_screening_masks(site, gsd=cell)
    values = {
        band: apply_calibration(laid[band], manifest.scale[band], manifest.offset[band], nodata)
        for band, nodata in manifest.nodata.items()
        if band != QUALITY
    }
    quality = laid.get(QUALITY)
    group = group_name(
        manifest.platform, manifest.relative_orbit, manifest.orbit_state, manifest.processor
    )
    ring = {band: each[masks.ring] for band, each in values.items()}
    seen = None if quality is None else decode_classification(quality[masks.ring], manifest.sensor)
    statistics, clear = on_ring(ring, seen, group=group, time=manifest.time)
    audit, levels = Audit(), {}
    whole = None if quality is None else decode_classification(quality, manifest.sensor)
    if whole is not None:
        audit = calibration_audit(values, whole, water=masks.water)
        levels = {b: float(np.median(v[clear])) for b, v in ring.items() if clear.any()}
    return replace(
        statistics,
        levels=levels,
        audit=audit,
        drawn=masks.drawn,
        sha256=manifest.sha256,
        sensor=manifest.sensor,
    )


def _days_apart(times: list[str], now: str) -> npt.NDArray[np.float64]:
    """Days of the year between some times and another, over New Year too."""
    whole = np.array([each.rstrip("Z") for each in [*times, now]], "datetime64[D]")
    of_year = (whole - whole.astype("datetime64[Y]")).astype(float)
    apart = np.abs(of_year[:-1] - of_year[-1])
    return np.asarray(np.minimum(apart, YEAR - apart))


def usual_levels(images: Iterable[RingStatistics], *, image: RingStatistics) -> Mapping[str, float]:
    """Median reflectance of the ring by band on clear images like one.

    Parameters
    ----------
    images : iterable of RingStatistics
        All images of one site.
    image : RingStatistics
        The one that is to be judged.

    Returns
    -------
    mapping of str to float
        Of clear images of its group and season, of its group where the season has fewer than
        `MIN_USUAL`, and empty where the group has fewer.
    """
    alike = [
        each
        for each in images
        if each.group == image.group
        and each.levels
        and each.clear >= MIN_CLEAR_SHARE
        and not each.audit.faults
    ]
    days = _days_apart([each.time for each in alike], image.time)
    season = [each for each, apart in zip(alike, days, strict=True) if apart <= SEASON_DAYS]
    chosen = season if len(season) >= MIN_USUAL else alike
    if len(chosen) < MIN_USUAL:
        return {}
    return {
        band: float(np.median([each.levels[band] for each in chosen if band in each.levels]))
        for band in image.levels
    }


def screened(images: Mapping[str, RingStatistics], site: Site) -> dict[str, Screening]:
    """Decide for all images of a site which can be used, comparing each with the clear ones.

    Parameters
    ----------
    images : mapping of str to RingStatistics
        Item id to statistics.
    site : Site
        Its outlines tell whether anything can be read under snow.

    Returns
    -------
    dict of str to Screening
    """
    groups: dict[str, list[RingStatistics]] = {}
    for each in images.values():
        groups.setdefault(each.group, []).append(each)
    snow_hides = not any(outline.kind in READABLE_UNDER_SNOW for outline in site.outlines)
    answers = {}
    for item, image in images.items():
        usual = usual_levels(groups[image.group], image=image)
        offset = {band: image.levels[band] - level for band, level in usual.items()}
        answers[item] = screening_from_statistics(
            image, offset=offset, usual_blue=usual.get("b02", math.nan), snow_hides=snow_hides
        )
    return answers


def _read(path: Path, site: Site) -> dict[str, RingStatistics]:
    """Statistics that still hold: none of a broken file or of other outlines."""
    try:
        stored = json.loads(path.read_bytes())
        if stored["outlines"] != outlines_hash(site):
            return {}
        return {item: _from_json(each) for item, each in stored["images"].items()}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _from_json(stored: dict[str, Any]) -> RingStatistics:
    audit = Audit(**{word: tuple(cells) for word, cells in stored["audit"].items()})
    # statistics of an earlier version have no sensor, and are measured anew
    return RingStatistics(**{**stored, "audit": audit, "sensor": stored["sensor"]})


def _write(path: Path, site: Site, images: Mapping[str, RingStatistics]) -> None:
    content = {item: asdict(each) for item, each in images.items()}
    text = json.dumps(
        {"outlines": outlines_hash(site), "images": content}, sort_keys=True, indent=1
    )
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        with chip_store.store_errors(path.parent):
            chip_store.write_atomically(path, text.encode())


def _measured(
    folder: Path, site: Site, known: Mapping[str, RingStatistics]
) -> tuple[dict[str, RingStatistics], list[str]]:
    """Statistics of all stored images, measuring those that are not known, and the broken chips."""
    images: dict[str, RingStatistics] = {}
    faults = []
    for item in chip_store.stored_item_ids(folder, site.slug):
        try:
            manifest = chip_store.stored_manifest(folder, site.slug, item)
            if manifest is None:
                continue
            image = known.get(item)
            if image is None or image.sha256 != manifest.sha256:
                image = ring_statistics(*chip_store.read_chip(folder, site.slug, item), site)
            images[item] = image
        except (IntegrityError, DataError) as error:
            faults.append(str(error))
    return images, faults


def update_statistics(
    folder: Path, site: Site, *, fresh: Mapping[str, RingStatistics] | None = None
) -> tuple[dict[str, RingStatistics], list[str]]:
    """Bring the kept statistics of a site up to date, measuring only what is missing.

    Parameters
    ----------
    folder : Path
        The folder of scenes; the caller holds its lock.
    site : Site
        The site; when its outlines have changed, all its images are measured again.
    fresh : mapping of str to RingStatistics, optional
        Item id to statistics that were just measured.

    Returns
    -------
    dict of str to RingStatistics, list of str
        Item id to statistics, and one sentence for every chip that is broken.
    """
    path = folder / site.slug / STATISTICS_FILE
    images, faults = _measured(folder, site, {**_read(path, site), **(fresh or {})})
    if images or path.exists():
        _write(path, site, images)
    return images, faults


def read_screenings(folder: Path, site: Site) -> dict[str, Screening]:
    """Answers of the screening for the stored images of a site; nothing is written.

    Parameters
    ----------
    folder : Path
        The folder of scenes.
    site : Site
        The site; images whose statistics are missing or of older outlines are measured.

    Returns
    -------
    dict of str to Screening
        Item id to answer; a chip that is broken has none, and no cube is made of it.
    """
    images, _ = _measured(folder, site, _read(folder / site.slug / STATISTICS_FILE, site))
    return screened(images, site)


def screened_inventory(
    inventory: pd.DataFrame,
    sites: Iterable[Site],
    images: Mapping[str, Mapping[str, RingStatistics]],
) -> pd.DataFrame:
    """Fill in each stored image's cloud share, and whether it is usable or why not.

    Parameters
    ----------
    inventory : pandas.DataFrame
        The acquisition inventory.
    sites : iterable of Site
        The sites whose images are judged; rows of others stay as they are.
    images : mapping of str to mapping of str to RingStatistics
        Site to item id to statistics.

    Returns
    -------
    pandas.DataFrame
        A new table; a row whose chip is not in this store keeps its answer.
    """
    table = inventory.copy()
    for site in sites:
        known = images.get(site.slug, {})
        answers = screened(known, site)
        for index in table.index[(table["site"] == site.slug) & (table["status"] == STORED)]:
            item = str(table.loc[index, "item_id"])
            image = known.get(item)
            if image is None or image.sha256 != table.loc[index, "chip_sha256"]:
                continue
            table.loc[index, "cloud_share"] = f"{image.cloud:.4f}" if image.classified else ""
            table.loc[index, "usable"] = YES if answers[item].usable else NO
            table.loc[index, "unusable_reason"] = answers[item].reason
    return table
