"""Days in which something began or ended, bracketed by observations; and the order of two such."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from skytally.core import DataError, day
from skytally.statistics.lead_lag import Lag, lag

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DatedState:
    """Whether a thing was there at one moment, which lies somewhere in a span of days."""

    earliest: float
    """First day on which the moment may lie, in days since 1970-01-01; -inf where it is open."""
    latest: float
    """Last such day, included; inf where it is open."""
    shown: bool | None
    """True where the thing was there, False where it was not, None where it could not be told."""
    row: str
    """Id of the row of the record."""


@dataclass(frozen=True)
class Bracket:
    """First and last day on which a change may have happened, both included."""

    first: float
    """In whole days since 1970-01-01; -inf where no observation lies before the change."""
    last: float
    """In whole days since 1970-01-01."""
    rows: tuple[str, ...]
    """Ids of the rows that set the two days."""

    def __post_init__(self) -> None:
        """Refuse days that are crossed, fractional or unbounded above."""
        finite = [edge for edge in (self.first, self.last) if math.isfinite(edge)]
        whole = all(edge == math.floor(edge) for edge in finite)
        if not whole or not math.isfinite(self.last) or not self.first <= self.last:
            message = (
                f"rows {' '.join(self.rows)}: days {self.first} to {self.last}; give whole days, "
                "the first no later than the last, of which only the first may be open"
            )
            raise DataError(message)

    @property
    def is_open(self) -> bool:
        """Whether the change may lie any time before the last day."""
        return math.isinf(self.first)

    @property
    def days(self) -> float:
        """Number of days on which it may have happened; infinite where the bracket is open."""
        return self.last - self.first + 1.0

    @property
    def first_day(self) -> pd.Timestamp:
        """The first day as a date; of an open bracket there is none."""
        return _date(self.first)

    @property
    def last_day(self) -> pd.Timestamp:
        """The last day as a date."""
        return _date(self.last)

    @property
    def words(self) -> str:
        """The bracket as a phrase, such as *between 14 and 22 September 2023*."""
        end = self.last_day
        if self.is_open:
            return f"on or before {day(end)}"
        start = self.first_day
        if start == end:
            return f"on {day(end)}"
        if (start.month, start.year) != (end.month, end.year):
            return f"between {day(start)} and {day(end)}"
        if start.is_month_start and end.is_month_end:
            return f"in {end:%B %Y}"
        return f"between {start.day} and {day(end)}"


@dataclass(frozen=True)
class Order:
    """How long after one change another happened, and the chance that it did come after."""

    low: float
    """Fewest days from the first change to the second; negative where the second may lead."""
    high: float
    """Most days; infinite where the bracket of the first change is open."""
    p_first: float
    """Probability that the first change came first, every day of a bracket as likely as another;
    NaN where a bracket is open and the days alone do not settle the order."""
    p_low: float
    """Least probability without that assumption: 1 where the days settle it, else 0."""
    p_high: float
    """Greatest probability without that assumption: 0 where the days settle it, else 1."""

    @property
    def is_settled(self) -> bool:
        """Whether the days alone say which change came first."""
        return self.p_low == self.p_high

    @property
    def words(self) -> str:
        """The lag as a phrase to be followed by the name of the first change."""
        if self.is_settled:
            least, most = sorted((abs(self.low), abs(self.high)))
            side = "after" if self.low > 0 else "before"
            if math.isinf(most):
                return f"at least {_days(least)} {side}"
            return f"{_days(least) if least == most else f'{least:.0f} to {_days(most)}'} {side}"
        return f"{_reach(-self.low, 'before')} or {_reach(self.high, 'after')}"


@dataclass(frozen=True, eq=False)
class UniformDate:
    """A date of which every day of a bracket is as likely, as `lag` takes it."""

    grid: Floats
    """Middle of each day, dims (cell), in days since 1970-01-01."""
    probability: Floats
    """Probability of each day, dims (cell); sums to 1."""
    step: float = 1.0
    """Length of a cell in days."""
    log_bayes_factor: float = math.inf
    """That the change happened is what the bracket takes for granted."""


def _date(days: float) -> pd.Timestamp:
    return pd.Timestamp("1970-01-01") + pd.Timedelta(days=days)


def _days(number: float) -> str:
    return f"{number:.0f} {'day' if number == 1 else 'days'}"


def _reach(most: float, side: str) -> str:
    """How far an unsettled lag may reach to one side."""
    if most == 0:
        return "on the day of"
    return f"at any time {side}" if math.isinf(most) else f"up to {_days(most)} {side}"


def _crossed(before: Sequence[DatedState], after: Sequence[DatedState]) -> list[str]:
    """Pairs of rows of which the state before the change is dated after the state behind it."""
    return [
        f"row {one.row} of {day(_date(one.earliest))} and row {two.row} of {day(_date(two.latest))}"
        for one in before
        for two in after
        if one.earliest > two.latest
    ]


def change_bracket(states: Iterable[DatedState], *, begins: bool = True) -> Bracket:
    """Bracket the day on which something began, or ended, by what was seen before and after.

    Parameters
    ----------
    states : iterable of DatedState
        Observations of one thing by one counter, around one change.
    begins : bool
        Whether the change is from not there to there; False for the end of something.

    Returns
    -------
    Bracket
        From the day of the last observation before the change to the day of the first one
        after it; open to the past where no observation lies before.

    Raises
    ------
    DataError
        If no observation shows the state after the change, or one shows the state before the
        change although it is dated wholly later than one that shows the state after it.

    Notes
    -----
    A moment that is known to a span of days bounds the change by its far end only: by its
    first day where it lies before the change, by its last day where it lies after. The bracket
    therefore holds the true day always, as far as what was seen is right, and has the level 1.
    An observation that could not tell bounds nothing. Both days belong to the bracket: the
    change may have happened on the day of either image, after the one or before the other.

    References
    ----------
    METHODS 9.1. Turnbull 1976, Journal of the Royal Statistical Society B 38, 290-295, on
    interval-censored times.

    Examples
    --------
    >>> empty = DatedState(19614.0, 19614.0, False, "R1")
    >>> full = DatedState(19622.0, 19622.0, True, "R2")
    >>> change_bracket([empty, full]).words
    'between 14 and 22 September 2023'
    """
    told = [each for each in states if each.shown is not None]
    before = [each for each in told if each.shown is not begins]
    after = [each for each in told if each.shown is begins and math.isfinite(each.latest)]
    if not after:
        what = "shows the thing" if begins else "finds nothing"
        found = "all are unclear" if not told else f"{len(before)} show the state before the change"
        message = f"no dated observation {what}: {found}; select one that does"
        raise DataError(message)
    crossed = _crossed(before, after)
    if crossed:
        message = (
            f"observations contradict a single change: {'; '.join(crossed[:5])}; "
            "select the period around one change"
        )
        raise DataError(message)
    end = min(after, key=lambda each: each.latest)
    start = max(before, key=lambda each: each.earliest, default=None)
    if start is None or math.isinf(start.earliest):
        return Bracket(-math.inf, end.latest, (end.row,))
    return Bracket(start.earliest, end.latest, tuple(dict.fromkeys((start.row, end.row))))


def narrowed(bracket: Bracket, stated: Bracket) -> Bracket:
    """Narrow the days that a counter states to those that its own observations leave.

    Raises
    ------
    DataError
        If they have no day in common: the counter then contradicts its own observations.

    Examples
    --------
    >>> seen = Bracket(19614.0, 19622.0, ("R1", "R2"))
    >>> narrowed(seen, Bracket(19618.0, 19618.0, ("R3",))).words
    'on 18 September 2023'
    """
    first, last = max(bracket.first, stated.first), min(bracket.last, stated.last)
    if first > last:
        message = (
            f"row {' '.join(stated.rows)} puts the change {stated.words}, but rows "
            f"{' '.join(bracket.rows)} {bracket.words}; correct the date, or state no such day"
        )
        raise DataError(message)
    return Bracket(first, last, tuple(dict.fromkeys((*bracket.rows, *stated.rows))))


def uniform_date(bracket: Bracket) -> UniformDate:
    """Distribution of a date of which every moment of a bracket is as likely as another.

    Raises
    ------
    DataError
        If the bracket is open: no distribution is uniform over all of the past.
    """
    if bracket.is_open:
        message = (
            f"rows {' '.join(bracket.rows)}: {bracket.words}, open to the past; "
            "a uniform date needs an observation before the change"
        )
        raise DataError(message)
    middles: Floats = bracket.first + 0.5 + np.arange(round(bracket.days), dtype=np.float64)
    return UniformDate(middles, np.full_like(middles, 1.0 / middles.size))


def uniform_lag(first: Bracket, second: Bracket, *, level: float = 0.9) -> Lag:
    """Time between two changes if every moment of each bracket is as likely as another.

    Parameters
    ----------
    first, second : Bracket
        Closed brackets of both changes, of observations independent of one another.
    level : float
        Probability of the interval.

    Returns
    -------
    Lag
        As `skytally.statistics.lead_lag.lag` gives it.

    Notes
    -----
    The assumption holds where images are taken at times that do not depend on the change. It
    does not where somebody looks because something had begun; then only the bounds of
    `change_order` hold (labs/benchmarks/interval_coverage_bracketed_dates.py).
    """
    return lag(uniform_date(first), uniform_date(second), level=level)


def change_order(first: Bracket, second: Bracket) -> Order:
    """Days from one change to another, and the chance that the first came first.

    Parameters
    ----------
    first, second : Bracket
        Brackets of the two changes.

    Returns
    -------
    Order
        Bounds in whole days of the calendar, at the level 1. The order is settled where all
        days of one bracket lie before all of the other; else its chance is that of
        `uniform_lag`, with the bounds 0 and 1 that hold without its assumption.

    Raises
    ------
    DataError
        If both brackets are open to the past: any lag is then possible.

    References
    ----------
    METHODS 9.1.

    Examples
    --------
    >>> summit, yard = Bracket(19613.0, 19613.0, ("E1",)), Bracket(19614.0, 19622.0, ("R1", "R2"))
    >>> change_order(summit, yard).words
    '1 to 9 days after'
    """
    if first.is_open and second.is_open:
        message = (
            f"rows {' '.join(first.rows)} and {' '.join(second.rows)}: both are open to the past, "
            "so any lag is possible; compare one that is not"
        )
        raise DataError(message)
    low, high = second.first - first.last, second.last - first.first
    if low > 0 or high < 0:
        chance = 1.0 if low > 0 else 0.0
        return Order(low, high, chance, chance, chance)
    if first.is_open or second.is_open:
        return Order(low, high, math.nan, 0.0, 1.0)
    # what a sum leaves in the last places must not turn a tie when the chance is rounded
    return Order(low, high, round(uniform_lag(first, second).p_first_before, 12), 0.0, 1.0)
