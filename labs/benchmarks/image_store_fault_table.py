"""State of the image store after every interruption and kind of damage.

``python -m labs.benchmarks.image_store_fault_table`` writes
``data/results/image_store_faults.csv``, which the book shows. It mounts disks in
memory, so it needs the right to mount.
"""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from tests.support import refresh_onto_failing_disks as disks
from tests.support.image_store_fault_trials import trial

RESULTS = Path(__file__).resolve().parents[2] / "data" / "results" / "image_store_faults.csv"
COLUMNS = ("case", "where", "how_often", "outcome", "detail", "date")
KILLS, BITS = 100, 1000


def main() -> None:
    """Run every interruption and damage and write one table."""
    with tempfile.TemporaryDirectory() as folder:
        outcomes = trial(Path(folder), kills=KILLS, bits=BITS)
    with tempfile.TemporaryDirectory() as folder:
        outcomes += disks.trial(Path(folder))
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(outcome.row(f"{datetime.now(UTC):%Y-%m-%d}") for outcome in outcomes)
    for outcome, count in Counter(outcome.outcome for outcome in outcomes).items():
        print(f"{outcome}: {count}")


if __name__ == "__main__":
    main()
