"""The picture that a link to the book is shown with: its size, and its number."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from skytally.figures.link_preview_picture import PREVIEW_SIZE, preview_picture

WORDS = {"title": "A book", "number": "about 3 ships", "sentence": "Counted.", "foot": "CC BY"}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"number": "", "sentence": ""},
        {"title": "word " * 60, "sentence": "word " * 400},
        {"title": "북한에서 러시아로", "number": "$\\frac{1}{2}$ ships"},
    ],
)
def test_preview_has_its_size_whatever_the_words(change: dict[str, str]) -> None:
    """Long, missing, Korean and formula-like words give a picture of 1200 by 630."""
    made = preview_picture(**{**WORDS, **change})
    assert Image.open(io.BytesIO(made)).size == PREVIEW_SIZE == (1200, 630)
    assert made == preview_picture(**{**WORDS, **change})


def test_preview_changes_with_its_number() -> None:
    """The number is in the picture: another one is another picture."""
    assert preview_picture(**WORDS) != preview_picture(**{**WORDS, "number": "about 4 ships"})
