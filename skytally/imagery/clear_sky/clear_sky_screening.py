"""Clear-sky screening: whether one image can be used over a site, decided here and nowhere else.

An image is judged by the stable ground and the open water of its site, never by the target
itself: a ship is bright and may pass for cloud (METHODS T8). Images that are stored are judged
once, at acquisition (`skytally.imagery.clear_sky.stored_image_screening_cache`), and the
measures take that answer; images that never were stored, the simulated ones, are judged by
`screen`, which applies the same thresholds through the same functions.

Where the rules of acquisition and of the measures once differed, the sounder one was kept:

* the calibration is refused as not applied where open water is too bright in red *and* near
  infrared (silt brightens red alone), and the water must be darker in near infrared than in blue;
* snow must be bright in green and near infrared as well as of a high index, so that water and
  shaded ground are no snow; only berths stay readable under it, since stacks on a quay do not;
* the ring is compared with clear images of the same group and season, not of all orbits and
  months: a low winter sun is no cloud shadow.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.imagery.acquire import LANDSAT, SENTINEL_2, PixelClasses, decode_classification
from skytally.imagery.cube import Floats, Frame, Screening, finite_pixels, medians, subsample

Bools = npt.NDArray[np.bool_]
Bands = Mapping[str, npt.NDArray[np.floating]]
"""Reflectance by band, all of one shape."""

MIN_CLEAR_SHARE = 0.8
"""Share of the ring in clear view from which an image is usable (METHODS T8)."""
CLOUD_RISE = 0.05
"""Rise of the ring's blue reflectance over its usual one that only cloud or thick haze makes
(METHODS T8)."""
HAZE_RISE = 0.03
"""The same for thin haze, reflectance: the image is used with wider noise (METHODS T8)."""
SHADOW_FALL = -0.015
"""Fall of the ring's reflectance in every band that a cloud's shadow makes (METHODS T9)."""
SNOW_INDEX, SNOW_INFRARED, SNOW_GREEN = 0.4, 0.11, 0.10
"""NDSI and near infrared reflectance above which a pixel is snow, the second telling it from water
(Hall et al. 1995, DOI 10.1016/0034-4257(95)00137-P); and green reflectance, which tells it from
shaded ground (METHODS T10)."""
SNOW_SHARE = 0.10
"""Share of the ring under snow from which the image is a winter one (METHODS T10)."""
MAX_WATER_P5, MIN_WATER_P5 = 0.08, -0.04
"""5th percentile of red and near infrared over deep clear water: from the first on, in both bands,
the offset of -0.1 was not applied; below the second, in either, it was applied twice, while the
noise of dark water stays above (METHODS T1)."""
USUAL_WATER_P5 = 0.05
"""Upper end of the same percentile over usual water (METHODS T1)."""
GLINT = 0.06
"""Median near infrared of open water above which the sun's glint is in the image."""
SWAPPED_BANDS = 0.02
"""Reflectance by which near infrared over water may exceed blue: water absorbs the infrared."""
MAX_VEGETATION_RED_P5 = 0.12
"""5th percentile of red over vegetation from which the calibration is refused (METHODS T1)."""
MIN_REFLECTANCE, MAX_SHARE_BELOW = -0.01, 0.2
"""Reflectance below which a clear pixel is impossible, and the share of such pixels from which the
calibration is refused (METHODS T1)."""
MIN_AUDIT_PIXELS, MIN_WATER_PIXELS = 200, 20
"""Pixels below which vegetation and impossible values, and below which water, are not audited: of
20 the 5th percentile is the darkest but one."""
SHORE_MARGIN_PX = 3
"""Pixels by which open water is kept off its outline and off what is not water."""
MIN_USUAL = 5
"""Clear images of one group from which its usual ring is known."""
SEASON_DAYS = 45.0
"""Days of the year to either side that count as the same season (METHODS T11)."""
MAX_RING_PIXELS = 6_000
"""Ring pixels over which the median of a change is taken: it then errs by a sixtieth of a pixel's
noise."""

