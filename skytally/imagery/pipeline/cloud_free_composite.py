"""The cloud-free composite of a site: the median of its clearest images, to confirm outlines on."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from skytally.imagery.acquire import (
    SENTINEL_2,
    STORED,
    YES,
    apply_calibration,
    decode_classification,
    read_chip,
    stored_manifest,
)
from skytally.imagery.sites import Site

RGB = ("b04", "b03", "b02")
GSD = 10
MOST = 15
"""Images; more change the median of clear pixels by little and cost memory in proportion."""
LIMITS = (2.0, 98.0)
"""Percentiles of each band that become black and full."""


@dataclass(frozen=True)
class Composite:
    """The median of some images of a site."""

    rgb: npt.NDArray[np.uint8]
    """Picture on the site's grid of 10 m, (y, x, 3); grey where no image was clear."""
    looks: int
    """How many images it was made from."""
    first: str
    """Time of the oldest of them, UTC."""
    last: str
    """Time of the newest, UTC."""
    label: str
    """Empty, or ``rehearsal`` where any of them is of generated ground."""


def clearest(looks: pd.DataFrame, site: str, *, most: int = MOST) -> pd.DataFrame:
    """Usable Sentinel-2 images of a site with the least cloud, newest first among equals.

    Parameters
    ----------
    looks : pandas.DataFrame
        The inventory.
    site : str
        Slug.
    most : int
        How many.

    Returns
    -------
    pandas.DataFrame
        Rows of the inventory.
    """
    chosen = looks[
        (looks["site"] == site)
        & (looks["sensor"] == SENTINEL_2)
        & (looks["status"] == STORED)
        & (looks["usable"] == YES)
    ]
    share = pd.to_numeric(chosen["cloud_share"], errors="coerce").fillna(1.0)
    ordered = chosen.assign(share=share).sort_values(
        ["share", "time_utc", "item_id"], ascending=[True, False, True], kind="stable"
    )
    return ordered.drop(columns="share").head(most)


def _clear_rgb(folder: Path, site: Site, item_id: str) -> npt.NDArray[np.float32] | None:
    """Red, green and blue of one image, NaN where it is not clear; None off the grid."""
    manifest, stored = read_chip(folder, site.slug, item_id)
    grid = tuple(site.grid.transform(GSD)[:6])
    fits = manifest.shape == site.grid.shape(GSD) and np.allclose(manifest.transform[:6], grid)
    if not fits or not set(RGB) <= set(stored):
        return None
    bands = [
        apply_calibration(
            stored[band], manifest.scale[band], manifest.offset[band], manifest.nodata.get(band)
        )
        for band in RGB
    ]
    picture = np.stack(bands, axis=-1)
    seen = (
        decode_classification(stored["quality"], manifest.sensor) if "quality" in stored else None
    )
    if seen is not None:
        picture[~seen.clear] = np.nan
    return picture


def composite(
    folder: Path, site: Site, looks: pd.DataFrame, *, most: int = MOST
) -> Composite | None:
    """Median of the clearest images of a site that are stored on this machine.

    Parameters
    ----------
    folder : Path
        The folder of scenes.
    site : Site
        The site.
    looks : pandas.DataFrame
        The inventory.
    most : int
        How many images at most; the clearest are taken.

    Returns
    -------
    Composite or None
        None where no usable image of the site is stored here, as after a fresh clone.

    Raises
    ------
    IntegrityError
        If a chip is not what was stored.
    """
    rows = clearest(looks, site.slug, most=len(looks))
    pictures: list[npt.NDArray[np.float32]] = []
    used = []
    for row in rows.itertuples():
        if len(pictures) == most:
            break
        if stored_manifest(folder, site.slug, row.item_id) is None:
            continue
        picture = _clear_rgb(folder, site, row.item_id)
        if picture is not None:
            pictures.append(picture)
            used.append(row)
    if not pictures:
        return None
    with warnings.catch_warnings():
        # a pixel that no image saw clearly stays NaN, and grey in the picture
        warnings.simplefilter("ignore", RuntimeWarning)
        median = np.nanmedian(np.stack(pictures), axis=0)
    times = sorted(row.time_utc for row in used)
    label = max((row.label for row in used), default="")
    return Composite(_stretched(median), len(used), times[0], times[-1], label)


def _stretched(median: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    known = np.isfinite(median).all(axis=-1)
    picture = np.full(median.shape, 128, dtype=np.uint8)
    if known.any():
        low, high = np.percentile(median[known], LIMITS, axis=0)
        span = np.where(high > low, high - low, 1.0)
        scaled = np.clip((median[known] - low) / span, 0, 1)
        picture[known] = np.round(255 * scaled).astype(np.uint8)
    return picture
