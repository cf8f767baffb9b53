"""Prove the measures on real imagery and beside others: every row of data/results/proof.csv.

``python -m labs.benchmarks.proof [--date YYYY-MM-DD]`` runs every part and writes the table whole;
``python -m labs.benchmarks.proof ports berths`` runs those parts, prints them and writes nothing.
Seeds are fixed: a second run gives the same figures, and says how many rows differ from the table
that was there. Rbeast's sums depend on where its memory lies, so that its figures are the same
under ``setarch -R`` alone, which fixes that. Imagery and peers that are absent give a row that
says so.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import subprocess
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from labs.benchmarks.proof_rows import COLUMNS, PROJECT_ROOT, Rows, told

TARGET = PROJECT_ROOT / "data" / "results" / "proof.csv"
PARTS = ("ports", "injected", "berths", "radar", "peers", "ground", "worlds")
"""Each is a module ``proof_<part>`` with ``run()``."""
STAMPS = ("date", "commit")


def gathered(parts: Sequence[str]) -> Rows:
    """Run parts one after another; a part that is not there is said and left out."""
    rows: Rows = []
    for part in parts:
        name, start = f"labs.benchmarks.proof_{part}", time.perf_counter()
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            print(f"{part}: not there, left out", flush=True)
            continue
        found = module.run()
        told(found)
        print(f"{part}: {len(found)} rows in {time.perf_counter() - start:.0f} s", flush=True)
        rows += found
    return rows


def commit() -> str:
    """Give the commit of the tree, with a mark where Python files differ from it."""
    git = ["git", "-C", str(PROJECT_ROOT)]
    said = subprocess.run([*git, "rev-parse", "--short=12", "HEAD"], capture_output=True,
                          text=True, check=True).stdout.strip()  # fmt: skip
    code = subprocess.run([*git, "diff", "--quiet", "HEAD", "--", "skytally", "labs"],
                          check=False).returncode  # fmt: skip
    return f"{said}+" if code else said


def changed(rows: Rows, path: Path) -> int:
    """Count the rows that are not in a table as they are now, date and commit aside."""
    if not path.is_file():
        return len(rows)
    with path.open(encoding="utf-8", newline="") as file:
        held = {tuple(each.get(name, "") for name in COLUMNS) for each in csv.DictReader(file)}
    return sum(tuple(str(each[name]) for name in COLUMNS) not in held for each in rows)


def write(rows: Rows, path: Path, stamps: dict[str, str]) -> None:
    """Write the table beside its place, then rename it."""
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, (*COLUMNS, *STAMPS), lineterminator="\n")
        table.writeheader()
        table.writerows({**each, **stamps} for each in rows)
    beside.replace(path)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--date", default=f"{datetime.now(UTC):%Y-%m-%d}", help="of the run")
    asked = parser.parse_args()
    # the commit is that of the beginning: work may go on beside a long run
    stamps = {"date": asked.date, "commit": commit()}
    rows = gathered(asked.parts or PARTS)
    print(f"{changed(rows, TARGET)} of {len(rows)} rows are not in the table as they are now")
    if not asked.parts:
        write(rows, TARGET, stamps)


if __name__ == "__main__":
    main()
