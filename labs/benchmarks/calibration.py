"""Coverage, bias and width of every interval, on worlds with known truth.

``python -m labs.benchmarks.calibration [WORLDS] [SEED] [NAME...]`` writes data/results/calibration.csv,
which the methods page shows. With names, such as ``ground``, only their rows are made anew. All
worlds are simulated; none of them enters an evidence chart.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from labs.benchmarks import (
    calibrate_ground,
    calibrate_onset,
    calibrate_placebos,
    calibrate_surge,
    calibrate_visits,
)

MODULES = {
    "surge": calibrate_surge,
    "onset": calibrate_onset,
    "visits": calibrate_visits,
    "ground": calibrate_ground,
    "placebos": calibrate_placebos,
}
TARGET = Path(__file__).resolve().parents[2] / "data" / "results" / "calibration.csv"


def with_interval(table: pd.DataFrame) -> pd.DataFrame:
    """Add the 95 % Jeffreys interval of each coverage, which itself rests on few worlds."""
    held = (table["coverage"] * table["worlds"]).round()
    low, high = proportion_confint(held, table["worlds"], alpha=0.05, method="jeffreys")
    at = table.columns.get_loc("coverage") + 1
    made = table.drop(columns=["low", "high"], errors="ignore")
    made.insert(at, "low", low)
    made.insert(at + 1, "high", high)
    return made


def main(worlds: int, seed: int, names: Sequence[str]) -> None:
    """Run the calibrations, all or those named, and write one table; other rows stay."""
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
