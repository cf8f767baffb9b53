"""Blind counts of one image compared by number and by object, and what they say of the truth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from skytally.core import DataError, interval, number, with_unit
from skytally.recount.count_and_rows_from_marks import CountResult, result_of, row_of
from skytally.recount.mark_journal import CountState
from skytally.recount.mark_matching import MatchedObject, matched_objects, reach_px, with_untold
from skytally.recount.object_mark import CANNOT_TELL, SURE
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
    places: tuple[MatchedObject, ...]
    """The same with the marks of which their counter could not tell, which are no objects."""
    present: Estimate | None
    """Number of objects, from the sure marks; None where nothing sure was marked."""
    present_widest: Estimate | None
    """The same with the marks that may be one."""
    difference: Estimate | None
    """Difference of the numbers of two counters; None for more of them, or without numbers."""

    @property
    def disputed(self) -> list[MatchedObject]:
        """Places that not every counter marked, or not with one word, or nobody could tell."""
        return [each for each in self.places if self.is_disputed(each)]

    def is_disputed(self, each: MatchedObject) -> bool:
        """Whether not every counter marked a place, or not with one word, or nobody could tell."""
        words = {mark.certainty for mark in each.marks.values()}
        return len(each.marks) < len(self.counts) or len(words) > 1 or CANNOT_TELL in words

    def found(self, *, only_sure: bool) -> tuple[list[int], int]:
        """Objects that each counter found, and those that any of them found, each once."""
        counters = [each.task.counter for each in self.counts]
        return _found(self.objects, counters, only_sure=only_sure)

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


def _found(
    objects: Sequence[MatchedObject], counters: Sequence[str], *, only_sure: bool
) -> tuple[list[int], int]:
    marked = [
        {who for who, mark in each.marks.items() if mark.certainty == SURE or not only_sure}
        for each in objects
    ]
    return [sum(who in each for each in marked) for who in counters], sum(map(bool, marked))


def _present(
    objects: Sequence[MatchedObject], counters: Sequence[str], *, only_sure: bool
) -> Estimate | None:
    found, distinct = _found(objects, counters, only_sure=only_sure)
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
    marks = {each.task.counter: list(each.marks.values()) for each in counts}
    reach = reach_px(task.what, task.image.scale_m)
    objects = matched_objects(marks, reach=reach)
    counters = [each.task.counter for each in counts]
    numbered = len(counts) == 2 and all(each.bound for each in results)
    return CountComparison(
        tuple(counts),
        results,
        tuple(objects),
        tuple(with_untold(objects, marks, reach=reach)),
        _present(objects, counters, only_sure=True),
        _present(objects, counters, only_sure=False),
        difference_of_rows(_row(counts[0]), _row(counts[1])) if numbered else None,
    )


def _difference_words(found: Estimate, unit: str) -> str:
    if found.low == found.high == 0:
        return "the two numbers are the same"
    if found.low <= 0 and math.isinf(found.high):
        return "the two numbers do not contradict each other, since one or both are lower bounds"
    return f"the numbers differ by {interval(found.low, found.high, unit)}"


def _present_words(found: CountComparison, estimate: Estimate, *, only_sure: bool) -> str:
    """Put the estimate in words; where its interval has no width, why that claims little."""
    task, level = found.counts[0].task, f"{100 * estimate.level:.0f} % interval"
    each, distinct = found.found(only_sure=only_sure)
    if estimate.low != estimate.high:
        ends = f"{level} {interval(estimate.low, estimate.high, task.what)} by {estimate.method}"
        return ends if pd.isna(estimate.value) else f"{number(estimate.value)}; {ends}"
    total = with_unit(number(distinct), distinct, task.what)
    whose = "both" if len(each) == 2 else "all"
    if min(each) == distinct:
        return (
            f"{total} by {whose}; no interval below or above it follows, since nobody missed what "
            "another found"
        )
    return (
        f"{total} found by one or more; the {level} by {estimate.method} holds no other number, "
        "since by this model it is unlikely that all missed one more; it does not know objects "
        "that are hard for everybody"
    )


def repetition_words(first: CountState, again: CountState) -> list[str]:
    """Sentences on how well one person's count repeats.

    Parameters
    ----------
    first, again : CountState
        Finished counts of one counter, of one thing in one scope on one image.

    Returns
    -------
    list of str
    """
    task = again.task
    turns = {f"turn {each.task.turn}": list(each.marks.values()) for each in (first, again)}
    objects = matched_objects(turns, reach=reach_px(task.what, task.image.scale_m))
    one, other = turns
    both = sum(len(each.marks) == 2 for each in objects)
    alone = {turn: sum(set(each.marks) == {turn} for each in objects) for turn in turns}
    changed = sum(len({mark.certainty for mark in each.marks.values()}) > 1 for each in objects)
    return [
        f"{task.counter}, {other} beside {one}: {result_of(again).words} beside "
        f"{result_of(first).words}",
        f"marked in both turns {both}, of them {changed} with another word; only in {one} "
        f"{alone[one]}, only in {other} {alone[other]}",
        "that is how well this count repeats; it says nothing about the number, and leaves no row",
    ]


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
    total, untold = len(found.objects), len(found.places) - len(found.objects)
    disputed = len(found.disputed)
    beside = f"; at {untold} more somebody could not tell" if untold else ""
    lines.append(
        f"{with_unit(number(total), total, task.what)} {'was' if total == 1 else 'were'} marked by "
        f"anybody, {found.common} by all{beside}; {disputed} {'is' if disputed == 1 else 'are'} "
        "disputed"
    )
    if found.difference is not None:
        lines.append(_difference_words(found.difference, task.what))
    headings = [("of what is marked sure", True, found.present)]
    if any(each.perhaps for each in found.results):
        headings.append(("with what is marked perhaps", False, found.present_widest))
    for heading, only_sure, estimate in headings:
        if estimate is not None:
            said = _present_words(found, estimate, only_sure=only_sure)
            lines.append(f"{task.what} on the image, {heading}: {said}")
    shares = {each.share_seen for each in found.counts}
    if len(shares) > 1:
        lines.append("the counters differ in how much of the scope could be seen")
    lines.append(
        "assumed: counters did not see one another's marks, each finds each object with a chance "
        "of their own, and every mark is one; objects that are hard for everybody are missing from "
        "these numbers, so read them as at least"
    )
    return lines
