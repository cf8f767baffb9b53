"""Roles of the pages: quotes of findings, links to rows, sources, claims, ships and the web."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxRole

from skytally.core import in_prose
from skytally.findings import level_words
from skytally.press.cards.card_fields_and_text_shortening import WEB, address
from skytally.press.cards.record_rows_by_ship import naming, ship_id
from skytally.press.sphinx_ext.cached_record_and_findings import (
    card_record,
    claim_ids,
    findings,
    row_ids,
    ships,
    source_ids,
    source_names,
    source_words,
)
from skytally.press.sphinx_ext.html_blocks import to_root

FIELD_OF_ROLE = {"f": "said", "f-when": "when", "f-text": "text"}
"""Role to the field of a finding that it quotes."""
WORDS_AND_ID = re.compile(r"(.+\S)\s+<([^<>]+)>", re.DOTALL)
"""Words of a link, and the id that it leads to."""
CARD_WORDS = "(source)"
"""Link to the card of a finding whose sentence does not hold its number, or has none of a thing."""
NOTHING = "no "
"""Beginning of a number that as a link would look like a broken one."""


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
        # the card of the finding has the digits, by which a search finds it, too
        words = in_prose(finding[self.field])
        before, number, after = words.partition(in_prose(finding["said"]))
        level = level_words(finding.get("level")) if self.field != "when" else ""
        if self.field != "text":
            return [self._link(words, finding["key"]), nodes.Text(level)], []
        if not number or number.lower().startswith(NOTHING):
            return [*self._ships(f"{words} "), self._link(CARD_WORDS, finding["key"])], []
        after = f"{level}{after}"
        return [*self._ships(before), self._link(number, finding["key"]), *self._ships(after)], []

    def _ships(self, words: str) -> list[nodes.Node]:
        """Words in which the names of ships lead to their cards."""
        made: list[nodes.Node] = []
        end = 0
        for found in naming(ships()).finditer(words):
            made += [nodes.Text(words[end : found.start()]), ship_reference(found[0], self.env)]
            end = found.end()
        return [*made, nodes.Text(words[end:])]

    def _link(self, words: str, key: str) -> nodes.reference:
        target = to_root(self.env.docname) + address("finding", key)
        return nodes.reference("", words, refuri=target, classes=["sk-finding"], internal=True)


def ship_reference(ship: str, env: BuildEnvironment) -> nodes.reference:
    """Link from a page to the card of a ship."""
    target = to_root(env.docname) + address("ship", ship_id(ship))
    return nodes.reference("", ship, refuri=target, classes=["sk-row"], internal=True)


class ShipRole(SphinxRole):
    """Link the name of a ship that the record follows to its card."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, or a warning where no table follows the ship."""
        if self.text not in ships():
            message = f"no ship {self.text!r} in the record; use one of {', '.join(ships())}"
            problem = self.inliner.reporter.warning(message, line=self.lineno)
            return [nodes.inline(text=self.text)], [problem]
        return [ship_reference(self.text, self.env)], []


class LinkRole(SphinxRole):
    """Link to a row of the record, to a source or to a claim by its id, or ``words <id>``.

    A source is shown by its publisher and year, everything else by its id.
    """

    def __init__(
        self,
        kind: str,
        ids: Callable[[], frozenset[str]],
        names: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        super().__init__()
        self.kind, self.ids, self.names = kind, ids, names

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, or a warning where the id does not exist."""
        worded = WORDS_AND_ID.fullmatch(self.text)
        words, identifier = worded.groups() if worded else ("", self.text)
        words = words or self.names().get(identifier, identifier)
        if identifier not in self.ids():
            message = f"no {self.kind} {identifier!r} in the record; correct the id"
            problem = self.inliner.reporter.warning(message, line=self.lineno)
            return [nodes.inline(text=words)], [problem]
        target = to_root(self.env.docname) + self.target(identifier)
        return [nodes.reference("", words, refuri=target, classes=["sk-row"], internal=True)], []

    def target(self, identifier: str) -> str:
        """Address that an id leads to, from the root of the site."""
        return address(self.kind, identifier)


class PublisherPageRole(LinkRole):
    """Link to the page of a publisher on the web by the id of its source, or ``words <id>``."""

    def __init__(self) -> None:
        super().__init__("source", source_ids, source_words)

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, words alone where the page has no address, or a warning."""
        made, problems = super().run()
        if problems:
            return made, problems
        worded = WORDS_AND_ID.fullmatch(self.text)
        url = str(card_record().sources[worded[2] if worded else self.text]["url"])
        words = made[0].astext()
        if not url.startswith(WEB):
            return [nodes.inline(text=words)], []
        return [nodes.reference("", words, refuri=url)], []


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the roles."""
    for role, field in FIELD_OF_ROLE.items():
        app.add_role(role, FindingRole(field))
    app.add_role("ship", ShipRole())
    app.add_role("row", LinkRole("row", row_ids))
    app.add_role("src", LinkRole("source", source_ids, source_names))
    app.add_role("publisher-page", PublisherPageRole())
    app.add_role("claim", LinkRole("claim", claim_ids))
    return {"version": "1", "parallel_read_safe": False, "parallel_write_safe": True}
