"""Cross-checks of the bands of one scene that reveal corrupt pixels and bands of another date.

A reader that fails halfway leaves a hole, a cache that mixes files a band of another scene; HTTP
status, size and checksum look fine in both cases. Ground, light and whatever moves leave the same
fine detail in every band of one scene, and a band of another date shares less of it: ships, waves,
crops and shadows have moved. How much less was measured by
``labs/benchmarks/mismatched_band_detection.py``.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.imagery.acquire.image_provider_table import QUALITY, SENTINEL_1, SENTINEL_2
from skytally.imagery.acquire.misdecoded_pixel_checks import decoding_faults
from skytally.imagery.acquire.offered_scene import SceneItem
from skytally.imagery.acquire.reflectance_and_backscatter_scaling import (
    Float32Array,
    apply_calibration,
    band_calibrations,
)
from skytally.imagery.acquire.scene_classification_masks import (
    SCL_MAX_CLASS,
    PixelClasses,
    PixelMask,
    bright_cover,
    decode_classification,
)
from skytally.imagery.acquire.scene_pixel_arrays_and_pass_joining import ScenePixels

MAX_REFLECTANCE = 2.8
"""Reflectance above which a pixel is corrupt: cloud and glint stay below."""
MAX_SHARE_ABOVE = 1e-4
"""Share of pixels that may be higher: single specular points exist."""
MAX_HOLE_SHARE = 0.005
"""Share of pixels that one band may lack where the others have data."""
NODATA_EDGE_PX = 30
"""Pixels round the common no-data area within which the edges of bands may differ."""
MIN_HOLE_PX = 5
"""Holes narrower than this many pixels are dark pixels, not missing tiles."""
DARK_STORED_VALUE = 60
"""Stored number up to which the pixels around a hole are so dark that 0 is only their floor."""
FLAT_BLOCK_PX = 32
"""Edge in pixels of a block whose numbers are never all the same in nature."""
VISIBLE_BANDS = ("b02", "b03", "b04")
"""Bands that show the same spatial structure."""
CORRELATION_BLOCK_PX = 8
"""Edge in pixels of the blocks averaged before bands are correlated, against noise and parallax."""
MIN_BLOCK_CONTRAST = 0.01
"""Standard deviation of reflectance under which there is no structure to compare."""
MIN_VISIBLE_CORRELATION = 0.5
"""Correlation of a visible band with the other two; the bands of one scene never fall below."""


def _missing_mask(pixels: ScenePixels, band: str) -> PixelMask:
    nodata, values = pixels.nodata[band], pixels.arrays[band]
    missing = ~np.isfinite(values) if values.dtype.kind == "f" else np.zeros(values.shape, bool)
    return missing | (values == nodata) if nodata is not None else missing


def _is_dark_surface(values: npt.NDArray[Any], hole: PixelMask) -> bool:
    """Whether a hole is a dark surface whose lowest numbers are clipped to 0, not missing data."""
    around = ndimage.binary_dilation(hole, iterations=2) & ~hole
    return bool(
        around.any() and np.median(values[around]) <= DARK_STORED_VALUE and values.dtype.kind == "u"
    )


def _hole_faults(
    pixels: ScenePixels, bands: list[str], classification: PixelClasses | None
) -> list[str]:
    missing = {band: _missing_mask(pixels, band) for band in bands}
    if classification is not None:
        missing[QUALITY] = classification.unread
    common = np.logical_and.reduce(list(missing.values()))
    near = ndimage.binary_dilation(common, iterations=NODATA_EDGE_PX) if common.any() else common
    in_any = np.logical_or.reduce([missing[band] for band in bands])
    faults = []
    for band, in_band in missing.items():
        hole = in_band & ~near
        if band == QUALITY:
            hole &= ~in_any
        if hole.mean() <= MAX_HOLE_SHARE:
            continue
        hole = ndimage.binary_opening(hole, np.ones((MIN_HOLE_PX, MIN_HOLE_PX), bool))
        share = float(hole.mean())
        dark = band != QUALITY and _is_dark_surface(pixels.arrays[band], hole)
        if share > MAX_HOLE_SHARE and not dark:
            faults.append(f"{band} lacks {share:.1%} of the pixels that other bands have")
    return faults


def _may_have_constant_block(values: npt.NDArray[Any]) -> bool:
    """Quick test for a constant block: it would have to contain a whole cell of half its size."""
    cell = FLAT_BLOCK_PX // 2
    rows, cols = (n // cell * cell for n in values.shape)
    cells = values[:rows, :cols].reshape(rows // cell, cell, cols // cell, cell)
    return bool((cells.max(axis=(1, 3)) == cells.min(axis=(1, 3))).any())


def _constant_block_faults(pixels: ScenePixels, bands: list[str]) -> list[str]:
    faults = []
    for band in bands:
        step = round(pixels.gsd[band] / min(pixels.gsd.values()))
        values = pixels.arrays[band][::step, ::step]
        missing = _missing_mask(pixels, band)[::step, ::step]
        if min(values.shape) < FLAT_BLOCK_PX or not _may_have_constant_block(values):
            continue
        high = ndimage.maximum_filter(values, FLAT_BLOCK_PX, mode="nearest")
        low = ndimage.minimum_filter(values, FLAT_BLOCK_PX, mode="nearest")
        core = (high == low) & ~missing
        if values.dtype.kind == "u":
            # bright roofs and cloud fill the range of images of eight bits
            core &= (values > DARK_STORED_VALUE) & (values < np.iinfo(values.dtype).max)
        half = FLAT_BLOCK_PX // 2
        if core[half : -half + 1, half : -half + 1].any():
            faults.append(f"{band} has a block of one number, as a tile that was never filled")
    return faults


def _block_means(values: Float32Array, known: PixelMask) -> Float32Array:
    """Mean of each block of pixels without missing values; other blocks are left out."""
    rows, cols = (n // CORRELATION_BLOCK_PX * CORRELATION_BLOCK_PX for n in values.shape)
    blocks = (
        rows // CORRELATION_BLOCK_PX,
        CORRELATION_BLOCK_PX,
        cols // CORRELATION_BLOCK_PX,
        CORRELATION_BLOCK_PX,
    )
    complete = known[:rows, :cols].reshape(blocks).all(axis=(1, 3))
    return np.asarray(values[:rows, :cols].reshape(blocks).mean(axis=(1, 3))[complete])


def _structure_faults(reflectance: dict[str, Float32Array]) -> list[str]:
    """Find a visible band whose spatial structure does not correlate with the other two."""
    bands = [band for band in VISIBLE_BANDS if band in reflectance]
    if len(bands) < len(VISIBLE_BANDS):
        return []
    known = np.logical_and.reduce([np.isfinite(reflectance[band]) for band in bands])
    means = {band: _block_means(reflectance[band], known) for band in bands}
    if len(means[bands[0]]) < 4 * CORRELATION_BLOCK_PX:
        return []
    faults = []
    for band in bands:
        others = np.mean([means[other] for other in bands if other != band], axis=0)
        if min(float(others.std()), float(means[band].std())) < MIN_BLOCK_CONTRAST:
            continue
        correlation = float(np.corrcoef(means[band], others)[0, 1])
        if correlation < MIN_VISIBLE_CORRELATION:
            faults.append(
                f"{band} shows another picture than the other visible bands ({correlation:.2f})"
            )
    return faults[:1]


def _copied_band_faults(pixels: ScenePixels, bands: list[str]) -> list[str]:
    """Find two bands with identical pixels: one file served under two names."""
    return [
        f"{one} and {other} hold the same numbers, as one file under two names"
        for one, other in itertools.combinations(bands, 2)
        if np.ptp(pixels.arrays[one]) > 0
        and np.array_equal(pixels.arrays[one], pixels.arrays[other])
    ]


def pixel_faults(item: SceneItem, pixels: ScenePixels) -> list[str]:
    """List what in the pixels of a scene cannot be true: holes, copied bands, foreign content.

    Parameters
    ----------
    item : SceneItem
        The scene; its calibration converts to reflectance.
    pixels : ScenePixels
        What was read.

    Returns
    -------
    list of str
        One sentence a fault; empty for a sound scene.
    """
    # numbers of any size, as a wrong header leaves them, overflow in a mean
    with np.errstate(over="ignore", invalid="ignore"):
        return _pixel_faults(item, pixels)


def _pixel_faults(item: SceneItem, pixels: ScenePixels) -> list[str]:
    quality = pixels.arrays.get(QUALITY)
    classification = decode_classification(quality, item.sensor) if quality is not None else None
    bands = [band for band in sorted(pixels.arrays) if band != QUALITY]
    faults = _hole_faults(pixels, bands, classification) + _constant_block_faults(pixels, bands)
    faults += _copied_band_faults(pixels, bands) + decoding_faults(item, pixels)
    if item.sensor == SENTINEL_1:
        faults += _radar_structure_faults(pixels) + _uncalibrated_radar_faults(item, pixels)
    if quality is None or classification is None:
        return faults
    if item.sensor == SENTINEL_2 and quality.max(initial=0) > SCL_MAX_CLASS:
        faults.append(f"the classification has a class {quality.max()}, which does not exist")
    values = {
        band: apply_calibration(pixels.arrays[band], *number, pixels.nodata[band])
        for band, number in band_calibrations(item).items()
    }
    for band, reflectance in values.items():
        share = float((reflectance > MAX_REFLECTANCE).mean())
        if share > MAX_SHARE_ABOVE:
            faults.append(
                f"{band} is above a reflectance of {MAX_REFLECTANCE} in {share:.2%} of the pixels"
            )
    faults += _structure_faults(values) + _dark_cover_faults(item, quality, values)
    return faults or _foreign_band_faults(values, min(pixels.gsd.values()))


DETAIL_PIXEL_M = 30
"""Metres; finer pixels are averaged to this size, that of Landsat and of the calibration scenes."""
DETAIL_WINDOW_PX = 5
"""Edge in pixels of the moving mean that is subtracted to leave the fine detail."""
MIN_DETAIL_PIXELS = 1000
"""Fewest pixels for a conclusion: fifty for each term that is fitted."""
MIN_SHARED_DETAIL = {"visible": 0.85, "infrared": 0.7}
"""Share of a band's detail that the other bands must explain: the next twentieth above what any
band of another date reached in the real scenes of ``data/results/mismatched_bands.csv``."""


def min_shared_detail(band: str) -> float:
    """Smallest share of its fine detail that a band must have in common with the others."""
    return MIN_SHARED_DETAIL["visible" if band in VISIBLE_BANDS else "infrared"]


def _aggregated(values: Float32Array, factor: int) -> Float32Array:
    rows, cols = (n // factor * factor for n in values.shape)
    cells = values[:rows, :cols].reshape(rows // factor, factor, cols // factor, factor)
    return np.asarray(cells.mean(axis=(1, 3)))


def shared_detail(bands: dict[str, Float32Array], gsd: float) -> dict[str, float]:
    """Share of each band's fine detail that the other bands explain by linear regression.

    Detail is a pixel minus the mean of the pixels around it. Each band's detail is regressed by
    least squares on that of the others and on its products with their means, since the relation
    of bands differs between, say, a roof and a field.

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
    factor = max(1, round(DETAIL_PIXEL_M / gsd))
    coarse = {band: _aggregated(values, factor) for band, values in bands.items()}
    known = np.logical_and.reduce([np.isfinite(values) for values in coarse.values()])
    interior = ndimage.binary_erosion(known, np.ones((DETAIL_WINDOW_PX, DETAIL_WINDOW_PX), bool))
    if np.count_nonzero(interior) < MIN_DETAIL_PIXELS or len(bands) < 2:
        return {}
    means = {
        band: ndimage.uniform_filter(np.where(known, values, 0.0), DETAIL_WINDOW_PX)
        for band, values in coarse.items()
    }
    detail = {band: (coarse[band] - means[band])[interior] for band in bands}
    level = {band: _standardised(means[band][interior]) for band in bands}
    shares = {}
    for band in bands:
        others = [other for other in bands if other != band]
        terms = [detail[other] for other in others]
        terms += [detail[other] * level[mean] for other in others for mean in others]
        shares[band] = _explained_share(detail[band], np.stack(terms, axis=1))
    return shares


