"""Provenance: who copied or cites whom, how many readings are separate, how they were read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import pandas as pd

from skytally.core import (
    VOCABULARY_COLUMNS,
    DataError,
    data_registry,
    file_bytes,
    listed,
    read_cells,
    refuse,
)
from skytally.record.copied_reports import ancestors

UNKNOWN_ORIGIN = "not known"
"""Stands for every origin that no source names; together they count as one."""
RELEASED = {"us-release", "uk-release"}
"""Words for images that a government showed or holds; it does not state the satellite's owner."""
GOVERNMENT_RELEASE = "released by a government, owner of the satellite not stated"
"""Stands for the owner of such an image."""
OWNER_NOT_STATED = {"unstated", "commercial-unstated", *RELEASED}
"""Words for images whose owner the page does not state."""
NOT_FROM_ABOVE = {"", "none", "ground"}
"""Words for rows that rest on no satellite image."""
UNNAMED_FAMILIES = {*NOT_FROM_ABOVE, *OWNER_NOT_STATED}
"""Words for an image family that is no owner's."""
ON_OWN_PAGE, IN_A_REPORT = "on the counter's page", "in a report of it"
READ = (ON_OWN_PAGE, f"{ON_OWN_PAGE}, and {IN_A_REPORT}", IN_A_REPORT)
"""Where what is counted was read; for some rows the one, for others the other."""
NOT_NAMED = "counter not named"
"""What is said of a counter whom no page names."""
NO_SOURCE = "counted, assumed or compared in this book"
"""Stands where no row of an observer vouches for a number: tallies, assumptions, empty tables."""
ONE_PICTURE = {"one-image", "one-sighting"}
"""Relations of *same_observation* whose rows are readings of one picture, or reports of one."""


@dataclass(frozen=True)
class Graph:
    """Sources as a directed graph without circles."""

    parents: Mapping[str, tuple[str, ...]]
    """Source to the sources it took its content from."""
    originators: Mapping[str, tuple[str, ...]]
    """Source to those who made what it reports; empty where not known."""
    cites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Source to counters on whose work its content may depend."""
    pictures: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Row to the pictures it goes back to, as far as another row goes back to them too."""


@dataclass(frozen=True)
class Support:
    """Three facts on the sources of a finding or verdict: who, whose images, how read."""

    read: str
    """One of `READ`."""
    origins: tuple[str, ...]
    """Distinct counters after following every copy back, in alphabetical order."""
    named_origins: int
    """Groups of `origins` of which none is shown to have copied another."""
    origins_at_least: int
    """Groups that are left when those that cite one another are joined, too."""
    image_owners: tuple[str, ...]
    """Distinct owners of images, in alphabetical order, as far as stated."""
    image_rows: int
    """Rows that rest on an image."""
    rows_without_owner: int
    """Those of them whose page does not state the owner."""
    rows_released: int = 0
    """Those of these whose image a government released or holds."""
    rows_unrecorded: int = 0
    """Rows of tables that have no column for images, so nothing is known of an image."""


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


