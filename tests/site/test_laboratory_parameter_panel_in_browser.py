"""The laboratory of the pages in a real browser, opened from the disk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.support.browser_page_visits import COLOURS, GRAVE
from tests.support.browser_tabs_server_and_charts import ABSENT, chromium_path, tab
from tests.support.built_site_pages import SITE, needs_site

pytestmark = [needs_site, pytest.mark.skipif(not chromium_path(), reason=ABSENT)]
PAGES = (
    "lines/rail-counts", "lines/port-imagery", "lines/official-claims", "claims", "synthesis",
    "rivals",
)  # fmt: skip
RAIL, PORT = PAGES[:2]
WITH = ".sk-with-setting"


@contextmanager
def opened(browser: Browser, name: str, setting: str = "", width: int = 1280) -> Iterator[Page]:
    """Open a page from the disk with a setting in its address; it must ask for nothing else."""
    with tab(browser, root=SITE.as_uri(), width=width) as (page, faults):
        page.goto(f"{SITE.as_uri()}/{name}.html{setting}")
        yield page
        assert faults == []


def _ready(page: Page) -> None:
    page.wait_for_selector(".sk-lab[data-ready]", timeout=60_000)


@pytest.mark.parametrize("name", PAGES)
def test_panel_opens_by_keyboard_and_changes_nothing_by_itself(browser: Browser, name: str) -> None:
    """The fold is closed, opens with Enter, and leaves every printed number as it is."""
    with opened(browser, name) as page:
        before = page.locator("article.bd-article").inner_text()
        assert not page.locator(".sk-lab-body").is_visible()
        page.locator(".sk-lab > details > summary").focus()
        page.keyboard.press("Enter")
        _ready(page)
        assert "all numbers are the published ones" in page.locator(".sk-lab-status").inner_text()
        assert page.locator(WITH).count() == 0
        page.locator(".sk-lab > details > summary").click()
        assert page.locator("article.bd-article").inner_text() == before


def test_moved_parameter_marks_numbers_goes_to_the_address_and_back(browser: Browser) -> None:
    """A changed number stands beside the published one, and one button brings all back."""
    with opened(browser, RAIL) as page:
        printed = page.locator("article.bd-article a.sk-finding").all_inner_texts()
        page.locator(".sk-lab > details > summary").click()
        _ready(page)
        sites = page.get_by_label("sites watched")
        sites.fill("8")
        sites.press("Tab")
        page.wait_for_selector(WITH)
        assert page.url.endswith("#what-if&rail-counts.sites_watched=8")
        assert any("8 sites" in words for words in page.locator(WITH).all_inner_texts())
        assert page.locator("article.bd-article > .sk-with-bar").is_visible()
        assert "sites_watched: 8" in page.locator(".sk-lab textarea").input_value()
        assert page.locator("article.bd-article a.sk-finding").all_inner_texts() == printed
        page.locator(".sk-with-bar button").click()
        assert page.locator(WITH).count() == 0
        assert "#" not in page.url


def test_address_alone_gives_the_same_setting_and_flip_sets(browser: Browser) -> None:
    """A link with a setting opens the panel; what would change a number is searched on demand."""
    setting = "#what-if&port-imagery.ships_at_once=1,2&without-counters=nk-pro"
    with opened(browser, PORT, setting) as page:
        _ready(page)
        shown = (
            page.locator(".sk-lab-changes > ul > li")
            .filter(has_text="Little")
            .or_(page.locator(".sk-lab-changes > ul > li").filter(has_text="compatible with"))
        )
        fold = shown.first.locator("details")
        fold.locator("summary").click()
        page.wait_for_function(
            "() => [...document.querySelectorAll('.sk-lab-changes details[open] p')]"
            ".some((each) => /without|none found/.test(each.textContent))"
        )
        assert page.get_by_label("ships at once, 2 of 2").input_value() == "2"


def test_left_out_counter_moves_verdicts(browser: Browser) -> None:
    """Without a counter, verdicts on the page of claims are marked, and void ones say so."""
    with opened(browser, "claims", "#what-if&without-counters=csis") as page:
        _ready(page)
        assert re.search(r"[1-9]\d* verdicts? differs?|[1-9]\d* verdicts differ",
                         page.locator(".sk-lab-status").inner_text())  # fmt: skip
        assert page.locator(f"a[href*='cards/claim/'] + {WITH}").count() > 0


def test_faulty_setting_in_the_address_is_named_and_the_page_works(browser: Browser) -> None:
    """A value beyond its range is refused in words; the rest of the setting is used."""
    setting = "#what-if&rail-counts.sites_watched=0&rail-counts.baseline_row=R005&" + quote("<b>")
    with opened(browser, RAIL, setting) as page:
        _ready(page)
        told = " ".join(page.locator(".sk-lab-fault").all_inner_texts())
        assert "sites_watched: found 0; allowed is 1 to 1000" in told
        assert "<b>: no such parameter" in told
        assert page.locator("select[aria-label='baseline row']").input_value() == "R005"
        assert page.locator(WITH).count() > 0


@pytest.mark.parametrize("dark", [False, True])
def test_open_panel_is_accessible(browser: Browser, dark: bool) -> None:
    """axe-core finds nothing serious or critical in an open panel, its lists and its marks."""
    with tab(browser, root=SITE.as_uri(), dark=dark) as (page, _):
        page.goto(f"{SITE.as_uri()}/{PORT}.html#what-if&port-imagery.ships_at_once=1,2&bad=1")
        _ready(page)
        for fold in page.locator(".sk-lab-body > details > summary").all():
            fold.click()
        # a theme changes colours and nothing else
        options = {"resultTypes": ["violations"], **(COLOURS if dark else {})}
        found = (
            Axe()
            .run(page, context=".sk-lab, .sk-with-bar, .sk-with-setting", options=options)
            .response
        )
        grave = [each["id"] for each in found["violations"] if each["impact"] in GRAVE]
        assert grave == []


@pytest.mark.parametrize("dark", [False, True])
def test_panel_fits_a_telephone(browser: Browser, dark: bool) -> None:
    """Nothing of an open panel is wider than a screen of 400 pixels, light or dark."""
    with tab(browser, root=SITE.as_uri(), width=400, dark=dark) as (page, faults):
        page.goto(f"{SITE.as_uri()}/{PORT}.html#what-if&without-counters=csis")
        _ready(page)
        for fold in page.locator(".sk-lab details:not([open]) > summary").all():
            if fold.is_visible():
                fold.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
        assert faults == []


def test_panel_and_marks_are_not_printed(browser: Browser) -> None:
    """On paper a page is the published one."""
    with opened(browser, RAIL, "#what-if&rail-counts.sites_watched=8") as page:
        _ready(page)
        page.emulate_media(media="print")
        for part in (".sk-lab", WITH, ".sk-with-bar"):
            assert not page.locator(part).first.is_visible()


LOADED = re.compile(r'src="[^"]*laboratory_loader\.js')
"""How a page loads the panel; a list of files only names it."""


def test_scripts_are_loaded_only_where_there_is_a_laboratory() -> None:
    """No other page names the door, and no page loads the record before it is asked."""
    named = {
        path.relative_to(SITE).with_suffix("").as_posix()
        for path in SITE.rglob("*.html")
        if "_static" not in path.parts and LOADED.search(path.read_text(encoding="utf-8"))
    }
    assert named == set(PAGES)
    data = (SITE / "laboratory-data.js").stat().st_size
    assert data < 700_000
    assert Path(SITE / "_static/laboratory/laboratory_loader.js").is_file()
