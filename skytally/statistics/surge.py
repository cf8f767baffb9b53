"""Is a new count surprising against what was seen before: four answers, side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats
from statsmodels.discrete.discrete_model import NegativeBinomial

from skytally.checks import DataError, refuse
from skytally.statistics.estimate import Estimate

DISPERSIONS = (0.5, 1.0, 2.0, 5.0)
"""Over-dispersions k always shown; the variance is mean + mean**2 / k (METHODS 7.1)."""
Prior = tuple[tuple[float, float], tuple[float, float]]
FIRST_PRIOR: Prior = ((0.05, 3.0), (0.3, 50.0))
"""Log-uniform prior of the mean, as multiples of the bound, and of k (METHODS 7.1)."""
OTHER_PRIORS: tuple[Prior, ...] = (
    ((0.05, 3.0), (0.1, 50.0)),
    ((0.05, 3.0), (1.0, 50.0)),
    ((0.05, 10.0), (0.3, 50.0)),
)
"""Priors as defensible as the first, over which the bound-only answer is ranged."""
LEAST_SCALE = 20
"""Bounds below it keep the prior of 1 to 60, so that a few empty looks cannot say much."""
COUNTED_DISPERSION = (0.05, 50.0)
"""Prior of k where it is learned from counts; wide enough for yards that mostly stand empty."""
SHARES = (0.01, 0.02, 0.05, 0.1)
"""Shares of time for the table of states that stay unseen."""
SPACING = 7
"""Days between looks that count as independent: a train may stand for days (METHODS 7.1)."""
ESTIMABLE = 10
"""Counts from which k is estimated; it stays in doubt far above that (METHODS 7.1)."""
LEVEL = 0.9
"""Coverage of the intervals."""
GRID = 41
"""Nodes a side of a prior's grid; ten times as many move no answer by 1 percent."""
SMALLEST = 1e-12
"""Smallest probability that the sums here can tell from nothing."""
LARGEST = 100_000
"""Largest count compared with counts: the sums run over every smaller number."""
BLOCK = 4096
"""Terms summed at a time."""
FARTHEST = 20
"""Times the largest count beyond which a limit counts as none."""

Day = str | np.datetime64
Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class Regime:
    """What a baseline holds before, inside and after the closure; the three are never pooled."""

    name: str
    """``before``, ``closed`` or ``after``; ``open`` where no closure was named."""
    looks: int | None
    """Usable looks in it, None where the looks are not dated."""
    days: int | None
    """Days of the period in it, None where the looks are dated."""
    largest: int | None
    """Largest count in it, None where there are no dated counts."""


