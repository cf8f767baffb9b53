"""Drawing of who copied whom: layers, the same in any order, and SVG that asks for nothing."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import pairwise

import pandas as pd
import pytest

from skytally.core.errors import DataError
from skytally.figures.provenance_graph import as_svg, layout
from skytally.record.provenance import UNKNOWN_ORIGIN, Graph, copied, copying_graph

Table = Callable[[str], pd.DataFrame]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def chain() -> Graph:
    """Graph in which A is copied by C, and nobody is named for F."""
    return Graph(
        {"A": (), "C": ("A",), "F": ()}, {"A": ("csis",), "C": ("csis",), "F": ()}, frozenset("A")
    )


@pytest.fixture(scope="module")
def real(table: Table) -> Graph:
    """Graph of the record."""
    return copying_graph(table("sources"))


def test_layout_puts_copies_right_of_what_they_copied(real: Graph) -> None:
    """Every edge runs to a higher layer, and no two boxes lie on each other."""
    drawing = layout(real, keep=copied(real))
    at = {node.name: node for node in drawing.nodes}
    assert drawing.edges
    for start, end in drawing.edges:
        assert at[start].layer < at[end].layer
    assert at["BP_20231006"].layer == 1
    assert at["SEED3"].layer == 3
    places = sorted((node.layer, node.y) for node in drawing.nodes)
    for (layer, y), (next_layer, next_y) in pairwise(places):
        assert layer != next_layer or next_y - y >= 15


def test_layout_and_drawing_are_the_same_in_any_order(real: Graph) -> None:
    """The order of the pages asked for does not matter."""
    pages = sorted(copied(real))
    expected = layout(real, keep=pages)
    random.Random(1).shuffle(pages)
    assert layout(real, keep=pages) == expected


def test_layout_refuses_nothing_and_strangers(chain: Graph) -> None:
    """There must be something to draw, and it must exist."""
    with pytest.raises(DataError, match="no source to draw"):
        layout(chain, keep=())
    with pytest.raises(DataError, match="Z: no such source"):
        layout(chain, keep=["A", "Z"])


def test_layout_of_a_part_hangs_a_page_on_its_originator(chain: Graph) -> None:
    """Where the page it copied is not drawn, its originator stands for it."""
    assert layout(chain, keep=["C"]).edges == (("csis", "C"),)
    assert layout(chain, keep=["F"]).edges == ((UNKNOWN_ORIGIN, "F"),)


def test_drawing_is_wellformed_named_and_asks_for_nothing(real: Graph) -> None:
    """Title and description are tied to the image; there is no script, link or style sheet."""
    text = as_svg(
        layout(real, keep=copied(real)), name="who", title="Who copied whom", description="<a & b>"
    )
    root = ET.fromstring(text)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "who-title who-desc"
    assert root.find(f"{SVG}title").text == "Who copied whom"
    assert root.find(f"{SVG}desc").text == "<a & b>"
    tags = {each.tag.removeprefix(SVG) for each in root.iter()}
    assert tags == {"svg", "title", "desc", "rect", "g", "path", "text"}
    assert text.count("http") == 1
    assert "BP_20231006" in {each.text for each in root.iter(f"{SVG}text")}


def test_drawing_of_an_empty_record_is_empty() -> None:
    """A record without sources has a drawing without boxes, and no error."""
    drawing = layout(Graph({}, {}, frozenset()), keep=())
    assert (drawing.nodes, drawing.edges) == ((), ())
    text = as_svg(drawing, name="who", title="Who copied whom", description="nobody yet")
    assert {node.tag for node in ET.fromstring(text).iter()} == {
        f"{SVG}{tag}" for tag in ("svg", "title", "desc", "rect", "g")
    }
