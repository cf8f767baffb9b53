"""What a reader can do on a page: filter a table, follow a link to a row, search."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser_tabs_server_and_charts import ABSENT, chromium_path, tab
from tests.support.built_site_pages import SITE, needs_site, row_ids

PRINTED = 2400
"""Width of a saved picture, pixels: 20 cm at 300 dots an inch."""
pytestmark = [needs_site, pytest.mark.skipif(not chromium_path(), reason=ABSENT)]


@pytest.fixture(params=["file", "http"])
def root(request: pytest.FixtureRequest) -> str:
    """Address of the site, from disk and over HTTP."""
    return SITE.as_uri() if request.param == "file" else request.getfixturevalue("address")


def _shown(page: Page, table: str) -> list[str]:
    """First cells of the rows that are seen."""
    first = """rows => rows.filter(row => row.checkVisibility())
        .map(row => row.cells[0].textContent.trim())"""
    return list(page.locator(f"#table-{table} tbody tr").evaluate_all(first))


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
        assert _shown(page, "claims") == []
        page.locator("details:has(#table-claims) > summary").focus()
        page.keyboard.press("Enter")
        everything = _shown(page, "claims")
        page.locator("input[data-table=claims]").focus()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "SELECT"
        page.keyboard.type("differs from its source")
        some = _shown(page, "claims")
        assert 0 < len(some) < len(everything)
        verdicts = page.locator("#table-claims tbody tr >> visible=true").evaluate_all(
            "rows => rows.map(row => row.querySelector('strong').textContent)"
        )
        assert set(verdicts) == {"differs from its source"}
        assert (
            page.locator(".sk-filter:has(input[data-table=claims]) output").inner_text()
            == f"{len(some)} shown"
        )
        page.locator("input[data-table=claims]").fill("S1-07")
        assert _shown(page, "claims") == ["S1-07"]
        page.locator("input[data-table=claims]").fill("")
        page.locator("select[data-table=claims]").select_option("")
        assert _shown(page, "claims") == everything
        assert faults == []


@pytest.mark.parametrize(
    "typed", ["1 counter", '"1 counter"', "\u201c1 counter\u201d", '"1 COUNTER:" csis']
)
def test_a_phrase_is_found_as_one(browser: Browser, typed: str) -> None:
    """A number with the word behind it, or whatever stands in quotes, is looked for together."""
    with tab(browser, root=SITE.as_uri()) as (page, faults):
        page.goto(f"{SITE.as_uri()}/findings.html")
        everything = _shown(page, "findings")
        page.locator("input[data-table=findings]").fill(typed)
        some = _shown(page, "findings")
        assert 0 < len(some) < len(everything)
        words = page.locator("#table-findings tbody tr >> visible=true").evaluate_all(
            "rows => rows.map(row => Array.from(row.cells, cell => cell.textContent).join(' '))"
        )
        assert all(re.search(r"(?<!\d)1 counter\b", each) for each in words)
        assert faults == []


def test_findings_of_one_counter_are_reached_by_their_address(browser: Browser) -> None:
    """A row of the tally leads to the table with its list chosen, and the numbers agree."""
    with tab(browser, root=SITE.as_uri()) as (page, faults):
        page.goto(f"{SITE.as_uri()}/limits.html")
        row = page.locator("tr:has(> th:text-is('1 counter'))")
        counted = int(row.locator("td").first.inner_text())
        row.locator("a").click()
        expect(page.locator("select[data-table=findings]")).to_have_value(
            "1 counter", timeout=20_000
        )
        assert len(_shown(page, "findings")) == counted
        assert faults == []


def test_a_table_is_sorted_with_the_keyboard(browser: Browser) -> None:
    """Each head is a button: a key sorts by it, a second press turns the order, and it is said."""
    with tab(browser, root=SITE.as_uri()) as (page, faults):
        page.goto(f"{SITE.as_uri()}/findings.html")
        head = page.locator("#table-findings thead th").nth(3)
        cells = "rows => rows.map(row => row.cells[3].textContent)"
        orders = []
        for pressed in ("ascending", "descending"):
            head.locator("button").focus()
            page.keyboard.press("Enter")
            assert head.get_attribute("aria-sort") == pressed
            orders.append(page.locator("#table-findings tbody tr").evaluate_all(cells))
        assert orders[0][0].startswith("1 counter:")
        assert orders[1][-1].startswith("1 counter:")
        assert faults == []


def test_link_to_a_filtered_row_shows_it(browser: Browser) -> None:
    """A row that the words above its table hide comes back when a link leads to it."""
    with tab(browser, root=SITE.as_uri()) as (page, faults):
        page.goto(f"{SITE.as_uri()}/sources.html")
        everything = _shown(page, "sources")
        page.locator("input[data-table=sources]").fill("RUSI_20231016")
        assert "BP_20231006" not in _shown(page, "sources")
        page.evaluate("location.hash = '#BP_20231006'")
        page.wait_for_function("!document.getElementById('BP_20231006').hidden", timeout=3000)
        assert _shown(page, "sources") == everything
        assert faults == []


@pytest.mark.parametrize(
    "claim", ["S0-07", "OWN-index-2", "S1-07"], ids=["untestable", "own", "card"]
)
@pytest.mark.parametrize("reached", ["from outside", "within the page"])
def test_link_to_a_claim_opens_its_fold(browser: Browser, claim: str, reached: str) -> None:
    """Whatever holds a claim is open when a link leads to it, and the claim is in the window."""
    with tab(browser, root=SITE.as_uri()) as (page, faults):
        page.goto(f"{SITE.as_uri()}/claims.html{f'#{claim}' if reached == 'from outside' else ''}")
        if reached == "within the page":
            page.evaluate(f"location.hash = '#{claim}'")
        page.wait_for_function(
            """claim => {
                const box = document.getElementById(claim).getBoundingClientRect();
                return box.height > 0 && box.top >= 0 && box.top < innerHeight;
            }""",
            arg=claim,
            timeout=3000,
        )
        assert faults == []


@pytest.mark.parametrize("width", [1280, 400])
def test_map_of_a_place_opens_larger(browser: Browser, width: int) -> None:
    """A small map grows by a key and shrinks again, and never leaves the window."""
    with tab(browser, root=SITE.as_uri(), width=width) as (page, faults):
        page.goto(f"{SITE.as_uri()}/sites.html")
        size = "document.querySelector('#map-rajin img').getBoundingClientRect().toJSON()"
        small = page.evaluate(size)
        page.locator("#map-rajin summary").focus()
        page.keyboard.press("Enter")
        large = page.evaluate(size)
        page.keyboard.press("Enter")
        assert large["width"] > small["width"]
        assert large["right"] <= width
        assert page.evaluate(size)["width"] == small["width"]
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
        page.locator(".sk-hits li").first.wait_for()
        found = page.locator(".sk-hits li a").evaluate_all("all => all.map(a => a.href)")
        assert any("rail-counts.html" in each for each in found)
        page.wait_for_load_state("networkidle")
        assert faults == []


@pytest.mark.parametrize("words", ["15,809", "15809"])
def test_search_shows_the_sentence_and_finds_numbers_with_separators(
    browser: Browser, root: str, words: str
) -> None:
    """A number is found with and without its separator, marked in the words around it."""
    with tab(browser, root=root) as (page, faults):
        page.goto(f"{root}/search.html?q={words}")
        page.locator(".sk-hits li").first.wait_for()
        assert "15,809" in page.locator(".sk-hits mark").all_inner_texts()
        links = page.locator(".sk-hits li a").evaluate_all("all => all.map(a => a.href)")
        assert any("/cards/row/" in link for link in links)
        assert faults == []


QUESTIONS = [
    ("what did North Korea get in return", "#what-came-back"),
    ("how many shells did North Korea send to Russia?", "official-claims.html"),
    ("how many shells", "official-claims.html#how-many-shells"),
    ("how many containers were shipped", "official-claims.html"),
    ("is it arms or just trade?", "rivals.html"),
    ("how sure is it that arms were delivered", "rivals.html"),
    ("who owns the ships", "ships.html"),
    ("how was the Angara identified", "#how-is-a-ship-on-an-image-identified"),
    ("did the ships switch off their transponders", "ais-gaps.html"),
    ("are the ships still sailing?", "#does-the-traffic-still-run"),
    ("did North Korea deny it", "#north-korea-and-russia-denied"),
    ("was the depot at Tikhoretsk hit", "was-struck"),
    ("how far is Tikhoretsk from Ukraine", "depot-expansion.html"),
    ("how do I cite this book?", "about.html"),
    ("can I reprint a chart", "about.html#"),
    ("who took the satellite images", "#whose-images"),
    ("when did the shipments begin", "synthesis.html"),
    ("how many railcars were there in October 2023", "rail-counts.html"),
    ("which sentences of the press were wrong", "claims.html"),
    ("who copied whom", "origins.html"),
    ("how many soldiers did North Korea send", "#soldiers"),
    ("how many missiles were fired", "#missiles"),
    ("what share of Russia's shells comes from North Korea", "#a-share-of-russia"),
    ("has the book been wrong?", "about.html#has-the-book"),
    ("download the data", "about.html#download"),
    ("R031", "row/R031"),
    ("Tikhoretsk strike damage", "was-struck"),
    ("reprint chart", "about.html#licence"),
    ("licence", "about.html#licence"),
    ("proof munitions", "rivals.html"),
    ("still sailing", "#does-the-traffic-still-run"),
    ("Najin", "#rajin"),
    ("how do I contact the authors?", "#who-made-it"),
    ("peer review", "about.html"),
    ("add a site", "contributing.html#add-a-site"),
    ("three states", "three-states"),
    ("missing data", ".html"),
    ("sentinel detection rate", "accuracy.html"),
    ("sentinel", "coverage.html#can-you-see-this"),
    ("can I see this with sentinel", "coverage.html#can-you-see-this"),
    ("free satellite images", "coverage.html#can-you-see-this"),
    ("how accurate are the methods", "accuracy.html"),
    ("what was in the containers", "limits.html"),
    ("what is inside the boxes", "official-claims.html"),
    ("Who can I quote", "quote.html"),
    ("has anyone seen inside the containers", "#the-weakest-link"),
    ("primary sanctions notice Angara", "#who-put-them-under-sanctions"),
    ("ship calls per month VOA", "#rates-of-calls"),
    ("voyages per quarter", "#rates-of-calls"),
    ("is the route still active", "#does-the-traffic-still-run"),
]
"""What a reader types, and a part of the address of one of the first places that must come."""


KEEP_SEARCH = """
const added = document.addEventListener.bind(document);
document.addEventListener = (kind, listener, ...rest) => {
  const script = document.currentScript;
  if (kind === "DOMContentLoaded" && script && /book_search/.test(script.src))
    window.search = listener;
  added(kind, listener, ...rest);
};
"""
"""Keep what the script of the search does when its page is there."""
SEARCH_AGAIN = """words => {
  history.replaceState(null, "", `?q=${words}`);
  document.querySelector(".sk-hits").parentElement.remove();
  const append = document.head.appendChild;
  document.head.appendChild = tag => tag.onload();
  window.search();
  document.head.appendChild = append;
  return [...document.querySelectorAll(".sk-hits li a")].map(link => link.href);
}"""
"""Do it again with another address, without reading once more the texts that it searches."""


@pytest.fixture(scope="module")
def search_page(browser: Browser, address: str) -> Iterator[tuple[Page, list[str]]]:
    """Open the page of the search once for all questions."""
    with tab(browser, root=address) as (page, faults):
        page.add_init_script(KEEP_SEARCH)
        page.goto(f"{address}/search.html?q=railcars")
        page.locator(".sk-hits li").first.wait_for()
        yield page, faults


@pytest.mark.parametrize(("words", "wanted"), QUESTIONS)
def test_search_answers_in_the_words_of_a_reader(
    search_page: tuple[Page, list[str]], words: str, wanted: str
) -> None:
    """Other forms of a word and words of the same meaning find the place that answers."""
    page, faults = search_page
    links = page.evaluate(SEARCH_AGAIN, words.replace(" ", "+"))
    assert any(wanted in link for link in links[:3]), links[:3]
    assert faults == []


def test_search_falls_back_to_some_of_the_words_and_says_how_to_retry(
    browser: Browser, root: str
) -> None:
    """A word that nobody wrote hides nothing that the others find, and a hint stands above."""
    with tab(browser, root=root) as (page, faults):
        page.goto(f"{root}/search.html?q=railcars+qwxyz")
        page.locator(".sk-hits li").first.wait_for()
        assert "No place has all 2 words" in page.locator("p[role=status]").inner_text()
        assert "Leave out a word" in page.locator(".sk-hint").inner_text()
        page.goto(f"{root}/search.html?q=qwxyz")
        page.locator(".sk-hint").wait_for()
        assert page.locator(".sk-hits li").count() == 0
        assert faults == []


def test_card_opens_by_keyboard_leads_to_the_publisher_and_closes(
    browser: Browser, root: str
) -> None:
    """Focus shows the card, Tab goes into it, its page is one step away, Escape returns."""
    with tab(browser, root=root) as (page, faults):
        page.goto(f"{root}/index.html")
        link = page.locator("a.sk-finding").first
        link.focus()
        card = page.locator(".sk-pop")
        card.wait_for()
        assert link.inner_text() in card.inner_text()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.sk-pop') !== null")
        assert card.locator('a[href^="https://"]').count() >= 1
        page.keyboard.press("Escape")
        card.wait_for(state="detached")
        assert page.evaluate("document.activeElement.className").startswith("sk-finding")
        assert faults == []


@pytest.mark.parametrize("width", [1280, 400])
def test_card_opens_by_click_within_the_window(browser: Browser, width: int) -> None:
    """A click or a tap holds the card open, inside the window and at most 60 percent of it."""
    with tab(browser, root=SITE.as_uri(), width=width) as (page, faults):
        page.goto(f"{SITE.as_uri()}/index.html")
        page.locator("a.sk-finding").first.click()
        card = page.locator(".sk-pop")
        card.wait_for()
        box, height = card.bounding_box(), page.evaluate("innerHeight")
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["height"] <= 0.61 * height
        assert page.url.endswith("index.html")
        page.locator(".bd-article h1").click()
        card.wait_for(state="detached")
        assert faults == []


def test_without_scripts_a_number_leads_to_the_page_of_its_card(browser: Browser) -> None:
    """The target of the link is a page of its own, which names number and publisher."""
    with tab(browser, root=SITE.as_uri(), scripts=False) as (page, _):
        page.goto(f"{SITE.as_uri()}/index.html")
        page.locator("a.sk-finding").first.click()
        assert "/cards/finding/" in page.url
        assert page.locator('dl a[href^="https://"]').count() >= 1


def test_click_on_a_head_sorts_the_table_by_its_column(browser: Browser) -> None:
    """Once upwards, twice downwards, and the head says so."""
    with tab(browser, root=SITE.as_uri()) as (page, faults):
        page.goto(f"{SITE.as_uri()}/sources.html")
        head = page.locator("#table-sources thead th").first
        head.locator("button").click()
        upwards = _shown(page, "sources")
        assert head.get_attribute("aria-sort") == "ascending"
        head.locator("button").click()
        assert _shown(page, "sources") == upwards[::-1]
        assert head.get_attribute("aria-sort") == "descending"
        assert faults == []


def test_picture_is_saved_with_its_caption_and_licence(browser: Browser) -> None:
    """What a reader prints carries title and source line with licence, once, and is wide enough."""
    with tab(browser, root=SITE.as_uri()) as (page, faults):
        page.goto(f"{SITE.as_uri()}/index.html")
        figure = page.locator("#route")
        with page.expect_download() as saving:
            figure.locator("button", has_text="SVG").click()
        saved = saving.value.path().read_text(encoding="utf-8")
        assert saving.value.suggested_filename == "route.svg"
        assert saved.count("CC BY 4.0") == 1
        assert "Stops of the route" in saved
        titled = page.locator("#containers-counted-and-claimed")
        headline = titled.locator(".sk-headline").inner_text()
        with page.expect_download() as saving:
            titled.locator("button", has_text="SVG").click()
        saved = saving.value.path().read_text(encoding="utf-8")
        words = re.findall(r'<text[^>]*font-weight="bold"[^>]*>([^<]*)</text>', saved)
        assert " ".join(words) == headline
        with page.expect_download() as saving:
            figure.locator("button", has_text="Save as PNG").click()
        png = saving.value.path().read_bytes()
        assert png.startswith(b"\x89PNG")
        assert int.from_bytes(png[16:20]) == PRINTED
        assert faults == []


@pytest.mark.parametrize(
    "after", ["#%", "#%E0%A4%A", '#"><x>', "#" + "a" * 20_000, "#what-if&prior=%", "?q=%E0#%"],
    ids=["percent", "half a letter", "tag", "long", "setting", "search"],
)  # fmt: skip
@pytest.mark.parametrize(
    "page_name",
    ["lines/rail-counts.html",
     *(pytest.param(name, marks=pytest.mark.slow) for name in ("record.html", "search.html"))],
)  # fmt: skip
def test_a_malformed_address_breaks_no_page(browser: Browser, page_name: str, after: str) -> None:
    """Scripts of the book and of its theme end in no error, and the address adds no element."""
    with tab(browser, root=SITE.as_uri()) as (page, faults):
        page.goto(f"{SITE.as_uri()}/{page_name}{after}")
        page.wait_for_load_state("load")
        assert page.locator("x").count() == 0
        assert faults == []


def test_rows_are_blocks_on_a_narrow_screen(browser: Browser) -> None:
    """At 400 px each cell stands below the one before, with its head; nothing scrolls sideways."""
    with tab(browser, root=SITE.as_uri(), width=400) as (page, faults):
        page.goto(f"{SITE.as_uri()}/findings.html")
        table = page.locator("#table-findings")
        expect(table).to_have_class(re.compile(r"\bsk-stacked\b"))
        box = table.locator("xpath=..")
        assert box.evaluate("box => box.scrollWidth - box.clientWidth") == 0
        row = table.locator("tbody tr").first
        places = row.evaluate(
            "row => Array.from(row.cells, cell => cell.getBoundingClientRect().toJSON())"
        )
        filled = [each for each in places if each["height"]]
        assert len(filled) > 3
        assert {each["left"] for each in filled} == {filled[0]["left"]}
        assert all(a["bottom"] <= b["top"] for a, b in itertools.pairwise(filled))
        head = row.locator("td").first.evaluate(
            "cell => getComputedStyle(cell, '::before').content"
        )
        assert head == '"in words, and interval: "'
        page.locator("input[data-table=findings]").fill("railcars_october_2023")
        assert 0 < len(_shown(page, "findings")) < 10
        assert page.get_by_role("table", name="All findings").get_by_role("row").count() > 1
        page.locator("input[data-table=findings]").fill("")
        page.set_viewport_size({"width": 1280, "height": 900})
        assert row.evaluate("row => getComputedStyle(row).display") == "table-row"
        assert faults == []
