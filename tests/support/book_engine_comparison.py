"""What a page says, whichever engine printed it, and which differences between them are allowed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from skytally.press.moved_and_withdrawn_pages import MARK

ALLOWED = {
    "permalinks": "the sign beside a heading that links to it is the theme's",
    "quotation marks": "each engine curls straight ones by rules of its own",
    "space between blocks": "no browser shows how many line ends stand between two blocks",
    "numbered anchors": "docutils makes one where a label repeats a heading; no link leads to it",
    "search page": "it belongs to the theme; browsers search a page, and its index is the theme's",
    "search text": "it repeats the words of the pages, with the quotation marks of each engine",
    "theme": "the second engine has none, so it needs none of its files",
}
"""Differences that a comparison overlooks, and why."""
STRAIGHT = str.maketrans("\u2018\u2019\u201c\u201d", "''\"\"")
NUMBERED = re.compile(r"id\d+")
NUMBER = re.compile(r"\d[\d,.]*")
BLOCKS = (
    *("p", "li", "ul", "ol", "dl", "dt", "dd", "table", "caption", "tr", "th", "td", "pre", "div"),
    *("section", "h1", "h2", "h3", "h4", "details", "summary", "figure", "figcaption"),
)
OF_THE_THEME = {"search.html", "searchindex.js", "objects.inv"}
"""Files that only the first engine writes outside the folder of static files."""
SEARCH_TEXT = "search-text.js"
NOT_PAGES = ("_static", "cards")


@dataclass(frozen=True)
class PageContent:
    """What a reader, a link or a program finds in the article of a page."""

    words: tuple[str, ...]
    numbers: tuple[str, ...]
    anchors: frozenset[str]
    links: tuple[str, ...]
    figures: tuple[str, ...]
    tables: tuple[str, ...]


@cache
def page_content(path: Path) -> PageContent:
    """Content of the article of a printed page, without what `ALLOWED` names."""
    article = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").find("article")
    assert isinstance(article, Tag), f"{path}: no article"
    for sign in article.select("a.headerlink"):
        sign.decompose()
    figures = tuple(str(each) for each in article.find_all("figure"))
    tables = tuple(str(each) for each in article.find_all("table", class_="sk-table"))
    anchors = frozenset(str(each["id"]) for each in article.find_all(id=True))
    links = tuple(str(each["href"]) for each in article.find_all("a", href=True))
    for script in article.find_all("script"):
        script.decompose()
    for block in article.find_all(BLOCKS):
        block.insert_before("\n")
        block.insert_after("\n")
    words = tuple(article.get_text().translate(STRAIGHT).split())
    numbers = tuple(NUMBER.findall(" ".join(words)))
    named = frozenset(each for each in anchors if not NUMBERED.fullmatch(each))
    return PageContent(words, numbers, named, links, figures, tables)


def site_pages(site: Path) -> set[str]:
    """Names of the pages of a site that an engine printed, unlike cards and kept addresses."""
    names = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    printed = {name for name in names - OF_THE_THEME if not name.startswith(NOT_PAGES)}
    return {name for name in printed if MARK not in (site / name).read_text(encoding="utf-8")}


def first_difference(one: tuple[str, ...], other: tuple[str, ...]) -> str:
    """Words around the first place at which two sequences differ; empty where they are equal."""
    if one == other:
        return ""
    pairs = zip(one, other, strict=False)
    place = next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
    around = slice(max(place - 5, 0), place + 5)
    return f"{' '.join(one[around])[:400]!r} and {' '.join(other[around])[:400]!r}"
