"""Who copied whom: from the sources' own words to independent origins, and to a drawing of them."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

import pandas as pd

from skytally.core.errors import DataError, refuse
from skytally.record.repeated_observations import above

UNKNOWN = "not known"
"""Stands for all origins that no source names; together they count as one."""
UNNAMED = {"", "none", "unstated", "commercial-unstated"}
"""Words for an image family that cannot be told from another one."""
OWN_PAGE = {"originator", "official"}
"""Reasons of reliability that mark the originator's own page."""
LEVELS = ("low", "moderate", "high")
"""Confidence in the sources; never a probability."""
STEP, WIDTH, PAD, LETTER, BOX = 20, 250, 12, 7.3, 15
"""Drawing, in px: height of a row, width of a layer, margin, width of a letter, height of a box."""


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
    """How many independent eyes stand behind something."""

    origins: tuple[str, ...]
    """Distinct originators after following every copy back, in alphabetical order."""
    families: tuple[str, ...]
    """Distinct named image families, in alphabetical order."""
    independent_origins: int
    """Groups of `origins` that no page mixes; those nobody names are one, if no other is known."""
    independent_families: int
    """Number of `families`; unnamed imagery counts as one, and only where none is named."""
    confidence: str
    """One of `LEVELS`, by the rule of `support`."""


@dataclass(frozen=True)
class Node:
    """One box of the drawing."""

    name: str
    """Source id, or originator."""
    layer: int
    """0 for an originator, 1 for a page that copied nobody, 2 for its copies, and so on."""
    x: float
    """Left edge in px."""
    y: float
    """Middle in px from the top."""


@dataclass(frozen=True)
class Drawing:
    """A graph laid out in layers."""

    nodes: tuple[Node, ...]
    """Boxes, by layer and from top to bottom."""
    edges: tuple[tuple[str, str], ...]
    """From whom to whom content went, in alphabetical order."""
    width: float
    """In px."""
    height: float
    """In px."""


