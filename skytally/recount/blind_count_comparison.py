"""Blind counts of one image compared by number and by object, and what they say of the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from skytally.core import DataError, interval, number
from skytally.recount.count_and_rows_from_marks import CountResult, result_of, row_of
from skytally.recount.mark_journal import CountState
from skytally.recount.mark_matching import MatchedObject, matched_objects, reach_px
from skytally.recount.object_mark import SURE
from skytally.statistics import Estimate, difference_of_rows, number_present

ROW_COLUMNS = (
    "id", "date_first", "date_last", "precision_first", "precision_last", "scope", "counter",
    "quantity", "value", "low", "high", "bound", "wording", "unit", "method", "state", "family",
)  # fmt: skip


@dataclass(frozen=True)
class CountComparison:
    """Several counts of one thing in one scope on one image."""

    counts: tuple[CountState, ...]
    """First counts, one a counter."""
    results: tuple[CountResult, ...]
    """Their numbers."""
    objects: tuple[MatchedObject, ...]
    """Everything that was marked, sure or perhaps, each once."""
    present: Estimate | None
    """Number of objects, from the sure marks; None where nothing sure was marked."""
    present_widest: Estimate | None
    """The same with the marks that may be one."""
    difference: Estimate | None
    """Difference of the numbers of two counters; None for more of them, or without numbers."""

    @property
    def disputed(self) -> list[MatchedObject]:
        """Objects that not every counter marked, or not with the same certainty."""
        return [each for each in self.objects if self.is_disputed(each)]

    def is_disputed(self, each: MatchedObject) -> bool:
        """Whether not every counter marked an object, or not with the same certainty."""
        words = {mark.certainty for mark in each.marks.values()}
        return len(each.marks) < len(self.counts) or len(words) > 1

    @property
    def common(self) -> int:
        """Objects that every counter marked."""
        return sum(len(each.marks) == len(self.counts) for each in self.objects)


def _comparable(counts: Sequence[CountState]) -> None:
    """Refuse counts that are not of one thing, scope and image, by different people."""
    if len(counts) < 2:
        message = f"found {len(counts)} finished count; a comparison needs two or more"
        raise DataError(message)
    for word, values in (
        ("images", {each.task.image.sha256 for each in counts}),
        ("things", {each.task.what for each in counts}),
        ("scopes", {each.task.scope for each in counts}),
        ("days", {each.task.day for each in counts}),
    ):
        if len(values) > 1:
            message = (
                f"found counts of different {word}: {', '.join(sorted(values))}; compare counts of "
                "one thing in one scope on one image"
            )
            raise DataError(message)
    counters = [each.task.counter for each in counts]
    if repeated := sorted({each for each in counters if counters.count(each) > 1}):
        message = (
            f"found {', '.join(repeated)} more than once; one person twice says how well a count "
            "repeats, not how many objects there are: compare different counters"
        )
        raise DataError(message)


def _present(
    objects: Sequence[MatchedObject], counters: Sequence[str], *, only_sure: bool
) -> Estimate | None:
    marked = [
        {who for who, mark in each.marks.items() if mark.certainty == SURE or not only_sure}
        for each in objects
    ]
    found = [sum(counter in each for each in marked) for counter in counters]
    distinct = sum(bool(each) for each in marked)
    return number_present(found, distinct) if distinct else None


def _row(count: CountState) -> pd.DataFrame:
    row = pd.DataFrame([row_of(count, list(ROW_COLUMNS), name=count.task.counter)])
    for word in ("value", "low", "high"):
        row[word] = pd.to_numeric(row[word], errors="coerce")
    for word in ("date_first", "date_last"):
        row[word] = pd.to_datetime(row[word])
    return row


def compare_counts(counts: Sequence[CountState]) -> CountComparison:
    """Compare finished counts of different counters.

    Parameters
    ----------
    counts : sequence of CountState
        Of one thing in one scope on one image.

    Returns
    -------
    CountComparison

    Raises
    ------
    DataError
        If one is not finished, they are not of one thing, scope, day and image, or one counter
        is among them twice.
    """
    _comparable(counts)
    results = tuple(result_of(each) for each in counts)
    task = counts[0].task
    objects = matched_objects(
        {each.task.counter: list(each.marks.values()) for each in counts},
        reach=reach_px(task.what, task.image.scale_m),
    )
    counters = [each.task.counter for each in counts]
    numbered = len(counts) == 2 and all(each.bound for each in results)
    return CountComparison(
        tuple(counts),
        results,
        tuple(objects),
        _present(objects, counters, only_sure=True),
        _present(objects, counters, only_sure=False),
        difference_of_rows(_row(counts[0]), _row(counts[1])) if numbered else None,
    )


def _estimate_words(found: Estimate, unit: str) -> str:
    ends = interval(found.low, found.high, unit)
    return ends if pd.isna(found.value) else f"{number(found.value)} ({ends})"


def comparison_words(found: CountComparison) -> list[str]:
    """Sentences on a comparison, with its assumptions.

    Returns
    -------
    list of str
    """
    task = found.counts[0].task
    lines = [
        f"{each.task.counter}: {result.words} ({result.sure} sure, {result.perhaps} perhaps, "
        f"{result.untold} not told)"
        for each, result in zip(found.counts, found.results, strict=True)
    ]
    total = len(found.objects)
    lines.append(
        f"{total} {task.what} were marked by anybody, {found.common} of them by all; "
        f"{len(found.disputed)} are disputed"
    )
    if found.difference is not None:
        lines.append(f"the numbers differ by {_estimate_words(found.difference, task.what)}")
    for heading, estimate in (
        ("of what is marked sure", found.present),
        ("with what is marked perhaps", found.present_widest),
    ):
        if estimate is not None:
            lines.append(
                f"{task.what} on the image, {heading}: {_estimate_words(estimate, task.what)}, "
                f"{100 * estimate.level:.0f} % interval by {estimate.method}"
            )
    shares = {each.share_seen for each in found.counts}
    if len(shares) > 1:
        lines.append("the counters differ in how much of the scope could be seen")
    lines.append(
        "assumed: counters did not see one another's marks, each finds each object with a chance "
        "of their own, and every mark is one; objects that are hard for everybody are missing from "
        "these numbers, so read them as at least"
    )
    return lines
