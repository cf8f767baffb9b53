"""Words to cite a chart by."""

from __future__ import annotations

import re
from pathlib import Path

from skytally.press.chart_citations import add_chart_citations, chart_citation
from tests.support.edition_packets_and_tampering import made_up_site

EDITION = {"citation": "The authors (2026), Book, edition 2026-11-29."}
COPY = {**EDITION, "short_copy_citation": "The authors (2026), Book, copy whose SHA-256 begins 1a."}


def test_each_chart_says_how_it_is_cited(tmp_path: Path) -> None:
    """The words stand in the figure, once, with page and anchor; a copy that differs says so."""
    for details, book in ((EDITION, EDITION["citation"]), (COPY, COPY["short_copy_citation"])):
        site = made_up_site(tmp_path / book[-5:])
        before = (site / "lines/rail-counts.html").read_text(encoding="utf-8")
        add_chart_citations(site, details)
        page = (site / "lines/rail-counts.html").read_text(encoding="utf-8")
        (fold,) = re.findall(r'<details class="sk-cite">.*?</details>(?=</figure>)', page)
        assert f"{book} Chart lines/rail-counts.html#railcars: " in fold
        assert page.replace(fold, "") == before


def test_a_title_that_looks_like_markup_stays_text(tmp_path: Path) -> None:
    """A caption stands in for a missing title, and what was escaped is escaped again."""
    site = made_up_site(tmp_path / "site")
    path = site / "lines/rail-counts.html"
    given = (
        '<figure class="sk-figure" id="a"><figcaption>5 &lt;b&gt; &amp; 6.</figcaption></figure>'
    )
    path.write_text(given, encoding="utf-8")
    add_chart_citations(site, EDITION)
    page = path.read_text(encoding="utf-8")
    assert "Chart lines/rail-counts.html#a: 5 &lt;b&gt; &amp; 6.</details>" in page
    assert chart_citation("a.html#b", "", "Book.") == "Book. Chart a.html#b."
