"""Coverage of the intervals of port calls, on simulated routes whose calls are known."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from labs.benchmarks.interval_scores_against_known_truth import interval_scores
from labs.methods.semi_markov_port_calls import calls_by_states
from labs.simulated_port_calls import PORTS, Plan, World, world
from skytally.statistics.estimate import Estimate
from skytally.statistics.port_calls.berth_observations_and_stay_prior import (
    BerthObservations,
    Dwell,
)
from skytally.statistics.port_calls.littles_law import calls_from_looks, calls_from_share
from skytally.statistics.port_calls.missed_port_calls import calls_missed
from skytally.statistics.port_calls.port_calls_from_ship_days import calls_by_share
from skytally.statistics.port_calls.stay_length import DAYS, LONGEST_MEAN, SHORTEST_MEAN, mean_stay

NOMINAL = 0.9
DWELL_SPREAD = 0.2
"""How well the stay is known: the prior's median misses the true mean by so much."""
STAYS = (1.8, 3.2)
"""Range of the true mean stay in days, drawn anew in each world."""
WIDE_STAYS = (SHORTEST_MEAN, LONGEST_MEAN)
"""The same, even in its logarithm, where the stay itself is estimated: what the estimate tries."""
WAITS = (5.0, 14.0)
"""Range of the true mean wait in days."""
BUNCHES = (10.0, 1.0)
"""Days from one cluster of observations to the next, and length of a cluster in days."""
FOLLOWED = 2
"""Stays with an absence on both sides, as many as in the record."""
DAILY_CLEAR = 0.76
"""Share of daily images that can be read: 38 of 50 in the record (row P005.2)."""


@dataclass(frozen=True)
class Case:
    """One simulated route as the estimators see it."""

    truth: World
    """The simulated route."""
    ends: tuple[BerthObservations, BerthObservations]
    """Observations at its two ends."""
    dwell: Dwell
    """The prior of the stay, its median off the truth by its own spread."""
    seed: int
    """Seed for the estimators."""


Row = dict[str, str | float]
Answer = Callable[[Case], tuple[Estimate, float]]


def cases(worlds: int, seed: int, plan: Plan, *, stays: tuple[float, float] = STAYS) -> list[Case]:
    """Simulate routes around a plan, each with its own mean stay and wait."""
    made = []
    for i in range(worlds):
        rng = np.random.default_rng([seed, i])
        wide = stays == WIDE_STAYS
        stay = np.exp(rng.uniform(*np.log(stays))) if wide else rng.uniform(*stays)
        own = replace(plan, dwell=float(stay), wait=rng.uniform(*WAITS))
        truth = world(own, seed=int(rng.integers(2**31)))
        loading, landing = (
            BerthObservations(each.days, each.seen, own.days) for each in truth.looks
        )
        median = own.dwell * math.exp(DWELL_SPREAD * rng.standard_normal())
        made.append(Case(truth, (loading, landing), Dwell(median, DWELL_SPREAD), i))
    return made


def bunched(worlds: int, seed: int) -> list[Case]:
    """Simulate routes observed on one day in ten only, but then all day long."""
    made = []
    for case in cases(worlds, seed, Plan(revisit=0.1, cloud=0.3)):
        kept = [
            BerthObservations(each.days[on], each.seen[on], each.length)
            for each in case.ends
            for on in [each.days % BUNCHES[0] < BUNCHES[1]]
        ]
        made.append(replace(case, ends=(kept[0], kept[1])))
    return made


def _chances(case: Case) -> dict[str, float]:
    plan = case.truth.plan
    return {"p_detect": plan.p_detect, "p_false": plan.p_false}


def _little_looks(case: Case) -> tuple[Estimate, float]:
    made = calls_from_looks(
        case.ends[0], dwell=case.dwell, berths=2, seed=case.seed, **_chances(case)
    )
    return made.calls, case.truth.begun(PORTS[0])


def _little_share(case: Case) -> tuple[Estimate, float]:
    _, seen = case.ends[0].told()
    made = calls_from_share(
        int(seen.sum()),
        seen.size,
        length=case.ends[0].length,
        dwell=case.dwell,
        berths=2,
        seed=case.seed,
        **_chances(case),
    )
    return made.calls, case.truth.begun(PORTS[0])


def _followed(case: Case) -> pd.DataFrame:
    """Stays of one route that daily images followed, as rows of ``port_stays``.

    Parameters
    ----------
    case : Case
        One simulated route; its own looks are not used.

    Returns
    -------
    pandas.DataFrame
        `FOLLOWED` stays, chosen at random from those that an image shows.
    """
    rng = np.random.default_rng([case.seed, FOLLOWED])
    noon = np.arange(-30.0, case.truth.plan.days + 30.0) + rng.uniform()
    clear = noon[rng.uniform(size=noon.size) < DAILY_CLEAR]
    lines = []
    for call in case.truth.calls:
        inside = clear[(clear >= call.arrive) & (clear <= call.depart)]
        before, after = clear[clear < call.arrive], clear[clear > call.depart]
        if call.port == PORTS[0] and len(inside):
            lines.append((before[-1], inside[0], inside[-1], after[0]))
    some = rng.permutation(len(lines))[:FOLLOWED]
    days = pd.DataFrame([lines[i] for i in some], columns=list(DAYS))
    start = pd.Timestamp("2024-01-01")
    dated = days.apply(lambda column: start + pd.to_timedelta(np.floor(column), unit="D"))
    return dated.assign(id=[f"B{i}" for i in range(len(dated))])


