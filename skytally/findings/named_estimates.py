"""The estimates and counts that a declared finding may name, with the arguments each takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from skytally.core import DataError, data_registry, when
from skytally.record import by_statement, claim_pairs, line
from skytally.statistics import Estimate

if TYPE_CHECKING:
    from skytally.statistics import Calls, Onset, Surge

# Each computation imports the statistics that it needs when it is asked for: what a notebook
# depends on is what its own findings name, so that a change of one method reruns no other page.

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Count:
    """An exact number that a named count returns, and what it rests on."""

    number: int
    """The count."""
    rows: pd.DataFrame
    """The rows that were counted or compared; of none, all that were searched."""
    dates: str = ""
    """The period it belongs to, in words."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Further words that the sentence may name in braces."""


@dataclass(frozen=True)
class Named:
    """How one named estimate is computed: a computation that others may share, and a choice."""

    compute: Callable[..., Any]
    """From rows, tables and arguments to a result; computed once for the same rows."""
    choose: Callable[..., Estimate | Count]
    """From that result, the rows and the choosing argument to an estimate or a count."""
    rows: int = 0
    """How many rows it takes, in their order; 0 for any number that conditions select."""
    arguments: tuple[str, ...] = ()
    """Arguments of the computation, all needed."""
    choice: tuple[str, ...] = ()
    """Words of the argument ``answer``; none if it takes none."""
    reads: tuple[str, ...] = ()
    """Further tables that it reads."""


def _one_by_one(rows: pd.DataFrame) -> list[pd.DataFrame]:
    return [rows.iloc[[position]] for position in range(len(rows))]


def _pair(values: Sequence[Any], *, name: str) -> tuple[Any, Any]:
    if isinstance(values, str) or not isinstance(values, Sequence) or len(values) != 2:
        message = f"argument {name}: found {values!r}; give a list of two"
        raise DataError(message)
    return values[0], values[1]


def _calls_by_presence(
    rows: pd.DataFrame, _: Tables, *, stay_days: Sequence[float], seed: int
) -> Calls:
    from skytally.statistics import calls_by_share

    seen, imaged = _one_by_one(rows)
    stay = _pair(stay_days, name="stay_days")
    return calls_by_share(seen, imaged, stay_days=stay, seed=seed)


def _missed_calls(rows: pd.DataFrame, _: Tables, *, stay: float) -> Estimate:
    from skytally.statistics import missed_by_schedule

    return missed_by_schedule(rows, stay=float(stay))


def _calls_between_observations(
    rows: pd.DataFrame, _: Tables, *, ships: int, stay_days: float, cycle_days: float
) -> Estimate:
    from skytally.statistics import calls_between_observations

    return calls_between_observations(rows, ships=ships, stay_days=stay_days, cycle_days=cycle_days)


def _surge(rows: pd.DataFrame, _: Tables, *, closure: Sequence[str], sites: int) -> Surge:
    from skytally.statistics import surge_of_rows

    count, baseline = _one_by_one(rows)
    closed = _pair(closure, name="closure")
    return surge_of_rows(count, baseline, closed=closed, sites=sites)


def _surge_answer(name: str, *, corrected: bool) -> Callable[..., Estimate]:
    return lambda surge, _: surge.answers(corrected=corrected)[name]


def _onset(rows: pd.DataFrame, _: Tables) -> Onset:
    from skytally.statistics import onset

    return onset(line(rows, title="change", history=f"rows {' '.join(rows['id'])}"))


def _searched_for_change(found: Onset, rows: pd.DataFrame) -> Count:
    first, last = map(pd.Timestamp, found.interval)
    dates = when(first, last, "day", "day")
    return Count(found.n_looks, rows, dates, {"change": found.words})


def _time_for_a_call(rows: pd.DataFrame, tables: Tables, *, port: str, land: str) -> Estimate:
    from skytally.statistics import time_for_a_call

    before, after = _one_by_one(rows)
    return time_for_a_call(before, after, tables["sites"], port=port, land=data_registry.path(land))


