"""The page on who copied whom: names and days instead of ids, links to cards, what pages cite."""

from __future__ import annotations

import re

from skytally.press.sphinx_ext import origins_directives
from tests.support.pages import bare


def _shown() -> str:
    return str(bare(origins_directives.OriginsGraph).html())


def test_lines_have_publisher_and_day_and_lead_to_cards() -> None:
    """No id of the record is read by a reader, and each page is one step from its card."""
    shown = _shown()
    words = re.sub(r"<[^>]*>", " ", shown)
    assert "Kyiv Independent, 6 October 2023" in words
    for identifier in ("KYIVIND_20231006", "BP_20231006", "SEED1", "us-nsc"):
        assert identifier not in words
    drawing = shown[shown.index("<svg") : shown.index("</svg>")]
    assert '<a href="cards/source/KYIVIND_20231006.html">' in drawing
    assert drawing.count("<a ") == drawing.count('href="cards/source/')


def test_the_list_says_the_same_as_the_drawing() -> None:
    """Whoever does not see the drawing reads page by page from whom it took its content."""
    listed = re.sub(r"<[^>]*>", "", _shown().partition("The same as a list")[2])
    assert "Kyiv Independent, 6 October 2023, from CSIS Beyond Parallel, 6 October 2023" in listed


def test_pages_that_cite_others_are_listed_below_the_drawing() -> None:
    """A reader sees why the number of independent origins has a lower bound."""
    cited = re.search(r"BP_20231017\.html[^>]*>[^<]*</a> cites ([^<]*)</li>", _shown())
    assert cited is not None
    assert "RUSI" in cited[1]
