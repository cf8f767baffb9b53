"""Time that the laboratory of a page takes to answer, measured in the browser on the built site.

``python -m labs.benchmarks.laboratory_answer_time`` opens each page that has a laboratory from the
disk, moves settings one after another, and prints for each page the median and the longest time
from a change of the setting to all numbers, verdicts and marks. It asserts nothing: on a busy
machine the browser waits for its turn, too, so the numbers only count on an idle one.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator

from playwright.sync_api import Page

from skytally.press.project_paths import site_folder
from tests.support.browser_tabs_server_and_charts import chromium, tab

PAGES = {
    "lines/rail-counts": (
        "rail-counts.sites_watched=8", "rail-counts.baseline_row=R005",
        "rail-counts.summit=2023-09-01", "rail-counts.closure=2020-02-01,2022-08-31",
        "without-counters=voa", "without-sources=KBS_20231007",
    ),
    "lines/port-imagery": (
        "port-imagery.ships_at_once=1,2", "port-imagery.ships_at_once=1,4", "stay=2,5",
        "stay=1.5,4", "port-imagery.report_day=2023-10-13", "without-counters=voa",
    ),
    "claims": (
        "without-counters=csis", "without-sources=KBS_20231007", "official-claims.within_days=20",
    ),
    "synthesis": ("without-counters=voa", "without-counters=rfa", "without-counters=csis"),
    "rivals": ("prior=0.3", "prior=0.7", "without-counters=csis"),
}  # fmt: skip
"""Page to the settings that are tried on it, parts of an address."""
READY_MS = 120_000


def answers(page: Page, address: str, settings: tuple[str, ...]) -> Iterator[float]:
    """Milliseconds of each answer, the panel being open."""
    page.goto(f"{address}#what-if")
    page.wait_for_selector(".sk-lab[data-ready]", timeout=READY_MS)
    for setting in settings:
        page.evaluate("delete document.querySelector('.sk-lab').dataset.milliseconds")
        page.evaluate(f"location.hash = '#what-if&{setting}'")
        page.wait_for_selector(".sk-lab[data-milliseconds]", timeout=READY_MS)
        yield float(page.locator(".sk-lab").get_attribute("data-milliseconds") or "nan")


def main() -> None:
    """Print a line for each page."""
    site = site_folder()
    every: list[float] = []
    with chromium() as browser, tab(browser, root=site.as_uri()) as (page, _):
        for name, settings in PAGES.items():
            taken = list(answers(page, f"{site.as_uri()}/{name}.html", settings))
            every += taken
            line = f"{name}: median {statistics.median(taken):.1f} ms, longest {max(taken):.1f} ms"
            sys.stdout.write(f"{line} of {len(taken)}\n")
    sys.stdout.write(
        f"all: median {statistics.median(every):.1f} ms, longest {max(every):.1f} ms\n"
    )


if __name__ == "__main__":
    main()
