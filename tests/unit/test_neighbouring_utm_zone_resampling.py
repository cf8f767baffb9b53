"""Scenes of a neighbouring zone are brought onto the site's grid, once, rightly and told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import affine
import numpy as np
import numpy.typing as npt
import pytest
import rasterio.warp

from skytally.core.errors_and_fault_lists import AcquisitionError
from skytally.imagery.acquire.byte_range_fetching import FetchSettings
from skytally.imagery.acquire.chip_and_manifest_encoding import manifest_from_json, manifest_to_json
from skytally.imagery.acquire.inventory_and_search_log import FAILED, REJECTED, STORED
from skytally.imagery.acquire.neighbouring_utm_zone_resampling import (
    is_reprojectable,
    window_bounds_in,
)
from skytally.imagery.acquire.offered_scene import SceneItem
from skytally.imagery.acquire.one_scene_per_pass import SELECTED, select_items
from skytally.imagery.acquire.scene_reader import read_scene_over_site
from skytally.imagery.pipeline.image_store_and_inventory_refresh import _stored_row
from skytally.imagery.pipeline.scene_job_reading_and_chip_encoding import (
    SceneJob,
    SceneResult,
    read_job,
)
from tests.support import simulated_scenes_and_sites as chips

OTHER = chips.EPSG + 1
HERE = chips.site()
QUICK = FetchSettings(tries=1, deadline_s=5)
LANDSAT = ("b02", "b03", "b04", "b08", "b11", "quality")


def _truth(x: npt.NDArray[Any], y: npt.NDArray[Any], band: int) -> npt.NDArray[Any]:
    """Evaluate the scene at UTM positions: an analytic surface with a step, on any grid."""
    hills = np.sin(x / 130) * np.cos(y / 170) + 0.5 * np.sin((x + 2 * y) / 90)
    return 12_000 + 400 * band + (1500 + 100 * band) * hills + 3000 * (x > chips.WEST + 600)


def _centres(grid: affine.Affine, shape: tuple[int, int]) -> tuple[Any, Any]:
    rows, cols = np.indices(shape) + 0.5
    return grid.c + cols * grid.a, grid.f + rows * grid.e


def _drawn(grid: affine.Affine, shape: tuple[int, int], epsg: int, band: str) -> npt.NDArray[Any]:
    x, y = _centres(grid, shape)
    if epsg != chips.EPSG:
        codes = f"EPSG:{epsg}", f"EPSG:{chips.EPSG}"
        found = rasterio.warp.transform(*codes, x.ravel(), y.ravel())
        x, y = (np.reshape(each, shape) for each in found)
    if band == "quality":
        return np.where(x > chips.WEST + 600, 21824, 21952).astype("uint16")
    return np.rint(_truth(x, y, LANDSAT.index(band))).astype("uint16")


def _scene(folder: Path, *, epsg: int = OTHER, told: int = OTHER, **words: Any) -> SceneItem:
    """Write a scene of Landsat, its corner 15 m off, in a zone; item it as in one."""
    west, south, east, north = window_bounds_in(HERE, epsg)
    gsd = 30
    grid = affine.Affine(gsd, 0, west // 30 * 30 - 285, 0, -gsd, north // 30 * 30 + 315)
    shape = (round((north - south) / gsd) + 22, round((east - west) / gsd) + 22)
    assets = {}
    for band in LANDSAT:
        path = chips.write(
            folder / f"{epsg}_{band}.tif",
            _drawn(grid, shape, epsg, band),
            gsd=gsd,
            crs=f"EPSG:{epsg}",
            transform=grid,
            nodata=1 if band == "quality" else 0,
        )
        numbers = {} if band == "quality" else {"scale": 2.75e-5, "offset": -0.2}
        assets[band] = chips.asset(band, str(path), path, **numbers)
    known = {"sensor": "landsat", "platform": "landsat-8", "epsg": told, "item_id": "LC08_x"}
    return chips.scene_item(assets, **{**known, "processor": "C2L2", "tile": "", **words})


def _acquired(folder: Path, item: SceneItem) -> SceneResult:
    (look,) = read_job(SceneJob(chips.provider(folder), (item,), (HERE,), QUICK))
    return look


@pytest.mark.parametrize(
    ("epsg", "sensor", "may"),
    [
        (32653, "sentinel-1", True),
        (32651, "landsat", True),
        (32653, "sentinel-2", False),
        (32654, "landsat", False),
        (32753, "landsat", False),
        (3857, "landsat", False),
        (None, "landsat", False),
    ],
)
def test_only_neighbouring_zones_of_sensors_without_tiles(
    epsg: int | None, sensor: str, *, may: bool
) -> None:
    """Sentinel-2 has a tile of the pass in the site's own zone."""
    assert is_reprojectable(epsg, HERE, sensor) == may


