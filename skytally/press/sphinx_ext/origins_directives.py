"""Directive of the page on who copied whom."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sphinx.application import Sphinx

from skytally.core import listed
from skytally.figures import names_of, provenance_graph
from skytally.press.cards.card import address
from skytally.press.sphinx_ext.book_data import source_words, table
from skytally.press.sphinx_ext.html_blocks import Block, cell, empty_state, source_link
from skytally.record import provenance


class OriginsGraph(Block):
    """Draw who copied whom, and list it for those who do not see the drawing."""

    def html(self) -> str:
        """Return the drawing and the list."""
        graph = provenance.copying_graph(table("sources"))
        copied = provenance.copied(graph)
        if not copied:
            return empty_state("No source of the record takes content from another one yet.")
        drawing = provenance_graph.layout(graph, keep=copied)
        svg = provenance_graph.as_svg(
            drawing, name="origins", title="Who copied whom",
            description="Each page stands below the one it copied and further to the right.",
            labels={**names_of(table("counters")), **source_words()},
            links={page: address("source", page) for page in copied},
        )  # fmt: skip
        copies = sum(bool(above) for above in graph.parents.values())
        first = sum(node.layer == 0 for node in drawing.nodes)
        return (
            f"<p>{copies} of the {len(graph.parents)} sources of the record take content from "
            f"another of its pages. {self._most_copied(graph)} The drawing shows the copies and "
            f"the pages they copied. They go back to {first} originators, in bold. A page stands "
            f"below the page it copied and one step further to the right; a dashed line leads to a "
            f"further originator.</p>"
            f'<div class="sk-origins">{svg}</div><details><summary>The same as a list</summary>'
            f"<ul>{self._listed(graph)}</ul></details>{self._citing(graph)}"
        )

    @staticmethod
    def _most_copied(graph: provenance.Graph) -> str:
        counts = Counter(page for above in graph.parents.values() for page in above)
        page, count = min(counts.items(), key=lambda each: (-each[1], each[0]))
        copied_by = f"{count} others" if count > 1 else "1 other"
        return f"The most copied is {source_link(page)}: {copied_by}."

    @staticmethod
    def _citing(graph: provenance.Graph) -> str:
        names = names_of(table("counters"))
        items = "".join(
            f"<li>{source_link(page)} cites {cell(listed([names[each] for each in cited]))}</li>"
            for page, cited in sorted(graph.cites.items())
            if cited
        )
        lead = (
            "The following pages copied nobody, but they cite other counters, and what they say "
            "may depend on them. That is why the book gives a lower bound for the number of "
            "independent counters."
        )
        return f"<p>{lead}</p><ul>{items}</ul>" if items else ""

    @staticmethod
    def _listed(graph: provenance.Graph) -> str:
        return "".join(
            f"<li>{source_link(copy)}, from {'; '.join(map(source_link, above))}</li>"
            for copy, above in sorted(graph.parents.items())
            if above
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("origins-graph", OriginsGraph)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
