"""Paints of what stands on a quay, and how much of a pixel each of them covers."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from skytally.core.errors import DataError

Doubles = npt.NDArray[np.float64]

PAINTS: Mapping[str, tuple[float, float, float, float]] = {
    "red": (0.05, 0.06, 0.22, 0.30),
    "blue": (0.15, 0.14, 0.10, 0.20),
    "white": (0.42, 0.43, 0.44, 0.45),
    "dark": (0.05, 0.05, 0.05, 0.06),
    "water": (0.05, 0.04, 0.03, 0.02),
}
"""Reflectance in b02, b03, b04, b08 of what may stand on a quay or lie beside it: round figures
of painted steel, of shadowed steel and of harbour water, good to about a third."""
MOST_AT_ONCE = 3
"""Paints in one pixel that four bands can tell apart, the quay being the fourth share."""


def paint_table(layers: tuple[str, ...], paints: Mapping[str, tuple[float, ...]]) -> Doubles:
    """Give the paints as an array, dims (paint, layer).

    Raises
    ------
    DataError
        If there are fewer than two layers, or a paint has another number of values than there
        are layers.
    """
    if len(layers) < 2:
        message = f"layers {', '.join(layers)}: one band does not tell paint from noise; give two"
        raise DataError(message)
    wrong = [word for word, each in paints.items() if len(each) != len(layers)]
    if wrong:
        message = f"paints {', '.join(wrong)}: give one reflectance for each of {', '.join(layers)}"
        raise DataError(message)
    return np.array([list(each) for each in paints.values()], float)


def unmixed(light: Doubles, ways: Doubles) -> Doubles:
    """Give the shares of paints that explain a change of light best.

    Parameters
    ----------
    light : ndarray, dims (pixel, layer)
        Change of reflectance, in units of noise.
    ways : ndarray, dims (paint, layer)
        Change that each paint makes of the quay, in the same units.

    Returns
    -------
    ndarray, dims (pixel, paint)
        Shares, none below 0, at most 1 together; the rest is quay. At most three are not 0.

    Notes
    -----
    Non-negative least squares with a bounded sum, by trying every set of one to three paints
    for all pixels at once: exact for so few, and the same as `scipy.optimize.nnls` where the
    sum is free.

    Examples
    --------
    >>> ways = np.array([[1.0, 0.0], [0.0, 2.0]])
    >>> unmixed(np.array([[0.2, 0.8], [-1.0, -1.0]]), ways).round(3).tolist()
    [[0.2, 0.4], [0.0, 0.0]]
    """
    shares = np.zeros((len(light), len(ways)))
    best = (light**2).sum(1)
    most = min(MOST_AT_ONCE, light.shape[1], len(ways))
    for size in range(1, most + 1):
        for chosen in itertools.combinations(range(len(ways)), size):
            way = ways[list(chosen)]
            gram = way @ way.T + 1e-9 * np.eye(size)
            inverse = np.linalg.inv(gram)
            free = light @ way.T @ inverse
            # where the shares would exceed the pixel, the best of those that just fill it
            over = np.maximum(free.sum(1) - 1.0, 0.0)[:, None]
            part = free - over * inverse.sum(0) / inverse.sum()
            left = ((light - part @ way) ** 2).sum(1)
            better = (part >= 0.0).all(1) & (left < best - 1e-12)
            shares[better] = 0.0
            shares[np.ix_(better, chosen)] = part[better]
            best[better] = left[better]
    return shares
