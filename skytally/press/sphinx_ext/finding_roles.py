"""Roles of the pages: quotes of findings by key, links to rows of the record and to sources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from skytally.findings import level_words
from skytally.press.cards.card import address
from skytally.press.sphinx_ext.book_data import findings, row_ids, source_ids
from skytally.press.sphinx_ext.html_blocks import to_root

FIELD_OF_ROLE = {"f": "said", "f-when": "when", "f-text": "text"}
"""Role to the field of a finding that it quotes."""
CARD_WORDS = "(source)"
"""Link to the card of a finding whose sentence does not hold its number."""


class FindingRole(SphinxRole):
    """Quote one field of a finding by its key; the number in it links to the card."""

    def __init__(self, field: str) -> None:
        super().__init__()
        self.field = field

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the linked words, or a warning where the key does not exist."""
        known = findings(self.env.app)
        if self.text not in known or not known[self.text][self.field]:
            message = f"no finding {self.text!r} with {self.field!r}; correct the key"
            problem = self.inliner.reporter.warning(message, line=self.lineno)
            return [nodes.inline(text=f"[{self.text}]")], [problem]
        finding = known[self.text]
        words = finding[self.field]
        before, number, after = words.partition(finding["said"])
        level = level_words(finding.get("level")) if self.field != "when" else ""
        if self.field != "text":
            return [self._link(words, finding["key"]), nodes.Text(level)], []
        if not number:
            return [nodes.Text(f"{words} "), self._link(CARD_WORDS, finding["key"])], []
        after = f"{level}{after}"
        return [nodes.Text(before), self._link(number, finding["key"]), nodes.Text(after)], []

    def _link(self, words: str, key: str) -> nodes.reference:
        target = to_root(self.env.docname) + address("finding", key)
        return nodes.reference("", words, refuri=target, classes=["sk-finding"], internal=True)


class LinkRole(SphinxRole):
    """Link to a row of the record or to a source by its id."""

    def __init__(self, kind: str, ids: Callable[[], frozenset[str]]) -> None:
        super().__init__()
        self.kind, self.ids = kind, ids

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, or a warning where the id does not exist."""
        if self.text not in self.ids():
            message = f"no {self.kind} {self.text!r} in the record; correct the id"
            problem = self.inliner.reporter.warning(message, line=self.lineno)
            return [nodes.inline(text=self.text)], [problem]
        target = to_root(self.env.docname) + address(self.kind, self.text)
        return [
            nodes.reference("", self.text, refuri=target, classes=["sk-row"], internal=True)
        ], []


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the roles."""
    for role, field in FIELD_OF_ROLE.items():
        app.add_role(role, FindingRole(field))
    app.add_role("row", LinkRole("row", row_ids))
    app.add_role("src", LinkRole("source", source_ids))
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
