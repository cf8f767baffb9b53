"""The built site as files: its pages, and what a parser finds in each."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from skytally.press.moved_and_withdrawn_pages import MARK

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "book/_build/html"
KEPT = sorted(
    path.relative_to(SITE).as_posix()
    for path in SITE.rglob("*.html")
    if MARK in path.read_text(encoding="utf-8", errors="replace")
)
"""Pages in place of those that the book no longer has."""
PAGES = sorted(
    path.relative_to(SITE).as_posix()
    for path in SITE.rglob("*.html")
    if not {"_static", "cards"} & set(path.relative_to(SITE).parts)
    and path.relative_to(SITE).as_posix() not in KEPT
) or ["index.html"]
"""Pages of the book; the cards and the kept addresses have tests of their own."""
CARDS = sorted(path.relative_to(SITE).as_posix() for path in SITE.glob("cards/*/*.html"))
LINES = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
"""Slugs of the notebooks, one a line of evidence."""

CHART_DATA = re.compile(r'<script\b[^>]*\stype="application/json"')
"""Where the data of a chart begin; each worker counts them when it collects tests."""
TEXT_FRAGMENT = ":~:text="
"""How an address begins its words in a text without anchors."""

needs_site = pytest.mark.skipif(
    not (SITE / "index.html").is_file(), reason="the site is not built; run make book"
)
each_page = pytest.mark.parametrize("page_name", PAGES)


@dataclass
class ParsedPage:
    """What the checks need of one page."""

    ids: Counter[str] = field(default_factory=Counter)
    """Every anchor and how often it occurs."""
    links: list[tuple[str, str, str]] = field(default_factory=list)
    """Tag, attribute and address of everything that is linked or loaded."""
    images: list[dict[str, str | None]] = field(default_factory=list)
    """Attributes of each image."""
    charts: list[str] = field(default_factory=list)
    """The JSON of each chart."""


class _Parser(HTMLParser):
    ADDRESSES = ("href", "src", "action", "data", "poster", "srcset")

    def __init__(self) -> None:
        super().__init__()
        self.page = ParsedPage()
        self.in_chart = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note anchors, addresses and images."""
        attributes = dict(attrs)
        if attributes.get("id"):
            self.page.ids[str(attributes["id"])] += 1
        self.page.links += [
            (tag, name, attributes[name] or "") for name in self.ADDRESSES if name in attributes
        ]
        if tag == "img":
            self.page.images.append(attributes)
        if tag == "script" and attributes.get("type") == "application/json":
            self.in_chart = True
            self.page.charts.append("")

    def handle_endtag(self, tag: str) -> None:
        """Leave a chart's data."""
        if tag == "script":
            self.in_chart = False

    def handle_data(self, data: str) -> None:
        """Collect a chart's data."""
        if self.in_chart:
            self.page.charts[-1] += data


def parse_page(path: Path) -> ParsedPage:
    """Read a page of any site."""
    parser = _Parser()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser.page


def broken_link(
    site: Path, page_name: str, link: tuple[str, str, str], parsed: Callable[[str], ParsedPage]
) -> str:
    """Say where a link of a page leads that it must not; nothing if it leads somewhere.

    Parameters
    ----------
    site
        Folder of the pages.
    page_name
        The page that holds the link, relative to the site.
    link
        Tag, attribute and address.
    parsed
        Gives a page of the site by its name.
    """
    tag, name, address = link
    parts = urlsplit(address)
    if parts.scheme in ("http", "https") and (tag, name) == ("a", "href"):
        return ""
    if parts.scheme == "data" and tag != "a":
        return ""
    if parts.scheme or parts.netloc or parts.path.startswith("/"):
        return f"<{tag} {name}={address[:80]!r}> leads outside the site"
    target = site / page_name
    if parts.path:
        target = (target.parent / unquote(parts.path)).resolve()
    if not target.is_file() or site not in target.parents:
        return f"<{tag} {name}={address[:80]!r}>: no such file"
    anchor = unquote(parts.fragment)
    if anchor.startswith(TEXT_FRAGMENT) and target.suffix == ".txt":
        # a plain text has no anchors: the browser looks for the words
        found = anchor.removeprefix(TEXT_FRAGMENT) in target.read_text(encoding="utf-8")
        return "" if found else f"<{tag} {name}={address[:80]!r}>: no such words"
    known = parsed(target.relative_to(site).as_posix()).ids if target.suffix == ".html" else ()
    missing = anchor and anchor not in known
    return f"<{tag} {name}={address[:80]!r}>: no such anchor" if missing else ""


@cache
def parsed_page(page_name: str) -> ParsedPage:
    """Read a page of the built site once."""
    return parse_page(SITE / page_name)


@cache
def chart_count(page_name: str) -> int:
    """Count the charts of a page without parsing it; 0 where the site is not built."""
    path = SITE / page_name
    return len(CHART_DATA.findall(path.read_text(encoding="utf-8"))) if path.is_file() else 0


def chart_texts(chart: object, column: str) -> Iterator[str]:
    """Yield every text of one column of a chart's data, wherever it lies in the JSON."""
    if isinstance(chart, list):
        if len(chart) == 2 and chart[0] == column:
            cells = chart[1]["array"] if isinstance(chart[1], dict) else chart[1]
            yield from (cell for cell in cells if isinstance(cell, str))
        for part in chart:
            yield from chart_texts(part, column)
    elif isinstance(chart, dict):
        for part in chart.values():
            yield from chart_texts(part, column)


def row_ids(table: str) -> set[str]:
    """Ids of the rows of a table of the record."""
    with (ROOT / f"data/record/{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["id"] for row in csv.DictReader(file)}