HAZE, SHADOW, SNOW, NOT_DRAWN = "haze", "shadow", "snow", "ring-not-drawn"
"""Flags of a screening, beside ``glint``, ``water-bright`` and ``not-audited``."""
CLASSIFIED_SENSORS = (SENTINEL_2, LANDSAT)
"""Sensors whose images come with a classification; one without it was never searched for clouds."""
NO_MASK = "no cloud mask: clouds were not looked for"
"""Why an image of those cannot be used: that is not the same as clear (METHODS T8)."""
READABLE_UNDER_SNOW = ("berth",)
"""Kinds of outline that thin snow does not hide."""
HIDDEN_CLASSES: Bools = np.isin(np.arange(256), (0, 1, 3, 8, 9, 10, 11))
"""Whether a Sentinel-2 scene class hides the ground, by its number (METHODS T8)."""
OBSCURING = {"cloud": "cloud", "shadow": "cloud shadow", "snow": "snow", "void": "no data"}
"""Shares of a ring that hide the ground, as reasons name them."""


@dataclass(frozen=True)
class Audit:
    """Check of an image's calibration."""

    faults: tuple[str, ...] = ()
    """What contradicts the declared calibration, one sentence each; empty when it passed."""
    flags: tuple[str, ...] = ()
    """``glint``, ``water-bright``, ``not-audited``."""


@dataclass(frozen=True)
class RingStatistics:
    """What the stable ground and the open water of a site show in one image."""

    group: str
    """Sensor, orbit, direction and processor, within which images are compared (METHODS T3)."""
    time: str
    """Acquisition, ISO 8601, UTC."""
    classified: bool
    """Whether the sensor has a classification; without one only missing data are known."""
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
    snow_share: float
    """Share under snow by its index, by its class where the bands of the index are missing."""
    levels: Mapping[str, float]
    """Median reflectance of the clear ring by band; empty where nothing is clear."""
    audit: Audit = Audit()
    """Check of the calibration."""
    drawn: bool = True
    """Whether the user drew the ring; otherwise it was laid around the targets."""
    sha256: str = ""
    """Hash of the chip that was measured, empty where there is none."""
    sensor: str = ""
    """Sensor of the stored image; empty for one that never was stored."""


def _percentile5(values: npt.NDArray[np.floating], *, least: int) -> float:
    known = values[np.isfinite(values)]
    return float(np.percentile(known, 5)) if known.size >= least else math.nan


def water_audit(water: Bands) -> Audit:
    """Check the calibration by deep clear water (METHODS T1).

    Parameters
    ----------
    water : mapping of str to ndarray, dims (pixel)
        Reflectance by band of clear open water, well away from quays and shoals.

    Returns
    -------
    Audit
        Flagged ``not-audited`` without the bands b02, b04 and b08 or with fewer than
        `MIN_WATER_PIXELS` pixels.

    Notes
    -----
    Over deep water red and near infrared are close to nothing; an offset that is declared but
    not in the pixels, or in them but not declared, moves both by a tenth. Silt lifts b04 to 0.1
    and more, but hardly ever b08, so that water counts as too bright in both bands only.
    """
    if not {"b02", "b04", "b08"} <= set(water):
        return Audit(flags=("not-audited",))
    read = np.isfinite(np.stack([water[band] for band in water])).all(axis=0)
    if np.count_nonzero(read) < MIN_WATER_PIXELS:
        return Audit(flags=("not-audited",))
    low = {band: float(np.percentile(water[band][read], 5)) for band in ("b04", "b08")}
    blue, infrared = (float(np.median(water[band][read])) for band in ("b02", "b08"))
    bright = max(low.values()) > USUAL_WATER_P5
    pairs = (("glint", infrared > GLINT), ("water-bright", bright))
    flags = tuple(flag for flag, holds in pairs if holds)
    why = ""
    if min(low.values()) >= MAX_WATER_P5:
        why = "the offset of the processing baseline was not applied, or cloud covers the water"
    elif min(low.values()) < MIN_WATER_P5:
        why = "an offset was applied twice"
    beyond = [band for band, p5 in low.items() if p5 >= MAX_WATER_P5 or p5 < MIN_WATER_P5]
    faults = [f"5th percentile of {band} over open water is {low[band]:.3f}: {why}"
              for band in beyond if why]  # fmt: skip
    if not why and infrared > blue + SWAPPED_BANDS:
        faults.append(
            "open water is brighter in b08 than in b02: bands in another order, or no water"
        )
    return Audit(tuple(faults), flags)


