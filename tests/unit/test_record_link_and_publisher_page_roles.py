"""Roles of the pages: a link to a row shows its id, or the words that stand before it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from skytally.press.sphinx_ext.cached_record_and_findings import source_names
from skytally.press.sphinx_ext.finding_and_link_roles import LinkRole, PublisherPageRole


def linked(text: str, role: LinkRole | None = None) -> Any:
    """Nodes and problems of a link to a row from a page in a folder."""
    role = role or LinkRole("row", lambda: frozenset({"M040", "O003.2"}))
    env = SimpleNamespace(docname="lines/ais-gaps")
    reporter = SimpleNamespace(warning=lambda message, **_: message)
    document = SimpleNamespace(settings=SimpleNamespace(env=env))
    inliner: Any = SimpleNamespace(document=document, reporter=reporter)
    role.inliner, role.text, role.lineno = inliner, text, 1
    return role.run()


@pytest.mark.parametrize(
    ("text", "words", "row"),
    [
        ("M040", "M040", "M040"),
        ("South Korea's listing of M Leasing <M040>", "South Korea's listing of M Leasing", "M040"),
        ("first total <O003.2>", "first total", "O003.2"),
    ],
)
def test_a_link_shows_its_words_or_the_id(text: str, words: str, row: str) -> None:
    """Both lead to the card of the row."""
    (node,), problems = linked(text)
    assert (node.astext(), node["refuri"]) == (words, f"../cards/row/{row}.html")
    assert not problems


@pytest.mark.parametrize("text", ["M999", "words <M999>", "words <M040", "<M040>"])
def test_a_link_to_no_row_is_a_problem(text: str) -> None:
    """A wrong id, and one whose bracket is not closed or that has no words."""
    _, problems = linked(text)
    assert problems
    assert "correct the id" in problems[0]


def test_a_source_is_shown_by_its_publisher_and_year() -> None:
    """In prose a code looks like a leftover; given words stand in place of both."""
    role = LinkRole("source", lambda: frozenset({"BP_20231006"}), source_names)
    (node,), _ = linked("BP_20231006", role)
    assert node.astext() == "CSIS Beyond Parallel, 2023"
    (node,), _ = linked("its page <BP_20231006>", role)
    assert node.astext() == "its page"
    assert not [name for name in source_names().values() if " (" in name]


def test_a_page_of_a_publisher_is_linked_on_the_web() -> None:
    """Whoever prints a sentence opens the page itself, not its entry in a list."""
    (node,), problems = linked("BP_20231006", PublisherPageRole())
    assert not problems
    assert node.astext() == "CSIS Beyond Parallel, 6 October 2023"
    assert node["refuri"].startswith("https://beyondparallel.csis.org/")
    (node,), _ = linked("its page <BP_20231006>", PublisherPageRole())
    assert node.astext() == "its page"
    _, problems = linked("NO_PAGE", PublisherPageRole())
    assert "correct the id" in problems[0]
