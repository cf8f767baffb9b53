"""The built site: its pages in a real browser, its links, its words for those who see no chart."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.support.browser import (
    ABSENT,
    chromium,
    chromium_path,
    draw,
    hovered,
    served,
    tab,
    unfold,
)

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "book/_build/html"
LINES = ("port-imagery", "rail-counts", "depot-expansion", "ais-gaps", "official-claims")
LARGEST_PAGE = 1_500_000
SHARED = {"_static/charts/bokeh.min.js", "_static/mathjax/tex-svg.js"}
"""Files that may be larger than a page: a browser fetches each once."""
HOVER_OF_ROWS = {"date:", "value:", "bound:", "counter:", "source:"}
HOVER_OF = {
    "map-": {"site:", "position:", "uncertainty:", "how:"},
    "coverage": {"interval:", "held in:", "of worlds:"},
    "states": {"site:", "months:", "state:", "looks:", "lost to:"},
    "months-": {"site:", "months:", "state:", "looks:", "lost to:"},
    "gaps": {"site:", "dates:", "blind for:", "not searched:"},
    "limits-": {"size:", "found:"},
    "proof-": {"score:"},
}
"""What a chart of another kind tells, by how its name begins."""
SAMPLED_ROWS = 12

PAGES = sorted(
    path.relative_to(SITE).as_posix()
    for path in SITE.rglob("*.html")
    if "_static" not in path.parts
) or ["index.html"]
pytestmark = pytest.mark.skipif(
    not (SITE / "index.html").is_file(), reason="the site is not built; run make book"
)
needs_browser = pytest.mark.skipif(not chromium_path(), reason=ABSENT)
each_page = pytest.mark.parametrize("page_name", PAGES)


@dataclass
class Parsed:
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
        self.found = Parsed()
        self.in_chart = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note anchors, addresses and images."""
        given = dict(attrs)
        if given.get("id"):
            self.found.ids[str(given["id"])] += 1
        self.found.links += [
            (tag, name, given[name] or "") for name in self.ADDRESSES if name in given
        ]
        if tag == "img":
            self.found.images.append(given)
        if tag == "script" and given.get("type") == "application/json":
            self.in_chart = True
            self.found.charts.append("")

    def handle_endtag(self, tag: str) -> None:
        """Leave a chart's data."""
        if tag == "script":
            self.in_chart = False

    def handle_data(self, data: str) -> None:
        """Collect a chart's data."""
        if self.in_chart:
            self.found.charts[-1] += data


@cache
def parsed(page_name: str) -> Parsed:
    """Read a page of the site once."""
    parser = _Parser()
    parser.feed((SITE / page_name).read_text(encoding="utf-8"))
    return parser.found


def columns(chart: object, name: str) -> Iterator[str]:
    """Give every text of one column of a chart's data, wherever it lies in the JSON."""
    if isinstance(chart, list):
        if len(chart) == 2 and chart[0] == name:
            cells = chart[1]["array"] if isinstance(chart[1], dict) else chart[1]
            yield from (each for each in cells if isinstance(each, str))
        for each in chart:
            yield from columns(each, name)
    elif isinstance(chart, dict):
        for each in chart.values():
            yield from columns(each, name)