def _circles(parents: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    left = {source: set(above) for source, above in sorted(parents.items())}
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            trail = error.args[1]
            # each stands before the one that is derived from it
            yield " from ".join(reversed(trail))
            left[trail[1]].discard(trail[0])
        else:
            return


def graph(sources: pd.DataFrame) -> Graph:
    """Make the graph of a table of sources.

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
    ids = [str(each) for each in sources["id"]]
    split = {
        column: {str(row["id"]): tuple(str(row[column]).split()) for _, row in sources.iterrows()}
        for column in ("derived_from", "originator")
    }
    parents = split["derived_from"]
    faults = [f"{each}: stands twice; keep one" for each in sorted(set(ids)) if ids.count(each) > 1]
    faults += [
        f"{source}: derived from {parent!r}, which is no source; add it or correct the id"
        for source, above in parents.items()
        for parent in above
        if parent not in parents
    ]
    faults += [f"{circle}: a source cannot copy itself" for circle in _circles(parents)]
    refuse(faults, what="sources")
    own = sources[sources["reliability_reason"].isin(OWN_PAGE)]["id"]
    return Graph(parents, split["originator"], frozenset(map(str, own)))


def roots(known: Graph, source: str) -> frozenset[str]:
    """Give the sources at which every trail of copies from this one ends.

    Raises
    ------
    DataError
        If there is no such source.
    """
    if source not in known.parents:
        message = f"no source {source!r}; add it to sources.csv or correct the id"
        raise DataError(message)
    return frozenset(each for each in above(known.parents, source) if not known.parents[each])


def originators(known: Graph, source: str) -> frozenset[str]:
    """Give those who made what a source reports, after following its copies to their roots.

    Returns
    -------
    frozenset of str
        Counters, or `UNKNOWN` alone where no root names one.

    Examples
    --------
    >>> known = Graph({"A": (), "B": ("A",)}, {"A": ("csis",), "B": ("voa",)}, frozenset())
    >>> sorted(originators(known, "B"))
    ['csis']
    """
    found = {who for root in roots(known, source) for who in known.originators[root]}
    return frozenset(found or {UNKNOWN})


def origins_of_row(row: Mapping[str, Any], known: Graph) -> frozenset[str]:
    """Give the origins of one row of the record.

    Parameters
    ----------
    row : mapping
        With ``counter`` and ``source_id``; an event has no counter.
    known : Graph

    Returns
    -------
    frozenset of str
        Its counter, where its page or a page above names that counter or copied nobody;
        else the originators at the roots, so that a copy cannot pass for an origin.
    """
    source, counter = str(row["source_id"]), str(row.get("counter", ""))
    named = {who for each in above(known.parents, source) for who in known.originators[each]}
    if counter and (counter in named or not known.parents[source]):
        return frozenset({counter})
    return originators(known, source)


def support(rows: Iterable[Mapping[str, Any]], sources: Iterable[str], known: Graph) -> Support:
    """Count the independent origins and image families behind something.

    Parameters
    ----------
    rows : iterable of mapping
        Rows of the record it rests on.
    sources : iterable of str
        Sources it rests on where there is no row; they are left out where there is one,
        since a source reports more than the thing in question.
    known : Graph

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
    given = [(origins_of_row(row, known), row["reading"] == "direct") for row in rows]
    if not rows:
        own = known.own & {each for each in known.parents if not known.parents[each]}
        given = [(originators(known, each), each in own) for each in sorted(set(sources))]
    found = set().union(*(who for who, _ in given))
    direct = set().union(*(who for who, at_first_hand in given if at_first_hand))
    families = {str(row.get("family", "")) for row in rows}
    direct_families = {str(row.get("family", "")) for row in rows if row["reading"] == "direct"}
    named = found - {UNKNOWN}
    groups = _groups(who - {UNKNOWN} for who, _ in given)
    if len(direct - {UNKNOWN}) > 1 and groups > 1 and len(direct_families - UNNAMED) > 1:
        confidence = LEVELS[2]
    else:
        confidence = LEVELS[1] if direct or groups > 1 else LEVELS[0]
    return Support(
        origins=tuple(sorted(named or found)),
        families=tuple(sorted(families - UNNAMED)),
        independent_origins=groups or int(bool(found)),
        independent_families=len(families - UNNAMED) or int(bool(families - {"", "none"})),
        confidence=confidence,
    )


def _groups(origins: Iterable[Set[str]]) -> int:
    """Count the groups that are left when sets with a common member are joined."""
    apart: list[set[str]] = []
    for each in origins:
        if each:
            joined = [group for group in apart if group & each]
            apart = [group for group in apart if not group & each]
            apart.append(set(each).union(*joined))
    return len(apart)


def _children(known: Graph, keep: set[str]) -> dict[str, list[str]]:
    below: dict[str, list[str]] = {}
    for source in sorted(keep):
        above = [each for each in known.parents[source] if each in keep]
        for parent in above or known.originators[source] or (UNKNOWN,):
            below.setdefault(parent, []).append(source)
    return below


def copied(known: Graph) -> frozenset[str]:
    """Give the sources that copied another or were copied: the part worth drawing."""
    above = {source for source, parents in known.parents.items() if parents}
    return frozenset(above | {each for source in above for each in known.parents[source]})


def layout(known: Graph, *, keep: Iterable[str]) -> Drawing:
    """Lay sources out in layers: originators, their pages, the copies, the copies of those.

    Parameters
    ----------
    known : Graph
    keep : iterable of str
        Sources to draw, such as `copied` gives.

    Returns
    -------
    Drawing
        The same for the same graph, whatever the order of `keep`.

    Raises
    ------
    DataError
        If there is nothing to draw, or no such source.
    """
    kept = set(keep)
    strange = sorted(kept - set(known.parents))
    refuse([f"{each}: no such source; correct the id" for each in strange], what="drawing")
    if not kept:
        message = "drawing: no source to draw; name at least one"
        raise DataError(message)
    below = _children(known, kept)
    layer = _layers(below)
    place: dict[str, float] = {}
    rows = 0
    for who in sorted(set(below) - kept):
        rows = _stack(below, who, rows, place)
    nodes = [
        Node(each, layer[each], PAD + layer[each] * WIDTH, PAD + (row + 0.5) * STEP)
        for each, row in place.items()
    ]
    nodes.sort(key=lambda node: (node.layer, node.y, node.name))
    edges = sorted((one, other) for one, others in below.items() for other in others)
    width = 2 * PAD + (max(layer.values()) + 1) * WIDTH
    return Drawing(tuple(nodes), tuple(edges), width, 2 * PAD + rows * STEP)


def _layers(below: dict[str, list[str]]) -> dict[str, int]:
    above: dict[str, set[str]] = {}
    for parent, children in below.items():
        for child in children:
            above.setdefault(child, set()).add(parent)
    layer: dict[str, int] = {}
    for name in TopologicalSorter(above).static_order():
        layer[name] = 1 + max((layer[each] for each in above.get(name, ())), default=-1)
    return layer


def _stack(below: dict[str, list[str]], name: str, rows: int, place: dict[str, float]) -> int:
    mine = [child for child in below.get(name, ()) if child not in place]
    for child in mine:
        rows = _stack(below, child, rows, place)
    if mine:
        place[name] = sum(place[child] for child in mine) / len(mine)
        return rows
    place[name] = rows
    return rows + 1


def as_svg(drawing: Drawing, *, name: str, title: str, description: str) -> str:
    """Draw a layout as inline SVG without scripts, on a light panel of its own.

    Parameters
    ----------
    drawing : Drawing
    name : str
        Prefix of the two ids in the drawing; unique on its page.
    title, description : str
        What those who do not see the drawing are told.

    Returns
    -------
    str
        One ``svg`` element; its text stays text, and nothing in it asks the network.
    """
    at = {node.name: node for node in drawing.nodes}
    lines = []
    for start, end in drawing.edges:
        one, other = at[start], at[end]
        left, middle = one.x + _wide(start), other.x - 30
        lines.append(
            f'<path d="M{left:.1f} {one.y:.1f}C{middle:.1f} {one.y:.1f} {middle:.1f} '
            f'{other.y:.1f} {other.x:.1f} {other.y:.1f}"/>'
        )
    boxes, words = [], []
    for node in drawing.nodes:
        fill = "#e9e4d8" if node.layer == 0 else "#ffffff"
        boxes.append(
            f'<rect x="{node.x:.1f}" y="{node.y - BOX / 2:.1f}" width="{_wide(node.name):.1f}" '
            f'height="{BOX}" rx="3" fill="{fill}"/>'
        )
        words.append(f'<text x="{node.x + 4:.1f}" y="{node.y + 4:.1f}">{_safe(node.name)}</text>')
    tag = _safe(name)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{tag}-title '
        f'{tag}-desc" viewBox="0 0 {drawing.width:.0f} {drawing.height:.0f}" '
        f'width="{drawing.width:.0f}" height="{drawing.height:.0f}" '
        'style="max-width:none;background:#ffffff" font-family="sans-serif" font-size="11">'
        f'<title id="{tag}-title">{_safe(title)}</title>'
        f'<desc id="{tag}-desc">{_safe(description)}</desc>'
        '<rect width="100%" height="100%" fill="#ffffff"/>'
        f'<g fill="none" stroke="#767676">{"".join(lines)}</g>'
        f'<g stroke="#595959">{"".join(boxes)}</g><g fill="#222222">{"".join(words)}</g></svg>'
    )


def _wide(name: str) -> float:
    return 8 + LETTER * len(name)


def _safe(text: str) -> str:
    return html.escape(text, quote=True)
