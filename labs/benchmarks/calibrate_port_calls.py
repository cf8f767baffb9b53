"""Calibrate the port-call estimators on simulated routes whose calls are known."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from labs.methods.semi_markov_calls import calls_by_states
from labs.simulated_port_calls import PORTS, Plan, World, world
from skytally.statistics.estimate import Estimate
from skytally.statistics.port_calls.call_bounds import (
    BerthObservations,
    Dwell,
    fewest_calls,
    most_calls,
)
from skytally.statistics.port_calls.littles_law import calls_from_looks, calls_from_share
from skytally.statistics.port_calls.missed_calls import calls_missed

NOMINAL = 0.9
DWELL_SPREAD = 0.2
"""How well the stay is known: the prior's median misses the true mean by so much."""
STAYS = (1.8, 3.2)
"""Range of the true mean stay in days, drawn anew in each world."""
WAITS = (5.0, 14.0)
"""Range of the true mean wait in days."""
BUNCHES = (10.0, 1.0)
"""Days from one cluster of observations to the next, and length of a cluster in days."""


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


def cases(worlds: int, seed: int, plan: Plan) -> list[Case]:
    """Simulate routes around a plan, each with its own mean stay and wait."""
    made = []
    for i in range(worlds):
        rng = np.random.default_rng([seed, i])
        own = replace(plan, dwell=rng.uniform(*STAYS), wait=rng.uniform(*WAITS))
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


def _fewest(case: Case) -> tuple[Estimate, float]:
    return fewest_calls(case.ends[0], **_chances(case)), case.truth.touching(PORTS[0])


def _most(case: Case) -> tuple[Estimate, float]:
    plan = case.truth.plan
    bound = most_calls(
        case.ends[0],
        ships=plan.ships,
        load_days=0.2,
        cycle_days=2 * plan.transit + 0.4,
        trust_absence=plan.p_detect == 1,
    )
    return bound, case.truth.touching(PORTS[0])


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
    point = np.where(np.isnan(value), np.where(np.isinf(high), low, high), value)
    error = point - truth
    width = np.where(np.isfinite(high), high - low, np.abs(error))
    return {
        "estimator": name,
        "target": target,
        "unit": unit,
        "nominal": answers[0][0].level,
        "worlds": len(given),
        "coverage": round(float(np.mean((low <= truth) & (truth <= high))), 3),
        "bias": round(float(error.mean()), 3),
        "rmse": round(float(np.sqrt(np.mean(error**2))), 3),
        "width": round(float(np.median(width)), 3),
        "note": f"{note}; mean truth {truth.mean():.3g}, bias {error.mean() / truth.mean():+.1%}",
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
        One row an estimator; bias, rmse and width in the row's unit. A bound that holds
        always has the nominal coverage 1, its bias is how far it lies from the truth, and the
        width of an interval without an upper end is that distance without its sign.
    """
    sure = cases(worlds, seed, Plan())
    erring = cases(worlds, seed + 1, Plan(p_detect=0.9, p_false=0.02))
    sparse = cases(worlds, seed + 2, Plan(revisit=2.5))
    published = cases(worlds, seed + 3, Plan(days=196.0, revisit=0.72))
    in_bunches = bunched(worlds, seed + 4)
    touch, begun = "calls that touch the period", "calls begun in the period"
    dense = "2 ships, 240 d, pass each 1.4 d, cloud .6, stay known to 20 percent"
    often = "2 ships, 196 d, about 109 usable looks, stay known to 20 percent"
    bunches = "2 ships, 240 d, a pass each 0.1 d on one day in ten, stay known to 20 percent"
    err, thin = f"{dense}, Pd .9, Pfa .02", dense.replace("1.4 d", "2.5 d")
    return [
        _score("lower bound", touch, "calls", _fewest, sure, dense),
        _score("lower bound, erring looks", touch, "calls", _fewest, erring, err),
        _score("upper bound", touch, "calls", _most, sure, dense),
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
