"""Summary pages as printed: their language, their links, their numbers and their letters."""

from __future__ import annotations

import json
import re

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from skytally.core import data_folder
from skytally.press.sphinx_ext.translated_summary_and_language_links import languages
from skytally.press.translations.summary_sentence_reading_and_filling import (
    ENGLISH,
    places,
    summary_texts,
)
from skytally.press.translations.translated_quantities import quantity_words
from skytally.press.translations.translated_term_tables import FOLDER, language_words
from tests.support.built_site_pages import SITE, needs_site

pytestmark = needs_site

PAGES = {row["id"]: row["page"] for row in languages()}
LETTERS = 80_000
"""Most bytes that the letters of the Korean page may add to it."""
LOADED = """letters => document.fonts.load("16px 'Skytally letters'", letters)
    .then(fonts => fonts.map(font => font.status))"""


def _page(name: str) -> BeautifulSoup:
    return BeautifulSoup((SITE / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


@pytest.mark.parametrize("language", PAGES)
def test_a_summary_says_its_language_and_who_checked_it(language: str) -> None:
    """Its words are marked for screen readers, and the notice stands in both languages."""
    page = _page(PAGES[language])
    marked = page.select_one(f"article div[lang={language}]")
    assert marked is not None
    notice = marked.select_one("[role=note]")
    assert "translated without a native reviewer" in notice.select_one("p[lang=en]").get_text()
    alternates = {
        link["hreflang"]: link["href"] for link in page.select("link[rel=alternate][hreflang]")
    }
    own = {each: f"{name}.html" for each, name in PAGES.items()}
    assert alternates == {"en": "index.html", "x-default": "index.html", **own}


@pytest.mark.parametrize("language", PAGES)
def test_each_number_of_a_summary_is_that_of_its_finding(language: str) -> None:
    """What a link to a finding says is the finding's number in the words of the language."""
    findings = json.loads((SITE / "findings.json").read_text(encoding="utf-8"))
    known = {row["key"]: row for row in findings}
    words = language_words(language, data_folder() / FOLDER)
    page = _page(PAGES[language])
    links: dict[str, set[str]] = {}
    for link in page.select("a.sk-finding"):
        key = link["href"].removeprefix("cards/finding/").removesuffix(".html")
        links.setdefault(key, set()).add(link.get_text())
    asked = {
        key
        for text in summary_texts(ENGLISH, data_folder() / FOLDER)
        for key, field in places(text.text)
        if not field
    }
    assert asked
    for key in asked:
        assert quantity_words(known[key]["said"], known[key]["unit"], words) in links[key]


def test_the_front_page_links_every_language() -> None:
    """A reader of another language finds the way in the first screen."""
    nav = _page("index").select_one("nav.sk-languages")
    assert [link["hreflang"] for link in nav.select("a")] == list(PAGES)


def test_the_search_finds_the_summaries() -> None:
    """Their sections are in the text that the search reads."""
    text = (SITE / "search-text.js").read_text(encoding="utf-8")
    for page in PAGES.values():
        assert len(re.findall(rf'"{page}\.html#[a-z]', text)) > 5


def test_only_pages_with_such_letters_have_their_font(browser: Browser) -> None:
    """Korean is drawn on a machine without a font for it, and other pages carry none."""
    korean = (SITE / f"{PAGES['ko']}.html").read_text(encoding="utf-8")
    assert len(re.findall(r"base64,([^)]*)", korean.split("</head>")[0])[-1]) < LETTERS
    for name, loaded in ((PAGES["ko"], ["loaded"]), ("rerun", [])):
        page = browser.new_page()
        page.goto((SITE / f"{name}.html").as_uri())
        assert page.evaluate(LOADED, "요약") == loaded
        page.close()