def _standardised(values: Float32Array) -> Float32Array:
    spread = float(values.std())
    return (values - values.mean()) / spread if spread else np.zeros_like(values)


def _explained_share(detail: Float32Array, terms: Float32Array) -> float:
    spread = float(detail.var())
    if not spread:
        return 0.0
    wide = terms.astype(np.float64)
    weights, *_ = np.linalg.lstsq(wide.T @ wide, wide.T @ detail, rcond=None)
    return max(0.0, 1 - float((detail - terms @ weights).var()) / spread)


MAX_FOREIGN_DETAIL = 0.2
"""Share of a band's detail that the others explain, under which it may show another place. In 79
real windows the blue, red and infrared bands of one scene shared at least 0.48, but for one window
without structure; mirrored or shifted ones shared at most 0.29, and nearly all less than 0.1."""
MAX_FOREIGN_STRUCTURE = 0.5
"""Share of its block means that the others explain, under which such a band is of another place;
haze over water has structure in common, but no detail."""


def _explained_structure(means: dict[str, Float32Array], band: str) -> float:
    """Share of a band's block means that those of the others and their products explain."""
    others = [_standardised(means[other]) for other in means if other != band]
    pairs = itertools.combinations_with_replacement(others, 2)
    terms = np.stack([*others, *(one * other for one, other in pairs)], axis=1)
    return _explained_share(means[band] - means[band].mean(), terms - terms.mean(axis=0))


