"""Whether a look tells something: judged on the stable ring, never on the target itself.

A ship is bright and may pass for cloud; so what is asked is whether the ground round the target
was in clear view (METHODS T8, T9, T10), and whether the numbers are what they claim to be (T1).
"""

from __future__ import annotations

import functools
import hashlib
import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from skytally.imagery.acquire.chip_manifest import Manifest
from skytally.imagery.acquire.pixel_classes import Classes, Mask, classes
from skytally.imagery.acquire.radiometry import Floats, audit, physical
from skytally.imagery.acquire.stac.scene_items import QUALITY
from skytally.imagery.cube.stored_cubes import cell_of, on_site
from skytally.imagery.sites.site_register import Site, mask

CLEAR_AT_LEAST = 0.8
"""Share of the ring in clear view from which a look is usable (METHODS T8)."""
HAZE = 0.05
"""Blue reflectance of the ring above its usual one from which a look is hazy (METHODS T8)."""
FEWEST_LOOKS = 5
"""Clear looks from which the usual blue of a ring is known."""
SNOW_INDEX, SNOW_BRIGHT, MOST_SNOW = 0.4, 0.1, 0.1
"""Snow index and green reflectance of a snowy pixel, share of the ring under snow from which
rail and earthworks cannot be read (METHODS T10)."""
QUAYSIDE = ("berth", "quay")
"""Outlines whose sites stay readable under thin snow, for ships."""
TARGETS = ("berth", "quay", "track", "pit_area")
"""Outlines that are kept out of a ring that nobody has drawn."""
DRAWING = threading.Lock()
"""Held while outlines are drawn."""
CAUSES = {"cloud": "cloud", "shadow": "cloud shadow", "snow": "snow", "void": "no data"}
"""What hides the ground, as reasons name it."""


@dataclass(frozen=True)
class Ring:
    """One look, measured on the ring."""

    sha256: str
    """Hash of the chip that was measured."""
    sensor: str
    """Sensor and processor, of which the usual blue is one each."""
    classified: bool
    """Whether the sensor has a classification; without one only no data are known."""
    clear: float
    """Share of the ring in clear view."""
    cloud: float
    """Share under cloud."""
    shadow: float
    """Share in cloud shadow."""
    snow: float
    """Share classified as snow."""
    void: float
    """Share without data."""
    snow_index: float
    """Share whose snow index says snow, cloud and water left out."""
    blue: float | None
    """Median blue reflectance where the ring is clear, or None."""
    audit: tuple[str, ...]
    """What contradicts the declared offset, one sentence each."""


@dataclass(frozen=True)
class _Drawn:
    """A site that is told from others by what is drawn on it."""

    drawing: str
    site: Site = field(compare=False)


@functools.lru_cache(maxsize=256)
def _burnt(drawn: _Drawn, kinds: tuple[str, ...], gsd: float) -> Mask:
    found: Mask = np.logical_or.reduce([mask(drawn.site, kind, gsd=gsd) for kind in kinds])
    found.flags.writeable = False
    return found


def _any(site: Site, kinds: Iterable[str], *, gsd: float) -> Mask | None:
    """Give the pixels in outlines of any of the kinds, drawn once; None where there are none."""
    there = {outline.kind for outline in site.outlines} & set(kinds)
    if not there:
        return None
    # rasterio mutes a warning while it draws, which threads must not do at the same time
    with DRAWING:
        return _burnt(_Drawn(drawing(site), site), tuple(sorted(there)), gsd)


def stable_ring(site: Site, *, gsd: float) -> Mask:
    """Give the pixels on which a look is judged: the stable outlines, or all but the targets."""
    drawn = _any(site, ("stable",), gsd=gsd)
    if drawn is not None and drawn.any():
        return drawn
    targets = _any(site, TARGETS, gsd=gsd)
    every = np.ones(site.grid.shape(gsd), bool)
    return every if targets is None or targets.all() else np.logical_not(targets)


def _share(what: Mask, ring: Mask) -> float:
    return round(float(what[ring].mean()), 6)


def _snow_index(values: Mapping[str, Floats], seen: Classes, ring: Mask) -> float:
    if not {"b03", "b11"} <= set(values):
        return 0.0
    green, infrared = values["b03"], values["b11"]
    with np.errstate(divide="ignore", invalid="ignore"):
        index = (green - infrared) / (green + infrared)
    snowy = (index > SNOW_INDEX) & (green > SNOW_BRIGHT)
    return _share(snowy & ~seen.cloud & ~seen.water & ~seen.void, ring)