@dataclass(frozen=True)
class Baseline:
    """What was seen before, outside the closure."""

    counts: tuple[int, ...]
    """Largest count of each independent look, empty where only a bound is known."""
    most: tuple[int, int]
    """The bound that was never passed, at its low and its high end."""
    looks: tuple[int, int, int]
    """Independent looks: fewest, the number used, most; the fewest is used if none is known."""
    left_out: int | None
    """Looks left out because they lie in the closure, None where their number is not known."""
    unclear: int
    """Looks that could not tell, left out too."""
    regimes: tuple[Regime, ...]
    """Before, inside and after the closure, where dates or a period are given."""


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
        """Give the four answers by name, the look-elsewhere factor applied if asked.

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


def _whole(amount: ArrayLike, *, what: str) -> tuple[float, float]:
    """Give the least and the most whole number that an amount or an interval allows."""
    ends = np.asarray(amount, dtype=float).ravel()
    if ends.size not in (1, 2) or np.isnan(ends).any():
        message = f"{what}: found {amount!r}; give a number or (low, high)"
        raise DataError(message)
    low, high = float(ends[0]), float(ends[-1])
    least = math.ceil(low) if math.isfinite(low) else low
    most = math.floor(high) if math.isfinite(high) else high
    if low < 0 or low > high or math.isinf(low) or least > most:
        message = (
            f"{what}: found {low} to {high}; counts are whole numbers, not negative, "
            "and low is not above high"
        )
        raise DataError(message)
    return float(least), float(most)


def _day(date: Day, *, what: str) -> np.datetime64:
    day = np.datetime64(date).astype("datetime64[D]")
    if np.isnat(day):
        message = f"{what}: no date; give both ends"
        raise DataError(message)
    return day


def _ends(pair: tuple[Day, Day], *, what: str) -> tuple[np.datetime64, np.datetime64]:
    first, last = (_day(each, what=what) for each in pair)
    if first > last:
        message = f"{what}: {first} is after {last}; exchange them"
        raise DataError(message)
    return first, last


def _first_last(dates: ArrayLike, number: int) -> tuple[Days, Days]:
    """Give the first and last day of each look, both included."""
    given = np.asarray(dates, dtype="datetime64[ns]")
    if given.shape not in ((number,), (number, 2)) or np.isnat(given).any():
        message = (
            f"dates: shape {given.shape} or a date missing, for {number} looks; "
            "give a date a look, or time_bounds with its end excluded"
        )
        raise DataError(message)
    if given.ndim == 1:
        return given.astype("datetime64[D]"), given.astype("datetime64[D]")
    if (given[:, 1] <= given[:, 0]).any():
        message = "dates: an interval ends before it begins; the end of time_bounds is excluded"
        raise DataError(message)
    last = given[:, 1] - np.timedelta64(1, "ns")
    return given[:, 0].astype("datetime64[D]"), last.astype("datetime64[D]")


def _place(first: Days, last: Days, closed: tuple[Day, Day] | None) -> NDArray[np.str_]:
    """Say of each look whether it lies before, inside or after the closure."""
    if closed is None:
        return np.full(len(first), "open")
    start, end = _ends(closed, what="closed")
    return np.where(last < start, "before", np.where(first > end, "after", "closed"))


def _groups(first: Days, last: Days) -> NDArray[np.intp]:
    """Give each look a group; those within `SPACING` days of a group's first look share it."""
    group = np.zeros(len(first), dtype=np.intp)
    number, anchor = -1, np.datetime64("NaT")
    for i in np.argsort(last, kind="stable"):
        if np.isnat(anchor) or first[i] - anchor >= np.timedelta64(SPACING, "D"):
            number, anchor = number + 1, last[i]
        group[i] = number
    return group


def _regimes(places: NDArray[np.str_], highs: NDArray[np.float64] | None) -> tuple[Regime, ...]:
    return tuple(
        Regime(
            name=name,
            looks=int((places == name).sum()),
            days=None,
            largest=int(highs[places == name].max())
            if highs is not None and (places == name).any()
            else None,
        )
        for name in ("before", "closed", "after")
    )


def _refuse_empty(number: int, left_out: int) -> None:
    if number == 0:
        message = (
            f"baseline: no usable look is left ({left_out} lie in the closure); "
            "give looks outside it, or only a bound"
        )
        raise DataError(message)


