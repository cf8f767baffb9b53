"""Log of searches: each row has its words, outcome and anchor, and claims no more than was done."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from skytally.core import data_folder, words
from skytally.press.book_metadata import book_details
from skytally.press.sphinx_ext.cached_record_and_findings import table
from skytally.press.sphinx_ext.web_search_log_directive_and_roles import (
    BETWEEN_WORDINGS,
    OUTCOME_WORDS,
    PageSearchLog,
    SearchDayRole,
    SearchPagesRole,
    SearchRole,
)
from tests.support.directives_without_page import bare

MOST_OF_FILES = 12
"""Most that a search of documentation or of files of code brings."""
MOST_A_SEARCH = 8
"""Pages that one search brings at most."""


def linked(text: str, role: SearchRole | SearchDayRole | SearchPagesRole | None = None) -> Any:
    """Nodes and problems of a link to a search from a page in a folder."""
    role = role or SearchRole()
    env = SimpleNamespace(docname="lines/official-claims")
    reporter = SimpleNamespace(warning=lambda message, **_: message)
    document = SimpleNamespace(settings=SimpleNamespace(env=env))
    inliner: Any = SimpleNamespace(document=document, reporter=reporter)
    role.inliner, role.text, role.lineno = inliner, text, 1
    return role.run()


def test_each_search_has_a_row_with_its_anchor_and_its_words() -> None:
    """The table has every wording, and the caption says what was searched and when."""
    html = bare(PageSearchLog, docname="limits").html()
    searches = table("page_searches")
    for row in searches.to_dict("records"):
        assert f'id="{row["id"]}"' in html
    wordings = [each for row in searches["wordings"] for each in row.split(BETWEEN_WORDINGS)]
    assert html.count("<li>") == len(wordings)
    assert "30 November 2026" in html
    assert "searched by meaning and not by exact words" in html


def test_every_outcome_has_words_for_the_table() -> None:
    """The words of the vocabulary are those that the table shows in plain words."""
    assert set(OUTCOME_WORDS) == {*words(data_folder() / "record")["search_outcome"]}


def test_no_row_counts_more_pages_than_its_searches_brought() -> None:
    """A search brings a fixed number of pages at most, and none is read that did not come back."""
    for row in table("page_searches").to_dict("records"):
        asked = row["wordings"].split(BETWEEN_WORDINGS)
        most = MOST_OF_FILES if "documentation" in row["searched_in"] else MOST_A_SEARCH
        assert 0 < row["results"] <= most * len(asked)
        assert len(asked) == len({*asked})


def test_a_search_that_found_nothing_does_not_say_that_there_is_nothing() -> None:
    """Its sentence is about pages, and its outcome says that such a page may exist."""
    searches = table("page_searches")
    nothing = searches[searches["outcome"] == "nothing-found"]
    assert len(nothing)
    assert nothing["finding"].str.contains(r"\bpages?\b").all()
    assert not nothing["finding"].str.contains("there is no|never happened|was not").any()


def test_a_search_in_the_record_leads_to_rows_or_pages() -> None:
    """Where the outcome is that the record has it, the row says where."""
    searches = table("page_searches")
    found = searches[searches["outcome"] == "in-record"]
    assert ((found["rows"] != "") | (found["sources"] != "")).all()


@pytest.mark.parametrize(
    ("text", "shown"), [("W01", "W01"), ("a search of one day <W01>", "a search of one day")]
)
def test_a_link_to_a_search_leads_to_its_row_on_the_page_of_the_log(text: str, shown: str) -> None:
    """From a page in a folder, too."""
    (node,), problems = linked(text)
    assert (node.astext(), node["refuri"]) == (shown, "../limits.html#W01")
    assert not problems


def test_a_link_to_no_search_is_a_problem() -> None:
    """A misspelt id stops the build."""
    _, problems = linked("W99x")
    assert problems == ["no search 'W99x' in the record; correct the id"]


def test_the_day_of_the_newest_search_leads_to_the_log() -> None:
    """Pages print a day from the log, by *newest* or the id of a search, and know no other word."""
    (node,), problems = linked("newest", SearchDayRole())
    assert not problems
    newest = table("page_searches")["search_date"].max()
    assert node.astext() == f"{newest.day} {newest:%B %Y}"
    assert node["refuri"].endswith("limits.html#search-log")
    (node,), problems = linked("W10", SearchDayRole())
    assert not problems
    assert node.astext() == "30 November 2026"
    assert node["refuri"].endswith("limits.html#W10")
    assert linked("oldest", SearchDayRole())[1]


def test_the_day_of_the_newest_page_is_that_of_the_foot_of_every_page() -> None:
    """One day, computed from the sources."""
    (node,), problems = linked("newest page", SearchDayRole())
    assert not problems
    assert node.astext() == book_details()["newest"]


def test_pages_of_searches_are_added_up_from_the_log() -> None:
    """The number is that of the rows named, and a misspelt id stops the build."""
    searches = table("page_searches").set_index("id")["results"]
    (node,), problems = linked("W03 W33", SearchPagesRole())
    assert not problems
    assert node.astext() == f"{searches['W03'] + searches['W33']:.0f} pages"
    _, problems = linked("W03 W99x", SearchPagesRole())
    assert problems == ["no search W99x in the record; correct the id"]
