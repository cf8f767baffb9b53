"""Accuracy of `change_points` and of ruptures on real series with known changes.

``python -m labs.benchmarks.accuracy_change_points_real_series TABLE`` writes the table that the
page shows, data/results/change_point_scores_real_series.csv. The series lie outside the project, in
the folder named by SKYTALLY_IMAGERY or in ``shared/imagery`` beside the project.

Some defaults of both functions were chosen with these scores in view (METHODS 7.2), so the scores
are no blind test; only series kept apart can give one.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import ruptures
from numpy.typing import NDArray
from ruptures.exceptions import BadSegmentationParameters

from labs.benchmarks.real_imagery_location import imagery_folder
from skytally.statistics.interval_dated_counts import interval_counts_from
from skytally.statistics.series_change_points import (
    ChangePoints,
    change_points,
    level_change_points,
)

COLUMNS = (
    "dataset",
    "series",
    "method",
    "f1",
    "covering",
    "date_found",
    "interval",
    "note",
    "data_sha256",
    "date",
)
MARGIN = 5
"""Margin in observations within which a change counts as detected, as in TCPD."""
TCPD = (
    "nile",
    "seatbelts",
    "jfk_passengers",
    "centralia",
    "debt_ireland",
    "rail_lines",
    "unemployment_nl",
)
SHOWN = "skytally, changes shown"
"""Name of our method by the rule of the book: odds of twenty."""
LIKELY = "skytally, changes more likely than not"
"""Name of our method by the rule that Rbeast's changes are judged by, too."""
SUEZ_AND_BOSPORUS = {
    "suez": (
        "Suez_Canal_Daily_Transits_202103-202104_using_AIS.csv",
        ("2021-03-01", "2021-04-30"),
        ("2021-03-23", "2021-03-29"),
        "blocked 23 to 29 March 2021: two changes, so one change cannot describe it",
    ),
    "suez to 28 March": (
        "Suez_Canal_Daily_Transits_202103-202104_using_AIS.csv",
        ("2021-03-02", "2021-03-28"),
        ("2021-03-23",),
        "cut before the canal opened again: one change",
    ),
    "suez, whole days": (
        "Suez_Canal_Daily_Transits_202103-202104_using_AIS.csv",
        ("2021-03-02", "2021-04-29"),
        ("2021-03-23", "2021-03-29"),
        "the same without the first and last day, which are not whole",
    ),
    "bosporus": (
        "Bosporus_Strait_Daily_Transits_202201-202203_using_AIS.csv",
        ("2022-01-01", "2022-03-31"),
        ("2022-02-24",),
        "full-scale war in Ukraine from 24 February 2022: one change",
    ),
}
"""File, first and last day used, known changes, note."""


@dataclass(frozen=True, eq=False)
class Series:
    """A real series with the changes that annotators marked."""

    dataset: str
    """Where it comes from."""
    name: str
    """Its name there."""
    days: NDArray[np.datetime64]
    """Date of each value, dims (observation)."""
    values: NDArray[np.float64]
    """Values, dims (observation)."""
    marked: Mapping[str, Sequence[int]]
    """First index of each new state, by who marked it."""
    note: str
    """What to know before reading its scores."""
    sha256: str
    """Hash of the file of values."""


def true_positives(marked: Iterable[int], found: Iterable[int], *, margin: int = MARGIN) -> int:
    """Count the annotated changes with a detection within the margin; each detection counts once.

    Examples
    --------
    >>> true_positives([1, 10, 20, 23], [1, 3, 5, 8, 20])
    3
    """
    left, hits = set(found), 0
    for mark in sorted(set(marked)):
        near = sorted((abs(mark - each), each) for each in left if abs(mark - each) <= margin)
        if near:
            left.remove(near[0][1])
            hits += 1
    return hits


