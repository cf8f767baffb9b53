"""Time that the recount bench takes to open a large image and to show it after a pan.

``python -m labs.benchmarks.large_recount_image_response_time`` draws images of 10,000 by 10,000
pixels (plain in strips, and deflated in tiles), opens each, opens its page in the browser, and
pans. It prints the seconds from opening the file to the first picture, the milliseconds from a pan
to a coarse picture and to the sharp one, and the largest memory of the process, one process a kind
of image. It asserts nothing; the numbers only count on an idle machine, those of the processor on
any.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import affine
import numpy as np
import rasterio
from playwright.sync_api import Page

from skytally.press.recount_server import RecountServer, count_page_state
from skytally.recount import CountImage, CountJournal, CountTask
from tests.support.browser_tabs_server_and_charts import chromium, tab

SIDE = 10_000
KINDS: dict[str, dict[str, Any]] = {
    "strips, plain": {},
    "tiles, deflated": {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate"},
}
PANS = 8
SHARP = """() => {
  const {view} = bench;
  view.paintTiles();
  return [...view.tiles.values()].every(tile => tile.complete);
}"""


def draw(path: Path, **profile: object) -> None:
    """Draw an image of noise in blocks, which deflates to about a third."""
    rng = np.random.default_rng(1)
    block = rng.integers(60, 120, (3, 500, SIDE), dtype=np.uint8)
    with rasterio.open(
        path, "w", driver="GTiff", count=3, height=SIDE, width=SIDE, dtype="uint8",
        crs="EPSG:32652", transform=affine.Affine(0.5, 0.0, 5e5, 0.0, -0.5, 4.7e6), **profile,
    ) as target:  # fmt: skip
        for top in range(0, SIDE, 500):
            target.write(block, window=rasterio.windows.Window(0, top, SIDE, 500))


def _wait(page: Page, condition: str) -> None:
    """Ask the page until a condition holds; its policy forbids to leave that to a script."""
    while not page.evaluate(condition):
        time.sleep(0.01)


def pan_times(page: Page) -> tuple[list[float], list[float]]:
    """Milliseconds from a pan to its first frame, and to all sharp tiles."""
    coarse, sharp = [], []
    page.evaluate("bench.view.centre([2000, 2000], 1)")
    _wait(page, SHARP)
    for _ in range(PANS):
        coarse.append(
            page.evaluate(
                """() => new Promise(done => {
                  const start = performance.now();
                  bench.view.pan(-900, -500);
                  const drawn = () => done(performance.now() - start);
                  requestAnimationFrame(() => requestAnimationFrame(drawn));
                })"""
            )
        )
        start = time.perf_counter()
        _wait(page, SHARP)
        sharp.append(1000 * (time.perf_counter() - start) + coarse[-1])
    return coarse, sharp


def measure(path: Path, folder: Path, name: str) -> None:
    """Open one image, pan, and print the times."""
    start, worked = time.perf_counter(), time.process_time()
    image = CountImage(path)
    opened, work = time.perf_counter() - start, time.process_time() - worked
    task = CountTask(image.identity, "railcars", "practice", "speed", "2000-01-01", "none")
    journal = CountJournal(folder / f"{path.stem}.marks.jsonl", task)
    server = RecountServer(image, lambda: count_page_state(journal.state, []), journal=journal)
    thread = threading.Thread(target=server.run)
    thread.start()
    with chromium() as browser, tab(browser, root=server.address.rpartition("/")[0]) as (page, _):
        page.goto(server.address)
        _wait(page, "() => window.bench && bench.view.coarse.naturalWidth > 0")
        shown = time.perf_counter() - start
        coarse, sharp = pan_times(page)
    server.stop()
    thread.join()
    journal.close()
    image.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name}: opened in {opened:.2f} s ({work:.2f} s of the processor), on the page after "
        f"{shown:.2f} s; pan to a coarse picture {max(coarse):.0f} ms at most, "
        f"to the sharp one {max(sharp):.0f} ms; memory {memory:.0f} MB"
    )


def main(names: list[str]) -> int:
    """Measure the kinds of image that are named, or each in a process of its own."""
    if not names:
        command = [sys.executable, "-m", "labs.benchmarks.large_recount_image_response_time"]
        return max(subprocess.run([*command, name], check=False).returncode for name in KINDS)
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            path = Path(folder) / "image.tif"
            draw(path, **KINDS[name])
            measure(path, Path(folder), name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
