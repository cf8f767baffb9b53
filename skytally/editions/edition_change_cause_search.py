"""Causes of changes: which group of changes alone, or together with which, makes each of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from skytally.editions.edition_differences import FLIPS

BUDGET = 48
"""Combinations that are evaluated at most from single groups upwards; each takes some seconds."""
DOWNWARDS = 48
"""Combinations that are evaluated at most from all groups downwards, where none was found so."""
IRREDUCIBLE = "none of them can be left out; not all smaller combinations were tried"
"""What is known of a combination that was found by leaving groups out."""

Item = tuple[str, str]
"""*finding* or *claim*, and its key."""
Book = Mapping[Item, Mapping[str, Any]]
"""Findings and claims of one evaluation."""
Evaluate = Callable[[Sequence[tuple[str, ...]], Collection[Item]], list[Book]]
"""Function from combinations of groups, and items, to the book that each combination gives; of
it only these items are looked at."""


def book_items(
    findings: Iterable[Mapping[str, Any]], claims: Iterable[Mapping[str, Any]]
) -> dict[Item, dict[str, Any]]:
    """Map kind and key to finding or claim, without what would flip them."""
    listed = [
        *((("finding", str(row["key"])), row) for row in findings),
        *((("claim", str(row["id"])), row) for row in claims),
    ]
    return {item: {k: v for k, v in row.items() if k != FLIPS} for item, row in listed}


def _words(row: Mapping[str, Any] | None) -> str:
    """Short words of a finding or claim."""
    if row is None:
        return "not there"
    return str(row["verdict"] if "verdict" in row else row["said"] or row["text"])


def undetermined(why: str) -> dict[str, Any]:
    """Cause of a change that could not be found, and why."""
    return {"sets": [], "alone": {}, "undetermined": why}


def _batches(
    groups: Sequence[str], active: Collection[str], size: int
) -> list[list[tuple[str, ...]]]:
    """List combinations of one size: those of active groups, and then all others."""
    found = list(combinations(groups, size))
    first = [each for each in found if {*each} <= {*active}]
    return [first, [each for each in found if each not in first]]


def _alone(
    item: Item, before: Mapping[str, Any] | None, singles: Mapping[tuple[str, ...], Book]
) -> dict[str, str]:
    """Tell what each single group makes of an item that it does not leave as it was."""
    return {
        groups[0]: _words(book.get(item))
        for groups, book in singles.items()
        if book.get(item) != before
    }


def _not_reproduced(
    items: Collection[Item], books: tuple[Book, Book], stored: tuple[Book, Book]
) -> dict[Item, dict[str, Any]]:
    """Causes of items that evaluating an edition whole does not give as it was published."""
    found = {}
    for item in items:
        for which, book, kept in zip(("older", "newer"), books, stored, strict=True):
            if book.get(item) != kept.get(item):
                found[item] = undetermined(
                    f"evaluating the {which} edition again gives {_words(book.get(item))} and not "
                    f"{_words(kept.get(item))} as published"
                )
                break
    return found


class _Search:
    """What is known, so far, of the combinations that make each item what it became."""

    def __init__(self, old: Book, new: Book, items: Iterable[Item]) -> None:
        self.old, self.new = old, new
        self.sets: dict[Item, list[list[str]]] = {item: [] for item in items}
        self.alone: dict[Item, dict[str, str]] = {item: {} for item in self.sets}
        self.active: set[str] = set()

    @property
    def waiting(self) -> list[Item]:
        """Items of which no combination is known yet."""
        return [item for item, sets in self.sets.items() if not sets]

    def learn(self, books: Mapping[tuple[str, ...], Book]) -> None:
        """Note which combinations suffice, and what single groups change."""
        for item in self.waiting:
            target = self.new.get(item)
            self.sets[item] = [
                list(each) for each, book in books.items() if book.get(item) == target
            ]
            singles: dict[tuple[str, ...], Book] = {
                each: book for each, book in books.items() if len(each) == 1
            }
            if singles and not self.sets[item]:
                self.alone[item] = _alone(item, self.old.get(item), singles)
                self.active |= {*self.alone[item]}


def _without_groups(
    found: _Search, groups: Sequence[str], evaluate: Evaluate, budget: int
) -> tuple[dict[Item, tuple[str, ...]], int, bool]:
    """Leave groups out of all, one after another, as long as an item still becomes what it did.

    Most small combinations cannot be evaluated where a table has other columns than the code and
    declarations of the other edition want; what lacks one or two groups mostly can.
    """
    kept: dict[Item, tuple[str, ...]] = {item: tuple(groups) for item in found.waiting}
    known: dict[tuple[str, ...], Book] = {}
    moved = bool(kept)
    while moved:
        moved = False
        for group in groups:
            smaller = {
                item: tuple(each for each in whole if each != group)
                for item, whole in kept.items()
                if group in whole and len(whole) > 1
            }
            tried = [each for each in dict.fromkeys(smaller.values()) if each not in known]
            if len(known) + len(tried) > budget:
                return kept, len(known), False
            if tried:
                known |= zip(tried, evaluate(tried, list(kept)), strict=True)
            enough = {
                item: each
                for item, each in smaller.items()
                if known[each].get(item) == found.new.get(item)
            }
            kept |= enough
            moved = moved or bool(enough)
    return kept, len(known), True


def change_causes(
    items: Collection[Item],
    stored: tuple[Book, Book],
    groups: Sequence[str],
    evaluate: Evaluate,
    *,
    budget: int = BUDGET,
) -> tuple[dict[Item, dict[str, Any]], int]:
    """Search the smallest combinations of changes that make each item what it became.

    Parameters
    ----------
    items : collection of (str, str)
        Findings and claims that changed.
    stored : tuple of mapping
        Both editions as published, the older first, as `book_items` gives them.
    groups : sequence of str
        Groups in which something changed.
    evaluate : callable
        Evaluates the older edition with some groups of changes made.
    budget : int
        Combinations that may be evaluated upwards, both whole editions left out. Where these
        do not suffice, up to `DOWNWARDS` more are evaluated from all groups downwards.

    Returns
    -------
    causes : dict
        By item: ``sets`` (each of the smallest combinations that suffice), ``alone`` (what each
        single group that does not suffice makes of it) and ``undetermined`` (why no cause was
        found, or what is not known of it, else empty).
    evaluated : int
        Number of combinations that were evaluated.
    """
    if not groups:
        why = "no file from which findings are made changed; was the environment another?"
        return {item: undetermined(why) for item in items}, 0
    old, new = evaluate([(), tuple(groups)], items)
    causes = _not_reproduced(items, (old, new), stored)
    found = _Search(old, new, [item for item in items if item not in causes])
    evaluated = 2
    for size in range(1, len(groups)):
        # a group that changes nothing alone seldom matters beside another, so it comes last
        for batch in _batches(groups, found.active if size > 1 else groups, size):
            tried = batch[: max(budget + 2 - evaluated, 0)]
            if found.waiting and tried:
                found.learn(dict(zip(tried, evaluate(tried, found.waiting), strict=True)))
                evaluated += len(tried)
    left_out, kept = "", {item: tuple(groups) for item in found.waiting}
    if evaluated < 2 ** len(groups):
        kept, more, to_the_end = _without_groups(found, groups, evaluate, DOWNWARDS)
        evaluated += more
        tried_words = f"no smaller combination was found among the {evaluated} that were evaluated"
        left_out = IRREDUCIBLE if to_the_end else tried_words
    for item in found.sets:
        sets = found.sets[item]
        cause = {"sets": sets, "alone": found.alone[item], "undetermined": ""}
        own = {"sets": [list(kept.get(item, groups))], "undetermined": left_out}
        causes[item] = cause if sets else cause | own
    return causes, evaluated
