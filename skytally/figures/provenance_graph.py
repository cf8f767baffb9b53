"""Drawing of who copied whom: sources laid out in layers, as inline SVG."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import TopologicalSorter

from skytally.core import DataError, chart_style as style, refuse
from skytally.record import UNKNOWN_ORIGIN, Graph

ROW_HEIGHT, LAYER_WIDTH, MARGIN, LETTER_WIDTH, BOX_HEIGHT = 20, 250, 12, 7.3, 15
"""Measures of the drawing in px."""


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


def _children(graph: Graph, kept: set[str]) -> dict[str, list[str]]:
    children: dict[str, list[str]] = {}
    for source in sorted(kept):
        parents = [parent for parent in graph.parents[source] if parent in kept]
        for parent in parents or graph.originators[source] or (UNKNOWN_ORIGIN,):
            children.setdefault(parent, []).append(source)
    return children


def layout(graph: Graph, *, keep: Iterable[str]) -> Drawing:
    """Lay sources out in layers: originators, their pages, the copies, the copies of those.

    Parameters
    ----------
    graph : Graph
    keep : iterable of str
        Sources to draw, such as those of `skytally.record.provenance.copied`.

    Returns
    -------
    Drawing
        The same for the same graph, whatever the order of `keep`; empty for an empty graph.

    Raises
    ------
    DataError
        If there is no such source, or nothing to draw though there are sources.
    """
    kept = set(keep)
    unknown = sorted(kept - set(graph.parents))
    refuse([f"{source}: no such source; correct the id" for source in unknown], what="drawing")
    if not graph.parents:
        return Drawing((), (), 2 * MARGIN, 2 * MARGIN)
    if not kept:
        message = "drawing: no source to draw; name at least one"
        raise DataError(message)
    children = _children(graph, kept)
    layers = _layers(children)
    row_of: dict[str, float] = {}
    rows = 0
    for originator in sorted(set(children) - kept):
        rows = _stack(children, originator, rows, row_of)
    nodes = [
        Node(
            name=name,
            layer=layers[name],
            x=MARGIN + layers[name] * LAYER_WIDTH,
            y=MARGIN + (row + 0.5) * ROW_HEIGHT,
        )
        for name, row in row_of.items()
    ]
    nodes.sort(key=lambda node: (node.layer, node.y, node.name))
    edges = sorted((parent, child) for parent, below in children.items() for child in below)
    width = 2 * MARGIN + (max(layers.values()) + 1) * LAYER_WIDTH
    return Drawing(tuple(nodes), tuple(edges), width, 2 * MARGIN + rows * ROW_HEIGHT)


def _layers(children: dict[str, list[str]]) -> dict[str, int]:
    parents: dict[str, set[str]] = {}
    for parent, below in children.items():
        for child in below:
            parents.setdefault(child, set()).add(parent)
    layers: dict[str, int] = {}
    for name in TopologicalSorter(parents).static_order():
        layers[name] = 1 + max((layers[parent] for parent in parents.get(name, ())), default=-1)
    return layers


def _stack(children: dict[str, list[str]], name: str, rows: int, row_of: dict[str, float]) -> int:
    """Place a box beside the middle of its children; return the number of rows in use."""
    unplaced = [child for child in children.get(name, ()) if child not in row_of]
    for child in unplaced:
        rows = _stack(children, child, rows, row_of)
    if unplaced:
        row_of[name] = sum(row_of[child] for child in unplaced) / len(unplaced)
        return rows
    row_of[name] = rows
    return rows + 1


def as_svg(drawing: Drawing, *, name: str, title: str, description: str) -> str:
    """Draw a layout as inline SVG without scripts, on a light panel of its own.

    Parameters
    ----------
    drawing : Drawing
    name : str
        Prefix of the two ids in the drawing; unique on its page.
    title, description : str
        Text for those who do not see the drawing.

    Returns
    -------
    str
        One ``svg`` element; its text stays text, and it needs no network.
    """
    nodes = {node.name: node for node in drawing.nodes}
    paths = []
    for start, end in drawing.edges:
        parent, child = nodes[start], nodes[end]
        left, middle = parent.x + _box_width(start), child.x - 30
        paths.append(
            f'<path d="M{left:.1f} {parent.y:.1f}C{middle:.1f} {parent.y:.1f} {middle:.1f} '
            f'{child.y:.1f} {child.x:.1f} {child.y:.1f}"/>'
        )
    boxes, labels = [], []
    for node in drawing.nodes:
        fill = style.LAND if node.layer == 0 else style.WHITE
        top, width, label = node.y - BOX_HEIGHT / 2, _box_width(node.name), _escaped(node.name)
        boxes.append(
            f'<rect x="{node.x:.1f}" y="{top:.1f}" width="{width:.1f}" '
            f'height="{BOX_HEIGHT}" rx="3" fill="{fill}"/>'
        )
        labels.append(f'<text x="{node.x + 4:.1f}" y="{node.y + 4:.1f}">{label}</text>')
    tag = _escaped(name)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="{tag}-title '
        f'{tag}-desc" viewBox="0 0 {drawing.width:.0f} {drawing.height:.0f}" '
        f'width="{drawing.width:.0f}" height="{drawing.height:.0f}" '
        f'style="max-width:none;background:{style.WHITE}" font-family="sans-serif" font-size="11">'
        f'<title id="{tag}-title">{_escaped(title)}</title>'
        f'<desc id="{tag}-desc">{_escaped(description)}</desc>'
        f'<rect width="100%" height="100%" fill="{style.WHITE}"/>'
        f'<g fill="none" stroke="{style.GRAPH_EDGE}">{"".join(paths)}</g>'
        f'<g stroke="{style.GRAPH_BOX}">{"".join(boxes)}</g>'
        f'<g fill="{style.TEXT}">{"".join(labels)}</g></svg>'
    )


def _box_width(name: str) -> float:
    return 8 + LETTER_WIDTH * len(name)


def _escaped(text: str) -> str:
    return html.escape(text, quote=True)
