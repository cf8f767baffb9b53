"""Provenance of sources: who copied whom, and how many independent origins stand behind a claim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

import pandas as pd

from skytally.core import DataError, refuse
from skytally.record.repeated_observations import ancestors

UNKNOWN_ORIGIN = "not known"
"""Stands for every origin that no source names; together they count as one."""
UNNAMED_FAMILIES = {"", "none", "unstated", "commercial-unstated"}
"""Words for an image family that cannot be told from another one."""
ORIGINAL_PAGE_REASONS = {"originator", "official"}
"""Reasons of reliability that mark the originator's own page."""
CONFIDENCE = ("low", "moderate", "high")
"""Confidence in the sources; never a probability."""


@dataclass(frozen=True)
class Graph:
    """Sources as a directed graph without circles."""

    parents: Mapping[str, tuple[str, ...]]
    """Source to the sources it took its content from."""
    originators: Mapping[str, tuple[str, ...]]
    """Source to those who made what it reports; empty where not known."""
    own: frozenset[str]
    """Sources that are the originator's own page."""


@dataclass(frozen=True)
class Support:
    """Independent origins and image families behind a claim, and the confidence they allow."""

    origins: tuple[str, ...]
    """Distinct originators after following every copy back, in alphabetical order."""
    families: tuple[str, ...]
    """Distinct named image families, in alphabetical order."""
    independent_origins: int
    """Groups of `origins` that no page mixes; those nobody names are one, if no other is known."""
    independent_families: int
    """Number of `families`; unnamed imagery counts as one, and only where none is named."""
    confidence: str
    """One of `CONFIDENCE`, by the rule of `support`."""


