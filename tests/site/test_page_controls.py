"""What a reader can do on a page: filter a table, follow a link to a row, search."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import ABSENT, chromium_path, tab
from tests.support.site_pages import SITE, needs_site, row_ids

pytestmark = [needs_site, pytest.mark.skipif(not chromium_path(), reason=ABSENT)]


@pytest.fixture(params=["file", "http"])
def root(request: pytest.FixtureRequest) -> str:
    """Address of the site, from disk and over HTTP."""
    return SITE.as_uri() if request.param == "file" else request.getfixturevalue("address")


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


def test_table_is_whole_without_scripts(browser: Browser) -> None:
    """Where scripts are off, the tables are whole and no dead filter box stands over them."""
    with tab(browser, root=SITE.as_uri(), scripts=False) as (page, _):
        page.goto(f"{SITE.as_uri()}/sources.html")
        assert set(_shown(page, "sources")) == row_ids("sources")
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
def test_row_link_leads_to_its_row(browser: Browser, page_name: str, row: str, width: int) -> None:
    """A link to a row shows that row, not hidden behind the head of its table."""
    with tab(browser, root=SITE.as_uri(), width=width) as (page, _):
        page.goto(f"{SITE.as_uri()}/{page_name}#{row}")
        seen = """row => {
            const head = document.getElementById(row).cells[0], box = head.getBoundingClientRect();
            return head.contains(document.elementFromPoint(box.left + 5, box.top + 8));
        }"""
        page.wait_for_function(seen, arg=row, timeout=3000)


def test_search_finds_pages(browser: Browser, root: str) -> None:
    """Searching works from disk as well as over HTTP, without an error."""
    with tab(browser, root=root) as (page, faults):
        page.goto(f"{root}/search.html?q=railcars")
        page.locator("#search-results li").first.wait_for()
        found = page.locator("#search-results li a").evaluate_all("all => all.map(a => a.href)")
        assert any("rail-counts.html" in each for each in found)
        page.wait_for_load_state("networkidle")
        assert faults == []