def ids_of(table: str) -> set[str]:
    """Give the row ids of a table of the record."""
    with (ROOT / f"data/record/{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["id"] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run one browser for all tests of this file."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the site over HTTP, on this machine only."""
    with served(SITE) as root:
        yield root


@pytest.fixture(params=["file", "http"])
def root(request: pytest.FixtureRequest) -> str:
    """Give the site's address, from disk and over HTTP."""
    return SITE.as_uri() if request.param == "file" else request.getfixturevalue("address")


def test_site_names_that_must_hold() -> None:
    """The addresses that others link to are there, for each line of evidence."""
    assert (SITE / "index.html").is_file()
    for line in LINES:
        assert (SITE / f"lines/{line}.html").is_file()
        assert list((SITE / "data").glob(f"{line}*.csv"))
        assert list((SITE / "data").glob(f"{line}*.nc"))


def test_site_findings_have_their_fields() -> None:
    """``findings.json`` is a list of objects with the promised fields, sorted by key."""
    found = json.loads((SITE / "findings.json").read_text(encoding="utf-8"))
    keys = [each["key"] for each in found]
    assert keys == sorted(set(keys))
    for each in found:
        assert {"key", "value", "low", "high", "unit", "level", "text", "inputs"} <= set(each)


@each_page
def test_page_is_light(page_name: str) -> None:
    """No page is larger than 1.5 MB, its charts and pictures included."""
    assert (SITE / page_name).stat().st_size <= LARGEST_PAGE


def test_site_has_no_other_large_file() -> None:
    """Only the shared scripts may be larger than a page; no reader loads a source map."""
    large = {
        path.relative_to(SITE).as_posix()
        for path in SITE.rglob("*")
        if path.is_file() and path.suffix != ".map" and path.stat().st_size > LARGEST_PAGE
    }
    assert large <= SHARED


def _broken(page_name: str, tag: str, name: str, link: str) -> str:
    parts = urlsplit(link)
    if parts.scheme in ("http", "https") and (tag, name) == ("a", "href"):
        return ""
    if parts.scheme == "data" and tag != "a":
        return ""
    if parts.scheme or parts.netloc or parts.path.startswith("/"):
        return f"<{tag} {name}={link[:80]!r}> leads outside the site"
    target = SITE / page_name
    if parts.path:
        target = (target.parent / unquote(parts.path)).resolve()
    if not target.is_file() or SITE not in target.parents:
        return f"<{tag} {name}={link[:80]!r}>: no such file"
    anchor = unquote(parts.fragment)
    known = parsed(target.relative_to(SITE).as_posix()).ids if target.suffix == ".html" else ()
    return f"<{tag} {name}={link[:80]!r}>: no such anchor" if anchor and anchor not in known else ""


@each_page
def test_page_links_resolve(page_name: str) -> None:
    """Every link, download, script and picture is a file of the site, every anchor exists."""
    assert [fault for each in parsed(page_name).links if (fault := _broken(page_name, *each))] == []


@each_page
def test_page_anchors_are_unique(page_name: str) -> None:
    """No anchor of a page stands for two places."""
    assert [anchor for anchor, times in parsed(page_name).ids.items() if times > 1] == []


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
    assert ids_of(table) - set(parsed("record.html").ids) == set()


def test_sources_and_findings_have_an_anchor_each() -> None:
    """A source and a finding can be linked to by id and key."""
    found = json.loads((SITE / "findings.json").read_text(encoding="utf-8"))
    assert ids_of("sources") - set(parsed("sources.html").ids) == set()
    assert {each["key"] for each in found} - set(parsed("findings.html").ids) == set()


@each_page
def test_images_have_words(page_name: str) -> None:
    """Every picture has an alternative text."""
    assert [
        image for image in parsed(page_name).images if not (image.get("alt") or "").strip()
    ] == []


@each_page
def test_charts_are_told_with_their_numbers(page_name: str) -> None:
    """A chart's alternative text quotes a number of the chart in the words of its bound."""
    found = parsed(page_name)
    twins = [image for image in found.images if image.get("class") == "sk-static"]
    assert len(twins) == len(found.charts)
    for twin, chart in zip(twins, found.charts, strict=True):
        told = str(twin["alt"])
        marks = json.loads(chart)
        numbers = {each for each in columns(marks, "said") if each != "no number"}
        numbers |= set(columns(marks, "within"))
        # a chart of events without any number is told by its dates, one of methods by its labels
        expected = numbers or set(columns(marks, "when")) or set(columns(marks, "label"))
        assert any(each in told for each in expected), told[:200]


@each_page
@needs_browser
def test_page_opens_by_itself(browser: Browser, root: str, page_name: str) -> None:
    """A page asks for nothing outside the site, logs no error, and draws all its charts."""
    with tab(browser, root=root) as (page, faults):
        page.goto(f"{root}/{page_name}")
        assert draw(page) == len(parsed(page_name).charts)
        page.wait_for_load_state("networkidle")
        assert faults == []


@pytest.mark.parametrize("page_name", [name for name in PAGES if parsed(name).charts])
@needs_browser
def test_charts_answer_the_pointer(browser: Browser, page_name: str) -> None:
    """Pointing at a mark tells its value, bound, counter and source, each filled in."""
    with tab(browser, root=SITE.as_uri()) as (page, faults):
        page.goto(f"{SITE.as_uri()}/{page_name}")
        for number in range(draw(page)):
            told = hovered(page, number)
            assert told, f"chart {number + 1} shows nothing"
            name = page.locator(".sk-figure").nth(number).get_attribute("id") or ""
            kinds = [told for start, told in HOVER_OF.items() if name.startswith(start)]
            wanted = kinds[0] if kinds else HOVER_OF_ROWS
            assert wanted <= set(told[0]), f"chart {name}"
            # what Bokeh shows for a column that is not there
            assert not [word for word in told[0] if "???" in word or "_method" in word], name
        assert faults == []


@pytest.mark.parametrize("page_name", [name for name in PAGES if parsed(name).charts])
@needs_browser
def test_charts_have_a_twin_without_scripts(browser: Browser, page_name: str) -> None:
    """Where scripts are off, the static figure of every chart is seen."""
    with tab(browser, root=SITE.as_uri(), scripts=False) as (page, faults):
        page.goto(f"{SITE.as_uri()}/{page_name}")
        unfold(page)
        twins = page.locator(".sk-static")
        assert twins.count() == len(parsed(page_name).charts)
        for number in range(twins.count()):
            assert twins.nth(number).is_visible()
            size = twins.nth(number).bounding_box()
            assert size is not None
            assert size["width"] > 300
            assert size["height"] > 60
        # scripts themselves count as not found here
        assert [fault for fault in faults if fault.startswith("asked")] == []


@pytest.mark.parametrize("line", LINES)
@needs_browser
def test_line_answers_first(browser: Browser, line: str) -> None:
    """The answer and the top of the first chart stand on the first screen, code folded."""
    with tab(browser, root=SITE.as_uri()) as (page, _):
        page.goto(f"{SITE.as_uri()}/lines/{line}.html")
        answer = page.locator("article p").first.bounding_box()
        chart = page.locator(".sk-figure").first.bounding_box()
        assert answer is not None
        assert chart is not None
        assert answer["y"] < chart["y"] < 900
        assert page.locator("article .cell_input .highlight >> visible=true").count() == 0
        assert page.locator("article details[open]").count() == 0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@each_page
@needs_browser
def test_page_is_accessible(browser: Browser, page_name: str, dark: bool) -> None:
    """axe-core finds nothing serious or critical on a page, in light and in dark."""
    with tab(browser, root=SITE.as_uri(), dark=dark) as (page, _):
        page.goto(f"{SITE.as_uri()}/{page_name}")
        assert page.locator("html").get_attribute("data-theme") == ("dark" if dark else "light")
        draw(page)
        # the rows of a long table are written by one loop: the first stand for the rest
        page.evaluate(
            "n => document.querySelectorAll('.sk-table tbody').forEach(body =>"
            " [...body.rows].slice(n).forEach(row => row.remove()))",
            SAMPLED_ROWS,
        )
        options = {"resultTypes": ["violations"], "preload": False}
        found = Axe().run(page, options=options).response["violations"]
        grave = [
            (each["id"], [node["target"] for node in each["nodes"]][:5])
            for each in found
            if each["impact"] in ("serious", "critical")
        ]
        assert grave == []


@each_page
@needs_browser
def test_page_fits_a_telephone(browser: Browser, page_name: str) -> None:
    """At 400 px the page itself does not scroll sideways; wide tables scroll on their own."""
    with tab(browser, root=SITE.as_uri(), width=400) as (page, faults):
        page.goto(f"{SITE.as_uri()}/{page_name}")
        draw(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
        assert page.evaluate("(window.scrollTo(500, 0), window.scrollX)") == 0
        assert faults == []


def _shown(page: Page, table: str) -> list[str]:
    rows = page.locator(f"#table-{table} tbody tr >> visible=true")
    return [row.split("\t")[0].strip() for row in rows.all_inner_texts()]


@pytest.mark.parametrize(
    ("page_name", "table", "words", "wanted"),
    [
        ("record.html", "rail_counts", "R031 tumangang", "R031"),
        ("sources.html", "sources", "BP_20231006", "BP_20231006"),
        ("findings.html", "findings", "railcars_october_2023", "rail-counts.railcars_october_2023"),
    ],
)
@needs_browser
def test_table_is_filtered(
    browser: Browser, page_name: str, table: str, words: str, wanted: str
) -> None:
    """The box over a table leaves the rows with all the words, and gives them all back."""
    with tab(browser, root=SITE.as_uri()) as (page, faults):
        page.goto(f"{SITE.as_uri()}/{page_name}")
        box = page.locator(f"input[data-table={table}]")
        everything = _shown(page, table)
        box.fill(words)
        some = _shown(page, table)
        assert wanted in some
        assert 0 < len(some) < len(everything)
        box.fill("no such words anywhere")
        assert _shown(page, table) == []
        box.fill("")
        assert _shown(page, table) == everything
        assert faults == []


@needs_browser
def test_claims_are_filtered_by_verdict_with_the_keyboard(browser: Browser) -> None:
    """The list beside the filter leaves one verdict, works without a mouse, and adds to words."""
    with tab(browser, root=SITE.as_uri()) as (page, faults):
        page.goto(f"{SITE.as_uri()}/claims.html")
        everything = _shown(page, "claims")
        page.locator("input[data-table=claims]").focus()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "SELECT"
        page.keyboard.type("contradicted")
        some = _shown(page, "claims")
        assert 0 < len(some) < len(everything)
        verdicts = page.locator("#table-claims tbody tr >> visible=true").evaluate_all(
            "rows => rows.map(row => row.querySelector('strong').textContent)"
        )
        assert set(verdicts) == {"contradicted"}
        assert page.locator(".sk-filter output").first.inner_text() == f"{len(some)} shown"
        page.locator("input[data-table=claims]").fill("S1-07")
        assert _shown(page, "claims") == ["S1-07"]
        page.evaluate("location.hash = '#S2-09'")
        page.wait_for_function("!document.getElementById('S2-09').hidden", timeout=3000)
        assert _shown(page, "claims") == everything
        assert faults == []


@needs_browser
def test_table_is_whole_without_scripts(browser: Browser) -> None:
    """Where scripts are off, the tables are whole and no dead filter box stands over them."""
    with tab(browser, root=SITE.as_uri(), scripts=False) as (page, _):
        page.goto(f"{SITE.as_uri()}/sources.html")
        assert set(_shown(page, "sources")) == ids_of("sources")
        assert page.locator(".sk-filter >> visible=true").count() == 0
        page.goto(f"{SITE.as_uri()}/claims.html")
        assert page.locator("select >> visible=true").count() == 0


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize(
    ("page_name", "row"),
    [
        ("record.html", "R031"),
        ("record.html", "A001"),
        ("sources.html", "BP_20231006"),
        ("findings.html", "rail-counts.baseline"),
    ],
)
@needs_browser
def test_row_link_leads_to_its_row(browser: Browser, page_name: str, row: str, width: int) -> None:
    """A link to a row shows that row, not hidden behind the head of its table."""
    with tab(browser, root=SITE.as_uri(), width=width) as (page, _):
        page.goto(f"{SITE.as_uri()}/{page_name}#{row}")
        seen = """row => {
            const head = document.getElementById(row).cells[0], box = head.getBoundingClientRect();
            return head.contains(document.elementFromPoint(box.left + 5, box.top + 8));
        }"""
        page.wait_for_function(seen, arg=row, timeout=3000)


@needs_browser
def test_search_finds_pages(browser: Browser, root: str) -> None:
    """Searching works from disk as well as over HTTP, without an error."""
    with tab(browser, root=root) as (page, faults):
        page.goto(f"{root}/search.html?q=railcars")
        page.locator("#search-results li").first.wait_for()
        found = page.locator("#search-results li a").evaluate_all("all => all.map(a => a.href)")
        assert any("rail-counts.html" in each for each in found)
        page.wait_for_load_state("networkidle")
        assert faults == []
