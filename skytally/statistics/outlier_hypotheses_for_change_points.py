"""Outlying observations as a rival to changes: single values far from all round them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from skytally.statistics.noise_and_seasonal_cycle_hypotheses import NoiseHypotheses
from skytally.statistics.segment_marginal_likelihood import count_evidence, stabilised

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

AROUND = 3
"""Observations on either side whose median an odd one is far from: two in a row may be odd."""
FAR = 3.0
"""Robust standard deviations from both medians beyond which an observation may be odd."""
MOST_ODD = 0.2
"""Most of a series that may be odd; those farthest off are."""
TIMES_AS_MANY = 4
"""Size of each set of odd observations over that of the one before."""
SHARE = (1.0, 19.0)
"""Beta prior of the share of odd observations: one in twenty."""
SPREAD = 3.0
"""Standard deviation of an odd level in standard deviations of the series."""
ODD_SHAPE = 0.5
"""Shape of the prior of the mean of an odd count: any size."""
NORMAL_MAD = 1.4826
"""Standard deviation of a normal value in median absolute deviations."""


def odd_sets(values: Floats, noise: float) -> tuple[Bools, ...]:
    """Mark sets of observations that are far both from those before and from those after.

    The first of a new state is near to those after it, so that it is in none.

    Parameters
    ----------
    values : ndarray, dims (observation)
        Values in order of time.
    noise : float
        Least standard deviation of their noise.

    Returns
    -------
    tuple of ndarray of bool, dims (observation)
        The farthest one, the four farthest, the sixteen, and so on to all that are far; empty
        where none is. A value may be odd where others only follow a change or a louder noise.

    Examples
    --------
    >>> for each in odd_sets(np.array([1.0, 2, 1, 2, 90, 2, 1, 9, 8, 9, 70, 8, 9]), 0.0):
    ...     each.nonzero()[0].tolist()
    [4]
    [4, 10]
    """
    count = values.size
    scale = max(NORMAL_MAD * float(np.median(np.abs(np.diff(values)))) / math.sqrt(2.0), noise)
    far = np.zeros(count)
    for k in range(count):
        sides = values[max(k - AROUND, 0) : k], values[k + 1 : k + 1 + AROUND]
        whole = [np.median(each) for each in sides if each.size >= AROUND - 1]
        far[k] = min((abs(values[k] - each) for each in whole), default=0.0)
    most = np.argsort(-far, kind="stable")[: int(MOST_ODD * count)]
    odd = most[far[most] > FAR * scale] if scale > 0.0 else most[:0]
    made, number = [], 1
    while number < odd.size * TIMES_AS_MANY:
        made.append(np.isin(np.arange(count), odd[:number]))
        number *= TIMES_AS_MANY
    return tuple(made)


def _log_density(hypotheses: NoiseHypotheses, odd: Bools) -> Floats:
    """Log density of the odd observations by themselves, dims (hypothesis)."""
    noise = hypotheses.noise
    if hypotheses.counts is None:
        wide = SPREAD * noise.spread[:, None]
        off = (hypotheses.plain[:, odd] - noise.centre[:, None]) / wide
        return np.asarray((-0.5 * off**2 - np.log(wide * math.sqrt(2.0 * math.pi))).sum(1))
    known = {}
    counts, weights = hypotheses.counts[odd], hypotheses.weights[odd]
    for k, mean, _ in set(hypotheses.laws):
        law = (k, mean, ODD_SHAPE)
        single = (slice(at, at + 1) for at in range(counts.size))
        known[k] = sum(
            count_evidence(counts[at], weights[at], law, np.arange(2))[0, 1] for at in single
        )
    return np.array([known[law[0]] for law in hypotheses.laws])


def with_odd_observations(hypotheses: NoiseHypotheses) -> NoiseHypotheses:
    """Join the same hypotheses with some observations odd, if any stand out.

    Parameters
    ----------
    hypotheses : NoiseHypotheses
        A series, and what is supposed of its noise.

    Returns
    -------
    NoiseHypotheses
        The same, and behind them those in which a set of observations far from all round them
        tells nothing of the level, once for each set.

    Notes
    -----
    An odd observation has a density by itself, wide as the series, and each has the price of a
    beta prior of the share of odd ones (METHODS 7.2).
    """
    if hypotheses.counts is None:
        sets = odd_sets(hypotheses.plain[0], 0.0)
    else:
        sets = odd_sets(stabilised(hypotheses.counts, math.inf), 1.0)
    joined = hypotheses
    for odd in sets:
        number, count = int(odd.sum()), odd.size
        price = special.betaln(SHARE[0] + number, SHARE[1] + count - number)
        price -= special.betaln(*SHARE)
        noise = replace(hypotheses.noise, odd=np.broadcast_to(odd, hypotheses.plain.shape))
        log_prior = hypotheses.log_prior + price + _log_density(hypotheses, odd)
        joined = joined.joined(replace(hypotheses, noise=noise, log_prior=log_prior))
    return joined
