"""Flip sets: the smallest sets of rows or sources without which a statement changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from skytally.core import DataError
from skytally.record import NOTHING, Removed, WholeRecord

Trial = Callable[[Removed], tuple[str, tuple[str, ...]]]
"""From what is left out to what the statement becomes, empty if it stands, and what it reads."""

LARGEST = 3
"""Most rows, or sources, that are left out together."""
BUDGET = 300
"""Evaluations that one search may spend; it ends before a size that would need more."""
SINGLES = 500
"""Most rows, or sources, that are left out one at a time, whatever that costs."""
LISTED = 12
"""Most sets of one size of which all are tried although one of them has been found to flip."""
VOID = "void"
"""What a statement becomes that can no longer be computed."""


@dataclass(frozen=True)
class FlipSet:
    """One set whose loss flips a statement."""

    without: tuple[str, ...]
    """Ids of rows or sources, or one *parameter = value*."""
    becomes: str
    """What the statement becomes."""


@dataclass(frozen=True)
class Search:
    """The smallest flip sets of one kind, and how far the search went."""

    sets: tuple[FlipSet, ...]
    """All of one size or, where more than `LISTED` were to be tried, the first; none if none."""
    listed: bool
    """Whether `sets` are all sets of their size."""
    searched: int
    """Size up to which every set was tried."""


@dataclass(frozen=True)
class FlipSets:
    """What flips or voids one finding or verdict."""

    rows: Search
    """Sets of rows of the record."""
    sources: Search
    """Sets of sources, each with all rows that were read in it."""
    assumptions: tuple[FlipSet, ...]
    """Values of one parameter, from its stated range."""

    @property
    def size(self) -> int | None:
        """Size of the smallest set of rows, sources or assumptions; None where none was found."""
        sets = (*self.rows.sets[:1], *self.sources.sets[:1], *self.assumptions[:1])
        return min((len(each.without) for each in sets), default=None)


def smallest_sets(
    trial: Trial, *, what: str, budget: int = BUDGET, listed: int = LISTED, largest: int = LARGEST
) -> Search:
    """Search for the smallest sets whose loss flips a statement, size by size.

    A statement that reads nothing of a set cannot change when the set is left out. So each
    size tries only the sets of the size before, enlarged by one of the things that are read
    without them: no set of that size is missed.

    Parameters
    ----------
    trial : callable
        Evaluates the statement without some things; for nothing left out, too.
    what : str
        Name of the statement and of what is left out, for the message.
    budget : int
        Most evaluations; a size beyond one that would need more is not begun.
    listed : int
        Most sets of one size of which all are tried although one of them flips.
    largest : int
        Most things that are left out together.

    Returns
    -------
    Search

    Raises
    ------
    DataError
        If there are more than `SINGLES` things to leave out one at a time.
    """
    reads = {NOTHING: trial(NOTHING)[1]}
    for size in range(1, largest + 1):
        candidates = list(
            dict.fromkeys(
                smaller | {one}
                for smaller, read in reads.items()
                for one in read
                if one not in smaller
            )
        )
        if size == 1 and len(candidates) > SINGLES:
            message = (
                f"{what}: {len(candidates)} to leave out one at a time, and the search for what "
                f"flips it may try {SINGLES}; narrow what the rule or finding selects"
            )
            raise DataError(message)
        if size > 1 and len(candidates) > budget:
            return Search((), listed=True, searched=size - 1)
        budget -= len(candidates)
        found = []
        reads = {}
        for candidate in candidates:
            becomes, reads[candidate] = trial(candidate)
            if becomes:
                found.append(FlipSet(tuple(sorted(candidate)), becomes))
                if len(candidates) > listed:
                    break
        if found:
            return Search(
                tuple(found),
                listed=len(candidates) <= listed or len(candidates) == len(found),
                searched=size,
            )
    return Search((), listed=True, searched=largest)


def by_source(trial: Trial, record: WholeRecord) -> Trial:
    """Turn a trial without rows into a trial without sources and all that was read in them.

    Parameters
    ----------
    trial : callable
        Evaluates a statement without some rows.
    record : WholeRecord
        The record that they are rows of.

    Returns
    -------
    callable
        Evaluates it without all rows of some sources.
    """

    def without_sources(sources: Removed) -> tuple[str, tuple[str, ...]]:
        becomes, read = trial(NOTHING.union(*map(record.read_in, sources)))
        return becomes, tuple(dict.fromkeys(record.source_of[row] for row in read))

    return without_sources


def as_examples(search: Search, every: Sequence[str], tried: Sequence[str]) -> Search:
    """Mark the sets of a search as examples, where things that count alike were not all tried."""
    return replace(search, listed=search.listed and (not search.sets or len(tried) == len(every)))


def _alternatives(sets: Iterable[FlipSet]) -> Iterator[str]:
    """Words for sets of one size, those that lead to the same word joined."""
    outcomes: dict[str, list[str]] = {}
    for each in sets:
        outcomes.setdefault(each.becomes, []).append(" and ".join(each.without))
    for becomes, names in outcomes.items():
        yield f"{becomes} without {' or '.join(names)}"


def _size(search: Search) -> int:
    return len(search.sets[0].without) if search.sets else LARGEST + 1


def flip_words(flips: FlipSets) -> str:
    """Express flip sets as one line, such as *void without R001 or R031*.

    Parameters
    ----------
    flips : FlipSets
        Of one finding or verdict.

    Returns
    -------
    str
        Sources are named where fewer of them than of rows suffice, assumptions after both.
        Where neither rows nor sources were found, how far the search went.
    """
    rows, sources = flips.rows, flips.sources
    clauses = [*_alternatives(rows.sets)]
    if clauses and not rows.listed:
        clauses[-1] += ", for example"
    if _size(sources) < _size(rows):
        named = [f"{clause} (sources)" for clause in _alternatives(sources.sets)]
        clauses += [*named[:-1], named[-1] + ("" if sources.listed else ", for example")]
    if not clauses:
        things = "row" if rows.searched == 1 else "rows"
        clauses = [f"none found up to {rows.searched} {things}"]
        if sources.searched != rows.searched:
            things = "source" if sources.searched == 1 else "sources"
            clauses[0] += f" or {sources.searched} {things}"
    clauses += [f"{each.becomes} if {each.without[0]}" for each in flips.assumptions]
    return "; ".join(clauses)


def flips_as_json(flips: FlipSets) -> dict[str, Any]:
    """Flip sets as plain objects for ``findings.json`` and ``claims.json``."""

    def sets(listed: Sequence[FlipSet]) -> list[dict[str, Any]]:
        return [{"without": list(each.without), "becomes": each.becomes} for each in listed]

    return {
        "size": flips.size,
        "words": flip_words(flips),
        **{
            name: {
                "sets": sets(search.sets),
                "all_of_this_size": search.listed,
                "searched_up_to": search.searched,
            }
            for name, search in (("rows", flips.rows), ("sources", flips.sources))
        },
        "assumptions": sets(flips.assumptions),
    }
