"""Shape of one change between two levels: a step, or a ramp that takes days, and when."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, special

from skytally.statistics.bayesian_change_point_search import RAMP_SHARE
from skytally.statistics.noise_and_seasonal_cycle_hypotheses import NoiseHypotheses

Floats = NDArray[np.float64]

BEGINS = 48
"""Days on which a ramp may begin, in each of two passes."""
LENGTHS = 12
"""Lengths of a ramp, in each pass, evenly spaced in their logarithm."""
MOST_HYPOTHESES = 5
"""Hypotheses of the noise that are summed over: those of the greatest weight."""
LONGEST = 0.25
"""Longest ramp in parts of the time in which nothing else changes: beyond it, it is a trend."""
NOTHING = 1e-6
"""Share that an odd observation counts."""
OUTSIDE = 1e-4
"""Part of a posterior that may lie outside the box of the second pass."""


@dataclass(frozen=True, eq=False)
class ChangeShape:
    """A step weighed against a ramp, and the posteriors of their dates over cells of time."""

    p_ramp: float
    """Probability of the ramp."""
    step: Floats
    """Posterior of a step, dims (cell)."""
    begin: Floats
    """Posterior of the begin of a ramp, dims (cell)."""
    end: Floats
    """Posterior of its end, dims (cell)."""


@dataclass(frozen=True, eq=False)
class _Ramps:
    """Ramps of one pass: begins, lengths, and the share of the prior of each pair."""

    begin_edges: Floats
    length_edges: Floats
    log_prior: Floats

    @property
    def begins(self) -> Floats:
        return np.asarray((self.begin_edges[:-1] + self.begin_edges[1:]) / 2.0)

    @property
    def lengths(self) -> Floats:
        return np.asarray(np.sqrt(self.length_edges[:-1] * self.length_edges[1:]))


def _evidence(hypotheses: NoiseHypotheses, first: int, last: int, profiles: Floats) -> Floats:
    """Log evidence of each profile between two levels, dims (hypothesis, profile).

    Profiles go from 0 before the change to 1 after it, dims (profile, observation).
    """
    noise, times = hypotheses.noise, hypotheses.times[first:last]
    apart = np.abs(times[:, None] - times)
    made = []
    for h in range(noise.noise.size):
        lasting = noise.share[h] * np.exp(-apart / noise.memory[h])
        told = hypotheses.weights[first:last] * np.where(noise.odd[h, first:last], NOTHING, 1.0)
        lasting[np.diag_indices(times.size)] = 1.0 / told
        root = linalg.cholesky(lasting * noise.noise[h] ** 2, lower=True)
        seen = noise.values[h, first:last] - noise.centre[h]
        columns = np.column_stack([np.ones(times.size), seen, profiles.T])
        white = linalg.solve_triangular(root, np.eye(times.size), lower=True) @ columns
        one, value, after = white[:, :1], white[:, 1:2], white[:, 2:]
        before = one - after
        prior = 1.0 / noise.spread[h] ** 2
        bb, aa = (before**2).sum(0) + prior, (after**2).sum(0) + prior
        ba, by, ay = ((before * after).sum(0), (before * value).sum(0), (after * value).sum(0))
        det = aa * bb - ba**2
        fitted = (aa * by**2 - 2.0 * ba * by * ay + bb * ay**2) / det
        made.append(0.5 * (fitted - np.log(det)))
    return np.array(made)


def _ramps(times: Floats, begins: tuple[float, float], lengths: tuple[float, float]) -> _Ramps:
    """Lay out ramps within the window: the begin even in time, the length in its logarithm."""
    span = float(np.ptp(times))
    longest = LONGEST * span
    shortest = min(max(float(np.median(np.diff(times))), longest / 100.0), longest / 2.0)
    begin_edges = np.linspace(begins[0], begins[1], BEGINS + 1)
    length_edges = np.geomspace(max(lengths[0], shortest), min(lengths[1], longest), LENGTHS + 1)
    made = _Ramps(begin_edges, length_edges, np.empty(0))
    room = span - made.lengths
    share = np.diff(begin_edges)[:, None] / np.maximum(room, 1e-9 * span)
    share = share * np.diff(np.log(length_edges)) / math.log(longest / shortest)
    outside = made.begins[:, None] + made.lengths > times[-1]
    with np.errstate(divide="ignore"):
        logs = np.log(np.where(outside, 0.0, share))
    return _Ramps(begin_edges, length_edges, logs)


def _box(edges: Floats, shares: Floats) -> tuple[float, float]:
    kept = np.flatnonzero(shares > OUTSIDE / shares.size)
    low, high = max(int(kept[0]) - 1, 0), min(int(kept[-1]) + 2, edges.size - 1)
    return float(edges[low]), float(edges[high])


def _spread(cells: Floats, edges: Floats, shares: Floats) -> Floats:
    cumulative = np.append(0.0, np.cumsum(shares))
    return np.diff(np.interp(cells, edges, cumulative))


def change_shape(
    hypotheses: NoiseHypotheses, weights: Floats, window: tuple[int, int], cells: Floats
) -> ChangeShape:
    """Weigh a step against a ramp that joins the same two levels, and date both.

    Parameters
    ----------
    hypotheses : NoiseHypotheses
        The series and what is supposed of its noise.
    weights : ndarray, dims (hypothesis)
        Posterior of the hypotheses.
    window : tuple of int
        Positions between which nothing else changes, the last excluded.
    cells : ndarray, dims (cell + 1)
        Edges of the cells of time.

    Returns
    -------
    ChangeShape

    Notes
    -----
    A quarter of the prior is of a ramp whose begin is even in time, and whose length is in its
    logarithm, from a usual gap to a quarter of the window; the rest is of a step, even in time.
    Both join two levels with the prior of the segments. Ramps are summed over a grid twice, the
    second time where the first has weight.

    References
    ----------
    METHODS 7.2.
    """
    first, last = window
    kept = np.argsort(-weights, kind="stable")[:MOST_HYPOTHESES]
    some, shares = hypotheses.part(kept), weights[kept] / weights[kept].sum()
    times = hypotheses.times[first:last]
    gaps = np.diff(times)
    steps = np.triu(np.ones((times.size, times.size)), 1)[:-1]
    with np.errstate(divide="ignore"):
        step = _evidence(some, first, last, steps) + np.log(gaps / gaps.sum())
    box = (float(times[0]), float(times[-1])), (0.0, math.inf)
    for _ in range(2):
        ramps = _ramps(times, *box)
        profiles = (times - ramps.begins[:, None, None]) / ramps.lengths[:, None]
        flat = np.clip(profiles, 0.0, 1.0).reshape(-1, times.size)
        ramp = _evidence(some, first, last, flat) + ramps.log_prior.ravel()
        joint = (shares @ special.softmax(ramp, axis=1)).reshape(ramps.log_prior.shape)
        box = _box(ramps.begin_edges, joint.sum(1)), _box(ramps.length_edges, joint.sum(0))
    both = np.stack([special.logsumexp(step, axis=1), special.logsumexp(ramp, axis=1)])
    both += np.log([[1.0 - RAMP_SHARE], [RAMP_SHARE]])
    ends = [
        _spread(cells, ramps.begin_edges + length, part)
        for length, part in zip(ramps.lengths, joint.T, strict=True)
    ]
    return ChangeShape(
        p_ramp=float(shares @ special.softmax(both, axis=0)[1]),
        step=_spread(cells, times, shares @ special.softmax(step, axis=1)),
        begin=_spread(cells, ramps.begin_edges, joint.sum(1)),
        end=np.sum(ends, axis=0),
    )
