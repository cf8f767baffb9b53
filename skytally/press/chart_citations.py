"""Words to cite each chart by, folded under its caption."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path

from skytally.editions import chart_pages

FIGURE = re.compile(r'(<figure class="sk-figure" id="([^"]+)">.*?)(</figure>)', re.DOTALL)
HEADLINE = re.compile(r'<p class="sk-headline">(.*?)</p>', re.DOTALL)
CAPTION = re.compile(r"<figcaption>(.*?)(?:<|$)", re.DOTALL)
TAG = re.compile(r"<[^>]*>")


def chart_citation(address: str, block: str, book: str) -> str:
    """Cite a chart: the book, the address of the chart in it, and its title or else its caption.

    Parameters
    ----------
    address : str
        Page and anchor of the chart, from the root of the site.
    block : str
        Its markup.
    book : str
        Words to cite the book by.

    Returns
    -------
    str

    Examples
    --------
    >>> block = '<p class="sk-headline">Ships <a href="#">came</a></p><figcaption>Marks.'
    >>> chart_citation("ships.html#calls", block, "The authors (2026), Book.")
    'The authors (2026), Book. Chart ships.html#calls: Ships came.'
    """
    words = next((found[1] for name in (HEADLINE, CAPTION) if (found := name.search(block))), "")
    title = " ".join(html.unescape(TAG.sub("", words)).split()).rstrip(".")
    return f"{book} Chart {address}: {title}." if title else f"{book} Chart {address}."


def add_chart_citations(site: Path, details: Mapping[str, str]) -> None:
    """Write under each printed chart how to cite it: by the edition, or by a copy that differs.

    Parameters
    ----------
    site : Path
        Root of the printed site.
    details : mapping of str to str
        From `book_details`, with the words on the edition.
    """
    book = details.get("short_copy_citation", details["citation"])
    for path in chart_pages(site):
        page = path.read_text(encoding="utf-8")
        name = path.relative_to(site).as_posix()

        def cited(match: re.Match[str], name: str = name) -> str:
            words = html.escape(chart_citation(f"{name}#{match[2]}", match[1], book), quote=False)
            fold = f'<details class="sk-cite"><summary>Cite this chart</summary>{words}</details>'
            return f"{match[1]}{fold}{match[3]}"

        with_citations = FIGURE.sub(cited, page)
        if with_citations != page:
            path.write_text(with_citations, encoding="utf-8")