def counted_baseline(
    counts: ArrayLike,
    *,
    dates: ArrayLike | None = None,
    closed: tuple[Day, Day] | None = None,
) -> Baseline:
    """Make a baseline of counts.

    Parameters
    ----------
    counts : array, dims (look) or (look, end)
        Counts, or their low and high ends, of which the high is used; NaN for a look that
        could not tell. The count to be judged must not be among them.
    dates : array of datetime64, dims (look) or (look, bnds), optional
        Day of each look, or its ``time_bounds`` (end excluded). Looks less than 7 days apart
        are one, at its largest count. Without dates every count is taken as independent.
    closed : tuple of date, optional
        First and last day, both included, of a closure; a look that may lie in it is refused.

    Returns
    -------
    Baseline
        Counts of independent looks, and how many were left out.

    Raises
    ------
    DataError
        If no usable look is left; if a count is negative, not whole or open above; if dates
        do not fit the counts, or a closure is named without dates.

    Examples
    --------
    >>> counted_baseline([4, 0, 7], dates=["2023-05-01", "2023-05-03", "2023-06-01"]).counts
    (4, 7)
    """
    ends = np.asarray(counts, dtype=float)
    if ends.ndim not in (1, 2) or (ends.ndim == 2 and ends.shape[1] != 2):
        message = f"counts: shape {ends.shape}; give a number a look, or (low, high) a look"
        raise DataError(message)
    if closed is not None and dates is None and len(ends):
        message = "closed: the counts have no dates, so none can be kept out; give their dates"
        raise DataError(message)
    usable = ~np.isnan(ends if ends.ndim == 1 else ends.sum(axis=1))
    if np.isposinf(ends).any():
        message = f"counts: {np.isposinf(ends).sum()} open above; a baseline needs its upper ends"
        raise DataError(message)
    highs = np.array([_whole(each, what="counts")[1] for each in ends[usable]])
    places = np.full(len(highs), "open")
    group = np.arange(len(highs))
    if dates is not None:
        first, last = (each[usable] for each in _first_last(dates, len(ends)))
        places = _place(first, last, closed)
        group = _groups(first[places != "closed"], last[places != "closed"])
    left_out = int((places == "closed").sum())
    kept = highs[places != "closed"]
    _refuse_empty(len(kept), left_out)
    tallest = np.zeros(group.max() + 1)
    np.maximum.at(tallest, group, kept)
    largest = tuple(int(each) for each in tallest)
    return Baseline(
        counts=largest,
        most=(max(largest), max(largest)),
        looks=(len(largest),) * 3,
        left_out=left_out,
        unclear=int((~usable).sum()),
        regimes=() if closed is None else _regimes(places, highs),
    )


def _period_days(
    period: tuple[Day, Day], closed: tuple[Day, Day] | None
) -> tuple[int, int, tuple[Regime, ...]]:
    """Count the days of a period outside and inside the closure."""
    first, last = _ends(period, what="period")
    day = np.timedelta64(1, "D")
    total = int((last - first) / day) + 1
    if closed is None:
        return total, 0, (Regime("open", None, total, None),)
    start, end = _ends(closed, what="closed")
    inside = max(0, int((min(last, end) - max(first, start)) / day) + 1)
    before = min(total, max(0, int((start - first) / day)))
    days = {"before": before, "closed": inside, "after": total - before - inside}
    if total == inside:
        message = f"period: {first} to {last} lies whole in the closure; nothing is left to compare"
        raise DataError(message)
    return total - inside, inside, tuple(Regime(n, None, d, None) for n, d in days.items())


def _dated_bound(
    most: tuple[int, int],
    looks: ArrayLike,
    period: tuple[Day, Day] | None,
    closed: tuple[Day, Day] | None,
) -> Baseline:
    first, last = _first_last(looks, len(np.asarray(looks)))
    if period is not None:
        start, end = _ends(period, what="period")
        outside = int(((first < start) | (last > end)).sum())
        if outside:
            message = f"looks: {outside} outside the period {start} to {end}; mend one of them"
            raise DataError(message)
    places = _place(first, last, closed)
    kept = places != "closed"
    left_out = int((~kept).sum())
    _refuse_empty(int(kept.sum()), left_out)
    independent = len(np.unique(_groups(first[kept], last[kept])))
    regimes = () if closed is None else _regimes(places, None)
    return Baseline((), most, (independent,) * 3, left_out, 0, regimes)


def _look_number_faults(
    looks: ArrayLike | None, looks_range: tuple[int, int], *, placeless: bool
) -> list[str]:
    faults = []
    if looks is not None and not (float(looks) >= 1 and float(looks).is_integer()):  # type: ignore[arg-type]
        faults.append(f"looks: found {looks!r}; leave it out if the number is not known")
    if not 1 <= looks_range[0] <= looks_range[1]:
        faults.append(f"looks_range: found {looks_range}; give (fewest, most), from 1 up")
    if placeless:
        faults.append("closed: neither dates of looks nor a period; give one, or leave it out")
    return faults