def _foreign_band_faults(reflectance: dict[str, Float32Array], gsd: float) -> list[str]:
    """Find the band that shows another place than the others: neither detail nor structure fits."""
    shares = shared_detail(reflectance, gsd)
    if not shares or min(shares.values()) >= MAX_FOREIGN_DETAIL:
        return []
    band = min(shares, key=lambda band: shares[band])
    known = np.logical_and.reduce([np.isfinite(values) for values in reflectance.values()])
    means = {band: _block_means(values, known) for band, values in reflectance.items()}
    if float(means[band].std()) < MIN_BLOCK_CONTRAST:
        return []
    structure = _explained_structure(means, band)
    if structure >= MAX_FOREIGN_STRUCTURE:
        return []
    return [
        f"{band} shows another place than the other bands: they explain {shares[band]:.2f} of its "
        f"detail and {structure:.2f} of its structure"
    ]


MIN_COVER_SHARE = 0.05
"""Share of the pixels that must be classed as snow or opaque cloud for a conclusion."""
DARK_COVER = 0.08
"""Green reflectance that snow and opaque cloud exceed; both classifications ask for more of it."""


def _dark_cover_faults(
    item: SceneItem, quality: npt.NDArray[Any], reflectance: dict[str, Float32Array]
) -> list[str]:
    """Find a classification of another date or place: snow or cloud where the ground is dark."""
    cover = bright_cover(quality, item.sensor)
    if "b03" not in reflectance or cover.mean() < MIN_COVER_SHARE:
        return []
    level = float(np.nanmedian(np.where(cover, reflectance["b03"], np.nan)))
    if not level < DARK_COVER:
        return []
    return [
        f"the classification calls {cover.mean():.0%} of the pixels snow or cloud, whose green "
        f"reflectance is {level:.2f}"
    ]


