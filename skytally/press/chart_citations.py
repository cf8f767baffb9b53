"""Words to cite each chart by, folded under its caption."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from pathlib import Path

from skytally.press.links_to_evidence_packets import add_under_charts

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

    def fold(address: str, anchor: str, block: str) -> str:
        words = html.escape(chart_citation(f"{address}#{anchor}", block, book), quote=False)
        return f'<details class="sk-cite"><summary>Cite this chart</summary>{words}</details>'

    add_under_charts(site, fold)
