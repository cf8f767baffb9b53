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

TARGET = Path(__file__).resolve().parents[1] / "data" / "results" / "calibration.csv"


def main(worlds: int, seed: int) -> None:
    """Run every calibration and write one table."""
    rows = []
    for module in (calibrate_surge, calibrate_onset, calibrate_visits):
        print(f"running {module.__name__}", flush=True)
        rows += module.run(worlds, seed)
    table = pd.DataFrame(rows).assign(seed=seed, date=f"{datetime.now(UTC):%Y-%m-%d}")
    TARGET.parent.mkdir(exist_ok=True)
    table.round(4).to_csv(TARGET, index=False, lineterminator="\n")
    print(table.to_string())


if __name__ == "__main__":
    main(*(int(word) for word in (*sys.argv[1:], "500", "20231005")[:2]))
