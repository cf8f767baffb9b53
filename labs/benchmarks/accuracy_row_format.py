"""Rows of the accuracy table: score of one method on one data set, sample size and data hash."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from labs.benchmarks.real_imagery_location import imagery_folder

COLUMNS = (
    "measure", "dataset", "method", "metric", "value", "low", "high", "n", "note", "data_sha256",
)  # fmt: skip
Rows = list[dict[str, Any]]


def sha_of(paths: Iterable[Path]) -> str:
    """Combine the SHA-256 of some files, taken in the order of their names."""
    made = hashlib.sha256()
    for path in sorted(paths):
        made.update(hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()


def dated(stamp: str) -> np.datetime64:
    """Parse a time stamp such as 20190317T191121."""
    day, clock = stamp[:8], stamp[9:15]
    return np.datetime64(
        f"{day[:4]}-{day[4:6]}-{day[6:]}T{clock[:2]}:{clock[2:4]}:{clock[4:]}", "ns"
    )


def row(
    measure: str, dataset: str, method: str, metric: str, value: float, n: int, sha: str,
    *, note: str = "", bounds: tuple[float, float] = (math.nan, math.nan),
) -> dict[str, Any]:  # fmt: skip
    """Build one row of the accuracy table."""
    low, high = bounds
    return {
        "measure": measure, "dataset": dataset, "method": method, "metric": metric,
        "value": round(value, 4), "low": round(low, 4), "high": round(high, 4), "n": n,
        "note": note, "data_sha256": sha,
    }  # fmt: skip


def share(
    measure: str, dataset: str, method: str, metric: str, hits: int, n: int, sha: str,
    *, note: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Build the row of a proportion with its 90 percent Jeffreys interval."""
    if n == 0:
        return row(measure, dataset, method, metric, math.nan, 0, sha, note=note or "none")
    law = stats.beta(hits + 0.5, n - hits + 0.5)
    low = 0.0 if hits == 0 else float(law.ppf(0.05))
    high = 1.0 if hits == n else float(law.ppf(0.95))
    return row(measure, dataset, method, metric, hits / n, n, sha, note=note, bounds=(low, high))


def on_imagery(name: str, inner: str, part: Callable[[Path], Rows]) -> Rows:
    """Run a part on its imagery folder, or return one skipped row if that folder is absent."""
    root = imagery_folder() / inner
    if root.is_dir():
        return part(root)
    return [row(name, inner, "", "skipped", math.nan, 0, "", note="imagery absent")]


def told(rows: Iterable[dict[str, Any]]) -> None:
    """Print rows of the accuracy table, one a line."""
    for each in rows:
        print(
            f"{each['dataset'][:34]:34} {each['method'][:34]:34} {each['metric'][:26]:26} "
            f"{each['value']:7.3f} [{each['low']:.3f}, {each['high']:.3f}] n {each['n']:5} "
            f"{each['note'][:50]}",
            flush=True,
        )
