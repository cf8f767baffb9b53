"""The built site as files: permanent addresses, links, weight, and words for images."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from skytally.core import data_registry, read_table
from skytally.core.chart_style import MPL_MARKERS, SERIES_COLOURS
from skytally.press.book_metadata import book_details
from skytally.press.cards import card_files
from skytally.press.site_build_and_swap import SEARCH_FILES
from tests.support.built_site_pages import (
    CARDS,
    SITE,
    broken_link,
    chart_count,
    chart_texts,
    each_page,
    needs_site,
    parsed_page,
    row_ids,
)

pytestmark = needs_site

PERMANENT = ("port-imagery", "rail-counts", "depot-expansion", "ais-gaps", "official-claims")
"""Slugs whose addresses others link to; a line that is added may join them, none may go."""
LARGEST_PAGE = 1_000_000
SHARED = {
    *("_static/charts/bokeh.min.js", "cards.js", "cards.json", "project.zip"),
}
"""Files that may be larger than a page: a browser fetches each at most once."""
FIGURE = re.compile('<figure class="sk-figure".*?</figure>', re.DOTALL)
DRAWN = re.compile('<script type="application/json">(.*?)</script>', re.DOTALL)
ROW_ID = re.compile(r"[A-Z]\d+(\.\d+)?")
NAMED = re.compile(r"Sentinel-\d")
"""A number that is part of a name."""
DATA_FILE = re.compile(r'Data of this chart: <a href="../data/([^"]+\.csv)"')


def test_site_names_that_must_hold() -> None:
    """The addresses that others link to are there, for each line of evidence."""
    assert (SITE / "index.html").is_file()
    for line in PERMANENT:
        assert (SITE / f"lines/{line}.html").is_file()
        assert list((SITE / "data").glob(f"{line}*.csv"))
        assert list((SITE / "data").glob(f"{line}*.nc"))


def test_every_table_of_the_site_is_described_for_programs() -> None:
    """No CSV lies outside the folder of the data, and each there has its columns described."""
    package = json.loads((SITE / "data/datapackage.json").read_text(encoding="utf-8"))
    described = {each["path"] for each in package["resources"]}
    # a table that was renamed lies at its old address, too
    moved = set(read_table(data_registry.path("moved_addresses"))["old"])
    offered = {
        path.relative_to(SITE).as_posix()
        for path in SITE.rglob("*.csv")
        if not path.name.endswith(".dictionary.csv")
        and path.relative_to(SITE).parts[0] != "editions"
    }
    assert offered - moved == {f"data/{path}" for path in described}
    with zipfile.ZipFile(SITE / "data.zip") as packed:
        assert described <= {*packed.namelist()}


def test_site_findings_have_their_fields() -> None:
    """``findings.json`` is a list of objects with the promised fields, sorted by key."""
    found = json.loads((SITE / "findings.json").read_text(encoding="utf-8"))
    keys = [each["key"] for each in found]
    assert keys == sorted(set(keys))
    for each in found:
        assert {"key", "value", "low", "high", "unit", "support", "text", "inputs"} <= set(each)


def test_contributing_can_be_read_on_the_site() -> None:
    """How a row is corrected is one click away from the page that speaks of it."""
    about = (SITE / "about.html").read_text(encoding="utf-8")
    assert 'href="contributing.html#correct-a-row"' in about
    assert "correct-a-row" in parsed_page("contributing.html").ids
    assert "## Correct a row" in (SITE / "contributing.txt").read_text(encoding="utf-8")


def test_sections_of_methods_that_the_api_cites_can_be_read_on_the_site() -> None:
    """METHODS 7.3 in a description is a section that a reader finds, and so is every other."""
    api = (SITE / "api.html").read_text(encoding="utf-8")
    assert 'href="methods.txt"' in api
    sections = set(
        re.findall(r"(?m)^#+ (\d+(?:\.\d+)?)\b", (SITE / "methods.txt").read_text("utf-8"))
    )
    cited = set(re.findall(r"METHODS (\d+(?:\.\d+)?)", re.sub("<[^>]*>", "", api)))
    assert cited
    assert cited <= sections


@each_page
def test_foot_of_every_page_has_licence_version_and_state_of_the_record(page_name: str) -> None:
    """Whoever lands on a page sees what it may be used for and until when the record goes."""
    page = (SITE / page_name).read_text(encoding="utf-8")
    (foot,) = re.findall(r'<p class="sk-foot">(.*?)</p>', page, re.DOTALL)
    about = book_details()
    assert about["newest"]
    for words in (about["licence"], about["complete_to"], "about.html"):
        assert words.casefold() in foot.casefold()
    assert not about["version"] or f"version {about['version']}" in foot


@each_page
def test_page_is_light(page_name: str) -> None:
    """No page is larger than 1.0 MB, its charts and pictures included."""
    assert (SITE / page_name).stat().st_size <= LARGEST_PAGE


def test_site_has_no_other_large_file() -> None:
    """Only the shared scripts may be larger than a page; no reader loads a source map."""
    large = {
        path.relative_to(SITE).as_posix()
        for path in SITE.rglob("*")
        if path.is_file() and path.suffix != ".map" and path.stat().st_size > LARGEST_PAGE
    }
    assert large <= SHARED


@each_page
def test_page_links_resolve(page_name: str) -> None:
    """Every link, download, script and picture is a file of the site, every anchor exists."""
    links = parsed_page(page_name).links
    assert [f for each in links if (f := broken_link(SITE, page_name, each, parsed_page))] == []


@each_page
def test_charts_are_counted_as_a_parser_counts_them(page_name: str) -> None:
    """What the tests in the browser expect of a page, they count without parsing it."""
    assert chart_count(page_name) == len(parsed_page(page_name).charts)


@each_page
def test_page_loads_no_search_of_the_theme(page_name: str) -> None:
    """The book has its own search; the theme would read an index of all pages on each of them."""
    text = (SITE / page_name).read_text(encoding="utf-8")
    assert [name for name in SEARCH_FILES if f'{name}"' in text or (SITE / name).exists()] == []


@each_page
def test_page_anchors_are_unique(page_name: str) -> None:
    """No anchor of a page stands for two places."""
    assert [anchor for anchor, times in parsed_page(page_name).ids.items() if times > 1] == []


def test_styles_load_only_from_the_site() -> None:
    """No style sheet asks for a file that is not there."""
    missing = []
    for sheet in SITE.rglob("*.css"):
        for link in re.findall(r"url\(\s*['\"]?([^'\")]+)", sheet.read_text(encoding="utf-8")):
            path = urlsplit(link).path
            if not link.startswith(("data:", "#")) and not (sheet.parent / unquote(path)).is_file():
                missing.append(f"{sheet.name}: {link}")
    assert missing == []


@pytest.mark.parametrize(
    "table",
    [
        "ship_sightings",
        "quay_stocks",
        "voyage_counts",
        "voyages",
        "rail_counts",
        "depot_observations",
        "ais_events",
        "official_claims",
        "events",
        "press_claims",
    ],
)
def test_record_has_an_anchor_for_each_row(table: str) -> None:
    """A row of the record can be linked to by its id."""
    assert row_ids(table) - set(parsed_page("record.html").ids) == set()


def test_sources_and_findings_have_an_anchor_each() -> None:
    """A source and a finding can be linked to by id and key."""
    found = json.loads((SITE / "findings.json").read_text(encoding="utf-8"))
    assert row_ids("sources") - set(parsed_page("sources.html").ids) == set()
    assert {each["key"] for each in found} - set(parsed_page("findings.html").ids) == set()


@each_page
def test_images_have_words(page_name: str) -> None:
    """Every picture has an alternative text."""
    assert [
        image for image in parsed_page(page_name).images if not (image.get("alt") or "").strip()
    ] == []


@each_page
def test_the_file_under_a_chart_has_every_row_of_the_chart(page_name: str) -> None:
    """A mark without a number, or of a band, is in the file, too; the series all differ."""
    text = (SITE / page_name).read_text(encoding="utf-8")
    for figure in FIGURE.findall(text):
        chart = DRAWN.search(figure)
        drawn = json.loads(chart[1]) if chart else {}
        assert len(set(chart_texts(drawn, "series"))) <= len(SERIES_COLOURS) * len(MPL_MARKERS)
        for name in DATA_FILE.findall(figure):
            with (SITE / "data" / name).open(encoding="utf-8", newline="") as file:
                filed = {row.get("row") for row in csv.DictReader(file)}
            rows = {row for row in chart_texts(drawn, "row") if ROW_ID.fullmatch(row)}
            missing = rows - filed
            assert None in filed or not missing, f"{name}: {sorted(missing)}"


@each_page
def test_every_chart_of_evidence_has_its_data_beside_it(page_name: str) -> None:
    """The files lie in the figure or straight under it; a simulated picture has no data."""
    text = (SITE / page_name).read_text(encoding="utf-8")
    shown = [
        (figure[0], text[figure.end() : figure.end() + 60]) for figure in FIGURE.finditer(text)
    ]
    assert [
        figure[:200]
        for figure, after in shown
        if not any("sk-downloads" in words for words in (figure, after))
        and "Simulated, no image" not in figure
    ] == []


def test_no_page_leads_to_an_empty_index() -> None:
    """The site prints no index of terms, since no page marks any."""
    assert not (SITE / "genindex.html").exists()


@each_page
def test_charts_are_told_with_their_numbers(page_name: str) -> None:
    """A chart's alternative text quotes a number of the chart in the words of its bound."""
    found = parsed_page(page_name)
    # a picture without a live chart has a class of its own beside it
    twins = [image for image in found.images if image.get("class") == "sk-static"]
    assert len(twins) == len(found.charts)
    for twin, chart in zip(twins, found.charts, strict=True):
        told = str(twin["alt"])
        marks = json.loads(chart)
        numbers = {each for each in chart_texts(marks, "said") if each != "no number"}
        numbers |= set(chart_texts(marks, "within"))
        # a chart of events without any number is told by its dates, one of methods by its labels
        expected = numbers or set(chart_texts(marks, "when")) or set(chart_texts(marks, "label"))
        assert any(each in told for each in expected), told[:200]


