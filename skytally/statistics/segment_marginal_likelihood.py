"""Log marginal likelihood of every stretch of a series as one segment: level or ramp."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Bools = NDArray[np.bool_]

MIN_RAMP = 3
"""Fewest observations of a ramp: two always lie on a line."""


@dataclass(frozen=True, eq=False)
class GaussianNoise:
    """Suppositions of a Gaussian series, each of which names its noise; dims (hypothesis)."""

    values: Floats
    """Values, dims (hypothesis, observation)."""
    noise: Floats
    """Standard deviation of one observation."""
    share: Floats
    """Share of its variance that lasts from observation to observation, 0 to 1."""
    memory: Floats
    """Days over which that part fades to 1/e."""
    centre: Floats
    """Mean of the prior of a level."""
    spread: Floats
    """Standard deviation of the prior of a level, and of half the rise of a ramp."""
    odd: Bools
    """Observations that tell nothing of the level, dims (hypothesis, observation)."""

    def part(self, at: Places) -> GaussianNoise:
        """Select hypotheses."""
        return GaussianNoise(
            self.values[at], self.noise[at], self.share[at], self.memory[at], self.centre[at],
            self.spread[at], self.odd[at],
        )  # fmt: skip


def _innovations(
    noise: GaussianNoise, times: Floats, weights: Floats, cuts: Places
) -> tuple[Floats, Floats]:
    """Sum squares and products of one-step errors of each stretch, by a Kalman filter.

    It is started anew at each cut, for the columns one, time and value at once. Gives the
    products (6, hypothesis, start, end) and the log determinants (hypothesis, start, end).
    """
    starts = cuts[:-1]
    lasting = noise.share * noise.noise**2
    shape = (noise.noise.size, starts.size)
    state, variance = np.zeros((3, *shape)), np.broadcast_to(lasting[:, None], shape).copy()
    sums, logs = np.zeros((6, *shape)), np.zeros(shape)
    made = np.zeros((6, *shape, cuts.size))
    made_logs = np.zeros((*shape, cuts.size))
    ends = {int(cut): k for k, cut in enumerate(cuts)}
    gaps = np.diff(times, prepend=times[0])
    for j in range(int(cuts[-1])):
        live = np.searchsorted(starts, j, side="right")
        kept = np.exp(-gaps[j] / noise.memory)[:, None]
        m, v = state[:, :, :live], variance[:, :live]
        if live and starts[live - 1] == j:
            m[:, :, live - 1], v[:, live - 1] = 0.0, lasting
            old = slice(0, live - 1)
        else:
            old = slice(0, live)
        m[:, :, old] *= kept
        v[:, old] = kept**2 * v[:, old] + (1.0 - kept**2) * lasting[:, None]
        total = v + (noise.noise**2 / weights[j] - lasting)[:, None]
        one, time = 1.0 - m[0], times[j] - m[1]
        seen = (noise.values[:, j] - noise.centre)[:, None] - m[2]
        used = ~noise.odd[:, j, None]
        gain = used * v / total
        for k, (a, b) in enumerate(
            ((one, one), (one, time), (time, time), (one, seen), (time, seen), (seen, seen))
        ):
            sums[k, :, :live] += used * a * b / total
        logs[:, :live] += used * np.log(total)
        for k, error in enumerate((one, time, seen)):
            m[k] += gain * error
        v *= 1.0 - gain
        if j + 1 in ends:
            made[:, :, :, ends[j + 1]], made_logs[:, :, ends[j + 1]] = sums, logs
    return made, made_logs


def gaussian_evidence(
    noise: GaussianNoise, times: Floats, weights: Floats, cuts: Places
) -> tuple[Floats, Floats]:
    """Log evidence of each stretch between two cuts as a constant, and as a ramp.

    Parameters
    ----------
    noise : GaussianNoise
        The values and what is supposed of their noise.
    times : ndarray, dims (observation)
        Times in days, rising.
    weights : ndarray, dims (observation)
        Share that each observation counts, above 0 to 1.
    cuts : ndarray of int, dims (cut)
        Positions at which a segment may begin or end, from 0 to the number of observations.

    Returns
    -------
    tuple of ndarray, dims (hypothesis, cut, cut)
        Entry (a, b) is of observations ``cuts[a]`` to ``cuts[b] - 1``; -inf where b <= a.

    Notes
    -----
    Noise starts anew in each segment, so that segments are independent. Levels and half rises
    have normal priors, and both integrals are closed (METHODS 7.2).
    """
    span = max(float(np.ptp(times)), 1.0)
    sums, logs = _innovations(noise, times - times[0], weights, cuts)
    low, high = np.triu_indices(cuts.size, 1)
    uu, uv, vv, uy, vy, yy = sums[:, :, low, high]
    i, j = cuts[low], cuts[high] - 1
    # the ramp runs from -1 to 1 over its own segment, so that its rise has one prior at any length
    middle = (times[j] + times[i]) / 2.0 - times[0]
    half = np.maximum((times[j] - times[i]) / 2.0, 1e-9 * span)
    vv = (vv - 2.0 * middle * uv + middle**2 * uu) / half**2
    vy, uv = (vy - middle * uy) / half, (uv - middle * uu) / half
    prior = 1.0 / noise.spread[:, None] ** 2
    level, slope = uu + prior, vv + prior
    told = np.pad(np.cumsum(~noise.odd, axis=1), ((0, 0), (1, 0)))
    count = (told[:, j + 1] - told[:, i]) * math.log(2.0 * math.pi)
    alone = -0.5 * (count + logs[:, low, high] + yy - uy**2 / level - np.log(prior / level))
    det = np.maximum(level * slope - uv**2, 1e-3 * prior**2)
    fitted = (slope * uy**2 - 2.0 * uv * uy * vy + level * vy**2) / det
    ramp = -0.5 * (count + logs[:, low, high] + yy - fitted - np.log(prior**2 / det))
    ramp[:, j - i + 1 < MIN_RAMP] = -math.inf
    made = np.full((2, noise.noise.size, cuts.size, cuts.size), -math.inf)
    made[0][:, low, high], made[1][:, low, high] = alone, ramp
    return made[0], made[1]


def count_evidence(
    counts: Floats, weights: Floats, law: tuple[float, float, float], cuts: Places
) -> Floats:
    """Log evidence of each stretch between two cuts as negative binomial counts of one mean.

    Parameters
    ----------
    counts, weights : ndarray, dims (observation)
        Counts, and the share that each counts.
    law : tuple of float
        Size k (variance m + m^2 / k; infinite is Poisson), and mean and shape of the prior of
        the mean count, whose coefficient of variation is about 1 over the root of the shape.
    cuts : ndarray of int, dims (cut)
        As for `gaussian_evidence`.

    Returns
    -------
    ndarray, dims (cut, cut)

    Notes
    -----
    With k known the beta-prime prior of m / k is conjugate; for infinite k it is a gamma prior
    (METHODS 7.2).
    """
    dispersion, mean, shape = law
    low, high = np.triu_indices(cuts.size, 1)
    total = np.concatenate([[0.0], np.cumsum(weights * counts)])
    number = np.concatenate([[0.0], np.cumsum(weights)])
    constant = -special.gammaln(counts + 1.0)
    if math.isfinite(dispersion):
        constant += special.gammaln(counts + dispersion) - special.gammaln(dispersion)
    own = np.concatenate([[0.0], np.cumsum(weights * constant)])
    i, j = cuts[low], cuts[high]
    seen, size = total[j] - total[i], number[j] - number[i]
    if math.isinf(dispersion):
        rate = shape / mean
        value = shape * math.log(rate) - special.gammaln(shape) + special.gammaln(shape + seen)
        value = value - (shape + seen) * np.log(rate + size)
    else:
        other = 1.0 + dispersion * shape / mean
        value = special.betaln(other + dispersion * size, shape + seen)
        value = value - special.betaln(other, shape)
    made = np.full((cuts.size, cuts.size), -math.inf)
    made[low, high] = value + own[j] - own[i]
    return made


def stabilised(counts: Floats, dispersion: float) -> Floats:
    """Transform counts so that their standard deviation is about 1 whatever their mean.

    Examples
    --------
    >>> stabilised(np.array([0.625, 15.625]), math.inf).tolist()
    [2.0, 8.0]
    """
    moved = counts + 0.375
    if math.isinf(dispersion):
        return np.asarray(2.0 * np.sqrt(moved))
    return np.asarray(2.0 * math.sqrt(dispersion) * np.arcsinh(np.sqrt(moved / dispersion)))


def log_slope(counts: Floats, dispersion: float) -> Floats:
    """Logarithm of the slope of `stabilised`, which makes densities of counts comparable."""
    moved = counts + 0.375
    return np.asarray(-0.5 * np.log(moved + moved**2 / dispersion))


def means_of(values: Floats, dispersion: float) -> Floats:
    """Mean counts whose stabilised counts have the given means, about; never below a twentieth.

    Examples
    --------
    >>> means_of(stabilised(np.array([8.0, 40.0]), 5.0), 5.0).round(2).tolist()
    [8.25, 40.25]
    """
    half = np.maximum(values, 0.0) / 2.0
    if math.isfinite(dispersion):
        half = math.sqrt(dispersion) * np.sinh(half / math.sqrt(dispersion))
    return np.asarray(np.maximum(half**2 - 0.125, 0.05))


def log_density(counts: Floats, means: Floats, dispersion: float) -> Floats:
    """Log probability of negative binomial counts, Poisson where the dispersion is infinite.

    Examples
    --------
    >>> log_density(np.array([0.0]), np.array([2.0]), math.inf).tolist()
    [-2.0]
    """
    made = special.xlogy(counts, means) - special.gammaln(counts + 1.0)
    if math.isinf(dispersion):
        return np.asarray(made - means)
    made += special.gammaln(counts + dispersion) - special.gammaln(dispersion)
    return np.asarray(
        made
        - special.xlogy(counts, dispersion)
        - (counts + dispersion) * np.log1p(means / dispersion)
    )
