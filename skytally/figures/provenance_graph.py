"""Drawing of who copied whom: sources laid out as indented trees, as inline SVG."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from skytally.core import DataError, refuse
from skytally.figures.non_latin_font_subsets import FAMILY
from skytally.record import UNKNOWN_ORIGIN, Graph

FONTS = f"'{FAMILY}', sans-serif"
ROW_HEIGHT, INDENT, MARGIN, FONT, DOT = 22, 20, 12, 13, 3.5
"""Measures of the drawing in px: 350 px wide, its letters are still 11 px high."""
MOST_LETTERS = 40
"""Letters of a label; a longer one is cut and ends in an ellipsis."""
LETTER_WIDTH = 7.6
"""Width of a letter in px, rather too much than too little; a Korean one is as wide as high."""


@dataclass(frozen=True)
class Node:
    """One line of the drawing."""

    name: str
    """Source id, or originator."""
    layer: int
    """0 for an originator, 1 for a page that copied nobody, 2 for its copies, and so on."""
    x: float
    """Middle of its dot in px."""
    y: float
    """Middle in px from the top."""


@dataclass(frozen=True)
class Drawing:
    """A graph laid out in lines, each indented by its layer."""

    nodes: tuple[Node, ...]
    """Lines from top to bottom: a page, then those that copied it."""
    edges: tuple[tuple[str, str], ...]
    """From whom to whom content went, in alphabetical order."""
    further: frozenset[tuple[str, str]]
    """Those of `edges` whose page already stands below another page or originator."""
    height: float
    """In px."""


def _children(graph: Graph, kept: set[str]) -> dict[str, list[str]]:
    children: dict[str, list[str]] = {}
    for source in sorted(kept):
        parents = [parent for parent in graph.parents[source] if parent in kept]
        for parent in parents or graph.originators[source] or (UNKNOWN_ORIGIN,):
            children.setdefault(parent, []).append(source)
    return children


def layout(graph: Graph, *, keep: Iterable[str]) -> Drawing:
    """Lay sources out in lines: an originator, its pages, their copies, the copies of those.

    Parameters
    ----------
    graph : Graph
    keep : iterable of str
        Sources to draw, such as those of `skytally.record.source_provenance.copied`.

    Returns
    -------
    Drawing
        The same for the same graph, whatever the order of `keep`; empty for an empty graph.
        The originator with most pages below it stands first.

    Raises
    ------
    DataError
        If there is no such source, or nothing to draw though there are sources.
    """
    kept = set(keep)
    unknown = sorted(kept - set(graph.parents))
    refuse([f"{source}: no such source; correct the id" for source in unknown], what="drawing")
    if not graph.parents:
        return Drawing((), (), frozenset(), 2 * MARGIN)
    if not kept:
        message = "drawing: no source to draw; name at least one"
        raise DataError(message)
    children = _children(graph, kept)
    layers = _layers(children)
    order: list[str] = []
    sizes = {name: len(_below(children, name)) for name in children}
    for originator in sorted(set(children) - kept, key=lambda name: (-sizes[name], name)):
        _append(children, originator, order)
    nodes = tuple(
        Node(
            name=name,
            layer=layers[name],
            x=MARGIN + layers[name] * INDENT,
            y=MARGIN + (row + 0.5) * ROW_HEIGHT,
        )
        for row, name in enumerate(order)
    )
    edges = sorted((parent, child) for parent, below in children.items() for child in below)
    first = {
        child: parent for parent, child in sorted(edges, key=lambda edge: -order.index(edge[0]))
    }
    further = frozenset(edge for edge in edges if first[edge[1]] != edge[0])
    return Drawing(nodes, tuple(edges), further, 2 * MARGIN + len(order) * ROW_HEIGHT)


def _below(children: Mapping[str, list[str]], name: str) -> set[str]:
    """Every page that goes back to a page or originator."""
    return set().union(*({child} | _below(children, child) for child in children.get(name, ())))


def _layers(children: dict[str, list[str]]) -> dict[str, int]:
    parents: dict[str, set[str]] = {}
    for parent, below in children.items():
        for child in below:
            parents.setdefault(child, set()).add(parent)
    layers: dict[str, int] = {}
    for name in TopologicalSorter(parents).static_order():
        layers[name] = 1 + max((layers[parent] for parent in parents.get(name, ())), default=-1)
    return layers


def _append(children: Mapping[str, list[str]], name: str, order: list[str]) -> None:
    """Append a line and those below it, each once."""
    if name not in order:
        order.append(name)
        for child in children.get(name, ()):
            _append(children, child, order)


def _width(text: str) -> float:
    return sum(
        FONT if unicodedata.east_asian_width(letter) in "WF" else LETTER_WIDTH for letter in text
    )


def _cut(words: str) -> str:
    """Cut words that are too long before their last comma, so that a day stays whole."""
    if len(words) <= MOST_LETTERS:
        return words
    head, comma, tail = words.rpartition(", ")
    room = MOST_LETTERS - len(comma + tail) - 1
    if not comma or room < 1:
        return f"{words[: MOST_LETTERS - 1].rstrip()}…"
    return f"{head[:room].rstrip()}…{comma}{tail}"


def as_svg(
    drawing: Drawing,
    *,
    name: str,
    title: str,
    description: str,
    labels: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
) -> str:
    """Draw a layout as inline SVG without scripts, in the colours of the text around it.

    Parameters
    ----------
    drawing : Drawing
    name : str
        Prefix of the two ids in the drawing; unique on its page.
    title, description : str
        Text for those who do not see the drawing.
    labels : mapping of str to str, optional
        Words of each line by the id of its source or originator; its id, where none are given.
        Words that are too long are cut, and stand in full in the tip of their link.
    links : mapping of str to str, optional
        Address of each line by its id; a line without one is plain text.

    Returns
    -------
    str
        One ``svg`` element; its text stays text, and it needs no network.
    """
    known = labels or {}
    words = {node.name: known.get(node.name, node.name) for node in drawing.nodes}
    nodes = {node.name: node for node in drawing.nodes}
    paths = [
        _path(nodes[start], nodes[end], further=(start, end) in drawing.further)
        for start, end in drawing.edges
    ]
    dots = [f'<circle cx="{node.x:g}" cy="{node.y:g}" r="{DOT}"/>' for node in drawing.nodes]
    texts = [
        _text(node, words[node.name], (links or {}).get(node.name, "")) for node in nodes.values()
    ]
    width = max(
        (node.x + MARGIN + 10 + _width(_cut(words[node.name])) for node in drawing.nodes),
        default=2 * MARGIN,
    )
    tag = _escaped(name)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="group" aria-labelledby="{tag}-title '
        f'{tag}-desc" viewBox="0 0 {width:.0f} {drawing.height:.0f}" width="{width:.0f}" '
        f'style="max-width:100%;height:auto" font-family="{FONTS}" font-size="{FONT}">'
        f'<title id="{tag}-title">{_escaped(title)}</title>'
        f'<desc id="{tag}-desc">{_escaped(description)}</desc>'
        f'<g fill="none" stroke="currentColor" opacity="0.5">{"".join(paths)}</g>'
        f'<g fill="currentColor">{"".join(dots)}{"".join(texts)}</g></svg>'
    )


def _path(above: Node, below: Node, *, further: bool) -> str:
    """Line from a page to a copy; dashed, and past the dots between, to a further parent."""
    if not further:
        return f'<path d="M{above.x:g} {above.y:g}V{below.y:g}H{below.x:g}"/>'
    side, end = above.x - 2 * DOT, below.y + DOT
    return (
        f'<path stroke-dasharray="3 3" d="M{above.x:g} {above.y:g}H{side:g}V{end:g}H{below.x:g}"/>'
    )


def _text(node: Node, words: str, link: str) -> str:
    """Words of a line; those of an originator are bold."""
    bold = ' font-weight="bold"' if node.layer == 0 else ""
    place = f'x="{node.x + 10:g}" y="{node.y + FONT / 3:.1f}"'
    text = f"<text {place}{bold}>{_escaped(_cut(words))}</text>"
    if not link:
        return text
    return f'<a href="{_escaped(link)}"><title>{_escaped(words)}</title>{text}</a>'


def _escaped(text: str) -> str:
    return html.escape(text, quote=True)