def f_measure(
    marked: Mapping[str, Iterable[int]], found: Iterable[int], *, margin: int = MARGIN
) -> float:
    """F1 score of TCPD: precision against all annotators together, recall averaged over them.

    Parameters
    ----------
    marked : mapping of str to iterable of int
        First index of each new state, by annotator.
    found : iterable of int
        The same as found by a method.
    margin : int
        Margin in observations within which a change counts as detected.

    Returns
    -------
    float
        Between 0 and 1; the start of the series counts as a change that all have found.

    References
    ----------
    van den Burg and Williams 2020, arXiv:2003.06222.

    Examples
    --------
    >>> round(f_measure({"a": [], "b": [10], "c": [50]}, [10]), 6)
    0.909091
    """
    starts = [{0, *each} for each in marked.values()]
    offered = {0, *found}
    precision = true_positives(set().union(*starts), offered, margin=margin) / len(offered)
    recalls = [true_positives(each, offered, margin=margin) / len(each) for each in starts]
    recall = sum(recalls) / len(recalls)
    return 2.0 * precision * recall / (precision + recall)


def _segments(changes: Iterable[int], size: int) -> list[tuple[int, int]]:
    cuts = sorted({0, *(each for each in changes if 0 < each < size), size})
    return list(itertools.pairwise(cuts))


def _overlap(one: tuple[int, int], two: tuple[int, int]) -> float:
    shared = max(0, min(one[1], two[1]) - max(one[0], two[0]))
    return shared / (one[1] - one[0] + two[1] - two[0] - shared)


def covering(marked: Mapping[str, Iterable[int]], found: Iterable[int], size: int) -> float:
    """Covering metric of TCPD: mean overlap of the detected segments with each annotator's.

    Parameters
    ----------
    marked : mapping of str to iterable of int
        First index of each new state, by annotator.
    found : iterable of int
        The same as found by a method.
    size : int
        Number of values in the series.

    Returns
    -------
    float
        Between 0 and 1.

    References
    ----------
    van den Burg and Williams 2020, arXiv:2003.06222.

    Examples
    --------
    >>> round(covering({"a": [10, 20], "b": [10], "c": [0, 5]}, [10, 20], 45), 6)
    0.796296
    """
    ours = _segments(found, size)
    scores = [
        sum((b - a) * max(_overlap((a, b), each) for each in ours) for a, b in _segments(m, size))
        for m in marked.values()
    ]
    return sum(scores) / size / len(scores)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_tcpd(root: Path, name: str) -> Series:
    """Read a series of the Turing Change Point Dataset with its five annotators."""
    path = root / "tcpd" / f"{name}.json"
    held = json.loads(path.read_text(encoding="utf-8"))
    marked = json.loads((root / "tcpd" / "annotations.json").read_text(encoding="utf-8"))[name]
    several = sum(len(each) > 1 for each in marked.values())
    some = sum(len(each) > 0 for each in marked.values())
    note = f"{some} of {len(marked)} annotators mark a change, {several} more than one"
    return Series(
        "TCPD",
        name,
        np.array([f"{each}"[:7] for each in held["time"]["raw"]], "datetime64[D]"),
        np.array(held["series"][0]["raw"], float),
        marked,
        note if not several else f"{note}: a method of one change must lose",
        _hash(path),
    )


def read_strait(root: Path, name: str) -> Series:
    """Read a daily count of ship transits with the days known to have changed it."""
    file, (first, last), known, note = SUEZ_AND_BOSPORUS[name]
    path = root / "adb" / file
    with path.open(encoding="utf-8-sig", newline="") as text:
        rows = [row for row in csv.DictReader(text) if first <= row["arrival_date"] <= last]
    days = np.array([row["arrival_date"] for row in rows], "datetime64[D]")
    values = np.array([float(row["transit_per_arrival_day"]) for row in rows])
    marked = {"known": [int(np.searchsorted(days, np.datetime64(each))) for each in known]}
    return Series("ADB transits by AIS", name, days, values, marked, note, _hash(path))


def every_series(root: Path) -> list[Series]:
    """Read all the series."""
    made = [read_tcpd(root, name) for name in TCPD]
    return [*made, *(read_strait(root, name) for name in SUEZ_AND_BOSPORUS)]


def _row(
    series: Series, method: str, found: Sequence[int], interval: str, note: str
) -> dict[str, Any]:
    days = series.days
    return {
        "dataset": series.dataset,
        "series": series.name,
        "method": method,
        "f1": round(f_measure(series.marked, found), 3),
        "covering": round(covering(series.marked, found, days.size), 3),
        "date_found": " ".join(str(days[each]) for each in found),
        "interval": interval,
        "note": note,
        "data_sha256": series.sha256,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }


