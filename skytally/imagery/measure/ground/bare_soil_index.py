"""Bare soil index of a piece of ground, image by image."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skytally.core import DataError, evidence_line_name_constants as n
from skytally.imagery.clear_sky import SNOW, hidden, screen
from skytally.imagery.cube import (
    Bools,
    CubeSource,
    Floats,
    Frame,
    Window,
    bounding_window,
    check_mask,
    iter_frames,
)
from skytally.imagery.measure.coregistered_difference_from_reference import SNOWED, ring_hidden
from skytally.imagery.measure.observation_and_evidence_line import Observation, unclear_observation

INDEX_LAYERS = ("b02", "b03", "b04", "b08", "b11")
"""Bands of the soil, vegetation and snow indices."""
SOIL_INDEX_BANDS = ("b02", "b04", "b08", "b11")
"""Bands of the bare soil index alone."""
COARSE_FACTOR = 4.0
"""Pixels of 10 m in one of b11: they share its light, and count as one (METHODS trap T13)."""
MIN_CLEAR_GROUND = 0.7
"""Share of the ground that must be clear (METHODS 6.2)."""
MAX_SNOW_INDEX = 0.2
"""Snow index of the ground above which the image is left out (METHODS 6.2)."""
INDEX_FLOOR = 0.005
"""Least standard error of an index over any ground: the calibration of one band against another
to about 1 percent."""


def soil_index(b02: Floats, b04: Floats, b08: Floats, b11: Floats) -> Floats:
    """Bare soil index.

    Parameters
    ----------
    b02, b04, b08, b11 : ndarray
        Reflectance of blue, red, near and short-wave infrared.

    Returns
    -------
    ndarray
        ``((b11 + b04) - (b08 + b02)) / ((b11 + b04) + (b08 + b02))`` (METHODS 6.1), -1 to 1.

    Examples
    --------
    >>> band = [np.array([each], np.float32) for each in (0.1, 0.2, 0.2, 0.3)]
    >>> soil_index(*band).round(3).tolist()
    [0.25]
    """
    warm, cool = b11 + b04, b08 + b02
    total = warm + cool
    warm -= cool
    return np.divide(warm, total, out=warm, where=total > 0)


@dataclass(frozen=True)
class GroundObservation:
    """What one image says of one piece of ground."""

    time: np.datetime64
    """Acquisition, UTC."""
    item_id: str
    """Name of the scene."""
    bare: float
    """Mean bare soil index of the clear pixels, NaN when the image cannot tell."""
    error: float
    """Its standard error from pixel to pixel, NaN when the image cannot tell."""
    bright: float
    """Mean reflectance of the visible bands, NaN when the image cannot tell."""
    clear_share: float
    """Share of the ground that is clear, 0 to 1."""
    reason: str
    """Why the image cannot tell; empty when it can."""
    group: str
    """Sensor, orbit, direction and processor."""
    flags: tuple[str, ...] = ()
    """Those of the screening, and ``snow``."""
    screening_reason: str = ""
    """Why the clear-sky screening refused the image; empty where it passed."""

    def row(self) -> Observation:
        """Row of a line of evidence, unit ``refl``."""
        details = {"clear_share": self.clear_share, "bright": self.bright}
        if self.reason or self.screening_reason:
            return unclear_observation(
                self.time,
                self.reason,
                unit="refl",
                item_id=self.item_id,
                flags=self.flags,
                group=self.group,
                details=details,
                screening_reason=self.screening_reason,
            )
        reach = 1.645 * self.error
        return Observation(
            self.time, self.item_id, self.bare, self.bare - reach, self.bare + reach, "refl",
            1.0, 0.0, n.COUNTED, "", self.flags, self.group, details,
        )  # fmt: skip


def _mean(values: Floats) -> float:
    return float(values.mean(dtype=np.float64))


def _observed(frame: Frame, ground: Bools, pixels: int) -> GroundObservation:
    """Measure the index over the clear pixels of a window that holds the ground."""
    values = frame.values[:, ground]
    good = np.isfinite(values[0])
    for layer in values[1:]:
        good &= np.isfinite(layer)
    if frame.scl is not None:
        good &= ~hidden(frame.scl[ground])
    clear = float(np.count_nonzero(good)) / pixels
    nan = math.nan
    flags = () if frame.screening is None else frame.screening.flags

    def unclear(reason: str, *own: str) -> GroundObservation:
        return GroundObservation(
            frame.time, frame.item_id, nan, nan, nan, clear, reason, frame.group, (*flags, *own)
        )

    if clear < MIN_CLEAR_GROUND:
        return unclear(f"only {clear:.0%} of the ground is clear; {MIN_CLEAR_GROUND:.0%} is needed")
    if not good.all():
        values = values[:, good]
    bands = dict(zip(frame.layers, values, strict=True))
    if "b03" in bands:
        green, short = _mean(bands["b03"]), _mean(bands["b11"])
        if (green - short) / max(green + short, 1e-6) > MAX_SNOW_INDEX:
            return unclear("snow on the ground", SNOW)
    seen = [bands[word] for word in ("b02", "b03", "b04") if word in bands]
    bright = sum(_mean(each) for each in seen) / len(seen)
    index = soil_index(*(bands[word] for word in SOIL_INDEX_BANDS))
    several = max(index.size / COARSE_FACTOR, 1.0)
    error = math.hypot(float(index.std(dtype=np.float64)) / math.sqrt(several), INDEX_FLOOR)
    return GroundObservation(
        frame.time, frame.item_id, _mean(index), error, bright, clear, "", frame.group, flags
    )


def _refused(frame: Frame, ring: Bools | None) -> GroundObservation | None:
    """Row of an image of which the sky, or snow, hides the ground; None where it may be read."""
    nan = math.nan
    answer = frame.screening if ring is None else screen(frame, ring)
    if answer is None:
        return None
    reason = "" if ring is None or not answer.usable else ring_hidden(frame, ring)
    if answer.usable and SNOW in answer.flags:
        reason = SNOWED
    if answer.usable and not reason:
        return None
    return GroundObservation(
        frame.time, frame.item_id, nan, nan, nan, nan, reason, frame.group,
        answer.flags, answer.reason,
    )  # fmt: skip


def bare_soil_series(
    source: CubeSource,
    ground: npt.ArrayLike,
    *,
    ring: npt.ArrayLike | None = None,
    layers: tuple[str, ...] = INDEX_LAYERS,
) -> Iterator[GroundObservation]:
    """Measure in each image how bare a piece of ground is.

    Parameters
    ----------
    source : xarray.Dataset or iterable of xarray.Dataset
        A cube of reflectance, lazy or not, or images in the order of time.
    ground : array_like of bool, dims (y, x)
        One object: a field, a row of pits. Its mean is followed, never a pixel.
    ring : array_like of bool, dims (y, x), optional
        Stable ground around it, which judges the sky; without it only the ground itself does.
    layers : tuple of str
        Bands; `SOIL_INDEX_BANDS` where green is missing, and then snow is not recognised by its
        colour.

    Yields
    ------
    GroundObservation
        One an image, with a reason where it cannot tell.

    Raises
    ------
    DataError
        As `iter_frames` and `check_mask`; and if
        a band of the index is missing from `layers`.
    """
    missing = [word for word in SOIL_INDEX_BANDS if word not in layers]
    if missing:
        message = f"layers {', '.join(layers)}: {', '.join(missing)} missing; the index needs them"
        raise DataError(message)
    window: Window | None = None
    for frame in iter_frames(source, layers=layers):
        if window is None:
            shape = (frame.values.shape[1], frame.values.shape[2])
            inside_mask = check_mask(ground, shape, what="ground")
            around = None if ring is None else check_mask(ring, shape, what="stable ring")
            window = bounding_window(inside_mask)
            inside, pixels = inside_mask[window], int(np.count_nonzero(inside_mask))
            wide = window if around is None else bounding_window(around)
        refused = _refused(frame.crop(wide), None if around is None else around[wide])
        yield refused or _observed(frame.crop(window), inside, pixels)