def _circles(parents: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    remaining = {source: set(copied_from) for source, copied_from in sorted(parents.items())}
    while True:
        try:
            TopologicalSorter(remaining).prepare()
        except CycleError as error:
            trail = error.args[1]
            # a source stands before the one that is derived from it
            yield " from ".join(reversed(trail))
            remaining[trail[1]].discard(trail[0])
        else:
            return


def copying_graph(sources: pd.DataFrame) -> Graph:
    """Build the graph of who copied whom from the table of sources.

    Parameters
    ----------
    sources : pandas.DataFrame
        The table ``sources``, with ``id``, ``originator``, ``derived_from`` and
        ``reliability_reason``.

    Returns
    -------
    Graph

    Raises
    ------
    DataError
        If a source is derived from itself, through others or not, from a source that does
        not exist, or stands in the table twice. All faults at once.
    """
    ids = [str(source) for source in sources["id"]]
    split = {
        column: {str(row["id"]): tuple(str(row[column]).split()) for _, row in sources.iterrows()}
        for column in ("derived_from", "originator")
    }
    parents = split["derived_from"]
    faults = [
        f"{source}: stands twice; keep one" for source in sorted(set(ids)) if ids.count(source) > 1
    ]
    faults += [
        f"{source}: derived from {parent!r}, which is no source; add it or correct the id"
        for source, copied_from in parents.items()
        for parent in copied_from
        if parent not in parents
    ]
    faults += [f"{circle}: a source cannot copy itself" for circle in _circles(parents)]
    refuse(faults, what="sources")
    own = sources[sources["reliability_reason"].isin(ORIGINAL_PAGE_REASONS)]["id"]
    return Graph(parents, split["originator"], frozenset(map(str, own)))


def roots(graph: Graph, source: str) -> frozenset[str]:
    """Root sources, at which every trail of copies from this one ends.

    Raises
    ------
    DataError
        If there is no such source.
    """
    if source not in graph.parents:
        message = f"no source {source!r}; add it to sources.csv or correct the id"
        raise DataError(message)
    trail = ancestors(graph.parents, source)
    return frozenset(page for page in trail if not graph.parents[page])


def originators(graph: Graph, source: str) -> frozenset[str]:
    """Those who made the observation that a source reports, its copies followed to their roots.

    Returns
    -------
    frozenset of str
        Counters, or `UNKNOWN_ORIGIN` alone where no root names one.

    Examples
    --------
    >>> graph = Graph({"A": (), "B": ("A",)}, {"A": ("csis",), "B": ("voa",)}, frozenset())
    >>> sorted(originators(graph, "B"))
    ['csis']
    """
    named = {who for root in roots(graph, source) for who in graph.originators[root]}
    return frozenset(named or {UNKNOWN_ORIGIN})


def origins_of_row(row: Mapping[str, Any], graph: Graph) -> frozenset[str]:
    """Origins of one row of the record.

    Parameters
    ----------
    row : mapping
        With ``counter`` and ``source_id``; an event has no counter.
    graph : Graph

    Returns
    -------
    frozenset of str
        Its counter, where its page or a page above names that counter or copied nobody;
        else the originators at the roots, so that a copy cannot pass for an origin.
    """
    source, counter = str(row["source_id"]), str(row.get("counter", ""))
    trail = ancestors(graph.parents, source)
    named = {who for page in trail for who in graph.originators[page]}
    if counter and (counter in named or not graph.parents[source]):
        return frozenset({counter})
    return originators(graph, source)


def support(rows: Iterable[Mapping[str, Any]], sources: Iterable[str], graph: Graph) -> Support:
    """Count the independent origins and image families behind a claim.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of the record it rests on.
    sources : iterable of str
        Sources it rests on where there is no row; they are left out where there is one,
        since a source reports more than the thing in question.
    graph : Graph

    Returns
    -------
    Support
        A page that names several originators joins them into one origin, since it does not
        say who of them saw the thing. The confidence is *high* where at least two origins
        on at least two named image families were read directly, *moderate* where one was
        read directly or at least two origins are independent, else *low*. A copy adds
        nothing to any of it.

    Raises
    ------
    DataError
        If a source does not exist.
    """
    rows = list(rows)
    origins = [(origins_of_row(row, graph), row["reading"] == "direct") for row in rows]
    if not rows:
        own = graph.own & {source for source in graph.parents if not graph.parents[source]}
        origins = [(originators(graph, page), page in own) for page in sorted(set(sources))]
    everyone = set().union(*(who for who, _ in origins))
    direct = set().union(*(who for who, at_first_hand in origins if at_first_hand))
    families = {str(row.get("family", "")) for row in rows}
    direct_families = {str(row.get("family", "")) for row in rows if row["reading"] == "direct"}
    named = everyone - {UNKNOWN_ORIGIN}
    groups = _groups(who - {UNKNOWN_ORIGIN} for who, _ in origins)
    if (
        len(direct - {UNKNOWN_ORIGIN}) > 1
        and groups > 1
        and len(direct_families - UNNAMED_FAMILIES) > 1
    ):
        confidence = CONFIDENCE[2]
    else:
        confidence = CONFIDENCE[1] if direct or groups > 1 else CONFIDENCE[0]
    return Support(
        origins=tuple(sorted(named or everyone)),
        families=tuple(sorted(families - UNNAMED_FAMILIES)),
        independent_origins=groups or int(bool(everyone)),
        independent_families=len(families - UNNAMED_FAMILIES) or int(bool(families - {"", "none"})),
        confidence=confidence,
    )


def _groups(origins: Iterable[Set[str]]) -> int:
    """Count the groups that are left when sets with a common member are joined."""
    apart: list[set[str]] = []
    for members in origins:
        if members:
            joined = [group for group in apart if group & members]
            apart = [group for group in apart if not group & members]
            apart.append(set(members).union(*joined))
    return len(apart)


def copied(graph: Graph) -> frozenset[str]:
    """Part of the graph worth drawing: sources that copied another or were copied."""
    copies = {source for source, parents in graph.parents.items() if parents}
    return frozenset(copies | {page for source in copies for page in graph.parents[source]})
