"""Coverage, bias and width of every interval, on worlds with known truth.

``python benchmarks/calibration.py [WORLDS] [SEED]`` writes data/results/calibration.csv, which
the methods page shows. All worlds are simulated; none of them enters an evidence chart.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import calibrate_onset
import calibrate_surge
import calibrate_visits
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

TARGET = Path(__file__).resolve().parents[1] / "data" / "results" / "calibration.csv"


def with_interval(table: pd.DataFrame) -> pd.DataFrame:
    """Add the 95 % Jeffreys interval of each coverage, which itself rests on few worlds."""
    held = (table["coverage"] * table["worlds"]).round()
    low, high = proportion_confint(held, table["worlds"], alpha=0.05, method="jeffreys")
    at = table.columns.get_loc("coverage") + 1
    made = table.drop(columns=["low", "high"], errors="ignore")
    made.insert(at, "low", low)
    made.insert(at + 1, "high", high)
    return made


def main(worlds: int, seed: int) -> None:
    """Run every calibration and write one table."""
    rows = []
    for module in (calibrate_surge, calibrate_onset, calibrate_visits):
        print(f"running {module.__name__}", flush=True)
        rows += module.run(worlds, seed)
    table = with_interval(pd.DataFrame(rows)).assign(
        seed=seed, date=f"{datetime.now(UTC):%Y-%m-%d}"
    )
    TARGET.parent.mkdir(exist_ok=True)
    table.round(4).to_csv(TARGET, index=False, lineterminator="\n")
    print(table.to_string())


if __name__ == "__main__":
    main(*(int(word) for word in (*sys.argv[1:], "500", "20231005")[:2]))
