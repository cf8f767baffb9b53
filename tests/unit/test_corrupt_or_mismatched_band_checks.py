"""Band checks: corrupt pixels and bands of another date are found, sound scenes pass."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from labs.benchmarks import mismatched_band_detection
from skytally.imagery.acquire import corrupt_or_mismatched_band_checks
from skytally.imagery.acquire.corrupt_or_mismatched_band_checks import (
    min_shared_detail,
    shared_detail,
    unverified_reason,
)
from skytally.imagery.acquire.image_provider_table import SENTINEL_1
from skytally.imagery.acquire.inventory_and_search_log import REJECTED, UNVERIFIED
from skytally.imagery.acquire.offered_scene import SceneItem
from skytally.imagery.acquire.reflectance_and_backscatter_scaling import Float32Array
from skytally.imagery.acquire.scene_pixel_arrays_and_pass_joining import ScenePixels
from skytally.imagery.pipeline import refresh_plan
from tests.support import (
    optional_external_test_data as shared_files,
    simulated_scenes_and_sites as chips,
)


def _changed(band: str, change: Any) -> ScenePixels:
    found = chips.pixels()
    array = found.arrays[band].copy()
    change(array)
    return replace(found, arrays={**found.arrays, band: array})


def _set(rows: slice, cols: slice, number: int) -> Any:
    def change(array: Any) -> None:
        array[rows, cols] = number

    return change


def _told(pixels: ScenePixels, **words: Any) -> str:
    return "; ".join(
        corrupt_or_mismatched_band_checks.pixel_faults(chips.whole_item(**words), pixels)
    )


@pytest.mark.parametrize("seed", range(6))
def test_sound_scenes_pass(seed: int) -> None:
    """Water, ground and noise raise no alarm."""
    assert _told(chips.pixels(seed)) == ""


@pytest.mark.parametrize("band", ["b02", "b08", "b11"])
def test_a_hole_in_one_band_is_found(band: str) -> None:
    """A tile that was not read is no data in one band only."""
    assert f"{band} lacks" in _told(_changed(band, _set(slice(0, 40), slice(60, 100), 0)))


@pytest.mark.parametrize(
    ("sensor", "value", "brighter", "fault"),
    [
        ("sentinel-2", 11, 0, True),
        ("sentinel-2", 9, 0, True),
        ("sentinel-2", 10, 0, False),
        ("sentinel-2", 11, 5000, False),
        ("landsat", 30048, 0, True),
        ("landsat", 22280, 0, True),
        ("landsat", 21824, 0, False),
    ],
)
def test_a_classification_of_another_date_is_found(
    sensor: str, value: int, brighter: int, fault: bool
) -> None:
    """Snow and cloud are bright; cirrus may be dark."""
    found = chips.pixels()
    water = np.arange(chips.SIDE) < chips.SIDE // 2
    quality = np.where(water & (found.arrays["quality"] > 0), value, 5).astype("uint16")
    if sensor == "landsat":
        quality[quality == 5] = 21824
    green = found.arrays["b03"] + brighter * water.astype("uint16")
    arrays = {**found.arrays, "b03": green, "quality": quality}
    told = "; ".join(
        corrupt_or_mismatched_band_checks.pixel_faults(
            chips.whole_item(sensor=sensor, platform="landsat-9"), replace(found, arrays=arrays)
        )
    )
    assert ("snow or cloud, whose green" in told) == fault


def test_a_hole_in_the_classification_is_found() -> None:
    """The bands have data where it has none."""
    assert "quality lacks" in _told(_changed("quality", _set(slice(0, 40), slice(60, 100), 0)))


def test_no_data_in_all_bands_is_no_fault() -> None:
    """The edge of a swath lies where it lies, a little apart from band to band."""
    found = chips.pixels()
    arrays = {band: array.copy() for band, array in found.arrays.items()}
    for i, band in enumerate(arrays):
        arrays[band][:, : 20 + 2 * i] = 0
    assert _told(replace(found, arrays=arrays)) == ""


def test_dark_pixels_that_are_clipped_to_nothing_are_no_hole() -> None:
    """Before baseline 04.00 very dark water was stored as 0."""

    def darken(array: Any) -> None:
        array[:, :60] = np.random.default_rng(1).integers(0, 20, array[:, :60].shape)
        array[20:60, 10:50] = 0

    assert "lacks" not in _told(_changed("b08", darken))


def test_a_block_of_one_number_is_found() -> None:
    """A tile that was filled with something, not read."""
    told = _told(_changed("b03", _set(slice(64, 112), slice(64, 112), 1500)))
    assert "b03 has a block of one number" in told


def test_numbers_too_high_are_found() -> None:
    """Wrong bits that unpack are mostly very high."""
    told = _told(_changed("b04", _set(slice(0, 4), slice(0, 60), 65_535)))
    assert "b04 is above a reflectance of 2.8" in told


def test_a_class_that_does_not_exist_is_found() -> None:
    """The scene classification ends at 11."""
    assert "class 40" in _told(_changed("quality", _set(slice(0, 2), slice(0, 2), 40)))


def test_a_band_of_another_scene_is_found() -> None:
    """Where its light and shade are others; alike ones only their size can tell."""
    other = chips.pixels(1).arrays["b02"][:, ::-1]
    told = _told(replace(chips.pixels(), arrays={**chips.pixels().arrays, "b02": other}))
    assert "b02 shows another picture" in told


def test_radar_is_guarded_against_holes() -> None:
    """Both polarisations cover the same ground."""
    random = np.random.default_rng(0)
    both = {band: random.gamma(4, 0.02, (120, 120)).astype("float32") for band in ("vv", "vh")}
    found = replace(
        chips.pixels(),
        arrays=both,
        gsd=dict.fromkeys(both, 10.0),
        nodata=dict.fromkeys(both, -32768.0),
    )
    item = chips.scene_item(
        {band: chips.asset(band, "x") for band in both}, sensor="sentinel-1", calibration="linear"
    )
    assert corrupt_or_mismatched_band_checks.pixel_faults(item, found) == []
    both["vh"][10:60, 10:60] = -32768
    assert any(
        "vh lacks" in each for each in corrupt_or_mismatched_band_checks.pixel_faults(item, found)
    )


@pytest.mark.parametrize(
    ("factor", "dtype", "told"),
    [
        (1, "float32", ""),
        (3000, "uint16", "vv holds uint16 numbers of typically 2.*look like digital numbers.*RTC"),
        (30, "uint16", "look like digital numbers"),
        (3000, "float32", "vv holds float32 numbers of typically 2.*look like digital numbers"),
        (-200, "float32", "below 0 as decibels are"),
    ],
)
def test_radar_numbers_that_are_no_backscatter_are_refused(
    factor: float, dtype: str, told: str
) -> None:
    """Whole numbers, numbers beyond any ground and decibels are no linear backscatter."""
    ground = np.random.default_rng(0).gamma(4, 0.02, (120, 120))
    both = {band: (ground * k * factor).astype(dtype) for band, k in (("vv", 1), ("vh", 0.7))}
    pixels = replace(
        chips.pixels(),
        arrays=both,
        gsd=dict.fromkeys(both, 10.0),
        nodata=dict.fromkeys(both, None),
    )
    item = chips.scene_item(
        {band: chips.asset(band, "x") for band in both}, sensor="sentinel-1", calibration="linear"
    )
    faults = corrupt_or_mismatched_band_checks.pixel_faults(item, pixels)
    assert len(faults) == bool(told)
    assert re.search(told, "; ".join(faults))


BANDS = ("b02", "b03", "b04", "b08", "b11")
SIDE = 60


def _look(seed: int, *, ground: int = 0, moved: float = 0.05) -> dict[str, Float32Array]:
    """Draw a scene at 30 m: lasting ground, what moved that day, and noise in each band."""
    lasting = gaussian_filter(np.random.default_rng(ground).normal(size=(SIDE, SIDE)), 1)
    random = np.random.default_rng(100 + seed)
    day = gaussian_filter(random.normal(size=(SIDE, SIDE)), 1)
    seen = 0.2 + 0.05 * lasting / lasting.std() + moved * day / day.std()
    return {
        band: ((0.6 + 0.2 * i) * seen + random.normal(0, 0.002, seen.shape)).astype("float32")
        for i, band in enumerate(BANDS)
    }


def _read(look: dict[str, Float32Array]) -> ScenePixels:
    arrays = {band: (10_000 * (values + 0.1)).astype("uint16") for band, values in look.items()}
    return replace(
        chips.pixels(),
        arrays=arrays,
        gsd=dict.fromkeys(arrays, 30.0),
        nodata=dict.fromkeys(arrays, 0.0),
    )


def _item(size: int | None = None, sensor: str = "landsat") -> SceneItem:
    assets = {band: chips.asset(band, "x", size=size) for band in BANDS}
    return chips.scene_item(assets, sensor=sensor)


def test_bands_of_one_scene_vouch_for_each_other() -> None:
    """They share light, ground, and whatever moves."""
    assert unverified_reason(_item(), _read(_look(1))) == ""
    assert min(shared_detail(_look(1), 30).values()) > 0.95


@pytest.mark.parametrize("band", BANDS)
def test_a_band_of_another_day_is_refused(band: str) -> None:
    """A valid band of another date, of the same ground and grid, is refused."""
    told = unverified_reason(_item(), _read({**_look(1), band: _look(2)[band]}))
    assert told.startswith("the item states no size to verify its files by")
    assert f"{band} 0." in told


def test_a_day_on_which_nothing_moved_cannot_be_told() -> None:
    """The limit of the check: two days that are alike in every pixel but for their noise."""
    mixed = {**_look(1, moved=0), "b03": _look(2, moved=0)["b03"]}
    assert unverified_reason(_item(), _read(mixed)) == ""


def test_bands_without_detail_vouch_for_nothing() -> None:
    """Open water and even cloud scene alike on any day."""
    random = np.random.default_rng(0)
    even = {band: random.normal(0.1, 0.002, (SIDE, SIDE)).astype("float32") for band in BANDS}
    assert "might share as much" in unverified_reason(_item(), _read(even))


def test_too_few_pixels_vouch_for_nothing() -> None:
    """Most of the window has no data."""
    look = {band: values.copy() for band, values in _look(1).items()}
    for values in look.values():
        values[:, 20:] = -0.1
    assert "too few pixels" in unverified_reason(_item(), _read(look))
    assert shared_detail({"b02": look["b02"]}, 30) == {}


def test_stated_sizes_are_enough() -> None:
    """They were compared on reading."""
    assert unverified_reason(_item(size=9), _read({**_look(1), "b03": _look(2)["b03"]})) == ""


def test_radar_without_sizes_is_refused() -> None:
    """Speckle is of one polarisation alone."""
    assert "radar" in unverified_reason(_item(sensor=SENTINEL_1), _read(_look(1)))


def test_finer_pixels_are_averaged_first() -> None:
    """So that 10 m and 20 m bands are compared as those of Landsat are."""
    look = {band: values.repeat(3, 0).repeat(3, 1) for band, values in _look(1).items()}
    assert shared_detail(look, 10) == pytest.approx(shared_detail(_look(1), 30), abs=1e-3)


@pytest.mark.parametrize(("size", "read_again"), [(None, False), (9, True)])
def test_a_refused_scene_is_read_again_once_sizes_are_stated(
    size: int | None, *, read_again: bool
) -> None:
    """Not before: nothing about it has changed."""
    row = {"status": REJECTED, "status_reason": f"{UNVERIFIED}: the item states no size"}
    settled = refresh_plan._rejected_before(_item(size), row)
    assert (settled is None) == read_again


@pytest.mark.parametrize("windows", [2, pytest.param(None, marks=pytest.mark.slow)])
def test_real_bands_of_another_day_are_refused(windows: int | None) -> None:
    """Landsat of one harbour plain, three years apart: no band passes, most own ones do."""
    folder = shared_files.imagery("05_change_earthworks/landsat_taizhou")
    days = mismatched_band_detection._taizhou(folder)
    for part in itertools.islice(mismatched_band_detection._windows(days, 30), windows):
        for band in BANDS:
            mixed = shared_detail({**part["2003"], band: part["2000"][band]}, 30)
            assert mixed[band] < min_shared_detail(band)