def test_pixels_lie_where_they_belong(tmp_path: Path) -> None:
    """Away from the step, the numbers are those of the place, as close as 30 m pixels tell."""
    look = _acquired(tmp_path, _scene(tmp_path))
    assert (look.status, look.reason) == (STORED, "")
    manifest = look.manifest
    assert manifest is not None
    grid = affine.Affine(*manifest.transform)
    # the grid on which Landsat lies in the site's own zone, the window within
    assert (manifest.epsg, grid.a, grid.c % 30, grid.f % 30) == (chips.EPSG, 30, 15, 15)
    assert grid.c <= chips.WEST < grid.c + 30
    assert grid.f >= chips.NORTH > grid.f - 30
    arrays = _unpacked(look)
    x, y = _centres(grid, manifest.shape)
    plain = np.abs(x - chips.WEST - 600) > 45
    for band in LANDSAT[:-1]:
        truth = _truth(x, y, LANDSAT.index(band))
        off = np.abs(arrays[band] - truth)[plain]
        assert off.max() < 0.12 * np.ptp(truth[plain])
        assert arrays[band].min() > 0
    assert set(np.unique(arrays["quality"])) == {21824, 21952}
    right = np.where(x > chips.WEST + 600, 21824, 21952)
    assert (arrays["quality"] == right)[plain].all()


def _unpacked(look: SceneResult) -> dict[str, Any]:
    from skytally.imagery.acquire.chip_and_manifest_encoding import decode_chip

    assert look.manifest is not None
    found = decode_chip(look.manifest, look.data)
    return {band: array.astype(float) for band, array in found.items()}


def test_it_is_said_in_the_manifest_and_in_the_row(tmp_path: Path) -> None:
    """Manifest and row record a reprojection, and none for a scene of the site's own zone."""
    moved = _acquired(tmp_path, _scene(tmp_path))
    own = _acquired(tmp_path, _scene(tmp_path, epsg=chips.EPSG, told=chips.EPSG))
    said = {}
    for look in (moved, own):
        assert look.manifest is not None
        assert manifest_from_json(manifest_to_json(look.manifest).encode()) == look.manifest
        row = _stored_row(look.item, HERE, look.manifest, "2026-11-22")
        said[look.manifest.resampled_from] = row["resampled_from"]
        assert look.manifest.shape == (moved.manifest or look.manifest).shape
    assert said == {OTHER: f"EPSG:{OTHER}", None: ""}


def test_radar_keeps_its_own_numbers(tmp_path: Path) -> None:
    """Speckle is not averaged: each number is one that the provider published."""
    west, south, east, north = (round(each, -1) for each in window_bounds_in(HERE, OTHER))
    shape = (round((north - south) / 10) + 20, round((east - west) / 10) + 20)
    grid = affine.Affine(10, 0, west - 100, 0, -10, north + 100)
    random = np.random.default_rng(1)
    assets, drawn = {}, {}
    for band in ("vv", "vh"):
        drawn[band] = random.gamma(4, 0.02, shape).astype("float32")
        path = chips.write(
            tmp_path / f"{band}.tif",
            drawn[band],
            crs=f"EPSG:{OTHER}",
            transform=grid,
            nodata=-32768,
            predictor=3,
        )
        assets[band] = chips.asset(band, str(path), path)
    words = {"sensor": "sentinel-1", "calibration": "linear", "epsg": OTHER, "processor": "RTC"}
    look = _acquired(tmp_path, chips.scene_item(assets, **words))
    assert look.status == STORED
    for band, array in _unpacked(look).items():
        assert array.shape == HERE.grid.shape(10)
        assert np.isin(array.astype("float32"), drawn[band]).all()


def test_a_zone_that_the_files_contradict_is_found(tmp_path: Path) -> None:
    """An item that states the wrong zone is no reason to move pixels."""
    look = _acquired(tmp_path, _scene(tmp_path, epsg=chips.EPSG, told=OTHER))
    assert look.status == FAILED
    assert f"EPSG:{chips.EPSG}, the item says EPSG:{OTHER}" in look.reason


def test_a_scene_that_ends_within_the_window_is_refused(tmp_path: Path) -> None:
    """Judged in the zone of the scene."""
    item = _scene(tmp_path)
    grid = affine.Affine(30, 0, 0, 0, -30, 0) @ affine.Affine.translation(1, -1)
    assets = {
        band: replace(asset, transform=tuple(grid[:6]), shape=(100, 100))
        for band, asset in item.assets.items()
    }
    (choice,) = select_items([replace(item, assets=assets)], HERE)
    assert (choice.status, choice.reason[:15]) == (REJECTED, "window not held")
    assert [each.status for each in select_items([item], HERE)] == [SELECTED]


def test_sentinel_2_of_another_zone_is_not_moved(tmp_path: Path) -> None:
    """Neither chosen nor read."""
    item = _scene(tmp_path, sensor="sentinel-2", platform="sentinel-2a")
    (choice,) = select_items([item], HERE)
    assert choice.reason.startswith("other zone: ")
    with pytest.raises(AcquisitionError, match="own zone"):
        read_scene_over_site(item, HERE, settings=QUICK)


def test_the_own_zone_is_preferred(tmp_path: Path) -> None:
    """Of two frames of one pass that hold the window alike."""
    other = _scene(tmp_path, window_share=1.0)
    own = replace(other, epsg=chips.EPSG, item_id="LC08_y", tile="z", assets=other.assets)
    fates = {each.item.item_id: each.status for each in select_items([other, own], HERE)}
    assert fates["LC08_y"] == SELECTED
    assert fates["LC08_x"] != SELECTED
