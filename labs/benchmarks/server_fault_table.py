"""How the download client handles every fault of a file server or a catalogue.

``python -m labs.benchmarks.server_fault_table`` writes ``data/results/server_faults.csv``, which
the book shows. The servers run on loopback with a temporary archive; nothing leaves this machine.
"""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from tests.support.server_fault_matrix import trial

RESULTS = Path(__file__).resolve().parents[2] / "data" / "results" / "server_faults.csv"
COLUMNS = ("case", "where", "how_often", "outcome", "detail", "date")


def main() -> None:
    """Run every fault case and write one table."""
    date = f"{datetime.now(UTC):%Y-%m-%d}"
    with tempfile.TemporaryDirectory() as folder:
        outcomes = trial(Path(folder))
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(outcome.row(date) for outcome in outcomes)
    for outcome, count in Counter(outcome.outcome for outcome in outcomes).items():
        print(f"{outcome}: {count}")
    print(f"longest: {max(outcome.seconds for outcome in outcomes):.1f} s; {RESULTS}")


if __name__ == "__main__":
    main()
