"""Cost of storing images: time per chip, peak memory, and the gain from a second worker.

``python -m labs.benchmarks.image_store_time_and_memory`` prints, for this machine: the time to read
chips of many sites from the same scenes, to write and to read the store with every flush; the peak
memory of a refresh and of a pass through the store at 60 and at 600 images; and two Dask workers
against one.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from labs.benchmarks import delaying_and_counting_file_server
from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.byte_range_fetching import FetchSettings
from skytally.imagery.acquire.chip_and_manifest_encoding import encode_chip
from skytally.imagery.acquire.scene_reader import read_scene
from skytally.imagery.clear_sky.stored_image_screening_cache import read_screenings
from skytally.imagery.cube.cube_assembly import stored_observations
from skytally.imagery.pipeline.image_store_and_inventory_refresh import refresh_store
from tests.support import simulated_scenes_and_sites as chips

CHIP, SITES = 64, 100
"""Pixels along a chip, and sites that a scene shows."""
COUNTS = (100, 1000, 10_000)
LOOKS = (60, 600)
SIDE = 512
PERIOD = ("2000-01-01", "2030-12-31")


def _scene(folder: Path, url: str) -> Any:
    """Write one scene of 512 pixels with red, near infrared and classification."""
    random = np.random.default_rng(3)
    assets = {}
    for band, gsd in (("b04", 10), ("b08", 10), ("quality", 20)):
        side = SIDE * 10 // gsd
        pixels = random.normal(2000, 100, (side, side)).astype("uint16")
        if band == "quality":
            pixels = np.full((side, side), 4, "uint8")
        path = folder / f"{band}.tif"
        chips.write(path, pixels, gsd=gsd, blockxsize=256, blockysize=256)
        assets[band] = chips.asset(band, f"{url}/{path.name}" if url else str(path), path)
    return chips.scene_item(assets)


def reading(rounds: int = 3) -> list[dict[str, Any]]:
    """Read chips of 64 pixels, three bands, out of scenes on loopback without delay.

    Returns
    -------
    list of dict
        chips, ms (a chip, the best of the rounds).
    """
    rows = []
    with (
        tempfile.TemporaryDirectory() as made,
        delaying_and_counting_file_server.serving(Path(made), delay_s=0) as url,
    ):
        offer = _scene(Path(made), url)
        for count in COUNTS:
            sites = [
                chips.site(
                    f"s{i}",
                    west=chips.WEST + 60 * (i * 7 % 74),
                    north=chips.NORTH - 60 * (i * 5 % 74),
                    side=CHIP - 4,
                )
                for i in range(SITES)
            ]

            def one(_: int, sites: list[Any] = sites) -> int:
                return len(read_scene(offer, sites, settings=FetchSettings(), sign=str))

            took = []
            for _ in range(rounds):
                start = time.perf_counter()
                with ThreadPoolExecutor(8) as threads:
                    n = sum(threads.map(one, range(count // SITES)))
                took.append((time.perf_counter() - start) / n)
            rows.append({"chips": n, "ms": round(1000 * min(took), 3)})
    return rows


def storing(counts: tuple[int, ...] = (100, 1000)) -> list[dict[str, Any]]:
    """Write and read chips of 64 pixels, each flushed to the disk.

    Returns
    -------
    list of dict
        chips, ms to put and to get one, hash and flushes included.
    """
    offer = chips.whole_item()
    whole = chips.pixels()
    small = replace(whole, arrays={b: a[:CHIP, :CHIP] for b, a in whole.arrays.items()})
    manifest, data = encode_chip(offer, small)
    rows = []
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            names = [f"look-{i:05d}" for i in range(count)]
            start = time.perf_counter()
            for name in names:
                chip_store.write_chip(Path(folder), replace(manifest, item_id=name), data)
            put = time.perf_counter() - start
            start = time.perf_counter()
            for name in names:
                chip_store.read_chip(Path(folder), "here", name)
            got = time.perf_counter() - start
            rows.append(
                {"chips": count, "put_ms": 1000 * put / count, "get_ms": 1000 * got / count}
            )
    return [{word: round(value, 2) for word, value in row.items()} for row in rows]


def _catalogue(folder: Path, count: int, *, side: int = SIDE) -> tuple[Any, Any]:
    """Write a catalogue of many scenes over the same few files; return its provider and site."""
    row = chips.catalogue(folder, 2)
    told = json.loads(Path(row.url).read_text(encoding="utf-8"))
    for k, item in enumerate(told["features"]):
        for band, asset in item["assets"].items():
            gsd = chips.gsd_of(band)
            tiles = side * 10 // gsd // chips.numbers()[band].shape[0] + 1
            pixels = np.tile(chips.numbers(k)[band], (tiles, tiles))[: side * 10 // gsd]
            path = folder / f"large_{k}_{band}.tif"
            chips.write(
                path, pixels[:, : side * 10 // gsd], gsd=gsd, blockxsize=256, blockysize=256
            )
            asset["href"], asset["file:size"] = str(path), path.stat().st_size
            asset["proj:shape"] = [side * 10 // gsd] * 2
            del asset["file:checksum"]
    items = []
    for i in range(count):
        day = np.datetime64("2005-01-01") + 5 * i
        item = json.loads(json.dumps(told["features"][i % 2]))
        item["id"], item["properties"]["datetime"] = f"look-{i:04d}", f"{day}T02:15:49Z"
        items.append(item)
    Path(row.url).write_text(
        json.dumps({"type": "FeatureCollection", "features": items}), encoding="utf-8"
    )
    return row, chips.site(side=side // 6 * 6)


def _refresh(folder: Path, row: Any, site: Any, **words: Any) -> Any:
    folder.mkdir(exist_ok=True)
    return refresh_store(
        [site],
        [row],
        PERIOD,
        folder=folder / "scenes",
        today="2026-11-22",
        settings=FetchSettings(),
        **chips.tables(folder),
        **words,
    )


def _peak(task: str, folder: str, count: int) -> None:
    """Run one task at one size in this process; print its peak memory in MB."""
    here = Path(folder)
    row, site = _catalogue(here / f"archive-{count}", count)
    if task == "refresh":
        report = _refresh(here / f"run-{count}", row, site)
        if report.stored != count:
            message = f"{report}"
            raise RuntimeError(message)
    else:
        total = 0.0
        scenes = here / f"run-{count}" / "scenes"
        answers = read_screenings(scenes, site)
        for one in stored_observations(scenes, site, sensor="sentinel-2", screenings=answers):
            total += float(one["reflectance"].mean())
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def memory() -> list[dict[str, Any]]:
    """Peak memory of a refresh, and of a pass through its store, at two sizes.

    Returns
    -------
    list of dict
        task, looks, mb.
    """
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for task in ("refresh", "pass through the store"):
            for count in LOOKS:
                words = [
                    sys.executable,
                    "-m",
                    "labs.benchmarks.image_store_time_and_memory",
                    task,
                    folder,
                    str(count),
                ]
                done = subprocess.run(words, capture_output=True, text=True, check=True)
                rows.append({"task": task, "looks": count, "mb": round(float(done.stdout))})
    return rows


def _pin(core: int) -> None:
    """Pin this process to one core, as if it were a machine of its own."""
    for thread in Path("/proc/self/task").iterdir():
        os.sched_setaffinity(int(thread.name), {core})


def workers(scenes: int = 24, rounds: int = 3) -> list[dict[str, Any]]:
    """Refresh from local files on one Dask worker and on two, of one thread and one core each.

    Returns
    -------
    list of dict
        workers, seconds (the best of the rounds).
    """
    from distributed import Client, LocalCluster

    rows = []
    with tempfile.TemporaryDirectory() as made:
        row, site = _catalogue(Path(made) / "archive", scenes, side=840)
        for count in (1, 2):
            took = []
            with (
                LocalCluster(
                    n_workers=count, threads_per_worker=1, dashboard_address=None
                ) as cluster,
                Client(cluster, set_as_default=False) as client,
            ):
                for core, address in enumerate(client.scheduler_info()["workers"]):
                    client.run(_pin, core, workers=[address])
                # the first round is also that of the imports
                for i in range(rounds + 1):
                    start = time.perf_counter()
                    _refresh(Path(made) / f"run-{count}-{i}", row, site, client=client)
                    took.append(time.perf_counter() - start)
            rows.append({"workers": count, "seconds": round(min(took[1:]), 2)})
    return rows


PARTS: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "reading": reading,
    "storing": storing,
    "memory": memory,
    "workers": workers,
}


def main() -> None:
    """Print every part, or those that are named."""
    if len(sys.argv) == 4:
        _peak(sys.argv[1], sys.argv[2], int(sys.argv[3]))
        return
    for name in sys.argv[1:] or PARTS:
        for row in PARTS[name]():
            print(name, row, flush=True)


if __name__ == "__main__":
    main()
