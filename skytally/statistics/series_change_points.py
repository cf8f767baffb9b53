"""Changes of a count or a measured level: how many are shown, and between which days each lies."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from skytally.core import DataError, refuse
from skytally.statistics.argument_checks import level_faults
from skytally.statistics.bayesian_change_point_search import ChangeSearch, search_changes
from skytally.statistics.bounded_count_means_and_weights import representative_counts
from skytally.statistics.change_odds_thresholds import SHOWN, SUGGESTED
from skytally.statistics.change_point_dates import Change, DatedSeries, dated_changes
from skytally.statistics.interval_dated_counts import (
    MAX_DAYS_FROM_1970,
    Floats,
    IntervalCounts,
    checked,
    date_of,
    interval_counts_of,
)
from skytally.statistics.noise_and_seasonal_cycle_hypotheses import (
    NoiseHypotheses,
    hypotheses_of_counts,
    hypotheses_of_levels,
)
from skytally.statistics.positions_with_change_likelier_than_not import likely_places
from skytally.statistics.single_step_date_posterior import cell_edges

DISPERSIONS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 100.0, math.inf)
"""Sizes k of the negative binomial (variance m + m^2/k), each as likely; infinite is Poisson."""
MIN_DISPERSION = 0.01
"""Least of them: below it nearly every observation counts nothing, and a few without limit."""
SHORTEST_OF_COUNTS = 2
"""Fewest observations of a state of counts: one alone is no new state."""
SHORTEST_OF_LEVELS = 3
"""Fewest images of a state of a level: two odd images in a row are weather (METHODS 6.2)."""
WORDS = {
    "step": (("fell", "fallen"), ("rose", "risen")),
    "ramp": (("fell gradually", "fallen gradually"), ("rose gradually", "risen gradually")),
    "turn": (("changed its trend", "changed its trend"), ("changed its trend",) * 2),
}
"""Verbs by kind of change, of a fall and of a rise."""


@dataclass(frozen=True, eq=False)
class ChangePoints:
    """The changes of a series, in order of time."""

    changes: tuple[Change, ...]
    """Those that are shown; the likeliest one, not shown, where none is."""
    at_least: Floats
    """Probability of at least so many changes, dims (changes + 1)."""
    starts: tuple[int, ...]
    """First observation of each state that is shown, from 0 in order of time; a ramp is one."""
    likely_starts: tuple[int, ...]
    """First observation of each state that begins more likely than not within one observation."""
    n_looks: int
    """Number of usable observations."""
    level: float
    """Stated coverage of the intervals, which is a minimum because of the gaps."""

    @property
    def p_none(self) -> float:
        """Probability that nothing changed, except by a drift, a memory or a season."""
        return float(1.0 - self.at_least[1])

    @property
    def words(self) -> str:
        """The finding as a predicate, to be read on from the name of the series."""
        one = self.changes[0]
        verb = WORDS[one.kind][one.rises]
        if one.shown:
            parts = [f"{WORDS[each.kind][each.rises][0]} {each.dates}" for each in self.changes]
            return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])}, and {parts[-1]}"
        if one.log_bayes_factor >= SUGGESTED:
            return f"may have {verb[1]} {one.dates}, which the observations suggest and do not show"
        return (
            "has no date of change that the observations can tell; if it changed once, it did so "
            f"{one.dates}"
        )

    @property
    def sentence(self) -> str:
        """The finding as a sentence that stands alone."""
        return f"The count {self.words}."


def _number_shown(search: ChangeSearch) -> int:
    """Most changes of which at least so many are shown."""
    possible = range(1, search.log_evidence.shape[0])
    told = itertools.takewhile(lambda changes: search.log_odds(changes) >= SHOWN, possible)
    return max(told, default=0)


def _starts(search: ChangeSearch, changes: int) -> tuple[int, ...]:
    return tuple(int(search.cuts[k]) for k in search.best(changes)[0][1:-1])


def _found(hypotheses: NoiseHypotheses, series: DatedSeries, shortest: int) -> ChangePoints:
    shortest = min(shortest, series.times.size // 2)
    search = search_changes(hypotheses, shortest=shortest)
    number = _number_shown(search)
    changes = dated_changes(search, series, number) if number else ()
    if not changes:
        once = search.step_only()
        changes = tuple(
            replace(each, log_bayes_factor=search.log_odds(1))
            for each in dated_changes(once, series, 1)
        )
    return ChangePoints(
        changes=changes,
        at_least=search.at_least(),
        starts=_starts(search, number),
        likely_starts=likely_places(search),
        n_looks=series.times.size,
        level=series.level,
    )


def _two_or_more(looks: IntervalCounts) -> None:
    if looks.start.size < 2:
        day_seen = date_of(looks.start[0])
        message = (
            f"one observation only, {day_seen}: no change can be dated; give two observations or "
            "more"
        )
        raise DataError(message)
    if np.ptp(looks.start + looks.end) == 0.0:
        message = (
            f"{looks.start.size} observations, all dated from {date_of(looks.start.min())} to "
            f"{date_of(looks.end.max() - 1.0)}: no change can be dated between them; give "
            "observations of different dates"
        )
        raise DataError(message)


def change_points(
    looks: xr.Dataset | IntervalCounts,
    *,
    dispersions: Sequence[float] = DISPERSIONS,
    level: float = 0.9,
) -> ChangePoints:
    """Find and date the changes of a count from uneven observations, each dated to an interval.

    Parameters
    ----------
    looks : xarray.Dataset, dims (time), or IntervalCounts
        A line of evidence, or observations from plain arrays.
    dispersions : sequence of float
        Sizes k of the negative binomial, each as likely before the counts are seen; infinite
        is Poisson. They are summed over, for so few counts cannot tell them apart.
    level : float
        Probability of the credible intervals, between 0 and 1.

    Returns
    -------
    ChangePoints
        Changes with intervals, bracketing gaps and odds, and the probability of none.

    Raises
    ------
    DataError
        If there is one usable observation or none, all are dated alike, the input is not sound,
        or `dispersions` or `level` is out of range.

    Notes
    -----
    The series is cut into segments of constant mean or with a ramp in every way there is; how
    many changes there are, where they lie, the dispersion, the memory of the noise and a yearly
    cycle are summed over. Half of the prior is of no change. A change is shown where at least
    so many are twenty times as likely as fewer; where a ramp explains it nearly as well as a
    step, it is dated by the ramp's begin and end. A step is dated by `step_posterior`, which
    takes account of dates that are intervals and of counts that are bounds. The interval joins
    the credible interval and the gap between the observations that bracket the change, so it is
    never narrower than what was seen, and a change in a winter without images has the whole
    winter.

    References
    ----------
    METHODS 7.2. Fearnhead 2006, Statistics and Computing 16, 203-213,
    doi:10.1007/s11222-006-8450-8. Kass and Raftery 1995, JASA 90, 773-795,
    doi:10.1080/01621459.1995.10476572, for the words on the odds.

    Examples
    --------
    >>> from skytally.statistics.interval_dated_counts import interval_counts_from
    >>> days = np.arange(19_358.0, 19_458.0, 10.0)
    >>> change_points(interval_counts_from(days, [0, 1, 0, 0, 1, 60, 72, 65, 70, 58])).words
    'rose between 10 February 2023 and 20 February 2023'
    """
    if isinstance(looks, xr.Dataset):
        looks = interval_counts_of(looks)
    _two_or_more(checked(looks))
    faults = list(level_faults(level))
    if not dispersions or not all(each >= MIN_DISPERSION for each in dispersions):
        faults.append(f"dispersions {tuple(dispersions)}; give k > 0, {MIN_DISPERSION} or more")
    refuse(faults, what="changes")
    order = np.argsort(looks.start + looks.end, kind="stable")
    names = ("start", "end", "low", "high")
    looks = replace(looks, **{name: getattr(looks, name)[order] for name in names})
    times = (looks.start + looks.end) / 2.0
    counts, weights = representative_counts(looks)
    series = DatedSeries(
        looks.start, looks.end, times, counts, cell_edges(looks), level, looks, tuple(dispersions)
    )
    hypotheses = hypotheses_of_counts(times, counts, weights, dispersions)
    return _found(hypotheses, series, SHORTEST_OF_COUNTS)


def level_change_points(days: ArrayLike, values: ArrayLike, *, level: float = 0.9) -> ChangePoints:
    """Find and date the changes of a measured level from uneven images.

    Parameters
    ----------
    days : array_like of float, dims (image)
        Times of the images, days since 1970-01-01, rising.
    values : array_like of float, dims (image)
        Level in any unit; NaN where the image could not tell.
    level : float
        Probability of the credible intervals, between 0 and 1.

    Returns
    -------
    ChangePoints
        As `change_points`.

    Raises
    ------
    DataError
        If fewer than six images are usable, days repeat or run backwards, a value is infinite,
        or `level` is out of range.

    Notes
    -----
    As `change_points`, with normal noise whose size is summed over, too. Of so few images
    neither a variance that changes nor heavy tails are told apart from it; segments of three
    images or more keep single odd ones from becoming changes.

    References
    ----------
    METHODS 7.2.

    Examples
    --------
    >>> when = np.arange(19_358.0, 19_558.0, 10.0)
    >>> seen = 0.1 + 0.02 * np.sin(np.arange(20.0) ** 2) + 0.3 * (when > 19_450)
    >>> level_change_points(when, seen).changes[0].dates
    'between 1 April 2023 and 11 April 2023'
    """
    refuse(level_faults(level), what="changes")
    when, seen = np.asarray(days, float), np.asarray(values, float)
    if when.ndim != 1 or when.shape != seen.shape:
        message = f"{when.size} days but {seen.size} values; give one value a day"
        raise DataError(message)
    when, seen = when[~np.isnan(seen)], seen[~np.isnan(seen)]
    if when.size < 2 * SHORTEST_OF_LEVELS:
        message = (
            f"{when.size} usable images of {np.size(values)}: a level and its noise cannot be "
            f"told apart; give {2 * SHORTEST_OF_LEVELS} images or more of different days"
        )
        raise DataError(message)
    if not (np.abs(when) <= MAX_DAYS_FROM_1970).all() or (np.diff(when) <= 0).any():
        message = "days repeat, run backwards or are missing; sort the images, one a time"
        raise DataError(message)
    if np.isinf(seen).any():
        message = f"{int(np.isinf(seen).sum())} values are infinite; give NaN where none is known"
        raise DataError(message)
    cells = int(np.clip(math.ceil(np.ptp(when)), 16, 2048))
    edges = np.linspace(when[0], when[-1], cells + 1)
    series = DatedSeries(when, when, when, seen, edges, level)
    return _found(hypotheses_of_levels(when, seen), series, SHORTEST_OF_LEVELS)