def _difference_of_counters(rows: pd.DataFrame, _: Tables) -> Estimate:
    from skytally.statistics import difference_of_rows

    return difference_of_rows(*_one_by_one(rows))


def _pairs_of_counters(rows: pd.DataFrame, _: Tables) -> pd.DataFrame:
    from skytally.statistics import pairs_of_counters

    return pairs_of_counters(by_statement(rows) if "statement_first" in rows else rows)


def _compared(pairs: pd.DataFrame, rows: pd.DataFrame, *, answer: str) -> Count:
    apart = int((~pairs["compatible"].astype(bool)).sum())
    ids = " ".join([*pairs["rows_a"], *pairs["rows_b"]]).split()
    compared = rows[rows["id"].isin(ids)]
    number = {"pairs": len(pairs), "apart": apart}[answer]
    return Count(number, rows if compared.empty else compared, words={"apart": str(apart)})


def _pairs_of_statements(
    rows: pd.DataFrame, _: Tables, *, within_days: int
) -> tuple[pd.DataFrame, int]:
    return claim_pairs(rows, within_days=within_days), within_days


def _stated(result: tuple[pd.DataFrame, int], rows: pd.DataFrame, *, answer: str) -> Count:
    pairs, within_days = result
    close = rows[rows["id"].isin([*pairs["first"], *pairs["second"]])]
    apart = int((~pairs["overlap"].astype(bool)).sum())
    number = {"pairs": len(pairs), "apart": apart, "days": within_days}[answer]
    return Count(number, rows if close.empty else close, words={"apart": str(apart)})


def _behind_bound(surge: Surge, _: pd.DataFrame) -> Estimate:
    from skytally.statistics import observations_behind_bound

    return observations_behind_bound(surge)


def _bayes_factor(found: Onset, _: pd.DataFrame) -> Estimate:
    from skytally.statistics import onset_factor

    return onset_factor(found)


def _itself(estimate: Estimate, _: pd.DataFrame) -> Estimate:
    return estimate


SURGE = ("closure", "sites")
ESTIMATES: Mapping[str, Named] = {
    "calls-by-presence": Named(
        _calls_by_presence, lambda calls, _: calls.calls, 2, ("stay_days", "seed")
    ),
    "presence": Named(
        _calls_by_presence, lambda calls, _: calls.presence, 2, ("stay_days", "seed")
    ),
    "missed-calls": Named(_missed_calls, _itself, 1, ("stay",)),
    "calls-between-observations": Named(
        _calls_between_observations, _itself, 0, ("ships", "stay_days", "cycle_days")
    ),
    "surge-clustered": Named(_surge, _surge_answer("negative_binomial", corrected=False), 2, SURGE),
    "surge-clustered-any-site": Named(
        _surge, _surge_answer("negative_binomial", corrected=True), 2, SURGE
    ),
    "surge-bound": Named(_surge, _surge_answer("bound_only", corrected=False), 2, SURGE),
    "surge-bound-any-site": Named(_surge, _surge_answer("bound_only", corrected=True), 2, SURGE),
    "observations-behind-bound": Named(_surge, _behind_bound, 2, SURGE),
    "onset-bayes-factor": Named(_onset, _bayes_factor),
    "time-for-a-call": Named(_time_for_a_call, _itself, 2, ("port", "land"), reads=("sites",)),
    "difference-of-counters": Named(_difference_of_counters, _itself, 2),
}
"""Estimates with an interval, for findings of kind *estimate*."""
COUNTS: Mapping[str, Named] = {
    "onset-observations": Named(_onset, _searched_for_change),
    "pairs-of-counters": Named(_pairs_of_counters, _compared, choice=("pairs", "apart")),
    "pairs-of-statements": Named(
        _pairs_of_statements, _stated, 0, ("within_days",), choice=("pairs", "apart", "days")
    ),
}
"""Exact numbers that more than a condition finds, for findings of kind *count*."""
