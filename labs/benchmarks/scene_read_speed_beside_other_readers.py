"""Read speed of this project's scene reader beside other readers, on the same files.

Sixty scenes of four bands and a classification (300 files) on loopback, with a delay before
every answer as on a distant server; each reader runs in its own process, in turn, several rounds,
and its best round counts. Compare ratios within a run; seconds only count on an idle machine.

``python -m labs.benchmarks.scene_read_speed_beside_other_readers`` runs it. The peers are not part
of the project: install ``async-geotiff obstore odc-stac stackstac`` into an environment of their
own, and ``lazycogs rustac[arrow]==0.9.17`` into another of Python 3.12 or later, for it and
stackstac need different pandas. Name their interpreters in ``PEERS_PYTHON``, with ``:`` between
them. lazycogs searches its items with DuckDB, which downloads four extensions on first use;
offline, install ``duckdb-extension-{spatial,icu,parquet,json}`` of its version and copy their files
into ``~/.duckdb/extensions``.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

BANDS = ("b02", "b03", "b04", "b08", "scl")
SCENES, SIDE, CONCURRENCY = 60, 512, 16
CORNER = (500_040, 4_680_000)
PEERS = "PEERS_PYTHON"
"""Environment variable with the interpreters in which the peers are installed."""
LARGE, LARGE_BLOCK, LARGE_SCENES = 10_980, 1024, 6
"""Pixels and block of a real Sentinel-2 tile."""


def _write(path: Path, pixels: Any, gsd: int) -> dict[str, Any]:
    """Write one COG; return its path, size, grid and data type."""
    import rasterio
    from rasterio.shutil import copy

    side = len(pixels)
    grid = rasterio.transform.from_origin(*CORNER, gsd, gsd)
    profile = {"driver": "GTiff", "width": side, "height": side, "count": 1}
    profile |= {"dtype": pixels.dtype.name, "crs": "EPSG:32652", "transform": grid}
    how = {"compress": "DEFLATE", "predictor": "YES", "blocksize": side, "overviews": "NONE"}
    with rasterio.MemoryFile() as memory:
        with memory.open(nodata=0, **profile) as file:
            file.write(pixels, 1)
        with memory.open() as file:
            copy(file, path, driver="COG", **how)
    return {
        "href": path.name,
        "size": path.stat().st_size,
        "transform": list(grid[:6]),
        "shape": [side, side],
        "dtype": pixels.dtype.name,
    }


def make_files(folder: Path) -> list[dict[str, Any]]:
    """Write the scenes as COGs; return their items."""
    import numpy as np
    from scipy.ndimage import gaussian_filter

    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(1)
    ground = gaussian_filter(random.normal(size=(SIDE, SIDE)), 6)
    ground *= 400 / ground.std()
    items = []
    for k in range(SCENES):
        assets = {}
        for i, band in enumerate(BANDS):
            side = SIDE // 2 if band == "scl" else SIDE
            if band == "scl":
                pixels = random.choice([4, 5, 6], (side, side)).astype("uint8")
            else:
                noise = random.normal(0, 30, (side, side))
                pixels = (2000 + 300 * i + ground + noise).clip(1, 9000).astype("uint16")
            assets[band] = _write(folder / f"s{k:02d}_{band}.tif", pixels, 10 * SIDE // side)
        day = f"2023-{1 + k // 28:02d}-{1 + k % 28:02d}"
        items.append({"id": f"S2_{k:02d}", "time": f"{day}T02:15:49Z", "assets": assets})
    return items


def _bounds() -> tuple[int, int, int, int]:
    west, north = CORNER
    return west, north - 10 * SIDE, west + 10 * SIDE, north


def _site(west: int, north: int, side: int) -> Any:
    from skytally.imagery.sites.site_model import Grid, Site

    grid = Grid(32652, (west, north - side, west + side, north))
    return Site("site", "Site", "KP", 9, grid, (), "evidence", 1.0, "made up")


def _offer(url: str, item: dict[str, Any], *, sizes: bool) -> Any:
    from skytally.imagery.acquire.offered_scene import Asset, SceneItem

    assets = {}
    for band, told in item["assets"].items():
        grid, shape = told.get("transform"), told.get("shape")
        assets[band] = Asset(
            band, f"{url}/{told['href']}", None, told["size"] if sizes else None, None,
            tuple(grid) if grid else None, tuple(shape) if shape else None, told.get("dtype"),
            0, 1e-4, -0.1,
        )  # fmt: skip
    return SceneItem(
        "bench", "site", item["id"], item["time"], "sentinel-2", "sentinel-2a", 1, "", "L2A",
        "05.09", 0, 32652, "52TDN", None, None, None, None, None, None, assets,
    )  # fmt: skip


def _ours(url: str, items: list[dict[str, Any]], *, sizes: bool) -> float:
    from concurrent.futures import ThreadPoolExecutor

    from skytally.imagery.acquire.byte_range_fetching import FetchSettings
    from skytally.imagery.acquire.scene_reader import read_scene_over_site

    site, settings = _site(*CORNER, 10 * SIDE), FetchSettings(concurrency=CONCURRENCY)

    def one(item: dict[str, Any]) -> float:
        pixels = read_scene_over_site(_offer(url, item, sizes=sizes), site, settings=settings)
        return ndvi(pixels.arrays["b04"], pixels.arrays["b08"])

    with ThreadPoolExecutor(8) as scenes:
        return mean_of(scenes.map(one, items))


def ndvi(red: Any, nir: Any) -> float:
    """Mean NDVI of a scene, so that every reader must decode every pixel."""
    red, nir = (each.astype("float32") * 1e-4 - 0.1 for each in (red, nir))
    return float(((nir - red) / (nir + red)).mean())


def mean_of(numbers: Iterable[float]) -> float:
    """Mean of an iterable."""
    found = list(numbers)
    return sum(found) / len(found)


def ours(url: str, items: list[dict[str, Any]]) -> float:
    """Read with this project, from items that state the sizes of their files."""
    return _ours(url, items, sizes=True)


def ours_unsized(url: str, items: list[dict[str, Any]]) -> float:
    """Read with this project, from items that do not state the sizes of their files."""
    return _ours(url, items, sizes=False)


def async_geotiff(url: str, items: list[dict[str, Any]]) -> float:
    """Read with async-geotiff and obstore, as many files in flight."""
    import asyncio

    from async_geotiff import GeoTIFF, Window
    from obstore.store import HTTPStore

    async def all_of_them() -> list[float]:
        store = HTTPStore.from_url(url, client_options={"allow_http": True})
        turns = asyncio.Semaphore(CONCURRENCY)

        async def file(name: str) -> Any:
            async with turns:
                opened = await GeoTIFF.open(name, store=store)
                read = await opened.read(window=Window(0, 0, opened.width, opened.height))
                return read.data[0]

        async def scene(item: dict[str, Any]) -> float:
            bands = [file(item["assets"][band]["href"]) for band in BANDS]
            found = dict(zip(BANDS, await asyncio.gather(*bands), strict=True))
            return ndvi(found["b04"], found["b08"])

        return await asyncio.gather(*[scene(item) for item in items])

    return mean_of(asyncio.run(all_of_them()))


def rasterio_tuned(url: str, items: list[dict[str, Any]]) -> float:
    """Read with rasterio and the settings that make it fast, as many threads."""
    os.environ.update(
        GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR",
        GDAL_INGESTED_BYTES_AT_OPEN="32768",
        CPL_VSIL_CURL_USE_HEAD="NO",
        GDAL_HTTP_MAX_RETRY="3",
    )
    from concurrent.futures import ThreadPoolExecutor

    import rasterio

    def file(name: str) -> Any:
        with rasterio.open(f"{url}/{name}") as opened:
            return opened.read(1)

    names = [item["assets"][band]["href"] for item in items for band in BANDS]
    with ThreadPoolExecutor(CONCURRENCY) as threads:
        read = dict(zip(names, threads.map(file, names), strict=True))
    return mean_of(
        ndvi(*(read[item["assets"][band]["href"]] for band in ("b04", "b08"))) for item in items
    )


def _stac(url: str, items: list[dict[str, Any]]) -> Any:
    from datetime import UTC, datetime

    import pystac
    from pyproj import Transformer

    west, south, east, north = _bounds()
    to = Transformer.from_crs(32652, 4326, always_xy=True)
    box = [*to.transform(west, south), *to.transform(east, north)]
    ring = [
        [box[0], box[1]],
        [box[2], box[1]],
        [box[2], box[3]],
        [box[0], box[3]],
        [box[0], box[1]],
    ]
    found = []
    for item in items:
        moment = datetime.fromisoformat(item["time"]).astimezone(UTC)
        made = pystac.Item(
            item["id"], {"type": "Polygon", "coordinates": [ring]}, box, moment,
            {"proj:epsg": 32652, "proj:code": "EPSG:32652"},
            stac_extensions=["https://stac-extensions.github.io/projection/v1.1.0/schema.json"],
        )  # fmt: skip
        for band, told in item["assets"].items():
            extra = {"proj:transform": told["transform"], "proj:shape": told["shape"]}
            made.add_asset(
                band,
                pystac.Asset(
                    f"{url}/{told['href']}",
                    media_type=pystac.MediaType.COG,
                    roles=["data"],
                    extra_fields=extra,
                ),
            )
        found.append(made)
    return found


def odc_stac(url: str, items: list[dict[str, Any]]) -> float:
    """Read with odc-stac, its cloud settings, and its pool."""
    import odc.stac
    from odc.geo.geobox import GeoBox

    odc.stac.configure_rio(cloud_defaults=True)
    box = GeoBox.from_bbox(_bounds(), crs="EPSG:32652", resolution=10)
    cube = odc.stac.load(_stac(url, items), bands=list(BANDS), geobox=box, pool=CONCURRENCY)
    return mean_of(
        ndvi(cube["b04"][k].to_numpy(), cube["b08"][k].to_numpy()) for k in range(len(items))
    )


def stackstac_threads(url: str, items: list[dict[str, Any]]) -> float:
    """Read with stackstac, as many threads."""
    import dask
    import numpy as np
    import stackstac

    cube = stackstac.stack(
        [item.to_dict() for item in _stac(url, items)],
        assets=list(BANDS),
        epsg=32652,
        resolution=10,
        bounds=_bounds(),
        rescale=False,
        dtype="uint16",
        fill_value=np.uint16(0),
    )
    with dask.config.set(scheduler="threads", num_workers=CONCURRENCY):
        cube = cube.compute()
    red, nir = (cube.sel(band=band).to_numpy() for band in ("b04", "b08"))
    return mean_of(ndvi(red[k], nir[k]) for k in range(len(items)))


def lazycogs_eager(url: str, items: list[dict[str, Any]]) -> float:
    """Read with lazycogs, its own limits, the items in the file that it searches."""
    import asyncio

    import lazycogs
    import rustac
    from obstore.store import HTTPStore

    async def kept(table: str) -> None:
        await rustac.write(table, [item.to_dict() for item in _stac(url, items)])

    with tempfile.TemporaryDirectory() as folder:
        table = str(Path(folder) / "items.parquet")
        asyncio.run(kept(table))
        store = HTTPStore.from_url(url, client_options={"allow_http": True})
        cube = lazycogs.open(
            table, bbox=_bounds(), crs="EPSG:32652", resolution=10, bands=list(BANDS), store=store
        ).load()
    red, nir = (cube.sel(band=band).to_numpy() for band in ("b04", "b08"))
    return mean_of(ndvi(red[k], nir[k]) for k in range(len(items)))


Reader = Callable[[str, list[dict[str, Any]]], float]
OURS = ("skytally.imagery.acquire.scene_reader",)
READERS: dict[str, tuple[Reader, bool, tuple[str, ...]]] = {
    "this project": (ours, False, OURS),
    "this project, sizes not stated": (ours_unsized, False, OURS),
    "async-geotiff": (async_geotiff, True, ("async_geotiff", "obstore.store", "numpy")),
    "rasterio, tuned": (rasterio_tuned, False, ("numpy",)),
    "odc-stac, pool": (odc_stac, True, ("odc.stac", "pystac", "pyproj")),
    "stackstac, threads": (stackstac_threads, True, ("stackstac", "dask", "pystac", "pyproj")),
    "lazycogs": (lazycogs_eager, True, ("lazycogs", "rustac", "pystac", "pyproj", "obstore.store")),
}
"""Name to function, whether it needs the peers' environment, and what is imported before the
clock starts."""


def _interpreter(modules: tuple[str, ...]) -> str:
    """First interpreter of `PEERS` that can import some modules; empty if none can."""
    for python in filter(None, os.environ.get(PEERS, "").split(os.pathsep)):
        words = [python, "-P", "-c", f"import {', '.join(modules)}"]
        if subprocess.run(words, capture_output=True, check=False).returncode == 0:
            return python
    return ""


def _one(name: str, url: str, items: Path, python: str) -> tuple[float, float] | None:
    """Run one reader in its own process; return seconds and the mean index."""
    # -P: a file of this folder must not pass for a module of the same name
    words = [python, "-P", __file__, "--read", name, url, str(items)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{name}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    seconds, mean = done.stdout.split()
    return float(seconds), float(mean)


def run(rounds: int, *, delay_s: float = 0.06, folder: Path | None = None) -> list[dict[str, Any]]:
    """Run every installed reader; return a row for each.

    Parameters
    ----------
    rounds : int
        How often; the best counts, since whatever else the machine does only adds.
    delay_s : float
        Wait before every answer of the server.
    folder : Path, optional
        Where the files are made.

    Returns
    -------
    list of dict
        reader, seconds, ratio (to async-geotiff), requests, bytes, per_file, same (whether the
        mean index is that of all).
    """
    from labs.benchmarks import delaying_and_counting_file_server

    pythons = {
        name: _interpreter(modules) if foreign else sys.executable
        for name, (_, foreign, modules) in READERS.items()
    }
    with tempfile.TemporaryDirectory() as made:
        place = folder or Path(made)
        items = place / "items.json"
        if not items.exists():
            items.write_text(json.dumps(make_files(place)), encoding="utf-8")
        told: dict[str, list[tuple[float, float]]] = {}
        asked: dict[str, dict[str, int]] = {}
        with delaying_and_counting_file_server.serving(place, delay_s=delay_s) as url:
            for _ in range(rounds):
                for name, python in pythons.items():
                    if not python:
                        continue
                    delaying_and_counting_file_server.counted(url)
                    found = _one(name, url, items, python)
                    if found is not None:
                        told.setdefault(name, []).append(found)
                        asked[name] = delaying_and_counting_file_server.counted(url)
    means = {round(mean, 5) for runs in told.values() for _, mean in runs}
    beside = min(s for s, _ in told.get("async-geotiff", [(float("nan"), 0)]))
    rows = []
    for name, runs in told.items():
        seconds = min(second for second, _ in runs)
        requests = asked[name]["GET"] + asked[name]["HEAD"]
        rows.append(
            {
                "reader": name,
                "seconds": round(seconds, 2),
                "ratio": round(seconds / beside, 2),
                "requests": requests,
                "bytes": asked[name]["bytes"],
                "per_file": round(requests / (SCENES * len(BANDS)), 2),
                "same": len(means) == 1,
            }
        )
    return rows


def _large_file(path: Path) -> Path:
    """Write a file as large as a real tile, full of noise."""
    import numpy as np
    import rasterio

    random = np.random.default_rng(2)
    profile = {"driver": "COG", "width": LARGE, "height": LARGE, "count": 1, "dtype": "uint16"}
    profile |= {"crs": "EPSG:32652", "transform": rasterio.transform.from_origin(*CORNER, 10, 10)}
    how = {"compress": "DEFLATE", "predictor": "YES", "blocksize": LARGE_BLOCK, "level": 1}
    with rasterio.open(path, "w", nodata=0, **profile, **how) as file:
        file.write(random.normal(2000, 30, (LARGE, LARGE)).astype("uint16"), 1)
    return path


def large_tiles(folder: Path, *, delay_s: float = 0.06) -> list[dict[str, Any]]:
    """Read a small site from files as large as real ones: bytes and requests.

    Returns
    -------
    list of dict
        site (inside one block, or on the corner of four), files, requests, least (one for the
        header, one a row of blocks), bytes, useful (bytes of the pixels), seconds.
    """
    from labs.benchmarks import delaying_and_counting_file_server
    from skytally.imagery.acquire.byte_range_fetching import FetchSettings
    from skytally.imagery.acquire.scene_reader import read_scene

    path, bands, rows = _large_file(folder / "large.tif"), ("b04", "b08", "b11"), []
    places = {
        "inside one block": 2 * LARGE_BLOCK + 300,
        "on a corner of four": 2 * LARGE_BLOCK - 150,
    }
    with delaying_and_counting_file_server.serving(folder, delay_s=delay_s) as url:
        for place, at in places.items():
            site = _site(CORNER[0] + 10 * (at // 6 * 6), CORNER[1] - 10 * (at // 6 * 6), 3000)
            stated = {"href": path.name, "size": path.stat().st_size}
            offer = _offer(
                url,
                {
                    "id": "large",
                    "time": "2023-08-27T02:15:49Z",
                    "assets": dict.fromkeys(bands, stated),
                },
                sizes=True,
            )
            delaying_and_counting_file_server.counted(url)
            start = time.perf_counter()
            for _ in range(LARGE_SCENES):
                read_scene(offer, [site], settings=FetchSettings(), sign=str)
            asked, files = delaying_and_counting_file_server.counted(url), LARGE_SCENES * len(bands)
            rows.append(
                {
                    "site": place,
                    "files": files,
                    "requests": asked["GET"],
                    "least": files * (2 if place.startswith("inside") else 3),
                    "bytes": asked["bytes"],
                    "useful": files * 300 * 300 * 2,
                    "seconds": round(time.perf_counter() - start, 2),
                }
            )
    return rows


def main() -> None:
    """Read as one reader, or run them all."""
    if sys.argv[1:2] == ["--read"]:
        name, url, items = sys.argv[2:5]
        told = json.loads(Path(items).read_text(encoding="utf-8"))
        reader, _, modules = READERS[name]
        for module in modules:
            importlib.import_module(module)
        start = time.perf_counter()
        mean = reader(url, told)
        print(time.perf_counter() - start, mean)
        return
    for row in run(5):
        print(row)
    with tempfile.TemporaryDirectory() as folder:
        for row in large_tiles(Path(folder)):
            print(row)


if __name__ == "__main__":
    main()
