"""Changed words are marked, and only those."""

from __future__ import annotations

import re

import pytest

from skytally.press.sphinx_ext.wording_difference_html import marked_words, wording_card


@pytest.mark.parametrize(
    ("before", "after", "lost", "new"),
    [
        ("approximately 73 railcars", "73 railcars", ["approximately"], []),
        ("approximately 73 railcars", "at least 73 railcars", ["approximately"], ["at least"]),
        ("more than 1,000 containers", "Up to 1,000 containers.", ["more than"], ["Up to"]),
        ("key military sites", "classified military sites", ["key"], ["classified"]),
        ("the same words", "The same words", [], []),
        ("", "73", [], ["73"]),
        # a shared run of small words alone says nothing
        (
            "a rise of the stock",
            "a sign of the war",
            ["a rise of the stock"],
            ["a sign of the war"],
        ),
        ("약 73량", "73량 이상", ["약"], ["이상"]),
    ],
)
def test_marked_words(before: str, after: str, lost: list[str], new: list[str]) -> None:
    """Runs of words that the other text lacks are marked, whatever their case."""
    marked = [re.findall(r"<mark>(.*?)</mark>", text) for text in marked_words(before, after)]
    assert marked == [lost, new]


def test_without_marks_the_words_are_those_of_the_text() -> None:
    """Marking changes no word, and what looks like code is escaped."""
    before, after = marked_words("a <b> & c", "a <i> & c")
    assert re.sub(r"</?mark>", "", before) == "a &lt;b&gt; &amp; c"
    assert re.sub(r"</?mark>", "", after) == "a &lt;i&gt; &amp; c"


def test_a_line_without_words_is_left_out() -> None:
    """A card has no label without something beside it."""
    card = wording_card("W01", "head", [("Before", "x"), ("After", "")])
    assert "<dt>Before</dt><dd>x</dd>" in card
    assert "After" not in card
    assert "sk-card-rows" not in card
