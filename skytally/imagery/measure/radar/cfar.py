"""Constant false alarm rate (CFAR) detection of bright radar targets."""

from __future__ import annotations

import functools
import math

import numpy as np
import numpy.typing as npt
from scipy import integrate, ndimage, optimize, special, stats

from skytally.core import DataError
from skytally.imagery.cube import Bools
from skytally.imagery.measure.reference_level_and_spread_per_group import ENL_GRD

Floats = npt.NDArray[np.float32]

MIN_CELLS = 20
"""Training pixels below which their mean is too uncertain to compare with."""
CENSORED_P = 1e-4
"""Chance at which a pixel is taken for a target and left out of the sea: rarer than the clutter
needs to keep its shape, far more common than a detection."""
CENSOR_ROUNDS = 5
"""Rounds in which targets are left out: a bright ship hides a weaker one in the first."""
CENSOR_MARGIN_PX = 2
"""Pixels left out around a target, as far as its blur reaches."""
LEAST_SEA_SHARE = 0.5
"""Share of the water that must stay: were more left out, the clutter would be taken for targets."""


def cfar_multiplier(
    p_false: float,
    *,
    enl: float = ENL_GRD,
    cells: float | None = None,
    texture: float | None = None,
) -> float:
    """Multiple of the mean of its surroundings that a pixel must reach.

    Parameters
    ----------
    p_false : float
        Wanted chance of a false alarm at one pixel.
    enl : float
        Equivalent number of looks.
    cells : float, optional
        Independent training cells behind the mean; the mean is taken as known if not given.
    texture : float, optional
        Shape of the K law of a rough sea; plain gamma speckle if not given.

    Returns
    -------
    float
        Multiplier of the mean intensity.

    Raises
    ------
    DataError
        If the chance is not between 0 and 1, or a number of looks, cells or the shape is not
        positive.

    Notes
    -----
    Gamma speckle over a known mean is gamma; over the mean of `cells` it is Fisher's F with
    ``2 enl`` and ``2 enl cells`` degrees of freedom. The K law is gamma speckle on a gamma
    mean, integrated numerically; its training mean is taken as known.

    Examples
    --------
    >>> round(cfar_multiplier(1e-3), 2), round(cfar_multiplier(1e-6, cells=16), 1)
    (3.13, 5.8)
    """
    bad = not 0.0 < p_false < 1.0 or enl <= 0 or (cells is not None and cells <= 0)
    if bad or (texture is not None and texture <= 0):
        message = (
            f"p_false {p_false}, enl {enl}, cells {cells}, texture {texture}; give a chance "
            "between 0 and 1 and positive numbers"
        )
        raise DataError(message)
    if texture is not None:
        found = optimize.brentq(
            lambda t: (
                math.log(max(k_tail(math.exp(t), enl=enl, texture=texture), 1e-300))
                - math.log(p_false)
            ),
            math.log(0.1),
            math.log(1e4),
            xtol=1e-6,
        )
        return float(math.exp(found))
    if cells is not None:
        return float(stats.f.isf(p_false, 2.0 * enl, 2.0 * enl * cells))
    return float(stats.gamma.isf(p_false, enl, scale=1.0 / enl))


def k_tail(multiplier: float, *, enl: float, texture: float) -> float:
    """Chance that K-distributed clutter of mean 1 exceeds a multiplier.

    Examples
    --------
    >>> gamma = stats.gamma.sf(3.0, 4.4, scale=1 / 4.4)
    >>> bool(abs(k_tail(3.0, enl=4.4, texture=1e4) / gamma - 1) < 0.01)
    True
    """
    law = stats.gamma(texture, scale=1.0 / texture)
    low, high = law.ppf(1e-12), law.isf(1e-12)

    def part(log_mean: float) -> float:
        mean = math.exp(log_mean)
        tail = stats.gamma.sf(multiplier / mean, enl, scale=1.0 / enl)
        return float(tail * law.pdf(mean) * mean)

    found, _ = integrate.quad(part, math.log(low), math.log(high), limit=200)
    return float(found)


def texture_of(intensity: npt.ArrayLike, *, enl: float = ENL_GRD, most: float = 200.0) -> float:
    """Estimate the shape of the K law of a clutter from its first two moments.

    Parameters
    ----------
    intensity : array_like
        Intensities of clutter alone.
    enl : float
        Equivalent number of looks.
    most : float
        Largest shape given: beyond it the sea is as smooth as speckle alone.

    Returns
    -------
    float
        From ``var / mean^2 = 1/enl + 1/nu + 1/(enl nu)``.
    """
    known = np.asarray(intensity, float)
    known = known[np.isfinite(known)]
    relative = float(known.var() / known.mean() ** 2)
    rough = (relative - 1.0 / enl) / (1.0 + 1.0 / enl)
    return float(np.clip(1.0 / rough, 0.3, most)) if rough > 1.0 / most else most


@functools.lru_cache(maxsize=256)
def k_multiplier(p_false: float, texture: float) -> float:
    """Multiplier of K-distributed clutter, solved once for each chance and shape."""
    return cfar_multiplier(p_false, texture=texture)


def _rounded(texture: float) -> float:
    """Round a shape to a tenth of its logarithm: the multiple then errs by under 3 percent."""
    return round(math.exp(round(math.log(texture), 1)), 3)


