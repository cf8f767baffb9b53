"""Cubes: one sensor, one processor, one grid; NaN where nothing was read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skytally.core.errors import DataError, IntegrityError
from skytally.imagery.acquire import chip_store
from skytally.imagery.acquire.band_reader import Pixels
from skytally.imagery.cube.stored_cubes import cube, looks
from tests.support import chips

HERE = chips.site()


def _stored(folder: Path, count: int = 3, **words: object) -> None:
    for k in range(count):
        offer = chips.whole_offer(
            item_id=f"look-{k}", time=f"2023-08-{10 + k}T02:15:49Z", relative_orbit=k % 2, **words
        )
        chip_store.put(folder, "here", offer, chips.pixels(k))


def _radar(seed: int) -> Pixels:
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
    found = cube(tmp_path, HERE, sensor="sentinel-2")
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
    chip_store.put(tmp_path, "here", chips.whole_offer(), replace(chips.pixels(), arrays=arrays))
    found = cube(tmp_path, HERE, sensor="sentinel-2", bands=["b04"])["reflectance"]
    assert np.isnan(found.to_numpy()).sum() == 1
    assert np.isnan(float(found[0, 0, 3, 4]))


def test_radar_is_linear_and_has_no_offset(tmp_path: Path) -> None:
    """Never decibels on the disk."""
    for k in range(2):
        offer = chips.offer(
            {band: chips.asset(band, "x") for band in ("vv", "vh")},
            item_id=f"radar-{k}",
            time=f"2023-08-{10 + k}T02:15:49Z",
            sensor="sentinel-1",
            platform="sentinel-1a",
            processor="RTC",
            calibration="linear",
        )
        chip_store.put(tmp_path, "here", offer, _radar(k))
    found = cube(tmp_path, HERE, sensor="sentinel-1")
    assert found["gamma0"].dims == ("time", "pol", "y", "x")
    assert found["pol"].to_numpy().tolist() == ["vh", "vv"]
    np.testing.assert_array_equal(
        found["gamma0"].sel(pol="vh").isel(time=1), _radar(1).arrays["vh"]
    )
    assert int(np.isnan(found["gamma0"]).sum()) == 2
    assert np.isnan(found["offset"]).all()
    assert "scl" not in found


def test_processors_are_never_mixed(tmp_path: Path) -> None:
    """Name one, and it is that one."""
    _stored(tmp_path, 2)
    other = chips.whole_offer(item_id="other", processor="L2A-other", time="2023-09-01T02:15:49Z")
    chip_store.put(tmp_path, "here", other, chips.pixels(5))
    with pytest.raises(DataError, match="name one processor"):
        cube(tmp_path, HERE, sensor="sentinel-2")
    assert cube(tmp_path, HERE, sensor="sentinel-2", processor="L2A").sizes["time"] == 2


def test_rehearsed_looks_are_never_mixed_with_real_ones(tmp_path: Path) -> None:
    """Generated ground is no observation."""
    _stored(tmp_path, 1)
    other = chips.whole_offer(item_id="other", label="rehearsal", time="2023-09-01T02:15:49Z")
    chip_store.put(tmp_path, "here", other, chips.pixels(5))
    with pytest.raises(DataError, match="'rehearsal'"):
        cube(tmp_path, HERE, sensor="sentinel-2")


def test_looks_are_chosen_by_orbit_and_period(tmp_path: Path) -> None:
    """Both ends of the period are included."""
    _stored(tmp_path, 4)
    orbit = cube(tmp_path, HERE, sensor="sentinel-2", relative_orbit=1)
    assert orbit["item_id"].to_numpy().tolist() == ["look-1", "look-3"]
    days = cube(tmp_path, HERE, sensor="sentinel-2", period=("2023-08-11", "2023-08-12"))
    assert days["item_id"].to_numpy().tolist() == ["look-1", "look-2"]


def test_an_acquisition_counts_once(tmp_path: Path) -> None:
    """Two providers, two ids, one moment: the newest processing stands, the other is named."""
    _stored(tmp_path, 1)
    twin = chips.whole_offer(
        item_id="twin", provider="another", baseline="05.10", time="2023-08-10T02:15:51Z"
    )
    chip_store.put(tmp_path, "here", twin, chips.pixels(0))
    found = cube(tmp_path, HERE, sensor="sentinel-2")
    assert found["item_id"].to_numpy().tolist() == ["twin"]
    assert found.attrs["left_out"] == ["look-0: the same acquisition as twin"]


def test_a_look_with_a_wrong_offset_is_left_out(tmp_path: Path) -> None:
    """It is stored, named, and never among the numbers."""
    _stored(tmp_path, 2)
    bright = {b: a + 1000 for b, a in chips.pixels().arrays.items() if b in chips.OPTICAL}
    wrong = chips.whole_offer(item_id="wrong", time="2023-08-20T02:15:49Z")
    chip_store.put(tmp_path, "here", wrong, chips.pixels(**bright))
    found = cube(tmp_path, HERE, sensor="sentinel-2")
    assert found["item_id"].to_numpy().tolist() == ["look-0", "look-1"]
    assert found.attrs["left_out"][0].startswith("wrong: radiometric audit: 5th percentile")
    each = [one["item_id"].item() for one in looks(tmp_path, HERE, sensor="sentinel-2")]
    assert each == ["look-0", "look-1"]


def test_looks_one_at_a_time_are_those_of_the_cube(tmp_path: Path) -> None:
    """The same numbers, without holding them all."""
    _stored(tmp_path)
    whole = cube(tmp_path, HERE, sensor="sentinel-2", bands=["b04", "b08"])
    for k, one in enumerate(looks(tmp_path, HERE, sensor="sentinel-2", bands=["b04", "b08"])):
        np.testing.assert_array_equal(one["reflectance"][0], whole["reflectance"][k])


def test_nothing_to_build_from_is_told(tmp_path: Path) -> None:
    """An empty store, a band that is not there."""
    with pytest.raises(DataError, match="run refresh"):
        cube(tmp_path, HERE, sensor="sentinel-2")
    _stored(tmp_path, 1)
    with pytest.raises(DataError, match="no band b99"):
        cube(tmp_path, HERE, sensor="sentinel-2", bands=["b99"])


def test_a_broken_chip_stops_the_cube(tmp_path: Path) -> None:
    """Never a hole in its place."""
    _stored(tmp_path)
    path = tmp_path / "here" / "look-1.tif"
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(IntegrityError, match="look-1"):
        cube(tmp_path, HERE, sensor="sentinel-2")


def test_a_cube_can_be_written_and_read(tmp_path: Path) -> None:
    """As netCDF, with its CRS."""
    import xarray as xr

    _stored(tmp_path, 2)
    found = cube(tmp_path, HERE, sensor="sentinel-2")
    found.to_netcdf(tmp_path / "cube.nc")
    with xr.open_dataset(tmp_path / "cube.nc", decode_coords="all") as back:
        np.testing.assert_array_equal(back["reflectance"], found["reflectance"])
        assert back.rio.crs.to_epsg() == chips.EPSG
