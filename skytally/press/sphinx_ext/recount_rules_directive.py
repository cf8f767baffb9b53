"""Directive that shows by what rule a new count on an image is made."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from skytally.press.sphinx_ext.html_blocks import Block, cell, filtered_table, html_row
from skytally.recount import counting_rules

CAPTION = (
    "By what rule a new count is made: what counts as one, and what is left out. It is this book's "
    "rule; no counter whose page was read has published theirs"
)


class CountingRules(Block):
    """Show the rules of a new count, as the page for marking shows them."""

    def html(self) -> str:
        """Return the table, a row a rule."""
        rows = [
            html_row((cell(rule["what"]), cell(rule["case"]), cell(rule["rule"])))
            for rule in counting_rules()
        ]
        return filtered_table(
            "counting-rules", CAPTION, ["what is counted", "case", "how it is marked"], rows,
            empty="No rule of a count is written down yet.",
        )  # fmt: skip


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("counting-rules", CountingRules)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
