"""Run time of the book's statistics on the record, and how it grows with the observations.

``python -m labs.benchmarks.statistics_run_time_growth`` prints both and asserts nothing. Growth is
a ratio within one run: 2.0 for twice the observations is linear.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

import numpy as np

from labs.methods.semi_markov_port_calls import calls_by_states
from skytally.core import data_registry
from skytally.core.table_reader import read_table
from skytally.record import lines
from skytally.statistics import change_of_trains, surge_of_rows
from skytally.statistics.agreement_between_counters import agreement
from skytally.statistics.interval_dated_counts import interval_counts_from
from skytally.statistics.lead_lag import lag
from skytally.statistics.port_call_feasibility_between_sightings import gap_table
from skytally.statistics.port_calls.berth_observations_and_stay_prior import (
    BerthObservations,
    Dwell,
)
from skytally.statistics.port_calls.littles_law import calls_from_looks
from skytally.statistics.port_calls.missed_port_calls import share_missed
from skytally.statistics.port_calls.port_calls_from_ship_days import calls_by_share, chance_missed
from skytally.statistics.series_change_points import change_points

SIZES = (100, 200, 400, 800)
REPEATS = 3


def seconds(work: Callable[[], object]) -> float:
    """Shortest time of a few runs, in seconds: other processes only add to it."""
    taken = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return min(taken)


def of_the_record() -> dict[str, Callable[[], object]]:
    """Every statistic as the book's pages call it, by name."""
    names = ("rail_counts", "same_observation", "voyage_counts", "port_stays")
    rail, groups, counts, stays = (read_table(data_registry.path(name)) for name in names)
    seen = [read_table(data_registry.path(name)) for name in ("ship_sightings", "scopes", "sites")]
    peak = [rail[rail["id"] == row] for row in ("R031", "R001", "R007", "R026")]
    closed = ("2020-02-01", "2022-10-31")
    track = rail[(rail["counter"] == "voa") & (rail["scope"] == "border-track")]
    trains = lines(rail[rail["role"] == "observation"], groups, quantity="trains")
    standing = trains["voa.border-track.trains"]
    change = change_points(standing).changes[0]
    share = [counts[counts["id"] == row] for row in ("P002.2", "P002")]
    land = data_registry.path("basemap_far_east")
    return {
        "surge": lambda: surge_of_rows(*peak, closed=closed, sites=4),
        "trains": lambda: change_of_trains(track, change="2023-09-13"),
        "changes": lambda: change_points(standing),
        "lag": lambda: lag(change, change),
        "calls": lambda: calls_by_share(*share, stays=stays, ships_at_once=(1, 3), seed=1),
        "missed calls": lambda: chance_missed(share[1], stays=stays),
        "gaps": lambda: gap_table(*seen, port="rajin", land=land),
        "agreement": lambda: agreement(standing, standing),
    }


def grown(size: int) -> dict[str, Callable[[], object]]:
    """Statistics of observation series, by name, on `size` simulated observations."""
    rng = np.random.default_rng(size)
    days = np.sort(rng.uniform(0, 400, size))
    seen = (rng.uniform(size=size) < 0.45).astype(float)
    looks = BerthObservations(days, seen, 400.0)
    dates = np.datetime64("2023-01-01") + np.sort(rng.choice(2 * size, size, replace=False))
    counts = rng.poisson(np.where(np.arange(size) < size // 2, 4.0, 9.0))
    stay = Dwell(2.4, 0.2)
    return {
        "changes": lambda: change_points(interval_counts_from(dates, counts)),
        "calls from looks": lambda: calls_from_looks(looks, dwell=stay, seed=1),
        "semi-Markov route": lambda: calls_by_states(
            looks, None, ships=2, transit_days=0.4, dwell=stay
        ),
        "share missed": lambda: share_missed(2.4, days, 1.0),
    }


def main() -> None:
    """Print the cost of the record's statistics, then their growth."""
    taken = {name: seconds(work) for name, work in of_the_record().items()}
    for name, cost in taken.items():
        print(f"{name:20} {cost:8.3f} s")
    print(f"{'together':20} {sum(taken.values()):8.3f} s, to stay under 10 s on 2 cores\n")
    costs = {size: {k: seconds(work) for k, work in grown(size).items()} for size in SIZES}
    print(
        f"{'looks':20} " + " ".join(f"{size:>8}" for size in SIZES) + "   growth at each doubling"
    )
    for name in costs[SIZES[0]]:
        row = [costs[size][name] for size in SIZES]
        ratios = " ".join(f"{b / a:5.2f}" for a, b in itertools.pairwise(row))
        print(f"{name:20} " + " ".join(f"{each:8.3f}" for each in row) + f"   {ratios}")


if __name__ == "__main__":
    main()
