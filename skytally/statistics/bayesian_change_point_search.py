"""Search a series for several changes: how many, where, and as steps, ramps or turns."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from skytally.statistics.noise_and_seasonal_cycle_hypotheses import (
    MEMORIES,
    WAVES,
    NoiseHypotheses,
    cycle_can_be_told,
    usual_gap,
    with_cycle,
)
from skytally.statistics.outlier_hypotheses_for_change_points import with_odd_observations
from skytally.statistics.segmentation_likelihood_sums import (
    best_cuts,
    log_share,
    sums_backward,
    sums_forward,
)

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

MOST_CHANGES = 8
"""Most changes that are searched for."""
ONE_MORE = 0.5
"""Prior of one change more, given that there is one: geometric; none has one half."""
WANDERING = 0.95
"""Share of the noise that lasts from which it makes the level wander."""
CHANGE_BESIDES = 0.1
"""Prior of a change of a level that wanders anyhow, against that of one that does not."""
LOG_HALF_OF_ALL = math.log((len(MEMORIES) - 1) / 2.0)
"""Half the prior of all memories over that of one, in logarithms."""
RAMP_SHARE = 0.25
"""Prior of a segment to be a ramp; else its level is constant."""
BRIEF = 0.5
"""Shortest segment in parts of the time that its fewest observations usually take: a burst of
images within a day or two is one observation of a level, not three."""
FIRST_CUTS = 32
"""Most places of a change in the first pass, which only drops hypotheses of the noise."""
COARSE_CUTS = 100
"""Most places of a change in the second pass over a long series."""
FINE_CUTS = 260
"""Observations up to which each gap is a place of a change in the last pass."""
NEGLIGIBLE = ((12.0, 60), (7.0, 24))
"""After the first and the second pass: natural logarithm of how much worse than the best a
hypothesis of the noise may be to be carried on, and most of them."""


@dataclass(frozen=True, eq=False)
class ChangeSearch:
    """Sums over all segmentations, under each hypothesis of the noise."""

    hypotheses: NoiseHypotheses
    """What is supposed of the noise."""
    cuts: Places
    """Positions at which a segment may begin or end, dims (cut)."""
    log_prior: Floats
    """Log prior of a change at each cut, dims (cut)."""
    constant: Floats
    """Log of evidence times prior of each stretch as a constant, dims (hypothesis, cut, cut)."""
    ramp: Floats
    """The same as a ramp."""
    log_evidence: Floats
    """By number of changes, with the priors of both, dims (changes + 1, hypothesis)."""
    log_norm: Floats
    """Log of what the priors of that many changes sum to, dims (changes + 1)."""

    @property
    def segments(self) -> Floats:
        """Log evidence of each stretch, summed over constant and ramp."""
        return np.asarray(np.logaddexp(self.constant, self.ramp))

    def at_least(self) -> Floats:
        """Probability of at least so many changes, dims (changes + 1)."""
        logs = special.logsumexp(self.log_evidence, axis=1)
        shares = np.exp(logs - special.logsumexp(logs))
        return np.minimum(np.cumsum(shares[::-1])[::-1], 1.0)

    def log_odds(self, changes: int) -> float:
        """Log odds of at least so many changes, against the best memory of the noise.

        Fewer changes are explained by white noise, or by the one memory that explains them best,
        which stands for half of all: the mean of the memories would favour changes where one
        of them explains everything.
        """
        noise, lasts = self.hypotheses.noise, self.hypotheses.noise.share > 0.0
        fewer = special.logsumexp(self.log_evidence[:changes], axis=0)
        white = rival = special.logsumexp(fewer[~lasts])
        kinds = np.column_stack([noise.share, noise.memory])
        for kind in np.unique(kinds[lasts], axis=0):
            alone = special.logsumexp(fewer[(kinds == kind).all(1)]) + LOG_HALF_OF_ALL
            rival = max(rival, np.logaddexp(white, alone))
        return float(special.logsumexp(self.log_evidence[changes:]) - rival)

    def step_only(self) -> ChangeSearch:
        """Search again with nothing but segments of constant level, and one change at most."""
        without = np.full_like(self.ramp, -math.inf)
        whole = sums_forward(self.constant, self.log_prior, 1)[:, :, -1]
        return replace(self, ramp=without, log_evidence=whole + self.hypotheses.log_prior)

    def weights(self, changes: int) -> Floats:
        """Posterior of the hypotheses of the noise given so many changes."""
        return np.asarray(special.softmax(self.log_evidence[changes]))

    def best(self, changes: int) -> tuple[list[int], list[bool]]:
        """Cuts of the most probable segmentation, as indices, and which segments are ramps."""
        h = int(self.log_evidence[changes].argmax())
        at = best_cuts(np.logaddexp(self.constant[h], self.ramp[h]), self.log_prior, changes)
        return at, [
            bool(self.ramp[h, a, b] > self.constant[h, a, b]) for a, b in itertools.pairwise(at)
        ]

    def places(self, changes: int, which: int) -> Floats:
        """Posterior of each cut as the `which`-th of so many changes, dims (cut)."""
        before = sums_forward(self.segments, self.log_prior, which - 1)[-1]
        after = sums_backward(self.segments, self.log_prior, changes - which)[-1]
        with np.errstate(invalid="ignore"):
            logs = before + self.log_prior + after
        shares = special.softmax(np.where(np.isnan(logs), -math.inf, logs), axis=1)
        return np.asarray(self.weights(changes) @ shares)


def _log_number(most: int) -> Floats:
    """Log prior of each number of changes: one half none, the rest geometric."""
    more = np.arange(most) * math.log(ONE_MORE) + math.log(1.0 - ONE_MORE)
    return math.log(0.5) + np.concatenate([[0.0], more])


def _allowed(times: Floats, cuts: Places, shortest: int) -> Floats:
    """Zero where a stretch between two cuts may be a segment, else -inf, dims (cut, cut).

    Where not even one change would be possible, segments may be as short as they like.
    """
    enough = cuts[None, :] - cuts[:, None] >= shortest
    lasts = times[cuts - 1] - times[np.minimum(cuts, times.size - 1)][:, None]
    long = enough & (lasts >= BRIEF * (shortest - 1) * usual_gap(times))
    possible = (long[0] & long[:, -1]).any()
    return np.where(long if possible else enough, 0.0, -math.inf)


def _pass(hypotheses: NoiseHypotheses, cuts: Places, most: int, shortest: int) -> ChangeSearch:
    log_prior = log_share(hypotheses.times, cuts)
    allowed = _allowed(hypotheses.times, cuts, shortest)
    constant, ramp = hypotheses.evidence(cuts)
    none = ~np.isfinite(ramp)
    constant += np.where(none, 0.0, math.log(1.0 - RAMP_SHARE)) + allowed
    ramp += math.log(RAMP_SHARE) + allowed
    whole = sums_forward(np.logaddexp(constant, ramp), log_prior, most)[:, :, -1]
    norm = sums_forward(allowed, log_prior, most)[:, -1]
    possible = np.isfinite(norm)
    norm = np.where(possible, norm, 0.0)
    evidence = np.where(possible[:, None], whole - norm[:, None], -math.inf)
    evidence = evidence + hypotheses.log_prior + _log_number(most)[:, None]
    evidence[1:, hypotheses.noise.share >= WANDERING] += math.log(CHANGE_BESIDES)
    return ChangeSearch(hypotheses, cuts, log_prior, constant, ramp, evidence, norm)


def _likeliest_number(search: ChangeSearch) -> int:
    return int(special.logsumexp(search.log_evidence, axis=1).argmax())


def _with_cycles(
    hypotheses: NoiseHypotheses, cuts: Places, most: int, shortest: int
) -> NoiseHypotheses:
    """Join the same hypotheses with a yearly cycle, fitted without and beside the changes."""
    joined = hypotheses
    for waves in WAVES:
        still = with_cycle(hypotheses, [], waves)
        search = _pass(still, cuts, most, shortest)
        number, kept = _likeliest_number(search), _carried(search, 0)
        joined = joined.joined(still.part(kept))
        if number:
            at, _ = search.best(number)
            changes = [int(cuts[k]) for k in at[1:-1]]
            joined = joined.joined(with_cycle(hypotheses.part(kept), changes, waves))
    return joined


def _carried(search: ChangeSearch, stage: int) -> Places:
    """Places of the hypotheses that carry weight, the best first."""
    worse, most = NEGLIGIBLE[stage]
    logs = special.logsumexp(search.log_evidence, axis=0)
    order = np.argsort(-logs, kind="stable")
    return np.asarray(order[logs[order] > logs.max() - worse][:most])


def _likely(search: ChangeSearch, stage: int) -> NoiseHypotheses:
    return search.hypotheses.part(_carried(search, stage))


def _thinned(count: int, most: int) -> Places:
    return np.unique(np.linspace(0, count, min(count, most) + 1).round().astype(int))


def _fine_cuts(search: ChangeSearch, count: int) -> Places:
    """Every gap of a short series; of a long one every gap near the likeliest changes."""
    if count <= FINE_CUTS:
        return np.arange(count + 1)
    reach = 2 * count // COARSE_CUTS + 2
    near: set[int] = set()
    number = _likeliest_number(search)
    for changes in {number, min(number + 1, search.log_evidence.shape[0] - 1)}:
        for k in search.best(changes)[0][1:-1]:
            at = int(search.cuts[k])
            near.update(range(max(at - reach, 1), min(at + reach + 1, count)))
    return np.unique(np.concatenate([search.cuts, np.array(sorted(near), int)]))


def search_changes(
    hypotheses: NoiseHypotheses, *, shortest: int, most: int = MOST_CHANGES
) -> ChangeSearch:
    """Sum over all segmentations of a series and over what may be supposed of its noise.

    Parameters
    ----------
    hypotheses : NoiseHypotheses
        The series, in order of time, and the suppositions.
    shortest : int
        Fewest observations of a segment.
    most : int
        Most changes.

    Returns
    -------
    ChangeSearch

    Notes
    -----
    The recursions of Fearnhead 2006 are exact for each hypothesis. A series of more than 100
    observations is passed with places of a change thinned out, then with every gap near the
    likeliest changes; hypotheses of the noise without weight are dropped on the way
    (METHODS 7.2).
    """
    count = hypotheses.times.size
    most = max(min(most, count // shortest - 1), 0)
    hypotheses = with_odd_observations(hypotheses)
    cuts = _thinned(count, FIRST_CUTS)
    if cycle_can_be_told(hypotheses.times):
        hypotheses = _with_cycles(hypotheses, cuts, most, shortest)
    likely = _likely(_pass(hypotheses, cuts, most, shortest), 0)
    search = _pass(likely, _thinned(count, COARSE_CUTS), most, shortest)
    likely = _likely(search, 1)
    if count <= COARSE_CUTS:
        return _pass(likely, np.arange(count + 1), most, shortest)
    return _pass(likely, _fine_cuts(search, count), most, shortest)
