"""Dates of the changes that a search has found: each an interval, as a step, ramp or turn."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from skytally.core import day
from skytally.statistics.bayesian_change_point_search import ChangeSearch
from skytally.statistics.change_odds_thresholds import SHOWN
from skytally.statistics.estimate import Estimate
from skytally.statistics.interval_dated_counts import Floats, IntervalCounts, date_of
from skytally.statistics.single_step_date_posterior import bracket, step_posterior
from skytally.statistics.step_or_ramp import change_shape

Span = tuple[float, float]

GRADUAL = 0.75
"""Probability of a ramp from which a change is called gradual: three times that of a step."""
MOST_AROUND = 150
"""Most observations on either side of a change from which it is dated."""
LONG_GAP = 30
"""Days without an observation that are mentioned where a change falls into them."""


@dataclass(frozen=True, eq=False)
class Change:
    """One change, and when it was, given that it was."""

    kind: str
    """``step``, which may have taken days of its interval; ``ramp``, where a gradual change
    explains the observations better; ``turn``, where a trend begins, ends or breaks."""
    rises: bool
    """Whether the observations after it are greater than those before."""
    grid: Floats
    """Middle of each cell of time, dims (cell), in days since 1970-01-01."""
    step: float
    """Length of a cell in days."""
    probability: Floats
    """Posterior that the change lies in the cell, dims (cell), of a ramp half for its begin and
    half for its end; sums to 1."""
    interval: tuple[np.datetime64, np.datetime64]
    """First and last day of the change, both included: the credible interval and the gap."""
    credible: Span
    """The credible interval alone, in days since 1970-01-01; never to be quoted as the date."""
    gap: tuple[np.datetime64, np.datetime64]
    """Days of the last observation before and of the first one after the most probable change."""
    unobserved_days: int
    """Days in a row without any observation between those two."""
    log_bayes_factor: float
    """Log odds of at least so many changes, against fewer: ramps, memory of the noise and a
    yearly cycle are among the rivals, and the prior odds of the first change are even."""
    before: Estimate | None
    """Mean count of an observation before one step; None for a ramp, a turn or a level."""
    after: Estimate | None
    """Mean count of an observation after it."""

    @property
    def shown(self) -> bool:
        """Whether no rival explains the observations nearly as well."""
        return self.log_bayes_factor >= SHOWN

    @property
    def dates(self) -> str:
        """Interval in words, with the gap in the observations where it is long."""
        first, last = (day(pd.Timestamp(each)) for each in self.interval)
        if self.unobserved_days < LONG_GAP:
            return f"between {first} and {last}"
        bare = f"with no observation on {self.unobserved_days} days in a row"
        return f"between {first} and {last}, {bare}"


@dataclass(frozen=True, eq=False)
class DatedSeries:
    """A series in order of time, with all that dates its changes."""

    start: Floats
    """Start of the date of each observation, in days since 1970-01-01, dims (observation)."""
    end: Floats
    """End of it, not included, dims (observation); of an image the same moment."""
    times: Floats
    """Middle of it, rising, dims (observation)."""
    levels: Floats
    """Counts or levels, dims (observation)."""
    edges: Floats
    """Edges of the cells of time, dims (cell + 1)."""
    level: float
    """Probability of the credible intervals."""
    counts: IntervalCounts | None = None
    """The counts with their bounds; None for a level."""
    dispersions: tuple[float, ...] = ()
    """Dispersions of the counts."""

    @property
    def grid(self) -> Floats:
        """Middle of each cell."""
        return np.asarray((self.edges[:-1] + self.edges[1:]) / 2.0)

    def cells(self, search: ChangeSearch, shares: Floats) -> Floats:
        """Spread a posterior of the cuts over the cells, evenly within each gap."""
        gaps, inner = np.diff(self.times), search.cuts[1:-1]
        nearest = np.abs(np.arange(1, self.times.size)[:, None] - inner).argmin(1)
        mass = np.bincount(nearest, weights=gaps, minlength=inner.size)[nearest]
        parts = shares[1:-1][nearest] * gaps / np.where(mass > 0.0, mass, 1.0)
        made = np.diff(np.interp(self.edges, self.times, np.append(0.0, np.cumsum(parts))))
        return np.asarray(made / made.sum())

    def bracket(self, begin: Floats, end: Floats) -> Span:
        """Last observation before the likeliest begin, and first one after the likeliest end."""
        first, last = float(self.grid[begin.argmax()]), float(self.grid[end.argmax()])
        before, after = self.start[self.times <= first], self.end[self.times >= last]
        return (
            float(before.max()) if before.size else float(self.start.min()),
            float(after.min()) if after.size else float(self.end.max()),
        )

    def unobserved(self, gap: Span) -> int:
        """Longest run of whole days in a gap on which no observation may lie."""
        order = np.argsort(self.start)
        begun, done = self.start[order][1:], np.maximum.accumulate(self.end[order])[:-1]
        bare = (begun - done)[(done >= gap[0]) & (begun <= gap[1])]
        days = math.floor(bare.max(initial=0.0))
        return max(days if self.counts is not None else days - 1, 0)

    def near(self, search: ChangeSearch, changes: int, first: int, last: int) -> tuple[int, int]:
        """Positions of the observations from one cut to another, at most so many about a change."""
        low, high = int(search.cuts[first]), int(search.cuts[last])
        at = [int(search.cuts[k]) for k in search.best(changes)[0]]
        inner = [each for each in at if low < each < high] or [(low + high) // 2]
        return max(low, inner[0] - MOST_AROUND), min(high, inner[-1] + MOST_AROUND)

    def part(self, first: int, last: int) -> IntervalCounts:
        """Select counts from one position to another, the last excluded."""
        assert self.counts is not None
        names = ("start", "end", "low", "high")
        return replace(self.counts, **{k: getattr(self.counts, k)[first:last] for k in names})


@dataclass(frozen=True, eq=False)
class _Found:
    """Posterior of one change over the cells: of its begin, its end, and a step if it is one."""

    kind: str
    begin: Floats
    end: Floats
    gap: Span
    before: Estimate | None = None
    after: Estimate | None = None


def _turn(search: ChangeSearch, series: DatedSeries, changes: int, which: int) -> _Found:
    shares = search.places(changes, which)
    cells = series.cells(search, shares)
    return _Found("turn", cells, cells, series.bracket(cells, cells))


def _step_or_ramp(
    search: ChangeSearch, series: DatedSeries, changes: int, first: int, last: int
) -> _Found:
    """Date a change between two constant levels, weighing a step against a ramp."""
    window = series.near(search, changes, first, last)
    shape = change_shape(search.hypotheses, search.weights(changes), window, series.edges)
    before = after = None
    if series.counts is None:
        dated, gap = shape.step, series.bracket(shape.step, shape.step)
    else:
        looks = series.part(*window)
        found = step_posterior(looks, dispersions=series.dispersions, level=series.level)
        gap = bracket(looks, (found.edges[:-1] + found.edges[1:]) / 2.0, found.probability)
        cumulative = np.append(0.0, np.cumsum(found.probability))
        dated = np.diff(np.interp(series.edges, found.edges, cumulative))
        before, after = found.before, found.after
    chance = shape.p_ramp
    begin, end = ((1.0 - chance) * dated + chance * each for each in (shape.begin, shape.end))
    if chance < GRADUAL:
        return _Found("step", begin, end, gap, before, after)
    return _Found("ramp", begin, end, series.bracket(shape.begin, shape.end))


def _changed(found: _Found, series: DatedSeries, *, rises: bool, log_odds: float) -> Change:
    tail = (1.0 - series.level) / 2.0
    ends = []
    for cells, at in ((found.begin, tail), (found.end, 1.0 - tail)):
        cumulative = np.append(0.0, np.cumsum(cells))
        ends.append(float(np.interp(at, cumulative / cumulative[-1], series.edges)))
    low, high = min(ends[0], found.gap[0]), max(ends[1], found.gap[1])
    # counts are dated to days that end at midnight, images to moments
    last = math.ceil(found.gap[1]) - 1.0 if series.counts is not None else found.gap[1]
    latest = math.ceil(high) - 1.0 if series.counts is not None else high
    return Change(
        kind=found.kind,
        rises=rises,
        grid=series.grid,
        step=float(series.edges[1] - series.edges[0]),
        probability=(found.begin / found.begin.sum() + found.end / found.end.sum()) / 2.0,
        interval=(date_of(low), date_of(latest)),
        credible=(ends[0], ends[1]),
        gap=(date_of(found.gap[0]), date_of(last)),
        unobserved_days=series.unobserved(found.gap),
        log_bayes_factor=log_odds,
        before=found.before,
        after=found.after,
    )


def dated_changes(search: ChangeSearch, series: DatedSeries, changes: int) -> tuple[Change, ...]:
    """Date each of so many changes.

    Parameters
    ----------
    search : ChangeSearch
        Sums over the segmentations of the series.
    series : DatedSeries
        The series.
    changes : int
        Number of changes, at least 1.

    Returns
    -------
    tuple of Change
        In order of time. A ramp between two constant levels is one change, of its whole length;
        any other begin or end of a ramp is a turn.
    """
    at, ramps = search.best(changes)
    found, which = [], 1
    while which <= changes:
        between = ramps[which] and which < changes
        after = which + 1 if between and not ramps[which - 1] and not ramps[which + 1] else which
        if after > which or not (ramps[which - 1] or ramps[which]):
            made = _step_or_ramp(search, series, changes, at[which - 1], at[after + 1])
        else:
            made = _turn(search, series, changes, which)
        sides = [(at[which - 1], at[which]), (at[after], at[after + 1])]
        means = [np.mean(series.levels[search.cuts[a] : search.cuts[b]]) for a, b in sides]
        found.append(
            _changed(made, series, rises=bool(means[1] >= means[0]),
                     log_odds=search.log_odds(after))
        )  # fmt: skip
        which = after + 1
    return tuple(found)