def changes_of(series: Series) -> ChangePoints:
    """Find the changes of a series: transits are counts, the series of TCPD measured levels."""
    if series.dataset == "TCPD":
        days = (series.days - np.datetime64("1970-01-01")) / np.timedelta64(1, "D")
        return level_change_points(days, series.values)
    return change_points(interval_counts_from(series.days, np.rint(series.values)))


def ours(series: Series) -> list[dict[str, Any]]:
    """Score the changes that are shown, and those that are more likely than not."""
    found = changes_of(series)
    dated = "; ".join(f"{each.interval[0]} to {each.interval[1]}" for each in found.changes)
    note = f"{series.note}; probability of none {found.p_none:.3f}"
    if not found.starts:
        note += "; none shown, the interval is that of the likeliest"
    return [
        _row(series, SHOWN, found.starts, dated, note),
        _row(series, LIKELY, found.likely_starts, "none given", series.note),
    ]


def noise(values: NDArray[np.float64]) -> float:
    """Noise standard deviation from the MAD of first differences, robust against a few steps."""
    changes = np.diff(values)
    return float(1.4826 * np.median(np.abs(changes - np.median(changes))) / math.sqrt(2.0))


def searches(values: NDArray[np.float64]) -> dict[str, Callable[[], list[int]]]:
    """Map names to searches of ruptures: first index of each new state, then the size."""
    signal = ((values - values.mean()) / values.std()).reshape(-1, 1)
    penalty = math.log(values.size) * max(noise(signal[:, 0]), 1e-6) ** 2
    made: dict[str, Callable[[], list[int]]] = {
        "ruptures Pelt rbf, penalty 10 (first example of its documentation)": (
            lambda: ruptures.Pelt(model="rbf").fit(values.reshape(-1, 1)).predict(pen=10)
        )
    }
    for kind in (ruptures.Pelt, ruptures.Binseg, ruptures.BottomUp, ruptures.Window):
        name = f"ruptures {kind.__name__} defaults (l2), z-scores, penalty log(n) s^2"
        made[name] = lambda kind=kind: kind().fit(signal).predict(pen=penalty)  # type: ignore[misc]
    made["ruptures Binseg l2, jump 1, told to find one"] = lambda: (
        ruptures.Binseg(jump=1).fit(signal).predict(n_bkps=1)
    )
    return made


def others(series: Series) -> list[dict[str, Any]]:
    """Score the null (no change) and the methods of ruptures, none of which has an interval."""
    rows = [_row(series, "no change at all", [], "", series.note)]
    for method, search in searches(series.values).items():
        try:
            found, note = search()[:-1], series.note
        except BadSegmentationParameters:
            found, note = [], f"{series.note}; too short for this method, scored as no change"
        rows.append(_row(series, method, found, "none given", note))
    return rows


def run(root: Path) -> list[dict[str, Any]]:
    """Score every method on every series.

    Parameters
    ----------
    root : pathlib.Path
        The folder ``08_count_series``.

    Returns
    -------
    list of dict
        One row a series and method, with the keys of `COLUMNS`.
    """
    return [row for series in every_series(root) for row in (*ours(series), *others(series))]


def write(rows: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write the rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


if __name__ == "__main__":
    held = imagery_folder() / "08_count_series"
    if not held.is_dir():
        sys.exit(f"{held} is absent; set SKYTALLY_IMAGERY to the folder that holds 08_count_series")
    scores = run(held)
    for row in scores:
        dates = row["date_found"] if len(row["date_found"]) < 45 else row["date_found"][:42] + "..."
        print(
            f"{row['series']:17} {row['method'][:58]:58} F1 {row['f1']:.3f} "
            f"covering {row['covering']:.3f}  {dates}"
        )
    means = {
        method: (
            float(np.mean([r["f1"] for r in scores if r["method"] == method])),
            float(np.mean([r["covering"] for r in scores if r["method"] == method])),
        )
        for method in dict.fromkeys(row["method"] for row in scores)
    }
    for method, (f1, cover) in means.items():
        print(f"mean              {method[:58]:58} F1 {f1:.3f} covering {cover:.3f}")
    if len(sys.argv) > 1:
        write(scores, Path(sys.argv[1]))
