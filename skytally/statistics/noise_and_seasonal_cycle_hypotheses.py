"""What may be supposed of the noise of a series: its size, its memory and a yearly cycle."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from skytally.statistics.segment_marginal_likelihood import (
    GaussianNoise,
    count_evidence,
    gaussian_evidence,
    log_density,
    log_slope,
    means_of,
    stabilised,
)

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

MEMORIES = ((0.0, 1.0), *itertools.product((0.5, 0.95), (2.0, 8.0)))
"""Share of the variance that lasts, and over how many usual gaps it fades (METHODS 7.2)."""
LOG_MEMORY_PRIOR = np.array([0.0, *[-math.log(len(MEMORIES) - 1.0)] * (len(MEMORIES) - 1)])
"""Log prior of each memory: none is as likely as all the others together."""
RATE_SHAPES = (0.5, 4.0, 32.0)
"""Shapes of the prior of a mean count, each as likely: means of the segments that differ by a
factor of many, by half, or by a sixth (METHODS 7.2)."""
NOISE_SIZES = tuple(1.2 * 0.75**k for k in range(17))
"""Noise of a level in parts of its whole standard deviation, each as likely."""
MOST_LACKING = 0.2
"""Most that the stabilised scale may lack against the exact evidence, an observation."""
AROUND = 2
"""Observations on either side whose mean is fitted to one, where that evidence is gauged."""
MIN_MEAN = 0.5
"""Least mean of the prior of a mean count: half a thing seen."""
YEAR = 365.25
MIN_YEARS = 1.0
"""Least length of a series, in years, from which a yearly cycle is a rival."""
WAVES = (1, 2)
"""Waves of the yearly cycle: a rival with the first alone, and one with both."""
MIN_CYCLE_OBSERVATIONS = 12
"""Fewest observations from which a yearly cycle is a rival."""


@dataclass(frozen=True, eq=False)
class NoiseHypotheses:
    """A series under many suppositions of its noise, dims (hypothesis)."""

    times: Floats
    """Times in days, rising, dims (observation)."""
    weights: Floats
    """Share that each observation counts, dims (observation)."""
    noise: GaussianNoise
    """The series where its noise is Gaussian, less its yearly cycle."""
    plain: Floats
    """Its values with the yearly cycle, dims (hypothesis, observation)."""
    log_prior: Floats
    """Log prior, not normalised."""
    lacking: Floats
    """Log density that a count lacks on the stabilised scale, on average, dims (hypothesis)."""
    counts: Floats | None = None
    """Counts, where they are counted, dims (observation); None for a level."""
    laws: tuple[tuple[float, float, float], ...] = ()
    """Dispersion, mean and shape of each hypothesis of counts."""

    def part(self, at: Places) -> NoiseHypotheses:
        """Select hypotheses."""
        laws = tuple(self.laws[k] for k in at) if self.laws else ()
        return replace(
            self, noise=self.noise.part(at), plain=self.plain[at], log_prior=self.log_prior[at],
            lacking=self.lacking[at], laws=laws,
        )  # fmt: skip

    def joined(self, other: NoiseHypotheses) -> NoiseHypotheses:
        """Put the hypotheses of another reading of the same series behind these."""
        names = ("values", "noise", "share", "memory", "centre", "spread", "odd")
        both = [[getattr(each.noise, name) for name in names] for each in (self, other)]
        return replace(
            self,
            noise=GaussianNoise(*(np.concatenate(pair) for pair in zip(*both, strict=True))),
            plain=np.concatenate([self.plain, other.plain]),
            log_prior=np.concatenate([self.log_prior, other.log_prior]),
            lacking=np.concatenate([self.lacking, other.lacking]),
            laws=(*self.laws, *other.laws),
        )

    def evidence(self, cuts: Places) -> tuple[Floats, Floats]:
        """Log evidence of each stretch as a constant and as a ramp, dims (hypothesis, cut, cut).

        Independent counts of one mean have their exact evidence; memory, ramp and cycle have
        that of the stabilised scale, less what it lacks on average where it fits.
        """
        alone, ramp = gaussian_evidence(self.noise, self.times, self.weights, cuts)
        if self.counts is None:
            return alone, ramp
        rows = np.triu_indices(cuts.size, 1)
        plain = (self.noise.share == 0.0) & (self.noise.values == self.plain).all(1)
        for k, law in enumerate(self.laws):
            weights = self.weights * ~self.noise.odd[k]
            slope = log_slope(self.counts, law[0]) + self.lacking[k]
            added = _between(weights * slope, cuts)[rows]
            alone[k][rows] += added
            ramp[k][rows] += added
            if plain[k]:
                alone[k] = count_evidence(self.counts, weights, law, cuts)
        return alone, ramp


def _between(parts: Floats, cuts: Places) -> Floats:
    """Sum over the observations between two cuts, dims (cut, cut)."""
    sums = np.append(0.0, np.cumsum(parts))[cuts]
    return np.asarray(sums - sums[:, None])


def usual_gap(times: Floats) -> float:
    """Median time between observations, which one long winter does not stretch."""
    gaps = np.diff(times)
    return float(np.median(gaps[gaps > 0.0])) if (gaps > 0.0).any() else 1.0


def _lacking(values: Floats, counts: Floats, weights: Floats, size: float) -> float:
    """Log density that a count lacks on the stabilised scale where means are fitted, on average.

    They are those of the values around each, which no change is far from.
    """
    at, sums = np.arange(values.size), np.append(0.0, np.cumsum(values))
    low, high = np.maximum(at - AROUND, 0), np.minimum(at + AROUND + 1, values.size)
    fitted = (sums[high] - sums[low]) / (high - low)
    exact = log_density(counts, means_of(fitted, size), size)
    normal = -0.5 * ((values - fitted) ** 2 + math.log(2.0 * math.pi))
    parts = exact - normal - log_slope(counts, size)
    lacking = float(np.average(parts, weights=weights))
    return min(max(lacking, -MOST_LACKING), MOST_LACKING)


def hypotheses_of_counts(
    times: Floats, counts: Floats, weights: Floats, dispersions: Sequence[float]
) -> NoiseHypotheses:
    """Hypotheses of negative binomial counts: each dispersion, prior and memory."""
    mean = max(float(np.average(counts, weights=weights)), MIN_MEAN)
    gap = usual_gap(times)
    cases = list(itertools.product(dispersions, RATE_SHAPES, MEMORIES))
    values = np.array([stabilised(counts, each[0]) for each in cases])
    one_count = np.array([math.sqrt(mean + mean**2 / each[0]) for each in cases])
    noise = GaussianNoise(
        values=values,
        noise=np.ones(len(cases)),
        share=np.array([each[2][0] for each in cases]),
        memory=np.array([each[2][1] * gap for each in cases]),
        centre=values.mean(1),
        spread=np.array([mean / math.sqrt(each[1]) for each in cases]) / one_count,
        odd=np.zeros(values.shape, bool),
    )
    known = {k: _lacking(stabilised(counts, k), counts, weights, k) for k in dispersions}
    lacking = np.array([known[each[0]] for each in cases])
    laws = tuple((float(each[0]), mean, each[1]) for each in cases)
    log_prior = np.tile(LOG_MEMORY_PRIOR, len(cases) // len(MEMORIES))
    return NoiseHypotheses(times, weights, noise, values, log_prior, lacking, counts, laws)


def hypotheses_of_levels(times: Floats, values: Floats) -> NoiseHypotheses:
    """Hypotheses of a measured level: each size and memory of its noise."""
    spread = max(float(values.std()), 1e-9 * max(float(np.abs(values).max()), 1e-9))
    gap = usual_gap(times)
    cases = list(itertools.product(NOISE_SIZES, MEMORIES))
    alike = np.ones(len(cases))
    log_prior = np.tile(LOG_MEMORY_PRIOR, len(NOISE_SIZES))
    same = np.broadcast_to(values, (len(cases), values.size))
    noise = GaussianNoise(
        values=same,
        noise=np.array([each[0] for each in cases]) * spread,
        share=np.array([each[1][0] for each in cases]),
        memory=np.array([each[1][1] * gap for each in cases]),
        centre=alike * values.mean(),
        spread=alike * spread,
        odd=np.zeros(same.shape, bool),
    )
    none = np.zeros(len(cases))
    return NoiseHypotheses(times, np.ones(times.size), noise, same, log_prior, none)


def cycle_can_be_told(times: Floats) -> bool:
    """Whether a series is long, dense and rich enough for a yearly cycle to be a rival."""
    enough = times.size >= MIN_CYCLE_OBSERVATIONS and np.ptp(times) >= MIN_YEARS * YEAR
    return bool(enough and np.median(np.diff(times)) <= YEAR / (2 * WAVES[-1] + 2))


def with_cycle(hypotheses: NoiseHypotheses, changes: Sequence[int], number: int) -> NoiseHypotheses:
    """Add a yearly cycle of so many waves, fitted beside levels between positions of change.

    Its prior is that of the Bayesian information criterion: half the logarithm of the number
    of observations for each of its coefficients.
    """
    times = hypotheses.times
    turn = 2.0 * math.pi * times / YEAR
    waves = [f((k + 1) * turn) for k in range(number) for f in (np.cos, np.sin)]
    pieces = []
    for first, last in itertools.pairwise([0, *changes, times.size]):
        inside = np.zeros(times.size)
        inside[first:last] = 1.0
        pieces.append(inside)
    if not changes:
        pieces.append((times - times.mean()) / np.ptp(times))
    root = np.sqrt(hypotheses.weights)[:, None]
    design, cycle = np.column_stack([*waves, *pieces]), np.zeros_like(hypotheses.plain)
    for odd in np.unique(hypotheses.noise.odd, axis=0):
        here = (hypotheses.noise.odd == odd).all(1)
        used = root * ~odd[:, None]
        fitted = np.linalg.lstsq(design * used, hypotheses.plain[here].T * used, rcond=None)[0]
        cycle[here] = (np.column_stack(waves) @ fitted[: len(waves)]).T
    lower = 0.5 * len(waves) * math.log(times.size)
    noise = replace(hypotheses.noise, values=hypotheses.plain - cycle)
    return replace(hypotheses, noise=noise, log_prior=hypotheses.log_prior - lower)
