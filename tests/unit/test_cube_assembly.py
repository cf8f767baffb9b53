"""Cubes: one sensor, one processor, one grid; NaN where nothing was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from skytally.core.errors_and_fault_lists import DataError, IntegrityError
from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.chip_and_manifest_encoding import encode_chip
from skytally.imagery.acquire.scene_pixel_arrays_and_pass_joining import ScenePixels
from skytally.imagery.clear_sky.stored_image_screening_cache import read_screenings
from skytally.imagery.cube.chip_placement_on_site_grid import common_gsd, on_site_grid
from skytally.imagery.cube.cube_assembly import stored_cube, stored_observations
from skytally.imagery.cube.cube_image_iteration_and_grouping import iter_frames
from skytally.imagery.measure.reference_level_and_spread_per_group import references
from tests.support import simulated_scenes_and_sites as chips

HERE = chips.site()


def cube(folder: Path, *, sensor: str = "sentinel-2", **words: Any) -> xr.Dataset:
    """Cube of all that is stored, with its screenings."""
    answers = read_screenings(folder, HERE)
    return stored_cube(folder, HERE, sensor=sensor, screenings=answers, **words)


def looks(folder: Path, **words: Any) -> Iterator[xr.Dataset]:
    """Read the same, one image at a time."""
    answers = read_screenings(folder, HERE)
    return stored_observations(folder, HERE, sensor="sentinel-2", screenings=answers, **words)


def _stored(folder: Path, count: int = 3, **words: object) -> None:
    for k in range(count):
        offer = chips.whole_item(
            item_id=f"look-{k}", time=f"2023-08-{10 + k}T02:15:49Z", relative_orbit=k % 2, **words
        )
        chip_store.store_chip(folder, "here", offer, chips.pixels(k))


def _radar(seed: int) -> ScenePixels:
    random = np.random.default_rng(seed)
    both = {band: random.gamma(4, 0.02, (120, 120)).astype("float32") for band in ("vv", "vh")}
    both["vv"][0, 0] = -32768
    return replace(
        chips.pixels(),
        arrays=both,
        gsd=dict.fromkeys(both, 10.0),
        nodata=dict.fromkeys(both, -32768.0),
        sources={band: {} for band in both},
    )


def test_cube_holds_reflectance_on_the_sites_grid(tmp_path: Path) -> None:
    """Dims, coordinates, CRS and numbers, worked by hand for one pixel."""
    _stored(tmp_path)
    found = cube(tmp_path)
    assert dict(found.sizes) == {"time": 3, "band": 5, "y": 120, "x": 120}
    assert found["reflectance"].dims == ("time", "band", "y", "x")
    assert found["reflectance"].dtype == np.float32
    assert found["scl"].dtype == np.uint8
    assert found.rio.crs.to_epsg() == chips.EPSG
    assert float(found["x"][0]) == chips.WEST + 5
    assert float(found["y"][0]) == chips.NORTH - 5
    stored = int(chips.pixels(1).arrays["b04"][7, 9])
    pixel = found["reflectance"].sel(band="b04").isel(time=1, y=7, x=9)
    assert float(pixel) == pytest.approx(stored * 1e-4 - 0.1, abs=1e-7)
    assert found["item_id"].to_numpy().tolist() == ["look-0", "look-1", "look-2"]
    assert found["relative_orbit"].to_numpy().tolist() == [0, 1, 0]
    assert found["offset"].to_numpy().tolist() == [-0.1] * 3
    assert found.attrs["gsd_native"] == [10, 10, 10, 10, 20]


def test_no_data_is_not_a_number(tmp_path: Path) -> None:
    """A stored 0 becomes NaN, in one band or in all."""
    arrays = {band: array.copy() for band, array in chips.pixels().arrays.items()}
    arrays["b04"][3, 4] = 0
    chip_store.store_chip(
        tmp_path, "here", chips.whole_item(), replace(chips.pixels(), arrays=arrays)
    )
    found = cube(tmp_path, bands=["b04"])["reflectance"]
    assert np.isnan(found.to_numpy()).sum() == 1
    assert np.isnan(float(found[0, 0, 3, 4]))


def test_radar_is_linear_and_has_no_offset(tmp_path: Path) -> None:
    """Never decibels on the disk."""
    for k in range(2):
        offer = chips.scene_item(
            {band: chips.asset(band, "x") for band in ("vv", "vh")},
            item_id=f"radar-{k}",
            time=f"2023-08-{10 + k}T02:15:49Z",
            sensor="sentinel-1",
            platform="sentinel-1a",
            processor="RTC",
            calibration="linear",
        )
        chip_store.store_chip(tmp_path, "here", offer, _radar(k))
    found = cube(tmp_path, sensor="sentinel-1")
    assert found["gamma0"].dims == ("time", "pol", "y", "x")
    assert found["pol"].to_numpy().tolist() == ["vh", "vv"]
    np.testing.assert_array_equal(
        found["gamma0"].sel(pol="vh").isel(time=1), _radar(1).arrays["vh"]
    )
    assert int(np.isnan(found["gamma0"]).sum()) == 2
    assert np.isnan(found["offset"]).all()
    assert "scl" not in found


def test_processors_are_never_mixed(tmp_path: Path) -> None:
    """Reading images of two processors as one cube raises unless one processor is named."""
    _stored(tmp_path, 2)
    other = chips.whole_item(item_id="other", processor="L2A-other", time="2023-09-01T02:15:49Z")
    chip_store.store_chip(tmp_path, "here", other, chips.pixels(5))
    with pytest.raises(DataError, match="name one processor"):
        cube(tmp_path)
    assert cube(tmp_path, processor="L2A").sizes["time"] == 2


def test_rehearsed_looks_are_never_mixed_with_real_ones(tmp_path: Path) -> None:
    """Generated ground is no observation."""
    _stored(tmp_path, 1)
    other = chips.whole_item(item_id="other", label="rehearsal", time="2023-09-01T02:15:49Z")
    chip_store.store_chip(tmp_path, "here", other, chips.pixels(5))
    with pytest.raises(DataError, match="'rehearsal'"):
        cube(tmp_path)


def test_looks_are_chosen_by_orbit_and_period(tmp_path: Path) -> None:
    """Both ends of the period are included."""
    _stored(tmp_path, 4)
    orbit = cube(tmp_path, relative_orbit=1)
    assert orbit["item_id"].to_numpy().tolist() == ["look-1", "look-3"]
    days = cube(tmp_path, period=("2023-08-11", "2023-08-12"))
    assert days["item_id"].to_numpy().tolist() == ["look-1", "look-2"]


def test_an_acquisition_counts_once(tmp_path: Path) -> None:
    """Two providers, two ids, one moment: the newest processing stands, the other is named."""
    _stored(tmp_path, 1)
    twin = chips.whole_item(
        item_id="twin", provider="another", baseline="05.10", time="2023-08-10T02:15:51Z"
    )
    chip_store.store_chip(tmp_path, "here", twin, chips.pixels(0))
    found = cube(tmp_path)
    assert found["item_id"].to_numpy().tolist() == ["twin"]
    assert found.attrs["left_out"] == ["look-0: the same acquisition as twin"]


def test_an_image_carries_the_answer_of_its_screening(tmp_path: Path) -> None:
    """A wrong offset is stored and named, and what the measures get says not to use it."""
    _stored(tmp_path, 2)
    bright = {b: a + 1000 for b, a in chips.pixels().arrays.items() if b in chips.OPTICAL}
    wrong = chips.whole_item(item_id="wrong", time="2023-08-20T02:15:49Z")
    chip_store.store_chip(tmp_path, "here", wrong, chips.pixels(**bright))
    found = cube(tmp_path)
    assert found["item_id"].to_numpy().tolist() == ["look-0", "look-1", "wrong"]
    assert found["usable"].to_numpy().tolist() == [True, True, False]
    assert str(found["reason"][2].item()).startswith("radiometric audit: 5th percentile")
    answers = [frame.screening for frame in iter_frames(found)]
    assert answers == [frame.screening for one in looks(tmp_path) for frame in iter_frames(one)]
    assert [each.usable for each in answers if each is not None] == [True, True, False]
    made = references(found, least=1)
    assert sorted(made) == [f"sentinel-2 orbit {k} descending L2A" for k in (0, 1)]


def test_the_ring_offset_lies_along_time_and_band(tmp_path: Path) -> None:
    """Six alike images and a hazy one: its frame carries by how much its ring is brighter."""
    for k in range(7):
        arrays = chips.pixels(k).arrays
        haze = {b: arrays[b] + (400 if k == 6 else 0) for b in chips.OPTICAL}
        offer = chips.whole_item(item_id=f"look-{k}", time=f"2023-08-{10 + k}T02:15:49Z")
        chip_store.store_chip(tmp_path, "here", offer, chips.pixels(**{**arrays, **haze}))
    *_, last = iter_frames(cube(tmp_path))
    assert last.screening is not None
    assert last.screening.flags == ("haze", "glint", "water-bright")
    assert last.screening.offset["b02"] == pytest.approx(0.04, abs=0.005)


def test_an_image_that_was_never_screened_is_refused(tmp_path: Path) -> None:
    """Nothing is measured that nobody judged."""
    _stored(tmp_path, 2)
    with pytest.raises(DataError, match="look-0 was never screened for clouds; give the screen"):
        stored_cube(tmp_path, HERE, sensor="sentinel-2", screenings={})


def test_looks_one_at_a_time_are_those_of_the_cube(tmp_path: Path) -> None:
    """The same numbers, without holding them all."""
    _stored(tmp_path)
    whole = cube(tmp_path, bands=["b04", "b08"])
    for k, one in enumerate(looks(tmp_path, bands=["b04", "b08"])):
        np.testing.assert_array_equal(one["reflectance"][0], whole["reflectance"][k])


def test_nothing_to_build_from_is_told(tmp_path: Path) -> None:
    """An empty store, a band that is not there."""
    with pytest.raises(DataError, match="run refresh"):
        cube(tmp_path)
    _stored(tmp_path, 1)
    with pytest.raises(DataError, match="no band b99"):
        cube(tmp_path, bands=["b99"])


def test_a_broken_chip_stops_the_cube(tmp_path: Path) -> None:
    """Never a hole in its place."""
    _stored(tmp_path)
    path = tmp_path / "here" / "look-1.tif"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(IntegrityError, match="look-1"):
        cube(tmp_path)


def test_a_cube_can_be_written_and_read(tmp_path: Path) -> None:
    """As netCDF, with its CRS."""
    _stored(tmp_path, 2)
    found = cube(tmp_path)
    found.to_netcdf(tmp_path / "cube.nc")
    with xr.open_dataset(tmp_path / "cube.nc", decode_coords="all") as back:
        np.testing.assert_array_equal(back["reflectance"], found["reflectance"])
        assert back.rio.crs.to_epsg() == chips.EPSG


def test_landsat_lies_on_the_sites_grid_by_halves_of_its_pixels() -> None:
    """Its corners lie half a pixel off: 30 m become four of 15 m, each with its number."""
    pixels = chips.pixels()
    wide = np.arange(42 * 42, dtype="uint16").reshape(42, 42)
    west, south, east, north = HERE.grid.bounds
    manifest, _ = encode_chip(chips.whole_item(), pixels)
    manifest = replace(manifest, transform=(30.0, 0, west - 15.0, 0, -30.0, north + 15.0))
    assert common_gsd(manifest, HERE) == 15
    laid = on_site_grid({"b04": wide}, manifest, HERE, fill={"b04": 0})["b04"]
    assert laid.shape == ((north - south) // 15, (east - west) // 15)
    assert laid[0, 0] == wide[0, 0]
    np.testing.assert_array_equal(laid[1:3, 1:3], wide[1, 1])


def test_a_grid_that_does_not_fit_is_refused() -> None:
    """Nothing is resampled in silence."""
    manifest, _ = encode_chip(chips.whole_item(), chips.pixels())
    odd = replace(manifest, transform=(10.0, 0, HERE.grid.bounds[0] + 3.3, 0, -10.0, 4_680_000.0))
    with pytest.raises(DataError, match="do not fit the grid"):
        common_gsd(odd, HERE)
