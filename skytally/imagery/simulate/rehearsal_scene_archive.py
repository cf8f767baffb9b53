"""A generated archive of scenes, to rehearse acquisition on: files, items and the truth.

Deterministic: the same sites and plan give the same bytes. Every mistake real catalogues make
is in it once or more, and the truth says which scene carries which.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import TypeVar

import affine
import numpy as np
import numpy.typing as npt
from rasterio.enums import Resampling
from rasterio.io import MemoryFile
from rasterio.warp import reproject, transform_bounds

from skytally.imagery.simulate import rehearsal_stac_items as shapes
from skytally.imagery.simulate.rehearsal_pass_images import Sky, optical_view, radar_view
from skytally.imagery.simulate.rehearsal_passes_and_catalogue_faults import (
    C1,
    C2,
    COLLECTIONS,
    MISLABELLED,
    MISSING,
    RTC,
    V1,
    ArchivePlan,
    ScenePass,
    SiteArea,
    optical_days,
    planned_passes,
    scene_id,
    site_areas,
)
from skytally.imagery.simulate.rehearsal_port_yard_and_depot import RehearsedPlace, rehearsed_site
from skytally.imagery.simulate.rehearsal_site_layouts import (
    GSD,
    Ground,
    ground,
    seeded_generator,
    ships_at_berth,
)
from skytally.imagery.simulate.rehearsal_stac_items import LANDSAT, OPTICAL, Json, SceneFile
from skytally.imagery.sites import Grid, Site

OFFSET_DN = 1000
"""What baselines from 04.00 on add to every stored number of Sentinel-2."""
LANDSAT_SHIFT = 15
"""Metres by which the grid of Landsat scenes lies beside whole pixels."""
STEP_DN = 20
"""Step of the stored numbers of optical scenes, as large as their noise, so that they pack."""
KEPT_BITS = 3
"""Bits of the fraction kept of radar numbers, below their speckle, so that they pack."""
Cells = TypeVar("Cells", npt.NDArray[np.float32], npt.NDArray[np.uint8])
TRUTH_COLUMNS = ("site", "collection", "item_id", "time", "case", "cloud", "snow", "ships")


def _cog(
    values: npt.NDArray[np.generic], grid: Grid, gsd: float, *, plan: ArchivePlan, nodata: float
) -> tuple[bytes, tuple[float, ...]]:
    transform = affine.Affine(gsd, 0.0, grid.bounds[0], 0.0, -gsd, grid.bounds[3])
    classes = values.dtype == np.uint8 or nodata == 1
    words = {
        "driver": "COG",
        "compress": "DEFLATE",
        "predictor": "NO" if classes else "YES",
        "blocksize": plan.block,
        "level": 6,
        "overview_resampling": "NEAREST",
        "num_threads": 1,
    }
    with MemoryFile() as memory:
        with memory.open(
            dtype=values.dtype,
            count=1,
            height=values.shape[0],
            width=values.shape[1],
            crs=f"EPSG:{grid.epsg}",
            transform=transform,
            nodata=nodata,
            **words,
        ) as file:
            file.write(values, 1)
        return memory.read(), tuple(transform)[:6]


def _coarser(values: npt.NDArray[np.float32], times: int) -> npt.NDArray[np.float32]:
    rows, columns = (size // times for size in values.shape)
    whole = values[: rows * times, : columns * times]
    return whole.reshape(rows, times, columns, times).mean(axis=(1, 3))


def _stored(values: npt.NDArray[np.float32], *, scale: float, add: float) -> npt.NDArray[np.uint16]:
    steps = np.rint(values / (scale * STEP_DN)) * STEP_DN
    numbers = np.clip(steps + add, 1, 65_535)
    return np.where(np.isnan(values), 0, numbers).astype(np.uint16)


def _packed(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)
    kept = (bits & np.uint32(0xFFFFFFFF << (23 - KEPT_BITS) & 0xFFFFFFFF)).view(np.float32)
    return np.where(np.isnan(values), np.float32(-32768), kept)


Drawn = dict[str, tuple[npt.NDArray[np.generic], float, float]]
"""Asset to its numbers, metres a pixel and the number that means no data."""


def _sentinel_2(scene: ScenePass, where: Ground, rng: np.random.Generator) -> Drawn:
    sky = Sky(scene.cloud, scene.snow, scene.covered)
    bands, classes = optical_view(where, _day(scene), sky, rng=rng)
    shifted = float(scene.baseline) >= 4 and scene.case != MISLABELLED
    drawn: Drawn = {}
    for band, values in bands.items():
        gsd = OPTICAL[band][5]
        wide = values if gsd == GSD else _coarser(values, gsd // GSD)
        numbers = _stored(wide, scale=1e-4, add=OFFSET_DN if shifted else 0)
        drawn[band] = (numbers, gsd, 0)
    drawn["scl"] = (np.ascontiguousarray(classes[::2, ::2]), 20, 0)
    return drawn


def _landsat(scene: ScenePass, where: Ground, rng: np.random.Generator) -> Drawn:
    sky = Sky(scene.cloud, scene.snow)
    bands, classes = optical_view(where, _day(scene), sky, rng=rng)
    drawn: Drawn = {}
    for band in LANDSAT:
        numbers = _coarser(_beside(bands[band]), 6) + np.float32(0.2)
        drawn[band] = (_stored(numbers, scale=2.75e-5, add=0), 30, 0)
    bits = np.full(12, 21824, dtype=np.uint16)
    bits[[0, 3, 6, 9, 11]] = (1, 23888, 21952, 22280, 30048)
    drawn["qa"] = (bits[_beside(classes)[3::6, 3::6]], 30, 1)
    return drawn


def _beside(values: Cells) -> Cells:
    """Drawing on 5 m, begun `LANDSAT_SHIFT` metres to the south-east and cut to 30 m."""
    step = 2 * LANDSAT_SHIFT // GSD
    fine = values.repeat(2, axis=0).repeat(2, axis=1)[step:, step:]
    rows, columns = (size // 6 * 6 for size in fine.shape)
    cut: Cells = fine[:rows, :columns]
    return cut


def _sentinel_1(scene: ScenePass, where: Ground, rng: np.random.Generator) -> Drawn:
    seen = radar_view(where, _day(scene), Sky(covered=scene.covered), rng=rng)
    return {band: (_packed(values), GSD, -32768) for band, values in seen.items()}


def _number(day: date) -> int:
    return day.toordinal() - date(1970, 1, 1).toordinal()


def _day(scene: ScenePass) -> int:
    return _number(scene.time)


def _moved(drawn: Drawn, grid: Grid, epsg: int) -> tuple[Drawn, Grid]:
    """Drawing in another zone, each pixel that of its nearest neighbour."""
    box = transform_bounds(f"EPSG:{grid.epsg}", f"EPSG:{epsg}", *grid.bounds)
    west, south, east, north = (int(each // 60) * 60 for each in box)
    there = Grid(epsg, (west, south, east + 60, north + 60))
    moved: Drawn = {}
    for band, (values, gsd, nodata) in drawn.items():
        target = np.full(there.shape(gsd), nodata, dtype=values.dtype)
        reproject(
            values,
            target,
            src_transform=grid.transform(gsd),
            src_crs=f"EPSG:{grid.epsg}",
            dst_transform=there.transform(gsd),
            dst_crs=f"EPSG:{epsg}",
            src_nodata=nodata,
            dst_nodata=nodata,
            resampling=Resampling.nearest,
        )
        moved[band] = (target, gsd, nodata)
    return moved, there


def _folder(scene: ScenePass) -> str:
    return f"{scene.collection}/{scene.area}/{scene.time:%Y}/{scene_id(scene)}"


def _file_name(scene: ScenePass, asset: str) -> str:
    if scene.collection in (C1, V1):
        return "SCL.tif" if asset == "scl" else f"{OPTICAL[asset][1]}.tif"
    if scene.collection == RTC:
        return f"iw-{asset}.rtc.tiff"
    word = "QA_PIXEL" if asset == "qa" else LANDSAT[asset][1]
    return f"{scene_id(scene)}_{word}.TIF"


def _scene(scene: ScenePass, where: Ground, folder: Path, plan: ArchivePlan) -> Json:
    rng = seeded_generator(plan.seed, scene.area, scene.collection, scene.time.isoformat())
    draw = {RTC: _sentinel_1, C2: _landsat}.get(scene.collection, _sentinel_2)
    drawn, grid = draw(scene, where, rng), where.grid
    if scene.epsg != grid.epsg:
        drawn, grid = _moved(drawn, grid, scene.epsg)
    if scene.collection == C2:
        west, south, east, north = grid.bounds
        grid = Grid(grid.epsg, (west + LANDSAT_SHIFT, south, east, north - LANDSAT_SHIFT))
    files = {}
    for asset, (values, gsd, nodata) in drawn.items():
        if scene.case == MISSING and asset == "b08":
            continue
        content, transform = _cog(values, grid, gsd, plan=plan, nodata=nodata)
        path = Path(_folder(scene)) / _file_name(scene, asset)
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
        digest = "1220" + hashlib.sha256(content).hexdigest()
        shape = (values.shape[0], values.shape[1])
        files[asset] = SceneFile(path.as_posix(), len(content), digest, gsd, shape, transform)
    if scene.collection == RTC:
        return shapes.sentinel_1(scene, grid, files)
    if scene.collection == C2:
        return shapes.landsat(scene, grid, files)
    declared = {"offset": -0.1 if float(scene.baseline) >= 4 else 0}
    return shapes.sentinel_2(scene, grid, files, declared=declared)


def _truth(scene: ScenePass, area: SiteArea, where: Ground) -> Iterable[dict[str, str]]:
    for site in area.sites:
        west, south, east, north = site.grid.bounds
        ships = [
            ship
            for ship in ships_at_berth(where, _day(scene))
            if west <= ship.x <= east and south <= ship.y <= north
        ]
        yield {
            "site": site.slug,
            "collection": scene.collection,
            "item_id": scene_id(scene),
            "time": f"{scene.time:%Y-%m-%dT%H:%M:%SZ}",
            "case": scene.case,
            "cloud": f"{scene.cloud:g}",
            "snow": "yes" if scene.snow else "no",
            "ships": str(len(ships)),
        }


Places = Mapping[str, tuple[tuple[int, ...], RehearsedPlace]]
"""Slug to the days and images of the place that is rehearsed there."""


def rehearsed_sites(
    sites: Mapping[str, Site], plan: ArchivePlan
) -> tuple[dict[str, Site], dict[str, tuple[tuple[int, ...], RehearsedPlace]]]:
    """Sites as they are rehearsed: small windows on places in which something begins.

    Parameters
    ----------
    sites : mapping
        Slug to site of the register.
    plan : ArchivePlan
        What the archive will hold.

    Returns
    -------
    dict, dict
        Slug to site with window and outlines to be confirmed, and to the days and images of its
        place. Of neighbours whose small windows no longer touch, each has files of its own.
    """
    study, made, places = _number(plan.study), {}, {}
    for slug, site in sites.items():
        # the number of an area moves its passes by days, never their count by more than one
        days = tuple(_number(day) for day in optical_days(SiteArea((site,), 0), plan))
        early = sum(day < study for day in days)
        made[slug], place = rehearsed_site(
            site, early, len(days) - early, seed=plan.seed, step_days=plan.optical_days
        )
        places[slug] = (days, place)
    return made, places


def write_archive(
    sites: Mapping[str, Site],
    folder: Path,
    *,
    plan: ArchivePlan,
    workers: int = 2,
    places: Places | None = None,
) -> list[Json]:
    """Write an archive: the files, ``items.ndjson``, ``collections.ndjson`` and ``truth.csv``.

    Parameters
    ----------
    sites : mapping
        Slug to site.
    folder : Path
        A folder that is empty or does not exist.
    plan : ArchivePlan
        What the archive holds.
    workers : int
        Threads that draw; they change nothing in the result.
    places : mapping, optional
        From `rehearsed_sites`; other sites have the ground of `rehearsal_site_layouts`.

    Returns
    -------
    list of dict
        The items, in order of time, with addresses in the archive; see `items.placed`.
    """
    days = (_number(plan.periods[0][0]), _number(plan.periods[-1][1]))
    folder.mkdir(parents=True, exist_ok=True)
    made: list[Json] = []
    truth: list[dict[str, str]] = []
    with ThreadPoolExecutor(workers) as pool:
        for area in site_areas(sites):
            where = ground(area.sites, margin=plan.margin, seed=plan.seed, days=days, places=places)
            offered = planned_passes(area, plan)
            jobs = [pool.submit(_scene, scene, where, folder, plan) for scene in offered]
            made += [job.result() for job in jobs]
            truth += [row for scene in offered for row in _truth(scene, area, where)]
    made.sort(key=lambda item: (item["properties"]["datetime"], item["id"]))
    _write_lines(folder / "items.ndjson", made)
    there = [word for word in COLLECTIONS if any(item["collection"] == word for item in made)]
    kinds = [shapes.collection(w, [i for i in made if i["collection"] == w]) for w in there]
    _write_lines(folder / "collections.ndjson", kinds)
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, TRUTH_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(truth, key=lambda row: (row["time"], row["item_id"], row["site"])))
    return made


def _write_lines(path: Path, rows: Iterable[Json]) -> None:
    lines = [json.dumps(row, sort_keys=True) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_json_lines(path: Path) -> list[Json]:
    """Read the items or the collections of an archive."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
