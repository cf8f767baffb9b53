"""Pages to open before printing: whose own page was not read behind a number."""

from __future__ import annotations

from typing import Any

import pytest

from skytally.core import DataError
from skytally.press.sphinx_ext import unread_originals_directive
from tests.support.directives_without_page import bare

FINDINGS = {
    "x.baseline": {"key": "x.baseline", "said": "about 20 railcars", "inputs": ["R001"]},
    "x.pits": {"key": "x.pits", "said": "more than 100 pits", "inputs": ["D001"]},
    "x.calls": {"key": "x.calls", "said": "1 call", "inputs": ["P075.3"]},
    "x.count": {"key": "x.count", "said": "about 73 railcars", "inputs": ["R031"]},
}


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """List of the pages behind keys of made-up findings."""
    monkeypatch.setattr(unread_originals_directive, "findings", lambda _: FINDINGS)

    def html(*keys: str) -> str:
        block = bare(unread_originals_directive.UnreadOriginals)
        block.content = list(keys)
        return str(block.html())

    return html


def test_a_number_read_in_a_report_is_listed_and_one_of_the_own_page_is_not(listed: Any) -> None:
    """Beside the report stands the own page that was not read for this number."""
    shown = listed("x.baseline", "x.count")
    assert shown.count("<li>") == 1
    assert "about 20 railcars" in shown
    assert "about 73 railcars" not in shown
    assert "its own page: " in shown
    assert "read in " in shown
    assert "Meduza" in shown


def test_a_number_that_does_not_say_of_what_it_is_has_words_behind_it(listed: Any) -> None:
    """Words after the colon of an entry stand behind the number, as text."""
    shown = listed("x.calls: in <January> 2026")
    assert "1 call</a> (in &lt;January&gt; 2026)" in shown


def test_a_counter_with_pages_of_its_own_is_not_said_to_have_none(listed: Any) -> None:
    """Where own pages are sources, the entry says that they do not have this number."""
    shown = listed("x.calls")
    assert "what was read of its own pages does not have this" in shown
    assert "is not in the record" not in shown


def test_a_logged_search_for_the_original_is_linked(listed: Any) -> None:
    """Who looks for the page of the counter learns that others did, and where it is logged."""
    assert 'The original was searched for (<a href="limits.html#W133">W133</a>).' in listed(
        "x.pits"
    )
    assert "searched for" not in listed("x.baseline")


def test_where_all_were_read_one_sentence_says_so(listed: Any) -> None:
    """An empty list would look like a fault."""
    assert unread_originals_directive.NOTHING_UNREAD in listed("x.count")


def test_an_unknown_key_is_refused(listed: Any) -> None:
    """A misspelt key would drop a page in silence."""
    with pytest.raises(DataError, match="no finding 'x\\.cuont'"):
        listed("x.cuont")