def _texture_of_logs(
    intensity: npt.ArrayLike, *, enl: float = ENL_GRD, most: float = 200.0
) -> float:
    """Estimate the shape of the K law from the variance of the logarithm of the intensity."""
    known = np.asarray(intensity, float)
    varied = float(np.log(known[known > 0.0]).var()) - float(special.polygamma(1, enl))
    if varied <= float(special.polygamma(1, most)):
        return most
    found = optimize.brentq(
        lambda t: float(special.polygamma(1, math.exp(t))) - varied, math.log(1e-3), math.log(most)
    )
    return float(np.clip(math.exp(found), 0.3, most))


def texture_without_targets(intensity: Floats, allowed: Bools, *, training: int) -> float:
    """Estimate the shape of the K law of the sea with the ships in it left out.

    Parameters
    ----------
    intensity : ndarray, dims (y, x)
        Linear backscatter.
    allowed : ndarray of bool, dims (y, x)
        Water that was read.
    training : int
        Side in pixels, odd, of the window averaged.

    Returns
    -------
    float
        As from `texture_of`, rounded to a tenth of its logarithm.

    Notes
    -----
    One ship in a thousand pixels of sea makes the second moment that of a very rough sea, and
    the multiple that a pixel must exceed then rises above the ship itself. So pixels that the
    sea exceeds once in ten thousand are left out, with their margin, and shape and mean are
    estimated again until nothing more is left out (truncated statistics, METHODS 4.1). The first
    shape is that of the logarithms, in which a ship weighs little.
    """
    sea, texture = allowed, _texture_of_logs(intensity[allowed])
    for _ in range(CENSOR_ROUNDS):
        limit = k_multiplier(CENSORED_P, _rounded(texture))
        counts = _sums(sea.astype(np.float64), training)
        mean = _sums(np.where(sea, intensity, 0.0).astype(np.float64), training)
        targets = allowed & (intensity * np.maximum(counts, 1.0) > limit * mean)
        left = allowed & ~ndimage.binary_dilation(targets, iterations=CENSOR_MARGIN_PX)
        few = np.count_nonzero(left) < LEAST_SEA_SHARE * np.count_nonzero(allowed)
        if few or np.array_equal(left, sea):
            break
        sea, texture = left, texture_of(intensity[left])
    return _rounded(texture_of(intensity[sea]))


def _sums(values: npt.NDArray[np.float64], size: int) -> npt.NDArray[np.float64]:
    return np.asarray(ndimage.uniform_filter(values, size, mode="constant") * size**2)


def cfar_detections(
    intensity: Floats,
    multiplier: float,
    *,
    guard: int,
    training: int,
    allowed: Bools | None = None,
) -> Bools:
    """Detect pixels that stand out of the ring of pixels around them.

    Parameters
    ----------
    intensity : ndarray, dims (y, x)
        Linear backscatter.
    multiplier : float
        As from `cfar_multiplier`.
    guard, training : int
        Sides in pixels, odd, of the inner window left out and the outer one averaged.
    allowed : ndarray of bool, dims (y, x), optional
        Pixels that may be tested and trained on: water. All, if not given.

    Returns
    -------
    ndarray of bool, dims (y, x)
        False where fewer than `MIN_CELLS` training pixels are allowed.
    """
    good = np.isfinite(intensity) if allowed is None else allowed & np.isfinite(intensity)
    filled = np.where(good, intensity, 0.0).astype(np.float64)
    counts = _sums(good.astype(np.float64), training) - _sums(good.astype(np.float64), guard)
    total = _sums(filled, training) - _sums(filled, guard)
    mean = total / np.maximum(counts, 1.0)
    return np.asarray(good & (counts >= MIN_CELLS - 0.5) & (filled > multiplier * mean))


def bright_targets(
    intensity: Floats,
    multiplier: float,
    *,
    guard: int,
    training: int,
    least: int = 3,
    allowed: Bools | None = None,
) -> list[tuple[slice, slice]]:
    """Bounding boxes of bright targets on the sea.

    Parameters
    ----------
    intensity : ndarray, dims (y, x)
        Linear backscatter.
    multiplier : float
        As from `cfar_multiplier`.
    guard, training : int
        As for `cfar_detections`; the guard window must be wider than a ship.
    least : int
        Least pixels of a target.
    allowed : ndarray of bool, dims (y, x), optional
        Water.

    Returns
    -------
    list of tuple of slice
        Rows and columns of each.

    Notes
    -----
    Done twice: in a crowded anchorage ships raise each other's surroundings, so what was found
    first is left out of the training of the second pass (truncated statistics, METHODS 4.1).
    Gaps of two pixels within a hull are closed: a ship is a row of bright points.
    """
    good = np.isfinite(intensity) if allowed is None else allowed & np.isfinite(intensity)
    hits = cfar_detections(intensity, multiplier, guard=guard, training=training, allowed=good)
    for _ in range(2):
        clutter = good & ~ndimage.binary_dilation(hits, iterations=2)
        filled = np.where(clutter, intensity, 0.0).astype(np.float64)
        counts = _sums(clutter.astype(np.float64), training)
        mean = _sums(filled, training) / np.maximum(counts, 1.0)
        hits = good & (counts >= MIN_CELLS - 0.5) & (intensity > multiplier * mean)
    closed = ndimage.binary_closing(np.pad(hits, 3), np.ones((3, 3)), iterations=1)[3:-3, 3:-3]
    labels, _ = ndimage.label(closed | hits, np.ones((3, 3)))
    sizes = np.bincount(labels.ravel())
    return [
        box
        for number, box in enumerate(ndimage.find_objects(labels), start=1)
        if box is not None and sizes[number] >= least
    ]
