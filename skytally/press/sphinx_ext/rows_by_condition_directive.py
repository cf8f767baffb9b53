"""Directive of the pages of evidence: rows of one table that meet a condition, in plain words."""

from __future__ import annotations

from typing import Any, ClassVar

from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from skytally.core import quantity_of, quantity_text
from skytally.press.cards.record_cards import dates
from skytally.press.sphinx_ext.cached_record_and_findings import card_record, originals
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    cell,
    filtered_table,
    html_row,
    source_link,
    to_root,
)
from skytally.record import filtered

HEADS = ["when", "how many", "what the row says", "who", "read in"]


class ChosenRows(Block):
    """Show who gives which number of what, by its first day, with a link to each row."""

    required_arguments = 1
    option_spec: ClassVar = {
        "table": directives.unchanged_required,
        "where": directives.unchanged_required,
        "caption": directives.unchanged_required,
    }

    def html(self) -> str:
        """Return the table of the rows with a number; the argument is its anchor.

        Raises
        ------
        DataError
            If an option is missing or the condition cannot be read.
        """
        options = self.given_options()
        rows = filtered(originals(options["table"]), options["where"])
        ordered = rows[rows["bound"] != ""].sort_values(["date_first", "id"], kind="stable")
        return filtered_table(
            self.arguments[0],
            options["caption"],
            HEADS,
            [self._row(row) for row in ordered.to_dict("records")],
            empty="The record has no such row yet.",
        )

    def _row(self, row: dict[Any, Any]) -> str:
        up = to_root(self.state.document.settings.env.docname)
        names = card_record().names
        return html_row(
            (
                cell(dates(row, "date")),
                self.card("row", str(row["id"]), quantity_text(quantity_of(row))),
                self.ships(row["text"]),
                cell(names.get(row["counter"], row["counter"])),
                source_link(str(row["source_id"]), up=up),
            )
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("chosen-rows", ChosenRows)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
