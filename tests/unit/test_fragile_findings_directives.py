"""The list of fragile statements: how much of one stands in its cell."""

from __future__ import annotations

import pytest

from skytally.press.sphinx_ext.fragile_findings_directives import (
    LETTERS_SHOWN,
    _row_words,
    words_cell,
)


@pytest.mark.parametrize(
    "text", ["Short. It stays.", "a" * (LETTERS_SHOWN + 1), f"{'a ' * LETTERS_SHOWN}end."]
)
def test_a_statement_of_one_sentence_or_of_few_letters_is_shown_whole(text: str) -> None:
    """A fold with nothing in it would promise more than there is."""
    assert words_cell(text) == text


def test_a_long_statement_keeps_its_first_sentence_in_sight() -> None:
    """One row filled the box of the table; what is folded is still there, each letter escaped."""
    rest = "b < c. " * LETTERS_SHOWN
    shown = words_cell(f"First sentence. {rest}")
    head, _, folded = shown.partition("<details>")
    assert head.strip() == "First sentence."
    assert folded.count("b &lt; c.") == LETTERS_SHOWN
    assert shown.endswith("</details>")


def test_an_official_is_named_once() -> None:
    """The text of a statement begins with the speaker, that of a count does not."""
    words = _row_words()
    assert words["O003"].startswith("US NSC (Kirby): more than 1,000 containers")
    assert words["D001"].startswith("RUSI: ")