def copying_graph(sources: pd.DataFrame, groups: pd.DataFrame | None = None) -> Graph:
    """Build the graph of who copied whom from the table of sources.

    Parameters
    ----------
    sources : pandas.DataFrame
        The table ``sources``, with ``id``, ``originator``, ``derived_from`` and ``cites``.
    groups : pandas.DataFrame, optional
        The table ``same_observation``, for counts of separate readings.

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
        column: {
            source: tuple(str(cell).split())
            for source, cell in zip(ids, sources[column], strict=True)
        }
        for column in ("derived_from", "originator", "cites")
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
    return Graph(parents, split["originator"], split["cites"], _pictures(groups))


def _pictures(groups: pd.DataFrame | None) -> dict[str, frozenset[str]]:
    """List the groups of one picture to which each row belongs."""
    shared: dict[str, set[str]] = {}
    if groups is not None:
        of_one = groups[groups["relation"].isin(ONE_PICTURE)]
        for group, row in zip(of_one["group"], of_one["row_id"], strict=True):
            shared.setdefault(str(row), set()).add(str(group))
    return {row: frozenset(names) for row, names in shared.items()}


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
    >>> graph = Graph({"A": (), "B": ("A",)}, {"A": ("csis",), "B": ("voa",)})
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


def support(rows: Iterable[Mapping[str, Any]], graph: Graph) -> Support | None:
    """Three facts on the sources of rows: how they were read, who counted, whose images.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of the record that observed the thing in question; a row with which it is only
        compared is none of them.
    graph : Graph

    Returns
    -------
    Support or None
        None without rows. Rows of one picture count as one origin, and so do the originators
        between whom a page does not distinguish, and a counter with those from whose page its
        own took content. A row whose page took it from the page of
        another row, with the same origin and of the same days, adds nothing.

    Raises
    ------
    DataError
        If a source does not exist.

    Notes
    -----
    METHODS 9.9. It says how good the sources are, not how likely a thing is.
    """
    rows = _without_copies(rows, graph)
    if not rows:
        return None
    origins = [origins_of_row(row, graph) for row in rows]
    everyone = set().union(*origins)
    named = everyone - {UNKNOWN_ORIGIN}
    one_picture = [
        (who | _copied_from(row, graph)) - {UNKNOWN_ORIGIN} | _picture_names(row, graph)
        for who, row in zip(origins, rows, strict=True)
    ]
    possibly = [
        who | _cited(row, graph) if who else who for who, row in zip(one_picture, rows, strict=True)
    ]
    families = [str(row["family"]) for row in rows if "family" in row]
    direct = [row["reading"] == "direct" for row in rows]
    return Support(
        read=READ[0] if all(direct) else READ[1] if any(direct) else READ[2],
        origins=tuple(sorted(named or everyone)),
        named_origins=_groups(one_picture) or 1,
        origins_at_least=_groups(possibly) or 1,
        image_owners=tuple(sorted(set(families) - UNNAMED_FAMILIES)),
        image_rows=sum(family not in NOT_FROM_ABOVE for family in families),
        rows_without_owner=sum(family in OWNER_NOT_STATED for family in families),
        rows_released=sum(family in RELEASED for family in families),
        rows_unrecorded=len(rows) - len(families),
    )


def _without_copies(rows: Iterable[Mapping[str, Any]], graph: Graph) -> list[Mapping[str, Any]]:
    """Rows without those whose page took its content from the page of another of one origin.

    Of other days, a row is another statement, which only the later page may have.
    """
    rows = list(rows)
    pages = [(str(row["source_id"]), origins_of_row(row, graph), _days(row)) for row in rows]
    return [
        row
        for row, (page, who, days) in zip(rows, pages, strict=True)
        if not any(
            other != page
            and (of_other, of_days) == (who, days)
            and other in ancestors(graph.parents, page)
            for other, of_other, of_days in pages
        )
    ]


def _days(row: Mapping[str, Any]) -> tuple[str, str]:
    return str(row.get("date_first", "")), str(row.get("date_last", ""))


def _copied_from(row: Mapping[str, Any], graph: Graph) -> frozenset[str]:
    """Originators at the roots of a row whose page took its content from another page."""
    source = str(row["source_id"])
    return originators(graph, source) if graph.parents[source] else frozenset()


def _picture_names(row: Mapping[str, Any], graph: Graph) -> frozenset[str]:
    return frozenset(f"picture {group}" for group in graph.pictures.get(str(row.get("id")), ()))


def _cited(row: Mapping[str, Any], graph: Graph) -> set[str]:
    """Counters on whose work a row may depend, by its page or one from which it was taken."""
    trail = ancestors(graph.parents, str(row["source_id"]))
    return {counter for page in trail for counter in graph.cites.get(page, ())}


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def support_words(facts: Support | None) -> str:
    """Put the three facts into one phrase, or say that no source vouches for a number.

    Examples
    --------
    >>> support_words(Support("in a report of it", ("csis", "voa"), 2, 2, ("planet",), 2, 1))
    'read in a report of it; 2 counters; images of Planet Labs, owner not stated for 1 row'
    """
    if facts is None:
        return NO_SOURCE
    who = _counted(facts.named_origins, "counter")
    if {*facts.origins} == {UNKNOWN_ORIGIN}:
        who = NOT_NAMED
    elif facts.origins_at_least < facts.named_origins:
        fewest = _counted(facts.origins_at_least, "separate reading")
        who = f"{who}, some of whom cite each other, so perhaps only {fewest}"
    return f"read {facts.read}; {who}; {image_words(facts)}"


def image_words(facts: Support) -> str:
    """Name the owners of the images, and say for how many rows no page states the owner.

    Examples
    --------
    >>> image_words(Support("in a report of it", ("us-nsc",), 1, 1, (), 1, 1, 1))
    'image released by a government, owner of the satellite not stated'
    """
    words = owner_words(facts)
    return f"images of {words}" if facts.image_rows and facts.image_owners else words


def owner_words(facts: Support) -> str:
    """List the owners of the images, without saying that images are meant where there are any.

    A table without a column for images is no evidence that no image was used.

    Examples
    --------
    >>> owner_words(Support("in a report of it", ("voa",), 1, 1, (), 0, 0, 0, 1))
    'use of images not recorded for 1 row'
    """
    unrecorded = f"use of images not recorded for {_counted(facts.rows_unrecorded, 'row')}"
    if not facts.image_rows:
        return unrecorded if facts.rows_unrecorded else "no satellite image"
    if facts.image_owners:
        words = listed([owner_name(owner) for owner in facts.image_owners])
        if facts.rows_without_owner:
            words += f", owner not stated for {_counted(facts.rows_without_owner, 'row')}"
    elif facts.rows_released == facts.rows_without_owner:
        words = f"image {GOVERNMENT_RELEASE}"
    else:
        words = "owner of the image not stated"
    return f"{words}, {unrecorded}" if facts.rows_unrecorded else words


@lru_cache(maxsize=8)
def _families(path: Path, _content: bytes | None) -> Mapping[str, str]:
    words = read_cells(path, header=VOCABULARY_COLUMNS)
    chosen = words[words["vocabulary"] == "family"]
    return dict(zip(chosen["word"], chosen["meaning"], strict=True))


def owner_name(family: str) -> str:
    """Name of the owner of an image family, as the vocabulary of the record has it.

    Examples
    --------
    >>> owner_name("planet"), owner_name("sentinel-2")
    ('Planet Labs', 'Copernicus Sentinel-2')
    """
    path = data_registry.path("vocabulary", row="family")
    meaning = _families(path, file_bytes(path)).get(family, family)
    return meaning.removesuffix(" satellites").split(" (")[0]


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
