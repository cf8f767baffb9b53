"""Roles of the pages: quotes of findings by key, links to rows of the record and to sources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from skytally.press.sphinx_ext.book_data import findings, row_ids, source_ids

FIELD_OF_ROLE = {"f": "said", "f-when": "when", "f-text": "text", "f-level": "level"}
"""Role to the field of a finding that it quotes."""


def _up(docname: str) -> str:
    return "../" * docname.count("/")


class FindingRole(SphinxRole):
    """Quote one field of a finding by its key, linked to the finding."""

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
        link = nodes.reference(
            "",
            finding[self.field],
            refuri=_up(self.env.docname) + f"findings.html#{finding['key']}",
            reftitle=f"{finding['text']} (confidence in the sources: {finding['level']})",
            classes=["sk-finding"],
            internal=True,
        )
        return [link], []


class LinkRole(SphinxRole):
    """Link to a row of the record or to a source by its id."""

    def __init__(self, page: str, ids: Callable[[], frozenset[str]]) -> None:
        super().__init__()
        self.page, self.ids = page, ids

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, or a warning where the id does not exist."""
        if self.text not in self.ids():
            message = f"no row {self.text!r} on the {self.page} page; correct the id"
            problem = self.inliner.reporter.warning(message, line=self.lineno)
            return [nodes.inline(text=self.text)], [problem]
        target = _up(self.env.docname) + f"{self.page}.html#{self.text}"
        return [
            nodes.reference("", self.text, refuri=target, classes=["sk-row"], internal=True)
        ], []


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the roles."""
    for role, field in FIELD_OF_ROLE.items():
        app.add_role(role, FindingRole(field))
    app.add_role("row", LinkRole("record", row_ids))
    app.add_role("src", LinkRole("sources", source_ids))
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