def calibration_audit(values: Bands, classes: PixelClasses, *, water: Bools | None) -> Audit:
    """Check the calibration by open water, by vegetation and by impossible values (METHODS T1).

    Parameters
    ----------
    values : mapping of str to ndarray
        Reflectance by band, all pixels of one image.
    classes : PixelClasses
        Classification of the same pixels.
    water : ndarray of bool, optional
        The open water that the user drew; only what lies off its edge and off what is not
        classified as water is looked at.

    Returns
    -------
    Audit
    """
    audit = Audit(flags=("not-audited",))
    if water is not None:
        deep = ndimage.binary_erosion(classes.water & water, iterations=SHORE_MARGIN_PX)
        audit = water_audit({band: each[deep] for band, each in values.items()})
    faults = list(audit.faults)
    for band, each in values.items():
        known = each[classes.clear & np.isfinite(each)]
        if known.size < MIN_AUDIT_PIXELS:
            continue
        below = float((known < MIN_REFLECTANCE).mean())
        if below > MAX_SHARE_BELOW:
            faults.append(f"{below:.0%} of the clear pixels of {band} are below {MIN_REFLECTANCE}")
    if "b04" in values:
        red = _percentile5(values["b04"][classes.plants], least=MIN_AUDIT_PIXELS)
        if red >= MAX_VEGETATION_RED_P5:
            faults.append(f"5th percentile of b04 over vegetation is {red:.3f}")
    return Audit(tuple(faults), audit.flags)


def snow_pixels(values: Bands, classes: PixelClasses | None) -> Bools | None:
    """Pixels under snow by its index; None where the bands of the index are missing."""
    if not {"b03", "b08", "b11"} <= set(values):
        return None
    green, infrared = values["b03"], values["b11"]
    index = (green - infrared) / np.maximum(green + infrared, np.float32(1e-6))
    snow = (index > SNOW_INDEX) & (values["b08"] > SNOW_INFRARED) & (green > SNOW_GREEN)
    return np.asarray(snow if classes is None else snow & ~classes.cloud & ~classes.water)


def _share(part: Bools) -> float:
    return float(np.count_nonzero(part)) / max(part.size, 1)


def on_ring(
    values: Bands, classes: PixelClasses | None, *, group: str, time: str
) -> tuple[RingStatistics, Bools]:
    """Statistics of a ring and which of its pixels are clear.

    Parameters
    ----------
    values : mapping of str to ndarray, dims (pixel)
        Reflectance, or backscatter, of the ring's pixels by band.
    classes : PixelClasses or None
        Their classification; None for a sensor or a cube without one.
    group, time : str
        As in `RingStatistics`.

    Returns
    -------
    tuple of RingStatistics and ndarray of bool, dims (pixel)
        Statistics without levels and audit.
    """
    clear: Bools = np.asarray(np.isfinite(np.stack(list(values.values()))).all(axis=0))
    absent: Bools = np.logical_not(clear)
    snow = snow_pixels(values, classes)
    if classes is None:
        cloud = shadow = classified_snow = 0.0
    else:
        clear &= classes.clear
        absent |= classes.void
        cloud, shadow, classified_snow = map(_share, (classes.cloud, classes.shadow, classes.snow))
    statistics = RingStatistics(
        group=group,
        time=time,
        classified=classes is not None,
        clear=_share(clear),
        cloud=cloud,
        shadow=shadow,
        snow=classified_snow,
        void=_share(absent),
        snow_share=classified_snow if snow is None else _share(snow),
        levels={},
    )
    return statistics, clear


def screening_from_statistics(
    image: RingStatistics,
    *,
    offset: Mapping[str, float],
    usual_blue: float = math.nan,
    snow_hides: bool = False,
) -> Screening:
    """Decide from its statistics whether an image can be used.

    Parameters
    ----------
    image : RingStatistics
        What the ring and the open water show.
    offset : mapping of str to float
        Reflectance of the ring beyond its usual one by band; empty where that is not known.
    usual_blue : float
        Usual reflectance of the ring in b02, for the sentence.
    snow_hides : bool
        Whether nothing at the site can be read under snow; otherwise snow is a flag only, and
        the measures that it stops refuse the image themselves.

    Returns
    -------
    Screening

    References
    ----------
    METHODS T1, T8, T9, T10.
    """
    rise, snowy = offset.get("b02", math.nan), image.snow_share >= SNOW_SHARE
    darker = bool(offset) and max(offset.values()) < SHADOW_FALL
    found = {HAZE: rise > HAZE_RISE, SHADOW: darker, SNOW: snowy, NOT_DRAWN: not image.drawn}
    reason = ""
    if image.clear < MIN_CLEAR_SHARE:
        cause = max(OBSCURING, key=lambda word: float(getattr(image, word)))
        reason = (
            f"{OBSCURING[cause]}: {getattr(image, cause):.0%} of the ring, {image.clear:.0%} clear"
        )
    elif image.sensor in CLASSIFIED_SENSORS and not image.classified:
        reason = NO_MASK
    elif image.audit.faults:
        first, *more = image.audit.faults
        reason = f"radiometric audit: {first}" + (f"; and {len(more)} more" if more else "")
    elif rise >= CLOUD_RISE:
        reason = f"haze: blue of the ring is {usual_blue + rise:.3f}, usually {usual_blue:.3f}"
    elif snowy and snow_hides:
        reason = f"snow: on {image.snow_share:.0%} of the ring"
    return Screening(
        usable=not reason,
        reason=reason,
        flags=(*(flag for flag, holds in found.items() if holds), *image.audit.flags),
        clear_share=image.clear if image.classified else math.nan,
        offset=dict(offset),
    )


