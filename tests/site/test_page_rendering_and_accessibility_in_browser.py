"""Every page in a real browser, opened once wide, once narrow over HTTP, once without scripts."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.support.browser_page_visits import (
    ALIKE,
    READ_OF_A_LOOK,
    TELEPHONE,
    THEMES,
    Desktop,
    Telephone,
    WithoutScripts,
    violations,
    visit_desktop,
    visit_telephone,
    visit_without_scripts,
    wide_page_violations,
)
from tests.support.browser_tabs_server_and_charts import ABSENT, chromium_path, tab
from tests.support.built_site_pages import LINES, PAGES, SITE, chart_count, each_page, needs_site

pytestmark = [needs_site, pytest.mark.skipif(not chromium_path(), reason=ABSENT)]

HOVER_OF_ROWS = {"date:", "value:", "bound:", "counter:", "source:"}
HOVER_OF = {
    "coverage": {"interval:", "held in:", "of worlds:"},
    "states": {"site:", "months:", "state:", "images:", "lost to:"},
    "months-": {"site:", "months:", "state:", "images:", "lost to:"},
    "gaps": {"site:", "dates:", "blind for:", "not searched:"},
    "limits-": {"size:", "found:"},
    "proof-": {"score:"},
    "posterior": {"prior:", "way of counting:", "value:"},
    "influence": {"observation:", "way of counting:", "value:"},
    "foresight": {"month end:", "line:", "interval:", "number:"},
}
"""What a chart of another kind tells, by how its name begins."""

each_page_with_charts = pytest.mark.parametrize(
    "page_name", [name for name in PAGES if chart_count(name)] or ["index.html"]
)

_desktop: dict[str, Desktop] = {}
_telephone: dict[str, Telephone] = {}
_scriptless: dict[str, WithoutScripts] = {}


@pytest.fixture
def desktop(browser: Browser, page_name: str) -> Desktop:
    """Open the page wide, from disk, once for all tests."""
    if page_name not in _desktop:
        _desktop[page_name] = visit_desktop(browser, SITE.as_uri(), page_name)
    return _desktop[page_name]


@pytest.fixture
def telephone(browser: Browser, address: str, page_name: str) -> Telephone:
    """Open the page narrow, over HTTP, once for all tests."""
    if page_name not in _telephone:
        _telephone[page_name] = visit_telephone(browser, address, page_name)
    return _telephone[page_name]


@pytest.fixture
def scriptless(browser: Browser, page_name: str) -> WithoutScripts:
    """Open the page with scripts off, once for all tests."""
    if page_name not in _scriptless:
        _scriptless[page_name] = visit_without_scripts(browser, SITE.as_uri(), page_name)
    return _scriptless[page_name]


@each_page
def test_page_opens_by_itself(desktop: Desktop, page_name: str) -> None:
    """A page asks for nothing outside the site, logs no error, and draws all its charts."""
    assert desktop.faults == []
    assert desktop.charts_drawn == chart_count(page_name)


@each_page
def test_page_opens_over_http(telephone: Telephone, page_name: str) -> None:
    """The same holds where a server hands it out."""
    assert telephone.faults == []
    assert telephone.charts_drawn == chart_count(page_name)


@each_page
def test_page_runs_only_scripts_of_the_site(desktop: Desktop) -> None:
    """A script that a text brought into the page does not run; the page's own policy says so."""
    parts = dict(part.strip().partition(" ")[::2] for part in desktop.policy.split(";"))
    assert parts["default-src"] == "'none'"
    assert "unsafe" not in parts["script-src"]
    assert not desktop.planted_ran


@each_page
def test_page_fits_a_telephone(telephone: Telephone) -> None:
    """At 400 px the page itself does not scroll sideways; wide tables scroll on their own."""
    assert telephone.scroll_width <= TELEPHONE
    assert telephone.scrolled_aside == 0


@each_page_with_charts
def test_charts_and_their_legends_fit_a_telephone(telephone: Telephone) -> None:
    """At 400 px no chart is wider than the page, and no legend is cut off."""
    assert telephone.cut_off == []


@each_page
@pytest.mark.parametrize("theme", THEMES)
def test_page_is_accessible(desktop: Desktop, theme: str) -> None:
    """axe-core finds nothing serious or critical on a page, in light and in dark."""
    assert desktop.themes[theme] == theme
    assert desktop.violations[theme] == []


@pytest.mark.parametrize("style", ["color: #bbb", "opacity: 0.4", "background: #333"])
def test_a_pale_word_among_many_alike_is_told(browser: Browser, style: str) -> None:
    """Of many elements of one look only the first are read, but every look is."""
    words = [f"<p><b>word</b> {number}</p>" for number in range(9 * READ_OF_A_LOOK)]
    with tab(browser, root="about:blank") as (page, _):
        for pale, expected in ((f"<p style='{style}'>pale</p>", ["color-contrast"]), ("", [])):
            page.set_content(
                f"<html lang=en><title>t</title><main>{''.join(words)}{pale}</main></html>"
            )
            page.evaluate(Axe().axe_script)
            page.evaluate(ALIKE, [READ_OF_A_LOOK, {}])
            # each paragraph and each bold word is a kind
            left_out = page.locator("[data-alike]").count()
            assert left_out == 2 * (len(words) - READ_OF_A_LOOK)
            assert [rule for rule, _ in violations(page)] == expected


@pytest.mark.slow
@each_page
@pytest.mark.parametrize("theme", THEMES)
def test_folds_and_more_rows_are_accessible(browser: Browser, page_name: str, theme: str) -> None:
    """The same holds by every rule in both themes, over all folds and twelve rows of a table."""
    assert wide_page_violations(browser, SITE.as_uri(), page_name, theme=theme) == []


@each_page_with_charts
def test_charts_answer_the_pointer(desktop: Desktop, page_name: str) -> None:
    """Pointing at a mark tells its value, bound, counter and source, each filled in."""
    assert len(desktop.tooltips) == chart_count(page_name)
    for number, (name, tips) in enumerate(desktop.tooltips, start=1):
        assert tips, f"chart {number} shows nothing"
        kinds = [words for start, words in HOVER_OF.items() if name.startswith(start)]
        assert (kinds[0] if kinds else HOVER_OF_ROWS) <= set(tips[0]), f"chart {name}"
        # what Bokeh shows for a column that is not there
        assert not [word for word in tips[0] if "???" in word or "_method" in word], name


@each_page_with_charts
def test_charts_have_a_static_figure_without_scripts(
    scriptless: WithoutScripts, page_name: str
) -> None:
    """Where scripts are off, the static figure of every chart is seen."""
    assert len(scriptless.static_charts) == chart_count(page_name)
    for shown, width, height in scriptless.static_charts:
        assert shown
        assert width > 300
        assert height > 60
    assert scriptless.faults == []


@pytest.mark.parametrize("page_name", [f"lines/{line}.html" for line in LINES])
def test_line_answers_first(desktop: Desktop, page_name: str) -> None:
    """The answer and the top of the first chart stand on the first screen, code folded."""
    assert desktop.answer_top is not None
    assert desktop.chart_top is not None
    assert desktop.answer_top < desktop.chart_top < 900
    assert desktop.code_shown == 0
    assert desktop.folds_open == 0
