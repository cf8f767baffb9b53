"""Directive that lists the pages to open before printing: originals that were not read."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sphinx.application import Sphinx

from skytally.core import DataError, in_prose
from skytally.press.cards.source_citation_formatting import OWN_PAGE, page_link
from skytally.press.sphinx_ext.cached_record_and_findings import card_record, findings, table
from skytally.press.sphinx_ext.html_blocks import cell, empty_state, to_root
from skytally.press.sphinx_ext.quotation_and_speaker_directives import (
    QuotationBlock,
    own_page_of,
    own_pages,
)
from skytally.press.sphinx_ext.web_search_log_directive_and_roles import PAGE_OF_LOG, SEARCHES

NOTHING_UNREAD = "No number to be quoted was read on a page of somebody else."
FOR_ORIGINALS = "the original"
"""Beginning of what a logged search sought, where it sought the page of the counter itself."""
MOST_READ_IN = 2
"""Pages that are named of one counter."""


class UnreadOriginals(QuotationBlock):
    """List whose own page was not read behind chosen findings, and on which pages each stands.

    The content has a key of a finding a line; the order of the list is theirs. Words after a colon
    stand behind its number, where that does not say what it is of.
    """

    has_content = True

    def html(self) -> str:
        """Return the list, an entry a counter.

        Raises
        ------
        DataError
            If a line names no finding.
        """
        known, record = findings(self.app), card_record()
        numbers: dict[str, list[str]] = defaultdict(list)
        read_in: dict[str, dict[str, None]] = defaultdict(dict)
        rows: dict[str, set[str]] = defaultdict(set)
        own: dict[str, str] = {}
        for entry in self.content if known else ():
            key, _, what = (part.strip() for part in entry.partition(":"))
            if key not in known:
                message = f"unread-originals: no finding {key!r}; correct the key"
                raise DataError(message)
            for row_id in known[key]["inputs"]:
                row = record.rows[row_id][1]
                if "counter" not in row or str(row["reading"]) == OWN_PAGE:
                    continue
                counter = str(row["counter"])
                number = self.card("finding", key, in_prose(str(known[key]["said"])))
                number += f" ({cell(what)})" if what else ""
                if number not in numbers[counter]:
                    numbers[counter].append(number)
                rows[counter].add(row_id)
                read_in[counter].setdefault(str(row["source_id"]))
                own.setdefault(counter, own_page_of(row))
        items = (
            f"<li>{self._item(counter, numbers[counter], [*read_in[counter]], own[counter])}"
            f"{self._searched(rows[counter])}</li>"
            for counter in numbers
        )
        listed = "".join(items)
        return f"<ul>{listed}</ul>" if listed else empty_state(NOTHING_UNREAD)

    def _searched(self, rows: set[str]) -> str:
        """Sentence on the logged searches for the pages on which these rows began; or none."""
        log = f"{to_root(self.state.document.settings.env.docname)}{PAGE_OF_LOG}"
        links = [
            f'<a href="{cell(log)}#{search["id"]}">{search["id"]}</a>'
            for search in table(SEARCHES).to_dict("records")
            if str(search["sought"]).startswith(FOR_ORIGINALS)
            and rows & {*str(search["rows"]).split()}
        ]
        return f" The original was searched for ({', '.join(links)})." if links else ""

    def _item(self, counter: str, numbers: list[str], pages: list[str], own: str) -> str:
        """Entry of one counter: its numbers, its own page where one is known, the pages read."""
        record = card_record()
        shown = "; ".join(
            self.page(page_link(record, record.sources[page])) for page in pages[:MOST_READ_IN]
        )
        left = len(pages) - MOST_READ_IN
        more = f"; and {left} more" if left > 0 else ""
        known = "its own page with this is not in the record"
        if own_pages().get(counter):
            known = "what was read of its own pages does not have this"
        if own:
            known = f"its own page: {self.page(page_link(record, record.sources[own]))}"
        name = cell(record.names.get(counter, counter))
        return f"<strong>{name}</strong>, {', '.join(numbers)}: {known}; read in {shown}{more}."


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("unread-originals", UnreadOriginals)
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
