"""Bands of another day, told by their detail, where a provider states nothing to tell them by.

Ground, light and whatever moves leave the same detail in every band of one look. A band of
another day, though of the same ground, shares less of it: ships, waves, crops, shadows and a
fraction of a pixel have moved. How much less was measured, by ``benchmarks/strangers.py``.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from skytally.scenes.offers import QUALITY, Offer
from skytally.scenes.providers import SENTINEL_1
from skytally.scenes.radiometry import Floats, calibrations, physical
from skytally.scenes.read import Pixels

COARSE_M = 30
"""Pixels are averaged up to this many metres: those of Landsat, and of the measured scenes."""
AROUND = 5
"""Edge of the square of pixels whose mean is taken off, so that detail is left."""
FEWEST = 1000
"""Pixels under which nothing is concluded: fifty for each of the terms that are fitted."""
VISIBLE = ("b02", "b03", "b04")
LEAST = {"visible": 0.85, "infrared": 0.7}
"""Share of a band's detail that the others must tell: the next twentieth above what any band of
another day reached in the real scenes of ``data/results/strangers.csv``."""


def least(band: str) -> float:
    """Give the share of its detail that a band must have in common with the others."""
    return LEAST["visible" if band in VISIBLE else "infrared"]


def _coarse(values: Floats, times: int) -> Floats:
    rows, cols = (n // times * times for n in values.shape)
    cells = values[:rows, :cols].reshape(rows // times, times, cols // times, times)
    return np.asarray(cells.mean(axis=(1, 3)))


def kinship(bands: dict[str, Floats], gsd: float) -> dict[str, float]:
    """Give the share of the detail of each band that the detail of the others tells.

    Detail is what is left of a pixel when the mean of the pixels around it is taken off; each
    band's is fitted by least squares to that of the others, and to its products with their
    means, for a roof and a field differ.

    Parameters
    ----------
    bands : dict of str to numpy.ndarray, dims (y, x)
        Band to reflectance, on one grid; NaN where there are no data.
    gsd : float
        Metres a pixel.

    Returns
    -------
    dict of str to float
        Band to a share from 0 to 1; empty where too few pixels are known.
    """
    times = max(1, round(COARSE_M / gsd))
    coarse = {band: _coarse(values, times) for band, values in bands.items()}
    known = np.logical_and.reduce([np.isfinite(values) for values in coarse.values()])
    whole = ndimage.binary_erosion(known, np.ones((AROUND, AROUND), bool))
    if np.count_nonzero(whole) < FEWEST or len(bands) < 2:
        return {}
    means = {
        band: ndimage.uniform_filter(np.where(known, values, 0.0), AROUND)
        for band, values in coarse.items()
    }
    detail = {band: (coarse[band] - means[band])[whole] for band in bands}
    level = {band: _standard(means[band][whole]) for band in bands}
    found = {}
    for band in bands:
        others = [other for other in bands if other != band]
        terms = [detail[other] for other in others]
        terms += [detail[other] * level[each] for other in others for each in others]
        found[band] = _told(detail[band], np.stack(terms, axis=1))
    return found


def _standard(values: Floats) -> Floats:
    spread = float(values.std())
    return (values - values.mean()) / spread if spread else np.zeros_like(values)


def _told(detail: Floats, terms: Floats) -> float:
    spread = float(detail.var())
    if not spread:
        return 0.0
    weights, *_ = np.linalg.lstsq(terms, detail, rcond=None)
    return max(0.0, 1 - float((detail - terms @ weights).var()) / spread)


def doubts(offer: Offer, pixels: Pixels) -> str:
    """Say why nothing vouches for the files of a scene, nothing if something does.

    Parameters
    ----------
    offer : Offer
        The scene. Where its item states the size of every file, that was compared on reading.
    pixels : Pixels
        What was read.

    Returns
    -------
    str
        For the row of the look; empty where sizes or the pixels themselves vouch.
    """
    if all(asset.size for asset in offer.assets.values()):
        return ""
    unsaid = "the item states no size to verify its files by"
    if offer.sensor == SENTINEL_1:
        return f"{unsaid}, and the bands of radar have no detail in common"
    values = {
        band: physical(pixels.arrays[band], *number, pixels.nodata[band])
        for band, number in calibrations(offer).items()
        if band != QUALITY
    }
    shares = kinship(values, min(pixels.gsd.values()))
    if not shares:
        return f"{unsaid}, and too few pixels are known to compare its bands"
    strange = {band: share for band, share in shares.items() if share < least(band)}
    if not strange:
        return ""
    told = ", ".join(f"{band} {share:.2f}" for band, share in sorted(strange.items()))
    return f"{unsaid}, and a band of another day might share as much of its detail: {told}"
