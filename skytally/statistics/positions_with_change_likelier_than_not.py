"""Places at which a change is more likely than not, each judged by itself."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import special

from skytally.statistics.bayesian_change_point_search import ChangeSearch
from skytally.statistics.segmentation_likelihood_sums import sums_backward, sums_forward

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NEAR = 1
"""Observations on either side of a place within which a change is one at that place: a state has
two observations or three at least, so that hardly ever a second change lies there."""
LIKELY = 0.5
"""Probability above which a change is more likely than not."""
NEGLIGIBLE = 1e-4
"""Posterior below which a supposition of the noise is left out."""


class PlaceSums:
    """Sums over all segmentations of a search, by the places of their changes."""

    def __init__(self, search: ChangeSearch) -> None:
        posterior = special.softmax(special.logsumexp(search.log_evidence, axis=0))
        kept = np.flatnonzero(posterior > NEGLIGIBLE)
        self.segments, self.log_prior = search.segments[kept], search.log_prior
        self.most = search.log_evidence.shape[0] - 1
        self.forward = sums_forward(self.segments, self.log_prior, self.most)
        whole, held = self.forward[:, :, -1], search.log_evidence[:, kept]
        possible = np.isfinite(whole)
        self.besides = np.where(possible, held - np.where(possible, whole, 0.0), -math.inf)
        self.total = special.logsumexp(held)

    def expected(self) -> Floats:
        """Sum up the expected number of changes at each cut, dims (cut)."""
        backward = sums_backward(self.segments, self.log_prior, self.most - 1)
        made = np.zeros(self.log_prior.size)
        for before in range(self.most):
            for after in range(self.most - before):
                besides = self.besides[before + after + 1][:, None] - self.total
                logs = self.forward[before] + self.log_prior + backward[after] + besides
                made += np.exp(logs).sum(0)
        return made

    def chance(self, near: Bools) -> float:
        """Sum up the probability of a change at one of these cuts or more."""
        closed = np.where(near, -math.inf, self.log_prior)
        without = sums_forward(self.segments, closed, self.most)[:, :, -1]
        return float(1.0 - np.exp(special.logsumexp(without + self.besides) - self.total))


def likely_places(search: ChangeSearch) -> tuple[int, ...]:
    """Positions within one observation of which a change is more likely than not.

    Parameters
    ----------
    search : ChangeSearch
        Sums over the segmentations of a series.

    Returns
    -------
    tuple of int
        First observation of each new state, in order of time.

    Notes
    -----
    The likeliest place is taken first, and no change counts for two places. Each is judged by
    itself: several changes may be likelier than not, and none of them at any one place.

    References
    ----------
    METHODS 7.2.
    """
    if search.log_evidence.shape[0] < 2:
        return ()
    sums = PlaceSums(search)
    expected = sums.expected()
    found: list[int] = []
    near = np.abs(search.cuts[:, None] - search.cuts) <= NEAR
    while True:
        number = near @ expected
        at = int(np.lexsort((expected, number))[-1])
        if number[at] <= LIKELY:
            return tuple(sorted(found))
        here = near[at] & (expected > 0.0)
        if sums.chance(here) > LIKELY:
            found.append(int(search.cuts[np.where(here, expected, 0.0).argmax()]))
        expected = np.where(near[at], 0.0, expected)
