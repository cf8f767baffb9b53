"""Recorded browser visits to a page of the site, on which the page tests assert.

A page is opened three times and no more: on a desktop from disk, on a telephone over HTTP, and
without scripts. The tests assert on what was recorded.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, TimeoutError as NotShown

from tests.support.browser_tabs_server_and_charts import LIVE_FIGURES, draw, hovered, tab, unfold

DESKTOP, TELEPHONE = 1280, 400
"""Widths of the window, CSS pixels."""
GRAVE = ("serious", "critical")
CHART = ".sk-figure, .sk-answers"
"""A chart, or a box that answers a page's question in its place."""
SAMPLED_ROWS, SAMPLED_FOLDS = 2, 12
"""Rows of a table and folds that axe reads: a loop writes them all, so the first stand for all."""
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""Rules of axe that a colour can break."""
READ_OF_A_LOOK = 3
"""Elements of one look whose contrast axe reads in one process; in the long trial it reads all."""
ALIKE = """([most, before]) => {
  const LOOK = ["color", "backgroundColor", "backgroundImage", "opacity", "filter", "mixBlendMode",
    "textShadow", "textDecorationLine", "borderBottomStyle", "fontSize", "fontWeight", "position"];
  const looks = new Map([[null, ""]]), numbers = new Map(), read = new Map(Object.entries(before));
  const short = text => {
    let high = 7, low = 11;
    for (let i = 0; i < text.length; i++) {
      high = Math.imul(high ^ text.charCodeAt(i), 2654435761);
      low = Math.imul(low ^ text.charCodeAt(i), 1597334677);
    }
    return `${high >>> 0}.${low >>> 0}`;
  };
  const look = element => {
    if (!looks.has(element)) {
      const style = getComputedStyle(element);
      looks.set(element, short(
        `${look(element.parentElement)}>${LOOK.map(each => style[each]).join("|")}`));
    }
    return looks.get(element);
  };
  for (const each of document.body.querySelectorAll("*")) {
    const words = [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    const seen = words && each.checkVisibility();
    if (!seen) { each.removeAttribute("data-alike"); continue; }
    const kind = each.tagName + look(each), count = read.get(kind) || 0;
    read.set(kind, count + 1);
    each.toggleAttribute("data-alike", count >= most);
  }
  axe.configure({rules: [
    {id: "color-contrast", selector: ":not([data-alike])"},
    {id: "link-in-text-block",
     selector: "a[href]:not([data-alike]), [role=link]:not([data-alike])"},
  ]});
  return Object.fromEntries([...read].map(([kind, count]) => [kind, Math.min(count, most)]));
}"""
"""Leave to the rules of colours, which take most of axe's time, a few elements of each look.

Two have one look where colours, size, weight and decoration are the same in them and in all that
they lie in: these decide what contrast axe computes. What other pages read of a look counts, too.
"""
THEMES = ("light", "dark")
SETTLED = """theme => document.documentElement.dataset.theme === theme
  && document.getAnimations().every(each => each.playState === 'finished')"""
"""Whether the page took a theme and no colour is still on its way to another."""

ROWS_OF_LONG_TRIAL = 12
FEWER_ROWS = """n => document.querySelectorAll('.sk-table tbody').forEach(body =>
  [...body.rows].slice(n).forEach(row => row.remove()))"""
"""Leave the first rows of each long table."""
SAMPLE = """([rows, folds]) => {
  document.querySelectorAll('article tbody').forEach(body =>
    [...body.rows].slice(rows).forEach(row => row.remove()));
  document.querySelectorAll('article dl').forEach(list =>
    [...list.children].slice(2 * rows).forEach(each => each.remove()));
  [...document.querySelectorAll('article details')].slice(folds)
    .filter(fold => !fold.querySelector('.sk-figure')).forEach(fold => fold.remove());
}"""
"""Leave the first rows of each table and list, and the first folds and those with a chart."""

POLICY = """(document.querySelector('meta[http-equiv="Content-Security-Policy"]') || {}).content"""
PLANT = """() => {
  const script = document.createElement("script");
  script.textContent = "window.planted = 1";
  const image = document.createElement("img");
  image.setAttribute("onerror", "window.planted = 1");
  image.src = "data:,";
  document.body.append(script, image);
  return new Promise(tell => setTimeout(() => tell("planted" in window), 100));
}"""
"""Two ways in which a text that became HTML would run; whether any of them did."""

CUT_OFF = f"""() => [...document.querySelectorAll('{LIVE_FIGURES}')].filter(figure => {{
  const live = figure.querySelector('.sk-live');
  const view = Bokeh.index.roots.find(each => live.contains(each.el));
  if (!view) return false;
  const legends = [...view.renderer_views.values()]
    .filter(each => each.model.type === 'Legend' && each.model.visible)
    .map(each => each.bbox);
  return view.bbox.width > live.clientWidth + 1 ||
    legends.some(box => box.left < 0 || box.right > live.clientWidth);
}}).map(figure => figure.id)"""
"""Charts whose canvas or legend reaches beyond the figure."""


@dataclass
class Desktop:
    """A page opened from disk in a wide window."""

    faults: list[str] = field(default_factory=list)
    """Requests outside the site, failed requests, console errors, dialogs."""
    answer_top: float | None = None
    """Where the first paragraph of the page begins, before anything is scrolled."""
    chart_top: float | None = None
    """Where the first chart begins, or the box that answers before it."""
    code_shown: int = 0
    """Cells whose code is seen before anything is unfolded."""
    folds_open: int = 0
    """Folds that stand open."""
    charts_drawn: int | None = None
    """Charts that stand on the page in colours; None where one did not."""
    tooltips: list[tuple[str, list[list[str]]]] = field(default_factory=list)
    """Name of each chart, and the words of each tooltip over its first mark."""
    themes: dict[str, str | None] = field(default_factory=dict)
    """Theme that the page took, for each that the system prefers."""
    violations: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)
    """Serious and critical findings of axe-core for each theme: rule and first targets."""
    policy: str = ""
    """Content Security Policy of the page."""
    planted_ran: bool = True
    """Whether a script that was planted in the page ran."""


@dataclass
class Telephone:
    """A page opened over HTTP in a narrow window."""

    faults: list[str] = field(default_factory=list)
    """As on the desktop."""
    charts_drawn: int | None = None
    """As on the desktop."""
    scroll_width: float = 0.0
    """Width of the content, CSS pixels."""
    scrolled_aside: float = 0.0
    """How far the page itself scrolled sideways when scrolled."""
    cut_off: list[str] = field(default_factory=list)
    """Charts that are wider than their figure, or whose legend is."""


@dataclass
class WithoutScripts:
    """A page opened with scripts off."""

    faults: list[str] = field(default_factory=list)
    """Requests outside the site."""
    static_charts: list[tuple[bool, float, float]] = field(default_factory=list)
    """Whether each static figure is seen, its width and its height."""


def _drawn(page: Page, faults: list[str]) -> int | None:
    """Draw all charts; a chart that is not drawn in time is a fault."""
    try:
        return draw(page)
    except NotShown as error:
        faults.append(f"chart not drawn: {str(error).splitlines()[0]}")
        return None


def violations(page: Page, **only: object) -> list[tuple[str, Any]]:
    """Serious and critical findings of axe-core, which the page has loaded: rule, first targets."""
    options = {"resultTypes": ["violations"], "preload": False, **only}
    found = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    return [
        (each["id"], [node["target"] for node in each["nodes"]][:5])
        for each in found
        if each["impact"] in GRAVE
    ]


def _top(page: Page, selector: str) -> float | None:
    found = page.locator(selector)
    box = found.first.bounding_box() if found.count() else None
    return box["y"] if box else None


CODE_SHOWN = """[...document.querySelectorAll("article .cell_input .highlight")]
  .filter(each => each.checkVisibility()).length"""
_read: dict[str, int] = {}
"""How many elements of each look axe read in this process."""


def visit_desktop(browser: Browser, root: str, page_name: str) -> Desktop:
    """Open a page wide: first screen, charts, pointer, and accessibility in light and dark."""
    seen = Desktop()
    with tab(browser, root=root, width=DESKTOP) as (page, faults):
        seen.faults = faults
        page.goto(f"{root}/{page_name}")
        seen.answer_top, seen.chart_top = _top(page, "article p"), _top(page, CHART)
        seen.code_shown = page.evaluate(CODE_SHOWN)
        seen.folds_open = page.locator("article details[open]").count()
        seen.charts_drawn = _drawn(page, faults)
        for number in range(seen.charts_drawn or 0):
            name = page.locator(LIVE_FIGURES).nth(number).get_attribute("id") or ""
            seen.tooltips.append((name, hovered(page, number)))
        page.evaluate(SAMPLE, [SAMPLED_ROWS, SAMPLED_FOLDS])
        page.evaluate(Axe().axe_script)
        for theme in THEMES:
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            with suppress(NotShown):
                page.wait_for_function(SETTLED, arg=theme, timeout=5000)
            seen.themes[theme] = page.locator("html").get_attribute("data-theme")
            _read.update(page.evaluate(ALIKE, [READ_OF_A_LOOK, _read]))
            # a theme changes colours and nothing else
            seen.violations[theme] = violations(page, **(COLOURS if theme == "dark" else {}))
        seen.policy = page.evaluate(POLICY) or ""
        # what the page asked for and logged by itself, without the refusals that this provokes
        seen.faults = [*faults]
        seen.planted_ran = page.evaluate(PLANT)
    return seen


def wide_page_violations(
    browser: Browser, root: str, page_name: str, *, theme: str
) -> list[tuple[str, Any]]:
    """Serious and critical findings of every rule, over all folds and more rows of each table."""
    with tab(browser, root=root, width=DESKTOP, dark=theme == "dark") as (page, faults):
        page.goto(f"{root}/{page_name}")
        _drawn(page, faults)
        page.evaluate(FEWER_ROWS, ROWS_OF_LONG_TRIAL)
        page.wait_for_function(SETTLED, arg=theme, timeout=5000)
        page.evaluate(Axe().axe_script)
        return violations(page)


def visit_telephone(browser: Browser, root: str, page_name: str) -> Telephone:
    """Open a page narrow, over HTTP: charts, and whether it scrolls sideways."""
    seen = Telephone()
    with tab(browser, root=root, width=TELEPHONE) as (page, faults):
        seen.faults = faults
        page.goto(f"{root}/{page_name}")
        seen.charts_drawn = _drawn(page, faults)
        seen.scroll_width = page.evaluate("document.documentElement.scrollWidth")
        seen.scrolled_aside = page.evaluate("(window.scrollTo(500, 0), window.scrollX)")
        seen.cut_off = page.evaluate(CUT_OFF)
    return seen


def visit_without_scripts(browser: Browser, root: str, page_name: str) -> WithoutScripts:
    """Open a page with scripts off: the static figure of each chart."""
    seen = WithoutScripts()
    with tab(browser, root=root, scripts=False) as (page, faults):
        page.goto(f"{root}/{page_name}")
        unfold(page)
        twins = page.locator(".sk-static:not(.sk-still)")
        for number in range(twins.count()):
            size = twins.nth(number).bounding_box() or {"width": 0.0, "height": 0.0}
            shown = twins.nth(number).is_visible()
            seen.static_charts.append((shown, size["width"], size["height"]))
        # the scripts themselves count as not found here
        seen.faults = [fault for fault in faults if fault.startswith("asked")]
    return seen