MIN_RADAR_CONTRAST_DB = 1.0
"""Standard deviation of block means in decibels under which there is only noise to compare."""
MIN_RADAR_BLOCKS = 50
MIN_RADAR_CORRELATION = 0.3
"""Correlation of the block means of both polarisations in decibels. In 24 real windows with that
contrast, those of one scene had at least 0.52."""


def _radar_structure_faults(pixels: ScenePixels) -> list[str]:
    """Find two polarisations that show different places."""
    if not {"vv", "vh"} <= set(pixels.arrays):
        return []
    values = {band: pixels.arrays[band] for band in ("vv", "vh")}
    known = np.logical_and.reduce(
        [~_missing_mask(pixels, band) & (values[band] > 0) for band in values]
    )
    levels = [10 * np.log10(_block_means(values[band], known)) for band in values]
    if len(levels[0]) < MIN_RADAR_BLOCKS or min(map(np.std, levels)) < MIN_RADAR_CONTRAST_DB:
        return []
    correlation = float(np.corrcoef(levels[0], levels[1])[0, 1])
    if correlation >= MIN_RADAR_CORRELATION:
        return []
    return [f"vv and vh show different places: their correlation is {correlation:.2f}"]


MAX_TYPICAL_BACKSCATTER = 10.0
"""Median of linear backscatter (10 is +10 dB) above which the numbers of a band are none. Water,
soil, plants and towns lie between 0.0001 and 1; more is the echo of single corners, of which no
window consists by half. Digital numbers of a detected product are in the hundreds."""


