"""What becomes of hostile strings in cells: 12,000 of them, written as pages write them.

``python -m labs.benchmarks.hostile_strings_in_page_writers [NUMBER]`` draws so many strings,
else 12,000, on two processes, puts each through the functions that write tables, cards, scripts,
pictures and downloads, and writes ``data/results/page_payloads.csv``, which the book
shows. String number k is the same in each run. No site is built and no browser started.
"""

from __future__ import annotations

import csv
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from tests.support.hostile_strings_in_page_writers import (
    FAMILIES,
    MARKUP,
    OUTCOMES,
    Outcome,
    outcomes,
)

RESULTS = Path(__file__).resolve().parents[2] / "data" / "results" / "page_payloads.csv"
COLUMNS = ("family", "tried", *OUTCOMES, "date")
STRINGS = 12_000
PROCESSES, CHUNK = 2, 400


def _tried(numbers: range) -> list[Outcome]:
    return list(outcomes(numbers))


def main() -> None:
    """Try hostile strings and write one table."""
    strings = int(sys.argv[1]) if len(sys.argv) > 1 else STRINGS
    date, start = f"{datetime.now(UTC):%Y-%m-%d}", time.monotonic()
    parts = [range(k, min(k + CHUNK, strings)) for k in range(0, strings, CHUNK)]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    with ProcessPoolExecutor(PROCESSES) as pool:
        for found in pool.map(_tried, parts):
            for family, outcome, where, text in found:
                counts[family][outcome] += 1
                if where:
                    print(f"{outcome}: {where}, {family}: {text[:100]!r}", flush=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for family in FAMILIES:
            ended = [counts[family][outcome] for outcome in OUTCOMES]
            writer.writerow([family, sum(ended), *ended, date])
    total = sum(counts.values(), Counter())
    print(f"{total.total()} strings in {time.monotonic() - start:.0f} s: {dict(total)}; {RESULTS}")
    sys.exit(1 if total[MARKUP] else 0)


if __name__ == "__main__":
    main()
