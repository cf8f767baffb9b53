"""Rows of the proof table: what a measure scored on one data set, with whom and with what data.

The imagery lies outside the project, in the folder named by SKYTALLY_IMAGERY or in
``shared/imagery`` beside the project.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

PROJECT_ROOT = Path(__file__).resolve().parents[2]
COLUMNS = (
    "measure", "dataset", "method", "metric", "value", "low", "high", "n", "note", "data_sha256",
)  # fmt: skip
Rows = list[dict[str, Any]]


def folder() -> Path:
    """Give the folder of the imagery."""
    root = os.environ.get("SKYTALLY_IMAGERY")
    return Path(root) if root else PROJECT_ROOT.parent / "shared" / "imagery"


def sha_of(paths: Iterable[Path]) -> str:
    """Give one hash of the hashes of some files, in the order of their names."""
    made = hashlib.sha256()
    for path in sorted(paths):
        made.update(hashlib.sha256(path.read_bytes()).digest())
    return made.hexdigest()


def dated(stamp: str) -> np.datetime64:
    """Give the time of a stamp such as 20190317T191121."""
    day, clock = stamp[:8], stamp[9:15]
    return np.datetime64(
        f"{day[:4]}-{day[4:6]}-{day[6:]}T{clock[:2]}:{clock[2:4]}:{clock[4:]}", "ns"
    )


def row(
    measure: str, dataset: str, method: str, metric: str, value: float, n: int, sha: str,
    *, note: str = "", bounds: tuple[float, float] = (math.nan, math.nan),
) -> dict[str, Any]:  # fmt: skip
    """Give one row of the table."""
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
    """Give the row of a share with its 90 percent interval (Jeffreys)."""
    if n == 0:
        return row(measure, dataset, method, metric, math.nan, 0, sha, note=note or "none")
    law = stats.beta(hits + 0.5, n - hits + 0.5)
    low = 0.0 if hits == 0 else float(law.ppf(0.05))
    high = 1.0 if hits == n else float(law.ppf(0.95))
    return row(measure, dataset, method, metric, hits / n, n, sha, note=note, bounds=(low, high))


def on_imagery(name: str, inner: str, part: Callable[[Path], Rows]) -> Rows:
    """Give the rows of a part, or one row that says its imagery is absent."""
    root = folder() / inner
    if root.is_dir():
        return part(root)
    return [row(name, inner, "", "skipped", math.nan, 0, "", note="imagery absent")]


def told(rows: Iterable[dict[str, Any]]) -> None:
    """Print rows, a line each."""
    for each in rows:
        print(
            f"{each['dataset'][:34]:34} {each['method'][:34]:34} {each['metric'][:26]:26} "
            f"{each['value']:7.3f} [{each['low']:.3f}, {each['high']:.3f}] n {each['n']:5} "
            f"{each['note'][:50]}",
            flush=True,
        )
