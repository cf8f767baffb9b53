"""Directive that lists the events of some kinds, day by day, with what was said and where."""

from __future__ import annotations

from typing import Any, ClassVar

import pandas as pd
from docutils.parsers.rst import directives
from sphinx.application import Sphinx

from skytally.core import DataError, data_folder, words
from skytally.press.cards.record_cards import dates
from skytally.press.sphinx_ext.cached_record_and_findings import originals, table
from skytally.press.sphinx_ext.html_blocks import (
    Block,
    cell,
    filtered_table,
    html_row,
    source_link,
    to_root,
)
from skytally.record import count_once

EVENT_KIND = "event_kind"
"""Vocabulary of the kinds of events."""
EVENTS = "events"
HEADS = ("when", "who", "what, as the record puts it", "read in")
COUNTED_AS = "counted as"
"""Head of a further column, where a table has events of several kinds."""
KIND_WORDS = {
    "called-denial": "called a denial, or calls a report false: the words read deny no arms",
    "no-comment": "neither denies nor admits",
}
"""Word of the vocabulary *event_kind* to what a table calls it, where that is not the word."""


def events_of(events: pd.DataFrame, groups: pd.DataFrame, kinds: list[str]) -> list[dict[str, Any]]:
    """Events of some kinds, each once, by day.

    Parameters
    ----------
    events : pandas.DataFrame
        Rows of ``events`` without copies.
    groups : pandas.DataFrame
        ``same_observation``.
    kinds : list of str
        Words of the vocabulary *event_kind*.

    Returns
    -------
    list of dict
        Cells of the rows.
    """
    once = count_once(events[events["kind"].isin(kinds)], groups)
    ordered = once.sort_values(["date_last", "id"], kind="stable").to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in ordered]


class EventTable(Block):
    """Show when who said or did what, with a link to each row and to the page it was read in."""

    optional: ClassVar = ("rows",)
    option_spec: ClassVar = {
        "kinds": directives.unchanged_required,
        "caption": directives.unchanged_required,
        "rows": directives.unchanged_required,
    }

    def html(self) -> str:
        """Return the table, a row an event.

        Raises
        ------
        DataError
            If an option is missing, a kind is no word of the vocabulary, or one of the chosen
            rows is no event of these kinds.
        """
        options = self.given_options()
        kinds = [word.strip() for word in options["kinds"].split(",")]
        known = words(data_folder() / "record").get(EVENT_KIND, ())
        if unknown := sorted({*kinds} - {*known}):
            message = f"event-table: no {EVENT_KIND} {', '.join(unknown)}; use {', '.join(known)}"
            raise DataError(message)
        rows = events_of(originals(EVENTS), table("same_observation"), kinds)
        name = f"events-{'-'.join(kinds)}"
        if chosen := options.get("rows", "").split():
            if strange := sorted({*chosen} - {row["id"] for row in rows}):
                message = f"event-table: no row {', '.join(strange)} of {options['kinds']}"
                raise DataError(message)
            rows = [row for row in rows if row["id"] in chosen]
            name = f"{name}-{'-'.join(chosen).lower()}"
        several = len(kinds) > 1
        return filtered_table(
            name,
            options["caption"],
            [*HEADS, COUNTED_AS] if several else list(HEADS),
            [self._row(row, several=several) for row in rows],
            empty="The record has no event of this kind yet.",
        )

    def _row(self, row: dict[str, Any], *, several: bool) -> str:
        up = to_root(self.state.document.settings.env.docname)
        return html_row(
            (
                self.card("row", row["id"], dates(row, "date")),
                cell(row["actors"]),
                self.ships(row["text"]),
                source_link(row["source_id"], up=up),
                *([cell(KIND_WORDS.get(row["kind"], row["kind"]))] if several else []),
            )
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("event-table", EventTable)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
