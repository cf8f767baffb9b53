"""Head and foot of a page: the address of the preview picture, the edition, and the two days."""

from __future__ import annotations

from typing import Any

import pytest

from skytally.press.sphinx_ext import page_head_and_foot
from tests.support.directives_without_page import bare


@pytest.mark.parametrize(
    ("details", "page", "address"),
    [
        ({}, "index", "_static/preview.png"),
        ({}, "lines/port-imagery", "../_static/preview.png"),
        ({"site": "https://example.org/book/"}, "lines/a", "https://example.org/book/_static/preview.png"),
    ],
)  # fmt: skip
def test_preview_address_is_absolute_only_where_the_site_has_one(
    details: dict[str, Any], page: str, address: str
) -> None:
    """No address of the site is invented."""
    assert f'<meta property="og:image" content="{address}">' in page_head_and_foot._preview_tags(
        page, details
    )


def test_front_page_says_which_edition_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Version and state of the record, as far as they are known, and nothing else."""
    known = {"version": "1.2", "complete_to": "newest page read: 8 July 2026"}
    monkeypatch.setattr(page_head_and_foot, "book_details", lambda _: known)
    line = bare(page_head_and_foot.Edition).html()
    assert "This edition: version 1.2, newest page read: 8 July 2026." in line
    monkeypatch.setattr(
        page_head_and_foot, "book_details", lambda _: {"version": "", "complete_to": ""}
    )
    assert bare(page_head_and_foot.Edition).html() == ""


EDITION = '<a href="editions/2031-05-17.html">edition 2031-05-17</a>'
ITS_CHANGES = '(<a href="editions/2031-05-17.html#what-changed">its changes</a>)'
DIFFERS = '(<a href="editions/this-copy.html">what differs</a>)'


@pytest.mark.parametrize(
    ("words", "page", "expected"),
    [
        ("", "2031-05-17", f"This is {EDITION} {ITS_CHANGES}: version 1.2, newest page read: May."),
        (
            "copy that differs from ", "this-copy",
            f"Newest page read: May; this copy differs from {EDITION} {DIFFERS}. Version 1.2.",
        ),
    ],
)  # fmt: skip
def test_front_page_links_the_edition_and_what_differs(
    monkeypatch: pytest.MonkeyPatch, words: str, page: str, expected: str
) -> None:
    """An edition leads to its page and its changes; another copy to what differs in it."""
    known = {
        "version": "1.2",
        "complete_to": "newest page read: May",
        "edition": f"{words}edition 2031-05-17",
        "edition_id": "2031-05-17",
        "edition_page": f"editions/{page}.html",
    }
    monkeypatch.setattr(page_head_and_foot, "book_details", lambda _: known)
    assert expected in bare(page_head_and_foot.Edition).html()


def test_foot_says_what_its_two_days_are() -> None:
    """The newest page read is not the day on which anybody last looked for newer ones."""
    about = {"licence": "L", "version": "", "complete_to": "newest page read: May"}
    foot = page_head_and_foot.page_foot("a", about | {"searched": "June"}, has_about=False)
    assert "Newest page read: May (when it was published;" in foot
    assert "the log of searches ends on June)" in foot
    assert "(" not in page_head_and_foot.page_foot("a", about, has_about=False)
