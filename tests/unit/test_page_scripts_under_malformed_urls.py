"""Addresses and links that no page makes: the scripts of a page go on, and nothing of them runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from skytally.core import project_root
from skytally.press.laboratory.laboratory_script_data_export import laboratory_script
from skytally.press.laboratory.laboratory_script_load_order import FOLDER, PANEL
from tests.support.browser_tabs_server_and_charts import ABSENT, chromium, chromium_path, tab
from tests.support.laboratory_script_runner import engine, laboratory

pytestmark = pytest.mark.skipif(not chromium_path(), reason=ABSENT)
ADDRESSES = (
    "#%", "#%E0%A4%A", '#"><x>', "#%22%3E%3Cx%3E", "#" + "a" * 20_000, "#constructor", "#%00",
    "#what-if&%=%", "#what-if&prior=%&stay=%E0%A4%A", "#what-if&without-sources=%,%22%3E%3Cx%3E",
    "?q=%E0%A4%A#%", "?q=%22%3E%3Cx%3E",
)  # fmt: skip
BROKEN = "cards/finding/%E0%A4%A.html"
"""Path of a link whose percent signs stand for no letter."""
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Made up</title>
<article class="bd-article">
<p><a id="broken" href="{broken}">a number</a> <a id="sound" href="{sound}">another</a></p>
<div class="sk-filter" hidden><input data-table="rows"><output></output></div>
<table class="sk-table" id="table-rows"><thead><tr><th>id</th></tr></thead>
<tbody><tr id="R1"><td>R1</td></tr><tr id="R2"><td>R2</td></tr></tbody></table>
<div class="sk-lab" data-page="rail-counts"><details><summary>Try it</summary>
<p class="sk-lab-status"></p><div class="sk-lab-body"></div></details></div></article>
<script src="table_filter_sort_and_reveal.js"></script>
<script src="_static/scripts/popover.js"></script>
<script src="laboratory.js"></script></html>"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the browser once."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a page with a filtered table, two links to cards and the panel of the laboratory."""
    folder = tmp_path_factory.mktemp("page")
    made = laboratory(cheap=True)
    key = next(iter(made.reevaluation.declarations))
    card = {"heading": "A card", "sentence": "Made up.", "facts": [], "cite": "", "url": ""}
    cards = {"cards": {f"finding/{key}": card, f"finding/{BROKEN}": card}}
    texts = {
        "page.html": PAGE.format(broken=BROKEN, sound=f"cards/finding/{key}.html"),
        "cards.js": f"window.skytallyCards = {json.dumps(cards)};",
        "laboratory.js": "\n".join(
            [engine(), laboratory_script(made), (FOLDER / PANEL).read_text(encoding="utf-8")]
        ),
    }
    sources = {
        "table_filter_sort_and_reveal.js": "book/_static/table_filter_sort_and_reveal.js",
        "_static/scripts/popover.js": "skytally/press/scripts/popover.js",
    }
    for name, source in sources.items():
        texts[name] = (project_root() / source).read_text(encoding="utf-8")
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "page.html"


@pytest.mark.parametrize("address", ADDRESSES, ids=[text[:30] for text in ADDRESSES])
def test_a_page_goes_on_whatever_follows_its_name(
    browser: Browser, page_file: Path, address: str
) -> None:
    """No script ends in an error, no part of the address becomes an element, all tools work."""
    with tab(browser, root=page_file.parent.as_uri()) as (page, faults):
        page.goto(page_file.as_uri() + address)
        page.locator(".sk-filter input").fill("R2")
        assert page.locator("tbody tr:visible").count() == 1
        page.locator(".sk-lab summary").first.click()
        assert page.locator(".sk-lab-body fieldset, .sk-lab-body details").count() > 0
        assert page.locator("x").count() == 0
        assert faults == []


def test_a_link_with_a_broken_address_opens_no_card_and_stops_nothing(
    browser: Browser, page_file: Path
) -> None:
    """The next link still opens its own."""
    with tab(browser, root=page_file.parent.as_uri()) as (page, faults):
        page.goto(page_file.as_uri())
        page.locator("#broken").focus()
        page.wait_for_function("() => window.skytallyCards")
        assert page.locator(".sk-pop").count() == 0
        page.locator("#sound").focus()
        page.locator(".sk-pop").wait_for()
        assert faults == []
