"""Frames of a cube: bands by name, images one at a time, and groups of alike images."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr

from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.cube.cube_image_iteration_and_grouping import (
    group_name,
    group_of,
    iter_frames,
    require_one_group,
)
from skytally.imagery.cube.cube_mask_and_argument_checks import GAMMA0
from skytally.imagery.simulate import optical_harbour_images, radar_berth_images

SMALL = optical_harbour_images.Harbour(3, n_looks=3, rows=40, columns=44, cloud=0.0, haze=0.0)


@pytest.fixture(scope="module")
def cube() -> xr.Dataset:
    """Small valid cube of three images."""
    return optical_harbour_images.harbour_cube(SMALL)[0]


def test_frames_reads_bands_by_name(cube: xr.Dataset) -> None:
    """The order of the bands in the cube does not matter once they are named."""
    plain = next(iter_frames(cube))
    turned = next(iter_frames(cube.isel(band=[3, 1, 0, 2])))
    assert turned.layers == ("b02", "b03", "b04", "b08")
    np.testing.assert_array_equal(turned.values, plain.values)


def test_frames_of_a_cube_and_of_its_looks_are_the_same(cube: xr.Dataset) -> None:
    """A cube and the same images one at a time give the same frames."""
    one_by_one = (cube.isel(time=i) for i in range(3))
    for a, b in zip(iter_frames(cube), iter_frames(one_by_one), strict=True):
        assert a.time == b.time
        np.testing.assert_array_equal(a.values, b.values)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c.assign(reflectance=c["reflectance"] * 10_000.0), "digital numbers"),
        (lambda c: c.isel(y=slice(0, 30)), "another grid than the first"),
        (lambda c: c.assign_coords(processor="C2L2"), "make one cube a processor"),
        (lambda c: c.assign_coords(time=np.datetime64("1999-01-01", "ns")), "sort the images"),
    ],
)
def test_frames_refuses_a_stray_look(
    cube: xr.Dataset, change: Callable[[xr.Dataset], xr.Dataset], words: str
) -> None:
    """A later image that does not fit the first is refused when it comes."""
    looks = [cube.isel(time=0), change(cube.isel(time=1))]
    with pytest.raises(DataError, match=words):
        list(iter_frames(looks))


def test_frames_refuses_decibels() -> None:
    """Backscatter below 0 is in dB."""
    cube, _ = radar_berth_images.radar_cube(
        radar_berth_images.RadarHarbour(1, n_looks=2, rows=32, columns=32)
    )
    decibels = cube.assign(gamma0=10.0 * np.log10(cube["gamma0"]))
    with pytest.raises(DataError, match="it is in dB"):
        list(iter_frames(decibels, variable=GAMMA0, layers=("vv", "vh")))


def test_one_group_refuses_mixed_orbits(cube: xr.Dataset) -> None:
    """Two orbits are two groups, and the first image of the second is refused."""
    mixed = cube.assign_coords(relative_orbit=("time", [17, 17, 60]))
    with pytest.raises(DataError, match=r"orbit 60 .* choose one orbit"):
        list(require_one_group(iter_frames(mixed)))


def test_group_of_joins_satellites_of_one_family(cube: xr.Dataset) -> None:
    """Sentinel-2A and 2B on one orbit are one group; the orbit is part of its name."""
    groups = {group_of(cube.isel(time=i)) for i in range(3)}
    assert groups == {"sentinel-2 orbit 17 descending L2A"}


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("sentinel-2a", "Sentinel-2C", True),
        ("landsat-8", "LANDSAT_9", True),
        ("sentinel-1a", "sentinel-1b", False),
        ("sentinel-1c", "sentinel-1d", False),
        ("sentinel-2a", "sentinel-2d", False),
        ("landsat-8", "landsat-7", False),
        ("sentinel-1a", "", False),
    ],
)
def test_satellites_share_a_group_only_where_they_were_shown_alike(
    one: str, other: str, alike: bool
) -> None:
    """Their calibrations were compared, or each has a reference of its own."""
    groups = {group_name(name, 3, "descending", "x") for name in (one, other)}
    assert (len(groups) == 1) == alike


def test_frames_refuses_a_time_that_is_not_known(cube: xr.Dataset) -> None:
    """An image without a time stands in no order."""
    times = cube["time"].to_numpy().copy()
    times[1] = np.datetime64("NaT", "ns")
    with pytest.raises(DataError, match="1 times are not known; leave those images out"):
        next(iter_frames(cube.assign_coords(time=times)))


@pytest.mark.parametrize("source", ["looks.nc", None, 5, xr.DataArray([1.0])])
def test_frames_refuses_what_is_no_look(source: object) -> None:
    """A file name, nothing, a number and a bare array are refused as images."""
    with pytest.raises(
        DataError, match="give a Dataset with reflectance, or Datasets one an image"
    ):
        next(iter_frames(source))  # type: ignore[arg-type]
