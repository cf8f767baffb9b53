"""Drawing of who copied whom: lines, the same in any order, and SVG that asks for nothing."""

from __future__ import annotations

import random
import xml.etree.ElementTree as ET
from collections.abc import Callable
from itertools import pairwise

import pandas as pd
import pytest

from skytally.core.errors_and_fault_lists import DataError
from skytally.figures.provenance_graph import as_svg, layout
from skytally.record.source_provenance import UNKNOWN_ORIGIN, Graph, copied, copying_graph

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
    """Every edge runs to a higher layer, and no two lines lie on each other."""
    drawing = layout(real, keep=copied(real))
    at = {node.name: node for node in drawing.nodes}
    assert drawing.edges
    for start, end in drawing.edges:
        assert at[start].layer < at[end].layer
    assert at["BP_20231006"].layer == 1
    assert at["SEED3"].layer == 3
    heights = [node.y for node in drawing.nodes]
    assert all(below - above >= 15 for above, below in pairwise(heights))


def test_page_stands_below_its_first_parent_and_a_further_one_is_dashed(chain: Graph) -> None:
    """A page of two originators is drawn once; the line to the second passes the dots between."""
    both = Graph({**chain.parents, "B": ()}, {**chain.originators, "B": ("csis", "voa")})
    drawing = layout(both, keep=["A", "B", "C"])
    assert [node.name for node in drawing.nodes] == ["csis", "A", "C", "B", "voa"]
    assert drawing.further == {("voa", "B")}
    assert as_svg(drawing, name="x", title="t", description="d").count("stroke-dasharray") == 1


def test_originator_with_most_pages_stands_first(real: Graph) -> None:
    """The reader meets first whom most pages repeat."""
    drawing = layout(real, keep=copied(real))
    sizes, size = [], 0
    for node in [*drawing.nodes, drawing.nodes[0]]:
        if node.layer == 0 and size:
            sizes.append(size)
            size = 0
        size += 1
    assert sizes[:3] == sorted(sizes, reverse=True)[:3]


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
    """Title and description are tied to the drawing; there is no script or style sheet."""
    text = as_svg(
        layout(real, keep=copied(real)), name="who", title="Who copied whom", description="<a & b>"
    )
    root = ET.fromstring(text)
    assert root.get("role") == "group"
    assert root.get("aria-labelledby") == "who-title who-desc"
    assert root.find(f"{SVG}title").text == "Who copied whom"
    assert root.find(f"{SVG}desc").text == "<a & b>"
    tags = {each.tag.removeprefix(SVG) for each in root.iter()}
    assert tags == {"svg", "title", "desc", "circle", "g", "path", "text"}
    assert text.count("http") == 1
    assert "BP_20231006" in {each.text for each in root.iter(f"{SVG}text")}


def test_drawing_of_an_empty_record_is_empty() -> None:
    """A record without sources has a drawing without boxes, and no error."""
    drawing = layout(Graph({}, {}, frozenset()), keep=())
    assert (drawing.nodes, drawing.edges) == ((), ())
    text = as_svg(drawing, name="who", title="Who copied whom", description="nobody yet")
    assert {node.tag for node in ET.fromstring(text).iter()} == {
        f"{SVG}{tag}" for tag in ("svg", "title", "desc", "g")
    }


def test_lines_have_words_and_lead_to_their_cards(chain: Graph) -> None:
    """Words replace ids, links are escaped, and a line without a card is plain text."""
    text = as_svg(
        layout(chain, keep=["A", "C"]), name="x", title="t", description="d",
        labels={"csis": "CSIS & others", "A": "조선일보, 6 October 2023"},
        links={"A": "a.html?b&c"},
    )  # fmt: skip
    root = ET.fromstring(text)
    assert [each.text for each in root.iter(f"{SVG}text")] == [
        "CSIS & others", "조선일보, 6 October 2023", "C",
    ]  # fmt: skip
    (link,) = root.iter(f"{SVG}a")
    assert link.get("href") == "a.html?b&c"
    assert link.findtext(f"{SVG}text") == "조선일보, 6 October 2023"


def test_long_words_are_cut_and_their_day_stays(chain: Graph) -> None:
    """A long name of a publisher is cut, its day is not, and the tip has all of it."""
    words = f"{'The Very Long Gazette of Everything ' * 3}, 16 October 2023"
    drawing = layout(chain, keep=["A"])
    text = as_svg(
        drawing, name="x", title="t", description="d", labels={"A": words}, links={"A": "a.html"}
    )
    root = ET.fromstring(text)
    (shown,) = (t.text or "" for t in root.iter(f"{SVG}text") if (t.text or "").startswith("The"))
    assert len(shown) <= 40
    assert shown.endswith("…, 16 October 2023")
    assert words in {each.text for each in root.iter(f"{SVG}title")}


def test_letters_are_large_enough_on_a_narrow_screen(real: Graph) -> None:
    """A drawing of the longest words is at most so wide that 350 px leave 11 px to its letters."""
    labels = dict.fromkeys(real.parents, "W" * 80)
    text = as_svg(
        layout(real, keep=copied(real)), name="x", title="t", description="d", labels=labels
    )
    root = ET.fromstring(text)
    assert float(root.get("font-size", "0")) * 350 / float(root.get("width", "0")) >= 11
