"""How the client ends on mutated files, items and catalogues: 100,000 of them in a night.

``python -m labs.benchmarks.fuzzed_imagery_inputs [NUMBER]`` tries so many inputs, 100,000 by
default, on two processes and writes ``data/results/fuzzed_imagery_inputs.csv``, which the book
shows. Input number k is the same in each run. Nothing leaves this machine.
"""

from __future__ import annotations

import csv
import functools
import os
import sys
import tempfile
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from datetime import UTC, datetime
from pathlib import Path

from tests.support.imagery_input_fuzzing import (
    CRASHED,
    HUNG,
    OUTCOMES,
    SILENT,
    Bench,
    Outcome,
    make_bench,
    try_input,
)

RESULTS = Path(__file__).resolve().parents[2] / "data" / "results" / "fuzzed_imagery_inputs.csv"
COLUMNS = ("input", "kind", "tried", *OUTCOMES, "longest_s", "date")
INPUTS = 100_000
PROCESSES, CHUNK = 2, 250


@functools.cache
def _bench(root: Path, process: int) -> Bench:
    """Return the archive of this process, written once."""
    return make_bench(root / str(process))


def _tried(root: Path, numbers: range) -> list[Outcome]:
    """Try some inputs in a process of their own folder."""
    warnings.simplefilter("ignore")
    bench = _bench(root, os.getpid())
    return [try_input(bench, number) for number in numbers]


def _outcomes(root: Path, inputs: int) -> Iterable[Outcome]:
    """Try all inputs; where a process dies, each input of its part once more, alone."""
    parts = [range(k, min(k + CHUNK, inputs)) for k in range(0, inputs, CHUNK)]
    while parts:
        broken: list[range] = []
        with ProcessPoolExecutor(PROCESSES) as pool:
            jobs: dict[Future[list[Outcome]], range] = {
                pool.submit(_tried, root, part): part for part in parts
            }
            waiting = set(jobs)
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for job in done:
                    try:
                        yield from job.result()
                    except BrokenProcessPool:
                        broken.append(jobs[job])
        parts = []
        for part in broken:
            if len(part) == 1:
                yield ("input", "of any kind", CRASHED, f"number {part[0]}: process died", 0.0)
            else:
                parts += [range(number, number + 1) for number in part]


def main() -> None:
    """Try mutated inputs and write one table."""
    inputs = int(sys.argv[1]) if len(sys.argv) > 1 else INPUTS
    date, start = f"{datetime.now(UTC):%Y-%m-%d}", time.monotonic()
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    longest: dict[tuple[str, str], float] = defaultdict(float)
    with tempfile.TemporaryDirectory() as root:
        for family, kind, outcome, detail, seconds in _outcomes(Path(root), inputs):
            counts[family, kind][outcome] += 1
            longest[family, kind] = max(longest[family, kind], seconds)
            if outcome in (SILENT, CRASHED, HUNG):
                print(f"{outcome}: {family}, {kind}: {detail}", flush=True)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for (family, kind), found in sorted(counts.items()):
            ended = [found[outcome] for outcome in OUTCOMES]
            row = [family, kind, sum(ended), *ended, f"{longest[family, kind]:.1f}", date]
            writer.writerow(row)
    total = sum(counts.values(), Counter())
    print(f"{total.total()} inputs in {time.monotonic() - start:.0f} s: {dict(total)}; {RESULTS}")


if __name__ == "__main__":
    main()
