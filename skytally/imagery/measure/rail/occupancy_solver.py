"""Bounded least squares for how full each segment of a track is, for many images at once."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import sparse

Doubles = npt.NDArray[np.float64]

SETTLED = 1e-4
"""Change of any occupancy in one step below which the fit has settled: 3 mm of track."""


def solve_occupancy(
    light: Doubles,
    rough: Doubles,
    seen: Doubles,
    noise: Doubles,
    contrast: Doubles,
    *,
    smooth: float,
    rounds: int = 400,
) -> tuple[Doubles, Doubles]:
    """Solve many images at once for how full each segment is.

    Parameters
    ----------
    light : ndarray, dims (pixel, segment)
        From `Corridor`.
    rough : ndarray, dims (pair, segment)
        From `Corridor`.
    seen : ndarray, dims (pixel, case)
        Anomaly of each pixel.
    noise : ndarray, dims (pixel)
        Its standard deviation.
    contrast : ndarray, dims (case)
        Anomaly of a pixel wholly covered by cars.
    smooth : float
        Weight of the squared differences along a track.
    rounds : int
        Steps of the accelerated projected gradient.

    Returns
    -------
    tuple of ndarray
        Occupancy 0 to 1, dims (segment, case); least value of what is minimised, dims (case).

    Notes
    -----
    Minimises ``|(contrast light occ - seen) / noise|^2 + smooth |rough occ|^2`` with every
    occupancy between 0 and 1 (METHODS 5.2), as `scipy.optimize.lsq_linear` does for one case;
    the test compares the two. Beck and Teboulle 2009, doi:10.1137/080716542, with restart.
    """
    weighed = light / noise[:, None] ** 2
    gram, pull = light.T @ weighed, contrast * (weighed.T @ seen)
    steep = float(np.linalg.eigvalsh(gram)[-1]) * contrast**2 + 4.0 * smooth
    # half the digits suffice for a step that is taken again until it settles
    ridge = sparse.csr_array((smooth * rough.T @ rough).astype(np.float32))
    gram, pull = gram.astype(np.float32), (pull / steep).astype(np.float32)
    squared, each = (np.asarray(word, np.float32) for word in (contrast**2 / steep, 1.0 / steep))
    found = np.zeros((light.shape[1], contrast.size), np.float32)
    ahead, speed = found, 1.0
    for _ in range(rounds):
        slope = squared * (gram @ ahead) + each * (ridge @ ahead) - pull
        moved = np.clip(ahead - slope, 0.0, 1.0)
        faster = 0.5 * (1.0 + math.sqrt(1.0 + 4.0 * speed**2))
        back = ((ahead - moved) * (moved - found)).sum() > 0
        speed = 1.0 if back else faster
        push = 0.0 if back else (speed - 1.0) / faster
        ahead, change = moved + push * (moved - found), np.abs(moved - found).max()
        found = moved
        if change < SETTLED:
            break
    full: Doubles = found.astype(float)
    left = (light @ (full * contrast) - seen) / noise[:, None]
    return full, (left**2).sum(0) + smooth * ((rough @ full) ** 2).sum(0)