def measure(manifest: Manifest, arrays: Mapping[str, npt.NDArray[Any]], site: Site) -> Ring:
    """Measure one look on the ring of its site.

    Parameters
    ----------
    manifest : Manifest
        Of the look.
    arrays : mapping of str to numpy.ndarray, dims (y, x)
        Its stored numbers, as `skytally.imagery.acquire.chip_store.get` gives them.
    site : Site
        Its outlines.

    Returns
    -------
    Ring

    Raises
    ------
    DataError
        If the chip does not fit the site's grid.
    """
    cell = cell_of(manifest, site)
    laid = on_site(arrays, manifest, site, fill=manifest.nodata)
    ring, water = stable_ring(site, gsd=cell), _any(site, ("openwater",), gsd=cell)
    values = {
        band: physical(laid[band], manifest.scale[band], manifest.offset[band], number)
        for band, number in manifest.nodata.items()
        if band != QUALITY
    }
    absent: Mask = np.logical_not(np.isfinite(np.stack(list(values.values()))).all(axis=0))
    seen = classes(laid[QUALITY], manifest.sensor) if QUALITY in laid else None
    if seen is None:
        void = _share(absent, ring)
        sensor = f"{manifest.sensor} {manifest.processor}"
        return Ring(manifest.sha256, sensor, False, 1 - void, 0, 0, 0, void, 0, None, ())
    sound = ring & seen.clear & ~absent
    blue = float(np.median(values["b02"][sound])) if "b02" in values and sound.any() else None
    return Ring(
        sha256=manifest.sha256,
        sensor=f"{manifest.sensor} {manifest.processor}",
        classified=True,
        clear=_share(seen.clear & ~absent, ring),
        cloud=_share(seen.cloud, ring),
        shadow=_share(seen.shadow, ring),
        snow=_share(seen.snow, ring),
        void=_share(seen.void | absent, ring),
        snow_index=_snow_index(values, seen, ring),
        blue=None if blue is None else round(blue, 6),
        audit=tuple(audit(values, seen, open_water=water)),
    )


def usual_blue(rings: Iterable[Ring]) -> dict[str, float]:
    """Give the median blue of the clear looks, one number a sensor and processor.

    Parameters
    ----------
    rings : iterable of Ring
        All looks of one site.

    Returns
    -------
    dict of str to float
        Sensors with fewer than `FEWEST_LOOKS` clear looks are absent.
    """
    clear: dict[str, list[float]] = {}
    for ring in rings:
        if ring.blue is not None and ring.clear >= CLEAR_AT_LEAST and not ring.audit:
            clear.setdefault(ring.sensor, []).append(ring.blue)
    return {k: float(np.median(v)) for k, v in clear.items() if len(v) >= FEWEST_LOOKS}


def reason(ring: Ring, site: Site, *, usual: Mapping[str, float]) -> str:
    """Say why a look is not usable, nothing if it is.

    Parameters
    ----------
    ring : Ring
        The look.
    site : Site
        Its outlines tell whether ships or the ground are read.
    usual : mapping of str to float
        From `usual_blue`.

    Returns
    -------
    str
        ``<class>: <detail>``, or empty.

    References
    ----------
    METHODS T1, T8, T10.
    """
    if ring.audit:
        more = f"; and {len(ring.audit) - 1} more" if len(ring.audit) > 1 else ""
        return f"radiometric audit: {ring.audit[0]}{more}"
    if ring.clear < CLEAR_AT_LEAST:
        word = max(CAUSES, key=lambda each: getattr(ring, each))
        return f"{CAUSES[word]}: {getattr(ring, word):.0%} of the ring, {ring.clear:.0%} clear"
    known = usual.get(ring.sensor)
    if known is not None and ring.blue is not None and ring.blue >= known + HAZE:
        return f"haze: blue of the ring is {ring.blue:.3f}, usually {known:.3f}"
    for_ships = any(outline.kind in QUAYSIDE for outline in site.outlines)
    if ring.snow_index >= MOST_SNOW and not for_ships:
        return f"snow: index above {SNOW_INDEX} in {ring.snow_index:.0%} of the ring"
    return ""


def drawing(site: Site) -> str:
    """Give a hash of all that a measurement on the ring depends on but the pixels."""
    told = json.dumps([asdict(outline) for outline in site.outlines], sort_keys=True)
    grid = f"{site.grid.epsg} {site.grid.bounds}"
    return hashlib.sha256(f"{grid} {told}".encode()).hexdigest()
