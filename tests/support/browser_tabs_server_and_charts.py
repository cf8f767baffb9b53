"""Pages in a real browser: their requests, their log, and whether their charts are drawn."""

from __future__ import annotations

import functools
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, Page, TimeoutError as NotShown, sync_playwright

LIVE_FIGURES = ".sk-figure:has(.sk-live)"
"""Figures with an interactive chart; a static picture has none."""
POLL_MS = 100
"""How often a chart is looked at until it is drawn; each look reads all pixels of its canvases."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "/usr/bin/chromium")
ABSENT = "no chromium on PATH; install the distribution's package chromium to run this test"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # whatever a page asks for outside this machine fails, and shows up as a fault
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]
DEEP = """
window.deep = (selector, root) => {
  const found = [...root.querySelectorAll(selector)];
  for (const each of root.querySelectorAll("*"))
    if (each.shadowRoot) found.push(...window.deep(selector, each.shadowRoot));
  return found;
};
window.colours = figure => {
  const seen = new Set();
  for (const canvas of window.deep("canvas", figure.querySelector(".sk-live"))) {
    const context = canvas.getContext("2d");
    if (!context || !canvas.width || !canvas.height) continue;
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 0; i < pixels.length && seen.size < 9; i += 4)
      if (pixels[i + 3]) seen.add(pixels.slice(i, i + 3).join());
  }
  return seen.size;
};
window.drawn = figure =>
  figure.querySelector(".sk-live").checkVisibility() &&
  !figure.querySelector(".sk-static").checkVisibility() &&
  window.colours(figure) > 3;
"""
"""Charts live in shadow roots, which the plain query functions do not enter."""

FIRST_MARK = """figure => {
  const live = figure.querySelector(".sk-live");
  const view = Bokeh.index.roots.find(each => live.contains(each.el));
  const frame = view.frame.bbox, places = [], bars = [];
  for (const {glyph} of view.renderer_views.values()) {
    const kind = glyph && glyph.model.type;
    if (kind === "Scatter") glyph.sx.forEach((x, i) => places.push([x, glyph.sy[i]]));
    if (kind === "Quad")
      glyph.sleft.forEach((left, i) => places.push(
        [(left + glyph.sright[i]) / 2, (glyph.stop[i] + glyph.sbottom[i]) / 2]));
    if (kind === "Segment")
      glyph.sx0.forEach((x, i) => bars.push(
        [(x + glyph.sx1[i]) / 2, (glyph.sy0[i] + glyph.sy1[i]) / 2]));
  }
  const place = [...places, ...bars].find(([x, y]) =>
    x >= frame.left && x <= frame.right && y >= frame.top && y <= frame.bottom);
  if (!place) return null;
  const top = () => view.canvas_view.el.getBoundingClientRect().top;
  window.scrollBy({top: top() + place[1] - innerHeight / 2, behavior: "instant"});
  return [view.canvas_view.el.getBoundingClientRect().left + place[0], top() + place[1]];
}"""
"""Where the first mark inside the frame lies in the window, after scrolling to it."""

TOOLTIPS = """figure => window.deep(".bk-Tooltip", document)
  .filter(tip => tip.checkVisibility())
  .map(tip => window.deep("*", tip.shadowRoot || tip)
    .filter(each => each.children.length === 0 && !["STYLE", "LINK"].includes(each.tagName))
    .map(each => each.textContent.trim()).filter(Boolean))"""


def chromium_path() -> str | None:
    """Path of the installed browser, if any."""
    return next(filter(None, map(shutil.which, NAMES)), None)


_RUNNING: list[Browser] = []
"""The browser of this process; Playwright allows one at a time."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the installed browser without network access, or share the one that runs already."""
    if _RUNNING:
        yield _RUNNING[0]
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        _RUNNING.append(browser)
        try:
            yield browser
        finally:
            _RUNNING.clear()
            browser.close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Suppress the request log."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of this machine; yield its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def tab(
    browser: Browser,
    *,
    root: str,
    width: int = 1280,
    dark: bool = False,
    scripts: bool = True,
) -> Iterator[tuple[Page, list[str]]]:
    """Open a tab that notes every request outside ``root``, every failed one and every error."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
    )
    if scripts:
        context.add_init_script(DEEP)
    page = context.new_page()
    faults: list[str] = []

    def asked(url: str) -> None:
        if not url.startswith((root + "/", "data:", "blob:")):
            faults.append(f"asked for {url[:200]}")

    page.on("request", lambda request: asked(request.url))
    page.on("requestfailed", lambda request: faults.append(f"not found: {request.url[:200]}"))
    page.on(
        "response",
        lambda each: faults.append(f"{each.status}: {each.url}") if each.status >= 400 else None,
    )
    page.on(
        "console",
        lambda said: faults.append(f"console: {said.text[:300]}") if said.type == "error" else None,
    )
    page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
    page.on("dialog", lambda box: (faults.append(f"dialog: {box.message}"), box.dismiss()))
    try:
        yield page, faults
    finally:
        context.close()


def unfold(page: Page) -> None:
    """Unfold every section that hides a chart."""
    for number in range(page.locator("details:has(.sk-figure)").count()):
        fold = page.locator("details:has(.sk-figure)").nth(number)
        if fold.get_attribute("open") is None:
            fold.locator("> summary").click()


def draw(page: Page) -> int:
    """Scroll to each chart in turn until it is drawn; return the number of charts.

    Raises
    ------
    playwright.sync_api.TimeoutError
        If a chart is not drawn within ten seconds, or its static twin stays beside it.
    """
    unfold(page)
    figures = page.locator(LIVE_FIGURES)
    for number in range(figures.count()):
        figures.nth(number).scroll_into_view_if_needed()
        page.wait_for_function(
            f"n => window.drawn(document.querySelectorAll('{LIVE_FIGURES}')[n])",
            arg=number,
            polling=POLL_MS,
            timeout=10_000,
        )
    return figures.count()


def hovered(page: Page, number: int) -> list[list[str]]:
    """Hover over the first mark of a chart; return the text of each tooltip that appears."""
    figure = page.locator(LIVE_FIGURES).nth(number)
    place = figure.evaluate(FIRST_MARK)
    if place is None:
        return []
    page.mouse.move(*place, steps=2)
    with suppress(NotShown):
        page.wait_for_function(
            f"figure => ({TOOLTIPS})(figure).length",
            arg=figure.element_handle(),
            polling=POLL_MS,
            timeout=3000,
        )
    told: list[list[str]] = figure.evaluate(TOOLTIPS)
    page.mouse.move(0, 0)
    return told