def _mean_stay(case: Case) -> tuple[Estimate, float]:
    return mean_stay(_followed(case)), case.truth.plan.dwell


def _count(case: Case, number: int, *, name: str, start: pd.Timestamp) -> pd.DataFrame:
    """Make a row of ``voyage_counts`` of days, whose start is known to the month only."""
    days = case.truth.plan.days
    return pd.DataFrame(
        [
            {
                **{"id": name, "scope": "port", "counter": "somebody", "unit": "days"},
                **{"quantity": "imaged days", "value": float(number), "bound": "exactly"},
                **{"low": math.nan, "high": math.nan, "wording": ""},
                "date_first": start.to_period("M").start_time,
                "date_last": start + pd.Timedelta(days=days - 1),
                "precision_first": "month",
                "precision_last": "day",
            }
        ]
    )


def _little_rows(case: Case) -> tuple[Estimate, float]:
    days, seen = case.ends[0].told()
    with_ship = pd.Series(seen).groupby(np.floor(days)).max()
    start = pd.Timestamp("2023-08-01") + pd.Timedelta(days=case.seed % 31)
    rows = [
        _count(case, int(number), name=name, start=start)
        for name, number in (("S", with_ship.sum()), ("I", with_ship.size))
    ]
    stays = _followed(case)
    made = calls_by_share(*rows, stays=stays, ships_at_once=(2, 2), seed=case.seed)
    return made.calls, case.truth.begun(PORTS[0])


def _states(case: Case) -> tuple[Estimate, float]:
    plan = case.truth.plan
    made = calls_by_states(
        case.ends[0],
        case.ends[1],
        ships=plan.ships,
        transit_days=plan.transit,
        dwell=case.dwell,
        **_chances(case),
    )
    return made, case.truth.begun(PORTS[0])


def _missed(case: Case) -> tuple[Estimate, float]:
    looks = case.truth.looks[0]
    missed, calls = case.truth.unseen(PORTS[0])
    made = calls_missed(
        looks.days,
        looks.usable.astype(float),
        dwell=case.dwell,
        calls=calls,
        period=(0.0, case.truth.plan.days),
        seed=case.seed,
    )
    return made, missed / calls


def _score(name: str, target: str, unit: str, answer: Answer, given: list[Case], note: str) -> Row:
    answers = [answer(case) for case in given]
    low, high, value, truth = (
        np.array(each)
        for each in zip(*((e.low, e.high, e.value, t) for e, t in answers), strict=True)
    )
    middle = np.where(np.isnan(value), (low + high) / 2, value)
    scores, mean = interval_scores(truth, middle, low, high), float(truth.mean())
    return {
        "estimator": name,
        "target": target,
        "unit": unit,
        "nominal": answers[0][0].level,
        "worlds": len(given),
        **{name: round(score, 3) for name, score in scores.items()},
        "note": f"{note}; mean truth {mean:.3g}, bias {scores['bias'] / mean:+.1%}",
    }


def run(worlds: int, seed: int) -> list[dict]:
    """Run every estimator on the same simulations.

    Parameters
    ----------
    worlds : int
        Worlds of each kind.
    seed : int
        Seed of all of them.

    Returns
    -------
    list of dict
        One row an estimator; bias, rmse and width in the row's unit. An interval without a
        value is scored by its middle.
    """
    sure = cases(worlds, seed, Plan())
    erring = cases(worlds, seed + 1, Plan(p_detect=0.9, p_false=0.02))
    sparse = cases(worlds, seed + 2, Plan(revisit=2.5))
    published = cases(worlds, seed + 3, Plan(days=196.0, revisit=0.72))
    in_bunches = bunched(worlds, seed + 4)
    wide = cases(worlds, seed + 5, Plan(), stays=WIDE_STAYS)
    wide_published = cases(worlds, seed + 6, Plan(days=196.0, revisit=0.72), stays=WIDE_STAYS)
    begun = "calls begun in the period"
    dense = "2 ships, 240 d, pass each 1.4 d, cloud .6, stay known to 20 percent"
    often = "2 ships, 196 d, about 109 usable looks, stay known to 20 percent"
    bunches = "2 ships, 240 d, a pass each 0.1 d on one day in ten, stay known to 20 percent"
    followed = f"{FOLLOWED} stays in daily images, {DAILY_CLEAR:.2f} clear"
    rows = f"2 ships, 196 d, start known to the month, {FOLLOWED} stays followed"
    err, thin = f"{dense}, Pd .9, Pfa .02", dense.replace("1.4 d", "2.5 d")
    return [
        _score("mean stay", "mean stay at the berth", "days", _mean_stay, wide, followed),
        _score("Little, rows of days", begun, "calls", _little_rows, wide_published, rows),
        _score("Little, look series", begun, "calls", _little_looks, sure, dense),
        _score("Little, look series", begun, "calls", _little_looks, erring, err),
        _score("Little, look series", begun, "calls", _little_looks, sparse, thin),
        _score("Little, look series", begun, "calls", _little_looks, in_bunches, bunches),
        _score("Little, k of n", begun, "calls", _little_share, sure, dense),
        _score("Little, k of n", begun, "calls", _little_share, published, often),
        _score("semi-Markov", begun, "calls", _states, sure, dense),
        _score("semi-Markov", begun, "calls", _states, erring, err),
        _score("share missed", "share of calls no clear look fell in", "p", _missed, sure, dense),
        _score("share missed", "share of calls no clear look fell in", "p", _missed, sparse, thin),
    ]


if __name__ == "__main__":
    for row in run(500, 20231005):
        print(json.dumps(row))