def _uncalibrated_radar_faults(item: SceneItem, pixels: ScenePixels) -> list[str]:
    """Find bands whose numbers cannot be linear backscatter: digital numbers, or decibels."""
    digital, decibels = [], []
    for band, (scale, offset) in band_calibrations(item).items():
        stored = pixels.arrays[band]
        values = apply_calibration(stored, scale, offset, pixels.nodata[band])
        # 0 is the fill of many products, and no echo that says how numbers were scaled
        known = values[np.isfinite(values) & (stored != 0)]
        if not known.size:
            continue
        typical = float(np.median(known))
        whole = (scale, offset) == (1.0, 0.0) and stored.dtype.kind in "iu"
        found = f"{band} holds {stored.dtype} numbers of typically {typical:.4g}"
        if typical < 0:
            decibels.append(found)
        elif whole or typical > MAX_TYPICAL_BACKSCATTER:
            digital.append(found)
    faults = []
    if digital:
        faults.append(
            f"{', '.join(digital)}, which look like digital numbers; linear backscatter is a "
            f"fraction, typically below {MAX_TYPICAL_BACKSCATTER:g}: order the product calibrated "
            "and terrain-corrected (RTC), or calibrate and terrain-correct it"
        )
    if decibels:
        faults.append(
            f"{', '.join(decibels)}, below 0 as decibels are; give linear backscatter, which is "
            "10^(dB/10)"
        )
    return faults


def unverified_reason(item: SceneItem, pixels: ScenePixels) -> str:
    """Reason why the files of a scene cannot be verified; empty if sizes or pixels verify them.

    Parameters
    ----------
    item : SceneItem
        The scene. If it states the size of every file, the sizes were compared on reading.
    pixels : ScenePixels
        What was read.

    Returns
    -------
    str
        For the inventory; empty if the sizes or the pixels themselves verify the files.
    """
    if all(asset.size for asset in item.assets.values()):
        return ""
    no_size = "the item states no size to verify its files by"
    if item.sensor == SENTINEL_1:
        return f"{no_size}, and the bands of radar have no detail in common"
    values = {
        band: apply_calibration(pixels.arrays[band], *number, pixels.nodata[band])
        for band, number in band_calibrations(item).items()
        if band != QUALITY
    }
    shares = shared_detail(values, min(pixels.gsd.values()))
    if not shares:
        return f"{no_size}, and too few pixels are known to compare its bands"
    doubtful = {band: share for band, share in shares.items() if share < min_shared_detail(band)}
    if not doubtful:
        return ""
    listed = ", ".join(f"{band} {share:.2f}" for band, share in sorted(doubtful.items()))
    return f"{no_size}, and a band of another day might share as much of its detail: {listed}"