def test_every_card_is_a_small_page_whose_links_lead_somewhere() -> None:
    """Each card is at most 4 kB, loads one style sheet, and its links and anchors exist."""
    assert len(CARDS) > 500
    for name in CARDS:
        assert (SITE / name).stat().st_size <= card_files.LARGEST_PAGE, name
        found = parsed_page(name)
        loaded = {(tag, address) for tag, _, address in found.links if tag in ("link", "script")}
        assert loaded == {("link", "../../_static/cards/card_page.css")}, name
        for tag, _, address in found.links:
            if tag != "a" or address.startswith(("http://", "https://")):
                continue
            path, _, anchor = address.partition("#")
            target = (SITE / name).parent.joinpath(path).resolve()
            assert target.is_file(), f"{name}: {address}"
            page = target.relative_to(SITE.resolve()).as_posix()
            assert not anchor or anchor in parsed_page(page).ids, f"{name}: {address}"


@pytest.mark.parametrize("slug", PERMANENT)
def test_every_chart_of_evidence_says_what_it_shows(slug: str) -> None:
    """Each has a title whose numbers lead to the cards of findings, and none is left over."""
    page = (SITE / "lines" / f"{slug}.html").read_text(encoding="utf-8")
    titled = set()
    for figure in FIGURE.findall(page):
        name = re.search(r'id="([^"]+)"', figure)
        headline = re.search(r'<p class="sk-headline">(.*?)</p>', figure)
        assert name is not None
        assert headline is not None, name[1]
        assert 'href="../cards/finding/' in headline[1], name[1]
        titled.add(f"{slug}.{name[1]}")
    table = read_table(data_registry.path("chart_titles"))
    assert titled == {each for each in table["id"] if each.startswith(f"{slug}.")}


@pytest.mark.parametrize("slug", PERMANENT)
def test_numbers_in_tables_of_evidence_lead_to_a_card(slug: str) -> None:
    """Each row with a number has a link to the card that explains it."""
    page = BeautifulSoup((SITE / "lines" / f"{slug}.html").read_text("utf-8"), "html.parser")
    rows = [row for table in page.select("article table") for row in table.select("tbody tr")]
    numbered = [row for row in rows if re.search(r"\d", NAMED.sub("", row.get_text(" ")))]
    assert numbered
    unlinked = [row.get_text(" ", strip=True) for row in numbered if not row.select("a[href]")]
    assert unlinked == []
