"""Interval of a number of ships, from what was found and from measured precision and recall."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special, stats

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ScoredSweep:
    """How a sweep did on labelled ports."""

    hits: int
    """Objects found that are a labelled ship."""
    found: int
    """Objects found."""
    labels: int
    """Labelled ships."""

    @property
    def p_detect(self) -> float:
        """Share of the labelled ships that were found."""
        return self.hits / self.labels

    @property
    def p_false(self) -> float:
        """Share of the objects found that are no labelled ship."""
        return 1.0 - self.hits / self.found


@functools.lru_cache(maxsize=256)
def count_interval(count: int, scored: ScoredSweep, *, coverage: float = 0.9) -> tuple[int, int]:
    """Interval of the number of ships that are there when `count` objects are found.

    Parameters
    ----------
    count : int
        Objects found.
    scored : ScoredSweep
        Labelled ports on which precision and recall were measured.
    coverage : float
        Chance that the interval holds the number, as far as ports are alike.

    Returns
    -------
    tuple of int
        Lower and upper end.

    Notes
    -----
    The ships among the objects found are beta-binomial, with the precision's Jeffreys law
    ``Beta(hits + 1/2, found - hits + 1/2)``. Those missed when h were found are negative
    binomial with the recall r, and r has the law ``Beta(hits + 1/2, labels - hits + 1/2)``:
    the posterior of a thinned number under the prior ``N^-1/2`` (Jeffreys 1961, Theory of
    probability, section 3.2, for the law of counts). The number is their sum; its tails hold
    half of what is left each.

    Examples
    --------
    >>> count_interval(0, ScoredSweep(34, 64, 64))[0]
    0
    """
    right = (scored.hits + 0.5, scored.found - scored.hits + 0.5)
    seen = (scored.hits + 0.5, scored.labels - scored.hits + 0.5)
    hits = np.arange(count + 1)
    chance = stats.betabinom(count, *right).pmf(hits)
    reach = 16 + 8 * (count + 1)
    law = np.zeros(count + reach)
    for each, share in zip(hits, chance, strict=True):
        law[each : each + reach] += share * _missed(float(each) + 0.5, seen, reach)
    total = np.cumsum(law / law.sum())
    tail = 0.5 * (1.0 - coverage)
    return int(np.searchsorted(total, tail)), int(np.searchsorted(total, 1.0 - tail))


def _missed(hits: float, recall: tuple[float, float], reach: int) -> Doubles:
    """Beta-negative-binomial law of the number missed."""
    number, (a, b) = np.arange(reach), recall
    law = special.gammaln(hits + number) - special.gammaln(number + 1) - special.gammaln(hits)
    law += special.betaln(a + hits, b + number) - special.betaln(a, b)
    return np.asarray(np.exp(law))
