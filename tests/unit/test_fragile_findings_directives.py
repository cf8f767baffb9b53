"""The list of fragile statements: how much of one stands in its cell."""

from __future__ import annotations

import pytest

from skytally.press.sphinx_ext.fragile_findings_directives import LETTERS_SHOWN, words_cell


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
