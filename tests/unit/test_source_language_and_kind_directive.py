"""Pages found: each is counted once, and no page of a social network is among them."""

from __future__ import annotations

from urllib.parse import urlsplit

import pandas as pd
import pytest

from skytally.press.sphinx_ext import source_language_and_kind_directive
from skytally.press.sphinx_ext.cached_record_and_findings import table
from skytally.press.sphinx_ext.source_language_and_kind_directive import (
    NO_LANGUAGE,
    PagesFound,
    pages_by_language,
)
from tests.support.directives_without_page import bare

SOCIAL = {
    "facebook.com", "instagram.com", "ok.ru", "reddit.com", "t.me", "tiktok.com", "twitter.com",
    "vk.com", "weibo.com", "x.com", "youtu.be", "youtube.com",
}  # fmt: skip


def test_every_page_has_one_language() -> None:
    """The rows of the table add up to the sources, and the commonest comes first."""
    rows = pages_by_language(table("sources"))
    counts = [int(number) for _, number, _ in rows]
    assert sum(counts) == len(table("sources"))
    assert counts == sorted(counts, reverse=True)


def test_languages_are_those_that_descriptions_note() -> None:
    """A year or a printed title is no language."""
    pages = pd.DataFrame(
        {
            "title": ["(Ships, Korean)", "Ferry, 2017", "(A ship, Italian/French)", "(B, Korean)"],
            "type": ["news", "news", "wire", "wire"],
        }
    )
    assert pages_by_language(pages) == [
        ["Korean", "2", "news: 1, wire: 1"],
        ["Italian/French", "1", "wire: 1"],
        [NO_LANGUAGE, "1", "news: 1"],
    ]


def test_no_page_of_a_social_network_is_cited() -> None:
    """The page on sources says so."""
    hosts = {(urlsplit(url).hostname or "").removeprefix("www.") for url in table("sources")["url"]}
    assert not hosts & SOCIAL


def test_the_block_says_how_many_pages_and_how_much_of_them() -> None:
    """Two numbers from the table of sources."""
    shown = str(bare(PagesFound, docname="sources").html())
    assert f"cites {len(table('sources'))} pages" in shown


def test_a_record_without_pages_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty table is a sentence."""
    empty = table("sources").iloc[:0]
    monkeypatch.setattr(source_language_and_kind_directive, "table", lambda _: empty)
    assert "no page yet" in str(bare(PagesFound, docname="sources").html())
