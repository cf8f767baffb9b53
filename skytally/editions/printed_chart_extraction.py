"""Charts of the printed site: title, caption, words, picture, and the table it was drawn from."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bs4 import BeautifulSoup, Tag

FIGURE = re.compile(rb'<figure class="sk-figure" id="[^"]+">.*?</figure>', re.DOTALL)
"""Block of a chart, as `skytally.figures.chart_and_sentence_html_blocks` writes it."""
PICTURE = "data:image/svg+xml;base64,"
CARD = re.compile(r"cards/finding/([^/]+)\.html")
PAGES = ("*.html", "lines/*.html")
"""Where these pages lie."""
ROW = "row"
"""Column of a chart's table with the ids of rows."""


@dataclass(frozen=True)
class PrintedChart:
    """One chart of a page."""

    id: str
    """Name of the page, a dot, and the anchor of the chart."""
    address: str
    """Page and anchor, from the root of the site."""
    title: str
    """What it shows as its result; empty where it has no title."""
    caption: str
    """Words under it."""
    words: str
    """The chart in words, with its numbers."""
    picture: bytes
    """Its static figure, SVG."""
    findings: tuple[str, ...]
    """Keys of the findings that the title quotes."""
    table: bytes
    """Table that it was drawn from, as it can be downloaded; empty where there is none."""

    @property
    def rows(self) -> list[str]:
        """Ids of the rows of the record in its table."""
        if not self.table:
            return []
        read = csv.DictReader(io.StringIO(self.table.decode(), newline=""))
        ids = [key for row in read for key in (row.get(ROW) or "").split()]
        return list(dict.fromkeys(ids))


def _words(block: Tag, selector: str) -> str:
    found = block.select_one(selector)
    return " ".join(found.get_text(" ").split()) if found else ""


def _chart(site: Path, page: Path, markup: bytes) -> PrintedChart:
    block = BeautifulSoup(markup, "html.parser")
    figure = block.find("figure")
    picture = block.select_one("img.sk-static")
    heading = block.select_one(".sk-headline")
    downloads = block.select_one(".sk-downloads")
    links = [str(link["href"]) for link in downloads.select("a")] if downloads else []
    tables = [link for link in links if link.endswith(".csv")]
    if downloads:
        downloads.extract()
    anchor = str(figure["id"]) if isinstance(figure, Tag) else ""
    source = str(picture["src"]) if picture else PICTURE
    linked = [str(link["href"]) for link in heading.select("a")] if heading else []
    return PrintedChart(
        id=f"{page.stem}.{anchor}",
        address=f"{page.relative_to(site).as_posix()}#{anchor}",
        title=_words(block, ".sk-headline"),
        caption=_words(block, "figcaption"),
        words=" ".join(str(picture["alt"]).split()) if picture else "",
        picture=base64.b64decode(source.removeprefix(PICTURE)),
        findings=tuple(dict.fromkeys(key for link in linked for key in CARD.findall(link))),
        table=(page.parent / tables[0]).read_bytes() if tables else b"",
    )


def chart_pages(site: Path) -> list[Path]:
    """Pages of a printed site that may show charts of the evidence; those of editions do not."""
    return [page for pattern in PAGES for page in sorted(site.glob(pattern))]


def printed_charts(site: Path) -> Iterator[PrintedChart]:
    """Yield the charts of all pages of a printed site, in the order of the pages.

    Parameters
    ----------
    site : Path
        Root of the printed site.

    Yields
    ------
    PrintedChart
    """
    for page in chart_pages(site):
        for block in FIGURE.findall(page.read_bytes()):
            yield _chart(site, page, block)