def hidden(scl: npt.NDArray[np.uint8]) -> Bools:
    """Pixels whose scene class hides the ground: no data, defective, shadow, cloud, snow."""
    return np.asarray(HIDDEN_CLASSES[scl])


def _clear_ring(frame: Frame, ring: Bools) -> tuple[npt.NDArray[np.intp], Bools]:
    """Pixels of the ring, and which of them are clear."""
    where = np.flatnonzero(ring)
    clear = finite_pixels(frame.values).ravel()[where]
    if frame.scl is not None:
        clear &= ~hidden(frame.scl.ravel()[where])
    return where, clear


def ring_offset(frame: Frame, ring: Bools, level: Floats) -> dict[str, float]:
    """Median change of the clear ring against a reference, by layer.

    Parameters
    ----------
    frame : Frame
        The image.
    ring : ndarray of bool, dims (y, x)
        Stable ground.
    level : ndarray of float32, dims (layer, y, x)
        The reference of the image's group.

    Returns
    -------
    dict of str to float
        Reflectance; empty where nothing of the ring is clear.
    """
    where, clear = _clear_ring(frame, ring)
    if not clear.any():
        return {}
    use = subsample(where[clear], MAX_RING_PIXELS)
    now, usual = (each.reshape(len(each), -1).take(use, axis=1) for each in (frame.values, level))
    return dict(zip(frame.layers, map(float, medians(now - usual)), strict=True))


def clear_ring_share(frame: Frame, ring: Bools) -> float:
    """Share of a ring that is read and, where the frame has classes, clear by them."""
    return _share(_clear_ring(frame, ring)[1])


def frame_water_audit(frame: Frame, water: Bools) -> Audit:
    """Check the calibration of a frame by open water, as `water_audit`.

    Parameters
    ----------
    frame : Frame
        The image.
    water : ndarray of bool, dims (y, x)
        Open water, well away from quays and shoals.

    Returns
    -------
    Audit
    """
    values = frame.values[:, water]
    if frame.scl is not None:
        values = values[:, ~hidden(frame.scl[water])]
    return water_audit(dict(zip(frame.layers, values, strict=True)))


def screen(
    frame: Frame, ring: Bools, *, level: Floats | None = None, audit: Audit | None = None
) -> Screening:
    """Answer of the screening that a frame carries, or, if it never was stored, a fresh one.

    Parameters
    ----------
    frame : Frame
        The image.
    ring : ndarray of bool, dims (y, x)
        Stable ground without the target: as drawn, or as from
        `ring_mask`.
    level : ndarray of float32, dims (layer, y, x), optional
        The reference of the image's group, its usual ring; without it haze is not told.
    audit : Audit, optional
        From `frame_water_audit`; without it the calibration is not audited.

    Returns
    -------
    Screening
    """
    if frame.screening is not None:
        return frame.screening
    where = np.flatnonzero(ring)
    values = dict(
        zip(frame.layers, frame.values.reshape(len(frame.layers), -1)[:, where], strict=True)
    )
    seen = (
        None if frame.scl is None else decode_classification(frame.scl.ravel()[where], SENTINEL_2)
    )
    statistics, _ = on_ring(values, seen, group=frame.group, time=str(frame.time))
    offset = {} if level is None else ring_offset(frame, ring, level)
    usual = math.nan
    if level is not None and "b02" in offset:
        usual = float(np.nanmedian(level[frame.layers.index("b02")][ring]))
    return screening_from_statistics(
        replace(statistics, audit=audit or Audit()), offset=offset, usual_blue=usual
    )
