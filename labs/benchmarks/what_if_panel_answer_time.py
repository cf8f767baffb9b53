"""Time that the laboratory of a page takes to answer, measured in the browser on the built site.

``python -m labs.benchmarks.what_if_panel_answer_time`` writes
data/results/laboratory_answer_time.csv and prints for each page the median and the longest time.
It opens each page that has a laboratory from the disk in headless Chromium and moves settings one
after another. *Time* is what passes from a change of the setting until all numbers and verdicts of
the page are known; *processor time* is what the browser's scripts use until they are shown beside
the printed ones, which no other process on the machine adds to. Each is the shortest of several
runs, and every run loads the page anew, so that no answer is known from before.
"""

from __future__ import annotations

import csv
import statistics
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from playwright.sync_api import CDPSession, Page

from labs.benchmarks.real_imagery_location import PROJECT_ROOT
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
        "without-counters=us-nsc,us-state", "rail-counts.sites_watched=8",
    ),
    "synthesis": ("without-counters=voa", "without-counters=rfa", "without-counters=csis"),
    "rivals": ("prior=0.3", "prior=0.7", "without-counters=csis"),
}  # fmt: skip
"""Page to the settings that are tried on it, parts of an address."""
COLUMNS = ("page", "setting", "milliseconds", "processor_milliseconds", "runs", "date")
TARGET = PROJECT_ROOT / "data" / "results" / "laboratory_answer_time.csv"
READY_MS = 120_000
RUNS = 3


def _script_seconds(session: CDPSession) -> float:
    """Processor seconds that scripts of the page have used so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "ScriptDuration"))


def answers(page: Page, address: str, settings: tuple[str, ...]) -> Iterator[tuple[float, float]]:
    """Milliseconds by the clock and of the processor of each answer, the panel being open."""
    page.goto("about:blank")
    page.goto(f"{address}#what-if")
    page.wait_for_selector(".sk-lab[data-ready]", timeout=READY_MS)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    for setting in settings:
        page.evaluate("delete document.querySelector('.sk-lab').dataset.milliseconds")
        start = _script_seconds(session)
        page.evaluate(f"location.hash = '#what-if&{setting}'")
        page.wait_for_selector(".sk-lab[data-milliseconds]", state="attached", timeout=READY_MS)
        taken = float(page.locator(".sk-lab").get_attribute("data-milliseconds") or "nan")
        yield taken, 1000 * (_script_seconds(session) - start)
    session.detach()


def measured() -> Iterator[dict[str, object]]:
    """Rows of the table: the shortest times of each setting on each page."""
    site = site_folder()
    with chromium() as browser, tab(browser, root=site.as_uri()) as (page, _):
        for name, settings in PAGES.items():
            address = f"{site.as_uri()}/{name}.html"
            runs = [list(answers(page, address, settings)) for _ in range(RUNS)]
            for setting, taken in zip(settings, zip(*runs, strict=True), strict=True):
                clock, processor = (min(each) for each in zip(*taken, strict=True))
                yield {
                    "page": name.split("/")[-1], "setting": setting, "runs": RUNS,
                    "milliseconds": round(clock, 1), "processor_milliseconds": round(processor, 1),
                    "date": f"{datetime.now(UTC):%Y-%m-%d}",
                }  # fmt: skip


def main() -> None:
    """Write the table and print a line for each page."""
    rows = list(measured())
    for name in dict.fromkeys(str(row["page"]) for row in rows):
        for column in ("milliseconds", "processor_milliseconds"):
            taken = [float(str(row[column])) for row in rows if row["page"] == name]
            sys.stdout.write(f"{name}, {column}: median {statistics.median(taken):.1f}, "
                             f"longest {max(taken):.1f} of {len(taken)}\n")  # fmt: skip
    beside = TARGET.with_suffix(".new")
    with beside.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    beside.replace(TARGET)


if __name__ == "__main__":
    main()
