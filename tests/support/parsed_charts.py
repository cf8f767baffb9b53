"""Parsed parts of a drawn chart for tests: HTML tags, JSON document, SVG words."""

from __future__ import annotations

import base64
import json
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from typing import Any

from skytally.figures.chart_and_sentence_html_blocks import PageBlock

NASTY = "</script><script>alert(1)</script>\"'&"
"""Text that must stay text wherever it stands."""


class _Tags(HTMLParser):
    """Collect the tags of a block as a browser's parser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect a tag with its attributes."""
        self.tags.append((tag, dict(attrs)))


def tags(block: str) -> list[tuple[str, dict[str, str | None]]]:
    """Tags of a block with their attributes."""
    parser = _Tags()
    parser.feed(block)
    return parser.tags


def document(block: PageBlock) -> Any:
    """JSON document of the interactive chart of a block."""
    match = re.search(r'<script type="application/json">(.*?)</script>', block.block, re.DOTALL)
    assert match
    return json.loads(match[1])


def models(node: Any, name: str) -> list[dict[str, Any]]:
    """Attributes of all Bokeh models of one kind, wherever they lie in a document."""
    matching = []
    if isinstance(node, dict):
        if node.get("name") == name and "attributes" in node:
            matching.append(node["attributes"])
        for child in node.values():
            matching += models(child, name)
    elif isinstance(node, list):
        for child in node:
            matching += models(child, name)
    return matching


def point_markers(chart: Any) -> list[str]:
    """Marker of every point glyph of a document, without those for selected points."""
    glyphs = [renderer["glyph"] for renderer in models(chart, "GlyphRenderer")]
    return [
        glyph["attributes"]["marker"]["value"] if "marker" in glyph["attributes"] else "circle"
        for glyph in glyphs
        if glyph["name"] == "Scatter"
    ]


def column(source: dict[str, Any], name: str) -> list[Any]:
    """One column of a ColumnDataSource; empty where it has no such column."""
    cells = dict(source["data"].get("entries", [])).get(name)
    return cells if isinstance(cells, list) else []


def svg(block: PageBlock) -> str:
    """SVG text of the static chart of a block."""
    match = re.search(r"data:image/svg\+xml;base64,([^\"]+)", block.block)
    assert match
    return base64.b64decode(match[1]).decode()


def svg_words(block: PageBlock) -> str:
    """All words of the static chart of a block."""
    root = ET.fromstring(svg(block))
    return " ".join(text.text or "" for text in root.iter("{http://www.w3.org/2000/svg}text"))
