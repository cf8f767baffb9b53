"""Weights and effective sample size of unevenly spaced, correlated observations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def spacing_weights(days: Floats, memory: float) -> tuple[Floats, float]:
    """Weigh looks of uneven spacing, and give how many independent ones they are worth.

    The mean of least variance of a state whose correlation is exp(-time / memory): a copy of
    a look adds nothing, and looks that lie closer together than the memory share one weight.

    Parameters
    ----------
    days : ndarray, dims (look)
        Times in days, at least one, in order.
    memory : float
        Days over which the state forgets itself, above 0.

    Returns
    -------
    (ndarray, float)
        Weights that sum to 1, dims (look), and the number, 1 + sum tanh(gap / 2 memory).
    """
    if days.size == 1:
        return np.ones(1), 1.0
    alone = 1 / (1 + np.exp(-np.diff(days) / memory))
    weights = np.append(alone, 0.0) + np.append(0.0, alone)
    weights[1:-1] -= 1
    return weights / weights.sum(), float(weights.sum())