def bounded_baseline(
    most: ArrayLike,
    *,
    looks: ArrayLike | None = None,
    period: tuple[Day, Day] | None = None,
    closed: tuple[Day, Day] | None = None,
    looks_range: tuple[int, int] = (1, 50),
) -> Baseline:
    """Make a baseline of which only a bound is known: never more than so many.

    Parameters
    ----------
    most : float or (low, high)
        The bound, or its two ends where it is itself called *about*.
    looks : int or array of datetime64, dims (look) or (look, bnds), optional
        Number of usable looks, or the day of each, or its ``time_bounds`` (end excluded).
    period : tuple of date, optional
        First and last day the bound speaks of, both included.
    closed : tuple of date, optional
        First and last day of a closure. Dated looks in it are refused; of looks that are only
        numbered, the share of the period that is closed is refused.
    looks_range : tuple of int
        Fewest and most independent looks, used where neither looks nor a period is given.

    Returns
    -------
    Baseline
        The bound and the number of independent looks: of dated looks, those 7 days apart; else
        min(number, open days / 7); where no number is known, a range from 1 to open days / 7.

    Raises
    ------
    DataError
        If the bound is negative or its ends are reversed, there is no look, none outside the
        closure or one outside the period, or nothing dates the looks where one is closed.

    Examples
    --------
    >>> bounded_baseline(20, looks=50, period=("2023-01-01", "2023-03-11")).looks
    (10, 10, 10)
    """
    bound = _whole(most, what="most")
    if math.isinf(bound[1]):
        message = "most: infinite; a bound that is open above bounds nothing"
        raise DataError(message)
    ends = int(bound[0]), int(bound[1])
    if looks is not None and np.ndim(looks) > 0:
        return _dated_bound(ends, looks, period, closed)
    placeless = closed is not None and period is None
    refuse(_look_number_faults(looks, looks_range, placeless=placeless), what="baseline")
    number = None if looks is None else int(looks)  # type: ignore[arg-type]
    if period is None:
        numbers = (looks_range[0], *looks_range) if number is None else (number,) * 3
        return Baseline((), ends, numbers, None if number is None else 0, 0, ())
    open_days, inside, regimes = _period_days(period, closed)
    room = max(1, open_days // SPACING)
    if number is None:
        return Baseline((), ends, (1, 1, room), None if inside else 0, 0, regimes)
    left_out = round(number * inside / (open_days + inside))
    _refuse_empty(number - left_out, left_out)
    used = min(number - left_out, room)
    numbers = (1, used, min(number, room)) if inside else (used, used, used)
    return Baseline((), ends, numbers, left_out, 0, regimes)


def _negative_binomial(count: float, mean: float, dispersion: float) -> float:
    """Give P(X >= count) of a negative binomial."""
    share = dispersion / (dispersion + mean)
    return float(stats.nbinom.sf(count - 1, dispersion, share))


def _predictive_tails(
    counts: NDArray[np.float64], dispersions: NDArray[np.float64], count: float
) -> NDArray[np.float64]:
    """Give P(next >= count) at each k, the mean unknown: a beta negative binomial."""
    if math.isinf(count):
        return np.zeros(len(dispersions))
    k = dispersions[:, None]
    exposure, total = len(counts) * k, counts.sum() + 0.5
    below = np.zeros(len(dispersions))
    for start in range(0, int(count), BLOCK):
        each = np.arange(start, min(start + BLOCK, int(count)))
        log_p = (
            special.gammaln(k + each)
            - special.gammaln(k)
            - special.gammaln(each + 1)
            + special.betaln(exposure + k, total + each)
            - special.betaln(exposure, total)
        )
        below += np.exp(log_p).sum(axis=1)
    return np.clip(1 - below, SMALLEST, 1.0)


def _dispersion_weights(
    counts: NDArray[np.float64], dispersions: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the posterior of k on a logarithmic grid, the mean integrated out."""
    values, times = np.unique(counts, return_counts=True)
    k = dispersions[:, None]
    log_w = (times * (special.gammaln(k + values) - special.gammaln(k))).sum(axis=1)
    log_w += special.betaln(counts.sum() + 0.5, len(counts) * dispersions)
    weights: NDArray[np.float64] = np.exp(log_w - log_w.max())
    weights[[0, -1]] /= 2
    return weights / weights.sum()


def _predictive(counts: NDArray[np.float64], count: float) -> float:
    """Give P(next >= count) over the posterior of k."""
    dispersions = np.geomspace(*COUNTED_DISPERSION, 2 * GRID)
    tails = _predictive_tails(counts, dispersions, count)
    return float(tails @ _dispersion_weights(counts, dispersions))


def _shown(estimated: Estimate | None) -> list[float]:
    """Give the k at which the answer is shown: the fixed ones, then a finite estimate."""
    finite = estimated is not None and math.isfinite(estimated.value)
    return [*DISPERSIONS, estimated.value] if estimated and finite else list(DISPERSIONS)


def _profile(counts: NDArray[np.float64], level: float) -> tuple[float, float]:
    """Give the profile likelihood interval of k; the mean's estimate is the same at every k."""
    grid = np.geomspace(0.01, 1000, 401)
    mean = max(float(counts.mean()), 0.5 / len(counts))
    values, times = np.unique(counts, return_counts=True)
    fits = stats.nbinom.logpmf(values, grid[:, None], grid[:, None] / (grid[:, None] + mean))
    profile = fits @ times
    poisson = float(stats.poisson.logpmf(counts, mean).sum())
    best = max(poisson, float(profile.max()))
    inside = np.flatnonzero(2 * (best - profile) <= stats.chi2.ppf(level, 1))
    if not len(inside):
        return float(grid[-1]), math.inf
    # out to the next node, so that the grid never narrows the interval
    low, high = max(inside[0] - 1, 0), inside[-1] + 1
    return float(grid[low]), float(grid[high]) if high < len(grid) else math.inf


def dispersion_of(counts: ArrayLike, *, level: float = LEVEL) -> Estimate | None:
    """Estimate the over-dispersion k of counts.

    Parameters
    ----------
    counts : array of int, dims (look)
        Independent counts.
    level : float
        Coverage of the interval.

    Returns
    -------
    Estimate or None
        Maximum likelihood k of statsmodels, with its profile likelihood interval, cut at 0.01
        and open above 1,000; infinite where the counts vary no more than Poisson counts;
        None for fewer than 10.
    """
    seen = np.asarray(counts, dtype=float)
    if len(seen) < ESTIMABLE:
        return None
    low, high = _profile(seen, level)
    value = math.inf
    if seen.var() > seen.mean():
        model = NegativeBinomial(seen, np.ones(len(seen)))
        fitted = model.fit(disp=False, skip_hessian=True, method="bfgs", warn_convergence=False)
        value = min(max(1 / float(fitted.params[-1]), low), high)
    method = "negative binomial, maximum likelihood"
    return Estimate(value, low, max(high, value), "k", level, method)


def _bound_tail(
    most: int, looks: Sequence[int], *, prior: Prior = FIRST_PRIOR, attained: bool = False
) -> Callable[[float], NDArray[np.float64]]:
    """Give P(next >= top), dims (looks), as a function of top, for a bound never passed."""
    (least, largest), dispersions = prior
    scale = max(most, LEAST_SCALE)
    mean = np.geomspace(least * scale, largest * scale, GRID)[:, None]
    k = np.geomspace(*dispersions, GRID)[None, :]
    share = k / (k + mean)
    log_within = stats.nbinom.logcdf(most, k, share)
    log_below = stats.nbinom.logcdf(most - 1, k, share) if attained and most > 0 else -np.inf
    edge = np.ones((GRID, GRID))
    edge[[0, -1], :] /= 2
    edge[:, [0, -1]] /= 2
    weights = np.empty((len(looks), GRID, GRID))
    for i, number in enumerate(looks):
        with np.errstate(divide="ignore"):  # a bound that is never met has no weight
            log_met = np.log1p(-np.exp(number * (log_below - log_within)))
        log_w = number * log_within + log_met
        weights[i] = edge * np.exp(log_w - log_w.max())
        weights[i] /= weights[i].sum()

    def tail(top: float) -> NDArray[np.float64]:
        found: NDArray[np.float64] = (weights * stats.nbinom.sf(top - 1, k, share)).sum((1, 2))
        return found

    return tail


def _bound_tails(most: int, looks: Sequence[int]) -> list[Callable[[float], NDArray[np.float64]]]:
    """Give the tails under every prior, and under a bound that was met, not only never passed."""
    tails = [_bound_tail(most, looks, prior=each) for each in (FIRST_PRIOR, *OTHER_PRIORS)]
    return [*tails, _bound_tail(most, looks, attained=True)]


def _bound_only(count: tuple[float, float], baseline: Baseline) -> Estimate:
    fewest, used, most = baseline.looks
    low, high = baseline.most
    value = float(_bound_tail(high, [used])(count[0])[0])
    ends = [value]
    for bound in {low, high}:
        tails = _bound_tails(bound, sorted({fewest, most}))
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
    """Give the negative binomial answer and what it is at each k."""
    shown = _shown(estimated)
    # the range also holds what the ends of an estimated k say
    ends = [k for k in (estimated.low, estimated.high) if math.isfinite(k)] if estimated else []
    ks = np.array([*shown, *ends])
    if baseline.counts:
        counts = np.array(baseline.counts, dtype=float)
        least, most = (_predictive_tails(counts, ks, each) for each in count)
        value = _predictive(counts, count[0])
        mean_said = f"mean of {len(counts)} counts"
    else:
        low, high = (max(each, 1) for each in baseline.most)
        least = np.array([_negative_binomial(count[0], high, k) for k in ks])
        most = np.array([_negative_binomial(count[1], low, k) for k in ks])
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
    found = _bound_tail(baseline.most[1], numbers)(count)
    return tuple(
        (number, float(p), _rank_bound(count, baseline, number))
        for number, p in zip(numbers, found, strict=True)
    )


def surge(count: ArrayLike, baseline: Baseline, *, sites: int = 1, weeks: int = 1) -> Surge:
    """Say how surprising a count is against a baseline, in four ways side by side.

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
    few counts, but the average then errs on the wide side (benchmarks/calibrate_surge.py).
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
    >>> found = surge(73, bounded_baseline(20, looks=20))
    >>> [float(f"{each.value:.0e}") for each in found.answers().values()]
    [6e-20, 0.03, 3e-05, 0.05]
    """
    ends = _whole(count, what="count")
    faults = [
        f"{word}: found {number}; give a whole number from 1 up"
        for word, number in (("sites", sites), ("weeks", weeks))
        if number != int(number) or number < 1
    ]
    if baseline.counts and any(LARGEST < each < math.inf for each in ends):
        faults.append(f"count: found {ends}; counts above {LARGEST:,} are no looks' counts")
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
    """Give the smallest whole number that is passed with no more than this probability."""
    top, farthest = max(guess, 1), FARTHEST * max(guess, 100)
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
    """Give the count that the next look should not pass, by each of the four answers.

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
    >>> predictive_limits(counted_baseline([3] * 9))["rank"]
    3.0
    """
    if not 0 < level < 1:
        message = f"level: found {level}; give a number between 0 and 1"
        raise DataError(message)

    bound_tails = _bound_tails(baseline.most[1], [baseline.looks[1]])

    def over_dispersed(count: int) -> float:
        if baseline.counts:
            return _predictive(np.array(baseline.counts, dtype=float), count)
        return _negative_binomial(count, max(baseline.most[1], 1), 1.0)

    tails: dict[str, Callable[[int], float]] = {
        "poisson": lambda count: _poisson((count, count), baseline).value,
        "negative_binomial": over_dispersed,
        "bound_only": lambda count: max(float(tail(count)[0]) for tail in bound_tails),
        "rank": lambda count: _rank_bound(count, baseline, baseline.looks[1]),
    }
    # rounding must not turn 1 / 10 into more than a tenth
    surprise, guess = 1 - level + 1e-9, baseline.most[1]
    return {name: _least_surprising(tail, surprise, guess=guess) for name, tail in tails.items()}
