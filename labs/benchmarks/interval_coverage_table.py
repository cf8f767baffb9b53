"""Coverage, bias and width of every interval, on simulations with known truth.

``python -m labs.benchmarks.interval_coverage_table [WORLDS] [SEED] [NAME...]`` writes
data/results/calibration.csv, which the methods page shows. With names, such as ``ground``, only
their rows are computed again. Everything is simulated; none of it enters an evidence chart.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from labs.benchmarks import (
    error_rates_placebo_test,
    interval_coverage_bracketed_dates,
    interval_coverage_changes_and_lags,
    interval_coverage_exceedance_limit,
    interval_coverage_level_ratio,
    interval_coverage_port_calls,
    interval_coverage_yards_quays_depots,
)

MODULES = {
    "surge": interval_coverage_exceedance_limit,
    "level ratio": interval_coverage_level_ratio,
    "changes": interval_coverage_changes_and_lags,
    "dates": interval_coverage_bracketed_dates,
    "visits": interval_coverage_port_calls,
    "ground": interval_coverage_yards_quays_depots,
    "placebos": error_rates_placebo_test,
}
TARGET = Path(__file__).resolve().parents[2] / "data" / "results" / "calibration.csv"


def with_interval(table: pd.DataFrame) -> pd.DataFrame:
    """Add the 95 % Jeffreys interval of each coverage, itself estimated from few simulations."""
    held = (table["coverage"] * table["worlds"]).round()
    low, high = proportion_confint(held, table["worlds"], alpha=0.05, method="jeffreys")
    at = table.columns.get_loc("coverage") + 1
    made = table.drop(columns=["low", "high"], errors="ignore")
    made.insert(at, "low", low)
    made.insert(at + 1, "high", high)
    return made


def main(worlds: int, seed: int, names: Sequence[str]) -> None:
    """Run all or the named calibrations and write one table; keep its other rows."""
    rows = []
    for name in names or MODULES:
        print(f"running {name}", flush=True)
        rows += MODULES[name].run(worlds, seed)
    table = with_interval(pd.DataFrame(rows)).assign(
        seed=seed, date=f"{datetime.now(UTC):%Y-%m-%d}"
    )
    table = table.round(4)
    if names:
        held = pd.read_csv(TARGET, keep_default_na=False)
        table = pd.concat([held[~held["estimator"].isin(table["estimator"])], table])
    TARGET.parent.mkdir(exist_ok=True)
    table.to_csv(TARGET, index=False, lineterminator="\n")
    print(table.to_string())


if __name__ == "__main__":
    given = [*sys.argv[1:3], *("500", "20231005")[len(sys.argv[1:3]) :]]
    main(int(given[0]), int(given[1]), sys.argv[3:])
