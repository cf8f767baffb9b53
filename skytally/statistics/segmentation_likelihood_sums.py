"""Sum over all ways to cut a series into segments, by the number of changes (exact recursions)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def _times(vector: Floats, matrix: Floats) -> Floats:
    """Multiply vectors by matrices that are given as logarithms, dims (..., cut)."""
    joint = vector[..., :, None] + matrix
    top = joint.max(-2)
    safe = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.exp(joint - safe[..., None, :]).sum(-2)) + safe)


def sums_forward(segments: Floats, log_prior: Floats, most: int) -> Floats:
    """Log evidence of the series up to each cut, by the number of changes before it.

    Parameters
    ----------
    segments : ndarray, dims (..., cut, cut)
        Log evidence of the observations between two cuts as one segment, -inf where none may lie.
    log_prior : ndarray, dims (cut)
        Log prior of a change at each cut; -inf at the first and the last.
    most : int
        Most changes.

    Returns
    -------
    ndarray, dims (changes + 1, ..., cut)

    References
    ----------
    Fearnhead 2006, Statistics and Computing 16, 203-213, doi:10.1007/s11222-006-8450-8.

    Examples
    --------
    >>> alike = np.where(np.triu(np.ones((3, 3)), 1) > 0, 0.0, -np.inf)
    >>> prior = np.array([-np.inf, np.log(0.5), -np.inf])
    >>> np.exp(sums_forward(alike, prior, 1)[:, -1]).tolist()
    [1.0, 0.5]
    """
    made = [segments[..., 0, :]]
    for _ in range(most):
        made.append(_times(made[-1] + log_prior, segments))
    return np.array(made)


def sums_backward(segments: Floats, log_prior: Floats, most: int) -> Floats:
    """Log evidence of the series from each cut on, by the number of changes after it."""
    turned = np.swapaxes(segments[..., ::-1, ::-1], -1, -2)
    return sums_forward(turned, log_prior[::-1], most)[..., ::-1]


def best_cuts(segments: Floats, log_prior: Floats, changes: int) -> list[int]:
    """Cuts of the most probable segmentation with so many changes, the first and last included.

    Parameters
    ----------
    segments : ndarray, dims (cut, cut)
        As for `sums_forward`.
    log_prior : ndarray, dims (cut)
        As for `sums_forward`.
    changes : int
        Number of changes.

    Returns
    -------
    list of int
        Indices of cuts, rising.
    """
    score, came = segments[0], []
    for _ in range(changes):
        total = (score + log_prior)[:, None] + segments
        came.append(total.argmax(0))
        score = total.max(0)
    at = [segments.shape[0] - 1]
    for step in reversed(came):
        at.append(int(step[at[-1]]))
    return [0, *reversed(at)]


def log_share(times: Floats, cuts: NDArray[np.intp]) -> Floats:
    """Log prior of a change at each cut: the time between observations that lies nearest to it.

    The date of a change is uniform in time, not over observations.
    """
    made = np.full(cuts.size, -math.inf)
    if cuts.size > 2:
        inner = cuts[1:-1]
        nearest = np.abs(np.arange(1, times.size)[:, None] - inner).argmin(1)
        mass = np.bincount(nearest, weights=np.diff(times), minlength=inner.size)
        with np.errstate(divide="ignore"):
            made[1:-1] = np.log(mass / np.ptp(times))
    return made
