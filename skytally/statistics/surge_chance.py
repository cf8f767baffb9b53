"""Chance of a count as high as a new one if nothing had changed, by four methods side by side."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from skytally.core import refuse
from skytally.statistics.argument_checks import check_level, whole_faults
from skytally.statistics.baseline import Baseline, whole_bounds
from skytally.statistics.estimate import Estimate
from skytally.statistics.tail_probability import (
    LEVEL,
    MAX_TERMS,
    dispersion_of,
    negative_binomial_tail,
    predictive_tail,
    predictive_tails,
    tail_of_bound,
    tails_of_bound,
)

DISPERSIONS = (0.5, 1.0, 2.0, 5.0)
"""Over-dispersions k always shown; the variance is mean + mean**2 / k (METHODS 7.1)."""
SHARES = (0.01, 0.02, 0.05, 0.1)
"""Shares of time for the table of states that stay unseen."""
SEARCH_LIMIT = 20
"""Times the largest count beyond which a limit counts as none."""


@dataclass(frozen=True)
class Surge:
    """How surprising a new count is: probabilities of as many or more, if nothing had changed.

    Each is printed at the low end of the count and the high end of the bound, which is the
    least surprising reading; the range reaches to the other ends.
    """

    count: tuple[float, float]
    """The new count, at its low and its high end; infinite for *at least*."""
    baseline: Baseline
    """What it is compared with."""
    factor: int
    """Look-elsewhere factor: sites times independent weeks that could have surprised."""
    poisson: Estimate
    """Cars that come one by one; the range holds the 0.9 interval of the mean."""
    negative_binomial: Estimate
    """Cars that come in rakes; the range is over `DISPERSIONS` and the interval of k."""
    bound_only: Estimate
    """From the bound and the number of looks alone; the range is over priors, ends, looks, and
    over whether the bound was just met or only never passed."""
    rank: Estimate
    """From the order of the looks alone: an upper bound, without any shape of the counts."""
    by_dispersion: tuple[tuple[float, float], ...]
    """(k, probability) behind the negative binomial; an estimated k comes last."""
    dispersion: Estimate | None
    """k from the counts, None for fewer than `ESTIMABLE`; infinite if no over-dispersion shows."""
    unseen: Estimate
    """Share of looks at which a state above the bound may hold and yet never have been met."""
    hidden: tuple[tuple[float, float], ...]
    """(share of looks f, chance that all looks miss a state present at that share)."""
    by_looks: tuple[tuple[int, float, float], ...]
    """(number of looks, bound-only, rank bound), over the range the number may have."""

    def answers(self, *, corrected: bool = False) -> dict[str, Estimate]:
        """Four answers by name, with or without the look-elsewhere factor.

        Parameters
        ----------
        corrected : bool
            Whether each probability is multiplied by `factor`, up to 1.

        Returns
        -------
        dict of str to Estimate
            ``poisson``, ``negative_binomial``, ``bound_only``, ``rank``.
        """
        plain = {
            "poisson": self.poisson,
            "negative_binomial": self.negative_binomial,
            "bound_only": self.bound_only,
            "rank": self.rank,
        }
        factor = self.factor if corrected else 1
        return {name: _multiplied(each, factor) for name, each in plain.items()}


def _multiplied(p: Estimate, factor: int) -> Estimate:
    value, low, high = (min(1.0, each * factor) for each in (p.value, p.low, p.high))
    return Estimate(value, low, high, p.unit, p.level, p.method)


def _shown(estimated: Estimate | None) -> list[float]:
    """Values of k at which the answer is shown: the fixed ones, then a finite estimate."""
    finite = estimated is not None and math.isfinite(estimated.value)
    return [*DISPERSIONS, estimated.value] if estimated and finite else list(DISPERSIONS)


def _bound_only(count: tuple[float, float], baseline: Baseline) -> Estimate:
    fewest, used, most = baseline.looks
    low, high = baseline.most
    value = float(tail_of_bound(high, [used])(count[0])[0])
    ends = [value]
    for bound in {low, high}:
        tails = tails_of_bound(bound, sorted({fewest, most}))
        ends += [float(p) for tail in tails for top in {*count} for p in tail(top)]
    method = f"bound of {high} in {used} looks, negative binomial, log-uniform priors"
    return Estimate(value, min(ends), max(ends), "p", 1.0, method)


def _poisson(count: tuple[float, float], baseline: Baseline) -> Estimate:
    if baseline.counts:
        total, looks = sum(baseline.counts) + 0.5, len(baseline.counts)
        value = float(stats.nbinom.sf(count[0] - 1, total, looks / (looks + 1)))
        tail = (1 - LEVEL) / 2
        means = stats.gamma.ppf((tail, 1 - tail), total) / looks
        method, level = f"Poisson, mean of {looks} counts", LEVEL
    else:
        means = np.maximum(baseline.most, 1)
        value = float(stats.poisson.sf(count[0] - 1, means[1]))
        method, level = f"Poisson, mean at the bound of {means[1]}", 1.0
    low = float(stats.poisson.sf(count[1] - 1, means[0]))
    high = float(stats.poisson.sf(count[0] - 1, means[1]))
    return Estimate(value, min(low, value), max(high, value), "p", level, method)


def _over_dispersed(
    count: tuple[float, float], baseline: Baseline, estimated: Estimate | None
) -> tuple[Estimate, tuple[tuple[float, float], ...]]:
    """Negative binomial answer, and its value at each k."""
    shown = _shown(estimated)
    # the range also holds what the ends of an estimated k say
    ends = [k for k in (estimated.low, estimated.high) if math.isfinite(k)] if estimated else []
    ks = np.array([*shown, *ends])
    if baseline.counts:
        counts = np.array(baseline.counts, dtype=float)
        least, most = (predictive_tails(counts, ks, each) for each in count)
        value = predictive_tail(counts, count[0])
        mean_said = f"mean of {len(counts)} counts"
    else:
        low, high = (max(each, 1) for each in baseline.most)
        least = np.array([negative_binomial_tail(count[0], high, k) for k in ks])
        most = np.array([negative_binomial_tail(count[1], low, k) for k in ks])
        value = float(least[DISPERSIONS.index(1.0)])
        mean_said = f"mean at the bound of {high}, printed at k 1"
    method = f"negative binomial, {mean_said}, range over k {ks.min():.2g} to {ks.max():.2g}"
    low_p, high_p = min(value, float(most.min())), max(value, float(least.max()))
    by_dispersion = tuple(zip(shown, map(float, least[: len(shown)]), strict=True))
    return Estimate(value, low_p, high_p, "p", 1.0, method), by_dispersion


def _rank_bound(count: float, baseline: Baseline, looks: int) -> float:
    if not baseline.counts:
        return 1 / (looks + 1) if count > baseline.most[1] else 1.0
    return (1 + sum(each >= count for each in baseline.counts)) / (looks + 1)


def _rank(count: tuple[float, float], baseline: Baseline) -> Estimate:
    fewest, used, _ = baseline.looks
    value = _rank_bound(count[0], baseline, used)
    high = _rank_bound(count[0], baseline, fewest)
    return Estimate(value, 0.0, high, "p", 1.0, f"rank among {used} looks and the new one")


def _by_looks(count: float, baseline: Baseline) -> tuple[tuple[int, float, float], ...]:
    fewest, used, most = baseline.looks
    between = [n for n in (1, 2, 5, 10, 20, 50, 100, 200, 500) if fewest < n < most]
    numbers = sorted({fewest, used, most, *between})
    found = tail_of_bound(baseline.most[1], numbers)(count)
    return tuple(
        (number, float(p), _rank_bound(count, baseline, number))
        for number, p in zip(numbers, found, strict=True)
    )


def surge(count: ArrayLike, baseline: Baseline, *, sites: int = 1, weeks: int = 1) -> Surge:
    """Chance of a count as high as this one if nothing had changed, by four methods.

    No one of them is right: the Poisson answer holds for cars that come one by one, and is far
    too small for cars that come in rakes; the rank answer holds whatever the shape, and
    cannot go below 1 / (looks + 1) however large the count is.

    Parameters
    ----------
    count : float or (low, high)
        The new count, in the unit of the baseline; the probability is printed at its low end.
    baseline : Baseline
        From `counted_baseline` or `bounded_baseline`.
    sites, weeks : int
        Places watched, and independent weeks they were watched in, in which a surprise as
        large would have been reported too.

    Returns
    -------
    Surge
        Probabilities, without unit, of a count as large or larger.

    Raises
    ------
    DataError
        If the count is negative, missing, reversed or, against counts, above 100,000; if sites
        or weeks are below 1.

    Notes
    -----
    Counts: with the Jeffreys prior of the mean the next count is negative binomial (Poisson
    model) or, at a given k, beta negative binomial with parameters k, N k, sum + 1/2.
    It is averaged over the posterior of k, log-uniform on 0.05 to 50: k is hardly learned from
    few counts, but the average then errs on the wide side (labs/benchmarks/calibrate_surge.py).
    Bound M: Poisson and negative binomial take the mean at M itself, the latter printed at
    k = 1; bound-only takes the likelihood P(X <= M)**N with log-uniform priors on the mean
    (M/20 to 3 M, and 1 to 60 for M below 20) and on k.
    METHODS 1.7 and 7.1. The rule of three: Hanley and Lippman-Hand (1983).

    References
    ----------
    Hanley, J. A., Lippman-Hand, A. (1983). If nothing goes wrong, is everything all right?
    doi:10.1001/jama.1983.03330370053031

    Examples
    --------
    >>> from skytally.statistics.baseline import bounded_baseline
    >>> found = surge(73, bounded_baseline(20, looks=20))
    >>> [float(f"{each.value:.0e}") for each in found.answers().values()]
    [6e-20, 0.03, 3e-05, 0.05]
    """
    ends = whole_bounds(count, what="count")
    faults = list(whole_faults(sites=sites, weeks=weeks))
    if baseline.counts and any(MAX_TERMS < each < math.inf for each in ends):
        faults.append(
            f"count: found {ends}; counts above {MAX_TERMS:,} are no looks' counts, give less"
        )
    refuse(faults, what="surge")
    estimated = dispersion_of(baseline.counts)
    over_dispersed, by_dispersion = _over_dispersed(ends, baseline, estimated)
    fewest, used, most = baseline.looks
    share, least, largest = (1 - 0.05 ** (1 / number) for number in (used, most, fewest))
    return Surge(
        count=ends,
        baseline=baseline,
        factor=int(sites) * int(weeks),
        poisson=_poisson(ends, baseline),
        negative_binomial=over_dispersed,
        bound_only=_bound_only(ends, baseline),
        rank=_rank(ends, baseline),
        by_dispersion=by_dispersion,
        dispersion=estimated,
        unseen=Estimate(share, 0.0, max(share, least, largest), "p", 0.95, "rule of three"),
        hidden=tuple((share, (1 - share) ** used) for share in SHARES),
        by_looks=_by_looks(ends[0], baseline),
    )


def _least_surprising(tail: Callable[[int], float], surprise: float, *, guess: int) -> float:
    """Smallest whole number that is exceeded with no more than this probability."""
    top, farthest = max(guess, 1), SEARCH_LIMIT * max(guess, 100)
    while tail(top + 1) > surprise:
        top *= 2
        if top > farthest:
            return math.inf
    bottom = 0
    while bottom < top:
        middle = (bottom + top) // 2
        if tail(middle + 1) > surprise:
            bottom = middle + 1
        else:
            top = middle
    return float(top)


def predictive_limits(baseline: Baseline, *, level: float = LEVEL) -> dict[str, float]:
    """Predictive upper limit of the next count, by each of the four methods.

    Parameters
    ----------
    baseline : Baseline
        As for `surge`.
    level : float
        Probability with which the next count is held.

    Returns
    -------
    dict of str to float
        Upper limits in the unit of the counts, keyed as `Surge.answers`; infinite where too
        few looks allow none, or none below 20 times the largest count.

    Raises
    ------
    DataError
        If the level is not between 0 and 1.

    Notes
    -----
    Bound-only takes the end of its range: its printed probability knows that the bound was
    never passed, but not that it was met, and so holds the next count too seldom.

    Examples
    --------
    >>> from skytally.statistics.baseline import counted_baseline
    >>> predictive_limits(counted_baseline([3] * 9))["rank"]
    3.0
    """
    check_level(level, what="limits of the next count")
    bound_tails = tails_of_bound(baseline.most[1], [baseline.looks[1]])

    def over_dispersed(count: int) -> float:
        if baseline.counts:
            return predictive_tail(np.array(baseline.counts, dtype=float), count)
        return negative_binomial_tail(count, max(baseline.most[1], 1), 1.0)

    tails: dict[str, Callable[[int], float]] = {
        "poisson": lambda count: _poisson((count, count), baseline).value,
        "negative_binomial": over_dispersed,
        "bound_only": lambda count: max(float(tail(count)[0]) for tail in bound_tails),
        "rank": lambda count: _rank_bound(count, baseline, baseline.looks[1]),
    }
    # rounding must not turn 1 / 10 into more than a tenth
    surprise, guess = 1 - level + 1e-9, baseline.most[1]
    return {name: _least_surprising(tail, surprise, guess=guess) for name, tail in tails.items()}
