"""Bad cubes and masks are refused at the door, each with what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr

from skytally.core.errors_and_fault_lists import DataError
from skytally.imagery.cube.cube_mask_and_argument_checks import (
    GAMMA0,
    check_bearing,
    check_cube,
    check_day,
    check_mask,
    check_positive,
    check_probability,
)
from skytally.imagery.simulate import optical_harbour_images, radar_berth_images

SMALL = optical_harbour_images.Harbour(3, n_looks=3, rows=40, columns=44, cloud=0.0, haze=0.0)


@pytest.fixture(scope="module")
def cube() -> xr.Dataset:
    """Small valid cube of three images."""
    return optical_harbour_images.harbour_cube(SMALL)[0]


BROKEN: dict[str, tuple[Callable[[xr.Dataset], xr.Dataset], str]] = {
    "no crs": (lambda c: c.drop_vars("spatial_ref"), "no CRS; write it"),
    "degrees": (lambda c: c.rio.write_crs(4326), "is in degrees; reproject"),
    "web mercator": (lambda c: c.rio.write_crs(3857), "not metres on the ground"),
    "integers": (
        lambda c: c.assign(reflectance=(c["reflectance"] * 10_000).astype("int16")),
        "integers without scale; apply the scale",
    ),
    "numbered bands": (lambda c: c.assign_coords(band=[1, 2, 3, 4]), "does not name the layers"),
    "band twice": (
        lambda c: c.assign_coords(band=["b02", "b02", "b04", "b08"]),
        "repeats a name",
    ),
    "band missing": (lambda c: c.isel(band=[0, 1, 2]), "not b08; read those layers too"),
    "dims turned": (
        lambda c: c.assign(reflectance=c["reflectance"].transpose("time", "y", "x", "band")),
        "transpose to",
    ),
    "backwards": (lambda c: c.isel(time=[1, 0]), "comes after .* sort the images"),
    "repeated": (lambda c: c.isel(time=[0, 0]), "is repeated; keep one image"),
    "no image": (lambda c: c.isel(time=slice(0, 0)), "no image at all"),
    "upside down": (lambda c: c.isel(y=slice(None, None, -1)), "flip the cube"),
    "uneven": (lambda c: c.isel(x=[0, 1, 3, 4]), "not square and even"),
    "kilometres": (
        lambda c: c.assign_coords(x=c["x"] * 100.0, y=c["y"] * 100.0),
        "pixels of 1000 m",
    ),
    "processors": (
        lambda c: c.assign_coords(processor=("time", ["L2A", "L2A", "C2L2"])),
        "mixed; make one cube a processor",
    ),
    "variable": (lambda c: c.rename(reflectance="dn"), "no variable 'reflectance', found"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_check_cube_refuses(cube: xr.Dataset, fault: str) -> None:
    """Each fault is named with what to do about it."""
    broken, words = BROKEN[fault]
    with pytest.raises(DataError, match=words):
        check_cube(broken(cube))


def test_check_cube_names_all_faults_at_once(cube: xr.Dataset) -> None:
    """Two faults are two sentences of one refusal."""
    with pytest.raises(DataError, match="2 faults"):
        check_cube(cube.drop_vars("spatial_ref").isel(time=[1, 0]))


def test_check_cube_passes_a_sound_cube(cube: xr.Dataset) -> None:
    """A valid cube is returned unchanged."""
    assert check_cube(cube) is cube


def test_radar_needs_its_orbit() -> None:
    """Radar images without an orbit cannot be compared."""
    cube, _ = radar_berth_images.radar_cube(
        radar_berth_images.RadarHarbour(1, n_looks=2, rows=32, columns=32)
    )
    with pytest.raises(DataError, match="compared within one orbit only"):
        check_cube(cube.drop_vars("relative_orbit"), variable=GAMMA0, layers=("vv", "vh"))


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (np.zeros((40, 44), bool), "lies outside the cube"),
        (np.eye(40, 44) == 2, "lies outside the cube"),
        (np.ones((3, 3), bool), "on the cube's own grid"),
        (np.ones((40, 44)), "give True and False"),
    ],
)
def test_check_mask_refuses(mask: np.ndarray, words: str) -> None:
    """A polygon outside, of another grid or no mask at all."""
    with pytest.raises(DataError, match=words):
        check_mask(mask, (40, 44), what="berth")


def test_check_mask_refuses_less_than_two_pixels() -> None:
    """One pixel tells nothing."""
    mask = np.zeros((40, 44), bool)
    mask[3, 3] = True
    with pytest.raises(DataError, match="smaller than 2 pixels"):
        check_mask(mask, (40, 44), what="berth")


@pytest.mark.parametrize(
    "day", ["", "today", "now", "NaT", "2023", "20230801", "2023-08", "2023-02-30", None, 5]
)
def test_check_day_takes_a_whole_date_only(day: object) -> None:
    """Neither a word that moves with the clock, nor a number that NumPy takes for a year."""
    with pytest.raises(DataError, match=r"study .* is no date; write it as 2023-08-01"):
        check_day(day, what="study")  # type: ignore[arg-type]
    assert check_day("2023-08-01T02:15", what="study") > check_day("2023-08-01", what="study")
    assert check_day(dt.date(2023, 8, 1), what="study") == np.datetime64("2023-08-01")


@pytest.mark.parametrize("degrees", [float("nan"), float("inf"), "90", None])
def test_check_bearing_takes_numbers_only(degrees: object) -> None:
    """A bearing in words or none at all is refused."""
    with pytest.raises(DataError, match=r"axis .*; give degrees clockwise from grid north"):
        check_bearing(degrees, what="axis")  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [0.0, -10.0, float("nan"), float("inf")])
def test_sizes_and_chances_are_checked(number: float) -> None:
    """A pixel of no size and a chance beyond 1 would silence or sharpen every answer."""
    with pytest.raises(DataError, match="give metres above 0"):
        check_positive(number, what="native pixel")
    with pytest.raises(DataError, match="give a probability from 0 to 1"):
        check_probability(number - 1.0, what="chance of detection")
