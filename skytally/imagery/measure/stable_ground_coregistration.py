"""Co-registration of an image to its reference by stable ground, never by the target."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from skytally.imagery.cube import Bools, Floats, PixelIndices, median, quantiles, subsample_mask

Doubles = npt.NDArray[np.float64]
Taps = list[tuple[int, float]]
"""Places to draw from, and their weights."""

MAX_SHIFT_M = 12.0
"""An image displaced by more is refused: it is the 95 percent bound of unrefined Sentinel-2
products (METHODS trap T2), so a larger shift is another fault."""
MAX_ROUNDS = 4
"""Most rounds of the linear fit; a shift of one pixel settles in three."""
SETTLED_PIXELS = 0.01
"""Pixels of further shift below which the rounds stop: a tenth of what the test asks for."""
FLOOR_METRES = 1.0
"""What remains after a good fit: a tenth of a pixel of distortion inside the scene."""
UNALIGNED_METRES = 6.0
"""Spread of the position of an image that could not be aligned (METHODS section 10, unrefined)."""
MAX_ERROR_PIXELS = 0.3
"""Standard error in pixels above which a fit says less than the 3 m between images of one orbit."""
SMOOTH = 1.0
"""Pixels by which both images are smoothed before the fit: it keeps the structure of the ground,
which the sensor has blurred by half a pixel, and takes most of the noise out of its slopes."""
REACH = 4
"""Pixels from which the smoothing and the shift draw."""
NOISE_SLOPE = 0.03
"""Mean square slope, over the square of the residual, that the noise of a reference alone
reaches at most: 0.04 by the smoothing, a fifth for a median of 8 images, four times for safety."""
STRIP = 32_768
"""Pixels moved at once: some copies of them fit into the cache of one processor."""
MAX_STABLE_PIXELS = 6_000
"""Stable pixels that are looked at: they know the shift to a hundredth of a pixel already."""
MIN_STABLE_PIXELS = 50
"""Stable pixels below which four unknowns are not fitted robustly."""
TRIMMED = (0.02, 0.98)
"""Quantiles at which residuals are cut off when a shift is judged."""
HUBER = 2.5
"""Robust spreads beyond which a residual is weighed down; keeps moving objects from pulling."""
CORRELATION = 2.0
"""Neighbouring pixels share blur and noise: the standard error is larger than of independent
ones by about the square root of the pixels in one blur, 2 for a spread of half a pixel."""

ALIGNED, KEPT, REFUSED = "aligned", "kept", "refused"


@dataclass(frozen=True)
class Registration:
    """How an image lies against its reference."""

    rows: float
    """Shift to apply along y, in pixels, positive down."""
    columns: float
    """Shift to apply along x, in pixels, positive right."""
    metres: float
    """Length of the shift found."""
    sigma_m: float
    """Standard deviation of what remains after the shift, each axis, in metres."""
    residual: float
    """Root mean square of what the fit leaves, over that before it; below 1 if it helped."""
    state: str
    """``align``, ``kept`` (used as it lies, with a wide `sigma_m`) or ``refused``."""
    reason: str
    """Why it was not aligned; empty otherwise."""


def _keys(distance: Doubles) -> Doubles:
    d = np.abs(distance)
    near = 1.5 * d**3 - 2.5 * d**2 + 1.0
    far = -0.5 * d**3 + 2.5 * d**2 - 4.0 * d + 2.0
    return np.where(d <= 1, near, np.where(d < 2, far, 0.0))


def shift_image(values: Floats, rows: float, columns: float) -> Floats:
    """Move an image by a part of a pixel with cubic convolution.

    Parameters
    ----------
    values : ndarray of float32, dims (..., y, x)
        Image; a missing pixel makes only its neighbours missing.
    rows, columns : float
        Shift in pixels, positive down and to the right.

    Returns
    -------
    ndarray of float32
        Of the same shape; edges are continued.

    References
    ----------
    Keys 1981, DOI 10.1109/TASSP.1981.1163711.

    Examples
    --------
    >>> shift_image(np.eye(3, dtype=np.float32), 0.0, 1.0)[1]
    array([0., 0., 1.], dtype=float32)
    """
    moved = np.empty(values.shape, values.dtype)
    for at in np.ndindex(values.shape[:-2]):
        _move(values[at], _taps(rows), _taps(columns), moved[at])
    return moved


def _taps(step: float) -> Taps:
    """Pixels that a shift draws from, and their weights."""
    taps = np.arange(math.ceil(-step - 2.0), math.floor(2.0 - step) + 1)
    weights = _keys(np.asarray(taps + step, np.float64))
    return [(int(k), float(w)) for k, w in zip(taps, weights, strict=True) if w != 0.0]


def _move(image: Floats, down: Taps, right: Taps, into: Floats) -> None:
    """Move one image along both axes: shifted copies, weighed and added.

    A strip of rows at a time stays in the processor's cache, and rows with their continued
    edges lie end to end, so that a shift is a step along one line.
    """
    top, bottom, left, last = (*_reach(down), *_reach(right))
    high, wide = image.shape[0], image.shape[1] + left + last
    padded = np.empty((high + top + bottom, wide), image.dtype)
    padded[top : top + high, left : wide - last] = image
    padded[:top, left : wide - last] = image[0]
    padded[top + high :, left : wide - last] = image[-1]
    padded[:, :left] = padded[:, left : left + 1]
    padded[:, wide - last :] = padded[:, wide - last - 1 : wide - last]
    line = padded.ravel()
    most = max(STRIP // wide, 1)
    strip, moved, part = np.empty((3, most * wide), image.dtype)
    for first in range(0, high, most):
        rows = min(most, high - first)
        start, size = (first + top) * wide, rows * wide
        lines = [(start + tap * wide, weight) for tap, weight in down]
        _added(line, lines, strip[:size], part)
        _added(strip, [(left + tap, weight) for tap, weight in right],
               moved[: size - left - last], part)  # fmt: skip
        into[first : first + rows] = moved[:size].reshape(rows, wide)[:, : image.shape[1]]


def _reach(taps: Taps) -> tuple[int, int]:
    """Count of pixels before the first and after the last that a shift draws from."""
    return max(-taps[0][0], 0), max(taps[-1][0], 0)


def _added(line: Floats, taps: Taps, into: Floats, part: Floats) -> None:
    """Weighted sum of shifted copies of a line."""
    size = into.size
    (start, weight), *more = taps
    np.multiply(line[start : start + size], line.dtype.type(weight), out=into)
    for start, weight in more:
        into += np.multiply(line[start : start + size], line.dtype.type(weight), out=part[:size])


def _moved_at(values: Floats, places: PixelIndices, rows: float, columns: float) -> Doubles:
    """Shifted image at some pixels alone, none of them nearer to its edge than `REACH`."""
    flat, wide, made = values.ravel(), values.shape[1], np.zeros(places.size)
    for down, one in _taps(rows):
        for right, two in _taps(columns):
            made += (one * two) * flat.take(places + (down * wide + right), mode="clip")
    return made


def _columns(level: Floats, chosen: PixelIndices) -> Doubles:
    gradient = [np.gradient(level, axis=axis) for axis in (0, 1)]
    columns = [np.ones_like(level), level, *gradient]
    return np.stack([each.ravel()[chosen].astype(float) for each in columns], axis=1)


@dataclass(frozen=True, eq=False)
class StableGround:
    """Stable ground as the reference shows it, made once and compared with every image."""

    chosen: PixelIndices
    """Pixels compared."""
    columns: Doubles
    """One, level and its slopes at them, dims (pixel, 4)."""
    wanted: Doubles
    """Level at them."""


def stable_ground(level: Floats, stable: Bools) -> StableGround:
    """Stable ground of a reference, prepared for repeated co-registration.

    Parameters
    ----------
    level : ndarray of float32, dims (layer, y, x)
        The reference; layers are averaged, which gives the least noise.
    stable : ndarray of bool, dims (y, x)
        Ground that does not change and is not the target.

    Returns
    -------
    StableGround
        At most `MAX_STABLE_PIXELS` pixels of it, spread evenly.
    """
    known = level.mean(axis=0)
    whole = np.isfinite(known)
    smooth = ndimage.gaussian_filter(np.where(whole, known, np.float32(0.0)), SMOOTH)
    chosen = subsample_mask(stable & _inside(whole), MAX_STABLE_PIXELS)
    return StableGround(chosen, _columns(smooth, chosen), smooth.ravel()[chosen].astype(float))


def _inside(whole: Bools) -> Bools:
    """Pixels that the smoothing and the shift see whole, four and more from a hole."""
    if not whole.all():
        return np.asarray(ndimage.binary_erosion(whole, iterations=REACH))
    made = np.zeros_like(whole)
    made[REACH:-REACH, REACH:-REACH] = True
    return made


def _fit(columns: Doubles, seen: Doubles) -> tuple[Doubles, Doubles, float]:
    weights, weighed = np.ones(len(seen)), np.empty_like(columns)
    spread = 0.0
    for _ in range(3):
        np.multiply(columns.T, weights, out=weighed.T)
        normal = weighed.T @ columns
        # a tiny ridge keeps a flat reference from failing; its error then comes out huge
        normal.ravel()[::5] += 1e-9 * max(float(np.trace(normal)), 1e-12)
        found = np.linalg.solve(normal, weighed.T @ seen)
        left = seen - columns @ found
        spread = 1.4826 * median(np.abs(left)) + 1e-9
        weights = np.minimum(1.0, HUBER * spread / np.maximum(np.abs(left), 1e-12))
    errors = CORRELATION * spread * np.sqrt(np.diag(np.linalg.inv(normal)))
    return np.asarray(found, np.float64), np.asarray(errors), spread


def coregister(
    image: Floats, level: Floats, stable: Bools, *, gsd: float,
    ground: StableGround | None = None, limit_m: float = MAX_SHIFT_M,
) -> Registration:  # fmt: skip
    """Measure how far an image lies from its reference.

    Parameters
    ----------
    image, level : ndarray of float32, dims (layer, y, x)
        The image and its reference; layers are averaged, which gives the least noise.
    stable : ndarray of bool, dims (y, x)
        Ground that does not change and is not the target.
    gsd : float
        Side of a pixel in metres.
    ground : StableGround, optional
        From `stable_ground` with the same level and stable ground, where it is used again.
    limit_m : float
        Metres of displacement beyond which an image is refused.

    Returns
    -------
    Registration
        Refused beyond `limit_m`; kept as it lies where there are fewer than `MIN_STABLE_PIXELS`
        pixels, no structure to see a shift by, or the residual does not fall.

    Notes
    -----
    Each round solves ``I - B = a + c B + g_y dB/dy + g_x dB/dx`` for the image moved by the
    sum of the shifts so far; the gain ``c`` is a nuisance of this fit alone and is never
    applied (METHODS section 1.6: a gain in the fit of the target biases it).
    """
    known = ground or stable_ground(level, stable)
    seen = np.add.reduce(image, axis=0)
    seen /= np.float32(len(image))
    whole = np.isfinite(seen)
    use, columns, wanted = known.chosen, known.columns, known.wanted
    if not whole.all():
        kept = _inside(whole).ravel()[use]
        use, columns, wanted = use[kept], columns[kept], wanted[kept]
        seen = np.where(whole, seen, np.float32(0.0))
    if use.size < MIN_STABLE_PIXELS:
        return _kept(f"fewer than {MIN_STABLE_PIXELS} stable pixels to align by", math.nan)
    mean = ndimage.gaussian_filter(seen, SMOOTH)
    slope = float((columns[:, 2:] ** 2).mean(axis=0).min())
    rows = across = 0.0
    first = last = error = math.nan
    change = mean.ravel()[use] - wanted
    for _ in range(MAX_ROUNDS):
        found, errors, spread = _fit(columns, change)
        # the residual of gain and offset alone, so that only the shift is judged
        left = change - columns[:, :2] @ found[:2]
        least, most = quantiles(left, TRIMMED)
        last = float(np.sqrt(np.mean(np.clip(left, least, most) ** 2)))
        first = last if math.isnan(first) else first
        error = float(max(errors[2:]))
        rows, across = rows + float(found[2]), across + float(found[3])
        if slope < NOISE_SLOPE * spread**2:
            error = math.inf
            break
        if max(abs(rows), abs(across)) * gsd > 3 * limit_m:
            break
        change = _moved_at(mean, use, rows, across) - wanted
        if max(abs(found[2]), abs(found[3])) < SETTLED_PIXELS:
            break
    residual = last / first if first > 0 else 1.0
    return _accepted_shift(rows, across, error, residual, gsd, limit_m)


def _kept(reason: str, residual: float) -> Registration:
    return Registration(0.0, 0.0, 0.0, UNALIGNED_METRES, residual, KEPT, reason)


def _accepted_shift(
    rows: float, across: float, error: float, residual: float, gsd: float, limit_m: float
) -> Registration:
    if not error <= MAX_ERROR_PIXELS:
        return _kept("the stable ground has too little structure to align by", residual)
    metres = math.hypot(rows, across) * gsd
    if metres > limit_m:
        return Registration(
            rows, across, metres, math.nan, residual, REFUSED,
            f"displaced by {metres:.0f} m, more than {limit_m:.0f} m",
        )  # fmt: skip
    if residual > 1.0:
        return _kept("moving the image did not bring it nearer to its reference", residual)
    sigma = math.hypot(error * gsd, FLOOR_METRES)
    return Registration(rows, across, metres, sigma, residual, ALIGNED, "")


def align(image: Floats, found: Registration) -> Floats:
    """Shift an image onto its reference; unchanged where no shift was found.

    Parameters
    ----------
    image : ndarray of float32, dims (layer, y, x)
        The image.
    found : Registration
        Its shift.

    Returns
    -------
    ndarray of float32, dims (layer, y, x)
    """
    return shift_image(image, found.rows, found.columns) if found.state == ALIGNED else image
