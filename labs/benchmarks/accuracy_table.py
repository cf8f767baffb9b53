"""Accuracy of all measures on real imagery, beside other methods.

The table is data/results/measurement_accuracy.csv. ``python -m labs.benchmarks.accuracy_table
[--date YYYY-MM-DD]`` runs every part and writes the whole table; with names of parts, such as
``ship_sweep_labelled_ports``, it prints their rows and writes nothing. Seeds are fixed: a second
run gives the same figures, and prints how many rows differ from the earlier table. Rbeast's results
depend on its memory addresses and repeat only under ``setarch -R``, which fixes them. Absent
imagery or peers yield a row marked as skipped.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import math
import subprocess
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from labs.benchmarks.accuracy_row_format import COLUMNS, Rows, told
from labs.benchmarks.real_imagery_location import PROJECT_ROOT

TARGET = PROJECT_ROOT / "data" / "results" / "measurement_accuracy.csv"
PARTS = (
    "ship_sweep_labelled_ports", "standing_ground_painted_as_water", "rejected_ship_sweep_variants",
    "harbour_sweep_moved_grid", "beside_azimut_vessel_detector",
    "harbour_sweep_injected_ships", "berth_ships_real_images", "radar_ships_at_sea", "water_masks",
    "beside_strait_observatory_detector", "two_date_change", "change_points_method_comparison",
    "port_call_in_ais_gap_real_tracks", "berth_ships_simulated_harbours",
    "radar_satellite_handover",
)  # fmt: skip
"""Each is a module ``accuracy_<part>`` with ``run()``."""
STAMPS = ("date", "commit")


def gathered(parts: Sequence[str]) -> Rows:
    """Run parts one after another and print their rows; a part that is not there is an error."""
    rows: Rows = []
    for part in parts:
        start = time.perf_counter()
        found: Rows = importlib.import_module(f"labs.benchmarks.accuracy_{part}").run()
        told(found)
        print(f"{part}: {len(found)} rows in {time.perf_counter() - start:.0f} s", flush=True)
        rows += found
    return rows


def commit() -> str:
    """Git commit of the working tree, marked if its Python files have uncommitted changes."""
    git = ["git", "-C", str(PROJECT_ROOT)]
    said = subprocess.run([*git, "rev-parse", "--short=12", "HEAD"], capture_output=True,
                          text=True, check=True).stdout.strip()  # fmt: skip
    code = subprocess.run([*git, "diff", "--quiet", "HEAD", "--", "skytally", "labs"],
                          check=False).returncode  # fmt: skip
    return f"{said}+" if code else said


def _cell(value: object) -> str:
    """Cell of the table; empty for a number that could not be computed, and no zero with a sign."""
    if not isinstance(value, float):
        return str(value)
    return "" if math.isnan(value) else str(value + 0.0)


def changed(rows: Rows, path: Path) -> int:
    """Count the rows that differ from those of an earlier table, ignoring date and commit."""
    if not path.is_file():
        return len(rows)
    with path.open(encoding="utf-8", newline="") as file:
        held = {tuple(each.get(name, "") for name in COLUMNS) for each in csv.DictReader(file)}
    return sum(tuple(_cell(each[name]) for name in COLUMNS) not in held for each in rows)


def write(rows: Rows, path: Path, stamps: dict[str, str]) -> None:
    """Write the table atomically: to a temporary file, which is then renamed."""
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, (*COLUMNS, *STAMPS), lineterminator="\n")
        table.writeheader()
        cells = ({name: _cell(value) for name, value in each.items()} for each in rows)
        table.writerows({**each, **stamps} for each in cells)
    beside.replace(path)


def main() -> None:
    """Command line: run all parts and write the table, or run the named parts and print them."""
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
