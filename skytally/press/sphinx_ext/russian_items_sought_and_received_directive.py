"""Directive of the official claims page: what came back from Russia, item by item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sphinx.application import Sphinx

from skytally.core import data_registry, when
from skytally.press.cards.card_fields_and_text_shortening import WEB
from skytally.press.cards.record_cards import dates
from skytally.press.cards.source_citation_formatting import page_link
from skytally.press.items_sought_and_received_from_russia import (
    DOES_NOT_APPLY,
    ReturnItem,
    read_how_known,
    read_return_items,
)
from skytally.press.sphinx_ext.cached_record_and_findings import card_record, table
from skytally.press.sphinx_ext.html_blocks import Block, cell, filtered_table, html_row, to_root
from skytally.press.sphinx_ext.web_search_log_directive_and_roles import PAGE_OF_LOG, SEARCHES
from skytally.record import newest_page

HEADS = (
    "what", "sought by North Korea, by whose account", "what any row says of its coming", "read in",
)  # fmt: skip
CAPTION = (
    "What may have gone from Russia to North Korea, item by item: what it sought, and what any "
    "row of the record says was given, by whom and when. Before each row stands how it is known: "
    "stated by somebody, from unnamed officials, seen on an image or from the ground. No image in "
    "the record shows a delivery of arms to North Korea"
)
NOT_SOUGHT, NO_QUESTION = "no page read says so", "does not apply"
SEARCHED = "searched for"
NOT_SEARCHED = "no search is logged; the rows come from other reading"
NOTHING = "nothing in the record, of pages read until {day}"


class ReturnTable(Block):
    """Show for each item who says that it was sought and that it came, or that no row does."""

    def html(self) -> str:
        """Return the table, a row an item."""
        items = read_return_items(
            data_registry.path("items_sought_and_received_back"),
            rows=set(card_record().rows),
            searches=set(table(SEARCHES)["id"]),
        )
        known = read_how_known(
            data_registry.path("how_rows_are_known"),
            rows={row for item in items for row in item.came},
        )
        return filtered_table(
            "came-back",
            CAPTION,
            list(HEADS),
            [self._row(item, known) for item in items],
            empty="No item has been written down yet.",
        )

    def _row(self, item: ReturnItem, known: Mapping[str, str]) -> str:
        sought = "; ".join(map(self._said, _wanted(item))) or NOT_SOUGHT
        if DOES_NOT_APPLY in item.wanted:
            sought = NO_QUESTION
        came = "".join(f"<li>{self._words(row, known[row])}</li>" for row in item.came)
        said = f"<ul>{came}</ul>" if came else self._nothing()
        note = f"<p><strong>{cell(item.note)}</strong></p>" if item.note else ""
        said = f"{said}{note}<p><em>{self._searched(item)}</em></p>"
        pages = dict.fromkeys(self._page(row) for row in (*item.came, *_wanted(item)))
        return html_row((cell(item.item), sought, said, "<br>".join(pages)))

    def _searched(self, item: ReturnItem) -> str:
        """Word that the item was searched for, with links to the log, or that it was not."""
        log = f"{to_root(self.state.document.settings.env.docname)}{PAGE_OF_LOG}"
        links = ", ".join(f'<a href="{cell(log)}#{each}">{each}</a>' for each in item.searched)
        return f"{SEARCHED} ({links})" if links else NOT_SEARCHED

    def _said(self, row_id: str) -> str:
        _, row = card_record().rows[row_id]
        who = _who(row)
        if row_id in set(table("press_claims")["id"]):
            # a sentence of the press has its verdict on the card of the claim
            return self.card("claim", row_id, f"a press text, {row_id}")
        return self.card("row", row_id, f"{who}, {self._day(row)}")

    @staticmethod
    def _page(row_id: str) -> str:
        """Link to the page on which a row was read, at its publisher where it has an address."""
        record = card_record()
        _, row = record.rows[row_id]
        part = page_link(record, record.sources[str(row["source_id"])])
        words = cell(part.text)
        return f'<a href="{cell(part.url)}">{words}</a>' if part.url.startswith(WEB) else words

    def _words(self, row_id: str, how: str) -> str:
        _, row = card_record().rows[row_id]
        who, text = _who(row), str(row["text"])
        # most texts begin with whose words they are
        whose = "" if not who or who in text else f", {who}"
        day = self.card("row", row_id, self._day(row))
        return f"<em>{cell(how + whose)}:</em> {self.ships(str(row['text']))} ({day})"

    @staticmethod
    def _day(row: dict[str, Any]) -> str:
        return dates(row, "statement") or dates(row, "date")

    @staticmethod
    def _nothing() -> str:
        newest = newest_page(table("sources"))
        return cell(NOTHING.format(day=when(newest, newest, "day", "day")))


def _wanted(item: ReturnItem) -> list[str]:
    return [row for row in item.wanted if row != DOES_NOT_APPLY]


def _who(row: Mapping[str, Any]) -> str:
    """Name of the counter of a row, or of those who act in an event."""
    counter = str(row.get("counter", ""))
    return card_record().names.get(counter, counter) or str(row.get("actors", ""))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("return-table", ReturnTable)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
